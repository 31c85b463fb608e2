/* Options of an HTTP request. */
#include <assert.h>

#include "loop/http_client_internal.h"

static bool is_token(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (text[i] <= ' ' || text[i] > '~' || strchr("\"(),/:;<=>?@[\\]{}", text[i]))
            return false;
    return len > 0;
}

static bool is_header(const char *line)
{
    const char *colon = strchr(line, ':');
    return colon && is_token(line, (size_t)(colon - line)) && transfer_text_clean(line);
}

static bool is_clean(const struct transfer_http *http)
{
    for (size_t i = 0; i < http->n_headers; i++)
        if (!is_header(http->headers[i]))
            return false;
    return (transfer_scheme_is(http->url, "http") || transfer_scheme_is(http->url, "https")) && transfer_text_clean(http->url)
        && is_token(http->method, strlen(http->method)) && transfer_text_clean(http->username)
        && transfer_text_clean(http->password) && transfer_text_clean(http->content_type) && transfer_text_clean(http->ca_file);
}

static void set_body(struct transfer *transfer, const struct transfer_http *http)
{
    bool post = !strcmp(http->method, "POST");
    if (http->content_type || post) {
        SET(transfer->easy, CURLOPT_POST, 1L);
        SET(transfer->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)(http->content_type ? http->body_len : 0));
        SET(transfer->easy, CURLOPT_COPYPOSTFIELDS, http->content_type && http->body ? http->body : "");
    }
    if (!post && strcmp(http->method, "GET") != 0)
        SET(transfer->easy, CURLOPT_CUSTOMREQUEST, http->method);
    else if (!post && http->content_type)
        SET(transfer->easy, CURLOPT_CUSTOMREQUEST, "GET");
}

static void set_headers(struct transfer *transfer, const struct transfer_http *http)
{
    CLEANUP_BUF struct buf line = {0};
    buf_add_text(&line, "Content-Type:");
    if (http->content_type) {
        buf_add_char(&line, ' ');
        buf_add_text(&line, http->content_type);
    }
    transfer_add_line(transfer, buf_text(&line));           /* without a value it takes curl's own away */
    transfer_add_line(transfer, "Expect:");
    for (size_t i = 0; i < http->n_headers; i++)
        transfer_add_line(transfer, http->headers[i]);
    SET(transfer->easy, CURLOPT_HTTPHEADER, transfer->lines);
}

enum err transfer_set_http(struct transfer *transfer, const struct transfer_http *http)
{
    if (!is_clean(http))
        return ERR_SYNTAX;
    SET(transfer->easy, CURLOPT_PROTOCOLS_STR, "http,https");
    SET(transfer->easy, CURLOPT_URL, http->url);
    SET(transfer->easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);     /* one request's trouble is no other's */
    SET(transfer->easy, CURLOPT_USERAGENT, "beredd");
    if (http->username || http->password) {
        SET(transfer->easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
        SET(transfer->easy, CURLOPT_USERNAME, http->username ? http->username : "");
        SET(transfer->easy, CURLOPT_PASSWORD, http->password ? http->password : "");
    }
    transfer_set_timeout(transfer, http->timeout_usec);
    if (transfer_scheme_is(http->url, "https"))             /* redirects are off: plain HTTP stays plain */
        transfer_set_tls(transfer, http->ca_file, true);
    set_body(transfer, http);
    set_headers(transfer, http);
    return ERR_OK;
}

/* Gateways that are spoken to over HTTP, as their presets and files say. */
#include <stdio.h>
#include <string.h>

#include "base/civil.h"
#include "base/gsm7.h"
#include "gateways/gateway.h"
#include "gateways/gateway_reply.h"
#include "gateways/gateway_template.h"

struct http_way {
    char *method, *url, *content_type, *body;    /* templates but for the content type; body NULL: none */
    char *headers[CONFIG_MAX_HEADERS];
    size_t n_headers;
    char *username, *password, *from, *ca_file, *receipt_base;
    bool basic;                      /* the credentials go into the Authorization header: no template names them */
    int64_t timeout_usec;
    struct reply_rule rule;
};

static void http_close(void *own)
{
    struct http_way *way = own;
    if (!way)
        return;
    for (size_t i = 0; i < way->n_headers; i++)
        free(way->headers[i]);
    char *const strings[] = { way->method, way->url, way->content_type, way->body, way->username,
                              way->password, way->from, way->ca_file, way->receipt_base };
    for (size_t i = 0; i < N_ELEMENTS(strings); i++)
        free(strings[i]);
    reply_rule_done(&way->rule);
    free(way);
}

struct named { bool username, password; };

static void look_for_names(const char *template, struct named *named)
{
    named->username = named->username || (template && strstr(template, "{username}"));
    named->password = named->password || (template && strstr(template, "{password}"));
}

/* Where a template says where the credentials go, they go nowhere else. An account's name may well stand in the address, and the
 * password go into the header all the same. */
static bool uses_basic(const struct gateway *config)
{
    struct named named = { 0 };
    bool own = false;
    look_for_names(config->http.url, &named);
    look_for_names(config->http.body, &named);
    for (size_t i = 0; i < config->http.n_headers; i++) {
        look_for_names(config->http.headers[i], &named);
        own = own || strncasecmp(config->http.headers[i], "Authorization:", 14) == 0;
    }
    return config->username && !own && !named.password && (!named.username || config->password);
}

static void copy_strings(struct http_way *way, const struct gateway *config)
{
    const struct gateway_http *http = &config->http;
    way->method = mem_strdup(http->method ? http->method : "POST");
    way->url = gateway_copy(http->url);
    way->body = gateway_copy(http->body);
    way->content_type = gateway_copy(http->content_type);
    if (!way->content_type && way->body)
        way->content_type = mem_strdup("application/x-www-form-urlencoded");
    for (; way->n_headers < http->n_headers; way->n_headers++)
        way->headers[way->n_headers] = mem_strdup(http->headers[way->n_headers]);
    way->username = gateway_copy(config->username);
    way->password = gateway_copy(config->password);
    way->from = gateway_copy(config->from);
    way->ca_file = gateway_copy(config->ca_file);
    way->receipt_base = gateway_copy(config->receipt_base);
}

static enum err http_open(const struct gateway *config, void **ret, struct buf *ret_reason)
{
    struct http_way *way = NEW(struct http_way);
    copy_strings(way, config);
    way->basic = uses_basic(config);
    way->timeout_usec = config->timeout_usec;
    enum err err = reply_rule_parse(&way->rule, config->http.accept, config->http.message_id, ret_reason);
    if (!err && !way->url) {
        buf_add_text(ret_reason, "the gateway has no url");
        err = ERR_SYNTAX;
    }
    if (err)
        http_close(TAKE(way));
    *ret = way;
    return err;
}

/* ---- an attempt ---- */

/* 429, or 503 with a time: it can, but not now. */
static int64_t asked_to_wait_usec(const struct transfer_result *result)
{
    if (result->status == 429)
        return result->retry_after_usec > 0 ? result->retry_after_usec : USEC_PER_SEC;
    return result->status == 503 ? result->retry_after_usec : 0;
}

/* A number that nobody has, a text that it does not like. Credentials, an address that is wrong and an account without money are not
 * the page's, nor is a success that is none by its body: that may be another's page, as of a guest network. */
static bool is_about_the_page(long status)
{
    static const long gateways_own[] = { 401, 402, 403, 404, 405, 407, 408 };
    for (size_t i = 0; i < N_ELEMENTS(gateways_own); i++) {
        if (status == gateways_own[i])
            return false;
    }
    return status >= 400 && status < 500;
}

static void http_done(void *userdata, const struct transfer_result *result)
{
    struct gateway_attempt *attempt = userdata;
    const struct http_way *way = gateway_own(attempt);
    CLEANUP_BUF struct buf id = { 0 };
    CLEANUP_BUF struct buf reason = { 0 };
    if (result->outcome != TRANSFER_DONE) {
        gateway_end_failed(attempt, result->reason);
    } else if (reply_rule_accepts(&way->rule, result, &id, &reason)) {
        gateway_end(attempt, &(struct gateway_result){ .accepted = true, .provider_id = id.len > 0 ? buf_text(&id) : NULL });
    } else {
        gateway_end(attempt, &(struct gateway_result){
            .reason = buf_text(&reason),
            .page_refused = is_about_the_page(result->status),
            .retry_after_usec = asked_to_wait_usec(result),
        });
    }
}

struct rendered {
    struct buf method, url, body, receipt_url;
    struct buf headers[CONFIG_MAX_HEADERS];
};

static void rendered_done(struct rendered *rendered)
{
    struct buf *const bufs[] = { &rendered->method, &rendered->url, &rendered->body, &rendered->receipt_url };
    for (size_t i = 0; i < N_ELEMENTS(bufs); i++)
        buf_done(bufs[i]);
    for (size_t i = 0; i < CONFIG_MAX_HEADERS; i++)
        buf_done(&rendered->headers[i]);
}

static enum err render(const struct http_way *way, const struct gateway_message *message, struct rendered *rendered)
{
    if (way->receipt_base)
        buf_printf(&rendered->receipt_url, "%s/receipt?page=%s", way->receipt_base, message->page);
    const struct template_values values = {
        .to = message->view->to,
        .from = way->from,
        .text = buf_text(&message->text->text),
        .subject = buf_text(&message->text->subject),
        .coding = gsm7_measure(buf_text(&message->text->text), message->text->text.len).ucs2 ? "2" : "0",
        .page = message->page,
        .receipt_url = buf_text(&rendered->receipt_url),
        .username = way->username,
        .password = way->password,
    };
    enum err err = template_render(way->url, TEMPLATE_ADDRESS, &values, &rendered->url);
    if (!err)
        err = template_render(way->method, TEMPLATE_HEADER, &values, &rendered->method);
    if (!err && way->body)
        err = template_render(way->body, template_place_of_body(way->content_type), &values, &rendered->body);
    for (size_t i = 0; i < way->n_headers && !err; i++)
        err = template_render(way->headers[i], TEMPLATE_HEADER, &values, &rendered->headers[i]);
    return err;
}

static enum err begin(const struct http_way *way, struct http_client *client, const struct rendered *rendered,
                      struct gateway_attempt *attempt)
{
    const char *headers[CONFIG_MAX_HEADERS];
    for (size_t i = 0; i < way->n_headers; i++)
        headers[i] = buf_text(&rendered->headers[i]);
    const struct transfer_http http = {
        .method = buf_text(&rendered->method),
        .url = buf_text(&rendered->url),
        .username = way->basic ? way->username : NULL,
        .password = way->basic ? way->password : NULL,
        .headers = headers,
        .n_headers = way->n_headers,
        .content_type = way->body ? way->content_type : NULL,
        .body = way->body ? buf_text(&rendered->body) : NULL,
        .body_len = rendered->body.len,
        .ca_file = way->ca_file,
        .timeout_usec = way->timeout_usec,
    };
    return http_client_start(client, &http, http_done, attempt, &attempt->transfer);
}

static void http_start(void *own, struct http_client *client, const struct gateway_message *message,
                       struct gateway_attempt *attempt)
{
    const struct http_way *way = own;
    struct rendered rendered = { 0 };
    enum err err = render(way, message, &rendered);
    if (!err)
        err = begin(way, client, &rendered, attempt);
    rendered_done(&rendered);
    if (err)
        gateway_end_failed(attempt, "the request would hold control characters, or an address that is no HTTP address");
}

const struct gateway_kind gateway_http_kind = { .open = http_open, .close = http_close, .start = http_start };

#include "ctl/client.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>

#include <curl/curl.h>

enum {
    CONNECT_MSEC = 5000,
    REPLY_SEC = 90,          /* a gateway test waits for the gateway */
};

struct client {
    CURL *curl;
    char *socket_path;
    char error[CURL_ERROR_SIZE];
};

struct client *client_new(const char *socket_path)
{
    struct client *client = NEW(struct client);
    client->socket_path = mem_strdup(socket_path);
    client->curl = curl_easy_init();
    if (!client->curl) {
        fputs("bereddctl: out of memory\n", stderr);
        abort();
    }
    return client;
}

void client_free(struct client *client)
{
    if (!client)
        return;
    curl_easy_cleanup(client->curl);
    free(client->socket_path);
    free(client);
}

void client_reply_done(struct client_reply *reply)
{
    buf_done(&reply->body);
    json_decref(reply->json);
    reply->json = NULL;
}

void client_add_path(struct buf *path, const char *segment)
{
    static const char hex[] = "0123456789ABCDEF";
    for (const unsigned char *c = (const unsigned char *)segment; *c; c++) {
        bool plain = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') || strchr("-._~", *c);
        if (plain) {
            buf_add_char(path, (char)*c);
        } else {
            buf_add_char(path, '%');
            buf_add_char(path, hex[*c >> 4]);
            buf_add_char(path, hex[*c & 15]);
        }
    }
}

void client_add_query(struct buf *path, const char *name, const char *value)
{
    if (!value)
        return;
    buf_add_char(path, strchr(buf_text(path), '?') ? '&' : '?');
    buf_add_text(path, name);
    buf_add_char(path, '=');
    client_add_path(path, value);
}

static enum err from_curl(CURL *curl, CURLcode code)
{
    long os_error = 0;
    switch (code) {
    case CURLE_OK:
        return ERR_OK;
    case CURLE_COULDNT_CONNECT:
        (void)curl_easy_getinfo(curl, CURLINFO_OS_ERRNO, &os_error);
        return os_error == EACCES || os_error == EPERM ? ERR_DENIED : ERR_NOT_FOUND;
    case CURLE_OPERATION_TIMEDOUT:
        return ERR_TIMEOUT;
    case CURLE_FILESIZE_EXCEEDED:
        return ERR_TOO_BIG;
    default:
        return ERR_IO;
    }
}

/* curl_easy_setopt can only fail for want of memory or for an option unknown to this libcurl; configure asks for one that knows
 * them. */
#define SET(curl, option, value)                                                 \
    do {                                                                         \
        CURLcode set_ = curl_easy_setopt(curl, option, value);                   \
        assert(set_ == CURLE_OK);                                                \
    } while (0)

static void prepare(struct client *client, const char *path)
{
    CLEANUP_BUF struct buf url = {0};
    buf_printf(&url, "http://beredd%s", path);
    curl_easy_reset(client->curl);
    SET(client->curl, CURLOPT_UNIX_SOCKET_PATH, client->socket_path);
    SET(client->curl, CURLOPT_URL, buf_text(&url));
    SET(client->curl, CURLOPT_PROTOCOLS_STR, "http");
    SET(client->curl, CURLOPT_PROXY, "");
    SET(client->curl, CURLOPT_NOSIGNAL, 1L);
    SET(client->curl, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MSEC);
    SET(client->curl, CURLOPT_PATH_AS_IS, 1L);
}

static size_t collect(char *bytes, size_t size, size_t n, void *userdata)
{
    struct buf *body = userdata;
    if (body->len + size * n > CLIENT_MAX_REPLY_BYTES)
        return 0;
    buf_add(body, bytes, size * n);
    return size * n;
}

static void read_json(struct client_reply *reply)
{
    reply->json = json_loadb(buf_text(&reply->body), reply->body.len, JSON_REJECT_DUPLICATES, NULL);
}

enum err client_call(struct client *client, const char *method, const char *path, json_t *body, struct client_reply *ret)
{
    CLEANUP_FREE char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;
    struct curl_slist *headers = curl_slist_append(NULL, "Accept: application/json");
    prepare(client, path);
    SET(client->curl, CURLOPT_TIMEOUT, (long)REPLY_SEC);
    SET(client->curl, CURLOPT_WRITEFUNCTION, collect);
    SET(client->curl, CURLOPT_WRITEDATA, &ret->body);
    if (strcmp(method, "POST") == 0) {
        headers = curl_slist_append(headers, "Content-Type: application/json");
        headers = curl_slist_append(headers, "Expect:");
        SET(client->curl, CURLOPT_POSTFIELDS, text ? text : "{}");
    }
    SET(client->curl, CURLOPT_HTTPHEADER, headers);
    CURLcode code = curl_easy_perform(client->curl);
    enum err err = code == CURLE_WRITE_ERROR ? ERR_TOO_BIG : from_curl(client->curl, code);
    (void)curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &ret->status);
    curl_slist_free_all(headers);
    if (err == ERR_OK)
        read_json(ret);
    return err;
}

struct stream {
    CURL *curl;
    client_data *data;
    void *userdata;
    struct client_reply *refusal;
    bool stopped;            /* by `data` */
};

static size_t receive(char *bytes, size_t size, size_t n, void *userdata)
{
    struct stream *stream = userdata;
    long status = 0;
    (void)curl_easy_getinfo(stream->curl, CURLINFO_RESPONSE_CODE, &status);
    if (status / 100 != 2)
        return collect(bytes, size, n, &stream->refusal->body);
    stream->stopped = !stream->data(stream->userdata, bytes, size * n);
    return stream->stopped ? 0 : size * n;
}

enum err client_stream(struct client *client, const char *path, client_data *data, void *userdata,
                       struct client_reply *ret_refusal)
{
    struct stream stream = {.curl = client->curl, .data = data, .userdata = userdata, .refusal = ret_refusal};
    struct curl_slist *headers = curl_slist_append(NULL, "Accept: text/event-stream");
    prepare(client, path);
    SET(client->curl, CURLOPT_HTTPHEADER, headers);
    SET(client->curl, CURLOPT_WRITEFUNCTION, receive);
    SET(client->curl, CURLOPT_WRITEDATA, &stream);
    CURLcode code = curl_easy_perform(client->curl);
    (void)curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &ret_refusal->status);
    curl_slist_free_all(headers);
    if (stream.stopped)
        return ERR_OK;
    read_json(ret_refusal);
    return from_curl(client->curl, code);
}

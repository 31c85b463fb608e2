/* From a request of evhttp's to a struct http_request and the handler; and the answer's way back. */
#include <stdio.h>

#include <event2/http.h>
#include <event2/http_struct.h>
#include <event2/keyvalq_struct.h>

#include "base/text.h"
#include "loop/http_server_internal.h"

struct heads {               /* the headers that matter, collected in one walk; "" where absent */
    const char *content_type;
    const char *authorization;
    const char *idempotency_key;
    const char *last_event_id;
    const char *accept_language;
    const char *accept;
    const char *if_none_match;
    const char *content_length;
    const char *transfer_encoding;
    const char *host;
    bool twice;              /* one of the last three stands there more than once */
};

struct head_field {
    const char *name;
    size_t offset;
    bool framing;
};

static const struct head_field head_fields[] = {
    { "Content-Type", offsetof(struct heads, content_type), false },
    { "Authorization", offsetof(struct heads, authorization), false },
    { "Idempotency-Key", offsetof(struct heads, idempotency_key), false },
    { "Last-Event-ID", offsetof(struct heads, last_event_id), false },
    { "Accept-Language", offsetof(struct heads, accept_language), false },
    { "Accept", offsetof(struct heads, accept), false },
    { "If-None-Match", offsetof(struct heads, if_none_match), false },
    { "Content-Length", offsetof(struct heads, content_length), true },
    { "Transfer-Encoding", offsetof(struct heads, transfer_encoding), true },
    { "Host", offsetof(struct heads, host), true },
};

static const char **head_at(struct heads *heads, const struct head_field *field)
{
    return (const char **)(void *)((char *)heads + field->offset);
}

static void collect_heads(struct evhttp_request *req, struct heads *ret)
{
    *ret = (struct heads){0};
    struct evkeyval *header;
    TAILQ_FOREACH(header, evhttp_request_get_input_headers(req), next) {
        for (size_t i = 0; i < N_ELEMENTS(head_fields); i++) {
            if ((header->key[0] | 0x20) != (head_fields[i].name[0] | 0x20)
                || evutil_ascii_strcasecmp(header->key, head_fields[i].name))
                continue;
            const char **slot = head_at(ret, &head_fields[i]);
            ret->twice |= head_fields[i].framing && *slot;
            *slot = *slot ? *slot : header->value;
            break;
        }
    }
    for (size_t i = 0; i < N_ELEMENTS(head_fields); i++)
        if (!*head_at(ret, &head_fields[i]))
            *head_at(ret, &head_fields[i]) = "";
}

/* What two parsers could read differently is not guessed at. Returns why it is refused, or NULL. */
static const char *refuse_framing(const struct http_conn *conn, const struct evhttp_request *req, const struct heads *heads)
{
    bool has_body = (*heads->content_length && strcmp(heads->content_length, "0") != 0) || *heads->transfer_encoding;
    if (conn->scan.bad)
        return "the head of the request is malformed";
    if (heads->twice)
        return "Host, Content-Length or Transfer-Encoding stands there twice";
    if (heads->content_length[strspn(heads->content_length, "0123456789")])
        return "Content-Length is not a number";
    if (*heads->transfer_encoding && evutil_ascii_strcasecmp(heads->transfer_encoding, "chunked"))
        return "this Transfer-Encoding is not supported";
    /* evhttp reads no body for these, and would take it for the next request. */
    if (has_body
        && !(req->type
             & (EVHTTP_REQ_GET | EVHTTP_REQ_POST | EVHTTP_REQ_PUT | EVHTTP_REQ_PATCH | EVHTTP_REQ_DELETE | EVHTTP_REQ_OPTIONS)))
        return "a request of this method has no body";
    return NULL;
}

/* It can be served, but where the next request begins is not sure enough to read one. */
static bool is_doubtful(const struct http_conn *conn, const struct evhttp_request *req, const struct heads *heads)
{
    bool known_version = req->major == 1 && (req->minor == 0 || req->minor == 1);
    bool absolute = evhttp_uri_get_scheme(evhttp_request_get_evhttp_uri(req));
    return conn->scan.doubtful || absolute || *heads->transfer_encoding || !known_version || (req->minor == 1 && !*heads->host);
}

static enum http_method method_of(const struct evhttp_request *req)
{
    switch (req->type) {
    case EVHTTP_REQ_GET:
    case EVHTTP_REQ_HEAD:    return HTTP_GET;
    case EVHTTP_REQ_POST:    return HTTP_POST;
    case EVHTTP_REQ_PUT:     return HTTP_PUT;
    case EVHTTP_REQ_DELETE:  return HTTP_DELETE;
    case EVHTTP_REQ_OPTIONS: return HTTP_OPTIONS;
    case EVHTTP_REQ_PATCH:   return HTTP_PATCH;
    default:                 return HTTP_OTHER;
    }
}

static bool has_dot_segment(const char *path)
{
    for (const char *at = path; (at = strstr(at, "/..")); at += 3)
        if (!at[3] || at[3] == '/')
            return true;
    return false;
}

static bool has_encoded_slash(const char *raw)
{
    for (; (raw = strchr(raw, '%')); raw++)
        if (raw[1] == '2' && (raw[2] | 0x20) == 'f')
            return true;
    return false;
}

/* The decoded path for free(), or NULL if it is one that is refused. */
static char *decode_path(const char *raw)
{
    size_t len;
    char *path = raw ? evhttp_uridecode(*raw ? raw : "/", 0, &len) : NULL;
    if (!path || *path != '/' || strlen(path) != len || has_encoded_slash(raw) || has_dot_segment(path)
        || !text_utf8_valid(path, len)) {
        free(path);
        return NULL;
    }
    return path;
}

/* "Application/JSON; charset=utf-8" -> "application/json"; "" for what is too long to be one we know. */
static void cut_content_type(const char *value, char *ret, size_t size)
{
    size_t len = strcspn(value, "; \t");
    len = len < size ? len : 0;
    for (size_t i = 0; i < len; i++)
        ret[i] = (char)(value[i] >= 'A' && value[i] <= 'Z' ? value[i] | 0x20 : value[i]);
    ret[len] = 0;
}

static void take_body(struct evhttp_request *req, struct http_request *request)
{
    struct evbuffer *input = evhttp_request_get_input_buffer(req);
    request->body_len = evbuffer_get_length(input);
    request->body = "";
    if (!request->body_len)
        return;
    evbuffer_add(input, "", 1);
    request->body = evbuffer_pullup(input, -1);
}

static void fill_from_heads(struct http_request *request, const struct heads *heads)
{
    request->authorization = heads->authorization;
    request->idempotency_key = heads->idempotency_key;
    request->last_event_id = heads->last_event_id;
    request->accept_language = heads->accept_language;
    request->accept = heads->accept;
    request->if_none_match = heads->if_none_match;
}

static void hand_on(struct http_exchange *exchange, const struct heads *heads, const struct http_peer *peer)
{
    const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(exchange->req);
    CLEANUP_FREE char *path = exchange->req->type == EVHTTP_REQ_CONNECT ? NULL : decode_path(evhttp_uri_get_path(uri));
    if (!path) {
        exchange_refuse(exchange, 400, "the path is malformed");
        return;
    }
    char content_type[64];
    cut_content_type(heads->content_type, content_type, sizeof(content_type));
    const char *query = evhttp_uri_get_query(uri);
    struct http_request request = {
        .method = method_of(exchange->req),
        .path = path,
        .query = query ? query : "",
        .content_type = content_type,
        .peer = peer,
    };
    take_body(exchange->req, &request);
    fill_from_heads(&request, heads);
    exchange->server->handler(exchange->server->userdata, exchange, &request);
}

static void answered(struct evhttp_request *req, void *userdata)
{
    if (req->type == EVHTTP_REQ_CONNECT)    /* evhttp thinks it a tunnel now, whatever was answered */
        guard_close(userdata);
    else
        guard_next_request(userdata);
}

/* evhttp echoes the request's version, whatever it was. */
static void limit_version(struct evhttp_request *req)
{
    if (req->major != 1 || req->minor > 1 || req->minor < 0) {
        req->major = 1;
        req->minor = 1;
    }
}

static struct http_exchange *exchange_new(struct http_conn *conn, struct evhttp_request *req)
{
    struct http_exchange *exchange = NEW(struct http_exchange);
    exchange->server = conn->server;
    exchange->conn = conn;
    exchange->req = req;
    exchange->head = req->type == EVHTTP_REQ_HEAD;
    LIST_INSERT_HEAD(&conn->server->exchanges, exchange, link);
    conn->exchange = exchange;
    evhttp_request_set_on_complete_cb(req, answered, conn);
    return exchange;
}

void exchange_begin(struct evhttp_request *req, void *userdata)
{
    struct http_listener *listener = userdata;
    struct http_conn *conn = guard_conn(listener->server, req);
    if (!conn->has_peer)
        peer_learn(conn);
    guard_enter(conn, CONN_ANSWERING);
    struct http_exchange *exchange = exchange_new(conn, req);
    struct http_peer scratch;
    const struct http_peer *peer = peer_of_request(conn, req, &scratch);
    struct heads heads;
    collect_heads(req, &heads);
    const char *why = refuse_framing(conn, req, &heads);
    exchange->close = peer->trusted_proxy || is_doubtful(conn, req, &heads);
    limit_version(req);
    if (why)
        exchange_refuse(exchange, 400, why);
    else
        hand_on(exchange, &heads, peer);
}

const char *http_exchange_header(struct http_exchange *exchange, const char *name)
{
    return exchange->req ? evhttp_find_header(evhttp_request_get_input_headers(exchange->req), name) : NULL;
}

/* --- The answer --- */

void exchange_die(struct http_exchange *exchange)
{
    LIST_REMOVE(exchange, link);
    if (exchange->conn)
        exchange->conn->exchange = NULL;
    exchange->server = NULL;
    exchange->conn = NULL;
    exchange->req = NULL;
}

void exchange_free(struct http_exchange *exchange)
{
    if (exchange->conn)
        exchange->conn->exchange = NULL;
    if (exchange->server)
        LIST_REMOVE(exchange, link);
    free(exchange);
}

void exchange_refuse(struct http_exchange *exchange, int status, const char *why)
{
    char body[256];
    int len = snprintf(body, sizeof(body), "{\"error\": \"%s\"}\n", why);
    exchange->close = true;
    if (exchange->conn)
        exchange->conn->linger = true;
    http_reply(exchange, &(struct http_response){
                             .status = status, .content_type = "application/json", .body = body, .body_len = (size_t)len });
}

void exchange_add_error(struct buf *buf, int status)
{
    const char *why = status == 408   ? "the request did not come in in time"
                      : status == 413 ? "the body is too large, or its chunks are malformed"
                      : status == 417 ? "this expectation cannot be met"
                      : status == 431 ? "the head of the request is too large"
                                      : "the request is malformed";
    char body[128];
    int len = snprintf(body, sizeof(body), "{\"error\": \"%s\"}\n", why);
    buf_printf(buf, "HTTP/1.1 %d Refused\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s",
               status, len, body);
}

static void add_header(struct evhttp_request *req, const char *name, const char *value)
{
    if (value)
        evhttp_add_header(evhttp_request_get_output_headers(req), name, value);
}

static bool is_html(const char *content_type)
{
    return content_type && !strncmp(content_type, "text/html", 9);
}

static void add_headers(const struct http_exchange *exchange, const struct http_response *response)
{
    struct evhttp_request *req = exchange->req;
    bool bodyless = response->status == 204 || response->status == 304 || response->status < 200;
    if (!bodyless) {
        char length[24];
        snprintf(length, sizeof(length), "%zu", response->content_type ? response->body_len : 0);
        add_header(req, "Content-Length", length);
        add_header(req, "Content-Type", response->content_type);
    }
    add_header(req, "X-Content-Type-Options", "nosniff");
    if (is_html(response->content_type)) {
        add_header(req, "Content-Security-Policy",
                   "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'");
        add_header(req, "Referrer-Policy", "no-referrer");
    }
    add_header(req, "Location", response->location);
    add_header(req, "Allow", response->allow);
    add_header(req, "WWW-Authenticate", response->status == 401 ? "Bearer" : NULL);
    add_header(req, "Retry-After", response->retry_after);
    add_header(req, "ETag", response->etag);
    add_header(req, "Cache-Control", response->no_store ? "no-store" : response->etag ? "private, no-cache" : NULL);
    add_header(req, "Connection", exchange->close || exchange->server->draining ? "close" : NULL);
}

void http_reply(struct http_exchange *exchange, const struct http_response *response)
{
    if (exchange->req) {
        add_headers(exchange, response);
        struct evbuffer *output = evhttp_request_get_output_buffer(exchange->req);
        if (response->content_type && !exchange->head && response->status != 204 && response->status != 304)
            evbuffer_add(output, response->body, response->body_len);
        evhttp_send_reply(exchange->req, response->status, NULL, NULL);
    }
    exchange_free(exchange);
}

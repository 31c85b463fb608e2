/* Event streams: answers without an end. */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "base/civil.h"
#include "loop/http_server_internal.h"

enum { KEEPALIVE_USEC = 15000000, UNACKNOWLEDGED_MSEC = 30000 };

void stream_keep_alive(void *userdata)
{
    struct http_server *server = userdata;
    static const char comment[] = ":\n\n";
    struct http_stream *stream;
    LIST_FOREACH(stream, &server->streams, link) {
        if (stream->quiet)
            http_stream_send(stream, comment, sizeof(comment) - 1);
        stream->quiet = true;
    }
    if (!LIST_EMPTY(&server->streams))
        loop_timer_set(server->keepalive_timer, loop_boot_usec() + KEEPALIVE_USEC);
}

/* A peer that vanished without a word is noticed when it acknowledges nothing. */
static void limit_silence(struct http_conn *conn)
{
    int msec = UNACKNOWLEDGED_MSEC;
    if (!conn->peer.local)
        setsockopt(bufferevent_getfd(conn->bev), IPPROTO_TCP, TCP_USER_TIMEOUT, &msec, sizeof(msec));
}

static void start_reply(struct http_exchange *exchange)
{
    struct evkeyvalq *headers = evhttp_request_get_output_headers(exchange->req);
    evhttp_add_header(headers, "Content-Type", "text/event-stream");
    evhttp_add_header(headers, "Cache-Control", "no-store");
    evhttp_add_header(headers, "X-Content-Type-Options", "nosniff");
    evhttp_add_header(headers, "X-Accel-Buffering", "no");          /* nginx passes it on as it comes */
    evhttp_add_header(headers, "Connection", "close");              /* what the peer sends meanwhile is thrown away */
    evhttp_send_reply_start(exchange->req, 200, NULL);
}

static struct http_stream *stream_new(struct http_exchange *exchange, http_stream_closed *closed, void *userdata)
{
    struct http_stream *stream = NEW(struct http_stream);
    stream->server = exchange->server;
    stream->conn = exchange->conn;
    stream->req = exchange->req;
    stream->closed = closed;
    stream->userdata = userdata;
    if (!stream->server)
        return stream;
    if (LIST_EMPTY(&stream->server->streams))
        loop_timer_set(stream->server->keepalive_timer, loop_boot_usec() + KEEPALIVE_USEC);
    LIST_INSERT_HEAD(&stream->server->streams, stream, link);
    stream->server->n_streams++;
    return stream;
}

struct http_stream *http_stream_begin(struct http_exchange *exchange, http_stream_closed *closed, void *userdata)
{
    if (exchange->server && exchange->server->n_streams >= exchange->server->limits.max_streams) {
        static const char body[] = "{\"error\": \"too many event streams are open\"}\n";
        http_reply(exchange, &(struct http_response){ .status = 503, .content_type = "application/json", .body = body,
                                                      .body_len = sizeof(body) - 1, .retry_after = "30" });
        return NULL;
    }
    struct http_stream *stream = stream_new(exchange, closed, userdata);
    bool head = exchange->head;
    if (exchange->server)
        start_reply(exchange);
    exchange_free(exchange);
    if (stream->conn && !head) {
        stream->conn->stream = stream;
        limit_silence(stream->conn);
        guard_enter(stream->conn, CONN_STREAMING);
    } else if (stream->server) {            /* only the head was wanted, or the peer has left already */
        evhttp_send_reply_end(TAKE(stream->req));
        stream_lose(stream);
    }
    return stream;
}

void stream_lose(struct http_stream *stream)
{
    stream->conn = NULL;
    stream->server->streams_lost = true;
    guard_wake_after(stream->server);
}

/* Frees what evhttp left with us: a request whose connection is gone belongs to whoever would have ended it. */
static void stream_free(struct http_stream *stream)
{
    if (stream->server) {
        LIST_REMOVE(stream, link);
        stream->server->n_streams--;
    }
    if (stream->req)
        evhttp_send_reply_end(stream->req);
    free(stream);
}

static struct http_stream *find_lost(struct http_server *server)
{
    struct http_stream *stream;
    LIST_FOREACH(stream, &server->streams, link)
        if (!stream->conn)
            return stream;
    return NULL;
}

void stream_tell_lost(struct http_server *server)
{
    if (!server->streams_lost)
        return;
    server->streams_lost = false;
    struct http_stream *stream;
    while ((stream = find_lost(server))) {
        http_stream_closed *closed = stream->closed;
        void *userdata = stream->userdata;
        stream_free(stream);
        closed(userdata);
    }
}

void stream_die(struct http_stream *stream)
{
    LIST_REMOVE(stream, link);
    if (stream->conn)
        stream->conn->stream = NULL;
    stream->server = NULL;
    stream->conn = NULL;
    stream->req = NULL;
}

/* evhttp calls this when its output is empty; every chunk asks for it, since each takes the place of what the one before asked
 * for. */
static void on_drained(struct evhttp_connection *connection, void *userdata)
{
    struct http_stream *stream = userdata;
    (void)connection;
    http_stream_drained *drained = TAKE(stream->drained);
    if (drained)
        drained(stream->drained_userdata);
}

void http_stream_when_drained(struct http_stream *stream, http_stream_drained *drained, void *userdata)
{
    stream->drained = drained;
    stream->drained_userdata = userdata;
}

void http_stream_send(struct http_stream *stream, const void *bytes, size_t len)
{
    if (!stream->conn || stream->conn->phase != CONN_STREAMING || !len)
        return;
    struct evbuffer *output = bufferevent_get_output(stream->conn->bev);
    if (evbuffer_get_length(output) + len > stream->server->limits.max_stream_backlog_bytes) {
        guard_close(stream->conn);
        return;
    }
    struct evbuffer *chunk = evbuffer_new();
    evbuffer_add(chunk, bytes, len);
    evhttp_send_reply_chunk_with_cb(stream->req, chunk, on_drained, stream);
    evbuffer_free(chunk);
    stream->quiet = false;
}

void http_stream_end(struct http_stream *stream)
{
    if (!stream)
        return;
    if (stream->conn) {
        stream->conn->stream = NULL;
        if (stream->conn->phase == CONN_STREAMING)
            guard_enter(stream->conn, CONN_ANSWERING);
    }
    stream_free(stream);
}

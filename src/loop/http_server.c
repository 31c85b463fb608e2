#include "loop/http_server.h"

#include <assert.h>

#include "base/civil.h"
#include "loop/http_server_internal.h"

const struct http_limits http_default_limits = {
    .max_header_bytes = 16384,
    .max_body_bytes = 65536,
    .max_connections = 1000,
    .max_streams = 64,
    .request_usec = 10 * USEC_PER_SEC,
    .response_usec = 30 * USEC_PER_SEC,
    .max_stream_backlog_bytes = 1048576,
};

struct http_server *http_server_new(struct loop *loop, const struct http_limits *limits, http_handler *handler, void *userdata)
{
    assert(limits->max_connections > 0);
    struct http_server *server = NEW(struct http_server);
    server->loop = loop;
    server->limits = *limits;
    server->handler = handler;
    server->userdata = userdata;
    SLIST_INIT(&server->listeners);
    LIST_INIT(&server->exchanges);
    LIST_INIT(&server->streams);
    server->accept_timer = loop_timer_new(loop, listeners_resume, server);
    server->keepalive_timer = loop_timer_new(loop, stream_keep_alive, server);
    guard_init(server);
    return server;
}

/* evhttp frees the requests of connections it still has, and only those. */
static void free_orphan(struct evhttp_request *req)
{
    if (req && !evhttp_request_get_connection(req))
        evhttp_request_free(req);
}

void http_server_free(struct http_server *server)
{
    if (!server)
        return;
    struct http_exchange *exchange;
    while ((exchange = LIST_FIRST(&server->exchanges))) {
        free_orphan(exchange->req);
        exchange_die(exchange);
    }
    struct http_stream *stream;
    while ((stream = LIST_FIRST(&server->streams))) {
        free_orphan(stream->req);
        stream_die(stream);
    }
    guard_done(server);
    struct http_listener *listener;
    while ((listener = SLIST_FIRST(&server->listeners)))
        listener_free(listener);
    loop_timer_free(server->accept_timer);
    loop_timer_free(server->keepalive_timer);
    free(server->trusted);
    free(server);
}

void http_server_trust(struct http_server *server, const char *const *addresses, size_t n)
{
    server->trusted = mem_realloc_array(server->trusted, n + 1, sizeof(*server->trusted));
    server->n_trusted = 0;
    for (size_t i = 0; i < n; i++)
        server->n_trusted += peer_parse_ip(addresses[i], server->trusted[server->n_trusted]);
}

void http_server_stop_accepting(struct http_server *server)
{
    server->draining = true;
    loop_timer_clear(server->accept_timer);
    struct http_listener *listener, *next;
    for (listener = SLIST_FIRST(&server->listeners); listener; listener = next) {
        next = SLIST_NEXT(listener, link);
        listener_stop(listener);
    }
    guard_close_idle(server);
}

unsigned http_server_connections(const struct http_server *server)
{
    return server->n_conns;
}

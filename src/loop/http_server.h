/* The HTTP server, over libevent's evhttp, with the guard that evhttp lacks: limits on header and body size, on the time to
 * a whole request, and on the number of connections. When they run out, the oldest that has not finished its request is closed; a
 * new one is never refused. It refuses framing that two parsers could read differently (facts: duplicate Content-Length or
 * Host, ...), and closes after doubtful requests. Bodies that stop half way, a byte a second, idle
 * crowds: all end by the clock. */
#ifndef LOOP_HTTP_SERVER_H
#define LOOP_HTTP_SERVER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "loop/http.h"
#include "loop/loop.h"

struct http_server;

struct http_limits {
    size_t max_header_bytes;        /* 16 KiB */
    size_t max_body_bytes;          /* 64 KiB */
    unsigned max_connections;       /* 1000; event streams count too */
    unsigned max_streams;           /* 64 */
    int64_t request_usec;           /* 10 s: from accept or the last answer to a whole request; idle keep-alive ends by it too */
    int64_t response_usec;          /* 30 s: from a whole request to its last byte read by the peer */
    size_t max_stream_backlog_bytes;   /* 1 MiB: a stream's client that reads more slowly is dropped */
};
extern const struct http_limits http_default_limits;

/* Called for each whole request. The handler must see to it that http_reply() or http_stream_begin() is called exactly once on
 * the exchange, now or later on the loop's thread. `request` is borrowed for the call. If the peer goes away first, the
 * exchange stays valid and the reply goes nowhere. */
typedef void http_handler(void *userdata, struct http_exchange *exchange, const struct http_request *request);

struct http_server *http_server_new(struct loop *loop, const struct http_limits *limits, http_handler *handler, void *userdata);
/* Closes listeners and connections. Exchanges not yet replied to become dead: they may still be replied to, once. So do
 * streams: they must still be ended, and `closed` is not called any more. */
void http_server_free(struct http_server *server);          /* accepts NULL */

/* Listens. "127.0.0.1:8787", "[::1]:8787"; port 0 takes any free one. TLS with both files, or neither (NULL); ret_port may be
 * NULL. An address that is listened on already keeps its socket, and new connections get the certificate as it is now.
 * ERR_SYNTAX: the address, or files that are no certificate and its key. ERR_EXISTS: somebody else listens there. Whatever keeps
 * the files from being used, an address that is listened on already is not served without TLS from then on. */
WARN_UNUSED enum err http_server_listen_tcp(struct http_server *server, const char *address, const char *certificate_path,
                                            const char *key_path, int *ret_port);
/* Whether these are a certificate and its key; as http_server_listen_tcp() would say. */
WARN_UNUSED enum err http_server_check_tls(const char *certificate_path, const char *key_path);
/* Makes the socket (mode 0660), replacing a stale one; ERR_EXISTS if somebody answers on it. Unlinked again at the end. */
WARN_UNUSED enum err http_server_listen_unix(struct http_server *server, const char *path);
/* A listening descriptor from the service manager; it is taken over. `address`, NULL for a local socket, is what
 * http_server_listen_tcp() would be told: called with it, that gives this socket its certificate. It is kept whatever
 * http_server_keep_tcp() is told. */
WARN_UNUSED enum err http_server_listen_fd(struct http_server *server, int fd, const char *address);
/* Stops listening on TCP addresses that are not in the list (for a reload); those still listed keep their sockets. */
void http_server_keep_tcp(struct http_server *server, const char *const *addresses, size_t n);
/* Numeric addresses whose X-Forwarded-For is believed. Copied. */
void http_server_trust(struct http_server *server, const char *const *addresses, size_t n);
/* No new connections; those that have no request under way are closed, if in a quarter of a second none has come. For a drain. */
void http_server_stop_accepting(struct http_server *server);
unsigned http_server_connections(const struct http_server *server);

/* Sends the response and ends the exchange; the exchange must not be used afterwards. Adds Content-Length, Date,
 * X-Content-Type-Options: nosniff, to a 401 which authentication there is, and for HTML a strict Content-Security-Policy (no
 * scripts, inline style only), Referrer-Policy: no-referrer. */
void http_reply(struct http_exchange *exchange, const struct http_response *response);

/* An event stream (text/event-stream) of unknown length. `closed` is called once when the peer leaves or is dropped, not
 * after http_stream_end(), and never from within the functions here; the stream is gone then. Comment lines keep a quiet stream
 * alive by themselves. The connection serves nothing else. NULL: too many streams, and the exchange has been answered 503. */
struct http_stream;
typedef void http_stream_closed(void *userdata);
struct http_stream *http_stream_begin(struct http_exchange *exchange, http_stream_closed *closed, void *userdata);
void http_stream_send(struct http_stream *stream, const void *bytes, size_t len);
/* Right after a send, for who has much to tell: calls back, once, when the kernel has taken all that was sent so far, so that a
 * slow peer is waited for and not dropped. Not after `closed` or http_stream_end(); a second request takes the place of
 * the first. */
typedef void http_stream_drained(void *userdata);
void http_stream_when_drained(struct http_stream *stream, http_stream_drained *drained, void *userdata);
void http_stream_end(struct http_stream *stream);           /* accepts NULL */

#endif

/* What the files of the HTTP server share; nobody else includes it.
 *
 * A connection belongs to evhttp, which says little about it. The guard (http_guard.c) therefore keeps a record of its own
 * for each: it makes the bufferevent, holds a reference to it, and knows by the clock how long the peer has taken. When
 * evhttp lets go of a connection, the guard drops its reference, and only then is the descriptor closed. */
#ifndef LOOP_HTTP_SERVER_INTERNAL_H
#define LOOP_HTTP_SERVER_INTERNAL_H

#include <sys/queue.h>
#include <sys/stat.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <openssl/ssl.h>

#include "base/map.h"
#include "loop/http_scan.h"
#include "loop/http_server.h"
#include "loop/loop_internal.h"

enum conn_phase {
    CONN_READING,       /* no whole request yet: ends after request_usec */
    CONN_ANSWERING,     /* a whole request, whose answer the peer has not all taken: ends after response_usec */
    CONN_STREAMING,     /* an event stream: no deadline */
    CONN_CLOSING,       /* given up; evhttp is told so in this round of the loop */
    CONN_LINGERING,     /* evhttp let go; the peer may still be sending what nobody wants */
    N_CONN_PHASES
};

struct http_listener {
    SLIST_ENTRY(http_listener) link;
    struct http_server *server;
    struct evhttp *evhttp;                  /* one a listener, so that each can have its own kind of bufferevent */
    struct evhttp_bound_socket *bound;      /* NULL: no longer listening; freed with its last connection */
    struct event *headroom_event;
    SSL_CTX *tls;                           /* NULL: plain */
    char *address;                          /* as given to http_server_listen_tcp(), or with a descriptor; NULL for local
                                               sockets */
    bool handed_over;                       /* came as a descriptor */
    char *unix_path;                        /* a socket of our own making, unlinked at the end */
    dev_t unix_dev;
    ino_t unix_ino;
    unsigned n_conns;
};

struct http_conn {
    TAILQ_ENTRY(http_conn) link;            /* in its phase's list, oldest first */
    TAILQ_ENTRY(http_conn) after_link;
    struct http_server *server;
    struct http_listener *listener;
    struct bufferevent *bev;
    struct evbuffer_cb_entry *input_cb;
    struct evbuffer_cb_entry *output_cb;
    struct evhttp_connection *evcon;        /* NULL until the first request, and after evhttp let go */
    struct http_exchange *exchange;         /* the request that the handler has now */
    struct http_stream *stream;
    enum conn_phase phase;
    int64_t since_usec;                     /* when the phase began */
    struct http_scan scan;
    bool after_queued;
    bool let_go;
    bool evhttp_spoke;                      /* evhttp wrote something of its own accord */
    bool linger;                            /* an error is on its way to a peer that may still be sending */
    bool has_peer;
    struct http_peer peer;
    unsigned char ip[16];                   /* IPv4 mapped into IPv6; zero on AF_UNIX */
};

struct http_exchange {
    LIST_ENTRY(http_exchange) link;
    struct http_server *server;             /* NULL: freed meanwhile, and req with it */
    struct http_conn *conn;                 /* NULL: the peer is gone */
    struct evhttp_request *req;
    bool head;
    bool close;                             /* nothing more is to be read from this connection */
};

struct http_stream {
    LIST_ENTRY(http_stream) link;
    struct http_server *server;
    struct http_conn *conn;                 /* NULL: the peer is gone, and `closed` is due */
    struct evhttp_request *req;             /* NULL: the server is gone */
    http_stream_closed *closed;
    void *userdata;
    http_stream_drained *drained;           /* NULL: nobody waits for it */
    void *drained_userdata;
    bool quiet;                             /* nothing was sent since the last tick of the keep-alive */
};

TAILQ_HEAD(http_conn_list, http_conn);

struct http_server {
    struct loop *loop;
    struct http_limits limits;
    http_handler *handler;
    void *userdata;
    SLIST_HEAD(, http_listener) listeners;
    struct http_conn_list conns[N_CONN_PHASES];
    unsigned n_conns;                       /* in the first three phases */
    struct map conn_of_bev;
    struct http_conn_list after;            /* conns with something to do once no evhttp function is on the stack */
    struct event *after_event;
    struct loop_timer *tick_timer;
    int64_t tick_usec;                      /* when it goes off; 0: not set */
    struct loop_timer *accept_timer;        /* set while accepting pauses for want of descriptors */
    LIST_HEAD(, http_exchange) exchanges;
    LIST_HEAD(, http_stream) streams;
    unsigned n_streams;
    bool streams_lost;                      /* some stream's `closed` is due */
    struct loop_timer *keepalive_timer;
    unsigned char (*trusted)[16];
    size_t n_trusted;
    bool draining;
};

/* http_guard.c */
void guard_init(struct http_server *server);
void guard_done(struct http_server *server);            /* before the listeners go; exchanges and streams are dead already */
struct bufferevent *guard_new_bufferevent(struct event_base *base, void *listener);
struct http_conn *guard_conn(struct http_server *server, struct evhttp_request *req);
void guard_enter(struct http_conn *conn, enum conn_phase phase);
/* A whole answer was taken: the next request begins, perhaps with bytes that are here already. */
void guard_next_request(struct http_conn *conn);
void guard_close(struct http_conn *conn);               /* at the end of this round */
void guard_close_idle(struct http_server *server);
bool guard_evict(struct http_server *server);           /* closes the connection we miss least; false: there is none */
void guard_wake_after(struct http_server *server);      /* runs the end-of-round work */

/* http_peer.c */
void peer_learn(struct http_conn *conn);
/* The peer as this request shows it; `scratch` holds it where that differs from the connection's. */
const struct http_peer *peer_of_request(struct http_conn *conn, struct evhttp_request *req, struct http_peer *scratch);
bool peer_parse_ip(const char *address, unsigned char ret_ip[16]);

/* http_exchange.c */
void exchange_begin(struct evhttp_request *req, void *listener);
void exchange_die(struct http_exchange *exchange);      /* the server goes; the owner still replies once */
void exchange_free(struct http_exchange *exchange);     /* answered, or made a stream */
void exchange_refuse(struct http_exchange *exchange, int status, const char *why);
/* A whole answer, head and all, with {"error": ...} and Connection: close, where evhttp cannot make it. */
void exchange_add_error(struct buf *buf, int status);

/* http_stream.c */
void stream_lose(struct http_stream *stream);           /* its connection is gone; `closed` is called at the end of the round */
void stream_tell_lost(struct http_server *server);      /* calls `closed` for those */
void stream_keep_alive(void *server);
void stream_die(struct http_stream *stream);            /* the server goes; the owner still ends it */

/* http_listen.c */
void listener_stop(struct http_listener *listener);     /* closes its socket; it goes with its last connection */
void listener_free(struct http_listener *listener);     /* with all its connections */
void listeners_resume(void *server);                    /* accepting, after a pause for want of descriptors */

#endif

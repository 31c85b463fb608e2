/* A request and a response as plain data. Handlers (api/, web/) know HTTP only through this; no libevent type shows. */
#ifndef LOOP_HTTP_H
#define LOOP_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"

enum http_method { HTTP_GET, HTTP_HEAD, HTTP_POST, HTTP_PUT, HTTP_DELETE, HTTP_OPTIONS, HTTP_PATCH, HTTP_OTHER };

enum { HTTP_MAX_GROUPS = 64 };

/* Who is at the other end of a connection. */
struct http_peer {
    bool local;                 /* over an AF_UNIX socket: uid, gid and groups are the kernel's word */
    bool tls;
    bool trusted_proxy;         /* the address is one of the server's trusted proxies */
    uid_t uid;
    gid_t gid;
    gid_t groups[HTTP_MAX_GROUPS];   /* SO_PEERGROUPS */
    size_t n_groups;
    char address[64];           /* numeric; behind a trusted proxy, the last X-Forwarded-For that it added; "local" on AF_UNIX */
};

struct http_request {           /* borrowed for the handler's call; copy what is kept */
    enum http_method method;    /* HEAD is handed on as GET: the server leaves the body out */
    const char *path;           /* decoded, begins with "/"; a raw path with an encoded slash, NUL or ".." is refused before */
    const char *query;          /* raw, without "?"; "" if none */
    const void *body;           /* body_len bytes, and a NUL behind them */
    size_t body_len;
    const char *content_type;   /* "" if none; parameters cut off, lower case */
    const char *authorization;  /* "" if none */
    const char *idempotency_key;   /* "" if none */
    const char *last_event_id;  /* "" if none */
    const char *accept_language;   /* "" if none */
    const char *accept;            /* "" if none */
    const char *if_none_match;     /* "" if none */
    const struct http_peer *peer;
};

/* The named header of a request in flight, or NULL (for hooks that check a provider's signature). */
struct http_exchange;
const char *http_exchange_header(struct http_exchange *exchange, const char *name);

struct http_response {
    int status;
    const char *content_type;   /* NULL: no body */
    const void *body;
    size_t body_len;
    const char *location;       /* these three: NULL if none */
    const char *allow;
    const char *retry_after;
    bool no_store;              /* Cache-Control: no-store, for pages with tokens in their address */
    const char *etag;           /* with its quotes; NULL: none. May be kept by who asked, and is asked for again (private,
                                   no-cache) */
};

/* A form or query string: application/x-www-form-urlencoded. Returns false where the name is missing; the value is decoded
 * into `ret` (emptied first). Bytes that are no UTF-8, or a NUL, also give false. The first of equal names counts. */
bool http_form_value(const char *form, size_t form_len, const char *name, struct buf *ret);
/* Steps through one: the pair at *form, decoded into both (emptied first), and *form moves past it; for as long as *form < end.
 * The bytes are as they come, so the caller minds NULs and what is no UTF-8. */
void http_form_next(const char **form, const char *end, struct buf *ret_name, struct buf *ret_value);
void http_add_form_encoded(struct buf *buf, const char *text);      /* percent-encoding for a value in a form or a query */

#endif

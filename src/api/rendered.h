/* A response that stands ready, and waits for the commit that lets it out. */
#ifndef API_RENDERED_H
#define API_RENDERED_H

#include <stddef.h>

#include "api/json_writer.h"
#include "base/buf.h"
#include "loop/http.h"
#include "loop/http_server.h"

struct rendered {            /* a value: zeroed is empty; rendered_done() */
    int status;              /* 0: nothing stands here yet */
    const char *content_type;    /* static; NULL: JSON */
    struct buf body;
    struct buf location;     /* empty: none */
    const char *allow;       /* static; NULL: none */
    const char *retry_after; /* static; NULL: none */
};

/* Empties what stood there and begins a JSON object with this status; rendered_end() closes it. */
struct json_writer rendered_begin(struct rendered *rendered, int status);
void rendered_end(struct json_writer *writer);

/* {"error": ..., "field": ...}; field may be NULL. The object stays open for more until rendered_end(). */
struct json_writer rendered_begin_error(struct rendered *rendered, int status, const char *field, const char *format, ...)
    PRINTF(4, 5);
void rendered_error(struct rendered *rendered, int status, const char *field, const char *format, ...) PRINTF(4, 5);

/* What was meant as a success, and could not be made durable: 503 with what was done inside, under `key`. */
void rendered_unsaved(struct rendered *rendered, const char *key, const char *message);

/* Sends it on the exchange, which ends, and empties it. Nothing that this program answers may be cached. */
void rendered_send(struct rendered *rendered, struct http_exchange *exchange);
void rendered_done(struct rendered *rendered);

#define CLEANUP_RENDERED __attribute__((cleanup(rendered_done)))

#endif

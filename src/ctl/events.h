/* Server-sent events (WHATWG HTML, 9.2), read piece by piece: the daemon's live log. */
#ifndef CTL_EVENTS_H
#define CTL_EVENTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

enum { EVENTS_MAX_BYTES = 1024 * 1024 };     /* of one event; more is dropped whole */

/* One event's data: lines joined by line feeds. Returns false to hear no more. */
typedef bool events_cb(void *userdata, const char *data, size_t len);

struct events {              /* a value: set cb and userdata, the rest zeroed; events_done() */
    events_cb *cb;
    void *userdata;
    struct buf line, data;
    bool has_data, too_big, after_cr;
};

bool events_feed(struct events *events, const char *bytes, size_t len);      /* false: cb wants no more */
void events_reset(struct events *events);                                    /* a new connection: what was half read is
                                                                                forgotten */
void events_done(struct events *events);

#endif

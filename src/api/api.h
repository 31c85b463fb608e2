/* The one API, on TCP and on the local socket: routes, who may do what, JSON in and out, the pages for people (web/), and the
 * providers' hooks. It turns requests into events and verdicts into responses; it decides nothing and sends nothing.
 *
 * A request that changes something becomes an event (api_ops.submit). The engine steps it; the daemon hands the verdict to
 * api_verdict() at once, while the engine's state is the one that the verdict speaks of, so that the body is rendered then;
 * and calls api_release() after the commit, which sends it. A read that needs only state is rendered at once and held by the
 * daemon's api_ops.after_commit until all that it saw is durable. */
#ifndef API_API_H
#define API_API_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "config/config.h"
#include "engine/engine.h"
#include "gateways/dispatch.h"
#include "loop/http.h"
#include "loop/http_server.h"
#include "store/store.h"

struct api;

struct api_status {                          /* what only the daemon knows */
    bool degraded;
    const char *degraded_reason;             /* "" */
    uint64_t committed_seq;
    size_t records_waiting;
    int64_t started_wall_usec;
    int64_t config_loaded_wall_usec;
    uint64_t journal_lost;
};

struct api_gateway {                         /* likewise, of one gateway; strings live until the call returns to the loop */
    int64_t checked_usec;                    /* wall: when it was last checked; 0: never */
    bool check_failed;
    const char *check_reason;                /* "" */
    const char *balance;                     /* "312.50 SEK"; "" if it is not known */
    int64_t balance_usec;                    /* wall: when it was */
    bool balance_low;
};

struct api_schedule {                        /* likewise, of a scheduled drill: what its last one came to */
    const char *id;                          /* "": none is known */
    int64_t ended_usec;                      /* wall */
    uint32_t answered, total;
};

struct api_exercise {                        /* likewise, of a role */
    int64_t succeeded_usec;                  /* wall: when a drill of it succeeded last; 0: none is known */
    bool overdue;
};

struct api_ops {
    /* Queues the event. What it points to is copied before the call returns. False: too much waits; answer 503. The request
     * number in it comes back with the verdict. */
    bool (*submit)(void *userdata, const struct event *event);
    /* Calls back when everything that the engine has decided so far is durable (at once, if it is), or when degraded. */
    void (*after_commit)(void *userdata, void (*cb)(void *cb_userdata, bool degraded), void *cb_userdata);
    /* Reads the configuration on disk; the problems go to `ret`. install: swap it in if it has no errors. */
    enum err (*reload)(void *userdata, bool install, struct problems *ret);
    void (*status)(void *userdata, struct api_status *ret);
    struct now (*now)(void *userdata);
    void (*gateway)(void *userdata, const char *name, struct api_gateway *ret);
    void (*schedule)(void *userdata, const char *name, struct api_schedule *ret);
    void (*exercise)(void *userdata, const struct roster *roster, struct api_exercise *ret);
};

/* All pointers stay the caller's and outlive the api. store may be NULL (it could not be opened): reads of history are answered
 * 503. */
struct api *api_new(const struct engine *engine, struct store *store, struct dispatch *dispatch, const struct api_ops *ops,
                    void *userdata);
void api_free(struct api *api);                                      /* accepts NULL */
/* A store that could be opened only later. */
void api_set_store(struct api *api, struct store *store);
void api_set_config(struct api *api, const struct config *config);   /* in force from now on; lives until the next one */

/* The http_handler of the server; userdata is the api. */
void api_handle(void *userdata, struct http_exchange *exchange, const struct http_request *request);

/* The verdict on a submitted event: renders the response. Unknown requests (the caller is gone) are ignored. */
void api_verdict(struct api *api, const struct effect_reply *reply);
/* After the commit, or in its stead: sends what api_verdict() rendered; degraded turns 2xx into 503 with what was done (for
 * people's pages: "not yet saved"). */
void api_release(struct api *api, uint64_t request, bool degraded);

/* A committed record, for the event streams. */
void api_publish(struct api *api, const struct record *record);
void api_drain(struct api *api);                                     /* ends the event streams: the daemon is stopping */

/* One record as interface.md's timeline entry, without a newline: the same for the timeline, /v1/events and tests. */
void api_add_timeline_json(struct buf *buf, const struct record *record);

#endif

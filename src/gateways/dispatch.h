/* Getting pages out: queues, gateways, failover, retry. Decides nothing about whom to page.
 *
 * A page handed to dispatch_send() waits, in order of rank and then age, for a place in the window of its channel's first
 * gateway, of which an eighth is kept for RANK_FIRST; after 1 s without one it goes to the next gateway that has one (P8). Before
 * every attempt the engine is asked whether it is still wanted, so an answered alarm goes silent by itself.
 *
 * A gateway that fails gives OUTCOME_ATTEMPT_FAILED and the next one is tried at once; when all have failed, OUTCOME_FAILED,
 * once. The round begins again after a pause that doubles from 1 s to 60 s with jitter, for as long as the page is wanted (and
 * has not been superseded by a later page to the same address in the same call-out), at most 15 minutes. A page in its pause
 * takes no place in any window, and no page waits for another page's pause. A page for one gateway alone (a test) is not tried
 * again.
 *
 * A gateway that failed three times in a row is failing: it is skipped, the others go first, until it is probed with one page;
 * when that gets through, all is well again. Where there is no other for a page, it is used all the same. One that lets pages
 * hang for 2 s and more costs each of them that time, and is probed every 30 s; one that fails at once costs a page some
 * milliseconds, and is skipped only to spare it and the log, so it is probed every 5 s. Only failures of its own count: no
 * connection, no reply, trouble at its end, credentials that it does not take. That it refuses one page for what is in it does
 * not, nor that it asks to be left alone. A page that has waited its second does not go to a failing gateway either, if another
 * may still take it.
 *
 * A gateway that asks to be left alone (429 with Retry-After) is for that time, at most 15 minutes, tried after the others; where
 * there is no other it is used all the same, and no page waits for it.
 *
 * Where a gateway has a `rate`, no more attempts than that begin in any stretch of that length; the pages wait as for a place in
 * the window, by rank and age, and go elsewhere after 1 s where they can.
 *
 * A gateway that a page leaves out has taken it before, and not delivered it: it gets that page in no round. Where no other is
 * left, that is as if all had failed.
 *
 * Outcomes are reported through the callback, on the loop's thread, never from within a call. */
#ifndef GATEWAYS_DISPATCH_H
#define GATEWAYS_DISPATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/config.h"
#include "engine/engine.h"
#include "loop/http_client.h"
#include "loop/loop.h"

struct dispatch;

struct dispatch_ops {
    /* The page's view, or false if it is not wanted (any more). Valid until the call returns to the loop. */
    bool (*message)(void *userdata, struct page_ref page, struct message_view *ret);
    void (*outcome)(void *userdata, const struct event_outcome *outcome);       /* borrowed for the call */
    uint64_t (*random)(void *userdata);                                         /* for jitter */
    /* What a gateway has fetched by itself: EVENT_INBOUND, or EVENT_OUTCOME of a receipt. Once it is durable,
     * dispatch_committed() is called with event->request. False: too much waits; it will be asked again. NULL: nothing is taken
     * in. */
    bool (*submit)(void *userdata, const struct event *event);
};

struct dispatch *dispatch_new(struct loop *loop, struct http_client *client, const struct dispatch_ops *ops, void *userdata);
void dispatch_free(struct dispatch *dispatch);               /* accepts NULL; what is under way ends without an outcome */

/* A configuration is in force from now on; `config` must live until the next call or dispatch_free(). Attempts under way go on,
 * with what they began with; queues keep their order; a page whose gateway is gone goes to those that are there (P10). */
void dispatch_configure(struct dispatch *dispatch, const struct config *config);

void dispatch_send(struct dispatch *dispatch, const struct effect_send *send);

/* From the loop's thread, and not from within submit. Degraded: it was acted on, and is not durable. */
void dispatch_committed(struct dispatch *dispatch, uint64_t request, bool degraded);

enum gateway_state {
    GATEWAY_UNTESTED,                /* nothing went through it since the start */
    GATEWAY_OK,
    GATEWAY_FAILING,                 /* its last attempt failed, and not for what was in the page */
    GATEWAY_BUSY,                    /* it has asked to be left alone */
};

/* The administrator's own texts, for who speaks while a call lasts. They live until the next configuration; NULL: none. */
struct message_texts;
const struct message_texts *dispatch_texts(const struct dispatch *dispatch);

/* For status: one entry a gateway of the configuration in force. */
struct dispatch_gateway {
    const char *name;
    enum gateway_state state;
    int64_t until_usec;              /* wall: GATEWAY_FAILING: it is skipped until then (past: the next page probes it), 0: not
                                        skipped; GATEWAY_BUSY: until when */
    unsigned in_flight;
    size_t waiting;                  /* pages that wait for a place and may take it here; the same page may wait at several */
    unsigned recent, recent_failed;  /* of its last attempts, 64 at the most */
    uint64_t sent, failed;                                   /* attempts, since the start */
    int64_t last_success_usec, last_failure_usec;            /* wall; 0: never */
    const char *last_reason;                                 /* of the last failure; "" */
};
size_t dispatch_gateways(const struct dispatch *dispatch, struct dispatch_gateway *ret, size_t max);
size_t dispatch_queued(const struct dispatch *dispatch);                        /* waiting for a place or in a pause */
/* Boot time at which the oldest page not yet tried was handed in; 0: none. */
int64_t dispatch_oldest_usec(const struct dispatch *dispatch);

#endif

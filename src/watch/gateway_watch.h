/* The watch over the gateways: when each is to be tried with a message to a number of our own, what became of that, and when the
 * administrators are to be told. It decides; the engine writes down, sends and tells, and from those records the watch remembers,
 * over a restart, when a gateway was checked last and what was told. Pure: time, records and balances come in, events go out.
 *
 * A check succeeds when its receipt says delivered, where the gateway gives receipts, else when the gateway takes it. It fails
 * when it is refused, when a receipt says so, or when nothing has come within the deadline. The administrators are told once when
 * a gateway's checks begin to fail, and once when they get through again. A gateway whose check failed, or was cut off by a
 * restart, is checked again within the hour. What a check says does not change the order of the gateways: whether real pages get
 * through is found out by those.
 *
 * Intervals count on the clock that does not jump; only a restart asks the wall clock how long ago the last check was, and takes
 * no answer beyond the interval. What is overdue at the start goes after some seconds, one gateway after the other. */
#ifndef WATCH_GATEWAY_WATCH_H
#define WATCH_GATEWAY_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "engine/event.h"

#define GATEWAY_CHECK_START_USEC  (3 * USEC_PER_SEC)     /* after the start, or the reload that brought it: the first, and */
#define GATEWAY_CHECK_SPREAD_USEC (4 * USEC_PER_SEC)     /* the next ones, each so much later */
#define GATEWAY_CHECK_AGAIN_USEC  USEC_PER_HOUR

struct watched_gateway {             /* strings are copied */
    const char *name;
    int64_t check_usec;              /* the interval; 0: it is not checked */
    enum channel channel;
    const char *address;             /* to whom; NULL if it is not checked */
    bool by_receipt;                 /* it gives receipts, and is believed by these alone */
    int64_t deadline_usec;
};

struct gateway_watch;
struct gateway_watch *gateway_watch_new(void);
void gateway_watch_free(struct gateway_watch *watch);        /* accepts NULL */

/* The log's records of the house, the newest first, at the start or when the log comes late. Others are passed over, and so is
 * what has been seen anew since. */
void gateway_watch_recall(struct gateway_watch *watch, const struct record *record);
/* These gateways are in force from now on. What is known of one of the same name stays. */
void gateway_watch_configure(struct gateway_watch *watch, const struct watched_gateway *gateways, size_t n, struct now now);
/* A record that was committed. True: it matters; look. */
bool gateway_watch_note(struct gateway_watch *watch, const struct record *record);
/* What a gateway's balance is, and whether that is less than the administrators want. True: it matters; look. */
bool gateway_watch_balance(struct gateway_watch *watch, const char *name, const char *balance, bool low);

typedef void gateway_watch_tell(void *userdata, const struct event *event);      /* borrowed for the call; `now` is not filled
                                                                                    in */
/* Tells what is due. Returns the boot time of the next look; INT64_MAX: never, unless something matters. */
WARN_UNUSED int64_t gateway_watch_look(struct gateway_watch *watch, struct now now, gateway_watch_tell *tell, void *userdata);

struct gateway_watch_state {
    int64_t checked_usec;            /* wall: when the last check went; 0: never */
    bool failed;                     /* that is, the last one that came to an end */
    const char *reason;              /* "" */
    bool balance_low;
};
/* All zero, and "", for one that is not known. */
struct gateway_watch_state gateway_watch_state(const struct gateway_watch *watch, const char *name);

#endif

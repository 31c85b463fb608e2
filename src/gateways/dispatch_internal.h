/* What the files of dispatch share: lanes (a gateway of the configuration in force, and its window), attempts, and the pump.
 *
 * Handing in, and the end of a transfer, only queue and wake the pump; the pump alone acts, from its timer: it reports what has
 * ended, lets pages out of their pause, lets the impatient look elsewhere, and starts what finds a place. */
#ifndef GATEWAYS_DISPATCH_INTERNAL_H
#define GATEWAYS_DISPATCH_INTERNAL_H

#include <sys/queue.h>

#include "base/civil.h"
#include "gateways/dispatch.h"
#include "gateways/dispatch_pace.h"
#include "gateways/dispatch_queue.h"
#include "gateways/gateway.h"

enum {
    DISPATCH_BATCH = 256,            /* of each kind of work in one run of the pump: the loop must turn */
    DISPATCH_RECENT = 64,            /* attempts, of which the rate of failures is told */
    DISPATCH_FAILURES = 3,           /* in a row: the gateway is skipped */
};
#define DISPATCH_PATIENCE_USEC   USEC_PER_SEC
#define DISPATCH_PAUSE_MIN_USEC  USEC_PER_SEC
#define DISPATCH_PAUSE_MAX_USEC  USEC_PER_MIN
#define DISPATCH_RETRY_USEC      (15 * USEC_PER_MIN)
#define DISPATCH_SLOW_USEC       (2 * USEC_PER_SEC)      /* a failure that took this long has cost the page dear */
#define DISPATCH_SKIP_SLOW_USEC  (30 * USEC_PER_SEC)
#define DISPATCH_SKIP_QUICK_USEC (5 * USEC_PER_SEC)
#define DISPATCH_BUSY_MAX_USEC   (15 * USEC_PER_MIN)     /* however long a provider asks to be left alone */

/* Known by its name across configurations; retired when the configuration has it no longer, and gone when its last attempt is. */
struct lane {
    TAILQ_ENTRY(lane) retired;
    char *name;
    struct gateway_way *way;
    int index;                       /* its bit in masks; -1: retired */
    unsigned window, in_flight;
    struct pace pace;
    unsigned failures;               /* of its own, in a row */
    bool hung;                       /* the last of them took long */
    int64_t skip_until_usec;         /* boot: when it is probed, if it is skipped */
    int64_t busy_usec;               /* boot: until then it has asked to be left alone */
    uint64_t recent;                 /* the last attempts, a bit each, the last one lowest: 1 for a failure */
    unsigned n_recent;
    uint64_t sent, failed;
    int64_t last_success_usec, last_failure_usec;
    struct buf last_reason;
};

struct attempt {
    TAILQ_ENTRY(attempt) entry;      /* under way, or ended */
    struct dispatch *dispatch;
    struct lane *lane;
    struct page page;
    int64_t started_usec;            /* boot */
    int64_t ended_usec;
    int64_t retry_after_usec;        /* 0: the gateway did not ask to be left alone */
    struct gateway_attempt gateway;
    bool accepted;
    bool page_refused;               /* for what is in it: the gateway is none the worse */
    bool kept;                       /* it did not take it, and has it all the same: it is not asked again */
    bool played;                     /* by a drill: the gateway had no part in it */
    bool dry_run;
    struct buf provider_id, reason;
};
TAILQ_HEAD(attempts, attempt);
TAILQ_HEAD(lanes, lane);

struct dispatch {
    struct loop *loop;
    struct http_client *client;
    struct dispatch_ops ops;
    void *userdata;
    struct loop_timer *timer;        /* runs the pump */
    int64_t timer_usec;              /* what it is set to; INT64_MAX: not set */
    bool pumping;
    const struct config *config;     /* NULL: none yet */
    struct message_texts *texts;     /* the configuration's own */
    struct lane *lane[CONFIG_MAX_GATEWAYS];
    size_t n_lanes;
    uint8_t channel_lane[CHANNEL_COUNT][CONFIG_MAX_GATEWAYS];   /* in the order in which they are tried */
    size_t n_channel_lanes[CHANNEL_COUNT];
    struct lanes retired;
    struct dispatch_queue queue;
    struct attempts under_way, ended;
    struct gateway_host host;
    uint64_t last_request;           /* of what gateways have submitted */
    uint32_t next_age;
    struct message_text text;        /* kept, so that its memory is */
};

/* dispatch_lanes.c */
void dispatch_lanes_configure(struct dispatch *dispatch, const struct config *config);
void dispatch_lanes_done(struct dispatch *dispatch);
void lane_release(struct dispatch *dispatch, struct lane *lane);                /* an attempt has ended: its place is free */
/* The lanes that it may still take in this round. */
uint32_t dispatch_untried(const struct dispatch *dispatch, const struct page *page);
/* Lanes that have a place and may use it now, those whose places left are kept for pages of RANK_FIRST, and those that are
 * skipped. */
void dispatch_places(const struct dispatch *dispatch, int64_t now_usec, uint32_t *ret_free, uint32_t *ret_kept,
                     uint32_t *ret_failing);
/* Boot time at which the pace or the probing of a lane that pages wait for gives a place; INT64_MAX: no time does. */
int64_t dispatch_places_usec(const struct dispatch *dispatch, int64_t now_usec);
/* The first of these in the channel's order; after all others those that asked to be left alone, for the first page of a real
 * alarm those that hung, and those that are skipped last of all. NULL: there is none. */
struct lane *dispatch_first_lane(const struct dispatch *dispatch, const struct page *page, uint32_t mask);

/* dispatch_health.c */
enum standing { STANDING_GOOD, STANDING_BUSY, STANDING_HUNG, STANDING_FAILING, STANDING_COUNT };      /* the better first */
enum standing lane_standing(const struct lane *lane, int64_t now_usec);
/* The same as this page sees it: what hung is good enough for what can wait, and so it is found out how it is. */
enum standing lane_standing_for(const struct lane *lane, const struct page *page, int64_t now_usec);
void lane_count(struct lane *lane, const struct attempt *attempt);
void lane_describe(const struct lane *lane, struct dispatch_gateway *ret);

/* dispatch_attempt.c */
void dispatch_attempt_start(struct dispatch *dispatch, const struct page *page, struct lane *lane);
void dispatch_attempt_report(struct dispatch *dispatch, struct attempt *attempt);          /* its outcome; frees it */
void dispatch_attempts_done(struct dispatch *dispatch);

/* dispatch_drill.c */
#define DISPATCH_DRY_RUN "dry-run"   /* the gateway that the records of a dry run name */
/* The page's drill plays that this gateway is lost, or may not go on. The reason is static. */
bool dispatch_drill_refuses(const struct message_view *view, const struct lane *lane, const char **ret_reason);
/* the only one of a dry run */
struct gateway_way *dispatch_drill_way(const struct dispatch *dispatch, const struct message_view *view);

/* dispatch_retry.c */
void dispatch_enter(struct dispatch *dispatch, const struct page *page, int64_t now_usec);
/* Another gateway is next, or the round is over. */
void dispatch_refused(struct dispatch *dispatch, const struct page *page, const char *gateway, const char *reason);

/* dispatch_pump.c */
void dispatch_pump(void *dispatch);
void dispatch_wake(struct dispatch *dispatch);

#endif

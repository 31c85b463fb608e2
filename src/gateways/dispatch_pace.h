/* So many in so long: a provider's rate. Not more than `rate` leave in any stretch of that length, wherever it begins, and as
 * many as that at once where none have left of late: a page never waits for a place that the provider would give it. */
#ifndef GATEWAYS_DISPATCH_PACE_H
#define GATEWAYS_DISPATCH_PACE_H

#include <stddef.h>
#include <stdint.h>

struct pace {                    /* a value: zeroed has no bound; pace_done() */
    int64_t *left_usec;          /* boot: when the last `rate` left, a ring */
    size_t rate;                 /* 0: no bound */
    size_t at;                   /* the oldest */
    int64_t length_usec;
};

void pace_done(struct pace *pace);
/* What has left before still counts. */
void pace_set(struct pace *pace, size_t rate, int64_t length_usec);
void pace_take(struct pace *pace, int64_t now_usec);
/* Boot time from which on one may leave; a time that is past: now. */
int64_t pace_next_usec(const struct pace *pace, int64_t now_usec);

#endif

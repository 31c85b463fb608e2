/* Who holds a role in a stretch of time, as a list in which every neighbour differs from the next. */
#ifndef ROSTER_DUTY_LIST_H
#define ROSTER_DUTY_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/roster.h"

enum { DUTY_LIST_MAX = 50000 };

struct duty_stretch {        /* [from, until); INT64_MIN and INT64_MAX: more than a year away */
    int64_t from_usec, until_usec;
    struct on_call on_call;
};

struct duty_list {           /* a value: zeroed is empty; duty_list_done() */
    struct duty_stretch *items;
    size_t n, cap;
    bool cut;                /* there are more than DUTY_LIST_MAX */
};

/* Every stretch that overlaps [from_usec, to_usec), in order and whole: the first may begin before, the last end after. The list
 * borrows from the plan that the roster is of. */
void duty_list_build(struct duty_list *list, const struct roster *roster, const struct tz *tz, int64_t from_usec,
                     int64_t to_usec);
void duty_list_done(struct duty_list *list);

static inline void duty_list_done_cleanup(struct duty_list *list) { duty_list_done(list); }
#define CLEANUP_DUTY_LIST __attribute__((cleanup(duty_list_done_cleanup)))

#endif

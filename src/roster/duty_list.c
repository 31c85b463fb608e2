#include "roster/duty_list.h"

#include <assert.h>

#include "base/mem.h"

/* As far as roster_stretch() looks, so that both ends of a list are found alike. */
static const int64_t LOOK_AHEAD_USEC = 366 * USEC_PER_DAY;

void duty_list_done(struct duty_list *list)
{
    free(list->items);
    *list = (struct duty_list){ 0 };
}

static struct duty_stretch *add(struct duty_list *list)
{
    if (list->n == list->cap) {
        list->cap = list->cap ? 2 * list->cap : 64;
        list->items = mem_realloc_array(list->items, list->cap, sizeof *list->items);
    }
    return &list->items[list->n++];
}

/* Where what holds at `at_usec` ends, and what comes then. INT64_MAX: not before `limit_usec`. */
static int64_t stretch_end(const struct roster *roster, const struct tz *tz, int64_t at_usec, const struct on_call *now,
                           int64_t limit_usec, struct on_call *ret_then)
{
    for (int64_t point = at_usec; (point = roster_change_after(roster, tz, point)) <= limit_usec && point != INT64_MAX;) {
        roster_on_call(roster, tz, point, ret_then);
        if (!on_call_same(now, ret_then))
            return point;
    }
    return INT64_MAX;
}

void duty_list_build(struct duty_list *list, const struct roster *roster, const struct tz *tz, int64_t from_usec, int64_t to_usec)
{
    assert(list->n == 0 && from_usec < to_usec && to_usec < INT64_MAX - LOOK_AHEAD_USEC);
    struct on_call now, then;
    int64_t begin, until;
    const struct person *next;
    roster_stretch(roster, tz, from_usec, &now, &begin, &until, &next);
    for (int64_t at = from_usec;; at = begin = until, now = then) {
        until = stretch_end(roster, tz, at, &now, to_usec + LOOK_AHEAD_USEC, &then);
        *add(list) = (struct duty_stretch){ .from_usec = begin, .until_usec = until, .on_call = now };
        if (until >= to_usec)
            return;
        if (list->n == DUTY_LIST_MAX) {
            list->cut = true;
            return;
        }
    }
}

/* What only shows when a plan is held against the calendar: holes ahead, shifts over each other, a ladder that reaches nobody at
 * some hour, one person who holds two roles at once. Pure: a plan, an instant and a number of days in, problems out. */
#ifndef CONFIG_AUDIT_H
#define CONFIG_AUDIT_H

#include "config/config.h"

enum { AUDIT_DAYS = 60, AUDIT_DAYS_MAX = 3660 };

struct audit {
    const struct plan *plan;
    const bool *skipped;         /* for each roster: it could not be read whole, so it is not judged. NULL: none */
    int64_t now_usec;
    int days;                    /* how far ahead holes are told, 1..AUDIT_DAYS_MAX */
};

/* A plan that was read with errors may be judged, too: whoever is named in a line with a mistake in it has an origin without a
 * line, and counts as somebody who can be reached. */
void audit_plan(const struct audit *audit, struct problems *problems);

static inline bool audit_is_known(const struct person *person) { return person->origin.line > 0; }

#endif

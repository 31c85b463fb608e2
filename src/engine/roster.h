/* Who is on call at an instant. Precedence: drop-in shift, shift, week, rotation; among equals that overlap, the later
 * beginning wins, then the later file and line. */
#ifndef ENGINE_ROSTER_H
#define ENGINE_ROSTER_H

#include "engine/plan.h"

enum { ROSTER_MAX_BACKUPS = 16, ROSTER_MAX_HANDINGS = 4 };   /* how often a duty may be handed on by `otherwise` */

struct on_call {
    const struct person *primary;                 /* NULL: nobody, a hole, unless there is a group */
    /* outside the hours of a roster whose `otherwise` is a group: all of it; else NULL */
    const struct group *group;
    const struct person *backups[ROSTER_MAX_BACKUPS];
    size_t n_backups;
};

void roster_on_call(const struct roster *roster, const struct tz *tz, int64_t at_usec, struct on_call *ret);

/* The stretch around at_usec in which on_call stays the same, [from, until): bounded to a year each way (INT64_MIN and
 * INT64_MAX mean "beyond that"). *ret_next is the primary after it, NULL for a hole or beyond. */
void roster_stretch(const struct roster *roster, const struct tz *tz, int64_t at_usec, struct on_call *ret,
                    int64_t *ret_from_usec, int64_t *ret_until_usec, const struct person **ret_next);

/* The first instant after at_usec at which the answer may be another one, though it need not be; INT64_MAX: none. */
int64_t roster_change_after(const struct roster *roster, const struct tz *tz, int64_t at_usec);
/* The same people, in the same order. Both are of one plan. */
bool on_call_same(const struct on_call *a, const struct on_call *b);

/* Whether the roster's own duty holds, or its `otherwise`. */
bool roster_in_hours(const struct roster *roster, const struct tz *tz, int64_t at_usec);

/* When a week's duty begins: local handover resolved as a beginning. */
int64_t roster_week_begin(const struct roster *roster, const struct tz *tz, struct iso_week week);
/* The week whose duty begins at exactly this instant. False: no week's does. */
bool roster_week_begun_at(const struct roster *roster, const struct tz *tz, int64_t at_usec, struct iso_week *ret);

#endif

/* When scheduled drills begin. Pure arithmetic on local time: an occurrence is the instant that `when` names, and identifies that
 * one drill for good; its moment is when it begins, by surprise at some time after that.
 *
 * A moment is always open: within the schedule's hours by the local clock, on no red day, and not around the national warning
 * test (at 15:00 on the first Monday that is no holiday in March, June, September and December), when nobody could tell a drill
 * from it. Red days are those that the law on holidays names, and Sundays, unless the schedule itself names Sunday. What would
 * fall on closed time begins later: at the same hour on the next day that is not red, or at the first open moment. A local time
 * that clocks skip is the first instant after the gap; one that comes twice is the first. A month that has no fifth such weekday
 * has no occurrence. */
#ifndef ENGINE_SCHEDULE_H
#define ENGINE_SCHEDULE_H

#include "base/mem.h"
#include "engine/plan.h"

#define SCHEDULE_GRACE_USEC USEC_PER_HOUR        /* so much later one without surprise may still begin */

/* The first occurrence after an instant; INT64_MAX: none. Not of a SCHEDULE_HANDOVER, which the rosters' duty makes. */
int64_t schedule_next(const struct schedule *schedule, const struct tz *tz, int64_t after_usec);

struct schedule_window {
    int64_t from_usec;           /* the first moment at which it may begin; INT64_MAX: there is none */
    int64_t until_usec;          /* it begins before this or not at all */
};
struct schedule_window schedule_window(const struct schedule *schedule, const struct tz *tz, int64_t occurrence_usec);
/* The window of the first occurrence after an instant, of a handover's, too; both times INT64_MAX: none. */
struct schedule_window schedule_next_window(const struct schedule *schedule, const struct tz *tz, int64_t after_usec);
/* A moment of the window that is not before an instant: its first one, or with surprise any of its open ones, each as likely as
 * the others, by a draw of 64 random bits. False: no such moment is left. */
WARN_UNUSED bool schedule_moment(const struct schedule *schedule, const struct tz *tz, struct schedule_window window,
                                 int64_t not_before_usec, uint64_t draw, int64_t *ret_usec);

/* Whether one may begin now, and the first instant from this one on at which it may; INT64_MAX: none within 60 days. */
bool schedule_in_hours(const struct schedule *schedule, const struct tz *tz, int64_t at_usec);     /* whatever day it is */
bool schedule_is_open(const struct schedule *schedule, const struct tz *tz, int64_t at_usec);
int64_t schedule_open_from(const struct schedule *schedule, const struct tz *tz, int64_t at_usec);

/* Who has gone on duty by the roster itself, whatever its hours say of who is called outside them. */
struct schedule_duty {
    const struct person *person;     /* NULL: nobody */
    int64_t from_usec, until_usec;   /* INT64_MIN, INT64_MAX: beyond a year */
};
struct schedule_duty schedule_duty(const struct roster *roster, const struct tz *tz, int64_t at_usec);
/* The next one of somebody else than who has it then; person NULL, both times INT64_MAX: nobody's. */
struct schedule_duty schedule_next_duty(const struct roster *roster, const struct tz *tz, int64_t at_usec);

/* A red day, on which none begins. */
bool schedule_is_red(const struct schedule *schedule, int64_t day);
/* The national warning test is heard on this day. */
bool schedule_is_warning_test(int64_t day);
/* Within a quarter of an hour before it, or half an hour after it began. */
bool schedule_in_warning_test(const struct tz *tz, int64_t at_usec);

#endif

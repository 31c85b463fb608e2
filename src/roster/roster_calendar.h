/* A roster's days as a calendar: weeks as rows, and in each day who holds the role, by a few letters, and when it changes. */
#ifndef ROSTER_ROSTER_CALENDAR_H
#define ROSTER_ROSTER_CALENDAR_H

#include "engine/holiday.h"
#include "roster/duty_list.h"
#include "roster/short_names.h"

enum { CALENDAR_MAX_DAYS = 10 * 366 + 14 };

struct calendar_day {
    int64_t day;
    bool inside;             /* of the days that were asked for; else empty: it only fills up the week */
    bool hole;               /* nobody holds the role in some part of it */
    struct holiday holiday;
    char *who;               /* "AB", "AB→BE" */
    char *changes;           /* "12:00", "08:00 17:00"; "" if the day has none */
};

struct calendar {            /* a value: zeroed is empty; roster_calendar_done() */
    struct calendar_day *days;   /* n_weeks * 7, from a Monday on */
    size_t n_weeks;
    struct short_names names;
};

/* The days first_day..last_day, both included, at most CALENDAR_MAX_DAYS. `list` covers them, and lives on. */
void roster_calendar_build(struct calendar *calendar, const struct duty_list *list, const struct tz *tz, int64_t first_day,
                           int64_t last_day, enum language language);
void roster_calendar_done(struct calendar *calendar);

int64_t roster_calendar_begin(const struct tz *tz, int64_t day);       /* the day's first instant, UTC */

static inline void roster_calendar_done_cleanup(struct calendar *calendar) { roster_calendar_done(calendar); }
#define CLEANUP_CALENDAR __attribute__((cleanup(roster_calendar_done_cleanup)))

#endif

/* The proleptic Gregorian calendar and ISO 8601 weeks as arithmetic; no time zone, no libc. A `day` is a count of days
 * since 1970-01-01, which was a Thursday. Years -9999 to 9999. */
#ifndef BASE_CIVIL_H
#define BASE_CIVIL_H

#include <stdbool.h>
#include <stdint.h>

#define USEC_PER_SEC  INT64_C(1000000)
#define USEC_PER_MSEC INT64_C(1000)
#define USEC_PER_MIN  (60 * USEC_PER_SEC)
#define USEC_PER_HOUR (60 * USEC_PER_MIN)
#define USEC_PER_DAY  (24 * USEC_PER_HOUR)

struct civil {           /* a wall-clock reading, in whatever zone the context says */
    int year;
    int month;           /* 1..12 */
    int day;             /* 1..31 */
    int hour, minute, second;
    int usec;
};

struct iso_week {
    int year;            /* the ISO year, which differs from the calendar's around New Year */
    int week;            /* 1..53 */
};

/* Days since 1970-01-01. The month exists; the day may be outside it. */
int64_t civil_day(int year, int month, int day);
void civil_from_day(int64_t day, int *ret_year, int *ret_month, int *ret_day);
bool civil_valid(const struct civil *civil);                          /* a date and time that exist; second <= 59 */
int civil_weekday(int64_t day);                                       /* 0 Monday .. 6 Sunday */
/* As if it were UTC. Hours, minutes and seconds may be outside their day. */
int64_t civil_to_sec(const struct civil *civil);
void civil_from_sec(int64_t sec, struct civil *ret);                  /* usec is left 0 */

int iso_weeks_in_year(int year);                                      /* 52 or 53 */
bool iso_week_valid(struct iso_week week);
int64_t iso_week_monday(struct iso_week week);                        /* the day it begins on */
struct iso_week iso_week_of_day(int64_t day);
int iso_week_compare(struct iso_week a, struct iso_week b);           /* <0, 0, >0 */

#endif

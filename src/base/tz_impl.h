/* What a zone is made of, for the tz*.c files. Times are whole seconds since 1970 UTC. */
#ifndef BASE_TZ_IMPL_H
#define BASE_TZ_IMPL_H

#include "base/tz.h"

#define TZ_NAME_SIZE 16
struct tz_type {
    int32_t offset_sec;        /* east of UTC */
    const char *abbreviation;  /* in the zone's `names` */
};

/* A day of each year at which clocks change, and the wall-clock time at which they do. */
struct tz_rule_date {
    enum { TZ_RULE_JULIAN, TZ_RULE_DAY, TZ_RULE_WEEKDAY } kind;
    int day;                   /* JULIAN: 1..365, the leap day is not counted; DAY: 0..365 */
    int month, week, weekday;  /* WEEKDAY: week 5 is the last; weekday as civil_weekday() */
    int32_t time_sec;          /* may be outside the day, even by a week */
};

/* A POSIX TZ string. Without daylight saving time only standard counts. */
struct tz_rule {
    struct tz_type standard, daylight;
    bool has_daylight;
    struct tz_rule_date begin, end;   /* of daylight saving time; in wall-clock time before the change */
};

struct tz {
    size_t transitions;
    int64_t *transition_sec;   /* ascending */
    unsigned char *transition_type;
    size_t types;
    struct tz_type *type;      /* [0] holds before the first transition */
    char *names;               /* the file's abbreviations, NUL after each */
    bool has_rule;             /* then it holds from the last transition on */
    struct tz_rule rule;
    char rule_names[2][TZ_NAME_SIZE];
};

#define TZ_MAX_OFFSET_SEC INT64_C(93600)   /* 26 hours: more than any zone ever had, and what RFC 9636, 3.2 allows with room */

/* Reads the len characters of a TZ string into rule; names has room for two abbreviations, which rule then points to. */
WARN_UNUSED enum err tz_rule_parse(const char *text, size_t len, char names[static 2][TZ_NAME_SIZE], struct tz_rule *ret);
const struct tz_type *tz_rule_at(const struct tz_rule *rule, int64_t sec);
int64_t tz_rule_next(const struct tz_rule *rule, int64_t sec);   /* the first change after sec; INT64_MAX: none */

#endif

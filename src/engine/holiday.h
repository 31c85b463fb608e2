/* Swedish holidays, computed: red days (lag 1989:253 om allmänna helgdagar), the eves that are days off in practice, and squeeze
 * days. Every Sunday is a red day by that law; here it is only a Sunday, so that a name means something special. Years 1983 to
 * 9999 by the rules in force since 2005. */
#ifndef ENGINE_HOLIDAY_H
#define ENGINE_HOLIDAY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/civil.h"
#include "engine/plan.h"

enum holiday_kind {
    HOLIDAY_NONE,
    HOLIDAY_RED,         /* a public holiday */
    HOLIDAY_EVE,         /* an eve: Midsummer's, Christmas and New Year's are days off (lag 1977:480, 3 a §), the others only
                            marked */
    HOLIDAY_SQUEEZE,     /* one workday between two days off (klämdag) */
};

struct holiday {
    enum holiday_kind kind;
    const char *name_sv, *name_en;   /* "" for NONE; static */
};

/* What a day is; red before eve before squeeze day. */
struct holiday holiday_of_day(int64_t day);
const char *holiday_name(struct holiday holiday, enum language language);
/* A red day, or one of the three eves that the law on holidays makes equal to a Sunday. Weekends alone are not. */
bool holiday_is_off(int64_t day);
/* Neither Saturday, Sunday, nor off. Squeeze days are workdays. */
bool holiday_is_workday(int64_t day);
/* Easter Sunday of a year (the Gregorian computus). */
int64_t holiday_easter(int year);

#endif

#include "base/civil.h"

#include <assert.h>

/* A year is counted from March, so that the leap day is its last, and years in eras of 400, which all have the same days. */
#define DAYS_PER_ERA      INT64_C(146097)
#define DAYS_PER_CENTURY  36524
#define DAYS_PER_4_YEARS  1461
#define DAY_OF_MARCH_0000 INT64_C(-719468)   /* 0000-03-01 */
#define SEC_PER_DAY       INT64_C(86400)

static int64_t floor_div(int64_t a, int64_t b)
{
    int64_t quotient = a / b;
    return a % b < 0 ? quotient - 1 : quotient;
}

/* Of the months before the one that is `from_march` after March: 31 30 31 30 31 31 30 31 30 31 31 is 153 in five. */
static int days_before(int from_march)
{
    return (153 * from_march + 2) / 5;
}

int64_t civil_day(int year, int month, int day)
{
    assert(month >= 1 && month <= 12);
    int64_t march_year = (int64_t)year - (month <= 2);
    int64_t era = floor_div(march_year, 400);
    int64_t in_era = march_year - era * 400;
    int from_march = (month + 9) % 12;
    return DAY_OF_MARCH_0000 + era * DAYS_PER_ERA + in_era * 365 + in_era / 4 - in_era / 100 + days_before(from_march) + day - 1;
}

void civil_from_day(int64_t day, int *ret_year, int *ret_month, int *ret_day)
{
    int64_t since = day - DAY_OF_MARCH_0000;
    int64_t era = floor_div(since, DAYS_PER_ERA);
    int rest = (int)(since - era * DAYS_PER_ERA);
    /* The last day of a cycle is a leap day, and belongs to the cycle's last year, not to one more. */
    int century = rest / DAYS_PER_CENTURY == 4 ? 3 : rest / DAYS_PER_CENTURY;
    rest -= century * DAYS_PER_CENTURY;
    int four = rest / DAYS_PER_4_YEARS;
    rest -= four * DAYS_PER_4_YEARS;
    int one = rest / 365 == 4 ? 3 : rest / 365;
    rest -= one * 365;
    int from_march = (5 * rest + 2) / 153;
    *ret_month = from_march < 10 ? from_march + 3 : from_march - 9;
    *ret_day = rest - days_before(from_march) + 1;
    int in_era = century * 100 + four * 4 + one;
    *ret_year = (int)(era * 400) + in_era + (from_march >= 10);
}

static bool is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int days_in_month(int year, int month)
{
    static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

bool civil_valid(const struct civil *civil)
{
    return civil->year >= -9999 && civil->year <= 9999
        && civil->month >= 1 && civil->month <= 12
        && civil->day >= 1 && civil->day <= days_in_month(civil->year, civil->month)
        && civil->hour >= 0 && civil->hour <= 23
        && civil->minute >= 0 && civil->minute <= 59
        && civil->second >= 0 && civil->second <= 59
        && civil->usec >= 0 && civil->usec < USEC_PER_SEC;
}

int civil_weekday(int64_t day)
{
    int64_t since_monday = day + 3;   /* day 0 was a Thursday */
    return (int)(since_monday - floor_div(since_monday, 7) * 7);
}

int64_t civil_to_sec(const struct civil *civil)
{
    int64_t day = civil_day(civil->year, civil->month, civil->day);
    return day * SEC_PER_DAY + civil->hour * INT64_C(3600) + civil->minute * INT64_C(60) + civil->second;
}

void civil_from_sec(int64_t sec, struct civil *ret)
{
    int64_t day = floor_div(sec, SEC_PER_DAY);
    int of_day = (int)(sec - day * SEC_PER_DAY);
    *ret = (struct civil){.hour = of_day / 3600, .minute = of_day / 60 % 60, .second = of_day % 60};
    civil_from_day(day, &ret->year, &ret->month, &ret->day);
}

int64_t iso_week_monday(struct iso_week week)
{
    int64_t in_first = civil_day(week.year, 1, 4);   /* the 4th of January is always in week 1 */
    return in_first - civil_weekday(in_first) + 7 * (int64_t)(week.week - 1);
}

int iso_weeks_in_year(int year)
{
    return (int)((iso_week_monday((struct iso_week){year + 1, 1}) - iso_week_monday((struct iso_week){year, 1})) / 7);
}

bool iso_week_valid(struct iso_week week)
{
    return week.year >= -9999 && week.year <= 9999 && week.week >= 1 && week.week <= iso_weeks_in_year(week.year);
}

/* A week belongs to the year that its Thursday is in. */
struct iso_week iso_week_of_day(int64_t day)
{
    int64_t thursday = day - civil_weekday(day) + 3;
    int year, month, of_month;
    civil_from_day(thursday, &year, &month, &of_month);
    return (struct iso_week){.year = year, .week = (int)((thursday - civil_day(year, 1, 1)) / 7) + 1};
}

int iso_week_compare(struct iso_week a, struct iso_week b)
{
    if (a.year != b.year)
        return a.year < b.year ? -1 : 1;
    return (a.week > b.week) - (a.week < b.week);
}

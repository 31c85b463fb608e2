#include "base/civil.h"

#include <stdio.h>
#include <time.h>

#include "base/mem.h"
#include "unit.h"

/* glibc's proleptic Gregorian arithmetic is the oracle. */
START_TEST(every_day_of_eight_centuries_as_timegm) {
    for (int64_t day = civil_day(1600, 1, 1); day < civil_day(2400, 1, 1); day++) {
        time_t sec = day * 86400;
        struct tm tm;
        EXPECT(gmtime_r(&sec, &tm));
        int year, month, of_month;
        civil_from_day(day, &year, &month, &of_month);
        EXPECT_MSG(year == tm.tm_year + 1900 && month == tm.tm_mon + 1 && of_month == tm.tm_mday,
                      "day %lld is %d-%d-%d", (long long)day, year, month, of_month);
        EXPECT(civil_day(year, month, of_month) == day);
        EXPECT(civil_weekday(day) == (tm.tm_wday + 6) % 7);
    }
}
END_TEST

START_TEST(random_instants_of_all_years_as_timegm) {
    uint64_t seed = 3;
    int64_t first = civil_day(-9999, 1, 1) * 86400, span = civil_day(10000, 1, 1) * 86400 - first;
    for (int i = 0; i < 200000; i++) {
        int64_t sec = first + (int64_t)(unit_random(&seed) % (uint64_t)span);
        time_t time = sec;
        struct tm tm;
        struct civil civil;
        gmtime_r(&time, &tm);
        civil_from_sec(sec, &civil);
        EXPECT(civil.year == tm.tm_year + 1900);
        EXPECT(civil.month == tm.tm_mon + 1);
        EXPECT(civil.day == tm.tm_mday);
        EXPECT(civil.hour == tm.tm_hour);
        EXPECT(civil.minute == tm.tm_min);
        EXPECT(civil.second == tm.tm_sec);
        EXPECT(civil.usec == 0);
        EXPECT(civil_valid(&civil));
        EXPECT(civil_to_sec(&civil) == sec);
    }
}
END_TEST

START_TEST(far_instants_do_not_overflow) {
    int64_t far[] = {INT64_MIN / USEC_PER_SEC, INT64_MAX / USEC_PER_SEC};
    for (size_t i = 0; i < N_ELEMENTS(far); i++) {
        struct civil civil;
        civil_from_sec(far[i], &civil);
        ck_assert_int_eq(civil_to_sec(&civil), far[i]);
    }
}
END_TEST

START_TEST(dates_that_exist) {
    static const struct { struct civil civil; bool valid; } cases[] = {
        {{2026, 11, 22, 0, 0, 0, 0}, true},
        {{2026, 11, 22, 23, 59, 59, 999999}, true},
        {{2024, 2, 29, 0, 0, 0, 0}, true},
        {{2000, 2, 29, 0, 0, 0, 0}, true},
        {{-4, 2, 29, 0, 0, 0, 0}, true},
        {{0, 2, 29, 0, 0, 0, 0}, true},
        {{2026, 2, 29, 0, 0, 0, 0}, false},
        {{1900, 2, 29, 0, 0, 0, 0}, false},
        {{2026, 4, 31, 0, 0, 0, 0}, false},
        {{2026, 0, 1, 0, 0, 0, 0}, false},
        {{2026, 13, 1, 0, 0, 0, 0}, false},
        {{2026, 1, 0, 0, 0, 0, 0}, false},
        {{2026, 1, 32, 0, 0, 0, 0}, false},
        {{2026, 1, 1, 24, 0, 0, 0}, false},
        {{2026, 1, 1, 0, 60, 0, 0}, false},
        {{2026, 1, 1, 0, 0, 60, 0}, false},
        {{2026, 1, 1, 0, 0, 0, 1000000}, false},
        {{2026, 1, 1, -1, 0, 0, 0}, false},
        {{2026, 1, 1, 0, -1, 0, 0}, false},
        {{2026, 1, 1, 0, 0, -1, 0}, false},
        {{2026, 1, 1, 0, 0, 0, -1}, false},
        {{10000, 1, 1, 0, 0, 0, 0}, false},
        {{-10000, 1, 1, 0, 0, 0, 0}, false},
        {{9999, 12, 31, 0, 0, 0, 0}, true},
        {{-9999, 1, 1, 0, 0, 0, 0}, true},
    };
    for (size_t i = 0; i < N_ELEMENTS(cases); i++)
        ck_assert_msg(civil_valid(&cases[i].civil) == cases[i].valid, "case %zu", i);
}
END_TEST

/* The years since 1990 and to 2050 that have 53 weeks, from a printed calendar. */
START_TEST(long_years) {
    static const int is_long[] = {1992, 1998, 2004, 2009, 2015, 2020, 2026, 2032, 2037, 2043, 2048};
    size_t next = 0;
    for (int year = 1990; year <= 2050; year++) {
        bool expected = next < N_ELEMENTS(is_long) && is_long[next] == year;
        next += expected;
        ck_assert_msg(iso_weeks_in_year(year) == (expected ? 53 : 52), "%d", year);
        ck_assert(iso_week_valid((struct iso_week){year, 52}));
        ck_assert(iso_week_valid((struct iso_week){year, 53}) == expected);
        ck_assert(!iso_week_valid((struct iso_week){year, 54}));
        ck_assert(!iso_week_valid((struct iso_week){year, 0}));
    }
}
END_TEST

START_TEST(weeks_around_new_year) {
    static const struct { int year, month, day; struct iso_week week; int weekday; } cases[] = {
        {2005, 1, 1, {2004, 53}, 5}, {2005, 1, 2, {2004, 53}, 6}, {2005, 12, 31, {2005, 52}, 5}, {2006, 1, 2, {2006, 1}, 0},
        {2007, 1, 1, {2007, 1}, 0}, {2007, 12, 30, {2007, 52}, 6}, {2007, 12, 31, {2008, 1}, 0}, {2008, 12, 28, {2008, 52}, 6},
        {2008, 12, 29, {2009, 1}, 0}, {2009, 12, 31, {2009, 53}, 3}, {2010, 1, 3, {2009, 53}, 6}, {2010, 1, 4, {2010, 1}, 0},
        {2026, 11, 22, {2026, 47}, 6}, {2026, 12, 31, {2026, 53}, 3}, {2027, 1, 3, {2026, 53}, 6}, {2027, 1, 4, {2027, 1}, 0},
    };
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        int64_t day = civil_day(cases[i].year, cases[i].month, cases[i].day);
        ck_assert_msg(iso_week_compare(iso_week_of_day(day), cases[i].week) == 0, "case %zu", i);
        ck_assert_int_eq(civil_weekday(day), cases[i].weekday);
        ck_assert_int_eq(iso_week_monday(cases[i].week), day - cases[i].weekday);
    }
}
END_TEST

START_TEST(weeks_as_strftime) {
    for (int64_t day = civil_day(1890, 1, 1); day < civil_day(2210, 1, 1); day++) {
        time_t sec = day * 86400;
        struct tm tm;
        char expected[20], text[40];
        gmtime_r(&sec, &tm);
        EXPECT(strftime(expected, sizeof expected, "%G-W%V", &tm) > 0);
        struct iso_week week = iso_week_of_day(day);
        snprintf(text, sizeof text, "%d-W%02d", week.year, week.week);
        EXPECT_MSG(strcmp(text, expected) == 0, "%s, not %s", text, expected);
        EXPECT(iso_week_valid(week));
        EXPECT(iso_week_monday(week) <= day && day < iso_week_monday(week) + 7);
    }
}
END_TEST

START_TEST(weeks_compare) {
    struct iso_week earlier = {2026, 53}, later = {2027, 1};
    ck_assert_int_lt(iso_week_compare(earlier, later), 0);
    ck_assert_int_gt(iso_week_compare(later, earlier), 0);
    ck_assert_int_eq(iso_week_compare(later, later), 0);
    ck_assert_int_lt(iso_week_compare((struct iso_week){2026, 9}, (struct iso_week){2026, 10}), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base/civil");
    TCase *tcase = tcase_create("civil");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, every_day_of_eight_centuries_as_timegm);
    tcase_add_test(tcase, random_instants_of_all_years_as_timegm);
    tcase_add_test(tcase, far_instants_do_not_overflow);
    tcase_add_test(tcase, dates_that_exist);
    tcase_add_test(tcase, long_years);
    tcase_add_test(tcase, weeks_around_new_year);
    tcase_add_test(tcase, weeks_as_strftime);
    tcase_add_test(tcase, weeks_compare);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}

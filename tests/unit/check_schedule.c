/* When scheduled drills begin: named cases, and an oracle that looks at every minute with the C library's clock. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "engine/holiday.h"
#include "engine/schedule.h"
#include "unit.h"
#include "zone.h"

static struct tz *stockholm;
static const int64_t day_usec = USEC_PER_DAY;

static void setup(void)
{
    stockholm = zone_stockholm();
    setenv("TZ", "Europe/Stockholm", 1);
    tzset();
}

static void teardown(void)
{
    tz_free(stockholm);
}

static int64_t at(int year, int month, int day, int hour, int minute)
{
    return tz_from_local(stockholm, &(struct civil){.year = year, .month = month, .day = day, .hour = hour, .minute = minute}, TZ_BEGIN);
}

static void add_time(struct buf *buf, int64_t at_usec)
{
    struct civil local;
    if (at_usec == INT64_MAX) {
        buf_add_text(buf, "never");
        return;
    }
    tz_to_local(stockholm, at_usec, &local);
    buf_printf(buf, "%04d-%02d-%02d %02d:%02d", local.year, local.month, local.day, local.hour, local.minute);
}

static struct schedule weekly(int weekday, int minute)
{
    return (struct schedule){.kind = SCHEDULE_WEEKLY, .weekday = weekday, .minute = minute, .from_minute = 8 * 60, .to_minute = 20 * 60};
}

static struct schedule monthly(int nth, int weekday, int minute)
{
    struct schedule schedule = weekly(weekday, minute);
    schedule.kind = SCHEDULE_MONTHLY;
    schedule.nth = nth;
    return schedule;
}

/* ---- occurrences ---- */

static void expect_next(const struct schedule *schedule, int64_t after_usec, const char *expected)
{
    CLEANUP_BUF struct buf found = {0};
    for (int i = 0; i < 3 && after_usec != INT64_MAX; i++) {
        after_usec = schedule_next(schedule, stockholm, after_usec);
        buf_add_text(&found, i > 0 ? ", " : "");
        add_time(&found, after_usec);
    }
    ck_assert_str_eq(buf_text(&found), expected);
}

START_TEST(occurrences_by_name)
{
    struct schedule first = monthly(1, 2, 600), fifth = monthly(5, 4, 600), last = monthly(-1, 6, 600), monday = weekly(0, 0);
    struct schedule leap = {.kind = SCHEDULE_ONCE, .date = {.year = 2028, .month = 2, .day = 29, .hour = 10}};
    expect_next(&first, at(2026, 11, 22, 12, 0), "2026-12-02 10:00, 2027-01-06 10:00, 2027-02-03 10:00");
    expect_next(&first, at(2026, 12, 2, 10, 0), "2027-01-06 10:00, 2027-02-03 10:00, 2027-03-03 10:00");
    expect_next(&first, at(2026, 12, 2, 10, 0) - 1, "2026-12-02 10:00, 2027-01-06 10:00, 2027-02-03 10:00");
    expect_next(&fifth, at(2026, 11, 1, 0, 0), "2027-01-29 10:00, 2027-04-30 10:00, 2027-07-30 10:00");
    expect_next(&last, at(2028, 2, 1, 0, 0), "2028-02-27 10:00, 2028-03-26 10:00, 2028-04-30 10:00");
    expect_next(&monday, at(2026, 12, 28, 0, 0), "2027-01-04 00:00, 2027-01-11 00:00, 2027-01-18 00:00");
    expect_next(&leap, at(2026, 1, 1, 0, 0), "2028-02-29 10:00, never");
    expect_next(&leap, at(2028, 2, 29, 10, 0), "never");
}
END_TEST

/* 2026-03-29 02:30 is skipped; 2026-10-25 02:30 comes twice. */
START_TEST(occurrences_where_clocks_change)
{
    struct schedule sunday = weekly(6, 2 * 60 + 30), twice = monthly(-1, 6, 2 * 60 + 30);
    int64_t spring = schedule_next(&sunday, stockholm, at(2026, 3, 28, 0, 0));
    ck_assert_int_eq(spring, at(2026, 3, 29, 3, 0));
    ck_assert_int_eq(schedule_next(&sunday, stockholm, spring), at(2026, 4, 5, 2, 30));
    int64_t autumn = schedule_next(&twice, stockholm, at(2026, 10, 24, 0, 0));
    ck_assert_int_eq(autumn, at(2026, 10, 25, 2, 30));
    ck_assert_int_eq(schedule_next(&twice, stockholm, autumn), at(2026, 11, 29, 2, 30));
    ck_assert_int_eq(schedule_next(&twice, stockholm, autumn + USEC_PER_HOUR), at(2026, 11, 29, 2, 30));
}
END_TEST

static bool oracle_matches(const struct schedule *schedule, const struct tm *tm)
{
    bool weekday = (tm->tm_wday + 6) % 7 == schedule->weekday;
    if (schedule->kind == SCHEDULE_WEEKLY || !weekday)
        return weekday;
    if (schedule->nth > 0)
        return (tm->tm_mday + 6) / 7 == schedule->nth;
    struct tm later = *tm;
    later.tm_mday += 7;
    later.tm_hour = 12;
    mktime(&later);
    return later.tm_mon != tm->tm_mon;
}

START_TEST(occurrences_as_the_oracle_counts_days)
{
    const int nths[] = {0, 1, 2, 3, 4, 5, -1};
    int64_t from_usec = at(2026, 1, 1, 0, 0);
    for (size_t i = 0; i < N_ELEMENTS(nths); i++) {
        struct schedule schedule = monthly(nths[i], (int)i, 10 * 60);
        if (nths[i] == 0)
            schedule.kind = SCHEDULE_WEEKLY;
        int64_t next_usec = schedule_next(&schedule, stockholm, from_usec);
        for (int day = 0; day < 3653; day++) {
            struct tm tm = {.tm_year = 126, .tm_mday = 1 + day, .tm_hour = 10, .tm_isdst = -1};
            int64_t usec = mktime(&tm) * USEC_PER_SEC;
            if (!oracle_matches(&schedule, &tm))
                continue;
            EXPECT(next_usec == usec);
            next_usec = schedule_next(&schedule, stockholm, next_usec);
        }
    }
}
END_TEST

/* ---- open time ---- */

START_TEST(days_of_the_warning_test)
{
    CLEANUP_BUF struct buf days = {0};
    for (int64_t day = civil_day(2022, 1, 1); day < civil_day(2023, 1, 1); day++) {
        int year, month, of_month;
        civil_from_day(day, &year, &month, &of_month);
        if (schedule_is_warning_test(day))
            buf_printf(&days, " %d-%d", month, of_month);
    }
    ck_assert_str_eq(buf_text(&days), " 3-7 6-13 9-5 12-5");      /* the 6th of June 2022 was a Monday */
    for (int year = 2020; year < 2060; year++)
        for (int64_t day = civil_day(year, 1, 1), n = 0; day < civil_day(year + 1, 1, 1); day++) {
            n += schedule_is_warning_test(day);
            EXPECT(!schedule_is_warning_test(day) || (civil_weekday(day) == 0 && !holiday_is_off(day)));
            EXPECT(day + 1 < civil_day(year + 1, 1, 1) || n == 4);
        }
}
END_TEST

static bool oracle_is_open(const struct schedule *schedule, time_t sec)
{
    struct tm tm;
    localtime_r(&sec, &tm);
    int minute = tm.tm_hour * 60 + tm.tm_min, from = schedule->from_minute, to = schedule->to_minute;
    int64_t day = civil_day(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
    bool test = (tm.tm_mon == 2 && tm.tm_mday == 2) || (tm.tm_mon == 5 && tm.tm_mday == 1) || (tm.tm_mon == 8 && tm.tm_mday == 7) ||
                (tm.tm_mon == 11 && tm.tm_mday == 7);
    if (holiday_is_off(day) || tm.tm_wday == 0 || (test && minute >= 885 && minute < 930))
        return false;
    return from < to ? minute >= from && minute < to : minute >= from || minute < to;
}

/* Every minute of 2026, or of its last weeks, from its end. */
START_TEST(open_time_as_the_oracle_sees_it)
{
    const int hours[][2] = {{8 * 60, 20 * 60}, {22 * 60 + 15, 6 * 60}, {60, 2 * 60 + 30}, {0, 24 * 60}, {14 * 60 + 50, 15 * 60}};
    struct schedule schedule = weekly(2, 600);
    schedule.from_minute = hours[_i][0];
    schedule.to_minute = hours[_i][1];
    int64_t sec = at(2026, 12, 20, 0, 0) / USEC_PER_SEC, open_usec = INT64_MAX;
    int64_t first_usec = unit_few() ? at(2026, 11, 16, 0, 0) : at(2026, 1, 1, 0, 0);
    for (; sec >= first_usec / USEC_PER_SEC; sec -= 60) {
        bool open = oracle_is_open(&schedule, sec);
        EXPECT_MSG(open == schedule_is_open(&schedule, stockholm, sec * USEC_PER_SEC), "%lld", (long long)sec);
        if (open)
            open_usec = sec * USEC_PER_SEC;
        if (open_usec != INT64_MAX && sec / 60 % 7 == 0)
            EXPECT(schedule_open_from(&schedule, stockholm, sec * USEC_PER_SEC) == open_usec);
    }
}
END_TEST

/* ---- windows and moments ---- */

static void expect_window(const struct schedule *schedule, int64_t occurrence_usec, const char *expected)
{
    CLEANUP_BUF struct buf found = {0};
    struct schedule_window window = schedule_window(schedule, stockholm, occurrence_usec);
    add_time(&found, window.from_usec);
    buf_add_text(&found, " to ");
    add_time(&found, window.until_usec);
    ck_assert_str_eq(buf_text(&found), expected);
}

START_TEST(windows)
{
    struct schedule plain = weekly(2, 600), early = weekly(0, 360), test = monthly(1, 0, 15 * 60), sunday = weekly(6, 600), surprise = weekly(4, 600);
    expect_window(&plain, at(2026, 12, 2, 10, 0), "2026-12-02 10:00 to 2026-12-02 11:00");
    expect_window(&plain, at(2027, 1, 6, 10, 0), "2027-01-07 10:00 to 2027-01-07 11:00");     /* Epiphany */
    expect_window(&early, at(2026, 11, 30, 6, 0), "2026-11-30 08:00 to 2026-11-30 09:00");
    expect_window(&test, at(2026, 12, 7, 15, 0), "2026-12-07 15:30 to 2026-12-07 16:30");
    expect_window(&test, at(2026, 11, 2, 15, 0), "2026-11-02 15:00 to 2026-11-02 16:00");
    expect_window(&sunday, at(2026, 11, 29, 10, 0), "2026-11-29 10:00 to 2026-11-29 11:00");  /* it says Sunday */
    surprise.surprise_usec = 3 * day_usec;
    expect_window(&surprise, at(2026, 11, 27, 10, 0), "2026-11-27 10:00 to 2026-11-30 10:00");
    surprise.surprise_usec = day_usec / 2;      /* nothing of it is open: Christmas Day to the day after */
    expect_window(&surprise, at(2026, 12, 25, 10, 0), "2026-12-28 08:00 to 2026-12-28 09:00");
}
END_TEST

/* Open moments alone, and all of them: each day of the window gets its share. */
START_TEST(moments_are_open_and_spread)
{
    struct schedule schedule = weekly(4, 600);
    schedule.surprise_usec = 5 * day_usec;
    int64_t occurrence = at(2026, 12, 4, 10, 0);        /* Friday; Monday has the warning test */
    struct schedule_window window = schedule_window(&schedule, stockholm, occurrence);
    int days[8] = {0};
    enum { DRAWS = 3000 };
    uint64_t state = 1;
    for (uint64_t i = 0, draw = unit_random(&state); i < DRAWS; i++, draw = unit_random(&state)) {
        int64_t moment;
        ck_assert(schedule_moment(&schedule, stockholm, window, occurrence - day_usec, draw, &moment));
        ck_assert(moment >= window.from_usec && moment < window.until_usec);
        ck_assert(schedule_is_open(&schedule, stockholm, moment));
        days[(moment - at(2026, 12, 4, 0, 0)) / day_usec]++;
    }
    ck_assert_int_eq(days[2], 0);                       /* Sunday */
    /* 10 h of Friday, 12 of Saturday, 11:15 of Monday, 12 of Tuesday, 2 of Wednesday: of 47:15 */
    ck_assert_int_gt(days[0], 500);
    ck_assert_int_gt(days[1], 600);
    ck_assert_int_gt(days[3], 550);
    ck_assert_int_gt(days[4], 600);
    ck_assert_int_gt(days[5], 50);
    ck_assert_int_eq(days[0] + days[1] + days[3] + days[4] + days[5], DRAWS);
}
END_TEST

START_TEST(moments_left)
{
    struct schedule plain = weekly(2, 600), surprise = plain;
    int64_t occurrence = at(2026, 12, 2, 10, 0), moment;
    struct schedule_window window = schedule_window(&plain, stockholm, occurrence);
    ck_assert(schedule_moment(&plain, stockholm, window, occurrence + USEC_PER_MIN, 7, &moment));
    ck_assert_int_eq(moment, occurrence + USEC_PER_MIN);
    ck_assert(!schedule_moment(&plain, stockholm, window, occurrence + USEC_PER_HOUR, 7, &moment));
    surprise.surprise_usec = day_usec;
    window = schedule_window(&surprise, stockholm, occurrence);
    ck_assert(schedule_moment(&surprise, stockholm, window, at(2026, 12, 3, 9, 59), UINT64_MAX, &moment));
    ck_assert(moment >= at(2026, 12, 3, 9, 59) && moment < at(2026, 12, 3, 10, 0));
    ck_assert(!schedule_moment(&surprise, stockholm, window, at(2026, 12, 3, 10, 0), 7, &moment));
    surprise.to_minute = 9 * 60;                        /* the evening is closed, and the morning is over */
    window = schedule_window(&surprise, stockholm, occurrence);
    ck_assert(!schedule_moment(&surprise, stockholm, window, at(2026, 12, 3, 9, 0), 7, &moment));
}
END_TEST

/* ---- duties ---- */

START_TEST(duties)
{
    static const struct person anna = {.id = "anna"}, bo = {.id = "bo"};
    const struct duty_weeks weeks[] = {{.first = {2026, 46}, .last = {2026, 47}, .duty = {.primary = &anna}},
                                       {.first = {2026, 48}, .last = {2026, 48}, .duty = {.primary = &bo}}};
    const struct duty_window nights = {.weekdays = 0x7f, .from_minute = 17 * 60, .to_minute = 8 * 60};
    const struct roster roster = {.role = "TIB", .handover_minute = 12 * 60, .weeks = weeks, .n_weeks = 2,
                                  .hours = {.present = true, .windows = &nights, .n_windows = 1}};
    struct schedule_duty duty = schedule_duty(&roster, stockholm, at(2026, 11, 18, 10, 0));
    ck_assert_ptr_eq(duty.person, &anna);               /* outside the hours, too */
    ck_assert_int_eq(duty.from_usec, at(2026, 11, 9, 12, 0));
    ck_assert_int_eq(duty.until_usec, at(2026, 11, 23, 12, 0));
    duty = schedule_next_duty(&roster, stockholm, at(2026, 11, 18, 10, 0));
    ck_assert_ptr_eq(duty.person, &bo);
    ck_assert_int_eq(duty.from_usec, at(2026, 11, 23, 12, 0));
    ck_assert_ptr_null(schedule_next_duty(&roster, stockholm, at(2026, 11, 24, 10, 0)).person);
}
END_TEST

/* It may say Sunday by its date; whoever goes on duty on one is tested on another day. */
START_TEST(a_sunday_that_is_meant)
{
    struct schedule once = {.kind = SCHEDULE_ONCE, .date = {.year = 2026, .month = 11, .day = 29, .hour = 10}, .from_minute = 480, .to_minute = 1200};
    struct schedule handover = {.kind = SCHEDULE_HANDOVER, .from_minute = 480, .to_minute = 1200}, saturday = once;
    saturday.date.day = 28;
    int64_t sunday = civil_day(2026, 11, 29);
    ck_assert(!schedule_is_red(&once, sunday));
    ck_assert(schedule_is_red(&saturday, sunday));
    ck_assert(schedule_is_red(&handover, sunday));
    ck_assert(!schedule_is_red(&handover, sunday + 1));
    ck_assert_int_eq(schedule_next(&handover, stockholm, at(2026, 11, 28, 0, 0)), INT64_MAX);
}
END_TEST

/* The configuration takes no such hours. */
START_TEST(hours_that_never_come_open_nothing)
{
    struct schedule never = weekly(2, 600);
    int64_t moment;
    never.from_minute = 24 * 60;
    never.to_minute = 0;
    ck_assert_int_eq(schedule_open_from(&never, stockholm, at(2026, 12, 2, 10, 0)), INT64_MAX);
    struct schedule_window window = schedule_window(&never, stockholm, at(2026, 12, 2, 10, 0));
    ck_assert_int_eq(window.from_usec, INT64_MAX);
    ck_assert_int_eq(window.until_usec, INT64_MAX);
    ck_assert(!schedule_moment(&never, stockholm, window, at(2026, 12, 2, 10, 0), 7, &moment));
}
END_TEST

/* ---- the next one, for people to read ---- */

static void expect_next_window(const struct schedule *schedule, int64_t after_usec, const char *expected)
{
    CLEANUP_BUF struct buf found = {0};
    struct schedule_window window = schedule_next_window(schedule, stockholm, after_usec);
    add_time(&found, window.from_usec);
    buf_add_text(&found, " to ");
    add_time(&found, window.until_usec);
    ck_assert_str_eq(buf_text(&found), expected);
}

START_TEST(the_next_window)
{
    static const struct person anna = {.id = "anna"}, bo = {.id = "bo"};
    const struct duty_weeks weeks[] = {{.first = {2026, 46}, .last = {2026, 47}, .duty = {.primary = &anna}},
                                       {.first = {2026, 48}, .last = {2026, 48}, .duty = {.primary = &bo}}};
    const struct roster tib = {.role = "TIB", .handover_minute = 12 * 60, .weeks = weeks, .n_weeks = 2},
                        kib = {.role = "KIB", .handover_minute = 9 * 60, .weeks = weeks, .n_weeks = 2}, vacant = {.role = "VAKT"};
    const struct roster *const roles[] = {&tib, &kib, &vacant};
    struct schedule weekly_one = weekly(2, 600), once = {.kind = SCHEDULE_ONCE, .date = {.year = 2026, .month = 11, .day = 20, .hour = 10},
                                                         .from_minute = 480, .to_minute = 1200};
    struct schedule handover = {.kind = SCHEDULE_HANDOVER, .from_minute = 480, .to_minute = 1200, .roles = roles, .n_roles = 3};
    expect_next_window(&weekly_one, at(2026, 11, 30, 0, 0), "2026-12-02 10:00 to 2026-12-02 11:00");
    expect_next_window(&once, at(2026, 11, 19, 0, 0), "2026-11-20 10:00 to 2026-11-20 11:00");
    expect_next_window(&once, at(2026, 11, 20, 10, 0), "never to never");
    expect_next_window(&handover, at(2026, 11, 18, 10, 0), "2026-11-23 09:00 to 2026-11-30 09:00");      /* KIB's comes first */
    handover.surprise_usec = 2 * day_usec;
    expect_next_window(&handover, at(2026, 11, 18, 10, 0), "2026-11-23 09:00 to 2026-11-25 09:00");
    handover.surprise_usec = 30 * day_usec;              /* no longer than the duty */
    expect_next_window(&handover, at(2026, 11, 18, 10, 0), "2026-11-23 09:00 to 2026-11-30 09:00");
    expect_next_window(&handover, at(2026, 12, 18, 10, 0), "never to never");
}
END_TEST

/* What is open ends with the window, also within an hour. */
START_TEST(a_moment_within_part_of_an_hour)
{
    struct schedule schedule = weekly(4, 630);
    int64_t occurrence = at(2026, 12, 4, 10, 30), moment;
    schedule.surprise_usec = 20 * USEC_PER_MIN;
    struct schedule_window window = schedule_window(&schedule, stockholm, occurrence);
    for (uint64_t draw = 0; draw < 100; draw++) {
        EXPECT(schedule_moment(&schedule, stockholm, window, occurrence, draw * UINT64_C(0x9e3779b97f4a7c15), &moment));
        EXPECT(moment >= occurrence && moment < occurrence + 20 * USEC_PER_MIN);
    }
}
END_TEST

/* ---- duties that are not what they seem ---- */

START_TEST(a_duty_goes_on_where_only_backups_change)
{
    static const struct person anna = {.id = "anna"}, bo = {.id = "bo"}, cia = {.id = "cia"};
    static const struct person *const just_bo[] = {&bo}, *const just_cia[] = {&cia};
    const struct duty_weeks weeks[] = {{.first = {2026, 45}, .last = {2026, 45}, .duty = {.primary = &bo}},
                                       {.first = {2026, 46}, .last = {2026, 46}, .duty = {.primary = &anna, .backups = just_bo, .n_backups = 1}},
                                       {.first = {2026, 47}, .last = {2026, 47}, .duty = {.primary = &anna, .backups = just_cia, .n_backups = 1}},
                                       {.first = {2026, 48}, .last = {2026, 48}, .duty = {.primary = &anna}},
                                       {.first = {2026, 50}, .last = {2026, 50}, .duty = {.primary = &anna}},
                                       {.first = {2026, 51}, .last = {2026, 51}, .duty = {.primary = &bo}}};
    const struct roster roster = {.role = "TIB", .handover_minute = 12 * 60, .weeks = weeks, .n_weeks = 6};
    struct schedule_duty duty = schedule_duty(&roster, stockholm, at(2026, 11, 18, 10, 0));
    ck_assert_int_eq(duty.from_usec, at(2026, 11, 9, 12, 0));
    ck_assert_int_eq(duty.until_usec, at(2026, 11, 30, 12, 0));
    /* After a week of nobody's she has it again, and that is no change of person. */
    duty = schedule_next_duty(&roster, stockholm, at(2026, 11, 18, 10, 0));
    ck_assert_ptr_eq(duty.person, &bo);
    ck_assert_int_eq(duty.from_usec, at(2026, 12, 14, 12, 0));
}
END_TEST

/* No roster of people changes a thousand times: what is beyond is not looked for, and everything ends. */
START_TEST(a_thousand_changes_are_enough)
{
    enum { SHIFTS = 2500 };
    static const struct person anna = {.id = "anna"}, bo = {.id = "bo"};
    static const struct person *const just_bo[] = {&bo};
    static struct duty_shift shifts[SHIFTS];
    int64_t begin = at(2026, 5, 18, 0, 0);
    for (int i = 0; i < SHIFTS; i++)
        shifts[i] = (struct duty_shift){.from_usec = begin + i * USEC_PER_MIN, .to_usec = begin + (i + 1) * USEC_PER_MIN,
                                        .duty = {.primary = &anna, .backups = just_bo, .n_backups = (size_t)i % 2}};
    const struct roster roster = {.role = "TIB", .shifts = shifts, .n_shifts = SHIFTS};
    struct schedule_duty duty = schedule_duty(&roster, stockholm, begin + 1200 * USEC_PER_MIN);
    ck_assert_ptr_eq(duty.person, &anna);
    ck_assert_int_eq(duty.from_usec, begin + 200 * USEC_PER_MIN);
    ck_assert_int_eq(duty.until_usec, begin + 2201 * USEC_PER_MIN);
    /* Every other minute nobody's: never anybody else's. */
    for (int i = 0; i < SHIFTS; i++)
        shifts[i] = (struct duty_shift){.from_usec = begin + 2 * i * USEC_PER_MIN, .to_usec = begin + (2 * i + 1) * USEC_PER_MIN, .duty = {.primary = &anna}};
    ck_assert_ptr_null(schedule_next_duty(&roster, stockholm, begin).person);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("schedule");
    TCase *tcase = tcase_create("schedule");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, occurrences_by_name);
    tcase_add_test(tcase, occurrences_where_clocks_change);
    tcase_add_test(tcase, occurrences_as_the_oracle_counts_days);
    tcase_add_test(tcase, days_of_the_warning_test);
    tcase_add_loop_test(tcase, open_time_as_the_oracle_sees_it, 0, 5);
    tcase_add_test(tcase, windows);
    tcase_add_test(tcase, moments_are_open_and_spread);
    tcase_add_test(tcase, moments_left);
    tcase_add_test(tcase, duties);
    tcase_add_test(tcase, a_sunday_that_is_meant);
    tcase_add_test(tcase, hours_that_never_come_open_nothing);
    tcase_add_test(tcase, the_next_window);
    tcase_add_test(tcase, a_moment_within_part_of_an_hour);
    tcase_add_test(tcase, a_duty_goes_on_where_only_backups_change);
    tcase_add_test(tcase, a_thousand_changes_are_enough);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}

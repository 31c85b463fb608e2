/* Who is on call: weeks, shifts, rotations and drop-ins, over year ends and clock changes. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "engine/holiday.h"
#include "engine/roster.h"
#include "unit.h"

static const struct person anna = { .id = "anna" }, bo = { .id = "bo" }, cia = { .id = "cia" }, dan = { .id = "dan" };
static struct tz *stockholm;

static void setup(void)
{
    static char bytes[65536];
    FILE *file = fopen("/usr/share/zoneinfo/Europe/Stockholm", "rb");
    ck_assert_ptr_nonnull(file);
    size_t len = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    ck_assert_int_eq(tz_parse(bytes, len, &stockholm), ERR_OK);
}

static void teardown(void)
{
    tz_free(stockholm);
    stockholm = NULL;
}

static int64_t utc(int year, int month, int day, int hour, int minute)
{
    return civil_to_sec(&(struct civil){ .year = year, .month = month, .day = day, .hour = hour, .minute = minute }) * USEC_PER_SEC;
}

/* "anna" or "anna+bo+cia"; "nobody" for a hole. */
static const char *who(const struct roster *roster, int64_t at_usec)
{
    static char text[256];
    struct on_call on_call;
    roster_on_call(roster, stockholm, at_usec, &on_call);
    snprintf(text, sizeof text, "%s", on_call.primary ? on_call.primary->id : "nobody");
    for (size_t i = 0; i < on_call.n_backups; i++) {
        size_t len = strlen(text);
        snprintf(text + len, sizeof text - len, "+%s", on_call.backups[i]->id);
    }
    return text;
}

static const struct person *const just_bo[] = { &bo };
static const struct person *const just_cia[] = { &cia };
static const struct person *const bo_and_cia[] = { &bo, &cia };
static const struct person *const three[] = { &anna, &bo, &cia };

static struct roster monday_noon(void)
{
    return (struct roster){ .role = "TIB", .handover_weekday = 0, .handover_minute = 12 * 60 };
}

/* ---- weeks ---- */

START_TEST(a_week_begins_at_its_handover_to_the_microsecond)
{
    const struct duty_weeks weeks[] = {
        { .first = { 2026, 51 }, .last = { 2026, 51 }, .duty = { .primary = &anna } },
        { .first = { 2026, 52 }, .last = { 2026, 52 }, .duty = { .primary = &bo, .backups = just_cia, .n_backups = 1 } },
    };
    struct roster roster = monday_noon();
    roster.weeks = weeks;
    roster.n_weeks = 2;
    ck_assert_int_eq(roster_week_begin(&roster, stockholm, (struct iso_week){ 2026, 52 }), utc(2026, 12, 21, 11, 0));
    ck_assert_str_eq(who(&roster, utc(2026, 12, 14, 11, 0) - 1), "nobody");
    ck_assert_str_eq(who(&roster, utc(2026, 12, 14, 11, 0)), "anna");
    ck_assert_str_eq(who(&roster, utc(2026, 12, 21, 11, 0) - 1), "anna");
    ck_assert_str_eq(who(&roster, utc(2026, 12, 21, 11, 0)), "bo+cia");
    ck_assert_str_eq(who(&roster, utc(2026, 12, 28, 11, 0) - 1), "bo+cia");
    ck_assert_str_eq(who(&roster, utc(2026, 12, 28, 11, 0)), "nobody");
}
END_TEST

START_TEST(a_range_goes_over_a_year_of_53_weeks)
{
    const struct duty_weeks weeks[] = { { .first = { 2026, 53 }, .last = { 2027, 1 }, .duty = { .primary = &anna } } };
    struct roster roster = monday_noon();
    roster.weeks = weeks;
    roster.n_weeks = 1;
    ck_assert_str_eq(who(&roster, utc(2026, 12, 28, 11, 0) - 1), "nobody");
    ck_assert_str_eq(who(&roster, utc(2026, 12, 31, 23, 0)), "anna");
    ck_assert_str_eq(who(&roster, utc(2027, 1, 1, 0, 0)), "anna");
    ck_assert_str_eq(who(&roster, utc(2027, 1, 11, 11, 0) - 1), "anna");
    ck_assert_str_eq(who(&roster, utc(2027, 1, 11, 11, 0)), "nobody");
}
END_TEST

START_TEST(a_week_may_begin_before_its_monday)
{
    struct roster roster = monday_noon();
    roster.handover_weekday = 4;
    roster.handover_minute = 16 * 60;
    ck_assert_int_eq(roster_week_begin(&roster, stockholm, (struct iso_week){ 2026, 52 }), utc(2026, 12, 25, 15, 0));
    roster.week_starts_before = true;
    ck_assert_int_eq(roster_week_begin(&roster, stockholm, (struct iso_week){ 2026, 52 }), utc(2026, 12, 18, 15, 0));
    const struct duty_weeks weeks[] = { { .first = { 2026, 52 }, .last = { 2026, 52 }, .duty = { .primary = &anna } } };
    roster.weeks = weeks;
    roster.n_weeks = 1;
    ck_assert_str_eq(who(&roster, utc(2026, 12, 18, 15, 0) - 1), "nobody");
    ck_assert_str_eq(who(&roster, utc(2026, 12, 18, 15, 0)), "anna");
    ck_assert_str_eq(who(&roster, utc(2026, 12, 25, 15, 0) - 1), "anna");
    ck_assert_str_eq(who(&roster, utc(2026, 12, 25, 15, 0)), "nobody");
}
END_TEST

START_TEST(clock_changes_move_a_handover_by_an_hour_of_utc)
{
    struct roster roster = monday_noon();
    ck_assert_int_eq(roster_week_begin(&roster, stockholm, (struct iso_week){ 2026, 13 }), utc(2026, 3, 23, 11, 0));
    ck_assert_int_eq(roster_week_begin(&roster, stockholm, (struct iso_week){ 2026, 14 }), utc(2026, 3, 30, 10, 0));
    ck_assert_int_eq(roster_week_begin(&roster, stockholm, (struct iso_week){ 2026, 43 }), utc(2026, 10, 19, 10, 0));
    ck_assert_int_eq(roster_week_begin(&roster, stockholm, (struct iso_week){ 2026, 44 }), utc(2026, 10, 26, 11, 0));
    /* Sundays at 02:30: skipped in spring, so the first instant after the gap; twice in autumn, so the first of the two. */
    roster.handover_weekday = 6;
    roster.handover_minute = 150;
    ck_assert_int_eq(roster_week_begin(&roster, stockholm, (struct iso_week){ 2026, 13 }), utc(2026, 3, 29, 1, 0));
    ck_assert_int_eq(roster_week_begin(&roster, stockholm, (struct iso_week){ 2026, 43 }), utc(2026, 10, 25, 0, 30));
}
END_TEST

START_TEST(of_weeks_that_overlap_the_later_beginning_holds_then_the_later_line)
{
    const struct duty_weeks weeks[] = {
        { .first = { 2027, 28 }, .last = { 2027, 29 }, .duty = { .primary = &bo } },
        { .first = { 2027, 27 }, .last = { 2027, 30 }, .duty = { .primary = &anna } },
        { .first = { 2027, 30 }, .last = { 2027, 30 }, .duty = { .primary = &cia } },
        { .first = { 2027, 30 }, .last = { 2027, 30 }, .duty = { .primary = &dan } },
    };
    struct roster roster = monday_noon();
    roster.weeks = weeks;
    roster.n_weeks = 4;
    ck_assert_str_eq(who(&roster, utc(2027, 7, 7, 0, 0)), "anna");
    ck_assert_str_eq(who(&roster, utc(2027, 7, 14, 0, 0)), "bo");
    ck_assert_str_eq(who(&roster, utc(2027, 7, 21, 0, 0)), "bo");
    ck_assert_str_eq(who(&roster, utc(2027, 7, 28, 0, 0)), "dan");
}
END_TEST

/* ---- the rotation ---- */

START_TEST(every_week_of_a_rotation_counts_named_or_not)
{
    const struct duty_weeks weeks[] = { { .first = { 2027, 1 }, .last = { 2027, 1 }, .duty = { .primary = &dan } } };
    struct roster roster = monday_noon();
    roster.rotation = (struct rotation){ .present = true, .start = { 2026, 53 }, .order = three, .n_order = 3 };
    roster.weeks = weeks;
    roster.n_weeks = 1;
    ck_assert_str_eq(who(&roster, utc(2026, 12, 28, 11, 0) - 1), "nobody");
    ck_assert_str_eq(who(&roster, utc(2026, 12, 28, 11, 0)), "anna");
    ck_assert_str_eq(who(&roster, utc(2027, 1, 4, 11, 0)), "dan");
    ck_assert_str_eq(who(&roster, utc(2027, 1, 11, 11, 0)), "cia");
    ck_assert_str_eq(who(&roster, utc(2027, 1, 18, 11, 0)), "anna");
    /* 2026-W53 and 521 weeks more: 521 % 3 = 2. */
    ck_assert_str_eq(who(&roster, utc(2026, 12, 30, 12, 0) + 521 * (7 * USEC_PER_DAY)), "cia");
}
END_TEST

START_TEST(a_rotation_gives_the_next_in_order_as_backups)
{
    struct roster roster = monday_noon();
    roster.rotation = (struct rotation){ .present = true, .start = { 2026, 1 }, .order = three, .n_order = 3, .backups = 2 };
    ck_assert_str_eq(who(&roster, utc(2025, 12, 30, 0, 0)), "anna+bo+cia");
    ck_assert_str_eq(who(&roster, utc(2026, 1, 6, 0, 0)), "bo+cia+anna");
    roster.rotation.backups = 16;
    ck_assert_str_eq(who(&roster, utc(2026, 1, 13, 0, 0)), "cia+anna+bo");
}
END_TEST

START_TEST(a_week_may_keep_what_the_rotation_says)
{
    const struct duty_weeks weeks[] = {
        { .first = { 2026, 1 }, .last = { 2026, 1 }, .duty = { .primary = NULL, .backups = just_cia, .n_backups = 1 } },
        { .first = { 2026, 2 }, .last = { 2026, 2 }, .duty = { .primary = &dan, .keep_backups = true } },
        { .first = { 2026, 3 }, .last = { 2026, 3 }, .duty = { .primary = &dan } },
    };
    struct roster roster = monday_noon();
    roster.rotation = (struct rotation){ .present = true, .start = { 2026, 1 }, .order = three, .n_order = 3, .backups = 1 };
    roster.weeks = weeks;
    roster.n_weeks = 3;
    ck_assert_str_eq(who(&roster, utc(2025, 12, 30, 0, 0)), "anna+cia");
    ck_assert_str_eq(who(&roster, utc(2026, 1, 6, 0, 0)), "dan+cia");
    ck_assert_str_eq(who(&roster, utc(2026, 1, 13, 0, 0)), "dan");
}
END_TEST

/* ---- shifts ---- */

static const struct duty_weeks all_year[] = {
    { .first = { 2026, 1 }, .last = { 2026, 53 }, .duty = { .primary = &anna, .backups = bo_and_cia, .n_backups = 2 } },
};

static const char *with_shift(struct duty duty)
{
    const struct duty_shift shift = { .from_usec = utc(2026, 6, 1, 6, 0), .to_usec = utc(2026, 6, 2, 6, 0), .duty = duty };
    struct roster roster = monday_noon();
    roster.weeks = all_year;
    roster.n_weeks = 1;
    roster.shifts = &shift;
    roster.n_shifts = 1;
    ck_assert_str_eq(who(&roster, shift.from_usec - 1), "anna+bo+cia");
    ck_assert_str_eq(who(&roster, shift.to_usec), "anna+bo+cia");
    const char *last = who(&roster, shift.to_usec - 1);
    char copy[256];
    snprintf(copy, sizeof copy, "%s", last);
    ck_assert_str_eq(who(&roster, shift.from_usec), copy);
    return who(&roster, shift.from_usec);
}

START_TEST(a_shift_beats_the_week_and_says_what_it_keeps)
{
    ck_assert_str_eq(with_shift((struct duty){ .primary = &dan, .keep_backups = true }), "dan+bo+cia");
    ck_assert_str_eq(with_shift((struct duty){ .primary = &bo, .keep_backups = true }), "bo+cia");
    ck_assert_str_eq(with_shift((struct duty){ .primary = &dan }), "dan");
    ck_assert_str_eq(with_shift((struct duty){ .primary = &dan, .backups = just_bo, .n_backups = 1 }), "dan+bo");
    ck_assert_str_eq(with_shift((struct duty){ .backups = just_cia, .n_backups = 1 }), "anna+cia");
    ck_assert_str_eq(with_shift((struct duty){ .primary = NULL }), "anna");
}
END_TEST

START_TEST(of_shifts_that_overlap_the_later_beginning_holds_then_the_later_line)
{
    const struct duty_shift shifts[] = {
        { .from_usec = utc(2026, 6, 1, 0, 0), .to_usec = utc(2026, 6, 10, 0, 0), .duty = { .primary = &bo } },
        { .from_usec = utc(2026, 6, 2, 0, 0), .to_usec = utc(2026, 6, 3, 0, 0), .duty = { .primary = &cia } },
        { .from_usec = utc(2026, 6, 5, 0, 0), .to_usec = utc(2026, 6, 6, 0, 0), .duty = { .primary = &cia } },
        { .from_usec = utc(2026, 6, 5, 0, 0), .to_usec = utc(2026, 6, 6, 0, 0), .duty = { .primary = &dan } },
    };
    struct roster roster = monday_noon();
    roster.shifts = shifts;
    roster.n_shifts = 4;
    ck_assert_str_eq(who(&roster, utc(2026, 6, 1, 12, 0)), "bo");
    ck_assert_str_eq(who(&roster, utc(2026, 6, 2, 12, 0)), "cia");
    ck_assert_str_eq(who(&roster, utc(2026, 6, 3, 0, 0)), "bo");
    ck_assert_str_eq(who(&roster, utc(2026, 6, 5, 12, 0)), "dan");
    ck_assert_str_eq(who(&roster, utc(2026, 6, 10, 0, 0)), "nobody");
}
END_TEST

START_TEST(a_drop_in_beats_a_shift_that_begins_later)
{
    const struct duty_shift shifts[] = {
        { .from_usec = utc(2026, 6, 1, 0, 0), .to_usec = utc(2026, 6, 4, 0, 0), .duty = { .primary = &bo, .keep_backups = true }, .drop_in = true },
        { .from_usec = utc(2026, 6, 2, 0, 0), .to_usec = utc(2026, 6, 3, 0, 0), .duty = { .primary = &cia, .backups = just_bo, .n_backups = 1 } },
    };
    struct roster roster = monday_noon();
    roster.weeks = all_year;
    roster.n_weeks = 1;
    roster.shifts = shifts;
    roster.n_shifts = 2;
    ck_assert_str_eq(who(&roster, utc(2026, 6, 1, 12, 0)), "bo+cia");
    /* What the drop-in keeps is the shift's below it, less the drop-in's own primary. */
    ck_assert_str_eq(who(&roster, utc(2026, 6, 2, 12, 0)), "bo");
    ck_assert_str_eq(who(&roster, utc(2026, 6, 4, 0, 0)), "anna+bo+cia");
}
END_TEST

/* 02:00 to 03:00 comes twice on 2026-10-25. A shift that ends at 02:30 ends at the second one, one that begins then begins at the first. */
START_TEST(the_doubled_hour_belongs_to_the_shift_that_begins)
{
    const struct civil half_past_two = { .year = 2026, .month = 10, .day = 25, .hour = 2, .minute = 30 };
    const struct duty_shift shifts[] = {
        { .from_usec = utc(2026, 10, 24, 0, 0), .to_usec = tz_from_local(stockholm, &half_past_two, TZ_END), .duty = { .primary = &anna } },
        { .from_usec = tz_from_local(stockholm, &half_past_two, TZ_BEGIN), .to_usec = utc(2026, 10, 26, 0, 0), .duty = { .primary = &bo } },
    };
    struct roster roster = monday_noon();
    roster.shifts = shifts;
    roster.n_shifts = 2;
    ck_assert_int_eq(shifts[0].to_usec, utc(2026, 10, 25, 1, 30));
    ck_assert_int_eq(shifts[1].from_usec, utc(2026, 10, 25, 0, 30));
    ck_assert_str_eq(who(&roster, utc(2026, 10, 25, 0, 30) - 1), "anna");
    ck_assert_str_eq(who(&roster, utc(2026, 10, 25, 0, 30)), "bo");
    ck_assert_str_eq(who(&roster, utc(2026, 10, 25, 1, 29)), "bo");
}
END_TEST

/* ---- stretches ---- */

START_TEST(a_stretch_joins_what_does_not_change)
{
    const struct duty_weeks weeks[] = {
        { .first = { 2026, 20 }, .last = { 2026, 20 }, .duty = { .primary = &anna } },
        { .first = { 2026, 21 }, .last = { 2026, 21 }, .duty = { .primary = &anna } },
        { .first = { 2026, 22 }, .last = { 2026, 22 }, .duty = { .primary = &bo } },
    };
    const struct duty_shift shift = { .from_usec = utc(2026, 5, 20, 0, 0), .to_usec = utc(2026, 5, 21, 0, 0), .duty = { .primary = &anna } };
    struct roster roster = monday_noon();
    roster.weeks = weeks;
    roster.n_weeks = 3;
    roster.shifts = &shift;
    roster.n_shifts = 1;
    struct on_call on_call;
    const struct person *next;
    int64_t from, until;
    roster_stretch(&roster, stockholm, utc(2026, 5, 13, 0, 0), &on_call, &from, &until, &next);
    ck_assert_ptr_eq(on_call.primary, &anna);
    ck_assert_int_eq(from, utc(2026, 5, 11, 10, 0));
    ck_assert_int_eq(until, utc(2026, 5, 25, 10, 0));
    ck_assert_ptr_eq(next, &bo);
    roster_stretch(&roster, stockholm, until, &on_call, &from, &until, &next);
    ck_assert_ptr_eq(on_call.primary, &bo);
    ck_assert_int_eq(from, utc(2026, 5, 25, 10, 0));
    ck_assert_int_eq(until, utc(2026, 6, 1, 10, 0));
    ck_assert_ptr_null(next);
    roster_stretch(&roster, stockholm, until, &on_call, &from, &until, &next);
    ck_assert_ptr_null(on_call.primary);
    ck_assert_int_eq(from, utc(2026, 6, 1, 10, 0));
    ck_assert_int_eq(until, INT64_MAX);
}
END_TEST

START_TEST(a_stretch_ends_where_only_a_backup_changes)
{
    const struct duty_shift shift = { .from_usec = utc(2026, 5, 20, 0, 0), .to_usec = utc(2026, 5, 21, 0, 0),
                                      .duty = { .backups = just_cia, .n_backups = 1 } };
    struct roster roster = monday_noon();
    roster.weeks = all_year;
    roster.n_weeks = 1;
    roster.shifts = &shift;
    roster.n_shifts = 1;
    struct on_call on_call;
    const struct person *next;
    int64_t from, until;
    roster_stretch(&roster, stockholm, utc(2026, 5, 20, 12, 0), &on_call, &from, &until, &next);
    ck_assert_int_eq(from, shift.from_usec);
    ck_assert_int_eq(until, shift.to_usec);
    ck_assert_ptr_eq(next, &anna);
}
END_TEST

START_TEST(a_stretch_looks_a_year_each_way)
{
    const struct person *const alone[] = { &anna };
    struct roster roster = monday_noon();
    roster.rotation = (struct rotation){ .present = true, .start = { 2020, 1 }, .order = alone, .n_order = 1 };
    struct on_call on_call;
    const struct person *next = &bo;
    int64_t from, until;
    roster_stretch(&roster, stockholm, utc(2026, 5, 20, 12, 0), &on_call, &from, &until, &next);
    ck_assert_int_eq(from, INT64_MIN);
    ck_assert_int_eq(until, INT64_MAX);
    ck_assert_ptr_null(next);
    roster_stretch(&roster, stockholm, utc(2020, 5, 20, 12, 0), &on_call, &from, &until, &next);
    ck_assert_int_eq(from, utc(2019, 12, 30, 11, 0));
}
END_TEST

START_TEST(instants_far_away_are_holes)
{
    struct roster roster = monday_noon();
    roster.rotation = (struct rotation){ .present = true, .start = { 2020, 1 }, .order = three, .n_order = 3 };
    const int64_t instants[] = { INT64_MIN, INT64_MIN + 1, utc(9000, 1, 1, 0, 0), INT64_MAX - 1, INT64_MAX };
    for (size_t i = 0; i < N_ELEMENTS(instants); i++) {
        struct on_call on_call;
        const struct person *next;
        int64_t from, until;
        ck_assert_str_eq(who(&roster, instants[i]), "nobody");
        roster_stretch(&roster, stockholm, instants[i], &on_call, &from, &until, &next);
        ck_assert_ptr_null(on_call.primary);
    }
}
END_TEST

/* ---- any roster: inside a stretch nothing changes, and at its ends something does ---- */

static uint32_t random_next(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

static struct duty random_duty(uint32_t *seed)
{
    static const struct person *const people[] = { &anna, &bo, &cia, &dan };
    struct duty duty = { .primary = random_next(seed) % 5 == 0 ? NULL : people[random_next(seed) % 4] };
    switch (random_next(seed) % 3) {
    case 0: duty.keep_backups = true; break;
    case 1: duty.backups = bo_and_cia; duty.n_backups = random_next(seed) % 3; break;
    default: break;
    }
    return duty;
}

static int compare_from(const void *a, const void *b)
{
    const struct duty_shift *left = a, *right = b;
    return left->from_usec < right->from_usec ? -1 : left->from_usec > right->from_usec;
}

static void check_stretches(const struct roster *roster, uint32_t *seed)
{
    int64_t base = utc(2026, 3, 1, 0, 0);
    for (int i = 0; i < 40; i++) {
        int64_t at = base + (int64_t)(random_next(seed) % (400 * 24)) * USEC_PER_HOUR;
        struct on_call on_call;
        const struct person *next;
        int64_t from, until;
        char now[256];
        roster_stretch(roster, stockholm, at, &on_call, &from, &until, &next);
        snprintf(now, sizeof now, "%s", who(roster, at));
        ck_assert(from <= at && at < until);
        if (from != INT64_MIN) {
            ck_assert_str_eq(who(roster, from), now);
            ck_assert_str_ne(who(roster, from - 1), now);
        }
        if (until != INT64_MAX) {
            ck_assert_str_eq(who(roster, until - 1), now);
            ck_assert_str_ne(who(roster, until), now);
        }
        for (int64_t t = from == INT64_MIN ? at - USEC_PER_DAY : from; t < until && t < at + 3 * USEC_PER_DAY; t += 37 * USEC_PER_MIN)
            EXPECT(!strcmp(who(roster, t), now));
    }
}

START_TEST(inside_any_stretch_nothing_changes)
{
    uint32_t seed = (uint32_t)_i * 2654435761u + 1;
    struct duty_weeks weeks[8];
    struct duty_shift shifts[24];
    for (size_t i = 0; i < N_ELEMENTS(weeks); i++) {
        int first = (int)(random_next(&seed) % 50) + 1, length = (int)(random_next(&seed) % 4);
        weeks[i] = (struct duty_weeks){ .first = { 2026, first }, .last = { 2026, first + length > 53 ? 53 : first + length }, .duty = random_duty(&seed) };
    }
    for (size_t i = 0; i < N_ELEMENTS(shifts); i++) {
        int64_t from = utc(2026, 3, 1, 0, 0) + (int64_t)(random_next(&seed) % (300 * 24)) * USEC_PER_HOUR;
        shifts[i] = (struct duty_shift){ .from_usec = from, .to_usec = from + (1 + (int64_t)(random_next(&seed) % 200)) * USEC_PER_HOUR,
                                         .duty = random_duty(&seed), .drop_in = random_next(&seed) % 4 == 0 };
    }
    qsort(shifts, N_ELEMENTS(shifts), sizeof *shifts, compare_from);
    struct roster roster = monday_noon();
    roster.weeks = weeks;
    roster.n_weeks = N_ELEMENTS(weeks);
    roster.shifts = shifts;
    roster.n_shifts = N_ELEMENTS(shifts);
    roster.week_starts_before = _i % 2;
    roster.rotation = (struct rotation){ .present = _i % 3 != 0, .start = { 2026, 20 }, .order = three, .n_order = 3, .backups = (unsigned)_i % 3 };
    check_stretches(&roster, &seed);
}
END_TEST

/* ---- the plan's lists ---- */

START_TEST(ids_are_found_exactly_and_as_people_type_them)
{
    static const struct person persons[] = { { .id = "Anna" }, { .id = "anna" }, { .id = "bo" }, { .id = "åsa" } };
    static const struct roster rosters[] = { { .role = "KIB" }, { .role = "TIB" } };
    const struct plan plan = { .persons = persons, .n_persons = 4, .rosters = rosters, .n_rosters = 2 };
    for (size_t i = 0; i < 4; i++)
        ck_assert_ptr_eq(plan_person(&plan, persons[i].id), &persons[i]);
    ck_assert_ptr_null(plan_person(&plan, "ann"));
    ck_assert_ptr_null(plan_person(&plan, "annaa"));
    ck_assert_ptr_null(plan_person(&plan, ""));
    ck_assert_ptr_null(plan_group(&plan, "anna"));
    ck_assert_ptr_eq(plan_person_typed(&plan, "anna"), &persons[1]);
    ck_assert_ptr_eq(plan_person_typed(&plan, "BO"), &persons[2]);
    ck_assert_ptr_eq(plan_person_typed(&plan, "ÅSA"), &persons[3]);
    ck_assert_ptr_eq(plan_roster_typed(&plan, "tib"), &rosters[1]);
    ck_assert_ptr_null(plan_roster(&plan, "tib"));
}
END_TEST

START_TEST(a_severity_without_a_ladder_takes_the_usual_one)
{
    const struct ladder info = { .repeat_usec = 1 };
    const struct roster roster = { .severity_ladder[SEVERITY_INFO] = &info };
    ck_assert_ptr_eq(roster_ladder(&roster, SEVERITY_INFO), &info);
    ck_assert_ptr_eq(roster_ladder(&roster, SEVERITY_CRITICAL), &roster.ladder);
}
END_TEST

/* ---- hours: outside them another has the duty ---- */

static const struct duty_window office = { .weekdays = 0x1f, .from_minute = 8 * 60, .to_minute = 17 * 60 };

static struct roster in_office_hours(const struct target *otherwise)
{
    struct roster roster = monday_noon();
    roster.rotation = (struct rotation){ .present = true, .start = { 2026, 1 }, .order = three, .n_order = 1 };
    roster.hours = (struct duty_hours){ .present = true, .windows = &office, .n_windows = 1 };
    roster.otherwise = otherwise;
    return roster;
}

START_TEST(outside_the_hours_whoever_is_named_has_the_duty)
{
    const struct group crisis = { .id = "kris" };
    const struct target person = { .kind = TARGET_PERSON, .person = &dan }, group = { .kind = TARGET_GROUP, .group = &crisis };
    const struct { const struct target *otherwise; const char *night; const struct group *group; } cases[] = {
        { &person, "dan", NULL }, { &group, "nobody", &crisis }, { NULL, "nobody", NULL },
    };
    for (size_t i = 0; i < 3; i++) {
        struct roster roster = in_office_hours(cases[i].otherwise);
        struct on_call on_call;
        ck_assert_str_eq(who(&roster, utc(2026, 5, 20, 5, 59)), cases[i].night);      /* 07:59 */
        ck_assert_str_eq(who(&roster, utc(2026, 5, 20, 6, 0)), "anna");
        ck_assert_str_eq(who(&roster, utc(2026, 5, 20, 14, 59)), "anna");
        ck_assert_str_eq(who(&roster, utc(2026, 5, 20, 15, 0)), cases[i].night);
        ck_assert_str_eq(who(&roster, utc(2026, 5, 23, 10, 0)), cases[i].night);      /* Saturday */
        roster_on_call(&roster, stockholm, utc(2026, 5, 23, 10, 0), &on_call);
        ck_assert_ptr_eq(on_call.group, cases[i].group);
        ck_assert_int_eq(roster_change_after(&roster, stockholm, utc(2026, 5, 20, 12, 0)), utc(2026, 5, 20, 15, 0));
    }
}
END_TEST

/* The configuration refuses a ring; here it reaches nobody, and ends. */
START_TEST(a_ring_of_rosters_reaches_nobody)
{
    struct roster one, two;
    const struct target to_one = { .kind = TARGET_ROLE, .roster = &one }, to_two = { .kind = TARGET_ROLE, .roster = &two };
    one = in_office_hours(&to_two);
    two = in_office_hours(&to_one);
    ck_assert_str_eq(who(&one, utc(2026, 5, 23, 10, 0)), "nobody");
    ck_assert_str_eq(who(&one, utc(2026, 5, 20, 10, 0)), "anna");
    ck_assert_int_eq(roster_change_after(&one, stockholm, utc(2026, 5, 20, 12, 0)), utc(2026, 5, 20, 15, 0));
}
END_TEST

START_TEST(a_duty_is_handed_on_from_role_to_role)
{
    struct roster last = monday_noon(), middle;
    last.rotation = (struct rotation){ .present = true, .start = { 2026, 1 }, .order = just_cia, .n_order = 1 };
    const struct target to_last = { .kind = TARGET_ROLE, .roster = &last }, to_middle = { .kind = TARGET_ROLE, .roster = &middle };
    middle = in_office_hours(&to_last);
    struct roster first = in_office_hours(&to_middle);
    ck_assert_str_eq(who(&first, utc(2026, 5, 23, 10, 0)), "cia");
}
END_TEST

/* ---- bounds ---- */

START_TEST(nobody_is_a_backup_twice_and_a_list_has_an_end)
{
    static struct person many[ROSTER_MAX_BACKUPS + 3];
    const struct person *backups[ROSTER_MAX_BACKUPS + 5] = { &bo, &anna, &bo };
    for (size_t i = 0; i < N_ELEMENTS(many) - 1; i++)
        backups[i + 3] = &many[i];
    const struct duty_weeks week = { .first = { 2026, 21 }, .last = { 2026, 21 },
                                     .duty = { .primary = &anna, .backups = backups, .n_backups = N_ELEMENTS(backups) } };
    struct roster roster = monday_noon();
    struct on_call on_call;
    roster.weeks = &week;
    roster.n_weeks = 1;
    roster_on_call(&roster, stockholm, utc(2026, 5, 20, 12, 0), &on_call);
    ck_assert_uint_eq(on_call.n_backups, ROSTER_MAX_BACKUPS);
    ck_assert_ptr_eq(on_call.backups[0], &bo);
    ck_assert_ptr_eq(on_call.backups[1], &many[0]);
    /* A rotation of nobody turns to nobody. */
    roster.rotation = (struct rotation){ .present = true, .start = { 2026, 1 } };
    ck_assert_str_eq(who(&roster, utc(2026, 6, 20, 12, 0)), "nobody");
}
END_TEST

/* Anna has every minute of three days, in shifts of their own: no roster of people is like that, and where one stretch ends is not looked for so far. */
START_TEST(a_stretch_of_thousands_of_shifts_is_given_up)
{
    enum { SHIFTS = 2 * 4096 + 10 };
    static struct duty_shift shifts[SHIFTS];
    int64_t begin = utc(2026, 5, 18, 0, 0);
    for (int i = 0; i < SHIFTS; i++)
        shifts[i] = (struct duty_shift){ .from_usec = begin + i * USEC_PER_MIN, .to_usec = begin + (i + 1) * USEC_PER_MIN, .duty = { .primary = &anna } };
    const struct roster roster = { .role = "TIB", .shifts = shifts, .n_shifts = SHIFTS };
    struct on_call on_call;
    const struct person *next;
    int64_t from, until;
    roster_stretch(&roster, stockholm, begin + 4100 * USEC_PER_MIN, &on_call, &from, &until, &next);
    ck_assert_ptr_eq(on_call.primary, &anna);
    ck_assert_int_eq(from, INT64_MIN);
    ck_assert_int_eq(until, INT64_MAX);
    roster_stretch(&roster, stockholm, begin + 4000 * USEC_PER_MIN, &on_call, &from, &until, &next);
    ck_assert_int_eq(from, begin);
}
END_TEST

/* ---- days ---- */

START_TEST(days_have_names_in_two_languages)
{
    ck_assert_str_eq(holiday_name(holiday_of_day(civil_day(2026, 12, 24)), LANGUAGE_SV), "julafton");
    ck_assert_str_eq(holiday_name(holiday_of_day(civil_day(2026, 12, 24)), LANGUAGE_EN), "Christmas Eve");
    ck_assert_int_eq(holiday_of_day(civil_day(2026, 5, 15)).kind, HOLIDAY_SQUEEZE);      /* the day after Ascension Day */
    ck_assert_int_eq(holiday_of_day(civil_day(2026, 5, 13)).kind, HOLIDAY_NONE);         /* with a workday before it */
    ck_assert_int_eq(holiday_of_day(civil_day(2026, 5, 18)).kind, HOLIDAY_NONE);         /* with one behind it */
    ck_assert_int_eq(holiday_of_day(civil_day(2026, 5, 16)).kind, HOLIDAY_NONE);
    ck_assert_str_eq(holiday_name(holiday_of_day(civil_day(2026, 5, 13)), LANGUAGE_SV), "");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("roster");
    TCase *tcase = tcase_create("on call");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, a_week_begins_at_its_handover_to_the_microsecond);
    tcase_add_test(tcase, a_range_goes_over_a_year_of_53_weeks);
    tcase_add_test(tcase, a_week_may_begin_before_its_monday);
    tcase_add_test(tcase, clock_changes_move_a_handover_by_an_hour_of_utc);
    tcase_add_test(tcase, of_weeks_that_overlap_the_later_beginning_holds_then_the_later_line);
    tcase_add_test(tcase, every_week_of_a_rotation_counts_named_or_not);
    tcase_add_test(tcase, a_rotation_gives_the_next_in_order_as_backups);
    tcase_add_test(tcase, a_week_may_keep_what_the_rotation_says);
    tcase_add_test(tcase, a_shift_beats_the_week_and_says_what_it_keeps);
    tcase_add_test(tcase, of_shifts_that_overlap_the_later_beginning_holds_then_the_later_line);
    tcase_add_test(tcase, a_drop_in_beats_a_shift_that_begins_later);
    tcase_add_test(tcase, the_doubled_hour_belongs_to_the_shift_that_begins);
    tcase_add_test(tcase, a_stretch_joins_what_does_not_change);
    tcase_add_test(tcase, a_stretch_ends_where_only_a_backup_changes);
    tcase_add_test(tcase, a_stretch_looks_a_year_each_way);
    tcase_add_test(tcase, instants_far_away_are_holes);
    tcase_add_loop_test(tcase, inside_any_stretch_nothing_changes, 0, 40);
    tcase_add_test(tcase, ids_are_found_exactly_and_as_people_type_them);
    tcase_add_test(tcase, a_severity_without_a_ladder_takes_the_usual_one);
    tcase_add_test(tcase, outside_the_hours_whoever_is_named_has_the_duty);
    tcase_add_test(tcase, a_ring_of_rosters_reaches_nobody);
    tcase_add_test(tcase, a_duty_is_handed_on_from_role_to_role);
    tcase_add_test(tcase, nobody_is_a_backup_twice_and_a_list_has_an_end);
    tcase_add_test(tcase, a_stretch_of_thousands_of_shifts_is_given_up);
    tcase_add_test(tcase, days_have_names_in_two_languages);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

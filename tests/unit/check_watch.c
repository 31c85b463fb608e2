/* The watch, over days of virtual time, restarts, reloads and clocks that are set. */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "unit.h"
#include "watch/watch.h"

static struct person persons[] = {{.id = "anna", .name = "Anna"}, {.id = "bo", .name = "Bo"}};
static const struct group crisis = {.id = "kris", .title = "Kris"};
static struct tz *stockholm;
static struct watch *watch;
static struct plan plan;
static struct roster roster;
static struct duty_weeks weeks[8];
static struct buf told;
static int64_t now_usec, next_usec;
static struct record kept[64];           /* what the engine would have written down, with names of its own */
static size_t n_kept;

static int64_t utc(int year, int month, int day, int hour, int minute)
{
    return civil_to_sec(&(struct civil){.year = year, .month = month, .day = day, .hour = hour, .minute = minute}) * USEC_PER_SEC;
}

static void setup(void)
{
    static char bytes[65536];
    FILE *file = fopen("/usr/share/zoneinfo/Europe/Stockholm", "rb");
    ck_assert_ptr_nonnull(file);
    size_t len = fread(bytes, 1, sizeof(bytes), file);
    fclose(file);
    ck_assert_int_eq(tz_parse(bytes, len, &stockholm), ERR_OK);
    roster = (struct roster){.role = "TIB", .title = "TIB", .handover_minute = 12 * 60, .weeks = weeks, .announce = 1u << CHANNEL_SMS,
                             .owner = &persons[0], .gap_warning_usec = 14 * USEC_PER_DAY};
    plan = (struct plan){.tz = stockholm, .persons = persons, .n_persons = 2, .rosters = &roster, .n_rosters = 1};
    for (int i = 0; i < 8; i++)
        weeks[i] = (struct duty_weeks){.first = {2026, 46 + i}, .last = {2026, 46 + i}, .duty = {.primary = &persons[i % 2]}};
    roster.n_weeks = 8;
    watch = watch_new();
    n_kept = 0;
}

static void forget_kept(void)
{
    while (n_kept > 0) {
        n_kept--;
        free((void *)(uintptr_t)kept[n_kept].role);
        free((void *)(uintptr_t)kept[n_kept].person);
    }
}

static void teardown(void)
{
    watch_free(watch);
    buf_done(&told);
    tz_free(stockholm);
    forget_kept();
}

static void add_time(struct buf *buf, int64_t at_usec)
{
    struct civil local;
    if (at_usec == INT64_MAX) {
        buf_add_text(buf, "ever");
        return;
    }
    tz_to_local(stockholm, at_usec, &local);
    buf_printf(buf, "%02d-%02d %02d:%02d", local.month, local.day, local.hour, local.minute);
}

static void keep(const struct event *event)
{
    bool duty = event->kind == EVENT_DUTY;
    ck_assert_uint_lt(n_kept, N_ELEMENTS(kept));
    kept[n_kept++] = (struct record){
        .kind = duty ? RECORD_DUTY_CHANGED : RECORD_GAP_AHEAD, .at_usec = now_usec,
        .role = mem_strdup(duty ? event->duty.roster->role : event->gap.roster->role),
        .person = duty && event->duty.person ? mem_strdup(event->duty.person) : NULL,
        .due_usec = duty ? event->duty.from_usec : event->gap.from_usec,
    };
}

/* "anna, not bo, until 11-30 12:00", "(anna)" where nothing is told, "gap 12-28 12:00 to ever" */
static void tell(void *userdata, const struct event *event)
{
    (void)userdata;
    keep(event);
    if (told.len)
        buf_add_text(&told, "; ");
    if (event->kind == EVENT_GAP) {
        buf_add_text(&told, "gap ");
        add_time(&told, event->gap.from_usec);
        buf_add_text(&told, " to ");
        add_time(&told, event->gap.until_usec);
        buf_printf(&told, event->gap.count > 1 ? " (%u)" : "", event->gap.count);
        return;
    }
    buf_add_text(&told, event->duty.tell ? "" : "(");
    buf_add_text(&told, event->duty.person ? event->duty.person : "nobody");
    if (event->duty.before)
        buf_printf(&told, ", not %s", event->duty.before);
    if (event->duty.tell) {
        buf_add_text(&told, ", until ");
        add_time(&told, event->duty.until_usec);
    }
    buf_add_text(&told, event->duty.tell ? "" : ")");
}

static const char *look_at(int64_t at_usec)
{
    now_usec = at_usec;
    buf_clear(&told);
    next_usec = watch_look(watch, &plan, now_usec, tell, NULL);
    ck_assert_int_gt(next_usec, now_usec);
    return buf_text(&told);
}

static void restart(void)
{
    watch_free(watch);
    watch = watch_new();
    for (size_t i = n_kept; i-- > 0;)
        watch_recall(watch, &kept[i], stockholm);
}

/* Week 47 is Bo's, 48 Anna's, and so on. */
#define WEEK_48 utc(2026, 11, 23, 11, 0)

START_TEST(a_change_is_told_when_it_comes) {
    ck_assert_str_eq(look_at(utc(2026, 11, 22, 3, 0)), "(bo)");
    ck_assert_int_eq(next_usec, utc(2026, 11, 22, 7, 0));      /* eight in the morning */
    ck_assert_str_eq(look_at(next_usec), "");
    ck_assert_str_eq(look_at(next_usec), "");
    ck_assert_int_eq(next_usec, WEEK_48);
    ck_assert_str_eq(look_at(next_usec), "anna, not bo, until 11-30 12:00");
    ck_assert_str_eq(look_at(next_usec), "");
}
END_TEST

START_TEST(a_restart_tells_nothing_twice_and_omits_nothing) {
    look_at(utc(2026, 11, 22, 3, 0));
    ck_assert_str_eq(look_at(WEEK_48), "anna, not bo, until 11-30 12:00");
    restart();
    ck_assert_str_eq(look_at(WEEK_48 + USEC_PER_SEC), "");
    restart();                                                  /* down over a handover */
    ck_assert_str_eq(look_at(utc(2026, 11, 30, 13, 0)), "bo, not anna, until 12-07 12:00");
    restart();                                                  /* over two: the same one has it again */
    ck_assert_str_eq(look_at(utc(2026, 12, 14, 13, 0)), "");
}
END_TEST

START_TEST(a_reload_that_changes_who_has_it_is_a_change) {
    look_at(WEEK_48 + USEC_PER_HOUR);
    struct duty_shift swap = {.from_usec = WEEK_48, .to_usec = WEEK_48 + USEC_PER_DAY, .duty = {.primary = &persons[1]}, .drop_in = true};
    roster.shifts = &swap;
    roster.n_shifts = 1;
    ck_assert_str_eq(look_at(WEEK_48 + 2 * USEC_PER_HOUR), "bo, not anna, until 11-24 12:00");
    roster.n_shifts = 0;
    ck_assert_str_eq(look_at(WEEK_48 + 3 * USEC_PER_HOUR), "anna, not bo, until 11-30 12:00");
}
END_TEST

START_TEST(a_clock_that_is_set_back_over_a_handover_doubles_nothing) {
    look_at(WEEK_48 - USEC_PER_HOUR);
    ck_assert_str_eq(look_at(WEEK_48 + USEC_PER_SEC), "anna, not bo, until 11-30 12:00");
    ck_assert_str_eq(look_at(WEEK_48 - USEC_PER_SEC), "");
    ck_assert_str_eq(look_at(WEEK_48), "");
    ck_assert_str_eq(look_at(WEEK_48 - 3 * USEC_PER_DAY), "bo, not anna, until 11-23 12:00");      /* it was wrong, and is right now */
    ck_assert_str_eq(look_at(WEEK_48), "anna, not bo, until 11-30 12:00");
}
END_TEST

START_TEST(nobody_and_groups) {
    static const struct duty_window nights[] = {{.weekdays = 127, .from_minute = 17 * 60, .to_minute = 8 * 60}};
    static const struct target by_day = {.kind = TARGET_GROUP, .group = &crisis};
    roster.hours = (struct duty_hours){.present = true, .windows = nights, .n_windows = 1};
    roster.otherwise = &by_day;
    ck_assert_str_eq(look_at(utc(2026, 11, 25, 3, 0)), "(anna)");
    ck_assert_str_eq(look_at(utc(2026, 11, 25, 7, 0)), "group:kris, not anna, until 11-25 17:00");
    restart();
    ck_assert_str_eq(look_at(utc(2026, 11, 25, 8, 0)), "");
    ck_assert_str_eq(look_at(utc(2026, 11, 25, 16, 0)), "anna, not group:kris, until 11-26 08:00");
    roster.n_weeks = 0;
    roster.gap_warning_usec = 0;
    ck_assert_str_eq(look_at(utc(2026, 11, 25, 17, 0)), "nobody, not anna, until 11-26 08:00");
}
END_TEST

START_TEST(a_change_of_backups_is_none) {
    static const struct person *const backups[] = {&persons[1]};
    weeks[3].duty = (struct duty){.primary = &persons[0], .backups = backups, .n_backups = 1};
    ck_assert_str_eq(look_at(WEEK_48), "(anna)");
    ck_assert_str_eq(look_at(utc(2026, 11, 30, 11, 0)), "");
    weeks[1].duty.primary = &persons[1];
    weeks[2].duty.primary = &persons[0];
    restart();
    forget_kept();
    watch_free(watch);
    watch = watch_new();
    look_at(WEEK_48 - USEC_PER_HOUR);
    ck_assert_str_eq(look_at(WEEK_48), "anna, not bo, until 12-14 12:00");      /* three weeks of hers, with and without a backup */
}
END_TEST

START_TEST(without_announce_nothing_is_said) {
    roster.announce = 0;
    ck_assert_str_eq(look_at(WEEK_48 - USEC_PER_HOUR), "");
    ck_assert_int_eq(next_usec, utc(2026, 11, 24, 7, 0));      /* the next morning, for gaps; not the handover */
    roster.gap_warning_usec = 0;
    look_at(WEEK_48);
    ck_assert(next_usec == INT64_MAX);
    roster.announce = 1;
    ck_assert_str_eq(look_at(WEEK_48 + USEC_PER_HOUR), "(anna)");
    roster.announce = 0;
    look_at(WEEK_48 + USEC_PER_DAY);
    roster.announce = 1;
    ck_assert_str_eq(look_at(utc(2026, 12, 1, 11, 0)), "(bo)");      /* what came about unwatched is no news */
}
END_TEST

/* ---- gaps: the weeks end with 53, on 2027-01-04 at 12:00 ---- */

START_TEST(a_gap_is_told_once_a_day) {
    roster.announce = 0;
    ck_assert_str_eq(look_at(utc(2026, 12, 21, 10, 59)), "");
    ck_assert_str_eq(look_at(utc(2026, 12, 21, 11, 1)), "gap 01-04 12:00 to ever");
    ck_assert_int_eq(next_usec, utc(2026, 12, 22, 7, 0));
    ck_assert_str_eq(look_at(utc(2026, 12, 21, 11, 2)), "");
    restart();
    ck_assert_str_eq(look_at(utc(2026, 12, 22, 6, 59)), "");
    ck_assert_str_eq(look_at(utc(2026, 12, 22, 7, 0)), "gap 01-04 12:00 to ever");
    restart();
    ck_assert_str_eq(look_at(utc(2026, 12, 22, 7, 1)), "");
    ck_assert_str_eq(look_at(utc(2027, 1, 5, 7, 0)), "gap 01-05 08:00 to ever");       /* it is here */
}
END_TEST

START_TEST(gaps_between_duties) {
    roster.announce = 0;
    weeks[3].duty.primary = NULL;
    weeks[3].duty.keep_backups = true;      /* nobody in week 49, and 51 */
    weeks[5].duty = weeks[3].duty;
    roster.gap_warning_usec = 30 * USEC_PER_DAY;
    ck_assert_str_eq(look_at(WEEK_48), "gap 11-30 12:00 to 12-07 12:00 (2)");
    weeks[3].duty.primary = &persons[0];
    ck_assert_str_eq(look_at(WEEK_48 + USEC_PER_HOUR), "");      /* mended, and the other one is told tomorrow */
    ck_assert_str_eq(look_at(next_usec), "gap 12-14 12:00 to 12-21 12:00");
    weeks[5].duty.primary = &persons[1];
    ck_assert_str_eq(look_at(next_usec), "");
}
END_TEST

START_TEST(outside_the_hours_is_no_gap) {
    static const struct duty_window nights[] = {{.weekdays = 127, .from_minute = 17 * 60, .to_minute = 8 * 60}};
    roster.announce = 0;
    roster.hours = (struct duty_hours){.present = true, .windows = nights, .n_windows = 1};
    ck_assert_str_eq(look_at(WEEK_48), "");
    roster.n_weeks = 2;
    ck_assert_str_eq(look_at(WEEK_48 + USEC_PER_HOUR), "gap 11-23 13:00 to ever");
}
END_TEST

START_TEST(mornings_over_a_clock_change) {
    roster.announce = 0;
    roster.n_weeks = 0;
    ck_assert_str_eq(look_at(utc(2026, 10, 24, 6, 0)), "gap 10-24 08:00 to ever");
    ck_assert_int_eq(next_usec, utc(2026, 10, 25, 7, 0));
    ck_assert_str_eq(look_at(next_usec), "gap 10-25 08:00 to ever");
    ck_assert_int_eq(next_usec, utc(2026, 10, 26, 7, 0));
}
END_TEST

START_TEST(roles_each_for_themselves) {
    struct roster rosters[] = {roster, roster};
    rosters[1].role = "KIB";
    rosters[1].handover_minute = 13 * 60;
    plan.rosters = rosters;
    plan.n_rosters = 2;
    ck_assert_str_eq(look_at(WEEK_48 - USEC_PER_HOUR), "(bo); (bo)");
    ck_assert_str_eq(look_at(next_usec), "anna, not bo, until 11-30 12:00");
    plan.n_rosters = 1;      /* KIB's file is gone, and comes back */
    ck_assert_str_eq(look_at(WEEK_48 + USEC_PER_MIN), "");
    plan.n_rosters = 2;
    restart();
    ck_assert_str_eq(look_at(WEEK_48 + 2 * USEC_PER_HOUR), "anna, not bo, until 11-30 13:00");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("watch");
    TCase *tcase = tcase_create("watch");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, a_change_is_told_when_it_comes);
    tcase_add_test(tcase, a_restart_tells_nothing_twice_and_omits_nothing);
    tcase_add_test(tcase, a_reload_that_changes_who_has_it_is_a_change);
    tcase_add_test(tcase, a_clock_that_is_set_back_over_a_handover_doubles_nothing);
    tcase_add_test(tcase, nobody_and_groups);
    tcase_add_test(tcase, a_change_of_backups_is_none);
    tcase_add_test(tcase, without_announce_nothing_is_said);
    tcase_add_test(tcase, a_gap_is_told_once_a_day);
    tcase_add_test(tcase, gaps_between_duties);
    tcase_add_test(tcase, outside_the_hours_is_no_gap);
    tcase_add_test(tcase, mornings_over_a_clock_change);
    tcase_add_test(tcase, roles_each_for_themselves);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}

/* Rosters as iCalendar, read back by libical. */
#include <stdio.h>
#include <string.h>

#include <libical/ical.h>

#include "roster/ics.h"
#include "engine/roster.h"
#include "unit.h"
#include "zone.h"

static const struct person anna = {.id = "anna.berg", .name = "Anna Berg"}, bo = {.id = "bo.ek", .name = "Bo Ek"},
                           cia = {.id = "cia", .name = "Cia \"CC\" Lund; von, \\ Å"};
static const struct person *const just_anna[] = {&anna};
static const struct group exchange = {.id = "vaxel", .title = "Växeln"};
static struct tz *stockholm;

static void setup(void)
{
    stockholm = zone_stockholm();
}

static void teardown(void)
{
    tz_free(stockholm);
    stockholm = NULL;
    icalmemory_free_ring();
}

static int64_t utc(int year, int month, int day, int hour)
{
    return civil_to_sec(&(struct civil){.year = year, .month = month, .day = day, .hour = hour}) * USEC_PER_SEC;
}

/* Weeks 51 and 53 of 2026 are held, and 52 is a hole, but for Christmas Eve. */
static const struct duty_weeks weeks[] = {
    {.first = {2026, 51}, .last = {2026, 51}, .duty = {.primary = &bo, .backups = just_anna, .n_backups = 1}},
    {.first = {2026, 53}, .last = {2026, 53}, .duty = {.primary = &cia, .backups = just_anna, .n_backups = 1}},
};
static const struct duty_shift shifts[] = {
    {.from_usec = INT64_C(1798095600) * USEC_PER_SEC, .to_usec = INT64_C(1798182000) * USEC_PER_SEC, .duty = {.primary = &anna, .keep_backups = true}},
};

static struct roster winter(void)
{
    return (struct roster){.role = "TIB", .title = "Tjänsteperson i beredskap, dygnet runt; hela året", .handover_minute = 12 * 60,
                           .weeks = weeks, .n_weeks = 2, .shifts = shifts, .n_shifts = 1};
}

static struct buf written(const struct roster *roster, const struct person *person, enum language language, int64_t stamp_usec)
{
    struct buf buf = {0};
    struct plan plan = {.tz = stockholm, .organisation = "Håbo kommun"};
    roster_add_ics(&buf, &(struct roster_ics){.plan = &plan, .roster = roster, .person = person, .from_usec = utc(2026, 12, 1, 0),
                                              .to_usec = utc(2027, 2, 1, 0), .stamp_usec = stamp_usec, .language = language});
    return buf;
}

/* A line for each event: "2026-12-14 11:00/2026-12-21 11:00 SUMMARY". Fails the test where libical finds an error. */
static char *read_back(const struct roster *roster, const struct person *person, enum language language)
{
    CLEANUP_BUF struct buf text = written(roster, person, language, utc(2026, 11, 22, 3));
    icalcomponent *calendar = icalparser_parse_string(buf_text(&text));
    ck_assert_ptr_nonnull(calendar);
    ck_assert_msg(icalcomponent_count_errors(calendar) == 0, "%s", icalcomponent_as_ical_string(calendar));
    ck_assert_msg(icalrestriction_check(calendar), "%s", icalcomponent_as_ical_string(calendar));
    struct buf lines = {0};
    for (icalcomponent *event = icalcomponent_get_first_component(calendar, ICAL_VEVENT_COMPONENT); event;
         event = icalcomponent_get_next_component(calendar, ICAL_VEVENT_COMPONENT)) {
        struct icaltimetype from = icalcomponent_get_dtstart(event), to = icalcomponent_get_dtend(event);
        ck_assert(icaltime_is_utc(from) && icaltime_is_utc(to) && icaltime_compare(from, to) < 0);
        ck_assert(icaltime_is_utc(icalcomponent_get_dtstamp(event)));
        ck_assert_ptr_nonnull(icalcomponent_get_uid(event));
        buf_printf(&lines, "%04d-%02d-%02d %02d:%02d/%04d-%02d-%02d %02d:%02d %s\n", from.year, from.month, from.day, from.hour,
                   from.minute, to.year, to.month, to.day, to.hour, to.minute, icalcomponent_get_summary(event));
    }
    icalcomponent_free(calendar);
    return buf_take(&lines);
}

#define assert_events(roster, person, language, expected)                       \
    do {                                                                        \
        CLEANUP_FREE char *events_ = read_back((roster), (person), (language)); \
        ck_assert_str_eq(events_, (expected));                                  \
    } while (0)

START_TEST(a_roster_is_its_duties_and_the_gaps_between_them) {
    struct roster roster = winter();
    assert_events(&roster, NULL, LANGUAGE_SV,
                  "2026-12-14 11:00/2026-12-21 11:00 TIB: Bo Ek (ersättare Anna Berg)\n"
                  "2026-12-21 11:00/2026-12-24 07:00 TIB: OBEMANNAD\n"
                  "2026-12-24 07:00/2026-12-25 07:00 TIB: Anna Berg\n"
                  "2026-12-25 07:00/2026-12-28 11:00 TIB: OBEMANNAD\n"
                  "2026-12-28 11:00/2027-01-04 11:00 TIB: Cia \"CC\" Lund; von, \\ Å (ersättare Anna Berg)\n");
}
END_TEST

START_TEST(a_person_gets_that_persons_duties) {
    struct roster roster = winter();
    assert_events(&roster, &anna, LANGUAGE_EN,
                  "2026-12-14 11:00/2026-12-21 11:00 TIB: Anna Berg, backup for Bo Ek\n"
                  "2026-12-24 07:00/2026-12-25 07:00 TIB: Anna Berg\n"
                  "2026-12-28 11:00/2027-01-04 11:00 TIB: Anna Berg, backup for Cia \"CC\" Lund; von, \\ Å\n");
    assert_events(&roster, &bo, LANGUAGE_EN, "2026-12-14 11:00/2026-12-21 11:00 TIB: Bo Ek (backup Anna Berg)\n");
}
END_TEST

static void add_uids(struct buf *uids, const struct roster *roster, const struct person *person, int64_t stamp_usec)
{
    CLEANUP_BUF struct buf text = written(roster, person, LANGUAGE_SV, stamp_usec);
    for (const char *at = buf_text(&text); (at = strstr(at, "UID:")); at += 4) {
        buf_add(uids, at, strcspn(at, "\r"));
        buf_add_char(uids, '\n');
    }
}

START_TEST(an_event_keeps_its_uid_when_others_take_it_over) {
    CLEANUP_BUF struct buf before = {0}, after = {0}, of_person = {0};
    struct roster roster = winter();
    add_uids(&before, &roster, NULL, utc(2026, 11, 22, 3));
    struct duty_weeks others[] = {weeks[0], weeks[1]};
    others[0].duty.primary = &cia;
    roster.weeks = others;
    add_uids(&after, &roster, NULL, utc(2026, 11, 29, 3));
    ck_assert_str_eq(buf_text(&before), buf_text(&after));
    ck_assert_ptr_nonnull(strstr(buf_text(&before), "UID:tib-20261214T110000Z@hc3a5bokommun.beredd\n"));
    add_uids(&of_person, &roster, &anna, utc(2026, 11, 29, 3));
    ck_assert_ptr_nonnull(strstr(buf_text(&of_person), "UID:tib-20261214T110000Z-backup-anna.berg@hc3a5bokommun.beredd\n"));
}
END_TEST

START_TEST(a_duty_without_an_end_is_cut_to_the_window) {
    struct roster roster = {.role = "KIB", .title = "KIB", .rotation = {.present = true, .start = {2020, 1}, .order = just_anna, .n_order = 1}};
    CLEANUP_BUF struct buf uids = {0};
    assert_events(&roster, NULL, LANGUAGE_SV, "2026-12-01 00:00/2027-02-01 00:00 KIB: Anna Berg\n");
    add_uids(&uids, &roster, NULL, 0);
    ck_assert_str_eq(buf_text(&uids), "UID:kib-open@hc3a5bokommun.beredd\n");
}
END_TEST

START_TEST(outside_the_hours_whoever_is_called_then_is_shown) {
    static const struct duty_window nights[] = {{.weekdays = 31, .from_minute = 17 * 60, .to_minute = 8 * 60}};
    const struct target switchboard = {.kind = TARGET_GROUP, .group = &exchange};
    struct roster roster = winter();
    roster.weeks = weeks;
    roster.n_weeks = 1;
    roster.n_shifts = 0;
    roster.hours = (struct duty_hours){.present = true, .weekends = true, .windows = nights, .n_windows = 1};
    CLEANUP_FREE char *without = read_back(&roster, NULL, LANGUAGE_SV);
    ck_assert_ptr_null(strstr(without, "OBEMANNAD"));      /* by day nobody is meant to be */
    ck_assert_ptr_nonnull(strstr(without, "2026-12-15 16:00/2026-12-16 07:00 TIB: Bo Ek (ersättare Anna Berg)\n"));
    roster.otherwise = &switchboard;
    CLEANUP_FREE char *with = read_back(&roster, NULL, LANGUAGE_SV);
    ck_assert_ptr_nonnull(strstr(with, "2026-12-15 07:00/2026-12-15 16:00 TIB: Växeln\n"));
}
END_TEST

START_TEST(an_empty_roster_is_an_empty_calendar) {
    struct roster roster = {.role = "TIB", .title = "TIB"};
    assert_events(&roster, NULL, LANGUAGE_SV, "");
    assert_events(&roster, &anna, LANGUAGE_SV, "");
}
END_TEST

START_TEST(every_line_is_short_and_ends_in_cr_lf) {
    struct roster roster = winter();
    CLEANUP_BUF struct buf text = written(&roster, NULL, LANGUAGE_SV, 0);
    const char *end = buf_text(&text) + text.len;
    for (const char *at = buf_text(&text); at < end;) {
        const char *stop = strstr(at, "\r\n");
        ck_assert_ptr_nonnull(stop);
        ck_assert_int_le(stop - at, 75);
        ck_assert_ptr_null(memchr(at, '\n', (size_t)(stop - at)));
        ck_assert((*at & 0xC0) != 0x80 && !(at[0] == ' ' && (at[1] & 0xC0) == 0x80));      /* no character is cut in two */
        at = stop + 2;
    }
}
END_TEST

START_TEST(folding_at_every_length) {
    for (size_t n = 0; n < 400; n++) {
        CLEANUP_BUF struct buf value = {0}, line = {0};
        for (size_t i = 0; i < n; i++)
            buf_add_text(&value, i % 7 == 3 ? "å" : i % 11 == 5 ? "😀" : "x");
        ics_add_line(&line, "X-TEST", buf_text(&value));
        for (const char *at = buf_text(&line); *at; at = strstr(at, "\r\n") + 2)
            EXPECT(strstr(at, "\r\n") - at <= 75);
        CLEANUP_BUF struct buf unfolded = {0};
        for (const char *at = buf_text(&line); *at; at++) {
            if (strncmp(at, "\r\n ", 3) == 0)
                at += 2;
            else
                buf_add_char(&unfolded, *at);
        }
        EXPECT(strncmp(buf_text(&unfolded), "X-TEST:", 7) == 0);
        EXPECT(strncmp(buf_text(&unfolded) + 7, buf_text(&value), value.len) == 0);
        EXPECT(strcmp(buf_text(&unfolded) + 7 + value.len, "\r\n") == 0);
    }
}
END_TEST

START_TEST(what_is_no_text_does_not_break_the_line) {
    CLEANUP_BUF struct buf escaped = {0}, line = {0};
    ics_add_escaped(&escaped, "a\r\nEND:VCALENDAR\x01\x7f;b");
    ck_assert_str_eq(buf_text(&escaped), "a\\nEND:VCALENDAR\\;b");
    char bad[300];
    memset(bad, 0x80, sizeof(bad) - 1);
    bad[sizeof(bad) - 1] = '\0';
    ics_add_line(&line, "X", bad);
    ck_assert_uint_gt(line.len, sizeof(bad));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ics");
    TCase *tcase = tcase_create("ics");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, a_roster_is_its_duties_and_the_gaps_between_them);
    tcase_add_test(tcase, a_person_gets_that_persons_duties);
    tcase_add_test(tcase, an_event_keeps_its_uid_when_others_take_it_over);
    tcase_add_test(tcase, a_duty_without_an_end_is_cut_to_the_window);
    tcase_add_test(tcase, outside_the_hours_whoever_is_called_then_is_shown);
    tcase_add_test(tcase, an_empty_roster_is_an_empty_calendar);
    tcase_add_test(tcase, every_line_is_short_and_ends_in_cr_lf);
    tcase_add_test(tcase, folding_at_every_length);
    tcase_add_test(tcase, what_is_no_text_does_not_break_the_line);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}

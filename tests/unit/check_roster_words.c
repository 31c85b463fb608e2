/* Rosters in words: what changes between two configurations, times as people type them, calendars, and the files of single
 * shifts. */
#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/config.h"
#include "roster/duty_list.h"
#include "roster/roster_calendar.h"
#include "roster/roster_time.h"
#include "roster/roster_words.h"
#include "roster/shift_file.h"
#include "roster/short_names.h"

/* ---- configurations, written and read as an administrator's are ---- */

static void write_file(const char *directory, const char *name, const char *text)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(text, file), 0);
    ck_assert_int_eq(fclose(file), 0);
}

static const char head[] = "[roster]\nrole = TIB\nhandover = Mon 12:00\n";
static const char tail[] = "[ladder]\nstep = 0m primary sms\nstep = 5m backups sms, voice\nrepeat = 10m\n";
static const char people[] =
    "[person anna.berg]\nname = Anna Berg\nsms = +46701740605\nvoice = +46701740605\n[person bo.ek]\nname = Bo Ek\nsms = "
    "+46701740606\n"
    "[person cia.lund]\nname = Cia Lund\nsms = +46701740607\n[person anna.blom]\nname = Anna Blom\nsms = +46701740608\n";

/* more: what stands between the settings and the ladder. */
static struct config *config_whole(const char *more, const char *daemon, const char *ladder)
{
    char directory[] = "/tmp/check_roster_words.XXXXXX", roster[4096], beredd[512], command[600];
    ck_assert_ptr_nonnull(mkdtemp(directory));
    snprintf(roster, sizeof roster, "%s%s%s", head, more, ladder);
    snprintf(beredd, sizeof beredd, "[daemon]\n%s[channels]\nsms = try\nvoice = try\n", daemon);
    snprintf(command, sizeof command, "%s/rosters", directory);
    ck_assert_int_eq(mkdir(command, 0700), 0);
    snprintf(command, sizeof command, "%s/gateways", directory);
    ck_assert_int_eq(mkdir(command, 0700), 0);
    write_file(directory, "beredd.ini", beredd);
    write_file(directory, "people.ini", people);
    write_file(directory, "groups.ini", "[group drift]\ntitle = Drift\nmembers = bo.ek\n");
    write_file(directory, "sources.ini", "");
    write_file(directory, "rosters/TIB.ini", roster);
    write_file(directory, "gateways/try.ini", "[gateway try]\ntype = outbox\nfile = /dev/null\n");
    struct config_env env = {
        .directory = directory, .preset_directory = "/nonexistent", .zoneinfo_directory = "/usr/share/zoneinfo"};
    CLEANUP(problems_free) struct problems *problems = problems_new();
    struct config *config = NULL;
    enum err err = config_load(&env, problems, &config);
    for (size_t i = 0; i < problems_count(problems); i++)
        if (problems_get(problems, i)->level == PROBLEM_ERROR)
            ck_abort_msg("%s:%d: %s", problems_get(problems, i)->file, problems_get(problems, i)->line,
                         problems_get(problems, i)->message);
    ck_assert_int_eq(err, ERR_OK);
    static const char *const files[] = {"rosters/TIB.ini", "gateways/try.ini", "beredd.ini",
                                        "people.ini",      "groups.ini",       "sources.ini"};
    for (size_t i = 0; i < N_ELEMENTS(files); i++) {
        snprintf(command, sizeof command, "%s/%s", directory, files[i]);
        unlink(command);
    }
    snprintf(command, sizeof command, "%s/rosters", directory);
    rmdir(command);
    snprintf(command, sizeof command, "%s/gateways", directory);
    rmdir(command);
    rmdir(directory);
    return config;
}

static struct config *config_of(const char *more)
{
    return config_whole(more, "", tail);
}

static int64_t local(const struct config *config, int year, int month, int day, int hour, int minute)
{
    struct civil civil = {.year = year, .month = month, .day = day, .hour = hour, .minute = minute};
    return tz_from_local(config->plan.tz, &civil, TZ_BEGIN);
}

/* ---- the difference ---- */

static void expect_diff_as(const char *old, const char *new, const char *daemon, const char *old_ladder, const char *new_ladder,
                           enum language language, const char *expected)
{
    CLEANUP(config_free) struct config *before = config_whole(old, daemon, old_ladder);
    CLEANUP(config_free) struct config *after = config_whole(new, daemon, new_ladder);
    CLEANUP_BUF struct buf words = {0};
    roster_words_diff(&before->plan, &after->plan, "TIB", local(before, 2026, 12, 1, 0, 0), local(before, 2027, 3, 1, 0, 0),
                      language, &words);
    ck_assert_str_eq(buf_text(&words), expected);
}

static void expect_diff(const char *old, const char *new, enum language language, const char *expected)
{
    expect_diff_as(old, new, "", tail, tail, language, expected);
}

#define ROTATION "[rotation]\nstart = 2026-W01\norder = anna.berg\n"

START_TEST(a_week_by_its_number) {
    expect_diff(ROTATION, ROTATION "[weeks]\n2026-W52 = bo.ek\n", LANGUAGE_SV, "v. 52: Bo Ek i stället för Anna Berg\n");
    expect_diff(ROTATION, ROTATION "[weeks]\n2026-W52 = bo.ek\n", LANGUAGE_EN, "v. 52: Bo Ek instead of Anna Berg\n");
    expect_diff(ROTATION, ROTATION, LANGUAGE_SV, "");
}
END_TEST

/* 2026 has 53 weeks. */
START_TEST(weeks_in_a_row_are_one_line) {
    expect_diff(ROTATION, ROTATION "[weeks]\n2026-W51..2026-W53 = bo.ek\n", LANGUAGE_SV,
                "v. 51–53: Bo Ek i stället för Anna Berg\n");
    expect_diff(ROTATION, ROTATION "[weeks]\n2026-W53..2027-W01 = bo.ek\n", LANGUAGE_SV,
                "v. 53 – v. 1 2027: Bo Ek i stället för Anna Berg\n");
    expect_diff(ROTATION, ROTATION "[weeks]\n2027-W01 = bo.ek\n2027-W02 = bo.ek\n2027-W04 = cia.lund\n", LANGUAGE_SV,
                "v. 1–2 2027: Bo Ek i stället för Anna Berg\nv. 4 2027: Cia Lund i stället för Anna Berg\n");
}
END_TEST

START_TEST(a_shift_by_its_times) {
    expect_diff(ROTATION, ROTATION "[shifts]\nshift = 2026-12-24 08:00 / 2026-12-25 08:00 bo.ek\n", LANGUAGE_SV,
                "tor 24/12 08:00 – fre 25/12 08:00: Bo Ek i stället för Anna Berg\n");
    expect_diff(ROTATION, ROTATION "[shifts]\nshift = 2026-12-31 16:00 / 2027-01-01 12:00 bo.ek\n", LANGUAGE_EN,
                "Thu 31 Dec 16:00 – Fri 1 Jan 2027 12:00: Bo Ek instead of Anna Berg\n");
}
END_TEST

START_TEST(holes_are_named) {
    expect_diff("[weeks]\n2026-W52 = anna.berg\n", "[weeks]\n2026-W51 = anna.berg\n", LANGUAGE_SV,
                "v. 51: Anna Berg i stället för ingen\nv. 52: INGEN i stället för Anna Berg\n");
    expect_diff("[weeks]\n2026-W52 = anna.berg\n", "[weeks]\n2026-W01 = anna.berg\n", LANGUAGE_EN,
                "v. 52: NOBODY instead of Anna Berg\n");
}
END_TEST

START_TEST(backups_where_they_change) {
    expect_diff("[weeks]\n2026-W52 = anna.berg, bo.ek\n", "[weeks]\n2026-W52 = anna.berg, cia.lund, bo.ek\n", LANGUAGE_SV,
                "v. 52: backup Cia Lund, Bo Ek i stället för Bo Ek\n");
    expect_diff("[weeks]\n2026-W52 = anna.berg, bo.ek\n", "[weeks]\n2026-W52 = anna.berg\n", LANGUAGE_SV,
                "v. 52: backup ingen i stället för Bo Ek\n");
    expect_diff("[weeks]\n2026-W52 = anna.berg, bo.ek\n", "[weeks]\n2026-W52 = cia.lund, bo.ek\n", LANGUAGE_SV,
                "v. 52: Cia Lund i stället för Anna Berg\n");
    expect_diff("[weeks]\n2026-W52 = anna.berg, bo.ek\n", "[weeks]\n2026-W52 = bo.ek, anna.berg\n", LANGUAGE_SV,
                "v. 52: Bo Ek (backup Anna Berg) i stället för Anna Berg (backup Bo Ek)\n");
}
END_TEST

START_TEST(what_has_no_end) {
    expect_diff("[shifts]\nshift = 2026-01-01 00:00 / 2040-01-01 00:00 anna.berg\n",
                "[shifts]\nshift = 2026-01-01 00:00 / 2040-01-01 00:00 bo.ek\n", LANGUAGE_SV,
                "tor 1/1 00:00 – …: Bo Ek i stället för Anna Berg\n");
}
END_TEST

START_TEST(ladders_a_line_a_change) {
    expect_diff_as(
        ROTATION, ROTATION, "", tail, "[ladder]\nstep = 0m primary sms\nstep = 3m backups sms\nrepeat = 5m\n", LANGUAGE_SV,
        "Larmstegen: 3m backups sms i stället för 5m backups sms, voice\nLarmstegen: upprepas var 5m i stället för 10m\n");
    expect_diff_as(ROTATION, ROTATION, "", tail,
                   "[ladder]\nstep = 0m primary sms\nstep = 2m person:bo.ek voice\nstep = 5m backups sms, voice\nrepeat = 10m\n",
                   LANGUAGE_EN, "Ladder: new: 2m person:bo.ek voice\n");
    expect_diff_as(
        ROTATION, ROTATION, "", tail, "[ladder]\nstep = 0m group:drift sms\nrepeat = 10m\n", LANGUAGE_SV,
        "Larmstegen: bort: 0m primary sms\nLarmstegen: bort: 5m backups sms, voice\nLarmstegen: nytt: 0m group:drift sms\n");
    expect_diff_as(ROTATION, ROTATION, "", tail,
                   "[ladder]\nstep = 0m primary sms\nstep = 5m backups sms, voice\nrepeat = 10m\n[ladder info]\nstep = 0m "
                   "primary sms\nrepeat = 10m\n",
                   LANGUAGE_EN, "Ladder (info): gone: 5m backups sms, voice\n");
}
END_TEST

START_TEST(a_role_that_comes_or_goes) {
    CLEANUP(config_free) struct config *config = config_of(ROTATION);
    CLEANUP_BUF struct buf words = {0};
    struct plan empty = config->plan;
    empty.n_rosters = 0;
    roster_words_diff(&config->plan, &empty, "TIB", 0, USEC_PER_DAY, LANGUAGE_SV, &words);
    ck_assert_str_eq(buf_text(&words), "Rollen TIB försvinner\n");
    buf_clear(&words);
    roster_words_diff(&empty, &config->plan, "TIB", 0, USEC_PER_DAY, LANGUAGE_EN, &words);
    ck_assert_str_eq(buf_text(&words), "The role TIB is new\n");
}
END_TEST

START_TEST(many_lines_are_counted) {
    CLEANUP_BUF struct buf weeks = {0};
    buf_add_text(&weeks, ROTATION "[shifts]\n");
    for (int day = 1; day <= 28; day++)
        buf_printf(
            &weeks,
            "shift = 2026-12-%02d 01:00 / 2026-12-%02d 02:00 bo.ek\nshift = 2027-01-%02d 01:00 / 2027-01-%02d 02:00 bo.ek\n", day,
            day, day, day);
    CLEANUP(config_free) struct config *before = config_of(ROTATION);
    CLEANUP(config_free) struct config *after = config_of(buf_text(&weeks));
    CLEANUP_BUF struct buf words = {0};
    roster_words_diff(&before->plan, &after->plan, "TIB", local(before, 2026, 12, 1, 0, 0), local(before, 2027, 3, 1, 0, 0),
                      LANGUAGE_EN, &words);
    size_t lines = 0;
    for (const char *c = buf_text(&words); *c; c++)
        lines += *c == '\n';
    ck_assert_uint_eq(lines, ROSTER_DIFF_MAX_LINES + 1);
    ck_assert_ptr_nonnull(strstr(buf_text(&words), "… and 26 more changes\n"));
}
END_TEST

/* Every minute of a winter is compared with the engine itself: the lines may leave nothing out. */
START_TEST(the_difference_is_the_engines) {
    CLEANUP(config_free) struct config *a = config_of("[rotation]\nstart = 2026-W01\norder = anna.berg, bo.ek\nbackups = 1\n"
                                                      "[shifts]\nshift = 2027-03-28 01:30 / 2027-03-28 03:30 cia.lund\n");
    struct duty_list list = {0};
    int64_t from = local(a, 2026, 10, 24, 0, 0), to = local(a, 2027, 4, 1, 0, 0);
    const struct roster *roster = &a->plan.rosters[0];
    duty_list_build(&list, roster, a->plan.tz, from, to);
    EXPECT(list.items[0].from_usec <= from && list.items[list.n - 1].until_usec >= to);
    size_t at = 0;
    for (int64_t now = from; now < to; now += 7 * USEC_PER_MIN) {
        struct on_call on_call;
        while (list.items[at].until_usec <= now)
            at++;
        roster_on_call(roster, a->plan.tz, now, &on_call);
        EXPECT(on_call_same(&on_call, &list.items[at].on_call) && list.items[at].from_usec <= now);
    }
    for (size_t i = 1; i < list.n; i++)
        EXPECT(list.items[i].from_usec == list.items[i - 1].until_usec &&
               !on_call_same(&list.items[i].on_call, &list.items[i - 1].on_call));
    duty_list_done(&list);
}
END_TEST

/* ---- times ---- */

static void expect_time(const struct config *config, const char *text, int64_t after_usec, int64_t expected)
{
    int64_t got = 0;
    int64_t now = local(config, 2026, 11, 25, 15, 7);          /* a Wednesday */
    enum err err = roster_time_read(text, &config->plan.rosters[0], config->plan.tz, now, after_usec ? after_usec : now, TZ_END,
                                    &got);
    EXPECT_MSG(err == ERR_OK && got == expected, "%s: %d, %lld minutes off", text, (int)err,
               (long long)((got - expected) / USEC_PER_MIN));
}

START_TEST(times_as_people_type_them) {
    CLEANUP(config_free) struct config *config = config_of(ROTATION);
    int64_t monday = local(config, 2026, 11, 30, 12, 0);
    static const char *const mondays[] = {"mån", "Mon", "MÅN", "man", "måndag", "monday", "Måndag 12:00", "mån 12:00"};
    for (size_t i = 0; i < N_ELEMENTS(mondays); i++)
        expect_time(config, mondays[i], 0, monday);
    expect_time(config, "now", 0, local(config, 2026, 11, 25, 15, 7));
    expect_time(config, "nu", monday, local(config, 2026, 11, 25, 15, 7));
    expect_time(config, "ons", 0, local(config, 2026, 12, 2, 12, 0));
    expect_time(config, "ons 18:00", 0, local(config, 2026, 11, 25, 18, 0));
    expect_time(config, "mån", monday, local(config, 2026, 12, 7, 12, 0));
    expect_time(config, "2026-12-25 08:00", 0, local(config, 2026, 12, 25, 8, 0));
    expect_time(config, "2026-12-25T08:00", 0, local(config, 2026, 12, 25, 8, 0));
    expect_time(config, "2026-12-25 8:00", 0, local(config, 2026, 12, 25, 8, 0));
    expect_time(config, "2026-12-25", 0, local(config, 2026, 12, 25, 12, 0));
    expect_time(config, "idag", 0, local(config, 2026, 11, 25, 12, 0));
    expect_time(config, "imorgon 08:00", 0, local(config, 2026, 11, 26, 8, 0));
    expect_time(config, "Tomorrow", 0, local(config, 2026, 11, 26, 12, 0));
    expect_time(config, "16:00", 0, local(config, 2026, 11, 25, 16, 0));
    expect_time(config, "15:07", 0, local(config, 2026, 11, 26, 15, 7));
    expect_time(config, "+2h", monday, local(config, 2026, 11, 30, 14, 0));
    expect_time(config, "+90m", 0, local(config, 2026, 11, 25, 16, 37));
}
END_TEST

/* A day later is the same time on the next day: 25 hours in autumn, 23 in spring. Two hours are two hours. */
START_TEST(times_across_clock_changes) {
    CLEANUP(config_free) struct config *config = config_of(ROTATION);
    int64_t autumn = local(config, 2026, 10, 24, 14, 0), spring = local(config, 2027, 3, 27, 14, 0);
    expect_time(config, "+1d", autumn, autumn + 25 * USEC_PER_HOUR);
    expect_time(config, "+1d", spring, spring + 23 * USEC_PER_HOUR);
    expect_time(config, "+2h", local(config, 2027, 3, 28, 1, 0), local(config, 2027, 3, 28, 4, 0));
    /* The hour that comes twice: an end is the second one. The hour that is skipped: the first instant after it. */
    expect_time(config, "2026-10-25 02:30", 0, local(config, 2026, 10, 25, 2, 30) + USEC_PER_HOUR);
    expect_time(config, "2027-03-28 02:30", 0, local(config, 2027, 3, 28, 3, 0));
}
END_TEST

START_TEST(times_that_are_none) {
    CLEANUP(config_free) struct config *config = config_of(ROTATION);
    static const char *const bad[] = {
        "", " ", "mo", "m", "monkey", "mån12:00", "mån 25:00", "mån 12:60", "mån 12:00 ", "24:00", "2026-13-01", "2026-02-30",
        "2026-12-24 08", "2026-12-24 08:00:00", "+", "+2", "+2x", "+-2h", "-2h", "+367d", "12", "1969-12-31", "20261224",
        "2026-12-24T", "2026-12-24Tx", "\xff\xff\xff", "måndagar", "2026-12-2408:00",
    };
    for (size_t i = 0; i < N_ELEMENTS(bad); i++) {
        int64_t got;
        enum err err = roster_time_read(bad[i], &config->plan.rosters[0], config->plan.tz, 0, 0, TZ_BEGIN, &got);
        EXPECT_MSG(err == ERR_SYNTAX || err == ERR_RANGE, "'%s' was taken", bad[i]);
    }
    ck_assert(roster_time_is_day("mån") && roster_time_is_day("2026-12-24") && !roster_time_is_day("now") &&
              !roster_time_is_day("08:00"));
    ck_assert(roster_time_is_clock("08:00") && !roster_time_is_clock("mån"));
}
END_TEST

/* ---- calendars ---- */

static const struct calendar_day *day_of(const struct calendar *calendar, int64_t day)
{
    for (size_t i = 0; i < 7 * calendar->n_weeks; i++)
        if (calendar->days[i].day == day)
            return &calendar->days[i];
    ck_abort_msg("no such day");
    return NULL;
}

START_TEST(a_calendar) {
    CLEANUP(config_free) struct config *config = config_of("[weeks]\n2026-W51 = anna.berg\n2026-W52 = bo.ek, anna.berg\n"
                                                           "[shifts]\nshift = 2026-12-24 08:00 / 2026-12-25 08:00 *, cia.lund\n"
                                                           "shift = 2026-12-26 08:00 / 2026-12-26 20:00 cia.lund\n");
    const struct tz *tz = config->plan.tz;
    CLEANUP_DUTY_LIST struct duty_list list = {0};
    CLEANUP_CALENDAR struct calendar calendar = {0};
    int64_t first = civil_day(2026, 12, 1), last = civil_day(2026, 12, 31);
    duty_list_build(&list, &config->plan.rosters[0], tz, roster_calendar_begin(tz, first), roster_calendar_begin(tz, last + 1));
    roster_calendar_build(&calendar, &list, tz, first, last, LANGUAGE_SV);
    ck_assert_uint_eq(calendar.n_weeks, 5);
    ck_assert(!day_of(&calendar, first - 1)->inside && day_of(&calendar, first)->inside);
    ck_assert_str_eq(day_of(&calendar, first)->who, "INGEN");
    ck_assert(day_of(&calendar, first)->hole);
    ck_assert_str_eq(day_of(&calendar, civil_day(2026, 12, 14))->who, "INGEN→AB");
    ck_assert_str_eq(day_of(&calendar, civil_day(2026, 12, 21))->who, "AB→BE");
    ck_assert_str_eq(day_of(&calendar, civil_day(2026, 12, 21))->changes, "12:00");
    /* A change of backups alone is not one of the day's. */
    ck_assert_str_eq(day_of(&calendar, civil_day(2026, 12, 24))->who, "BE");
    ck_assert_str_eq(day_of(&calendar, civil_day(2026, 12, 24))->changes, "");
    ck_assert_int_eq(day_of(&calendar, civil_day(2026, 12, 24))->holiday.kind, HOLIDAY_EVE);
    ck_assert_str_eq(day_of(&calendar, civil_day(2026, 12, 26))->who, "BE→CL→BE");
    ck_assert_str_eq(day_of(&calendar, civil_day(2026, 12, 26))->changes, "08:00 20:00");
    ck_assert(!day_of(&calendar, civil_day(2026, 12, 26))->hole && day_of(&calendar, civil_day(2026, 12, 28))->hole);
}
END_TEST

START_TEST(letters_tell_people_apart) {
    struct person persons[] = {{.id = "a", .name = "Anna Berg"},
                               {.id = "b", .name = "Anders Blom"},
                               {.id = "c", .name = "Åsa Öst"},
                               {.id = "d", .name = "Cher"},
                               {.id = "e", .name = "Anna Berg"}};
    struct short_names names = {0};
    for (size_t i = 0; i < 4; i++) {
        short_names_add(&names, &persons[i]);
        short_names_add(&names, &persons[i]);
    }
    short_names_settle(&names);
    ck_assert_uint_eq(names.n, 4);
    ck_assert_str_eq(short_names_of(&names, persons[0].id), "ABe");
    ck_assert_str_eq(short_names_of(&names, persons[1].id), "ABl");
    ck_assert_str_eq(short_names_of(&names, persons[2].id), "ÅÖ");
    ck_assert_str_eq(short_names_of(&names, persons[3].id), "C");
    short_names_done(&names);
    short_names_add(&names, &persons[0]);
    short_names_add(&names, &persons[4]);
    short_names_settle(&names);
    ck_assert_str_eq(short_names_of(&names, persons[0].id), "a");
    ck_assert_str_eq(short_names_of(&names, persons[4].id), "e");
    ck_assert_str_eq(short_names_of(&names, "x"), "?");
    short_names_done(&names);
}
END_TEST

/* ---- words of their own ---- */

START_TEST(weeks_by_their_duty) {
    CLEANUP(config_free) struct config *in = config_of(ROTATION);
    CLEANUP(config_free) struct config *before = config_of("week-starts = before\n" ROTATION);
    CLEANUP_BUF struct buf words = {0};
    const struct tz *tz = in->plan.tz;
    int64_t from = local(in, 2026, 12, 21, 12, 0), to = local(in, 2026, 12, 28, 12, 0);
    ck_assert(roster_words_add_weeks(&words, &in->plan.rosters[0], tz, from, to, 2026));
    ck_assert_str_eq(buf_text(&words), "v. 52");
    buf_clear(&words);
    ck_assert(roster_words_add_weeks(&words, &before->plan.rosters[0], tz, from, to, 2026));
    ck_assert_str_eq(buf_text(&words), "v. 53");
    buf_clear(&words);
    ck_assert(!roster_words_add_weeks(&words, &in->plan.rosters[0], tz, from, to + USEC_PER_HOUR, 2026));
    ck_assert(!roster_words_add_weeks(&words, &in->plan.rosters[0], tz, INT64_MIN, to, 2026));
    ck_assert_str_eq(buf_text(&words), "");
    roster_words_add_span(&words, tz, from, to, LANGUAGE_SV, 2026);
    ck_assert_str_eq(buf_text(&words), "mån 21/12 12:00 – mån 28/12 12:00");
}
END_TEST

/* The week of the clock change is an hour longer or shorter, and a week all the same. */
START_TEST(weeks_of_clock_changes) {
    CLEANUP(config_free) struct config *config = config_of(ROTATION);
    const struct roster *roster = &config->plan.rosters[0];
    static const struct iso_week weeks[] = {{2026, 43}, {2027, 12}};
    for (size_t i = 0; i < N_ELEMENTS(weeks); i++) {
        CLEANUP_BUF struct buf words = {0};
        CLEANUP_BUF struct buf expected = {0};
        struct iso_week next = {weeks[i].year, weeks[i].week + 1};
        int64_t from = roster_week_begin(roster, config->plan.tz, weeks[i]),
                to = roster_week_begin(roster, config->plan.tz, next);
        ck_assert_int_ne(to - from, 7 * USEC_PER_DAY);
        ck_assert(roster_words_add_weeks(&words, roster, config->plan.tz, from, to, weeks[i].year));
        buf_printf(&expected, "v. %d", weeks[i].week);
        ck_assert_str_eq(buf_text(&words), buf_text(&expected));
    }
}
END_TEST

/* ---- the files of single shifts ---- */

START_TEST(shift_files) {
    CLEANUP(config_free) struct config *config = config_of(ROTATION);
    CLEANUP_BUF struct buf name = {0};
    CLEANUP_BUF struct buf text = {0};
    CLEANUP_BUF struct buf why = {0};
    struct shift_file shift = {.from_usec = local(config, 2026, 12, 24, 8, 0),
                               .to_usec = local(config, 2026, 12, 25, 8, 0),
                               .person = plan_person(&config->plan, "cia.lund"),
                               .login = "eva",
                               .written_usec = local(config, 2026, 11, 22, 15, 13),
                               .why = "sjuk\n[shifts]\nshift = x \x1b[31m"};
    static const char *const taken[] = {"2026-12-24T0800-01-bo.ek", "2026-12-24T0800-07-x", "2026-12-24T0801-44-x", "jul",
                                        "2026-12-24T0800-"};
    shift_file_add_name(&name, &shift, config->plan.tz, taken, N_ELEMENTS(taken));
    ck_assert_str_eq(buf_text(&name), "2026-12-24T0800-08-cia.lund");
    shift_file_add_text(&text, &shift, config->plan.tz);
    ck_assert_ptr_nonnull(strstr(buf_text(&text), "\n[shifts]\nshift = 2026-12-24 08:00 / 2026-12-25 08:00  cia.lund\n"));
    ck_assert_ptr_nonnull(strstr(buf_text(&text), "# by:  eva\n# at:  2026-11-22 15:13\n# why: sjuk [shifts] shift = x [31m\n"));
    shift_file_add_comment(&why, buf_text(&text), "why");
    ck_assert_str_eq(buf_text(&why), "sjuk [shifts] shift = x [31m");
    buf_clear(&why);
    shift_file_add_comment(&why, "# by: x\n[shifts]\n# why: not a head\n", "why");
    shift_file_add_comment(&why, "#", "why");
    shift_file_add_comment(&why, "# why:", "why");
    ck_assert_str_eq(buf_text(&why), "");
    buf_clear(&text);
    shift.as_backup = true;
    shift_file_add_text(&text, &shift, config->plan.tz);
    ck_assert_ptr_nonnull(strstr(buf_text(&text), "08:00  *, cia.lund\n"));
}
END_TEST

START_TEST(hostile_names) {
    static const char *const bad[] = {"", "../x", "a/b", "/etc/passwd", ".hidden", "-rf", "a b", "a\nb", "\xff\xfe", "..",
                                      "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"};
    for (size_t i = 0; i < N_ELEMENTS(bad); i++)
        EXPECT_MSG(shift_file_bad_name(bad[i]) != NULL, "'%s' was taken", bad[i]);
    ck_assert_ptr_null(shift_file_bad_name("2026-12-24T0800-01-cia.lund"));
    ck_assert_ptr_null(shift_file_bad_name("jul-åsa"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("roster_words");
    TCase *diff = tcase_create("diff"), *times = tcase_create("times"), *calendar = tcase_create("calendar"),
          *files = tcase_create("files");
    tcase_add_test(diff, a_week_by_its_number);
    tcase_add_test(diff, weeks_in_a_row_are_one_line);
    tcase_add_test(diff, a_shift_by_its_times);
    tcase_add_test(diff, holes_are_named);
    tcase_add_test(diff, backups_where_they_change);
    tcase_add_test(diff, what_has_no_end);
    tcase_add_test(diff, ladders_a_line_a_change);
    tcase_add_test(diff, a_role_that_comes_or_goes);
    tcase_add_test(diff, many_lines_are_counted);
    tcase_add_test(diff, the_difference_is_the_engines);
    tcase_add_test(times, times_as_people_type_them);
    tcase_add_test(times, times_across_clock_changes);
    tcase_add_test(times, times_that_are_none);
    tcase_add_test(calendar, a_calendar);
    tcase_add_test(calendar, letters_tell_people_apart);
    tcase_add_test(calendar, weeks_by_their_duty);
    tcase_add_test(calendar, weeks_of_clock_changes);
    tcase_add_test(files, shift_files);
    tcase_add_test(files, hostile_names);
    suite_add_tcase(suite, diff);
    suite_add_tcase(suite, times);
    suite_add_tcase(suite, calendar);
    suite_add_tcase(suite, files);
    return unit_run(suite);
}

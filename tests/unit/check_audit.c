/* Rosters held against the calendar: every mistake is found, and what is told of it is enough to mend it. Each case is a few files over
 * a sound configuration, looked at on 1 December 2026, a Tuesday in week 49, and every line that comes of it, exactly. */
#include <check.h>
#include <fts.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "config/audit.h"
#include "config/config.h"
#include "scratch.h"

struct file {
    const char *path;
    const char *text;
};

#define PERSON(id, number) "[person " id "]\nsms = " number "\nemail = " id "@example.se\n"
#define PEOPLE PERSON("anna.berg", "+46701740605") PERSON("bo.ek", "+46701740606") PERSON("cia.lund", "+46701740607")
#define LADDER "[ladder]\nstep = 0m primary sms\nrepeat = 10m\n"
#define STURDY "[ladder]\nstep = 0m primary sms\nstep = 5m group:alla sms\nrepeat = 10m\n"
#define ROTATION "[rotation]\nstart = 2026-W01\norder = anna.berg, bo.ek\n"

static const struct file sound[] = {
    { "beredd.ini", "[daemon]\norganisation = Exempelby\nadmins = anna.berg\n[http]\npublic-url = https://larm.example.se\n"
                    "[channels]\nsms = try\nvoice = try\nemail = try\n" },
    { "people.ini", PEOPLE },
    { "groups.ini", "[group alla]\nmembers = anna.berg, bo.ek, cia.lund\n" },
    { "gateways/try.ini", "[gateway try]\ntype = outbox\nfile = outbox.jsonl\n" },
    { "rosters/TIB.ini", "[roster]\n" ROTATION LADDER },
};

static char directory[64];
static struct problems *problems;
static struct config *config;

static void put(const struct file *file)
{
    char full[256];
    snprintf(full, sizeof full, "%s/%s", directory, file->path);
    for (char *slash = full + strlen(directory) + 1; (slash = strchr(slash, '/')) != NULL; slash++) {
        *slash = '\0';
        mkdir(full, 0755);
        *slash = '/';
    }
    FILE *out = fopen(full, "wb");
    ck_assert_msg(out != NULL, "%s", full);
    ck_assert_int_ge(fputs(file->text, out), 0);
    fclose(out);
}

static void setup(void)
{
    scratch_make(directory, sizeof directory, "check-audit");
    for (size_t i = 0; i < N_ELEMENTS(sound); i++)
        put(&sound[i]);
    problems = problems_new();
    config = NULL;
}

static void teardown(void)
{
    char *paths[] = { directory, NULL };
    FTS *walk = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    const FTSENT *entry;
    while ((entry = fts_read(walk)) != NULL) {
        if (entry->fts_info == FTS_DP)
            rmdir(entry->fts_path);
        else if (entry->fts_info != FTS_D)
            unlink(entry->fts_path);
    }
    fts_close(walk);
    config_free(config);
    problems_free(problems);
}

static void check_days(int days)
{
    const struct config_env env = {
        .directory = directory, .preset_directory = "/nonexistent", .zoneinfo_directory = "/usr/share/zoneinfo",
        .now_usec = 1796083200 * USEC_PER_SEC, .check_days = days,
    };
    enum err err = config_load(&env, problems, &config);
    ck_assert_int_eq(err, problems_errors(problems) ? ERR_CONFIG : ERR_OK);
}

static const char *all_problems(bool quotes)
{
    static struct buf lines;
    buf_clear(&lines);
    for (size_t i = 0; i < problems_count(problems); i++) {
        problem_add_text(&lines, problems_get(problems, i));
        buf_add_char(&lines, '\n');
        if (quotes && problem_add_quote(&lines, problems_get(problems, i)))
            buf_add_char(&lines, '\n');
    }
    return buf_text(&lines);
}

static void expect(const char *wanted, bool quotes)
{
    const char *got = all_problems(quotes);
    ck_assert_msg(strcmp(got, wanted) == 0, "\n--- wanted\n%s--- got\n%s", wanted, got);
}

/* ---- an administrator's day: more than ten mistakes at once ---- */

START_TEST(every_planted_mistake_is_found)
{
    static const struct file files[] = {
        { "people.ini", PEOPLE "[person dan.ros]\nname = Dan Ros\n[person eva.holm]\nsms = +46701740609\n" },
        { "groups.ini", "[group alla]\nmembers = anna.berg, bo.ek, cia.lund\n[group tomma]\nmembers =\n" },
        { "rosters/KIB.ini", "[roster]\ncall = on-request\n[rotation]\nstart = 2026-W01\norder = bo.ek, cia.lund\n" STURDY },
        { "rosters/TIB.ini",
          "[roster]\n"
          "role = TIB\n"
          "[weeks]\n"
          "2026-W49 = anna.berg, bo.ek\n"
          "2026-W50 = anna.berg, cia.lund\n"
          "2026-W51 = cia.lund, anna.berg\n"
          "2026-W51 = anna.berg, cia.lund\n"
          "2026-W53 = dan.ros, bo.ek\n"
          "2027-W01 = cia.lnd, bo.ek\n"
          "2027-W02..2027-W51 = anna.berg, cia.lund\n"
          "2027-W53 = anna.berg\n"
          "[shifts]\n"
          "shift = 2026-12-08 08:00 / 2026-12-09 08:00  anna.berg, bo.ek\n"
          "shift = 2026-12-08 20:00 / 2026-12-10 08:00  cia.lund, bo.ek\n"
          "shift = 2025-12-24 08:00 / 2025-12-25 08:00  cia.lund\n"
          "shift = 2026-12-16 08:00 / 2026-12-17 08:00  cia.lund\n"
          "[ladder]\n"
          "step = 0m primary sms\n"
          "step = 5m group:tomma sms\n"
          "step = 10m role:KIB sms\n"
          "repeat = 10m\n" },
    };
    for (size_t i = 0; i < N_ELEMENTS(files); i++)
        put(&files[i]);
    check_days(0);
    expect("groups.ini:3: warning: the group 'tomma' has no members\n"
           "people.ini:12: warning: eva.holm is never paged: no roster, group, ladder or list of administrators names that "
           "person; add the name there, or remove the person here\n"
           "rosters/KIB.ini:3: warning: cia.lund holds TIB and KIB at once, v. 50: tis 8/12 20:00 – tor 10/12 08:00; one "
           "person cannot do both: change one of them\n"
           "rosters/TIB.ini:7: warning: a hole ahead, in 20 days: nobody holds TIB v. 52: mån 21/12 12:00 – mån 28/12 12:00; "
           "add '2026-W52 = NAME' to [weeks]\n"
           "     7 | 2026-W51 = anna.berg, cia.lund\n"
           "rosters/TIB.ini:7: warning: the same weeks stand on line 6; this line counts\n"
           "     7 | 2026-W51 = anna.berg, cia.lund\n"
           "rosters/TIB.ini:8: warning: 'dan.ros' cannot be reached here: people.ini gives no sms\n"
           "     8 | 2026-W53 = dan.ros, bo.ek\n"
           "rosters/TIB.ini:9: error: unknown person 'cia.lnd'; did you mean 'cia.lund'?\n"
           "     9 | 2027-W01 = cia.lnd, bo.ek\n"
           "rosters/TIB.ini:11: error: there is no week 53 in 2027: 2027-W52 is its last, and 2028-W01 comes after it\n"
           "    11 | 2027-W53 = anna.berg\n"
           "rosters/TIB.ini:14: warning: two primaries, cia.lund here and anna.berg on line 13, v. 50: tis 8/12 20:00 – ons "
           "9/12 08:00; the later beginning counts, so cia.lund holds it: shorten or remove one\n"
           "    14 | shift = 2026-12-08 20:00 / 2026-12-10 08:00 cia.lund, bo.ek\n"
           "rosters/TIB.ini:15: note: the shift lies in the past: it ended tor 25/12 2025 08:00; a wrong year or month? "
           "Otherwise the line may go\n"
           "    15 | shift = 2025-12-24 08:00 / 2025-12-25 08:00 cia.lund\n"
           "rosters/TIB.ini:16: warning: cia.lund is the only backup and becomes primary, so there is no backup v. 51: ons "
           "16/12 08:00 – tor 17/12 08:00; write 'cia.lund, NAME', or 'cia.lund, -' if that is meant\n"
           "    16 | shift = 2026-12-16 08:00 / 2026-12-17 08:00 cia.lund\n"
           "rosters/TIB.ini:19: warning: the step can never run: nobody in the group tomma can be paged\n"
           "    19 | step = 5m group:tomma sms\n", true);
}
END_TEST

/* ---- one at a time ---- */

struct verdict {
    int days;
    struct file files[3];
    const char *lines;
};

#define TIB(text, lines) { 0, { { "rosters/TIB.ini", text } }, lines }

static const struct verdict verdicts[] = {
    { 0, { { NULL } }, "" },

    /* holes: in a week, between weeks, in hours, over the year's end, now, without end */
    TIB("[roster]\n[weeks]\n2026-W49..2026-W51 = anna.berg\n2027-W01..2027-W52 = bo.ek\n" STURDY,
        "rosters/TIB.ini:3: warning: a hole ahead, in 20 days: nobody holds TIB v. 52–53: mån 21/12 12:00 – mån 4/1 12:00; add "
        "'2026-W52..2026-W53 = NAME' to [weeks]\n"),
    TIB("[roster]\ngap-warning = 28d\n[weeks]\n2026-W49..2026-W51 = anna.berg\n2026-W53..2027-W52 = bo.ek\n" STURDY,
        "rosters/TIB.ini:4: warning: a hole SOON, in 20 days: nobody holds TIB v. 52: mån 21/12 12:00 – mån 28/12 12:00; add "
        "'2026-W52 = NAME' to [weeks]\n"),
    TIB("[roster]\n[shifts]\nshift = 2026-12-01 00:00 / 2026-12-02 08:00 anna.berg\nshift = 2026-12-02 16:30 / 2027-12-24 08:00 bo.ek\n" STURDY,
        "rosters/TIB.ini:3: warning: a hole SOON, in 31 hours: nobody holds TIB v. 49: ons 2/12 08:00 – 16:30; add 'shift = "
        "2026-12-02 08:00 / 2026-12-02 16:30 NAME' to [shifts]\n"),
    TIB("[roster]\n[shifts]\nshift = 2026-12-01 08:00 / 2027-12-24 08:00 anna.berg\n" STURDY,
        "rosters/TIB.ini:1: warning: a hole NOW: nobody holds TIB v. 49: tis 1/12 01:00 – 08:00; add 'shift = 2026-12-01 01:00 "
        "/ 2026-12-01 08:00 NAME' to [shifts]\n"),
    TIB("[roster]\n[weeks]\n2026-W40..2026-W47 = anna.berg\n2026-W50 = bo.ek\n" STURDY,
        "rosters/TIB.ini:3: warning: a hole NOW: nobody holds TIB v. 48–49: mån 23/11 12:00 – mån 7/12 12:00; add "
        "'2026-W48..2026-W49 = NAME' to [weeks]\n"
        "rosters/TIB.ini:4: warning: a hole SOON, in 13 days: nobody holds TIB v. 51: mån 14/12 12:00 och framåt; name people "
        "from 2026-W51 on in [weeks], or make a [rotation]\n"),
    TIB("[roster]\nhours = Mon-Fri 08:00-16:00\notherwise = group:alla\n[shifts]\nshift = 2026-12-01 08:00 / 2026-12-04 16:30 anna.berg\n"
        "shift = 2026-12-07 07:00 / 2026-12-09 12:00 anna.berg\nshift = 2026-12-09 13:00 / 2028-01-01 00:00 anna.berg\n" STURDY,
        "rosters/TIB.ini:6: warning: a hole SOON, in 8 days: nobody holds TIB v. 50: ons 9/12 12:00 – 13:00; add 'shift = "
        "2026-12-09 12:00 / 2026-12-09 13:00 NAME' to [shifts]\n"),
    TIB("[roster]\nweek-starts = before\nhandover = fre 16:00\n[weeks]\n2026-W49..2026-W51 = anna.berg\n2026-W53..2027-W53 = bo.ek\n" STURDY,
        "rosters/TIB.ini:5: warning: a hole ahead, in 17 days: nobody holds TIB v. 52: fre 18/12 16:00 och framåt; name people "
        "from 2026-W52 on in [weeks], or make a [rotation]\n"
        "rosters/TIB.ini:6: error: there is no week 53 in 2027: 2027-W52 is its last, and 2028-W01 comes after it\n"),
    TIB("[roster]\nhandover = Fri 12:00\nhandover-holiday = next-workday\n[weeks]\n2026-W49..2026-W52 = anna.berg\n2027-W01..2027-W52 = bo.ek\n" STURDY,
        "rosters/TIB.ini:1: warning: a hole NOW: nobody holds TIB v. 48: fre 27/11 12:00 – fre 4/12 12:00; add '2026-W48 = "
        "NAME' to [weeks]\n"
        "rosters/TIB.ini:5: warning: a hole ahead, in 34 days: nobody holds TIB v. 53: mån 4/1 12:00 – fre 8/1 12:00; add "
        "'2026-W53 = NAME' to [weeks]\n"),
    { 20, { { "rosters/TIB.ini", "[roster]\n[weeks]\n2026-W49..2026-W51 = anna.berg\n2027-W01..2027-W52 = bo.ek\n" STURDY } }, "" },

    { 400, { { "rosters/TIB.ini", "[roster]\n[weeks]\n2026-W49..2027-W50 = anna.berg\n2027-W52 = bo.ek\n2028-W01..2028-W52 = bo.ek\n" STURDY } },
        "rosters/TIB.ini:3: warning: a hole ahead, in 54 weeks: nobody holds TIB v. 51: mån 20/12 2027 12:00 – mån 27/12 2027 "
        "12:00; add '2027-W51 = NAME' to [weeks]\n" },
    { 0, { { "rosters/TIB.ini", "[roster]\n[weeks]\n2026-W49..2026-W51 = anna.berg\n2027-W01..2027-W52 = bo.ek\n" STURDY },
           { "beredd.ini", "[daemon]\norganisation = X\nadmins = anna.berg\nlanguage = en\n[http]\npublic-url = https://larm.example.se\n"
                           "[channels]\nsms = try\nvoice = try\nemail = try\n" } },
        "rosters/TIB.ini:3: warning: a hole ahead, in 20 days: nobody holds TIB v. 52–53: Mon 21 Dec 12:00 – Mon 4 Jan 12:00; "
        "add '2026-W52..2026-W53 = NAME' to [weeks]\n" },

    /* over each other */
    TIB("[roster]\n" ROTATION "[shifts]\nshift = 2026-12-24 08:00 / 2026-12-26 08:00 anna.berg\n"
        "shift = 2026-12-24 08:00 / 2026-12-25 08:00 bo.ek\nshift = 2026-12-26 08:00 / 2026-12-27 08:00 bo.ek\n" LADDER,
        "rosters/TIB.ini:7: warning: two primaries, bo.ek here and anna.berg on line 6, v. 52: tor 24/12 08:00 – fre 25/12 "
        "08:00; of equals the later line counts, so bo.ek holds it: shorten or remove one\n"),
    TIB("[roster]\n" ROTATION "[shifts]\nshift = 2026-12-24 08:00 / 2026-12-26 08:00 cia.lund\n"
        "shift = 2026-12-24 08:00 / 2026-12-25 08:00 *, bo.ek\nshift = 2026-12-24 20:00 / 2026-12-25 20:00 *, anna.berg\n" LADDER,
        "rosters/TIB.ini:7: warning: bo.ek is primary already and cannot be the backup v. 52: tor 24/12 08:00 – fre 25/12 "
        "08:00; name somebody else\n"
        "rosters/TIB.ini:8: warning: two lists of backups, here and on line 7, v. 52: tor 24/12 20:00 – fre 25/12 08:00; the "
        "later beginning counts: shorten or remove one\n"),
    { 0, { { "rosters/TIB.d/a.ini", "[shifts]\nshift = 2026-12-24 08:00 / 2026-12-26 08:00 cia.lund\n" },
           { "rosters/TIB.d/b.ini", "[shifts]\nshift = 2026-12-25 08:00 / 2026-12-27 08:00 bo.ek\n" },
           { "rosters/TIB.ini", "[roster]\n" ROTATION "[shifts]\nshift = 2026-12-24 08:00 / 2026-12-31 08:00 anna.berg\n" LADDER } },
        "rosters/TIB.d/b.ini:2: warning: two primaries, bo.ek here and cia.lund on line 2 of rosters/TIB.d/a.ini, v. 52: fre "
        "25/12 08:00 – lör 26/12 08:00; the later beginning counts, so bo.ek holds it: shorten or remove one\n" },
    TIB("[roster]\n[weeks]\n2026-W49..2027-W52 = anna.berg\n2026-W52 = bo.ek\n2027-W20..2028-W05 = cia.lund\n2026-W01..2026-W30 = bo.ek\n"
        "2026-W20 = cia.lund\n" STURDY,
        "rosters/TIB.ini:4: warning: two primaries: 2026-W52 stands on line 3 too, for anna.berg; the later beginning counts, "
        "so bo.ek holds it: let each week stand once\n"
        "rosters/TIB.ini:5: warning: two primaries: 2027-W20..2027-W52 stands on line 3 too, for anna.berg; the later "
        "beginning counts, so cia.lund holds it: let each week stand once\n"),
    /* What a clock change puts over each other is meant to be there. */
    TIB("[roster]\n" ROTATION "[shifts]\nshift = 2027-10-31 00:00 / 2027-10-31 02:30 anna.berg\nshift = 2027-10-31 02:30 / 2027-10-31 12:00 cia.lund\n"
        LADDER, ""),


    /* the past */
    TIB("[roster]\n" ROTATION "[shifts]\nshift = 2026-01-01 08:00 / 2026-01-02 08:00 cia.lund\nshift = 2026-11-01 08:00 / 2026-11-02 08:00 cia.lund\n" LADDER,
        "rosters/TIB.ini:6: note: the shift lies in the past: it ended fre 2/1 2026 08:00; a wrong year or month? Otherwise "
        "the line may go\n"
        "rosters/TIB.ini:7: note: the shift lies in the past: it ended mån 2/11 08:00; a wrong year or month? Otherwise the "
        "line may go\n"),
    TIB("[roster]\n" ROTATION "[shifts]\nshift = 2026-01-01 08:00 / 2026-01-02 08:00 cia.lund\nshift = 2026-02-01 08:00 / 2026-02-02 08:00 cia.lund\n"
        "shift = 2026-03-01 08:00 / 2026-03-02 08:00 cia.lund\nshift = 2026-04-01 08:00 / 2026-04-02 08:00 cia.lund\n"
        "shift = 2026-12-30 08:00 / 2026-12-31 08:00 cia.lund\nshift = 2026-01-01 08:00 / 2026-01-02 08:00 cia.lund\n" LADDER,
        "rosters/TIB.ini:6: note: 4 shifts from here on lie in the past, up to line 9; these lines may go\n"
        "rosters/TIB.ini:11: note: the shift lies in the past: it ended fre 2/1 2026 08:00; a wrong year or month? Otherwise "
        "the line may go\n"),

    /* backups */
    TIB("[roster]\n[weeks]\n2026-W49..2027-W52 = anna.berg, bo.ek\n[shifts]\nshift = 2026-12-24 08:00 / 2026-12-25 08:00 bo.ek\n"
        "shift = 2026-12-25 08:00 / 2026-12-26 08:00 bo.ek, -\nshift = 2026-12-26 08:00 / 2026-12-27 08:00 *, anna.berg\n"
        "shift = 2026-12-27 08:00 / 2026-12-28 08:00 cia.lund\n" STURDY,
        "rosters/TIB.ini:5: warning: bo.ek is the only backup and becomes primary, so there is no backup v. 52: tor 24/12 "
        "08:00 – fre 25/12 08:00; write 'bo.ek, NAME', or 'bo.ek, -' if that is meant\n"
        "rosters/TIB.ini:7: warning: anna.berg is primary already and cannot be the backup v. 52: lör 26/12 08:00 – sön 27/12 "
        "08:00; name somebody else\n"),
    TIB("[roster]\n[rotation]\nstart = 2026-W01\norder = anna.berg, bo.ek, bo.ek\nbackups = 1\n" LADDER,
        "rosters/TIB.ini:2: warning: the turn comes to bo.ek while bo.ek is the backup: that week lacks one; name each person "
        "once in 'order'\n"),

    /* ladders */
    TIB("[roster]\n" ROTATION "[ladder]\nstep = 0m primary sms\nstep = 5m secondary sms\nstep = 9m backups sms\nrepeat = 10m\n",
        "rosters/TIB.ini:7: warning: the step can never run: no backup is named in the coming year; write 'backups = 1' in "
        "[rotation], or names behind the first in [weeks]\n"
        "rosters/TIB.ini:8: warning: the step can never run: no backup is named in the coming year; write 'backups = 1' in "
        "[rotation], or names behind the first in [weeks]\n"),
    TIB("[roster]\n" ROTATION "[ladder]\nstep = 0m primary sms\nrepeat = 10m\n"
        "[ladder critical]\nstep = 0m primary sms\nrepeat = 10m\n[ladder error]\nstep = 0m primary sms\nrepeat = 10m\n"
        "[ladder warning]\nstep = 0m primary sms\nrepeat = 10m\n[ladder info]\nstep = 0m primary sms\nrepeat = 10m\n",
        "rosters/TIB.ini:6: warning: the step can never run: every severity has a ladder of its own\n"),
    TIB("[roster]\nhours = Mon-Fri 08:00-16:00\notherwise = person:bo.ek\n[weeks]\n2026-W49..2027-W20 = anna.berg\n2027-W22..2028-W01 = anna.berg\n" LADDER,
        "rosters/TIB.ini:8: warning: the ladder can reach nobody v. 21: mån 24/5 12:00 – 16:00, and 5 times more in the coming "
        "year; end it with a step that always reaches somebody, as group:alla\n"),
    TIB("[roster]\n[weeks]\n2026-W49..2027-W20 = anna.berg\n" LADDER,
        "rosters/TIB.ini:5: warning: the ladder can reach nobody v. 21: mån 24/5 12:00 och framåt; end it with a step that "
        "always reaches somebody, as group:alla\n"),
    { 0, { { "people.ini", PEOPLE "[person dan.ros]\nname = Dan\n" },
           { "rosters/TIB.ini", "[roster]\n" ROTATION "[shifts]\nshift = 2026-12-24 08:00 / 2026-12-25 08:00 dan.ros\n" LADDER } },
        "rosters/TIB.ini:6: warning: 'dan.ros' cannot be reached here: people.ini gives no sms\n"
        "rosters/TIB.ini:8: warning: the ladder can reach nobody v. 52: tor 24/12 08:00 – fre 25/12 08:00; end it with a step "
        "that always reaches somebody, as group:alla\n" },

    /* two roles at once */
    { 0, { { "rosters/KIB.ini", "[roster]\ncall = on-request\n[rotation]\nstart = 2026-W01\norder = cia.lund, bo.ek\n" LADDER } },
        "rosters/KIB.ini:3: warning: bo.ek holds TIB and KIB at once, v. 50: mån 7/12 12:00 – mån 14/12 12:00, and 3 times "
        "more within 60 days; one person cannot do both: change one of them\n" },
    { 0, { { "rosters/KIB.ini", "[roster]\nhours = Mon-Fri 08:00-16:00\notherwise = role:TIB\n[rotation]\nstart = 2026-W01\norder = cia.lund\n" LADDER } }, "" },

    { 0, { { "rosters/KIB.ini", "[roster]\nhours = weekends\notherwise = person:cia.lund\n[shifts]\n"
             "shift = 2026-12-01 08:00 / 2026-12-04 08:00 anna.berg\nshift = 2026-12-04 08:00 / 2028-01-01 00:00 cia.lund\n" STURDY } }, "" },


    /* named nowhere; nobody to tell */
    { 0, { { "people.ini", PEOPLE PERSON("dan.ros", "+46701740608") } },
        "people.ini:10: warning: dan.ros is never paged: no roster, group, ladder or list of administrators names that person; "
        "add the name there, or remove the person here\n" },
    { 0, { { "people.ini", PEOPLE "[person dan.ros]\nsms = +46701740608\n" }, { "rosters/TIB.ini", "[roster]\nowner = dan.ros\n" ROTATION LADDER } },
        "rosters/TIB.ini:2: warning: 'dan.ros' has no e-mail address in people.ini: nobody is told of holes ahead\n" },
};

START_TEST(each_kind_of_mistake_is_told_exactly)
{
    const struct verdict *verdict = &verdicts[_i];
    for (size_t i = 0; i < N_ELEMENTS(verdict->files) && verdict->files[i].path; i++)
        put(&verdict->files[i]);
    check_days(verdict->days);
    expect(verdict->lines, false);
}
END_TEST

START_TEST(secrets_are_not_quoted)
{
    put(&(struct file){ "gateways/try.ini", "[gateway try]\ntype = outbox\nfile = outbox.jsonl\nhook-secret = hemligt123\n" });
    put(&(struct file){ "sources.ini", "[source rtj]\ntoken-sha256 = abc\n" });
    check_days(0);
    ck_assert_uint_ge(problems_count(problems), 2);
    for (size_t i = 0; i < problems_count(problems); i++)
        ck_assert_ptr_null(problems_get(problems, i)->line_text);
}
END_TEST

/* ---- scheduled drills ---- */

#define BEREDD "[daemon]\norganisation = Exempelby\nadmins = anna.berg\n[http]\npublic-url = https://larm.example.se\n" \
               "[channels]\nsms = try\nvoice = try\nemail = try\n"

START_TEST(drills_that_will_not_begin_when_they_say)
{
    static const struct file files[] = {
        { "beredd.ini", BEREDD
          "[drill a]\nwhen = first Mon of month 15:00\nrole = TIB\n"
          "[drill b]\nwhen = Mon 06:00\nrole = TIB\n"
          "[drill c]\nwhen = 2026-12-25 10:00\nrole = TIB\n"
          "[drill d]\nwhen = 2026-11-25 10:00\nrole = TIB\n"
          "[drill e]\nwhen = Thu 10:00\nsurprise = 5d\nrole = TIB\n"
          "[drill f]\nwhen = Mon 10:00\nsurprise = 9d\nhours = 08:00-12:00\nrole = TIB\n"
          "[drill g]\nwhen = last Fri of month 20:00\nsurprise = 4h\nrole = TIB\n"
          "[drill h]\nwhen = handover\nrole = TIB, KIB\n"
          "[drill i]\nwhen = first Mon of month 14:44\nrole = TIB\n"
          "[drill j]\nwhen = Wed 10:00\nrole = KIB\n" },
        { "rosters/KIB.ini", "[roster]\ngap-warning = 0m\n[weeks]\n2026-W48 = anna.berg\n" LADDER },
    };
    for (size_t i = 0; i < N_ELEMENTS(files); i++)
        put(&files[i]);
    check_days(0);
    CLEANUP_BUF struct buf found = { 0 };
    for (size_t i = 0; i < problems_count(problems); i++) {
        const struct problem *problem = problems_get(problems, i);
        if (strcmp(problem->file, "beredd.ini") == 0)
            buf_printf(&found, "%d %s: %s\n", problem->line, problem_level_name(problem->level), problem->message);
    }
    ck_assert_str_eq(buf_text(&found),
        "10 warning: the drill 'a' collides with the national warning test (Hesa Fredrik, 15:00) on mån 7/12 15:00: it begins mån 7/12 15:30\n"
        "13 warning: the drill 'b' falls outside its hours (mån 7/12 06:00): it begins mån 7/12 08:00\n"
        "16 warning: the drill 'c' falls on a red day (fre 25/12 10:00): it begins mån 28/12 10:00\n"
        "19 warning: the time of the drill 'd' has passed: it begins no more\n"
        "22 note: the window of the drill 'e' of tor 3/12 10:00 meets the national warning test (Hesa Fredrik, 15:00): "
        "it keeps clear of 14:45 to 15:30 on that day\n"
        "26 warning: the surprise of the drill 'f' is longer than the time until the next one: two may come close together\n"
        "31 warning: no moment of the drill 'g' of fre 25/12 20:00 is within its hours and on no red day: it begins mån 28/12 08:00\n"
        "35 warning: 'KIB' has no handover within a year: the drill 'h' never begins for it\n"
        "41 warning: nobody holds 'KIB' when the drill 'j' begins, ons 2/12 10:00\n");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("audit");
    TCase *tests = tcase_create("audit");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, every_planted_mistake_is_found);
    tcase_add_loop_test(tests, each_kind_of_mistake_is_told_exactly, 0, (int)N_ELEMENTS(verdicts));
    tcase_add_test(tests, secrets_are_not_quoted);
    tcase_add_test(tests, drills_that_will_not_begin_when_they_say);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed > 0;
}

/* The configuration: what administrators write, and what they are told about it. Each case is a few files over a sound
 * configuration, and every line that comes of it, exactly. */
#include <check.h>
#include <fts.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/text.h"
#include "config/config.h"
#include "engine/roster.h"
#include "scratch.h"
#include "unit.h"

/* ---- a configuration directory ---- */

#define HASH_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define HASH_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

struct file {
    const char *path;
    const char *text;        /* NULL: the file is left out */
    size_t len;              /* 0: up to the NUL */
};

#define DAEMON                                                                                                                 \
    "[daemon]\norganisation = Exempelby kommun\nadmins = anna.berg\n\n"                                                        \
    "[http]\npublic-url = https://larm.example.se\n\n"
#define CHANNELS "[channels]\nsms = try\nvoice = try\nemail = try\n"
#define PEOPLE                                                                                                                 \
    "[person anna.berg]\nname = Anna Berg\nsms = +46701740605\nemail = anna.berg@example.se\n\n"                               \
    "[person bo.ek]\nname = Bo Ek\nsms = +46701740606\n\n"                                                                      \
    "[person cia.lund]\nname = Cia Lund\nsms = +46701740607\n"
#define LADDER "[ladder]\nstep = 0m primary sms\nrepeat = 10m\n"
#define ROTATION "[rotation]\nstart = 2026-W01\norder = anna.berg, bo.ek\n"

static const struct file sound[] = {
    { "beredd.ini", DAEMON CHANNELS },
    { "people.ini", PEOPLE },
    { "rosters/TIB.ini", "[roster]\nrole = TIB\n" ROTATION LADDER },
    { "gateways/try.ini", "[gateway try]\ntype = outbox\nfile = outbox.jsonl\n" },
};

static char directory[64];
static struct problems *problems;
static struct config *config;

static void put_file(const char *path, const char *text, size_t len)
{
    char full[256];
    snprintf(full, sizeof full, "%s/%s", directory, path);
    for (char *slash = full + strlen(directory) + 1; (slash = strchr(slash, '/')) != NULL; slash++) {
        *slash = '\0';
        mkdir(full, 0755);
        *slash = '/';
    }
    FILE *file = fopen(full, "wb");
    ck_assert_msg(file != NULL, "%s", full);
    ck_assert_uint_eq(fwrite(text, 1, len, file), len);
    fclose(file);
    ck_assert_int_eq(chmod(full, 0644), 0);
}

static void put(const struct file *file)
{
    put_file(file->path, file->text, file->len ? file->len : strlen(file->text));
}

static void put_sound(const struct file *instead, size_t n)
{
    for (size_t i = 0; i < N_ELEMENTS(sound); i++) {
        bool replaced = false;
        for (size_t j = 0; j < n && instead[j].path; j++)
            replaced = replaced || strcmp(sound[i].path, instead[j].path) == 0;
        if (!replaced)
            put(&sound[i]);
    }
    for (size_t j = 0; j < n && instead[j].path; j++) {
        if (instead[j].text)
            put(&instead[j]);
    }
}

static void remove_directory(void)
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
}

static void setup(void)
{
    scratch_make(directory, sizeof directory, "check-config");
    ck_assert_int_eq(chmod(directory, 0755), 0);
    problems = problems_new();
    config = NULL;
}

static void teardown(void)
{
    config_free(config);
    problems_free(problems);
    remove_directory();
}

static enum err load_from(const char *where, const char *credentials, bool check_only)
{
    const struct config_env env = {
        .directory = where, .preset_directory = TEST_CONF_DIR "/presets", .credentials_directory = credentials,
        .zoneinfo_directory = "/usr/share/zoneinfo", .now_usec = 1796083200 * USEC_PER_SEC, .check_only = check_only,
    };
    return config_load(&env, problems, &config);
}

static enum err load(void)
{
    return load_from(directory, NULL, false);
}

/* Without the people whom nothing names, and the ladders that reach nobody at some time: most cases have some, and check_audit is about them. */
static const char *all_problems(void)
{
    static struct buf lines;
    buf_clear(&lines);
    for (size_t i = 0; i < problems_count(problems); i++) {
        const struct problem *problem = problems_get(problems, i);
        if (strstr(problem->message, " is never paged: ") || strstr(problem->message, "the ladder can reach nobody "))
            continue;
        buf_printf(&lines, "%s:%d: %s: %s\n", problem->file, problem->line, problem->level == PROBLEM_ERROR ? "error" : "warning",
                   problem->message);
    }
    return buf_text(&lines);
}

/* ---- what administrators are told ---- */

struct verdict {
    struct file files[3];
    const char *lines;
};

#define PEOPLE_CASE(text, lines) { { { "people.ini", text } }, lines }
#define BEREDD_CASE(text, lines) { { { "beredd.ini", text } }, lines }
#define TIB_CASE(text, lines)    { { { "rosters/TIB.ini", text } }, lines }
#define SOURCE_CASE(text, lines) { { { "sources.ini", text } }, lines }
#define ELKS_CASE(text, lines)                                                                                                 \
    { { { "beredd.ini", DAEMON "[channels]\nsms = elks, try\nemail = try\n" }, { "gateways/elks.ini", "[gateway elks]\n" text } }, lines }
#define VOICE_CASE(text, lines)                                                                                                \
    { { { "beredd.ini", DAEMON "[channels]\nsms = try\nemail = try\n\nvoice = elks\n" },                                        \
        { "gateways/elks.ini", "[gateway elks]\ntype = http\nhook-secret = credential:hook\nfrom = +46701740699\n" text } }, lines }
#define LONG_50 "12345678901234567890123456789012345678901234567890"

static const struct verdict verdicts[] = {
    /* nothing wrong */
    { { { 0 } }, "" },
    PEOPLE_CASE("\xef\xbb\xbf" PEOPLE, ""),
    PEOPLE_CASE("# a comment\r\n; another\r\n[person anna.berg]\r\nsms = +46701740605 ; the private one\r\nemail = a@example.se\r\n"
                "[person bo.ek]\r\nsms: +46701740606\r\n", ""),
    PEOPLE_CASE(PEOPLE "# " LONG_50 LONG_50 LONG_50 LONG_50 LONG_50 "\n[person d]\nsms = +46701740608 ; " LONG_50 LONG_50 LONG_50 LONG_50 "\n", ""),

    /* the grammar */
    PEOPLE_CASE(PEOPLE "[person d]\nname = " LONG_50 LONG_50 LONG_50 LONG_50 "\nsms = +46701740608\n",
                "people.ini:14: error: the line is longer than 199 bytes; let a list go on in indented lines\n"),
    { { { "groups.ini", "[group g]\nmembers = anna.berg\ntitle = " LONG_50 LONG_50 LONG_50 LONG_50 "\n  bo.eek\n" } },
      "groups.ini:3: error: the line is longer than 199 bytes; let a list go on in indented lines\n" },
    PEOPLE_CASE(PEOPLE "[person d]\nname = D\n  sms = +46701740608\n",
                "people.ini:15: error: an indented key is read as more of the line before; begin it at the start of the line\n"),
    PEOPLE_CASE(PEOPLE "[person d]\nname = D\n  [person e]\nname = E\n",
                "people.ini:15: error: an indented [section] is read as more of the line before; begin it at the start of the line\n"
                "people.ini:16: error: 'name' stands twice; the first is on line 14\n"),
    PEOPLE_CASE(PEOPLE "[person d]\nname = D\n  and more\n",
                "people.ini:15: error: an indented line goes on with 'name', which takes one line; begin a key at the start of its line\n"),
    PEOPLE_CASE(PEOPLE "[person d]\nname = \xff\xfe\n", "people.ini:14: error: not valid UTF-8; save the file as UTF-8\n"),
    PEOPLE_CASE(PEOPLE "[person d]\nname = \xc0\xaf\n", "people.ini:14: error: not valid UTF-8; save the file as UTF-8\n"),
    PEOPLE_CASE(PEOPLE "[person d]\nname = a\x1b[2Jb\n", "people.ini:14: error: a control character; the file must be text in UTF-8\n"),
    { { { "people.ini", PEOPLE "[person d]\nname = a\0b\n", sizeof PEOPLE "[person d]\nname = a\0b\n" - 1 } },
      "people.ini:14: error: a NUL byte; the file must be text in UTF-8\n" },
    PEOPLE_CASE("name = X\n" PEOPLE, "people.ini:1: error: a key before the first [section]\n"),
    PEOPLE_CASE(PEOPLE "[person d\nname = D\nsms = 1\n[person e]\nname\n= x\n",
                "people.ini:13: error: a section that has no closing ']'\n"
                "people.ini:17: error: neither a [section] nor 'key = value'\n"
                "people.ini:18: error: no key before the '='\n"),
    PEOPLE_CASE(PEOPLE "[person d] x\n[]\n[ ]\n",
                "people.ini:13: error: more behind the ']' of a section\n"
                "people.ini:14: error: a section without a name\n"
                "people.ini:15: error: a section without a name\n"),

    /* sections and keys */
    PEOPLE_CASE(PEOPLE "[persn d]\n", "people.ini:13: error: unknown section [persn d]; did you mean [person]?\n"),
    PEOPLE_CASE(PEOPLE "[person]\n", "people.ini:13: error: [person] needs a name, as [person NAME]\n"),
    PEOPLE_CASE(PEOPLE "[person d e]\n", "people.ini:13: error: the name 'd e' may only hold letters, digits, '.', '-' and '_'\n"),
    PEOPLE_CASE(PEOPLE "[person d\xe2\x80\xae]\n", "people.ini:13: error: the name 'd ' holds a character that cannot be seen\n"),
    PEOPLE_CASE(PEOPLE "[person bo.ek]\nname = Annan\n", "people.ini:13: error: [person bo.ek] stands twice; the first is on line 6\n"),
    PEOPLE_CASE(PEOPLE "[person d]\nemial = d@example.se\nxyzzy = 1\nname =\n",
                "people.ini:14: error: unknown key 'emial' in [person d]; did you mean 'email'?\n"
                "people.ini:15: error: unknown key 'xyzzy' in [person d]\n"
                "people.ini:16: error: 'name' has no value\n"),
    { { { "people.ini", NULL } },
      "beredd.ini:3: error: unknown person 'anna.berg'\n"
      "people.ini:0: error: the file is missing\n"
      "people.ini:0: error: nobody can be paged: no person has a number or address on a channel that a gateway serves\n"
      "rosters/TIB.ini:5: error: unknown person 'anna.berg'\n"
      "rosters/TIB.ini:5: error: unknown person 'bo.ek'\n" },
    { { { "beredd.ini", NULL } }, "beredd.ini:0: error: the file is missing\n" },

    /* people */
    PEOPLE_CASE(PEOPLE "[person d]\nsms = 0701740605\nsms = +46 70 174\nsms = +46\nvoice = 46701740605\nsms = +0701740605\nsms = +4670174060512345\n",
                "people.ini:14: error: sms = '0701740605' has no country code; write a Swedish number as +46 and what follows the first 0\n"
                "people.ini:15: error: sms = '+46 70 174' has more than digits behind the +; write it without spaces and hyphens\n"
                "people.ini:16: error: sms = '+46' has not 8 to 15 digits\n"
                "people.ini:17: error: voice = '46701740605' does not begin with + and the country code\n"
                "people.ini:18: error: sms = '+0701740605' has a 0 behind the +, where the country code begins\n"
                "people.ini:19: error: sms = '+4670174060512345' has not 8 to 15 digits\n"),
    PEOPLE_CASE(PEOPLE "[person d]\nemail = d\nemail = <d@example.se>\nemail = d@example.se, e@example.se\nemail = d@\nemail = d@e..se\n",
                "people.ini:14: error: email = 'd' is not NAME@DOMAIN\n"
                "people.ini:15: error: email = '<d@example.se>' holds a character that an address may not have\n"
                "people.ini:16: error: email = 'd@example.se, e@example.se' is not NAME@DOMAIN\n"
                "people.ini:17: error: email = 'd@' is not NAME@DOMAIN\n"
                "people.ini:18: error: email = 'd@e..se' has no valid domain\n"),
    PEOPLE_CASE(PEOPLE "[person d]\nlanguage = fi\nlogin = x\n[person e]\nlogin = x\n",
                "people.ini:14: error: 'language' is sv or en, not 'fi'\n"
                "people.ini:16: error: 'e' has the login 'x', which is already that of 'd' on line 13\n"),
    PEOPLE_CASE("[person anna.berg]\nname = A\n[person bo.ek]\nname = B\n",
                "beredd.ini:3: warning: the administrator 'anna.berg' cannot be reached by the admin-channels\n"
                "people.ini:0: error: nobody can be paged: no person has a number or address on a channel that a gateway serves\n"
                "rosters/TIB.ini:3: warning: 'anna.berg' cannot be reached here: people.ini gives no sms\n"
                "rosters/TIB.ini:3: warning: 'bo.ek' cannot be reached here: people.ini gives no sms\n"),
    PEOPLE_CASE("[person anna.berg]\nvoice = +46701740605\nsms = +46701740605\n[person bo.ek]\nvoice = +46701740606\nsms = +46701740606\n"
                "[person d]\nvoice = +46701740607\n[person e]\nname = E\n",
                "people.ini:7: warning: 'd' can only be rung: who took an alarm, that it was updated or withdrawn, and duty changes are told by sms or "
                "email alone; give one of these\n"),
    { { { "beredd.ini", "[daemon]\norganisation = X\nadmins = d\n[http]\npublic-url = https://larm.example.se\n" CHANNELS },
        { "people.ini", PEOPLE "[person d]\nvoice = +46701740607\n" } },
      "beredd.ini:3: warning: the administrator 'd' cannot be reached by the admin-channels\n"
      "people.ini:13: warning: 'd' can only be rung: who took an alarm, that it was updated or withdrawn, and duty changes are told by sms or email "
      "alone, and what goes to administrators too, but for trouble with the paging itself; give one of these\n" },
    { { { "beredd.ini", "[daemon]\norganisation = X\nadmins = anna.berg\nadmin-channels = voice\n[http]\npublic-url = https://larm.example.se\n"
                        "[channels]\nvoice = try\n" },
        { "people.ini", "[person anna.berg]\nvoice = +46701740605\n[person bo.ek]\nvoice = +46701740606\n" },
        { "rosters/TIB.ini", "[roster]\nrole = TIB\n" ROTATION "[ladder]\nstep = 0m primary voice\nrepeat = 10m\n" } },
      "beredd.ini:7: warning: no gateway serves sms or email: nobody is told who took an alarm, that it was updated or withdrawn, or who goes on "
      "duty\n" },
    { { { "groups.ini", "[group g]\nmembers = anna.berg, bo.eek,\n  cia.lund, anna.berg\n[group tom]\nmembers =\n" } },
      "groups.ini:2: error: unknown person 'bo.eek'; did you mean 'bo.ek'?\n"
      "groups.ini:3: warning: 'anna.berg' is named twice in 'g'\n"
      "groups.ini:4: warning: the group 'tom' has no members\n" },
    { { { "groups.ini", "[group g]\nmembers = anna.berg bo.ek\n" } },
      "groups.ini:1: warning: the group 'g' has no members\n"
      "groups.ini:2: error: unknown person 'anna.berg bo.ek'; commas stand between names\n" },

    /* beredd.ini */
    BEREDD_CASE("[channels]\nsms = try\n",
                "beredd.ini:0: warning: no 'organisation': texts will not say who calls\n"
                "beredd.ini:0: warning: no 'public-url': pages carry no link, and providers cannot send replies or receipts\n"
                "beredd.ini:0: warning: no 'admins': nobody is told when paging itself is in trouble\n"),
    BEREDD_CASE("[daemon]\norganisation = X\ntimezone = Europe/Stokholm\nlanguage = se\nadmins =\nadmin-channels = fax\ndedup-window = 4\n"
                "reply-without-code = maybe\n[http]\npublic-url = https://larm.example.se/\n" CHANNELS,
                "beredd.ini:3: error: there is no time zone 'Europe/Stokholm' in /usr/share/zoneinfo\n"
                "beredd.ini:4: error: 'language' is sv or en, not 'se'\n"
                "beredd.ini:5: warning: no 'admins': nobody is told when paging itself is in trouble\n"
                "beredd.ini:6: error: unknown channel 'fax'\n"
                "beredd.ini:7: error: '4' is no duration; write it as 90s, 5m, 2h or 14d\n"
                "beredd.ini:8: error: 'reply-without-code' is yes or no, not 'maybe'\n"),
    BEREDD_CASE("[daemon]\norganisation = X\nadmins = anna.berg, group:drift\ntimezone = ../../etc/passwd\n[http]\npublic-url = larm.example.se\n"
                "listen = localhost:8787\nlisten = 127.0.0.1:8787\nlisten = [::1]:8787\nlisten = ::1:8787\nlisten = 127.0.0.1:65536\n"
                "listen = 0.0.0.0:8787\ntrusted-proxy = proxy.example.se\ntls-key = k.pem\n" CHANNELS,
                "beredd.ini:3: error: unknown group 'drift'\n"
                "beredd.ini:4: error: '../../etc/passwd' is no name of a time zone; write one as Europe/Stockholm\n"
                "beredd.ini:5: error: tls-certificate and tls-key belong together; 'tls-certificate' is missing\n"
                "beredd.ini:6: error: public-url 'larm.example.se' does not begin with https:// or http://\n"
                "beredd.ini:7: error: 'localhost:8787' is no address to listen on; write it as 127.0.0.1:8787 or [::1]:8787\n"
                "beredd.ini:10: error: '::1:8787' is no address to listen on; write it as 127.0.0.1:8787 or [::1]:8787\n"
                "beredd.ini:11: error: '127.0.0.1:65536' is no address to listen on; write it as 127.0.0.1:8787 or [::1]:8787\n"
                "beredd.ini:12: warning: '0.0.0.0:8787' is open to other machines without tls-certificate: tokens can be read on the way\n"
                "beredd.ini:13: error: 'proxy.example.se' is no address of a proxy; write the bare number, as 127.0.0.1\n"
                "beredd.ini:14: error: there is no file DIR/k.pem\n"),
    BEREDD_CASE(DAEMON "[channels]\nsms = tyr\nsmss = try\n",
                "beredd.ini:9: error: unknown gateway 'tyr'; did you mean 'try'?\n"
                "beredd.ini:10: error: unknown key 'smss' in [channels]; did you mean 'sms'?\n"
                "gateways/try.ini:1: warning: no channel in [channels] of beredd.ini uses 'try'\n"),
    BEREDD_CASE(DAEMON, "beredd.ini:0: error: no gateway serves any channel: nobody could be paged\n"
                        "gateways/try.ini:1: warning: no channel in [channels] of beredd.ini uses 'try'\n"),

    /* scheduled drills */
    BEREDD_CASE(DAEMON CHANNELS "[texts]\npage-sms = x\n[drill vecka]\nwhen = Mon 10:00\nrole = TIB\n[drill m]\nwhen = sista l\xc3\xb6r i m\xc3\xa5naden 9:30\n"
                "to = anna.berg, bo.ek\nwithout = try\n[drill en]\nwhen = 2027-02-03T10:00\nto = person:bo.ek\nwithout = anna.berg\n", ""),
    BEREDD_CASE(DAEMON CHANNELS "[drill]\nwhen = Mon 10:00\n[drill a]\nrole = TIB\n[drill b]\nwhen = Mon 10:00\n[drill c]\nwhen = firts Wed of month 10:00\nrole = TIB\n"
                "[drill d]\nwhen = handoverr\nrole = TIB\n[drill e]\nwhen = Mon 24:00\nrole = TIB\n[drill f]\nwhen = first Wed of year 10:00\nrole = TIB\n",
                "beredd.ini:12: error: [drill] needs a name, as [drill NAME]\n"
                "beredd.ini:14: error: [drill a] has no 'when'; write it as first Wed of month 10:00\n"
                "beredd.ini:16: error: [drill b] says of nobody that it is for them; name a 'role', or somebody with 'to'\n"
                "beredd.ini:19: error: when = 'firts Wed of month 10:00' is no time; write it as first Wed of month 10:00, Mon 10:00, "
                "2026-12-02 10:00, or handover\n"
                "beredd.ini:22: error: when = 'handoverr' is no time; did you mean 'handover'?\n"
                "beredd.ini:25: error: when = 'Mon 24:00' is no time; write it as first Wed of month 10:00, Mon 10:00, 2026-12-02 10:00, or handover\n"
                "beredd.ini:28: error: when = 'first Wed of year 10:00' is no time; write it as first Wed of month 10:00, Mon 10:00, "
                "2026-12-02 10:00, or handover\n"),
    BEREDD_CASE(DAEMON CHANNELS "[drill a]\nwhen = Mon 10:00\nrole = TIB, TIIB, TIB\nto = ana.berg\nwithout = tyr\nhours = 8-20\nsurprise = 40d\ndeadline = 0s\n"
                "wait-for-all = maybe\nwehn = x\n[drill b]\nwhen = handover\nrole = TIB\nto = bo.ek\nhours = 08:00-08:00\n",
                "beredd.ini:14: error: unknown role 'TIIB'; did you mean 'TIB'?\n"
                "beredd.ini:14: warning: 'TIB' is named twice\n"
                "beredd.ini:15: error: unknown person or group 'ana.berg'; did you mean 'anna.berg'?\n"
                "beredd.ini:16: error: unknown gateway or person 'tyr'; did you mean 'try'?\n"
                "beredd.ini:17: error: hours = '8-20' is no time of the day; write it as 08:00-20:00\n"
                "beredd.ini:18: error: 'surprise' is 40d, outside 0m to 31d\n"
                "beredd.ini:19: error: 'deadline' is 0s, outside 1s to 7d\n"
                "beredd.ini:20: error: 'wait-for-all' is yes or no, not 'maybe'\n"
                "beredd.ini:21: error: unknown key 'wehn' in [drill a]; did you mean 'when'?\n"
                "beredd.ini:25: error: a drill at the handover is for whoever goes on duty: name the 'role' alone\n"
                "beredd.ini:26: error: hours = '08:00-08:00' is no time of the day; write it as 08:00-20:00\n"),

    /* rosters */
    TIB_CASE("[roster]\nrole = KIB\nhandover = Foo 12:00\ncall = sometimes\nweek-starts = after\nowner = anna\n" ROTATION LADDER,
             "rosters/TIB.ini:2: error: role = KIB stands in rosters/TIB.ini; a roster's file has its role's name\n"
             "rosters/TIB.ini:3: error: 'Foo 12:00' is no weekday and time; write it as Mon 12:00, or m\xc3\xa5n 12:00\n"
             "rosters/TIB.ini:4: error: 'call' is always or on-request, not 'sometimes'\n"
             "rosters/TIB.ini:5: error: 'week-starts' is in or before, not 'after'\n"
             "rosters/TIB.ini:6: error: unknown person 'anna'; did you mean 'anna.berg'?\n"),
    TIB_CASE("[roster]\nhandover-holiday = next-workday\ngap-warning = 14d\nannounce = sms, email\nhours = Mon-Fri 17:00-08:00,\n  weekends\n"
             "otherwise = role:TIB\ndrill-overdue = soon\n" ROTATION LADDER,
             "rosters/TIB.ini:7: error: 'otherwise' goes round in a ring, and would reach nobody: TIB > TIB\n"
             "rosters/TIB.ini:8: error: 'soon' is no duration; write it as 90s, 5m, 2h or 14d\n"),
    TIB_CASE("[roster]\nhandover-holiday = next\ngap-warning = 2w\nannounce = sms, emial\nhours = Mon-Fri 17-08, weekend, Foo, Mon 8:00-8:00,\n  Mon 08:00-25:00\n"
             "otherwise = primary\n" ROTATION LADDER,
             "rosters/TIB.ini:2: error: 'handover-holiday' is same or next-workday, not 'next'\n"
             "rosters/TIB.ini:3: error: '2w' is no duration; write it as 90s, 5m, 2h or 14d\n"
             "rosters/TIB.ini:4: error: unknown channel 'emial'; did you mean 'email'?\n"
             "rosters/TIB.ini:5: error: 'Mon-Fri 17-08' is no hours; write them as Mon-Fri 17:00-08:00, weekends, holidays\n"
             "rosters/TIB.ini:5: error: 'weekend' is no hours; did you mean 'weekends'?\n"
             "rosters/TIB.ini:5: error: 'Foo' is no hours; write them as Mon-Fri 17:00-08:00, weekends, holidays\n"
             "rosters/TIB.ini:5: error: 'Mon 8:00-8:00' begins when it ends; for whole days leave the times out\n"
             "rosters/TIB.ini:6: error: 'Mon 08:00-25:00' is no hours; write them as Mon-Fri 17:00-08:00, weekends, holidays\n"
             "rosters/TIB.ini:7: error: 'otherwise' is role:TIB, person:ID or group:ID, not 'primary'\n"),
    TIB_CASE("[roster]\notherwise = person:bo.ke\n" ROTATION LADDER,
             "rosters/TIB.ini:2: error: unknown person 'bo.ke'; did you mean 'bo.ek'?\n"),
    TIB_CASE("[roster]\notherwise = person:bo.ek\n" ROTATION LADDER,
             "rosters/TIB.ini:2: warning: 'otherwise' has no effect without 'hours': the roster holds always\n"),
    TIB_CASE("[roster]\nhours = m\xc3\xa5n-fre\n" ROTATION LADDER,
             "rosters/TIB.ini:2: warning: nobody holds 'TIB' outside these hours; name somebody with 'otherwise'\n"),
    { { { "rosters/TIB.ini", "[roster]\nhours = weekends\notherwise = role:KIB\n" ROTATION LADDER },
        { "rosters/KIB.ini", "[roster]\nhours = holidays\notherwise = role:TIB\n" ROTATION LADDER } },
      "rosters/KIB.ini:3: error: 'otherwise' goes round in a ring, and would reach nobody: KIB > TIB > KIB\n"
      "rosters/TIB.ini:3: error: 'otherwise' goes round in a ring, and would reach nobody: TIB > KIB > TIB\n"
      "rosters/TIB.ini:4: warning: bo.ek holds TIB and KIB at once, v. 52: mån 21/12 12:00 – mån 28/12 12:00; one person cannot do both: "
      "change one of them\n" },
    TIB_CASE("[roster]\n" LADDER, "rosters/TIB.ini:1: warning: nobody ever holds 'TIB': no [weeks], [shifts] or [rotation]\n"),
    TIB_CASE("[roster]\n" ROTATION,
             "rosters/TIB.ini:1: warning: no [ladder]: the primary is paged at once, the backups after 5m, everyone again every 10m\n"),
    TIB_CASE("[roster]\n[rotation]\nstart = 2026-W54\norder = anna.berg\nbackups = 1\n" LADDER,
             "rosters/TIB.ini:3: error: there is no week 54 in 2026: 2026-W53 is its last, and 2027-W01 comes after it\n"),
    TIB_CASE("[roster]\n[rotation]\nstart = 2026-W53\norder = anna.berg\nbackups = 1\n" LADDER,
             "rosters/TIB.ini:2: warning: a hole NOW: nobody holds TIB v. 49–52: mån 30/11 12:00 – mån 28/12 12:00; add "
             "'2026-W49..2026-W52 = NAME' to [weeks]\n"
             "rosters/TIB.ini:5: error: 1 backups, but only 0 others in the rotation\n"),
    TIB_CASE("[roster]\n[rotation]\norder = anna.berg\n" LADDER,
             "rosters/TIB.ini:2: error: [rotation] needs 'start'\n"),
    TIB_CASE("[roster]\n[weeks]\n2026-W52 = anna.berg, bo.ek\n2027-W53 = bo.ek\n2027-W30..2027-W27 = bo.ek\n2027-W05 = bo.kk\n2026-W52 = bo.ek\n2027-W01 =\n"
             "2027-W06 = -\n2027-W07 = anna.berg, -, bo.ek\n2027-W08 = anna.berg, *\n2027-W09 = *\n2027-W10 = anna.berg, anna.berg\n" LADDER,
             "rosters/TIB.ini:1: warning: a hole NOW: nobody holds TIB v. 49–51: mån 30/11 12:00 – mån 21/12 12:00; add "
             "'2026-W49..2026-W51 = NAME' to [weeks]\n"
             "rosters/TIB.ini:4: error: there is no week 53 in 2027: 2027-W52 is its last, and 2028-W01 comes after it\n"
             "rosters/TIB.ini:5: error: '2027-W30..2027-W27' ends before it begins\n"
             "rosters/TIB.ini:6: error: unknown person 'bo.kk'; did you mean 'bo.ek'?\n"
             "rosters/TIB.ini:7: warning: a hole ahead, in 27 days: nobody holds TIB v. 53: mån 28/12 12:00 – mån 4/1 12:00; add "
             "'2026-W53 = NAME' to [weeks]\n"
             "rosters/TIB.ini:7: warning: the same weeks stand on line 3; this line counts\n"
             "rosters/TIB.ini:8: error: '2027-W01' has no value\n"
             "rosters/TIB.ini:8: warning: a hole ahead, in 5 weeks: nobody holds TIB v. 2–4: mån 11/1 12:00 – mån 1/2 12:00; add "
             "'2027-W02..2027-W04 = NAME' to [weeks]\n"
             "rosters/TIB.ini:9: error: '-' says that there is no backup; somebody or '*' must stand before it\n"
             "rosters/TIB.ini:10: error: '-' says that there is no backup, and can only stand alone behind the primary\n"
             "rosters/TIB.ini:11: error: '*' keeps the primary, and can only stand first\n"
             "rosters/TIB.ini:12: warning: '*' alone changes nothing\n"
             "rosters/TIB.ini:13: warning: 'anna.berg' is primary and backup at once, and so no backup; name somebody else behind the first\n"),
    TIB_CASE("[roster]\n" ROTATION
             "[shifts]\nshift = 2026-12-24 08:00 / 2026-12-25 08:00  cia.lund\nshift = 2026-12-24T08:00/2026-12-24T24:00 cia.lund, -\n"
             "shift = 2026-12-25 08:00 / 2026-12-24 08:00  cia.lund\nshift = 2026-12-25 / 2026-12-26  cia.lund\n"
             "shift = 2026-02-29 08:00 / 2026-03-01 08:00  cia.lund\nshift = 2026-12-24 08:00 / 2026-12-25 08:00\n"
             "shift = 2026-12-24 08:00 / 2026-12-25 08:00  cia.lung\nshift = 2027-03-28 02:10 / 2027-03-28 02:50 cia.lund\n" LADDER,
             "rosters/TIB.ini:7: warning: overlaps the shift on line 6, v. 52: tor 24/12 08:00 – fre 25/12 00:00; of equals the later line "
             "counts: shorten or remove one\n"
             "rosters/TIB.ini:8: error: the shift ends before it begins\n"
             "rosters/TIB.ini:9: error: a shift is FROM / TO WHO, as '2026-12-24 08:00 / 2026-12-25 08:00 cia.lund', not "
             "'2026-12-25 / 2026-12-26 cia.lund'\n"
             "rosters/TIB.ini:10: error: a shift is FROM / TO WHO, as '2026-12-24 08:00 / 2026-12-25 08:00 cia.lund', not "
             "'2026-02-29 08:00 / 2026-03-01 08:00 cia.lund'\n"
             "rosters/TIB.ini:11: error: nobody is named\n"
             "rosters/TIB.ini:12: error: unknown person 'cia.lung'; did you mean 'cia.lund'?\n"
             "rosters/TIB.ini:13: warning: the shift lies in the hour that the clocks skip, and has no effect\n"),
    { { { "rosters/TIB.d/jul.ini", "[shifts]\nshift = x\n[weeks]\n" }, { "rosters/TIV.d/jul.ini", "[shifts]\n" } },
      "rosters/TIB.d/jul.ini:2: error: a shift is FROM / TO WHO, as '2026-12-24 08:00 / 2026-12-25 08:00 cia.lund', not 'x'\n"
      "rosters/TIB.d/jul.ini:3: error: unknown section [weeks]\n"
      "rosters/TIV.d:0: error: unknown role 'TIV'; did you mean 'TIB'?\n" },
    { { { "rosters/TIB.ini", NULL } }, "rosters:0: error: there is no roster: a trigger would call nobody; write rosters/TIB.ini\n" },

    /* ladders */
    TIB_CASE("[roster]\n" ROTATION "[ladder]\nstep = 5m primary sms\nstep = 2m primary sms\nstep = 5 primary sms\nstep = 6m primery sms\nstep = 7m primary\n"
             "step = 8m primary sms, fax\nstep = 9m group:x sms\nstep = 9m person:bo sms\nstep = 9m role:TIC sms\nrepeat = 0s\n",
             "rosters/TIB.ini:7: error: the step's time is before that of the step above; times count from the beginning of the call-out\n"
             "rosters/TIB.ini:8: error: '5' is no time since the call-out began; write it as 0m, 90s or 5m\n"
             "rosters/TIB.ini:9: error: unknown target 'primery'; did you mean 'primary'?\n"
             "rosters/TIB.ini:10: error: a step is TIME TARGET CHANNELS, as '5m secondary sms, voice', not '7m primary'\n"
             "rosters/TIB.ini:11: error: unknown channel 'fax'\n"
             "rosters/TIB.ini:12: error: unknown group 'x'\n"
             "rosters/TIB.ini:13: error: unknown person 'bo'; did you mean 'bo.ek'?\n"
             "rosters/TIB.ini:14: error: unknown role 'TIC'; did you mean 'TIB'?\n"
             "rosters/TIB.ini:15: error: 'repeat' is 0s, outside 1s to 7d\n"),
    TIB_CASE("[roster]\n" ROTATION "[ladder]\nstep = 0m primary sms\n[ladder inof]\nstep = 0m primary sms\nrepeat = 1m\n[ladder error]\nrepeat = 1m\n",
             "rosters/TIB.ini:5: warning: [ladder] has no 'repeat': paging begins again every 10m\n"
             "rosters/TIB.ini:7: error: unknown severity 'inof'; did you mean 'info'?\n"
             "rosters/TIB.ini:10: error: [ladder error] has no 'step'\n"),
    { { { "beredd.ini", DAEMON "[channels]\nsms = try\n" },
        { "rosters/TIB.ini", "[roster]\n" ROTATION "[ladder]\nstep = 0m primary sms, voice\nstep = 1m primary voice\nstep = 2m person:cia.lund email\nrepeat = 1m\n" } },
      "rosters/TIB.ini:6: warning: no gateway serves voice\n"
      "rosters/TIB.ini:7: warning: no gateway serves voice: the step reaches nobody\n"
      "rosters/TIB.ini:8: warning: no gateway serves email: the step reaches nobody\n" },
    TIB_CASE("[roster]\n" ROTATION "[ladder]\nstep = 0m primary email\nstep = 1m person:cia.lund email\nrepeat = 1m\n",
             "rosters/TIB.ini:2: warning: 'bo.ek' cannot be reached here: people.ini gives no email\n"
             "rosters/TIB.ini:7: warning: 'cia.lund' cannot be reached here: people.ini gives no email\n"),

    /* sources */
    SOURCE_CASE("[source rtj]\ntoken-sha256 = " HASH_A "\ntoken-sha256 = " HASH_B "\nrights = trigger, drill\nroles = TIB\nlimit = 5/h\n"
                "callback = 08-123 45 67\nsensitive = yes\n", ""),
    SOURCE_CASE("[source a]\ntoken-sha256 = " HASH_A "\n[source b]\ntoken-sha256 = " HASH_A "\ntoken-sha256 = 1234\nrights = operat\nroles = TIBB\n"
                "limit = 60\nnotify = email:x\n[source c]\n[source d]\ntoken-sha256 = " HASH_B "\ntoken-sha256 = " HASH_B "\nlimit = 0/m\nlimit = 5/d\n",
                "sources.ini:4: error: the same token-sha256 is that of 'a' on line 2; each source needs its own\n"
                "sources.ini:5: error: a token-sha256 is 64 hexadecimal digits; `bereddctl token new b` prints one\n"
                "sources.ini:6: error: unknown right 'operat'; did you mean 'operate'?\n"
                "sources.ini:7: error: unknown role 'TIBB'; did you mean 'TIB'?\n"
                "sources.ini:8: error: limit = '60' is not as 60/m; /s, /m and /h are the units, and 1 to 100000 the number\n"
                "sources.ini:9: error: notify = 'email:x' is not NAME@DOMAIN\n"
                "sources.ini:10: warning: 'c' has no token-sha256, so nobody can use it; `bereddctl token new c` prints one\n"
                "sources.ini:13: warning: the same token-sha256 stands on line 12\n"
                "sources.ini:14: error: limit = '0/m' is not as 60/m; /s, /m and /h are the units, and 1 to 100000 the number\n"
                "sources.ini:15: error: 'limit' stands twice; the first is on line 14\n"),
    SOURCE_CASE("[source rtj]\ntoken-sha256 = " HASH_A "\nnotify = sms:+46701740698, mejl:x\n  sms:+46701740698\nnotify = email:larm@example.se\nnotify = sms:0701740698\n",
                "sources.ini:3: error: notify = 'mejl:x' is neither email:ADDRESS nor sms:+NUMBER\n"
                "sources.ini:4: warning: '+46701740698' is named twice\n"
                "sources.ini:6: error: notify = 'sms:0701740698' has no country code; write a Swedish number as +46 and what follows the first 0\n"),
    SOURCE_CASE("[source local]\ntitle = Ledningscentralen\ntoken-sha256 = " HASH_A "\n",
                "sources.ini:3: error: 'token-sha256' has no effect for 'local': the peers of the local socket have every right, by their group\n"),

    /* gateways */
    ELKS_CASE("type = http\npreset = 46elk\nfrom = +46701740699\nhook-secret = 0123456789abcdef\n",
              "gateways/elks.ini:3: error: unknown preset '46elk'; did you mean '46elks'?\n"
              "gateways/elks.ini:5: warning: 'hook-secret' stands here in a file that every user of the machine can read; write credential:NAME, or chmod o-r "
              "the file\n"),
    ELKS_CASE("type = http\npreset = ../46elks\n", "gateways/elks.ini:1: warning: no 'hook-secret': replies by SMS and receipts cannot come in\n"
              "gateways/elks.ini:3: error: the preset's name '../46elks' begins with '.' or '-'\n"),
    ELKS_CASE("type = http\npreset = 46elks\nusername = credential:u\npassword = credential:../x\nfrom = Exempelby kommun\n",
              "gateways/elks.ini:1: warning: the sender 'Exempelby kommun' is text, not a number: replies by SMS cannot come, and pages will not ask for them\n"
              "gateways/elks.ini:4: error: there is no credential 'u': put the secret into the file credentials/u\n"
              "gateways/elks.ini:5: error: the credential's name '../x' begins with '.' or '-'\n"
              "gateways/elks.ini:6: error: from = 'Exempelby kommun' is longer than the 11 characters that a sender's name may have\n"),
    ELKS_CASE("type = outbox\nfile = x\ncheck = 24h\ncheck-to = +46701740699\n", ""),
    ELKS_CASE("type = outbox\nfile = x\ncheck = 24h\n",
              "gateways/elks.ini:4: error: 'check' needs a 'check-to': a number or an e-mail address of your own\n"),
    ELKS_CASE("type = outbox\nfile = x\ncheck-to = +46701740699\n",
              "gateways/elks.ini:4: warning: 'check-to' has no effect without 'check', as check = 24h\n"),
    ELKS_CASE("type = outbox\nfile = x\ncheck = 5s\ncheck-to = the boss\n",
              "gateways/elks.ini:4: error: 'check' is 5s, outside 1m to 31d\n"
              "gateways/elks.ini:5: error: check-to = 'the boss' does not begin with + and the country code\n"),
    ELKS_CASE("type = spool\ndirectory = /var/spool/sms\ncheck = 24h\ncheck-to = drift@example.se\n",
              "gateways/elks.ini:5: error: check-to = 'drift@example.se' is an e-mail address, and this gateway sends no e-mail\n"),
    ELKS_CASE("type = http\npreset = generic-form\nurl = https://sms.example.se/\nfrom = +46701740699\nhook-secret = 0123456789abcdef\nbalance-warning = much\n",
              "gateways/elks.ini:6: warning: 'hook-secret' stands here in a file that every user of the machine can read; write credential:NAME, or chmod o-r the file\n"
              "gateways/elks.ini:7: error: balance-warning = 'much' is no amount, as 500 or 99.50\n"),
    ELKS_CASE("type = http\npreset = generic-form\nurl = https://sms.example.se/\nfrom = +46701740699\nhook-secret = 0123456789abcdef\nbalance-warning = 500\n",
              "gateways/elks.ini:6: warning: 'hook-secret' stands here in a file that every user of the machine can read; write credential:NAME, or chmod o-r the file\n"
              "gateways/elks.ini:7: warning: 'balance-warning' has no effect: there is no 'balance-url' to ask\n"),
    ELKS_CASE("type = http\npreset = 46elks\nurl = https://sms.example.se/\nfrom = +46701740699\nhook-secret = 0123456789abcdef\nbalance-warning = 500\n",
              "gateways/elks.ini:6: warning: 'hook-secret' stands here in a file that every user of the machine can read; write credential:NAME, or chmod o-r the file\n"
              "gateways/elks.ini:7: warning: 'balance-warning' has no effect: there is no 'balance-url' to ask\n"),
    ELKS_CASE("type = http\npreset = 46elks\nfrom = +46701740699\nhook-secret = 0123456789abcdef\nbalance-url = ftp://x\nbalance = /x/\nbalance-divisor = 0\n",
              "gateways/elks.ini:5: warning: 'hook-secret' stands here in a file that every user of the machine can read; write credential:NAME, or chmod o-r the file\n"
              "gateways/elks.ini:6: error: balance-url 'ftp://x' is no address that begins with https:// or http://\n"
              "gateways/elks.ini:6: error: 'balance-url' needs a 'balance', as json:balance: where the number stands in what comes\n"
              "gateways/elks.ini:8: error: 'balance-divisor' is a number from 1 to 1000000, not '0'\n"),
    ELKS_CASE("type = http\npreset = 46elks\nfrom = +46701740699\nbalance-url = https://x.example.se/{user}/{to}/{password}\n",
              "gateways/elks.ini:1: error: 'password' is missing: 'balance-url' uses {password}\n"
              "gateways/elks.ini:1: warning: no 'hook-secret': replies by SMS and receipts cannot come in\n"
              "gateways/elks.ini:5: error: unknown placeholder 'user'; did you mean 'username'?\n"
              "gateways/elks.ini:5: error: unknown placeholder 'to'\n"),
    ELKS_CASE("type = http\nurl = https://x.example.se/{To}/{to}\nbody = {\"t\": \"{text}\", \"r\": \"{receipt_url}\", \"f\": {\"g\": {}}}\n",
              "gateways/elks.ini:1: warning: no 'hook-secret': replies by SMS and receipts cannot come in\n"
              "gateways/elks.ini:3: error: unknown placeholder 'To'; did you mean 'to'?\n"
              "gateways/elks.ini:4: error: unknown placeholder 'receipt_url'; did you mean 'receipt-url'?\n"),
    ELKS_CASE("type = http\npreset = generic-form\nurl = https://x.example.se/\nfrom = +46701740699\nreciept-timeout = 1m\n",
              "gateways/elks.ini:1: warning: no 'hook-secret': replies by SMS and receipts cannot come in\n"
              "gateways/elks.ini:6: error: unknown key 'reciept-timeout' in [gateway elks]; did you mean 'receipt-timeout'?\n"),
    ELKS_CASE("type = outbox\nfile = x\nrate = 0/s\n",
              "gateways/elks.ini:4: error: rate = '0/s' is not as 10/s; /s, /m and /h are the units, and 1 to 10000 the number\n"),
    ELKS_CASE("type = outbox\nfile = x\nrate = 10001/h\n",
              "gateways/elks.ini:4: error: rate = '10001/h' is not as 10/s; /s, /m and /h are the units, and 1 to 10000 the number\n"),
    ELKS_CASE("type = outbox\nfile = x\nrate = 100/h\n", ""),
    ELKS_CASE("type = outbox\nfile = x\nreceipt-timeout = 60s\n",
              "gateways/elks.ini:1: warning: receipt-timeout has no effect, since no receipt can come: there is no 'hook-secret'\n"),
    ELKS_CASE("type = outbox\nfile = x\nreceipt-timeout = 0s\nreply-id = {id}\n",
              "gateways/elks.ini:4: error: 'receipt-timeout' is 0s, outside 1s to 1d\n"
              "gateways/elks.ini:5: error: reply-id = '{id}' is no field:NAME and no json:PATH\n"),
    ELKS_CASE("type = spool\ndirectory = /nonexistent/spool\nfrom = +46701740699\nreceipt-timeout = 5m\n", ""),
    ELKS_CASE("type = http\nurl = http://127.0.0.1/?{to}{text}\nhook-secret = credential:geheim\nreply-from = a\nreply-text = b\nreceipt-delivered = ok\nreceipt-timeout = 60s\n",
              "gateways/elks.ini:1: warning: receipt-timeout has no effect, since no receipt can come: the provider is not told {receipt-url}, and there is no 'receipt-id'\n"
              "gateways/elks.ini:4: error: there is no credential 'geheim': put the secret into the file credentials/geheim\n"),
    ELKS_CASE("type = http\npreset = kannel\nfrom = Exempelby\ncheck = 24h\n",
              "gateways/elks.ini:1: error: 'username' is missing: 'url' uses {username}\n"
              "gateways/elks.ini:1: error: 'password' is missing: 'url' uses {password}\n"
              "gateways/elks.ini:1: warning: the sender 'Exempelby' is text, not a number: replies by SMS cannot come, and pages will not ask for them\n"
              "gateways/elks.ini:5: error: 'check' needs a 'check-to': a number or an e-mail address of your own\n"),
    ELKS_CASE("type = http\nurl = ftp://x\nbody = {\"a\": \"{txt}\", \"b\": {1}}\nheader = nonsense\naccept = 2xx\nmessage-id = /(/\nreply-from = a b\nmethod = PUSH\n"
              "timeout = 0s\nwindow = 0\nstarttls = no\nfile = x\n",
              "gateways/elks.ini:1: error: reply-from and reply-text belong together; 'reply-text' is missing\n"
              "gateways/elks.ini:1: error: neither 'url' nor 'body' uses {to}: no page could get through\n"
              "gateways/elks.ini:1: error: neither 'url' nor 'body' uses {text}: no page could get through\n"
              "gateways/elks.ini:1: warning: no 'hook-secret': replies by SMS and receipts cannot come in\n"
              "gateways/elks.ini:3: error: url 'ftp://x' is no address that begins with https:// or http://\n"
              "gateways/elks.ini:4: error: unknown placeholder 'txt'; did you mean 'text'?\n"
              "gateways/elks.ini:5: error: header = 'nonsense' is not 'Name: value'\n"
              "gateways/elks.ini:6: error: accept = '2xx' is no list of HTTP codes, as 200-299, and no /PATTERN/\n"
              "gateways/elks.ini:7: error: message-id = '/(/' is no pattern that can be used\n"
              "gateways/elks.ini:8: error: reply-from = 'a b' is no field:NAME and no json:PATH\n"
              "gateways/elks.ini:9: error: 'method' is POST, GET or PUT, not 'PUSH'\n"
              "gateways/elks.ini:10: error: 'timeout' is 0s, outside 1s to 10m\n"
              "gateways/elks.ini:11: error: 'window' is a number from 1 to 10000, not '0'\n"
              "gateways/elks.ini:12: error: 'starttls' means nothing to a gateway of type http\n"
              "gateways/elks.ini:13: error: 'file' means nothing to a gateway of type http\n"),
    ELKS_CASE("type = http\npreset = twilio\nusername = AC1\nfrom = +46701740697\nhook-secret = 0123456789abcdef\nsignature = sha256\n",
              "gateways/elks.ini:6: warning: 'hook-secret' stands here in a file that every user of the machine can read; write credential:NAME, or chmod o-r "
              "the file\n"
              "gateways/elks.ini:7: error: 'signature' is no or twilio-hmac-sha1, not 'sha256'\n"),
    ELKS_CASE("type = http\npreset = twilio\nusername = AC1\nfrom = +46701740697\nhook-secret = 0123456789abcdef\n",
              "gateways/elks.ini:1: error: this provider signs its calls: a 'password' or a 'signature-key' is needed to check them\n"
              "gateways/elks.ini:6: warning: 'hook-secret' stands here in a file that every user of the machine can read; write credential:NAME, or chmod o-r "
              "the file\n"),
    ELKS_CASE("type = http\n", "gateways/elks.ini:1: error: a gateway of type http needs an 'url' or a 'preset'\n"
                               "gateways/elks.ini:1: warning: no 'hook-secret': replies by SMS and receipts cannot come in\n"),
    ELKS_CASE("type = spool\nformat = kalkun\nusername = x\n",
              "gateways/elks.ini:1: error: a gateway of type spool needs a 'directory', as /var/spool/sms\n"
              "gateways/elks.ini:3: error: 'format' is smstools, not 'kalkun'\n"
              "gateways/elks.ini:4: error: 'username' means nothing to a gateway of type spool\n"),
    ELKS_CASE("type = htpp\n", "gateways/elks.ini:2: error: 'type' is http, smtp, outbox or spool, not 'htpp'\n"),
    ELKS_CASE("", "gateways/elks.ini:1: error: the gateway has no 'type': http, smtp, spool or outbox\n"),
    ELKS_CASE("type = smtp\nurl = smtp://mail.example.se:587\nfrom = larm@example.se\n", "beredd.ini:9: error: 'elks' sends e-mail; it cannot serve sms\n"
              "gateways/elks.ini:1: warning: no channel in [channels] of beredd.ini uses 'elks'\n"),
    { { { "gateways/mail.ini", "[gateway mail]\ntype = smtp\nurl = http://x\nfrom = larm\r<x>\nstarttls = maybe\n[gateway b]\n" } },
      "gateways/mail.ini:1: error: a gateway of type smtp needs a 'from' address\n"
      "gateways/mail.ini:1: warning: no channel in [channels] of beredd.ini uses 'mail'\n"
      "gateways/mail.ini:3: error: url 'http://x' is no smtp://HOST:PORT or smtps://HOST:PORT\n"
      "gateways/mail.ini:4: error: a control character; the file must be text in UTF-8\n"
      "gateways/mail.ini:5: error: 'starttls' is required, opportunistic or no, not 'maybe'\n"
      "gateways/mail.ini:6: error: [gateway b] stands in a file named mail.ini; a gateway's file has its name\n" },
    { { { "beredd.ini", DAEMON "[channels]\nsms = try\nvoice = elks\n" },
        { "gateways/elks.ini", "[gateway elks]\ntype = http\npreset = 46elks\nfrom = +46701740699\n" } },
      "beredd.ini:10: warning: 'elks' cannot ring, and has no effect for voice: it has no 'hook-secret', and a call asks there what to say, and brings the "
      "answer\n"
      "gateways/elks.ini:1: warning: no channel in [channels] of beredd.ini uses 'elks'\n" },
    VOICE_CASE("preset = generic-json\nurl = https://sms.example.se\n",
               "beredd.ini:12: warning: 'elks' cannot ring, and has no effect for voice: neither it nor its preset has a 'voice-url'\n"
               "gateways/elks.ini:1: warning: no channel in [channels] of beredd.ini uses 'elks'\n"
               "gateways/elks.ini:3: error: there is no credential 'hook': put the secret into the file credentials/hook\n"),
    VOICE_CASE("preset = 46elks\nprompt-sv-yes = https://www.example.se/yes.mp3\nprompt-en-over = http://www.example.se/over.mp3\n",
               "beredd.ini:12: warning: 'elks' cannot ring, and has no effect for voice: its provider plays recordings, and these are missing: prompt-sv-alarm, "
               "prompt-sv-no, prompt-sv-taken\n"
               "gateways/elks.ini:1: warning: no channel in [channels] of beredd.ini uses 'elks'\n"
               "gateways/elks.ini:3: error: there is no credential 'hook': put the secret into the file credentials/hook\n"),
    VOICE_CASE("preset = 46elks\nprompt-sv-alarm = https://www.example.se/a\nprompt-sv-yes = https://www.example.se/y\n"
               "prompt-sv-no = https://www.example.se/n\nprompt-sv-taken = https://www.example.se/t\nprompt-sv-over = file:///o\nring-time = 4s\n",
               "gateways/elks.ini:1: warning: no recording 'prompt-sv-drill': this gateway will not ring for drills\n"
               "gateways/elks.ini:3: error: there is no credential 'hook': put the secret into the file credentials/hook\n"
               "gateways/elks.ini:10: error: prompt-sv-over 'file:///o' is no address that begins with https:// or http://\n"
               "gateways/elks.ini:11: error: 'ring-time' is 4s, outside 5s to 2m\n"),
    { { { "beredd.ini", "[daemon]\norganisation = Exempelby kommun\nadmins = anna.berg\nadmin-channels = email, voice\n"
                        "[http]\npublic-url = https://larm.example.se\n[channels]\nsms = try\nemail = try\nvoice = elks\n" },
        { "gateways/elks.ini", "[gateway elks]\ntype = http\npreset = 46elks\nfrom = +46701740699\nhook-secret = credential:hook\n"
                               "prompt-sv-alarm = https://x/a\nprompt-sv-yes = https://x/y\nprompt-sv-no = https://x/n\n"
                               "prompt-sv-taken = https://x/t\nprompt-sv-over = https://x/o\nprompt-sv-drill = https://x/d\nprompt-en-sharp = x\n"
                               "prompt-en-drill-no = https://x/dn\n" } },
      "beredd.ini:4: warning: the gateways for voice play recordings, and have none for what the administrators are told: 'voice' has no effect here\n"
      "gateways/elks.ini:1: warning: what is answered to a digit in a drill does not say that it is one; record prompt-sv-drill-yes, "
      "prompt-sv-drill-taken, prompt-sv-drill-over\n"
      "gateways/elks.ini:5: error: there is no credential 'hook': put the secret into the file credentials/hook\n"
      "gateways/elks.ini:12: error: prompt-en-sharp 'x' is no address that begins with https:// or http://\n" },
    VOICE_CASE("voice-url = https://ring.example.se/{username}?to={too}\nvoice-body = x\nvoice-method = GET\nvoice-ask = <Say>{password}</Say>\n"
               "voice-answered-by = a b\nprompt-se-alarm = x\n",
               "gateways/elks.ini:1: error: 'username' is missing: 'voice-url' uses {username}\n"
               "gateways/elks.ini:1: error: voice-method = GET sends no 'voice-body'; put the placeholders into the voice-url\n"
               "gateways/elks.ini:1: error: a gateway with a 'voice-url' needs 'voice-say' too\n"
               "gateways/elks.ini:1: error: a gateway with a 'voice-url' needs 'voice-digit' too\n"
               "gateways/elks.ini:1: error: voice-ask uses neither {text} nor {prompt}: nothing would be said\n"
               "gateways/elks.ini:1: error: neither 'voice-url' nor 'voice-body' uses {to}: nobody would be rung\n"
               "gateways/elks.ini:3: error: there is no credential 'hook': put the secret into the file credentials/hook\n"
               "gateways/elks.ini:5: error: unknown placeholder 'too'; did you mean 'to'?\n"
               "gateways/elks.ini:8: error: unknown placeholder 'password'\n"
               "gateways/elks.ini:9: error: voice-answered-by = 'a b' is no field:NAME and no json:PATH\n"
               "gateways/elks.ini:10: error: unknown key 'prompt-se-alarm' in [gateway elks]; did you mean 'prompt-sv-alarm'?\n"),
    ELKS_CASE("type = http\nurl = https://x\nbody = {to}{text}\naccept = 999\naccept-later = 199-250\n",
              "gateways/elks.ini:1: warning: no 'hook-secret': replies by SMS and receipts cannot come in\n"
              "gateways/elks.ini:5: error: accept = '999' has codes that no reply has: they go from 200 to 599\n"
              "gateways/elks.ini:6: error: accept-later = '199-250' has codes that no reply has: they go from 200 to 599\n"),
    { { { "beredd.ini", DAEMON "[channels]\nsms = try\nemail = try\n\nvoice = elks\n" },
        { "gateways/elks.ini", "[gateway elks]\ntype = http\nurl = https://x\nbody = {to}{text}\naccept = 300-302\nhook-secret = abcdefghijklmnop\nring-time = 45s\n"
                               "voice-url = https://x/{to}\nvoice-ask = {text}\nvoice-say = {text}\nvoice-digit = key\n" },
        { "rosters/TIB.ini", "[roster]\nrole = TIB\n" ROTATION "backups = 1\n[ladder]\nstep = 0m primary sms, voice\nstep = 0m secondary voice\n"
                             "step = 45s primary voice\nstep = 91s secondary voice\nrepeat = 30s\n[ladder info]\nstep = 0m primary voice\nrepeat = 46s\n" } },
      "gateways/elks.ini:5: error: accept = '300-302' would never be met: redirects are not followed\n"
      "gateways/elks.ini:6: warning: 'hook-secret' stands here in a file that every user of the machine can read; write credential:NAME, or chmod o-r "
      "the file\n"
      "rosters/TIB.ini:9: warning: a call through 'elks' may ring for 45s, and the next step comes after 45s: who does not answer is not tried by other "
      "ways first; give the step more time, or set a shorter 'ring-time' in gateways/elks.ini\n"
      "rosters/TIB.ini:11: warning: a call through 'elks' may ring for 45s, and the repeat comes after 30s: who does not answer is not tried by other "
      "ways first; give the step more time, or set a shorter 'ring-time' in gateways/elks.ini\n" },
    { { { "beredd.ini", DAEMON "[channels]\nsms = modem, try\nemail = mail\n" },
        { "gateways/modem.ini", "[gateway modem]\ntype = spool\ndirectory = /var/spool/sms\nfrom = +46701740696\nhook-secret = abcdefghijklmnop\n" },
        { "gateways/mail.ini", "[gateway mail]\ntype = smtp\nurl = smtp://mail.example.se\nfrom = larm@example.se\nhook-secret = credential:none\n" } },
      "gateways/mail.ini:5: warning: 'hook-secret' has no effect: e-mail brings no receipts, and is answered by its link; remove the line\n"
      "gateways/modem.ini:5: warning: 'hook-secret' has no effect: a modem's replies and receipts are read from its directory; remove the line\n" },
    ELKS_CASE("type = outbox\nfile = x\nprompt-sv-yes = https://x\nring-time = 30s\n",
              "gateways/elks.ini:4: error: 'prompt-sv-yes' means nothing to a gateway of type outbox\n"
              "gateways/elks.ini:5: error: 'ring-time' means nothing to a gateway of type outbox\n"),
};

/* The one line that names an absolute path. */
static void replace_directory(struct buf *text)
{
    const char *data = buf_text(text);
    struct buf replaced = { 0 };
    for (const char *at; (at = strstr(data, directory)) != NULL; data = at + strlen(directory)) {
        buf_add(&replaced, data, (size_t)(at - data));
        buf_add_text(&replaced, "DIR");
    }
    buf_add_text(&replaced, data);
    buf_done(text);
    *text = replaced;
}

START_TEST(every_problem_is_told_with_its_file_and_line)
{
    const struct verdict *verdict = &verdicts[_i];
    CLEANUP_BUF struct buf lines = { 0 };
    put_sound(verdict->files, N_ELEMENTS(verdict->files));
    enum err err = load();
    buf_add_text(&lines, all_problems());
    replace_directory(&lines);
    ck_assert_msg(strcmp(buf_text(&lines), verdict->lines) == 0, "case %d\n--- wanted\n%s--- got\n%s", _i, verdict->lines, buf_text(&lines));
    bool errors = strstr(verdict->lines, ": error: ") != NULL;
    ck_assert_int_eq(err, errors ? ERR_CONFIG : ERR_OK);
    ck_assert_int_eq(config == NULL, errors);
}
END_TEST

/* ---- what a sound configuration gives ---- */

START_TEST(the_shipped_example_is_clean)
{
    enum err err = load_from(TEST_CONF_DIR, NULL, false);
    ck_assert_str_eq(all_problems(), "");
    ck_assert_int_eq(err, ERR_OK);
    const struct plan *plan = &config->plan;
    const struct roster *tib = plan_roster(plan, "TIB"), *kib = plan_roster(plan, "KIB");
    ck_assert(!tib->on_request && kib->on_request);
    /* Somebody is always on call. */
    for (int64_t at = config->loaded_at_usec; at < config->loaded_at_usec + 400 * USEC_PER_DAY; at += 6 * USEC_PER_HOUR) {
        struct on_call on_call;
        roster_on_call(tib, plan->tz, at, &on_call);
        ck_assert(on_call.primary && on_call.n_backups == 1);
        roster_on_call(kib, plan->tz, at, &on_call);
        ck_assert_ptr_nonnull(on_call.primary);
    }
    ck_assert_uint_eq(plan->channels_served, 7);
    ck_assert_uint_eq(config->n_tokens, 0);
}
END_TEST

START_TEST(what_is_written_is_what_is_read)
{
    const struct file files[] = {
        { "beredd.ini", "[daemon]\norganisation = Exempelby\nadmins = group:g, bo.ek\nadmin-channels = email\nlanguage = en\ndedup-window = 90m\n"
                        "state = st\nsocket = /run/x.sock\nreply-without-code = ja\n[http]\npublic-url = https://larm.example.se/b/\n"
                        "listen = 127.0.0.1:1\nlisten = [::1]:0\n[channels]\nsms = two, one\n"
                        "[texts]\npage-sms.sv = {severity} ; short\npage-email-body = one\n  [two {id}]\n" },
        { "people.ini", "[person bo.ek]\nname = Bo  Ek\nvoice = +46701740606\nsms = +46701740607\nsms = +46701740608\nlogin = bo\nlanguage = sv\n"
                        "[person anna.berg]\nemail = a@example.se\n" },
        { "groups.ini", "[group g]\nmembers = bo.ek,\n  anna.berg\n" },
        { "rosters/TIB.ini", "[roster]\ntitle = Tjänsteperson\nhandover = fre 16:30\nweek-starts = before\ncall = on-request\nowner = bo.ek\n"
                             "handover-holiday = next-workday\ngap-warning = 3d\nannounce = sms, email\n"
                             "hours = m\xc3\xa5n-fre 17:00-8:00, Sat-Mon,\n  weekends, 0:00-24:00\notherwise = group:g\n"
                             "[weeks]\n2026-W52 = *, bo.ek\n2026-W53 = bo.ek\n[shifts]\nshift = 2027-01-02 08:00 / 2027-01-03 08:00  bo.ek\n"
                             "shift = 2027-01-01T08:00 / 2027-01-02T08:00  bo.ek, -\n"
                             "[ladder]\nstep = 0m primary sms, voice\nstep = 5m role:TIB email\nrepeat = 90s\n"
                             "[ladder info]\nstep = 0m group:g email\nrepeat = 1h\n[drill]\nescalate = no\n" },
        { "rosters/TIB.d/a.ini", "[shifts]\nshift = 2027-01-01 08:00 / 2027-01-02 08:00  *, anna.berg\n" },
        { "gateways/one.ini", "[gateway one]\ntype = outbox\nfile = /x/outbox\n" },
        { "gateways/two.ini", "[gateway two]\ntype = http\npreset = 46elks\nusername = u\npassword = file:pw\nfrom = +46701740699\n"
                              "hook-secret = 0123456789abcdef\nwindow = 7\nrate = 100/h\nbody = to={to}\n   &text={text}\n" },
        { "pw", "s3cret\n" },
        { "sources.ini", "[source rtj]\ntoken-sha256 = " HASH_B "\nrights = trigger, operate\nroles = TIB\nlimit = 3/h\ncallback = 08-123 45 67\n"
                         "notify = sms:+46701740698,\n  email:larm@example.se\n" },
    };
    for (size_t i = 0; i < N_ELEMENTS(files); i++)
        put(&files[i]);
    enum err err = load();
    ck_assert_msg(err == ERR_OK, "%s", all_problems());
    const struct plan *plan = &config->plan;
    ck_assert_str_eq(plan->organisation, "Exempelby");
    ck_assert_uint_eq(plan->n_admins, 2);
    ck_assert_uint_eq(plan->admin_channels, 1u << CHANNEL_EMAIL);
    ck_assert_int_eq(plan->language, LANGUAGE_EN);
    ck_assert_int_eq(plan->dedup_window_usec, 90 * USEC_PER_MIN);
    ck_assert(plan->reply_without_code);
    ck_assert_str_eq(config->public_url, "https://larm.example.se/b");
    ck_assert_str_eq(config->socket_path, "/run/x.sock");
    ck_assert_str_eq(config->state_directory + strlen(directory), "/st");
    ck_assert_uint_eq(config->n_listen, 2);

    ck_assert_uint_eq(config->n_texts, 2);
    ck_assert_str_eq(config->texts[0].key, "page-sms.sv");
    ck_assert_str_eq(config->texts[0].text, "{severity}");
    ck_assert_str_eq(config->texts[1].text, "one\n[two {id}]");
    ck_assert_int_eq(config->texts[1].origin.line, 18);

    ck_assert_uint_eq(plan->n_persons, 2);
    ck_assert_str_eq(plan->persons[0].id, "anna.berg");
    ck_assert_str_eq(plan->persons[0].name, "anna.berg");
    ck_assert_int_eq(plan->persons[0].language, LANGUAGE_EN);
    const struct person *bo = plan_person(plan, "bo.ek");
    ck_assert_str_eq(bo->name, "Bo Ek");
    ck_assert_int_eq(bo->language, LANGUAGE_SV);
    ck_assert_uint_eq(bo->n_contacts, 3);
    ck_assert_int_eq(bo->contacts[0].channel, CHANNEL_VOICE);
    ck_assert_str_eq(bo->contacts[2].address, "+46701740608");
    ck_assert_int_eq(bo->origin.line, 1);

    const struct roster *tib = plan_roster(plan, "TIB");
    ck_assert_int_eq(tib->handover_weekday, 4);
    ck_assert_int_eq(tib->handover_minute, 16 * 60 + 30);
    ck_assert(tib->week_starts_before && tib->on_request && !tib->drill_escalate && tib->drill_yield);
    ck_assert_ptr_eq(tib->owner, bo);
    ck_assert(tib->handover_next_workday && tib->gap_warning_usec == 3 * USEC_PER_DAY);
    ck_assert_uint_eq(tib->announce, 1u << CHANNEL_SMS | 1u << CHANNEL_EMAIL);
    ck_assert(tib->hours.present && tib->hours.weekends && !tib->hours.holidays);
    ck_assert_uint_eq(tib->hours.n_windows, 3);
    ck_assert_uint_eq(tib->hours.windows[0].weekdays, 0x1f);
    ck_assert_int_eq(tib->hours.windows[0].from_minute, 17 * 60);
    ck_assert_int_eq(tib->hours.windows[0].to_minute, 8 * 60);
    ck_assert_uint_eq(tib->hours.windows[1].weekdays, 0x61);
    ck_assert_int_eq(tib->hours.windows[1].to_minute, 24 * 60);
    ck_assert_uint_eq(tib->hours.windows[2].weekdays, 0x7f);
    ck_assert_ptr_eq(tib->otherwise->group, plan_group(plan, "g"));
    ck_assert_ptr_null(tib->weeks[0].duty.primary);
    ck_assert(!tib->weeks[0].duty.keep_backups && tib->weeks[0].duty.n_backups == 1);
    /* A week that is named is whole: who stands alone there has no backup. */
    ck_assert(tib->weeks[1].duty.primary == bo && !tib->weeks[1].duty.keep_backups && tib->weeks[1].duty.n_backups == 0);
    ck_assert_uint_eq(tib->n_shifts, 3);
    ck_assert(!tib->shifts[0].drop_in && tib->shifts[1].drop_in && !tib->shifts[2].drop_in);
    ck_assert(!tib->shifts[0].duty.keep_backups && tib->shifts[0].duty.n_backups == 0);
    ck_assert(tib->shifts[2].duty.keep_backups && tib->shifts[2].duty.primary == bo);
    ck_assert_int_eq(tib->shifts[0].from_usec, civil_to_sec(&(struct civil){ 2027, 1, 1, 7, 0, 0, 0 }) * USEC_PER_SEC);
    ck_assert_uint_eq(tib->ladder.n_steps, 2);
    ck_assert_uint_eq(tib->ladder.steps[0].channels, 1u << CHANNEL_SMS | 1u << CHANNEL_VOICE);
    ck_assert_ptr_eq(tib->ladder.steps[1].target.roster, tib);
    ck_assert_int_eq(tib->ladder.repeat_usec, 90 * USEC_PER_SEC);
    ck_assert_ptr_eq(roster_ladder(tib, SEVERITY_INFO)->steps[0].target.group, plan_group(plan, "g"));

    ck_assert_uint_eq(config->n_channel_gateways[CHANNEL_SMS], 2);
    const struct gateway *two = config->channel_gateways[CHANNEL_SMS][0];
    ck_assert_ptr_eq(two, config_gateway(config, "two"));
    ck_assert_str_eq(two->password, "s3cret");
    ck_assert_str_eq(two->receipt_base, "https://larm.example.se/b/hooks/two/0123456789abcdef");
    ck_assert_str_eq(two->http.url, "https://api.46elks.com/a1/sms");
    ck_assert_str_eq(two->http.body, "to={to}&text={text}");
    ck_assert_str_eq(two->http.reply_text, "field:message");
    ck_assert_str_eq(two->http.message_id, "json:id");
    ck_assert_uint_eq(two->window, 7);
    ck_assert_uint_eq(two->rate, 100);
    ck_assert_int_eq(two->rate_usec, USEC_PER_HOUR);
    ck_assert_str_eq(two->preset, "46elks");
    ck_assert(two->from_is_number);
    ck_assert_uint_eq(plan->channels_served, 1u << CHANNEL_SMS);
    ck_assert_ptr_null(config_gateway(config, "three"));

    const struct source *rtj = plan_source(plan, "rtj"), *local = plan_source(plan, "local");
    ck_assert_str_eq(local->title, "Lokalt");
    ck_assert_uint_eq(rtj->limit, 3);
    ck_assert_int_eq(rtj->limit_usec, USEC_PER_HOUR);
    ck_assert_ptr_eq(rtj->roles[0], tib);
    ck_assert_uint_eq(rtj->n_notify, 2);
    ck_assert_int_eq(rtj->notify[0].channel, CHANNEL_SMS);
    ck_assert_str_eq(rtj->notify[0].address, "+46701740698");
    ck_assert_int_eq(rtj->notify[1].channel, CHANNEL_EMAIL);
    ck_assert_ptr_nonnull(strstr(all_problems(), "sources.ini:8: warning: no gateway serves email in [channels], so 'larm@example.se' is told nothing\n"));
    ck_assert_uint_eq(local->n_notify, 0);
    ck_assert_uint_eq(config->n_tokens, 1);
    ck_assert_int_eq(config->tokens[0].sha256[31], 0xbb);
    ck_assert_uint_eq(config->tokens[0].rights, RIGHT_TRIGGER | RIGHT_OPERATE);
}
END_TEST

/* ---- secrets ---- */

static const struct file with_credential[] = {
    { "beredd.ini", DAEMON "[channels]\nemail = mail\nsms = try\nvoice = try\n" },
    { "gateways/mail.ini", "[gateway mail]\ntype = smtp\nurl = smtps://mail.example.se\nfrom = larm@example.se\nusername = u\npassword = credential:pw\n" },
};

START_TEST(a_credential_comes_from_the_service_manager_first)
{
    char loaded[128];
    put_sound(with_credential, N_ELEMENTS(with_credential));
    put_file("credentials/pw", "from-the-directory\n", 19);
    put_file("loaded/credentials_pw", "from-systemd\n", 13);
    snprintf(loaded, sizeof loaded, "%s/loaded", directory);
    ck_assert_int_eq(load_from(directory, loaded, false), ERR_OK);
    ck_assert_str_eq(config_gateway(config, "mail")->password, "from-systemd");
    config_free(config);
    ck_assert_int_eq(load(), ERR_OK);
    ck_assert_str_eq(config_gateway(config, "mail")->password, "from-the-directory");
    ck_assert_str_eq(all_problems(), "");
}
END_TEST

START_TEST(a_credential_is_one_line_of_text)
{
    static const struct { const char *text; size_t len; const char *what; } bad[] = {
        { "", 0, "is empty" }, { "\n", 1, "is empty" }, { "a\nb", 3, "is not one line of text" }, { "a\0b", 3, "is not one line of text" },
        { "\xff", 1, "is not one line of text" },
    };
    put_sound(with_credential, N_ELEMENTS(with_credential));
    put_file("credentials/pw", bad[_i].text, bad[_i].len);
    ck_assert_int_eq(load(), ERR_CONFIG);
    ck_assert_ptr_nonnull(strstr(all_problems(), bad[_i].what));
    ck_assert_ptr_nonnull(strstr(all_problems(), "gateways/mail.ini:6: error: "));
}
END_TEST

START_TEST(a_file_that_others_cannot_read_may_hold_secrets)
{
    char path[128];
    const struct file file = { "gateways/try.ini", "[gateway try]\ntype = outbox\nfile = x\nhook-secret = 0123456789abcdef\n" };
    put_sound(&file, 1);
    ck_assert_int_eq(load(), ERR_OK);
    ck_assert_ptr_nonnull(strstr(all_problems(), "hook-secret"));
    config_free(config);
    problems_free(problems);
    problems = problems_new();
    snprintf(path, sizeof path, "%s/gateways/try.ini", directory);
    ck_assert_int_eq(chmod(path, 0640), 0);
    ck_assert_int_eq(load(), ERR_OK);
    ck_assert_str_eq(all_problems(), "");
}
END_TEST

/* As somebody without rights: root would read everything. */
static bool become_nobody(void)
{
    return geteuid() != 0 || seteuid(65534) == 0;
}

/* A check says so; a daemon that starts without it has other ways out, and one that did not start would have none. */
START_TEST(a_missing_certificate_of_a_gateway_is_an_error_of_the_check_alone)
{
    static const struct file files[] = {
        { "beredd.ini", DAEMON "[channels]\nsms = try\nemail = mail\n" },
        { "gateways/mail.ini", "[gateway mail]\ntype = smtp\nurl = smtp://mail.example.se\nfrom = larm@example.se\nca-file = ca.pem\n" },
    };
    put_sound(files, N_ELEMENTS(files));
    ck_assert_int_eq(load(), ERR_OK);
    config_free(TAKE(config));
    ck_assert_int_eq(load_from(directory, NULL, true), ERR_CONFIG);
    CLEANUP_BUF struct buf lines = { 0 };
    buf_add_text(&lines, all_problems());
    replace_directory(&lines);
    ck_assert_str_eq(buf_text(&lines), "gateways/mail.ini:5: error: there is no file DIR/ca.pem\n");
}
END_TEST

START_TEST(what_cannot_be_read_is_not_checked_or_refused)
{
    char path[128];
    put_sound(with_credential, N_ELEMENTS(with_credential));
    put_file("credentials/pw", "x", 1);
    snprintf(path, sizeof path, "%s/credentials", directory);
    ck_assert_int_eq(chmod(path, 0), 0);
    snprintf(path, sizeof path, "%s/people.ini", directory);
    ck_assert_int_eq(chmod(path, 0), 0);
    ck_assert(become_nobody());
    enum err err = load_from(directory, NULL, true);
    CLEANUP_BUF struct buf lines = { 0 };
    buf_add_text(&lines, all_problems());
    replace_directory(&lines);
    ck_assert_str_eq(buf_text(&lines), "gateways/mail.ini:6: warning: not checked: DIR/credentials/pw cannot be read without more rights\n"
                                       "people.ini:0: warning: not checked: the file cannot be read without more rights\n");
    ck_assert_int_eq(err, ERR_OK);
    config_free(config);
    ck_assert_int_eq(load(), ERR_CONFIG);
    ck_assert_ptr_null(config);
    ck_assert(geteuid() == getuid() || seteuid(0) == 0);
    snprintf(path, sizeof path, "%s/credentials", directory);
    ck_assert_int_eq(chmod(path, 0755), 0);
}
END_TEST

/* ---- hostile files ---- */

START_TEST(a_file_is_bounded)
{
    size_t len = 4 * 1024 * 1024 + 1;
    char *text = mem_alloc(len);
    memset(text, '\n', len);
    put_sound(NULL, 0);
    put_file("people.ini", text, len);
    ck_assert_int_eq(load(), ERR_CONFIG);
    ck_assert_ptr_nonnull(strstr(all_problems(), "people.ini:0: error: the file is too large\n"));
    free(text);
}
END_TEST

START_TEST(problems_are_bounded)
{
    CLEANUP_BUF struct buf text = { 0 };
    for (int i = 0; i < 200000; i++)
        buf_add_text(&text, "[x]\ny=z\n");
    put_sound(NULL, 0);
    put_file("people.ini", buf_text(&text), text.len);
    ck_assert_int_eq(load(), ERR_CONFIG);
    ck_assert_uint_eq(problems_count(problems), 1001);
    ck_assert_uint_gt(problems_errors(problems), 1001);
    ck_assert_ptr_nonnull(strstr(all_problems(), "more than 1000 problems; the rest are not shown"));
}
END_TEST

START_TEST(a_file_that_is_no_file_is_refused)
{
    char path[128];
    put_sound((const struct file[]){ { "groups.ini", NULL } }, 1);
    snprintf(path, sizeof path, "%s/groups.ini", directory);
    ck_assert_int_eq(mkfifo(path, 0644), 0);
    ck_assert_int_eq(load(), ERR_CONFIG);
    ck_assert_str_eq(all_problems(), "groups.ini:0: error: the file is not a file\n");
}
END_TEST

/* Every prefix of the example's files, and every byte of them turned in every bit, or in one, must end in a verdict. */
START_TEST(damaged_files_end_in_a_verdict)
{
    const struct file *file = &sound[_i];
    size_t len = strlen(file->text);
    char *text = mem_strdup(file->text);
    put_sound(NULL, 0);
    for (size_t i = 0; i < len; i++) {
        put_file(file->path, file->text, i);
        if (load() == ERR_OK)
            config_free(config);
        for (int bit = unit_few() ? (int)i % 8 : 0; bit < 8; bit += unit_few() ? 8 : 1) {
            text[i] = (char)(file->text[i] ^ (1 << bit));
            put_file(file->path, text, len);
            problems_free(problems);
            problems = problems_new();
            bool good = load() == ERR_OK;
            ck_assert_int_eq(good, problems_errors(problems) == 0);
            config_free(config);
            config = NULL;
        }
        text[i] = file->text[i];
    }
    free(text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("config");
    TCase *tcase = tcase_create("files");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 120);
    tcase_add_loop_test(tcase, every_problem_is_told_with_its_file_and_line, 0, (int)N_ELEMENTS(verdicts));
    tcase_add_test(tcase, the_shipped_example_is_clean);
    tcase_add_test(tcase, what_is_written_is_what_is_read);
    tcase_add_test(tcase, a_credential_comes_from_the_service_manager_first);
    tcase_add_loop_test(tcase, a_credential_is_one_line_of_text, 0, 5);
    tcase_add_test(tcase, a_file_that_others_cannot_read_may_hold_secrets);
    tcase_add_test(tcase, a_missing_certificate_of_a_gateway_is_an_error_of_the_check_alone);
    tcase_add_test(tcase, what_cannot_be_read_is_not_checked_or_refused);
    tcase_add_test(tcase, a_file_is_bounded);
    tcase_add_test(tcase, problems_are_bounded);
    tcase_add_test(tcase, a_file_that_is_no_file_is_refused);
    tcase_add_loop_test(tcase, damaged_files_end_in_a_verdict, 0, (int)N_ELEMENTS(sound));
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

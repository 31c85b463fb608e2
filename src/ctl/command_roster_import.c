/* roster import: shifts from a spreadsheet or a calendar as a drop-in of their own, told in words before it is written. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "config/slurp.h"
#include "ctl/config_dir.h"
#include "ctl/ctl.h"
#include "ctl/import_ics.h"
#include "ctl/print.h"
#include "ctl/roster_change.h"
#include "ctl/roster_files.h"
#include "roster/roster_import.h"
#include "roster/shift_file.h"

/* Names of hand-made swaps begin with a year: among shifts that begin together the later name counts, and a swap should. */
#define NAME_HEAD "00-import-"
enum { NAME_BYTES_MAX = 64 };

const struct args_option command_roster_import_options[] = {
    {"name", 0, "NAME", "what the file in rosters/ROLE.d is called; the imported file's name, if not said"},
    {"dry-run", 'n', NULL, "only show what it would change"},
    {"yes", 'y', NULL, "do not ask"},
    CONFIG_DIR_OPTION,
    {NULL, 0, NULL, NULL},
};

struct intake {
    struct ctl *ctl;
    const struct args *args;
    const char *directory, *path;
    struct config *config;
    struct roster_import import;
    struct buf bytes, name, text;        /* the file as it came; of the drop-in: its name without ".ini", and its text */
};

static void intake_done(struct intake *intake)
{
    roster_import_done(&intake->import);
    config_free(intake->config);
    buf_done(&intake->bytes);
    buf_done(&intake->name);
    buf_done(&intake->text);
}

/* ---- the file that comes in ---- */

static int read_bytes(struct intake *intake)
{
    if (strcmp(intake->path, "-") == 0) {
        size_t n;
        do {
            n = fread(buf_reserve(&intake->bytes, 65536), 1, 65536, stdin);
            intake->bytes.len += n;
        } while (n > 0 && intake->bytes.len <= CSV_MAX_BYTES);
        return EXIT_DONE;
    }
    enum err err = slurp_file(intake->path, CSV_MAX_BYTES, &intake->bytes, NULL);
    if (err)
        ctl_complain("cannot read %s: %s", intake->path, err_text(err));
    return err ? EXIT_REFUSED : EXIT_DONE;
}

static bool is_calendar(const struct buf *bytes)
{
    const char *at = buf_text(bytes);
    if (bytes->len >= 3 && memcmp(at, "\xEF\xBB\xBF", 3) == 0)
        at += 3;
    at += strspn(at, " \t\r\n");
    return strncasecmp(at, "BEGIN:VCALENDAR", 15) == 0;
}

static void read_table(struct intake *intake)
{
    CLEANUP(csv_free) struct csv *csv = NULL;
    int line;
    const char *why;
    if (csv_parse(buf_text(&intake->bytes), intake->bytes.len, &csv, &line, &why) == ERR_OK)
        roster_import_csv(&intake->import, csv);
    else
        roster_import_problem(&intake->import, line, true, "%s", why);
}

static void print_problems(const struct intake *intake, bool calendar)
{
    const struct roster_import *import = &intake->import;
    for (size_t i = 0; i < import->n_problems; i++) {
        const struct import_problem *problem = &import->problems[i];
        CLEANUP_BUF struct buf line = {0};
        buf_add_text(&line, intake->path);
        if (problem->line > 0)
            buf_printf(&line, calendar ? ": event %d" : ":%d", problem->line);
        buf_printf(&line, ": %s: %s", problem->error ? "error" : "note", problem->text);
        print_line(stderr, buf_text(&line));
    }
}

/* EXIT_DONE: the import holds shifts, and no errors. */
static int take_in(struct intake *intake)
{
    int code = read_bytes(intake);
    if (code != EXIT_DONE)
        return code;
    bool calendar = is_calendar(&intake->bytes);
    if (calendar)
        import_ics(&intake->import, &intake->bytes);
    else
        read_table(intake);
    print_problems(intake, calendar);
    if (intake->import.n_errors == 0)
        return EXIT_DONE;
    ctl_complain("%s was not imported: mend it, or people.ini", intake->path);
    return EXIT_REFUSED;
}

/* ---- the drop-in that comes of it ---- */

/* "jourlista 2027.csv" is 00-import-jourlista-2027. */
static int name_it(struct intake *intake)
{
    const char *given = args_value(intake->args, "name");
    if (given) {
        const char *why = shift_file_bad_name(given);
        if (why)
            ctl_complain("the name '%s' %s", given, why);
        buf_add_text(&intake->name, given);
        return why ? EXIT_USAGE : EXIT_DONE;
    }
    CLEANUP_BUF struct buf folded = {0};
    const char *slash = strrchr(intake->path, '/'), *base = slash ? slash + 1 : intake->path;
    base = strcmp(base, "-") == 0 ? "stdin" : base;
    const char *dot = strrchr(base, '.');
    text_add_folded(&folded, base, dot && dot > base ? (size_t)(dot - base) : strlen(base));
    buf_add_text(&intake->name, NAME_HEAD);
    for (size_t i = 0; i < folded.len; i++) {
        char c = folded.data[i];
        bool kept = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || (unsigned char)c >= 0x80;
        buf_add_char(&intake->name, (char)(kept ? c : '-'));
    }
    buf_cut(&intake->name, text_utf8_cut(buf_text(&intake->name), intake->name.len, NAME_BYTES_MAX));
    return EXIT_DONE;
}

static void add_comment(struct buf *buf, const char *key, const char *text)
{
    buf_printf(buf, "# %-4s ", key);
    text_add_clean_line(buf, text, strlen(text));
    buf_add_char(buf, '\n');
}

static void write_text(struct intake *intake)
{
    CLEANUP_BUF struct buf at = {0}, why = {0};
    struct civil local;
    tz_to_local(intake->config->plan.tz, intake->import.now_usec, &local);
    buf_printf(&at, "%04d-%02d-%02d %02d:%02d", local.year, local.month, local.day, local.hour, local.minute);
    const char *slash = strrchr(intake->path, '/');
    buf_printf(&why, "imported from %s", slash ? slash + 1 : intake->path);
    buf_add_text(&intake->text, "# Written by `bereddctl roster import`; importing a file of that name again takes its place.\n");
    add_comment(&intake->text, "by:", roster_change_login());
    add_comment(&intake->text, "at:", buf_text(&at));
    add_comment(&intake->text, "why:", buf_text(&why));
    roster_import_add_text(&intake->import, &intake->text);
}

/* EXIT_DONE: the change is what it would be, and has no errors. */
static int draft(const struct intake *intake, struct roster_change *change)
{
    CLEANUP_BUF struct buf file = {0};
    *change = (struct roster_change){.directory = intake->directory, .role = intake->import.roster->role};
    buf_printf(&file, "rosters/%s.d/%s.ini", change->role, buf_text(&intake->name));
    if (!roster_change_stage(change) ||
        !staging_write(change->staging, buf_text(&file), buf_text(&intake->text), intake->text.len))
        return EXIT_REFUSED;
    int code = roster_change_compare(change, intake->import.now_usec);
    if (code != EXIT_DONE || change->after)
        return code;
    config_dir_print_problems(stderr, change->problems, PROBLEM_ERROR);
    ctl_complain("nothing was written");
    return EXIT_REFUSED;
}

/* ---- doing it ---- */

static bool install(const struct intake *intake, struct roster_files *files)
{
    CLEANUP_BUF struct buf own = {0}, name = {0};
    struct stat like;
    const char *role = intake->import.roster->role;
    buf_printf(&own, "%s.ini", role);
    buf_printf(&name, "%s.ini", buf_text(&intake->name));
    return roster_files_stat(files, buf_text(&own), &like) &&
           roster_files_replace_drop_in(files, role, buf_text(&name), &intake->text, &like);
}

/* What was asked about may have changed while somebody thought about it: then nothing is written. */
static int write_it(const struct intake *intake, const struct roster_change *shown)
{
    CLEANUP(roster_files_close) struct roster_files *files = roster_files_open(intake->directory);
    CLEANUP_CHANGE struct roster_change again = {0};
    if (!files || !roster_files_may_write(files) || !roster_files_lock(files))
        return EXIT_REFUSED;
    int code = draft(intake, &again);
    if (code != EXIT_DONE)
        return code;
    if (strcmp(buf_text(&again.words), buf_text(&shown->words)) != 0) {
        ctl_complain("somebody changed the roster meanwhile; nothing was written. Ask again");
        return EXIT_REFUSED;
    }
    return install(intake, files) ? EXIT_DONE : EXIT_REFUSED;
}

static void tell_done(const struct intake *intake, const struct roster_change *change, bool written, bool in_force)
{
    const char *role = intake->import.roster->role, *id = buf_text(&intake->name);
    if (intake->ctl->json)
        roster_change_print_json(change, id, written, in_force);
    else if (!written)
        puts("Nothing was written.");
    else
        printf("%s: rosters/%s.d/%s.ini\nUndo: bereddctl roster shift remove %s %s\n", in_force ? "In force" : "Written", role,
               id, role, id);
}

static bool show_and_ask(const struct intake *intake, const struct roster_change *change)
{
    const struct args *args = intake->args;
    if (!intake->ctl->json)
        roster_change_print_words(change, stdout);
    roster_change_print_new_warnings(change, stderr);
    if (args_flag(args, "dry-run") || (change->before && change->words.len == 0))
        return false;
    return args_flag(args, "yes") || !roster_change_can_ask() || roster_change_agreed("Write this? [j/n]");
}

static int import(struct intake *intake)
{
    CLEANUP_CHANGE struct roster_change change = {0};
    bool in_force = false;
    int code = config_dir_load(intake->directory, &intake->config);
    if (code != EXIT_DONE)
        return code;
    intake->import.plan = &intake->config->plan;
    intake->import.now_usec = config_dir_now();
    intake->import.roster = config_dir_role(intake->config, args_operand(intake->args, 0));
    if (!intake->import.roster)
        return EXIT_REFUSED;
    code = name_it(intake);
    if (code == EXIT_DONE)
        code = take_in(intake);
    if (code != EXIT_DONE)
        return code;
    write_text(intake);
    code = draft(intake, &change);
    if (code != EXIT_DONE)
        return code;
    if (!show_and_ask(intake, &change)) {
        tell_done(intake, &change, false, false);
        return EXIT_DONE;
    }
    code = write_it(intake, &change);
    if (code != EXIT_DONE)
        return code;
    code = roster_change_settle(intake->ctl, intake->args, intake->config, &in_force);
    tell_done(intake, &change, true, in_force);
    return code;
}

int command_roster_import(struct ctl *ctl, const struct args *args)
{
    struct intake intake = {.ctl = ctl, .args = args, .directory = config_dir_of(args), .path = args_operand(args, 1)};
    int code = import(&intake);
    intake_done(&intake);
    return code;
}

/* roster shift add: a swap or takeover as a file of its own, checked and told in words before it is written. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "config/slurp.h"
#include "ctl/config_dir.h"
#include "ctl/ctl.h"
#include "ctl/print.h"
#include "ctl/roster_change.h"
#include "ctl/roster_files.h"
#include "ctl/shift_operands.h"
#include "roster/duty_list.h"
#include "roster/roster_time.h"
#include "roster/roster_words.h"
#include "roster/shift_file.h"

const struct args_option command_roster_shift_add_options[] = {
    {"why", 'w', "TEXT", "the reason, for those who read the file"},
    {"as", 0, "backup", "as backup; the primary stays"},
    {"backup", 'b', "PERSON", "their backup meanwhile; - for none. Without it the week's backups stay"},
    {"dry-run", 'n', NULL, "only show what it would change"},
    {"yes", 'y', NULL, "do not ask"},
    CONFIG_DIR_OPTION,
    {NULL, 0, NULL, NULL},
};

static const int64_t USEC_PER_YEAR = 366 * USEC_PER_DAY;

struct addition {
    struct ctl *ctl;
    const struct args *args;
    const char *directory;
    struct config *config;       /* in which role and person were found */
    const struct roster *roster;
    struct shift_file shift;
    struct buf name, text;       /* of the file; the name has no ".ini" */
};

static void addition_done(struct addition *addition)
{
    config_free(addition->config);
    buf_done(&addition->name);
    buf_done(&addition->text);
}

/* ---- what was asked for ---- */

static bool complain_time(enum err err, const char *typed)
{
    if (err == ERR_RANGE)
        ctl_complain("'%s' is no date and time that exists", typed);
    else
        ctl_complain("'%s' is no time: write now, 2026-12-24 08:00, 2026-12-24, mån, \"mån 08:00\", 08:00 or +2h", typed);
    return false;
}

static bool read_times(struct addition *addition, const char *from, const char *to)
{
    const struct tz *tz = addition->config->plan.tz;
    struct shift_file *shift = &addition->shift;
    int64_t now_usec = config_dir_now(), minute_usec = now_usec - now_usec % USEC_PER_MIN;
    enum err err = roster_time_read(from, addition->roster, tz, minute_usec, minute_usec, TZ_BEGIN, &shift->from_usec);
    if (err)
        return complain_time(err, from);
    err = roster_time_read(to, addition->roster, tz, minute_usec, shift->from_usec, TZ_END, &shift->to_usec);
    if (err)
        return complain_time(err, to);
    if (shift->to_usec <= shift->from_usec) {
        ctl_complain("a shift from %s to %s ends before it begins", from, to);
        return false;
    }
    if (shift->to_usec <= now_usec) {
        ctl_complain("a shift from %s to %s is over already", from, to);
        return false;
    }
    if (shift->to_usec - shift->from_usec > 3 * USEC_PER_YEAR || shift->from_usec - now_usec > 50 * USEC_PER_YEAR) {
        ctl_complain("a shift lasts at most three years, and begins within fifty");
        return false;
    }
    shift->written_usec = now_usec;
    return true;
}

static bool read_as(const struct args *args, bool *ret_backup)
{
    const char *as = args_value(args, "as");
    *ret_backup = as && strcmp(as, "backup") == 0;
    if (!as || *ret_backup || strcmp(as, "primary") == 0)
        return true;
    ctl_complain("--as takes backup, or primary");
    return false;
}

static bool read_backup(struct addition *addition)
{
    const char *typed = args_value(addition->args, "backup");
    struct shift_file *shift = &addition->shift;
    shift->no_backup = typed && strcmp(typed, "-") == 0;
    if (!typed || (shift->no_backup && !shift->as_backup))
        return true;
    if (shift->as_backup) {
        ctl_complain("--backup is for who takes over as primary");
        return false;
    }
    shift->backup = config_dir_person(addition->config, typed);
    if (shift->backup != shift->person)
        return shift->backup != NULL;
    ctl_complain("%s cannot be their own backup", shift->person->name);
    return false;
}

/* EXIT_DONE: go on. */
static int read_operands(struct addition *addition, const struct shift_operands *operands)
{
    int code = config_dir_load(addition->directory, &addition->config);
    if (code != EXIT_DONE)
        return code;
    addition->roster = config_dir_role(addition->config, operands->role);
    addition->shift.person = addition->roster ? config_dir_person(addition->config, operands->person) : NULL;
    if (!addition->shift.person)
        return EXIT_REFUSED;
    addition->shift.login = roster_change_login();
    addition->shift.why = args_value(addition->args, "why");
    if (!read_as(addition->args, &addition->shift.as_backup))
        return EXIT_USAGE;
    if (!read_backup(addition))
        return EXIT_REFUSED;
    return read_times(addition, buf_text(&operands->from), buf_text(&operands->to)) ? EXIT_DONE : EXIT_USAGE;
}

/* ---- what it would change ---- */

static bool name_it(struct addition *addition)
{
    CLEANUP_BUF struct buf path = {0};
    char **taken = NULL;
    size_t n = 0;
    const struct tz *tz = addition->config->plan.tz;
    buf_printf(&path, "%s/rosters/%s.d", addition->directory, addition->roster->role);
    enum err err = slurp_names(buf_text(&path), ".ini", &taken, &n);
    if (err && err != ERR_NOT_FOUND) {
        ctl_complain("cannot look at %s: %s", buf_text(&path), err_text(err));
        return false;
    }
    buf_clear(&addition->name);
    buf_clear(&addition->text);
    shift_file_add_name(&addition->name, &addition->shift, tz, (const char *const *)taken, n);
    shift_file_add_text(&addition->text, &addition->shift, tz);
    slurp_names_free(taken, n);
    return true;
}

/* EXIT_DONE: the change is what it would be, and has no errors. */
static int draft(struct addition *addition, struct roster_change *change)
{
    CLEANUP_BUF struct buf file = {0};
    *change = (struct roster_change){.directory = addition->directory, .role = addition->roster->role};
    if (!name_it(addition) || !roster_change_stage(change))
        return EXIT_REFUSED;
    buf_printf(&file, "rosters/%s.d/%s.ini", addition->roster->role, buf_text(&addition->name));
    if (!staging_write(change->staging, buf_text(&file), buf_text(&addition->text), addition->text.len))
        return EXIT_REFUSED;
    int code = roster_change_compare(change, addition->shift.from_usec);
    if (code != EXIT_DONE)
        return code;
    if (change->after)
        return EXIT_DONE;
    config_dir_print_problems(stderr, change->problems, PROBLEM_ERROR);
    ctl_complain("nothing was written");
    return EXIT_REFUSED;
}

/* ---- whether the person then holds the duty ---- */

static bool is_held(const struct addition *addition, const struct on_call *on_call)
{
    const char *id = addition->shift.person->id;
    if (!addition->shift.as_backup)
        return on_call->primary && strcmp(on_call->primary->id, id) == 0;
    for (size_t i = 0; i < on_call->n_backups; i++)
        if (strcmp(on_call->backups[i]->id, id) == 0)
            return true;
    return false;
}

/* Among drop-ins the one that begins later counts: shifts are ordered so. */
static const struct duty_shift *winner(const struct roster *roster, int64_t at_usec)
{
    const struct duty_shift *found = NULL;
    for (size_t i = 0; i < roster->n_shifts && roster->shifts[i].from_usec <= at_usec; i++)
        if (roster->shifts[i].drop_in && roster->shifts[i].to_usec > at_usec)
            found = &roster->shifts[i];
    return found;
}

static void tell_not_held(const struct addition *addition, const struct roster *roster, const struct tz *tz,
                          const struct duty_stretch *stretch)
{
    const struct shift_file *shift = &addition->shift;
    enum language language = addition->config->plan.language;
    int64_t from = stretch->from_usec > shift->from_usec ? stretch->from_usec : shift->from_usec;
    int64_t until = stretch->until_usec < shift->to_usec ? stretch->until_usec : shift->to_usec;
    const struct duty_shift *other = winner(roster, from);
    CLEANUP_BUF struct buf span = {0};
    CLEANUP_BUF struct buf who = {0};
    roster_words_add_span(&span, tz, from, until, language, roster_words_year(tz, config_dir_now()));
    roster_words_add_on_call(&who, &stretch->on_call, language);
    bool ours = !other || strstr(other->origin.file, buf_text(&addition->name));
    if (!ours)
        ctl_complain("but not %s: then it is %s, by the later shift in %s", buf_text(&span), buf_text(&who), other->origin.file);
    else if (!roster_in_hours(roster, tz, from))
        ctl_complain("but not %s: that is outside the hours of %s; then it is %s", buf_text(&span), roster->role, buf_text(&who));
    else
        ctl_complain("but not %s: then it is %s", buf_text(&span), buf_text(&who));
}

/* Tells every stretch of the shift in which somebody else has it all the same. Returns whether the person has it at all. */
static bool tell_where_not_held(const struct addition *addition, const struct roster_change *change)
{
    const struct plan *plan = &change->after->plan;
    const struct roster *roster = plan_roster(plan, addition->roster->role);
    CLEANUP_DUTY_LIST struct duty_list list = {0};
    bool any = false;
    duty_list_build(&list, roster, plan->tz, addition->shift.from_usec, addition->shift.to_usec);
    for (size_t i = 0; i < list.n; i++)
        any = any || is_held(addition, &list.items[i].on_call);
    for (size_t i = 0; i < list.n; i++)
        if (!is_held(addition, &list.items[i].on_call))
            tell_not_held(addition, roster, plan->tz, &list.items[i]);
    return any;
}

/* ---- doing it ---- */

static bool install(const struct addition *addition, struct roster_files *files)
{
    CLEANUP_BUF struct buf own = {0};
    CLEANUP_BUF struct buf name = {0};
    struct stat like;
    buf_printf(&own, "%s.ini", addition->roster->role);
    buf_printf(&name, "%s.ini", buf_text(&addition->name));
    return roster_files_stat(files, buf_text(&own), &like) &&
           roster_files_add_drop_in(files, addition->roster->role, buf_text(&name), &addition->text, &like);
}

/* What was asked about may have changed while somebody thought about it: then nothing is written. */
static int write_it(struct addition *addition, const struct roster_change *shown)
{
    CLEANUP(roster_files_close) struct roster_files *files = roster_files_open(addition->directory);
    CLEANUP_CHANGE struct roster_change again = {0};
    if (!files || !roster_files_may_write(files) || !roster_files_lock(files))
        return EXIT_REFUSED;
    int code = draft(addition, &again);
    if (code != EXIT_DONE)
        return code;
    if (strcmp(buf_text(&again.words), buf_text(&shown->words)) != 0) {
        ctl_complain("somebody changed the roster meanwhile; nothing was written. Ask again");
        return EXIT_REFUSED;
    }
    return install(addition, files) ? EXIT_DONE : EXIT_REFUSED;
}

static void tell_done(const struct addition *addition, const struct roster_change *change, bool written, bool in_force)
{
    const char *role = addition->roster->role, *id = buf_text(&addition->name);
    if (addition->ctl->json) {
        roster_change_print_json(change, id, written, in_force);
        return;
    }
    if (!written)
        puts("Nothing was written.");
    else
        printf("%s: rosters/%s.d/%s.ini\nUndo: bereddctl roster shift remove %s %s\n", in_force ? "In force" : "Written", role,
               id, role, id);
}

/* EXIT_DONE and *ret_go: go on and write it. */
static int show_and_ask(const struct addition *addition, const struct roster_change *change, bool *ret_go)
{
    const struct args *args = addition->args;
    if (!addition->ctl->json)
        roster_change_print_words(change, stdout);
    roster_change_print_new_warnings(change, stderr);
    bool held = tell_where_not_held(addition, change);
    *ret_go = false;
    if (!held) {
        ctl_complain("it would have no effect; nothing was written");
        return EXIT_REFUSED;
    }
    if (change->words.len == 0 || args_flag(args, "dry-run"))
        return EXIT_DONE;
    *ret_go = args_flag(args, "yes") || !roster_change_can_ask() || roster_change_agreed("Write this? [j/n]");
    return EXIT_DONE;
}

static int add(struct addition *addition, const struct shift_operands *operands)
{
    CLEANUP_CHANGE struct roster_change change = {0};
    bool go = false, in_force = false;
    int code = read_operands(addition, operands);
    if (code == EXIT_DONE)
        code = draft(addition, &change);
    if (code == EXIT_DONE)
        code = show_and_ask(addition, &change, &go);
    if (code != EXIT_DONE)
        return code;
    if (!go) {
        tell_done(addition, &change, false, false);
        return EXIT_DONE;
    }
    code = write_it(addition, &change);
    if (code != EXIT_DONE)
        return code;
    code = roster_change_settle(addition->ctl, addition->args, addition->config, &in_force);
    tell_done(addition, &change, true, in_force);
    return code;
}

int command_roster_shift_add(struct ctl *ctl, const struct args *args)
{
    struct shift_operands operands = {0};
    struct addition addition = {.ctl = ctl, .args = args, .directory = config_dir_of(args)};
    int code = EXIT_USAGE;
    if (shift_operands_read(&operands, args))
        code = add(&addition, &operands);
    else
        ctl_complain("too few or too many arguments: bereddctl roster shift add ROLE FROM TO PERSON; put a time with a space in "
                     "it in quotes");
    shift_operands_done(&operands);
    addition_done(&addition);
    return code;
}

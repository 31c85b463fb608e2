/* roster shift list and remove. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "config/slurp.h"
#include "ctl/config_dir.h"
#include "ctl/ctl.h"
#include "ctl/print.h"
#include "ctl/roster_change.h"
#include "ctl/roster_files.h"
#include "ctl/table.h"
#include "roster/roster_words.h"
#include "roster/shift_file.h"

const struct args_option command_roster_shift_list_options[] = {
    {"all", 'a', NULL, "those that are over, too"},
    CONFIG_DIR_OPTION,
    {NULL, 0, NULL, NULL},
};
const struct args_option command_roster_shift_remove_options[] = {
    {"dry-run", 'n', NULL, "only show what it would change"},
    {"yes", 'y', NULL, "do not ask"},
    CONFIG_DIR_OPTION,
    {NULL, 0, NULL, NULL},
};

/* ---- list ---- */

struct listed {              /* one shift, as it is told */
    const struct roster *roster;
    const struct duty_shift *shift;
    struct buf id;           /* empty: it stands in the roster's own file */
    struct buf by, at, why;
};

static void listed_done(struct listed *listed)
{
    buf_done(&listed->id);
    buf_done(&listed->by);
    buf_done(&listed->at);
    buf_done(&listed->why);
}

/* The name of a drop-in without directory and ".ini". */
static void add_id(struct buf *buf, const char *file)
{
    const char *slash = strrchr(file, '/'), *name = slash ? slash + 1 : file;
    size_t len = strlen(name), suffix = strlen(".ini");
    buf_add(buf, name, len > suffix ? len - suffix : len);
}

static void read_listed(struct listed *listed, const struct config *config, const struct roster *roster,
                        const struct duty_shift *shift)
{
    CLEANUP_BUF struct buf path = {0};
    CLEANUP_BUF struct buf text = {0};
    *listed = (struct listed){.roster = roster, .shift = shift};
    if (!shift->drop_in)
        return;
    add_id(&listed->id, shift->origin.file);
    buf_printf(&path, "%s/%s", config->directory, shift->origin.file);
    if (slurp_file(buf_text(&path), SLURP_MAX_BYTES, &text, NULL) != ERR_OK)
        return;
    shift_file_add_comment(&listed->by, buf_text(&text), "by");
    shift_file_add_comment(&listed->at, buf_text(&text), "at");
    shift_file_add_comment(&listed->why, buf_text(&text), "why");
}

static void add_who(struct buf *buf, const struct duty *duty)
{
    buf_add_text(buf, duty->primary ? duty->primary->name : "*");
    for (size_t i = 0; i < duty->n_backups; i++)
        buf_printf(buf, ", %s", duty->backups[i]->name);
    if (!duty->keep_backups && duty->n_backups == 0)
        buf_add_text(buf, ", -");
}

static void list_row(struct table *table, const struct config *config, const struct listed *listed)
{
    const struct duty_shift *shift = listed->shift;
    CLEANUP_BUF struct buf span = {0};
    CLEANUP_BUF struct buf who = {0};
    CLEANUP_BUF struct buf note = {0};
    roster_words_add_span(&span, config->plan.tz, shift->from_usec, shift->to_usec, config->plan.language,
                          roster_words_year(config->plan.tz, config->loaded_at_usec));
    add_who(&who, &shift->duty);
    buf_printf(&note, "%s%s%s%s%s", buf_text(&listed->by), listed->at.len ? " " : "", buf_text(&listed->at),
               listed->why.len ? ": " : "", buf_text(&listed->why));
    table_row(table);
    table_styled(table, STYLE_BOLD, listed->roster->role);
    table_cell(table, buf_text(&span));
    table_cell(table, buf_text(&who));
    if (listed->id.len)
        table_cell(table, buf_text(&listed->id));
    else
        table_printf(table, STYLE_DIM, "(%s:%d)", shift->origin.file, shift->origin.line);
    table_cell(table, buf_text(&note));
}

static json_t *text_or_null(const struct buf *buf)
{
    return buf->len ? json_string(buf_text(buf)) : json_null();
}

static json_t *list_object(const struct listed *listed)
{
    const struct duty_shift *shift = listed->shift;
    CLEANUP_BUF struct buf from = {0};
    CLEANUP_BUF struct buf until = {0};
    json_t *backups = json_array();
    text_add_rfc3339(&from, shift->from_usec);
    text_add_rfc3339(&until, shift->to_usec);
    for (size_t i = 0; i < shift->duty.n_backups; i++)
        json_array_append_new(backups, json_string(shift->duty.backups[i]->id));
    return json_pack("{ss,so,ss,ss,ss?,so,sb,ss,si,so,so,so}", "role", listed->roster->role, "id", text_or_null(&listed->id),
                     "from", buf_text(&from), "until", buf_text(&until), "primary",
                     shift->duty.primary ? shift->duty.primary->id : NULL, "backups", backups, "keep_backups",
                     shift->duty.keep_backups, "file", shift->origin.file, "line", shift->origin.line, "by",
                     text_or_null(&listed->by), "at", text_or_null(&listed->at), "why", text_or_null(&listed->why));
}

static void list_roster(const struct config *config, const struct roster *roster, bool all, struct table *table,
                        json_t *objects)
{
    for (size_t i = 0; i < roster->n_shifts; i++) {
        struct listed listed;
        if (!all && roster->shifts[i].to_usec <= config->loaded_at_usec)
            continue;
        read_listed(&listed, config, roster, &roster->shifts[i]);
        list_row(table, config, &listed);
        json_array_append_new(objects, list_object(&listed));
        listed_done(&listed);
    }
}

static void print_list(const struct ctl *ctl, const struct table *table, json_t *objects)
{
    if (ctl->json) {
        CLEANUP_BUF struct buf text = {0};
        CLEANUP_FREE char *dumped = json_dumps(objects, JSON_COMPACT);
        buf_printf(&text, "{\"shifts\":%s}", dumped);
        print_json(&text);
    } else if (table->n_rows == 0) {
        puts("No shifts.");
    } else {
        table_print(table, stdout, "");
    }
}

int command_roster_shift_list(struct ctl *ctl, const struct args *args)
{
    CLEANUP(config_free) struct config *config = NULL;
    CLEANUP_TABLE struct table table = {0};
    const struct roster *only = NULL;
    int code = config_dir_load(config_dir_of(args), &config);
    if (code != EXIT_DONE)
        return code;
    if (args->n_operands && !(only = config_dir_role(config, args->operands[0])))
        return EXIT_REFUSED;
    json_t *objects = json_array();
    for (size_t i = 0; i < config->plan.n_rosters; i++)
        if (!only || only == &config->plan.rosters[i])
            list_roster(config, &config->plan.rosters[i], args_flag(args, "all"), &table, objects);
    print_list(ctl, &table, objects);
    json_decref(objects);
    return EXIT_DONE;
}

/* ---- remove ---- */

struct removal {
    struct ctl *ctl;
    const struct args *args;
    const char *directory;
    struct buf role, id, file;   /* file: "ID.ini" */
};

static void removal_done(struct removal *removal)
{
    buf_done(&removal->role);
    buf_done(&removal->id);
    buf_done(&removal->file);
}

/* By the files alone: a drop-in that is in the way of the whole configuration can be removed, too. */
static bool find_file(struct removal *removal, const char *role, const char *typed)
{
    CLEANUP_BUF struct buf path = {0};
    size_t len = strlen(typed), suffix = strlen(".ini");
    if (len > suffix && strcmp(typed + len - suffix, ".ini") == 0)
        len -= suffix;
    buf_add(&removal->id, typed, len);
    const char *bad = shift_file_bad_name(buf_text(&removal->id));
    if (bad) {
        ctl_complain("no shift is called '%s': the name %s", typed, bad);
        return false;
    }
    if (!roster_change_find_role(removal->directory, role, &removal->role))
        return false;
    char **names = NULL;
    size_t n = 0;
    bool found = false;
    buf_printf(&path, "%s/rosters/%s.d", removal->directory, buf_text(&removal->role));
    if (slurp_names(buf_text(&path), ".ini", &names, &n) != ERR_OK)
        n = 0;
    for (size_t i = 0; i < n; i++)
        found = found || strcmp(names[i], buf_text(&removal->id)) == 0;
    const char *near = found ? NULL : text_nearest(buf_text(&removal->id), (const char *const *)names, n);
    if (near)
        ctl_complain("%s has no shift '%s'; did you mean '%s'?", buf_text(&removal->role), buf_text(&removal->id), near);
    else if (!found)
        ctl_complain("%s has no shift '%s'; see: bereddctl roster shift list %s", buf_text(&removal->role),
                     buf_text(&removal->id), buf_text(&removal->role));
    slurp_names_free(names, n);
    buf_printf(&removal->file, "%s.ini", buf_text(&removal->id));
    return found;
}

/* A file that somebody wrote by hand may have more in it than was meant to go. */
static bool is_one_shift(const struct removal *removal, const struct config *config)
{
    const struct roster *roster = config ? plan_roster(&config->plan, buf_text(&removal->role)) : NULL;
    size_t n = 0;
    for (size_t i = 0; roster && i < roster->n_shifts; i++) {
        const char *slash = strrchr(roster->shifts[i].origin.file, '/');
        n += roster->shifts[i].drop_in && slash && strcmp(slash + 1, buf_text(&removal->file)) == 0;
    }
    if (n > 1)
        ctl_complain("rosters/%s.d/%s has %zu shifts in it: edit it by hand", buf_text(&removal->role), buf_text(&removal->file),
                     n);
    return n <= 1;
}

/* EXIT_DONE: the change is what it would be. */
static int draft(const struct removal *removal, struct roster_change *change)
{
    CLEANUP_BUF struct buf file = {0};
    *change = (struct roster_change){.directory = removal->directory, .role = buf_text(&removal->role)};
    buf_printf(&file, "rosters/%s.d/%s", buf_text(&removal->role), buf_text(&removal->file));
    if (!roster_change_stage(change) || !staging_remove(change->staging, buf_text(&file)))
        return EXIT_REFUSED;
    int code = roster_change_compare(change, INT64_MAX);
    if (code != EXIT_DONE)
        return code;
    if (!is_one_shift(removal, change->before))
        return EXIT_REFUSED;
    if (change->after || !change->before)
        return EXIT_DONE;
    config_dir_print_problems(stderr, change->problems, PROBLEM_ERROR);
    ctl_complain("nothing was removed");
    return EXIT_REFUSED;
}

static int remove_it(const struct removal *removal, const struct roster_change *shown)
{
    CLEANUP(roster_files_close) struct roster_files *files = roster_files_open(removal->directory);
    CLEANUP_CHANGE struct roster_change again = {0};
    if (!files || !roster_files_may_write(files) || !roster_files_lock(files))
        return EXIT_REFUSED;
    int code = draft(removal, &again);
    if (code != EXIT_DONE)
        return code;
    if (strcmp(buf_text(&again.words), buf_text(&shown->words)) != 0) {
        ctl_complain("somebody changed the roster meanwhile; nothing was removed. Ask again");
        return EXIT_REFUSED;
    }
    return roster_files_remove_drop_in(files, buf_text(&removal->role), buf_text(&removal->file)) ? EXIT_DONE : EXIT_REFUSED;
}

static void tell_done(const struct removal *removal, const struct roster_change *change, bool removed, bool in_force)
{
    if (removal->ctl->json)
        roster_change_print_json(change, buf_text(&removal->id), removed, in_force);
    else
        puts(!removed ? "Nothing was removed." : in_force ? "Removed, and in force." : "Removed.");
}

static int remove_shift(struct removal *removal)
{
    CLEANUP_CHANGE struct roster_change change = {0};
    const struct args *args = removal->args;
    int code = draft(removal, &change);
    if (code != EXIT_DONE)
        return code;
    if (!removal->ctl->json)
        roster_change_print_words(&change, stdout);
    roster_change_print_new_warnings(&change, stderr);
    bool ask = !args_flag(args, "yes") && roster_change_can_ask(), in_force = false;
    if (args_flag(args, "dry-run") || (ask && !roster_change_agreed("Remove it? [j/n]"))) {
        tell_done(removal, &change, false, false);
        return EXIT_DONE;
    }
    code = remove_it(removal, &change);
    if (code != EXIT_DONE)
        return code;
    code = roster_change_settle(removal->ctl, args, change.after, &in_force);
    tell_done(removal, &change, true, in_force);
    return code;
}

int command_roster_shift_remove(struct ctl *ctl, const struct args *args)
{
    struct removal removal = {.ctl = ctl, .args = args, .directory = config_dir_of(args)};
    int code = find_file(&removal, args->operands[0], args->operands[1]) ? remove_shift(&removal) : EXIT_REFUSED;
    removal_done(&removal);
    return code;
}

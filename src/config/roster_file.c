#include "config/value.h"

#include "base/buf.h"
#include "base/text.h"
#include "config/duties.h"
#include "config/hours.h"
#include "config/ladder.h"
#include "config/slurp.h"

enum { MAX_ROSTERS = 500 };

static const struct doc_key roster_keys[] = {
    { "role", DOC_ONCE },
    { "title", DOC_ONCE },
    { "handover", DOC_ONCE },
    { "call", DOC_ONCE },
    { "week-starts", DOC_ONCE },
    { "handover-holiday", DOC_ONCE },
    { "owner", DOC_ONCE },
    { "gap-warning", DOC_ONCE },
    { "announce", DOC_LONG },
    { "hours", DOC_LONG },
    { "otherwise", DOC_ONCE },
    { "drill-overdue", DOC_ONCE },
};
static const struct doc_key rotation_keys[] = { { "start", DOC_ONCE }, { "order", DOC_LONG }, { "backups", DOC_ONCE } };
static const struct doc_key shift_keys[] = { { "shift", DOC_REPEAT | DOC_LONG } };
static const struct doc_key ladder_keys[] = { LADDER_KEYS };
static const struct doc_key drill_keys[] = { { "deadline", DOC_ONCE }, { "escalate", DOC_ONCE }, { "yield", DOC_ONCE } };

static const struct doc_kind kinds[] = {
    { .name = "roster", .keys = roster_keys, .n_keys = N_ELEMENTS(roster_keys) },
    { .name = "rotation", .keys = rotation_keys, .n_keys = N_ELEMENTS(rotation_keys) },
    { .name = "weeks", .free_keys = true, .free_flags = DOC_LONG },
    { .name = "shifts", .keys = shift_keys, .n_keys = N_ELEMENTS(shift_keys) },
    { .name = "ladder", .named = DOC_NAME_OPTIONAL, .keys = ladder_keys, .n_keys = N_ELEMENTS(ladder_keys) },
    { .name = "drill", .keys = drill_keys, .n_keys = N_ELEMENTS(drill_keys) },
};
static const struct doc_kind drop_in_kinds[] = {
    { .name = "shifts", .keys = shift_keys, .n_keys = N_ELEMENTS(shift_keys) },
};

/* ---- [roster] ---- */

static void load_handover(const struct scope *scope, struct roster *roster)
{
    const struct doc_entry *entry = doc_entry(scope->section, "handover");
    roster->handover_weekday = 0;
    roster->handover_minute = 12 * 60;
    if (entry && entry->value.text[0] &&
        !parse_weekday_time(entry->value.text, &roster->handover_weekday, &roster->handover_minute))
        load_error(scope->load, scope_origin(scope, entry), "'%s' is no weekday and time; write it as Mon 12:00, or mån 12:00",
                   entry->value.text);
}

static void load_owner(const struct scope *scope, struct roster *roster)
{
    const struct doc_entry *entry = doc_entry(scope->section, "owner");
    if (!entry || !entry->value.text[0])
        return;
    roster->owner = load_person(scope->load, scope_origin(scope, entry), entry->value.text);
    for (size_t i = 0; roster->owner && i < roster->owner->n_contacts; i++)
        if (roster->owner->contacts[i].channel == CHANNEL_EMAIL)
            return;
    if (roster->owner)
        load_warning(scope->load, scope_origin(scope, entry),
                     "'%s' has no e-mail address in people.ini: nobody is told of holes ahead", entry->value.text);
}

static void load_notices(const struct scope *scope, struct roster *roster)
{
    roster->gap_warning_usec = value_duration(scope, "gap-warning", 14 * USEC_PER_DAY, 0, 366 * USEC_PER_DAY);
    roster->announce = value_channels(scope, "announce", 0);
    roster->drill_overdue_usec = value_duration(scope, "drill-overdue", 0, 0, 366 * USEC_PER_DAY);
}

static void check_role(const struct scope *scope, const struct roster *roster)
{
    const struct doc_entry *entry = doc_entry(scope->section, "role");
    if (entry && entry->value.text[0] && strcmp(entry->value.text, roster->role) != 0)
        load_error(scope->load, scope_origin(scope, entry), "role = %s stands in %s; a roster's file has its role's name",
                   entry->value.text, scope->doc->file);
    if (!scope->section)
        load_warning(scope->load, roster->origin,
                     "no [roster]: the role is '%s', called always, with handover on Mondays at 12:00", roster->role);
}

static void load_roster_section(struct load *load, const struct doc *doc, struct roster *roster)
{
    static const char *const calls[] = { "always", "on-request" };
    static const char *const starts[] = { "in", "before" };
    static const char *const holidays[] = { "same", "next-workday" };
    struct scope scope = { .load = load, .doc = doc, .section = doc_section(doc, "roster", NULL) };
    roster->origin = scope_section_origin(&scope);
    check_role(&scope, roster);
    roster->title = value_text(&scope, "title", roster->role);
    roster->on_request = value_choice(&scope, "call", calls, N_ELEMENTS(calls), 0) == 1;
    roster->week_starts_before = value_choice(&scope, "week-starts", starts, N_ELEMENTS(starts), 0) == 1;
    roster->handover_next_workday = value_choice(&scope, "handover-holiday", holidays, N_ELEMENTS(holidays), 0) == 1;
    load_handover(&scope, roster);
    load_owner(&scope, roster);
    load_notices(&scope, roster);
    hours_load(&scope, roster);
    scope.section = doc_section(doc, "drill", NULL);
    roster->drill_deadline_usec = value_duration(&scope, "deadline", 30 * USEC_PER_MIN, USEC_PER_SEC, 7 * USEC_PER_DAY);
    roster->drill_escalate = value_bool(&scope, "escalate", true);
    roster->drill_yield = value_bool(&scope, "yield", true);
}

/* ---- files ---- */

static const char *roster_path(struct load *load, const char *role, const char *rest)
{
    CLEANUP_BUF struct buf path = { 0 };
    buf_printf(&path, "rosters/%s%s", role, rest);
    return arena_strdup(load->arena, buf_text(&path));
}

/* Whether it does so rightly is another matter. */
static bool names_somebody(const struct doc *doc)
{
    static const char *const kinds_of_duty[] = { "weeks", "shifts", "rotation" };
    for (size_t i = 0; i < N_ELEMENTS(kinds_of_duty); i++) {
        const struct doc_section *section = doc_section(doc, kinds_of_duty[i], NULL);
        if (section && section->entries)
            return true;
    }
    return false;
}

/* An editor or a copy empties a file before it fills it. Taken as it is then, it would be a role that nobody holds. */
static bool is_whole(struct load *load, const struct doc *doc, const char *file)
{
    if (doc->sections)
        return true;
    problems_add(load->problems, PROBLEM_ERROR, file, 0,
                 "nothing stands in it: it may be half written; remove the file if it is not needed");
    return false;
}

/* False: a drop-in could not be read. */
static bool load_shifts(struct load *load, const struct doc *own, struct roster *roster)
{
    struct names drop_ins;
    const char *directory = roster_path(load, roster->role, ".d");
    load_names(load, directory, &drop_ins);
    const struct doc **docs = arena_alloc(load->arena, (drop_ins.n + 1) * sizeof *docs);
    size_t n = 0;
    docs[n++] = own;
    bool held = names_somebody(own);
    for (size_t i = 0; i < drop_ins.n; i++) {
        CLEANUP_BUF struct buf file = { 0 };
        buf_printf(&file, "%s/%s.ini", directory, drop_ins.list[i]);
        const struct doc *doc = load_document(load, buf_text(&file), true, drop_in_kinds, N_ELEMENTS(drop_in_kinds), NULL);
        if (doc && is_whole(load, doc, buf_text(&file)))
            docs[n++] = doc;
        held = held || !doc || names_somebody(doc);
    }
    duties_load_shifts(load, docs, n, roster);
    if (!held)
        load_warning(load, roster->origin, "nobody ever holds '%s': no [weeks], [shifts] or [rotation]", roster->role);
    return n == drop_ins.n + 1 && !drop_ins.incomplete;
}

/* False: a file of it could not be read. */
static bool read_roster(struct load *load, struct roster *roster)
{
    const char *file = roster_path(load, roster->role, ".ini");
    bool unreadable = false;
    roster->origin = (struct origin){ .file = file };
    roster->title = roster->role;
    const struct doc *doc = load_document(load, file, true, kinds, N_ELEMENTS(kinds), &unreadable);
    if (!doc || !is_whole(load, doc, file))
        return false;
    load_roster_section(load, doc, roster);
    duties_load_weeks(load, doc, roster);
    duties_load_rotation(load, doc, roster);
    bool whole = load_shifts(load, doc, roster);
    ladder_load(load, doc, roster);
    return whole;
}

/* ROLE.d without ROLE.ini: shifts that nobody would ever hold. */
static void check_orphans(struct load *load)
{
    char **names = NULL;
    size_t n = 0;
    if (slurp_names(load_path(load, "rosters"), ".d", &names, &n) != ERR_OK)
        return;
    for (size_t i = 0; i < n; i++) {
        if (!plan_roster(&load->config->plan, names[i]))
            load_unknown(load, (struct origin){ .file = roster_path(load, names[i], ".d") }, "role", names[i], &load->roles);
    }
    slurp_names_free(names, n);
}

void rosters_load(struct load *load)
{
    load_names(load, "rosters", &load->roles);
    if (load->roles.n > MAX_ROSTERS) {
        problems_add(load->problems, PROBLEM_ERROR, "rosters", 0, "more than %d rosters", MAX_ROSTERS);
        return;
    }
    struct roster *rosters = arena_alloc(load->arena, (load->roles.n + 1) * sizeof *rosters);
    for (size_t i = 0; i < load->roles.n; i++)
        rosters[i].role = load->roles.list[i];
    load->roster_skipped = arena_alloc(load->arena, load->roles.n + 1);
    /* In the plan before they are read: a ladder may name another role. */
    load->config->plan.rosters = rosters;
    load->config->plan.n_rosters = load->roles.n;
    for (size_t i = 0; i < load->roles.n; i++)
        load->roster_skipped[i] = !read_roster(load, &rosters[i]);
    hours_check_rings(load);
    check_orphans(load);
    if (load->roles.n == 0 && !load->roles.incomplete)
        problems_add(load->problems, PROBLEM_ERROR, "rosters", 0,
                     "there is no roster: a trigger would call nobody; write rosters/TIB.ini");
}

/* [drill NAME] of beredd.ini: drills that begin by themselves. */
#include "base/buf.h"
#include "base/text.h"
#include "config/value.h"
#include "engine/drill.h"

enum { MAX_SCHEDULES = 100, MAX_SCENARIO_BYTES = 1024, MAX_MINUTE = 24 * 60 };

/* ---- when ---- */

static bool take_word(const char **at, char *ret, size_t size)
{
    size_t len = strcspn(*at, " \t");
    if (len == 0 || len >= size)
        return false;
    memcpy(ret, *at, len);
    ret[len] = '\0';
    *at = parse_skip_blanks(*at + len);
    return true;
}

static bool parse_ordinal(const char *word, int *ret_nth)
{
    static const struct { const char *word; int nth; } ordinals[] = {
        { "first", 1 }, { "second", 2 }, { "third", 3 }, { "fourth", 4 }, { "fifth", 5 }, { "last", -1 },
        { "första", 1 }, { "andra", 2 }, { "tredje", 3 }, { "fjärde", 4 }, { "femte", 5 }, { "sista", -1 },
    };
    for (size_t i = 0; i < N_ELEMENTS(ordinals); i++) {
        if (text_equal_fold(word, ordinals[i].word)) {
            *ret_nth = ordinals[i].nth;
            return true;
        }
    }
    return false;
}

/* first Wed of month 10:00; första ons i månaden 10:00 */
static bool parse_monthly(const char *text, struct schedule *ret)
{
    char ordinal[16], weekday[24], of[8], month[16];
    if (!take_word(&text, ordinal, sizeof ordinal) || !take_word(&text, weekday, sizeof weekday) ||
        !take_word(&text, of, sizeof of) || !take_word(&text, month, sizeof month))
        return false;
    bool english = text_equal_fold(of, "of") && text_equal_fold(month, "month");
    bool swedish = text_equal_fold(of, "i") && text_equal_fold(month, "månaden");
    ret->kind = SCHEDULE_MONTHLY;
    return (english || swedish) && parse_ordinal(ordinal, &ret->nth) && parse_weekday(weekday, strlen(weekday), &ret->weekday) &&
           parse_clock(&text, &ret->minute) && *text == '\0' && ret->minute < MAX_MINUTE;
}

static bool parse_when(const char *text, struct schedule *ret)
{
    const char *at = text;
    if (text_equal_fold(text, "handover")) {
        ret->kind = SCHEDULE_HANDOVER;
        return true;
    }
    if (parse_local_time(&at, &ret->date) && *at == '\0') {
        ret->kind = SCHEDULE_ONCE;
        return true;
    }
    if (parse_weekday_time(text, &ret->weekday, &ret->minute)) {
        ret->kind = SCHEDULE_WEEKLY;
        return true;
    }
    return parse_monthly(text, ret);
}

static void load_when(const struct scope *scope, struct schedule *schedule)
{
    static const char *const words[] = { "handover" };
    schedule->when = value_text(scope, "when", NULL);
    if (!schedule->when) {
        if (!doc_entry(scope->section, "when"))
            load_error(scope->load, schedule->origin, "[%s] has no 'when'; write it as first Wed of month 10:00",
                       scope->section->header);
        schedule->when = "";
        return;
    }
    if (parse_when(schedule->when, schedule))
        return;
    struct origin where = scope_origin(scope, doc_entry(scope->section, "when"));
    const char *near = text_nearest(schedule->when, words, N_ELEMENTS(words));
    if (near)
        load_error(scope->load, where, "when = '%s' is no time; did you mean '%s'?", schedule->when, near);
    else
        load_error(scope->load, where,
                   "when = '%s' is no time; write it as first Wed of month 10:00, Mon 10:00, 2026-12-02 10:00, or handover",
                   schedule->when);
    schedule->when = "";
}

/* 08:00-20:00 */
static void load_hours(const struct scope *scope, struct schedule *schedule)
{
    const char *text = value_text(scope, "hours", NULL), *at = text;
    schedule->from_minute = 8 * 60;
    schedule->to_minute = 20 * 60;
    if (!text)
        return;
    int from, to;
    bool good = parse_clock(&at, &from);
    at = parse_skip_blanks(at);
    good = good && *at++ == '-';
    at = good ? parse_skip_blanks(at) : at;
    if (good && parse_clock(&at, &to) && *at == '\0' && from != to && from < MAX_MINUTE) {
        schedule->from_minute = from;
        schedule->to_minute = to;
    } else {
        load_error(scope->load, scope_origin(scope, doc_entry(scope->section, "hours")),
                   "hours = '%s' is no time of the day; write it as 08:00-20:00", text);
    }
}

/* ---- whom ---- */

static void load_roles(const struct scope *scope, struct buf *targets, struct schedule *schedule)
{
    struct load *load = scope->load;
    const struct roster **roles = arena_alloc(load->arena, (load->config->plan.n_rosters + 1) * sizeof *roles);
    for (const struct doc_entry *entry = doc_entry(scope->section, "role"); entry; entry = doc_next_entry(entry, "role")) {
        struct origin where = scope_origin(scope, entry);
        struct value_list list;
        const char *item;
        value_list_begin(&list, entry);
        while ((item = value_list_next(&list, load, &where.line)) != NULL && !problems_full(load->problems)) {
            const struct roster *roster = load_roster(load, where, item);
            if (roster && drill_lists(buf_text(targets), "role", item))
                load_warning(load, where, "'%s' is named twice", item);
            else if (roster)
                roles[schedule->n_roles++] = roster;
            if (roster)
                drill_add_name(targets, "role", item);
        }
    }
    schedule->roles = roles;
}

/* A name of one of two kinds, of which the first has the names that are listed. */
static void unknown_name(struct load *load, struct origin where, const char *what, const char *name, const struct names *some,
                         const struct names *others)
{
    struct names all = { .list = arena_alloc(load->arena, (some->n + others->n + 1) * sizeof *all.list),
                         .incomplete = some->incomplete || others->incomplete };
    for (size_t i = 0; i < some->n; i++)
        all.list[all.n++] = some->list[i];
    for (size_t i = 0; i < others->n; i++)
        all.list[all.n++] = others->list[i];
    load_unknown(load, where, what, name, &all);
}

/* anna.berg, krisledning; person:anna.berg and group:krisledning where both are called the same. */
static void add_to(struct load *load, struct origin where, const char *item, struct buf *targets)
{
    const struct plan *plan = &load->config->plan;
    const char *name = strncmp(item, "person:", 7) == 0 ? item + 7 : strncmp(item, "group:", 6) == 0 ? item + 6 : item;
    bool person = name != item + 6 && plan_person(plan, name), group = name != item + 7 && plan_group(plan, name);
    if (person || group)
        drill_add_name(targets, person ? "person" : "group", name);
    else
        unknown_name(load, where, "person or group", item, &load->persons, &load->groups);
}

static void add_without(struct load *load, struct origin where, const char *item, struct buf *without)
{
    const struct plan *plan = &load->config->plan;
    for (size_t i = 0; i < load->gateways.n; i++) {
        if (strcmp(load->gateways.list[i], item) == 0) {
            drill_add_name(without, "gateway", item);
            return;
        }
    }
    if (plan_person(plan, item))
        drill_add_name(without, "person", item);
    else
        unknown_name(load, where, "gateway or person", item, &load->gateways, &load->persons);
}

typedef void add_name(struct load *load, struct origin where, const char *item, struct buf *names);

static void load_names_of(const struct scope *scope, const char *key, add_name *add, struct buf *names)
{
    for (const struct doc_entry *entry = doc_entry(scope->section, key); entry; entry = doc_next_entry(entry, key)) {
        struct origin where = scope_origin(scope, entry);
        struct value_list list;
        const char *item;
        value_list_begin(&list, entry);
        while ((item = value_list_next(&list, scope->load, &where.line)) != NULL && !problems_full(scope->load->problems))
            add(scope->load, where, item, names);
    }
}

static void load_whom(const struct scope *scope, struct schedule *schedule)
{
    CLEANUP_BUF struct buf targets = { 0 }, without = { 0 };
    struct load *load = scope->load;
    const struct doc_entry *to = doc_entry(scope->section, "to");
    load_roles(scope, &targets, schedule);
    load_names_of(scope, "to", add_to, &targets);
    load_names_of(scope, "without", add_without, &without);
    schedule->targets = arena_strdup(load->arena, buf_text(&targets));
    schedule->without = without.len > 0 ? arena_strdup(load->arena, buf_text(&without)) : NULL;
    if (!to && !doc_entry(scope->section, "role"))
        load_error(load, schedule->origin, "[%s] says of nobody that it is for them; name a 'role', or somebody with 'to'",
                   scope->section->header);
    if (to && schedule->kind == SCHEDULE_HANDOVER)
        load_error(load, scope_origin(scope, to), "a drill at the handover is for whoever goes on duty: name the 'role' alone");
}

/* ---- the section ---- */

/* FNV-1a over all that it says: kept in the log, so it stays the same from version to version. */
static uint64_t hash_of(const struct schedule *schedule)
{
    CLEANUP_BUF struct buf text = { 0 };
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    buf_printf(&text, "%s\n%s\n%s\n%s\n%d-%d %lld %lld %d", schedule->when, schedule->targets,
               schedule->without ? schedule->without : "", schedule->summary, schedule->from_minute, schedule->to_minute,
               (long long)schedule->surprise_usec, (long long)schedule->limit_usec, schedule->wait_for_all);
    for (size_t i = 0; i < text.len; i++)
        hash = (hash ^ (uint8_t)text.data[i]) * UINT64_C(0x100000001b3);
    return hash ? hash : 1;
}

static void load_schedule(const struct scope *scope, struct schedule *schedule)
{
    struct load *load = scope->load;
    const char *why = load_bad_id(scope->section->name);
    schedule->name = scope->section->name;
    schedule->origin = scope_section_origin(scope);
    if (why)
        load_error(load, schedule->origin, "the name '%s' %s", schedule->name, why);
    load_when(scope, schedule);
    load_hours(scope, schedule);
    load_whom(scope, schedule);
    schedule->surprise_usec = value_duration(scope, "surprise", 0, 0, 31 * USEC_PER_DAY);
    schedule->limit_usec = value_duration(scope, "deadline", 0, USEC_PER_SEC, 7 * USEC_PER_DAY);
    schedule->wait_for_all = value_bool(scope, "wait-for-all", false);
    schedule->summary = value_text(scope, "scenario", drill_default_scenario(load->config->plan.language));
    if (strlen(schedule->summary) > MAX_SCENARIO_BYTES)
        load_error(load, scope_origin(scope, doc_entry(scope->section, "scenario")), "the scenario is longer than %d bytes",
                   MAX_SCENARIO_BYTES);
    schedule->definition = hash_of(schedule);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct schedule *)a)->name, ((const struct schedule *)b)->name);
}

void schedules_load(struct load *load)
{
    struct plan *plan = &load->config->plan;
    struct scope scope = { .load = load, .doc = load->beredd };
    struct schedule *schedules = arena_alloc(load->arena, MAX_SCHEDULES * sizeof *schedules);
    for (scope.section = load->beredd->sections; scope.section; scope.section = scope.section->next) {
        if (strcmp(scope.section->kind, "drill") != 0 || !scope.section->name)
            continue;
        if (plan->n_schedules == MAX_SCHEDULES) {
            load_error(load, scope_section_origin(&scope), "more than %d scheduled drills", MAX_SCHEDULES);
            break;
        }
        load_schedule(&scope, &schedules[plan->n_schedules++]);
    }
    if (plan->n_schedules > 0)
        qsort(schedules, plan->n_schedules, sizeof *schedules, by_name);
    plan->schedules = schedules;
}

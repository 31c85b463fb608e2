#include "config/hours.h"

#include "base/buf.h"
#include "base/text.h"
#include "config/ladder.h"
#include "engine/roster.h"

enum { MAX_WINDOWS = 32, WHOLE_DAY = 24 * 60, ALL_DAYS = (1 << 7) - 1 };

/* ---- hours: Mon-Fri 17:00-08:00, weekends, holidays ---- */

/* Mon, or Mon-Fri, or Fri-Mon, which goes over the week's end. */
static bool parse_days(const char *text, size_t len, unsigned *ret_days)
{
    const char *dash = memchr(text, '-', len);
    int first, last;
    if (!parse_weekday(text, dash ? (size_t)(dash - text) : len, &first))
        return false;
    last = first;
    if (dash && !parse_weekday(dash + 1, len - (size_t)(dash + 1 - text), &last))
        return false;
    *ret_days = 0;
    for (int day = first;; day = (day + 1) % 7) {
        *ret_days |= 1u << day;
        if (day == last)
            return true;
    }
}

/* 17:00-08:00, up to the end of the text. */
static bool parse_times(const char *at, struct duty_window *ret)
{
    if (!parse_clock(&at, &ret->from_minute))
        return false;
    at = parse_skip_blanks(at);
    if (*at++ != '-')
        return false;
    at = parse_skip_blanks(at);
    return parse_clock(&at, &ret->to_minute) && *at == '\0';
}

/* DAYS TIMES, DAYS alone, TIMES alone. */
static bool parse_window(const char *item, struct duty_window *ret)
{
    size_t len = strcspn(item, " \t");
    const char *rest = parse_skip_blanks(item + len);
    *ret = (struct duty_window){ .weekdays = ALL_DAYS, .to_minute = WHOLE_DAY };
    if (*item >= '0' && *item <= '9')
        return parse_times(item, ret);
    return parse_days(item, len, &ret->weekdays) && (!*rest || parse_times(rest, ret));
}

static void bad_hours(struct load *load, struct origin where, const char *item)
{
    static const char *const words[] = { "weekends", "holidays" };
    const char *near = text_nearest(item, words, N_ELEMENTS(words));
    if (near)
        load_error(load, where, "'%s' is no hours; did you mean '%s'?", item, near);
    else
        load_error(load, where, "'%s' is no hours; write them as Mon-Fri 17:00-08:00, weekends, holidays", item);
}

static void add_hours(struct load *load, struct origin where, const char *item, struct duty_hours *hours,
                      struct duty_window *windows)
{
    if (strcmp(item, "weekends") == 0) {
        hours->weekends = true;
    } else if (strcmp(item, "holidays") == 0) {
        hours->holidays = true;
    } else if (hours->n_windows == MAX_WINDOWS) {
        load_error(load, where, "more than %d windows of hours", MAX_WINDOWS);
    } else if (!parse_window(item, &windows[hours->n_windows])) {
        bad_hours(load, where, item);
    } else if (windows[hours->n_windows].from_minute == windows[hours->n_windows].to_minute) {
        load_error(load, where, "'%s' begins when it ends; for whole days leave the times out", item);
    } else {
        hours->n_windows++;
    }
}

static void load_hours(const struct scope *scope, struct duty_hours *hours)
{
    const struct doc_entry *entry = doc_entry(scope->section, "hours");
    struct load *load = scope->load;
    if (!entry)
        return;
    struct duty_window *windows = arena_alloc(load->arena, MAX_WINDOWS * sizeof *windows);
    struct origin where = scope_origin(scope, entry);
    struct value_list list;
    const char *item;
    value_list_begin(&list, entry);
    while ((item = value_list_next(&list, load, &where.line)) != NULL && !problems_full(load->problems))
        add_hours(load, where, item, hours, windows);
    hours->windows = windows;
    hours->present = hours->n_windows > 0 || hours->weekends || hours->holidays;
}

/* ---- otherwise: role:TIB | person:ID | group:ID ---- */

static void load_otherwise(const struct scope *scope, struct roster *roster)
{
    const struct doc_entry *entry = doc_entry(scope->section, "otherwise");
    if (!entry || !entry->value.text[0])
        return;
    struct origin where = scope_origin(scope, entry);
    if (!strchr(entry->value.text, ':')) {
        load_error(scope->load, where, "'otherwise' is role:TIB, person:ID or group:ID, not '%s'", entry->value.text);
        return;
    }
    struct target *target = arena_alloc(scope->load->arena, sizeof *target);
    if (!ladder_parse_target(scope->load, where, entry->value.text, target))
        return;
    roster->otherwise = target;
    roster->otherwise_origin = where;
    if (!doc_entry(scope->section, "hours"))
        load_warning(scope->load, where, "'otherwise' has no effect without 'hours': the roster holds always");
}

void hours_load(const struct scope *scope, struct roster *roster)
{
    load_hours(scope, &roster->hours);
    load_otherwise(scope, roster);
    const struct doc_entry *entry = doc_entry(scope->section, "hours");
    if (roster->hours.present && !doc_entry(scope->section, "otherwise"))
        load_warning(scope->load, scope_origin(scope, entry),
                     "nobody holds '%s' outside these hours; name somebody with 'otherwise'",
                     roster->role);
}

/* ---- rings ---- */

static const struct roster *hands_on_to(const struct roster *roster)
{
    const struct target *otherwise = roster->hours.present ? roster->otherwise : NULL;
    return otherwise && otherwise->kind == TARGET_ROLE ? otherwise->roster : NULL;
}

/* False: it does not end. */
static bool check_ring(struct load *load, const struct roster *roster)
{
    CLEANUP_BUF struct buf way = { 0 };
    int handings = 0;
    buf_add_text(&way, roster->role);
    for (const struct roster *next = hands_on_to(roster); next; next = hands_on_to(next)) {
        buf_printf(&way, " > %s", next->role);
        if (next == roster) {
            load_error(load, roster->otherwise_origin, "'otherwise' goes round in a ring, and would reach nobody: %s",
                       buf_text(&way));
            return false;
        }
        if (++handings > ROSTER_MAX_HANDINGS) {
            load_error(load, roster->otherwise_origin, "'otherwise' hands the duty on more than %d times: %s",
                       ROSTER_MAX_HANDINGS,
                       buf_text(&way));
            return false;
        }
    }
    return true;
}

void hours_check_rings(struct load *load)
{
    const struct plan *plan = &load->config->plan;
    struct roster *rosters = (struct roster *)plan->rosters;      /* the load made them */
    bool *endless = arena_alloc(load->arena, plan->n_rosters + 1);
    for (size_t i = 0; i < plan->n_rosters; i++)
        endless[i] = !check_ring(load, &rosters[i]);
    for (size_t i = 0; i < plan->n_rosters; i++)
        if (endless[i])
            rosters[i].otherwise = NULL;
}

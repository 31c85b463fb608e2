#include "config/duties.h"

#include "base/buf.h"
#include "base/text.h"
#include "engine/roster.h"

enum { MAX_WEEKS = 5000, MAX_SHIFTS = 20000, MAX_ORDER = 500 };

/* ---- WHO: primary, backups ---- */

static bool is_among(const struct person *const *persons, size_t n, const struct person *person)
{
    for (size_t i = 0; i < n; i++) {
        if (persons[i] == person)
            return true;
    }
    return false;
}

struct who {
    struct duty duty;
    const struct person **backups;
    size_t n_items;
    bool nobody_behind;      /* `-` stands behind the primary */
    bool good;
};

static bool fail(struct load *load, struct origin where, const char *what)
{
    load_error(load, where, "%s", what);
    return false;
}

static bool add_who(struct load *load, struct origin where, const char *item, struct who *who)
{
    bool first = who->n_items++ == 0;
    if (strcmp(item, "-") == 0) {
        if (first)
            return fail(load, where, "'-' says that there is no backup; somebody or '*' must stand before it");
        if (who->nobody_behind || who->duty.n_backups > 0)
            return fail(load, where, "'-' says that there is no backup, and can only stand alone behind the primary");
        who->nobody_behind = true;
        return true;
    }
    if (strcmp(item, "*") == 0)
        return first ? true : fail(load, where, "'*' keeps the primary, and can only stand first");
    const struct person *person = load_person_or_stand_in(load, where, item);
    if (first) {
        who->duty.primary = person;
        return true;
    }
    if (who->nobody_behind)
        return fail(load, where, "'-' says that there is no backup, and can only stand alone behind the primary");
    if (person == who->duty.primary) {
        load_warning(load, where, "'%s' is primary and backup at once, and so no backup; name somebody else behind the first",
                     item);
        return true;
    }
    if (is_among(who->backups, who->duty.n_backups, person)) {
        load_warning(load, where, "'%s' is named twice", item);
        return true;
    }
    if (who->duty.n_backups == ROSTER_MAX_BACKUPS)
        return fail(load, where, "more than 16 backups");
    who->backups[who->duty.n_backups++] = person;
    return true;
}

/* What stands in for a line that names people wrongly: the time it covers is not also a hole. */
static struct duty stand_in_duty(struct load *load)
{
    struct person *person = arena_alloc(load->arena, sizeof *person);
    *person = (struct person){ .id = "?", .name = "?" };
    return (struct duty){ .primary = person };
}

/* `alone_keeps`: a primary alone leaves the backups below as they are, as a shift does. */
static bool read_who(struct load *load, const struct doc *doc, struct value_list *list, int line, bool alone_keeps,
                     struct duty *ret)
{
    const struct person *backups[ROSTER_MAX_BACKUPS];
    struct who who = { .backups = backups, .good = true };
    struct origin where = doc_origin(doc, line);
    const char *item;
    while ((item = value_list_next(list, load, &where.line)) != NULL && !problems_full(load->problems))
        who.good = add_who(load, where, item, &who) && who.good;
    where.line = line;
    if (who.n_items == 0)
        return fail(load, where, "nobody is named");
    if (!who.good)
        return false;
    who.duty.keep_backups = who.n_items == 1 && (alone_keeps || !who.duty.primary);
    if (who.duty.keep_backups && !who.duty.primary)
        load_warning(load, where, "'*' alone changes nothing");
    if (who.duty.n_backups > 0) {
        size_t size = who.duty.n_backups * sizeof *backups;
        const struct person **copy = arena_alloc(load->arena, size);
        memcpy(copy, backups, size);
        who.duty.backups = copy;
    }
    *ret = who.duty;
    return true;
}

/* ---- [weeks] ---- */

/* Reports what is wrong with a week. */
static bool read_week(struct load *load, struct origin where, const char *whole, const char *text, const char *as,
                      struct iso_week *ret)
{
    if (parse_week(text, ret))
        return true;
    if (parse_week_form(text, ret) && ret->year >= 1970 && ret->week > 0)
        load_error(load, where, "there is no week %d in %d: %04d-W%02d is its last, and %04d-W01 comes after it", ret->week,
                   ret->year,
                   ret->year, iso_weeks_in_year(ret->year), ret->year + 1);
    else
        load_error(load, where, "'%s' is no week; write it as %s", whole, as);
    return false;
}

static bool read_week_range(struct load *load, struct origin where, const char *key, struct duty_weeks *ret)
{
    static const char *const as = "2026-W52, or 2027-W27..2027-W30";
    const char *dots = strstr(key, "..");
    const char *first = dots ? arena_strndup(load->arena, key, (size_t)(dots - key)) : key;
    if (!read_week(load, where, key, first, as, &ret->first))
        return false;
    ret->last = ret->first;
    if (dots && !read_week(load, where, key, dots + 2, as, &ret->last))
        return false;
    if (iso_week_compare(ret->first, ret->last) <= 0)
        return true;
    load_error(load, where, "'%s' ends before it begins", key);
    return false;
}

static bool read_weeks(struct load *load, const struct doc *doc, const struct doc_entry *entry, struct duty_weeks *ret)
{
    struct origin where = doc_origin(doc, entry->value.line);
    *ret = (struct duty_weeks){ .origin = where };
    if (!read_week_range(load, where, entry->key, ret))
        return false;
    struct value_list list;
    value_list_begin(&list, entry);
    bool empty = !entry->value.text[0] && !entry->value.next;      /* doc_check() has reported it */
    if (empty || !read_who(load, doc, &list, where.line, false, &ret->duty))
        ret->duty = stand_in_duty(load);
    return true;
}

static size_t count_entries(const struct doc_section *section)
{
    size_t n = 0;
    for (const struct doc_entry *entry = section ? section->entries : NULL; entry; entry = entry->next)
        n++;
    return n;
}

void duties_load_weeks(struct load *load, const struct doc *doc, struct roster *roster)
{
    const struct doc_section *section = doc_section(doc, "weeks", NULL);
    size_t n = count_entries(section);
    if (n > MAX_WEEKS) {
        load_error(load, doc_origin(doc, section->line), "more than %d lines of weeks", MAX_WEEKS);
        return;
    }
    struct duty_weeks *weeks = arena_alloc(load->arena, (n + 1) * sizeof *weeks);
    for (const struct doc_entry *entry = section ? section->entries : NULL; entry; entry = entry->next) {
        if (read_weeks(load, doc, entry, &weeks[roster->n_weeks]))
            roster->n_weeks++;
    }
    roster->weeks = weeks;
}

/* ---- [rotation] ---- */

static size_t read_order(const struct scope *scope, const struct doc_entry *entry, const struct person **order)
{
    struct load *load = scope->load;
    struct origin where = scope_origin(scope, entry);
    struct value_list list;
    const char *id;
    size_t n = 0;
    value_list_begin(&list, entry);
    while ((id = value_list_next(&list, load, &where.line)) != NULL && !problems_full(load->problems)) {
        const struct person *person = load_person_or_stand_in(load, where, id);
        if (n == MAX_ORDER) {
            load_error(load, where, "more than %d in a rotation", MAX_ORDER);
            break;
        }
        order[n++] = person;
    }
    return n;
}

void duties_load_rotation(struct load *load, const struct doc *doc, struct roster *roster)
{
    struct scope scope = { .load = load, .doc = doc, .section = doc_section(doc, "rotation", NULL) };
    struct rotation *rotation = &roster->rotation;
    if (!scope.section)
        return;
    rotation->origin = scope_section_origin(&scope);
    const struct doc_entry *start = doc_entry(scope.section, "start"), *order = doc_entry(scope.section, "order");
    if (!start || !order)
        load_error(load, rotation->origin, "[rotation] needs '%s'", start ? "order" : "start");
    bool started = start && start->value.text[0] &&
                   read_week(load, scope_origin(&scope, start), start->value.text, start->value.text, "2026-W48",
                             &rotation->start);
    rotation->backups = value_number(&scope, "backups", 0, 0, ROSTER_MAX_BACKUPS);
    if (!order)
        return;
    const struct person **persons = arena_alloc(load->arena, MAX_ORDER * sizeof *persons);
    rotation->order = persons;
    rotation->n_order = read_order(&scope, order, persons);
    rotation->present = rotation->n_order > 0 && started;
    if (rotation->present && rotation->backups >= rotation->n_order)
        load_error(load, scope_origin(&scope, doc_entry(scope.section, "backups")),
                   "%u backups, but only %zu others in the rotation",
                   rotation->backups, rotation->n_order - 1);
}

/* ---- [shifts] ---- */

/* FROM / TO  WHO. Moves *at to WHO. */
static bool parse_span(const char **at, struct civil *ret_from, struct civil *ret_to)
{
    if (!parse_local_time(at, ret_from))
        return false;
    *at = parse_skip_blanks(*at);
    if (**at != '/')
        return false;
    ++*at;
    return parse_local_time(at, ret_to) && (**at == ' ' || **at == '\t' || **at == '\0');
}

static bool read_shift(struct load *load, const struct doc *doc, const struct doc_entry *entry, struct duty_shift *ret)
{
    struct origin where = doc_origin(doc, entry->value.line);
    const char *at = entry->value.text;
    struct civil from, to;
    *ret = (struct duty_shift){ .origin = where };
    if (!*at)
        return false;     /* doc_check() has reported it */
    if (!parse_span(&at, &from, &to)) {
        load_error(load, where, "a shift is FROM / TO WHO, as '2026-12-24 08:00 / 2026-12-25 08:00 cia.lund', not '%s'",
                   entry->value.text);
        return false;
    }
    struct value_list list;
    value_list_begin_at(&list, &entry->value, at);
    if (!read_who(load, doc, &list, where.line, true, &ret->duty))
        ret->duty = stand_in_duty(load);
    ret->from_usec = tz_from_local(load->tz, &from, TZ_BEGIN);
    ret->to_usec = tz_from_local(load->tz, &to, TZ_END);
    if (civil_to_sec(&from) >= civil_to_sec(&to)) {
        load_error(load, where, "the shift ends before it begins");
        return false;
    }
    if (ret->from_usec >= ret->to_usec) {
        load_warning(load, where, "the shift lies in the hour that the clocks skip, and has no effect");
        return false;
    }
    return true;
}

/* By beginning; among equals the later file and line stands later, where a lookup finds it first. */
static int compare_shifts(const void *a, const void *b)
{
    const struct duty_shift *left = a, *right = b;
    if (left->from_usec != right->from_usec)
        return left->from_usec < right->from_usec ? -1 : 1;
    if (left->drop_in != right->drop_in)
        return left->drop_in ? 1 : -1;
    int order = strcmp(left->origin.file, right->origin.file);
    if (order == 0)
        order = left->origin.line < right->origin.line ? -1 : left->origin.line > right->origin.line;
    return order;
}

void duties_load_shifts(struct load *load, const struct doc *const *docs, size_t n_docs, struct roster *roster)
{
    size_t n = 0;
    for (size_t i = 0; i < n_docs; i++)
        n += count_entries(doc_section(docs[i], "shifts", NULL));
    if (n > MAX_SHIFTS) {
        load_error(load, roster->origin, "more than %d shifts", MAX_SHIFTS);
        return;
    }
    struct duty_shift *shifts = arena_alloc(load->arena, (n + 1) * sizeof *shifts);
    for (size_t i = 0; i < n_docs; i++) {
        const struct doc_section *section = doc_section(docs[i], "shifts", NULL);
        for (const struct doc_entry *entry = doc_entry(section, "shift"); entry; entry = doc_next_entry(entry, "shift")) {
            struct duty_shift *shift = &shifts[roster->n_shifts];
            if (!read_shift(load, docs[i], entry, shift))
                continue;
            shift->drop_in = i > 0;
            roster->n_shifts++;
        }
    }
    if (roster->n_shifts > 1)
        qsort(shifts, roster->n_shifts, sizeof *shifts, compare_shifts);
    roster->shifts = shifts;
}

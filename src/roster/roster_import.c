#include "roster/roster_import.h"

#include <stdarg.h>
#include <string.h>

#include "base/text.h"

#define SHIFT_MAX_USEC (INT64_C(3) * 366 * USEC_PER_DAY)

/* ---- problems ---- */

void roster_import_problem(struct roster_import *import, int line, bool error, const char *format, ...)
{
    CLEANUP_BUF struct buf text = {0}, clean = {0};      /* a stranger's file is quoted, on a terminal */
    va_list args;
    if (!import->arena)
        import->arena = arena_new();
    import->n_errors += error;
    if (import->n_problems == IMPORT_MAX_PROBLEMS)
        return;
    va_start(args, format);
    buf_vprintf(&text, format, args);
    va_end(args);
    text_add_clean_line(&clean, buf_text(&text), text.len);
    import->problems[import->n_problems++] = (struct import_problem){line, error, arena_strdup(import->arena, buf_text(&clean))};
}

void roster_import_done(struct roster_import *import)
{
    arena_free(import->arena);
    free(import->shifts);
    import->arena = NULL;
    import->shifts = NULL;
    import->n_shifts = import->cap_shifts = 0;
}

/* ---- people ---- */

static void unknown_person(struct roster_import *import, int line, const char *typed)
{
    const struct plan *plan = import->plan;
    CLEANUP_FREE const char **known = NEW_ARRAY(const char *, 2 * plan->n_persons + 1);
    for (size_t i = 0; i < plan->n_persons; i++) {
        known[i] = plan->persons[i].name;
        known[plan->n_persons + i] = plan->persons[i].id;
    }
    const char *near = text_nearest(typed, known, 2 * plan->n_persons);
    if (near)
        roster_import_problem(import, line, true, "'%s' is nobody in people.ini; did you mean '%s'?", typed, near);
    else
        roster_import_problem(import, line, true, "'%s' is nobody in people.ini", typed);
}

static const struct person *find_person(struct roster_import *import, int line, const char *typed)
{
    const struct plan *plan = import->plan;
    const struct person *found = plan_person_typed(plan, typed);
    if (found)
        return found;
    for (size_t i = 0; i < plan->n_persons; i++) {
        if (!text_equal_fold(plan->persons[i].name, typed))
            continue;
        if (found) {
            roster_import_problem(import, line, true, "'%s' is the name of both '%s' and '%s': write that instead", typed,
                                  found->id, plan->persons[i].id);
            return NULL;
        }
        found = &plan->persons[i];
    }
    if (!found)
        unknown_person(import, line, typed);
    return found;
}

/* The end of a name within a cell; *ret_next is where the next begins. */
static const char *name_end(const char *at, const char **ret_next)
{
    static const char *const words[] = {" och ", " and ", " samt "};
    for (const char *end = at;; end++) {
        *ret_next = end + (*end != '\0');
        if (!*end || strchr(",/&;+", *end))
            return end;
        for (size_t i = 0; i < N_ELEMENTS(words); i++)
            if (text_starts_with_fold(end, words[i])) {
                *ret_next = end + strlen(words[i]);
                return end;
            }
    }
}

static bool means_nobody(const char *text)
{
    static const char *const words[] = {"-", "–", "—", "ingen", "vakant", "nobody", "none", "vacant", "?"};
    for (size_t i = 0; i < N_ELEMENTS(words); i++)
        if (text_equal_fold(text, words[i]))
            return true;
    return !*text;
}

bool roster_import_people(struct roster_import *import, int line, const char *cell, const struct person **ret, size_t max,
                          size_t *ret_n)
{
    const char *next;
    bool good = true;
    *ret_n = 0;
    for (const char *at = cell; *at; at = next) {
        CLEANUP_BUF struct buf name = {0};
        text_add_clean_line(&name, at, (size_t)(name_end(at, &next) - at));
        if (means_nobody(buf_text(&name)))
            continue;
        const struct person *person = find_person(import, line, buf_text(&name));
        if (person && *ret_n == max) {
            roster_import_problem(import, line, true, "more than %zu names", max);
            return false;
        }
        if (person)
            ret[(*ret_n)++] = person;
        good = good && person;
    }
    return good;
}

/* ---- shifts ---- */

static bool is_named(const struct import_shift *shift, size_t n, const struct person *person)
{
    for (size_t i = 0; i < n; i++)
        if (shift->backups[i] == person)
            return true;
    return shift->primary == person;
}

static void drop_doubles(struct roster_import *import, struct import_shift *shift)
{
    size_t n = 0;
    for (size_t i = 0; i < shift->n_backups; i++) {
        if (is_named(shift, n, shift->backups[i]))
            roster_import_problem(import, shift->line, false, "%s is named twice", shift->backups[i]->name);
        else
            shift->backups[n++] = shift->backups[i];
    }
    shift->n_backups = n;
}

void roster_import_add(struct roster_import *import, const struct import_shift *given)
{
    struct import_shift shift = *given;
    int64_t years_usec = INT64_C(50) * 366 * USEC_PER_DAY;
    drop_doubles(import, &shift);
    if (shift.to_usec <= shift.from_usec) {
        roster_import_problem(import, shift.line, true, "it ends before it begins");
    } else if (shift.to_usec - shift.from_usec > SHIFT_MAX_USEC) {
        roster_import_problem(import, shift.line, true, "it lasts more than three years; is a date wrong?");
    } else if (shift.from_usec > import->now_usec + years_usec || shift.to_usec < import->now_usec - years_usec) {
        roster_import_problem(import, shift.line, true, "it is more than fifty years away; is a date wrong?");
    } else if (import->n_shifts == IMPORT_MAX_SHIFTS) {
        roster_import_problem(import, shift.line, true, "more than %d shifts", IMPORT_MAX_SHIFTS);
    } else {
        if (import->n_shifts == import->cap_shifts) {
            import->cap_shifts = import->cap_shifts ? 2 * import->cap_shifts : 64;
            import->shifts = mem_realloc_array(import->shifts, import->cap_shifts, sizeof(*import->shifts));
        }
        import->shifts[import->n_shifts++] = shift;
    }
}

/* ---- summaries of events ---- */

static bool is_letter(unsigned char c)
{
    return c >= 0x80 || (c >= 'a' && c <= 'z');
}

/* In folded text. */
static bool is_word_at(const char *text, const char *at, size_t len)
{
    return !(at > text && is_letter((unsigned char)at[-1])) && !is_letter((unsigned char)at[len]);
}

/* Whether a name stands in a text, in any case, as words of its own. */
static bool holds_name(const char *text, const char *name)
{
    CLEANUP_BUF struct buf folded = {0}, wanted = {0};
    text_add_folded(&folded, text, strlen(text));
    text_add_folded(&wanted, name, strlen(name));
    for (const char *at = buf_text(&folded); wanted.len > 0 && (at = strstr(at, buf_text(&wanted))); at++)
        if (is_word_at(buf_text(&folded), at, wanted.len))
            return true;
    return false;
}

static const struct person *only_person_in(struct roster_import *import, int line, const char *text)
{
    const struct person *found = NULL;
    for (size_t i = 0; i < import->plan->n_persons; i++) {
        const struct person *person = &import->plan->persons[i];
        if (!holds_name(text, person->name) && !holds_name(text, person->id))
            continue;
        if (found) {
            roster_import_problem(import, line, true, "'%s' names both %s and %s", text, found->name, person->name);
            return NULL;
        }
        found = person;
    }
    if (!found)
        unknown_person(import, line, text);
    return found;
}

/* "TIB: " and "Tjänsteperson i beredskap: " go. */
static const char *without_role(const struct roster *roster, const char *summary)
{
    const char *const heads[] = {roster->role, roster->title};
    for (size_t i = 0; i < N_ELEMENTS(heads); i++) {
        size_t len = heads[i] ? strlen(heads[i]) : 0;
        if (len > 0 && text_starts_with_fold(summary, heads[i]) && summary[len] == ':')
            return summary + len + 1 + strspn(summary + len + 1, " ");
    }
    return summary;
}

/* "(ersättare A, B)" at the end: *ret_names is "A, B", and what goes before it is put into `before`. */
static bool split_backups(const char *text, struct buf *before, struct buf *names)
{
    static const char *const words[] = {"ersättare", "backup", "backups", "reserv"};
    size_t len = strlen(text);
    const char *open = len > 0 && text[len - 1] == ')' ? strrchr(text, '(') : NULL;
    buf_add(before, text, open ? (size_t)(open - text) : len);
    for (size_t i = 0; open && i < N_ELEMENTS(words); i++) {
        size_t word = strlen(words[i]);
        if (!text_starts_with_fold(open + 1, words[i]) || !strchr(": ", open[1 + word]))
            continue;
        const char *at = open + 1 + word + 1;
        buf_add(names, at, (size_t)(text + len - 1 - at));
        return true;
    }
    buf_clear(before);
    buf_add_text(before, text);
    return false;
}

static const struct person *exact_person(const struct roster_import *import, const char *name)
{
    const struct person *found = plan_person_typed(import->plan, name);
    for (size_t i = 0; !found && i < import->plan->n_persons; i++)
        found = text_equal_fold(import->plan->persons[i].name, name) ? &import->plan->persons[i] : NULL;
    return found;
}

bool roster_import_summary(struct roster_import *import, int line, const char *summary, struct import_shift *ret)
{
    CLEANUP_BUF struct buf before = {0}, names = {0}, name = {0};
    const char *text = without_role(import->roster, summary);
    bool has_backups = split_backups(text, &before, &names);
    text_add_clean_line(&name, buf_text(&before), before.len);
    ret->primary = exact_person(import, buf_text(&name)) ? find_person(import, line, buf_text(&name))
                                                         : only_person_in(import, line, buf_text(&name));
    ret->keep_backups = !has_backups;
    return ret->primary &&
           roster_import_people(import, line, buf_text(&names), ret->backups, ROSTER_MAX_BACKUPS, &ret->n_backups);
}

/* ---- the file ---- */

static void add_local(struct buf *buf, int64_t local_sec)
{
    struct civil local;
    civil_from_sec(local_sec, &local);
    buf_add_padded(buf, (uint64_t)local.year, 4);
    buf_add_char(buf, '-');
    buf_add_padded(buf, (uint64_t)local.month, 2);
    buf_add_char(buf, '-');
    buf_add_padded(buf, (uint64_t)local.day, 2);
    buf_add_char(buf, ' ');
    buf_add_padded(buf, (uint64_t)local.hour, 2);
    buf_add_char(buf, ':');
    buf_add_padded(buf, (uint64_t)local.minute, 2);
}

static int64_t minute_of(int64_t at_usec, bool up)
{
    int64_t rest = at_usec % USEC_PER_MIN;
    rest = rest < 0 ? rest + USEC_PER_MIN : rest;
    return at_usec - rest + (up && rest ? USEC_PER_MIN : 0);
}

static int64_t local_sec(const struct tz *tz, int64_t at_usec)
{
    struct civil local;
    tz_to_local(tz, at_usec, &local);
    return civil_to_sec(&local);
}

/* Within the hour that comes twice clocks may show the end before the beginning. Written in their order they are read as the
 * whole: from the first time that the beginning is shown to the last time that the end is. */
static void add_times(struct buf *buf, const struct tz *tz, const struct import_shift *shift)
{
    int64_t from_sec = local_sec(tz, minute_of(shift->from_usec, false)), to_sec = local_sec(tz, minute_of(shift->to_usec, true));
    int64_t first_sec = from_sec < to_sec ? from_sec : to_sec, last_sec = from_sec < to_sec ? to_sec : from_sec;
    add_local(buf, first_sec);
    buf_add_text(buf, " / ");
    add_local(buf, last_sec > first_sec ? last_sec : first_sec + 60);
}

static void add_who(struct buf *buf, const struct import_shift *shift)
{
    buf_add_text(buf, shift->primary ? shift->primary->id : "*");
    for (size_t i = 0; i < shift->n_backups; i++) {
        buf_add_text(buf, ", ");
        buf_add_text(buf, shift->backups[i]->id);
    }
    if (shift->n_backups == 0 && !shift->keep_backups)
        buf_add_text(buf, ", -");
}

void roster_import_add_text(const struct roster_import *import, struct buf *buf)
{
    buf_add_text(buf, "[shifts]\n");
    for (size_t i = 0; i < import->n_shifts; i++) {
        const struct import_shift *shift = &import->shifts[i];
        buf_add_text(buf, "shift = ");
        add_times(buf, import->plan->tz, shift);
        buf_add_text(buf, "  ");
        add_who(buf, shift);
        if (shift->week.week) {
            buf_add_text(buf, "   ; v. ");
            buf_add_u64(buf, (uint64_t)shift->week.week);
        }
        buf_add_char(buf, '\n');
    }
}

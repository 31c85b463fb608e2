#include "config/audit_private.h"

/* ---- entries over each other ---- */

/* On the wall's clock: an overlap that a clock change makes is meant to be there. */
static bool overlap(const struct tz *tz, const struct duty_shift *earlier, const struct duty_shift *shift)
{
    struct civil ends, begins;
    if (earlier->to_usec <= shift->from_usec)
        return false;
    tz_to_local(tz, earlier->to_usec, &ends);
    tz_to_local(tz, shift->from_usec, &begins);
    return civil_to_sec(&ends) > civil_to_sec(&begins);
}

static void add_line(struct buf *buf, struct origin here, struct origin there)
{
    buf_printf(buf, "line %d", there.line);
    if (strcmp(here.file, there.file) != 0)
        buf_printf(buf, " of %s", there.file);
}

static const char *why_it_counts(bool same_beginning)
{
    return same_beginning ? "of equals the later line counts" : "the later beginning counts";
}

/* `shift` is the later in precedence. */
static void tell_overlap(const struct audit_run *run, const struct roster *roster, const struct duty_shift *earlier,
                         const struct duty_shift *shift, bool primaries)
{
    CLEANUP_BUF struct buf text = { 0 };
    struct span span = { shift->from_usec, earlier->to_usec < shift->to_usec ? earlier->to_usec : shift->to_usec };
    bool same_person = primaries && earlier->duty.primary == shift->duty.primary;
    if (primaries && !same_person) {
        buf_printf(&text, "two primaries, %s here and %s on ", shift->duty.primary->id, earlier->duty.primary->id);
        add_line(&text, shift->origin, earlier->origin);
    } else {
        buf_add_text(&text, primaries ? "overlaps the shift on " : "two lists of backups, here and on ");
        add_line(&text, shift->origin, earlier->origin);
    }
    buf_add_text(&text, ", ");
    audit_add_span(&text, run, roster, span);
    buf_printf(&text, "; %s", why_it_counts(earlier->from_usec == shift->from_usec));
    if (primaries && !same_person)
        buf_printf(&text, ", so %s holds it", shift->duty.primary->id);
    buf_add_text(&text, ": shorten or remove one");
    audit_warn(run, shift->origin, "%s", buf_text(&text));
}

/* What ends last of what has begun. */
static const struct duty_shift *later_end(const struct duty_shift *a, const struct duty_shift *b)
{
    return !a || b->to_usec > a->to_usec ? b : a;
}

static void shifts_over_each_other(const struct audit_run *run, const struct roster *roster, bool drop_in)
{
    const struct tz *tz = run->plan->tz;
    const struct duty_shift *primary = NULL, *backups = NULL;
    for (size_t i = 0; i < roster->n_shifts; i++) {
        const struct duty_shift *shift = &roster->shifts[i];
        bool stand_in = shift->duty.primary && !audit_is_known(shift->duty.primary);
        if (shift->drop_in != drop_in || shift->to_usec <= run->now_usec || stand_in)
            continue;
        if (shift->duty.primary && primary && overlap(tz, primary, shift))
            tell_overlap(run, roster, primary, shift, true);
        else if (!shift->duty.keep_backups && backups && overlap(tz, backups, shift))
            tell_overlap(run, roster, backups, shift, false);
        primary = shift->duty.primary ? later_end(primary, shift) : primary;
        backups = shift->duty.keep_backups ? backups : later_end(backups, shift);
    }
}

static void tell_same_weeks(const struct audit_run *run, const struct duty_weeks *earlier, const struct duty_weeks *weeks)
{
    bool same_first = iso_week_compare(earlier->first, weeks->first) == 0;
    if (same_first && iso_week_compare(earlier->last, weeks->last) == 0) {
        audit_warn(run, weeks->origin, "the same weeks stand on line %d; this line counts", earlier->origin.line);
        return;
    }
    CLEANUP_BUF struct buf text = { 0 };
    bool inside = iso_week_compare(weeks->last, earlier->last) <= 0;
    buf_add_text(&text, "two primaries: ");
    span_add_week_keys(&text, weeks->first, inside ? weeks->last : earlier->last);
    buf_printf(&text, " stands on line %d too, for %s; %s, so %s holds it: let each week stand once", earlier->origin.line,
               earlier->duty.primary->id,
               why_it_counts(same_first), weeks->duty.primary->id);
    audit_warn(run, weeks->origin, "%s", buf_text(&text));
}

static int compare_weeks(const void *a, const void *b)
{
    const struct duty_weeks *left = *(const struct duty_weeks *const *)a, *right = *(const struct duty_weeks *const *)b;
    int order = iso_week_compare(left->first, right->first);
    return order ? order : left < right ? -1 : left > right;
}

static void weeks_over_each_other(const struct audit_run *run, const struct roster *view)
{
    const struct duty_weeks **sorted = arena_alloc(run->arena, (view->n_weeks + 1) * sizeof *sorted);
    const struct duty_weeks *latest = NULL;
    for (size_t i = 0; i < view->n_weeks; i++)
        sorted[i] = &view->weeks[i];
    if (view->n_weeks > 1)
        qsort(sorted, view->n_weeks, sizeof *sorted, compare_weeks);
    for (size_t i = 0; i < view->n_weeks; i++) {
        if (!sorted[i]->duty.primary || !audit_is_known(sorted[i]->duty.primary))
            continue;
        if (latest && iso_week_compare(sorted[i]->first, latest->last) <= 0)
            tell_same_weeks(run, latest, sorted[i]);
        if (!latest || iso_week_compare(sorted[i]->last, latest->last) >= 0)
            latest = sorted[i];
    }
}

void audit_overlaps(const struct audit_run *run, size_t index)
{
    const struct roster *roster = &run->plan->rosters[index];
    shifts_over_each_other(run, roster, false);
    shifts_over_each_other(run, roster, true);
    weeks_over_each_other(run, &run->views[index]);
}

/* ---- what lies in the past ---- */

enum { PAST_ONE_BY_ONE = 3 };

static int compare_places(const void *a, const void *b)
{
    const struct duty_shift *left = *(const struct duty_shift *const *)a, *right = *(const struct duty_shift *const *)b;
    int order = strcmp(left->origin.file, right->origin.file);
    return order ? order : left->origin.line < right->origin.line ? -1 : left->origin.line > right->origin.line;
}

static void tell_past(const struct audit_run *run, const struct duty_shift *shift)
{
    CLEANUP_BUF struct buf text = { 0 };
    span_add_time(&text, shift->to_usec, run->plan->tz, run->plan->language, run->now_usec);
    problems_add(run->problems, PROBLEM_NOTE, shift->origin.file, shift->origin.line,
                 "the shift lies in the past: it ended %s; a wrong year or month? Otherwise the line may go", buf_text(&text));
}

/* The shifts of one file, in its order. Old ones stand at its top, and are history; one below a shift to come is likely a slip of
 * the pen. */
static void past_of_file(const struct audit_run *run, const struct duty_shift *const *shifts, size_t n)
{
    size_t history = 0;
    while (history < n && shifts[history]->to_usec <= run->now_usec)
        history++;
    for (size_t i = history > PAST_ONE_BY_ONE ? history : 0; i < n; i++)
        if (shifts[i]->to_usec <= run->now_usec)
            tell_past(run, shifts[i]);
    if (history > PAST_ONE_BY_ONE)
        problems_add(run->problems, PROBLEM_NOTE, shifts[0]->origin.file, shifts[0]->origin.line,
                     "%zu shifts from here on lie in the past, up to line %d; these lines may go", history,
                     shifts[history - 1]->origin.line);
}

void audit_past(const struct audit_run *run, size_t index)
{
    const struct roster *roster = &run->plan->rosters[index];
    CLEANUP_FREE const struct duty_shift **sorted = NEW_ARRAY(const struct duty_shift *, roster->n_shifts + 1);
    for (size_t i = 0; i < roster->n_shifts; i++)
        sorted[i] = &roster->shifts[i];
    if (roster->n_shifts > 1)
        qsort(sorted, roster->n_shifts, sizeof *sorted, compare_places);
    for (size_t i = 0, n; i < roster->n_shifts; i += n) {
        for (n = 1; i + n < roster->n_shifts && strcmp(sorted[i]->origin.file, sorted[i + n]->origin.file) == 0;)
            n++;
        past_of_file(run, sorted + i, n);
    }
}

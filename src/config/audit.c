#include "config/audit_private.h"

#include <assert.h>

#include "engine/roster_hours.h"

/* ---- views: what touches the time that is looked at ---- */

static bool week_touches(const struct audit_run *run, const struct duty_weeks *weeks)
{
    const int64_t margin = 21 * USEC_PER_DAY;      /* a handover is at most that far from its week */
    return iso_week_monday(weeks->first) * USEC_PER_DAY < run->until_usec + margin &&
           (iso_week_monday(weeks->last) + 7) * USEC_PER_DAY > run->now_usec - margin;
}

static void view_entries(const struct audit_run *run, const struct roster *roster, struct roster *view)
{
    struct duty_shift *shifts = arena_alloc(run->arena, (roster->n_shifts + 1) * sizeof *shifts);
    struct duty_weeks *weeks = arena_alloc(run->arena, (roster->n_weeks + 1) * sizeof *weeks);
    view->shifts = shifts;
    view->weeks = weeks;
    view->n_shifts = view->n_weeks = 0;
    for (size_t i = 0; i < roster->n_shifts; i++)
        if (roster->shifts[i].to_usec > run->now_usec && roster->shifts[i].from_usec < run->until_usec)
            shifts[view->n_shifts++] = roster->shifts[i];
    for (size_t i = 0; i < roster->n_weeks; i++)
        if (week_touches(run, &roster->weeks[i]))
            weeks[view->n_weeks++] = roster->weeks[i];
}

static void make_views(struct audit_run *run)
{
    size_t n = run->plan->n_rosters;
    run->views = arena_alloc(run->arena, (n + 1) * sizeof *run->views);
    run->own = arena_alloc(run->arena, (n + 1) * sizeof *run->own);
    for (size_t i = 0; i < n; i++) {
        const struct roster *roster = &run->plan->rosters[i];
        run->views[i] = *roster;
        view_entries(run, roster, &run->views[i]);
        if (roster->otherwise && roster->otherwise->kind == TARGET_ROLE) {
            struct target *target = arena_alloc(run->arena, sizeof *target);
            *target = (struct target){ .kind = TARGET_ROLE,
                                       .roster = &run->views[roster->otherwise->roster - run->plan->rosters] };
            run->views[i].otherwise = target;
        }
        run->own[i] = run->views[i];
        run->own[i].hours = (struct duty_hours){ 0 };
    }
}

/* ---- what the parts ask ---- */

void audit_add_span(struct buf *buf, const struct audit_run *run, const struct roster *roster, struct span span)
{
    span_add(buf, span, run->plan->tz, roster, run->plan->language, run->now_usec);
}

bool audit_is_ever_held(const struct roster *roster)
{
    return roster->n_weeks > 0 || roster->n_shifts > 0 || roster->rotation.present;
}

bool audit_touches_hours(const struct audit_run *run, const struct roster *roster, struct span span)
{
    int64_t end = span.until_usec < run->until_usec ? span.until_usec : run->until_usec;
    for (int64_t at = span.from_usec; at < end; at = roster_hours_after(roster, run->plan->tz, at))
        if (roster_in_hours(roster, run->plan->tz, at))
            return true;
    return false;
}

static struct iso_week duty_week(const struct roster *roster, const struct tz *tz, int64_t at_usec)
{
    struct civil local;
    tz_to_local(tz, at_usec, &local);
    int64_t day = civil_day(local.year, local.month, local.day);
    int64_t monday = day - civil_weekday(day) + 7;
    for (int i = 0; i < 4 && roster_week_begin(roster, tz, iso_week_of_day(monday)) > at_usec; i++)
        monday -= 7;
    return iso_week_of_day(monday);
}

int64_t audit_duty_begin(const struct audit_run *run, const struct roster *roster, int64_t at_usec)
{
    return roster_week_begin(roster, run->plan->tz, duty_week(roster, run->plan->tz, at_usec));
}

static const struct origin *shift_at(const struct roster *roster, int64_t at_usec)
{
    const struct duty_shift *best = NULL;
    for (size_t i = 0; i < roster->n_shifts; i++) {
        const struct duty_shift *shift = &roster->shifts[i];
        if (shift->from_usec <= at_usec && at_usec < shift->to_usec && shift->duty.primary &&
            (!best || shift->drop_in >= best->drop_in))
            best = shift;
    }
    return best ? &best->origin : NULL;
}

struct origin audit_entry_at(const struct audit_run *run, const struct roster *roster, int64_t at_usec)
{
    const struct origin *found = shift_at(roster, at_usec);
    if (found)
        return *found;
    const struct duty_weeks *best = NULL;
    struct iso_week week = duty_week(roster, run->plan->tz, at_usec);
    for (size_t i = 0; i < roster->n_weeks; i++) {
        const struct duty_weeks *weeks = &roster->weeks[i];
        if (iso_week_compare(weeks->first, week) <= 0 && iso_week_compare(week, weeks->last) <= 0 && weeks->duty.primary &&
            (!best || iso_week_compare(weeks->first, best->first) >= 0))
            best = weeks;
    }
    if (best)
        return best->origin;
    return roster->rotation.present ? roster->rotation.origin : roster->origin;
}

/* ---- all of it ---- */

void audit_plan(const struct audit *audit, struct problems *problems)
{
    assert(audit->days >= 1 && audit->days <= AUDIT_DAYS_MAX);
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct audit_run run = { .audit = audit, .plan = audit->plan, .problems = problems, .arena = arena,
                            .now_usec = audit->now_usec };
    int64_t year_usec = run.now_usec + 366 * USEC_PER_DAY;
    run.ahead_usec = run.now_usec + audit->days * USEC_PER_DAY;
    run.until_usec = run.ahead_usec > year_usec ? run.ahead_usec : year_usec;
    make_views(&run);
    for (size_t i = 0; i < run.plan->n_rosters; i++) {
        if (audit_skips(&run, i))
            continue;
        audit_holes(&run, i);
        audit_overlaps(&run, i);
        audit_past(&run, i);
        audit_backups(&run, i);
        audit_ladders(&run, i);
    }
    audit_pairs(&run);
    audit_unused(&run);
    audit_drills(&run);
}

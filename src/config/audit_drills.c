/* Scheduled drills against the calendar: what will not begin when it says. */
#include "config/audit_private.h"

#include "engine/schedule.h"

enum { OCCURRENCES_MAX = 400 };

static void add_time(struct buf *buf, const struct audit_run *run, int64_t at_usec)
{
    span_add_time(buf, at_usec, run->plan->tz, run->plan->language, run->now_usec);
}

static bool is_on_red_day(const struct audit_run *run, const struct schedule *schedule, int64_t at_usec)
{
    struct civil local;
    tz_to_local(run->plan->tz, at_usec, &local);
    return schedule_is_red(schedule, civil_day(local.year, local.month, local.day));
}

struct told { bool test, hours; };           /* each is told once of a schedule */

static void check_fixed(const struct audit_run *run, const struct schedule *schedule, int64_t at_usec, struct told *told)
{
    CLEANUP_BUF struct buf when = { 0 }, begins = { 0 };
    struct schedule_window window = schedule_window(schedule, run->plan->tz, at_usec);
    bool test = schedule_in_warning_test(run->plan->tz, at_usec), red = is_on_red_day(run, schedule, at_usec);
    if (window.from_usec == at_usec || window.from_usec == INT64_MAX)
        return;
    add_time(&when, run, at_usec);
    add_time(&begins, run, window.from_usec);
    if (red && schedule->kind == SCHEDULE_ONCE)
        audit_warn(run, schedule->origin, "the drill '%s' falls on a red day (%s): it begins %s", schedule->name, buf_text(&when),
                   buf_text(&begins));
    else if (test && !told->test)
        audit_warn(run, schedule->origin,
                   "the drill '%s' collides with the national warning test (Hesa Fredrik, 15:00) on %s: it begins %s",
                   schedule->name, buf_text(&when), buf_text(&begins));
    else if (!test && !red && !told->hours)
        audit_warn(run, schedule->origin, "the drill '%s' falls outside its hours (%s): it begins %s", schedule->name,
                   buf_text(&when), buf_text(&begins));
    told->test |= test;
    told->hours |= !test && !red;
}

static bool meets_test(const struct audit_run *run, const struct schedule *schedule, int64_t from_usec, int64_t until_usec)
{
    const int64_t step_usec = 15 * USEC_PER_MIN;
    for (int64_t at_usec = from_usec; at_usec < until_usec; at_usec += step_usec)
        if (schedule_in_warning_test(run->plan->tz, at_usec) && schedule_in_hours(schedule, run->plan->tz, at_usec))
            return true;
    return false;
}

static void check_surprise(const struct audit_run *run, const struct schedule *schedule, int64_t at_usec, struct told *told)
{
    CLEANUP_BUF struct buf when = { 0 }, begins = { 0 };
    struct schedule_window window = schedule_window(schedule, run->plan->tz, at_usec);
    add_time(&when, run, at_usec);
    add_time(&begins, run, window.from_usec);
    if (window.from_usec >= at_usec + schedule->surprise_usec && !told->hours) {
        audit_warn(run, schedule->origin, "no moment of the drill '%s' of %s is within its hours and on no red day: it begins %s",
                   schedule->name, buf_text(&when), buf_text(&begins));
        told->hours = true;
    } else if (!told->test && meets_test(run, schedule, window.from_usec, window.until_usec)) {
        problems_add(run->problems, PROBLEM_NOTE, schedule->origin.file, schedule->origin.line,
                     "the window of the drill '%s' of %s meets the national warning test (Hesa Fredrik, 15:00): it keeps clear of 14:45 to 15:30 on that day",
                     schedule->name, buf_text(&when));
        told->test = true;
    }
}

static void check_duty(const struct audit_run *run, const struct schedule *schedule, int64_t at_usec)
{
    for (size_t i = 0; i < schedule->n_roles; i++) {
        struct on_call on_call;
        roster_on_call(schedule->roles[i], run->plan->tz, at_usec, &on_call);
        if (on_call.primary || on_call.group || audit_skips(run, (size_t)(schedule->roles[i] - run->plan->rosters)))
            continue;
        CLEANUP_BUF struct buf when = { 0 };
        add_time(&when, run, at_usec);
        audit_warn(run, schedule->origin, "nobody holds '%s' when the drill '%s' begins, %s", schedule->roles[i]->role,
                   schedule->name, buf_text(&when));
    }
}

static void check_occurrences(const struct audit_run *run, const struct schedule *schedule)
{
    struct told told = { 0 };
    bool overlaps = false;
    int64_t at_usec = schedule_next(schedule, run->plan->tz, run->now_usec), year_usec = run->now_usec + 366 * USEC_PER_DAY;
    if (at_usec == INT64_MAX)
        audit_warn(run, schedule->origin, "the time of the drill '%s' has passed: it begins no more", schedule->name);
    else if (at_usec < run->ahead_usec)
        check_duty(run, schedule, schedule_window(schedule, run->plan->tz, at_usec).from_usec);
    for (int i = 0; i < OCCURRENCES_MAX && at_usec < year_usec; i++) {
        if (schedule->surprise_usec)
            check_surprise(run, schedule, at_usec, &told);
        else
            check_fixed(run, schedule, at_usec, &told);
        int64_t next_usec = schedule_next(schedule, run->plan->tz, at_usec);
        overlaps |= next_usec < at_usec + schedule->surprise_usec;
        at_usec = next_usec;
    }
    if (overlaps)
        audit_warn(run, schedule->origin,
                   "the surprise of the drill '%s' is longer than the time until the next one: two may come close together",
                   schedule->name);
}

static void check_handovers(const struct audit_run *run, const struct schedule *schedule)
{
    for (size_t i = 0; i < schedule->n_roles; i++) {
        const struct roster *roster = schedule->roles[i];
        if (!audit_skips(run, (size_t)(roster - run->plan->rosters)) &&
            !schedule_next_duty(roster, run->plan->tz, run->now_usec).person)
            audit_warn(run, schedule->origin, "'%s' has no handover within a year: the drill '%s' never begins for it",
                       roster->role, schedule->name);
    }
}

void audit_drills(const struct audit_run *run)
{
    for (size_t i = 0; i < run->plan->n_schedules; i++) {
        const struct schedule *schedule = &run->plan->schedules[i];
        if (!*schedule->when)
            continue;
        if (schedule->kind == SCHEDULE_HANDOVER)
            check_handovers(run, schedule);
        else
            check_occurrences(run, schedule);
    }
}

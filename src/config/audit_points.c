#include "config/audit_private.h"

void audit_points_begin(struct audit_points *points, int64_t from_usec, int64_t until_usec)
{
    *points = (struct audit_points){ .from_usec = from_usec, .until_usec = until_usec };
}

static void push(struct audit_points *points, int64_t at_usec)
{
    if (points->n == points->cap) {
        points->cap = points->cap ? 2 * points->cap : 256;
        points->at = mem_realloc_array(points->at, points->cap, sizeof *points->at);
    }
    points->at[points->n++] = at_usec;
}

static void add(struct audit_points *points, int64_t at_usec)
{
    if (at_usec > points->from_usec && at_usec < points->until_usec)
        push(points, at_usec);
}

static int64_t local_day(const struct tz *tz, int64_t at_usec)
{
    struct civil local;
    tz_to_local(tz, at_usec, &local);
    return civil_day(local.year, local.month, local.day);
}

static void add_weeks(struct audit_points *points, const struct tz *tz, const struct roster *view)
{
    int64_t last = local_day(tz, points->until_usec) + 14;
    for (int64_t day = local_day(tz, points->from_usec) - 21; day < last; day += 7)
        add(points, roster_week_begin(view, tz, iso_week_of_day(day)));
}

/* A reading that comes twice is a point both times. */
static void add_minute(struct audit_points *points, const struct tz *tz, int64_t day, int minute)
{
    struct civil local = { .hour = minute % 1440 / 60, .minute = minute % 60 };
    civil_from_day(day + minute / 1440, &local.year, &local.month, &local.day);
    int64_t first = tz_from_local(tz, &local, TZ_BEGIN), second = tz_from_local(tz, &local, TZ_END);
    add(points, first);
    if (second != first)
        add(points, second);
}

static void add_hours(struct audit_points *points, const struct tz *tz, const struct duty_hours *hours)
{
    int64_t last = local_day(tz, points->until_usec);
    for (int64_t day = local_day(tz, points->from_usec); hours->present && day <= last; day++) {
        if (hours->weekends || hours->holidays || hours->n_windows > 0)
            add_minute(points, tz, day, 0);
        for (size_t i = 0; i < hours->n_windows; i++) {
            if (!(hours->windows[i].weekdays & 1u << civil_weekday(day)))
                continue;
            add_minute(points, tz, day, hours->windows[i].from_minute);
            add_minute(points, tz, day, hours->windows[i].to_minute);
        }
    }
}

void audit_points_add_roster(struct audit_points *points, const struct audit_run *run, const struct roster *view)
{
    const struct tz *tz = run->plan->tz;
    for (int handings = 0; view && handings <= ROSTER_MAX_HANDINGS; handings++) {
        for (size_t i = 0; i < view->n_shifts; i++) {
            add(points, view->shifts[i].from_usec);
            add(points, view->shifts[i].to_usec);
        }
        if (view->n_weeks > 0 || view->rotation.present)
            add_weeks(points, tz, view);
        add_hours(points, tz, &view->hours);
        bool hands_on = view->hours.present && view->otherwise && view->otherwise->kind == TARGET_ROLE;
        view = hands_on ? view->otherwise->roster : NULL;
    }
}

static int compare(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return left < right ? -1 : left > right;
}

void audit_points_end(struct audit_points *points)
{
    push(points, points->from_usec);
    push(points, points->until_usec);
    qsort(points->at, points->n, sizeof *points->at, compare);
    size_t kept = 1;
    for (size_t i = 1; i < points->n; i++)
        if (points->at[i] != points->at[kept - 1])
            points->at[kept++] = points->at[i];
    points->n = kept;
}

void audit_points_done(struct audit_points *points)
{
    free(points->at);
    *points = (struct audit_points){ 0 };
}

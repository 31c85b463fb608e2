#include "config/audit_private.h"

/* Nobody reads more than these; a roster that is so full of holes needs another look altogether. */
enum { MAX_HOLES = 12 };

static void add_until_then(struct buf *buf, int64_t usec)
{
    struct { int64_t usec; const char *one, *many; } units[] = {
        { 7 * USEC_PER_DAY, "week", "weeks" }, { USEC_PER_DAY, "day", "days" }, { USEC_PER_HOUR, "hour", "hours" },
    };
    for (size_t i = 0; i < N_ELEMENTS(units); i++) {
        int64_t n = usec / units[i].usec;
        if (n >= (i == 0 ? 5 : 2) || (i == 2 && n == 1)) {
            buf_printf(buf, ", in %d %s", (int)n, n == 1 ? units[i].one : units[i].many);
            return;
        }
    }
    buf_printf(buf, ", in less than an hour");
}

/* How near it is comes first: that is what makes it urgent. */
static void add_nearness(struct buf *buf, const struct audit_run *run, const struct roster *roster, int64_t from_usec)
{
    int64_t left = from_usec - run->now_usec;
    if (left <= 0) {
        buf_add_text(buf, "a hole NOW");
    } else {
        buf_add_text(buf, left < roster->gap_warning_usec ? "a hole SOON" : "a hole ahead");
        add_until_then(buf, left);
    }
}

static void add_cure(struct buf *buf, const struct audit_run *run, const struct roster *roster, struct span span)
{
    const struct tz *tz = run->plan->tz;
    struct iso_week first, last;
    span_weeks(span, tz, roster, &first, &last);
    if (span.until_usec == INT64_MAX) {
        buf_add_text(buf, "; name people from ");
        span_add_week_keys(buf, first, first);
        buf_add_text(buf, " on in [weeks], or make a [rotation]");
    } else if (span_is_weeks(span, tz, roster)) {
        buf_add_text(buf, "; add '");
        span_add_week_keys(buf, first, last);
        buf_add_text(buf, " = NAME' to [weeks]");
    } else {
        buf_add_text(buf, "; add 'shift = ");
        span_add_shift(buf, span, tz);
        buf_add_text(buf, "  NAME' to [shifts]");
    }
}

static void report(const struct audit_run *run, const struct roster *roster, struct span span)
{
    CLEANUP_BUF struct buf text = { 0 };
    add_nearness(&text, run, roster, span.from_usec);
    buf_printf(&text, ": nobody holds %s ", roster->role);
    audit_add_span(&text, run, roster, span);
    add_cure(&text, run, roster, span);
    audit_warn(run, audit_entry_at(run, roster, span.from_usec - 1), "%s", buf_text(&text));
}

/* A hole that is open now began before, where the views do not reach. One that was always open is told from the week on. */
static int64_t begin_of_hole_now(const struct audit_run *run, const struct roster *roster)
{
    struct roster whole = *roster;
    struct on_call on_call;
    const struct person *next;
    int64_t from, until;
    whole.hours = (struct duty_hours){ 0 };
    roster_stretch(&whole, run->plan->tz, run->now_usec, &on_call, &from, &until, &next);
    if (from != INT64_MIN)
        return from;
    bool by_weeks = roster->n_weeks > 0 || roster->rotation.present;
    return by_weeks ? audit_duty_begin(run, roster, run->now_usec) : run->now_usec;
}

struct holes {
    const struct audit_run *run;
    const struct roster *roster;
    size_t told;
    size_t untold;
    int64_t last_usec;           /* where the last one that was not told begins */
};

static void take_hole(struct holes *holes, struct span span)
{
    const struct audit_run *run = holes->run;
    if (!audit_touches_hours(run, holes->roster, span))
        return;
    if (holes->told == MAX_HOLES) {
        holes->untold++;
        holes->last_usec = span.from_usec;
        return;
    }
    if (span.from_usec == run->now_usec)
        span.from_usec = begin_of_hole_now(run, holes->roster);
    if (span.until_usec == run->until_usec)
        span.until_usec = INT64_MAX;
    report(run, holes->roster, span);
    holes->told++;
}

static void tell_the_rest(const struct holes *holes)
{
    if (holes->untold == 0)
        return;
    CLEANUP_BUF struct buf text = { 0 };
    buf_printf(&text, "%zu more holes in %s until ", holes->untold, holes->roster->role);
    span_add_time(&text, holes->last_usec, holes->run->plan->tz, holes->run->plan->language, holes->run->now_usec);
    audit_warn(holes->run, holes->roster->origin, "%s", buf_text(&text));
}

void audit_holes(const struct audit_run *run, size_t index)
{
    const struct roster *own = &run->own[index];
    struct holes holes = { .run = run, .roster = &run->plan->rosters[index] };
    if (!audit_is_ever_held(holes.roster))
        return;      /* told already, where it is read */
    CLEANUP_POINTS struct audit_points points;
    audit_points_begin(&points, run->now_usec, run->until_usec);
    audit_points_add_roster(&points, run, own);
    audit_points_end(&points);
    int64_t from_usec = INT64_MAX;
    for (size_t i = 0; i + 1 < points.n; i++) {
        struct on_call on_call;
        roster_on_call(own, run->plan->tz, points.at[i], &on_call);
        bool open = from_usec != INT64_MAX;
        if (!on_call.primary && !open && points.at[i] < run->ahead_usec)
            from_usec = points.at[i];
        if (on_call.primary && open) {
            take_hole(&holes, (struct span){ from_usec, points.at[i] });
            from_usec = INT64_MAX;
        }
    }
    if (from_usec != INT64_MAX)
        take_hole(&holes, (struct span){ from_usec, run->until_usec });
    tell_the_rest(&holes);
}

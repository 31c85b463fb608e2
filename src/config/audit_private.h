/* What the parts of an audit share. */
#ifndef CONFIG_AUDIT_PRIVATE_H
#define CONFIG_AUDIT_PRIVATE_H

#include "base/buf.h"
#include "config/audit.h"
#include "config/span.h"
#include "engine/roster.h"

struct audit_run {
    const struct audit *audit;
    const struct plan *plan;
    struct problems *problems;
    struct arena *arena;
    int64_t now_usec;
    int64_t ahead_usec;          /* holes that begin before this are told */
    int64_t until_usec;          /* a year from now, or ahead_usec if that is later */
    struct roster *views;        /* the plan's rosters with only those entries that touch [now_usec, until_usec) */
    struct roster *own;          /* the same without their hours: the duty that they name themselves */
};

#define audit_warn(run, where, ...) problems_add((run)->problems, PROBLEM_WARNING, (where).file, (where).line, __VA_ARGS__)

static inline bool audit_skips(const struct audit_run *run, size_t index)
{
    return run->audit->skipped && run->audit->skipped[index];
}

void audit_add_span(struct buf *buf, const struct audit_run *run, const struct roster *roster, struct span span);
/* The line of the entry that names the primary at an instant, whatever the hours; the roster's own where none does. */
struct origin audit_entry_at(const struct audit_run *run, const struct roster *roster, int64_t at_usec);
/* When the duty that holds at an instant began, if it is a week's. */
int64_t audit_duty_begin(const struct audit_run *run, const struct roster *roster, int64_t at_usec);
bool audit_is_ever_held(const struct roster *roster);
/* Whether the roster holds, by its hours, at any time of a span. */
bool audit_touches_hours(const struct audit_run *run, const struct roster *roster, struct span span);

/* Every instant at which something may change, in order; the first is where it begins, and the last one is the end. */
struct audit_points {            /* a value: zeroed is empty; audit_points_done() */
    int64_t *at;
    size_t n, cap;
    int64_t from_usec, until_usec;
};
void audit_points_begin(struct audit_points *points, int64_t from_usec, int64_t until_usec);
void audit_points_add_roster(struct audit_points *points, const struct audit_run *run, const struct roster *view);
void audit_points_end(struct audit_points *points);
void audit_points_done(struct audit_points *points);
#define CLEANUP_POINTS __attribute__((cleanup(audit_points_done)))

/* The parts, each for one roster of the plan by its index; the last three for all. */
void audit_holes(const struct audit_run *run, size_t index);
void audit_overlaps(const struct audit_run *run, size_t index);
void audit_past(const struct audit_run *run, size_t index);
void audit_backups(const struct audit_run *run, size_t index);
void audit_ladders(const struct audit_run *run, size_t index);
void audit_pairs(const struct audit_run *run);
void audit_unused(const struct audit_run *run);
void audit_drills(const struct audit_run *run);

#endif

/* A drill in a line, for comparing it with others; and totals over many. Pure, as drill_report.h is. */
#ifndef DRILL_DRILL_SUMMARY_H
#define DRILL_DRILL_SUMMARY_H

#include "drill/drill_report.h"

struct summary_role {
    const char *role;
    bool taken;                      /* somebody took it; of a drill that waits for all: everybody has answered */
};

struct drill_summary {
    uint64_t incident;
    const char *summary, *schedule, *without;    /* NULL: none */
    int64_t opened_usec, closed_usec;
    enum report_ending ending;
    bool wait_for_all, dry_run;
    uint32_t answered, total;
    size_t n_paged, n_reached, n_answered;
    int64_t first_answer_usec;       /* -1: none */
    struct report_spread to_answer;
    struct summary_role *roles;      /* each once */
    size_t n_roles;
    struct report_gateway *gateways;
    size_t n_gateways;
    size_t damaged;
    struct arena *arena;             /* the memory of it all */
};

/* Of a report that is finished; it keeps nothing of it. */
struct drill_summary *drill_summary_new(const struct drill_report *report);
void drill_summary_free(struct drill_summary *summary);          /* accepts NULL */
DEFINE_CLEANUP(struct drill_summary *, drill_summary_free)

bool drill_summary_has_role(const struct drill_summary *summary, const char *role);
/* Whether it can be compared: with the same people called for the same thing, and not a dry run beside a real one. */
bool drill_summary_compares(const struct drill_summary *summary, const struct drill_report *report);

/* Totals; a dry run counts for none. */
struct totals_role {
    const char *role;                /* borrowed from the summaries */
    size_t drills, taken, n_paged, n_reached;
    struct report_spread first_answer;
};
struct drill_totals {
    struct totals_role *roles;
    size_t n_roles;
    struct report_gateway *gateways;
    size_t n_gateways;
    size_t n_dry_runs;
};
void drill_totals_make(struct drill_totals *ret, struct drill_summary *const *summaries, size_t n);
void drill_totals_done(struct drill_totals *totals);

#endif

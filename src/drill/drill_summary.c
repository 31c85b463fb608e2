#include "drill/drill_summary.h"

#include <string.h>

/* ---- one ---- */

static const char *keep(struct arena *arena, const char *text)
{
    return text ? arena_strdup(arena, text) : NULL;
}

static struct summary_role *find_role(const struct drill_summary *summary, const char *role)
{
    for (size_t i = 0; i < summary->n_roles; i++)
        if (strcmp(summary->roles[i].role, role) == 0)
            return &summary->roles[i];
    return NULL;
}

/* The last call-out of a role says whether it was taken. */
static void add_roles(struct drill_summary *summary, const struct drill_report *report)
{
    summary->roles = arena_alloc(summary->arena, (report->n_roles + 1) * sizeof *summary->roles);
    for (size_t i = 0; i < report->n_roles; i++) {
        const struct report_role *role = report->roles[i];
        if (!role->role)
            continue;
        struct summary_role *place = find_role(summary, role->role);
        if (!place) {
            place = &summary->roles[summary->n_roles++];
            place->role = keep(summary->arena, role->role);
        }
        place->taken = report->wait_for_all ? report->answered == report->total : role->taken_by != NULL;
    }
}

static void add_gateways(struct drill_summary *summary, const struct drill_report *report)
{
    summary->gateways = arena_alloc(summary->arena, (report->n_gateways + 1) * sizeof *summary->gateways);
    summary->n_gateways = report->n_gateways;
    for (size_t i = 0; i < report->n_gateways; i++) {
        summary->gateways[i] = *report->gateways[i];
        summary->gateways[i].name = keep(summary->arena, report->gateways[i]->name);
    }
}

struct drill_summary *drill_summary_new(const struct drill_report *report)
{
    struct arena *arena = arena_new();
    struct drill_summary *summary = NEW(struct drill_summary);
    *summary = (struct drill_summary){
        .incident = report->incident, .summary = keep(arena, report->summary), .schedule = keep(arena, report->schedule),
        .without = keep(arena, report->without), .opened_usec = report->opened_usec, .closed_usec = report->closed_usec,
        .ending = report->ending, .wait_for_all = report->wait_for_all, .dry_run = report->dry_run,
        .answered = report->answered, .total = report->total, .n_paged = report->n_paged, .n_reached = report->n_reached,
        .n_answered = report->n_answered, .first_answer_usec = report->first_answer_usec, .to_answer = report->to_answer,
        .damaged = report->damaged, .arena = arena,
    };
    add_roles(summary, report);
    add_gateways(summary, report);
    return summary;
}

void drill_summary_free(struct drill_summary *summary)
{
    if (!summary)
        return;
    arena_free(summary->arena);
    free(summary);
}

bool drill_summary_has_role(const struct drill_summary *summary, const char *role)
{
    return find_role(summary, role) != NULL;
}

bool drill_summary_compares(const struct drill_summary *summary, const struct drill_report *report)
{
    if (summary->incident == report->incident || summary->dry_run != report->dry_run ||
        summary->opened_usec >= report->opened_usec)
        return false;
    for (size_t i = 0; i < summary->n_roles; i++)
        if (drill_report_shares_role(report, summary->roles[i].role))
            return true;
    return false;
}

/* ---- many ---- */

static struct totals_role *role_of(struct drill_totals *totals, const char *role)
{
    for (size_t i = 0; i < totals->n_roles; i++)
        if (strcmp(totals->roles[i].role, role) == 0)
            return &totals->roles[i];
    totals->roles = mem_realloc_array(totals->roles, totals->n_roles + 1, sizeof *totals->roles);
    struct totals_role *made = &totals->roles[totals->n_roles++];
    *made = (struct totals_role){ .role = role };
    return made;
}

static struct report_gateway *gateway_of(struct drill_totals *totals, const char *name)
{
    for (size_t i = 0; i < totals->n_gateways; i++)
        if (strcmp(totals->gateways[i].name, name) == 0)
            return &totals->gateways[i];
    totals->gateways = mem_realloc_array(totals->gateways, totals->n_gateways + 1, sizeof *totals->gateways);
    struct report_gateway *made = &totals->gateways[totals->n_gateways++];
    *made = (struct report_gateway){ .name = name };
    return made;
}

static void add_summary(struct drill_totals *totals, const struct drill_summary *summary)
{
    for (size_t i = 0; i < summary->n_roles; i++) {
        struct totals_role *role = role_of(totals, summary->roles[i].role);
        role->drills++;
        role->taken += summary->roles[i].taken;
        role->n_paged += summary->n_paged;
        role->n_reached += summary->n_reached;
    }
    for (size_t i = 0; i < summary->n_gateways; i++) {
        const struct report_gateway *from = &summary->gateways[i];
        struct report_gateway *to = gateway_of(totals, from->name);
        to->taken += from->taken;
        to->delivered += from->delivered;
        to->refused += from->refused;
        to->unanswered += from->unanswered;
        to->never += from->never;
        to->no_receipt += from->no_receipt;
        to->left_out += from->left_out;
    }
}

static void spread_first_answers(struct totals_role *role, struct drill_summary *const *summaries, size_t n, int64_t *spans)
{
    size_t n_spans = 0;
    for (size_t i = 0; i < n; i++)
        if (!summaries[i]->dry_run && summaries[i]->first_answer_usec >= 0 && drill_summary_has_role(summaries[i], role->role))
            spans[n_spans++] = summaries[i]->first_answer_usec;
    role->first_answer = drill_report_spread(spans, n_spans);
}

void drill_totals_make(struct drill_totals *ret, struct drill_summary *const *summaries, size_t n)
{
    CLEANUP_FREE int64_t *spans = NEW_ARRAY(int64_t, n + 1);
    *ret = (struct drill_totals){ .n_roles = 0 };
    for (size_t i = 0; i < n; i++) {
        if (summaries[i]->dry_run)
            ret->n_dry_runs++;
        else
            add_summary(ret, summaries[i]);
    }
    for (size_t i = 0; i < ret->n_roles; i++)
        spread_first_answers(&ret->roles[i], summaries, n, spans);
}

void drill_totals_done(struct drill_totals *totals)
{
    free(totals->roles);
    free(totals->gateways);
    *totals = (struct drill_totals){ .n_roles = 0 };
}

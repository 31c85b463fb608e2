#include "api/drill_report_view.h"

#include "api/drill_view.h"
#include "api/words.h"
#include "base/civil.h"
#include "engine/drill.h"

static void add_span(struct json_writer *writer, const char *key, int64_t usec)
{
    if (usec < 0)
        jw_null(writer, key);
    else
        jw_u64(writer, key, (uint64_t)usec / USEC_PER_MSEC);
}

static void add_spread(struct json_writer *writer, const char *key, const struct report_spread *spread)
{
    jw_open(writer, key, '{');
    jw_u64(writer, "n", spread->n);
    add_span(writer, "median_msec", spread->n > 0 ? spread->median_usec : -1);
    add_span(writer, "max_msec", spread->n > 0 ? spread->max_usec : -1);
    jw_close(writer, '}');
}

static void add_masked(struct json_writer *writer, const char *key, const char *text)
{
    CLEANUP_BUF struct buf masked = { 0 };
    if (text)
        words_add_masked_text(&masked, text);
    jw_text_or_null(writer, key, buf_text(&masked));
}

static void add_person(struct json_writer *writer, const struct plan *plan, const char *key, const char *name_key, const char *id)
{
    jw_text(writer, key, id);
    jw_text(writer, name_key, words_person(plan, id, NULL));
}

static void add_channel(struct json_writer *writer, const char *key, unsigned channel)
{
    jw_text(writer, key, channel < CHANNEL_COUNT ? channel_name((enum channel)channel) : NULL);
}

/* ---- its terms and its end ---- */

static void add_terms(struct json_writer *writer, const struct drill_report *report)
{
    jw_text(writer, "summary", report->summary);
    jw_text(writer, "source", report->source);
    jw_text(writer, "started_by", report->starter);
    jw_text(writer, "schedule", report->schedule);
    drill_view_add_list(writer, "targets", report->targets);
    drill_view_add_list(writer, "without", report->without);
    jw_bool(writer, "wait_for_all", report->wait_for_all);
    jw_bool(writer, "dry_run", report->dry_run);
}

static void add_ending(struct json_writer *writer, const struct drill_report *report)
{
    const char *real = report->ending == ENDING_ABORTED ? report->end_reason + strlen(DRILL_ENDED_ABORTED) : NULL;
    jw_time(writer, "planned_at", report->planned_usec);
    jw_time(writer, "opened_at", report->opened_usec);
    jw_time(writer, "closed_at", report->closed_usec);
    jw_time(writer, "last_at", report->last_usec);
    jw_text(writer, "ending", report_ending_name(report->ending));
    jw_text(writer, "ended_by", report->ended_by);
    add_masked(writer, "end_reason", report->end_reason);
    jw_text(writer, "real_alarm", real);
    jw_u64(writer, "answered", report->answered);
    jw_u64(writer, "of", report->total);
    drill_view_add_missing(writer, report->missing ? report->missing : "");
}

static void add_figures(struct json_writer *writer, const struct drill_report *report)
{
    jw_u64(writer, "persons_paged", report->n_paged);
    jw_u64(writer, "persons_reached", report->n_reached);
    jw_u64(writer, "persons_answered", report->n_answered);
    add_span(writer, "first_answer_msec", report->first_answer_usec);
    add_spread(writer, "to_sent", &report->to_sent);
    add_spread(writer, "to_delivered", &report->to_delivered);
    add_spread(writer, "to_answer", &report->to_answer);
    jw_u64(writer, "damaged_records", report->damaged);
}

/* ---- its parts ---- */

static void add_role(struct json_writer *writer, const struct report_role *role, const struct plan *plan)
{
    jw_open(writer, NULL, '{');
    jw_text(writer, "role", role->role);
    jw_u64(writer, "callout", role->callout);
    jw_time(writer, "started_at", role->started_usec);
    add_person(writer, plan, "taken_by", "taken_by_name", role->taken_by);
    jw_time(writer, "taken_at", role->taken_usec);
    jw_close(writer, '}');
}

static void add_step(struct json_writer *writer, const struct report_step *step)
{
    jw_open(writer, NULL, '{');
    jw_time(writer, "at", step->at_usec);
    jw_text(writer, "role", step->role);
    jw_u64(writer, "callout", step->callout);
    jw_u64(writer, "step", step->step);
    jw_u64(writer, "round", step->round);
    jw_bool(writer, "skipped", step->skipped);
    add_masked(writer, "reason", step->reason);
    jw_close(writer, '}');
}

static void add_one_person(struct json_writer *writer, const struct report_person *person, const struct plan *plan)
{
    static const char *const answers[] = { [REPORT_ANSWER_YES] = "yes", [REPORT_ANSWER_NO] = "no" };
    jw_open(writer, NULL, '{');
    add_person(writer, plan, "person", "name", person->id);
    jw_bool(writer, "held_back", person->held_back);
    jw_time(writer, "held_back_at", person->held_back_usec);
    jw_time(writer, "paged_at", person->paged_usec);
    jw_u64(writer, "pages", person->n_pages);
    jw_bool(writer, "reached", person->reached);
    add_spread(writer, "to_sent", &person->to_sent);
    add_spread(writer, "to_delivered", &person->to_delivered);
    jw_text(writer, "answer", person->answer ? answers[person->answer] : NULL);
    jw_time(writer, "answered_at", person->answered_usec);
    add_span(writer, "to_answer_msec", person->to_answer_usec);
    add_channel(writer, "answered_via", person->via ? person->via - 1u : CHANNEL_COUNT);
    jw_text(writer, "answered_by", person->by);
    add_person(writer, plan, "taken_by", "taken_by_name", person->taken_by);
    jw_time(writer, "taken_at", person->taken_usec);
    jw_close(writer, '}');
}

static void add_attempt(struct json_writer *writer, const struct report_attempt *attempt)
{
    jw_open(writer, NULL, '{');
    jw_time(writer, "at", attempt->at_usec);
    jw_text(writer, "gateway", attempt->gateway);
    jw_text(writer, "result", report_result_name(attempt->result));
    add_masked(writer, "reason", attempt->reason);
    jw_close(writer, '}');
}

static void add_page(struct json_writer *writer, const struct report_page *page, const struct plan *plan)
{
    jw_open(writer, NULL, '{');
    jw_u64(writer, "page", page->number);
    add_person(writer, plan, "person", "name", page->person);
    jw_text(writer, "role", page->role);
    jw_u64(writer, "step", page->step);
    jw_u64(writer, "round", page->round);
    add_channel(writer, "channel", page->channel);
    jw_text(writer, "gateway", page->gateway);
    jw_text(writer, "state", report_fate_name(page->fate));
    jw_time(writer, "queued_at", page->queued_usec);
    jw_time(writer, "sent_at", page->sent_usec);
    jw_time(writer, "delivered_at", page->delivered_usec);
    jw_open(writer, "attempts", '[');
    for (size_t i = 0; i < page->n_attempts; i++)
        add_attempt(writer, &page->attempts[i]);
    jw_close(writer, ']');
    jw_close(writer, '}');
}

static void add_gateway(struct json_writer *writer, const struct report_gateway *gateway)
{
    jw_open(writer, NULL, '{');
    jw_text(writer, "gateway", gateway->name);
    jw_u64(writer, "taken", gateway->taken);
    jw_u64(writer, "delivered", gateway->delivered);
    jw_u64(writer, "refused", gateway->refused);
    jw_u64(writer, "unanswered", gateway->unanswered);
    jw_u64(writer, "never", gateway->never);
    jw_u64(writer, "no_receipt", gateway->no_receipt);
    jw_u64(writer, "left_out", gateway->left_out);
    jw_close(writer, '}');
}

void drill_report_view_add(struct json_writer *writer, const struct drill_report *report, const struct plan *plan)
{
    jw_incident(writer, "id", report->incident);
    jw_text(writer, "state", report->closed_usec ? "ended" : "open");
    add_terms(writer, report);
    add_ending(writer, report);
    add_figures(writer, report);
    jw_open(writer, "roles", '[');
    for (size_t i = 0; i < report->n_roles; i++)
        add_role(writer, report->roles[i], plan);
    jw_close(writer, ']');
    jw_open(writer, "steps", '[');
    for (size_t i = 0; i < report->n_steps; i++)
        add_step(writer, report->steps[i]);
    jw_close(writer, ']');
    jw_open(writer, "people", '[');
    for (size_t i = 0; i < report->n_persons; i++)
        add_one_person(writer, report->persons[i], plan);
    jw_close(writer, ']');
    jw_open(writer, "pages", '[');
    for (size_t i = 0; i < report->n_pages; i++)
        add_page(writer, report->pages[i], plan);
    jw_close(writer, ']');
    jw_open(writer, "gateways", '[');
    for (size_t i = 0; i < report->n_gateways; i++)
        add_gateway(writer, report->gateways[i]);
    jw_close(writer, ']');
}

/* ---- many ---- */

void drill_report_view_add_summary(struct json_writer *writer, const struct drill_summary *summary)
{
    jw_incident(writer, "id", summary->incident);
    jw_text(writer, "summary", summary->summary);
    jw_text(writer, "schedule", summary->schedule);
    drill_view_add_list(writer, "without", summary->without);
    jw_bool(writer, "wait_for_all", summary->wait_for_all);
    jw_bool(writer, "dry_run", summary->dry_run);
    jw_time(writer, "opened_at", summary->opened_usec);
    jw_time(writer, "closed_at", summary->closed_usec);
    jw_text(writer, "ending", report_ending_name(summary->ending));
    jw_u64(writer, "answered", summary->answered);
    jw_u64(writer, "of", summary->total);
    jw_u64(writer, "persons_paged", summary->n_paged);
    jw_u64(writer, "persons_reached", summary->n_reached);
    jw_u64(writer, "persons_answered", summary->n_answered);
    add_span(writer, "first_answer_msec", summary->first_answer_usec);
    add_spread(writer, "to_answer", &summary->to_answer);
    jw_open(writer, "roles", '[');
    for (size_t i = 0; i < summary->n_roles; i++)
        jw_text(writer, NULL, summary->roles[i].role);
    jw_close(writer, ']');
    jw_u64(writer, "damaged_records", summary->damaged);
}

void drill_report_view_add_totals(struct json_writer *writer, const struct drill_totals *totals)
{
    jw_open(writer, "roles", '[');
    for (size_t i = 0; i < totals->n_roles; i++) {
        const struct totals_role *role = &totals->roles[i];
        jw_open(writer, NULL, '{');
        jw_text(writer, "role", role->role);
        jw_u64(writer, "drills", role->drills);
        jw_u64(writer, "answered", role->taken);
        jw_u64(writer, "persons_paged", role->n_paged);
        jw_u64(writer, "persons_reached", role->n_reached);
        add_spread(writer, "first_answer", &role->first_answer);
        jw_close(writer, '}');
    }
    jw_close(writer, ']');
    jw_open(writer, "gateways", '[');
    for (size_t i = 0; i < totals->n_gateways; i++)
        add_gateway(writer, &totals->gateways[i]);
    jw_close(writer, ']');
    jw_u64(writer, "dry_runs", totals->n_dry_runs);
}

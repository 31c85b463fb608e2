#include "drill/drill_report.h"

#include <string.h>

#include "base/buf.h"
#include "drill/drill_fold.h"

struct drill_report *drill_report_new(uint64_t incident)
{
    struct drill_report *report = NEW(struct drill_report);
    report->incident = incident;
    report->first_answer_usec = -1;
    report->fold = NEW(struct report_fold);
    report->fold->arena = arena_new();
    report->fold->names = intern_new();
    return report;
}

void drill_report_free(struct drill_report *report)
{
    if (!report)
        return;
    map_done(&report->fold->pages);
    map_done(&report->fold->persons);
    map_done(&report->fold->gateways);
    intern_free(report->fold->names);
    arena_free(report->fold->arena);
    free(report->fold);
    free(report->pages);
    free(report->persons);
    free(report->roles);
    free(report->steps);
    free(report->gateways);
    free(report);
}

void drill_report_add_damaged(struct drill_report *report)
{
    report->damaged++;
}

bool drill_report_is_drill(const struct drill_report *report)
{
    return report->drill;
}

bool drill_report_shares_role(const struct drill_report *report, const char *role)
{
    for (size_t i = 0; i < report->n_roles; i++)
        if (report->roles[i]->role && strcmp(report->roles[i]->role, role) == 0)
            return true;
    return false;
}

/* ---- spans ---- */

static int by_length(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

struct report_spread drill_report_spread(int64_t *spans_usec, size_t n)
{
    if (n == 0)
        return (struct report_spread){ .n = 0 };
    qsort(spans_usec, n, sizeof *spans_usec, by_length);
    int64_t low = spans_usec[(n - 1) / 2], high = spans_usec[n / 2];
    return (struct report_spread){ .n = n, .median_usec = low + (high - low) / 2, .max_usec = spans_usec[n - 1] };
}

static int64_t span(int64_t from_usec, int64_t to_usec)
{
    return to_usec > from_usec ? to_usec - from_usec : 0;      /* the wall clock may have been set back between them */
}

/* person: NULL, or the one whose pages count. spans: room for every page. */
static void spread_pages(const struct drill_report *report, const char *person, int64_t *spans, struct report_spread *ret_sent,
                         struct report_spread *ret_delivered)
{
    size_t n = 0;
    for (size_t i = 0; i < report->n_pages; i++)
        if ((!person || report->pages[i]->person == person) && report->pages[i]->sent_usec)
            spans[n++] = span(report->pages[i]->queued_usec, report->pages[i]->sent_usec);
    *ret_sent = drill_report_spread(spans, n);
    n = 0;
    for (size_t i = 0; i < report->n_pages; i++)
        if ((!person || report->pages[i]->person == person) && report->pages[i]->delivered_usec)
            spans[n++] = span(report->pages[i]->queued_usec, report->pages[i]->delivered_usec);
    *ret_delivered = drill_report_spread(spans, n);
}

/* ---- people ---- */

static void judge_pages(struct drill_report *report)
{
    for (size_t i = 0; i < report->n_pages; i++) {
        const struct report_page *page = report->pages[i];
        struct report_person *person = fold_person(report, page->person);
        person->reached |= page->fate == PAGE_FATE_DELIVERED || page->fate == PAGE_FATE_SENT;
        for (size_t k = 0; person->answer == REPORT_ANSWER_NONE && k < report->n_roles; k++) {
            const struct report_role *role = report->roles[k];
            if (role->role != page->role || !role->taken_by || role->taken_by == person->id)
                continue;
            person->taken_by = role->taken_by;
            person->taken_usec = role->taken_usec;
        }
    }
}

static void judge_persons(struct drill_report *report)
{
    CLEANUP_FREE int64_t *spans = NEW_ARRAY(int64_t, report->n_persons + report->n_pages + 1);
    size_t n = 0;
    for (size_t i = 0; i < report->n_persons; i++) {
        struct report_person *person = report->persons[i];
        person->reached |= person->answer != REPORT_ANSWER_NONE;
        report->n_paged += person->n_pages > 0;
        report->n_reached += person->n_pages > 0 && person->reached;
        report->n_answered += person->answer != REPORT_ANSWER_NONE;
        if (person->to_answer_usec >= 0)
            spans[n++] = person->to_answer_usec;
    }
    report->to_answer = drill_report_spread(spans, n);
    for (size_t i = 0; i < report->n_persons; i++)
        spread_pages(report, report->persons[i]->id, spans, &report->persons[i]->to_sent, &report->persons[i]->to_delivered);
    spread_pages(report, NULL, spans, &report->to_sent, &report->to_delivered);
}

/* ---- how it went ---- */

static void count(struct drill_report *report, bool answered, const char *name, struct buf *missing)
{
    report->total++;
    report->answered += answered;
    if (answered || !name)
        return;
    if (missing->len > 0)
        buf_add_text(missing, ", ");
    buf_add_text(missing, name);
}

static bool has_later(const struct drill_report *report, size_t index)
{
    for (size_t i = index + 1; i < report->n_roles; i++)
        if (report->roles[i]->role == report->roles[index]->role)
            return true;
    return false;
}

/* As it stands, of a drill that goes on, or of a trigger that said drill. */
static void count_answers(struct drill_report *report)
{
    CLEANUP_BUF struct buf missing = { 0 };
    report->answered = report->total = 0;
    for (size_t i = 0; report->wait_for_all && i < report->n_persons; i++)
        count(report, report->persons[i]->answer != REPORT_ANSWER_NONE, report->persons[i]->id, &missing);
    for (size_t i = 0; !report->wait_for_all && i < report->n_roles; i++)
        if (!has_later(report, i))
            count(report, report->roles[i]->taken_by != NULL, report->roles[i]->role, &missing);
    report->missing = missing.len > 0 ? arena_strdup(report->fold->arena, buf_text(&missing)) : NULL;
}

void drill_report_finish(struct drill_report *report)
{
    judge_pages(report);
    judge_persons(report);
    if (!report->fold->has_result)
        count_answers(report);
    if (report->ending == ENDING_DEADLINE && report->total > 0 && report->answered == report->total)
        report->ending = ENDING_ACKNOWLEDGED;
}

/* ---- names ---- */

const char *report_ending_name(enum report_ending ending)
{
    static const char *const names[] = {
        [ENDING_OPEN] = "open", [ENDING_ANSWERED] = "answered", [ENDING_ACKNOWLEDGED] = "acknowledged",
        [ENDING_DEADLINE] = "deadline", [ENDING_STOPPED] = "stopped", [ENDING_ABORTED] = "aborted",
        [ENDING_CLOSED] = "closed",
    };
    return names[ending];
}

const char *report_result_name(enum report_result result)
{
    static const char *const names[] = {
        [RESULT_TAKEN] = "taken", [RESULT_REFUSED] = "refused", [RESULT_UNANSWERED] = "unanswered", [RESULT_NEVER] = "never",
        [RESULT_NO_RECEIPT] = "no-receipt", [RESULT_LEFT_OUT] = "left-out",
    };
    return names[result];
}

const char *report_fate_name(enum report_fate fate)
{
    static const char *const names[] = {
        [PAGE_FATE_QUEUED] = "queued", [PAGE_FATE_SENT] = "sent", [PAGE_FATE_DOUBTED] = "doubted",
        [PAGE_FATE_DELIVERED] = "delivered", [PAGE_FATE_FAILED] = "failed",
    };
    return names[fate];
}

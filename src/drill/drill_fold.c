/* From record to report: what each says is noted down, and nothing computed. */
#include "drill/drill_fold.h"

#include <string.h>

#include "engine/drill.h"

/* ---- parts ---- */

const char *fold_name(struct drill_report *report, const char *name)
{
    struct intern *names = report->fold->names;
    return name && *name ? intern_text(names, intern_add(names, name)) : NULL;
}

static char *keep(struct drill_report *report, const char *text)
{
    return text && *text ? arena_strdup(report->fold->arena, text) : NULL;
}

/* A new element behind *list, which has room for a power of two of them. */
#define APPEND(report, list, n, type)                                                       \
    __extension__({                                                                         \
        if (((n) & ((n) - 1)) == 0)                                                         \
            (list) = mem_realloc_array((list), (n) ? 2 * (n) : 1, sizeof(*(list)));         \
        (list)[(n)++] = arena_alloc((report)->fold->arena, sizeof(type));                   \
    })

struct report_person *fold_person(struct drill_report *report, const char *id)
{
    atom name = intern_add(report->fold->names, id);
    struct report_person *person = map_get(&report->fold->persons, name);
    if (person)
        return person;
    person = APPEND(report, report->persons, report->n_persons, struct report_person);
    person->id = intern_text(report->fold->names, name);
    person->to_answer_usec = -1;
    map_put(&report->fold->persons, name, person);
    return person;
}

struct report_role *fold_role(const struct drill_report *report, uint32_t callout)
{
    for (size_t i = 0; i < report->n_roles; i++)
        if (report->roles[i]->callout == callout)
            return report->roles[i];
    return NULL;
}

static struct report_gateway *find_gateway(struct drill_report *report, const char *gateway)
{
    atom name = intern_add(report->fold->names, gateway);
    struct report_gateway *found = map_get(&report->fold->gateways, name);
    if (found)
        return found;
    found = APPEND(report, report->gateways, report->n_gateways, struct report_gateway);
    found->name = intern_text(report->fold->names, name);
    map_put(&report->fold->gateways, name, found);
    return found;
}

/* ---- beginning ---- */

static void note_terms(struct drill_report *report, const struct record *record)
{
    report->drill = record->drill;
    report->summary = keep(report, record->summary);
    report->source = keep(report, record->source);
    report->starter = keep(report, record->actor);
    report->schedule = keep(report, record->schedule);
    report->targets = keep(report, record->targets);
    report->without = keep(report, record->without);
    report->wait_for_all = record->wait_for_all;
    report->dry_run = record->dry_run;
}

static void note_opened(struct drill_report *report, const struct record *record)
{
    note_terms(report, record);
    report->begun = true;
    report->opened_usec = record->at_usec;
}

static void note_callout(struct drill_report *report, const struct record *record)
{
    struct report_role *role = APPEND(report, report->roles, report->n_roles, struct report_role);
    role->role = fold_name(report, record->role);
    role->callout = record->callout;
    role->started_usec = record->at_usec;
}

static void note_step(struct drill_report *report, const struct record *record)
{
    struct report_step *step = APPEND(report, report->steps, report->n_steps, struct report_step);
    *step = (struct report_step){
        .role = fold_name(report, record->role), .reason = keep(report, record->text), .at_usec = record->at_usec,
        .callout = record->callout, .step = record->step, .round = record->round,
        .skipped = record->kind == RECORD_STEP_SKIPPED,
    };
}

/* ---- pages ---- */

static const struct report_step *step_under_way(const struct drill_report *report, uint32_t callout)
{
    for (size_t i = report->n_steps; i > 0; i--)
        if (report->steps[i - 1]->callout == callout && !report->steps[i - 1]->skipped)
            return report->steps[i - 1];
    return NULL;
}

static void note_queued(struct drill_report *report, const struct record *record)
{
    if (!record->person || record->channel == 0 || map_get(&report->fold->pages, record->page))
        return;
    const struct report_step *step = step_under_way(report, record->callout);
    struct report_person *person = fold_person(report, record->person);
    struct report_page *page = APPEND(report, report->pages, report->n_pages, struct report_page);
    page->number = record->page;
    page->step = step ? step->step : 0;
    page->round = step ? step->round : 0;
    page->person = person->id;
    page->role = fold_name(report, record->role);
    page->channel = record->channel - 1;
    page->queued_usec = record->at_usec;
    map_put(&report->fold->pages, record->page, page);
    if (person->n_pages++ == 0)
        person->paged_usec = record->at_usec;
}

static void note_attempt(struct drill_report *report, struct report_page *page, const struct record *record,
                         enum report_result result)
{
    size_t n = page->n_attempts;
    if (n == REPORT_ATTEMPTS_MAX)
        return;
    if ((n & (n - 1)) == 0) {
        struct report_attempt *more = arena_alloc(report->fold->arena, (n ? 2 * n : 1) * sizeof *more);
        if (n > 0)
            memcpy(more, page->attempts, n * sizeof *more);
        page->attempts = more;
    }
    page->attempts[page->n_attempts++] = (struct report_attempt){
        .gateway = fold_name(report, record->gateway), .reason = keep(report, record->text), .at_usec = record->at_usec,
        .result = result,
    };
}

static void note_sent(struct drill_report *report, struct report_page *page, const struct record *record)
{
    note_attempt(report, page, record, RESULT_TAKEN);
    page->gateway = fold_name(report, record->gateway);
    if (page->fate != PAGE_FATE_DELIVERED)
        page->fate = PAGE_FATE_SENT;
    if (page->sent_usec == 0)
        page->sent_usec = record->at_usec;
    if (record->gateway)
        find_gateway(report, record->gateway)->taken++;
}

static void note_delivered(struct drill_report *report, struct report_page *page, const struct record *record)
{
    const char *gateway = record->gateway ? record->gateway : page->gateway;
    if (page->fate == PAGE_FATE_DELIVERED)
        return;
    page->fate = PAGE_FATE_DELIVERED;
    page->delivered_usec = record->at_usec;
    if (gateway) {
        page->gateway = fold_name(report, gateway);
        find_gateway(report, gateway)->delivered++;
    }
}

static enum report_result result_of(const struct record *record)
{
    if (record->receipt == RECEIPT_MISSING)
        return RESULT_NO_RECEIPT;
    if (record->receipt == RECEIPT_NEVER)
        return RESULT_NEVER;
    if (record->unanswered)
        return RESULT_UNANSWERED;
    return record->text && strcmp(record->text, DRILL_LEFT_OUT) == 0 ? RESULT_LEFT_OUT : RESULT_REFUSED;
}

static void count_failure(struct report_gateway *gateway, enum report_result result)
{
    gateway->refused += result == RESULT_REFUSED;
    gateway->unanswered += result == RESULT_UNANSWERED;
    gateway->never += result == RESULT_NEVER;
    gateway->no_receipt += result == RESULT_NO_RECEIPT;
    gateway->left_out += result == RESULT_LEFT_OUT;
}

static bool is_certain(const struct report_page *page, const char *gateway)
{
    for (size_t i = 0; i < page->n_attempts; i++)
        if (page->attempts[i].result == RESULT_NEVER && page->attempts[i].gateway == gateway)
            return true;
    return false;
}

/* A gateway that owes its receipt may still have delivered it. */
static bool is_doubted(const struct report_page *page)
{
    for (size_t i = 0; i < page->n_attempts; i++)
        if (page->attempts[i].result == RESULT_NO_RECEIPT && !is_certain(page, page->attempts[i].gateway))
            return true;
    return false;
}

static void note_failed(struct drill_report *report, struct report_page *page, const struct record *record)
{
    enum report_result result = result_of(record);
    note_attempt(report, page, record, result);
    if (record->gateway)
        count_failure(find_gateway(report, record->gateway), result);
    if (page->fate == PAGE_FATE_DELIVERED)
        return;
    bool was_doubted = page->fate == PAGE_FATE_DOUBTED;
    bool holds = !record->receipt || page->gateway == fold_name(report, record->gateway);
    if (record->again)
        page->fate = PAGE_FATE_QUEUED;
    else if (record->final)
        page->fate = PAGE_FATE_FAILED;
    else if (record->receipt && (holds || was_doubted))
        page->fate = is_doubted(page) ? PAGE_FATE_DOUBTED : PAGE_FATE_FAILED;
}

static void note_outcome(struct drill_report *report, const struct record *record)
{
    struct report_page *page = map_get(&report->fold->pages, record->page);
    if (!page)
        return;      /* of a notice */
    if (record->kind == RECORD_PAGE_SENT)
        note_sent(report, page, record);
    else if (record->kind == RECORD_PAGE_DELIVERED)
        note_delivered(report, page, record);
    else
        note_failed(report, page, record);
}

/* ---- people ---- */

static void note_held_back(struct drill_report *report, const struct record *record)
{
    if (!record->person)
        return;
    struct report_person *person = fold_person(report, record->person);
    person->held_back = true;
    if (person->held_back_usec == 0)
        person->held_back_usec = record->at_usec;
}

/* Of a call-out that anybody may take, the one who has it; where everybody is waited for nobody takes it from the others. */
static void note_taken(struct drill_report *report, const struct record *record)
{
    struct report_role *role = report->wait_for_all ? NULL : fold_role(report, record->callout);
    if (!role)
        return;
    bool taken = record->kind == RECORD_ACKNOWLEDGED, released = record->kind == RECORD_RELEASED;
    if (taken || released) {
        role->taken_by = taken ? fold_name(report, record->person) : NULL;
        role->taken_usec = taken ? record->at_usec : 0;
    }
}

static void note_answer(struct drill_report *report, const struct record *record)
{
    if (!record->person)
        return;
    struct report_person *person = fold_person(report, record->person);
    bool yes = record->kind != RECORD_DECLINED && record->kind != RECORD_RELEASED;
    if (person->answer == REPORT_ANSWER_NONE) {      /* the first says how long it took */
        person->answered_usec = record->at_usec;
        person->via = record->channel;
        bool own = !record->actor || record->channel != 0 || strcmp(record->actor, record->person) == 0;
        person->by = own ? NULL : fold_name(report, record->actor);
        if (person->paged_usec)
            person->to_answer_usec = record->at_usec > person->paged_usec ? record->at_usec - person->paged_usec : 0;
    }
    person->answer = yes ? REPORT_ANSWER_YES : REPORT_ANSWER_NO;
    if (yes && report->first_answer_usec < 0)
        report->first_answer_usec = record->at_usec > report->opened_usec ? record->at_usec - report->opened_usec : 0;
    note_taken(report, record);
}

/* Who says yes when somebody else has it already is written down as a note. */
static bool is_late_answer(const struct record *record)
{
    return record->text && strcmp(record->text, DRILL_ANSWERED_LATE) == 0;
}

/* ---- the end ---- */

static void note_result(struct drill_report *report, const struct record *record)
{
    report->fold->has_result = true;
    report->answered = record->count;
    report->total = record->total;
    report->missing = keep(report, record->text);
}

static enum report_ending ending_of(const char *reason)
{
    if (!reason)
        return ENDING_CLOSED;
    if (strcmp(reason, DRILL_ENDED_ANSWERED) == 0)
        return ENDING_ANSWERED;
    if (strcmp(reason, DRILL_ENDED_DEADLINE) == 0)
        return ENDING_DEADLINE;
    if (strcmp(reason, DRILL_ENDED_STOPPED) == 0)
        return ENDING_STOPPED;
    bool aborted = strncmp(reason, DRILL_ENDED_ABORTED, strlen(DRILL_ENDED_ABORTED)) == 0;
    return aborted ? ENDING_ABORTED : ENDING_CLOSED;
}

static void note_closed(struct drill_report *report, const struct record *record)
{
    report->closed_usec = record->at_usec;
    report->ended_by = keep(report, record->actor);
    report->end_reason = keep(report, record->text);
    report->ending = ending_of(record->text);
}

void drill_report_add(struct drill_report *report, const struct record *record)
{
    report->last_usec = record->at_usec > report->last_usec ? record->at_usec : report->last_usec;
    switch (record->kind) {
    case RECORD_DRILL_PLANNED: note_terms(report, record); report->planned_usec = record->at_usec; break;
    case RECORD_OPENED: note_opened(report, record); break;
    case RECORD_CALLOUT_STARTED: note_callout(report, record); break;
    case RECORD_STEP_BEGUN:
    case RECORD_STEP_SKIPPED:
    case RECORD_REPEAT_BEGUN: note_step(report, record); break;
    case RECORD_PAGE_QUEUED: note_queued(report, record); break;
    case RECORD_PAGE_SENT:
    case RECORD_PAGE_DELIVERED:
    case RECORD_PAGE_FAILED: note_outcome(report, record); break;
    case RECORD_DRILL_HELD_BACK: note_held_back(report, record); break;
    case RECORD_ACKNOWLEDGED:
    case RECORD_DECLINED:
    case RECORD_RELEASED: note_answer(report, record); break;
    case RECORD_NOTE:
        if (is_late_answer(record))
            note_answer(report, record);
        break;
    case RECORD_DRILL_RESULT: note_result(report, record); break;
    case RECORD_CLOSED: note_closed(report, record); break;
    default: break;
    }
}

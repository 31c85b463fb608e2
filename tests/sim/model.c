#include "model.h"

#include <string.h>

#include "base/map.h"
#include "loop/loop.h"

static struct {
    struct m_incident *first, *last;
    struct map by_key, pages;
    struct m_planned *planned;
} model;

static char *copy(const char *text) { return text ? mem_strdup(text) : NULL; }
static bool same(const char *a, const char *b) { return a && b && strcmp(a, b) == 0; }

static struct m_incident *new_incident(uint64_t key)
{
    struct m_incident *incident = NEW(struct m_incident);
    incident->key = key;
    incident->house = key == 0;
    if (model.last)
        model.last->next = incident;
    else
        model.first = incident;
    model.last = incident;
    map_put(&model.by_key, key + 1, incident);
    return incident;
}

void model_reset(void)
{
    map_done(&model.by_key);
    map_done(&model.pages);
    memset(&model, 0, sizeof(model));
    new_incident(0);
}

struct m_incident *model_incidents(void) { return model.first; }
struct m_incident *model_incident(uint64_t key) { return map_get(&model.by_key, key + 1); }

struct m_planned *model_planned_drills(void) { return model.planned; }

struct m_planned *model_planned(uint64_t key)
{
    struct m_planned *planned = model.planned;
    while (planned && planned->key != key)
        planned = planned->next;
    return planned;
}

struct m_callout *model_callout(struct m_incident *incident, uint32_t number)
{
    struct m_callout *callout = incident->callouts;
    while (callout && callout->number != number)
        callout = callout->next;
    return callout;
}

struct m_callout *model_latest(struct m_incident *incident, const char *role)
{
    struct m_callout *latest = NULL;
    for (struct m_callout *callout = incident->callouts; callout; callout = callout->next)
        if (strcmp(callout->role, role) == 0)
            latest = callout;
    return latest;
}

struct m_person *model_person(struct m_callout *callout, const char *id)
{
    struct m_person *person = callout->persons;
    while (person && !same(person->id, id))
        person = person->next;
    return person;
}

static struct m_person *person_of(struct m_callout *callout, const char *id)
{
    struct m_person *person = model_person(callout, id), **last = &callout->persons;
    if (person)
        return person;
    while (*last)
        last = &(*last)->next;
    *last = NEW(struct m_person);
    (*last)->id = copy(id);
    return *last;
}

static uint64_t key_of_page(struct page_ref ref)
{
    uint64_t key[] = {ref.incident, (uint64_t)ref.number << 32 | ref.nonce};
    return map_hash(key, sizeof(key), 3);
}

struct m_page *model_page(struct page_ref ref) { return map_get(&model.pages, key_of_page(ref)); }

bool model_has_text(const struct m_incident *incident, const char *summary)
{
    for (size_t i = 0; i < incident->n_texts; i++)
        if (strcmp(incident->texts[i], summary) == 0)
            return true;
    return false;
}

void model_shift(uint64_t from_seq, uint64_t offset)
{
    for (struct m_incident *incident = model.first; incident; incident = incident->next) {
        if (incident->seq >= from_seq)
            incident->seq += offset;
        for (struct m_page *page = incident->pages; page; page = page->next)
            if (page->seq >= from_seq)
                page->seq += offset;
    }
}

/* ---- the fold ---- */

/* What is left of a delay when it is read back: by the wall clock, and never more than it was. */
static int64_t due(const struct record *record, int64_t until_usec, int64_t delay_usec, bool live)
{
    int64_t left = until_usec - loop_wall_usec();
    (void)record;
    if (live)
        return sim_now() + delay_usec;
    left = left < 0 ? 0 : left;
    return sim_now() + (left < delay_usec ? left : delay_usec);
}

static void add_text(struct m_incident *incident, const char *summary)
{
    if (!summary)
        return;
    incident->texts = mem_realloc_array(incident->texts, incident->n_texts + 1, sizeof(char *));
    incident->texts[incident->n_texts++] = copy(summary);
}

static void apply_opened(const struct record *record)
{
    struct m_incident *incident = new_incident(record->incident);
    incident->seq = record->seq;
    incident->source = copy(record->source);
    incident->dedup_key = copy(record->dedup_key);
    incident->drill = record->drill;
    incident->bundle = record->bundle;
    incident->severity = record->severity - 1;
    incident->dry_run = record->dry_run;
    incident->wait_for_all = record->wait_for_all;
    incident->without = copy(record->without);
    add_text(incident, record->summary);
    if (model_planned(record->incident))
        model_planned(record->incident)->begun = true;
}

static void apply_updated(struct m_incident *incident, const struct record *record)
{
    add_text(incident, record->summary);
    if (record->severity)
        incident->severity = record->severity - 1;
    for (struct m_callout *callout = incident->callouts; callout; callout = callout->next) {
        bool latest = model_latest(incident, callout->role) == callout;
        if (record->severity && callout->state == M_PAGING && record->severity - 1 < callout->severity) {
            callout->severity = record->severity - 1;
            callout->turns_at_once = 0;
        }
        if (record->summary && callout->state == M_ACKNOWLEDGED && latest && !callout->update_usec)
            callout->update_usec = sim_now();
    }
}

static void apply_started(struct m_incident *incident, const struct record *record, bool live)
{
    struct m_callout **last = &incident->callouts;
    for (; *last; last = &(*last)->next)
        if (same((*last)->role, record->role))
            (*last)->update_usec = 0;      /* the new one tells of it */
    struct m_callout *callout = *last = NEW(struct m_callout);
    callout->incident = incident;
    callout->number = record->callout;
    callout->role = copy(record->role);
    callout->on_group = record->on_group;
    callout->severity = record->severity - 1;
    callout->delay_usec = record->delay_usec;
    callout->begun_usec = sim_now();
    callout->due_usec = due(record, record->due_usec, record->delay_usec, live);
    callout->ends_usec = record->end_usec ? due(record, record->end_usec, record->end_usec - record->at_usec, live) : INT64_MAX;
}

static void apply_turn(struct m_callout *callout, const struct record *record, bool live)
{
    bool repeat = record->kind == RECORD_REPEAT_BEGUN;
    callout->turns_at_once = live && callout->turn && callout->begun_usec == sim_now() ? callout->turns_at_once + 1 : 0;
    callout->step = record->step;
    callout->round = record->round;
    callout->turn++;
    callout->delay_usec = record->delay_usec;
    callout->begun_usec = sim_now();
    callout->due_usec = due(record, record->due_usec, record->delay_usec, live);
    callout->repeat_usec = repeat && live ? sim_now() : 0;
}

static void apply_queued(struct m_incident *incident, struct m_callout *callout, const struct record *record, bool live)
{
    struct m_page *page = NEW(struct m_page);
    page->recalled = !live;
    page->incident = incident;
    page->callout = callout;
    page->ref = (struct page_ref){record->incident, record->page, record->nonce};
    page->seq = record->seq;
    page->at_usec = sim_now() - (loop_wall_usec() - record->at_usec);
    page->turn = callout ? callout->turn : 0;
    page->channel = record->channel - 1;
    page->purpose = record->purpose;
    page->person = copy(record->person);
    page->address = copy(record->address);
    map_put(&model.pages, key_of_page(page->ref), page);
    page->gateway = record->purpose == PURPOSE_GATEWAY_TEST || record->purpose == PURPOSE_CHECK ? copy(record->gateway) : NULL;
    if (incident->last_page)
        incident->last_page->next = page;
    else
        incident->pages = page;
    incident->last_page = page;
    if (record->kind == RECORD_PAGE_QUEUED) {
        struct m_person *person = person_of(callout, record->person);
        person->paged = true;
        if (record->code)
            person->code = record->code;
    } else if (callout && record->purpose == PURPOSE_UPDATE && same(callout->by, record->person)) {
        callout->update_usec = 0;      /* to who had it before, one may still go another way */
    }
}

static void apply_outcome(const struct record *record)
{
    struct m_page *page = model_page((struct page_ref){record->incident, record->page, record->nonce});
    if (!page)
        return;
    page->doubted |= record->receipt == RECEIPT_MISSING;
    if (record->kind == RECORD_PAGE_DELIVERED) {
        page->state = M_DELIVERED;
    } else if (record->kind != RECORD_PAGE_FAILED) {
        page->state = M_SENT;
        page->sent_by = copy(record->gateway);
    } else if (record->again) {
        page->state = M_QUEUED;
        page->seq = record->seq;
    } else if (record->final) {
        page->state = M_FAILED;
    }
}

/* Of a drill that waits for all: whoever is on its list and has said nothing is waited for. */
static void apply_one_of_all(struct m_callout *callout, const struct record *record)
{
    struct m_person *answered = person_of(callout, record->person), *first = NULL;
    answered->confirmed = record->kind == RECORD_ACKNOWLEDGED;
    answered->declined = !answered->confirmed;
    bool listed = false;             /* somebody has been called: others may answer before that */
    for (struct m_person *person = callout->persons; person; person = person->next) {
        if ((person->paged || person->held_turn) && !person->confirmed && !person->declined)
            return;
        listed |= person->paged || person->held_turn;
        first = !first && person->confirmed ? person : first;
    }
    if (callout->state != M_PAGING || !first || !listed)
        return;
    callout->state = M_ACKNOWLEDGED;
    callout->by = copy(first->id);
}

static void apply_planned(const struct record *record, bool live)
{
    struct m_planned *planned = model_planned(record->incident);
    if (!planned) {
        planned = NEW(struct m_planned);
        *planned = (struct m_planned){.next = model.planned, .key = record->incident, .dry_run = record->dry_run};
        model.planned = planned;
    }
    planned->gone = record->kind == RECORD_DRILL_UNPLANNED;
    if (!planned->gone)
        planned->due_usec = due(record, record->due_usec, record->delay_usec, live);
}

static void apply_answer(struct m_callout *callout, const struct record *record)
{
    if (callout->incident->wait_for_all) {
        apply_one_of_all(callout, record);
        return;
    }
    bool yes = record->kind == RECORD_ACKNOWLEDGED;
    if (record->kind != RECORD_ACKNOWLEDGED)
        person_of(callout, record->person)->declined = true;
    if (record->kind == RECORD_DECLINED)
        return;
    callout->state = yes ? M_ACKNOWLEDGED : M_PAGING;
    callout->by = yes ? copy(record->person) : NULL;
    callout->due_usec = sim_now();
    callout->changed_usec = sim_now();
    callout->update_usec = 0;
    callout->repeat_usec = 0;
    callout->turns_at_once = 0;
}

static void apply_closed(struct m_incident *incident)
{
    incident->closed = true;
    for (struct m_callout *callout = incident->callouts; callout; callout = callout->next) {
        callout->update_usec = 0;
        for (struct m_person *person = callout->persons; person; person = person->next)
            person->code = 0;
    }
}

void model_apply(const struct record *record, bool live)
{
    struct m_incident *incident = model_incident(record->incident);
    if (record->kind == RECORD_OPENED) {
        apply_opened(record);
        return;
    }
    if (record->kind == RECORD_DRILL_PLANNED || record->kind == RECORD_DRILL_POSTPONED || record->kind == RECORD_DRILL_UNPLANNED) {
        apply_planned(record, live);
        return;
    }
    if (!incident)
        fail("P14", "a %s of an incident that never opened", record_event_name(record->kind));
    struct m_callout *callout = record->callout ? model_callout(incident, record->callout) : NULL;
    switch (record->kind) {
    case RECORD_UPDATED:
    case RECORD_BUNDLED:
        apply_updated(incident, record);
        break;
    case RECORD_CALLOUT_STARTED:
        apply_started(incident, record, live);
        break;
    case RECORD_STEP_BEGUN:
    case RECORD_STEP_SKIPPED:
    case RECORD_REPEAT_BEGUN:
        apply_turn(callout, record, live);
        break;
    case RECORD_PAGE_QUEUED:
    case RECORD_NOTICE_QUEUED:
        apply_queued(incident, callout, record, live);
        break;
    case RECORD_PAGE_SENT:
    case RECORD_PAGE_DELIVERED:
    case RECORD_PAGE_FAILED:
    case RECORD_NOTICE_SENT:
        apply_outcome(record);
        break;
    case RECORD_ACKNOWLEDGED:
    case RECORD_DECLINED:
    case RECORD_RELEASED:
        apply_answer(callout, record);
        break;
    case RECORD_DRILL_HELD_BACK:
        person_of(callout, record->person)->held_turn = callout->turn;
        break;
    case RECORD_CALLOUT_CANCELLED:
        callout->state = M_CANCELLED;
        break;
    case RECORD_CLOSED:
        apply_closed(incident);
        break;
    case RECORD_SETTLED:
        incident->settled = true;
        break;
    default:
        break;
    }
}

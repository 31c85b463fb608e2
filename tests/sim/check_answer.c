/* P5 and P6: an answer does what it says to its own call-out, to no other, and nothing but an answer does it. What may come of an
 * event is read from the event and the model before the engine steps. */
#include <stdio.h>
#include <string.h>

#include "check.h"

enum { NUMBERS = 64, WRONG_CODES = 5, INBOUND_WRONG = 2 };

static struct {
    struct m_callout *target;        /* the only one that may change; NULL: none may */
    bool any_of_incident, any_of_number;     /* which one is the engine's choice */
    uint64_t incident;
    const char *from;
    char person[40];
    enum answer answer;
    bool may, must;                  /* acknowledge, release or decline */
    unsigned changed;
} expected;

static struct { char number[24]; unsigned wrong; } writers[NUMBERS];

static unsigned *wrong_of(const char *number)
{
    size_t i = 0;
    while (i + 1 < NUMBERS && *writers[i].number && strcmp(writers[i].number, number) != 0)
        i++;
    snprintf(writers[i].number, sizeof(writers[i].number), "%s", number);
    return &writers[i].wrong;
}

static bool has_number(const struct m_callout *callout, const char *id, const char *number)
{
    const struct person *person = plan_person(&node_config()->plan, id);
    for (size_t i = 0; person && i < person->n_contacts; i++)
        if (person->contacts[i].channel != CHANNEL_EMAIL && strcmp(person->contacts[i].address, number) == 0)
            return true;
    for (const struct m_page *page = callout->incident->pages; page; page = page->next)
        if (page->callout == callout && page->purpose == PURPOSE_PAGE && strcmp(page->person, id) == 0 &&
            strcmp(page->address, number) == 0)
            return true;
    return false;
}

/* A drill that waits for all takes one yes of each. */
static bool says_something_new(struct m_callout *callout, const char *person)
{
    const struct m_person *before = callout->incident->wait_for_all ? model_person(callout, person) : NULL;
    return !before || !before->confirmed;
}

static void expect(struct m_callout *callout, const char *person, enum answer answer)
{
    expected.target = callout;
    expected.may = callout && !callout->incident->closed;
    expected.answer = answer;
    snprintf(expected.person, sizeof(expected.person), "%s", person);
    expected.must = expected.may && callout->state == M_PAGING && answer == ANSWER_YES && says_something_new(callout, person);
}

/* What was said to a call counts once, and for whom was rung. */
static void expect_answer_to_page(const struct event_answer *answer)
{
    const struct m_page *page = model_page(answer->page);
    if (!page || page->purpose != PURPOSE_PAGE || page->state == M_DELIVERED)
        return;
    expect(page->callout, page->person, answer->answer);
    expected.must &= engine_page(node_engine(), answer->page) != NULL;
}

static void expect_answer(const struct event_answer *answer)
{
    if (answer->page.number) {
        expect_answer_to_page(answer);
        return;
    }
    struct m_incident *incident = model_incident(answer->incident);
    struct m_callout *callout = NULL;
    if (!incident || incident->house || incident->settled)
        return;
    if (answer->callout)
        callout = model_callout(incident, answer->callout);
    else if (answer->role)
        callout = model_latest(incident, answer->role);
    else
        expected.any_of_incident = !incident->closed;
    expect(callout, answer->person, answer->answer);
    expected.incident = answer->incident;
    if (expected.any_of_incident) {
        expected.may = true;
        expected.answer = answer->answer;
    }
}

static void expect_text(const struct event_inbound *inbound)
{
    const char *digits = strpbrk(inbound->text, "0123456789");
    unsigned code = 0;
    bool no = strstr(inbound->text, "NEJ") || strstr(inbound->text, "kan inte"), call_in = strstr(inbound->text, "KIB");
    if (digits)
        sscanf(digits, "%6u", &code);
    expected.from = inbound->from;
    expected.answer = no ? ANSWER_NO : ANSWER_YES;
    if (!digits) {
        expected.may = expected.any_of_number = node_config()->plan.reply_without_code;
        return;
    }
    for (struct m_incident *incident = model_incidents(); incident && !call_in; incident = incident->next)
        for (struct m_callout *callout = incident->callouts; callout && !incident->closed; callout = callout->next)
            for (struct m_person *person = callout->persons; person; person = person->next)
                if (person->code == code && has_number(callout, person->id, inbound->from)) {
                    expect(callout, person->id, no ? ANSWER_NO : ANSWER_YES);
                    expected.must &= *wrong_of(inbound->from) < WRONG_CODES;
                }
}

void answer_before(const struct event *event)
{
    memset(&expected, 0, sizeof(expected));
    if (event->kind == EVENT_ANSWER)
        expect_answer(&event->answer);
    else if (event->kind == EVENT_INBOUND)
        expect_text(&event->inbound);
    if (seen_before(event))
        expected.may = expected.must = false;
}

static bool is_meant(const struct m_callout *callout, const struct record *record)
{
    if (expected.any_of_incident)
        return callout->incident->key == expected.incident && strcmp(record->person, expected.person) == 0;
    if (expected.any_of_number)
        return has_number(callout, record->person, expected.from);
    return callout == expected.target && strcmp(record->person, expected.person) == 0;
}

/* Before it is folded in. */
void answer_record(const struct event *event, const struct record *record)
{
    bool yes = record->kind == RECORD_ACKNOWLEDGED;
    seen_record(record);
    if (record->kind == RECORD_NOTE && record->inbound == INBOUND_WRONG && record->address)
        ++*wrong_of(record->address);
    if (record->kind == RECORD_PAGE_QUEUED && record->channel == CHANNEL_SMS + 1)
        *wrong_of(record->address) = 0;
    if (!yes && record->kind != RECORD_DECLINED && record->kind != RECORD_RELEASED)
        return;
    struct m_incident *incident = model_incident(record->incident);
    struct m_callout *callout = incident ? model_callout(incident, record->callout) : NULL;
    if (event->kind != EVENT_ANSWER && event->kind != EVENT_INBOUND)
        fail("P6", "%s without an answer by a human", record_event_name(record->kind));
    if (!callout || !expected.may)
        fail(event->kind == EVENT_INBOUND ? "P6" : "P5", "%s of %lx by what was no answer to it", record_event_name(record->kind),
             (unsigned long)record->incident);
    if (!is_meant(callout, record))
        fail("P5", "%s of call-out %u of %lx by an answer to another, or by %s", record_event_name(record->kind), record->callout,
             (unsigned long)record->incident, record->person);
    if ((yes ? ANSWER_YES : ANSWER_NO) != expected.answer)
        fail("P5", "%s by another answer", record_event_name(record->kind));
    if (yes && callout->state != M_PAGING && !callout->incident->wait_for_all)
        fail("P5", "a call-out is acknowledged that pages nobody");
    if (++expected.changed > 1)
        fail("P5", "one answer changed two call-outs");
}

static bool is_sent(struct page_ref ref, struct effects effects)
{
    for (size_t i = 0; i < effects.n; i++)
        if (effects.list[i].kind == EFFECT_SEND && effects.list[i].send.page.incident == ref.incident &&
            effects.list[i].send.page.number == ref.number)
            return true;
    return false;
}

static bool has_later(const struct m_page *page)
{
    for (const struct m_page *later = page->next; later; later = later->next)
        if (later->callout == page->callout && later->purpose == PURPOSE_PAGE && later->channel == page->channel &&
            strcmp(later->address, page->address) == 0)
            return true;
    return false;
}

/* P3: what the gateways may have let go while somebody had the call-out has no outcome, and is handed in again. */
static void check_released(struct m_callout *callout, struct effects effects)
{
    for (const struct m_page *page = callout->incident->pages; page; page = page->next)
        if (page->callout == callout && page->purpose == PURPOSE_PAGE && page->state == M_QUEUED &&
            !model_person(callout, page->person)->declined && !has_later(page) && engine_page(node_engine(), page->ref) &&
            !is_sent(page->ref, effects))
            fail("P3", "page %u of %lx has no outcome, and is not sent when its call-out is released", page->ref.number,
                 (unsigned long)page->ref.incident);
}

void answer_after(const struct event *event, struct effects effects)
{
    (void)event;
    if (expected.must && !expected.changed)
        fail("P5", "a yes by %s changed nothing", expected.person);
    for (size_t i = 0; i < effects.n; i++) {
        const struct effect_record *effect = &effects.list[i].record;
        struct record record;
        if (effects.list[i].kind == EFFECT_RECORD && effect->kind == RECORD_RELEASED &&
            record_decode(effect->payload, effect->payload_len, RECORD_COLUMNS(effect), &record) == ERR_OK)
            check_released(model_callout(model_incident(effect->incident), record.callout), effects);
    }
}

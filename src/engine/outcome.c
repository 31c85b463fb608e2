/* What became of a page or a notice. */
#include <string.h>

#include "engine/internal.h"

/* No telephone says that it has rung: a call that nobody answers ends by itself. */
static int64_t receipt_timeout_usec(const struct engine *engine, const struct message *message, const char *gateway)
{
    const struct plan *plan = engine->plan;
    bool waits = (message->purpose == PURPOSE_PAGE || message->purpose == PURPOSE_GATEWAY_TEST) &&
                 message->channel != CHANNEL_VOICE;
    bool known = trail_receipt(trail_of(engine, message), intern_find(engine->names, gateway)) != RECEIPT_NONE;
    for (size_t i = 0; waits && !known && i < plan->n_gateways; i++)
        if (strcmp(plan->gateways[i].name, gateway) == 0)
            return plan->gateways[i].receipt_timeout_usec;
    return 0;
}

static void record_outcome(struct engine *engine, const struct incident *incident, const struct message *message,
                           const struct event_outcome *outcome, enum record_kind kind)
{
    struct record record = emit_record_of(engine, incident, message, kind);
    record.gateway = outcome->gateway;
    record.provider_id = outcome->provider_id;
    record.text = outcome->reason;
    record.final = outcome->outcome == OUTCOME_FAILED || outcome->outcome == OUTCOME_UNANSWERED;
    record.unanswered = outcome->outcome == OUTCOME_UNANSWERED;
    if (outcome->outcome == OUTCOME_SENT)
        record.delay_usec = receipt_timeout_usec(engine, message, outcome->gateway);
    record.due_usec = record.delay_usec ? engine->now.wall_usec + record.delay_usec : 0;
    emit_record(engine, &record);
}

static bool is_bad(enum outcome outcome)
{
    return outcome == OUTCOME_FAILED || outcome == OUTCOME_UNANSWERED || outcome == OUTCOME_UNDELIVERED;
}

/* A receipt may overtake the gateway's own answer: what was delivered was sent. What another gateway says of it is not about this
 * one. */
static void answer_test(struct engine *engine, const struct message *message, const struct event_outcome *outcome)
{
    if (message->gateway != intern_find(engine->names, outcome->gateway))
        return;
    for (size_t i = 0; i < engine->n_tests; i++) {
        if (message->purpose != PURPOSE_GATEWAY_TEST || engine->tests[i].page != message->number)
            continue;
        emit_reply(engine, &(struct effect_reply){
            .request = engine->tests[i].request,
            .verdict = is_bad(outcome->outcome) ? VERDICT_FAILED : VERDICT_SENT,
            .person = text_of(engine, message->person),
            .text = outcome->reason,
        });
        memmove(&engine->tests[i], &engine->tests[i + 1], (--engine->n_tests - i) * sizeof(engine->tests[0]));
        return;
    }
}

static void sent(struct engine *engine, struct incident *incident, struct message *message, const struct event_outcome *outcome)
{
    bool asks = message->purpose == PURPOSE_PAGE;
    if (trail_receipt(trail_of(engine, message), intern_find(engine->names, outcome->gateway)) == RECEIPT_NEVER)
        receipt_before_answer(engine, incident, message, outcome);
    else if (!message->unanswered && (message->state == MESSAGE_QUEUED || message->state == MESSAGE_FAILED))
        record_outcome(engine, incident, message, outcome, asks ? RECORD_PAGE_SENT : RECORD_NOTICE_SENT);
}

static void failed(struct engine *engine, struct incident *incident, const struct message *message,
                   const struct event_outcome *outcome)
{
    struct callout *callout = message->callout;
    if (message->state != MESSAGE_QUEUED && outcome->outcome != OUTCOME_UNANSWERED)
        return;      /* a gateway has it after all */
    record_outcome(engine, incident, message, outcome, RECORD_PAGE_FAILED);
    notice_elsewhere(engine, incident, message);
    if (message->purpose == PURPOSE_PAGE && callout->state == CALLOUT_PAGING && message->turn == callout->turn)
        callout_page_failed(engine, callout, message->recipient);
}

/* It may ring through another gateway by now, or have been answered. */
static void unanswered(struct engine *engine, struct incident *incident, const struct message *message,
                       const struct event_outcome *outcome)
{
    atom gateway = intern_find(engine->names, outcome->gateway);
    bool here = message->state == MESSAGE_SENT && message->gateway == gateway;
    bool early = message->state == MESSAGE_QUEUED && trail_receipt(trail_of(engine, message), gateway) == RECEIPT_NONE;
    if (here || early)
        failed(engine, incident, message, outcome);
}

static void delivered(struct engine *engine, const struct incident *incident, const struct message *message,
                      const struct event_outcome *outcome)
{
    bool told = message->purpose == PURPOSE_PAGE || purpose_is_test(message->purpose);
    if (message->state != MESSAGE_DELIVERED && told)
        record_outcome(engine, incident, message, outcome, RECORD_PAGE_DELIVERED);
}

static void take_outcome(struct engine *engine, const struct event_outcome *outcome)
{
    struct incident *incident = find_incident(engine, outcome->page.incident);
    struct message *message = incident ? find_message(incident, outcome->page.number) : NULL;
    if (!message || message->nonce != outcome->page.nonce)
        return;      /* forgotten, settled, or made up */
    switch (outcome->outcome) {
    case OUTCOME_SENT:
        sent(engine, incident, message, outcome);
        break;
    case OUTCOME_DELIVERED:
        delivered(engine, incident, message, outcome);
        break;
    case OUTCOME_ATTEMPT_FAILED:
        if (message->state == MESSAGE_QUEUED)
            record_outcome(engine, incident, message, outcome, RECORD_PAGE_FAILED);
        return;
    case OUTCOME_FAILED:
        failed(engine, incident, message, outcome);
        break;
    case OUTCOME_UNANSWERED:
        unanswered(engine, incident, message, outcome);
        break;
    case OUTCOME_UNDELIVERED:
        receipt_undelivered(engine, incident, message, outcome);
        break;
    }
    answer_test(engine, message, outcome);
}

/* A provider's receipt is answered, whatever it was worth: the provider sends it again otherwise. */
void step_outcome(struct engine *engine, const struct event *event)
{
    struct event_outcome outcome = event->outcome;
    bool by_name = outcome.page.number == 0 && outcome.provider_id;
    if (by_name && !seen_sent(engine, outcome.gateway, outcome.provider_id, &outcome.page))
        seen_note_early(engine, &outcome);
    else
        take_outcome(engine, &outcome);
    if (outcome.outcome == OUTCOME_SENT && outcome.provider_id && seen_take_early(engine, &event->outcome, &outcome.outcome)) {
        outcome.reason = outcome.outcome == OUTCOME_UNDELIVERED ? "the provider says that it was not delivered" : NULL;
        take_outcome(engine, &outcome);
    }
    emit_reply(engine, &(struct effect_reply){.request = event->request, .verdict = VERDICT_DONE});
}

static const struct contact *contact_for(const struct person *person, enum channel channel)
{
    for (size_t i = 0; i < person->n_contacts; i++)
        if (person->contacts[i].channel == channel)
            return &person->contacts[i];
    return NULL;
}

static void give_up_oldest_test(struct engine *engine)
{
    emit_reply(engine, &(struct effect_reply){
        .request = engine->tests[0].request, .verdict = VERDICT_FAILED, .text = "no answer before many other tests"});
    memmove(engine->tests, engine->tests + 1, --engine->n_tests * sizeof(engine->tests[0]));
}

void step_gateway_test(struct engine *engine, const struct event *event)
{
    const struct event_gateway_test *test = &event->gateway_test;
    const struct person *person = plan_person(engine->plan, test->person);
    const struct contact *contact = person ? contact_for(person, test->channel) : NULL;
    if (!contact) {
        emit_reply(engine, &(struct effect_reply){
            .request = event->request, .verdict = person ? VERDICT_NO_CONTACT : VERDICT_NO_PERSON});
        return;
    }
    if (engine->n_tests == TESTS_MAX)
        give_up_oldest_test(engine);
    struct record record = {
        .kind = RECORD_NOTICE_QUEUED,
        .person = person->id,
        .actor = test->actor,
        .channel = (uint8_t)test->channel + 1,
        .address = contact->address,
        .gateway = test->gateway,
        .page = engine->house.last_page + 1,
        .nonce = emit_random_u32(engine),
        .purpose = PURPOSE_GATEWAY_TEST,
    };
    engine->tests[engine->n_tests++] = (struct waiting_test){record.page, event->request};
    emit_record(engine, &record);
    emit_send(engine, find_message(&engine->house, record.page), 0);
}

/* What providers say of a page later, or do not say. A page that will never arrive, or of which nothing is heard in time, goes to
 * the next gateway of its channel at once, under the same id; when there is none, the person's other channels are tried. That
 * nothing is heard proves nothing: no step is skipped for it. A gateway is believed, or doubted, once for each page. */
#include "base/text.h"
#include "engine/internal.h"

/* What ends with one gateway. */
struct ending {
    const char *gateway, *provider_id, *reason;
    enum receipt receipt;
};

static bool is_test(const struct message *message)
{
    return purpose_is_test(message->purpose);
}

/* A gateway of its channel that has not had it, or can be asked once more because it only refused. */
static bool gateway_left(const struct engine *engine, const struct message *message, atom but)
{
    const struct trail *trail = trail_of(engine, message);
    bool known = trail_receipt(trail, but) != RECEIPT_NONE;
    if (is_test(message) || (trail && !known && trail->n == LEAVE_OUT_MAX))
        return false;
    for (size_t i = 0; i < engine->plan->n_gateways; i++) {
        const struct plan_gateway *gateway = &engine->plan->gateways[i];
        atom name = intern_find(engine->names, gateway->name);
        if (gateway->channels & 1u << message->channel && (name == 0 || name != but) &&
            trail_receipt(trail, name) == RECEIPT_NONE)
            return true;
    }
    return false;
}

static void record_ending(struct engine *engine, const struct incident *incident, const struct message *message,
                          const struct ending *ending, bool again, bool final)
{
    struct record record = emit_record_of(engine, incident, message, RECORD_PAGE_FAILED);
    record.gateway = ending->gateway;
    record.provider_id = ending->provider_id;
    record.text = ending->reason;
    record.receipt = (uint8_t)ending->receipt;
    record.again = again;
    record.final = final;
    emit_record(engine, &record);
}

static void try_others(struct engine *engine, struct incident *incident, const struct message *message)
{
    struct callout *callout = message->callout;
    notice_elsewhere(engine, incident, message);
    if (message->purpose == PURPOSE_PAGE && callout->state == CALLOUT_PAGING && message->turn == callout->turn)
        callout_page_failed(engine, callout, message->recipient);
}

/* The gateway that has the message will not deliver it, or does not say. */
static void go_on(struct engine *engine, struct incident *incident, struct message *message, const struct ending *ending)
{
    atom gateway = intern_add(engine->names, ending->gateway);
    bool again = message_wanted_again(engine, message) && gateway_left(engine, message, gateway);
    bool doubted = ending->receipt == RECEIPT_MISSING || trail_doubts_other(trail_of(engine, message), gateway);
    record_ending(engine, incident, message, ending, again, !again && !doubted);
    if (again)
        emit_send(engine, message, incident->key);
    else
        try_others(engine, incident, message);
}

/* Of a gateway that does not have the message any more, or not yet: it is written down, and those that have it go on. If nobody
 * is left who might deliver it, it has failed for certain. */
static void note(struct engine *engine, struct incident *incident, struct message *message, const struct ending *ending)
{
    bool was_open = message_may_arrive(engine, message);
    record_ending(engine, incident, message, ending, false, false);
    if (was_open && !message_may_arrive(engine, message))
        try_others(engine, incident, message);
}

void receipt_undelivered(struct engine *engine, struct incident *incident, struct message *message,
                         const struct event_outcome *outcome)
{
    const struct ending ending = {outcome->gateway, outcome->provider_id, outcome->reason, RECEIPT_NEVER};
    const struct trail *trail = trail_of(engine, message);
    atom gateway = intern_find(engine->names, outcome->gateway);
    bool holds = gateway && message->gateway == gateway;
    bool forgetful = trail && trail->n == LEAVE_OUT_MAX && trail_receipt(trail, gateway) == RECEIPT_NONE;
    if (trail_receipt(trail, gateway) == RECEIPT_NEVER || (message->state == MESSAGE_DELIVERED && holds))
        return;
    if (holds && (message->state == MESSAGE_SENT || (is_test(message) && message->state == MESSAGE_QUEUED)))
        go_on(engine, incident, message, &ending);
    else if (!forgetful)
        note(engine, incident, message, &ending);
}

void receipt_before_answer(struct engine *engine, struct incident *incident, struct message *message,
                           const struct event_outcome *outcome)
{
    const struct ending ending = {outcome->gateway, outcome->provider_id,
                                  "taken, and its receipt had said that it will not arrive", RECEIPT_NONE};
    if (message->state != MESSAGE_QUEUED)
        return;
    if (message_wanted_again(engine, message) && gateway_left(engine, message, intern_find(engine->names, outcome->gateway))) {
        emit_send(engine, message, incident->key);
        return;
    }
    record_ending(engine, incident, message, &ending, false, true);
    try_others(engine, incident, message);
}

void receipt_timer(struct engine *engine, struct trail *trail)
{
    CLEANUP_BUF struct buf reason = {0};
    struct message *message = trail->message;
    buf_add_text(&reason, "no receipt within ");
    text_add_duration(&reason, trail->wait_sec * USEC_PER_SEC);
    assert(message->state == MESSAGE_SENT);
    go_on(engine, trail->incident, message, &(struct ending){
        .gateway = text_of(engine, message->gateway), .reason = buf_text(&reason), .receipt = RECEIPT_MISSING});
}

#include <string.h>

#include "engine/internal.h"

void emit_begin(struct engine *engine, struct now now)
{
    engine->now = now;
    engine->n_effects = 0;
    engine->reply_id = NULL;
    buf_clear(&engine->payloads);
    buf_clear(&engine->reply_text);
}

/* While a step goes on, payloads may move: records hold offsets until here. */
struct effects emit_finish(struct engine *engine)
{
    const char *base = buf_text(&engine->payloads);
    for (size_t i = 0; i < engine->n_effects; i++)
        if (engine->effects[i].kind == EFFECT_RECORD)
            engine->effects[i].record.payload = base + (uintptr_t)engine->effects[i].record.payload;
    return (struct effects){engine->effects, engine->n_effects};
}

static struct effect *add_effect(struct engine *engine, enum effect_kind kind)
{
    if (engine->n_effects == engine->cap_effects) {
        engine->cap_effects = engine->cap_effects ? 2 * engine->cap_effects : 64;
        engine->effects = mem_realloc_array(engine->effects, engine->cap_effects, sizeof(*engine->effects));
    }
    struct effect *effect = &engine->effects[engine->n_effects++];
    effect->kind = kind;
    return effect;
}

void emit_record(struct engine *engine, struct record *record)
{
    size_t offset = engine->payloads.len;
    record->seq = engine->last_seq + 1;
    record->at_usec = engine->now.wall_usec;
    record->reply_id = TAKE(engine->reply_id);
    record_encode(record, &engine->payloads);
    add_effect(engine, EFFECT_RECORD)->record = (struct effect_record){
        .seq = record->seq,
        .at_usec = record->at_usec,
        .incident = record->incident,
        .kind = record->kind,
        .mark = apply_mark(record->kind),
        .payload = (const void *)(uintptr_t)offset,
        .payload_len = engine->payloads.len - offset,
    };
    enum err err = apply_record(engine, record, engine->now);
    assert(err == ERR_OK);      /* what the engine decides can always be applied; what it reads back may be damaged */
    (void)err;
}

/* Real before drill, then severity, then whoever triggers now and then before a crowd, then first pages before repeats before notices. */
static uint32_t rank_of(struct engine *engine, const struct incident *incident, const struct message *message)
{
    if (message->purpose == PURPOSE_CHECK || (purpose_has_notice(message->purpose) && message->purpose != PURPOSE_CHECK_FAILED))
        return RANK_DUTY;
    uint32_t kind = message->purpose != PURPOSE_PAGE ? 2 : message->repeat ? 1 : 0;
    if (incident->source && load_is_crowd(engine, load_of(engine, incident->source, incident->drill)))
        kind += RANK_CROWD;
    uint32_t severity = message->callout ? message->callout->severity : incident->severity;
    return (uint32_t)incident->drill << 8 | severity << 4 | kind;
}

/* What tells of a gateway does not rely on it, where there is another one. */
static const char *gateway_to_avoid(const struct engine *engine, const struct message *message)
{
    const struct duty_notice *notice =
        purpose_has_notice(message->purpose) ? map_get(&engine->duty_notices, message->number) : NULL;
    const char *told_of = notice ? text_of(engine, notice->gateway) : NULL;
    bool other = false, serves = false;
    for (size_t i = 0; told_of && i < engine->plan->n_gateways; i++) {
        const struct plan_gateway *gateway = &engine->plan->gateways[i];
        bool same = strcmp(gateway->name, told_of) == 0, here = gateway->channels & 1u << message->channel;
        serves = serves || (same && here);
        other = other || (!same && here);
    }
    return serves && other ? told_of : NULL;
}

void emit_send(struct engine *engine, const struct message *message, uint64_t incident)
{
    const char *avoid = gateway_to_avoid(engine, message);
    const struct trail *trail = trail_of(engine, message);
    struct effect_send *send = &add_effect(engine, EFFECT_SEND)->send;
    *send = (struct effect_send){
        .page = {incident, message->number, message->nonce},
        .channel = message->channel,
        .rank = rank_of(engine, find_incident(engine, incident), message),
        .gateway = purpose_is_test(message->purpose) ? text_of(engine, message->gateway) : NULL,
    };
    for (size_t i = 0; trail && i < trail->n; i++)
        send->leave_out[send->n_leave_out++] = intern_text(engine->names, trail->gateway[i]);
    if (avoid && send->n_leave_out == 0)
        send->leave_out[send->n_leave_out++] = avoid;
}

struct record emit_record_of(const struct engine *engine, const struct incident *incident, const struct message *message,
                             enum record_kind kind)
{
    return (struct record){
        .kind = kind,
        .incident = incident->key,
        .callout = message->callout ? message->callout->number : 0,
        .role = message->callout ? text_of(engine, message->callout->role) : NULL,
        .person = text_of(engine, message->person),
        .channel = message->channel + 1,
        .address = text_of(engine, message->address),
        .page = message->number,
        .nonce = message->nonce,
        .purpose = message->purpose,
        .drill = incident->drill,
    };
}

void emit_reply(struct engine *engine, const struct effect_reply *reply)
{
    if (reply->request != 0)
        add_effect(engine, EFFECT_REPLY)->reply = *reply;
}

uint32_t emit_random_u32(struct engine *engine)
{
    uint32_t number;
    engine->random(engine->random_userdata, &number, sizeof(number));
    return number;
}

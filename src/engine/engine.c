#include "engine/internal.h"

struct engine *engine_new(const struct plan *plan, engine_random *random, void *userdata)
{
    struct engine *engine = NEW(struct engine);
    engine->plan = plan;
    engine->random = random;
    engine->random_userdata = userdata;
    engine->names = intern_new();
    apply_init_house(engine);
    return engine;
}

static void free_values(struct map *map)
{
    void *value;
    for (size_t cursor = 0; (value = map_next(map, &cursor));)
        free(value);
    map_done(map);
}

static void free_loads(struct engine *engine)
{
    struct load *load;
    while ((load = engine->loads)) {
        engine->loads = load->next;
        free(load);
    }
}

static void free_planned(struct engine *engine)
{
    struct drill *drill;
    while ((drill = engine->planned)) {
        engine->planned = drill->next;
        drill_free(drill);
    }
}

static void free_incidents(struct engine *engine)
{
    size_t n = 0;
    struct incident *incident, **all = NEW_ARRAY(struct incident *, engine->incidents.len + 1);
    for (size_t cursor = 0; (incident = map_next(&engine->incidents, &cursor));)
        all[n++] = incident;
    while (n > 0)
        apply_forget(engine, all[--n]);
    free(all);
    apply_forget(engine, &engine->house);
}

void engine_free(struct engine *engine)
{
    if (!engine)
        return;
    free_incidents(engine);
    free_planned(engine);
    free_loads(engine);
    free_values(&engine->duty_notices);
    free_values(&engine->correspondents);
    free_values(&engine->drilled);
    map_done(&engine->incidents);
    map_done(&engine->dedup);
    map_done(&engine->codes);
    map_done(&engine->idempotents);
    heap_done(&engine->timers);
    heap_done(&engine->receipts);
    map_done(&engine->trails);
    seen_done(engine);
    intern_free(engine->names);
    free(engine->degraded_reason);
    free(engine->effects);
    buf_done(&engine->payloads);
    buf_done(&engine->reply_text);
    free(engine);
}

enum err engine_replay(struct engine *engine, const struct record *record, struct now now)
{
    return apply_record(engine, record, now);
}

void engine_replay_reply(struct engine *engine, const struct record *record, struct now now)
{
    if (record->reply_id)
        seen_add_reply(engine, record->reply_id, record->at_usec, now);
}

void engine_set_aside(struct engine *engine, uint64_t key)
{
    struct incident *incident = key ? find_incident(engine, key) : NULL;
    if (incident)
        apply_forget(engine, incident);
    apply_forget_planned(engine, key);
}

void engine_set_last_seq(struct engine *engine, uint64_t seq)
{
    engine->last_seq = seq;
}

void engine_set_last_incident(struct engine *engine, uint64_t key)
{
    apply_remember_key(engine, key);
}

static void resume_incident(struct engine *engine, const struct incident *incident)
{
    for (const struct message *message = incident->messages; message; message = message->next)
        if (message->state == MESSAGE_QUEUED && message_wanted(engine, message))
            emit_send(engine, message, incident->key);
}

struct effects engine_resume(struct engine *engine, struct now now, uint64_t until_seq)
{
    const struct incident *incident;
    emit_begin(engine, now);
    for (size_t cursor = 0; (incident = map_next(&engine->incidents, &cursor));)
        if (incident->first_seq <= until_seq)
            resume_incident(engine, incident);
    return emit_finish(engine);
}

void engine_shift_seq(struct engine *engine, uint64_t offset)
{
    struct incident *incident;
    for (size_t cursor = 0; (incident = map_next(&engine->incidents, &cursor));)
        incident->first_seq += offset;
    engine->last_seq += offset;
}

/* ---- the house's events ---- */

static void emit_house_record(struct engine *engine, enum record_kind kind, const char *text)
{
    struct record record = {.kind = kind, .text = text};
    emit_record(engine, &record);
}

static void step_plan(struct engine *engine, const struct event *event)
{
    engine->plan = event->plan.plan;
    if (event->plan.reload)
        emit_house_record(engine, RECORD_RELOADED, NULL);
}

static void step_degraded(struct engine *engine, const struct event *event)
{
    if (engine->degraded)
        return;
    emit_house_record(engine, RECORD_DEGRADED, event->trouble.reason);
    notice_admins(engine, NULL, PURPOSE_DEGRADED);
}

static void step_restored(struct engine *engine, const struct event *event)
{
    if (!engine->degraded && !event->trouble.earlier)
        return;
    emit_house_record(engine, RECORD_RESTORED, NULL);
    notice_admins(engine, NULL, PURPOSE_RESTORED);
}

/* ---- time ---- */

static bool settle_due(const struct engine *engine, int64_t boot_usec)
{
    const struct incident *first = engine->first_closed;
    return first && (first->settle_usec <= boot_usec || engine->closed_in_memory > CLOSED_IN_MEMORY_MAX);
}

static void settle(struct engine *engine)
{
    struct record record = {.kind = RECORD_SETTLED, .incident = engine->first_closed->key};
    emit_record(engine, &record);
}

static void step_receipts(struct engine *engine)
{
    for (int i = 0; i < TICK_CALLOUTS_MAX; i++) {
        struct heap_node *first = heap_first(&engine->receipts);
        if (!first || first->due_usec > engine->now.boot_usec)
            break;
        receipt_timer(engine, CONTAINER_OF(first, struct trail, timer));
    }
}

void step_tick(struct engine *engine)
{
    struct heap_node *first;
    for (int i = 0; i < TICK_CALLOUTS_MAX; i++) {
        first = heap_first(&engine->timers);
        if (!first || first->due_usec > engine->now.boot_usec)
            break;
        callout_timer(engine, CONTAINER_OF(first, struct callout, timer));
    }
    step_receipts(engine);
    drill_tick(engine);
    for (int i = 0; i < TICK_CALLOUTS_MAX && settle_due(engine, engine->now.boot_usec); i++)
        settle(engine);
}

int64_t engine_deadline(const struct engine *engine)
{
    const struct heap_node *first = heap_first(&engine->timers);
    const struct incident *closed = engine->first_closed;
    const struct heap_node *receipt = heap_first(&engine->receipts);
    int64_t deadline = first ? first->due_usec : INT64_MAX;
    if (receipt && receipt->due_usec < deadline)
        deadline = receipt->due_usec;
    if (closed && engine->closed_in_memory > CLOSED_IN_MEMORY_MAX)
        return INT64_MIN;
    if (closed && closed->settle_usec < deadline)
        deadline = closed->settle_usec;
    return drill_deadline(engine) < deadline ? drill_deadline(engine) : deadline;
}

static void decide(struct engine *engine, const struct event *event)
{
    switch (event->kind) {
    case EVENT_TRIGGER:        step_trigger(engine, event); break;
    case EVENT_ANSWER:         step_answer(engine, event); break;
    case EVENT_INBOUND:        step_inbound(engine, event); break;
    case EVENT_OUTCOME:        step_outcome(engine, event); break;
    case EVENT_NOTE:           step_note(engine, event); break;
    case EVENT_CLOSE:          step_close(engine, event); break;
    case EVENT_CALLOUT:        step_callout(engine, event); break;
    case EVENT_GATEWAY_TEST:   step_gateway_test(engine, event); break;
    case EVENT_TICK:           step_tick(engine); break;
    case EVENT_CLOCK_STEPPED:  drill_clock_stepped(engine); break; /* delays do not care, duties are looked up when a step begins (P11) */
    case EVENT_PLAN:           step_plan(engine, event); break;
    case EVENT_RELOAD_REFUSED: emit_house_record(engine, RECORD_RELOAD_REFUSED, event->trouble.reason); break;
    case EVENT_DEGRADED:       step_degraded(engine, event); break;
    case EVENT_RESTORED:       step_restored(engine, event); break;
    case EVENT_DUTY:           step_duty(engine, event); break;
    case EVENT_GAP:            step_gap(engine, event); break;
    case EVENT_DRILL_START:    step_drill_start(engine, event); break;
    case EVENT_DRILL_STOP:     step_drill_stop(engine, event); break;
    case EVENT_SCHEDULE:       step_schedule(engine, event); break;
    case EVENT_DRILL_OVERDUE:  step_drill_overdue(engine, event); break;
    case EVENT_GATEWAY_CHECK:  step_gateway_check(engine, event); break;
    case EVENT_GATEWAY_NEWS:   step_gateway_news(engine, event); break;
    }
}

struct effects engine_step(struct engine *engine, const struct event *event)
{
    emit_begin(engine, event->now);
    decide(engine, event);
    drill_yield(engine);
    return emit_finish(engine);
}

/* ---- looking at the state ---- */

const struct plan *engine_plan(const struct engine *engine)
{
    return engine->plan;
}

const char *engine_text(const struct engine *engine, atom name)
{
    return intern_text(engine->names, name);
}

const struct incident *engine_incident(const struct engine *engine, uint64_t key)
{
    return key ? find_incident(engine, key) : NULL;
}

const struct incident *engine_next_incident(const struct engine *engine, size_t *cursor)
{
    return map_next(&engine->incidents, cursor);
}

enum fate engine_fate(const struct engine *engine, struct page_ref page)
{
    static const enum fate fates[] = {
        [MESSAGE_QUEUED] = FATE_QUEUED, [MESSAGE_SENT] = FATE_SENT, [MESSAGE_DELIVERED] = FATE_DELIVERED, [MESSAGE_FAILED] = FATE_FAILED,
    };
    const struct incident *incident = find_incident(engine, page.incident);
    const struct message *message = incident ? find_message(incident, page.number) : NULL;
    if (!message || message->nonce != page.nonce)
        return FATE_UNKNOWN;
    return message_in_doubt(engine, message) ? FATE_DOUBTED : fates[message->state];
}

const char *fate_name(enum fate fate)
{
    static const char *const names[] = {
        [FATE_UNKNOWN] = "unknown", [FATE_QUEUED] = "queued", [FATE_SENT] = "sent", [FATE_DOUBTED] = "doubted",
        [FATE_DELIVERED] = "delivered", [FATE_FAILED] = "failed",
    };
    return names[fate];
}

const struct recipient *engine_recipient(const struct engine *engine, uint64_t key, const uint8_t token[TOKEN_BYTES])
{
    const struct incident *incident = engine_incident(engine, key);
    const struct recipient *found = NULL;
    for (const struct callout *callout = incident ? incident->callouts : NULL; callout; callout = callout->next)
        for (const struct recipient *recipient = callout->recipients; recipient; recipient = recipient->next)
            if (recipient->channels && token_equal(recipient->token, token))
                found = recipient;
    return found;
}

uint64_t engine_last_seq(const struct engine *engine)
{
    return engine->last_seq;
}

size_t engine_open_incidents(const struct engine *engine)
{
    return engine->open_incidents;
}

size_t engine_paging_callouts(const struct engine *engine)
{
    return engine->paging_callouts;
}

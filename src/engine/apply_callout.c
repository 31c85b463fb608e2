/* Call-outs: started, turned to a step or a repeat, answered, cancelled. */
#include "engine/apply.h"

void apply_arm(struct engine *engine, struct callout *callout, int64_t boot_usec)
{
    bool ends_first = callout->ends_usec && callout->ends_usec < boot_usec;
    heap_arm(&engine->timers, &callout->timer, ends_first ? callout->ends_usec : boot_usec);
}

/* A drill ends by itself, unless it has ended: what fails may go elsewhere after that, and is written down. */
void apply_disarm(struct engine *engine, struct callout *callout)
{
    if (callout->ends_usec && !callout->incident->closed_usec)
        heap_arm(&engine->timers, &callout->timer, callout->ends_usec);
    else
        heap_disarm(&engine->timers, &callout->timer);
}

static void arm(struct engine *engine, struct callout *callout, const struct record *record, struct now now)
{
    callout->due_usec = record->due_usec;
    apply_arm(engine, callout, now.boot_usec + apply_left_usec(record->due_usec, record->delay_usec, now));
}

/* An earlier call-out of the role tells of updates no more: the new one has them in its pages. */
static void supersede(struct engine *engine, const struct incident *incident, const struct callout *new)
{
    for (struct callout *callout = incident->callouts; callout != new; callout = callout->next) {
        if (callout->role != new->role || callout->state != CALLOUT_ACKNOWLEDGED)
            continue;
        callout->put_off = 0;
        apply_disarm(engine, callout);
    }
}

enum err apply_callout_started(struct engine *engine, struct incident *incident, const struct record *record, struct now now)
{
    struct callout **last = &incident->callouts;
    if (incident->key == 0 || incident->closed_usec || !record->role || record->callout != incident->last_callout + 1)
        return ERR_CORRUPT;
    if (record->severity < 1 || record->severity > SEVERITY_COUNT)
        return ERR_CORRUPT;
    while (*last)
        last = &(*last)->next;
    struct callout *callout = *last = NEW(struct callout);
    callout->incident = incident;
    callout->number = incident->last_callout = record->callout;
    callout->role = intern_add(engine->names, record->role);
    callout->on_group = record->on_group;
    callout->on_person = record->on_person;
    callout->severity = record->severity - 1;
    callout->started_usec = record->at_usec;
    callout->state = CALLOUT_PAGING;
    if (record->end_usec)
        callout->ends_usec = now.boot_usec + apply_left_usec(record->end_usec, record->end_usec - record->at_usec, now);
    supersede(engine, incident, callout);
    arm(engine, callout, record, now);      /* P2: from its first moment something is pending */
    engine->paging_callouts++;
    return ERR_OK;
}

enum err apply_turn(struct engine *engine, struct callout *callout, const struct record *record, struct now now)
{
    if (callout->state != CALLOUT_PAGING)
        return ERR_CORRUPT;
    callout->step = (uint16_t)record->step;
    callout->round = record->round;
    callout->turn++;
    arm(engine, callout, record, now);
    if (record->kind == RECORD_REPEAT_BEGUN)
        apply_forget_ended(engine, callout->incident, callout);
    return ERR_OK;
}

enum err apply_acknowledged(struct engine *engine, struct callout *callout, const struct record *record)
{
    if (drill_waits_for_all(callout))
        return apply_one_answer(engine, callout, record);
    if (callout->state != CALLOUT_PAGING || !record->person)
        return ERR_CORRUPT;
    callout->state = CALLOUT_ACKNOWLEDGED;
    callout->acknowledged_by = intern_add(engine->names, record->person);
    callout->acknowledged_usec = record->at_usec;
    callout->eta_minutes = (uint16_t)record->eta_minutes;
    callout->noticed_usec = 0;
    callout->put_off = 0;
    apply_disarm(engine, callout);
    engine->paging_callouts--;
    return ERR_OK;
}

enum err apply_declined(struct engine *engine, struct callout *callout, const struct record *record)
{
    if (drill_waits_for_all(callout))
        return apply_one_answer(engine, callout, record);
    if (!record->person)
        return ERR_CORRUPT;
    apply_recipient(engine, callout, record->person)->declined = true;
    return ERR_OK;
}

/* The clock may have been set back meanwhile. */
static uint32_t seconds_since_start(const struct callout *callout, int64_t at_usec)
{
    int64_t seconds = (at_usec - callout->started_usec) / USEC_PER_SEC;
    return seconds < 0 ? 0 : seconds > UINT32_MAX ? UINT32_MAX : (uint32_t)seconds;
}

enum err apply_released(struct engine *engine, struct callout *callout, const struct record *record, struct now now)
{
    if (callout->state != CALLOUT_ACKNOWLEDGED || !record->person || callout->incident->closed_usec)
        return ERR_CORRUPT;
    apply_recipient(engine, callout, record->person)->declined = true;
    callout->state = CALLOUT_PAGING;
    callout->acknowledged_by = 0;
    callout->acknowledged_usec = 0;
    callout->eta_minutes = 0;
    callout->put_off = 0;
    callout->noticed_usec = 0;
    callout->released_sec = seconds_since_start(callout, record->at_usec);
    callout->due_usec = record->at_usec;
    apply_arm(engine, callout, now.boot_usec);
    engine->paging_callouts++;
    return ERR_OK;
}

enum err apply_cancelled(struct engine *engine, struct callout *callout)
{
    if (callout->state != CALLOUT_PAGING)
        return ERR_CORRUPT;
    callout->state = CALLOUT_CANCELLED;
    heap_disarm(&engine->timers, &callout->timer);
    engine->paging_callouts--;
    return ERR_OK;
}

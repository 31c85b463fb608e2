/* The fold. A record and nothing else changes the state, the same way live and on replay. Records come from the engine
 * itself, or from a log that may be damaged: what cannot follow is ERR_CORRUPT, and changes nothing that matters since its
 * incident is then set aside. */
#include "engine/apply.h"

uint8_t apply_mark(enum record_kind kind)
{
    switch (kind) {
    case RECORD_OPENED:
    case RECORD_DRILL_PLANNED:     /* it is kept, and replayed, as the incident that it will be */
        return 1;
    case RECORD_CLOSED:
        return 2;
    case RECORD_SETTLED:
    case RECORD_DRILL_UNPLANNED:
        return 3;
    default:
        return 0;
    }
}

void apply_init_house(struct engine *engine)
{
    engine->house = (struct incident){.severity = SEVERITY_CRITICAL};
}

int64_t apply_left_usec(int64_t due_usec, int64_t delay_usec, struct now now)
{
    int64_t left = due_usec > now.wall_usec ? due_usec - now.wall_usec : 0;
    return left < delay_usec ? left : delay_usec > 0 ? delay_usec : 0;
}

static void note_inbound(struct engine *engine, const struct record *record)
{
    atom number = intern_add(engine->names, record->address);
    struct correspondent *correspondent = map_get(&engine->correspondents, number);
    if (!correspondent) {
        correspondent = NEW(struct correspondent);
        map_put(&engine->correspondents, number, correspondent);
    }
    if (record->inbound == INBOUND_WRONG_CODE && ++correspondent->wrong_codes >= WRONG_CODES_MAX)
        correspondent->locked = true;
    if (record->final) {     /* it was answered */
        memmove(correspondent->answered_usec, correspondent->answered_usec + 1, (ANSWERED_TEXTS_MAX - 1) * sizeof(int64_t));
        correspondent->answered_usec[ANSWERED_TEXTS_MAX - 1] = record->at_usec;
    }
}

static enum err apply_note(struct engine *engine, struct incident *incident, const struct record *record)
{
    struct callout *callout = find_callout(incident, record->callout);
    if (callout && record->eta_minutes)
        callout->eta_minutes = (uint16_t)record->eta_minutes;
    if (record->inbound != INBOUND_NONE && record->address)
        note_inbound(engine, record);
    return ERR_OK;
}

static enum err apply_to_house(struct engine *engine, const struct record *record)
{
    if (record->kind == RECORD_DEGRADED) {
        engine->degraded = true;
        free(engine->degraded_reason);
        engine->degraded_reason = mem_strdup(record->text ? record->text : "");
    } else if (record->kind == RECORD_RESTORED) {
        engine->degraded = false;
    }
    return ERR_OK;
}

static enum err apply_to_callout(struct engine *engine, struct incident *incident, const struct record *record, struct now now)
{
    struct callout *callout = find_callout(incident, record->callout);
    if (!callout)
        return ERR_CORRUPT;
    switch (record->kind) {
    case RECORD_STEP_BEGUN:
    case RECORD_STEP_SKIPPED:
    case RECORD_REPEAT_BEGUN:
        return apply_turn(engine, callout, record, now);
    case RECORD_PAGE_QUEUED:
        return apply_page_queued(engine, callout, record);
    case RECORD_ACKNOWLEDGED:
        return apply_acknowledged(engine, callout, record);
    case RECORD_DECLINED:
        return apply_declined(engine, callout, record);
    case RECORD_RELEASED:
        return apply_released(engine, callout, record, now);
    case RECORD_DRILL_HELD_BACK:
        return apply_held_back(engine, callout, record);
    default:
        assert(record->kind == RECORD_CALLOUT_CANCELLED);
        return apply_cancelled(engine, callout);
    }
}

static enum err apply_kind(struct engine *engine, struct incident *incident, const struct record *record, struct now now)
{
    switch (record->kind) {
    case RECORD_UPDATED:
    case RECORD_BUNDLED:
        return apply_updated(engine, incident, record, now);
    case RECORD_CALLOUT_STARTED:
        return apply_callout_started(engine, incident, record, now);
    case RECORD_NOTICE_QUEUED:
        return apply_notice_queued(engine, incident, record);
    case RECORD_PAGE_SENT:
    case RECORD_PAGE_DELIVERED:
    case RECORD_PAGE_FAILED:
    case RECORD_NOTICE_SENT:
        return apply_outcome(engine, incident, record, now);
    case RECORD_NOTE:
        return apply_note(engine, incident, record);
    case RECORD_CLOSED:
        return incident->key ? apply_closed(engine, incident, record, now) : ERR_CORRUPT;
    case RECORD_DRILL_RESULT:
        return apply_drill_result(incident, record);
    case RECORD_SETTLED:
        if (!incident->closed_usec)
            return ERR_CORRUPT;
        apply_forget(engine, incident);
        return ERR_OK;
    case RECORD_RELOADED:
    case RECORD_RELOAD_REFUSED:
    case RECORD_DEGRADED:
    case RECORD_RESTORED:
    case RECORD_DUTY_CHANGED:
    case RECORD_GAP_AHEAD:
    case RECORD_GATEWAY_STATE:
    case RECORD_SCHEDULE:
    case RECORD_DRILL_ENDED:
        return apply_to_house(engine, record);
    default:
        return apply_to_callout(engine, incident, record, now);
    }
}

bool apply_is_time(int64_t usec)
{
    return usec > -(INT64_C(1) << 60) && usec < INT64_C(1) << 60;
}

static bool times_plausible(const struct record *record)
{
    return record->incident == 0 ||        /* the house reckons with none, but for when a text came */
           (apply_is_time(record->at_usec) && apply_is_time(record->due_usec) && apply_is_time(record->delay_usec) &&
            apply_is_time(record->end_usec));
}

enum err apply_record(struct engine *engine, const struct record *record, struct now now)
{
    if (record->kind < RECORD_OPENED || record->kind >= RECORD_KIND_END || !times_plausible(record))
        return ERR_CORRUPT;
    if (engine->last_seq < record->seq)
        engine->last_seq = record->seq;
    if (record->reply_id)
        seen_add_reply(engine, record->reply_id, record->at_usec, now);
    if (record->kind == RECORD_OPENED)
        return apply_opened(engine, record);
    if (record->kind >= RECORD_DRILL_PLANNED && record->kind <= RECORD_DRILL_UNPLANNED)
        return apply_drill_plan(engine, record, now);
    struct incident *incident = find_incident(engine, record->incident);
    return incident ? apply_kind(engine, incident, record, now) : ERR_CORRUPT;
}

/* The fold. A record and nothing else changes the state, the same way live and on replay. Records come from the engine
 * itself, or from a log that may be damaged: what cannot follow is ERR_CORRUPT, and changes nothing that matters since its incident is then set aside. */
#include <string.h>

#include "base/text.h"
#include "engine/internal.h"

uint8_t apply_mark(enum record_kind kind) {
    return kind == RECORD_OPENED ? 1 : kind == RECORD_CLOSED ? 2 : kind == RECORD_SETTLED ? 3 : 0;
}

void apply_init_house(struct engine *engine) {
    engine->house = (struct incident){.severity = SEVERITY_CRITICAL};
}

/* What is left of a delay that was `delay` long when it was recorded: never negative, never longer (P11). Live, all of it. */
static int64_t left_usec(int64_t due_usec, int64_t delay_usec, struct now now) {
    int64_t left = due_usec > now.wall_usec ? due_usec - now.wall_usec : 0;
    return left < delay_usec ? left : delay_usec > 0 ? delay_usec : 0;
}

static void arm(struct engine *engine, struct callout *callout, const struct record *record, struct now now) {
    callout->due_usec = record->due_usec;
    callout->ends = record->final;
    heap_arm(&engine->timers, &callout->timer, now.boot_usec + left_usec(record->due_usec, record->delay_usec, now));
}

/* ---- incidents ---- */

static void add_part(struct buf *buf, const char *text, size_t max, uint16_t *ret_at) {
    *ret_at = 0;
    if (!text || !*text)
        return;
    *ret_at = (uint16_t)buf->len;
    buf_add(buf, text, text_utf8_cut(text, strlen(text), max));
    buf_add_char(buf, '\0');
}

/* A new text; what the record does not say stays as it was. */
static void set_text(struct incident *incident, const struct record *record) {
    CLEANUP_BUF struct buf buf = {0};
    uint16_t summary_at;
    const char *summary = record->summary ? record->summary : incident_summary(incident);
    const char *location = record->location ? record->location : incident_location(incident);
    const char *callback = record->callback ? record->callback : incident_callback(incident);
    const char *dedup_key = record->dedup_key && !incident->bundle ? record->dedup_key : incident_dedup_key(incident);
    add_part(&buf, *summary ? summary : "-", SUMMARY_BYTES_MAX, &summary_at);
    add_part(&buf, location, LOCATION_BYTES_MAX, &incident->location_at);
    add_part(&buf, callback, CALLBACK_BYTES_MAX, &incident->callback_at);
    add_part(&buf, dedup_key, UINT8_MAX, &incident->dedup_at);
    free(incident->text);
    incident->text = mem_dup(buf.data, buf.len);
}

void apply_remember_key(struct engine *engine, uint64_t key) {
    if (key & INCIDENT_DEGRADED)
        return;
    for (size_t i = 0; i < engine->n_last_keys; i++) {
        if (engine->last_keys[i] >> 32 == key >> 32) {
            if (engine->last_keys[i] < key)
                engine->last_keys[i] = key;
            return;
        }
    }
    if (engine->n_last_keys == YEARS_MAX)
        memmove(engine->last_keys, engine->last_keys + 1, --engine->n_last_keys * sizeof(engine->last_keys[0]));
    engine->last_keys[engine->n_last_keys++] = key;
}

static void link_dedup(struct engine *engine, struct incident *incident) {
    if (incident->bundle)
        return;
    incident->next_dedup = map_get(&engine->dedup, incident->dedup_hash);
    map_put(&engine->dedup, incident->dedup_hash, incident);
}

static void unlink_dedup(struct engine *engine, struct incident *incident) {
    struct incident *first = map_get(&engine->dedup, incident->dedup_hash);
    if (first == incident) {
        if (incident->next_dedup)
            map_put(&engine->dedup, incident->dedup_hash, incident->next_dedup);
        else
            map_remove(&engine->dedup, incident->dedup_hash);
    } else {
        while (first && first->next_dedup != incident)
            first = first->next_dedup;
        if (first)
            first->next_dedup = incident->next_dedup;
    }
    incident->next_dedup = NULL;
}

static void remember_request(struct engine *engine, struct incident *incident, const struct record *record, enum verdict verdict) {
    if (!record->idempotency_key || !record->source)
        return;
    size_t len = strlen(record->idempotency_key) + 1;
    uint64_t hash = map_hash_text(record->idempotency_key, map_hash_text(record->source, 1));
    if (map_get(&engine->idempotents, hash))
        return;
    struct idempotent *idempotent = mem_alloc(sizeof(*idempotent) + len);
    *idempotent = (struct idempotent){incident->idempotents, hash, incident, intern_add(engine->names, record->source), verdict};
    memcpy(idempotent->key, record->idempotency_key, len);
    incident->idempotents = idempotent;
    map_put(&engine->idempotents, hash, idempotent);
}

static enum err apply_opened(struct engine *engine, const struct record *record) {
    if (record->incident == 0 || map_get(&engine->incidents, record->incident) || !record->source || !record->summary)
        return ERR_CORRUPT;
    if (record->severity < 1 || record->severity > SEVERITY_COUNT)
        return ERR_CORRUPT;
    struct incident *incident = NEW(struct incident);
    incident->key = record->incident;
    incident->source = intern_add(engine->names, record->source);
    incident->opened_usec = incident->updated_usec = record->at_usec;
    incident->first_seq = record->seq;
    incident->severity = record->severity - 1;
    incident->drill = record->drill;
    incident->sensitive = record->sensitive;
    incident->bundle = record->bundle;
    incident->body_hash = record->body_hash;
    incident->dedup_hash = record->dedup_key
        ? map_hash_text(record->dedup_key, map_hash_text(record->source, record->drill ? 3 : 2)) : record->body_hash;
    set_text(incident, record);
    map_put(&engine->incidents, incident->key, incident);
    link_dedup(engine, incident);
    apply_remember_key(engine, incident->key);
    remember_request(engine, incident, record, record->bundle ? VERDICT_BUNDLED : VERDICT_OPENED);
    if (record->bundle)
        load_of(engine, incident->source)->bundle = incident->key;
    engine->open_incidents++;
    return ERR_OK;
}

/* An acknowledged call-out is owed a notice, now or when the last one is old enough. */
static void owe_notice(struct engine *engine, struct callout *callout, struct now now) {
    int64_t due_usec = callout->noticed_usec ? callout->noticed_usec + UPDATE_NOTICE_USEC : now.wall_usec;
    if (callout->put_off < UINT16_MAX)
        callout->put_off++;
    if (!heap_armed(&callout->timer))
        heap_arm(&engine->timers, &callout->timer, now.boot_usec + left_usec(due_usec, UPDATE_NOTICE_USEC, now));
}

/* A call-out that pages takes over a rise; it never becomes less urgent, so that a flapping monitor restarts no ladder twice. */
static void raise_severity(struct incident *incident, enum severity severity) {
    incident->severity = severity;
    for (struct callout *callout = incident->callouts; callout; callout = callout->next)
        if (callout->state == CALLOUT_PAGING && severity < callout->severity)
            callout->severity = severity;
}

static enum err apply_updated(struct engine *engine, struct incident *incident, const struct record *record, struct now now) {
    if (record->severity > SEVERITY_COUNT || incident->closed_usec)
        return ERR_CORRUPT;
    remember_request(engine, incident, record, record->kind == RECORD_BUNDLED ? VERDICT_BUNDLED : VERDICT_UPDATED);
    incident->updated_usec = record->at_usec;
    if (record->severity)
        raise_severity(incident, record->severity - 1);
    if (!record->summary)
        return ERR_OK;      /* the same again: nothing to tell */
    incident->body_hash = record->body_hash;
    set_text(incident, record);
    for (struct callout *callout = incident->callouts; callout; callout = callout->next)
        if (callout->state == CALLOUT_ACKNOWLEDGED && find_latest_callout(incident, callout->role) == callout)
            owe_notice(engine, callout, now);
    return ERR_OK;
}

static void forget_code(struct engine *engine, struct recipient *recipient) {
    struct recipient *first = recipient->code ? map_get(&engine->codes, recipient->code) : NULL;
    if (first == recipient) {
        if (recipient->next_code)
            map_put(&engine->codes, recipient->code, recipient->next_code);
        else
            map_remove(&engine->codes, recipient->code);
    } else {
        while (first && first->next_code != recipient)
            first = first->next_code;
        if (first)
            first->next_code = recipient->next_code;
    }
    recipient->next_code = NULL;
    recipient->code = 0;
}

static void forget_codes(struct engine *engine, const struct incident *incident) {
    for (struct callout *callout = incident->callouts; callout; callout = callout->next)
        for (struct recipient *recipient = callout->recipients; recipient; recipient = recipient->next)
            forget_code(engine, recipient);
}

static enum err apply_closed(struct engine *engine, struct incident *incident, const struct record *record, struct now now) {
    if (incident->closed_usec)
        return ERR_CORRUPT;
    for (struct callout *callout = incident->callouts; callout; callout = callout->next) {
        if (callout->state == CALLOUT_PAGING)
            return ERR_CORRUPT;
        heap_disarm(&engine->timers, &callout->timer);
    }
    unlink_dedup(engine, incident);
    forget_codes(engine, incident);
    incident->closed_usec = record->at_usec;
    incident->closed_by = intern_add(engine->names, record->actor);
    incident->settle_usec = now.boot_usec + left_usec(record->at_usec + SETTLE_USEC, SETTLE_USEC, now);
    if (engine->last_closed)
        engine->last_closed->next_closed = incident;
    else
        engine->first_closed = incident;
    engine->last_closed = incident;
    engine->closed_in_memory++;
    engine->open_incidents--;
    return ERR_OK;
}

static void unlink_closed(struct engine *engine, struct incident *incident) {
    struct incident *before = NULL;
    for (struct incident *at = engine->first_closed; at != incident; at = at->next_closed)
        before = at;
    if (before)
        before->next_closed = incident->next_closed;
    else
        engine->first_closed = incident->next_closed;
    if (engine->last_closed == incident)
        engine->last_closed = before;
    engine->closed_in_memory--;
}

static void free_callouts(struct engine *engine, struct incident *incident) {
    struct callout *callout;
    while ((callout = incident->callouts)) {
        struct recipient *recipient;
        incident->callouts = callout->next;
        heap_disarm(&engine->timers, &callout->timer);
        if (callout->state == CALLOUT_PAGING)
            engine->paging_callouts--;
        while ((recipient = callout->recipients)) {
            callout->recipients = recipient->next;
            free(recipient);
        }
        free(callout);
    }
}

void apply_forget(struct engine *engine, struct incident *incident) {
    struct idempotent *idempotent;
    struct message *message;
    forget_codes(engine, incident);
    free_callouts(engine, incident);
    while ((message = incident->messages)) {
        incident->messages = message->next;
        free(message);
    }
    while ((idempotent = incident->idempotents)) {
        incident->idempotents = idempotent->next;
        map_remove(&engine->idempotents, idempotent->hash);
        free(idempotent);
    }
    free(incident->text);
    if (incident == &engine->house)
        return;
    if (incident->closed_usec) {
        unlink_closed(engine, incident);
    } else {
        unlink_dedup(engine, incident);
        engine->open_incidents--;
    }
    map_remove(&engine->incidents, incident->key);
    free(incident);
}

/* ---- call-outs ---- */

static enum err apply_callout_started(struct engine *engine, struct incident *incident, const struct record *record, struct now now) {
    struct callout **last = &incident->callouts;
    if (incident->closed_usec || !record->role || record->callout != incident->last_callout + 1)
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
    callout->severity = record->severity - 1;
    callout->started_usec = callout->due_usec = record->at_usec;
    callout->state = CALLOUT_PAGING;
    heap_arm(&engine->timers, &callout->timer, now.boot_usec);      /* P2: from its first moment something is pending */
    engine->paging_callouts++;
    return ERR_OK;
}

/* Pages of earlier turns that have come to an end are forgotten, and so memory stays bounded however long nobody answers (P15). */
static void forget_ended_pages(struct incident *incident, const struct callout *callout) {
    struct message **place = &incident->messages, *message;
    while ((message = *place)) {
        bool ended = message->state != MESSAGE_QUEUED && message->callout == callout && message->turn + 1 < callout->turn;
        if (ended) {
            *place = message->next;
            free(message);
        } else {
            place = &message->next;
        }
    }
}

static enum err apply_turn(struct engine *engine, struct callout *callout, const struct record *record, struct now now) {
    if (callout->state != CALLOUT_PAGING)
        return ERR_CORRUPT;
    callout->step = (uint16_t)record->step;
    callout->round = record->round;
    callout->turn++;
    arm(engine, callout, record, now);
    if (record->kind == RECORD_REPEAT_BEGUN)
        forget_ended_pages(callout->incident, callout);
    return ERR_OK;
}

static struct recipient *recipient_of(struct engine *engine, struct callout *callout, const char *person) {
    atom name = intern_add(engine->names, person);
    struct recipient **last = &callout->recipients;
    for (; *last; last = &(*last)->next)
        if ((*last)->person == name)
            return *last;
    *last = NEW(struct recipient);
    (*last)->callout = callout;
    (*last)->person = name;
    return *last;
}

static void set_code(struct engine *engine, struct recipient *recipient, uint32_t code) {
    if (code == 0 || code == recipient->code)
        return;
    forget_code(engine, recipient);
    recipient->code = code;
    recipient->next_code = map_get(&engine->codes, code);
    map_put(&engine->codes, code, recipient);
}

static void note_drill(struct engine *engine, atom person, int64_t at_usec) {
    int64_t *last = map_get(&engine->drilled, person);
    if (!last) {
        last = NEW(int64_t);
        map_put(&engine->drilled, person, last);
    }
    if (*last < at_usec)
        *last = at_usec;
}

static void unlock(struct engine *engine, atom address) {
    struct correspondent *correspondent = map_get(&engine->correspondents, address);
    if (!correspondent)
        return;
    correspondent->locked = false;
    correspondent->wrong_codes = 0;
}

static struct message *add_message(struct engine *engine, struct incident *incident, const struct record *record) {
    struct message **last = &incident->messages;
    while (*last)
        last = &(*last)->next;
    struct message *message = *last = NEW(struct message);
    message->number = incident->last_page = record->page;
    message->nonce = record->nonce;
    message->person = intern_add(engine->names, record->person);
    message->address = intern_add(engine->names, record->address);
    message->channel = record->channel - 1;
    message->purpose = record->purpose;
    message->count = (uint16_t)record->count;
    return message;
}

static bool message_plausible(const struct incident *incident, const struct record *record) {
    return record->page > incident->last_page && record->address && record->channel >= 1 && record->channel <= CHANNEL_COUNT &&
           record->purpose >= PURPOSE_PAGE && record->purpose < PURPOSE_END;
}

static enum err apply_page_queued(struct engine *engine, struct callout *callout, const struct record *record) {
    struct incident *incident = callout->incident;
    if (callout->state != CALLOUT_PAGING || !record->person || !message_plausible(incident, record))
        return ERR_CORRUPT;
    struct recipient *recipient = recipient_of(engine, callout, record->person);
    struct message *message = add_message(engine, incident, record);
    message->callout = callout;
    message->recipient = recipient;
    message->turn = callout->turn;
    message->repeat = callout->round > 0;
    recipient->channels |= (uint8_t)(1u << message->channel);
    set_code(engine, recipient, record->code);
    if (record->has_token)
        memcpy(recipient->token, record->token, TOKEN_BYTES);
    if (incident->drill)
        note_drill(engine, recipient->person, record->at_usec);
    if (message->channel == CHANNEL_SMS)
        unlock(engine, message->address);
    return ERR_OK;
}

static void forget_first_message(struct incident *incident) {
    struct message *first = incident->messages;
    incident->messages = first->next;
    free(first);
}

static enum err apply_notice_queued(struct engine *engine, struct incident *incident, const struct record *record) {
    struct callout *callout = find_callout(incident, record->callout);
    if (!message_plausible(incident, record) || (record->callout != 0 && !callout))
        return ERR_CORRUPT;
    struct message *message = add_message(engine, incident, record);
    message->callout = callout;
    if (callout) {
        message->recipient = find_recipient(callout, message->person);
        message->turn = callout->turn;
    }
    if (record->purpose == PURPOSE_GATEWAY_TEST)
        message->gateway = intern_add(engine->names, record->gateway);
    if (callout && record->purpose == PURPOSE_UPDATE) {
        callout->noticed_usec = record->at_usec;
        callout->put_off = 0;
        if (!callout->ends)
            heap_disarm(&engine->timers, &callout->timer);
    }
    if (incident == &engine->house && record->page > HOUSE_MESSAGES_MAX && incident->messages->number + HOUSE_MESSAGES_MAX < record->page)
        forget_first_message(incident);
    return ERR_OK;
}

static enum err apply_outcome(struct engine *engine, struct incident *incident, const struct record *record) {
    struct message *message = find_message(incident, record->page);
    if (!message)
        return ERR_OK;      /* of a page that was forgotten as its call-out repeated */
    if (record->kind == RECORD_PAGE_DELIVERED)
        message->state = MESSAGE_DELIVERED;
    else if (record->kind == RECORD_PAGE_SENT || record->kind == RECORD_NOTICE_SENT)
        message->state = MESSAGE_SENT;
    else if (record->final)
        message->state = MESSAGE_FAILED;
    if (record->gateway && record->kind != RECORD_PAGE_FAILED)
        message->gateway = intern_add(engine->names, record->gateway);
    return ERR_OK;
}

static enum err apply_acknowledged(struct engine *engine, struct callout *callout, const struct record *record, struct now now) {
    if (callout->state != CALLOUT_PAGING || !record->person)
        return ERR_CORRUPT;
    callout->state = CALLOUT_ACKNOWLEDGED;
    callout->acknowledged_by = intern_add(engine->names, record->person);
    callout->acknowledged_usec = record->at_usec;
    callout->eta_minutes = (uint16_t)record->eta_minutes;
    callout->noticed_usec = 0;
    callout->put_off = 0;
    callout->ends = false;
    heap_disarm(&engine->timers, &callout->timer);
    if (record->final)
        arm(engine, callout, record, now);      /* a drill ends by itself */
    engine->paging_callouts--;
    return ERR_OK;
}

static enum err apply_declined(struct engine *engine, struct callout *callout, const struct record *record) {
    if (!record->person)
        return ERR_CORRUPT;
    recipient_of(engine, callout, record->person)->declined = true;
    return ERR_OK;
}

static enum err apply_released(struct engine *engine, struct callout *callout, const struct record *record, struct now now) {
    if (callout->state != CALLOUT_ACKNOWLEDGED || !record->person)
        return ERR_CORRUPT;
    recipient_of(engine, callout, record->person)->declined = true;
    callout->state = CALLOUT_PAGING;
    callout->acknowledged_by = 0;
    callout->acknowledged_usec = 0;
    callout->eta_minutes = 0;
    callout->put_off = 0;
    callout->ends = false;
    callout->due_usec = record->at_usec;
    heap_arm(&engine->timers, &callout->timer, now.boot_usec);
    engine->paging_callouts++;
    return ERR_OK;
}

static enum err apply_cancelled(struct engine *engine, struct callout *callout) {
    if (callout->state != CALLOUT_PAGING)
        return ERR_CORRUPT;
    callout->state = CALLOUT_CANCELLED;
    heap_disarm(&engine->timers, &callout->timer);
    engine->paging_callouts--;
    return ERR_OK;
}

/* ---- notes and the house ---- */

static void note_inbound(struct engine *engine, const struct record *record) {
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

static enum err apply_note(struct engine *engine, struct incident *incident, const struct record *record) {
    struct callout *callout = find_callout(incident, record->callout);
    if (callout && record->eta_minutes)
        callout->eta_minutes = (uint16_t)record->eta_minutes;
    if (record->inbound != INBOUND_NONE && record->address)
        note_inbound(engine, record);
    return ERR_OK;
}

static enum err apply_to_house(struct engine *engine, const struct record *record) {
    if (record->kind == RECORD_DEGRADED) {
        engine->degraded = true;
        free(engine->degraded_reason);
        engine->degraded_reason = mem_strdup(record->text ? record->text : "");
    } else if (record->kind == RECORD_RESTORED) {
        engine->degraded = false;
    }
    return ERR_OK;
}

static enum err apply_to_callout(struct engine *engine, struct incident *incident, const struct record *record, struct now now) {
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
        return apply_acknowledged(engine, callout, record, now);
    case RECORD_DECLINED:
        return apply_declined(engine, callout, record);
    case RECORD_RELEASED:
        return apply_released(engine, callout, record, now);
    default:
        assert(record->kind == RECORD_CALLOUT_CANCELLED);
        return apply_cancelled(engine, callout);
    }
}

static enum err apply_kind(struct engine *engine, struct incident *incident, const struct record *record, struct now now) {
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
        return apply_outcome(engine, incident, record);
    case RECORD_NOTE:
        return apply_note(engine, incident, record);
    case RECORD_CLOSED:
        return incident->key ? apply_closed(engine, incident, record, now) : ERR_CORRUPT;
    case RECORD_SETTLED:
        if (!incident->closed_usec)
            return ERR_CORRUPT;
        apply_forget(engine, incident);
        return ERR_OK;
    case RECORD_RELOADED:
    case RECORD_RELOAD_REFUSED:
    case RECORD_DEGRADED:
    case RECORD_RESTORED:
        return apply_to_house(engine, record);
    default:
        return apply_to_callout(engine, incident, record, now);
    }
}

enum err apply_record(struct engine *engine, const struct record *record, struct now now) {
    if (record->kind < RECORD_OPENED || record->kind >= RECORD_KIND_END)
        return ERR_CORRUPT;
    if (engine->last_seq < record->seq)
        engine->last_seq = record->seq;
    if (record->kind == RECORD_OPENED)
        return apply_opened(engine, record);
    struct incident *incident = find_incident(engine, record->incident);
    return incident ? apply_kind(engine, incident, record, now) : ERR_CORRUPT;
}

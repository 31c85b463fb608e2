/* Incidents: opened, updated, closed, forgotten; and the maps by which they are found. */
#include "engine/apply.h"

#include <string.h>

#include "base/text.h"
#include "engine/drill.h"

static void add_part(struct buf *buf, const char *text, size_t max, uint16_t *ret_at)
{
    *ret_at = 0;
    if (!text || !*text)
        return;
    *ret_at = (uint16_t)buf->len;
    buf_add(buf, text, text_utf8_cut(text, strlen(text), max));
    buf_add_char(buf, '\0');
}

/* A new text, with a summary; what else the record does not say stays as it was. What joins a bundle is about something else: its
 * own place, its own number to ring, or none. */
static void set_text(struct incident *incident, const struct record *record)
{
    CLEANUP_BUF struct buf buf = {0};
    uint16_t summary_at;
    bool stays = record->kind == RECORD_UPDATED;
    const char *location = record->location || !stays ? record->location : incident_location(incident);
    const char *callback = record->callback || !stays ? record->callback : incident_callback(incident);
    const char *dedup_key = record->dedup_key && !incident->bundle ? record->dedup_key : incident_dedup_key(incident);
    add_part(&buf, *record->summary ? record->summary : "-", SUMMARY_BYTES_MAX, &summary_at);
    add_part(&buf, location, LOCATION_BYTES_MAX, &incident->location_at);
    add_part(&buf, callback, CALLBACK_BYTES_MAX, &incident->callback_at);
    add_part(&buf, dedup_key, DEDUP_KEY_BYTES_MAX, &incident->dedup_at);
    free(incident->text);
    incident->text = mem_dup(buf.data, buf.len);
}

void apply_remember_key(struct engine *engine, uint64_t key)
{
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

static void link_dedup(struct engine *engine, struct incident *incident)
{
    if (incident->bundle)
        return;
    incident->next_dedup = map_get(&engine->dedup, incident->dedup_hash);
    map_put(&engine->dedup, incident->dedup_hash, incident);
}

static void unlink_dedup(struct engine *engine, struct incident *incident)
{
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

/* The oldest makes room: a storm of updates, each with a key of its own, stays bounded (P15). */
static void forget_old_request(struct engine *engine, struct incident *incident)
{
    struct idempotent **last = &incident->idempotents;
    size_t n = 0;
    for (; (*last)->next; n++)
        last = &(*last)->next;
    if (n < IDEMPOTENTS_MAX)
        return;
    map_remove(&engine->idempotents, (*last)->hash);
    free(*last);
    *last = NULL;
}

static void remember_request(struct engine *engine, struct incident *incident, const struct record *record,
                             enum verdict verdict)
{
    if (!record->idempotency_key || !record->source)
        return;
    size_t len = strlen(record->idempotency_key) + 1;
    uint64_t hash = map_hash_text(record->idempotency_key, map_hash_text(record->source, 1));
    if (map_get(&engine->idempotents, hash))
        return;
    struct idempotent *idempotent = mem_alloc(sizeof(*idempotent) + len);
    *idempotent = (struct idempotent){incident->idempotents, hash, incident, intern_add(engine->names, record->source), verdict,
                                      record->body_hash};
    memcpy(idempotent->key, record->idempotency_key, len);
    incident->idempotents = idempotent;
    map_put(&engine->idempotents, hash, idempotent);
    forget_old_request(engine, incident);
}

enum err apply_opened(struct engine *engine, const struct record *record)
{
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
    incident->terms = apply_drill_terms(engine, record);
    set_text(incident, record);
    map_put(&engine->incidents, incident->key, incident);
    link_dedup(engine, incident);
    apply_remember_key(engine, incident->key);
    remember_request(engine, incident, record, record->bundle ? VERDICT_BUNDLED : VERDICT_OPENED);
    if (record->bundle)
        load_of(engine, incident->source, incident->drill)->bundle = incident->key;
    if (incident->drill)
        apply_link_drill(engine, incident);
    apply_forget_planned(engine, incident->key);      /* what was planned has begun */
    engine->open_incidents++;
    return ERR_OK;
}

/* An acknowledged call-out is owed a notice, now or when the last one is old enough. */
static void owe_notice(struct engine *engine, struct callout *callout, struct now now)
{
    int64_t due_usec = callout->noticed_usec ? callout->noticed_usec + UPDATE_NOTICE_USEC : now.wall_usec;
    if (callout->put_off < UINT16_MAX)
        callout->put_off++;
    if (callout->put_off == 1)
        apply_arm(engine, callout, now.boot_usec + apply_left_usec(due_usec, UPDATE_NOTICE_USEC, now));
}

/* A call-out that pages takes over a rise; it never becomes less urgent, so that a flapping monitor restarts no ladder twice. */
static void raise_severity(struct incident *incident, enum severity severity)
{
    incident->severity = severity;
    for (struct callout *callout = incident->callouts; callout; callout = callout->next)
        if (callout->state == CALLOUT_PAGING && severity < callout->severity)
            callout->severity = severity;
}

enum err apply_updated(struct engine *engine, struct incident *incident, const struct record *record, struct now now)
{
    if (incident->key == 0 || record->severity > SEVERITY_COUNT || incident->closed_usec)
        return ERR_CORRUPT;
    remember_request(engine, incident, record, record->kind == RECORD_BUNDLED ? VERDICT_BUNDLED : VERDICT_UPDATED);
    incident->updated_usec = record->at_usec;
    incident->sensitive |= record->sensitive;
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

enum err apply_closed(struct engine *engine, struct incident *incident, const struct record *record, struct now now)
{
    if (incident->closed_usec)
        return ERR_CORRUPT;
    for (struct callout *callout = incident->callouts; callout; callout = callout->next) {
        if (callout->state == CALLOUT_PAGING)
            return ERR_CORRUPT;
        heap_disarm(&engine->timers, &callout->timer);
    }
    for (struct message *message = incident->messages; message; message = message->next)
        trail_stop(engine, message);
    unlink_dedup(engine, incident);
    if (incident->drill)
        apply_unlink_drill(engine, incident);
    apply_forget_codes(engine, incident);
    incident->closed_usec = record->at_usec ? record->at_usec : 1;      /* 0 would be open */
    incident->closed_by = intern_add(engine->names, record->actor);
    incident->aborted = incident->drill && !record->actor && drill_was_aborted(record->text);
    incident->settle_usec = now.boot_usec + apply_left_usec(record->at_usec + SETTLE_USEC, SETTLE_USEC, now);
    if (engine->last_closed)
        engine->last_closed->next_closed = incident;
    else
        engine->first_closed = incident;
    engine->last_closed = incident;
    engine->closed_in_memory++;
    engine->open_incidents--;
    return ERR_OK;
}

static void unlink_closed(struct engine *engine, struct incident *incident)
{
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

static void free_callouts(struct engine *engine, struct incident *incident)
{
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

void apply_forget(struct engine *engine, struct incident *incident)
{
    struct idempotent *idempotent;
    struct message *message;
    apply_forget_codes(engine, incident);
    free_callouts(engine, incident);
    while ((message = incident->messages)) {
        incident->messages = message->next;
        trail_forget(engine, message);
        free(message);
    }
    while ((idempotent = incident->idempotents)) {
        incident->idempotents = idempotent->next;
        map_remove(&engine->idempotents, idempotent->hash);
        free(idempotent);
    }
    free(incident->text);
    drill_free(incident->terms);
    if (incident == &engine->house)
        return;
    if (incident->closed_usec) {
        unlink_closed(engine, incident);
    } else {
        unlink_dedup(engine, incident);
        if (incident->drill)
            apply_unlink_drill(engine, incident);
        engine->open_incidents--;
    }
    map_remove(&engine->incidents, incident->key);
    free(incident);
}

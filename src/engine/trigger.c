/* A trigger opens an incident, becomes an update of one, or joins a bundle. Nothing is dropped (P9). */
#include <string.h>

#include "engine/internal.h"

enum { BODY_SEED = 4 };

static uint64_t hash_field(uint64_t hash, const char *text)
{
    return map_hash(text ? text : "", text ? strlen(text) + 1 : 0, hash);
}

/* Everything that the source said: an identical one is the same trigger again. */
static uint64_t body_hash(const struct event_trigger *trigger)
{
    const char *const texts[] = {trigger->source, trigger->summary, trigger->details, trigger->location, trigger->callback,
                                 trigger->talkgroup, trigger->dedup_key};
    uint64_t hash = BODY_SEED + (uint64_t)(trigger->severity + 1) * 4 + (trigger->drill ? 2 : 0) + trigger->sensitive;
    for (size_t i = 0; i < N_ELEMENTS(texts); i++)
        hash = hash_field(hash, texts[i]);
    for (size_t i = 0; i < trigger->n_roles; i++)
        hash = hash_field(hash, trigger->roles[i]->role);
    return hash;
}

static bool same_summary(const struct incident *incident, const char *summary)
{
    const char *kept = incident_summary(incident);
    return strncmp(kept, summary, strlen(kept)) == 0;
}

static bool is_same(const struct engine *engine, const struct incident *incident, const struct event_trigger *trigger,
                    uint64_t body)
{
    const char *key = incident_dedup_key(incident);
    if (incident->source != intern_find(engine->names, trigger->source) || incident->drill != trigger->drill)
        return false;
    if (trigger->dedup_key)
        return key && strcmp(key, trigger->dedup_key) == 0;
    int64_t age = engine->now.wall_usec - incident->opened_usec;      /* negative: the clock was set back, and it may be old */
    return !key && incident->body_hash == body && same_summary(incident, trigger->summary) && age >= 0 && age < SAME_BODY_USEC;
}

static struct incident *find_same(const struct engine *engine, const struct event_trigger *trigger, uint64_t body)
{
    uint64_t hash = trigger->dedup_key
        ? map_hash_text(trigger->dedup_key, map_hash_text(trigger->source, trigger->drill ? 3 : 2)) : body;
    struct incident *incident = map_get(&engine->dedup, hash);
    while (incident && !is_same(engine, incident, trigger, body))
        incident = incident->next_dedup;
    return incident;
}

static const struct idempotent *find_request(const struct engine *engine, const struct event_trigger *trigger)
{
    if (!trigger->idempotency_key)
        return NULL;
    uint64_t hash = map_hash_text(trigger->idempotency_key, map_hash_text(trigger->source, 1));
    const struct idempotent *idempotent = map_get(&engine->idempotents, hash);
    bool same = idempotent && idempotent->source == intern_find(engine->names, trigger->source) &&
                strcmp(idempotent->key, trigger->idempotency_key) == 0;
    return same ? idempotent : NULL;
}

static uint64_t mint_from_log(const struct engine *engine, int year)
{
    for (size_t i = 0; i < engine->n_last_keys; i++)
        if (engine->last_keys[i] >> 32 == (uint64_t)year)
            return engine->last_keys[i] + 1;
    return incident_key(year, 1);
}

/* From a random one on, one after the other: what has closed may be forgotten. What was given before the start is only known to the
 * log, which cannot be asked now, and so each start begins anew. */
static uint64_t mint_degraded(struct engine *engine, int year)
{
    uint32_t number = engine->last_degraded;
    uint64_t key;
    do {
        if (number == 0)
            number = INCIDENT_DEGRADED_MIN + emit_random_u32(engine) % (INCIDENT_DEGRADED_MAX - INCIDENT_DEGRADED_MIN + 1);
        else
            number = number < INCIDENT_DEGRADED_MAX ? number + 1 : INCIDENT_DEGRADED_MIN;
        key = incident_key(year, (uint32_t)INCIDENT_DEGRADED | number);
    } while (find_incident(engine, key));
    engine->last_degraded = number;
    return key;
}

uint64_t trigger_mint_key(struct engine *engine)
{
    struct civil local;
    tz_to_local(engine->plan->tz, engine->now.wall_usec, &local);
    int year = local.year < INCIDENT_YEAR_MIN ? INCIDENT_YEAR_MIN : local.year > INCIDENT_YEAR_MAX ? INCIDENT_YEAR_MAX
        : local.year;
    return engine->degraded ? mint_degraded(engine, year) : mint_from_log(engine, year);
}

static struct record text_record(const struct engine *engine, const struct event_trigger *trigger, enum record_kind kind,
                                 uint64_t incident, uint64_t body)
{
    const struct source *source = plan_source(engine->plan, trigger->source);
    bool is_update = kind == RECORD_UPDATED;
    return (struct record){
        .kind = kind,
        .incident = incident,
        .source = trigger->source,
        .summary = trigger->summary,
        .details = trigger->details,
        .location = trigger->location,
        .callback = trigger->callback || is_update || !source ? trigger->callback : source->callback,
        .talkgroup = trigger->talkgroup,
        .dedup_key = trigger->dedup_key,
        .idempotency_key = trigger->idempotency_key,
        .body_hash = body,
        .severity = (uint8_t)(trigger->severity + 1),
        .drill = trigger->drill,
        .sensitive = trigger->sensitive || (source && source->sensitive),
    };
}

static struct incident *open_incident(struct engine *engine, const struct event_trigger *trigger, uint64_t body, bool bundle)
{
    struct record record = text_record(engine, trigger, RECORD_OPENED, trigger_mint_key(engine), body);
    if (trigger->severity < 0)
        record.severity = SEVERITY_CRITICAL + 1;
    record.bundle = bundle;
    emit_record(engine, &record);
    return find_incident(engine, record.incident);
}

static bool called_in(const struct engine *engine, const struct incident *incident, const struct roster *roster)
{
    return find_latest_callout(incident, intern_find(engine->names, roster->role)) != NULL;
}

/* Named roles; else the source's; else every roster that is always called. NULL: that was the last. */
static const struct roster *next_role(const struct plan *plan, const struct event_trigger *trigger, size_t *cursor)
{
    const struct source *source = plan_source(plan, trigger->source);
    const struct roster *const *roles = trigger->n_roles ? trigger->roles : source ? source->roles : NULL;
    size_t n = trigger->n_roles ? trigger->n_roles : source ? source->n_roles : 0;
    if (n > 0)
        return *cursor < n ? roles[(*cursor)++] : NULL;
    while (*cursor < plan->n_rosters && plan->rosters[*cursor].on_request)
        ++*cursor;
    return *cursor < plan->n_rosters ? &plan->rosters[(*cursor)++] : NULL;
}

/* Before any of them begins: of a drill that must stop, nobody is paged. */
static void yield_before(struct engine *engine, struct incident *drill, const struct roster *roster)
{
    const struct callout callout = {.incident = drill, .role = intern_add(engine->names, roster->role), .severity = drill->severity};
    drill_yield_before(engine, drill, &callout);
}

static void start_callouts(struct engine *engine, struct incident *incident, const struct event_trigger *trigger)
{
    const struct plan *plan = engine->plan;
    const struct roster *roster;
    for (size_t cursor = 0; incident->drill && (roster = next_role(plan, trigger, &cursor));)
        yield_before(engine, incident, roster);
    for (size_t cursor = 0; (roster = next_role(plan, trigger, &cursor));)
        if (!called_in(engine, incident, roster))
            callout_start(engine, incident, roster->role, CALLEE_ROLE, incident->severity);
    if (!incident->callouts)      /* nothing is configured to be called: it must not wait for nothing (P2) */
        callout_start(engine, incident, plan->n_rosters ? plan->rosters[0].role : "-", CALLEE_ROLE, incident->severity);
}

/* ---- updates ---- */

/* What a rise, a named role and an old acknowledgement do to one call-out, after the update was recorded. */
static void update_callout(struct engine *engine, struct callout *callout, bool rise)
{
    int64_t age = engine->now.wall_usec - callout->acknowledged_usec;
    bool old = age >= engine->plan->dedup_window_usec;
    if (callout->state == CALLOUT_PAGING && rise)
        callout_restart(engine, callout);
    else if (callout->state == CALLOUT_ACKNOWLEDGED && (rise || old))
        callout_again(engine, callout);
    else if (callout->state == CALLOUT_ACKNOWLEDGED && callout->put_off > 0 && callout->timer.due_usec <= engine->now.boot_usec)
        callout_tell_updates(engine, callout);
}

static void update_callouts(struct engine *engine, struct incident *incident, const struct event_trigger *trigger,
                            const uint8_t *severities)
{
    uint32_t last = incident->last_callout;
    for (struct callout *callout = incident->callouts; callout && callout->number <= last; callout = callout->next) {
        bool latest = find_latest_callout(incident, callout->role) == callout;
        if (latest)
            update_callout(engine, callout, trigger->severity >= 0 && trigger->severity < severities[callout->number - 1]);
    }
    for (size_t i = 0; i < trigger->n_roles; i++)
        if (!called_in(engine, incident, trigger->roles[i]))
            callout_start(engine, incident, trigger->roles[i]->role, CALLEE_ROLE, incident->severity);
}

static bool says_nothing_new(const struct incident *incident, const struct event_trigger *trigger, uint64_t body)
{
    return incident->body_hash == body && same_summary(incident, trigger->summary);
}

/* Adds to an open incident. The severities that its call-outs had are noted first: the record changes them. */
static void update_incident(struct engine *engine, struct incident *incident, const struct event_trigger *trigger, uint64_t body,
                            enum record_kind kind)
{
    struct record record = text_record(engine, trigger, kind, incident->key, body);
    uint8_t *severities = mem_alloc(incident->last_callout + 1);
    for (const struct callout *callout = incident->callouts; callout; callout = callout->next)
        severities[callout->number - 1] = callout->severity;
    if (kind == RECORD_UPDATED && says_nothing_new(incident, trigger, body))
        record.summary = NULL;
    emit_record(engine, &record);
    update_callouts(engine, incident, trigger, severities);
    free(severities);
}

/* The same again, without news, by a client that lost our answer: said yes to, and that is all. */
static bool is_retry(const struct engine *engine, const struct incident *incident, const struct event_trigger *trigger,
                     uint64_t body)
{
    if (!says_nothing_new(incident, trigger, body))
        return false;
    int64_t since = engine->now.wall_usec - incident->updated_usec;
    return !trigger->dedup_key || (since >= 0 && since < UPDATE_NOTICE_USEC);
}

static void reply_incident(struct engine *engine, uint64_t request, const struct incident *incident, enum verdict verdict)
{
    emit_reply(engine, &(struct effect_reply){.request = request, .verdict = verdict, .incident = incident->key});
}

/* ---- bundles ---- */

static struct incident *join_bundle(struct engine *engine, struct incident *bundle, const struct event_trigger *trigger,
                                    uint64_t body)
{
    struct event_trigger joining = *trigger;
    if (joining.severity < 0)
        joining.severity = SEVERITY_CRITICAL;      /* it is no update of something whose severity is known */
    if (bundle)
        update_incident(engine, bundle, &joining, body, RECORD_BUNDLED);
    else
        bundle = open_incident(engine, &joining, body, true);
    start_callouts(engine, bundle, trigger);
    return bundle;
}

/* A request's key came again with another text: that is added to what the key led to, never swallowed (P9). A real alarm is no
 * part of a drill, though, and a dedup key that no open incident has means another one. */
static bool may_add_to(const struct incident *incident, const struct event_trigger *trigger)
{
    return !incident->closed_usec && incident->drill == trigger->drill && !trigger->dedup_key;
}

/* Never paged as real instead (P13). Whoever sent it may believe that somebody is called, and so it is written down. */
static void refuse_drill(struct engine *engine, const struct event *event)
{
    CLEANUP_BUF struct buf text = {0};
    buf_add_text(&text, "a drill was refused: the source ");
    buf_add_text(&text, event->trigger.source);
    buf_add_text(&text, " has no right to start drills: ");
    buf_add_text(&text, event->trigger.summary);
    struct record note = {.kind = RECORD_NOTE, .text = buf_text(&text), .actor = event->trigger.source};
    emit_record(engine, &note);
    emit_reply(engine, &(struct effect_reply){.request = event->request, .verdict = VERDICT_NO_RIGHT, .text = event->trigger.source});
}

void step_trigger(struct engine *engine, const struct event *event)
{
    const struct event_trigger *trigger = &event->trigger;
    const struct source *source = plan_source(engine->plan, trigger->source);
    if (trigger->drill && source && source->real_only) {
        refuse_drill(engine, event);
        return;
    }
    const struct idempotent *before = find_request(engine, trigger);
    uint64_t body = body_hash(trigger);
    if (before && before->body_hash == body) {
        reply_incident(engine, event->request, before->incident, before->verdict);
        return;
    }
    struct incident *same = find_same(engine, trigger, body);
    if (!same && before && may_add_to(before->incident, trigger))
        same = before->incident;
    if (same) {
        if (!is_retry(engine, same, trigger, body))
            update_incident(engine, same, trigger, body, RECORD_UPDATED);
        reply_incident(engine, event->request, same, VERDICT_UPDATED);
        return;
    }
    struct load *load = load_of(engine, intern_add(engine->names, trigger->source), trigger->drill);
    struct incident *bundle = load_open_bundle(engine, load);
    bool over = source && load_over(engine, load, source);
    if (source)
        load_count(engine, load, source);
    if (bundle || over) {
        bundle = join_bundle(engine, bundle, trigger, body);
        reply_incident(engine, event->request, bundle, VERDICT_BUNDLED);
        return;
    }
    struct incident *incident = open_incident(engine, trigger, body, false);
    start_callouts(engine, incident, trigger);
    reply_incident(engine, event->request, incident, VERDICT_OPENED);
}

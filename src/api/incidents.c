#include "api/api_private.h"

#include <string.h>

#include "base/text.h"

/* ---- POST /v1/incidents ---- */

enum { SUMMARY, DETAILS, SEVERITY, DEDUP_KEY, ROLES, LOCATION, CALLBACK, TALKGROUP, SENSITIVE, DRILL, N_TRIGGER_FIELDS };

enum { IDEMPOTENCY_KEY_MAX = 255 };

static const struct body_field trigger_fields[N_TRIGGER_FIELDS] = {
    [SUMMARY] = { "summary", FIELD_LINE, true, 1024 },
    [DETAILS] = { "details", FIELD_BLOCK, false, 6144 },
    [SEVERITY] = { "severity", FIELD_LINE, false, 16 },
    [DEDUP_KEY] = { "dedup_key", FIELD_LINE, false, 255 },
    [ROLES] = { "roles", FIELD_LINES, false, 64 },
    [LOCATION] = { "location", FIELD_LINE, false, 255 },
    [CALLBACK] = { "callback", FIELD_LINE, false, 255 },
    [TALKGROUP] = { "talkgroup", FIELD_LINE, false, 255 },
    [SENSITIVE] = { "sensitive", FIELD_FLAG, false, 0 },
    [DRILL] = { "drill", FIELD_FLAG, false, 0 },
};

const struct roster *call_roster(struct call *call, const char *typed, const char *field)
{
    const struct plan *plan = engine_plan(call->api->engine);
    const struct roster *roster = plan_roster_typed(plan, typed);
    if (roster)
        return roster;
    const char *names[SUGGESTIONS_MAX];
    size_t n = 0;
    for (; n < plan->n_rosters && n < SUGGESTIONS_MAX; n++)
        names[n] = plan->rosters[n].role;
    const char *near = text_nearest(typed, names, n);
    if (near)
        call_error(call, 422, field, "there is no role %s; did you mean %s?", typed, near);
    else
        call_error(call, 422, field, "there is no role %s", typed);
    return NULL;
}

static bool may_name(const struct source *source, const struct roster *roster)
{
    for (size_t i = 0; i < source->n_roles; i++) {
        if (source->roles[i] == roster)
            return true;
    }
    return source->n_roles == 0;
}

/* The roles as the plan knows them, each once. False: the call has been answered. */
static bool read_roles(struct call *call, const struct source *source, const struct body_value *given,
                       const struct roster **ret, size_t *ret_n)
{
    *ret_n = 0;
    for (size_t i = 0; i < given->n_list; i++) {
        const struct roster *roster = call_roster(call, buf_text(&given->list[i]), "roles");
        if (!roster)
            return false;
        if (!may_name(source, roster)) {
            call_error(call, 403, "roles", "the source %s may not call out %s", source->id, roster->role);
            return false;
        }
        bool twice = false;
        for (size_t k = 0; k < *ret_n; k++)
            twice |= ret[k] == roster;
        if (!twice)
            ret[(*ret_n)++] = roster;
    }
    return true;
}

static bool read_severity(struct call *call, const char *name, int *ret)
{
    enum severity severity;
    *ret = -1;
    if (!name)
        return true;
    if (!severity_from_name(name, &severity)) {
        call_error(call, 422, "severity", "severity must be critical, error, warning or info, not %s", name);
        return false;
    }
    *ret = severity;
    return true;
}

static bool read_idempotency_key(struct call *call, const char **ret)
{
    const char *key = call->request->idempotency_key;
    size_t len = strlen(key);
    *ret = len > 0 ? key : NULL;
    if (len > IDEMPOTENCY_KEY_MAX || !text_utf8_valid(key, len)) {
        call_error(call, 400, "Idempotency-Key", "Idempotency-Key must be UTF-8 of at most %d bytes", IDEMPOTENCY_KEY_MAX);
        return false;
    }
    return true;
}

static const struct source *trigger_source(struct call *call)
{
    const struct source *source = plan_source(engine_plan(call->api->engine), call->caller.source);
    if (!source)
        call_error(call, 503, NULL, "the configuration is being exchanged; try again in a moment");
    return source;
}

static bool begins_like_drill(const char *summary)
{
    return text_starts_with_fold(summary, "ÖVNING") || text_starts_with_fold(summary, "TEST");
}

/* What the response shows and the engine does not keep whole. */
static void remember(struct slot *slot, const struct event_trigger *trigger)
{
    slot->summary = mem_strdup(trigger->summary);
    slot->details = trigger->details ? mem_strdup(trigger->details) : NULL;
    slot->talkgroup = trigger->talkgroup ? mem_strdup(trigger->talkgroup) : NULL;
    slot->looks_like_drill = !trigger->drill && begins_like_drill(trigger->summary);
}

static void submit_trigger(struct call *call, struct event_trigger trigger)
{
    struct slot *slot = call_slot(call, SLOT_TRIGGER);
    if (!slot)
        return;
    remember(slot, &trigger);
    struct event event = { .kind = EVENT_TRIGGER, .trigger = trigger };
    call_submit(call, slot, &event);
}

void incidents_trigger(struct call *call)
{
    CLEANUP_BODY struct body body = { 0 };
    if (!call_body(call, trigger_fields, N_TRIGGER_FIELDS, &body))
        return;
    const struct source *source = trigger_source(call);
    const struct roster *roles[BODY_LIST_MAX];
    struct event_trigger trigger = {
        .summary = body_text(&body, SUMMARY),
        .details = body_text(&body, DETAILS),
        .location = body_text(&body, LOCATION),
        .callback = body_text(&body, CALLBACK),
        .talkgroup = body_text(&body, TALKGROUP),
        .dedup_key = body_text(&body, DEDUP_KEY),
        .roles = roles,
        .sensitive = body.values[SENSITIVE].flag,
        .drill = body.values[DRILL].flag,
    };
    if (!source || !read_roles(call, source, &body.values[ROLES], roles, &trigger.n_roles) ||
        !read_severity(call, body_text(&body, SEVERITY), &trigger.severity) ||
        !read_idempotency_key(call, &trigger.idempotency_key))
        return;
    trigger.source = source->id;
    submit_trigger(call, trigger);
}

static void add_location(struct buf *buf, uint64_t incident)
{
    buf_add_text(buf, "/v1/incidents/");
    incident_add_id(buf, incident);
}

/* The text that was sent, where the engine holds the beginning of the same: a bundle, or a request that came again, holds
 * another. */
static void take_sent(struct incident_view *view, const struct slot *slot)
{
    if (strncmp(slot->summary, view->summary, strlen(view->summary)) != 0)
        return;
    view->summary = slot->summary;
    view->details = slot->details;
    view->talkgroup = slot->talkgroup;
}

void incidents_trigger_verdict(struct api *api, struct slot *slot, const struct effect_reply *reply)
{
    if (reply->verdict == VERDICT_NO_RIGHT) {
        rendered_error(&slot->rendered, 403, "drill", "the source %s has no right to start drills", reply->text);
        return;
    }
    CLEANUP_VIEW struct incident_view view = { 0 };
    if (!incident_view_open(&view, api->engine, reply->incident, NULL, api_now(api))) {
        rendered_error(&slot->rendered, 500, NULL, "the incident is not there");
        return;
    }
    take_sent(&view, slot);
    struct json_writer writer = rendered_begin(&slot->rendered, reply->verdict == VERDICT_OPENED ? 201 : 200);
    incident_view_add_json(&writer, &view);
    if (slot->looks_like_drill && reply->verdict == VERDICT_OPENED)
        jw_text(&writer, "warning", "the summary begins like a drill, but \"drill\" was not set: this is paged as a real alarm");
    rendered_end(&writer);
    add_location(&slot->rendered.location, reply->incident);
}

/* ---- GET /v1/incidents/ID ---- */

struct showing {
    struct api *api;
    struct call call;                /* its request is gone by the time the history comes; only who asks is used */
    char *source;
    uint64_t key;
};

static void render_incident(struct rendered *rendered, const struct incident_view *view, const struct history *history)
{
    struct json_writer writer = rendered_begin(rendered, 200);
    incident_view_add_json(&writer, view);
    incident_view_add_pages(&writer, view);
    incident_view_add_timeline(&writer, history);
    if (!history)
        jw_text(&writer, "warning", "the store does not answer: details and timeline are missing");
    rendered_end(&writer);
}

static void on_history(void *userdata, const struct history *history)
{
    struct showing *showing = userdata;
    struct call *call = &showing->call;
    call->caller.source = showing->source;
    CLEANUP_VIEW struct incident_view view = { 0 };
    bool found = incident_view_open(&view, showing->api->engine, showing->key, history, api_now(showing->api));
    if (found && call_may_see(call, view.engine, view.incident)) {
        struct rendered rendered = { 0 };
        render_incident(&rendered, &view, history);
        api_hold(showing->api, call->exchange, &rendered);
    } else if (!found && !history) {
        call_error(call, 503, NULL, "the store does not answer: what is not in memory cannot be shown now");
    } else {
        call_no_incident(call, showing->key);
    }
    free(showing->source);
    free(showing);
}

void incidents_show(struct call *call)
{
    uint64_t key;
    if (!call_incident(call, &key))
        return;
    struct showing *showing = NEW(struct showing);
    showing->api = call->api;
    showing->call = *call;
    showing->call.request = NULL;
    showing->source = mem_strdup(call->caller.source);
    showing->key = key;
    if (api_is_degraded(call->api))
        on_history(showing, NULL);
    else
        history_read(&call->api->reader, key, false, on_history, showing);
}

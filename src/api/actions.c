#include "api/api_private.h"

#include <string.h>

#include "base/text.h"

/* ---- who ---- */

static const struct person *person_of_login(const struct plan *plan, const char *login)
{
    for (size_t i = 0; i < plan->n_persons; i++) {
        if (plan->persons[i].login && strcmp(plan->persons[i].login, login) == 0)
            return &plan->persons[i];
    }
    return NULL;
}

/* Those who are being called for this incident, each once: the likely ones. */
static void add_choices(struct json_writer *writer, const struct engine *engine, const struct incident *incident)
{
    jw_open(writer, "choices", '[');
    atom seen[SUGGESTIONS_MAX];
    size_t n = 0;
    for (const struct callout *callout = incident ? incident->callouts : NULL; callout; callout = callout->next) {
        for (const struct recipient *recipient = callout->recipients; recipient; recipient = recipient->next) {
            size_t i = 0;
            while (i < n && seen[i] != recipient->person)
                i++;
            if (i < n || n == SUGGESTIONS_MAX)
                continue;
            seen[n++] = recipient->person;
            jw_text(writer, NULL, engine_text(engine, recipient->person));
        }
    }
    jw_close(writer, ']');
}

static void refuse_person(struct call *call, const char *typed, const struct incident *incident)
{
    const struct engine *engine = call->api->engine;
    const struct plan *plan = engine_plan(engine);
    struct rendered rendered = { 0 };
    struct json_writer writer;
    if (typed) {
        const char *ids[SUGGESTIONS_MAX];
        size_t n = 0;
        for (; n < plan->n_persons && n < SUGGESTIONS_MAX; n++)
            ids[n] = plan->persons[n].id;
        const char *near = text_nearest(typed, ids, n);
        writer = near ? rendered_begin_error(&rendered, 422, "person", "there is no person %s; did you mean %s?", typed, near)
                      : rendered_begin_error(&rendered, 422, "person", "there is no person %s", typed);
    } else if (call->caller.local) {
        writer = rendered_begin_error(&rendered, 422, "person", "say who: no person in the configuration has the login %s",
                                      call_actor(call));
    } else {
        writer = rendered_begin_error(&rendered, 422, "person", "say who answers: \"person\" is missing");
    }
    add_choices(&writer, engine, incident);
    rendered_end(&writer);
    rendered_send(&rendered, call->exchange);
}

const struct person *call_person(struct call *call, const char *typed, const struct incident *incident)
{
    const struct plan *plan = engine_plan(call->api->engine);
    const struct person *person = NULL;
    if (typed)
        person = plan_person_typed(plan, typed);
    else if (call->caller.local)
        person = person_of_login(plan, call_actor(call));
    if (!person)
        refuse_person(call, typed, incident);
    return person;
}

/* ---- which ---- */

/* An incident that has left memory is closed: its records say by whom. */
struct absent {
    struct call call;                /* who asks; its request is gone */
    char *source;
    uint64_t key;
};

static void render_closed(struct rendered *rendered, const struct plan *plan, uint64_t key, const char *closed_by,
                          int64_t closed_usec, struct now now)
{
    CLEANUP_BUF struct buf id = { 0 }, at = { 0 };
    incident_add_id(&id, key);
    words_add_time(&at, plan->tz, closed_usec, now.wall_usec, LANGUAGE_EN);
    struct json_writer writer =
        closed_by && *closed_by ? rendered_begin_error(rendered, 409, NULL, "%s was closed at %s by %s", buf_text(&id),
                                                       buf_text(&at), words_person(plan, closed_by, ""))
                                : rendered_begin_error(rendered, 409, NULL, "%s was closed at %s", buf_text(&id), buf_text(&at));
    jw_text_or_null(&writer, "closed_by", closed_by);
    jw_time(&writer, "closed_at", closed_usec);
    rendered_end(&writer);
}

static void on_absent(void *userdata, const struct history *history)
{
    struct absent *absent = userdata;
    struct call *call = &absent->call;
    struct api *api = call->api;
    call->caller.source = absent->source;
    CLEANUP_VIEW struct incident_view view = { 0 };
    bool found = history && incident_view_open(&view, api->engine, absent->key, history, api_now(api));
    if (!history) {
        call_error(call, 503, NULL, "the store does not answer: what is not in memory cannot be seen now");
    } else if (!found || !call_may_see(call, view.engine, view.incident)) {
        call_no_incident(call, absent->key);
    } else {
        struct rendered rendered = { 0 };
        const char *closed_by = engine_text(view.engine, view.incident->closed_by);
        render_closed(&rendered, engine_plan(api->engine), absent->key, closed_by, view.incident->closed_usec, api_now(api));
        rendered_send(&rendered, call->exchange);
    }
    free(absent->source);
    free(absent);
}

static void answer_absent(struct call *call, uint64_t key)
{
    struct absent *absent = NEW(struct absent);
    absent->call = *call;
    absent->call.request = NULL;
    absent->source = mem_strdup(call->caller.source);
    absent->key = key;
    history_read(&call->api->reader, key, false, on_absent, absent);
}

/* The incident in memory that the path names and the caller may see; NULL: answered, or being answered. */
static const struct incident *find_incident(struct call *call, uint64_t *ret_key)
{
    if (!call_incident(call, ret_key))
        return NULL;
    const struct incident *incident = engine_incident(call->api->engine, *ret_key);
    if (!incident) {
        answer_absent(call, *ret_key);
        return NULL;
    }
    if (!call_may_see(call, call->api->engine, incident)) {
        call_no_incident(call, *ret_key);
        return NULL;
    }
    return incident;
}

/* The role of a call-out as typed: one of the incident's, or of the plan's; NULL: answered 422. */
static const char *find_role(struct call *call, const char *typed, const struct incident *incident)
{
    const struct engine *engine = call->api->engine;
    for (const struct callout *callout = incident->callouts; callout; callout = callout->next) {
        const char *role = engine_text(engine, callout->role);
        if (text_equal_fold(role, typed))
            return role;
    }
    const struct roster *roster = call_roster(call, typed, "role");
    return roster ? roster->role : NULL;
}

static void submit(struct call *call, uint64_t key, struct event *event)
{
    struct slot *slot = call_slot(call, SLOT_ACTION);
    if (!slot)
        return;
    slot->incident = key;
    call_submit(call, slot, event);
}

/* ---- acknowledge, decline ---- */

static void answer(struct call *call, enum answer answer)
{
    enum { ROLE, PERSON, N };
    static const struct body_field fields[N] = {
        [ROLE] = { "role", FIELD_LINE, false, 64 }, [PERSON] = { "person", FIELD_LINE, false, 64 }
    };
    CLEANUP_BODY struct body body = { 0 };
    uint64_t key;
    if (!call_body(call, fields, N, &body))
        return;
    const struct incident *incident = find_incident(call, &key);
    if (!incident)
        return;
    const char *typed = body_text(&body, ROLE);
    const char *role = typed ? find_role(call, typed, incident) : NULL;
    if (typed && !role)
        return;
    const struct person *person = call_person(call, body_text(&body, PERSON), incident);
    if (!person)
        return;
    struct event event = { .kind = EVENT_ANSWER, .answer = {
        .incident = key, .role = role, .person = person->id, .actor = call_actor(call), .answer = answer, .via = VIA_API } };
    submit(call, key, &event);
}

void actions_acknowledge(struct call *call)
{
    answer(call, ANSWER_YES);
}

void actions_decline(struct call *call)
{
    answer(call, ANSWER_NO);
}

/* ---- note, close, call-outs ---- */

void actions_note(struct call *call)
{
    static const struct body_field fields[] = { { "text", FIELD_BLOCK, true, 6144 } };
    CLEANUP_BODY struct body body = { 0 };
    uint64_t key;
    if (!call_body(call, fields, N_ELEMENTS(fields), &body) || !find_incident(call, &key))
        return;
    const struct person *person = call->caller.local ? person_of_login(engine_plan(call->api->engine), call_actor(call)) : NULL;
    struct event event = { .kind = EVENT_NOTE, .note = {
        .incident = key, .text = body_text(&body, 0), .actor = call_actor(call), .person = person ? person->id : NULL } };
    submit(call, key, &event);
}

void actions_close(struct call *call)
{
    static const struct body_field fields[] = { { "reason", FIELD_LINE, false, 1024 } };
    CLEANUP_BODY struct body body = { 0 };
    uint64_t key;
    if (!call_body(call, fields, N_ELEMENTS(fields), &body) || !find_incident(call, &key))
        return;
    struct event event = { .kind = EVENT_CLOSE,
                           .close = { .incident = key, .reason = body_text(&body, 0), .actor = call_actor(call) } };
    submit(call, key, &event);
}

static const struct group *find_group(const struct plan *plan, const char *typed)
{
    for (size_t i = 0; i < plan->n_groups; i++) {
        if (text_equal_fold(plan->groups[i].id, typed))
            return &plan->groups[i];
    }
    return NULL;
}

void actions_callouts(struct call *call)
{
    static const struct body_field fields[] = { { "role", FIELD_LINE, true, 64 } };
    CLEANUP_BODY struct body body = { 0 };
    uint64_t key;
    if (!call_body(call, fields, N_ELEMENTS(fields), &body) || !find_incident(call, &key))
        return;
    const struct plan *plan = engine_plan(call->api->engine);
    const char *typed = body_text(&body, 0);
    const struct group *group = plan_roster_typed(plan, typed) ? NULL : find_group(plan, typed);
    const struct roster *roster = group ? NULL : call_roster(call, typed, "role");
    if (!roster && !group)
        return;
    const struct person *person = call->caller.local ? person_of_login(plan, call_actor(call)) : NULL;
    struct event event = { .kind = EVENT_CALLOUT, .callout = {
        .incident = key, .roster = roster, .group = group, .actor = call_actor(call), .person = person ? person->id : NULL } };
    submit(call, key, &event);
}

/* ---- verdicts ---- */

static void render_incident(struct rendered *rendered, const struct incident_view *view, bool already)
{
    struct json_writer writer = rendered_begin(rendered, 200);
    incident_view_add_json(&writer, view);
    if (already)
        jw_bool(&writer, "already", true);
    rendered_end(&writer);
}

static void render_done(struct api *api, struct slot *slot, const struct effect_reply *reply)
{
    CLEANUP_VIEW struct incident_view view = { 0 };
    slot->already = reply->verdict == VERDICT_ALREADY;
    if (incident_view_open(&view, api->engine, slot->incident, NULL, api_now(api)))
        render_incident(&slot->rendered, &view, slot->already);
    else
        rendered_error(&slot->rendered, 404, NULL, "there is no such incident");
}

static void render_taken(struct api *api, struct slot *slot, const struct effect_reply *reply)
{
    const struct plan *plan = engine_plan(api->engine);
    CLEANUP_BUF struct buf id = { 0 }, at = { 0 };
    incident_add_id(&id, slot->incident);
    words_add_time(&at, plan->tz, reply->at_usec, api_now(api).wall_usec, LANGUAGE_EN);
    struct json_writer writer = rendered_begin_error(&slot->rendered, 409, NULL, "%s %s was acknowledged at %s by %s",
        reply->role ? reply->role : "call-out", buf_text(&id), buf_text(&at), words_person(plan, reply->person, "somebody"));
    jw_text(&writer, "role", reply->role);
    jw_text(&writer, "acknowledged_by", reply->person);
    jw_time(&writer, "acknowledged_at", reply->at_usec);
    rendered_end(&writer);
}

static void render_no_callout(struct slot *slot, const struct effect_reply *reply)
{
    if (reply->role)
        rendered_error(&slot->rendered, 409, "role", "no call-out of %s can be answered here%s%s", reply->role,
                       reply->text ? ": " : "", reply->text ? reply->text : "");
    else
        rendered_error(&slot->rendered, 409, NULL, "%s",
                       reply->text ? reply->text : "there is no call-out that this person could answer");
}

static void add_choices_from_text(struct json_writer *writer, const char *text)
{
    jw_open(writer, "choices", '[');
    CLEANUP_BUF struct buf role = { 0 };
    for (const char *at = text; at && *at;) {
        size_t len = strcspn(at, ",");
        buf_clear(&role);
        text_add_clean_line(&role, at, len);
        if (role.len > 0)
            jw_text(writer, NULL, buf_text(&role));
        at += len + (at[len] == ',');
    }
    jw_close(writer, ']');
}

static void render_which_role(struct slot *slot, const struct effect_reply *reply)
{
    struct json_writer writer = rendered_begin_error(
        &slot->rendered, 422, "role", "several roles are being called: say which, %s", reply->text ? reply->text : "");
    add_choices_from_text(&writer, reply->text);
    rendered_end(&writer);
}

static void render_closed_reply(struct api *api, struct slot *slot, const struct effect_reply *reply)
{
    render_closed(&slot->rendered, engine_plan(api->engine), slot->incident, reply->person, reply->at_usec, api_now(api));
}

void actions_verdict(struct api *api, struct slot *slot, const struct effect_reply *reply)
{
    switch (reply->verdict) {
    case VERDICT_OPENED:
    case VERDICT_UPDATED:
    case VERDICT_BUNDLED:
    case VERDICT_DONE:
    case VERDICT_ALREADY:
    case VERDICT_SENT:
    case VERDICT_PLANNED:
        render_done(api, slot, reply);
        break;
    case VERDICT_TAKEN: render_taken(api, slot, reply); break;
    case VERDICT_CLOSED: render_closed_reply(api, slot, reply); break;
    case VERDICT_NO_INCIDENT: rendered_error(&slot->rendered, 404, NULL, "there is no such incident"); break;
    case VERDICT_NO_CALLOUT: render_no_callout(slot, reply); break;
    case VERDICT_WHICH_ROLE: render_which_role(slot, reply); break;
    case VERDICT_NO_PERSON:
        rendered_error(&slot->rendered, 422, "person", "there is no such person%s%s", reply->person ? ": " : "",
                       reply->person ? reply->person : "");
        break;
    case VERDICT_NO_CONTACT: rendered_error(&slot->rendered, 422, "person", "nothing reaches this person"); break;
    case VERDICT_NO_RIGHT: rendered_error(&slot->rendered, 403, NULL, "this is not allowed"); break;
    case VERDICT_FAILED: rendered_error(&slot->rendered, 409, NULL, "%s", reply->text ? reply->text : "this did not work"); break;
    }
}

/* ---- let out ---- */

/* What was done is durable, and the store is asked for what memory does not keep: the details. */
struct done {
    struct api *api;
    struct http_exchange *exchange;
    struct rendered rendered;        /* as memory has it, in case the store does not tell */
    uint64_t incident;
    bool already;
};

static void on_details(void *userdata, const struct history *history)
{
    struct done *done = userdata;
    CLEANUP_VIEW struct incident_view view = { 0 };
    if (history && incident_view_open(&view, done->api->engine, done->incident, history, api_now(done->api))) {
        render_incident(&done->rendered, &view, done->already);
        api_hold(done->api, done->exchange, &done->rendered);
    } else {
        rendered_send(&done->rendered, done->exchange);
    }
    rendered_done(&done->rendered);
    free(done);
}

void actions_release(struct api *api, struct slot *slot, bool degraded)
{
    if (degraded || slot->rendered.status != 200) {
        rendered_send(&slot->rendered, slot->exchange);
    } else {
        struct done *done = NEW(struct done);
        *done = (struct done){ .api = api, .exchange = slot->exchange, .rendered = slot->rendered, .incident = slot->incident,
                               .already = slot->already };
        slot->rendered = (struct rendered){ 0 };
        history_read(&api->reader, done->incident, false, on_details, done);
    }
    slot_free(slot);
}

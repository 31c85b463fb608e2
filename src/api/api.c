#include "api/api_private.h"

#include <assert.h>
#include <string.h>

#include "base/text.h"

/* ---- life ---- */

struct api *api_new(const struct engine *engine, struct store *store, struct dispatch *dispatch, const struct api_ops *ops,
                    void *userdata)
{
    struct api *api = NEW(struct api);
    api->engine = engine;
    api->store = store;
    api->reader.store = store;
    api->dispatch = dispatch;
    api->ops = ops;
    api->userdata = userdata;
    return api;
}

static void requests_end(struct api *api);
static void held_end(struct api *api);

/* Everybody who waits gets an answer, of whatever kind: an exchange must end. */
void api_free(struct api *api)
{
    if (!api)
        return;
    api->closing = true;
    events_done(api);
    requests_end(api);
    history_reader_done(&api->reader);
    incident_list_end(api);
    drill_reports_end(api);
    verify_end(api);
    held_end(api);
    free(api);
}

void api_set_store(struct api *api, struct store *store)
{
    api->store = store;
    api->reader.store = store;
}

void api_set_config(struct api *api, const struct config *config)
{
    api->config = config;
    api->groups_known = false;
}

void api_handle(void *userdata, struct http_exchange *exchange, const struct http_request *request)
{
    struct call call = { .api = userdata, .exchange = exchange, .request = request };
    assert(call.api->config);
    router_handle(&call);
}

struct now api_now(const struct api *api)
{
    return api->ops->now(api->userdata);
}

bool api_is_degraded(const struct api *api)
{
    struct api_status status = { 0 };
    api->ops->status(api->userdata, &status);
    return status.degraded;
}

/* ---- answering ---- */

void call_error(struct call *call, int status, const char *field, const char *format, ...)
{
    CLEANUP_BUF struct buf message = { 0 };
    va_list args;
    va_start(args, format);
    buf_vprintf(&message, format, args);
    va_end(args);
    struct rendered rendered = { 0 };
    rendered_error(&rendered, status, field, "%s", buf_text(&message));
    rendered_send(&rendered, call->exchange);
}

void call_busy(struct call *call)
{
    call_error(call, 503, NULL, "too many requests wait already; try again in a moment");
}

/* A response that waits until what it saw is durable. */
struct held {
    struct held *next, **link;
    struct api *api;
    struct http_exchange *exchange;
    struct rendered rendered;
};

static void held_free(struct held *held)
{
    *held->link = held->next;
    if (held->next)
        held->next->link = held->link;
    rendered_done(&held->rendered);
    free(held);
}

static void held_end(struct api *api)
{
    while (api->held) {
        rendered_send(&api->held->rendered, api->held->exchange);
        held_free(api->held);
    }
}

static void on_commit(void *userdata, bool degraded)
{
    struct held *held = userdata;
    struct api *api = held->api;
    rendered_send(&held->rendered, held->exchange);
    held_free(held);
    if (degraded)
        history_give_up(&api->reader);
}

void api_hold(struct api *api, struct http_exchange *exchange, struct rendered *rendered)
{
    if (api->closing) {
        rendered_send(rendered, exchange);
        return;
    }
    struct held *held = NEW(struct held);
    held->api = api;
    held->exchange = exchange;
    held->rendered = *rendered;
    *rendered = (struct rendered){ 0 };
    held->next = api->held;
    held->link = &api->held;
    if (held->next)
        held->next->link = &held->next;
    api->held = held;
    api->ops->after_commit(api->userdata, on_commit, held);
}

/* ---- what a call says ---- */

bool call_may(const struct call *call, unsigned rights)
{
    return (call->caller.rights & rights) != 0;
}

const char *call_actor(struct call *call)
{
    return call->caller.local ? auth_user(&call->api->users, call->caller.uid) : call->caller.source;
}

bool call_query(const struct call *call, const char *name, struct buf *ret)
{
    CLEANUP_BUF struct buf value = { 0 };
    const char *query = call->request->query;
    if (!http_form_value(query, strlen(query), name, &value))
        return false;
    buf_clear(ret);
    text_add_clean_line(ret, buf_text(&value), value.len);
    return true;
}

bool call_body(struct call *call, const struct body_field *fields, size_t n_fields, struct body *ret)
{
    CLEANUP_BODY_PROBLEM struct body_problem problem = { 0 };
    if (body_read(call->request->body, call->request->body_len, fields, n_fields, ret, &problem))
        return true;
    call_error(call, problem.status, buf_text(&problem.field), "%s", buf_text(&problem.message));
    return false;
}

void call_no_incident(struct call *call, uint64_t key)
{
    CLEANUP_BUF struct buf id = { 0 };
    incident_add_id(&id, key);
    call_error(call, 404, NULL, "there is no incident %s", buf_text(&id));
}

bool call_incident(struct call *call, uint64_t *ret)
{
    struct civil local;
    tz_to_local(engine_plan(call->api->engine)->tz, api_now(call->api).wall_usec, &local);
    if (incident_from_id(call->params[0], local.year, ret) == ERR_OK)
        return true;
    call_error(call, 404, NULL, "this is no incident's id; they look like %d-0042", local.year);
    return false;
}

bool call_may_see(const struct call *call, const struct engine *engine, const struct incident *incident)
{
    return call_may(call, RIGHT_OPERATE) || strcmp(engine_text(engine, incident->source), call->caller.source) == 0;
}

/* ---- events ---- */

struct slot *call_slot(struct call *call, enum slot_kind kind)
{
    struct slot *slot = request_table_add(&call->api->requests, kind, call->exchange);
    if (!slot)
        call_busy(call);
    return slot;
}

bool api_submit(struct api *api, struct slot *slot, struct event *event)
{
    event->now = api_now(api);
    event->request = slot->number;
    if (api->ops->submit(api->userdata, event))
        return true;
    slot_free(request_table_take(&api->requests, slot->number));
    return false;
}

void call_submit(struct call *call, struct slot *slot, struct event *event)
{
    if (!api_submit(call->api, slot, event))
        call_busy(call);
}

void api_verdict(struct api *api, const struct effect_reply *reply)
{
    struct slot *slot = request_table_find(&api->requests, reply->request);
    if (!slot || slot->rendered.status != 0)
        return;
    switch (slot->kind) {
    case SLOT_TRIGGER: incidents_trigger_verdict(api, slot, reply); break;
    case SLOT_ACTION: actions_verdict(api, slot, reply); break;
    case SLOT_GATEWAY_TEST: gateways_test_verdict(api, slot, reply); break;
    case SLOT_HOOK: hooks_verdict(api, slot, reply); break;
    case SLOT_DRILL: drills_verdict(api, slot, reply); break;
    case SLOT_PAGE: people_verdict(api, slot, reply); break;
    case SLOT_VOICE: hooks_voice_verdict(api, slot, reply); break;
    case SLOT_KIND_COUNT: break;
    }
    assert(slot->rendered.status != 0);
}

static void make_unsaved(struct slot *slot)
{
    static const char *const messages[SLOT_KIND_COUNT] = {
        [SLOT_TRIGGER] = "the alarm was taken and is being paged, but it could not be saved: the disk takes no writes. "
                         "It is kept in memory and saved as soon as possible",
        [SLOT_ACTION] =
            "this was done, but it could not be saved: the disk takes no writes. It is kept in memory and saved as soon as "
            "possible",
        [SLOT_GATEWAY_TEST] = "the test was sent, but could not be saved: the disk takes no writes",
        [SLOT_DRILL] =
            "this was done, but it could not be saved: the disk takes no writes. It is kept in memory and saved as soon as "
            "possible",
        [SLOT_HOOK] = "this was read, but could not be saved: the disk takes no writes",
    };
    const char *key = slot->kind == SLOT_GATEWAY_TEST ? "test" : slot->kind == SLOT_DRILL ? "drill" : "incident";
    rendered_unsaved(&slot->rendered, key, messages[slot->kind]);
}

void api_release(struct api *api, uint64_t request, bool degraded)
{
    struct slot *slot = request_table_take(&api->requests, request);
    if (!slot)
        return;
    if (slot->rendered.status == 0)
        rendered_error(&slot->rendered, 500, NULL, "nobody decided on this");
    if (slot->kind == SLOT_PAGE) {
        people_release(slot, degraded);
    } else {
        if (degraded && slot->kind == SLOT_VOICE)
            hooks_voice_unsaved(api, slot);
        else if (degraded && slot->rendered.status < 300)
            make_unsaved(slot);
        if (slot->kind == SLOT_ACTION) {
            actions_release(api, slot, degraded);
        } else {
            rendered_send(&slot->rendered, slot->exchange);
            slot_free(slot);
        }
    }
    if (degraded)
        history_give_up(&api->reader);
}

static void requests_end(struct api *api)
{
    struct slot *slot;
    for (size_t i = 0; (slot = map_next(&api->requests.slots, &i));) {
        if (slot->kind == SLOT_PAGE) {
            people_end(slot);
            continue;
        }
        rendered_error(&slot->rendered, 503, NULL, "the daemon is stopping; it is not known whether this was done");
        rendered_send(&slot->rendered, slot->exchange);
    }
    request_table_done(&api->requests);
}

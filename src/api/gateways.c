#include "api/api_private.h"

#include <string.h>

/* ---- GET /v1/gateways ---- */

static const char *type_name(enum gateway_type type)
{
    switch (type) {
    case GATEWAY_HTTP: return "http";
    case GATEWAY_SMTP: return "smtp";
    case GATEWAY_OUTBOX: return "outbox";
    case GATEWAY_SPOOL: return "spool";
    }
    return "unknown";
}

static const char *state_name(enum gateway_state state)
{
    switch (state) {
    case GATEWAY_UNTESTED: return "untested";
    case GATEWAY_OK: return "ok";
    case GATEWAY_FAILING: return "failing";
    case GATEWAY_BUSY: return "busy";
    }
    return "unknown";
}

/* A check that failed counts for more than that messages are taken: it tells whether they arrive. */
static void add_state(struct json_writer *writer, const struct dispatch_gateway *counts, const struct api_gateway *watched,
                      const char *reason)
{
    bool attempts_fail = counts->state == GATEWAY_FAILING, fails = attempts_fail || watched->check_failed;
    CLEANUP_BUF struct buf why = { 0 };
    if (attempts_fail || (!fails && counts->state == GATEWAY_BUSY)) {
        buf_add_text(&why, reason);
    } else if (fails) {
        buf_add_text(&why, "its check did not get through: ");
        words_add_masked_text(&why, watched->check_reason);
    }
    jw_bool(writer, "working", !fails);
    jw_text(writer, "state", state_name(fails ? GATEWAY_FAILING : counts->state));
    jw_text_or_null(writer, "state_reason", buf_text(&why));
    jw_time(writer, "state_until", counts->until_usec);
}

static void add_watched(struct json_writer *writer, const struct gateway *gateway, const struct api_gateway *watched)
{
    if (gateway->check_usec > 0) {
        jw_open(writer, "check", '{');
        jw_bool(writer, "failed", watched->check_failed);
        jw_time(writer, "last_at", watched->checked_usec);
        jw_close(writer, '}');
    } else {
        jw_null(writer, "check");
    }
    if (watched->balance && *watched->balance) {
        jw_open(writer, "balance", '{');
        jw_text(writer, "amount", watched->balance);
        jw_bool(writer, "low", watched->balance_low);
        jw_time(writer, "at", watched->balance_usec);
        jw_close(writer, '}');
    } else {
        jw_null(writer, "balance");
    }
}

static void add_counts(struct json_writer *writer, const struct dispatch_gateway *counts, const struct api_gateway *watched)
{
    CLEANUP_BUF struct buf reason = { 0 };
    words_add_masked_text(&reason, counts->last_reason);
    add_state(writer, counts, watched, buf_text(&reason));
    jw_u64(writer, "in_flight", counts->in_flight);
    jw_u64(writer, "waiting", counts->waiting);
    jw_u64(writer, "sent", counts->sent);
    jw_u64(writer, "failed", counts->failed);
    jw_open(writer, "recent", '{');
    jw_u64(writer, "attempts", counts->recent);
    jw_u64(writer, "failed", counts->recent_failed);
    jw_close(writer, '}');
    jw_time(writer, "last_success_at", counts->last_success_usec);
    jw_time(writer, "last_failure_at", counts->last_failure_usec);
    jw_text_or_null(writer, "last_reason", buf_text(&reason));
}

static void add_gateway(struct json_writer *writer, const struct gateway *gateway, const struct dispatch_gateway *counts,
                        const struct api_gateway *watched)
{
    jw_open(writer, NULL, '{');
    jw_text(writer, "name", gateway->name);
    jw_text(writer, "type", type_name(gateway->type));
    jw_text_or_null(writer, "preset", gateway->preset ? gateway->preset : "");
    jw_open(writer, "channels", '[');
    for (enum channel channel = 0; channel < CHANNEL_COUNT; channel++) {
        if (gateway->channels & 1u << channel)
            jw_text(writer, NULL, channel_name(channel));
    }
    jw_close(writer, ']');
    jw_text_or_null(writer, "from", gateway->from ? gateway->from : "");
    add_counts(writer, counts, watched);
    add_watched(writer, gateway, watched);
    jw_close(writer, '}');
}

void gateways_add_json(struct json_writer *writer, const struct api *api)
{
    struct dispatch_gateway counts[CONFIG_MAX_GATEWAYS];
    size_t n = dispatch_gateways(api->dispatch, counts, N_ELEMENTS(counts));
    jw_open(writer, "gateways", '[');
    for (size_t i = 0; i < api->config->n_gateways; i++) {
        const struct gateway *gateway = &api->config->gateways[i];
        struct dispatch_gateway none = { .name = gateway->name, .last_reason = "" };
        const struct dispatch_gateway *found = &none;
        for (size_t k = 0; k < n; k++) {
            if (strcmp(counts[k].name, gateway->name) == 0)
                found = &counts[k];
        }
        struct api_gateway watched = { 0 };
        api->ops->gateway(api->userdata, gateway->name, &watched);
        if (gateway->check_usec == 0)
            watched.check_failed = false;        /* it is not asked any more */
        add_gateway(writer, gateway, found, &watched);
    }
    jw_close(writer, ']');
}

void gateways_list(struct call *call)
{
    struct rendered rendered = { 0 };
    struct json_writer writer = rendered_begin(&rendered, 200);
    const struct plan *plan = engine_plan(call->api->engine);
    jw_text(&writer, "organisation", plan->organisation);
    jw_text(&writer, "language", plan->language == LANGUAGE_SV ? "sv" : "en");
    gateways_add_json(&writer, call->api);
    rendered_end(&writer);
    rendered_send(&rendered, call->exchange);
}

/* ---- POST /v1/gateways/NAME/test ---- */

static bool read_channel(struct call *call, const struct gateway *gateway, const char *name, enum channel *ret)
{
    if (gateway->channels == 0) {
        call_error(call, 422, NULL, "the gateway %s stands in no list of [channels]", gateway->name);
        return false;
    }
    if (!name) {
        *ret = (enum channel)__builtin_ctz(gateway->channels);
        return true;
    }
    if (channel_from_name(name, ret) && gateway->channels & 1u << *ret)
        return true;
    call_error(call, 422, "channel", "the gateway %s does not serve the channel %s", gateway->name, name);
    return false;
}

void gateways_test(struct call *call)
{
    enum { PERSON, CHANNEL, N };
    static const struct body_field fields[N] = {
        [PERSON] = { "person", FIELD_LINE, false, 64 }, [CHANNEL] = { "channel", FIELD_LINE, false, 16 }
    };
    CLEANUP_BODY struct body body = { 0 };
    enum channel channel;
    const struct gateway *gateway = config_gateway(call->api->config, call->params[0]);
    if (!gateway) {
        call_error(call, 404, NULL, "there is no such gateway");
        return;
    }
    if (!call_body(call, fields, N, &body) || !read_channel(call, gateway, body_text(&body, CHANNEL), &channel))
        return;
    const struct person *person = call_person(call, body_text(&body, PERSON), NULL);
    struct slot *slot = person ? call_slot(call, SLOT_GATEWAY_TEST) : NULL;
    if (!slot)
        return;
    slot->gateway = mem_strdup(gateway->name);
    slot->person = mem_strdup(person->id);
    slot->channel = channel;
    struct event event = { .kind = EVENT_GATEWAY_TEST, .gateway_test = {
        .gateway = gateway->name, .channel = channel, .person = person->id, .actor = call_actor(call) } };
    call_submit(call, slot, &event);
}

static void render_sent(struct slot *slot)
{
    struct json_writer writer = rendered_begin(&slot->rendered, 200);
    jw_text(&writer, "gateway", slot->gateway);
    jw_text(&writer, "person", slot->person);
    jw_text(&writer, "channel", channel_name(slot->channel));
    jw_text(&writer, "result", "sent");
    rendered_end(&writer);
}

void gateways_test_verdict(struct api *api, struct slot *slot, const struct effect_reply *reply)
{
    (void)api;
    const char *channel = channel_name(slot->channel);
    CLEANUP_BUF struct buf reason = { 0 };
    words_add_masked_text(&reason, reply->text ? reply->text : "it gave no reason");
    switch (reply->verdict) {
    case VERDICT_SENT:
    case VERDICT_DONE:
        render_sent(slot);
        break;
    case VERDICT_NO_PERSON:
        rendered_error(&slot->rendered, 422, "person", "there is no person %s", slot->person);
        break;
    case VERDICT_NO_CONTACT:
        rendered_error(&slot->rendered, 422, "person", "%s has no %s in people.ini", slot->person, channel);
        break;
    default:
        rendered_error(&slot->rendered, 502, NULL, "the gateway %s did not take the test: %s", slot->gateway, buf_text(&reason));
    }
}

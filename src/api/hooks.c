/* What providers call. Their address holds a secret; whoever does not know it learns nothing. */
#include "api/api_private.h"

#include <string.h>

#include "gateways/hook.h"

static const struct gateway *find_gateway(struct call *call)
{
    const struct gateway *gateway = config_gateway(call->api->config, call->params[0]);
    const char *secret = gateway ? gateway->hook_secret : NULL;
    bool equal = auth_secret_equal(call->params[1], secret ? secret : "");
    if (secret && *secret && equal)
        return gateway;
    call_error(call, 404, NULL, "there is nothing at this address");
    return NULL;
}

/* Providers send the body of the response back as an SMS: it is empty. */
static void render_nothing(struct rendered *rendered, int status)
{
    rendered_done(rendered);
    rendered->status = status;
    rendered->content_type = "text/plain; charset=utf-8";
}

static void refuse(struct call *call, enum err err, const char *reason)
{
    if (err == ERR_UNSUPPORTED)
        call_error(call, 501, NULL, "this gateway's preset does not describe this");
    else
        call_error(call, 400, NULL, "%s", reason ? reason : err_text(err));
}

static void submit(struct call *call, struct event *event)
{
    struct slot *slot = call_slot(call, SLOT_HOOK);
    if (slot)
        call_submit(call, slot, event);
}

void hooks_reply(struct call *call)
{
    const struct gateway *gateway = find_gateway(call);
    if (!gateway)
        return;
    struct hook_reply reply = { 0 };
    const char *reason = NULL;
    enum err err = hook_parse_reply(gateway, call->request, &reply, &reason);
    if (err == ERR_OK) {
        struct event event = { .kind = EVENT_INBOUND, .inbound = {
            .gateway = gateway->name, .from = buf_text(&reply.from), .text = buf_text(&reply.text) } };
        submit(call, &event);
    } else {
        refuse(call, err, reason);
    }
    hook_reply_done(&reply);
}

void hooks_receipt(struct call *call)
{
    const struct gateway *gateway = find_gateway(call);
    if (!gateway)
        return;
    struct event event = { .kind = EVENT_OUTCOME, .outcome = { .gateway = gateway->name } };
    const char *reason = NULL;
    enum err err = hook_parse_receipt(gateway, call->request, &event.outcome.page, &event.outcome.outcome, &reason);
    if (err == ERR_OK) {
        if (event.outcome.outcome == OUTCOME_FAILED)
            event.outcome.reason = reason ? reason : "the provider says that it was not delivered";
        submit(call, &event);
    } else if (err == ERR_NOT_FOUND) {
        struct rendered rendered = { 0 };
        render_nothing(&rendered, 200);
        rendered_send(&rendered, call->exchange);
    } else {
        refuse(call, err, reason);
    }
}

void hooks_voice(struct call *call)
{
    if (find_gateway(call))
        call_error(call, 501, NULL, "voice is not supported yet");
}

/* Whatever the text said: it was read, and it stands in the log. */
void hooks_verdict(struct api *api, struct slot *slot, const struct effect_reply *reply)
{
    (void)api;
    (void)reply;
    render_nothing(&slot->rendered, 200);
}

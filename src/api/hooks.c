/* What providers call. Their address holds a secret; whoever does not know it learns nothing. */
#include "api/api_private.h"

#include <string.h>

#include "base/log.h"
#include "gateways/hook.h"
#include "gateways/hook_signature.h"

/* A provider that signs its calls is believed only when it has. */
static bool check_signature(struct call *call, const struct gateway *gateway, const char *hook)
{
    const char *header = hook_signature_header(gateway);
    const char *signature = header ? http_exchange_header(call->exchange, header) : NULL;
    if (hook_signature_holds(gateway, hook, call->request, signature))
        return true;
    log_warning("gateway %s: a call to its %s hook from %s was refused: %s; see 'signature-key' and 'public-url'", gateway->name,
                hook, call->request->peer->address, signature ? "the signature is wrong" : "there is no signature");
    call_error(call, 403, NULL, signature ? "the signature is wrong" : "the signature is missing");
    return false;
}

void hooks_not_here(struct call *call)
{
    call_error(call, 404, NULL, "there is nothing at this address");
}

const struct gateway *hooks_gateway(struct call *call, const char *hook)
{
    const struct gateway *gateway = config_gateway(call->api->config, call->params[0]);
    const char *secret = gateway ? gateway->hook_secret : NULL;
    bool equal = auth_secret_equal(call->params[1], secret ? secret : "");
    if (secret && *secret && equal)
        return check_signature(call, gateway, hook) ? gateway : NULL;
    hooks_not_here(call);
    return NULL;
}

/* Providers send the body of the response back as an SMS: it is empty, or what the preset says means nothing. */
void hooks_render_thanks(struct rendered *rendered, const struct gateway *gateway)
{
    const char *body = gateway && gateway->http.hook_response ? gateway->http.hook_response : "";
    rendered_done(rendered);
    rendered->status = 200;
    rendered->content_type = body[0] == '<' ? "text/xml; charset=utf-8" : "text/plain; charset=utf-8";
    buf_add_text(&rendered->body, body);
}

/* It may have been somebody's yes: the administrator learns what in the gateway's file, or at the provider, is wrong. */
static void refuse(struct call *call, const struct gateway *gateway, const char *hook, enum err err, const char *reason)
{
    const char *why = reason && *reason ? reason : err_text(err);
    log_warning("gateway %s: a call to its %s hook from %s was not understood: %s", gateway->name, hook,
                call->request->peer->address, why);
    if (err == ERR_UNSUPPORTED)
        call_error(call, 501, NULL, "this gateway's preset does not describe this");
    else
        call_error(call, 400, NULL, "%s", why);
}

static void submit(struct call *call, const struct gateway *gateway, struct event *event)
{
    struct slot *slot = call_slot(call, SLOT_HOOK);
    if (!slot)
        return;
    slot->gateway = mem_strdup(gateway->name);
    call_submit(call, slot, event);
}

void hooks_reply(struct call *call)
{
    const struct gateway *gateway = hooks_gateway(call, "reply");
    if (!gateway)
        return;
    struct hook_reply reply = { 0 };
    const char *reason = NULL;
    enum err err = hook_parse_reply(gateway, call->request, &reply, &reason);
    if (err == ERR_OK) {
        struct event event = { .kind = EVENT_INBOUND, .inbound = {
            .gateway = gateway->name, .from = buf_text(&reply.from), .text = buf_text(&reply.text),
            .id = reply.id.len > 0 ? buf_text(&reply.id) : NULL } };
        submit(call, gateway, &event);
    } else {
        refuse(call, gateway, "reply", err, reason);
    }
    hook_reply_done(&reply);
}

/* A status that is not final is thanked for. */
static void take_receipt(struct call *call, const struct gateway *gateway, const struct hook_receipt *receipt)
{
    CLEANUP_BUF struct buf reason = { 0 };
    struct event event = { .kind = EVENT_OUTCOME, .outcome = {
        .page = receipt->page, .outcome = receipt->outcome, .gateway = gateway->name } };
    if (receipt->provider_id.len > 0)
        event.outcome.provider_id = buf_text(&receipt->provider_id);
    if (receipt->outcome == OUTCOME_UNDELIVERED) {
        buf_printf(&reason, "the provider says that it was not delivered (%s)", buf_text(&receipt->status));
        event.outcome.reason = buf_text(&reason);
    }
    submit(call, gateway, &event);
}

void hooks_receipt(struct call *call)
{
    const struct gateway *gateway = hooks_gateway(call, "receipt");
    if (!gateway)
        return;
    struct hook_receipt receipt = { 0 };
    const char *reason = NULL;
    enum err err = hook_parse_receipt(gateway, call->request, &receipt, &reason);
    if (err == ERR_OK) {
        take_receipt(call, gateway, &receipt);
    } else if (err == ERR_NOT_FOUND) {
        struct rendered rendered = { 0 };
        hooks_render_thanks(&rendered, gateway);
        rendered_send(&rendered, call->exchange);
    } else {
        refuse(call, gateway, "receipt", err, reason);
    }
    hook_receipt_done(&receipt);
}

/* Whatever the text said: it was read, and it stands in the log. */
void hooks_verdict(struct api *api, struct slot *slot, const struct effect_reply *reply)
{
    (void)reply;
    hooks_render_thanks(&slot->rendered, config_gateway(api->config, slot->gateway));
}

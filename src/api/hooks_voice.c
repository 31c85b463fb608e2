/* What a provider asks while a call lasts, and what it tells when it is over. Picking up changes nothing; a digit is an answer
 * like any other, and what is said to it waits for the commit. What is said follows from how things stand then, so that a
 * provider that asks again is told the same. */
#include "api/api_private.h"

#include <string.h>

#include "gateways/gateway_voice.h"
#include "gateways/hook.h"
#include "gateways/message_text.h"

/* ---- saying ---- */

static void render(struct api *api, const struct gateway *gateway, const struct message_view *view, enum voice_stage stage,
                   unsigned asked, bool unsaved, struct rendered *ret)
{
    CLEANUP_BUF struct buf page = { 0 };
    struct message_text text = { 0 };
    page_add_id(&page, view->page);
    if (stage >= VOICE_STAGE_YES) {
        message_voice_add_stage(&text.text, stage, view, unsaved);
    } else {
        const struct text_context context = {
            .tz = engine_plan(api->engine)->tz, .public_url = api->config->public_url, .texts = dispatch_texts(api->dispatch) };
        message_text_render(view, &context, &text);
    }
    rendered_done(ret);
    ret->status = 200;
    ret->content_type = template_place_of_body(gateway->voice.key[VOICE_REPLY_TYPE]) == TEMPLATE_XML ? "text/xml; charset=utf-8"
                      : template_place_of_body(gateway->voice.key[VOICE_REPLY_TYPE]) == TEMPLATE_JSON ? NULL
                                                                                                      : "text/plain; charset=utf-8";
    voice_render_reply(&(struct voice_call){
        .voice = &gateway->voice, .base = gateway->receipt_base ? gateway->receipt_base : "", .page = buf_text(&page),
        .from = gateway->from, .view = view, .text = buf_text(&text.text), .stage = stage, .asked = asked }, &ret->body);
    message_text_done(&text);
}

static bool holds(const struct message *message)
{
    return message->callout->state == CALLOUT_ACKNOWLEDGED && message->callout->acknowledged_by == message->person;
}

/* Whether there still is something to ask whoever has picked up. */
static enum voice_stage stage_on_picking_up(const struct message *message)
{
    const struct callout *callout = message->callout;
    if (message->purpose != PURPOSE_PAGE)
        return VOICE_STAGE_TELL;
    if (message->recipient->confirmed_usec)
        return VOICE_STAGE_YES;
    if (callout->incident->closed_usec || callout->state == CALLOUT_CANCELLED)
        return VOICE_STAGE_GONE;
    if (callout->state == CALLOUT_ACKNOWLEDGED && !holds(message))
        return VOICE_STAGE_TAKEN;
    return VOICE_STAGE_ASK;
}

/* A drill that waits for everybody ends with the last answer: what that was is said all the same. */
static enum voice_stage stage_after_answer(const struct message *message)
{
    enum voice_stage stage = stage_on_picking_up(message);
    bool declined = message->purpose == PURPOSE_PAGE && message->recipient->declined;
    if (stage == VOICE_STAGE_GONE && declined && message->callout->incident->drill)
        return VOICE_STAGE_NO;
    if (stage != VOICE_STAGE_ASK)
        return stage;
    if (holds(message))
        return VOICE_STAGE_YES;
    return declined ? VOICE_STAGE_NO : VOICE_STAGE_OVER;
}

static void say(struct call *call, const struct gateway *gateway, struct page_ref page, enum voice_stage stage, unsigned asked)
{
    struct api *api = call->api;
    struct message_view view;
    struct rendered rendered = { 0 };
    if (engine_message_again(api->engine, page, api_now(api).wall_usec, &view))
        render(api, gateway, &view, stage, asked, false, &rendered);
    else
        hooks_render_thanks(&rendered, gateway);
    api_hold(api, call->exchange, &rendered);
}

/* ---- being told ---- */

static void submit(struct call *call, const struct gateway *gateway, struct page_ref page, bool hung_up, struct event *event)
{
    struct slot *slot = call_slot(call, SLOT_VOICE);
    if (!slot)
        return;
    slot->gateway = mem_strdup(gateway->name);
    slot->page = page;
    slot->hung_up = hung_up;
    call_submit(call, slot, event);
}

static void answer(struct call *call, const struct gateway *gateway, const struct hook_voice *hook)
{
    struct event event = { .kind = EVENT_ANSWER, .answer = {
        .page = hook->page, .answer = hook->what == HOOK_VOICE_YES ? ANSWER_YES : ANSWER_NO, .via = VIA_VOICE } };
    submit(call, gateway, hook->page, false, &event);
}

static void unanswered(struct call *call, const struct gateway *gateway, const struct hook_voice *hook, bool hung_up,
                       const char *reason)
{
    struct event event = { .kind = EVENT_OUTCOME, .outcome = {
        .page = hook->page, .outcome = hook->undelivered ? OUTCOME_UNDELIVERED : OUTCOME_UNANSWERED, .gateway = gateway->name,
        .reason = reason } };
    submit(call, gateway, hook->page, hung_up, &event);
}

/* A digit that means nothing, or none: the question again, a few times. */
static void no_answer_yet(struct call *call, const struct gateway *gateway, const struct message *message,
                          const struct hook_voice *hook)
{
    enum voice_stage stage = message->state == MESSAGE_DELIVERED ? stage_after_answer(message) : stage_on_picking_up(message);
    if (stage == VOICE_STAGE_ASK && hook->asked >= VOICE_ASKINGS_MAX)
        unanswered(call, gateway, hook, false, "picked up, and gave no answer");
    else
        say(call, gateway, hook->page, stage, hook->asked + 1);
}

static void dispatch(struct call *call, const struct gateway *gateway, const struct message *message,
                     const struct hook_voice *hook)
{
    struct rendered thanks = { 0 };
    switch (hook->what) {
    case HOOK_VOICE_ASK:
        say(call, gateway, hook->page, stage_on_picking_up(message), 1);
        break;
    case HOOK_VOICE_NONE:
        no_answer_yet(call, gateway, message, hook);
        break;
    case HOOK_VOICE_YES:
    case HOOK_VOICE_NO:
        answer(call, gateway, hook);
        break;
    case HOOK_VOICE_ENDED:
        if (message->purpose == PURPOSE_PAGE) {
            unanswered(call, gateway, hook, true, hook->reason);
            break;
        }
        /* fall through */
    case HOOK_VOICE_UNDER_WAY:
        hooks_render_thanks(&thanks, gateway);
        rendered_send(&thanks, call->exchange);
        break;
    }
}

/* Of a call that nobody knows any more its provider may tell the end, and is thanked: it would tell it for hours otherwise. It is
 * not told what to say, since there is nobody to ask. */
static void unknown(struct call *call, const struct gateway *gateway, const struct hook_voice *hook)
{
    struct rendered thanks = { 0 };
    if (hook->what != HOOK_VOICE_ENDED && hook->what != HOOK_VOICE_UNDER_WAY) {
        hooks_not_here(call);
        return;
    }
    hooks_render_thanks(&thanks, gateway);
    rendered_send(&thanks, call->exchange);
}

void hooks_voice(struct call *call)
{
    const struct gateway *gateway = hooks_gateway(call, "voice");
    struct hook_voice hook;
    if (!gateway)
        return;
    enum err err = hook_parse_voice(gateway, call->request, &hook);
    const struct message *message = err ? NULL : engine_page(call->api->engine, hook.page);
    if (err == ERR_UNSUPPORTED)
        call_error(call, 501, NULL, "this gateway's preset does not describe this");
    else if (err)
        hooks_not_here(call);
    else if (!message || message->channel != CHANNEL_VOICE)
        unknown(call, gateway, &hook);
    else
        dispatch(call, gateway, message, &hook);
}

/* ---- the verdict ---- */

static void render_verdict(struct api *api, struct slot *slot, bool unsaved)
{
    const struct gateway *gateway = config_gateway(api->config, slot->gateway);
    const struct message *message = engine_page(api->engine, slot->page);
    struct message_view view;
    if (gateway && message && message->purpose == PURPOSE_PAGE && !slot->hung_up
        && engine_message_again(api->engine, slot->page, api_now(api).wall_usec, &view))
        render(api, gateway, &view, stage_after_answer(message), 1, unsaved, &slot->rendered);
    else
        hooks_render_thanks(&slot->rendered, gateway);
}

void hooks_voice_verdict(struct api *api, struct slot *slot, const struct effect_reply *reply)
{
    (void)reply;
    render_verdict(api, slot, false);
}

void hooks_voice_unsaved(struct api *api, struct slot *slot)
{
    render_verdict(api, slot, true);
}

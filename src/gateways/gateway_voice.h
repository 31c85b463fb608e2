/* Calls: the request that makes a provider ring, and what it is answered as the call goes on, both as the preset says. One call
 * is one page, and takes one answer.
 *
 * The provider asks at three addresses below the gateway's hooks, each of which names the page: stage=ask once somebody has
 * picked up, stage=answer&n=N with the digit that followed the N-th asking, and stage=end when the call is over. */
#ifndef GATEWAYS_GATEWAY_VOICE_H
#define GATEWAYS_GATEWAY_VOICE_H

#include "config/config.h"
#include "engine/engine.h"
#include "gateways/gateway_template.h"
#include "gateways/message_voice.h"

enum { VOICE_ASKINGS_MAX = 3 };      /* then the call is ended */

struct voice_call {                  /* borrowed for the call */
    const struct gateway_voice *voice;
    const char *base;                /* the gateway's hooks: gateway->receipt_base */
    const char *page;                /* its id */
    const char *from;                /* the gateway's; NULL: none */
    const struct message_view *view;
    const char *text;                /* what is said at this stage */
    enum voice_stage stage;
    unsigned asked;                  /* which asking this is, from 1; of no meaning to other stages */
};

/* A copy whose strings are its own, and whose end is voice_free_copy(). */
void voice_copy(struct gateway_voice *ret, const struct gateway_voice *voice);
void voice_free_copy(struct gateway_voice *copy);

/* How it begins: a page asks, everything else only tells. */
enum voice_stage voice_first_stage(const struct message_view *view);

/* NULL: the gateway has the words, or the recording, for that. Otherwise why it must not ring: a drill that cannot say so
 * (P13). */
const char *voice_unfit(const struct gateway_voice *voice, const struct message_view *view);

/* The addresses and what else a template may hold, for as long as the values stand where they are. */
struct voice_values {
    struct buf ask_url, answer_url, end_url, ring_seconds;
};
void voice_fill(struct voice_values *values, const struct voice_call *call, struct template_values *ret);
void voice_values_done(struct voice_values *values);

/* What the provider is answered. */
void voice_render_reply(const struct voice_call *call, struct buf *ret);

#endif

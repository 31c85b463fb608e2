#include "gateways/gateway_voice.h"

#include <assert.h>
#include <string.h>

#include "base/civil.h"

/* ---- copies ---- */

static void copy_texts(const char **ret, const char *const *texts, size_t n)
{
    for (size_t i = 0; i < n; i++)
        ret[i] = texts[i] ? mem_strdup(texts[i]) : NULL;
}

static void free_texts(const char **texts, size_t n)
{
    for (size_t i = 0; i < n; i++)
        free((void *)texts[i]);
}

void voice_copy(struct gateway_voice *ret, const struct gateway_voice *voice)
{
    *ret = (struct gateway_voice){ .ring_usec = voice->ring_usec };
    copy_texts(ret->key, voice->key, VOICE_KEYS);
    for (size_t i = 0; i < N_ELEMENTS(ret->prompt); i++)
        copy_texts(ret->prompt[i], voice->prompt[i], VOICE_PROMPTS);
}

void voice_free_copy(struct gateway_voice *copy)
{
    free_texts(copy->key, VOICE_KEYS);
    for (size_t i = 0; i < N_ELEMENTS(copy->prompt); i++)
        free_texts(copy->prompt[i], VOICE_PROMPTS);
}

enum voice_stage voice_first_stage(const struct message_view *view)
{
    return view->purpose == PURPOSE_PAGE ? VOICE_STAGE_ASK : VOICE_STAGE_TELL;
}

/* ---- recordings ---- */

static const char *template_of(const struct gateway_voice *voice, enum voice_stage stage)
{
    return voice->key[stage == VOICE_STAGE_ASK ? VOICE_ASK : VOICE_SAY];
}

/* VOICE_PROMPTS: there is none that would fit. */
static enum voice_prompt prompt_of(const struct message_view *view, enum voice_stage stage)
{
    switch (stage) {
    case VOICE_STAGE_ASK: return view->drill ? PROMPT_DRILL : view->sharp ? PROMPT_SHARP : PROMPT_ALARM;
    case VOICE_STAGE_TELL: return view->purpose == PURPOSE_GATEWAY_TEST || view->purpose == PURPOSE_CHECK ? PROMPT_TEST : VOICE_PROMPTS;
    case VOICE_STAGE_YES: return PROMPT_YES;
    case VOICE_STAGE_NO: return PROMPT_NO;
    case VOICE_STAGE_TAKEN: return PROMPT_TAKEN;
    case VOICE_STAGE_OVER:
    case VOICE_STAGE_GONE: return PROMPT_OVER;
    }
    assert(false);
    return VOICE_PROMPTS;
}

/* What is real need not say that it is no drill; whoever was in one today hears it, where there is a recording. */
static const char *recording(const struct gateway_voice *voice, enum language language, enum voice_prompt prompt)
{
    const char *own = voice->prompt[language][prompt];
    return !own && prompt == PROMPT_SHARP ? voice->prompt[language][PROMPT_ALARM] : own;
}

/* In the person's language, or else in the other: a recording that was made is better than none. */
static const char *in_either(const struct gateway_voice *voice, enum language language, enum voice_prompt prompt)
{
    const char *own = recording(voice, language, prompt);
    return own ? own : recording(voice, language == LANGUAGE_EN ? LANGUAGE_SV : LANGUAGE_EN, prompt);
}

/* What is answered in a drill says so in whatever language it can (P13); where nobody has recorded that, the call has said so
 * before. */
static const char *prompt_for(const struct gateway_voice *voice, const struct message_view *view, enum voice_stage stage)
{
    enum voice_prompt prompt = prompt_of(view, stage);
    if (prompt == VOICE_PROMPTS)
        return NULL;
    bool answers = prompt >= PROMPT_YES && prompt <= PROMPT_OVER;
    const char *marked = view->drill && answers ? in_either(voice, view->language, prompt - PROMPT_YES + PROMPT_DRILL_YES) : NULL;
    return marked ? marked : in_either(voice, view->language, prompt);
}

const char *voice_unfit(const struct gateway_voice *voice, const struct message_view *view)
{
    enum voice_stage stage = voice_first_stage(view);
    const char *template = template_of(voice, stage);
    if (!template || !strstr(template, "{prompt}") || prompt_for(voice, view, stage))
        return NULL;
    if (view->drill)
        return "no recording says that it is a drill";
    return "there is no recording for this";
}

/* ---- templates ---- */

static void add_address(struct buf *buf, const struct voice_call *call, const char *stage)
{
    buf_printf(buf, "%s/voice?page=%s&stage=%s", call->base, call->page, stage);
}

void voice_fill(struct voice_values *values, const struct voice_call *call, struct template_values *ret)
{
    add_address(&values->ask_url, call, "ask");
    add_address(&values->answer_url, call, "answer");
    buf_printf(&values->answer_url, "&n=%u", call->asked);
    add_address(&values->end_url, call, "end");
    buf_add_u64(&values->ring_seconds, (uint64_t)(call->voice->ring_usec / USEC_PER_SEC));
    ret->to = call->view->to;
    ret->from = call->from;
    ret->text = call->text;
    ret->page = call->page;
    ret->prompt = prompt_for(call->voice, call->view, call->stage);
    ret->language = call->view->language == LANGUAGE_EN ? "en-GB" : "sv-SE";
    ret->ask_url = buf_text(&values->ask_url);
    ret->answer_url = buf_text(&values->answer_url);
    ret->end_url = buf_text(&values->end_url);
    ret->ring_seconds = buf_text(&values->ring_seconds);
}

void voice_values_done(struct voice_values *values)
{
    struct buf *const bufs[] = { &values->ask_url, &values->answer_url, &values->end_url, &values->ring_seconds };
    for (size_t i = 0; i < N_ELEMENTS(bufs); i++)
        buf_done(bufs[i]);
}

void voice_render_reply(const struct voice_call *call, struct buf *ret)
{
    struct voice_values values = { 0 };
    struct template_values all = { 0 };
    const char *template = template_of(call->voice, call->stage);
    voice_fill(&values, call, &all);
    if (template) {
        enum err err = template_render(template, template_place_of_body(call->voice->key[VOICE_REPLY_TYPE]), &all, ret);
        assert(!err);                    /* only a header can refuse what it is given */
    }
    voice_values_done(&values);
}

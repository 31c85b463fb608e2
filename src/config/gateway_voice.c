#include "config/gateway_voice.h"

#include "base/buf.h"

static const char *const key_names[VOICE_KEYS] = {
    [VOICE_URL] = "voice-url", [VOICE_METHOD] = "voice-method", [VOICE_BODY] = "voice-body",
    [VOICE_CONTENT_TYPE] = "voice-content-type", [VOICE_ACCEPT] = "voice-accept", [VOICE_CALL_ID] = "voice-call-id",
    [VOICE_REPLY_TYPE] = "voice-reply-type", [VOICE_ASK] = "voice-ask", [VOICE_SAY] = "voice-say",
    [VOICE_DIGIT] = "voice-digit", [VOICE_STATUS] = "voice-status", [VOICE_COMPLETED] = "voice-completed",
    [VOICE_BUSY] = "voice-busy", [VOICE_NO_ANSWER] = "voice-no-answer", [VOICE_FAILED] = "voice-failed",
    [VOICE_ANSWERED_BY] = "voice-answered-by", [VOICE_MACHINE] = "voice-machine",
};
static const char *const language_names[] = { [LANGUAGE_SV] = "sv", [LANGUAGE_EN] = "en" };
static const char *const prompt_names[VOICE_PROMPTS] = {
    [PROMPT_ALARM] = "alarm", [PROMPT_SHARP] = "sharp", [PROMPT_DRILL] = "drill", [PROMPT_YES] = "yes", [PROMPT_NO] = "no",
    [PROMPT_TAKEN] = "taken", [PROMPT_OVER] = "over", [PROMPT_TEST] = "test", [PROMPT_DRILL_YES] = "drill-yes",
    [PROMPT_DRILL_NO] = "drill-no", [PROMPT_DRILL_TAKEN] = "drill-taken", [PROMPT_DRILL_OVER] = "drill-over",
};

/* ---- the call ---- */

static void load_template(const struct layers *layers, struct gateway *gateway, enum voice_key key, bool secrets_allowed)
{
    static const char *known[] = { "to", "from", "text", "prompt", "language", "page", "ask-url", "answer-url", "end-url",
                                   "ring-seconds", "username", "password" };
    const char *name = key_names[key];
    struct origin where = gateway->origin;
    layers_entry(layers, name, &where);
    const char *template = value_raw(layers_scope(layers, name), name);
    gateway->voice.key[key] = template;
    if (template)
        gateway_http_check_template(layers, where, name, template, gateway, &(struct names){
            .list = known, .n = N_ELEMENTS(known) - (secrets_allowed ? 0 : 2) });
}

static void load_url(const struct layers *layers, struct gateway *gateway)
{
    struct origin where = gateway->origin;
    layers_entry(layers, "voice-url", &where);
    load_template(layers, gateway, VOICE_URL, true);
    const char *url = gateway->voice.key[VOICE_URL], *problem = url ? gateway_http_address_problem(url) : NULL;
    if (problem)
        load_error(layers->own.load, where, "voice-url '%s' %s", url, problem);
}

static void load_request(const struct layers *layers, struct gateway *gateway)
{
    static const char *const methods[] = { "POST", "GET", "PUT" };
    const char **key = gateway->voice.key;
    struct load *load = layers->own.load;
    load_template(layers, gateway, VOICE_BODY, true);
    key[VOICE_METHOD] = methods[value_choice(layers_scope(layers, "voice-method"), "voice-method", methods, N_ELEMENTS(methods),
                                             0)];
    key[VOICE_CONTENT_TYPE] = value_text(layers_scope(layers, "voice-content-type"), "voice-content-type", NULL);
    if (key[VOICE_BODY] && !key[VOICE_CONTENT_TYPE])
        key[VOICE_CONTENT_TYPE] = strchr("{[", key[VOICE_BODY][0]) ? "application/json" : "application/x-www-form-urlencoded";
    key[VOICE_ACCEPT] = gateway_http_load_accept(layers, "voice-accept", "200-299");
    key[VOICE_CALL_ID] = gateway_http_load_rule(layers, "voice-call-id", "json:", true);
    if (key[VOICE_BODY] && strcmp(key[VOICE_METHOD], "GET") == 0)
        load_error(load, gateway->origin, "voice-method = GET sends no 'voice-body'; put the placeholders into the voice-url");
}

static void load_replies(const struct layers *layers, struct gateway *gateway)
{
    const char **key = gateway->voice.key;
    key[VOICE_REPLY_TYPE] = value_text(layers_scope(layers, "voice-reply-type"), "voice-reply-type", NULL);
    load_template(layers, gateway, VOICE_ASK, false);
    load_template(layers, gateway, VOICE_SAY, false);
    if (!key[VOICE_REPLY_TYPE])
        key[VOICE_REPLY_TYPE] = key[VOICE_ASK] && key[VOICE_ASK][0] == '<' ? "text/xml" : "application/json";
    for (enum voice_key rule = VOICE_DIGIT; rule < VOICE_KEYS; rule++) {
        bool where = rule == VOICE_DIGIT || rule == VOICE_STATUS || rule == VOICE_ANSWERED_BY;
        key[rule] = where ? gateway_http_load_rule(layers, key_names[rule], "field:", false)
                          : value_text(layers_scope(layers, key_names[rule]), key_names[rule], NULL);
    }
}

/* ---- the recordings ---- */

static void load_prompts(const struct layers *layers, struct gateway *gateway)
{
    for (size_t i = 0; i < (size_t)N_ELEMENTS(language_names) * VOICE_PROMPTS; i++) {
        enum language language = (enum language)(i / VOICE_PROMPTS);
        enum voice_prompt prompt = (enum voice_prompt)(i % VOICE_PROMPTS);
        CLEANUP_BUF struct buf name = { 0 };
        buf_printf(&name, "prompt-%s-%s", language_names[language], prompt_names[prompt]);
        const char *url = value_text(&layers->own, buf_text(&name), NULL);
        const char *problem = url ? gateway_http_address_problem(url) : NULL;
        gateway->voice.prompt[language][prompt] = url;
        if (problem)
            load_error(layers->own.load, scope_origin(&layers->own, doc_entry(layers->own.section, buf_text(&name))),
                       "%s '%s' %s", buf_text(&name), url, problem);
    }
}

/* What the flow cannot do without. */
static void check_flow(struct load *load, const struct gateway *gateway)
{
    const char *const *key = gateway->voice.key;
    static const enum voice_key needed[] = { VOICE_ASK, VOICE_SAY, VOICE_DIGIT };
    for (size_t i = 0; i < N_ELEMENTS(needed); i++) {
        if (!key[needed[i]])
            load_error(load, gateway->origin, "a gateway with a 'voice-url' needs '%s' too", key_names[needed[i]]);
    }
    if (key[VOICE_ASK] && !strstr(key[VOICE_ASK], "{text}") && !strstr(key[VOICE_ASK], "{prompt}"))
        load_error(load, gateway->origin, "voice-ask uses neither {text} nor {prompt}: nothing would be said");
    if (!strstr(key[VOICE_URL], "{to}") && !(key[VOICE_BODY] && strstr(key[VOICE_BODY], "{to}")))
        load_error(load, gateway->origin, "neither 'voice-url' nor 'voice-body' uses {to}: nobody would be rung");
}

void gateway_voice_load(const struct layers *layers, struct gateway *gateway)
{
    load_url(layers, gateway);
    load_prompts(layers, gateway);
    gateway->voice.ring_usec =
        value_duration(layers_scope(layers, "ring-time"), "ring-time", 30 * USEC_PER_SEC, 5 * USEC_PER_SEC, 2 * USEC_PER_MIN);
    if (!gateway->voice.key[VOICE_URL])
        return;
    load_request(layers, gateway);
    load_replies(layers, gateway);
    check_flow(layers->own.load, gateway);
}

/* ---- in use ---- */

static bool has_prompt(const struct gateway *gateway, enum voice_prompt prompt)
{
    return gateway->voice.prompt[LANGUAGE_SV][prompt] || gateway->voice.prompt[LANGUAGE_EN][prompt];
}

bool gateway_voice_plays(const struct gateway *gateway)
{
    const char *ask = gateway->voice.key[VOICE_ASK], *say = gateway->voice.key[VOICE_SAY];
    return (ask && strstr(ask, "{prompt}")) || (say && strstr(say, "{prompt}"));
}

/* P13: what is said in a drill says that it is one. */
static void check_drill_prompts(struct load *load, const struct gateway *gateway)
{
    const char *language = language_names[load->config->plan.language];
    CLEANUP_BUF struct buf missing = { 0 };
    for (enum voice_prompt prompt = PROMPT_DRILL_YES; prompt <= PROMPT_DRILL_OVER; prompt++)
        if (!has_prompt(gateway, prompt))
            buf_printf(&missing, "%sprompt-%s-%s", missing.len > 0 ? ", " : "", language, prompt_names[prompt]);
    if (!has_prompt(gateway, PROMPT_DRILL))
        load_warning(load, gateway->origin, "no recording 'prompt-%s-drill': this gateway will not ring for drills", language);
    else if (missing.len > 0)
        load_warning(load, gateway->origin, "what is answered to a digit in a drill does not say that it is one; record %s",
                     buf_text(&missing));
}

/* Without these nobody could be asked, or would know what became of the answer. */
static bool check_prompts(struct load *load, struct origin where, const struct gateway *gateway)
{
    const char *language = language_names[load->config->plan.language];
    CLEANUP_BUF struct buf missing = { 0 };
    for (enum voice_prompt prompt = 0; prompt < VOICE_PROMPTS; prompt++) {
        if (!has_prompt(gateway, prompt) && prompt != PROMPT_SHARP && prompt != PROMPT_DRILL && prompt < PROMPT_TEST)
            buf_printf(&missing, "%sprompt-%s-%s", missing.len > 0 ? ", " : "", language, prompt_names[prompt]);
    }
    if (missing.len > 0) {
        load_warning(load, where,
                     "'%s' cannot ring, and has no effect for voice: its provider plays recordings, and these are missing: %s",
                     gateway->name, buf_text(&missing));
        return false;
    }
    check_drill_prompts(load, gateway);
    return true;
}

bool gateway_voice_check(struct load *load, struct origin where, const struct gateway *gateway, bool has_hooks)
{
    const char *lacks = !gateway->voice.key[VOICE_URL] ? "neither it nor its preset has a 'voice-url'"
                      : !has_hooks ? "it has no 'hook-secret', and a call asks there what to say, and brings the answer"
                      : load->config->public_url ? NULL
                      : "beredd.ini has no 'public-url', and a call asks there what to say, and brings the answer";
    if (lacks) {
        load_warning(load, where, "'%s' cannot ring, and has no effect for voice: %s", gateway->name, lacks);
        return false;
    }
    return !gateway_voice_plays(gateway) || check_prompts(load, where, gateway);
}

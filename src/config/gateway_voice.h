/* The keys that describe how a provider rings and what it is told while the call lasts, in a preset or in a gateway's own
 * file. */
#ifndef CONFIG_GATEWAY_VOICE_H
#define CONFIG_GATEWAY_VOICE_H

#include "config/gateway_http.h"

#define GATEWAY_VOICE_KEYS                                                                                                     \
    { "voice-url", DOC_LONG }, { "voice-method", DOC_ONCE }, { "voice-body", DOC_LONG }, { "voice-content-type", DOC_ONCE },    \
    { "voice-accept", DOC_ONCE }, { "voice-call-id", DOC_ONCE }, { "voice-reply-type", DOC_ONCE }, { "voice-ask", DOC_LONG },   \
    { "voice-say", DOC_LONG }, { "voice-digit", DOC_ONCE }, { "voice-status", DOC_ONCE }, { "voice-completed", DOC_ONCE },      \
    { "voice-busy", DOC_ONCE }, { "voice-no-answer", DOC_ONCE }, { "voice-failed", DOC_ONCE },                                  \
    { "voice-answered-by", DOC_ONCE }, { "voice-machine", DOC_ONCE }, { "ring-time", DOC_ONCE }

/* Recordings belong to a municipality, not to a provider: these stand in the gateway's own file. */
#define GATEWAY_PROMPT_KEYS                                                                                                    \
    { "prompt-sv-alarm", DOC_ONCE }, { "prompt-sv-drill", DOC_ONCE }, { "prompt-sv-yes", DOC_ONCE },                            \
    { "prompt-sv-no", DOC_ONCE }, { "prompt-sv-taken", DOC_ONCE }, { "prompt-sv-over", DOC_ONCE },                              \
    { "prompt-sv-test", DOC_ONCE }, { "prompt-en-alarm", DOC_ONCE }, { "prompt-en-drill", DOC_ONCE },                           \
    { "prompt-en-yes", DOC_ONCE }, { "prompt-en-no", DOC_ONCE }, { "prompt-en-taken", DOC_ONCE },                               \
    { "prompt-en-over", DOC_ONCE }, { "prompt-en-test", DOC_ONCE }, { "prompt-sv-sharp", DOC_ONCE },                            \
    { "prompt-en-sharp", DOC_ONCE }, { "prompt-sv-drill-yes", DOC_ONCE }, { "prompt-sv-drill-no", DOC_ONCE },                   \
    { "prompt-sv-drill-taken", DOC_ONCE }, { "prompt-sv-drill-over", DOC_ONCE }, { "prompt-en-drill-yes", DOC_ONCE },           \
    { "prompt-en-drill-no", DOC_ONCE }, { "prompt-en-drill-taken", DOC_ONCE }, { "prompt-en-drill-over", DOC_ONCE }

/* Fills gateway->voice; without a voice-url it stays empty. */
void gateway_voice_load(const struct layers *layers, struct gateway *gateway);

/* For a gateway that [channels] names for voice, there (`where`). False: it lacks what it takes to ring, or to be answered; that
 * was reported as a warning, and it must not be used. */
bool gateway_voice_check(struct load *load, struct origin where, const struct gateway *gateway, bool has_hooks);
/* It plays recordings, and can say nothing else. */
bool gateway_voice_plays(const struct gateway *gateway);

#endif

/* The words of pages and notices, in Swedish and English: interface.md's "Texts". Pure: everything comes in the view. */
#ifndef GATEWAYS_MESSAGE_TEXT_H
#define GATEWAYS_MESSAGE_TEXT_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/tz.h"
#include "engine/engine.h"

struct message_text {            /* a value: zeroed is empty; message_text_done() gives its memory back */
    struct buf subject;          /* e-mail only; one line */
    struct buf text;             /* SMS: normalised for GSM-7, in as few parts as it takes; e-mail: the plain part */
    struct buf html;             /* e-mail only: a simple page with a large button; holds nothing that the text does not */
};

struct message_texts;

/* An SMS that needs more parts than this is cut. Each part more is one that may be lost or late. */
enum { MESSAGE_PARTS_GSM7 = 2, MESSAGE_PARTS_UCS2 = 3 };

struct text_context {
    const struct tz *tz;
    const char *public_url;      /* NULL: texts carry no link */
    bool can_reply;              /* the gateway's sender can receive an SMS: "Svara JA ..." belongs in the text */
    const struct message_texts *texts;   /* the administrator's own; NULL: none */
};

/* An SMS takes as few parts as hold it all, less the id where that would cost a part of its own; at most two, or three where a
 * character is outside the GSM alphabet. What is cut beyond that: location, then summary; never code, callback or link. No
 * punctuation after a link. */
void message_text_render(const struct message_view *view, const struct text_context *context, struct message_text *ret);
void message_text_done(struct message_text *text);

/* Somebody must act on it now: an e-mail says so in its headers, and looks like it. */
bool message_is_urgent(const struct message_view *view);

#endif

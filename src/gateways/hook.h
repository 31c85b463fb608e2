/* What providers call: inbound texts and receipts, read as the gateway's preset says. Pure parsing over a plain request. */
#ifndef GATEWAYS_HOOK_H
#define GATEWAYS_HOOK_H

#include "base/buf.h"
#include "base/err.h"
#include "config/config.h"
#include "engine/event.h"
#include "loop/http.h"

struct hook_reply {              /* zeroed is empty; hook_reply_done() */
    struct buf from;             /* E.164 with "+" */
    struct buf text;             /* valid UTF-8, at most 1,600 bytes */
    struct buf id;               /* what the provider calls it; empty: it does not say */
};
/* ERR_SYNTAX: not what the preset describes; *ret_reason (static) says why. ERR_UNSUPPORTED: the preset has no replies. */
WARN_UNUSED enum err hook_parse_reply(const struct gateway *gateway, const struct http_request *request, struct hook_reply *ret,
                                      const char **ret_reason);
void hook_reply_done(struct hook_reply *reply);
/* A sender's number as E.164 with its plus. They come as +46701740605, 0046701740605, 46701740605, or as they are dialled here.
 * False: it is no number, and nothing was added. */
bool hook_add_number(struct buf *buf, const char *text);

/* A receipt names its page in the address that we gave out, ...?page=ID, or by the id that the provider gave the message. */
struct hook_receipt {            /* zeroed is empty; hook_receipt_done() */
    struct page_ref page;        /* zeroed: it names none */
    struct buf provider_id;      /* empty: none */
    struct buf status;           /* as the provider puts it */
    enum outcome outcome;        /* DELIVERED or UNDELIVERED */
};
/* ERR_NOT_FOUND: a status that is not final; nothing to do. */
WARN_UNUSED enum err hook_parse_receipt(const struct gateway *gateway, const struct http_request *request,
                                        struct hook_receipt *ret, const char **ret_reason);
void hook_receipt_done(struct hook_receipt *receipt);

/* A call that asks what comes next, or tells that it is over. */
struct hook_voice {
    struct page_ref page;
    enum { HOOK_VOICE_ASK, HOOK_VOICE_NONE, HOOK_VOICE_YES, HOOK_VOICE_NO, HOOK_VOICE_ENDED, HOOK_VOICE_UNDER_WAY } what;
    unsigned asked;              /* NONE, YES, NO: after which asking */
    const char *reason;          /* ENDED: why that was no answer; static */
    bool undelivered;            /* ENDED: it never rang; another gateway may do better */
};
/* ERR_SYNTAX: the address names no page or no stage of a call. ERR_UNSUPPORTED: this gateway does not ring. A machine that has
 * picked up has ENDED the call, whatever digit comes (P6); a digit counts before a status that says that the call is over. */
WARN_UNUSED enum err hook_parse_voice(const struct gateway *gateway, const struct http_request *request, struct hook_voice *ret);

#endif

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
};
/* ERR_SYNTAX: not what the preset describes; *ret_reason (static) says why. ERR_UNSUPPORTED: the preset has no replies. */
WARN_UNUSED enum err hook_parse_reply(const struct gateway *gateway, const struct http_request *request, struct hook_reply *ret,
                                      const char **ret_reason);
void hook_reply_done(struct hook_reply *reply);
/* A sender's number as E.164 with its plus. They come as +46701740605, 0046701740605, 46701740605, or as they are dialled here.
 * False: it is no number, and nothing was added. */
bool hook_add_number(struct buf *buf, const char *text);

/* A receipt names its page in the address that we gave out: ...?page=ID. ret_outcome: DELIVERED or FAILED. ERR_NOT_FOUND: a
 * status that is not final; nothing to do. */
WARN_UNUSED enum err hook_parse_receipt(const struct gateway *gateway, const struct http_request *request,
                                        struct page_ref *ret_page, enum outcome *ret_outcome, const char **ret_reason);

#endif

/* What a provider's HTTP reply means: was the message taken, and what does the provider call it? */
#ifndef GATEWAYS_GATEWAY_REPLY_H
#define GATEWAYS_GATEWAY_REPLY_H

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "loop/http_client.h"

enum { REPLY_MAX_RANGES = 8 };

struct reply_rule {              /* zeroed accepts nothing; reply_rule_done() */
    struct { long from, to; } ranges[REPLY_MAX_RANGES];
    size_t n_ranges;
    bool has_pattern, has_id_pattern;
    regex_t pattern;             /* in the reply's body */
    regex_t id_pattern;          /* its first group, or all of it */
    char *id_path;               /* NULL: none */
};

/* `accept`: codes, ranges and one /pattern/ (a POSIX extended regular expression, from the first slash to the last), with spaces
 * or commas between; codes and a pattern must both match; no codes mean 200-299. `message_id`: a /pattern/, or a JSON path with
 * or without "json:" before it. Both may be NULL. ERR_SYNTAX: ret_reason says what is wrong. */
WARN_UNUSED enum err reply_rule_parse(struct reply_rule *rule, const char *accept, const char *message_id,
                                      struct buf *ret_reason);
void reply_rule_done(struct reply_rule *rule);

/* True: it was taken; ret_id has the provider's id, if one is asked for. False: it was not, or nobody can tell (a reply without
 * the id that it should have is somebody else's page); ret_reason says why, and holds nothing of the body. */
bool reply_rule_accepts(const struct reply_rule *rule, const struct transfer_result *result, struct buf *ret_id,
                        struct buf *ret_reason);

#endif

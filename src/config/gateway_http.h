/* The keys that describe a provider's HTTP interface, in a preset or in a gateway's own file, which goes before it. */
#ifndef CONFIG_GATEWAY_HTTP_H
#define CONFIG_GATEWAY_HTTP_H

#include "config/value.h"

#define GATEWAY_HTTP_KEYS                                                                                                      \
    { "method", DOC_ONCE }, { "url", DOC_LONG }, { "header", DOC_REPEAT | DOC_LONG }, { "body", DOC_LONG },                    \
    { "content-type", DOC_ONCE }, { "accept", DOC_ONCE }, { "accept-later", DOC_ONCE }, { "message-id", DOC_ONCE },            \
    { "reply-from", DOC_ONCE }, { "reply-text", DOC_ONCE }, { "reply-id", DOC_ONCE }, { "receipt-id", DOC_ONCE },              \
    { "receipt-status", DOC_ONCE }, { "receipt-delivered", DOC_ONCE }, { "receipt-failed", DOC_ONCE }, { "timeout", DOC_ONCE }, \
    { "window", DOC_ONCE }, { "signature", DOC_ONCE }, { "hook-response", DOC_ONCE }, { "balance-url", DOC_ONCE },             \
    { "balance", DOC_ONCE }, { "balance-unit", DOC_ONCE }, { "balance-divisor", DOC_ONCE }

/* Two scopes, the gateway's own and the preset's (section NULL: none). */
struct layers {
    struct scope own;
    struct scope preset;
};

/* The scope that has the key: the gateway's own if both do. */
const struct scope *layers_scope(const struct layers *layers, const char *key);

/* The entry of that key, the gateway's own before the preset's; NULL: neither has it. */
const struct doc_entry *layers_entry(const struct layers *layers, const char *key, struct origin *ret_where);

/* A rule (see struct gateway_http), with `bare`, "field:" or "json:", put before a bare word; only one that reads a reply may be
 * a pattern. */
const char *gateway_http_load_rule(const struct layers *layers, const char *key, const char *bare, bool pattern_allowed);
const char *gateway_http_load_accept(const struct layers *layers, const char *key, const char *fallback);
/* NULL: an http or https address, be it with placeholders in it. */
const char *gateway_http_address_problem(const char *url);
/* Reports placeholders that are none of `known`, and those whose value the gateway lacks. */
void gateway_http_check_template(const struct layers *layers, struct origin where, const char *key, const char *template,
                                 const struct gateway *gateway, const struct names *known);

/* Fills gateway->http, and checks it against what the gateway has (a {from} without `from`, ...). */
void gateway_http_load(const struct layers *layers, struct gateway *gateway);
/* Replies and receipts alone, for a gateway that has no provider. */
void gateway_http_load_hooks(const struct layers *layers, struct gateway *gateway);

/* What is asked of the gateway now and then: `check` and its like, of a gateway that can serve these channels. */
void gateway_check_load(const struct layers *layers, struct gateway *gateway, unsigned can);
/* Its balance. */
void gateway_balance_load(const struct layers *layers, struct gateway *gateway);

/* The [preset] of presets/NAME.ini; section NULL, and the problem reported, if it cannot be had. *ret_channels: what it can
 * serve. */
void preset_load(struct load *load, struct origin where, const char *name, struct scope *ret, unsigned *ret_channels);

#endif

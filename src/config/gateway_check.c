/* What is asked of a gateway now and then: whether a message gets through it, and what is left on the account. */
#include <string.h>

#include "base/text.h"
#include "config/gateway_http.h"

#define CHECK_MIN_USEC USEC_PER_MIN
#define CHECK_MAX_USEC (31 * USEC_PER_DAY)

/* ---- checks ---- */

/* A number is sent a text where the gateway can do that, and else rung. */
static const char *check_to_problem(struct gateway *gateway, const char *to, unsigned can)
{
    bool email = strchr(to, '@') != NULL;
    const char *problem = email ? parse_email_problem(to) : parse_phone_problem(to);
    if (problem)
        return problem;
    if (email && !(can & 1u << CHANNEL_EMAIL))
        return "is an e-mail address, and this gateway sends no e-mail";
    if (!email && !(can & (1u << CHANNEL_SMS | 1u << CHANNEL_VOICE)))
        return "is a number, and this gateway sends e-mail alone";
    gateway->check_channel = email ? CHANNEL_EMAIL : can & 1u << CHANNEL_SMS ? CHANNEL_SMS : CHANNEL_VOICE;
    return NULL;
}

void gateway_check_load(const struct layers *layers, struct gateway *gateway, unsigned can)
{
    const struct scope *own = &layers->own;
    struct load *load = own->load;
    const struct doc_entry *check = doc_entry(own->section, "check"), *check_to = doc_entry(own->section, "check-to");
    int64_t check_usec = value_duration(own, "check", 0, CHECK_MIN_USEC, CHECK_MAX_USEC);
    const char *to = value_text(own, "check-to", NULL);
    const char *problem = to ? check_to_problem(gateway, to, can) : NULL;
    if (problem)
        load_error(load, scope_origin(own, check_to), "check-to = '%s' %s", to, problem);
    if (check && !check_to)
        load_error(load, scope_origin(own, check), "'check' needs a 'check-to': a number or an e-mail address of your own");
    if (check_to && !check)
        load_warning(load, scope_origin(own, check_to), "'check-to' has no effect without 'check', as check = 24h");
    if (!to || problem || check_usec == 0)
        return;
    gateway->check_usec = check_usec;
    gateway->check_to = to;
}

/* ---- the balance ---- */

/* Where the address of the preset is not that of this gateway, the account is not there either. */
static const struct scope *balance_scope(const struct layers *layers)
{
    static const struct scope nowhere = { 0 };
    const struct scope *scope = layers_scope(layers, "balance-url");
    bool elsewhere = scope == &layers->preset && doc_entry(layers->own.section, "url");
    return elsewhere ? &nowhere : scope;
}

/* "json:PATH"; NULL: there is none. */
static const char *load_path_of_reply(const struct layers *layers, const char *key)
{
    const char *rule = gateway_http_load_rule(layers, key, "json:", true);
    return rule && rule[0] != '/' ? rule : NULL;
}

static void load_account(const struct layers *layers, struct gateway *gateway)
{
    struct gateway_http *http = &gateway->http;
    const struct scope *scope = balance_scope(layers), *unit = layers_scope(layers, "balance-unit");
    const char *url = scope->section ? value_raw(scope, "balance-url") : NULL;
    if (!url)
        return;
    static const char *known[] = { "username", "password" };
    struct origin where = scope_origin(scope, doc_entry(scope->section, "balance-url"));
    const char *problem = gateway_http_address_problem(url);
    if (problem)
        load_error(scope->load, where, "balance-url '%s' %s", url, problem);
    gateway_http_check_template(layers, where, "balance-url", url, gateway,
                                &(struct names){ .list = known, .n = N_ELEMENTS(known) });
    http->balance = load_path_of_reply(layers, "balance");
    http->balance_divisor = value_number(layers_scope(layers, "balance-divisor"), "balance-divisor", 1, 1, 1000000);
    http->balance_unit = value_text(unit, "balance-unit", NULL);
    if (!http->balance)
        load_error(scope->load, where, "'balance-url' needs a 'balance', as json:balance: where the number stands in what comes");
    else
        http->balance_url = url;
}

void gateway_balance_load(const struct layers *layers, struct gateway *gateway)
{
    const struct scope *own = &layers->own;
    const struct doc_entry *entry = doc_entry(own->section, "balance-warning");
    load_account(layers, gateway);
    if (!entry || !entry->value.text[0])
        return;
    if (text_to_decimal(entry->value.text, &gateway->balance_warning) != ERR_OK)
        load_error(own->load, scope_origin(own, entry), "balance-warning = '%s' is no amount, as 500 or 99.50",
                   entry->value.text);
    else if (!gateway->http.balance_url)
        load_warning(own->load, scope_origin(own, entry), "'balance-warning' has no effect: there is no 'balance-url' to ask");
    else
        gateway->has_balance_warning = true;
}

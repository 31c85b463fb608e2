#include "config/channels.h"

#include "config/gateway_voice.h"
#include "config/value.h"

const struct doc_key channels_keys[CHANNEL_COUNT] = {
    { "sms", DOC_LONG | DOC_MAY_BE_EMPTY }, { "voice", DOC_LONG | DOC_MAY_BE_EMPTY }, { "email", DOC_LONG | DOC_MAY_BE_EMPTY },
};

/* The load made the gateways, so it may write to them. */
static struct gateway *find_gateway(struct load *load, const char *name, size_t *ret_index)
{
    struct gateway *gateways = (struct gateway *)load->config->gateways;
    for (size_t i = 0; i < load->config->n_gateways; i++) {
        if (strcmp(gateways[i].name, name) == 0) {
            *ret_index = i;
            return &gateways[i];
        }
    }
    return NULL;
}

static bool has_file(const struct load *load, const char *name)
{
    for (size_t i = 0; i < load->gateways.n; i++) {
        if (strcmp(load->gateways.list[i], name) == 0)
            return true;
    }
    return false;
}

static void add_gateway(struct load *load, struct origin where, enum channel channel, const char *name)
{
    struct config *config = load->config;
    size_t index;
    struct gateway *gateway = find_gateway(load, name, &index);
    if (!gateway && !has_file(load, name))
        load_unknown(load, where, "gateway", name, &load->gateways);
    if (!gateway)
        return;     /* its own file has said why */
    if (!(load->gateway_can[index] & 1u << channel)) {
        if (gateway->type == GATEWAY_SMTP)
            load_error(load, where, "'%s' sends e-mail; it cannot serve %s", name, channel_name(channel));
        else if (gateway->type == GATEWAY_SPOOL)
            load_error(load, where, "'%s' sends SMS; it cannot serve %s", name, channel_name(channel));
        else if (channel != CHANNEL_VOICE)
            load_warning(load, where, "%s through the preset of '%s' is not supported and has no effect", channel_name(channel),
                         name);
        else
            (void)gateway_voice_check(load, where, gateway, load->gateway_hooks[index]);
        return;
    }
    if (channel == CHANNEL_VOICE && gateway->type == GATEWAY_HTTP &&
        !gateway_voice_check(load, where, gateway, load->gateway_hooks[index]))
        return;
    if (gateway->channels & 1u << channel) {
        load_warning(load, where, "'%s' is named twice for %s", name, channel_name(channel));
        return;
    }
    gateway->channels |= 1u << channel;
    config->channel_gateways[channel][config->n_channel_gateways[channel]++] = gateway;
    config->plan.channels_served |= 1u << channel;
}

static void load_channel(const struct scope *scope, enum channel channel)
{
    struct load *load = scope->load;
    const struct doc_entry *entry = doc_entry(scope->section, channel_name(channel));
    if (!entry)
        return;
    struct value_list list;
    struct origin where = scope_origin(scope, entry);
    const char *name;
    value_list_begin(&list, entry);
    while ((name = value_list_next(&list, load, &where.line)) != NULL && !problems_full(load->problems))
        add_gateway(load, where, channel, name);
}

/* A page that says "Svara JA" must have a way back. */
static void check_replies(struct load *load, const struct gateway *gateway, bool has_hooks)
{
    if (!(gateway->channels & 1u << CHANNEL_SMS) || gateway->type == GATEWAY_OUTBOX)
        return;
    if (!gateway->from_is_number)
        load_warning(load, gateway->origin,
                     "the sender '%s' is text, not a number: replies by SMS cannot come, and pages will not ask for them",
                     gateway->from);
    else if (!has_hooks && gateway->type != GATEWAY_SPOOL)
        load_warning(load, gateway->origin, "no 'hook-secret': replies by SMS and receipts cannot come in");
    else if (gateway->http.url && !gateway->http.reply_from)
        load_warning(load, gateway->origin, "no 'reply-from' and 'reply-text': replies by SMS cannot be read");
}

static bool uses_receipt_url(const struct gateway_http *http)
{
    static const char placeholder[] = "{receipt-url}";
    bool used = (http->url && strstr(http->url, placeholder)) || (http->body && strstr(http->body, placeholder));
    for (size_t i = 0; i < http->n_headers; i++)
        used = used || strstr(http->headers[i], placeholder);
    return used;
}

/* What keeps receipts from coming; NULL: nothing. */
static const char *no_receipts(const struct load *load, const struct gateway *gateway, bool has_hooks)
{
    const struct gateway_http *http = &gateway->http;
    if (gateway->type == GATEWAY_SPOOL)
        return NULL;
    if (gateway->type == GATEWAY_SMTP)
        return "e-mail has none";
    if (!has_hooks)
        return "there is no 'hook-secret'";
    if (!http->receipt_status || !http->receipt_delivered)
        return "there is no 'receipt-status' or 'receipt-delivered'";
    if (gateway->type == GATEWAY_HTTP && !http->receipt_id && !uses_receipt_url(http))
        return "the provider is not told {receipt-url}, and there is no 'receipt-id'";
    if (gateway->type == GATEWAY_HTTP && !http->receipt_id && !load->config->public_url)
        return "beredd.ini has no 'public-url'";
    return NULL;
}

/* Where none can come every page would be in doubt, and go out by every gateway: better not to wait for any. */
static void check_receipts(struct load *load, struct gateway *gateway, bool has_hooks)
{
    const char *why = gateway->receipt_timeout_usec ? no_receipts(load, gateway, has_hooks) : NULL;
    if (!why)
        return;
    gateway->receipt_timeout_usec = 0;
    load_warning(load, gateway->origin, "receipt-timeout has no effect, since no receipt can come: %s", why);
}

/* A provider that has been told where to send receipts sends them; of a modem's they are expected only where they are waited
 * for. */
static bool checks_by_receipt(const struct load *load, const struct gateway *gateway, bool has_hooks)
{
    bool expected = gateway->type == GATEWAY_HTTP || gateway->receipt_timeout_usec > 0;
    return gateway->check_usec > 0 && gateway->check_channel == CHANNEL_SMS && expected && !no_receipts(load, gateway, has_hooks);
}

static void add_to_plan(struct load *load)
{
    struct config *config = load->config;
    struct plan_gateway *list = arena_alloc(load->arena, (config->n_gateways + 1) * sizeof *list);
    for (size_t i = 0; i < config->n_gateways; i++) {
        const struct gateway *gateway = &config->gateways[i];
        list[i] = (struct plan_gateway){
            .name = gateway->name, .channels = gateway->channels, .receipt_timeout_usec = gateway->receipt_timeout_usec };
    }
    config->plan.gateways = list;
    config->plan.n_gateways = config->n_gateways;
}

void channels_load(struct load *load)
{
    struct scope scope = { .load = load, .doc = load->beredd, .section = doc_section(load->beredd, "channels", NULL) };
    for (enum channel channel = 0; channel < CHANNEL_COUNT; channel++)
        load_channel(&scope, channel);
    for (size_t i = 0; i < load->config->n_gateways; i++) {
        struct gateway *gateway = (struct gateway *)&load->config->gateways[i];
        if (gateway->channels == 0 && !load->beredd_missing)
            load_warning(load, gateway->origin, "no channel in [channels] of beredd.ini uses '%s'", gateway->name);
        check_replies(load, gateway, load->gateway_hooks[i]);
        check_receipts(load, gateway, load->gateway_hooks[i]);
        gateway->check_by_receipt = checks_by_receipt(load, gateway, load->gateway_hooks[i]);
    }
    add_to_plan(load);
}

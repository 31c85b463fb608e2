#include "config/gateway_http.h"

#include <sys/stat.h>

#include "base/buf.h"
#include "config/channels.h"
#include "config/gateway_voice.h"
#include "config/slurp.h"
#include "loop/http_client.h"

enum { TYPE_HTTP, TYPE_SMTP, TYPE_OUTBOX, TYPE_SPOOL, TYPE_COUNT };
static const char *const types[TYPE_COUNT] = { "http", "smtp", "outbox", "spool" };
static const enum gateway_type gateway_types[TYPE_COUNT] = { GATEWAY_HTTP, GATEWAY_SMTP, GATEWAY_OUTBOX, GATEWAY_SPOOL };

static const struct doc_key gateway_keys[] = {
    GATEWAY_HTTP_KEYS,
    GATEWAY_VOICE_KEYS,
    GATEWAY_PROMPT_KEYS,
    { "type", DOC_ONCE },
    { "preset", DOC_ONCE },
    { "username", DOC_ONCE },
    { "password", DOC_ONCE },
    { "from", DOC_ONCE },
    { "ca-file", DOC_ONCE },
    { "hook-secret", DOC_ONCE },
    { "signature-key", DOC_ONCE },
    { "starttls", DOC_ONCE },
    { "file", DOC_ONCE },
    { "directory", DOC_ONCE },
    { "format", DOC_ONCE },
    { "rate", DOC_ONCE },
    { "receipt-timeout", DOC_ONCE },
    { "check", DOC_ONCE },
    { "check-to", DOC_ONCE },
    { "balance-warning", DOC_ONCE },
};
static const struct doc_kind kinds[] = {
    { .name = "gateway", .named = DOC_NAMED, .keys = gateway_keys, .n_keys = N_ELEMENTS(gateway_keys) },
};

/* Which types a key means something to; those that are not here mean something to all. */
static const struct { const char *key; unsigned types; } key_types[] = {
    { "preset", 1u << TYPE_HTTP },
    { "method", 1u << TYPE_HTTP },
    { "url", 1u << TYPE_HTTP | 1u << TYPE_SMTP },
    { "header", 1u << TYPE_HTTP },
    { "body", 1u << TYPE_HTTP },
    { "content-type", 1u << TYPE_HTTP },
    { "accept", 1u << TYPE_HTTP },
    { "accept-later", 1u << TYPE_HTTP },
    { "message-id", 1u << TYPE_HTTP },
    { "reply-from", 1u << TYPE_HTTP | 1u << TYPE_OUTBOX },
    { "reply-text", 1u << TYPE_HTTP | 1u << TYPE_OUTBOX },
    { "reply-id", 1u << TYPE_HTTP | 1u << TYPE_OUTBOX },
    { "receipt-id", 1u << TYPE_HTTP | 1u << TYPE_OUTBOX },
    { "receipt-status", 1u << TYPE_HTTP | 1u << TYPE_OUTBOX },
    { "receipt-delivered", 1u << TYPE_HTTP | 1u << TYPE_OUTBOX },
    { "receipt-failed", 1u << TYPE_HTTP | 1u << TYPE_OUTBOX },
    { "signature", 1u << TYPE_HTTP },
    { "signature-key", 1u << TYPE_HTTP },
    { "hook-response", 1u << TYPE_HTTP },
    { "balance-url", 1u << TYPE_HTTP },
    { "balance", 1u << TYPE_HTTP },
    { "balance-unit", 1u << TYPE_HTTP },
    { "balance-divisor", 1u << TYPE_HTTP },
    { "balance-warning", 1u << TYPE_HTTP },
    { "username", 1u << TYPE_HTTP | 1u << TYPE_SMTP },
    { "password", 1u << TYPE_HTTP | 1u << TYPE_SMTP },
    { "ca-file", 1u << TYPE_HTTP | 1u << TYPE_SMTP },
    { "starttls", 1u << TYPE_SMTP },
    { "file", 1u << TYPE_OUTBOX },
    { "directory", 1u << TYPE_SPOOL },
    { "format", 1u << TYPE_SPOOL },
};

static bool is_of_voice(const char *key)
{
    return strncmp(key, "voice-", 6) == 0 || strncmp(key, "prompt-", 7) == 0 || strcmp(key, "ring-time") == 0;
}

static void check_keys_of_type(const struct scope *scope, unsigned type)
{
    for (const struct doc_entry *entry = scope->section->entries; entry && type != TYPE_HTTP; entry = entry->next) {
        if (is_of_voice(entry->key))
            load_error(scope->load, scope_origin(scope, entry), "'%s' means nothing to a gateway of type %s", entry->key,
                       types[type]);
    }
    for (size_t i = 0; i < N_ELEMENTS(key_types); i++) {
        const struct doc_entry *entry = doc_entry(scope->section, key_types[i].key);
        if (entry && !(key_types[i].types & 1u << type))
            load_error(scope->load, scope_origin(scope, entry), "'%s' means nothing to a gateway of type %s", entry->key,
                       types[type]);
    }
}

/* ---- what all types have ---- */

static const char *load_secret(const struct scope *scope, const char *key, bool literal_is_open)
{
    const struct doc_entry *entry = doc_entry(scope->section, key);
    if (!entry || !entry->value.text[0])
        return NULL;
    return secret_resolve(scope->load, scope->doc, entry->value.line, key, entry->value.text, literal_is_open);
}

/* The secret is a part of the hooks' path. */
static void load_hook_secret(const struct scope *scope, struct gateway *gateway)
{
    const struct doc_entry *entry = doc_entry(scope->section, "hook-secret");
    if (entry && (gateway->type == GATEWAY_SMTP || gateway->type == GATEWAY_SPOOL)) {
        load_warning(scope->load, scope_origin(scope, entry), "'hook-secret' has no effect: %s; remove the line",
                     gateway->type == GATEWAY_SMTP ? "e-mail brings no receipts, and is answered by its link"
                                                   : "a modem's replies and receipts are read from its directory");
        return;
    }
    const char *secret = load_secret(scope, "hook-secret", true);
    if (!secret)
        return;
    struct origin where = scope_origin(scope, doc_entry(scope->section, "hook-secret"));
    size_t len = strlen(secret);
    if (strspn(secret, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") != len || len > 128) {
        load_error(scope->load, where, "a hook-secret is at most 128 letters, digits, '-' and '_'");
        return;
    }
    if (len < 16)
        load_warning(scope->load, where, "the hook-secret is short enough to guess; take 16 characters or more");
    gateway->hook_secret = secret;
}

static void add_path_part(struct buf *buf, const char *text)
{
    static const char hex[] = "0123456789ABCDEF";
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || strchr("-._~", c);
        if (plain) {
            buf_add_char(buf, (char)c);
        } else {
            buf_add_char(buf, '%');
            buf_add_char(buf, hex[c >> 4]);
            buf_add_char(buf, hex[c & 15]);
        }
    }
}

static void set_receipt_base(struct load *load, struct gateway *gateway)
{
    if (!load->config->public_url || !gateway->hook_secret)
        return;
    CLEANUP_BUF struct buf base = { 0 };
    buf_add_text(&base, load->config->public_url);
    buf_add_text(&base, "/hooks/");
    add_path_part(&base, gateway->name);
    buf_add_char(&base, '/');
    add_path_part(&base, gateway->hook_secret);
    gateway->receipt_base = arena_strdup(load->arena, buf_text(&base));
}

/* +46701740692 or 71234 can receive; letters cannot. An alphanumeric sender has at most 11 characters (3GPP TS 23.040,
 * 9.1.2.5). */
static void load_sender(const struct scope *scope, struct gateway *gateway)
{
    const struct doc_entry *entry = doc_entry(scope->section, "from");
    gateway->from = value_text(scope, "from", NULL);
    gateway->from_is_number = true;
    if (!gateway->from || strchr(gateway->from, '@'))
        return;
    const char *number = gateway->from + (gateway->from[0] == '+');
    gateway->from_is_number = number[strspn(number, "0123456789")] == '\0';
    if (gateway->from_is_number && gateway->from[0] == '+' && parse_phone_problem(gateway->from))
        load_error(scope->load, scope_origin(scope, entry), "from = '%s' %s", gateway->from, parse_phone_problem(gateway->from));
    else if (!gateway->from_is_number && strlen(gateway->from) > 11)
        load_error(scope->load, scope_origin(scope, entry),
                   "from = '%s' is longer than the 11 characters that a sender's name may have", gateway->from);
}

/* With -t alone, as the spool's directories: each message reads it anew. */
static void load_ca_file(const struct scope *scope, struct gateway *gateway)
{
    const char *ca_file = value_text(scope, "ca-file", NULL);
    CLEANUP_BUF struct buf bytes = { 0 };
    if (!ca_file)
        return;
    gateway->ca_file = load_path(scope->load, ca_file);
    enum err err = scope->load->env->check_only ? slurp_file(gateway->ca_file, SLURP_MAX_BYTES, &bytes, NULL) : ERR_OK;
    if (err == ERR_NOT_FOUND)
        load_error(scope->load, scope_origin(scope, doc_entry(scope->section, "ca-file")), "there is no file %s",
                   gateway->ca_file);
    else if (err)
        load_unreadable(scope->load, scope_origin(scope, doc_entry(scope->section, "ca-file")), gateway->ca_file, err);
}

static void load_common(const struct layers *layers, struct gateway *gateway)
{
    const struct scope *own = &layers->own;
    bool modem = gateway->type == GATEWAY_SPOOL;     /* some seconds a text, one after the other */
    int64_t timeout_usec = modem ? 20 * USEC_PER_SEC : 10 * USEC_PER_SEC;
    gateway->timeout_usec = value_duration(layers_scope(layers, "timeout"), "timeout", timeout_usec, USEC_PER_SEC,
                                           10 * USEC_PER_MIN);
    gateway->receipt_timeout_usec = value_duration(own, "receipt-timeout", 0, USEC_PER_SEC, USEC_PER_DAY);
    gateway->window = value_number(layers_scope(layers, "window"), "window", modem ? 4 : 128, 1, 10000);
    (void)value_rate(own, "rate", "10/s", CONFIG_MAX_RATE, &gateway->rate, &gateway->rate_usec);
    gateway->username = load_secret(own, "username", false);
    gateway->password = load_secret(own, "password", true);
    load_ca_file(own, gateway);
    load_hook_secret(own, gateway);
    set_receipt_base(own->load, gateway);
}

/* ---- the types ---- */

static void load_smtp(const struct scope *scope, struct gateway *gateway)
{
    static const char *const choices[] = { "required", "opportunistic", "no" };
    static const int values[] = { TRANSFER_STARTTLS_REQUIRED, TRANSFER_STARTTLS_OPPORTUNISTIC, TRANSFER_STARTTLS_NO };
    const struct doc_entry *entry = doc_entry(scope->section, "url");
    gateway->starttls = values[value_choice(scope, "starttls", choices, N_ELEMENTS(choices), 0)];
    gateway->smtp_url = value_text(scope, "url", NULL);
    if (!gateway->smtp_url) {
        load_error(scope->load, gateway->origin, "a gateway of type smtp needs an 'url', as smtp://mail.example.se:587");
    } else {
        size_t scheme = strncmp(gateway->smtp_url, "smtps://", 8) == 0 ? 8
                        : strncmp(gateway->smtp_url, "smtp://", 7) == 0 ? 7 : 0;
        if (scheme == 0 || !gateway->smtp_url[scheme] || strpbrk(gateway->smtp_url + scheme, " \t\"<>@?#"))
            load_error(scope->load, scope_origin(scope, entry), "url '%s' is no smtp://HOST:PORT or smtps://HOST:PORT",
                       gateway->smtp_url);
    }
    entry = doc_entry(scope->section, "from");
    gateway->from = value_text(scope, "from", NULL);
    const char *problem = gateway->from ? parse_email_problem(gateway->from) : NULL;
    if (!gateway->from)
        load_error(scope->load, gateway->origin, "a gateway of type smtp needs a 'from' address");
    else if (problem)
        load_error(scope->load, scope_origin(scope, entry), "from = '%s' %s", gateway->from, problem);
}

/* Without a provider there is no format to follow: replies are fields `from` and `text`. */
static void load_outbox(const struct layers *layers, struct gateway *gateway)
{
    const char *file = value_text(&layers->own, "file", NULL);
    if (!file)
        load_error(layers->own.load, gateway->origin, "a gateway of type outbox needs a 'file'");
    else
        gateway->outbox_path = load_path(layers->own.load, file);
    load_sender(&layers->own, gateway);
    gateway_http_load_hooks(layers, gateway);
    if (!gateway->http.reply_from) {
        gateway->http.reply_from = "field:from";
        gateway->http.reply_text = "field:text";
    }
    if (!gateway->http.receipt_status) {
        gateway->http.receipt_status = "field:status";
        gateway->http.receipt_delivered = "delivered";
        gateway->http.receipt_failed = "failed";
    }
}

/* With -t alone: a disk that hangs must not hang the daemon. */
static void check_spool(const struct scope *scope, const char *directory)
{
    static const char *const needed[] = { "outgoing", "checked", "sent", "failed", "incoming" };
    struct stat info;
    for (size_t i = 0; scope->load->env->check_only && i < N_ELEMENTS(needed); i++) {
        CLEANUP_BUF struct buf path = { 0 };
        buf_printf(&path, "%s/%s", directory, needed[i]);
        if (stat(buf_text(&path), &info) != 0 || !S_ISDIR(info.st_mode))
            load_warning(scope->load, scope_origin(scope, doc_entry(scope->section, "directory")),
                         "there is no directory %s: is smstools installed, and does its smsd.conf name '%s'?", buf_text(&path),
                         needed[i]);
    }
}

static void load_spool(const struct scope *scope, struct gateway *gateway)
{
    static const char *const formats[] = { "smstools" };
    const char *directory = value_text(scope, "directory", NULL);
    (void)value_choice(scope, "format", formats, N_ELEMENTS(formats), 0);
    load_sender(scope, gateway);
    if (!directory) {
        load_error(scope->load, gateway->origin, "a gateway of type spool needs a 'directory', as /var/spool/sms");
        return;
    }
    gateway->spool_directory = load_path(scope->load, directory);
    check_spool(scope, gateway->spool_directory);
}

static unsigned load_http(struct layers *layers, struct gateway *gateway)
{
    unsigned can = (1u << CHANNEL_COUNT) - 1;
    const struct doc_entry *entry = doc_entry(layers->own.section, "preset");
    bool preset_failed = false;
    if (entry && entry->value.text[0]) {
        gateway->preset = entry->value.text;
        preset_load(layers->own.load, scope_origin(&layers->own, entry), entry->value.text, &layers->preset, &can);
        preset_failed = !layers->preset.section;
    }
    load_sender(&layers->own, gateway);
    gateway->http.signature_key = load_secret(&layers->own, "signature-key", true);
    /* A preset that is not there is one problem, not also all that it would have said. */
    if (preset_failed)
        return can;
    gateway_http_load(layers, gateway);
    bool rings = gateway->voice.key[VOICE_URL] != NULL;
    can = rings ? can | 1u << CHANNEL_VOICE : can & ~(1u << CHANNEL_VOICE);
    return rings && !gateway->http.url ? 1u << CHANNEL_VOICE : can;
}

/* What it can serve; 0 if it is unusable. */
static unsigned read_gateway(struct load *load, const struct doc *doc, const struct doc_section *section, struct gateway *gateway)
{
    struct layers layers = { .own = { .load = load, .doc = doc, .section = section }, .preset = { .load = load } };
    gateway->origin = scope_section_origin(&layers.own);
    const struct doc_entry *entry = doc_entry(section, "type");
    if (!entry) {
        load_error(load, gateway->origin, "the gateway has no 'type': http, smtp, spool or outbox");
        return 0;
    }
    size_t type = value_choice(&layers.own, "type", types, N_ELEMENTS(types), TYPE_COUNT);
    if (type == TYPE_COUNT)
        return 0;
    check_keys_of_type(&layers.own, (unsigned)type);
    unsigned can = (1u << CHANNEL_COUNT) - 1;
    gateway->type = gateway_types[type];
    load_common(&layers, gateway);
    if (gateway->type == GATEWAY_HTTP)
        can = load_http(&layers, gateway);
    else if (gateway->type == GATEWAY_SMTP)
        load_smtp(&layers.own, gateway), can = 1u << CHANNEL_EMAIL;
    else if (gateway->type == GATEWAY_SPOOL)
        load_spool(&layers.own, gateway), can = 1u << CHANNEL_SMS;
    else
        load_outbox(&layers, gateway);
    gateway_check_load(&layers, gateway, can);
    return can;
}

/* ---- gateways/NAME.ini ---- */

static void read_file(struct load *load, const char *name, struct gateway *gateways, size_t *n)
{
    CLEANUP_BUF struct buf file = { 0 };
    buf_printf(&file, "gateways/%s.ini", name);
    const struct doc *doc = load_document(load, buf_text(&file), true, kinds, N_ELEMENTS(kinds), NULL);
    if (!doc)
        return;
    bool found = false;
    for (const struct doc_section *section = doc->sections; section; section = section->next) {
        if (strcmp(section->kind, "gateway") != 0 || !section->name)
            continue;
        if (strcmp(section->name, name) != 0) {
            load_error(load, doc_origin(doc, section->line),
                       "[gateway %s] stands in a file named %s.ini; a gateway's file has its name", section->name, name);
            found = true;
        } else if (!found) {
            found = true;
            gateways[*n] = (struct gateway){ .name = section->name };
            load->gateway_can[*n] = read_gateway(load, doc, section, &gateways[*n]);
            load->gateway_hooks[*n] = doc_entry(section, "hook-secret") != NULL;
            *n += load->gateway_can[*n] != 0;
        }
    }
    if (!found && !doc->sections)
        load_error(load, doc_origin(doc, 0), "the file has no [gateway %s]", name);
}

void gateways_load(struct load *load)
{
    struct gateway *gateways = arena_alloc(load->arena, CONFIG_MAX_GATEWAYS * sizeof *gateways);
    size_t n = 0;
    load_names(load, "gateways", &load->gateways);
    if (load->gateways.n > CONFIG_MAX_GATEWAYS) {
        problems_add(load->problems, PROBLEM_ERROR, "gateways", 0, "more than %d gateways", CONFIG_MAX_GATEWAYS);
        return;
    }
    for (size_t i = 0; i < load->gateways.n; i++)
        read_file(load, load->gateways.list[i], gateways, &n);
    load->config->gateways = gateways;
    load->config->n_gateways = n;
}

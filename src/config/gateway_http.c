#include "config/gateway_http.h"

#include <regex.h>

#include "base/buf.h"
#include "base/text.h"
#include "config/gateway_voice.h"

const struct scope *layers_scope(const struct layers *layers, const char *key)
{
    return doc_entry(layers->own.section, key) ? &layers->own : &layers->preset;
}

const struct doc_entry *layers_entry(const struct layers *layers, const char *key, struct origin *ret_where)
{
    const struct scope *scope = layers_scope(layers, key);
    const struct doc_entry *entry = doc_entry(scope->section, key);
    if (entry)
        *ret_where = scope_origin(scope, entry);
    return entry;
}

/* ---- rules: how something is read from what a provider sends ---- */

/* A POSIX extended expression between slashes. Nested repetition could make a small one take all memory. */
static const char *pattern_problem(struct load *load, const char *text)
{
    size_t len = strlen(text), braces = 0;
    if (len < 3 || text[len - 1] != '/')
        return "is no /PATTERN/";
    const char *pattern = arena_strndup(load->arena, text + 1, len - 2);
    for (const char *c = pattern; *c; c++)
        braces += *c == '{';
    regex_t regex;
    if (braces > 1 || regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB) != 0)
        return "is no pattern that can be used";
    regfree(&regex);
    return NULL;
}

static bool only_of(const char *text, const char *more)
{
    for (const char *c = text; *c; c++) {
        bool plain = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') ||
                     (unsigned char)*c >= 0x80;
        if (!plain && !strchr(more, *c))
            return false;
    }
    return *text != '\0';
}

/* field:NAME, json:PATH or /PATTERN/ (of a reply alone); a bare word means `bare`, "field:" or "json:". */
const char *gateway_http_load_rule(const struct layers *layers, const char *key, const char *bare, bool pattern_allowed)
{
    struct load *load = layers->own.load;
    struct origin where;
    const struct doc_entry *entry = layers_entry(layers, key, &where);
    if (!entry || !entry->value.text[0])
        return NULL;
    const char *text = entry->value.text, *problem = NULL;
    if (text[0] == '/' && pattern_allowed)
        problem = pattern_problem(load, text);
    else if (strncmp(text, "json:", 5) == 0)
        problem = only_of(text + 5, "._-") ? NULL : "is no path, as json:message.id";
    else if (strncmp(text, "field:", 6) == 0)
        problem = pattern_allowed ? "is no json:PATH and no /PATTERN/"
                  : only_of(text + 6, "._-") ? NULL : "is no field, as field:from";
    else if (!only_of(text, "._-"))
        problem = pattern_allowed ? "is no json:PATH and no /PATTERN/" : "is no field:NAME and no json:PATH";
    else {
        CLEANUP_BUF struct buf full = { 0 };
        buf_add_text(&full, bare);
        buf_add_text(&full, text);
        return arena_strdup(load->arena, buf_text(&full));
    }
    if (problem)
        load_error(load, where, "%s = '%s' %s", key, text, problem);
    return text;
}

/* "200" or "200-299": what can be the code of a reply, and not all of it of redirects, which are never followed. */
static const char *codes_problem(const char *at, size_t len)
{
    bool good = len == 3 || (len == 7 && at[3] == '-');
    for (size_t i = 0; good && i < len; i++)
        good = i == 3 || (at[i] >= '0' && at[i] <= '9');
    const char *last = len == 7 ? at + 4 : at;
    if (!good || strncmp(last, at, 3) < 0)
        return "is no list of HTTP codes, as 200-299, and no /PATTERN/";
    if (at[0] < '2' || last[0] > '5')
        return "has codes that no reply has: they go from 200 to 599";
    return at[0] == '3' && last[0] == '3' ? "would never be met: redirects are not followed" : NULL;
}

/* "200-299, 404", "/pattern/", or both. */
static const char *accept_problem(struct load *load, const char *text)
{
    const char *pattern = strchr(text, '/');
    const char *problem = pattern ? pattern_problem(load, pattern) : NULL;
    const char *at = text + strspn(text, " \t,");
    while (!problem && *at && at != pattern) {
        size_t len = strcspn(at, " \t,");
        problem = codes_problem(at, len);
        at += len;
        at += strspn(at, " \t,");
    }
    return problem;
}

const char *gateway_http_load_accept(const struct layers *layers, const char *key, const char *fallback)
{
    struct origin where;
    const struct doc_entry *entry = layers_entry(layers, key, &where);
    if (!entry || !entry->value.text[0])
        return fallback;
    const char *problem = accept_problem(layers->own.load, entry->value.text);
    if (problem)
        load_error(layers->own.load, where, "%s = '%s' %s", key, entry->value.text, problem);
    return entry->value.text;
}

/* ---- templates ---- */

static bool is_known(const struct names *known, const char *name)
{
    for (size_t i = 0; i < known->n; i++) {
        if (strcmp(known->list[i], name) == 0)
            return true;
    }
    return false;
}

/* One that the gateway has no value for. */
static bool is_missing(const struct gateway *gateway, const char *name)
{
    return (strcmp(name, "from") == 0 && !gateway->from) || (strcmp(name, "username") == 0 && !gateway->username)
        || (strcmp(name, "password") == 0 && !gateway->password);
}

/* What could be meant as a placeholder's name, behind its brace; 0: the brace is the template's own, as JSON's. */
static size_t name_len(const char *text)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    size_t len = strspn(text, letters);
    return text[len] == '}' && strcspn(text, "0123456789_-") > 0 ? len : 0;
}


void gateway_http_check_template(const struct layers *layers, struct origin where, const char *key, const char *template,
                                 const struct gateway *gateway, const struct names *known)
{
    struct load *load = layers->own.load;
    for (const char *open = strchr(template, '{'); open; open = strchr(open + 1, '{')) {
        size_t len = name_len(open + 1);
        if (len == 0)
            continue;
        const char *name = arena_strndup(load->arena, open + 1, len);
        if (!is_known(known, name)) {
            load_unknown(load, where, "placeholder", name, known);
        } else if (is_missing(gateway, name) && !doc_entry(layers->own.section, name)) {
            /* One that is given, but could not be had, was reported there. */
            load_error(load, gateway->origin, "'%s' is missing: '%s' uses {%s}", name, key, name);
        }
    }
}

static void check_template(const struct layers *layers, struct origin where, const char *key, const char *template,
                           const struct gateway *gateway)
{
    static const char *known[] = { "to", "from", "text", "subject", "page", "receipt-url", "username", "password", "coding" };
    gateway_http_check_template(layers, where, key, template, gateway,
                                &(struct names){ .list = known, .n = N_ELEMENTS(known) });
}

static bool has_control(const char *text)
{
    for (; *text; text++) {
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            return true;
    }
    return false;
}

static void load_headers(const struct layers *layers, struct gateway *gateway)
{
    const struct scope *scope = layers_scope(layers, "header");
    struct load *load = scope->load;
    for (const struct doc_entry *entry = doc_entry(scope->section, "header"); entry; entry = doc_next_entry(entry, "header")) {
        struct origin where = scope_origin(scope, entry);
        CLEANUP_BUF struct buf joined = { 0 };
        for (const struct doc_line *line = &entry->value; line; line = line->next)
            buf_add_text(&joined, line->text);
        const char *header = arena_strdup(load->arena, buf_text(&joined));
        size_t name_len = strcspn(header, ": \t");
        if (name_len == 0 || header[name_len] != ':' || has_control(header))
            load_error(load, where, "header = '%s' is not 'Name: value'", header);
        else if (gateway->http.n_headers == CONFIG_MAX_HEADERS)
            load_error(load, where, "more than %d headers", CONFIG_MAX_HEADERS);
        else
            gateway->http.headers[gateway->http.n_headers++] = header;
        check_template(layers, where, "header", header, gateway);
    }
}

const char *gateway_http_address_problem(const char *url)
{
    size_t scheme = strncmp(url, "https://", 8) == 0 ? 8 : strncmp(url, "http://", 7) == 0 ? 7 : 0;
    bool bad = scheme == 0 || url[scheme] == '\0' || url[scheme] == '/' || has_control(url) || strpbrk(url, " \t\"<>");
    return bad ? "is no address that begins with https:// or http://" : NULL;
}

static void load_url(const struct layers *layers, struct gateway *gateway)
{
    const struct scope *scope = layers_scope(layers, "url");
    struct origin where = gateway->origin;
    const struct doc_entry *entry = layers_entry(layers, "url", &where);
    const char *url = entry ? value_raw(scope, "url") : NULL;
    gateway->http.url = url;
    if (!url) {
        if (!gateway->voice.key[VOICE_URL])
            load_error(scope->load, where, "a gateway of type http needs an 'url' or a 'preset'");
        return;
    }
    const char *problem = gateway_http_address_problem(url);
    if (problem)
        load_error(scope->load, where, "url '%s' %s", url, problem);
    check_template(layers, where, "url", url, gateway);
}

static void load_body(const struct layers *layers, struct gateway *gateway)
{
    struct gateway_http *http = &gateway->http;
    struct origin where = gateway->origin;
    const struct scope *scope = layers_scope(layers, "body");
    layers_entry(layers, "body", &where);
    http->body = value_raw(scope, "body");
    http->content_type = value_text(layers_scope(layers, "content-type"), "content-type", NULL);
    if (!http->body)
        return;
    if (!http->content_type)
        http->content_type = strchr("{[", http->body[0]) ? "application/json" : "application/x-www-form-urlencoded";
    check_template(layers, where, "body", http->body, gateway);
}

static void load_method(const struct layers *layers, struct gateway *gateway)
{
    static const char *const methods[] = { "POST", "GET", "PUT" };
    const struct scope *scope = layers_scope(layers, "method");
    gateway->http.method = methods[value_choice(scope, "method", methods, N_ELEMENTS(methods), 0)];
    if (strcmp(gateway->http.method, "GET") == 0 && gateway->http.body)
        load_error(scope->load, gateway->origin, "method = GET sends no 'body'; put the placeholders into the url");
}

static void warn_if_text_is_missing(struct load *load, const struct gateway *gateway)
{
    static const char *const needed[] = { "{to}", "{text}" };
    const struct gateway_http *http = &gateway->http;
    for (size_t i = 0; http->url && i < N_ELEMENTS(needed); i++) {
        if (!strstr(http->url, needed[i]) && !(http->body && strstr(http->body, needed[i])))
            load_error(load, gateway->origin, "neither 'url' nor 'body' uses %s: no page could get through", needed[i]);
    }
}

/* Without the key, or the address that was signed, every call would be refused: that is said here, not found out in the night. */
static void load_signature(const struct layers *layers, struct gateway *gateway)
{
    static const char *const names[] = { [SIGNATURE_NONE] = "no", [SIGNATURE_TWILIO] = "twilio-hmac-sha1" };
    struct load *load = layers->own.load;
    struct gateway_http *http = &gateway->http;
    http->signature = (enum signature)value_choice(layers_scope(layers, "signature"), "signature", names, N_ELEMENTS(names), 0);
    bool key_given = doc_entry(layers->own.section, "signature-key") || doc_entry(layers->own.section, "password");
    if (!http->signature_key)
        http->signature_key = gateway->password;
    if (http->signature == SIGNATURE_NONE || !gateway->hook_secret)
        return;
    if (!http->signature_key && !key_given)
        load_error(load, gateway->origin,
                   "this provider signs its calls: a 'password' or a 'signature-key' is needed to check them");
    if (!load->config->public_url && !load->beredd_missing)
        load_warning(load, gateway->origin,
                     "this provider signs its calls to 'public-url', which is missing: every call will be refused");
}

void gateway_http_load_hooks(const struct layers *layers, struct gateway *gateway)
{
    struct gateway_http *http = &gateway->http;
    http->reply_from = gateway_http_load_rule(layers, "reply-from", "field:", false);
    http->reply_text = gateway_http_load_rule(layers, "reply-text", "field:", false);
    http->reply_id = gateway_http_load_rule(layers, "reply-id", "field:", false);
    http->receipt_id = gateway_http_load_rule(layers, "receipt-id", "field:", false);
    http->receipt_status = gateway_http_load_rule(layers, "receipt-status", "field:", false);
    http->receipt_delivered = value_text(layers_scope(layers, "receipt-delivered"), "receipt-delivered", NULL);
    http->receipt_failed = value_text(layers_scope(layers, "receipt-failed"), "receipt-failed", NULL);
    if (!http->receipt_status && (http->receipt_delivered || http->receipt_failed))
        http->receipt_status = "field:status";
    if (!http->reply_from != !http->reply_text)
        load_error(layers->own.load, gateway->origin, "reply-from and reply-text belong together; '%s' is missing",
                   http->reply_from ? "reply-text" : "reply-from");
}

void gateway_http_load(const struct layers *layers, struct gateway *gateway)
{
    struct load *load = layers->own.load;
    gateway_voice_load(layers, gateway);
    load_url(layers, gateway);
    load_body(layers, gateway);
    load_method(layers, gateway);
    load_headers(layers, gateway);
    gateway->http.accept = gateway_http_load_accept(layers, "accept", "200-299");
    gateway->http.accept_later = gateway_http_load_accept(layers, "accept-later", NULL);
    gateway->http.message_id = gateway_http_load_rule(layers, "message-id", "json:", true);
    gateway_http_load_hooks(layers, gateway);
    load_signature(layers, gateway);
    gateway_balance_load(layers, gateway);
    gateway->http.hook_response = value_raw(layers_scope(layers, "hook-response"), "hook-response");
    warn_if_text_is_missing(load, gateway);
}

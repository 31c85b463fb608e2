#include "config/endpoint.h"

#include <arpa/inet.h>

#include "base/buf.h"
#include "base/text.h"
#include "config/slurp.h"
#include "config/value.h"

const struct doc_key endpoint_keys[ENDPOINT_N_KEYS] = {
    { "listen", DOC_REPEAT | DOC_LONG }, { "public-url", DOC_ONCE },           { "tls-certificate", DOC_ONCE },
    { "tls-key", DOC_ONCE },             { "trusted-proxy", DOC_REPEAT | DOC_LONG },
};

/* ---- addresses ---- */

static bool is_address(const char *text, bool *ret_loopback)
{
    struct in_addr four;
    struct in6_addr six;
    if (inet_pton(AF_INET, text, &four) == 1) {
        *ret_loopback = (ntohl(four.s_addr) >> 24) == 127;
        return true;
    }
    if (inet_pton(AF_INET6, text, &six) == 1) {
        *ret_loopback = IN6_IS_ADDR_LOOPBACK(&six);
        return true;
    }
    return false;
}

/* 127.0.0.1:8787 or [::1]:8787; numbers only, so that listening never waits for a name server. */
static bool is_listen_address(const char *text, bool *ret_loopback)
{
    char host[INET6_ADDRSTRLEN];
    bool bracket = text[0] == '[';
    const char *start = text + bracket;
    const char *end = bracket ? strchr(start, ']') : strrchr(start, ':');
    uint64_t port;
    if (!end || end == start || (size_t)(end - start) >= sizeof host)
        return false;
    memcpy(host, start, (size_t)(end - start));
    host[end - start] = '\0';
    const char *colon = end + bracket;
    bool six = strchr(host, ':') != NULL;
    return *colon == ':' && six == bracket && is_address(host, ret_loopback) && text_to_u64(colon + 1, 65535, &port) == ERR_OK;
}

static bool add_unique(const char **list, size_t *n, const char *item)
{
    for (size_t i = 0; i < *n; i++) {
        if (strcmp(list[i], item) == 0)
            return false;
    }
    list[(*n)++] = item;
    return true;
}

static void add_listen(struct load *load, struct origin where, const char *item)
{
    struct config *config = load->config;
    bool loopback = false;
    if (!is_listen_address(item, &loopback))
        load_error(load, where, "'%s' is no address to listen on; write it as 127.0.0.1:8787 or [::1]:8787", item);
    else if (config->n_listen == CONFIG_MAX_LISTEN)
        load_error(load, where, "more than %d addresses to listen on", CONFIG_MAX_LISTEN);
    else if (!add_unique(config->listen, &config->n_listen, item))
        load_warning(load, where, "'%s' is given twice", item);
    else if (!loopback && !config->tls_certificate && config->n_trusted_proxies == 0)
        load_warning(load, where, "'%s' is open to other machines without tls-certificate: tokens can be read on the way", item);
}

static void add_proxy(struct load *load, struct origin where, const char *item)
{
    struct config *config = load->config;
    bool loopback;
    if (!is_address(item, &loopback))
        load_error(load, where, "'%s' is no address of a proxy; write the bare number, as 127.0.0.1", item);
    else if (config->n_trusted_proxies == CONFIG_MAX_LISTEN)
        load_error(load, where, "more than %d trusted proxies", CONFIG_MAX_LISTEN);
    else
        add_unique(config->trusted_proxies, &config->n_trusted_proxies, item);
}

static void for_each(const struct scope *scope, const char *key, void (*add)(struct load *, struct origin, const char *))
{
    for (const struct doc_entry *entry = doc_entry(scope->section, key); entry; entry = doc_next_entry(entry, key)) {
        struct origin where = scope_origin(scope, entry);
        struct value_list list;
        const char *item;
        value_list_begin(&list, entry);
        while ((item = value_list_next(&list, scope->load, &where.line)) != NULL && !problems_full(scope->load->problems))
            add(scope->load, where, item);
    }
}

/* ---- the public address ---- */

static const char *url_problem(const char *url)
{
    size_t scheme = strncmp(url, "https://", 8) == 0 ? 8 : strncmp(url, "http://", 7) == 0 ? 7 : 0;
    if (scheme == 0)
        return "does not begin with https:// or http://";
    if (url[scheme] == '\0' || url[scheme] == '/')
        return "has no host";
    for (const char *c = url; *c; c++) {
        unsigned char u = (unsigned char)*c;
        if (u <= 0x20 || u >= 0x7f || strchr("\"<>\\^`{|}", u))
            return "holds a character that an address may not have";
    }
    return strpbrk(url, "?#@") ? "may not have a query, a fragment or a user" : NULL;
}

static void load_public_url(const struct scope *scope)
{
    const struct doc_entry *entry = doc_entry(scope->section, "public-url");
    if (!entry || !entry->value.text[0]) {
        if (!scope->load->beredd_missing)
            load_warning(scope->load, scope_section_origin(scope),
                         "no 'public-url': pages carry no link, and providers cannot send replies or receipts");
        return;
    }
    const char *problem = url_problem(entry->value.text);
    if (problem) {
        load_error(scope->load, scope_origin(scope, entry), "public-url '%s' %s", entry->value.text, problem);
        return;
    }
    size_t len = strlen(entry->value.text);
    while (len > 0 && entry->value.text[len - 1] == '/')
        len--;
    scope->load->config->public_url = arena_strndup(scope->load->arena, entry->value.text, len);
}

/* ---- TLS ---- */

/* Paging goes on without it, but nobody outside can trigger or answer until it is mended. */
static void tls_problem(const struct scope *scope, struct origin where, const char *problem)
{
    if (scope->load->env->starting)
        load_warning(scope->load, where, "%s: no TCP address is served until it can be used", problem);
    else
        load_error(scope->load, where, "%s", problem);
}

static const char *load_tls_file(const struct scope *scope, const char *key, bool *ret_readable)
{
    const struct doc_entry *entry = doc_entry(scope->section, key);
    const char *name = value_text(scope, key, NULL);
    *ret_readable = false;
    if (!name)
        return NULL;
    const char *path = load_path(scope->load, name);
    CLEANUP_BUF struct buf bytes = { 0 }, problem = { 0 };
    enum err err = slurp_file(path, SLURP_MAX_BYTES, &bytes, NULL);
    *ret_readable = err == ERR_OK;
    if (err == ERR_NOT_FOUND)
        buf_printf(&problem, "there is no file %s", path);
    else if (err && scope->load->env->starting)
        buf_printf(&problem, "%s cannot be read: %s", path, err_text(err));
    else if (err)
        load_unreadable(scope->load, scope_origin(scope, entry), path, err);
    if (problem.len > 0)
        tls_problem(scope, scope_origin(scope, entry), buf_text(&problem));
    return path;
}

static void check_pair(const struct scope *scope)
{
    const struct config *config = scope->load->config;
    enum err err = scope->load->env->check_tls ? scope->load->env->check_tls(config->tls_certificate, config->tls_key) : ERR_OK;
    if (err)
        tls_problem(scope, scope_origin(scope, doc_entry(scope->section, "tls-certificate")),
                    "tls-certificate and tls-key are no certificate and its key, in PEM");
}

static void load_tls(const struct scope *scope)
{
    struct config *config = scope->load->config;
    bool certificate_read, key_read;
    config->tls_certificate = load_tls_file(scope, "tls-certificate", &certificate_read);
    config->tls_key = load_tls_file(scope, "tls-key", &key_read);
    if (certificate_read && key_read)
        check_pair(scope);
    if (!config->tls_certificate != !config->tls_key)
        load_error(scope->load, scope_section_origin(scope), "tls-certificate and tls-key belong together; '%s' is missing",
                   config->tls_key ? "tls-certificate" : "tls-key");
}

void endpoint_load(struct load *load)
{
    struct config *config = load->config;
    struct scope scope = { .load = load, .doc = load->beredd, .section = doc_section(load->beredd, "http", NULL) };
    load_tls(&scope);
    load_public_url(&scope);
    for_each(&scope, "trusted-proxy", add_proxy);
    for_each(&scope, "listen", add_listen);
    if (!doc_entry(scope.section, "listen"))
        config->listen[config->n_listen++] = "127.0.0.1:8787";
}

#include "gateways/gateway_reply.h"

#include <string.h>

#include "base/text.h"
#include "gateways/json_path.h"

enum { PATTERN_MAX_BODY = 16 * 1024, ID_MAX = 128 };

/* ---- reading the rule ---- */

static enum err compile(regex_t *regex, const char *pattern, size_t len, struct buf *ret_reason)
{
    CLEANUP_FREE char *text = mem_strndup(pattern, len);
    int code = regcomp(regex, text, REG_EXTENDED);
    if (code == 0)
        return ERR_OK;
    char why[128];
    regerror(code, regex, why, sizeof why);
    buf_printf(ret_reason, "the pattern /%s/ cannot be used: %s", text, why);
    return ERR_SYNTAX;
}

static bool read_code(const char **text, long *ret)
{
    *ret = 0;
    int digits = 0;
    for (; **text >= '0' && **text <= '9' && digits < 3; digits++)
        *ret = *ret * 10 + *(*text)++ - '0';
    return digits == 3;
}

static enum err read_range(struct reply_rule *rule, const char **text)
{
    long from, to;
    if (rule->n_ranges == REPLY_MAX_RANGES || !read_code(text, &from))
        return ERR_SYNTAX;
    to = from;
    if (**text == '-') {
        (*text)++;
        if (!read_code(text, &to))
            return ERR_SYNTAX;
    }
    rule->ranges[rule->n_ranges].from = from;
    rule->ranges[rule->n_ranges++].to = to;
    return to >= from && strchr(" ,\t/", **text) ? ERR_OK : ERR_SYNTAX;
}

static enum err read_pattern(struct reply_rule *rule, const char **text, struct buf *ret_reason)
{
    const char *begin = *text + 1, *end = strrchr(begin, '/');
    if (!end || rule->has_pattern)
        return ERR_SYNTAX;
    enum err err = compile(&rule->pattern, begin, (size_t)(end - begin), ret_reason);
    rule->has_pattern = err == ERR_OK;
    *text = end + 1;
    return err;
}

static enum err read_accept(struct reply_rule *rule, const char *accept, struct buf *ret_reason)
{
    const char *text = accept + strspn(accept, " ,\t");
    while (*text) {
        enum err err = *text == '/' ? read_pattern(rule, &text, ret_reason) : read_range(rule, &text);
        if (err) {
            if (ret_reason->len == 0)
                buf_printf(ret_reason, "accept = %s is neither codes (200, 200-299) nor a /pattern/", accept);
            return err;
        }
        text += strspn(text, " ,\t");
    }
    return ERR_OK;
}

static enum err read_message_id(struct reply_rule *rule, const char *message_id, struct buf *ret_reason)
{
    size_t len = strlen(message_id);
    if (message_id[0] != '/') {
        rule->id_path = mem_strdup(strncmp(message_id, "json:", 5) == 0 ? message_id + 5 : message_id);
        return ERR_OK;
    }
    if (len < 3 || message_id[len - 1] != '/') {
        buf_printf(ret_reason, "message-id = %s is no /pattern/", message_id);
        return ERR_SYNTAX;
    }
    enum err err = compile(&rule->id_pattern, message_id + 1, len - 2, ret_reason);
    rule->has_id_pattern = err == ERR_OK;
    return err;
}

enum err reply_rule_parse(struct reply_rule *rule, const char *accept, const char *message_id, struct buf *ret_reason)
{
    enum err err = read_accept(rule, accept ? accept : "", ret_reason);
    if (!err && message_id && *message_id)
        err = read_message_id(rule, message_id, ret_reason);
    if (!err && rule->n_ranges == 0) {
        rule->ranges[0].from = 200;
        rule->ranges[0].to = 299;
        rule->n_ranges = 1;
    }
    return err;
}

void reply_rule_done(struct reply_rule *rule)
{
    if (rule->has_pattern)
        regfree(&rule->pattern);
    if (rule->has_id_pattern)
        regfree(&rule->id_pattern);
    free(rule->id_path);
    *rule = (struct reply_rule){ 0 };
}

/* ---- judging a reply ---- */

static bool status_accepted(const struct reply_rule *rule, long status)
{
    for (size_t i = 0; i < rule->n_ranges; i++) {
        if (status >= rule->ranges[i].from && status <= rule->ranges[i].to)
            return true;
    }
    return false;
}

/* Patterns look at a beginning of the body: a provider's answer is short, and a hostile one must not cost seconds. */
static bool matches(const regex_t *regex, const struct transfer_result *result, struct buf *ret_found)
{
    CLEANUP_FREE char *body =
        mem_strndup(result->body, result->body_len < PATTERN_MAX_BODY ? result->body_len : PATTERN_MAX_BODY);
    regmatch_t found[2];
    if (regexec(regex, body, N_ELEMENTS(found), found, 0) != 0)
        return false;
    const regmatch_t *part = regex->re_nsub > 0 && found[1].rm_so >= 0 ? &found[1] : &found[0];
    if (ret_found)
        buf_add(ret_found, body + part->rm_so, (size_t)(part->rm_eo - part->rm_so));
    return true;
}

static bool find_id(const struct reply_rule *rule, const struct transfer_result *result, struct buf *ret_id)
{
    CLEANUP_BUF struct buf raw = { 0 };
    bool found = rule->id_path ? json_path_text(result->body, result->body_len, rule->id_path, &raw)
                               : matches(&rule->id_pattern, result, &raw);
    text_add_clean_line(ret_id, buf_text(&raw), raw.len);
    buf_cut(ret_id, text_utf8_cut(buf_text(ret_id), ret_id->len, ID_MAX));
    return found && ret_id->len > 0;
}

static const char *status_words(long status)
{
    switch (status) {
    case 401:
    case 403:
        return ": it does not accept our credentials";
    case 404:
        return ": there is nothing at that address";
    case 429:
        return ": too many requests";
    }
    if (status >= 300 && status < 400)
        return ": a redirect, which is not followed";
    return status >= 500 ? ": the provider has trouble" : "";
}

bool reply_rule_accepts(const struct reply_rule *rule, const struct transfer_result *result, struct buf *ret_id,
                        struct buf *ret_reason)
{
    bool redirect = result->status >= 300 && result->status < 400;
    if (redirect || !status_accepted(rule, result->status)) {
        buf_printf(ret_reason, "HTTP %ld%s", result->status, status_words(result->status));
        return false;
    }
    if (rule->has_pattern && !matches(&rule->pattern, result, NULL)) {
        buf_printf(ret_reason, "HTTP %ld, but the reply is not what 'accept' asks for", result->status);
        return false;
    }
    if ((rule->id_path || rule->has_id_pattern) && !find_id(rule, result, ret_id)) {
        buf_printf(ret_reason, "HTTP %ld, but the reply holds no message id", result->status);
        return false;
    }
    return true;
}

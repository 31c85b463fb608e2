#include "gateways/hook.h"

#include <string.h>

#include "base/text.h"
#include "gateways/json_path.h"

enum { TEXT_MAX = 1600, ID_MAX = 128, STATUS_MAX = 40, NUMBER_MIN_DIGITS = 4, NUMBER_MAX_DIGITS = 15 };

/* ---- where a value stands ---- */

/* A provider whose texts are not in UTF-8 means Latin-1: an answer by SMS is too dear to be thrown away for an "å". The form
 * is written anew, with each such byte as the two of its character. */
static void add_form_from_latin1(struct buf *buf, const char *form, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char byte = (unsigned char)form[i];
        bool encoded =
            form[i] == '%' && len - i > 2 && text_from_hex((char[]) { form[i + 1], form[i + 2], 0 }, &byte, 1) == ERR_OK;
        if (byte >= 0x80) {
            buf_printf(buf, "%%%02X%%%02X", 0xC0 | byte >> 6, 0x80 | (byte & 0x3F));
            i += encoded ? 2 : 0;
        } else {
            buf_add_char(buf, form[i]);
        }
    }
}

static bool form_value(const char *form, size_t len, const char *name, struct buf *ret)
{
    if (http_form_value(form, len, name, ret))
        return true;
    CLEANUP_BUF struct buf again = { 0 };
    add_form_from_latin1(&again, form, len);
    return http_form_value(buf_text(&again), again.len, name, ret);
}

static bool is_form(const struct http_request *request)
{
    return request->body_len > 0 && strcmp(request->content_type, "application/json") != 0;
}

/* "field:NAME", "json:PATH", or a bare NAME: of the body, or else of the query, since some providers can only GET. */
static bool read_value(const struct http_request *request, const char *where, struct buf *ret)
{
    if (strncmp(where, "json:", 5) == 0)
        return json_path_text(request->body, request->body_len, where + 5, ret);
    const char *name = strncmp(where, "field:", 6) == 0 ? where + 6 : where;
    return (is_form(request) && form_value(request->body, request->body_len, name, ret))
        || form_value(request->query, strlen(request->query), name, ret);
}

/* Cut to max bytes; nothing where it is not said. */
static void read_line(const struct http_request *request, const char *where, size_t max, struct buf *ret)
{
    CLEANUP_BUF struct buf raw = { 0 };
    if (!where || !read_value(request, where, &raw))
        return;
    text_add_clean_line(ret, buf_text(&raw), raw.len);
    buf_cut(ret, text_utf8_cut(buf_text(ret), ret->len, max));
}

/* ---- replies ---- */

/* With a space where an unescaped plus was; one 0 before is Sweden's. */
bool hook_add_number(struct buf *buf, const char *text)
{
    char digits[NUMBER_MAX_DIGITS + 4];
    size_t n = 0;
    for (; *text; text++) {
        if (*text >= '0' && *text <= '9') {
            if (n == sizeof digits - 1)
                return false;
            digits[n++] = *text;
        } else if (!strchr("+ -()", *text)) {
            return false;
        }
    }
    digits[n] = '\0';
    size_t skip = digits[0] != '0' ? 0 : digits[1] != '0' ? 1 : 2;
    const char *country = skip == 1 ? "46" : "";
    size_t len = strlen(country) + n - skip;
    if (n - skip < NUMBER_MIN_DIGITS || len > NUMBER_MAX_DIGITS)
        return false;
    buf_add_char(buf, '+');
    buf_add_text(buf, country);
    buf_add_text(buf, digits + skip);
    return true;
}

static void set_text(struct hook_reply *reply, const struct buf *raw)
{
    text_add_clean_block(&reply->text, buf_text(raw), raw->len);
    buf_cut(&reply->text, text_utf8_cut(buf_text(&reply->text), reply->text.len, TEXT_MAX));
}

enum err hook_parse_reply(const struct gateway *gateway, const struct http_request *request, struct hook_reply *ret,
                          const char **ret_reason)
{
    bool outbox = gateway->type == GATEWAY_OUTBOX;       /* for trying things out: no preset says how */
    const char *from = gateway->http.reply_from ? gateway->http.reply_from : outbox ? "field:from" : NULL;
    const char *text = gateway->http.reply_text ? gateway->http.reply_text : outbox ? "field:text" : NULL;
    CLEANUP_BUF struct buf value = { 0 };
    *ret_reason = "";
    if (!from || !text) {
        *ret_reason = "this gateway cannot take replies";
        return ERR_UNSUPPORTED;
    }
    if (!read_value(request, from, &value)) {
        *ret_reason = "it is not said who the reply is from";
        return ERR_SYNTAX;
    }
    if (!hook_add_number(&ret->from, buf_text(&value))) {
        *ret_reason = "the reply's sender is not a telephone number";
        return ERR_SYNTAX;
    }
    if (!read_value(request, text, &value)) {
        *ret_reason = "the reply has no text";
        return ERR_SYNTAX;
    }
    set_text(ret, &value);
    read_line(request, gateway->http.reply_id, ID_MAX, &ret->id);
    return ERR_OK;
}

void hook_reply_done(struct hook_reply *reply)
{
    buf_done(&reply->from);
    buf_done(&reply->text);
    buf_done(&reply->id);
}

/* ---- receipts ---- */

static bool in_list(const char *list, const char *word)
{
    size_t word_len = strlen(word);
    while (list && *list) {
        list += strspn(list, " ,\t\n");
        size_t len = strcspn(list, " ,\t\n");
        if (len > 0 && len == word_len && strncasecmp(list, word, len) == 0)
            return true;
        list += len;
    }
    return false;
}

/* Which page it is of. A page that is named so that nobody can read it may still be known by its id. */
static bool read_page(const struct gateway *gateway, const struct http_request *request, struct hook_receipt *ret)
{
    CLEANUP_BUF struct buf page = { 0 };
    read_line(request, gateway->http.receipt_id, ID_MAX, &ret->provider_id);
    if (http_form_value(request->query, strlen(request->query), "page", &page) &&
        page_from_id(buf_text(&page), &ret->page) == ERR_OK)
        return true;
    ret->page = (struct page_ref){ 0 };
    return ret->provider_id.len > 0;
}

enum err hook_parse_receipt(const struct gateway *gateway, const struct http_request *request, struct hook_receipt *ret,
                            const char **ret_reason)
{
    *ret_reason = "";
    if (!gateway->http.receipt_status) {
        *ret_reason = "this gateway gives no receipts";
        return ERR_UNSUPPORTED;
    }
    if (!read_page(gateway, request, ret)) {
        *ret_reason = gateway->http.receipt_id ? "neither the address names a page, nor the receipt a message"
                      : "the address names no page";
        return ERR_SYNTAX;
    }
    read_line(request, gateway->http.receipt_status, STATUS_MAX, &ret->status);
    if (ret->status.len == 0) {
        *ret_reason = "the receipt has no status";
        return ERR_SYNTAX;
    }
    if (in_list(gateway->http.receipt_delivered, buf_text(&ret->status)))
        ret->outcome = OUTCOME_DELIVERED;
    else if (in_list(gateway->http.receipt_failed, buf_text(&ret->status)))
        ret->outcome = OUTCOME_UNDELIVERED;
    else
        return ERR_NOT_FOUND;
    return ERR_OK;
}

void hook_receipt_done(struct hook_receipt *receipt)
{
    buf_done(&receipt->provider_id);
    buf_done(&receipt->status);
}

/* ---- calls ---- */

static bool query_value(const struct http_request *request, const char *name, struct buf *ret)
{
    return http_form_value(request->query, strlen(request->query), name, ret);
}

/* Whether what stands there is in the list. */
static bool is_listed(const struct gateway *gateway, const struct http_request *request, enum voice_key where,
                      enum voice_key list)
{
    const char *rule = gateway->voice.key[where];
    CLEANUP_BUF struct buf value = { 0 };
    return rule && gateway->voice.key[list] && read_value(request, rule, &value) &&
           in_list(gateway->voice.key[list], buf_text(&value));
}

/* NULL: the call goes on. */
static const char *why_ended(const struct gateway *gateway, const struct http_request *request)
{
    static const struct { enum voice_key list; const char *reason; } ends[] = {
        { VOICE_COMPLETED, "hung up without an answer" },
        { VOICE_BUSY, "busy" },
        { VOICE_NO_ANSWER, "no answer" },
        { VOICE_FAILED, "the call did not get through" },
    };
    for (size_t i = 0; i < N_ELEMENTS(ends); i++) {
        if (is_listed(gateway, request, VOICE_STATUS, ends[i].list))
            return ends[i].reason;
    }
    return NULL;
}

static void read_digit(const struct gateway *gateway, const struct http_request *request, struct hook_voice *ret)
{
    CLEANUP_BUF struct buf digit = { 0 };
    const char *rule = gateway->voice.key[VOICE_DIGIT];
    bool given = rule && read_value(request, rule, &digit);
    ret->what = given && strcmp(buf_text(&digit), "1") == 0   ? HOOK_VOICE_YES
                : given && strcmp(buf_text(&digit), "2") == 0 ? HOOK_VOICE_NO
                                                              : HOOK_VOICE_NONE;
}

static bool read_stage(const struct gateway *gateway, const struct http_request *request, struct hook_voice *ret)
{
    CLEANUP_BUF struct buf value = { 0 };
    uint64_t asked;
    if (!query_value(request, "stage", &value))
        return false;
    if (strcmp(buf_text(&value), "ask") == 0) {
        ret->what = HOOK_VOICE_ASK;
    } else if (strcmp(buf_text(&value), "end") == 0) {
        ret->what = HOOK_VOICE_UNDER_WAY;
    } else if (strcmp(buf_text(&value), "answer") == 0 && query_value(request, "n", &value)
               && text_to_u64(buf_text(&value), 99, &asked) == ERR_OK && asked > 0) {
        ret->asked = (unsigned)asked;
        read_digit(gateway, request, ret);
    } else {
        return false;
    }
    return true;
}

enum err hook_parse_voice(const struct gateway *gateway, const struct http_request *request, struct hook_voice *ret)
{
    CLEANUP_BUF struct buf page = { 0 };
    *ret = (struct hook_voice){ 0 };
    if (!gateway->voice.key[VOICE_URL])
        return ERR_UNSUPPORTED;
    if (!query_value(request, "page", &page) || page_from_id(buf_text(&page), &ret->page) || !read_stage(gateway, request, ret))
        return ERR_SYNTAX;
    bool machine = is_listed(gateway, request, VOICE_ANSWERED_BY, VOICE_MACHINE);
    const char *ended = why_ended(gateway, request);
    bool answered = ret->what == HOOK_VOICE_YES || ret->what == HOOK_VOICE_NO;
    if (machine || (ended && !answered)) {
        ret->what = HOOK_VOICE_ENDED;
        ret->reason = machine ? "an answering machine took the call" : ended;
        ret->undelivered = !machine && is_listed(gateway, request, VOICE_STATUS, VOICE_FAILED);
    }
    return ERR_OK;
}

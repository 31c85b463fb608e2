#include "gateways/gateway_spool_file.h"

#include <stdio.h>
#include <string.h>

#include "base/gsm7.h"
#include "base/text.h"
#include "gateways/gateway_spool_text.h"
#include "gateways/hook.h"

enum { TEXT_MAX = 1600, NUMBER_MIN_DIGITS = 4, NUMBER_MAX_DIGITS = 15 };

static const char name_prefix[] = "beredd.";

/* ---- names ---- */

void spool_file_name(struct page_ref page, char ret_name[SPOOL_NAME_SIZE])
{
    CLEANUP_BUF struct buf name = { 0 };
    buf_add_text(&name, name_prefix);
    page_add_id(&name, page);
    snprintf(ret_name, SPOOL_NAME_SIZE, "%s", buf_text(&name));
}

bool spool_file_is_ours(const char *name, struct page_ref *ret_page)
{
    size_t len = sizeof name_prefix - 1;
    return strncmp(name, name_prefix, len) == 0 && page_from_id(name + len, ret_page) == ERR_OK;
}

/* ---- out ---- */

/* What the GSM alphabet holds goes as UTF-8, which smsd turns into it. What it does not hold goes as UCS-2: smsd would do that by
 * itself, but (3.1.21) cut the text at the first character beyond the basic plane, as 😀, and a code after that would be lost. */
enum err spool_file_format(struct buf *buf, const char *to, const char *text, size_t len, bool urgent)
{
    size_t digits = to[0] == '+' ? strspn(to + 1, "0123456789") : 0;
    if (digits < NUMBER_MIN_DIGITS || digits > NUMBER_MAX_DIGITS || to[1 + digits])
        return ERR_SYNTAX;
    CLEANUP_BUF struct buf clean = { 0 };
    text_add_clean_block(&clean, text, len);
    bool ucs2 = gsm7_measure(buf_text(&clean), clean.len).ucs2;
    buf_printf(buf, "To: %s\nAlphabet: %s\nAutosplit: 3\nReport: yes\n%s\n", to + 1, ucs2 ? "UCS-2" : "UTF-8",
               urgent ? "Priority: high\n" : "");
    if (ucs2)
        spool_text_add_utf16(buf, buf_text(&clean), clean.len);
    else
        buf_add(buf, buf_text(&clean), clean.len);
    return ERR_OK;
}

/* ---- headers ---- */

struct reader {                      /* over lines; a CR before the LF is not part of one */
    const char *at, *end;
};

static bool next_line(struct reader *reader, const char **ret_line, size_t *ret_len)
{
    if (reader->at == reader->end)
        return false;
    const char *feed = memchr(reader->at, '\n', (size_t)(reader->end - reader->at));
    const char *stop = feed ? feed : reader->end;
    *ret_line = reader->at;
    *ret_len = (size_t)(stop - reader->at);
    if (*ret_len > 0 && stop[-1] == '\r')
        (*ret_len)--;
    reader->at = feed ? feed + 1 : reader->end;
    return true;
}

/* "Name: value" of that name; the value without the blanks around it. */
static bool header_is(const char *line, size_t len, const char *name, const char **ret_value, size_t *ret_len)
{
    size_t name_len = strlen(name);
    if (len <= name_len || line[name_len] != ':' || strncasecmp(line, name, name_len) != 0)
        return false;
    const char *value = line + name_len + 1, *end = line + len;
    while (value < end && (*value == ' ' || *value == '\t'))
        value++;
    while (end > value && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
    *ret_value = value;
    *ret_len = (size_t)(end - value);
    return true;
}

/* The first header of that name before the empty line. What does not fit is cut; what holds a NUL is no header. */
static bool header_value(const char *bytes, size_t len, const char *name, char *ret, size_t size)
{
    struct reader reader = { bytes, bytes + len };
    const char *line, *value;
    size_t line_len, value_len;
    ret[0] = '\0';
    while (next_line(&reader, &line, &line_len) && line_len > 0) {
        if (!header_is(line, line_len, name, &value, &value_len) || memchr(value, '\0', value_len))
            continue;
        snprintf(ret, size, "%.*s", (int)(value_len < size ? value_len : size), value);
        return true;
    }
    return false;
}

static const char *find_body(const char *bytes, size_t len)
{
    struct reader reader = { bytes, bytes + len };
    const char *line;
    size_t line_len;
    while (next_line(&reader, &line, &line_len)) {
        if (line_len == 0)
            return reader.at;
    }
    return NULL;
}

/* The last number in it: with messageids = 3 smsd writes those of all parts, and a dot behind them. -1: none. */
static int last_message_id(const char *text)
{
    int id = -1;
    while (*text) {
        size_t digits = strspn(text, "0123456789");
        if (digits == 0) {
            text++;
            continue;
        }
        int number = 0;
        for (size_t i = 0; i < digits && number <= 255; i++)
            number = 10 * number + (text[i] - '0');
        id = number <= 255 ? number : -1;
        text += digits;
    }
    return id;
}

static void keep_digits(char *text)
{
    char *to = text;
    for (const char *from = text; *from; from++) {
        if (*from >= '0' && *from <= '9')
            *to++ = *from;
    }
    *to = '\0';
}

void spool_file_parse_done(const char *bytes, size_t len, struct spool_done *ret)
{
    char value[sizeof ret->reason];
    header_value(bytes, len, "To", ret->to, sizeof ret->to);
    keep_digits(ret->to);
    header_value(bytes, len, "Modem", ret->modem, sizeof ret->modem);
    header_value(bytes, len, "Message_id", value, sizeof value);
    ret->message_id = last_message_id(value);
    header_value(bytes, len, "Fail_reason", value, sizeof value);
    CLEANUP_BUF struct buf reason = { 0 };
    text_add_clean_line(&reason, value, strlen(value));
    snprintf(ret->reason, sizeof ret->reason, "%.*s", (int)text_utf8_cut(buf_text(&reason), reason.len, sizeof ret->reason - 1),
             buf_text(&reason));
}

/* ---- in ---- */

enum spool_verdict spool_status_verdict(int status)
{
    if (status == 0)
        return SPOOL_DELIVERED;
    return status >= 64 && status < 128 ? SPOOL_NEVER : SPOOL_NOT_FINAL;      /* 1, 2: it may have come; 32 to 63: still trying */
}

/* The number that it begins with; -1: none, or none so small. */
static int leading_number(const char *text, size_t len)
{
    int number = 0;
    size_t i = 0;
    for (; i < len && text[i] >= '0' && text[i] <= '9' && number <= 255; i++)
        number = 10 * number + (text[i] - '0');
    return i > 0 && number <= 255 ? number : -1;
}

/* A report is a text that smsd writes. Somebody could send one just like it, but only about pages to their own telephone. */
static bool parse_report(const char *body, size_t len, struct spool_incoming *ret)
{
    static const char title[] = "SMS STATUS REPORT";
    struct reader reader = { body, body + len };
    const char *line, *value;
    size_t line_len, value_len;
    ret->message_id = ret->status = -1;
    if (!next_line(&reader, &line, &line_len) || line_len != sizeof title - 1 || memcmp(line, title, line_len) != 0)
        return false;
    while (next_line(&reader, &line, &line_len)) {
        if (header_is(line, line_len, "Message_id", &value, &value_len))
            ret->message_id = leading_number(value, value_len);
        else if (header_is(line, line_len, "Status", &value, &value_len))
            ret->status = leading_number(value, value_len);
    }
    return ret->message_id >= 0 && ret->status >= 0;
}

/* smsd writes the digits, and beside them what they are: international with 91; with D0 they are letters, which anybody may
 * choose to look like a number. */
static bool parse_sender(const char *bytes, size_t len, struct spool_incoming *ret)
{
    char from[SPOOL_NUMBER_SIZE], type[8];
    header_value(bytes, len, "From_TOA", type, sizeof type);
    if (!header_value(bytes, len, "From", from, sizeof from) || type[0] == 'D')
        return false;
    snprintf(ret->to, sizeof ret->to, "%s", from);
    keep_digits(ret->to);
    CLEANUP_BUF struct buf number = { 0 };
    buf_add_text(&number, strncmp(type, "91", 2) == 0 && from[0] != '+' ? "+" : "");
    buf_add_text(&number, from);
    return hook_add_number(&ret->from, buf_text(&number));
}

enum err spool_file_parse_incoming(const char *bytes, size_t len, struct spool_incoming *ret, const char **ret_reason)
{
    char alphabet[16], other[8];
    const char *body = find_body(bytes, len);
    *ret_reason = "it is no file of smstools";
    if (!body)
        return ERR_SYNTAX;
    *ret_reason = "its sender is not a telephone number";
    if (!parse_sender(bytes, len, ret))
        return ERR_SYNTAX;
    if (!header_value(bytes, len, "Modem", ret->modem, sizeof ret->modem))
        header_value(bytes, len, "Subject", ret->modem, sizeof ret->modem);
    size_t body_len = (size_t)(bytes + len - body);
    ret->report = parse_report(body, body_len, ret);
    if (ret->report)
        return ERR_OK;
    *ret_reason = "smsd could not decode it";
    if (header_value(bytes, len, "Error", other, sizeof other))
        return ERR_SYNTAX;
    *ret_reason = "it is not text";
    header_value(bytes, len, "Alphabet", alphabet, sizeof alphabet);
    CLEANUP_BUF struct buf text = { 0 };
    if (!spool_text_decode(alphabet, body, body_len, &text))
        return ERR_SYNTAX;
    text_add_clean_block(&ret->text, buf_text(&text), text.len);
    buf_cut(&ret->text, text_utf8_cut(buf_text(&ret->text), ret->text.len, TEXT_MAX));
    return ERR_OK;
}

void spool_incoming_done(struct spool_incoming *incoming)
{
    buf_done(&incoming->from);
    buf_done(&incoming->text);
}

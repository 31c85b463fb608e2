#include "base/text.h"
#include "loop/http.h"

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A "%" that no two hexadecimal digits follow stands for itself, as browsers read it. */
static void add_decoded(struct buf *buf, const char *text, const char *end)
{
    while (text < end) {
        int high = *text == '%' && end - text > 2 ? hex_value(text[1]) : -1;
        int low = high >= 0 ? hex_value(text[2]) : -1;
        if (low >= 0) {
            buf_add_char(buf, (char)(high << 4 | low));
            text += 3;
        } else {
            char c = *text++;
            if (c == '+')
                c = ' ';
            buf_add_char(buf, c);
        }
    }
}

static bool is_clean_text(const struct buf *buf)
{
    return !memchr(buf_text(buf), 0, buf->len) && text_utf8_valid(buf_text(buf), buf->len);
}

static bool name_matches(const char *text, const char *end, const char *name, struct buf *scratch)
{
    buf_clear(scratch);
    add_decoded(scratch, text, end);
    return scratch->len == strlen(name) && !memcmp(buf_text(scratch), name, scratch->len);
}

bool http_form_value(const char *form, size_t form_len, const char *name, struct buf *ret)
{
    const char *end = form + form_len;
    bool found = false;
    while (form < end && !found) {
        const char *pair_end = memchr(form, '&', (size_t)(end - form));
        pair_end = pair_end ? pair_end : end;
        const char *name_end = memchr(form, '=', (size_t)(pair_end - form));
        name_end = name_end ? name_end : pair_end;
        found = name_matches(form, name_end, name, ret);
        if (found) {
            buf_clear(ret);
            add_decoded(ret, name_end < pair_end ? name_end + 1 : pair_end, pair_end);
        }
        form = pair_end + 1;
    }
    if (!found || !is_clean_text(ret)) {
        buf_clear(ret);
        return false;
    }
    return true;
}

static bool is_unreserved(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_'
        || c == '~';
}

void http_add_form_encoded(struct buf *buf, const char *text)
{
    static const char digits[] = "0123456789ABCDEF";
    for (; *text; text++) {
        if (is_unreserved(*text)) {
            buf_add_char(buf, *text);
        } else {
            unsigned char byte = (unsigned char)*text;
            buf_add(buf, (char[]){ '%', digits[byte >> 4], digits[byte & 15] }, 3);
        }
    }
}

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

void http_form_next(const char **form, const char *end, struct buf *ret_name, struct buf *ret_value)
{
    const char *pair_end = memchr(*form, '&', (size_t)(end - *form));
    pair_end = pair_end ? pair_end : end;
    const char *name_end = memchr(*form, '=', (size_t)(pair_end - *form));
    name_end = name_end ? name_end : pair_end;
    buf_clear(ret_name);
    buf_clear(ret_value);
    add_decoded(ret_name, *form, name_end);
    add_decoded(ret_value, name_end < pair_end ? name_end + 1 : pair_end, pair_end);
    *form = pair_end < end ? pair_end + 1 : end;
}

bool http_form_value(const char *form, size_t form_len, const char *name, struct buf *ret)
{
    const char *end = form + form_len;
    CLEANUP_BUF struct buf found_name = { 0 };
    while (form < end) {
        http_form_next(&form, end, &found_name, ret);
        if (found_name.len != strlen(name) || memcmp(buf_text(&found_name), name, found_name.len) != 0)
            continue;
        if (is_clean_text(ret))
            return true;
        break;
    }
    buf_clear(ret);
    return false;
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

#include "web/html.h"

#include <assert.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

static const char *entity(char c)
{
    switch (c) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\'': return "&#39;";
    default: return NULL;
    }
}

static void add_escaped(struct buf *buf, const char *text, bool block)
{
    for (; *text; text++) {
        const char *replaced = entity(*text);
        if (block && *text == '\n')
            replaced = "<br>\n";
        if (replaced)
            buf_add_text(buf, replaced);
        else
            buf_add_char(buf, *text);
    }
}

void html_add_text(struct buf *buf, const char *text)
{
    add_escaped(buf, text, false);
}

void html_add_block(struct buf *buf, const char *text)
{
    add_escaped(buf, text, true);
}

void html_add(struct buf *buf, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    while (*format) {
        size_t len = strcspn(format, "%");
        buf_add(buf, format, len);
        format += len;
        if (!*format)
            break;
        switch (format[1]) {
        case 's': html_add_text(buf, va_arg(args, const char *)); break;
        case 'u': buf_add_u64(buf, va_arg(args, unsigned)); break;
        default:
            assert(format[1] == '%');
            buf_add_char(buf, '%');
        }
        format += 2;
    }
    va_end(args);
}

/* ---- telephone numbers ---- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The number that begins at text: its length as written and its digits. */
static size_t measure_number(const char *text, size_t *ret_digits)
{
    size_t len = *text == '+', end = len;
    *ret_digits = 0;
    for (; text[len] && (is_digit(text[len]) || strchr(" -/().", text[len])); len++) {
        if (is_digit(text[len])) {
            (*ret_digits)++;
            end = len + 1;
        }
    }
    return end;
}

void html_add_tel(struct buf *buf, const char *text)
{
    while (*text) {
        size_t digits = 0, len = 1;
        if (is_digit(*text) || *text == '+')
            len = measure_number(text, &digits);
        if (digits >= 3) {
            for (size_t i = 0; i < len; i++) {
                if (is_digit(text[i]) || (i == 0 && text[i] == '+'))
                    buf_add_char(buf, text[i]);
            }
            return;
        }
        text += len > 0 ? len : 1;
    }
}

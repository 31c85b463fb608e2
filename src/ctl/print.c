#include "config.h"      /* wcwidth, strchrnul */

#include "ctl/print.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>

#include "base/text.h"

bool print_in_colour(FILE *stream)
{
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
    return isatty(fileno(stream)) && !(no_color && *no_color) && !(term && strcmp(term, "dumb") == 0);
}

void print_style(FILE *stream, enum style style)
{
    static const char *const codes[STYLE_COUNT] = {
        [STYLE_PLAIN] = "\033[0m", [STYLE_BOLD] = "\033[1m",     [STYLE_DIM] = "\033[2m",
        [STYLE_GOOD] = "\033[32m", [STYLE_WARNING] = "\033[33m", [STYLE_BAD] = "\033[1;31m",
    };
    if (print_in_colour(stream))
        fputs(codes[style], stream);
}

size_t print_columns(FILE *stream)
{
    struct winsize size;
    if (!isatty(fileno(stream)) || ioctl(fileno(stream), TIOCGWINSZ, &size) != 0)
        return 0;
    return size.ws_col;
}

size_t print_width(const char *text)
{
    size_t width = 0;
    for (size_t i = 0, len = strlen(text); i < len;) {
        int columns = wcwidth((wchar_t)text_utf8_next(text, len, &i));
        width += columns > 0 ? (size_t)columns : 0;
    }
    return width;
}

void print_line(FILE *stream, const char *text)
{
    CLEANUP_BUF struct buf line = {0};
    text_add_clean_line(&line, text, strlen(text));
    fprintf(stream, "%s\n", buf_text(&line));
}

void print_block(FILE *stream, const char *text, const char *indent)
{
    CLEANUP_BUF struct buf block = {0};
    text_add_clean_block(&block, text, strlen(text));
    for (char *line = block.data, *next; line && *line; line = next) {
        next = strchrnul(line, '\n');
        if (*next)
            *next++ = '\0';
        fprintf(stream, "%s%s\n", indent, line);
    }
}

/* What could steer a terminal, or show text in another order than it stands. */
static bool steers(uint32_t c)
{
    return (c < 0x20 && c != '\n') || (c >= 0x7F && c < 0xA0) || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) ||
           c == 0x200E || c == 0x200F || c == 0x061C;
}

void print_json(const struct buf *body)
{
    if (!isatty(STDOUT_FILENO)) {
        fwrite(buf_text(body), 1, body->len, stdout);
    } else {
        CLEANUP_BUF struct buf safe = {0};
        for (size_t i = 0; i < body->len;) {
            uint32_t c = text_utf8_next(body->data, body->len, &i);
            if (steers(c))
                buf_printf(&safe, "\\u%04x", (unsigned)c);
            else
                text_utf8_add(&safe, c);
        }
        fwrite(buf_text(&safe), 1, safe.len, stdout);
    }
    if (body->len == 0 || body->data[body->len - 1] != '\n')
        putchar('\n');
}

const char *json_text(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

int64_t json_number(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

bool json_flag(const json_t *object, const char *key)
{
    return json_is_true(json_object_get(object, key));
}

void print_add_time(struct buf *buf, const char *rfc3339, enum time_form form)
{
    int64_t usec;
    if (text_from_rfc3339(rfc3339, &usec) != ERR_OK) {
        text_add_clean_line(buf, rfc3339, strlen(rfc3339));
        return;
    }
    time_t seconds = (time_t)(usec / 1000000 - (usec % 1000000 < 0));
    struct tm local;
    if (!localtime_r(&seconds, &local))
        return;
    if (form != TIME_CLOCK)
        buf_printf(buf, "%04d-%02d-%02d", local.tm_year + 1900, local.tm_mon + 1, local.tm_mday);
    if (form != TIME_DATE)
        buf_printf(buf, "%s%02d:%02d", form == TIME_CLOCK ? "" : " ", local.tm_hour, local.tm_min);
    if (form != TIME_DATE && form != TIME_SHORT)
        buf_printf(buf, ":%02d", local.tm_sec);
    if (form == TIME_ZONED)
        buf_printf(buf, " %s", local.tm_zone);
}

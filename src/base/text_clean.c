#include "base/text.h"

static bool is_control(uint32_t c)
{
    return c < 0x20 || (c >= 0x7F && c <= 0x9F);
}

/* Characters that turn the writing direction, with which a text can be made to show something else than it says. */
static bool is_bidi_control(uint32_t c)
{
    return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0x200E || c == 0x200F || c == 0x061C;
}

/* White_Space in the Unicode Character Database, less the controls. */
static bool is_space(uint32_t c)
{
    return c == 0x20 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029
        || c == 0x202F || c == 0x205F || c == 0x3000;
}

/* How many bytes of ASCII, from here on, stay as they are: words with one space between them. */
static size_t clean_run(const char *text, size_t len)
{
    size_t run = 0;
    while (run < len && text[run] >= ' ' && text[run] <= '~' && (text[run] != ' ' || (run > 0 && text[run - 1] != ' ')))
        run++;
    while (run > 0 && text[run - 1] == ' ')
        run--;       /* what follows it decides */
    return run;
}

/* White space is held back until something follows it, so that none is added at the ends, nor around a line feed. */
static void add_clean(struct buf *buf, const char *text, size_t len, bool keep_lines)
{
    size_t begin = buf->len, lines = 0;
    bool space = false;
    for (size_t i = 0; i < len;) {
        uint32_t c = text_utf8_next(text, len, &i);
        if (c == '\n' && keep_lines) {
            lines++;
        } else if (is_control(c) || is_bidi_control(c) || is_space(c)) {
            space = true;
        } else {
            if (buf->len > begin && lines == 0 && space)
                buf_add_char(buf, ' ');
            for (; lines > 0; lines--)
                if (buf->len > begin)
                    buf_add_char(buf, '\n');
            space = false;
            text_utf8_add(buf, c);
            size_t run = clean_run(text + i, len - i);
            buf_add(buf, text + i, run);
            i += run;
        }
    }
}

void text_add_clean_line(struct buf *buf, const char *text, size_t len)
{
    add_clean(buf, text, len, false);
}

void text_add_clean_block(struct buf *buf, const char *text, size_t len)
{
    add_clean(buf, text, len, true);
}

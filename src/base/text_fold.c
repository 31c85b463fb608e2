#include "base/text_fold.h"

#include <string.h>

#include "base/text.h"

static uint32_t fold_extended(uint32_t c)
{
    switch (c) {
    case 0x0130: case 0x0131: case 0x0138: case 0x0149:   /* dotted I and dotless i, kra, 'n: no single partner */
        return c;
    case 0x0178:
        return 0x00FF;                                     /* Y with diaeresis has its partner in Latin-1 */
    case 0x017F:
        return 's';                                        /* long s */
    }
    /* Elsewhere the two cases are neighbours; which of them is even changes from run to run. */
    uint32_t upper_is_odd = (c >= 0x0139 && c <= 0x0148) || c >= 0x0179;
    return (c & 1) == upper_is_odd ? c + 1 : c;
}

uint32_t text_fold(uint32_t c)
{
    if (c < 0x80)
        return c >= 'A' && c <= 'Z' ? c + 0x20 : c;
    if (c >= 0xC0 && c <= 0xDE && c != 0xD7)
        return c + 0x20;
    return c >= 0x100 && c <= 0x17F ? fold_extended(c) : c;
}

bool text_starts_with_fold(const char *text, const char *prefix)
{
    size_t text_len = strlen(text), prefix_len = strlen(prefix), i = 0, j = 0;
    while (j < prefix_len) {
        if (i == text_len || text_fold(text_utf8_next(text, text_len, &i)) != text_fold(text_utf8_next(prefix, prefix_len, &j)))
            return false;
    }
    return true;
}

bool text_equal_fold(const char *a, const char *b)
{
    size_t a_len = strlen(a), b_len = strlen(b), i = 0, j = 0;
    while (i < a_len && j < b_len) {
        if (text_fold(text_utf8_next(a, a_len, &i)) != text_fold(text_utf8_next(b, b_len, &j)))
            return false;
    }
    return i == a_len && j == b_len;
}

void text_add_folded(struct buf *buf, const char *text, size_t len)
{
    for (size_t i = 0; i < len;)
        text_utf8_add(buf, text_fold(text_utf8_next(text, len, &i)));
}

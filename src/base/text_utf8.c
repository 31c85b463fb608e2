#include "base/text.h"

#define REPLACEMENT UINT32_C(0xFFFD)

static bool is_continuation(unsigned char byte)
{
    return (byte & 0xC0) == 0x80;
}

/* How many bytes follow a first byte, and the bounds of the one right after it, which keep out what is overlong, a
 * surrogate, or beyond U+10FFFF (RFC 3629, 4). -1: not a first byte. */
static int trail(unsigned char first, unsigned char *ret_low, unsigned char *ret_high)
{
    *ret_low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    *ret_high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    if (first < 0x80)
        return 0;
    if (first < 0xC2 || first > 0xF4)
        return -1;
    return first < 0xE0 ? 1 : first < 0xF0 ? 2 : 3;
}

/* The length of the character that begins at bytes, or 0 if none does. */
static size_t decode(const unsigned char *bytes, size_t len, uint32_t *ret_character)
{
    unsigned char low, high;
    int more = trail(bytes[0], &low, &high);
    if (more < 0 || (size_t)more >= len)
        return 0;
    if (more == 0) {
        *ret_character = bytes[0];
        return 1;
    }
    if (bytes[1] < low || bytes[1] > high)
        return 0;
    uint32_t character = bytes[0] & (0x3Fu >> more);
    for (int i = 1; i <= more; i++) {
        if (!is_continuation(bytes[i]))
            return 0;
        character = character << 6 | (bytes[i] & 0x3Fu);
    }
    *ret_character = character;
    return (size_t)more + 1;
}

uint32_t text_utf8_next_beyond_ascii(const char *text, size_t len, size_t *index)
{
    uint32_t character;
    size_t size = decode((const unsigned char *)text + *index, len - *index, &character);
    *index += size ? size : 1;
    return size ? character : REPLACEMENT;
}

bool text_utf8_valid(const char *text, size_t len)
{
    uint32_t character;
    for (size_t i = 0, size; i < len; i += size) {
        size = (unsigned char)text[i] < 0x80 ? 1 : decode((const unsigned char *)text + i, len - i, &character);
        if (!size)
            return false;
    }
    return true;
}

size_t text_utf8_cut(const char *text, size_t len, size_t max_len)
{
    if (len <= max_len)
        return len;
    size_t start = max_len;
    while (start > 0 && max_len - start < 3 && is_continuation((unsigned char)text[start]))
        start--;
    size_t end = start;
    text_utf8_next(text, len, &end);
    return end > max_len ? start : max_len;   /* what does not decode has nothing to split */
}

size_t text_utf8_count(const char *text, size_t len)
{
    size_t count = 0;
    for (size_t i = 0; i < len; i++)
        count += !is_continuation((unsigned char)text[i]);
    return count;
}

void text_utf8_add(struct buf *buf, uint32_t character)
{
    if (character > 0x10FFFF || (character >= 0xD800 && character <= 0xDFFF))
        character = REPLACEMENT;
    if (character < 0x80) {
        buf_add_char(buf, (char)character);
        return;
    }
    int more = character < 0x800 ? 1 : character < 0x10000 ? 2 : 3;
    unsigned char bytes[4];
    bytes[0] = (unsigned char)((0xFF00u >> (more + 1) & 0xFFu) | character >> 6 * more);
    for (int i = 1; i <= more; i++)
        bytes[i] = (unsigned char)(0x80 | (character >> 6 * (more - i) & 0x3F));
    buf_add(buf, bytes, (size_t)more + 1);
}

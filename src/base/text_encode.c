#include <string.h>

#include "base/text.h"

void text_add_hex(struct buf *buf, const void *bytes, size_t len)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *byte = bytes;
    for (size_t i = 0; i < len; i++) {
        buf_add_char(buf, digits[byte[i] >> 4]);
        buf_add_char(buf, digits[byte[i] & 15]);
    }
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

enum err text_from_hex(const char *text, void *ret_bytes, size_t len)
{
    unsigned char *byte = ret_bytes;
    for (size_t i = 0; i < len; i++, text += 2) {
        int high = hex_value(text[0]), low = high < 0 ? -1 : hex_value(text[1]);   /* never past the NUL */
        if (low < 0)
            return ERR_SYNTAX;
        byte[i] = (unsigned char)(high << 4 | low);
    }
    return *text ? ERR_SYNTAX : ERR_OK;
}

static const char base64url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* Bits wait at the low end of `bits` until there are six of them. */
void text_add_base64url(struct buf *buf, const void *bytes, size_t len)
{
    const unsigned char *byte = bytes;
    uint32_t bits = 0;
    unsigned waiting = 0;
    for (size_t i = 0; i < len; i++) {
        bits = bits << 8 | byte[i];
        for (waiting += 8; waiting >= 6; waiting -= 6)
            buf_add_char(buf, base64url[bits >> (waiting - 6) & 63]);
    }
    if (waiting)
        buf_add_char(buf, base64url[bits << (6 - waiting) & 63]);
}

static int base64url_value(char c)
{
    const char *found = c ? strchr(base64url, c) : NULL;
    return found ? (int)(found - base64url) : -1;
}

enum err text_from_base64url(const char *text, size_t text_len, void *ret_bytes, size_t len)
{
    unsigned char *byte = ret_bytes;
    uint32_t bits = 0;
    unsigned waiting = 0;
    size_t done = 0;
    if (text_len != len / 3 * 4 + (len % 3 ? len % 3 + 1 : 0))
        return ERR_SYNTAX;
    for (size_t i = 0; i < text_len; i++) {
        int value = base64url_value(text[i]);
        if (value < 0)
            return ERR_SYNTAX;
        bits = bits << 6 | (uint32_t)value;
        waiting += 6;
        if (waiting >= 8) {
            waiting -= 8;
            byte[done++] = (unsigned char)(bits >> waiting);
        }
    }
    return bits & ((1u << waiting) - 1) ? ERR_SYNTAX : ERR_OK;   /* each run of bytes has one spelling */
}

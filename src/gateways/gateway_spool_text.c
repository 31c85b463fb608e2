#include "gateways/gateway_spool_text.h"

#include <stdint.h>
#include <string.h>

#include "base/text.h"

/* ISO-8859-15 is Latin-1 but for eight. */
static void add_latin9(struct buf *buf, const char *bytes, size_t len)
{
    static const struct { uint8_t byte; uint16_t character; } different[] = {
        { 0xA4, 0x20AC }, { 0xA6, 0x0160 }, { 0xA8, 0x0161 }, { 0xB4, 0x017D },
        { 0xB8, 0x017E }, { 0xBC, 0x0152 }, { 0xBD, 0x0153 }, { 0xBE, 0x0178 },
    };
    for (size_t i = 0; i < len; i++) {
        uint32_t character = (uint8_t)bytes[i];
        for (size_t j = 0; j < N_ELEMENTS(different); j++) {
            if (different[j].byte == character) {
                character = different[j].character;
                break;
            }
        }
        text_utf8_add(buf, character);
    }
}

/* UTF-16 too, since telephones send it: pictures are surrogate pairs. A byte that is left over is not a character. */
static void add_utf16(struct buf *buf, const char *bytes, size_t len)
{
    for (size_t i = 0; i + 1 < len; i += 2) {
        uint32_t unit = (uint32_t)(uint8_t)bytes[i] << 8 | (uint8_t)bytes[i + 1];
        uint32_t next = i + 3 < len ? (uint32_t)(uint8_t)bytes[i + 2] << 8 | (uint8_t)bytes[i + 3] : 0;
        if (unit >= 0xD800 && unit < 0xDC00 && next >= 0xDC00 && next < 0xE000) {
            text_utf8_add(buf, 0x10000 + ((unit - 0xD800) << 10) + (next - 0xDC00));
            i += 2;
        } else {
            text_utf8_add(buf, unit >= 0xD800 && unit < 0xE000 ? 0xFFFD : unit);
        }
    }
}

static void add_unit(struct buf *buf, uint32_t unit)
{
    buf_add_char(buf, (char)(unit >> 8));
    buf_add_char(buf, (char)unit);
}

void spool_text_add_utf16(struct buf *buf, const char *text, size_t len)
{
    for (size_t i = 0; i < len;) {
        uint32_t character = text_utf8_next(text, len, &i);
        if (character >= 0x10000)
            add_unit(buf, 0xD800 + ((character - 0x10000) >> 10));
        add_unit(buf, character >= 0x10000 ? 0xDC00 + ((character - 0x10000) & 0x3FF) : character);
    }
}

/* The GSM 7-bit default alphabet, one septet a byte (TS 23.038, 6.2.1), where it is not ASCII. */
static uint32_t gsm_character(uint8_t septet)
{
    static const uint16_t low[0x20] = {
        '@', 0xA3, '$', 0xA5, 0xE8, 0xE9, 0xF9, 0xEC, 0xF2, 0xC7, '\n', 0xD8, 0xF8, '\r', 0xC5, 0xE5,
        0x0394, '_', 0x03A6, 0x0393, 0x039B, 0x03A9, 0x03A0, 0x03A8, 0x03A3, 0x0398, 0x039E, ' ', 0xC6, 0xE6, 0xDF, 0xC9,
    };
    if (septet < 0x20)
        return low[septet];
    switch (septet) {
    case 0x24: return 0xA4;
    case 0x40: return 0xA1;
    case 0x5B: return 0xC4;
    case 0x5C: return 0xD6;
    case 0x5D: return 0xD1;
    case 0x5E: return 0xDC;
    case 0x5F: return 0xA7;
    case 0x60: return 0xBF;
    case 0x7B: return 0xE4;
    case 0x7C: return 0xF6;
    case 0x7D: return 0xF1;
    case 0x7E: return 0xFC;
    case 0x7F: return 0xE0;
    default: return septet < 0x80 ? septet : 0xFFFD;
    }
}

/* After an escape (6.2.1.1). What is not in the extension is shown as the default alphabet has it. */
static uint32_t gsm_extended(uint8_t septet)
{
    static const char from[] = "\x14\x28\x29\x2F\x3C\x3D\x3E\x40", to[] = "^{}\\[~]|";
    const char *at = septet ? memchr(from, septet, sizeof from - 1) : NULL;
    if (septet == 0x65)
        return 0x20AC;
    return at ? (uint32_t)to[at - from] : gsm_character(septet);
}

static void add_gsm(struct buf *buf, const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (bytes[i] == 0x1B && i + 1 < len)
            text_utf8_add(buf, gsm_extended((uint8_t)bytes[++i]));
        else
            text_utf8_add(buf, gsm_character((uint8_t)bytes[i]));
    }
}

static void add_utf8(struct buf *buf, const char *bytes, size_t len)
{
    for (size_t i = 0; i < len;)
        text_utf8_add(buf, text_utf8_next(bytes, len, &i));
}

/* Three letters tell them apart, as smsd itself reads them. */
bool spool_text_decode(const char *alphabet, const char *bytes, size_t len, struct buf *ret)
{
    static const struct {
        const char *begins;
        void (*add)(struct buf *buf, const char *bytes, size_t len);
    } known[] = {
        { "iso", add_latin9 }, { "lat", add_latin9 }, { "ans", add_latin9 }, { "utf", add_utf8 }, { "gsm", add_gsm },
        { "ucs", add_utf16 }, { "uni", add_utf16 }, { "chi", add_utf16 },
    };
    for (size_t i = 0; i < N_ELEMENTS(known); i++) {
        if (!alphabet[0] || strncasecmp(alphabet, known[i].begins, 3) == 0) {
            known[i].add(ret, bytes, len);
            return true;
        }
    }
    return false;
}

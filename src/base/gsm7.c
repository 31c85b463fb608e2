#include "base/gsm7.h"

#include "base/mem.h"
#include "base/text.h"

/* The default alphabet's characters beyond ASCII (TS 23.038, 6.2.1). */
static const uint16_t beyond_ascii[] = {
    0x00A1, 0x00A3, 0x00A4, 0x00A5, 0x00A7, 0x00BF, 0x00C4, 0x00C5, 0x00C6, 0x00C7, 0x00C9, 0x00D1, 0x00D6, 0x00D8, 0x00DC,
    0x00DF, 0x00E0, 0x00E4, 0x00E5, 0x00E6, 0x00E8, 0x00E9, 0x00EC, 0x00F1, 0x00F2, 0x00F6, 0x00F8, 0x00F9, 0x00FC,
    0x0393, 0x0394, 0x0398, 0x039B, 0x039E, 0x03A0, 0x03A3, 0x03A6, 0x03A8, 0x03A9,
};

/* Those of ASCII; two for what the extension table has, which is sent as an escape and a second septet (6.2.1.1). A table, since
 * nearly all that is sent is ASCII. */
static const uint8_t ascii_septets[0x80] = {
    ['\n'] = 1, ['\f'] = 2, ['\r'] = 1,
    [' '] = 1, ['!'] = 1, ['"'] = 1, ['#'] = 1, ['$'] = 1, ['%'] = 1, ['&'] = 1, ['\''] = 1, ['('] = 1, [')'] = 1, ['*'] = 1,
    ['+'] = 1, [','] = 1, ['-'] = 1, ['.'] = 1, ['/'] = 1, ['0' ... '9'] = 1, [':'] = 1, [';'] = 1, ['<'] = 1, ['='] = 1,
    ['>'] = 1, ['?'] = 1, ['@'] = 1, ['A' ... 'Z'] = 1, ['['] = 2, ['\\'] = 2, [']'] = 2, ['^'] = 2, ['_'] = 1, ['a' ... 'z'] = 1,
    ['{'] = 2, ['|'] = 2, ['}'] = 2, ['~'] = 2,
};

/* 0: not in the alphabet. */
static unsigned septets(uint32_t c)
{
    if (c < 0x80)
        return ascii_septets[c];
    if (c == 0x20AC)             /* the euro, of the extension table, too */
        return 2;
    for (size_t i = 0; i < N_ELEMENTS(beyond_ascii); i++)
        if (beyond_ascii[i] == c)
            return 1;
    return 0;
}

struct filling {                 /* of the parts of a long text */
    unsigned units, in_part, parts;
};

static void fill(struct filling *filling, unsigned units, unsigned part)
{
    if (filling->in_part + units > part) {
        filling->parts++;
        filling->in_part = 0;
    }
    filling->in_part += units;
    filling->units += units;
}

static struct gsm7_size measure_ucs2(const char *text, size_t len)
{
    struct filling filling = {.parts = 1};
    for (size_t i = 0; i < len;)
        fill(&filling, 1 + (text_utf8_next(text, len, &i) > 0xFFFF), 67);
    return (struct gsm7_size){.ucs2 = true, .units = filling.units, .segments = filling.units > 70 ? filling.parts : 1};
}

struct gsm7_size gsm7_measure(const char *text, size_t len)
{
    struct filling filling = {.parts = 1};
    for (size_t i = 0; i < len;) {
        unsigned units = septets(text_utf8_next(text, len, &i));
        if (units == 0)
            return measure_ucs2(text, len);
        fill(&filling, units, 153);
    }
    return (struct gsm7_size){.units = filling.units, .segments = filling.units > 160 ? filling.parts : 1};
}

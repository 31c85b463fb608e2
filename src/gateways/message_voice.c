#include "gateways/message_voice.h"

#include <assert.h>

static const char *const swedish_units[20] = {
    "noll", "ett", "två", "tre", "fyra", "fem", "sex", "sju", "åtta", "nio",
    "tio", "elva", "tolv", "tretton", "fjorton", "femton", "sexton", "sjutton", "arton", "nitton",
};
static const char *const swedish_tens[6] = { "", "", "tjugo", "trettio", "fyrtio", "femtio" };
static const char *const english_units[20] = {
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine",
    "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
};
static const char *const english_tens[6] = { "", "", "twenty", "thirty", "forty", "fifty" };

static void add_number(struct buf *buf, int number, enum language language)
{
    const char *const *units = language == LANGUAGE_EN ? english_units : swedish_units;
    const char *const *tens = language == LANGUAGE_EN ? english_tens : swedish_tens;
    assert(number >= 0 && number < 60);
    if (number < 20) {
        buf_add_text(buf, units[number]);
        return;
    }
    buf_add_text(buf, tens[number / 10]);
    if (number % 10 != 0) {
        buf_add_text(buf, language == LANGUAGE_EN ? "-" : "");
        buf_add_text(buf, units[number % 10]);
    }
}

void message_voice_add_clock(struct buf *buf, int hour, int minute, enum language language)
{
    add_number(buf, hour, language);
    if (language == LANGUAGE_EN)
        buf_add_text(buf, minute == 0 ? " o'clock" : minute < 10 ? " oh " : " ");
    else if (minute != 0)
        buf_add_text(buf, " och ");
    if (minute != 0)
        add_number(buf, minute, language);
}

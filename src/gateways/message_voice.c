#include "gateways/message_voice.h"

#include <assert.h>
#include <string.h>

#include "base/text.h"

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

/* ---- after the question ---- */

static const char *stage_words(enum voice_stage stage, enum language language)
{
    static const char *const words[][VOICE_STAGE_GONE + 1] = {
        [LANGUAGE_SV] = {
            [VOICE_STAGE_YES] = "Tack. Du har tagit larmet.",
            [VOICE_STAGE_NO] = "Du har svarat att du inte kan. Larmet går vidare till nästa person.",
            [VOICE_STAGE_TAKEN] = " har redan tagit larmet. Du behöver inte göra något.",
            [VOICE_STAGE_OVER] = "Larmet är inte kvitterat. Samtalet avslutas.",
            [VOICE_STAGE_GONE] = "Larmet gäller inte längre. Du behöver inte göra något.",
        },
        [LANGUAGE_EN] = {
            [VOICE_STAGE_YES] = "Thank you. You have taken the alarm.",
            [VOICE_STAGE_NO] = "You have answered that you cannot. The alarm goes on to the next person.",
            [VOICE_STAGE_TAKEN] = " has already taken the alarm. You need not do anything.",
            [VOICE_STAGE_OVER] = "The alarm is not acknowledged. Goodbye.",
            [VOICE_STAGE_GONE] = "The alarm no longer applies. You need not do anything.",
        },
    };
    return words[language == LANGUAGE_EN ? LANGUAGE_EN : LANGUAGE_SV][stage];
}

static void add_who(struct buf *buf, const struct message_view *view, bool english)
{
    if (view->acknowledged_by && *view->acknowledged_by)
        text_add_clean_line(buf, view->acknowledged_by, strlen(view->acknowledged_by));
    else
        buf_add_text(buf, english ? "Somebody else" : "Någon annan");
}

void message_voice_add_stage(struct buf *buf, enum voice_stage stage, const struct message_view *view, bool unsaved)
{
    bool english = view->language == LANGUAGE_EN;
    assert(stage >= VOICE_STAGE_YES && stage <= VOICE_STAGE_GONE);
    if (view->drill)
        buf_add_text(buf, english ? "Exercise. " : "Övning. ");
    if (stage == VOICE_STAGE_TAKEN)
        add_who(buf, view, english);
    buf_add_text(buf, stage_words(stage, view->language));
    if (stage == VOICE_STAGE_YES && view->callback && *view->callback) {
        buf_add_text(buf, english ? " Call " : " Ring ");
        text_add_clean_line(buf, view->callback, strlen(view->callback));
        buf_add_char(buf, '.');
    }
    if (unsaved && (stage == VOICE_STAGE_YES || stage == VOICE_STAGE_NO))
        buf_add_text(buf, english ? " Your answer counts, but it is not yet saved."
                     : " Ditt svar gäller, men är inte sparat än.");
}

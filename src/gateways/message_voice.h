/* What a synthetic voice is given to read: times in words, and what a call says once its question has been answered. */
#ifndef GATEWAYS_MESSAGE_VOICE_H
#define GATEWAYS_MESSAGE_VOICE_H

#include "base/buf.h"
#include "engine/engine.h"

/* Where a call stands. */
enum voice_stage {
    VOICE_STAGE_ASK,         /* the page itself: one or two? */
    VOICE_STAGE_TELL,        /* a message that asks nothing */
    VOICE_STAGE_YES,         /* whom it rings has the alarm */
    VOICE_STAGE_NO,          /* or cannot take it */
    VOICE_STAGE_TAKEN,       /* somebody else has it */
    VOICE_STAGE_OVER,        /* asked often enough, without an answer */
    VOICE_STAGE_GONE,        /* the alarm is no more */
};

/* "tre och tolv", "tre"; "three twelve", "three oh five", "three o'clock". */
void message_voice_add_clock(struct buf *buf, int hour, int minute, enum language language);

/* From VOICE_STAGE_YES on: what is said then. A drill says first that it is one. unsaved: the answer counts, but is not on
 * disk. */
void message_voice_add_stage(struct buf *buf, enum voice_stage stage, const struct message_view *view, bool unsaved);

#endif

/* What a synthetic voice is given to read. */
#ifndef GATEWAYS_MESSAGE_VOICE_H
#define GATEWAYS_MESSAGE_VOICE_H

#include "base/buf.h"
#include "engine/plan.h"

/* "tre och tolv", "tre"; "three twelve", "three oh five", "three o'clock". */
void message_voice_add_clock(struct buf *buf, int hour, int minute, enum language language);

#endif

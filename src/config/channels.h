/* [channels] of beredd.ini: which gateways serve a channel, in the order in which they are tried. */
#ifndef CONFIG_CHANNELS_H
#define CONFIG_CHANNELS_H

#include "config/document.h"

extern const struct doc_key channels_keys[CHANNEL_COUNT];

#endif

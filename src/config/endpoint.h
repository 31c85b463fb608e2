/* [http] of beredd.ini: where the daemon listens and what it calls itself. */
#ifndef CONFIG_ENDPOINT_H
#define CONFIG_ENDPOINT_H

#include "config/document.h"

enum { ENDPOINT_N_KEYS = 5 };
extern const struct doc_key endpoint_keys[ENDPOINT_N_KEYS];

#endif

/* [ladder] sections of a roster: the steps of a call-out and its repeat. */
#ifndef CONFIG_LADDER_H
#define CONFIG_LADDER_H

#include "config/value.h"

#define LADDER_KEYS { "step", DOC_REPEAT }, { "repeat", DOC_ONCE }

/* Every [ladder] of the file; a default one, and a warning, if the roster has none. */
void ladder_load(struct load *load, const struct doc *doc, struct roster *roster);
/* "primary", "group:ID", ... Reports what is wrong. */
bool ladder_parse_target(struct load *load, struct origin where, const char *text, struct target *ret);

#endif

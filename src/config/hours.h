/* The hours in which a roster holds, and who is called outside them. */
#ifndef CONFIG_HOURS_H
#define CONFIG_HOURS_H

#include "config/value.h"

/* `hours` and `otherwise` of [roster]. */
void hours_load(const struct scope *scope, struct roster *roster);
/* Once every roster is read: a duty that is handed on in a ring, or too often, would reach nobody. */
void hours_check_rings(struct load *load);

#endif

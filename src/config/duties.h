/* Who holds a duty when: [weeks], [shifts] and [rotation] of a roster, and the shifts of its drop-ins. */
#ifndef CONFIG_DUTIES_H
#define CONFIG_DUTIES_H

#include "config/value.h"

void duties_load_weeks(struct load *load, const struct doc *doc, struct roster *roster);
void duties_load_rotation(struct load *load, const struct doc *doc, struct roster *roster);
/* The roster's own file and then its drop-ins, by name. */
void duties_load_shifts(struct load *load, const struct doc *const *docs, size_t n_docs, struct roster *roster);

#endif

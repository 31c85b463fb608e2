#ifndef SIM_SHRINK_H
#define SIM_SHRINK_H

#include "sim.h"

struct history_id { uint64_t seed; };

/* In a process of its own, which may end as it likes. */
void run_in_child(uint64_t seed, const struct script *script, bool verbose, struct outcome_of_history *ret);
/* Drops actions that this failure does not need. */
void shrink(const struct history_id *id, struct script *script, const char *promise);

#endif

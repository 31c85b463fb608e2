/* A roster on a terminal, and as JSON. */
#ifndef CTL_ROSTER_PRINT_H
#define CTL_ROSTER_PRINT_H

#include <jansson.h>

#include "config/config.h"

struct roster_range {        /* local days, both included */
    int64_t first_day, last_day;
};

void roster_print(const struct config *config, const struct roster *roster, const struct roster_range *range);
json_t *roster_to_json(const struct config *config, const struct roster *roster, const struct roster_range *range);

#endif

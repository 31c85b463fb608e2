/* The hours in which a roster holds, as local days are counted. */
#ifndef ENGINE_ROSTER_HOURS_H
#define ENGINE_ROSTER_HOURS_H

#include "engine/roster.h"

/* The instants at which roster_in_hours() may change: the first after, the last at or before. INT64_MAX and INT64_MIN: none. */
int64_t roster_hours_after(const struct roster *roster, const struct tz *tz, int64_t at_usec);
int64_t roster_hours_before(const struct roster *roster, const struct tz *tz, int64_t at_usec);

#endif

/* Times as people type them for a shift. All are local to the zone; a day without a time means the roster's handover.
 *
 *     now, nu                          this minute
 *     2026-12-24 08:00 (or with T)     2026-12-24
 *     mån, Mon, måndag 08:00           the next one
 *     idag, today, imorgon, tomorrow   with a time or without
 *     08:00                            the next time that clocks show it
 *     +90m, +2h, +7d                   after the other time; days are calendar days
 */
#ifndef ROSTER_ROSTER_TIME_H
#define ROSTER_ROSTER_TIME_H

#include "base/err.h"
#include "engine/plan.h"

/* "The next" means after after_usec: now for a shift's beginning, its beginning for its end. `edge` is as for tz_from_local().
 * now_usec is this minute's whole. ERR_SYNTAX: none of the above; ERR_RANGE: a date or time that does not exist. */
WARN_UNUSED enum err roster_time_read(const char *text, const struct roster *roster, const struct tz *tz, int64_t now_usec,
                                      int64_t after_usec, enum tz_edge edge, int64_t *ret_usec);

/* Whether the word names a day and the next one may be its time: for command lines that were not quoted. */
bool roster_time_is_day(const char *word);
bool roster_time_is_clock(const char *word);

#endif

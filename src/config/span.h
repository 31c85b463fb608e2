/* Stretches of a calendar in words: "v. 52: mån 21/12 12:00 – mån 28/12 12:00". Local times; INT64_MAX is "from then on". */
#ifndef CONFIG_SPAN_H
#define CONFIG_SPAN_H

#include <stdint.h>

#include "base/buf.h"
#include "engine/plan.h"

struct span {
    int64_t from_usec, until_usec;
};

/* The weeks that a span belongs to: where it begins or ends with a duty of the roster (NULL: none), that duty's; else the
 * calendar's. */
void span_weeks(struct span span, const struct tz *tz, const struct roster *roster, struct iso_week *ret_first,
                struct iso_week *ret_last);
/* Whether it is made of whole weeks' duties. */
bool span_is_weeks(struct span span, const struct tz *tz, const struct roster *roster);

/* "v. 52: mån 21/12 12:00 – mån 28/12 12:00"; within one day "v. 52: tor 24/12 08:00 – 12:00"; in English "v. 52: Mon 21 Dec
 * 12:00 – ...". Years are told where they are not plain from now_usec. */
void span_add(struct buf *buf, struct span span, const struct tz *tz, const struct roster *roster, enum language language,
              int64_t now_usec);
/* "mån 21/12 12:00" */
void span_add_time(struct buf *buf, int64_t at_usec, const struct tz *tz, enum language language, int64_t now_usec);
/* As a roster's [shifts] have it: "2026-12-24 08:00 / 2026-12-25 08:00". Seconds are cut off. */
void span_add_shift(struct buf *buf, struct span span, const struct tz *tz);
/* As [weeks] have it: "2026-W52", "2026-W52..2027-W01". */
void span_add_week_keys(struct buf *buf, struct iso_week first, struct iso_week last);

#endif

/* Small pieces of text for people: local times, masked numbers, names. */
#ifndef API_WORDS_H
#define API_WORDS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/tz.h"
#include "engine/plan.h"

/* "03:14"; of another day than now: "22 nov 03:14", "22 Nov 03:14". */
void words_add_time(struct buf *buf, const struct tz *tz, int64_t wall_usec, int64_t now_usec, enum language language);

/* Everything but the last three digits of a telephone number as "*": "+********605". An e-mail address stays as it is. */
void words_add_masked_address(struct buf *buf, const char *address);
/* Text from outside: in every run of seven or more digits all but the last three are masked, and a run of exactly six, which
 * may be somebody's code, whole. Digits of a run may have spaces, hyphens and brackets between them. */
void words_add_masked_text(struct buf *buf, const char *text);

/* The person's name, or the id if the configuration knows it no more, or `nobody` for NULL and "". */
const char *words_person(const struct plan *plan, const char *id, const char *nobody);

#endif

/* The watch looks at the calendar: who goes on and off duty, and where nobody will be. It decides what is to be told; the engine
 * writes it down and tells it, and from those records the watch remembers, over a restart, what was told. Pure: plan and time
 * come in, events go out.
 *
 * A change of duty is what differs from what was told last, whatever brought it about: the calendar, a swap, a reload, a clock
 * that was set, a restart over a handover. A clock that steps back a little over a handover tells nothing twice. Only rosters
 * with `announce` are watched for it; the first look at one only writes down who has it.
 *
 * A gap is told at the first look that finds one within the roster's `gap-warning`, and then once a day, at eight in the morning,
 * for as long as there is one. */
#ifndef WATCH_WATCH_H
#define WATCH_WATCH_H

#include <stdint.h>

#include "base/mem.h"
#include "engine/event.h"
#include "engine/plan.h"
#include "engine/record.h"

struct watch;
struct watch *watch_new(void);
void watch_free(struct watch *watch);                        /* accepts NULL */

/* At start, before the first look: the log's records that say what was told, the newest first. Others are passed over. */
void watch_recall(struct watch *watch, const struct record *record, const struct tz *tz);

typedef void watch_tell(void *userdata, const struct event *event);      /* borrowed for the call; `now` is not filled in */
/* Tells what is due and takes it for told. Returns the wall time of the next look: before it nothing changes, unless the plan or
 * the clock does. INT64_MAX: never. */
WARN_UNUSED int64_t watch_look(struct watch *watch, const struct plan *plan, int64_t wall_usec, watch_tell *tell, void *userdata);

#endif

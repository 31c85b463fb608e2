/* What the files of the fold share. The fold is the only code that changes the state, and it does so from records alone. */
#ifndef ENGINE_APPLY_H
#define ENGINE_APPLY_H

#include "engine/internal.h"

/* What is left of a delay that was `delay_usec` long when it was recorded: never negative, never longer (P11). Live, all of
 * it. */
int64_t apply_left_usec(int64_t due_usec, int64_t delay_usec, struct now now);

/* Within 36,000 years of 1970, so that sums and differences of times are times. */
bool apply_is_time(int64_t usec);

/* At this time, or at the drill's end if that comes first. */
void apply_arm(struct engine *engine, struct callout *callout, int64_t boot_usec);
void apply_disarm(struct engine *engine, struct callout *callout);                       /* but for the drill's end */

/* One for each kind of record. ERR_CORRUPT: it cannot follow. */
WARN_UNUSED enum err apply_opened(struct engine *engine, const struct record *record);
WARN_UNUSED enum err apply_updated(struct engine *engine, struct incident *incident, const struct record *record, struct now now);
WARN_UNUSED enum err apply_closed(struct engine *engine, struct incident *incident, const struct record *record, struct now now);

WARN_UNUSED enum err apply_callout_started(struct engine *engine, struct incident *incident, const struct record *record,
                                           struct now now);
WARN_UNUSED enum err apply_turn(struct engine *engine, struct callout *callout, const struct record *record, struct now now);
WARN_UNUSED enum err apply_acknowledged(struct engine *engine, struct callout *callout, const struct record *record);
WARN_UNUSED enum err apply_declined(struct engine *engine, struct callout *callout, const struct record *record);
WARN_UNUSED enum err apply_released(struct engine *engine, struct callout *callout, const struct record *record, struct now now);
WARN_UNUSED enum err apply_cancelled(struct engine *engine, struct callout *callout);

WARN_UNUSED enum err apply_page_queued(struct engine *engine, struct callout *callout, const struct record *record);
WARN_UNUSED enum err apply_notice_queued(struct engine *engine, struct incident *incident, const struct record *record);
WARN_UNUSED enum err apply_outcome(struct engine *engine, struct incident *incident, const struct record *record, struct now now);

struct drill *apply_drill_terms(struct engine *engine, const struct record *record);     /* NULL: it has none */

void apply_link_drill(struct engine *engine, struct incident *incident);
void apply_unlink_drill(struct engine *engine, struct incident *incident);
WARN_UNUSED enum err apply_drill_plan(struct engine *engine, const struct record *record, struct now now);
WARN_UNUSED enum err apply_drill_result(struct incident *incident, const struct record *record);
WARN_UNUSED enum err apply_held_back(struct engine *engine, struct callout *callout, const struct record *record);
/* A yes or a no in a drill that waits for all. */
WARN_UNUSED enum err apply_one_answer(struct engine *engine, struct callout *callout, const struct record *record);

struct recipient *apply_recipient(struct engine *engine, struct callout *callout, const char *person);      /* found, or new */
/* They work until the incident closes. */
void apply_forget_codes(struct engine *engine, const struct incident *incident);
/* Pages of earlier turns that have come to an end, or never will, are forgotten, and so memory stays bounded however long
 * nobody answers (P15). */
void apply_forget_ended(struct engine *engine, struct incident *incident, const struct callout *callout);

#endif

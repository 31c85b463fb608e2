/* The watches over the calendar, the drills and the gateways, and the timers by which they look again. What they find to tell
 * goes to the turn. They look for the first time when the log is known, or has been waited for long enough, so that nothing is
 * told twice. */
#ifndef WATCH_LOOKOUT_H
#define WATCH_LOOKOUT_H

#include <stdbool.h>

#include "config/config.h"
#include "loop/loop.h"
#include "turn/turn.h"
#include "watch/drill_watch.h"
#include "watch/gateway_watch.h"

struct lookout;

/* Everything stays the caller's and outlives it; the configuration until the next one, or lookout_free(). `draw` is for the
 * moments of surprise drills; its userdata is the one given here. */
struct lookout *lookout_new(struct loop *loop, struct turn *turn, const struct engine *engine, const struct config *config,
                            drill_watch_draw *draw, void *userdata);
void lookout_free(struct lookout *lookout);                  /* accepts NULL */

/* The log's records of the house, the newest first: what was told already. */
void lookout_recall(struct lookout *lookout, const struct record *record);
/* At the start: looks at all, now if the log is known, else in a minute, unless the log comes before. Also when it has come. */
void lookout_begin(struct lookout *lookout, bool log_is_known);
/* A new configuration is in force, and the engine has its plan. */
void lookout_configure(struct lookout *lookout, const struct config *config);
/* Somebody has set the wall clock. */
void lookout_clock_was_set(struct lookout *lookout);
/* A record that was committed. */
void lookout_note(struct lookout *lookout, const struct record *record);
/* As gateway_watch_balance(). */
void lookout_note_balance(struct lookout *lookout, const char *gateway, const char *balance, bool low);

/* What they know. Theirs. */
const struct gateway_watch *lookout_gateways(const struct lookout *lookout);
const struct drill_watch *lookout_drills(const struct lookout *lookout);

#endif

/* The watch over the drills: when a scheduled one is due, which were missed, and of which role none has succeeded for too long.
 * It decides; the engine writes down, plans and tells, and from those records the watch remembers, over a restart, what is dealt
 * with. Pure: state, time and random bits come in, events go out.
 *
 * Each occurrence of a schedule is dealt with once: at the first look after it, a moment in its window is drawn and handed to the
 * engine, which keeps it; or, if the window has passed, it was missed. A schedule that is new, or that says something else than
 * before, counts from its first look; what was planned by its old words is dropped, and planned anew if its window is still open.
 * A clock that steps back over an occurrence brings it no second time; one that goes back more than a day was wrong before, and
 * counts from then on, until the time that it showed comes again. A handover's drill is due when somebody else has the role than
 * who was tested last. */
#ifndef WATCH_DRILL_WATCH_H
#define WATCH_DRILL_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/mem.h"
#include "engine/engine.h"

struct drill_watch;
struct drill_watch *drill_watch_new(void);
void drill_watch_free(struct drill_watch *watch);            /* accepts NULL */

/* At start, before the first look: the log's records of the house, the newest first. Others are passed over. */
void drill_watch_recall(struct drill_watch *watch, const struct record *record);
/* A record that was committed. True: it matters; look. */
bool drill_watch_note(struct drill_watch *watch, const struct record *record);

typedef void drill_watch_tell(void *userdata, const struct event *event);        /* borrowed for the call; `now` is not filled
                                                                                    in */
typedef uint64_t drill_watch_draw(void *userdata);
/* Under the engine's plan, and what it has planned. Returns the wall time of the next look; INT64_MAX: never, unless the plan or
 * the clock changes. */
WARN_UNUSED int64_t drill_watch_look(struct drill_watch *watch, const struct engine *engine, int64_t wall_usec,
                                     drill_watch_draw *draw, drill_watch_tell *tell, void *userdata);

struct drill_watch_last {
    const char *id;                  /* "": none is known */
    int64_t ended_usec;              /* wall */
    uint32_t answered, total;
};
struct drill_watch_last drill_watch_last(const struct drill_watch *watch, const char *schedule);

struct drill_watch_role {
    int64_t succeeded_usec;          /* wall: when one of it succeeded last; 0: none is known */
    bool overdue;                    /* by the roster's drill-overdue */
};
struct drill_watch_role drill_watch_role(const struct drill_watch *watch, const struct roster *roster, int64_t wall_usec);

#endif

/* The engine decides whom to page, and never does anything itself: an event goes in, records and effects come out. No I/O,
 * no clock, no randomness of its own; a test proves it on the built library.
 *
 * Events are decided one at a time. The records that come out have been applied already: engine state is the state after
 * them. The caller makes them durable and only then lets the other effects of the step out, in order.
 *
 * Time: `now` never goes back on the boot clock between calls; the wall clock may.  Memory: payloads in events are borrowed
 * for the call; effects belong to the engine until the next call that takes a non-const engine. */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "engine/event.h"
#include "engine/plan.h"
#include "engine/state.h"

struct engine;

/* Fills len bytes that nobody can guess. Simulations hand in a seeded one, and runs repeat exactly. */
typedef void engine_random(void *userdata, void *bytes, size_t len);

/* `plan` stays the caller's and must live until the next EVENT_PLAN was stepped, or engine_free(). */
struct engine *engine_new(const struct plan *plan, engine_random *random, void *userdata);
void engine_free(struct engine *engine);                     /* accepts NULL */
DEFINE_CLEANUP(struct engine *, engine_free)

/* Start: the log's records (each incident's in order), then where numbering stood, then engine_resume(). */
/* Applies a stored record. ERR_CORRUPT: it cannot follow what came before; set its incident aside. */
WARN_UNUSED enum err engine_replay(struct engine *engine, const struct record *record, struct now now);
/* Of a record that belongs to no incident, the oldest first: the reply that it came of is not acted on again. */
void engine_replay_reply(struct engine *engine, const struct record *record, struct now now);
void engine_set_aside(struct engine *engine, uint64_t incident);         /* forget it, whole */
void engine_set_last_seq(struct engine *engine, uint64_t seq);
void engine_set_last_incident(struct engine *engine, uint64_t key);      /* once for each year that may come up */
/* Sends again what was meant to be sent and has no outcome, of incidents whose first record is not after until_seq. */
struct effects engine_resume(struct engine *engine, struct now now, uint64_t until_seq);
/* What was decided before the log came is numbered anew: every record so far by this much more. */
void engine_shift_seq(struct engine *engine, uint64_t offset);

struct effects engine_step(struct engine *engine, const struct event *event);

/* Boot time at which EVENT_TICK is wanted; INT64_MAX: never. A tick before it does nothing. One tick does a bounded amount
 * of work; if more is due, the deadline stays in the past. */
int64_t engine_deadline(const struct engine *engine);

/* Looking at the state. */
const struct plan *engine_plan(const struct engine *engine);
const char *engine_text(const struct engine *engine, atom name);         /* "" for 0 */
/* NULL: not in memory (never was, or settled). */
const struct incident *engine_incident(const struct engine *engine, uint64_t key);
/* Walks the incidents in memory, open ones and those closed lately: for (size_t c = 0; (i = engine_next_incident(e, &c)); ).
 * Unspecified order. */
const struct incident *engine_next_incident(const struct engine *engine, size_t *cursor);
/* NULL: there is no such link. */
const struct recipient *engine_recipient(const struct engine *engine, uint64_t incident, const uint8_t token[TOKEN_BYTES]);
/* NULL: there is no such page (any more), or its nonce is another. */
const struct message *engine_page(const struct engine *engine, struct page_ref page);
uint64_t engine_last_seq(const struct engine *engine);
/* Drills that will begin by themselves; NULL: none. The others follow by `next`. */
const struct drill *engine_planned_drills(const struct engine *engine);
/* How many of those whose answer is waited for have answered, and who has not, with ", " between; as it stands, or at the end. */
void engine_drill_result(const struct engine *engine, const struct incident *drill, uint32_t *ret_answered, uint32_t *ret_total,
                         struct buf *ret_missing);
/* Real, but this person could take it for a drill: after a drill's page within a day, or where the summary says ÖVNING or
 * TEST. */
bool engine_is_sharp(const struct engine *engine, const struct incident *incident, atom person, int64_t wall_usec);
size_t engine_open_incidents(const struct engine *engine);
size_t engine_paging_callouts(const struct engine *engine);
/* How many of those are drills' own. */
void engine_count_drills(const struct engine *engine, size_t *ret_incidents, size_t *ret_callouts);

/* What has become of a page or notice. DOUBTED: a gateway took it, and the receipt that was due from there has not come.
 * UNKNOWN: not in memory. */
enum fate { FATE_UNKNOWN, FATE_QUEUED, FATE_SENT, FATE_DOUBTED, FATE_DELIVERED, FATE_FAILED };
enum fate engine_fate(const struct engine *engine, struct page_ref page);
const char *fate_name(enum fate fate);                       /* "queued", ... */

/* Everything that a message's text is made of. Strings live until the next change of the engine, or of the plan. */
struct message_view {
    struct page_ref page;
    enum purpose purpose;
    enum channel channel;
    enum language language;
    const char *to;              /* address */
    const char *person_id;       /* "" if nobody in particular */
    const char *person_name;
    const char *organisation;
    const char *role, *role_title;   /* "" if none */
    uint64_t incident;           /* 0: the house */
    const char *summary;         /* ""; of an incident that is sensitive: still there, the text leaves it out */
    const char *location, *callback;     /* NULL: none */
    enum severity severity;
    bool drill, sensitive;
    bool dry_run;                /* nothing of it may leave by a real gateway */
    bool degraded;               /* the log takes no writes now */
    const char *without;         /* what the drill leaves out: see drill.h; "": nothing */
    uint32_t answered, total;    /* of a drill's result */
    const char *missing;         /* of a drill's result: who, or which role, has not answered; NULL: nobody */
    bool aborted;                /* a drill that a real incident stopped: something has happened */
    bool sharp;                  /* "SKARPT LARM": a drill page in the last 24 h, or a summary that says ÖVNING or TEST */
    uint32_t code;               /* 0: none */
    bool has_token;
    uint8_t token[TOKEN_BYTES];
    int64_t opened_usec, updated_usec;
    int64_t at_usec;             /* when the call-out began; when a check got through; 0: neither */
    int64_t unheld_usec;         /* since when nobody has it */
    const char *acknowledged_by; /* name; NULL: nobody */
    const char *acknowledged_number;     /* E.164: where they can be rung; NULL: nowhere */
    int64_t acknowledged_usec;
    int64_t closed_usec;
    uint32_t count;              /* updates that this notice tells of */
    const char *gateway;         /* of a test, a check or what it came to; otherwise "" */
    const char *reason;          /* of degraded, of a failed check; a low balance, of a drill that was missed; otherwise "" */
    int64_t duty_from_usec;      /* these three: of a change of duty or a gap; 0: none */
    int64_t duty_until_usec;     /* 0: no end in sight */
    const char *duty_other;      /* who had it before, or has it now: a name; NULL: nobody */
};

/* False: not wanted (any more): answered, closed, superseded, unknown. */
bool engine_message(const struct engine *engine, struct page_ref page, int64_t wall_usec, struct message_view *ret);
/* The same, wanted or not: for who has been rung, and picks up. */
bool engine_message_again(const struct engine *engine, struct page_ref page, int64_t wall_usec, struct message_view *ret);

#endif

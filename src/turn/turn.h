/* The turn of the loop: events in, the engine steps, one transaction, and only then effects out. One direction, no back and
 * forth.
 *
 * Turns commit in order, one batch in flight; what comes meanwhile gathers in the next (group commit). Replies are rendered when
 * they are decided (ops.decided), while the state is the one that they speak of, and let out after the commit.
 *
 * When a commit fails, or has not come back after 2 s, the turn is degraded (P12): everything is let out at once, marked as
 * such, and records wait in memory, bounded, until the disk takes them again. If that turns out not to last, it is believed only
 * after the disk has given no trouble for a while, longer each time, up to ten minutes. */
#ifndef TURN_TURN_H
#define TURN_TURN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/engine.h"
#include "loop/loop.h"
#include "store/store.h"
#include "turn/batch.h"

struct turn;

struct turn_ops {
    void (*decided)(void *userdata, const struct effect_reply *reply);          /* render it now */
    void (*reply)(void *userdata, uint64_t request, bool degraded);             /* let it out */
    void (*send)(void *userdata, const struct effect_send *send);
    void (*publish)(void *userdata, const struct record *record);               /* to the journal and the live views */
};

/* Everything stays the caller's and outlives the turn. */
struct turn *turn_new(struct loop *loop, struct engine *engine, const struct turn_ops *ops, void *userdata);
void turn_free(struct turn *turn);                               /* accepts NULL; what is held is let out no more */

/* Where to commit to. None at first: turn_degrade() from the beginning. The store's live incidents are replayed right after this.
 * Of a store that comes later, what was decided so far is renumbered to follow its head. */
void turn_set_store(struct turn *turn, struct store *store);
/* Degraded from now on, for this reason, until a commit succeeds. */
void turn_degrade(struct turn *turn, const char *reason);

/* Queues an event; its `now` is filled in when it is stepped. False: too much waits for the disk; only for what a caller can
 * try again. */
bool turn_submit(struct turn *turn, const struct event *event);
/* Calls back when everything decided so far is durable, or at once if it is; or when degraded. */
void turn_after_commit(struct turn *turn, batch_call *function, void *userdata);
/* Lets these effects out as already durable: what engine_resume() gave. */
void turn_let_out(struct turn *turn, struct effects effects);

/* The loop's turn. */
void turn_run(struct turn *turn);

/* Steps what is queued, now, under the plan still in force: before a new plan is handed in. */
void turn_flush_queue(struct turn *turn);

struct turn_status {
    bool degraded;
    const char *reason;              /* "" */
    uint64_t committed_seq;
    size_t waiting_records;          /* decided and not yet durable */
    int64_t overdue_usec;            /* by how much the oldest deadline or event is late; 0: nothing is */
};
struct turn_status turn_status(const struct turn *turn);
bool turn_idle(const struct turn *turn);                         /* nothing queued, nothing in flight */

#endif

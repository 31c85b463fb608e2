/* Engine, turn, dispatch and lookout, wired to each other: all that pages. What is around it, the log's disk, the API, sockets
 * and signals, is the daemon's; the simulation has a world of its own around the same pager.
 *
 * Its life: pager_new(); then pager_take_log() if there is a log; pager_begin(). A log that comes later is taken, and resumed. */
#ifndef PAGER_PAGER_H
#define PAGER_PAGER_H

#include "config/config.h"
#include "engine/engine.h"
#include "gateways/dispatch.h"
#include "loop/http_client.h"
#include "loop/loop.h"
#include "turn/opening.h"
#include "turn/replay.h"
#include "turn/turn.h"
#include "watch/disk_word.h"
#include "watch/lookout.h"

struct pager_ops {
    engine_random *random;           /* bytes that nobody can guess */
    uint64_t (*draw)(void *userdata);        /* for jitter, and the moments of surprise drills */
    /* As turn_ops has them: of requests whose highest bit is not set. That one is the pager's own. */
    void (*decided)(void *userdata, const struct effect_reply *reply);
    void (*reply)(void *userdata, uint64_t request, bool degraded);
    void (*publish)(void *userdata, const struct record *record);
    /* To be kept where it outlives the process: what the next pager_begin() is to be told as `was_degraded`. */
    void (*keep_degraded)(void *userdata, bool degraded);
};

struct pager {                       /* its parts are for whoever asks or tells them something; none is ever exchanged */
    struct engine *engine;
    struct turn *turn;
    struct dispatch *dispatch;
    struct lookout *lookout;

    struct disk_word disk_word;      /* as the log had it at the start */
    const struct pager_ops *ops;
    void *userdata;
};

/* Everything stays the caller's and outlives it; the configuration until the next one, or pager_free(). */
struct pager *pager_new(struct loop *loop, struct http_client *client, const struct config *config, const struct pager_ops *ops,
                        void *userdata);
void pager_free(struct pager *pager);        /* accepts NULL */

/* What the log holds becomes the state, and records go to its store from now on. The store stays the caller's; once it is closed,
 * only pager_free() is left to call. `bad` is told of an incident that is damaged and set aside, with `userdata`. Returns where
 * the log ended, for pager_resume(). */
uint64_t pager_take_log(struct pager *pager, struct store *store, const struct opened *opened, replay_bad *bad, void *userdata);
/* At the start: what the log says was meant to be sent is sent again. `trouble`: why there is no log yet; NULL: it has been
 * taken. `was_degraded`: an earlier process has told the administrators that the log cannot be written, and none since that it
 * can. */
void pager_begin(struct pager *pager, const char *trouble, bool was_degraded);
/* The log has come late, and was taken: the same, up to where it ended. What came later is under way in this process. */
void pager_resume(struct pager *pager, uint64_t until_seq);

/* What is queued is stepped under the plan that it was queued under; then everything changes hands at once (P10). The old
 * configuration is not used any more when this returns. */
void pager_configure(struct pager *pager, const struct config *config);
/* Somebody has set the wall clock. */
void pager_clock_was_set(struct pager *pager);
/* Nothing is queued, uncommitted, or on the wire. */
bool pager_is_quiet(const struct pager *pager);

#endif

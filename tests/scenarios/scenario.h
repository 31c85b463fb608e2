/* The pieces of the scenario runner: a world with virtual clocks around the real engine, and the engine's output as lines of
 * text. See tests/README.md for the language. */
#ifndef SCENARIO_H
#define SCENARIO_H

#include "base/buf.h"
#include "config/config.h"
#include "engine/engine.h"

struct kept_record {
    struct effect_record effect;     /* its payload is a copy */
};

struct world {
    const char *plans;               /* directory of configurations */
    struct config *config, *old_config;
    struct engine *engine;
    struct now now;
    uint64_t random;                 /* state of a seeded generator: runs repeat exactly */
    struct kept_record *log;         /* everything recorded so far: the store */
    size_t n_log, cap_log;
    struct buf out;                  /* what happened since the last command */
    struct buf error;                /* a promise that does not hold, or a command that makes no sense */
};

void world_init(struct world *world, const char *plans);
void world_done(struct world *world);
bool world_load(struct world *world, const char *plan);                  /* the first, or a reload */
void world_step(struct world *world, struct event *event);
void world_wait(struct world *world, int64_t usec);                      /* ticks at every deadline on the way */
void world_crash(struct world *world, int64_t away_usec);                /* a new engine from the log */
const struct message *world_message(const struct world *world, uint64_t incident, uint32_t number);     /* NULL: there is none */
void world_state(const struct world *world, struct buf *ret);            /* the state as text */

void lines_add_effect(struct buf *buf, const struct engine *engine, const struct effect *effect);
void lines_add_state(struct buf *buf, const struct engine *engine);

#endif

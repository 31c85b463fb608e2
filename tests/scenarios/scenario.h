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

typedef void world_watch(void *userdata, const struct effect *effect);

struct world {
    const char *plans;               /* directory of configurations */
    struct config *config, *old_config;
    struct engine *engine;
    struct now now;
    uint64_t random;                 /* state of a seeded generator: runs repeat exactly */
    struct kept_record *log;         /* everything recorded so far: the store */
    size_t n_log, cap_log;
    size_t n_committed;              /* how much of it is on the disk: a crash loses the rest */
    /* how much of it an engine before this one wrote: the house's records of that time are history */
    size_t n_before;
    /* writes nothing to `out`, checks and commits only when told: for runs of thousands of steps */
    bool quick;
    world_watch *watch;              /* sees every effect; NULL: nobody does */
    void *watcher;
    struct buf out;                  /* what happened since the last command */
    struct buf error;                /* a promise that does not hold, or a command that makes no sense */
};

void world_init(struct world *world, const char *plans);
void world_done(struct world *world);
bool world_load(struct world *world, const char *plan);                  /* the first, or a reload */
void world_step(struct world *world, struct event *event);
void world_wait(struct world *world, int64_t usec);                      /* ticks at every deadline on the way */
/* only in quick ones: what was recorded so far is on the disk */
void world_commit(struct world *world);
void world_check(struct world *world);                                   /* P2, P14: to `error` */
void world_crash(struct world *world, int64_t away_usec);                /* a new engine, as the daemon starts from its store */
const struct message *world_message(const struct world *world, uint64_t incident, uint32_t number);     /* NULL: there is none */
void world_state(const struct world *world, struct buf *ret);            /* the state as text */

/* A command: its words, and the values of those that are name=value. */
enum { WORDS_MAX = 24 };
struct words {
    char *list[WORDS_MAX];
    size_t n;
};
const char *words_value(const struct words *words, const char *name);    /* NULL: there is none */
bool words_have(const struct words *words, const char *word);
const char *words_at(const struct words *words, size_t index);           /* "" beyond the last */
int64_t words_duration(struct world *world, const char *text);           /* usec; to `error` if it is none */

/* told.c: what the daemon's watches tell the engine. */
void do_duty(struct world *world, const struct words *words);
void do_gap(struct world *world, const struct words *words);
void do_check(struct world *world, const struct words *words);
void do_news(struct world *world, const struct words *words);
void do_schedule(struct world *world, const struct words *words);
void do_overdue(struct world *world, const struct words *words);

void damage_log(struct world *world);                                     /* to `error`, what does not hold of a log that is damaged */

void lines_add_effect(struct buf *buf, const struct engine *engine, const struct effect *effect);
void lines_add_view(struct buf *buf, const struct message_view *view);
void lines_add_incident(struct buf *buf, const struct engine *engine, const struct incident *incident);
void lines_add_incidents(struct buf *buf, const struct engine *engine);
void lines_add_state(struct buf *buf, const struct engine *engine);

#endif

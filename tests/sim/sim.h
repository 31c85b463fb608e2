/* A simulation of the whole pager in one thread and virtual time: the production engine, turn, replay, watch and dispatch; a
 * disk, gateways, people and sources that misbehave; and what must hold, checked after every step.
 *
 * A history follows from its seed and from nothing else. It is a script of actions, made beforehand, so that actions can be left
 * out and the rest stays as it was: that is how a failure shrinks. What an action does not say (how long this transfer takes) is
 * drawn from the seed and a name, not from a stream, for the same reason.
 *
 * One history a process: the clocks of loop.h take no argument, so what they show is the process's. A history's memory goes with
 * it.
 *
 *   main.c       many histories over many processes; seeds.txt      shrink.c     a shorter script that fails the same way
 *   history.c    one history: the script against the world         script.c     the actions that a seed makes
 *   clock.c      loop.h: clocks, timers                             disk.c       store.h: what is durable, and when
 *   node.c       the daemon's wiring: starts, crashes, reloads      providers.c  http_client.h: gateways that misbehave
 *   people.c     inboxes, answers, sources                          plans.c      random valid configurations
 *   oracle.c     clocks, duties and schedules, computed once more
 *   model.c      the records folded a second time, simply           check*.c     the promises */
#ifndef SIM_H
#define SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/civil.h"
#include "config/config.h"
#include "engine/engine.h"
#include "store/store.h"
#include "turn/turn.h"

/* ---- the history ---- */

/* The promise broken and what shows it. Ends the history: it does not return. */
_Noreturn void fail(const char *promise, const char *format, ...) PRINTF(2, 3);
/* A line of the transcript: hashed, and printed if asked for. */
void note(const char *format, ...) PRINTF(1, 2);
void note_bytes(const void *bytes, size_t len);              /* hashed, not printed */
bool is_verbose(void);
/* A number that follows from the seed and this name. */
uint64_t draw(const char *what, uint64_t a, uint64_t b);
static inline bool one_in(unsigned n, const char *what, uint64_t a, uint64_t b) { return draw(what, a, b) % n == 0; }
uint64_t history_seed(void);
int64_t history_wall_usec(void);                             /* when it begins */
/* Every fourth history has no drills that are started as such, no word to the sources, no checks of gateways, no ids of providers, no
 * calls that are answered, and no texts but the built-in ones: there is room for more of the rest. */
static inline bool history_is_plain(void) { return history_seed() % 4 == 0; }
/* From this seed on each history is of its own kind, see script.c, and texts come again. Seeds below are left as they are, for
 * those that are kept. */
enum { OF_A_KIND_FROM = 10000000 };
static inline bool history_is_of_a_kind(void) { return history_seed() >= OF_A_KIND_FROM; }

struct outcome_of_history {
    bool failed;
    char promise[8];
    char text[500];
    uint64_t hash;               /* of the transcript */
    uint64_t steps, wired, crashes;      /* engine steps, messages on the wire, crashes */
    int64_t simulated_usec;
};

struct script;
/* Runs in this process, once. `ret` is filled in as it goes, and is shared memory: a history may end by a signal. */
void history_run(uint64_t seed, const struct script *script, bool verbose, struct outcome_of_history *ret);

/* ---- the script ---- */

enum act {
    ACT_TRIGGER, ACT_UPDATE, ACT_RETRY, ACT_BURST, ACT_ANSWER, ACT_API, ACT_CALL_IN, ACT_NOTE, ACT_CLOSE, ACT_TEST,
    ACT_STRANGER, ACT_GATEWAY, ACT_DISK, ACT_CRASH, ACT_CLOCK, ACT_SUSPEND, ACT_RELOAD, ACT_REFUSED, ACT_FLOOD, ACT_DRILL, ACT_DRILL_STOP, ACT_COUNT
};
struct action { int64_t at_usec; enum act act; uint32_t a, b, c, d; };
struct script {
    struct action *actions;
    size_t n;
    bool *dropped;               /* by shrinking, or by --keep */
    int64_t end_usec;            /* the world is mended then */
    int64_t wall_usec;           /* when it begins */
};
void script_make(uint64_t seed, struct script *ret);
void script_free(struct script *script);
const char *act_name(enum act act);

/* ---- clock.c ---- */

void clock_begin(int64_t wall_usec);
int64_t sim_now(void);                                       /* microseconds since the history began; never jumps back */
int64_t sim_of_boot(int64_t boot_usec);                      /* INT64_MAX stays */
void clock_call(int64_t at_usec, void (*cb)(void *userdata), void *userdata);       /* the world's, at this time of sim_now() */
int64_t clock_next(void);                                    /* of the first thing that is due; INT64_MAX: nothing */
void clock_advance(int64_t to_usec);                         /* time passes; nothing is called */
void clock_fire(void);                                       /* calls the first thing due; time goes there if it is ahead */
void clock_step_wall(int64_t by_usec);
void clock_reboot(void);                                     /* CLOCK_BOOTTIME begins anew */
bool clock_take_wake(void);                                  /* somebody called loop_wake() since */
void clock_forget_timers(void);                              /* the process is gone: so are its timers */

/* ---- disk.c ---- */

enum disk_mode { DISK_FINE, DISK_SLOW, DISK_HANGS, DISK_FAILS, DISK_MODES };
void disk_set(enum disk_mode mode, int64_t until_usec);
enum disk_mode disk_now(void);
int64_t disk_until(void);
void disk_crash(void);                                       /* what was in flight is there, or it is not */
uint64_t disk_seq(void);                                     /* of the last durable record */
const struct store_record *disk_record(uint64_t seq);
int64_t disk_waits_since(void);                              /* when the append in flight was given; INT64_MAX: none is */

/* ---- node.c ---- */

void node_begin(unsigned plan);                              /* the first start, with this configuration */
void node_stop(void);                                        /* at the end of the history */
bool node_up(void);
void node_crash(int64_t away_usec, bool reboot);             /* at once; it comes back by itself */
void node_crash_after(unsigned effects, int64_t away_usec);  /* in the middle of what it does, after so many effects more */
void node_crash_next_life(unsigned effects);                  /* and again, so soon after its next start */
bool node_alive(void);                                       /* false: its last effects lead nowhere */
bool node_effect(void);                                      /* counts one; false: it is dead */
bool node_submit(const struct event *event);                 /* false: not up, or too much waits */
bool node_gateway_failed(const char *gateway);               /* the last check of it that came to an end */
void node_run(void);                                         /* the loop's turn, until it is at rest */
void node_reload(unsigned plan);
void node_refuse_reload(void);
void node_clock_was_set(void);
struct engine *node_engine(void);
struct engine *node_shadow(void);                            /* the records applied to another engine (P14) */
const struct config *node_config(void);
struct turn_status node_status(void);
bool node_has_store(void);
unsigned node_life(void);                                    /* counts starts, from 1 */
int64_t node_started(void);

/* ---- plans.c ---- */

enum { SIM_PERSONS = 6, SIM_GATEWAYS = 4, PLAN_WHOLE = 0, PLAN_LAST = 100 };
struct sim_plan;
/* PLAN_WHOLE: everybody and every role is there. PLAN_LAST: so they are, and no drill begins by itself. */
struct sim_plan *sim_plan_new(unsigned number);
void sim_plan_free(struct sim_plan *plan);
const struct config *sim_plan_config(const struct sim_plan *plan);
int64_t plans_longest_delay(void);                           /* of any plan made so far: B of the liveness check */
int64_t plans_longest_drill(void);
const char *person_name_of_number(unsigned person);          /* "anna.berg", ... */
/* ---- oracle.c: arithmetic of its own ---- */

/* Who has a weekly duty. NULL: it cannot tell. */
const char *oracle_primary(const struct roster *roster, int64_t wall_usec);
int64_t oracle_to_local(int64_t utc_sec);
/* Of a schedule by the calendar: its last occurrence until then; INT64_MIN: it had none of late. */
int64_t oracle_occurrence(const struct schedule *schedule, int64_t wall_usec);
bool oracle_may_begin(const struct schedule *schedule, int64_t wall_usec);   /* the hours, the day, and no warning test */

/* ---- providers.c ---- */

enum provider_mode {
    PROVIDER_FINE,
    PROVIDER_REFUSES,
    PROVIDER_DOWN,
    PROVIDER_HANGS,
    PROVIDER_ANSWER_LOST,
    PROVIDER_LIES,
    PROVIDER_DOUBLES,
    PROVIDER_SLOW,
    PROVIDER_LATE,
    PROVIDER_BUSY,
    PROVIDER_BAD_RECEIPTS,
    PROVIDER_MODES
};
void provider_set(unsigned gateway, enum provider_mode mode, int64_t until_usec);
void providers_mend(void);
bool provider_was_faulty(const char *gateway);               /* lately */
/* It was so at some time since then, or asked before to be left alone for longer. */
bool provider_in_doubt(const char *gateway, int64_t since_usec);
unsigned provider_in_flight(const char *gateway);
/* What this gateway has called by that id. False: nothing. */
bool provider_page(const char *gateway, const char *id, struct page_ref *ret);
size_t provider_names(const char *gateway, struct page_ref page);     /* by how many ids it knows the page */

/* ---- people.c ---- */

struct arrival {                 /* a message in somebody's hand */
    struct page_ref page;
    const char *to;
    const char *text;
    int64_t at_usec;
};
void people_got(struct page_ref page, const char *to, const char *text);
void people_act(const struct action *action);
void people_answer_all(void);                                /* everybody who is paged says yes to the last page */
void people_close_all(void);
void client_decided(const struct effect_reply *reply);
void client_replied(uint64_t request, bool degraded);
void client_lost_node(void);                                 /* no answer will come to what was asked */
void client_check_promises(void);                            /* after a start: what was promised is there */
size_t client_unanswered(void);                              /* requests whose answer was decided and is held back */

#endif

/* The daemon's part, as src/daemon.c has it, without its threads and sockets: what it does at a start, when a log comes late, at a reload
 * and when a clock is set. The pager is the production one. */
#include <assert.h>

#include "base/log.h"
#include "check.h"
#include "gateways/gateway.h"
#include "pager/pager.h"

#define OPENING_AGAIN_USEC (5 * USEC_PER_SEC)
enum { TURNS_MAX = 5000 };

static struct {
    struct sim_plan *plan;
    unsigned plan_number;            /* of the configuration that stands on the disk */
    struct pager *pager;
    struct engine *shadow;
    struct store *store;
    bool kept_degraded;              /* in /run, as src/service has it */
    struct loop_timer *open_again;
    struct opened *opened;           /* the log has come; the next turn takes it */
    bool up, dead;
    unsigned fuse, next_fuse;        /* effects until it dies, in this life and the next; 0: it does not */
    int64_t away_usec, started_usec;
    unsigned life;
    uint64_t random;
} node;

bool node_up(void) { return node.up; }
bool node_alive(void) { return node.up && !node.dead; }
struct engine *node_engine(void) { return node.pager->engine; }
struct engine *node_shadow(void) { return node.shadow; }
const struct config *node_config(void) { return sim_plan_config(node.plan); }
struct turn_status node_status(void) { return turn_status(node.pager->turn); }
bool node_has_store(void) { return node.store != NULL; }
unsigned node_life(void) { return node.life; }
int64_t node_started(void) { return node.started_usec; }

bool node_effect(void)
{
    if (node.fuse > 0 && --node.fuse == 0) {
        note("crash: in the middle");
        node.dead = true;
    }
    return !node.dead;
}

static void fill_random(void *userdata, void *bytes, size_t len)
{
    (void)userdata;
    for (size_t i = 0; i < len; i++)
        ((uint8_t *)bytes)[i] = (uint8_t)draw("random", 0, node.random++);
}

/* ---- the pager, watched ---- */

/* The linker's names: see ld(1), --wrap. */
/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
struct effects __real_engine_step(struct engine *engine, const struct event *event);
struct effects __wrap_engine_step(struct engine *engine, const struct event *event);
void __real_engine_shift_seq(struct engine *engine, uint64_t offset);
void __wrap_engine_shift_seq(struct engine *engine, uint64_t offset);
struct gateway_way *__real_gateway_open(const struct gateway *config);
struct gateway_way *__wrap_gateway_open(const struct gateway *config);
void __real_dispatch_send(struct dispatch *dispatch, const struct effect_send *send);
void __wrap_dispatch_send(struct dispatch *dispatch, const struct effect_send *send);
bool __real_turn_submit(struct turn *turn, const struct event *event);
bool __wrap_turn_submit(struct turn *turn, const struct event *event);
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

struct effects __wrap_engine_step(struct engine *engine, const struct event *event)
{
    bool watched = node.pager && engine == node.pager->engine && !node.dead;
    if (watched)
        check_before(event);
    struct effects effects = __real_engine_step(engine, event);
    if (watched && event->kind == EVENT_PLAN)
        __real_engine_step(node.shadow,
                           &(struct event){.kind = EVENT_PLAN, .now = event->now, .plan = {.plan = event->plan.plan}});
    if (watched)
        check_after(event, effects);
    return effects;
}

void __wrap_engine_shift_seq(struct engine *engine, uint64_t offset)
{
    model_shift(1, offset);
    __real_engine_shift_seq(engine, offset);
    __real_engine_shift_seq(node.shadow, offset);
}

/* A dry run is written to a file: here to none, or to one that cannot be written. */
struct gateway_way *__wrap_gateway_open(const struct gateway *config)
{
    struct gateway own = *config;
    if (config->type == GATEWAY_OUTBOX)
        own.outbox_path = one_in(8, "dry run", sim_now(), 0) ? "/dev/null/none" : "/dev/null";
    return __real_gateway_open(&own);
}

void __wrap_dispatch_send(struct dispatch *dispatch, const struct effect_send *send)
{
    if (!node_effect())
        return;
    check_handed(send, node_status().degraded);
    __real_dispatch_send(dispatch, send);
}

/* By the pager itself: an outcome is of an attempt. Receipts come by node_submit(). */
bool __wrap_turn_submit(struct turn *turn, const struct event *event)
{
    struct m_page *page = event->kind == EVENT_OUTCOME ? model_page(event->outcome.page) : NULL;
    if (page)
        page->tried_life = node.life;
    return __real_turn_submit(turn, event);
}

/* ---- what the pager lets out ---- */

static void on_decided(void *userdata, const struct effect_reply *reply)
{
    (void)userdata;
    if (!node.dead)
        client_decided(reply);
}

static void on_reply(void *userdata, uint64_t request, bool degraded)
{
    (void)userdata;
    if (node_effect())
        client_replied(request, degraded);
}

static void on_publish(void *userdata, const struct record *record)
{
    (void)userdata;
    (void)record;
    (void)node_effect();
}

static void on_keep_degraded(void *userdata, bool degraded)
{
    (void)userdata;
    if (!node.dead)
        node.kept_degraded = degraded;
}

static uint64_t on_draw(void *userdata)
{
    (void)userdata;
    return draw("jitter", 0, node.random++);
}

static const struct pager_ops pager_ops = {fill_random, on_draw, on_decided, on_reply, on_publish, on_keep_degraded};

bool node_gateway_failed(const char *gateway)
{
    return gateway_watch_state(lookout_gateways(node.pager->lookout), gateway).failed;
}

void node_clock_was_set(void)
{
    if (node.up)
        pager_clock_was_set(node.pager);
}

/* ---- the log ---- */

static void on_bad_record(void *userdata, const struct store_record *stored)
{
    (void)userdata;
    fail("P14", "record %lu cannot be replayed", (unsigned long)stored->seq);
}

static void use_model(void)
{
    for (uint64_t seq = 1; seq <= disk_seq(); seq++) {
        struct record record;
        if (stored_read(disk_record(seq), &record) != ERR_OK)
            fail("P14", "record %lu does not read back", (unsigned long)seq);
        model_apply(&record, false);
        check_recalled(&record);
    }
}

/* Into the engine, its shadow and the model: from what is durable alone. */
static uint64_t take_log(struct opened *opened)
{
    node.store = TAKE(opened->store);
    uint64_t until_seq = pager_take_log(node.pager, node.store, opened, on_bad_record, NULL);
    use_model();
    replay_live(node.shadow, opened, (struct now){loop_boot_usec(), loop_wall_usec()}, on_bad_record, NULL);
    return until_seq;
}

static void log_has_come(void *userdata)
{
    if (!node.up || node.dead || node.store || node.opened || node.life != (uintptr_t)userdata)
        return;
    struct opened *opened = opened_new("/");
    if (opened->err == ERR_OK)
        node.opened = opened;
    else
        opened_free(opened);
}

static void on_open_again(void *userdata)
{
    (void)userdata;
    if (node.store)
        return;
    clock_call(sim_now() + (int64_t)(draw("opening", sim_now(), 0) % 3000) * USEC_PER_MSEC, log_has_come,
               (void *)(uintptr_t)node.life);
    loop_timer_set(node.open_again, loop_boot_usec() + OPENING_AGAIN_USEC);
}

static void join_late_store(void)
{
    CLEANUP(opened_free) struct opened *opened = TAKE(node.opened);
    uint64_t until_seq = take_log(opened);
    note("the log has come, with %lu records", (unsigned long)until_seq);
    pager_resume(node.pager, until_seq);
    if (!node.dead)
        check_started();
}

/* ---- life ---- */

static void open_log(void)
{
    CLEANUP(opened_free) struct opened *opened = disk_now() == DISK_HANGS ? NULL : opened_new("/");
    if (opened && opened->err == ERR_OK)
        (void)take_log(opened);
}

static void swallow(void *userdata, enum log_priority priority, const char *message)
{
    (void)userdata;
    (void)priority;
    note("log: %s", message);
}

static void node_start(void)
{
    assert(!node.up);
    log_set_sink(swallow, NULL);
    node.life++;
    node.started_usec = sim_now();
    node.plan = sim_plan_new(node.plan_number);
    node.shadow = engine_new(&node_config()->plan, fill_random, NULL);
    node.pager = pager_new(NULL, NULL, node_config(), &pager_ops, NULL);
    node.open_again = loop_timer_new(NULL, on_open_again, NULL);
    model_reset();
    open_log();
    node.up = true;
    node.fuse = node.next_fuse;
    node.next_fuse = 0;
    note("start %u with plan %u and %lu records%s", node.life, node.plan_number, (unsigned long)disk_seq(),
         node.store ? "" : ", no log");
    if (!node.store)
        loop_timer_set(node.open_again, loop_boot_usec() + OPENING_AGAIN_USEC);
    pager_begin(node.pager, node.store ? NULL : "made up", node.kept_degraded);
    if (!node.dead)
        check_started();
    node_run();
}

void node_stop(void)
{
    if (!node.up)
        return;
    node.dead = true;
    disk_crash();
    pager_free(TAKE(node.pager));
    engine_free(node.shadow);
    loop_timer_free(node.open_again);
    if (node.opened)
        node.opened->store = NULL;
    opened_free(TAKE(node.opened));
    clock_forget_timers();
    sim_plan_free(node.plan);
    node.store = NULL;
    node.up = node.dead = false;
    node.fuse = 0;
    client_lost_node();
}

static void on_start_again(void *userdata)
{
    (void)userdata;
    if (!node.up)
        node_start();
}

void node_begin(unsigned plan)
{
    node.plan_number = plan;
    node_start();
}

void node_crash(int64_t away_usec, bool reboot)
{
    if (!node.up)
        return;
    note("crash: away for %ld ms%s", (long)(away_usec / USEC_PER_MSEC), reboot ? ", and the machine starts anew" : "");
    check_crashed();
    node_stop();
    if (reboot) {
        node.kept_degraded = false;
        told_rebooted();
        clock_reboot();
    }
    clock_call(sim_now() + away_usec, on_start_again, NULL);
}

void node_crash_after(unsigned effects, int64_t away_usec)
{
    node.fuse = node.up ? effects : 0;
    node.away_usec = away_usec;
}

void node_crash_next_life(unsigned effects)
{
    node.next_fuse = effects;
}

bool node_submit(const struct event *event)
{
    return node_alive() && __real_turn_submit(node.pager->turn, event);
}

void node_run(void)
{
    int turns = 0;
    while (node_alive()) {
        clock_take_wake();
        if (node.opened)
            join_late_store();
        turn_run(node.pager->turn);
        if (!clock_take_wake())
            break;
        if (++turns > TURNS_MAX)
            fail("P7", "the turn spins");
    }
    if (node.up && node.dead)
        node_crash(node.away_usec, false);
}

/* ---- reloads ---- */

void node_reload(unsigned number)
{
    if (!node_alive()) {
        node.plan_number = number;
        return;
    }
    struct sim_plan *old = node.plan, *new = sim_plan_new(number);
    turn_flush_queue(node.pager->turn);
    if (node.dead) {
        sim_plan_free(new);
        return;
    }
    note("reload: plan %u", number);
    check_before_reload();
    pager_configure(node.pager, sim_plan_config(new));
    node.plan = new;
    node.plan_number = number;
    sim_plan_free(old);
    check_after_reload();
}

void node_refuse_reload(void)
{
    node_submit(&(struct event){.kind = EVENT_RELOAD_REFUSED, .trouble = {.reason = "made up"}});
}

/* The daemon's wiring, as src/daemon.c has it, without its threads and sockets: what it does at a start, when a log comes late,
 * at a reload and when a clock is set. Whoever changes that order there changes it here. */
#include <assert.h>

#include "base/log.h"
#include "check.h"
#include "gateways/dispatch.h"
#include "gateways/gateway.h"
#include "turn/opening.h"
#include "turn/replay.h"
#include "watch/disk_word.h"
#include "watch/drill_watch.h"
#include "watch/gateway_watch.h"
#include "watch/watch.h"

#define OPENING_AGAIN_USEC  (5 * USEC_PER_SEC)
#define WATCH_PATIENCE_USEC (60 * USEC_PER_SEC)
#define CHECK_DEADLINE_USEC (10 * USEC_PER_MIN)
enum { TURNS_MAX = 5000 };

static struct {
    struct sim_plan *plan;
    unsigned plan_number;            /* of the configuration that stands on the disk */
    struct engine *engine, *shadow;
    struct turn *turn;
    struct dispatch *dispatch;
    struct store *store;
    struct watch *watch;
    struct gateway_watch *gateway_watch;
    struct drill_watch *drill_watch;
    bool gateways_watched;
    struct disk_word disk_word;
    bool kept_degraded;              /* in /run, as src/service has it */
    struct loop_timer *open_again, *look_again, *look_at_gateways;
    struct opened *opened;           /* the log has come; the next turn takes it */
    bool up, dead;
    unsigned fuse, next_fuse;        /* effects until it dies, in this life and the next; 0: it does not */
    int64_t away_usec, started_usec;
    unsigned life;
    uint64_t random;
} node;

bool node_up(void) { return node.up; }
bool node_alive(void) { return node.up && !node.dead; }
struct engine *node_engine(void) { return node.engine; }
struct engine *node_shadow(void) { return node.shadow; }
const struct config *node_config(void) { return sim_plan_config(node.plan); }
struct turn_status node_status(void) { return turn_status(node.turn); }
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

/* ---- the engine, watched ---- */

/* The linker's names: see ld(1), --wrap. */
/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
struct effects __real_engine_step(struct engine *engine, const struct event *event);
struct effects __wrap_engine_step(struct engine *engine, const struct event *event);
void __real_engine_shift_seq(struct engine *engine, uint64_t offset);
void __wrap_engine_shift_seq(struct engine *engine, uint64_t offset);
struct gateway_way *__real_gateway_open(const struct gateway *config);
struct gateway_way *__wrap_gateway_open(const struct gateway *config);
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

struct effects __wrap_engine_step(struct engine *engine, const struct event *event)
{
    bool watched = engine == node.engine && !node.dead;
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

/* ---- what the turn lets out ---- */

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

static void on_send(void *userdata, const struct effect_send *send)
{
    (void)userdata;
    if (!node_effect())
        return;
    check_handed(send, turn_status(node.turn).degraded);
    dispatch_send(node.dispatch, send);
}

static void on_publish(void *userdata, const struct record *record)
{
    (void)userdata;
    if (!node_effect())
        return;
    if (record->kind == RECORD_DEGRADED || record->kind == RECORD_RESTORED)
        node.kept_degraded = record->kind == RECORD_DEGRADED;
    if (gateway_watch_note(node.gateway_watch, record) && node.gateways_watched)
        loop_timer_set(node.look_at_gateways, 0);
    if (drill_watch_note(node.drill_watch, record) && node.gateways_watched)
        loop_timer_set(node.look_again, 0);
}

static const struct turn_ops turn_ops = {on_decided, on_reply, on_send, on_publish};

static bool on_message(void *userdata, struct page_ref page, struct message_view *ret)
{
    (void)userdata;
    return engine_message(node.engine, page, loop_wall_usec(), ret);
}

static void on_outcome(void *userdata, const struct event_outcome *outcome)
{
    (void)userdata;
    struct m_page *page = model_page(outcome->page);
    if (page)
        page->tried_life = node.life;
    turn_submit(node.turn, &(struct event){.kind = EVENT_OUTCOME, .outcome = *outcome});
}

static uint64_t on_random(void *userdata)
{
    (void)userdata;
    return draw("jitter", 0, node.random++);
}

static const struct dispatch_ops dispatch_ops = {.message = on_message, .outcome = on_outcome, .random = on_random};

/* ---- the watch ---- */

static void watch_told(void *userdata, const struct event *event)
{
    (void)userdata;
    turn_submit(node.turn, event);
}

static void look(void)
{
    int64_t wall_usec = loop_wall_usec();
    int64_t next_usec = watch_look(node.watch, &node_config()->plan, wall_usec, watch_told, NULL);
    int64_t drill_usec = drill_watch_look(node.drill_watch, node.engine, wall_usec, on_random, watch_told, NULL);
    next_usec = drill_usec < next_usec ? drill_usec : next_usec;
    if (next_usec == INT64_MAX)
        loop_timer_clear(node.look_again);
    else
        loop_timer_set(node.look_again, loop_boot_usec() + (next_usec > wall_usec ? next_usec - wall_usec : 0));
}

static void look_at_gateways(void *userdata)
{
    (void)userdata;
    struct now now = {loop_boot_usec(), loop_wall_usec()};
    int64_t next_usec = gateway_watch_look(node.gateway_watch, now, watch_told, NULL);
    if (next_usec == INT64_MAX)
        loop_timer_clear(node.look_at_gateways);
    else
        loop_timer_set(node.look_at_gateways, next_usec);
}

static void watch_gateways(void)
{
    struct watched_gateway gateways[SIM_GATEWAYS];
    const struct config *config = node_config();
    for (size_t i = 0; i < config->n_gateways; i++)
        gateways[i] = (struct watched_gateway){.name = config->gateways[i].name,
                                               .check_usec = config->gateways[i].check_usec,
                                               .channel = config->gateways[i].check_channel,
                                               .address = config->gateways[i].check_to,
                                               .deadline_usec = CHECK_DEADLINE_USEC};
    gateway_watch_configure(node.gateway_watch, gateways, config->n_gateways, (struct now){loop_boot_usec(), loop_wall_usec()});
    node.gateways_watched = true;
    look_at_gateways(NULL);
}

static void look_at_all(void)
{
    look();
    watch_gateways();
}

static void on_look_again(void *userdata)
{
    (void)userdata;
    look();
    if (!node.gateways_watched)
        watch_gateways();
}

bool node_gateway_failed(const char *gateway) { return gateway_watch_state(node.gateway_watch, gateway).failed; }

void node_clock_was_set(void)
{
    if (!node.up)
        return;
    turn_submit(node.turn, &(struct event){.kind = EVENT_CLOCK_STEPPED});
    look();
}

/* ---- the log ---- */

static void on_bad_record(void *userdata, const struct store_record *stored)
{
    (void)userdata;
    fail("P14", "record %lu cannot be replayed", (unsigned long)stored->seq);
}

static void on_house_record(void *userdata, const struct record *record)
{
    (void)userdata;
    engine_replay_reply(node.engine, record);
    watch_recall(node.watch, record, node_config()->plan.tz);
    gateway_watch_recall(node.gateway_watch, record);
    drill_watch_recall(node.drill_watch, record);
    disk_word_recall(&node.disk_word, record);
}

/* Into the engine, its shadow and the model: from what is durable alone. */
static void replay(const struct opened *opened)
{
    struct now now = {loop_boot_usec(), loop_wall_usec()};
    replay_house(opened, on_house_record, NULL);
    replay_live(node.engine, opened, now, on_bad_record, NULL);
    replay_live(node.shadow, opened, now, on_bad_record, NULL);
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

static void resume(uint64_t until_seq)
{
    turn_let_out(node.turn, engine_resume(node.engine, (struct now){loop_boot_usec(), loop_wall_usec()}, until_seq));
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
    uint64_t until_seq = store_head(opened->store).seq;
    node.store = TAKE(opened->store);
    note("the log has come, with %lu records", (unsigned long)until_seq);
    turn_set_store(node.turn, node.store);
    use_model();
    replay(opened);
    resume(until_seq);
    look_at_all();
    if (!node.dead)
        check_started();
}

/* ---- life ---- */

static void open_log(void)
{
    CLEANUP(opened_free) struct opened *opened = disk_now() == DISK_HANGS ? NULL : opened_new("/");
    if (!opened || opened->err != ERR_OK)
        return;
    node.store = TAKE(opened->store);
    use_model();
    replay(opened);
}

static void make_parts(void)
{
    node.turn = turn_new(NULL, node.engine, &turn_ops, NULL);
    node.dispatch = dispatch_new(NULL, NULL, &dispatch_ops, NULL);
    dispatch_configure(node.dispatch, node_config());
    node.open_again = loop_timer_new(NULL, on_open_again, NULL);
    node.look_again = loop_timer_new(NULL, on_look_again, NULL);
    node.look_at_gateways = loop_timer_new(NULL, look_at_gateways, NULL);
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
    node.engine = engine_new(&node_config()->plan, fill_random, NULL);
    node.shadow = engine_new(&node_config()->plan, fill_random, NULL);
    node.watch = watch_new();
    node.gateway_watch = gateway_watch_new();
    node.drill_watch = drill_watch_new();
    node.gateways_watched = false;
    node.disk_word = (struct disk_word){0};
    model_reset();
    open_log();
    make_parts();
    node.up = true;
    node.fuse = node.next_fuse;
    node.next_fuse = 0;
    note("start %u with plan %u and %lu records%s", node.life, node.plan_number, (unsigned long)disk_seq(),
         node.store ? "" : ", no log");
    if (node.store)
        turn_set_store(node.turn, node.store);
    if (node.store && (node.disk_word.owed || node.kept_degraded))
        turn_submit(node.turn, &(struct event){.kind = EVENT_RESTORED, .trouble = {.reason = "", .earlier = true}});
    if (!node.store)
        turn_degrade(node.turn, "made up");
    if (!node.store)
        loop_timer_set(node.open_again, loop_boot_usec() + OPENING_AGAIN_USEC);
    resume(UINT64_MAX);
    if (node.store)
        look_at_all();
    else
        loop_timer_set(node.look_again, loop_boot_usec() + WATCH_PATIENCE_USEC);
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
    dispatch_free(node.dispatch);
    turn_free(node.turn);
    engine_free(node.engine);
    engine_free(node.shadow);
    watch_free(node.watch);
    gateway_watch_free(node.gateway_watch);
    drill_watch_free(node.drill_watch);
    loop_timer_free(node.open_again);
    loop_timer_free(node.look_again);
    loop_timer_free(node.look_at_gateways);
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
    return node_alive() && turn_submit(node.turn, event);
}

void node_run(void)
{
    int turns = 0;
    while (node_alive()) {
        clock_take_wake();
        if (node.opened)
            join_late_store();
        turn_run(node.turn);
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
    turn_flush_queue(node.turn);
    if (node.dead) {
        sim_plan_free(new);
        return;
    }
    note("reload: plan %u", number);
    check_before_reload();
    turn_submit(node.turn, &(struct event){.kind = EVENT_PLAN, .plan = {.plan = &sim_plan_config(new)->plan, .reload = true}});
    turn_flush_queue(node.turn);
    node.plan = new;
    node.plan_number = number;
    dispatch_configure(node.dispatch, node_config());
    sim_plan_free(old);
    check_after_reload();
    look();
    if (node.gateways_watched)
        watch_gateways();
}

void node_refuse_reload(void)
{
    node_submit(&(struct event){.kind = EVENT_RELOAD_REFUSED, .trouble = {.reason = "made up"}});
}

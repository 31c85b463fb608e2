#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "engine/internal.h"
#include "scenario.h"
#include "store/store.h"
#include "turn/replay.h"

enum { TICKS_MAX = 10000 };

/* splitmix64: any seed gives a usable stream. */
static void fill_random(void *userdata, void *bytes, size_t len)
{
    struct world *world = userdata;
    for (size_t i = 0; i < len; i++) {
        uint64_t z = (world->random += UINT64_C(0x9e3779b97f4a7c15));
        z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
        z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
        ((uint8_t *)bytes)[i] = (uint8_t)((z ^ (z >> 31)) >> 24);
    }
}

void world_init(struct world *world, const char *plans)
{
    *world = (struct world){.plans = plans, .random = 1};
    world->now.boot_usec = 1000 * USEC_PER_SEC;
    world->now.wall_usec = INT64_C(1767225600) * USEC_PER_SEC;      /* 2026-01-01 */
}

void world_done(struct world *world)
{
    engine_free(world->engine);
    config_free(world->config);
    config_free(world->old_config);
    for (size_t i = 0; i < world->n_log; i++)
        free((void *)(uintptr_t)world->log[i].effect.payload);
    free(world->log);
    buf_done(&world->out);
    buf_done(&world->error);
}

bool world_load(struct world *world, const char *plan)
{
    CLEANUP(problems_free) struct problems *problems = problems_new();
    CLEANUP_BUF struct buf path = {0};
    buf_printf(&path, "%s/%s", world->plans, plan);
    struct config_env env = {
        .directory = buf_text(&path), .preset_directory = buf_text(&path), .zoneinfo_directory = "/usr/share/zoneinfo",
        .now_usec = world->now.wall_usec,
    };
    struct config *config;
    if (config_load(&env, problems, &config) != ERR_OK) {
        for (size_t i = 0; i < problems_count(problems); i++)
            buf_printf(&world->error, "%s/%s:%d: %s\n", plan, problems_get(problems, i)->file, problems_get(problems, i)->line,
                       problems_get(problems, i)->message);
        return false;
    }
    config_free(world->old_config);
    world->old_config = world->config;
    world->config = config;
    if (world->engine)
        world_step(world, &(struct event){.kind = EVENT_PLAN, .plan = {.plan = &config->plan, .reload = true}});
    else
        world->engine = engine_new(&config->plan, fill_random, world);
    return true;
}

static void keep(struct world *world, const struct effect_record *record)
{
    if (world->n_log == world->cap_log) {
        world->cap_log = world->cap_log ? 2 * world->cap_log : 64;
        world->log = mem_realloc_array(world->log, world->cap_log, sizeof(*world->log));
    }
    struct effect_record *kept = &world->log[world->n_log++].effect;
    *kept = *record;
    kept->payload = mem_dup(record->payload, record->payload_len);
}

/* As the store hands it back. */
static enum err read_kept(const struct kept_record *kept, struct record *ret)
{
    const struct effect_record *effect = &kept->effect;
    const struct store_record stored = {
        .seq = effect->seq, .at_usec = effect->at_usec, .incident = effect->incident, .kind = (uint8_t)effect->kind,
        .payload = effect->payload, .payload_len = effect->payload_len};
    return stored_read(&stored, ret);
}

static void replay_kept(struct world *world, struct engine *engine, size_t index)
{
    struct record record;
    enum err err = read_kept(&world->log[index], &record);
    if (err == ERR_OK)
        err = engine_replay(engine, &record, world->now);
    if (err != ERR_OK)
        buf_printf(&world->error, "record %zu does not replay\n", index + 1);
}

/* Of the house nothing comes back but which texts were read. */
static void replay_reply(struct world *world, struct engine *engine, size_t index)
{
    struct record record;
    if (world->log[index].effect.incident == 0 && read_kept(&world->log[index], &record) == ERR_OK)
        engine_replay_reply(engine, &record, world->now);
}

static struct engine *rebuild(struct world *world)
{
    struct engine *engine = engine_new(&world->config->plan, fill_random, world);
    for (size_t i = 0; i < world->n_log; i++)
        if (world->log[i].effect.incident != 0 || i >= world->n_before)
            replay_kept(world, engine, i);
        else
            replay_reply(world, engine, i);
    engine_set_last_seq(engine, world->n_log);
    return engine;
}

static bool settled(const struct world *world, uint64_t incident)
{
    for (size_t i = 0; i < world->n_committed; i++)
        if (world->log[i].effect.incident == incident && world->log[i].effect.mark == STORE_MARK_SETTLES)
            return true;
    return false;
}

/* A drill that was planned is live from then on. */
static bool begun_before(const struct world *world, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (world->log[i].effect.incident == world->log[index].effect.incident && world->log[i].effect.mark == STORE_MARK_OPENS)
            return true;
    return false;
}

/* As the daemon starts: incident by incident, those that are live. */
static struct engine *start_from_store(struct world *world)
{
    struct engine *engine = engine_new(&world->config->plan, fill_random, world);
    for (size_t i = 0; i < world->n_committed; i++) {
        const struct effect_record *first = &world->log[i].effect;
        replay_reply(world, engine, i);
        if (first->mark != STORE_MARK_OPENS || begun_before(world, i))
            continue;
        engine_set_last_incident(engine, first->incident);
        if (settled(world, first->incident))
            continue;
        for (size_t k = i; k < world->n_committed; k++)
            if (world->log[k].effect.incident == first->incident)
                replay_kept(world, engine, k);
    }
    engine_set_last_seq(engine, world->n_committed);
    return engine;
}

static void check_same(struct world *world, const char *what, const struct buf *live, const struct buf *replayed)
{
    const char *is = buf_text(live), *was = buf_text(replayed);
    if (strcmp(is, was) == 0)
        return;
    while (*is && strncmp(is, was, strcspn(is, "\n") + 1) == 0) {
        was += strcspn(is, "\n") + 1;
        is += strcspn(is, "\n") + 1;
    }
    buf_printf(&world->error, "P14: %s: the live state has\n%.*s\nand the replayed\n%.*s\n", what, (int)strcspn(is, "\n"), is,
               (int)strcspn(was, "\n"), was);
}

/* P14: the records, and nothing else, make the state. */
static void check_replay(struct world *world)
{
    CLEANUP_BUF struct buf live = {0}, replayed = {0};
    CLEANUP(engine_free) struct engine *again = rebuild(world);
    lines_add_state(&live, world->engine);
    lines_add_state(&replayed, again);
    check_same(world, "in order", &live, &replayed);
}

/* P2: who pages waits for something. */
static void check_pending(struct world *world)
{
    const struct incident *incident;
    for (size_t cursor = 0; (incident = engine_next_incident(world->engine, &cursor));)
        for (const struct callout *callout = incident->callouts; callout; callout = callout->next)
            if (callout->state == CALLOUT_PAGING && !heap_armed(&callout->timer))
                buf_printf(&world->error, "P2: call-out %u waits for nothing\n", callout->number);
}

static void take(struct world *world, struct effects effects)
{
    for (size_t i = 0; i < effects.n; i++) {
        if (!world->quick)
            lines_add_effect(&world->out, world->engine, &effects.list[i]);
        if (effects.list[i].kind == EFFECT_RECORD)
            keep(world, &effects.list[i].record);
        if (world->watch)
            world->watch(world->watcher, &effects.list[i]);
    }
}

void world_commit(struct world *world)
{
    world->n_committed = world->n_log;
}

void world_check(struct world *world)
{
    check_replay(world);
    check_pending(world);
}

void world_step(struct world *world, struct event *event)
{
    event->now = world->now;
    take(world, engine_step(world->engine, event));
    if (world->quick)
        return;
    world_commit(world);
    world_check(world);
}

static void pass(struct world *world, int64_t usec)
{
    world->now.boot_usec += usec;
    world->now.wall_usec += usec;
}

void world_wait(struct world *world, int64_t usec)
{
    int64_t until = world->now.boot_usec + usec;
    for (int ticks = 0; engine_deadline(world->engine) <= until; ticks++) {
        int64_t deadline = engine_deadline(world->engine);
        if (deadline > world->now.boot_usec)
            pass(world, deadline - world->now.boot_usec);
        world_step(world, &(struct event){.kind = EVENT_TICK});
        if (ticks == TICKS_MAX) {
            buf_add_text(&world->error, "P7: this spins\n");
            return;
        }
    }
    pass(world, until - world->now.boot_usec);
}

/* What was not committed is lost; what was, is all there (P1). */
void world_crash(struct world *world, int64_t away_usec)
{
    CLEANUP_BUF struct buf live = {0}, replayed = {0};
    bool whole = world->n_committed == world->n_log;
    pass(world, away_usec);
    while (world->n_log > world->n_committed)
        free((void *)(uintptr_t)world->log[--world->n_log].effect.payload);
    struct engine *again = start_from_store(world);
    lines_add_incidents(&live, world->engine);
    lines_add_incidents(&replayed, again);
    if (whole)
        check_same(world, "from the store", &live, &replayed);
    engine_free(world->engine);
    world->engine = again;
    world->n_before = world->n_log;
    take(world, engine_resume(again, world->now, UINT64_MAX));
}

void world_state(const struct world *world, struct buf *ret)
{
    lines_add_state(ret, world->engine);
}

const struct message *world_message(const struct world *world, uint64_t key, uint32_t number)
{
    const struct incident *incident = find_incident(world->engine, key);
    return incident ? find_message(incident, number) : NULL;
}

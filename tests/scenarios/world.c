#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "engine/internal.h"
#include "scenario.h"

enum { TICKS_MAX = 10000 };

/* splitmix64: any seed gives a usable stream. */
static void fill_random(void *userdata, void *bytes, size_t len) {
    struct world *world = userdata;
    for (size_t i = 0; i < len; i++) {
        uint64_t z = (world->random += UINT64_C(0x9e3779b97f4a7c15));
        z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
        z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
        ((uint8_t *)bytes)[i] = (uint8_t)((z ^ (z >> 31)) >> 24);
    }
}

void world_init(struct world *world, const char *plans) {
    *world = (struct world){.plans = plans, .random = 1};
    world->now.boot_usec = 1000 * USEC_PER_SEC;
    world->now.wall_usec = INT64_C(1767225600) * USEC_PER_SEC;      /* 2026-01-01 */
}

void world_done(struct world *world) {
    engine_free(world->engine);
    config_free(world->config);
    config_free(world->old_config);
    for (size_t i = 0; i < world->n_log; i++)
        free((void *)(uintptr_t)world->log[i].effect.payload);
    free(world->log);
    buf_done(&world->out);
    buf_done(&world->error);
}

bool world_load(struct world *world, const char *plan) {
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

static void keep(struct world *world, const struct effect_record *record) {
    if (world->n_log == world->cap_log) {
        world->cap_log = world->cap_log ? 2 * world->cap_log : 64;
        world->log = mem_realloc_array(world->log, world->cap_log, sizeof(*world->log));
    }
    struct effect_record *kept = &world->log[world->n_log++].effect;
    *kept = *record;
    kept->payload = mem_dup(record->payload, record->payload_len);
}

static enum err replay_record(struct engine *engine, const struct effect_record *stored, struct now now) {
    struct record record;
    enum err err = record_decode(stored->payload, stored->payload_len, &record);
    if (err != ERR_OK)
        return err;
    record.kind = stored->kind;
    record.seq = stored->seq;
    record.at_usec = stored->at_usec;
    record.incident = stored->incident;
    return engine_replay(engine, &record, now);
}

static struct engine *rebuild(struct world *world) {
    struct engine *engine = engine_new(&world->config->plan, fill_random, world);
    for (size_t i = 0; i < world->n_log; i++)
        if (replay_record(engine, &world->log[i].effect, world->now) != ERR_OK)
            buf_printf(&world->error, "record %zu does not replay\n", i + 1);
    return engine;
}

/* P14: the records, and nothing else, make the state. */
static void check_replay(struct world *world) {
    CLEANUP_BUF struct buf live = {0}, replayed = {0};
    CLEANUP(engine_free) struct engine *again = rebuild(world);
    lines_add_state(&live, world->engine);
    lines_add_state(&replayed, again);
    if (strcmp(buf_text(&live), buf_text(&replayed)) != 0)
        buf_printf(&world->error, "P14: the live state\n%sis not the replayed\n%s", buf_text(&live), buf_text(&replayed));
}

/* P2: who pages waits for something. */
static void check_pending(struct world *world) {
    const struct incident *incident;
    for (size_t cursor = 0; (incident = engine_next_incident(world->engine, &cursor));)
        for (const struct callout *callout = incident->callouts; callout; callout = callout->next)
            if (callout->state == CALLOUT_PAGING && !heap_armed(&callout->timer))
                buf_printf(&world->error, "P2: call-out %u waits for nothing\n", callout->number);
}

static void take(struct world *world, struct effects effects) {
    for (size_t i = 0; i < effects.n; i++) {
        lines_add_effect(&world->out, world->engine, &effects.list[i]);
        if (effects.list[i].kind == EFFECT_RECORD)
            keep(world, &effects.list[i].record);
    }
}

void world_step(struct world *world, struct event *event) {
    event->now = world->now;
    take(world, engine_step(world->engine, event));
    check_replay(world);
    check_pending(world);
}

static void pass(struct world *world, int64_t usec) {
    world->now.boot_usec += usec;
    world->now.wall_usec += usec;
}

void world_wait(struct world *world, int64_t usec) {
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

void world_crash(struct world *world, int64_t away_usec) {
    pass(world, away_usec);
    struct engine *again = rebuild(world);
    engine_free(world->engine);
    world->engine = again;
    take(world, engine_resume(again, world->now));
}

void world_state(const struct world *world, struct buf *ret) {
    lines_add_state(ret, world->engine);
}

const struct message *world_message(const struct world *world, uint64_t key, uint32_t number) {
    const struct incident *incident = find_incident(world->engine, key);
    return incident ? find_message(incident, number) : NULL;
}

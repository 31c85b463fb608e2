/* The scenario's log with one thing wrong in it, for each thing that can be: a record missing or there twice; a field of it missing, empty or out
 * of bounds. The engine applies what it can, says so of what it cannot, and then still does its work. */
#include "scenario.h"

#include <string.h>

#include "base/civil.h"

enum { DAMAGES = 4, TICKS = 20 };

struct wrong {
    size_t record;                   /* of the log */
    size_t at, len;                  /* the field in its payload, whole; len 0: the record itself */
    unsigned how;
};

/* What stands in a field's place; a length of 0: nothing, the field is gone. */
static const struct { const char *bytes; size_t len; } values[DAMAGES] = {
    {"", 0}, {"\x7f", 1}, {"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 10}, {"", 1},
};

static void fill(void *userdata, void *bytes, size_t len)
{
    uint64_t *state = userdata;
    for (size_t i = 0; i < len; i++) {
        *state = *state * UINT64_C(6364136223846793005) + 1442695040888963407;
        ((uint8_t *)bytes)[i] = (uint8_t)(*state >> 56);
    }
}

/* The field that begins at `at`: a tag, the value's length, and the value. */
static size_t field_len(const uint8_t *payload, size_t at)
{
    size_t from = at + 1, len = 0;
    for (unsigned shift = 0;; shift += 7) {
        len |= (size_t)(payload[from] & 0x7f) << shift;
        if (!(payload[from++] & 0x80))
            return from - at + len;
    }
}

static void add_damaged(struct buf *buf, const struct effect_record *stored, const struct wrong *wrong)
{
    const char *payload = stored->payload;
    buf_clear(buf);
    buf_add(buf, payload, wrong->at);
    if (values[wrong->how].len > 0) {
        buf_add_char(buf, payload[wrong->at]);
        buf_add_char(buf, (char)values[wrong->how].len);
        buf_add(buf, values[wrong->how].bytes, values[wrong->how].len);
    }
    buf_add(buf, payload + wrong->at + wrong->len, stored->payload_len - wrong->at - wrong->len);
}

static enum err replay(struct engine *engine, const struct effect_record *stored, const void *payload, size_t len, struct now now)
{
    struct record record;
    enum err err = record_decode(payload, len, RECORD_COLUMNS(stored), &record);
    return err == ERR_OK ? engine_replay(engine, &record, now) : err;
}

/* As the daemon does: an incident with a record that cannot follow is set aside, and none of its records counts. */
static void replay_all(struct world *world, struct engine *engine, const struct wrong *wrong, uint64_t aside)
{
    CLEANUP_BUF struct buf damaged = {0};
    for (size_t i = world->n_before; i < world->n_log; i++) {
        const struct effect_record *stored = &world->log[i].effect;
        bool here = i == wrong->record, whole = here && wrong->len == 0;
        if ((aside && stored->incident == aside) || (whole && wrong->how == 0))
            continue;
        enum err err = ERR_OK;
        if (here && !whole) {
            add_damaged(&damaged, stored, wrong);
            err = replay(engine, stored, buf_text(&damaged), damaged.len, world->now);
        } else {
            err = replay(engine, stored, stored->payload, stored->payload_len, world->now);
        }
        if (err == ERR_OK && whole)
            err = replay(engine, stored, stored->payload, stored->payload_len, world->now);
        if (err == ERR_OK || stored->incident == 0)
            continue;
        engine_set_aside(engine, stored->incident);
        aside = stored->incident;
    }
}

static void check_pending(struct world *world, const struct engine *engine, const struct wrong *wrong)
{
    const struct incident *incident;
    for (size_t cursor = 0; (incident = engine_next_incident(engine, &cursor));)
        for (const struct callout *callout = incident->callouts; callout; callout = callout->next)
            if (callout->state == CALLOUT_PAGING && !heap_armed(&callout->timer))
                buf_printf(&world->error, "P2, with record %zu damaged at %zu, way %u: call-out %u waits for nothing\n", wrong->record + 1, wrong->at,
                           wrong->how, callout->number);
}

static void try_one(struct world *world, const struct wrong *wrong)
{
    uint64_t random = 1;
    struct now now = world->now;
    CLEANUP(engine_free) struct engine *engine = engine_new(&world->config->plan, fill, &random);
    replay_all(world, engine, wrong, 0);
    engine_set_last_seq(engine, world->n_log);
    engine_set_last_incident(engine, incident_key(2099, 0));
    (void)engine_resume(engine, now, world->n_log);
    (void)engine_step(engine, &(struct event){.kind = EVENT_TRIGGER, .now = now, .request = 1,
                                              .trigger = {.source = "nobody", .summary = "Efter skadan", .severity = SEVERITY_CRITICAL}});
    for (int i = 0; i < TICKS && engine_deadline(engine) != INT64_MAX; i++) {
        int64_t wait_usec = engine_deadline(engine) > now.boot_usec ? engine_deadline(engine) - now.boot_usec : 0;
        now.boot_usec += wait_usec;
        now.wall_usec += wait_usec;
        (void)engine_step(engine, &(struct event){.kind = EVENT_TICK, .now = now});
    }
    check_pending(world, engine, wrong);
}

void damage_log(struct world *world)
{
    for (size_t i = world->n_before; i < world->n_log && world->error.len == 0; i++) {
        const struct effect_record *stored = &world->log[i].effect;
        try_one(world, &(struct wrong){.record = i, .how = 0});
        try_one(world, &(struct wrong){.record = i, .how = 1});
        for (size_t at = 0, len; at < stored->payload_len; at += len) {
            len = field_len(stored->payload, at);
            for (unsigned how = 0; how < DAMAGES; how++)
                try_one(world, &(struct wrong){.record = i, .at = at, .len = len, .how = how});
        }
    }
}

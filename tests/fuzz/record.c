/* The record codec, and the replay of what it decodes.
 *
 *  - What decodes encodes, and decodes to the same again.
 *  - A record of any fields that was encoded decodes to itself.
 *  - A log of garbage is refused record by record (ERR_CORRUPT) or applied, and the engine goes on with whatever came of it: it resumes, its
 *    deadlines come to rest, a trigger still pages, and each call-out that pages waits for something (P2).
 *
 * First byte: which of the three. A log is a run of: kind, incident (0 the house), hours since the one before, length (two bytes), payload. */
#include "base/civil.h"
#include "engine/record.h"
#include "fuzz.h"

/* ---- codec ---- */

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_texts(const struct record *a, const struct record *b)
{
    return same_text(a->source, b->source) && same_text(a->role, b->role) && same_text(a->person, b->person) && same_text(a->other, b->other)
        && same_text(a->actor, b->actor) && same_text(a->gateway, b->gateway) && same_text(a->address, b->address)
        && same_text(a->summary, b->summary) && same_text(a->details, b->details) && same_text(a->location, b->location)
        && same_text(a->callback, b->callback) && same_text(a->talkgroup, b->talkgroup) && same_text(a->dedup_key, b->dedup_key)
        && same_text(a->idempotency_key, b->idempotency_key) && same_text(a->text, b->text) && same_text(a->provider_id, b->provider_id);
}

static bool same_numbers(const struct record *a, const struct record *b)
{
    return a->body_hash == b->body_hash && a->due_usec == b->due_usec && a->delay_usec == b->delay_usec && a->end_usec == b->end_usec
        && a->callout == b->callout && a->page == b->page && a->nonce == b->nonce && a->step == b->step && a->round == b->round
        && a->code == b->code && a->eta_minutes == b->eta_minutes && a->count == b->count && a->severity == b->severity
        && a->channel == b->channel && a->purpose == b->purpose && a->inbound == b->inbound;
}

static bool same(const struct record *a, const struct record *b)
{
    return same_texts(a, b) && same_numbers(a, b) && a->drill == b->drill && a->sensitive == b->sensitive && a->bundle == b->bundle
        && a->on_group == b->on_group && a->final == b->final && a->has_token == b->has_token
        && (!a->has_token || memcmp(a->token, b->token, TOKEN_BYTES) == 0);
}

static void round_trip(const struct record *record)
{
    CLEANUP_BUF struct buf payload = {0};
    struct record again;
    record_encode(record, &payload);
    HOLDS(record_decode(buf_text(&payload), payload.len, RECORD_COLUMNS(record), &again) == ERR_OK);
    HOLDS(same(record, &again));
}

static void decode(const struct fuzz_input *input)
{
    struct record record;
    if (record_decode(input->at, fuzz_left(input), (struct record_columns){0}, &record) == ERR_OK)
        round_trip(&record);
}

/* ---- a record of any fields ---- */

static const char *any_text(struct fuzz_input *input, struct buf *line)
{
    if (fuzz_u8(input) & 1)
        return NULL;
    fuzz_line(input, line);
    return buf_text(line);
}

static void encode(struct fuzz_input *input)
{
    enum { TEXTS = 16 };
    struct buf lines[TEXTS] = {0};
    struct record record = {0};
    const char **texts[TEXTS] = {
        &record.source, &record.role, &record.person, &record.other, &record.actor, &record.gateway, &record.address, &record.summary,
        &record.details, &record.location, &record.callback, &record.talkgroup, &record.dedup_key, &record.idempotency_key, &record.text,
        &record.provider_id,
    };
    for (size_t i = 0; i < TEXTS; i++)
        *texts[i] = any_text(input, &lines[i]);
    uint64_t *wide[] = {&record.body_hash, (uint64_t *)&record.due_usec, (uint64_t *)&record.delay_usec, (uint64_t *)&record.end_usec};
    for (size_t i = 0; i < N_ELEMENTS(wide); i++)
        *wide[i] = fuzz_number(input, 8);
    uint32_t *numbers[] = {
        &record.callout, &record.page, &record.nonce, &record.step, &record.round, &record.code, &record.eta_minutes, &record.count,
    };
    for (size_t i = 0; i < N_ELEMENTS(numbers); i++)
        *numbers[i] = (uint32_t)fuzz_number(input, 4);
    uint8_t *bytes[] = {&record.severity, &record.channel, &record.purpose, &record.inbound};
    for (size_t i = 0; i < N_ELEMENTS(bytes); i++)
        *bytes[i] = fuzz_u8(input);
    bool *flags[] = {&record.drill, &record.sensitive, &record.bundle, &record.on_group, &record.final, &record.has_token};
    for (size_t i = 0; i < N_ELEMENTS(flags); i++)
        *flags[i] = fuzz_u8(input) & 1;
    for (size_t i = 0; record.has_token && i < TOKEN_BYTES; i++)
        record.token[i] = fuzz_u8(input);
    round_trip(&record);
    for (size_t i = 0; i < TEXTS; i++)
        buf_done(&lines[i]);
}

/* ---- a log ---- */

enum { LOG_MAX = 400, TICKS_MAX = 3000 };

static void replay(struct engine *engine, struct fuzz_input *input, struct now *now)
{
    for (uint64_t seq = 1; fuzz_left(input) > 0 && seq <= LOG_MAX; seq++) {
        struct record record;
        size_t len;
        uint8_t kind = fuzz_u8(input), incident = fuzz_u8(input);
        now->wall_usec += (int8_t)fuzz_u8(input) * USEC_PER_HOUR;
        uint64_t wanted = fuzz_number(input, 2);
        const uint8_t *payload = fuzz_bytes(input, wanted, &len);
        struct record_columns columns = {kind, seq, now->wall_usec, incident ? incident_key(2026, incident) : 0};
        if (record_decode(payload, len, columns, &record) != ERR_OK)
            continue;
        record.at_usec = (incident & 0xc0) == 0xc0 ? record.due_usec : now->wall_usec;      /* some at any time at all */
        enum err err = engine_replay(engine, &record, *now);
        HOLDS(err == ERR_OK || err == ERR_CORRUPT);
        if (err == ERR_CORRUPT)
            engine_set_aside(engine, record.incident);
    }
}

static void look_at(const struct engine *engine, struct now now)
{
    const struct incident *incident;
    for (size_t cursor = 0; (incident = engine_next_incident(engine, &cursor));) {
        for (const struct callout *callout = incident->callouts; callout; callout = callout->next)
            HOLDS(callout->state != CALLOUT_PAGING || heap_armed(&callout->timer), "P2");
        for (const struct message *message = incident->messages; message; message = message->next) {
            struct message_view view;
            struct page_ref page = {incident->key, message->number, message->nonce};
            if (engine_message(engine, page, now.wall_usec, &view))
                HOLDS(view.to && view.person_name && view.summary && view.role);
        }
    }
}

static size_t pages(const struct effects *effects)
{
    size_t n = 0;
    for (size_t i = 0; i < effects->n; i++)
        n += effects->list[i].kind == EFFECT_SEND;
    return n;
}

static void tick_to(struct engine *engine, struct now *now, int64_t boot_usec)
{
    for (int ticks = 0; engine_deadline(engine) <= boot_usec; ticks++) {
        HOLDS(ticks < TICKS_MAX, "P7: it spins");
        int64_t due_usec = engine_deadline(engine);
        if (due_usec > now->boot_usec) {
            now->wall_usec += due_usec - now->boot_usec;
            now->boot_usec = due_usec;
        }
        engine_step(engine, &(struct event){.kind = EVENT_TICK, .now = *now});
    }
}

static void go_on(struct engine *engine, struct now *now)
{
    engine_resume(engine, *now, UINT64_MAX);
    look_at(engine, *now);
    tick_to(engine, now, now->boot_usec + 15 * USEC_PER_MIN);
    struct event trigger = {.kind = EVENT_TRIGGER, .now = *now, .trigger = {.source = "local", .summary = "Brand", .severity = -1}};
    struct effects effects = engine_step(engine, &trigger);
    HOLDS(pages(&effects) > 0);
    tick_to(engine, now, now->boot_usec + 6 * USEC_PER_MIN);
    look_at(engine, *now);
}

static void replay_log(struct fuzz_input *input)
{
    uint64_t seed = 1;
    struct now now = {.boot_usec = 1000 * USEC_PER_SEC, .wall_usec = FUZZ_NOW_USEC};
    CLEANUP(engine_free) struct engine *engine = engine_new(&fuzz_config()->plan, fuzz_random, &seed);
    replay(engine, input, &now);
    go_on(engine, &now);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct fuzz_input input = {bytes, bytes + len};
    switch (fuzz_u8(&input)) {
    case 'd': decode(&input); break;
    case 'e': encode(&input); break;
    default: replay_log(&input); break;
    }
    return 0;
}

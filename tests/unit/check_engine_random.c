/* Thousands of random steps through the engine, and after each what must hold whatever came before: P2 to P5, P7, P9 to P11,
 * P13 to P15. Every run follows from its seed. `make check` runs the first seeds; for one seed, or for many more:
 *
 *     check_engine_random SEED                and what happens is told
 *     check_engine_random FIRST LAST          from 1000000 on each is of its own kind
 *
 * The daemon's part is played here in miniature: effects are held until a commit (or let out at once while degraded), pages go to
 * a gateway that answers late, twice, or never, and a crash loses what was not committed.
 *
 * It can fail. Of the first 250 seeds, so many failed when the engine was broken like this, one way at a time:
 *
 *     a reload disarms call-outs whose roster is gone      236     a page is wanted after the acknowledgement      250
 *     the ladder's end does not repeat                     250     an SMS acknowledges the incident's first call-out 130
 *     everybody declined, and the repeat does not wait     162     somebody else's code counts                     127
 *     nothing is sent again after a crash                  231     codes are drawn from forty                      244
 *     a delay starts anew after a restart                  151     updates to somebody unreachable are forgotten    75
 *     a delay is not clamped after a restart                35     updates of some incidents are not recorded      134
 *     all pages of a step failed, and it is waited out       9     ended pages are kept                             57
 *     everybody declined, and the step is waited out        84     notices that were told are kept                   5
 *     a step begins for people without a channel           145     after a release nothing is due                  159
 *     a page goes back to who has not delivered it         220     a page that goes on is not meant to go          26
 *     nobody wakes up for a receipt that does not come      71 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "engine/internal.h"
#include "scenario.h"

enum {
    SEEDS = 250,
    STEPS = 250,
    CHECK_EVERY = 50,              /* the dear checks: replay of everything */
    TURNS_AT_ONCE_MAX = 12,        /* of one call-out at one instant; the longest ladder has five steps */
    /* that one call-out remembers: of seventeen turns, to thirteen contact points, and some steps */
    PAGES_MAX = 350,
    NOTICES_MAX = 200,
    BURST = 450,
    ACTS = 13,
    OF_A_KIND_FROM = 1000000,
};
static const int64_t delay_max_usec = USEC_PER_HOUR, repeat_min_usec = 5 * USEC_PER_MIN;
static const char *const plans[] = {"small", "smaller", "hole", "rich", "late", "receipts"};
static const int64_t receipt_max_usec = USEC_PER_MIN;
static const char *const persons[] = {"anna.berg", "bo.ek", "cia.lund", "dag.ny", "eva.al"};
static const char *const numbers[] = {"+46701740605", "+46701740606", "+46701740607", "+46701740608", "+46701740609",
    "+46701740699"};
static const char *const roles[] = {"TIB", "KIB", "VAKT"};

struct flight {                    /* a page or notice that the engine asked to have sent */
    struct page_ref page;
    bool held;                     /* until the commit */
    bool dropped;                  /* the gateway asked, and it was not wanted */
    bool ended;                    /* some outcome has been told */
    const char *leave_out[LEAVE_OUT_MAX];    /* gateways that it may not go to */
    size_t n_leave_out;
};

struct turns {                     /* of one call-out: when it last began one */
    uint64_t callout;
    int64_t boot_usec, repeat_usec;
    int at_once;
};

struct standing {                  /* of one call-out, before an answer */
    uint64_t incident;
    uint32_t number;
    uint8_t state;
    atom by;
};

struct run {
    struct world world;
    uint64_t seed, random;
    int step;
    unsigned weights[ACTS];
    struct map flights;            /* page -> struct flight */
    struct flight **all;
    size_t n_all, n_commit;        /* the first n_commit have been let out */
    struct map turns;              /* call-out -> struct turns */
    struct map endings;            /* page, gateway and what its receipt said: told once */
    uint64_t again;                /* within one step: the page that a page-failed has promised to the next gateway; 0: none */
    struct standing *before;
    size_t n_before, cap_before;
    unsigned serial;
    bool clock_stepped;            /* since the start: then deadlines after a crash are clamped, not the same */
    bool begun;                    /* within one step: a step-begun must be followed by a page */
    bool early;                    /* within one step that is no tick: only a release may begin a repeat */
    const char *expected_summary;  /* it must stand in a record of this step */
    bool failed, verbose;
};

static void fail(struct run *run, const char *format, ...) PRINTF(2, 3);

static void fail(struct run *run, const char *format, ...)
{
    va_list args;
    if (!run->failed)
        fprintf(stderr, "seed %" PRIu64 ", step %d: ", run->seed, run->step);
    run->failed = true;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
}

static uint64_t random_u64(struct run *run)
{
    run->random ^= run->random << 13;
    run->random ^= run->random >> 7;
    run->random ^= run->random << 17;
    return run->random * UINT64_C(0x2545F4914F6CDD1D) >> 11;
}

static size_t below(struct run *run, size_t n) { return random_u64(run) % n; }
static bool one_in(struct run *run, size_t n) { return below(run, n) == 0; }
#define PICK(run, list) ((list)[below((run), N_ELEMENTS(list))])

static uint64_t key_of(uint64_t a, uint64_t b)
{
    uint64_t both[] = {a, b};
    return map_hash(both, sizeof(both), 7);
}

static uint64_t page_key(uint64_t incident, uint32_t number, uint32_t nonce)
{
    return key_of(incident, (uint64_t)number << 32 | nonce);
}

/* ---- what the engine says ---- */

static void see_send(struct run *run, const struct effect_send *send)
{
    uint64_t key = page_key(send->page.incident, send->page.number, send->page.nonce);
    struct flight *flight = map_get(&run->flights, key);
    if (!flight) {
        flight = NEW(struct flight);
        map_put(&run->flights, key, flight);
        run->all = mem_realloc_array(run->all, run->n_all + 1, sizeof(*run->all));
        run->all[run->n_all++] = flight;
    }
    *flight = (struct flight){.page = send->page, .held = !run->world.engine->degraded, .n_leave_out = send->n_leave_out};
    memcpy(flight->leave_out, send->leave_out, sizeof(flight->leave_out));
    if (run->again == key)
        run->again = 0;
    const struct incident *incident = find_incident(run->world.engine, send->page.incident);
    const struct message *message = incident ? find_message(incident, send->page.number) : NULL;
    const struct trail *trail = message ? trail_of(run->world.engine, message) : NULL;
    if (message && message->state != MESSAGE_QUEUED)
        fail(run, "P3: page %u of %" PRIx64 " goes out, and nobody knows after a crash", send->page.number, send->page.incident);
    if (send->n_leave_out != (trail ? trail->n : 0))
        fail(run, "page %u of %" PRIx64 " goes to who has not delivered it", send->page.number, send->page.incident);
}

/* A gateway is doubted, and believed, once for each page; a page that is to go on does go on. */
static void see_ending(struct run *run, const struct record *record)
{
    uint64_t page = page_key(record->incident, record->page, record->nonce);
    uint64_t ending = key_of(page, map_hash_text(record->gateway, record->receipt));
    if (map_put(&run->endings, ending, run))
        fail(run, "page %u of %" PRIx64 " has ended twice with %s", record->page, record->incident, record->gateway);
    if (record->again && record->final)
        fail(run, "page %u of %" PRIx64 " has ended, and goes on", record->page, record->incident);
    if (record->again)
        run->again = page;
}

/* P7: a repeat waits its interval, and nothing spins. */
static void see_turn(struct run *run, const struct record *record)
{
    uint64_t key = key_of(record->incident, record->callout);
    int64_t now = run->world.now.boot_usec;
    struct turns *turns = map_get(&run->turns, key);
    if (!turns) {
        turns = NEW(struct turns);
        map_put(&run->turns, key, turns);
    }
    turns->at_once = turns->boot_usec == now ? turns->at_once + 1 : 1;
    turns->boot_usec = now;
    if (turns->at_once > TURNS_AT_ONCE_MAX)
        fail(run, "P7: call-out %u of %" PRIx64 " spins", record->callout, record->incident);
    if (record->kind != RECORD_REPEAT_BEGUN)
        return;
    if (run->early)
        fail(run, "P7: call-out %u of %" PRIx64 " repeats before its time", record->callout, record->incident);
    if (turns->repeat_usec && now - turns->repeat_usec < repeat_min_usec)
        fail(run, "P7: call-out %u of %" PRIx64 " repeats too soon", record->callout, record->incident);
    turns->repeat_usec = now;
}

static void forget_repeat(struct run *run, const struct record *record)
{
    struct turns *turns = map_get(&run->turns, key_of(record->incident, record->callout));
    if (turns)
        turns->repeat_usec = 0;
}

static void see_record(struct run *run, const struct effect_record *effect)
{
    struct record record;
    if (record_decode(effect->payload, effect->payload_len, RECORD_COLUMNS(effect), &record) != ERR_OK) {
        fail(run, "a record does not read back");
        return;
    }
    if (run->begun && effect->kind != RECORD_PAGE_QUEUED && effect->kind != RECORD_DRILL_HELD_BACK)
        fail(run, "P7: a step began that pages nobody");
    run->begun = effect->kind == RECORD_STEP_BEGUN;
    if (run->again)
        fail(run, "a page that goes on goes nowhere");
    if (effect->kind == RECORD_PAGE_FAILED && record.receipt)
        see_ending(run, &record);
    if (effect->kind == RECORD_STEP_BEGUN || effect->kind == RECORD_STEP_SKIPPED || effect->kind == RECORD_REPEAT_BEGUN)
        see_turn(run, &record);
    if (effect->kind == RECORD_RELEASED || effect->kind == RECORD_STEP_BEGUN)
        forget_repeat(run, &record);
    if (effect->kind == RECORD_RELEASED)
        run->early = false;
    if (run->expected_summary && record.summary && strcmp(record.summary, run->expected_summary) == 0)
        run->expected_summary = NULL;
}

static void tell(const struct run *run, const struct effect *effect)
{
    CLEANUP_BUF struct buf lines = {0};
    lines_add_effect(&lines, run->world.engine, effect);
    printf("%3d %9.3f %s", run->step, (double)run->world.now.boot_usec / USEC_PER_SEC, buf_text(&lines));
    fflush(stdout);
}

static void see(void *userdata, const struct effect *effect)
{
    struct run *run = userdata;
    if (run->verbose)
        tell(run, effect);
    if (effect->kind == EFFECT_RECORD)
        see_record(run, &effect->record);
    else if (effect->kind == EFFECT_SEND)
        see_send(run, &effect->send);
}

/* ---- what must hold ---- */

static void check_bounds(struct run *run, const struct incident *incident, const struct callout *callout)
{
    size_t pages = 0, notices = 0;
    for (const struct message *message = incident->messages; message; message = message->next) {
        pages += message->callout == callout && message->purpose == PURPOSE_PAGE;
        notices += message->callout == callout && message->purpose != PURPOSE_PAGE;
    }
    if (pages > PAGES_MAX || notices > NOTICES_MAX)
        fail(run, "P15: %zu pages and %zu notices of one call-out are remembered", pages, notices);
}

static void check_messages(struct run *run, const struct incident *incident)
{
    struct message_view view;
    for (const struct callout *callout = incident->callouts; callout; callout = callout->next)
        check_bounds(run, incident, callout);
    for (const struct message *message = incident->messages; message; message = message->next) {
        struct page_ref page = {incident->key, message->number, message->nonce};
        bool wanted = engine_message(run->world.engine, page, run->world.now.wall_usec, &view);
        const struct callout *callout = message->callout;
        const struct flight *flight = map_get(&run->flights, page_key(page.incident, page.number, page.nonce));
        if (message->purpose == PURPOSE_PAGE && wanted && (callout->state != CALLOUT_PAGING || incident->closed_usec))
            fail(run, "P4: page %u of a call-out that pages nobody is wanted", message->number);
        /* What was held back by an acknowledgement and is wanted again after a release has had a later step since. */
        bool current = message->purpose == PURPOSE_PAGE && message->turn == callout->turn;
        if (message->state == MESSAGE_QUEUED && wanted && current && !flight)
            fail(run, "P3: page %u of %" PRIx64 " is not on its way", message->number, incident->key);
        if (wanted && view.drill != incident->drill)
            fail(run, "P13: a drill's page that does not say so, or a real one that does");
    }
}

static void check_trails(struct run *run)
{
    const struct trail *trail;
    for (size_t cursor = 0; (trail = map_next(&run->world.engine->trails, &cursor));) {
        const struct message *message = trail->message;
        if (!message->has_trail || find_message(trail->incident, message->number) != message)
            fail(run, "P15: receipts of a message that is forgotten");
        if (!heap_armed(&trail->timer))
            continue;
        if (message->state != MESSAGE_SENT || trail->incident->closed_usec)
            fail(run, "page %u waits for a receipt that is no longer due", message->number);
        if (trail->timer.due_usec - run->world.now.boot_usec > receipt_max_usec)
            fail(run, "P11: the time for a receipt of page %u was stretched", message->number);
        if (engine_deadline(run->world.engine) > trail->timer.due_usec)
            fail(run, "P2: the engine's deadline comes after a receipt's");
    }
}

static void check_callout(struct run *run, const struct callout *callout, struct map *codes)
{
    bool open = callout->incident->closed_usec == 0, armed = heap_armed(&callout->timer);
    if (open && drill_waits_for_all(callout) && !callout->next && callout->number == 1 && drill_all_answered(callout))
        fail(run, "a drill waits for answers that it has");
    int64_t due = callout->timer.due_usec;
    if (open && callout->state == CALLOUT_PAGING && !armed)
        fail(run, "P2: call-out %u of %" PRIx64 " waits for nothing", callout->number, callout->incident->key);
    if (open && callout->state == CALLOUT_ACKNOWLEDGED && callout->put_off > 0 && !armed)
        fail(run, "P9: updates of %" PRIx64 " are told to nobody", callout->incident->key);
    if (open && callout->ends_usec && (!armed || due > callout->ends_usec))
        fail(run, "a drill that does not end");
    if (!open && armed)
        fail(run, "a call-out of a closed incident waits for something");
    if (armed && due - run->world.now.boot_usec > delay_max_usec)
        fail(run, "P11: a delay of call-out %u of %" PRIx64 " was stretched", callout->number, callout->incident->key);
    if (armed && engine_deadline(run->world.engine) > due)
        fail(run, "P2: the engine's deadline comes after a call-out's");
    for (struct recipient *recipient = callout->recipients; recipient; recipient = recipient->next)
        if (recipient->code && map_put(codes, recipient->code, recipient))
            fail(run, "P5: two recipients have the code %06u", recipient->code);
}

static void check_state(struct run *run)
{
    struct map codes = {0};
    const struct incident *incident;
    size_t open = 0;
    for (size_t cursor = 0; (incident = engine_next_incident(run->world.engine, &cursor));) {
        open += incident->closed_usec == 0;
        if (!incident->callouts)
            fail(run, "P2: %" PRIx64 " calls nobody", incident->key);
        for (const struct callout *callout = incident->callouts; callout; callout = callout->next)
            check_callout(run, callout, &codes);
    }
    if (open != engine_open_incidents(run->world.engine))
        fail(run, "%zu incidents are open, not %zu", open, engine_open_incidents(run->world.engine));
    map_done(&codes);
    check_trails(run);
}

static void check_all(struct run *run)
{
    const struct incident *incident;
    for (size_t cursor = 0; (incident = engine_next_incident(run->world.engine, &cursor));)
        check_messages(run, incident);
    world_check(&run->world);
}

static void check_errors(struct run *run)
{
    if (run->world.error.len > 0)
        fail(run, "%s", buf_text(&run->world.error));
    buf_clear(&run->world.error);
}

static void step(struct run *run, struct event event)
{
    run->begun = false;
    run->early = true;
    world_step(&run->world, &event);
    run->early = false;
    if (run->again)
        fail(run, "a page that goes on goes nowhere");
    if (run->begun)
        fail(run, "P7: a step began that pages nobody");
}

/* ---- picking ---- */

static struct incident *any_incident(struct run *run)
{
    const struct incident *incident, *found = NULL;
    size_t n = 0;
    for (size_t cursor = 0; (incident = engine_next_incident(run->world.engine, &cursor));)
        if (one_in(run, ++n))
            found = incident;
    return (struct incident *)(uintptr_t)found;
}

static struct callout *any_callout(struct run *run)
{
    const struct incident *incident = any_incident(run);
    struct callout *found = NULL;
    size_t n = 0;
    for (struct callout *callout = incident ? incident->callouts : NULL; callout; callout = callout->next)
        if (one_in(run, ++n))
            found = callout;
    return found;
}

static struct recipient *any_recipient(struct run *run)
{
    const struct callout *callout = any_callout(run);
    struct recipient *found = NULL;
    size_t n = 0;
    for (struct recipient *recipient = callout ? callout->recipients : NULL; recipient; recipient = recipient->next)
        if (one_in(run, ++n))
            found = recipient;
    return found;
}

/* ---- what happens ---- */

static void do_trigger(struct run *run)
{
    const struct roster *named[N_ELEMENTS(roles)];
    char summary[32], key[8], idempotency[8];
    bool fresh = !one_in(run, 4);
    snprintf(summary, sizeof(summary), "Larm %u", fresh ? ++run->serial : run->serial);
    snprintf(key, sizeof(key), "K%zu", below(run, 4));
    snprintf(idempotency, sizeof(idempotency), "I%zu", below(run, 30));
    struct event event = {.kind = EVENT_TRIGGER, .request = 1, .trigger = {
        .source = one_in(run, 8) ? "local" : "rtj", .summary = summary, .severity = (int)below(run, SEVERITY_COUNT + 1) - 1,
        .roles = named, .drill = one_in(run, 5), .sensitive = one_in(run, 9),
        .dedup_key = one_in(run, 2) ? key : NULL, .idempotency_key = one_in(run, 6) ? idempotency : NULL}};
    for (size_t i = 0; i < N_ELEMENTS(roles); i++) {
        const struct roster *roster = plan_roster(&run->world.config->plan, roles[i]);
        if (roster && one_in(run, 4))
            named[event.trigger.n_roles++] = roster;
    }
    run->expected_summary = fresh ? summary : NULL;
    step(run, event);
    if (run->expected_summary)
        fail(run, "P9: \"%s\" was swallowed", run->expected_summary);
    run->expected_summary = NULL;
}

static void send_all(struct run *run, size_t from)
{
    for (size_t i = from; i < run->n_all; i++)
        step(run, (struct event){.kind = EVENT_OUTCOME, .outcome = {
            .page = run->all[i]->page, .outcome = OUTCOME_SENT, .gateway = "elks"}});
}

/* An update a minute for hours, to an incident that stays open, and that somebody has acknowledged. */
static void do_burst(struct run *run)
{
    char summary[32];
    for (int i = 0; i < BURST; i++) {
        size_t sent = run->n_all;
        snprintf(summary, sizeof(summary), "Larm %u", ++run->serial);
        step(run, (struct event){.kind = EVENT_TRIGGER, .trigger = {
            .source = "rtj", .summary = summary, .severity = -1, .dedup_key = "burst", .idempotency_key = summary}});
        const struct incident *incident = NULL;
        for (size_t cursor = 0; (incident = engine_next_incident(run->world.engine, &cursor));)
            if (incident_dedup_key(incident) && strcmp(incident_dedup_key(incident), "burst") == 0)
                break;
        for (const struct callout *callout = incident ? incident->callouts : NULL; callout; callout = callout->next)
            if (callout->state == CALLOUT_PAGING)
                step(run, (struct event){.kind = EVENT_ANSWER, .answer = {
                    .incident = incident->key, .callout = callout->number, .person = "bo.ek", .answer = ANSWER_YES}});
        send_all(run, sent);
        world_wait(&run->world, 61 * USEC_PER_SEC);
    }
}

static void note_standing(struct run *run)
{
    const struct incident *incident;
    run->n_before = 0;
    for (size_t cursor = 0; (incident = engine_next_incident(run->world.engine, &cursor));)
        for (const struct callout *callout = incident->callouts; callout; callout = callout->next) {
            if (run->n_before == run->cap_before) {
                run->cap_before = run->cap_before ? 2 * run->cap_before : 64;
                run->before = mem_realloc_array(run->before, run->cap_before, sizeof(*run->before));
            }
            run->before[run->n_before++] =
                (struct standing){incident->key, callout->number, callout->state, callout->acknowledged_by};
        }
}

/* Of a drill that waits for all: the answer is this person's, and that of nobody else. */
static void check_one_answer(struct run *run, const struct callout *callout, uint8_t before, enum answer answer, atom who)
{
    const struct recipient *recipient = find_recipient(callout, who);
    bool said = recipient && (answer == ANSWER_YES ? recipient->confirmed_usec != 0 : recipient->declined);
    if (before != CALLOUT_CANCELLED && answer != ANSWER_ETA && !said)
        fail(run, "P5: an answer to a drill that waits for all is lost");
}

/* P5: the one call-out that was meant has changed as it should; none else has changed at all. target: NULL: none may. */
static void check_answered(struct run *run, const struct callout *target, enum answer answer, const char *person)
{
    for (size_t i = 0; i < run->n_before; i++) {
        const struct standing *was = &run->before[i];
        const struct incident *incident = engine_incident(run->world.engine, was->incident);
        const struct callout *is = incident ? find_callout(incident, was->number) : NULL;
        atom who = intern_find(run->world.engine->names, person);
        uint8_t wants = was->state;
        bool stopped = incident && incident->drill && incident->closed_usec == run->world.now.wall_usec;
        if (stopped && (is != target || (incident->aborted && is->state == CALLOUT_CANCELLED)))
            continue;      /* the answer made somebody be paged, in earnest or by a drill, and that stops drills */
        if (is && is == target && drill_waits_for_all(is)) {
            check_one_answer(run, is, was->state, answer, who);
            continue;
        }
        if (is == target && was->state == CALLOUT_PAGING && answer == ANSWER_YES)
            wants = CALLOUT_ACKNOWLEDGED;
        if (is == target && was->state == CALLOUT_ACKNOWLEDGED && answer == ANSWER_NO && was->by == who)
            wants = CALLOUT_PAGING;
        if (!is || is->state != wants)
            fail(run, "P5: call-out %u of %" PRIx64 " changed wrongly by an answer", was->number, was->incident);
        else if (wants == CALLOUT_ACKNOWLEDGED && is->acknowledged_by != (was->state == CALLOUT_PAGING ? who : was->by))
            fail(run, "P5: call-out %u of %" PRIx64 " is acknowledged by another", was->number, was->incident);
    }
}

/* Whether everybody whom this step paged has declined or could not be reached, doubts apart, and nobody is played not to answer;
 * P7: then it does not go on waiting. */
static bool is_void(const struct run *run, const struct callout *callout)
{
    bool paged = false, waits = false;
    for (const struct recipient *recipient = callout->recipients; recipient; recipient = recipient->next)
        waits |= recipient->held_back && recipient->held_turn == callout->turn && !recipient->declined;
    for (const struct message *message = callout->incident->messages; message; message = message->next) {
        if (message->callout != callout || message->purpose != PURPOSE_PAGE || message->turn != callout->turn)
            continue;
        paged = true;
        waits |= message_may_arrive(run->world.engine, message) && !message->recipient->declined;
    }
    return paged && !waits;
}

static bool may_climb(const struct run *run, const struct callout *callout)
{
    const struct roster *roster = plan_roster(&run->world.config->plan, engine_text(run->world.engine, callout->role));
    return callout->state == CALLOUT_PAGING && callout->round == 0 && callout->step > 0 && !callout->on_group && roster &&
           callout->step < roster_ladder(roster, callout->severity)->n_steps &&
           !(callout->incident->drill && (!roster->drill_escalate || drill_waits_for_all(callout)));
}

static void check_climbed(struct run *run, const struct callout *callout, bool was_void)
{
    if (!was_void && may_climb(run, callout) && is_void(run, callout))
        fail(run, "P7: call-out %u of %" PRIx64 " waits for people who cannot come", callout->number, callout->incident->key);
}

static void do_answer(struct run *run)
{
    struct callout *callout = any_callout(run);
    const struct recipient *recipient = any_recipient(run);
    const char *person = PICK(run, persons);
    enum answer answer = one_in(run, 8) ? ANSWER_ETA : one_in(run, 2) ? ANSWER_NO : ANSWER_YES;
    if (!callout || !recipient || callout->incident->closed_usec)
        return;
    if (one_in(run, 2)) {           /* by the link */
        const struct recipient *found = engine_recipient(run->world.engine, recipient->callout->incident->key, recipient->token);
        if (recipient->channels && found != recipient)
            fail(run, "P5: a token leads to another recipient");
        callout = recipient->callout;
        person = engine_text(run->world.engine, recipient->person);
    }
    bool was_void = is_void(run, callout), open = !callout->incident->closed_usec;
    note_standing(run);
    step(run, (struct event){.kind = EVENT_ANSWER, .request = 1, .answer = {
        .incident = callout->incident->key, .callout = callout->number, .person = person, .answer = answer,
        .eta_minutes = (uint32_t)below(run, 90), .via = below(run, 4)}});
    check_answered(run, open ? callout : NULL, answer, person);
    if (open)
        check_climbed(run, callout, was_void);
}

/* By role, or by nothing: at most one call-out of the incident changes. */
static void do_answer_by_role(struct run *run)
{
    const struct incident *incident = any_incident(run);
    const char *role = one_in(run, 2) ? PICK(run, roles) : NULL, *person = PICK(run, persons);
    struct callout *target = NULL;
    size_t n = 0;
    if (!incident || incident->closed_usec)
        return;
    if (role)
        target = find_latest_callout(incident, intern_find(run->world.engine->names, role));
    for (struct callout *callout = incident->callouts; callout && !role; callout = callout->next)
        if (callout->state == CALLOUT_PAGING && find_latest_callout(incident, callout->role) == callout && n++ == 0)
            target = callout;
    note_standing(run);
    step(run, (struct event){.kind = EVENT_ANSWER, .request = 1, .answer = {
        .incident = incident->key, .role = role, .person = person, .answer = ANSWER_YES, .via = VIA_API}});
    check_answered(run, role || n == 1 ? target : NULL, ANSWER_YES, person);
}

static void do_text(struct run *run)
{
    static const char *const forms[] = {"%06u", "JA %06u", "ja %06u 45", "NEJ %06u", "kan inte %06u", "%06u ok", "KIB %06u",
        "STOP %06u"};
    static const bool yes[] = {true, true, true, false, false, true, false, false}, no[] = {0, 0, 0, true, true, 0, 0, 0};
    size_t form = below(run, N_ELEMENTS(forms));
    const struct recipient *recipient = any_recipient(run);
    const char *from = PICK(run, numbers);
    char text[32];
    if (!recipient)
        return;
    uint32_t code = one_in(run, 6) ? (uint32_t)(100000 + below(run, 900000)) : recipient->code;
    const struct person *person = find_person(run->world.engine, recipient->person);
    for (size_t i = 0; person && i < person->n_contacts && !one_in(run, 8); i++)
        if (person->contacts[i].channel == CHANNEL_SMS)
            from = person->contacts[i].address;
    const struct correspondent *writer = map_get(&run->world.engine->correspondents, intern_find(run->world.engine->names, from));
    bool counts = code && code == recipient->code && recipient_has_number(run->world.engine, recipient, from) &&
                  !(writer && writer->locked);
    struct callout *callout = recipient->callout;
    const char *name = engine_text(run->world.engine, recipient->person);
    bool was_void = is_void(run, callout);
    /* GCC cannot see the eight literals through the table. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(text, sizeof(text), forms[form], code);
#pragma GCC diagnostic pop
    note_standing(run);
    step(run, (struct event){.kind = EVENT_INBOUND, .inbound = {.gateway = "elks", .from = from, .text = text}});
    check_answered(run, counts && (yes[form] || no[form]) ? callout : NULL, yes[form] ? ANSWER_YES : ANSWER_NO, name);
    if (counts && no[form])
        check_climbed(run, callout, was_void);
}

static bool is_left_out(const struct flight *flight, const char *gateway)
{
    for (size_t i = 0; i < flight->n_leave_out; i++)
        if (strcmp(flight->leave_out[i], gateway) == 0)
            return true;
    return false;
}

static void do_outcome(struct run *run)
{
    static const char *const gateways[] = {"elks", "mail", "modem", "twilio"};
    struct message_view view;
    if (run->n_commit == 0)
        return;
    size_t young = below(run, run->n_commit < 40 ? run->n_commit : 40);
    struct flight *flight = run->all[run->n_commit - 1 - (one_in(run, 10) ? below(run, run->n_commit) : young)];
    if (flight->held || (flight->ended && !one_in(run, 4)))
        return;
    if (!engine_message(run->world.engine, flight->page, run->world.now.wall_usec, &view) && !flight->ended) {
        flight->dropped = true;
        return;
    }
    const struct incident *incident = find_incident(run->world.engine, flight->page.incident);
    const struct message *message = incident ? find_message(incident, flight->page.number) : NULL;
    struct callout *callout = message && message->purpose == PURPOSE_PAGE ? message->callout : NULL;
    bool was_void = callout && is_void(run, callout);
    static const enum outcome outcomes[] = {OUTCOME_SENT, OUTCOME_SENT, OUTCOME_DELIVERED, OUTCOME_ATTEMPT_FAILED,
        OUTCOME_FAILED, OUTCOME_UNANSWERED, OUTCOME_UNDELIVERED, OUTCOME_UNDELIVERED};
    enum outcome outcome = PICK(run, outcomes);
    const char *gateway = PICK(run, gateways);
    if (outcome != OUTCOME_DELIVERED && outcome != OUTCOME_UNDELIVERED && is_left_out(flight, gateway))
        return;
    flight->ended = outcome != OUTCOME_ATTEMPT_FAILED;
    step(run, (struct event){.kind = EVENT_OUTCOME, .outcome = {
        .page = flight->page, .outcome = outcome, .gateway = gateway, .reason = "made up"}});
    if (callout)
        check_climbed(run, callout, was_void);
}

static void do_commit(struct run *run)
{
    if (run->world.engine->degraded)
        return;
    world_commit(&run->world);
    while (run->n_commit < run->n_all)
        run->all[run->n_commit++]->held = false;
}

static void forget_flights(struct run *run)
{
    for (size_t i = 0; i < run->n_all; i++)
        free(run->all[i]);
    run->n_all = run->n_commit = 0;
    map_done(&run->flights);
    run->flights = (struct map){0};
}

/* Deadlines come back as they were, where no clock was set: at worst they are overdue. */
static void note_due(const struct engine *engine, int64_t now_usec, struct map *ret)
{
    const struct incident *incident;
    for (size_t cursor = 0; (incident = engine_next_incident(engine, &cursor));)
        for (const struct callout *callout = incident->callouts; callout; callout = callout->next) {
            int64_t *due = NEW(int64_t);
            *due = !heap_armed(&callout->timer) ? -1 : callout->timer.due_usec > now_usec ? callout->timer.due_usec : now_usec;
            map_put(ret, key_of(incident->key, callout->number), due);
        }
}

static void do_crash(struct run *run)
{
    struct map before = {0}, after = {0};
    int64_t away = (int64_t)below(run, 3600) * USEC_PER_SEC, *due;
    if (one_in(run, 2))
        do_commit(run);
    bool whole = run->world.n_committed == run->world.n_log && !run->clock_stepped;
    struct turns *turns;
    for (size_t cursor = 0; (turns = map_next(&run->turns, &cursor));)
        turns->repeat_usec = 0;
    forget_flights(run);
    map_done(&run->endings);
    run->endings = (struct map){0};
    note_due(run->world.engine, run->world.now.boot_usec + away, &before);
    world_crash(&run->world, away);
    note_due(run->world.engine, run->world.now.boot_usec, &after);
    const struct incident *incident;
    for (size_t cursor = 0; whole && (incident = engine_next_incident(run->world.engine, &cursor));)
        for (const struct callout *callout = incident->callouts; callout; callout = callout->next) {
            const int64_t *was = map_get(&before, key_of(incident->key, callout->number));
            const int64_t *is = map_get(&after, key_of(incident->key, callout->number));
            if (!was || *was != *is)
                fail(run, "P3: call-out %u of %" PRIx64 " came back with another deadline", callout->number, incident->key);
        }
    for (size_t cursor = 0; (due = map_next(&before, &cursor));)
        free(due);
    for (size_t cursor = 0; (due = map_next(&after, &cursor));)
        free(due);
    map_done(&before);
    map_done(&after);
    for (size_t i = 0; i < run->n_all; i++)
        run->all[i]->held = false;      /* it is from the disk */
    run->n_commit = run->n_all;
    check_all(run);
}

static void do_clock(struct run *run)
{
    run->clock_stepped = true;
    run->world.now.wall_usec += ((int64_t)below(run, 48) - 24) * USEC_PER_HOUR;
    step(run, (struct event){.kind = EVENT_CLOCK_STEPPED});
}

static void do_trouble(struct run *run)
{
    bool degraded = run->world.engine->degraded;
    for (size_t i = run->n_commit; i < run->n_all && !degraded; i++)
        run->all[i]->held = false;      /* let out at once (P12) */
    run->n_commit = degraded ? run->n_commit : run->n_all;
    step(run, (struct event){.kind = degraded ? EVENT_RESTORED : EVENT_DEGRADED, .trouble = {.reason = "made up"}});
}

static void do_wait(struct run *run)
{
    static const int64_t waits_sec[] = {1, 10, 30, 60, 120, 180, 300, 600, 1800, 3600};
    int64_t wait = one_in(run, 150) ? USEC_PER_DAY + USEC_PER_HOUR : PICK(run, waits_sec) * USEC_PER_SEC;
    world_wait(&run->world, wait);
    if (engine_deadline(run->world.engine) <= run->world.now.boot_usec)
        fail(run, "P2: something is overdue, and nothing happens");
}

static void do_small_things(struct run *run)
{
    const struct incident *incident = any_incident(run);
    const struct plan *plan = &run->world.config->plan;
    uint64_t key = incident && !one_in(run, 10) ? incident->key : incident_key(2026, 9999);
    struct event event = {.request = 1};
    switch (below(run, 5)) {
    case 0:
        event.kind = EVENT_NOTE;
        event.note = (struct event_note){.incident = key, .text = "note", .actor = "rtj"};
        break;
    case 1:
        event.kind = EVENT_CLOSE;
        event.close = (struct event_close){.incident = key, .actor = "rtj"};
        break;
    case 2:
        event.kind = EVENT_CALLOUT;
        event.callout = (struct event_callout){.incident = key, .roster = &plan->rosters[below(run, plan->n_rosters)]};
        break;
    case 3:
        event.kind = EVENT_CALLOUT;
        event.callout = (struct event_callout){.incident = key, .group = &plan->groups[below(run, plan->n_groups)]};
        break;
    default:
        event.kind = EVENT_GATEWAY_TEST;
        event.gateway_test = (struct event_gateway_test){.gateway = "elks", .person = PICK(run, persons), .channel = CHANNEL_SMS};
        break;
    }
    step(run, event);
}

static void do_drill(struct run *run)
{
    static const char *const targets[] = {"role:TIB", "role:KIB,role:VAKT", "all-roles", "group:krisledning", "person:bo.ek",
        "person:nobody", "role:TIB,group:krisledning,person:anna.berg"};
    static const char *const without[] = {NULL, NULL, "person:anna.berg", "gateway:elks,person:bo.ek,person:cia.lund"};
    const struct incident *incident = any_incident(run);
    struct event event = {.kind = EVENT_DRILL_START, .request = 1};
    event.drill = (struct event_drill){
        .source = "local", .actor = "chef", .summary = "Larmprov", .targets = PICK(run, targets), .without = PICK(run, without),
        .limit_usec = one_in(run, 2) ? 0 : (int64_t)(1 + below(run, 40)) * USEC_PER_MIN,
        .within_usec = one_in(run, 2) ? 0 : (int64_t)(1 + below(run, 50)) * USEC_PER_MIN,
        .wait_for_all = one_in(run, 2), .dry_run = one_in(run, 4),
    };
    if (one_in(run, 6)) {
        event.kind = EVENT_DRILL_STOP;
        event.drill_stop = (struct event_drill_stop){.drill = incident && !one_in(run, 4) ? incident->key : 0, .actor = "chef"};
    }
    step(run, event);
}

static void do_reload(struct run *run)
{
    const struct incident *incident;
    size_t before = engine_paging_callouts(run->world.engine), paging = 0;
    run->begun = false;
    world_load(&run->world, PICK(run, plans));
    for (size_t cursor = 0; (incident = engine_next_incident(run->world.engine, &cursor));)
        for (const struct callout *callout = incident->callouts; callout; callout = callout->next)
            paging += callout->state == CALLOUT_PAGING && !incident->closed_usec;
    if (paging != before)
        fail(run, "P10: a reload dropped what was under way");
}

static const struct { unsigned weight; void (*act)(struct run *); } acts[ACTS] = {
    {14, do_trigger}, {12, do_answer}, {5, do_answer_by_role}, {12, do_text}, {30, do_outcome}, {16, do_wait}, {14, do_commit},
    {6, do_small_things}, {5, do_drill}, {3, do_reload}, {2, do_crash}, {1, do_clock}, {2, do_trouble},
};

/* From this seed on each run is full of some things, and without others, as the simulation's histories are. */
static void set_weights(struct run *run)
{
    static const unsigned factors[] = {0, 1, 1, 2, 4, 8};
    for (size_t i = 0; i < ACTS; i++)
        run->weights[i] = acts[i].weight * (run->seed < OF_A_KIND_FROM ? 1 : PICK(run, factors));
    run->weights[0] += run->weights[0] == 0;       /* without triggers nothing happens at all */
}

static void one_step(struct run *run)
{
    size_t sum = 0, at;
    for (size_t i = 0; i < ACTS; i++)
        sum += run->weights[i];
    at = below(run, sum);
    for (size_t i = 0; i < ACTS; i++) {
        if (at < run->weights[i]) {
            if (acts[i].act != do_clock || run->seed % 2)      /* every other run has an honest clock */
                acts[i].act(run);
            return;
        }
        at -= run->weights[i];
    }
}

static void run_done(struct run *run)
{
    struct turns *turns;
    for (size_t cursor = 0; (turns = map_next(&run->turns, &cursor));)
        free(turns);
    map_done(&run->turns);
    map_done(&run->endings);
    forget_flights(run);
    map_done(&run->flights);
    free(run->all);
    free(run->before);
    world_done(&run->world);
}

static bool run_seed(uint64_t seed, const char *directory, bool verbose)
{
    struct run run = {.seed = seed, .random = seed * UINT64_C(0x9e3779b97f4a7c15) + 1, .verbose = verbose};
    world_init(&run.world, directory);
    run.world.quick = true;
    run.world.random = seed;
    run.world.watch = see;
    run.world.watcher = &run;
    run.world.now.wall_usec = INT64_C(1796112000) * USEC_PER_SEC;      /* 2026-12-01 09:00 */
    if (!world_load(&run.world, plans[seed % N_ELEMENTS(plans)]))
        fail(&run, "no plan");
    set_weights(&run);
    for (run.step = 1; run.step <= STEPS && !run.failed; run.step++) {
        one_step(&run);
        check_state(&run);
        if (run.step % CHECK_EVERY == 0)
            check_all(&run);
        check_errors(&run);
    }
    if (seed % 50 == 0 && !run.failed) {
        do_burst(&run);
        check_all(&run);
        check_errors(&run);
    }
    run_done(&run);
    return !run.failed;
}

/* ENGINE_RANDOM_SEEDS: how many, for a run under valgrind or a long one by hand. */
static uint64_t default_seeds(void)
{
    const char *given = getenv("ENGINE_RANDOM_SEEDS");
    return given ? strtoull(given, NULL, 10) : SEEDS;
}

int main(int argc, char **argv)
{
    const char *directory = getenv("SCENARIO_PLANS"), *srcdir = getenv("srcdir");
    CLEANUP_BUF struct buf path = {0};
    uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
    uint64_t last = argc > 2 ? strtoull(argv[2], NULL, 10) : argc > 1 ? first : default_seeds(), failed = 0;
    buf_add_text(&path, srcdir ? srcdir : ".");
    buf_add_text(&path, "/tests/scenarios/plans");
    for (uint64_t seed = first; seed <= last; seed++)
        failed += !run_seed(seed, directory ? directory : buf_text(&path), argc == 2);
    printf("%" PRIu64 " seeds, %" PRIu64 " failed\n", last - first + 1, failed);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#include "roster/simulate.h"

#include <assert.h>

#include "engine/engine.h"

enum { TURNS_MAX = 20000 };

static const int64_t BOOT_USEC = 1000 * USEC_PER_SEC;

struct run {
    const struct simulation *simulation;
    const struct simulate_ops *ops;
    void *userdata;
    struct engine *engine;
    uint64_t random;
    int64_t after_usec;                  /* since the trigger */
    bool given[SIMULATE_MAX_ANSWERS];
    struct page_ref *taken;              /* what the gateways have been handed, and have not yet answered for */
    size_t n_taken, cap_taken;
};

/* splitmix64 */
static void fill_random(void *userdata, void *bytes, size_t len)
{
    struct run *run = userdata;
    for (size_t i = 0; i < len; i++) {
        uint64_t z = (run->random += UINT64_C(0x9e3779b97f4a7c15));
        z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
        z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
        ((uint8_t *)bytes)[i] = (uint8_t)((z ^ (z >> 31)) >> 24);
    }
}

/* ---- effects ---- */

static void tell(const struct run *run, const struct effect_record *effect)
{
    struct record record;
    enum err err = record_decode(effect->payload, effect->payload_len, RECORD_COLUMNS(effect), &record);
    assert(err == ERR_OK);
    (void)err;
    run->ops->record(run->userdata, &record, run->after_usec);
}

static void take(struct run *run, struct page_ref page)
{
    if (run->n_taken == run->cap_taken) {
        run->cap_taken = run->cap_taken ? 2 * run->cap_taken : 64;
        run->taken = mem_realloc_array(run->taken, run->cap_taken, sizeof(*run->taken));
    }
    run->taken[run->n_taken++] = page;
}

static void step(struct run *run, struct event *event)
{
    event->now = (struct now){BOOT_USEC + run->after_usec, run->simulation->at_usec + run->after_usec};
    struct effects effects = engine_step(run->engine, event);
    for (size_t i = 0; i < effects.n; i++) {
        if (effects.list[i].kind == EFFECT_RECORD)
            tell(run, &effects.list[i].record);
        else if (effects.list[i].kind == EFFECT_SEND)
            take(run, effects.list[i].send.page);
    }
}

static void deliver(struct run *run)
{
    while (run->n_taken > 0) {
        struct page_ref page = run->taken[--run->n_taken];
        step(run, &(struct event){.kind = EVENT_OUTCOME,
                                  .outcome = {.page = page, .outcome = OUTCOME_SENT, .gateway = "simulated"}});
    }
}

/* ---- answers ---- */

static bool has_been_paged(const struct run *run, const struct callout *callout, const struct person *person)
{
    for (const struct recipient *recipient = callout->recipients; recipient; recipient = recipient->next)
        if (recipient->channels && strcmp(engine_text(run->engine, recipient->person), person->id) == 0)
            return true;
    return false;
}

static const struct incident *the_incident(const struct run *run)
{
    size_t cursor = 0;
    return engine_next_incident(run->engine, &cursor);
}

/* The callouts that this answer is for may change as it is given: their numbers are kept first. */
static void answer(struct run *run, const struct simulate_answer *given)
{
    const struct incident *incident = the_incident(run);
    uint32_t numbers[SIMULATE_MAX_ANSWERS];
    size_t n = 0;
    for (const struct callout *callout = incident->callouts; callout && n < N_ELEMENTS(numbers); callout = callout->next)
        if (has_been_paged(run, callout, given->person))
            numbers[n++] = callout->number;
    for (size_t i = 0; i < n; i++)
        step(run, &(struct event){.kind = EVENT_ANSWER,
                                  .answer = {.incident = incident->key, .callout = numbers[i], .person = given->person->id,
                                             .answer = given->yes ? ANSWER_YES : ANSWER_NO, .via = VIA_WEB}});
    if (n == 0)
        run->ops->idle(run->userdata, given);
}

static const struct simulate_answer *next_answer(struct run *run, size_t *ret_index)
{
    const struct simulate_answer *next = NULL;
    for (size_t i = 0; i < run->simulation->n_answers; i++) {
        const struct simulate_answer *candidate = &run->simulation->answers[i];
        if (run->given[i] || (next && candidate->after_usec >= next->after_usec))
            continue;
        next = candidate;
        *ret_index = i;
    }
    return next;
}

/* ---- time ---- */

static bool is_over(const struct run *run)
{
    const struct incident *incident = the_incident(run);
    for (const struct callout *callout = incident ? incident->callouts : NULL; callout; callout = callout->next)
        if (callout->state == CALLOUT_PAGING && callout->round == 0)
            return false;
    return true;
}

/* To the next deadline or the next answer, whichever comes first; an answer goes before a step at the same instant. */
static void turn(struct run *run)
{
    size_t index = 0;
    const struct simulate_answer *next = next_answer(run, &index);
    int64_t deadline = engine_deadline(run->engine);
    int64_t due_usec = deadline == INT64_MAX ? INT64_MAX : deadline - BOOT_USEC;
    if (next && next->after_usec <= due_usec) {
        run->after_usec = next->after_usec > run->after_usec ? next->after_usec : run->after_usec;
        run->given[index] = true;
        answer(run, next);
    } else {
        run->after_usec = due_usec > run->after_usec ? due_usec : run->after_usec;
        step(run, &(struct event){.kind = EVENT_TICK});
    }
    deliver(run);
}

static void trigger(struct run *run)
{
    const struct simulation *simulation = run->simulation;
    step(run, &(struct event){.kind = EVENT_TRIGGER,
                              .trigger = {.source = "local", .summary = "simulated", .roles = simulation->roles,
                                          .n_roles = simulation->n_roles, .severity = (int)simulation->severity}});
    deliver(run);
}

bool simulate_run(const struct simulation *simulation, const struct simulate_ops *ops, void *userdata)
{
    assert(simulation->n_answers <= SIMULATE_MAX_ANSWERS);
    struct run run = {.simulation = simulation, .ops = ops, .userdata = userdata, .random = 1};
    size_t unused;
    int turns = 0;
    run.engine = engine_new(simulation->plan, fill_random, &run);
    trigger(&run);
    while ((!is_over(&run) || next_answer(&run, &unused)) && turns++ < TURNS_MAX)
        turn(&run);
    engine_free(run.engine);
    free(run.taken);
    return turns <= TURNS_MAX;
}

/* One history: the script against the world, and then all is mended and what is owed must come. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "check.h"

static struct {
    uint64_t seed;
    const struct script *script;
    struct outcome_of_history *outcome;
    bool verbose;
} history;

uint64_t history_seed(void) { return history.seed; }
int64_t history_wall_usec(void) { return history.script->wall_usec; }

uint64_t draw(const char *what, uint64_t a, uint64_t b)
{
    uint64_t z = history.seed ^ UINT64_C(0x51afd7ed558ccd25);
    for (; *what; what++)
        z = (z ^ (unsigned char)*what) * UINT64_C(0x100000001b3);
    z += a * UINT64_C(0x9e3779b97f4a7c15) + b * UINT64_C(0xc2b2ae3d27d4eb4f);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

bool is_verbose(void) { return history.verbose; }

/* Eight bytes at a time: every record and every message goes through here. */
void note_bytes(const void *bytes, size_t len)
{
    const char *at = bytes;
    uint64_t hash = history.outcome->hash, word;
    for (; len >= sizeof(word); at += sizeof(word), len -= sizeof(word)) {
        memcpy(&word, at, sizeof(word));
        hash = (hash ^ word ^ hash >> 29) * UINT64_C(0x9e3779b97f4a7c15);
    }
    word = len;
    memcpy(&word, at, len);
    hash = (hash ^ word ^ hash >> 29) * UINT64_C(0xbf58476d1ce4e5b9);
    history.outcome->hash = hash ^ hash >> 32;
    history.outcome->steps++;
}

/* Where nobody reads them, the lines are not made: the time and the kind of line stand for each, and what it tells of is in the
 * records. */
void note(const char *format, ...)
{
    va_list args;
    if (!history.verbose) {
        int64_t now_usec = sim_now();
        note_bytes(&now_usec, sizeof(now_usec));
        note_bytes(format, strlen(format));
        return;
    }
    printf("%9" PRId64 ".%06" PRId64 " ", sim_now() / USEC_PER_SEC, sim_now() % USEC_PER_SEC);
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    putchar('\n');
}

void fail(const char *promise, const char *format, ...)
{
    struct outcome_of_history *outcome = history.outcome;
    va_list args;
    int n = snprintf(outcome->text, sizeof(outcome->text), "at %" PRId64 " s: ", sim_now() / USEC_PER_SEC);
    va_start(args, format);
    vsnprintf(outcome->text + n, sizeof(outcome->text) - (size_t)n, format, args);
    va_end(args);
    outcome->failed = true;
    snprintf(outcome->promise, sizeof(outcome->promise), "%s", promise);
    note("%s: %s", promise, outcome->text);
    fflush(stdout);
    _exit(1);
}

/* ---- time ---- */

/* The daemon turns, and once nothing is due any more, what must hold then is looked at. */
static void settle(void)
{
    node_run();
    if (node_alive() && clock_next() > sim_now())
        check_rest();
}

static void run_until(int64_t until_usec)
{
    while (clock_next() <= until_usec) {
        clock_fire();
        settle();
    }
    if (until_usec > sim_now())
        clock_advance(until_usec);
}

static void run_for(int64_t usec) { run_until(sim_now() + usec); }

/* ---- actions that are not people's ---- */

static int64_t length_of(uint32_t number)
{
    static const int64_t lengths_sec[] = {1, 3, 10, 30, 120, 600, 1800, 7200};
    int64_t until_usec = sim_now() + lengths_sec[number % N_ELEMENTS(lengths_sec)] * USEC_PER_SEC;
    return until_usec < history.script->end_usec ? until_usec : history.script->end_usec;
}

static void crash(const struct action *action)
{
    static const int64_t aways_sec[] = {0, 0, 1, 30, 300, 3600, 30000};
    int64_t away_usec = aways_sec[action->b % N_ELEMENTS(aways_sec)] * USEC_PER_SEC + 50 * USEC_PER_MSEC;
    if (action->c % 4 == 0)
        node_crash_next_life(1 + action->c / 4 % 8);
    if (action->a % 2)
        node_crash_after(1 + action->a / 2 % 30, away_usec);
    else
        node_crash(away_usec, action->a / 2 % 4 == 0);
}

static void step_clock(const struct action *action)
{
    static const int64_t steps_sec[] = {1, -1, 40, -40, 3600, -3600, 10800, -10800, 93600, -93600};
    clock_step_wall(steps_sec[action->a % N_ELEMENTS(steps_sec)] * USEC_PER_SEC);
    check_clock_stepped();
    node_clock_was_set();
}

static void suspend(const struct action *action)
{
    static const int64_t lengths_sec[] = {10, 100, 1000, 4000, 30000};
    clock_advance(sim_now() + lengths_sec[action->a % N_ELEMENTS(lengths_sec)] * USEC_PER_SEC);
}

static void act(const struct action *action)
{
    note("-- %s", act_name(action->act));
    switch (action->act) {
    case ACT_GATEWAY:
        provider_set(action->a, action->b % PROVIDER_MODES, length_of(action->c));
        break;
    case ACT_DISK:
        disk_set(action->a % DISK_MODES, length_of(action->b % 7));
        break;
    case ACT_CRASH:
        crash(action);
        break;
    case ACT_CLOCK:
        step_clock(action);
        break;
    case ACT_SUSPEND:
        suspend(action);
        break;
    case ACT_RELOAD:
        node_reload(1 + action->a % 6);
        break;
    case ACT_REFUSED:
        node_refuse_reload();
        break;
    default:
        people_act(action);
        break;
    }
}

/* ---- the whole ---- */

static void play(void)
{
    for (size_t i = 0; i < history.script->n; i++) {
        const struct action *action = &history.script->actions[i];
        if (history.script->dropped[i])
            continue;
        run_until(action->at_usec);
        act(action);
        settle();
    }
    run_until(history.script->end_usec);
}

/* No fault from here on. Whoever is still being called is paged, at the latest after the longest delay that any ladder has. */
static void mend(void)
{
    note("-- all is well");
    providers_mend();
    disk_set(DISK_FINE, 0);
    node_reload(PLAN_WHOLE);
    settle();
    while (!node_up() || !node_has_store())
        run_for(USEC_PER_SEC);
    node_crash_after(0, 0);
    check_mended();
    run_for(plans_longest_delay() + 5 * USEC_PER_MIN);
    check_live();
}

/* Everybody answers, nobody is paged any more; all is closed, and forgotten a day later. */
static void end_all(void)
{
    note("-- all answer");
    people_answer_all();
    settle();
    run_for(USEC_PER_HOUR);
    if (!history_is_plain())
        node_reload(PLAN_LAST);
    people_close_all();
    settle();
    run_for(26 * USEC_PER_HOUR);
    check_settled();
}

void history_run(uint64_t seed, const struct script *script, bool verbose, struct outcome_of_history *ret)
{
    history.seed = seed;
    history.script = script;
    history.verbose = verbose;
    history.outcome = ret;
    ret->hash = UINT64_C(0xcbf29ce484222325);
    clock_begin(script->wall_usec);
    node_begin(1 + (unsigned)(draw("first plan", 0, 0) % 6));
    settle();
    play();
    mend();
    end_all();
    node_stop();
    ret->simulated_usec = sim_now();
}

/* The actions that a seed makes. Each seed leaves some kinds of fault out, so that every promise is also tried without the
 * exceptions that some faults allow (a disk that fails excuses what a sound one does not). */
#include <string.h>

#include "sim.h"

enum { ACTIONS_MIN = 20, ACTIONS_MORE = 90, FLOOD_EVERY = 100 };

struct dice { uint64_t state; };

static uint64_t roll(struct dice *dice)
{
    uint64_t z = dice->state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static const struct { const char *name; unsigned weight; bool fault; } acts[ACT_COUNT] = {
    [ACT_TRIGGER] = {"trigger", 18, false}, [ACT_UPDATE] = {"update", 8, false}, [ACT_RETRY] = {"retry", 5, false},
    [ACT_BURST] = {"burst", 2, false}, [ACT_ANSWER] = {"answer", 26, false}, [ACT_API] = {"api", 8, false},
    [ACT_CALL_IN] = {"call-in", 3, false}, [ACT_NOTE] = {"note", 1, false}, [ACT_CLOSE] = {"close", 4, false},
    [ACT_TEST] = {"test", 2, false}, [ACT_STRANGER] = {"stranger", 1, false}, [ACT_GATEWAY] = {"gateway", 12, true},
    [ACT_DISK] = {"disk", 7, true}, [ACT_CRASH] = {"crash", 7, true}, [ACT_CLOCK] = {"clock", 3, true},
    [ACT_SUSPEND] = {"suspend", 2, true}, [ACT_RELOAD] = {"reload", 5, true}, [ACT_REFUSED] = {"refused", 1, true},
    [ACT_FLOOD] = {"flood", 0, false}, [ACT_DRILL] = {"drill", 0, false}, [ACT_DRILL_STOP] = {"drill-stop", 0, false},
};

const char *act_name(enum act act) { return acts[act].name; }

/* Hours in which alarms are repeated, and nothing else happens, cost more than all the rest: every other history has minutes
 * instead. */
static int64_t roll_gap(struct dice *dice, bool long_ones)
{
    static const int64_t gaps_msec[] = {0,     1,     3,     20,     200,    1000,   2500,   5000,   10000,  20000,
                                        30000, 60000, 60000, 120000, 120000, 180000, 300000, 300000, 600000, 900000};
    if (roll(dice) % 150 == 0)
        return (int64_t)(1 + roll(dice) % 12) * (long_ones ? USEC_PER_HOUR : 5 * USEC_PER_MIN);
    int64_t gap_msec = gaps_msec[roll(dice) % N_ELEMENTS(gaps_msec)];
    return gap_msec * USEC_PER_MSEC + (int64_t)(roll(dice) % 1000) * (gap_msec ? 100 : 0);
}

static enum act roll_act(struct dice *dice, const unsigned *weights)
{
    unsigned sum = 0, at;
    for (size_t i = 0; i < ACT_COUNT; i++)
        sum += weights[i];
    at = (unsigned)(roll(dice) % sum);
    for (size_t i = 0; i < ACT_COUNT; i++) {
        if (at < weights[i])
            return i;
        at -= weights[i];
    }
    return ACT_TRIGGER;
}

/* A history of its own kind is full of some actions, and without others. What is rare together where all come in their usual
 * shares, a drill that is stopped while gateways fail, is then most of a history. See Groce et al., "Swarm Testing", 2012. */
static void roll_kind(struct dice *dice, unsigned *weights)
{
    static const unsigned factors[] = {0, 0, 1, 1, 1, 2, 4, 8};
    for (size_t i = 0; i < ACT_COUNT; i++)
        weights[i] *= factors[roll(dice) % N_ELEMENTS(factors)];
    if (weights[ACT_TRIGGER] == 0)
        weights[ACT_TRIGGER] = acts[ACT_TRIGGER].weight;
}

/* Half of them are near a change of the clocks or of the year. */
static int64_t roll_begin(struct dice *dice)
{
    static const int64_t days[] = {20541, 20751, 20818,
                                   20600, 20700, 21178}; /* 2026-03-29, 10-25, 12-31, two others, 2027-12-26 */
    return days[roll(dice) % N_ELEMENTS(days)] * USEC_PER_DAY - 14 * USEC_PER_HOUR + (int64_t)(roll(dice) % 16) * USEC_PER_HOUR;
}

void script_make(uint64_t seed, struct script *ret)
{
    struct dice dice = {seed * UINT64_C(0x2545F4914F6CDD1D) + 77};
    unsigned weights[ACT_COUNT];
    int64_t at_usec = 5 * USEC_PER_SEC;
    for (size_t i = 0; i < ACT_COUNT; i++)
        weights[i] = acts[i].fault && roll(&dice) % 3 == 0 ? 0 : acts[i].weight;
    if (seed % 4 != 0) {     /* as history_is_plain() */
        weights[ACT_DRILL] = 6;
        weights[ACT_DRILL_STOP] = 2;
    }
    if (seed >= OF_A_KIND_FROM)
        roll_kind(&dice, weights);
    *ret = (struct script){.n = ACTIONS_MIN + roll(&dice) % ACTIONS_MORE, .wall_usec = roll_begin(&dice)};
    ret->actions = NEW_ARRAY(struct action, ret->n);
    ret->dropped = mem_alloc(ret->n);
    for (size_t i = 0; i < ret->n; i++) {
        at_usec += roll_gap(&dice, seed % 2 == 0);
        ret->actions[i] = (struct action){.at_usec = at_usec, .act = roll_act(&dice, weights), .a = (uint32_t)roll(&dice),
            .b = (uint32_t)roll(&dice), .c = (uint32_t)roll(&dice), .d = (uint32_t)i + 1};
    }
    if (seed % FLOOD_EVERY == 0) {      /* a dead disk, and then a storm: dear, so not in every history */
        ret->actions[ret->n / 2].act = ACT_DISK;
        ret->actions[ret->n / 2].a = DISK_FAILS;
        ret->actions[ret->n / 2].b = 5;
        ret->actions[ret->n / 2 + 1].act = ACT_FLOOD;
    }
    ret->end_usec = at_usec + USEC_PER_MIN;
}

void script_free(struct script *script)
{
    free(script->actions);
    free(script->dropped);
}

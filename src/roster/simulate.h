/* What an alarm would do: the real engine in virtual time, on a plan as it stands. Nothing is sent, nothing is kept; every
 * gateway is taken to accept everything. Pure, and the same each time: ids and codes come from a fixed seed. */
#ifndef ROSTER_SIMULATE_H
#define ROSTER_SIMULATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/plan.h"
#include "engine/record.h"

enum { SIMULATE_MAX_ANSWERS = 64 };

struct simulate_answer {
    const struct person *person;
    bool yes;
    int64_t after_usec;              /* since the trigger; >= 0 */
};

struct simulation {
    const struct plan *plan;
    int64_t at_usec;                 /* the trigger, wall time */
    const struct roster *const *roles;   /* whom it names; none: every roster with call = always */
    size_t n_roles;
    enum severity severity;
    const struct simulate_answer *answers;   /* in any order; at most SIMULATE_MAX_ANSWERS */
    size_t n_answers;
};

struct simulate_ops {
    /* A record as it would be made durable; its strings live for the call. */
    void (*record)(void *userdata, const struct record *record, int64_t after_usec);
    /* This answer found no call-out that had paged the person: it changes nothing. */
    void (*idle)(void *userdata, const struct simulate_answer *answer);
};

/* Runs until every call-out has been acknowledged or has begun its first repeat, and every answer has been given. False: it went
 * on for longer than anybody would read, and was cut. */
bool simulate_run(const struct simulation *simulation, const struct simulate_ops *ops, void *userdata);

#endif

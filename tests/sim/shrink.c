/* Delta debugging: ever smaller parts of the script are left out, as long as the history goes on to break the same promise. */
#include "shrink.h"

#include <string.h>

enum { RUNS_MAX = 3000 };

static bool fails_without(const struct history_id *id, struct script *script, size_t from, size_t n, const char *promise)
{
    struct outcome_of_history outcome;
    CLEANUP_FREE bool *before = mem_dup(script->dropped, script->n);
    size_t left = 0;
    for (size_t i = from; i < script->n && left < n; i++)
        if (!script->dropped[i]) {
            script->dropped[i] = true;
            left++;
        }
    run_in_child(id->seed, script, false, &outcome);
    if (outcome.failed && strcmp(outcome.promise, promise) == 0)
        return true;
    memcpy(script->dropped, before, script->n);
    return false;
}

static size_t actions_left(const struct script *script)
{
    size_t left = 0;
    for (size_t i = 0; i < script->n; i++)
        left += !script->dropped[i];
    return left;
}

void shrink(const struct history_id *id, struct script *script, const char *promise)
{
    size_t runs = 0;
    for (size_t part = (actions_left(script) + 1) / 2; part > 0 && runs < RUNS_MAX;) {
        bool smaller = false;
        for (size_t at = 0; at < script->n && runs < RUNS_MAX; at++) {
            if (script->dropped[at])
                continue;
            runs++;
            smaller |= fails_without(id, script, at, part, promise);
        }
        if (!smaller || part > 1)
            part = part > 1 ? (part + 1) / 2 : 0;
    }
}

#include "engine/plan.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

static const char *const channel_names[CHANNEL_COUNT] = { "sms", "voice", "email" };
static const char *const severity_names[SEVERITY_COUNT] = { "critical", "error", "warning", "info" };

static bool find_name(const char *const *names, size_t n, const char *name, size_t *ret)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(names[i], name) == 0) {
            *ret = i;
            return true;
        }
    }
    return false;
}

const char *channel_name(enum channel channel)
{
    assert((size_t)channel < CHANNEL_COUNT);
    return channel_names[channel];
}

bool channel_from_name(const char *name, enum channel *ret)
{
    size_t index;
    if (!find_name(channel_names, N_ELEMENTS(channel_names), name, &index))
        return false;
    *ret = (enum channel)index;
    return true;
}

const char *severity_name(enum severity severity)
{
    assert((size_t)severity < SEVERITY_COUNT);
    return severity_names[severity];
}

bool severity_from_name(const char *name, enum severity *ret)
{
    size_t index;
    if (!find_name(severity_names, N_ELEMENTS(severity_names), name, &index))
        return false;
    *ret = (enum severity)index;
    return true;
}

/* Every list of a plan is ordered by id, and the id is the first member of each entry: one search serves them all. */
_Static_assert(offsetof(struct person, id) == 0, "found by id");
_Static_assert(offsetof(struct group, id) == 0, "found by id");
_Static_assert(offsetof(struct roster, role) == 0, "found by id");
_Static_assert(offsetof(struct source, id) == 0, "found by id");
_Static_assert(offsetof(struct schedule, name) == 0, "found by id");

static const void *find_id(const void *entries, size_t n, size_t size, const char *id)
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const char *entry = (const char *)entries + middle * size;
        const char *entry_id;
        memcpy(&entry_id, entry, sizeof entry_id);
        int order = strcmp(id, entry_id);
        if (order == 0)
            return entry;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

const struct person *plan_person(const struct plan *plan, const char *id)
{
    return find_id(plan->persons, plan->n_persons, sizeof(struct person), id);
}

const struct group *plan_group(const struct plan *plan, const char *id)
{
    return find_id(plan->groups, plan->n_groups, sizeof(struct group), id);
}

const struct roster *plan_roster(const struct plan *plan, const char *role)
{
    return find_id(plan->rosters, plan->n_rosters, sizeof(struct roster), role);
}

const struct schedule *plan_schedule(const struct plan *plan, const char *name)
{
    return find_id(plan->schedules, plan->n_schedules, sizeof(struct schedule), name);
}

const struct source *plan_source(const struct plan *plan, const char *id)
{
    return find_id(plan->sources, plan->n_sources, sizeof(struct source), id);
}

/* An exact id goes first, so that ids which differ in case alone are all within reach. */
const struct person *plan_person_typed(const struct plan *plan, const char *typed)
{
    const struct person *exact = plan_person(plan, typed);
    if (exact)
        return exact;
    for (size_t i = 0; i < plan->n_persons; i++) {
        if (text_equal_fold(plan->persons[i].id, typed))
            return &plan->persons[i];
    }
    return NULL;
}

const struct roster *plan_roster_typed(const struct plan *plan, const char *typed)
{
    const struct roster *exact = plan_roster(plan, typed);
    if (exact)
        return exact;
    for (size_t i = 0; i < plan->n_rosters; i++) {
        if (text_equal_fold(plan->rosters[i].role, typed))
            return &plan->rosters[i];
    }
    return NULL;
}

const struct ladder *roster_ladder(const struct roster *roster, enum severity severity)
{
    assert((size_t)severity < SEVERITY_COUNT);
    const struct ladder *own = roster->severity_ladder[severity];
    return own ? own : &roster->ladder;
}

/* A real alarm comes first: drills of the people whom it pages are stopped, whichever began first. They are found while its pages are queued, or
 * before a drill's are, and stopped once the step has done everything else, so that no notice of theirs stands before a page (P13). */
#include "engine/internal.h"

static bool yields(const struct engine *engine, const struct callout *callout)
{
    const struct roster *roster = callout->on_group || callout->on_person
        ? NULL : plan_roster(engine->plan, intern_text(engine->names, callout->role));
    return !roster || roster->drill_yield;
}

static bool meets(const struct targets *some, const struct targets *others)
{
    for (size_t i = 0; i < some->n; i++)
        for (size_t k = 0; k < others->n; k++)
            if (some->list[i].person == others->list[k].person)
                return true;
    return false;
}

/* Whom it has paged, and while it pages whom it may page yet. */
static bool concerns(const struct engine *engine, const struct callout *callout, const struct targets *paged)
{
    struct targets drilled = {0};
    targets_add_paged(&drilled, engine, callout);
    if (callout->state == CALLOUT_PAGING)
        callout_add_all(engine, callout, &drilled);
    bool met = meets(&drilled, paged);
    targets_done(&drilled);
    return met;
}

static bool must_yield(const struct engine *engine, const struct incident *drill, const struct targets *paged)
{
    if (drill->terms && drill->terms->dry_run)
        return false;      /* nobody hears of it */
    for (const struct callout *callout = drill->callouts; callout; callout = callout->next)
        if (yields(engine, callout) && concerns(engine, callout, paged))
            return true;
    return false;
}

void drill_yield_to(struct engine *engine, const struct incident *real, const struct targets *paged)
{
    for (struct incident *drill = engine->first_drill; drill; drill = drill->next_drill) {
        if (drill->yields_to || !must_yield(engine, drill, paged))
            continue;
        drill->yields_to = real->key;
        engine->drills_yield = true;
    }
}

static bool is_paging(const struct engine *engine, const struct incident *real, const struct targets *people)
{
    struct targets paged = {0};
    for (const struct callout *callout = real->callouts; callout; callout = callout->next)
        if (callout->state == CALLOUT_PAGING)
            targets_add_paged(&paged, engine, callout);
    bool met = meets(people, &paged);
    targets_done(&paged);
    return met;
}

static void find_real(struct engine *engine, struct incident *drill, const struct targets *people)
{
    const struct incident *real;
    for (size_t cursor = 0; !drill->yields_to && (real = map_next(&engine->incidents, &cursor));)
        if (!real->drill && !real->closed_usec && is_paging(engine, real, people))
            drill->yields_to = real->key;
    engine->drills_yield |= drill->yields_to != 0;
}

void drill_yield_before(struct engine *engine, struct incident *drill, const struct callout *callout)
{
    struct targets people = {0};
    if ((drill->terms && drill->terms->dry_run) || !yields(engine, callout))
        return;
    targets_add_paged(&people, engine, callout);
    callout_add_all(engine, callout, &people);
    find_real(engine, drill, &people);
    targets_done(&people);
}

void drill_yield(struct engine *engine)
{
    struct incident *next;
    if (!engine->drills_yield)
        return;
    engine->drills_yield = false;
    for (struct incident *drill = engine->first_drill; drill; drill = next) {
        next = drill->next_drill;
        if (drill->yields_to)
            incident_abort(engine, drill, drill->yields_to);
    }
}

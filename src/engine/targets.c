/* Whom a step reaches, and by what. Targets are resolved when the step begins, by the configuration and the duty in force. */
#include "engine/internal.h"

void targets_done(struct targets *targets)
{
    free(targets->list);
    *targets = (struct targets){0};
}

static void add(struct targets *targets, const struct person *person, unsigned channels)
{
    for (size_t i = 0; i < targets->n; i++) {
        if (targets->list[i].person == person) {
            targets->list[i].channels |= channels;
            return;
        }
    }
    if (targets->n == targets->cap) {
        targets->cap = targets->cap ? 2 * targets->cap : 8;
        targets->list = mem_realloc_array(targets->list, targets->cap, sizeof(*targets->list));
    }
    targets->list[targets->n++] = (struct targeted){person, channels};
}

static void add_group(struct targets *targets, const struct group *group, unsigned channels)
{
    for (size_t i = 0; i < group->n_members; i++)
        add(targets, group->members[i], channels);
}

static void add_on_call(struct targets *targets, const struct engine *engine, const struct roster *roster,
                        enum target_kind kind, unsigned channels)
{
    struct on_call on_call;
    bool primary = kind == TARGET_PRIMARY || kind == TARGET_EVERYONE || kind == TARGET_ROLE;
    size_t backups = 0;
    roster_on_call(roster, engine->plan->tz, engine->now.wall_usec, &on_call);
    if (primary && on_call.primary)
        add(targets, on_call.primary, channels);
    if (primary && on_call.group)
        add_group(targets, on_call.group, channels);
    if (kind == TARGET_SECONDARY)
        backups = on_call.n_backups > 0 ? 1 : 0;
    else if (kind == TARGET_BACKUPS || kind == TARGET_EVERYONE)
        backups = on_call.n_backups;
    for (size_t i = 0; i < backups; i++)
        add(targets, on_call.backups[i], channels);
}

void targets_add_step(struct targets *targets, const struct engine *engine, const struct callout *callout,
                      const struct ladder_step *step)
{
    const struct roster *roster;
    switch (step->target.kind) {
    case TARGET_PERSON:
        add(targets, step->target.person, step->channels);
        break;
    case TARGET_GROUP:
        add_group(targets, step->target.group, step->channels);
        break;
    case TARGET_ROLE:
        add_on_call(targets, engine, step->target.roster, TARGET_ROLE, step->channels);
        break;
    case TARGET_PRIMARY:
    case TARGET_SECONDARY:
    case TARGET_BACKUPS:
    case TARGET_EVERYONE:
        roster = plan_roster(engine->plan, intern_text(engine->names, callout->role));
        assert(roster);      /* whose ladder it is */
        add_on_call(targets, engine, roster, step->target.kind, step->channels);
        break;
    }
}

void targets_add_paged(struct targets *targets, const struct engine *engine, const struct callout *callout)
{
    for (const struct recipient *recipient = callout->recipients; recipient; recipient = recipient->next) {
        const struct person *person = find_person(engine, recipient->person);
        if (person && recipient->channels)
            add(targets, person, recipient->channels);
    }
}

unsigned targets_channels(const struct engine *engine, const struct person *person, unsigned wanted)
{
    unsigned has = 0;
    for (size_t i = 0; i < person->n_contacts; i++)
        has |= 1u << person->contacts[i].channel;
    has &= engine->plan->channels_served;
    return has & wanted ? has & wanted : has;
}

void targets_keep_reachable(struct targets *targets, const struct engine *engine)
{
    size_t kept = 0;
    for (size_t i = 0; i < targets->n; i++) {
        struct targeted targeted = targets->list[i];
        targeted.channels = targets_channels(engine, targeted.person, targeted.channels);
        if (targeted.channels)
            targets->list[kept++] = targeted;
    }
    targets->n = kept;
}

void targets_drop_declined(struct targets *targets, const struct engine *engine, const struct callout *callout)
{
    size_t kept = 0;
    for (size_t i = 0; i < targets->n; i++) {
        const struct recipient *recipient = find_recipient(callout, intern_find(engine->names, targets->list[i].person->id));
        if (!recipient || (!recipient->declined && !recipient->confirmed_usec))
            targets->list[kept++] = targets->list[i];
    }
    targets->n = kept;
}

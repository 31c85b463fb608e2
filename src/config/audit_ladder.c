/* Whether every ladder reaches somebody at every hour of the coming year, and every step at some hour. */
#include "config/audit_private.h"

struct walk {                    /* one ladder through the year */
    const struct ladder *ladder;
    bool *ran;                   /* for each step */
    struct span nobody;          /* the first span in which it reaches nobody, until_usec 0: none yet */
    size_t spans;
    bool open;                   /* such a span goes on */
};

static bool usable(const struct audit_run *run, const struct person *person)
{
    if (!audit_is_known(person))
        return true;
    for (size_t i = 0; i < person->n_contacts; i++)
        if (run->plan->channels_served & 1u << person->contacts[i].channel)
            return true;
    return false;
}

static bool group_usable(const struct audit_run *run, const struct group *group)
{
    for (size_t i = 0; i < group->n_members; i++)
        if (usable(run, group->members[i]))
            return true;
    return false;
}

static bool backups_usable(const struct audit_run *run, const struct on_call *on_call, size_t max)
{
    for (size_t i = 0; i < on_call->n_backups && i < max; i++)
        if (usable(run, on_call->backups[i]))
            return true;
    return false;
}

static bool primary_usable(const struct audit_run *run, const struct on_call *on_call)
{
    return (on_call->primary && usable(run, on_call->primary)) || (on_call->group && group_usable(run, on_call->group));
}

static bool target_reaches(const struct audit_run *run, const struct target *target, const struct on_call *on_call,
                           int64_t at_usec)
{
    struct on_call other;
    switch (target->kind) {
    case TARGET_PERSON: return usable(run, target->person);
    case TARGET_GROUP: return group_usable(run, target->group);
    case TARGET_PRIMARY: return primary_usable(run, on_call);
    case TARGET_SECONDARY: return backups_usable(run, on_call, 1);
    case TARGET_BACKUPS: return backups_usable(run, on_call, ROSTER_MAX_BACKUPS);
    case TARGET_EVERYONE: return primary_usable(run, on_call) || backups_usable(run, on_call, ROSTER_MAX_BACKUPS);
    case TARGET_ROLE: break;
    }
    roster_on_call(&run->views[target->roster - run->plan->rosters], run->plan->tz, at_usec, &other);
    return primary_usable(run, &other);
}

static void walk_on(const struct audit_run *run, struct walk *walk, const struct on_call *on_call, struct span span)
{
    bool reached = false;
    for (size_t i = 0; i < walk->ladder->n_steps; i++) {
        if (reached && walk->ran[i])
            continue;
        bool reaches = target_reaches(run, &walk->ladder->steps[i].target, on_call, span.from_usec);
        walk->ran[i] = walk->ran[i] || reaches;
        reached = reached || reaches;
    }
    if (!reached && !walk->open && walk->spans++ == 0)
        walk->nobody = span;
    else if (!reached && walk->open && walk->spans == 1)
        walk->nobody.until_usec = span.until_usec;
    walk->open = !reached;
}

/* ---- what came of it ---- */

static const struct group *any_group(const struct audit_run *run)
{
    for (size_t i = 0; i < run->plan->n_groups; i++)
        if (group_usable(run, &run->plan->groups[i]))
            return &run->plan->groups[i];
    return NULL;
}

static void tell_nobody(const struct audit_run *run, const struct roster *roster, const struct walk *walk)
{
    CLEANUP_BUF struct buf text = { 0 };
    const struct group *group = any_group(run);
    struct span span = walk->nobody;
    buf_add_text(&text, "the ladder can reach nobody ");
    if (span.until_usec == run->until_usec)
        span.until_usec = INT64_MAX;
    audit_add_span(&text, run, roster, span);
    if (walk->spans > 1)
        buf_printf(&text, ", and %zu time%s more in the coming year", walk->spans - 1, walk->spans == 2 ? "" : "s");
    buf_printf(&text, "; end it with a step that always reaches somebody, as %s%s", group ? "group:" : "person:NAME",
               group ? group->id : "");
    audit_warn(run, walk->ladder->steps[0].origin, "%s", buf_text(&text));
}

static void tell_never(const struct audit_run *run, const struct roster *roster, const struct ladder_step *step)
{
    switch (step->target.kind) {
    case TARGET_PERSON:
        audit_warn(run, step->origin, "the step can never run: %s has no number or address that a gateway serves",
                   step->target.person->id);
        break;
    case TARGET_GROUP:
        audit_warn(run, step->origin, "the step can never run: nobody in the group %s can be paged", step->target.group->id);
        break;
    case TARGET_SECONDARY:
    case TARGET_BACKUPS:
        audit_warn(run, step->origin,
                   "the step can never run: no backup is named in the coming year; write 'backups = 1' in [rotation], "
                   "or names behind the first in [weeks]");
        break;
    default:
        audit_warn(run, step->origin, "the step can never run: nobody who can be paged holds %s in the coming year",
                   step->target.kind == TARGET_ROLE ? step->target.roster->role : roster->role);
    }
}

static void tell(const struct audit_run *run, const struct roster *roster, const struct walk *walk)
{
    const struct ladder *ladder = walk->ladder;
    bool built_in = ladder->steps[0].origin.line == roster->origin.line;
    bool any = false;
    if (walk->spans > 0)
        tell_nobody(run, roster, walk);
    for (size_t i = 0; i < ladder->n_steps; i++)
        any = any || walk->ran[i];
    for (size_t i = 0; any && !built_in && i < ladder->n_steps; i++)
        if (!walk->ran[i])
            tell_never(run, roster, &ladder->steps[i]);
}

static void add_roles(struct audit_points *points, const struct audit_run *run, const struct ladder *ladder)
{
    for (size_t i = 0; i < ladder->n_steps; i++)
        if (ladder->steps[i].target.kind == TARGET_ROLE)
            audit_points_add_roster(points, run, &run->views[ladder->steps[i].target.roster - run->plan->rosters]);
}

static size_t begin_walks(const struct audit_run *run, const struct roster *roster, struct walk walks[SEVERITY_COUNT + 1])
{
    size_t n = 0;
    if (roster->ladder.n_steps > 0)
        walks[n++] = (struct walk){ .ladder = &roster->ladder };
    for (enum severity severity = 0; severity < SEVERITY_COUNT; severity++)
        if (roster->severity_ladder[severity] && roster->severity_ladder[severity]->n_steps > 0)
            walks[n++] = (struct walk){ .ladder = roster->severity_ladder[severity] };
    for (size_t i = 0; i < n; i++)
        walks[i].ran = arena_alloc(run->arena, walks[i].ladder->n_steps * sizeof *walks[i].ran);
    return n;
}

static bool is_hidden(const struct roster *roster)
{
    for (enum severity severity = 0; severity < SEVERITY_COUNT; severity++)
        if (!roster->severity_ladder[severity])
            return false;
    return roster->ladder.n_steps > 0;
}

void audit_ladders(const struct audit_run *run, size_t index)
{
    const struct roster *roster = &run->plan->rosters[index], *view = &run->views[index];
    struct walk walks[SEVERITY_COUNT + 1];
    if (!audit_is_ever_held(roster) || run->plan->channels_served == 0)
        return;      /* told already, where it is read */
    size_t n = begin_walks(run, roster, walks);
    CLEANUP_POINTS struct audit_points points;
    audit_points_begin(&points, run->now_usec, run->until_usec);
    audit_points_add_roster(&points, run, view);
    for (size_t i = 0; i < n; i++)
        add_roles(&points, run, walks[i].ladder);
    audit_points_end(&points);
    bool silent = roster->hours.present && !roster->otherwise;      /* outside the hours: told already, where it is read */
    for (size_t i = 0; i + 1 < points.n; i++) {
        struct on_call on_call;
        if (silent && !roster_in_hours(view, run->plan->tz, points.at[i]))
            continue;
        roster_on_call(view, run->plan->tz, points.at[i], &on_call);
        for (size_t j = 0; j < n; j++)
            walk_on(run, &walks[j], &on_call, (struct span){ points.at[i], points.at[i + 1] });
    }
    for (size_t i = 0; i < n; i++)
        tell(run, roster, &walks[i]);
    if (is_hidden(roster))
        audit_warn(run, roster->ladder.steps[0].origin, "the step can never run: every severity has a ladder of its own");
}

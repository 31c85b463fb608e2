/* People across rosters: who holds two roles at once, and who is named nowhere. */
#include "config/audit_private.h"

#include "engine/roster_hours.h"

/* ---- two roles at once ---- */

enum { MAX_POINTS = 20000, MAX_PAIRS = 20 };

struct holder {
    int64_t from_usec;
    const struct person *primary;
};

struct holders {                 /* who holds a role in the days ahead; the last one is at the end, with nobody */
    struct holder *list;
    size_t n;
};

static void find_holders(const struct audit_run *run, const struct roster *own, struct holders *ret)
{
    CLEANUP_POINTS struct audit_points points;
    audit_points_begin(&points, run->now_usec, run->ahead_usec);
    audit_points_add_roster(&points, run, own);
    audit_points_end(&points);
    size_t n = points.n < MAX_POINTS ? points.n : MAX_POINTS;
    ret->list = arena_alloc(run->arena, n * sizeof *ret->list);
    for (size_t i = 0; i < n; i++) {
        struct on_call on_call = { 0 };
        if (i + 1 < n)
            roster_on_call(own, run->plan->tz, points.at[i], &on_call);
        if (ret->n == 0 || i + 1 == n || ret->list[ret->n - 1].primary != on_call.primary)
            ret->list[ret->n++] = (struct holder){ points.at[i], on_call.primary };
    }
}

struct both {
    const struct person *person;
    struct span span;
    size_t times;
};

/* Both hold by their hours at the same moment. */
static bool both_in_hours(const struct audit_run *run, const struct roster *a, const struct roster *b, struct span span)
{
    const struct tz *tz = run->plan->tz;
    for (int64_t at = span.from_usec; at < span.until_usec;) {
        if (roster_in_hours(a, tz, at) && roster_in_hours(b, tz, at))
            return true;
        int64_t next_a = roster_hours_after(a, tz, at), next_b = roster_hours_after(b, tz, at);
        at = next_a < next_b ? next_a : next_b;
    }
    return false;
}

static void compare(const struct audit_run *run, const struct holders *holders, size_t a, size_t b, struct both *ret)
{
    const struct holders *left = &holders[a], *right = &holders[b];
    const struct person *before = NULL;
    for (size_t i = 0, j = 0; i + 1 < left->n && j + 1 < right->n;) {
        const struct person *person = left->list[i].primary == right->list[j].primary ? left->list[i].primary : NULL;
        int64_t from_left = left->list[i].from_usec, from_right = right->list[j].from_usec;
        int64_t to_left = left->list[i + 1].from_usec, to_right = right->list[j + 1].from_usec;
        struct span span = { from_left > from_right ? from_left : from_right, to_left < to_right ? to_left : to_right };
        if (person && (!audit_is_known(person) || !both_in_hours(run, &run->plan->rosters[a], &run->plan->rosters[b], span)))
            person = NULL;
        if (person && person != before && ret->times++ == 0)
            *ret = (struct both){ .person = person, .span = span, .times = 1 };
        before = person;
        i += to_left <= to_right;
        j += to_right <= to_left;
    }
}

static void tell_both(const struct audit_run *run, size_t a, size_t b, const struct both *both)
{
    const struct roster *left = &run->plan->rosters[a], *right = &run->plan->rosters[b];
    const struct roster *where = left->on_request && !right->on_request ? left : right;
    CLEANUP_BUF struct buf text = { 0 };
    buf_printf(&text, "%s holds %s and %s at once, ", both->person->id, right->role, left->role);
    audit_add_span(&text, run, where, both->span);
    if (both->times > 1)
        buf_printf(&text, ", and %zu time%s more within %d days", both->times - 1, both->times == 2 ? "" : "s", run->audit->days);
    buf_add_text(&text, "; one person cannot do both: change one of them");
    audit_warn(run, audit_entry_at(run, where, both->span.from_usec), "%s", buf_text(&text));
}

void audit_pairs(const struct audit_run *run)
{
    size_t n = run->plan->n_rosters, told = 0;
    struct holders *holders = arena_alloc(run->arena, (n + 1) * sizeof *holders);
    for (size_t i = 0; i < n; i++)
        if (!audit_skips(run, i))
            find_holders(run, &run->own[i], &holders[i]);
    for (size_t a = 0; a < n; a++)
        for (size_t b = a + 1; b < n; b++) {
            struct both both = { 0 };
            compare(run, holders, a, b, &both);
            if (both.times > 0 && told++ < MAX_PAIRS)
                tell_both(run, a, b, &both);
        }
    if (told > MAX_PAIRS)
        problems_add(run->problems, PROBLEM_WARNING, "rosters", 0, "%zu more pairs of roles that one person holds at once",
                     told - MAX_PAIRS);
}

/* ---- named nowhere ---- */

enum { MAX_UNUSED = 10 };

struct used {
    const struct plan *plan;
    bool *flags;                 /* for each person */
};

static void use(struct used *used, const struct person *person)
{
    if (person && audit_is_known(person))
        used->flags[person - used->plan->persons] = true;
}

static void use_all(struct used *used, const struct person *const *persons, size_t n)
{
    for (size_t i = 0; i < n; i++)
        use(used, persons[i]);
}

static void use_ladder(struct used *used, const struct ladder *ladder)
{
    for (size_t i = 0; ladder && i < ladder->n_steps; i++)
        if (ladder->steps[i].target.kind == TARGET_PERSON)
            use(used, ladder->steps[i].target.person);
}

static void use_roster(struct used *used, const struct roster *roster)
{
    for (size_t i = 0; i < roster->n_weeks; i++) {
        use(used, roster->weeks[i].duty.primary);
        use_all(used, roster->weeks[i].duty.backups, roster->weeks[i].duty.n_backups);
    }
    for (size_t i = 0; i < roster->n_shifts; i++) {
        use(used, roster->shifts[i].duty.primary);
        use_all(used, roster->shifts[i].duty.backups, roster->shifts[i].duty.n_backups);
    }
    use_all(used, roster->rotation.order, roster->rotation.n_order);
    use_ladder(used, &roster->ladder);
    for (enum severity severity = 0; severity < SEVERITY_COUNT; severity++)
        use_ladder(used, roster->severity_ladder[severity]);
    use(used, roster->owner);
    if (roster->otherwise && roster->otherwise->kind == TARGET_PERSON)
        use(used, roster->otherwise->person);
}

static bool any_skipped(const struct audit_run *run)
{
    for (size_t i = 0; i < run->plan->n_rosters; i++)
        if (audit_skips(run, i))
            return true;
    return false;
}

void audit_unused(const struct audit_run *run)
{
    const struct plan *plan = run->plan;
    struct used used = { .plan = plan, .flags = arena_alloc(run->arena, plan->n_persons + 1) };
    size_t unused = 0;
    if (any_skipped(run))
        return;
    for (size_t i = 0; i < plan->n_rosters; i++)
        use_roster(&used, &plan->rosters[i]);
    for (size_t i = 0; i < plan->n_groups; i++)
        use_all(&used, plan->groups[i].members, plan->groups[i].n_members);
    use_all(&used, plan->admins, plan->n_admins);
    for (size_t i = 0; i < plan->n_persons; i++)
        if (!used.flags[i] && unused++ < MAX_UNUSED)
            audit_warn(run, plan->persons[i].origin,
                       "%s is never paged: no roster, group, ladder or list of administrators names that person; "
                       "add the name there, or remove the person here", plan->persons[i].id);
    if (unused > MAX_UNUSED)
        problems_add(run->problems, PROBLEM_WARNING, "people.ini", 0, "%zu more people are never paged: nothing names them",
                     unused - MAX_UNUSED);
}

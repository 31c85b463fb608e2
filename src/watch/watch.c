#include "watch/watch.h"

#include <stdbool.h>
#include <string.h>

#include "base/buf.h"
#include "engine/roster.h"
#include "engine/roster_hours.h"

enum { MORNING_HOUR = 8, ROLES_MAX = 4096, STRETCHES_MAX = 5000 };

#define SET_BACK_MAX_USEC USEC_PER_DAY       /* a clock that goes back further was wrong, and what it showed is not believed */

struct told {                    /* what was told last of a role */
    char *role;
    bool duty_known;
    char *person;                /* who has it: an id, or "group:ID"; NULL: nobody */
    int64_t changed_usec;        /* since when */
    bool gap_known;
    int64_t gap_day;             /* the day, from morning to morning, on which a gap was told last */
};

struct watch {
    struct told *told;
    size_t n, cap;
};

struct watch *watch_new(void)
{
    return NEW(struct watch);
}

void watch_free(struct watch *watch)
{
    if (!watch)
        return;
    for (size_t i = 0; i < watch->n; i++) {
        free(watch->told[i].role);
        free(watch->told[i].person);
    }
    free(watch->told);
    free(watch);
}

/* ---- what was told ---- */

static struct told *told_of(struct watch *watch, const char *role)
{
    for (size_t i = 0; i < watch->n; i++)
        if (strcmp(watch->told[i].role, role) == 0)
            return &watch->told[i];
    if (watch->n == watch->cap) {
        watch->cap = watch->cap ? 2 * watch->cap : 16;
        watch->told = mem_realloc_array(watch->told, watch->cap, sizeof(*watch->told));
    }
    watch->told[watch->n] = (struct told){.role = mem_strdup(role)};
    return &watch->told[watch->n++];
}

/* Days that begin in the morning, by the local clock. */
static int64_t watch_day(const struct tz *tz, int64_t wall_usec)
{
    struct civil local;
    tz_to_local(tz, wall_usec, &local);
    return civil_day(local.year, local.month, local.day) - (local.hour < MORNING_HOUR);
}

static void set_person(struct told *told, const char *person, int64_t changed_usec)
{
    free(told->person);
    told->person = person ? mem_strdup(person) : NULL;
    told->changed_usec = changed_usec;
    told->duty_known = true;
}

void watch_recall(struct watch *watch, const struct record *record, const struct tz *tz)
{
    bool duty = record->kind == RECORD_DUTY_CHANGED, gap = record->kind == RECORD_GAP_AHEAD;
    if ((!duty && !gap) || !record->role || watch->n >= ROLES_MAX)
        return;
    struct told *told = told_of(watch, record->role);
    if (duty && !told->duty_known)
        set_person(told, record->person, record->due_usec);
    if (gap && !told->gap_known) {
        told->gap_known = true;
        told->gap_day = watch_day(tz, record->at_usec);
    }
}

/* ---- changes of duty ---- */

static const char *name_holder(const struct on_call *on_call, struct buf *buf)
{
    if (on_call->primary)
        return on_call->primary->id;
    if (!on_call->group)
        return NULL;
    buf_add_text(buf, "group:");
    buf_add_text(buf, on_call->group->id);
    return buf_text(buf);
}

static bool same_holder(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

/* Just before a change that was told already, it is taken to have come: the clock was set back a little. */
static int64_t instant_of(const struct told *told, int64_t wall_usec)
{
    bool ahead = told->duty_known && told->changed_usec > wall_usec && told->changed_usec - wall_usec < SET_BACK_MAX_USEC;
    return ahead ? told->changed_usec : wall_usec;
}

/* Until when the same one has it, though backups may change meanwhile. */
static int64_t held_until(const struct roster *roster, const struct tz *tz, const struct on_call *now, int64_t until_usec)
{
    for (int i = 0; i < 100 && until_usec != INT64_MAX; i++) {
        struct on_call then;
        int64_t from, next;
        const struct person *after;
        roster_stretch(roster, tz, until_usec, &then, &from, &next, &after);
        if (then.primary != now->primary || then.group != now->group)
            return until_usec;
        until_usec = next;
    }
    return until_usec;
}

static int64_t look_at_duty(struct told *told, const struct roster *roster, const struct tz *tz, int64_t wall_usec, watch_tell *tell,
                            void *userdata)
{
    CLEANUP_BUF struct buf group = {0};
    struct on_call on_call;
    int64_t at_usec = instant_of(told, wall_usec), from, until;
    const struct person *next;
    roster_stretch(roster, tz, at_usec, &on_call, &from, &until, &next);
    const char *holder = name_holder(&on_call, &group);
    if (told->duty_known && same_holder(told->person, holder))
        return until;
    bool first = !told->duty_known;
    CLEANUP_FREE char *before = !first && told->person ? mem_strdup(told->person) : NULL;
    set_person(told, holder, from == INT64_MIN ? at_usec : from);
    tell(userdata, &(struct event){.kind = EVENT_DUTY,
                                   .duty = {.roster = roster, .person = holder, .before = before, .from_usec = told->changed_usec,
                                            .until_usec = held_until(roster, tz, &on_call, until), .tell = !first}});
    return until;
}

/* ---- gaps ---- */

/* Nobody, though within its hours somebody should be. */
static bool is_gap(const struct roster *roster, const struct tz *tz, const struct on_call *on_call, int64_t from_usec, int64_t until_usec)
{
    if (on_call->primary || on_call->group)
        return false;
    return roster_in_hours(roster, tz, from_usec) || roster_hours_after(roster, tz, from_usec) < until_usec;
}

static uint32_t find_gaps(const struct roster *roster, const struct tz *tz, int64_t wall_usec, struct event_gap *ret)
{
    int64_t at_usec = wall_usec, horizon_usec = wall_usec + roster->gap_warning_usec;
    *ret = (struct event_gap){.roster = roster};
    for (int i = 0; i < STRETCHES_MAX && at_usec < horizon_usec; i++) {
        struct on_call on_call;
        int64_t from, until;
        const struct person *next;
        roster_stretch(roster, tz, at_usec, &on_call, &from, &until, &next);
        if (is_gap(roster, tz, &on_call, at_usec, until) && ret->count++ == 0) {
            ret->from_usec = at_usec;
            ret->until_usec = until;
        }
        at_usec = until;
    }
    return ret->count;
}

static int64_t next_morning(const struct tz *tz, int64_t wall_usec)
{
    struct civil morning = {.hour = MORNING_HOUR};
    civil_from_day(watch_day(tz, wall_usec) + 1, &morning.year, &morning.month, &morning.day);
    return tz_from_local(tz, &morning, TZ_BEGIN);
}

static int64_t look_for_gaps(struct told *told, const struct roster *roster, const struct tz *tz, int64_t wall_usec, watch_tell *tell,
                             void *userdata)
{
    int64_t today = watch_day(tz, wall_usec);
    struct event event = {.kind = EVENT_GAP};
    bool told_today = told->gap_known && told->gap_day >= today && told->gap_day - today <= 1;
    if (!told_today && find_gaps(roster, tz, wall_usec, &event.gap) > 0) {
        told->gap_known = true;
        told->gap_day = today;
        tell(userdata, &event);
    }
    return next_morning(tz, wall_usec);
}

/* ---- the look ---- */

int64_t watch_look(struct watch *watch, const struct plan *plan, int64_t wall_usec, watch_tell *tell, void *userdata)
{
    int64_t next_usec = INT64_MAX;
    for (size_t i = 0; i < plan->n_rosters; i++) {
        const struct roster *roster = &plan->rosters[i];
        struct told *told = told_of(watch, roster->role);
        int64_t duty_usec = INT64_MAX, gap_usec = INT64_MAX;
        if (roster->announce)
            duty_usec = look_at_duty(told, roster, plan->tz, wall_usec, tell, userdata);
        else
            told->duty_known = false;        /* what was true when it was last watched is no news when it is watched again */
        if (roster->gap_warning_usec > 0)
            gap_usec = look_for_gaps(told, roster, plan->tz, wall_usec, tell, userdata);
        next_usec = duty_usec < next_usec ? duty_usec : next_usec;
        next_usec = gap_usec < next_usec ? gap_usec : next_usec;
    }
    return next_usec;
}

/* Drills by schedule: each occurrence is dealt with, once, in its order (P11); a drill begins when its schedule lets it (P13),
 * and one that was missed is told of. What was dealt with is read from the records, as the watch reads it. */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "loop/loop.h"

enum { MARKED_MAX = 16 };
#define LOOK_USEC (61 * USEC_PER_SEC)    /* without its log the daemon looks at the calendar after a minute */

static struct marked {
    char schedule[8], role[8], person[40];
    uint64_t definition;
    bool alive;                      /* said in this life */
    int64_t first_usec, last_usec;   /* wall: since when its occurrences count, and the last that was dealt with */
} marked[MARKED_MAX];
static bool stepped;                 /* the clock was set: what it showed before may come again */

static bool is_of(const struct marked *at, const char *schedule, const char *role)
{
    return strcmp(at->schedule, schedule) == 0 && strcmp(at->role, role ? role : "") == 0;
}

static struct marked *marked_of(const char *schedule, const char *role)
{
    size_t i = 0;
    while (i + 1 < MARKED_MAX && *marked[i].schedule && !is_of(&marked[i], schedule, role))
        i++;
    return &marked[i];
}

static void mark(const struct record *record)
{
    struct marked *at = marked_of(record->schedule, record->role);
    if (!*at->schedule || at->definition != record->definition)
        *at = (struct marked){.definition = record->definition, .first_usec = record->due_usec, .last_usec = record->due_usec};
    snprintf(at->schedule, sizeof(at->schedule), "%s", record->schedule);
    snprintf(at->role, sizeof(at->role), "%s", record->role ? record->role : "");
    bool missed = record->text != NULL;      /* of somebody who had it in between: who was tested last may have it again */
    snprintf(at->person, sizeof(at->person), "%s", record->person && !missed ? record->person : "");
    at->last_usec = record->due_usec > at->last_usec ? record->due_usec : at->last_usec;
}

static void see_occurrence(const struct event_schedule *news, const struct record *record)
{
    const struct marked *at = marked_of(record->schedule, record->role);
    bool known = *at->schedule && at->definition == record->definition;
    if (news->news == SCHEDULE_WATCHED || record->role)
        return;
    if (!stepped && known && record->due_usec <= at->last_usec)
        fail("P11", "schedule %s deals with an occurrence twice", record->schedule);
    if (oracle_occurrence(news->schedule, record->due_usec) != record->due_usec)
        fail("P11", "schedule %s deals with an occurrence that it does not have", record->schedule);
}

/* Before it is folded in. */
void schedule_record(const struct event *event, const struct record *record)
{
    const struct event_schedule *news = &event->schedule;
    if (record->kind == RECORD_SCHEDULE && record->schedule) {
        see_occurrence(news, record);
        mark(record);
        marked_of(record->schedule, record->role)->alive = true;
    }
    if (record->kind == RECORD_DRILL_PLANNED && event->kind == EVENT_SCHEDULE &&
        (record->due_usec < news->occurrence_usec || record->due_usec > record->end_usec ||
         !oracle_may_begin(news->schedule, record->due_usec)))
        fail("P13", "schedule %s plans a drill for a time at which it may not begin", record->schedule);
    const struct schedule *schedule =
        record->kind == RECORD_OPENED && record->schedule ? plan_schedule(&node_config()->plan, record->schedule) : NULL;
    if (schedule && !oracle_may_begin(schedule, loop_wall_usec()))
        fail("P13", "a drill of schedule %s begins when it may not", schedule->name);
}

/* As a drill that does not begin when it should: see check_drill.c. */
void schedule_after(const struct event *event, struct effects effects)
{
    bool told = false;
    if (event->kind != EVENT_SCHEDULE || event->schedule.news != SCHEDULE_MISSED)
        return;
    for (size_t i = 0; i < effects.n; i++)
        told |= effects.list[i].kind == EFFECT_SEND && effects.list[i].send.page.incident == 0;
    if (!told && told_admins_can_read())
        fail("P13", "schedule %s has missed a drill, and nobody is told", event->schedule.schedule->name);
}

static void check_calendar(const struct schedule *schedule)
{
    const struct marked *at = marked_of(schedule->name, NULL);
    int64_t due_usec = oracle_occurrence(schedule, loop_wall_usec());
    bool counts = *at->schedule && at->definition == schedule->definition && due_usec > at->first_usec;
    if (counts && due_usec > at->last_usec)
        fail("P2", "an occurrence of schedule %s came %ld s ago, and nothing was done", schedule->name,
             (long)((loop_wall_usec() - due_usec) / USEC_PER_SEC));
}

/* Whoever has the duty is the one who was last tested, or was there when the schedule came. */
static void check_handover(const struct schedule *schedule, const struct roster *roster)
{
    const struct marked *at = marked_of(schedule->name, roster->role);
    const char *primary = oracle_primary(roster, loop_wall_usec());
    if (*at->schedule && at->definition == schedule->definition && primary && *at->person && strcmp(primary, at->person) != 0)
        fail("P11", "%s has been %s since the handover, and schedule %s knows only of %s", primary, roster->role, schedule->name,
             at->person);
}

void schedule_rest(void)
{
    if (stepped || !node_has_store() || sim_now() - node_started() < LOOK_USEC)
        return;
    for (size_t i = 0; i < node_config()->plan.n_schedules; i++) {
        const struct schedule *schedule = &node_config()->plan.schedules[i];
        if (schedule->kind != SCHEDULE_HANDOVER)
            check_calendar(schedule);
        for (size_t k = 0; k < schedule->n_roles; k++)
            check_handover(schedule, schedule->roles[k]);
    }
}

void schedule_clock_stepped(void)
{
    stepped = true;
}

/* Of a log that comes late: what was said in this life stands. */
void schedule_recalled(const struct record *record)
{
    if (record->kind == RECORD_SCHEDULE && record->schedule && !marked_of(record->schedule, record->role)->alive)
        mark(record);
}

void schedule_crashed(void)
{
    memset(marked, 0, sizeof(marked));
}

/* Drills that a schedule begins. The watch sees on the calendar when one is due or was missed; here that is written down and told, and the drill
 * is planned as one by hand would be. The watch remembers by these records. */
#include "base/text.h"
#include "engine/drill.h"
#include "engine/internal.h"
#include "engine/schedule.h"

/* ---- due, or missed ---- */

/* What the schedule is for; of a handover, who has gone on duty. */
static void add_targets(struct buf *buf, const struct event_schedule *event)
{
    if (event->person)
        drill_add_name(buf, "person", event->person);
    else
        buf_add_text(buf, event->schedule->targets);
}

static void plan_due(struct engine *engine, const struct event_schedule *event)
{
    const struct schedule *schedule = event->schedule;
    CLEANUP_BUF struct buf targets = {0};
    add_targets(&targets, event);
    int64_t delay_usec = event->begins_usec - engine->now.wall_usec;
    struct record record = {
        .kind = RECORD_DRILL_PLANNED,
        .incident = trigger_mint_key(engine),
        .source = "local",
        .summary = schedule->summary,
        .targets = buf_text(&targets),
        .without = schedule->without,
        .schedule = schedule->name,
        .role = event->role,
        .limit_usec = schedule->limit_usec,
        .wait_for_all = schedule->wait_for_all,
        .due_usec = event->begins_usec,
        .delay_usec = delay_usec > 0 ? delay_usec : 0,
        .end_usec = event->end_usec,
        .drill = true,
    };
    emit_record(engine, &record);
    drill_note(engine, record.incident, NULL, "is planned by schedule ", schedule->name);
}

static void tell_missed(struct engine *engine, const struct event_schedule *event, const char *why)
{
    CLEANUP_BUF struct buf text = {0}, reason = {0};
    buf_add_text(&reason, why);
    if (event->count > 1) {
        buf_add_text(&reason, "; nor did the ");
        buf_add_u64(&reason, event->count - 1);
        buf_add_text(&reason, " before it");
    }
    buf_add_text(&text, "the scheduled drill ");
    buf_add_text(&text, event->schedule->name);
    buf_add_text(&text, " did not begin: ");
    buf_add_text(&text, buf_text(&reason));
    struct record note = {.kind = RECORD_NOTE, .text = buf_text(&text), .role = event->role, .drill = true};
    struct record about = {.text = buf_text(&reason), .other = event->schedule->name, .due_usec = event->occurrence_usec,
                           .end_usec = event->end_usec, .drill = true};
    emit_record(engine, &note);
    notice_admins_about(engine, PURPOSE_DRILL_MISSED, &about);
}

void step_schedule(struct engine *engine, const struct event *event)
{
    const struct event_schedule *schedule = &event->schedule;
    const char *why = schedule->news == SCHEDULE_MISSED ? "the daemon was not running then" : NULL;
    if (schedule->news == SCHEDULE_DUE && engine->n_planned >= PLANNED_MAX)
        why = "too many drills were planned already";
    struct record record = {
        .kind = RECORD_SCHEDULE,
        .schedule = schedule->schedule->name,
        .role = schedule->role,
        .person = schedule->person,
        .due_usec = schedule->occurrence_usec,
        .end_usec = schedule->end_usec,
        .definition = schedule->schedule->definition,
        .text = why,
        .drill = true,
    };
    emit_record(engine, &record);
    if (why)
        tell_missed(engine, schedule, why);
    else if (schedule->news == SCHEDULE_DUE)
        plan_due(engine, schedule);
}

/* ---- planned ones ---- */

int64_t drill_open_from(const struct engine *engine, const struct drill *drill, int64_t wall_usec)
{
    const struct schedule *schedule = drill->schedule ? plan_schedule(engine->plan, intern_text(engine->names, drill->schedule)) : NULL;
    if (!schedule)
        return wall_usec;
    if (wall_usec < drill->due_usec)
        wall_usec = drill->due_usec;       /* the clock was set back */
    return schedule_open_from(schedule, engine->plan->tz, wall_usec);
}

void drill_clock_stepped(struct engine *engine)
{
    for (const struct drill *drill = engine->planned; drill; drill = drill->next)
        if (drill->schedule)
            drill_postpone(engine, drill, drill->due_usec);
}

/* ---- ended ---- */

/* Where everybody's answer is waited for, a yes that was taken back is none. */
static bool has_succeeded(const struct callout *callout)
{
    if (callout->state == CALLOUT_ACKNOWLEDGED && !drill_waits_for_all(callout))
        return true;
    for (const struct recipient *recipient = callout->recipients; recipient; recipient = recipient->next)
        if (recipient->confirmed_usec)
            return true;
    return false;
}

static void add_succeeded(struct buf *roles, const struct engine *engine, const struct incident *incident)
{
    for (const struct callout *callout = incident->callouts; callout; callout = callout->next) {
        if (!has_succeeded(callout))
            continue;
        if (!callout->on_group && !callout->on_person)
            drill_add_name(roles, "role", intern_text(engine->names, callout->role));
        if (incident->terms && incident->terms->role)
            drill_add_name(roles, "role", intern_text(engine->names, incident->terms->role));
    }
}

void drill_record_end(struct engine *engine, const struct incident *incident)
{
    CLEANUP_BUF struct buf id = {0}, roles = {0}, missing = {0};
    const struct drill *terms = incident->terms;
    incident_add_id(&id, incident->key);
    add_succeeded(&roles, engine, incident);
    struct record record = {
        .kind = RECORD_DRILL_ENDED,
        .text = buf_text(&id),
        .schedule = terms ? text_of(engine, terms->schedule) : NULL,
        .targets = roles.len > 0 ? buf_text(&roles) : NULL,
        .dry_run = terms && terms->dry_run,
        .drill = true,
    };
    engine_drill_result(engine, incident, &record.count, &record.total, &missing);
    emit_record(engine, &record);
}

/* ---- overdue ---- */

static bool is_admin(const struct engine *engine, const struct person *person)
{
    for (size_t i = 0; i < engine->plan->n_admins; i++)
        if (engine->plan->admins[i] == person)
            return true;
    return false;
}

static void tell_overdue(struct engine *engine, const struct roster *roster, const struct record *note)
{
    struct record about = {.role = roster->role, .due_usec = note->due_usec};
    notice_admins_about(engine, PURPOSE_DRILL_OVERDUE, &about);
    if (roster->owner && !is_admin(engine, roster->owner))
        notice_duty(engine, roster->owner, engine->plan->admin_channels, PURPOSE_DRILL_OVERDUE, &about);
}

void step_drill_overdue(struct engine *engine, const struct event *event)
{
    const struct roster *roster = event->drill_overdue.roster;
    CLEANUP_BUF struct buf text = {0};
    buf_add_text(&text, event->drill_overdue.tell ? "no drill of " : "drills of ");
    buf_add_text(&text, roster->role);
    buf_add_text(&text, event->drill_overdue.tell ? " has succeeded for " : " are counted from now on: one has to succeed within ");
    text_add_duration(&text, roster->drill_overdue_usec);
    struct record kept = {.kind = RECORD_SCHEDULE, .role = roster->role, .final = event->drill_overdue.tell, .drill = true};
    struct record note = {
        .kind = RECORD_NOTE, .role = roster->role, .text = buf_text(&text), .due_usec = event->drill_overdue.since_usec, .drill = true,
    };
    emit_record(engine, &kept);
    emit_record(engine, &note);
    if (event->drill_overdue.tell)
        tell_overdue(engine, roster, &note);
}

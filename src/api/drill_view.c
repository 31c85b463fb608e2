#include "api/drill_view.h"

#include "engine/drill.h"
#include "engine/schedule.h"

/* ["role:TIB", "person:anna.berg"] */
void drill_view_add_list(struct json_writer *writer, const char *key, const char *list)
{
    struct drill_name at;
    jw_open(writer, key, '[');
    while (drill_next_name(&list, &at)) {
        CLEANUP_BUF struct buf name = { 0 };
        buf_add(&name, at.kind, (size_t)(at.name + at.name_len - at.kind));
        jw_text(writer, NULL, buf_text(&name));
    }
    jw_close(writer, ']');
}

/* "anna.berg, bo.ek" */
void drill_view_add_missing(struct json_writer *writer, const char *missing)
{
    jw_open(writer, "missing", '[');
    for (const char *at = missing; *at;) {
        size_t len = strcspn(at, ",");
        CLEANUP_BUF struct buf name = { 0 };
        buf_add(&name, at, len);
        jw_text(writer, NULL, buf_text(&name));
        at += len;
        at += strspn(at, ", ");
    }
    jw_close(writer, ']');
}

static void add_terms(struct json_writer *writer, const struct engine *engine, const struct drill *terms)
{
    drill_view_add_list(writer, "targets", terms ? terms->targets : "");
    drill_view_add_list(writer, "without", terms ? terms->without : "");
    jw_text_or_null(writer, "schedule", terms ? engine_text(engine, terms->schedule) : NULL);
    jw_text_or_null(writer, "started_by", terms ? engine_text(engine, terms->starter) : NULL);
    jw_bool(writer, "wait_for_all", terms && terms->wait_for_all);
    jw_bool(writer, "dry_run", terms && terms->dry_run);
}

static void add_result(struct json_writer *writer, const struct engine *engine, const struct incident *incident)
{
    CLEANUP_BUF struct buf missing = { 0 };
    uint32_t answered, total;
    engine_drill_result(engine, incident, &answered, &total, &missing);
    jw_u64(writer, "answered", answered);
    jw_u64(writer, "of", total);
    drill_view_add_missing(writer, buf_text(&missing));
}

void drill_view_add_exercise(struct json_writer *writer, const struct engine *engine, const struct incident *incident)
{
    jw_open(writer, "exercise", '{');
    add_terms(writer, engine, incident->terms);
    add_result(writer, engine, incident);
    jw_close(writer, '}');
}

/* By the wall clock as it stands now. 0: it does not, any more. */
static int64_t ends_at(const struct incident *incident, struct now now)
{
    int64_t ends_usec = 0;
    for (const struct callout *callout = incident->callouts; callout && !incident->closed_usec; callout = callout->next)
        if (callout->ends_usec && (ends_usec == 0 || callout->ends_usec < ends_usec))
            ends_usec = callout->ends_usec;
    return ends_usec ? now.wall_usec + (ends_usec - now.boot_usec) : 0;
}

void drill_view_add_begun(struct json_writer *writer, const struct engine *engine, const struct incident *incident,
                          struct now now)
{
    jw_incident(writer, "id", incident->key);
    jw_text(writer, "state", incident->closed_usec ? "ended" : "open");
    jw_text(writer, "summary", incident_summary(incident));
    jw_text(writer, "source", engine_text(engine, incident->source));
    add_terms(writer, engine, incident->terms);
    jw_time(writer, "opened_at", incident->opened_usec);
    jw_time(writer, "ends_at", ends_at(incident, now));
    jw_time(writer, "closed_at", incident->closed_usec);
    add_result(writer, engine, incident);
}

void drill_view_add_planned(struct json_writer *writer, const struct engine *engine, const struct drill *drill,
                            bool with_moment)
{
    jw_incident(writer, "id", drill->key);
    jw_text(writer, "state", "planned");
    jw_text(writer, "summary", drill->summary);
    jw_text(writer, "source", engine_text(engine, drill->source));
    add_terms(writer, engine, drill);
    jw_time(writer, "planned_at", drill->planned_usec);
    jw_u64(writer, "within_seconds", (uint64_t)(drill->end_usec - drill->planned_usec) / USEC_PER_SEC);
    jw_time(writer, "before", drill->end_usec);
    if (with_moment)
        jw_time(writer, "starts_at", drill->due_usec);
}

/* Of a handover without end nobody can say before when. */
static void add_next(struct json_writer *writer, const struct schedule_window *window)
{
    jw_time(writer, "next_from", window->from_usec == INT64_MAX ? 0 : window->from_usec);
    jw_time(writer, "next_before", window->until_usec == INT64_MAX ? 0 : window->until_usec);
}

static void add_last(struct json_writer *writer, const struct api_schedule *last)
{
    if (!*last->id) {
        jw_null(writer, "last");
        return;
    }
    jw_open(writer, "last", '{');
    jw_text(writer, "id", last->id);
    jw_time(writer, "ended_at", last->ended_usec);
    jw_u64(writer, "answered", last->answered);
    jw_u64(writer, "of", last->total);
    jw_close(writer, '}');
}

void drill_view_add_schedule(struct json_writer *writer, const struct tz *tz, const struct schedule *schedule,
                             const struct api_schedule *last, int64_t now_usec)
{
    const struct schedule_window window = schedule_next_window(schedule, tz, now_usec);
    jw_text(writer, "name", schedule->name);
    jw_text(writer, "when", schedule->when);
    drill_view_add_list(writer, "targets", schedule->targets);
    jw_text(writer, "summary", schedule->summary);
    jw_u64(writer, "surprise_seconds", (uint64_t)(schedule->surprise_usec / USEC_PER_SEC));
    add_next(writer, &window);
    add_last(writer, last);
}

/* ---- before it begins ---- */

static void add_person(struct json_writer *writer, const struct person *person, const struct group *group)
{
    jw_open(writer, NULL, '{');
    jw_text(writer, "person", person->id);
    jw_text(writer, "name", person->name);
    jw_text_or_null(writer, "group", group ? group->id : NULL);
    jw_close(writer, '}');
}

void drill_view_add_people(struct json_writer *writer, const struct plan *plan, const char *targets)
{
    struct drill_name at;
    jw_open(writer, "people", '[');
    while (drill_next_name(&targets, &at)) {
        CLEANUP_BUF struct buf name = { 0 };
        buf_add(&name, at.name, at.name_len);
        const struct person *person = drill_has_kind(&at, "person") ? plan_person(plan, buf_text(&name)) : NULL;
        const struct group *group = drill_has_kind(&at, "group") ? plan_group(plan, buf_text(&name)) : NULL;
        if (person)
            add_person(writer, person, NULL);
        for (size_t i = 0; group && i < group->n_members; i++)
            add_person(writer, group->members[i], group);
    }
    jw_close(writer, ']');
}

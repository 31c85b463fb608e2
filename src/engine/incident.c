/* Closing, and notes. */
#include "engine/drill.h"
#include "engine/internal.h"

static void cancel_callouts(struct engine *engine, struct incident *incident, const char *reason)
{
    for (struct callout *callout = incident->callouts; callout; callout = callout->next) {
        if (callout->state != CALLOUT_PAGING)
            continue;
        struct record record = {
            .kind = RECORD_CALLOUT_CANCELLED,
            .incident = incident->key,
            .callout = callout->number,
            .role = text_of(engine, callout->role),
            .text = reason,
            .drill = incident->drill,
        };
        emit_record(engine, &record);
    }
}

/* Whoever was paged and got no answer to it is told that it no longer counts; of a drill, everybody is told that it ended. The
 * source believes that paging goes on, unless it closed the incident itself. */
static void tell_of_close(struct engine *engine, struct incident *incident, enum purpose purpose)
{
    for (struct callout *callout = incident->callouts; callout; callout = callout->next) {
        if (incident->drill || callout->state == CALLOUT_CANCELLED)
            notice_others(engine, callout, purpose, 0);
        if (callout->state == CALLOUT_CANCELLED && incident->closed_by != incident->source)
            notice_source(engine, callout, purpose);
    }
}

static void end(struct engine *engine, struct incident *incident, const char *reason, const char *actor, enum purpose purpose)
{
    struct record record = {
        .kind = RECORD_CLOSED, .incident = incident->key, .text = reason, .actor = actor, .drill = incident->drill,
    };
    if (incident->terms)
        drill_record_result(engine, incident);
    if (incident->drill)
        drill_record_end(engine, incident);
    cancel_callouts(engine, incident, reason);
    emit_record(engine, &record);
    tell_of_close(engine, incident, purpose);
    if (incident->terms)
        drill_tell_result(engine, incident);
}

void incident_close(struct engine *engine, struct incident *incident, const char *reason, const char *actor)
{
    end(engine, incident, reason, actor, incident->drill ? PURPOSE_DRILL_END : PURPOSE_WITHDRAWN);
}

void incident_abort(struct engine *engine, struct incident *drill, uint64_t real)
{
    CLEANUP_BUF struct buf reason = {0};
    buf_add_text(&reason, DRILL_ENDED_ABORTED);
    incident_add_id(&reason, real);
    end(engine, drill, buf_text(&reason), NULL, PURPOSE_DRILL_ABORTED);
}

static void reply_closed(struct engine *engine, uint64_t request, const struct incident *incident)
{
    emit_reply(engine, &(struct effect_reply){
        .request = request, .verdict = VERDICT_CLOSED, .incident = incident->key,
        .person = text_of(engine, incident->closed_by), .at_usec = incident->closed_usec,
    });
}

/* The incident that a request is about, or NULL after having answered it. */
static struct incident *incident_or_reply(struct engine *engine, uint64_t request, uint64_t key, bool must_be_open)
{
    struct incident *incident = key ? find_incident(engine, key) : NULL;
    if (!incident)
        emit_reply(engine, &(struct effect_reply){.request = request, .verdict = VERDICT_NO_INCIDENT, .incident = key});
    else if (must_be_open && incident->closed_usec)
        reply_closed(engine, request, incident);
    else
        return incident;
    return NULL;
}

void step_close(struct engine *engine, const struct event *event)
{
    struct incident *incident = incident_or_reply(engine, event->request, event->close.incident, true);
    if (!incident)
        return;
    incident_close(engine, incident, event->close.reason, event->close.actor);
    emit_reply(engine, &(struct effect_reply){.request = event->request, .verdict = VERDICT_DONE, .incident = incident->key});
}

void step_note(struct engine *engine, const struct event *event)
{
    const struct event_note *note = &event->note;
    struct incident *incident = note->incident ? incident_or_reply(engine, event->request, note->incident, false)
                                : &engine->house;
    if (!incident)
        return;
    struct record record = {
        .kind = RECORD_NOTE, .incident = incident->key, .text = note->text, .actor = note->actor, .person = note->person,
        .drill = incident->drill,
    };
    emit_record(engine, &record);
    emit_reply(engine, &(struct effect_reply){.request = event->request, .verdict = VERDICT_DONE, .incident = incident->key});
}

void step_callout(struct engine *engine, const struct event *event)
{
    struct incident *incident = incident_or_reply(engine, event->request, event->callout.incident, true);
    if (!incident)
        return;
    struct answered answered = answer_call_in(engine, incident, &event->callout);
    const char *name = event->callout.roster ? event->callout.roster->role : event->callout.group->id;
    const struct callout *callout = find_latest_callout(incident, intern_find(engine->names, name));
    answer_reply(engine, event->request, incident, callout, answered);
}


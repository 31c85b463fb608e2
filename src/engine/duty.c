/* Changes of duty, and gaps ahead: what the watch has seen on the calendar is written down, and told to whom it concerns. The
 * watch remembers by these records what was told. */
#include "engine/internal.h"

void step_duty(struct engine *engine, const struct event *event)
{
    const struct event_duty *duty = &event->duty;
    const struct roster *roster = duty->roster;
    struct record record = {
        .kind = RECORD_DUTY_CHANGED,
        .role = roster->role,
        .person = duty->person,
        .other = duty->before,
        .due_usec = duty->from_usec,
        .end_usec = duty->until_usec == INT64_MAX ? 0 : duty->until_usec,
    };
    emit_record(engine, &record);
    const struct person *on = duty->tell && duty->person ? plan_person(engine->plan, duty->person) : NULL;
    const struct person *off = duty->tell && duty->before ? plan_person(engine->plan, duty->before) : NULL;
    if (on)
        notice_duty(engine, on, roster->announce, PURPOSE_ON_DUTY, &record);
    if (off)
        notice_duty(engine, off, roster->announce, PURPOSE_OFF_DUTY, &record);
}

void step_gap(struct engine *engine, const struct event *event)
{
    const struct event_gap *gap = &event->gap;
    struct record record = {
        .kind = RECORD_GAP_AHEAD,
        .role = gap->roster->role,
        .due_usec = gap->from_usec,
        .end_usec = gap->until_usec == INT64_MAX ? 0 : gap->until_usec,
        .count = gap->count,
    };
    emit_record(engine, &record);
    if (gap->roster->owner)
        notice_duty(engine, gap->roster->owner, 1u << CHANNEL_EMAIL, PURPOSE_GAP, &record);
}

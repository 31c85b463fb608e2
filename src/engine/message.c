/* What a message says, and whether it is still wanted: asked before every attempt to send it. */
#include <string.h>

#include "base/text.h"
#include "engine/internal.h"

/* A later page to the same address in the same call-out takes the place of one that failed. */
static bool superseded(const struct message *message)
{
    for (const struct message *later = message->next; later; later = later->next)
        if (later->purpose == PURPOSE_PAGE && later->callout == message->callout && later->address == message->address &&
            later->channel == message->channel)
            return true;
    return false;
}

/* A number that has rung out is not rung again for the same page, by whatever gateway still has it in hand. */
static bool page_wanted(const struct message *message)
{
    if (message->callout->state != CALLOUT_PAGING || message->unanswered)
        return false;
    if ((message->recipient->declined && !message->asks_again) || message->recipient->confirmed_usec)
        return false;
    return message->state == MESSAGE_QUEUED || !superseded(message);
}

/* What a source hears is what is true when it is sent, so the latest message of a kind says it all. */
static bool told_later(const struct message *message)
{
    for (const struct message *later = message->next; later; later = later->next)
        if (later->purpose == message->purpose && later->callout == message->callout && later->address == message->address)
            return true;
    return false;
}

/* The last that an administrator reads of the disk must be so: a word of it that has not gone is dropped once it is not so any
 * more; and where it has become so again, since a later word says that. */
static bool disk_has_changed(const struct engine *engine, const struct message *message)
{
    if (engine->degraded != (message->purpose == PURPOSE_DEGRADED))
        return true;
    uint8_t opposite = message->purpose == PURPOSE_RESTORED ? PURPOSE_DEGRADED : PURPOSE_RESTORED;
    for (const struct message *later = message->next; later; later = later->next)
        if (later->purpose == opposite)
            return true;
    return false;
}

/* "Acknowledged, you need do nothing" is a danger once it is no longer true: after a release, or to who has it now. */
static bool notice_wanted(const struct engine *engine, const struct message *message)
{
    const struct callout *callout = message->callout;
    bool held = callout && callout->state == CALLOUT_ACKNOWLEDGED;
    bool holder = held && callout->acknowledged_by == message->person;
    if (message->recipient && drill_waits_for_all(callout))
        return message->purpose != PURPOSE_CONFIRMATION || message->recipient->confirmed_usec;
    if (message->purpose == PURPOSE_CONFIRMATION)
        return holder;
    if (message->purpose == PURPOSE_TAKEN)
        return held && !holder;
    if (message->purpose == PURPOSE_SOURCE_TAKEN)
        return held && !told_later(message);
    if (message->purpose == PURPOSE_SOURCE_UNANSWERED || message->purpose == PURPOSE_SOURCE_RELEASED)
        return callout && callout->state == CALLOUT_PAGING && !told_later(message);
    if (message->purpose == PURPOSE_RESTORED || message->purpose == PURPOSE_DEGRADED)
        return !disk_has_changed(engine, message);
    return true;
}

bool message_wanted_again(const struct engine *engine, const struct message *message)
{
    assert(message->state != MESSAGE_DELIVERED);
    if (message->purpose != PURPOSE_PAGE)
        return notice_wanted(engine, message);
    return page_wanted(message) && !superseded(message);
}

bool message_wanted(const struct engine *engine, const struct message *message)
{
    if (message->state != MESSAGE_QUEUED && message->state != MESSAGE_FAILED)
        return false;
    return message->purpose == PURPOSE_PAGE ? page_wanted(message) : notice_wanted(engine, message);
}

bool message_same_telling(const struct message *a, const struct message *b)
{
    return a->person == b->person && a->purpose == b->purpose && a->number - a->in_telling == b->number - b->in_telling;
}

bool engine_is_sharp(const struct engine *engine, const struct incident *incident, atom person, int64_t wall_usec)
{
    const int64_t *drilled = map_get(&engine->drilled, person);
    const char *summary = incident_summary(incident);
    if (incident->drill || incident->key == 0)
        return false;
    if (text_starts_with_fold(summary, "övning") || text_starts_with_fold(summary, "test"))
        return true;
    return drilled && wall_usec - *drilled < SHARP_USEC;
}

static void view_person(const struct engine *engine, const struct message *message, struct message_view *ret)
{
    const struct person *person = find_person(engine, message->person);
    ret->person_id = intern_text(engine->names, message->person);
    ret->person_name = person ? person->name : ret->person_id;
    ret->language = person ? person->language : engine->plan->language;
}

static const char *name_of(const struct engine *engine, atom name)
{
    const struct person *person = find_person(engine, name);
    return person ? person->name : intern_text(engine->names, name);
}

/* Where whoever acknowledged answers: a telephone before a text message. */
static const char *number_of(const struct engine *engine, atom name)
{
    const struct person *person = find_person(engine, name);
    const struct contact *best = NULL;
    for (size_t i = 0; person && i < person->n_contacts; i++) {
        const struct contact *contact = &person->contacts[i];
        if (contact->channel != CHANNEL_EMAIL && (!best || (contact->channel == CHANNEL_VOICE && best->channel == CHANNEL_SMS)))
            best = contact;
    }
    return best ? best->address : NULL;
}

static void view_callout(const struct engine *engine, const struct callout *callout, struct message_view *ret)
{
    const char *role = intern_text(engine->names, callout->role);
    const struct roster *roster = plan_roster(engine->plan, role);
    const struct group *group = callout->on_group ? plan_group(engine->plan, role) : NULL;
    ret->role = callout->on_person ? "" : role;
    ret->role_title = callout->on_person ? name_of(engine, callout->role) : group ? group->title : roster ? roster->title : role;
    ret->severity = callout->severity;
    ret->at_usec = callout->started_usec;
    ret->acknowledged_by = callout->acknowledged_by ? name_of(engine, callout->acknowledged_by) : NULL;
    ret->acknowledged_number = callout->acknowledged_by ? number_of(engine, callout->acknowledged_by) : NULL;
    ret->acknowledged_usec = callout->acknowledged_usec;
    ret->unheld_usec = callout->started_usec + callout->released_sec * USEC_PER_SEC;
}

/* "group:ID" is the group by its title. */
static const char *name_of_other(const struct engine *engine, atom other)
{
    const char *id = intern_text(engine->names, other);
    const struct group *group = strncmp(id, "group:", 6) == 0 ? plan_group(engine->plan, id + 6) : NULL;
    return group ? group->title : name_of(engine, other);
}

static void view_notice(const struct engine *engine, const struct duty_notice *notice, struct message_view *ret)
{
    const char *role = intern_text(engine->names, notice->role);
    const struct roster *roster = plan_roster(engine->plan, role);
    ret->role = role;
    ret->role_title = roster ? roster->title : role;
    ret->duty_from_usec = notice->from_usec;
    ret->duty_until_usec = notice->until_usec;
    ret->duty_other = notice->other ? name_of_other(engine, notice->other) : NULL;
    if (notice->reason)
        ret->reason = intern_text(engine->names, notice->reason);
    if (!notice->gateway)
        return;
    ret->gateway = intern_text(engine->names, notice->gateway);
    ret->reason = intern_text(engine->names, notice->reason);
    ret->at_usec = notice->from_usec;
}

bool purpose_has_notice(enum purpose purpose)
{
    return purpose == PURPOSE_ON_DUTY || purpose == PURPOSE_OFF_DUTY || purpose == PURPOSE_GAP || purpose == PURPOSE_DRILL_MISSED ||
           purpose == PURPOSE_DRILL_OVERDUE || purpose == PURPOSE_CHECK_FAILED || purpose == PURPOSE_GATEWAY_NEWS;
}

/* What a drill ordered. What it leaves out is left out until it ends: its end is told by every way. */
static void view_drill(const struct engine *engine, const struct incident *incident, struct message_view *ret)
{
    const struct drill *terms = incident->terms;
    ret->degraded = engine->degraded;
    if (!terms)
        return;
    ret->dry_run = terms->dry_run;
    ret->without = incident->closed_usec ? "" : terms->without;
    ret->answered = terms->answered;
    ret->total = terms->total;
    ret->missing = terms->missing && *terms->missing ? terms->missing : NULL;
}

const struct message *engine_page(const struct engine *engine, struct page_ref page)
{
    const struct incident *incident = find_incident(engine, page.incident);
    const struct message *message = incident ? find_message(incident, page.number) : NULL;
    return message && message->nonce == page.nonce ? message : NULL;
}

bool engine_message(const struct engine *engine, struct page_ref page, int64_t wall_usec, struct message_view *ret)
{
    const struct message *message = engine_page(engine, page);
    return message && message_wanted(engine, message) && engine_message_again(engine, page, wall_usec, ret);
}

bool engine_message_again(const struct engine *engine, struct page_ref page, int64_t wall_usec, struct message_view *ret)
{
    const struct incident *incident = find_incident(engine, page.incident);
    const struct message *message = engine_page(engine, page);
    if (!message)
        return false;
    bool has_notice = purpose_has_notice(message->purpose);
    const struct duty_notice *notice = has_notice ? map_get(&engine->duty_notices, message->number) : NULL;
    if (has_notice && !notice)
        return false;
    *ret = (struct message_view){
        .page = page,
        .purpose = message->purpose,
        .channel = message->channel,
        .to = intern_text(engine->names, message->address),
        .organisation = engine->plan->organisation,
        .role = "",
        .role_title = "",
        .incident = incident->key,
        .summary = incident_summary(incident),
        .location = incident_location(incident),
        .callback = incident_callback(incident),
        .severity = incident->severity,
        .drill = incident->drill,
        .sensitive = incident->sensitive,
        .aborted = incident->aborted,
        .sharp = engine_is_sharp(engine, incident, message->person, wall_usec),
        .opened_usec = incident->opened_usec,
        .updated_usec = incident->updated_usec,
        .count = message->count,
        .closed_usec = incident->closed_usec,
        .gateway = purpose_is_test(message->purpose) ? intern_text(engine->names, message->gateway) : "",
        .reason = engine->degraded_reason ? engine->degraded_reason : "",
        .without = "",
    };
    view_drill(engine, incident, ret);
    view_person(engine, message, ret);
    if (message->callout)
        view_callout(engine, message->callout, ret);
    else if (notice)
        view_notice(engine, notice, ret);
    if (message->recipient && message->recipient->confirmed_usec)
        ret->acknowledged_usec = message->recipient->confirmed_usec;
    if (message->recipient) {
        ret->code = message->recipient->code;
        ret->has_token = message->recipient->channels != 0;
        memcpy(ret->token, message->recipient->token, TOKEN_BYTES);
    }
    return true;
}

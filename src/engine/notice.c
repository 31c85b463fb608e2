/* Telling without asking: who acknowledged, updates, withdrawals, trouble. A notice is recorded before it goes, as a page is. */
#include "engine/internal.h"

static void queue_counted(struct engine *engine, struct incident *incident, const struct callout *callout, const char *person,
                          enum channel channel, const char *address, enum purpose purpose, uint32_t count)
{
    struct record record = {
        .kind = RECORD_NOTICE_QUEUED,
        .incident = incident->key,
        .callout = callout ? callout->number : 0,
        .role = callout ? text_of(engine, callout->role) : NULL,
        .person = person,
        .channel = (uint8_t)channel + 1,
        .address = address,
        .page = incident->last_page + 1,
        .nonce = emit_random_u32(engine),
        .purpose = (uint8_t)purpose,
        .count = count,
        .drill = incident->drill,
    };
    emit_record(engine, &record);
    emit_send(engine, find_message(incident, record.page), incident->key);
}

static void queue_notice(struct engine *engine, struct incident *incident, const struct callout *callout, const char *person,
                         enum channel channel, const char *address, enum purpose purpose)
{
    queue_counted(engine, incident, callout, person, channel, address, purpose, callout ? callout->put_off : 0);
}

/* Notices are read, not rung: by text message where the person has one, else by e-mail. One is enough. */
static const struct contact *readable_contact(const struct engine *engine, const struct person *person)
{
    const struct contact *best = NULL;
    for (size_t i = 0; i < person->n_contacts; i++) {
        const struct contact *contact = &person->contacts[i];
        bool served = engine->plan->channels_served & 1u << contact->channel;
        if (!served || contact->channel == CHANNEL_VOICE)
            continue;
        if (!best || (contact->channel == CHANNEL_SMS && best->channel == CHANNEL_EMAIL))
            best = contact;
    }
    return best;
}

void notice_person(struct engine *engine, struct callout *callout, atom name, enum purpose purpose)
{
    const struct person *person = find_person(engine, name);
    const struct contact *contact = person ? readable_contact(engine, person) : NULL;
    if (contact)
        queue_notice(engine, callout->incident, callout, person->id, contact->channel, contact->address, purpose);
}

/* What is asked for by a text is answered by a text alone; what goes to the administrators goes by all their channels anyway. */
static bool may_go_by_mail(const struct message *text)
{
    switch (text->purpose) {
    case PURPOSE_CONFIRMATION:
    case PURPOSE_TAKEN:
    case PURPOSE_UPDATE:
    case PURPOSE_WITHDRAWN:
    case PURPOSE_DRILL_END:
    case PURPOSE_DRILL_ABORTED:
        return text->channel == CHANNEL_SMS && text->person != 0;
    default:
        return false;
    }
}

void notice_by_mail(struct engine *engine, struct incident *incident, const struct message *text)
{
    const struct person *person = may_go_by_mail(text) && message_wanted_again(text) ? find_person(engine, text->person) : NULL;
    bool served = engine->plan->channels_served & 1u << CHANNEL_EMAIL;
    for (size_t i = 0; person && served && i < person->n_contacts; i++) {
        const struct contact *contact = &person->contacts[i];
        if (contact->channel != CHANNEL_EMAIL)
            continue;
        queue_counted(engine, incident, text->callout, person->id, CHANNEL_EMAIL, contact->address, text->purpose, text->count);
        return;
    }
}

void notice_number(struct engine *engine, struct callout *callout, atom person, const char *number, enum purpose purpose)
{
    struct incident *incident = callout ? callout->incident : &engine->house;
    queue_notice(engine, incident, callout, text_of(engine, person), CHANNEL_SMS, number, purpose);
}

void notice_others(struct engine *engine, struct callout *callout, enum purpose purpose, atom except)
{
    for (const struct recipient *recipient = callout->recipients; recipient; recipient = recipient->next)
        if (recipient->channels && recipient->person != except)
            notice_person(engine, callout, recipient->person, purpose);
}

bool notice_updates(struct engine *engine, struct callout *callout)
{
    const struct person *person = find_person(engine, callout->acknowledged_by);
    if (!person || !readable_contact(engine, person))
        return false;
    notice_person(engine, callout, callout->acknowledged_by, PURPOSE_UPDATE);
    return true;
}

void notice_source(struct engine *engine, struct callout *callout, enum purpose purpose)
{
    struct incident *incident = callout->incident;
    const struct source *source = plan_source(engine->plan, intern_text(engine->names, incident->source));
    for (size_t i = 0; source && i < source->n_notify; i++)
        if (engine->plan->channels_served & 1u << source->notify[i].channel)
            queue_notice(engine, incident, callout, NULL, source->notify[i].channel, source->notify[i].address, purpose);
}

void notice_source_unanswered(struct engine *engine, struct callout *callout)
{
    const struct incident *incident = callout->incident;
    int64_t since = engine->now.wall_usec - callout->noticed_usec;      /* negative: the clock was set back */
    bool due = callout->noticed_usec == 0 || since < 0 || since >= SOURCE_AGAIN_USEC;
    if (due && load_may_tell(engine, load_of(engine, incident->source, incident->drill)))
        notice_source(engine, callout, PURPOSE_SOURCE_UNANSWERED);
}

void notice_duty(struct engine *engine, const struct person *person, unsigned channels, enum purpose purpose, const struct record *duty)
{
    unsigned quiet = channels | 1u << CHANNEL_SMS | 1u << CHANNEL_EMAIL;
    unsigned reached = targets_channels(engine, person, channels) & quiet;
    for (size_t i = 0; i < person->n_contacts; i++) {
        const struct contact *contact = &person->contacts[i];
        if (!(reached & 1u << contact->channel))
            continue;
        struct record record = *duty;
        record.kind = RECORD_NOTICE_QUEUED;
        record.person = person->id;
        record.other = purpose == PURPOSE_OFF_DUTY ? duty->person : duty->other;
        record.channel = (uint8_t)contact->channel + 1;
        record.address = contact->address;
        record.page = engine->house.last_page + 1;
        record.nonce = emit_random_u32(engine);
        record.purpose = (uint8_t)purpose;
        emit_record(engine, &record);
        emit_send(engine, find_message(&engine->house, record.page), 0);
    }
}

void notice_of_incident(struct engine *engine, struct incident *incident, const struct person *person, enum purpose purpose)
{
    const struct contact *contact = readable_contact(engine, person);
    if (contact)
        queue_notice(engine, incident, NULL, person->id, contact->channel, contact->address, purpose);
}

void notice_admins_about(struct engine *engine, enum purpose purpose, const struct record *about)
{
    for (size_t i = 0; i < engine->plan->n_admins; i++)
        notice_duty(engine, engine->plan->admins[i], engine->plan->admin_channels, purpose, about);
}

static void notice_admin(struct engine *engine, struct incident *incident, const struct callout *callout, const struct person *admin,
                         enum purpose purpose)
{
    unsigned channels = targets_channels(engine, admin, engine->plan->admin_channels);
    for (size_t i = 0; i < admin->n_contacts; i++)
        if (channels & 1u << admin->contacts[i].channel)
            queue_notice(engine, incident, callout, admin->id, admin->contacts[i].channel, admin->contacts[i].address, purpose);
}

void notice_admins(struct engine *engine, struct callout *callout, enum purpose purpose)
{
    for (size_t i = 0; i < engine->plan->n_admins; i++)
        notice_admin(engine, callout ? callout->incident : &engine->house, callout, engine->plan->admins[i], purpose);
}

void notice_admins_of_incident(struct engine *engine, struct incident *incident, enum purpose purpose)
{
    for (size_t i = 0; i < engine->plan->n_admins; i++)
        notice_admin(engine, incident, NULL, engine->plan->admins[i], purpose);
}

/* Telling without asking: who acknowledged, updates, withdrawals, trouble. A notice is recorded before it goes, as a page is. */
#include "engine/internal.h"

/* `record` says of what it tells; the rest is filled in here. */
static void queue(struct engine *engine, struct incident *incident, const char *person, enum channel channel, const char *address,
                  enum purpose purpose, struct record record)
{
    record.kind = RECORD_NOTICE_QUEUED;
    record.incident = incident->key;
    record.person = person;
    record.channel = (uint8_t)channel + 1;
    record.address = address;
    record.page = incident->last_page + 1;
    record.nonce = emit_random_u32(engine);
    record.purpose = (uint8_t)purpose;
    record.drill = record.drill || incident->drill;
    emit_record(engine, &record);
    emit_send(engine, find_message(incident, record.page), incident->key);
}

static struct record about_callout(const struct engine *engine, const struct callout *callout)
{
    return callout ? (struct record){ .callout = callout->number, .role = text_of(engine, callout->role) } : (struct record){ 0 };
}

static void queue_notice(struct engine *engine, struct incident *incident, const struct callout *callout, const char *person,
                         enum channel channel, const char *address, enum purpose purpose)
{
    struct record record = about_callout(engine, callout);
    record.count = callout ? callout->put_off : 0;
    queue(engine, incident, person, channel, address, purpose, record);
}

/* By each of these channels that the person has. All of it is one telling: see notice_elsewhere(). */
static void queue_all(struct engine *engine, struct incident *incident, const struct person *person, unsigned channels,
                      enum purpose purpose, struct record record)
{
    uint32_t first = incident->last_page + 1;
    for (size_t i = 0; i < person->n_contacts; i++) {
        record.telling = incident->last_page + 1 == first ? 0 : first;
        if (channels & 1u << person->contacts[i].channel)
            queue(engine, incident, person->id, person->contacts[i].channel, person->contacts[i].address, purpose, record);
    }
}

/* Notices are read, not rung, except to whoever must know at once that paging itself is in trouble, and has nothing but a telephone. */
static bool may_ring(enum purpose purpose)
{
    return purpose == PURPOSE_DEGRADED || purpose == PURPOSE_RESTORED || purpose == PURPOSE_UNREACHED || purpose == PURPOSE_CHECK_FAILED;
}

static unsigned channels_for(const struct engine *engine, const struct person *person, unsigned wanted, enum purpose purpose)
{
    unsigned quiet = wanted | 1u << CHANNEL_SMS | 1u << CHANNEL_EMAIL;
    return targets_channels(engine, person, wanted) & (may_ring(purpose) ? UINT32_MAX : quiet);
}

/* By text message where the person has one, else by e-mail. One is enough. */
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

/* Whoever was paged and is no longer in the configuration has a page in hand, and hears where that went what became of it. */
static void notice_where_paged(struct engine *engine, struct callout *callout, atom name, enum purpose purpose)
{
    const struct recipient *recipient = find_recipient(callout, name);
    if (recipient && recipient->read_at && engine->plan->channels_served & 1u << recipient->read_by)
        queue_notice(engine, callout->incident, callout, text_of(engine, name), recipient->read_by, text_of(engine, recipient->read_at),
                     purpose);
}

void notice_person(struct engine *engine, struct callout *callout, atom name, enum purpose purpose)
{
    const struct person *person = find_person(engine, name);
    const struct contact *contact = person ? readable_contact(engine, person) : NULL;
    if (contact)
        queue_notice(engine, callout->incident, callout, person->id, contact->channel, contact->address, purpose);
    else
        notice_where_paged(engine, callout, name, purpose);
}

/* ---- what does not arrive ---- */

/* What is asked for by a text is answered by a text alone, and a test has given its answer. */
static bool goes_elsewhere(enum purpose purpose)
{
    switch (purpose) {
    case PURPOSE_PAGE:
    case PURPOSE_NOT_UNDERSTOOD:
    case PURPOSE_CODE_LOCKED:
    case PURPOSE_GATEWAY_TEST:
    case PURPOSE_CHECK:
        return false;
    default:
        return true;
    }
}

static bool told_otherwise(const struct incident *incident, const struct message *failed)
{
    for (const struct message *message = incident->messages; message; message = message->next)
        if (message_same_telling(message, failed) && message->state != MESSAGE_FAILED)
            return true;
    return false;
}

static bool tried(const struct engine *engine, const struct incident *incident, const struct message *failed, const struct contact *contact)
{
    atom address = intern_find(engine->names, contact->address);
    for (const struct message *message = incident->messages; message; message = message->next)
        if (message_same_telling(message, failed) && message->address == address && message->channel == contact->channel)
            return true;
    return false;
}

/* The first that is left: a text, then a mail, then, where that may be, a call. NULL: none. */
static const struct contact *next_contact(const struct engine *engine, const struct incident *incident, const struct message *failed)
{
    static const enum channel order[] = { CHANNEL_SMS, CHANNEL_EMAIL, CHANNEL_VOICE };
    const struct person *person = find_person(engine, failed->person);
    unsigned served = engine->plan->channels_served & (may_ring(failed->purpose) ? UINT32_MAX : ~(1u << CHANNEL_VOICE));
    for (size_t i = 0; person && i < N_ELEMENTS(order) * person->n_contacts; i++) {
        const struct contact *contact = &person->contacts[i % person->n_contacts];
        bool here = contact->channel == order[i / person->n_contacts] && served & 1u << contact->channel;
        if (here && !tried(engine, incident, failed, contact))
            return contact;
    }
    return NULL;
}

static struct record about_the_same(const struct engine *engine, const struct message *failed)
{
    const struct duty_notice *notice = purpose_has_notice(failed->purpose) ? map_get(&engine->duty_notices, failed->number) : NULL;
    struct record record = about_callout(engine, failed->callout);
    record.count = failed->count;
    record.telling = failed->number - failed->in_telling;
    record.drill = failed->purpose == PURPOSE_DRILL_MISSED;      /* which is told of no incident */
    if (!notice)
        return record;
    record.role = text_of(engine, notice->role);
    record.other = text_of(engine, notice->other);
    record.gateway = text_of(engine, notice->gateway);
    record.text = text_of(engine, notice->reason);
    record.due_usec = notice->from_usec;
    record.end_usec = notice->until_usec;
    return record;
}

/* The next one would push it out of what is remembered of the house, while whoever asks has it in hand. */
static bool is_last_remembered(const struct engine *engine, const struct incident *incident, const struct message *failed)
{
    return incident == &engine->house && incident->messages == failed &&
           failed->number + HOUSE_MESSAGES_MAX <= incident->last_page + 1;
}

void notice_elsewhere(struct engine *engine, struct incident *incident, const struct message *failed)
{
    if (!failed->person || !goes_elsewhere(failed->purpose) || !message_wanted_again(engine, failed) ||
        told_otherwise(incident, failed) || is_last_remembered(engine, incident, failed))
        return;
    const struct contact *contact = next_contact(engine, incident, failed);
    uint32_t since = incident->last_page + 1 - (failed->number - failed->in_telling);
    if (contact && since <= UINT16_MAX)      /* after so many others nobody knows any more what was tried */
        queue(engine, incident, text_of(engine, failed->person), contact->channel, contact->address, failed->purpose,
              about_the_same(engine, failed));
}

/* ---- to whom ---- */

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
    struct record record = *duty;
    record.other = purpose == PURPOSE_OFF_DUTY ? duty->person : duty->other;
    queue_all(engine, &engine->house, person, channels_for(engine, person, channels, purpose), purpose, record);
}

bool notice_of_incident(struct engine *engine, struct incident *incident, const struct person *person, enum purpose purpose)
{
    const struct contact *contact = readable_contact(engine, person);
    if (contact)
        queue_notice(engine, incident, NULL, person->id, contact->channel, contact->address, purpose);
    return contact;
}

void notice_admins_about(struct engine *engine, enum purpose purpose, const struct record *about)
{
    for (size_t i = 0; i < engine->plan->n_admins; i++)
        notice_duty(engine, engine->plan->admins[i], engine->plan->admin_channels, purpose, about);
}

static void notice_admin(struct engine *engine, struct incident *incident, const struct callout *callout, const struct person *admin,
                         enum purpose purpose)
{
    struct record record = about_callout(engine, callout);
    record.count = callout ? callout->put_off : 0;
    queue_all(engine, incident, admin, channels_for(engine, admin, engine->plan->admin_channels, purpose), purpose, record);
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

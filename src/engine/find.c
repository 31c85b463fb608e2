#include <string.h>

#include "engine/internal.h"

struct incident *find_incident(const struct engine *engine, uint64_t key)
{
    if (key == 0)
        return (struct incident *)&engine->house;
    return map_get(&engine->incidents, key);
}

struct callout *find_callout(const struct incident *incident, uint32_t number)
{
    struct callout *callout = incident->callouts;
    while (callout && callout->number != number)
        callout = callout->next;
    return callout;
}

struct callout *find_latest_callout(const struct incident *incident, atom role)
{
    struct callout *latest = NULL;
    for (struct callout *callout = incident->callouts; callout; callout = callout->next)
        if (callout->role == role)
            latest = callout;
    return latest;
}

struct recipient *find_recipient(const struct callout *callout, atom person)
{
    struct recipient *recipient = callout->recipients;
    while (recipient && recipient->person != person)
        recipient = recipient->next;
    return recipient;
}

struct message *find_message(const struct incident *incident, uint32_t number)
{
    struct message *message = incident->messages;
    while (message && message->number != number)
        message = message->next;
    return message;
}

const struct person *find_person(const struct engine *engine, atom person)
{
    return plan_person(engine->plan, intern_text(engine->names, person));
}

const char *text_of(const struct engine *engine, atom name)
{
    return name ? intern_text(engine->names, name) : NULL;
}

bool person_has_number(const struct person *person, const char *number)
{
    for (size_t i = 0; i < person->n_contacts; i++)
        if (person->contacts[i].channel != CHANNEL_EMAIL && strcmp(person->contacts[i].address, number) == 0)
            return true;
    return false;
}

/* Somebody may have two phones, and answer from either, though the configuration has neither of them any more. */
static bool was_paged_at(const struct recipient *recipient, atom number)
{
    for (size_t i = 0; i < RECIPIENT_PHONES; i++)
        if (recipient->phones[i] == number)
            return true;
    return false;
}

/* Theirs by the configuration in force, or one that they were paged by: the configuration may have changed since. */
bool recipient_has_number(const struct engine *engine, const struct recipient *recipient, const char *number)
{
    const struct person *person = find_person(engine, recipient->person);
    atom known = intern_find(engine->names, number);
    if (known && was_paged_at(recipient, known))
        return true;
    return person && person_has_number(person, number);
}

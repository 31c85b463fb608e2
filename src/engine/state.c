#include "engine/state.h"

#include <stddef.h>

static const char *part(const struct incident *incident, uint16_t at)
{
    return at ? incident->text + at : NULL;
}

const char *incident_summary(const struct incident *incident)
{
    return incident->text ? incident->text : "";
}

const char *incident_location(const struct incident *incident)
{
    return part(incident, incident->location_at);
}

const char *incident_callback(const struct incident *incident)
{
    return part(incident, incident->callback_at);
}

const char *incident_dedup_key(const struct incident *incident)
{
    return part(incident, incident->dedup_at);
}

/* One incident as it is now: from memory if it is there, or folded once more from its records. With its history, also what memory
 * does not keep: the whole summary, the details. */
#ifndef API_INCIDENT_VIEW_H
#define API_INCIDENT_VIEW_H

#include <stdbool.h>

#include "api/history.h"
#include "api/json_writer.h"
#include "engine/engine.h"

struct incident_view {
    const struct engine *engine;         /* the live one, or `scratch` */
    const struct incident *incident;
    struct engine *scratch;
    const char *summary;                 /* never NULL */
    const char *details, *talkgroup;     /* NULL: none, or not known without a history */
};

/* history: NULL if there is none; strings of the view point into it, and into the engine. False: no such incident. */
bool incident_view_open(struct incident_view *ret, const struct engine *engine, uint64_t key, const struct history *history,
                        struct now now);
void incident_view_done(struct incident_view *view);
#define CLEANUP_VIEW __attribute__((cleanup(incident_view_done)))

/* The fields of interface.md's incident, into an object that is open. */
void incident_view_add_json(struct json_writer *writer, const struct incident_view *view);
/* What has become of each page that is remembered: those of the step that is under way, and of the one before it. */
void incident_view_add_pages(struct json_writer *writer, const struct incident_view *view);
void incident_view_add_timeline(struct json_writer *writer, const struct history *history);

#endif

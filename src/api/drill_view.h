/* Drills as JSON: planned, open, or ended a while ago. */
#ifndef API_DRILL_VIEW_H
#define API_DRILL_VIEW_H

#include "api/api.h"
#include "api/json_writer.h"
#include "engine/engine.h"

/* What is special about a drill, beside its incident: "exercise": {...}. */
void drill_view_add_exercise(struct json_writer *writer, const struct engine *engine, const struct incident *incident);

/* The fields of an object that was begun. */
void drill_view_add_begun(struct json_writer *writer, const struct engine *engine, const struct incident *incident,
                          struct now now);
/* with_moment: when it begins, which is to surprise whoever is not an administrator. */
void drill_view_add_planned(struct json_writer *writer, const struct engine *engine, const struct drill *drill, bool with_moment);

/* "role:TIB,person:anna.berg" as ["role:TIB", "person:anna.berg"]; NULL is an empty list. */
void drill_view_add_list(struct json_writer *writer, const char *key, const char *list);
/* "anna.berg, bo.ek" as "missing": ["anna.berg", "bo.ek"]. */
void drill_view_add_missing(struct json_writer *writer, const char *missing);

/* Whom its lists name by themselves or by a group, not by a role, as "people": [{"person", "name", "group"}, ...]. */
void drill_view_add_people(struct json_writer *writer, const struct plan *plan, const char *targets);

/* The next time of it after now_usec (wall), and what the last one came to; never a moment by surprise. */
void drill_view_add_schedule(struct json_writer *writer, const struct tz *tz, const struct schedule *schedule,
                             const struct api_schedule *last, int64_t now_usec);

#endif

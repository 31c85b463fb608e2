/* Drills: planned, begun with what was asked for, answered by everybody, ended. */
#include "engine/apply.h"

void drill_free(struct drill *drill)
{
    if (!drill)
        return;
    free(drill->targets);
    free(drill->without);
    free(drill->summary);
    free(drill->missing);
    free(drill);
}

struct drill *apply_drill_terms(struct engine *engine, const struct record *record)
{
    if (!record->targets)
        return NULL;
    struct drill *drill = NEW(struct drill);
    drill->key = record->incident;
    drill->targets = mem_strdup(record->targets);
    drill->without = mem_strdup(record->without ? record->without : "");
    drill->source = intern_add(engine->names, record->source);
    drill->starter = intern_add(engine->names, record->actor);
    drill->schedule = intern_add(engine->names, record->schedule);
    drill->role = intern_add(engine->names, record->role);
    drill->limit_usec = record->limit_usec;
    drill->wait_for_all = record->wait_for_all;
    drill->dry_run = record->dry_run;
    return drill;
}

/* ---- planned ones ---- */

static struct drill **place_of(struct engine *engine, uint64_t key)
{
    struct drill **place = &engine->planned;
    while (*place && (*place)->key != key)
        place = &(*place)->next;
    return place;
}

void apply_forget_planned(struct engine *engine, uint64_t key)
{
    struct drill **place = place_of(engine, key), *drill = *place;
    if (!drill)
        return;
    *place = drill->next;
    engine->n_planned--;
    drill_free(drill);
}

static void set_due(struct drill *drill, const struct record *record, struct now now)
{
    drill->due_usec = record->due_usec;
    drill->begins_usec = now.boot_usec + apply_left_usec(record->due_usec, record->delay_usec, now);
}

static enum err planned(struct engine *engine, const struct record *record, struct now now)
{
    struct drill **place = place_of(engine, record->incident);
    if (record->incident == 0 || *place || map_get(&engine->incidents, record->incident) || !record->targets ||
        !record->source || !record->summary)
        return ERR_CORRUPT;
    struct drill *drill = *place = apply_drill_terms(engine, record);
    drill->summary = mem_strdup(record->summary);
    drill->planned_usec = record->at_usec;
    drill->end_usec = record->end_usec;
    set_due(drill, record, now);
    engine->n_planned++;
    apply_remember_key(engine, record->incident);
    return ERR_OK;
}

enum err apply_drill_plan(struct engine *engine, const struct record *record, struct now now)
{
    struct drill *drill = *place_of(engine, record->incident);
    if (record->kind == RECORD_DRILL_PLANNED)
        return planned(engine, record, now);
    if (!drill)
        return ERR_CORRUPT;
    if (record->kind == RECORD_DRILL_UNPLANNED)
        apply_forget_planned(engine, record->incident);
    else
        set_due(drill, record, now);
    return ERR_OK;
}

/* ---- open ones ---- */

void apply_link_drill(struct engine *engine, struct incident *incident)
{
    struct incident **last = &engine->first_drill;
    while (*last)
        last = &(*last)->next_drill;
    *last = incident;
}

void apply_unlink_drill(struct engine *engine, struct incident *incident)
{
    struct incident **place = &engine->first_drill;
    while (*place != incident) {
        assert(*place);
        place = &(*place)->next_drill;
    }
    *place = incident->next_drill;
    incident->next_drill = NULL;
}

enum err apply_drill_result(struct incident *incident, const struct record *record)
{
    if (!incident->terms)
        return ERR_CORRUPT;
    free(incident->terms->missing);
    incident->terms->missing = mem_strdup(record->text ? record->text : "");
    incident->terms->answered = record->count;
    incident->terms->total = record->total;
    return ERR_OK;
}

enum err apply_held_back(struct engine *engine, struct callout *callout, const struct record *record)
{
    if (callout->state != CALLOUT_PAGING || !record->person)
        return ERR_CORRUPT;
    struct recipient *recipient = apply_recipient(engine, callout, record->person);
    recipient->held_back = true;
    recipient->held_turn = callout->turn;
    return ERR_OK;
}

/* ---- answered by everybody ---- */

static void settle_answers(struct engine *engine, struct callout *callout, int64_t at_usec)
{
    const struct recipient *first = callout->recipients;
    while (first && !first->confirmed_usec)
        first = first->next;
    if (callout->state != CALLOUT_PAGING || !first || !drill_all_answered(callout))
        return;
    callout->state = CALLOUT_ACKNOWLEDGED;
    callout->acknowledged_by = first->person;
    callout->acknowledged_usec = at_usec;
    apply_disarm(engine, callout);
    engine->paging_callouts--;
}

enum err apply_one_answer(struct engine *engine, struct callout *callout, const struct record *record)
{
    if (callout->state == CALLOUT_CANCELLED || !record->person)
        return ERR_CORRUPT;
    struct recipient *recipient = apply_recipient(engine, callout, record->person);
    recipient->declined = record->kind == RECORD_DECLINED;
    recipient->confirmed_usec = recipient->declined ? 0 : record->at_usec;
    settle_answers(engine, callout, record->at_usec);
    return ERR_OK;
}

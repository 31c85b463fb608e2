/* What a drill that was started as one does otherwise than a trigger that says drill: it may wait for everybody, play that
 * somebody does not answer, and it tells how it went. The rest of it is an incident like any other (P13). */
#include <string.h>

#include "engine/drill.h"
#include "engine/internal.h"

const struct drill *engine_planned_drills(const struct engine *engine)
{
    return engine->planned;
}

void engine_count_drills(const struct engine *engine, size_t *ret_incidents, size_t *ret_callouts)
{
    *ret_incidents = *ret_callouts = 0;
    for (const struct incident *drill = engine->first_drill; drill; drill = drill->next_drill) {
        ++*ret_incidents;
        for (const struct callout *callout = drill->callouts; callout; callout = callout->next)
            *ret_callouts += callout->state == CALLOUT_PAGING;
    }
}

bool drill_waits_for_all(const struct callout *callout)
{
    return callout->incident->terms && callout->incident->terms->wait_for_all;
}

/* ---- who is played not to answer ---- */

bool drill_holds_back(const struct incident *incident, const char *person)
{
    return incident->terms && drill_lists(incident->terms->without, "person", person);
}

/* In place of every page to them. The ladder waits for them as it would for anybody. */
void drill_hold_back(struct engine *engine, struct callout *callout, const char *person)
{
    struct record record = {
        .kind = RECORD_DRILL_HELD_BACK,
        .incident = callout->incident->key,
        .callout = callout->number,
        .role = text_of(engine, callout->role),
        .person = person,
        .step = callout->step,
        .round = callout->round,
        .text = DRILL_LEFT_OUT,
        .drill = true,
    };
    emit_record(engine, &record);
}

/* ---- who has answered ---- */

static bool is_listed(const struct recipient *recipient)
{
    return recipient->channels != 0 || recipient->held_back;
}

static bool has_answered(const struct recipient *recipient)
{
    return recipient->declined || recipient->confirmed_usec != 0;
}

bool drill_all_answered(const struct callout *callout)
{
    size_t listed = 0;
    for (const struct recipient *recipient = callout->recipients; recipient; recipient = recipient->next) {
        if (!is_listed(recipient))
            continue;
        if (!has_answered(recipient))
            return false;
        listed++;
    }
    return listed > 0;
}

/* Nothing is left to wait for: it need not go on until its time is up. */
void drill_answered(struct engine *engine, struct incident *incident)
{
    for (const struct callout *callout = incident->callouts; callout; callout = callout->next)
        if (!drill_all_answered(callout))
            return;
    incident_close(engine, incident, DRILL_ENDED_ANSWERED, NULL);
}

/* ---- how it went ---- */

struct result {
    uint32_t answered, total;
    struct buf missing;
};

static void count(struct result *result, bool answered, const char *name)
{
    result->total++;
    result->answered += answered;
    if (answered)
        return;
    if (result->missing.len > 0)
        buf_add_text(&result->missing, ", ");
    buf_add_text(&result->missing, name);
}

/* Who is on the lists of several call-outs counts once, and has answered when they have answered all. */
static void count_people(const struct engine *engine, const struct incident *incident, struct result *ret)
{
    for (const struct callout *callout = incident->callouts; callout; callout = callout->next) {
        for (const struct recipient *recipient = callout->recipients; recipient; recipient = recipient->next) {
            bool before = false, answered = true;
            for (const struct callout *other = incident->callouts; other; other = other->next) {
                const struct recipient *same = find_recipient(other, recipient->person);
                if (!same || !is_listed(same))
                    continue;
                before |= other->number < callout->number;
                answered &= has_answered(same);
            }
            if (is_listed(recipient) && !before)
                count(ret, answered, intern_text(engine->names, recipient->person));
        }
    }
}

static void count_roles(const struct engine *engine, const struct incident *incident, struct result *ret)
{
    for (const struct callout *callout = incident->callouts; callout; callout = callout->next)
        if (find_latest_callout(incident, callout->role) == callout)
            count(ret, callout->state == CALLOUT_ACKNOWLEDGED, intern_text(engine->names, callout->role));
}

static void count_all(const struct engine *engine, const struct incident *incident, struct result *ret)
{
    if (incident->terms && incident->terms->wait_for_all)
        count_people(engine, incident, ret);
    else
        count_roles(engine, incident, ret);
}

void engine_drill_result(const struct engine *engine, const struct incident *drill, uint32_t *ret_answered, uint32_t *ret_total,
                         struct buf *ret_missing)
{
    struct result result = {0};
    if (drill->terms && drill->terms->missing) {
        result = (struct result){.answered = drill->terms->answered, .total = drill->terms->total};
        buf_add_text(&result.missing, drill->terms->missing);
    } else {
        count_all(engine, drill, &result);
    }
    *ret_answered = result.answered;
    *ret_total = result.total;
    buf_add_text(ret_missing, buf_text(&result.missing));
    buf_done(&result.missing);
}

void drill_record_result(struct engine *engine, const struct incident *incident)
{
    struct result result = {0};
    count_all(engine, incident, &result);
    struct record record = {
        .kind = RECORD_DRILL_RESULT, .incident = incident->key, .count = result.answered, .total = result.total,
        .text = result.missing.len > 0 ? buf_text(&result.missing) : NULL, .drill = true,
    };
    emit_record(engine, &record);
    buf_done(&result.missing);
}

static const struct person *person_of_login(const struct engine *engine, atom login)
{
    const char *name = intern_text(engine->names, login);
    for (size_t i = 0; login && i < engine->plan->n_persons; i++)
        if (engine->plan->persons[i].login && strcmp(engine->plan->persons[i].login, name) == 0)
            return &engine->plan->persons[i];
    return NULL;
}

/* To who started it, if that is a person whom we know, and who can be written to; else to the administrators. */
void drill_tell_result(struct engine *engine, struct incident *incident)
{
    const struct person *starter = person_of_login(engine, incident->terms->starter);
    if (!starter || !notice_of_incident(engine, incident, starter, PURPOSE_DRILL_RESULT))
        notice_admins_of_incident(engine, incident, PURPOSE_DRILL_RESULT);
}

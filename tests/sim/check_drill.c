/* P13: a drill says so at the beginning of every text, and a real alarm never does, nothing of a dry run leaves, what a drill leaves out
 * is left out, and a drill gives way to what is real. */
#include <string.h>

#include "check.h"
#include "engine/drill.h"

/* ---- texts ---- */

static const char *const marks[] = {"ÖVNING", "Övning", "övning", "EXERCISE", "Exercise", "exercise"};

static bool begins_as_drill(const char *text)
{
    if (strncmp(text, "THE ", 4) == 0)
        text += 4;
    for (size_t i = 0; i < N_ELEMENTS(marks); i++)
        if (strncmp(text, marks[i], strlen(marks[i])) == 0)
            return true;
    return false;
}

static bool says_drill(const char *text)
{
    for (size_t i = 0; i < N_ELEMENTS(marks); i++)
        if (strstr(text, marks[i]))
            return true;
    return false;
}

static void see_text(const struct m_page *page, const char *text)
{
    if (page->incident->drill && !begins_as_drill(text))
        fail("P13", "a %s of a drill says: %s", purpose_name(page->purpose), text);
    if (!page->incident->drill && page->purpose != PURPOSE_DRILL_MISSED && says_drill(text))
        fail("P13", "a %s of a real alarm says: %s", purpose_name(page->purpose), text);
}

void drill_wire(const struct m_page *page, const char *subject, const char *text, const char *gateway)
{
    see_text(page, text);
    if (subject && page->channel == CHANNEL_EMAIL)
        see_text(page, subject);
    if (page->incident->dry_run)
        fail("P13", "page %u of the dry run %lx leaves by %s", page->ref.number, (unsigned long)page->ref.incident, gateway);
    if (!page->incident->closed && drill_lists(page->incident->without, "gateway", gateway))
        fail("P13", "the drill %lx leaves out %s, and goes there", (unsigned long)page->ref.incident, gateway);
}

/* ---- beginning ---- */

static bool real_is_paged(void)
{
    for (struct m_incident *incident = model_incidents(); incident; incident = incident->next)
        for (struct m_callout *callout = incident->callouts; callout && !incident->drill && !incident->closed; callout = callout->next)
            if (callout->state == M_PAGING)
                return true;
    return false;
}

static void see_opened(const struct event *event, const struct record *record)
{
    const struct m_planned *planned = model_planned(record->incident);
    bool by_itself = event->kind == EVENT_TICK;
    if (planned && (planned->gone || planned->begun || !by_itself))
        fail("P12", "the id %lx of a drill is given to another incident", (unsigned long)record->incident);
    if (by_itself && !planned)
        fail("P13", "a drill begins that nobody planned");
    if (planned && sim_now() < planned->due_usec)
        fail("P13", "the drill %lx begins before its time", (unsigned long)record->incident);
    if ((by_itself || event->kind == EVENT_DRILL_START) && real_is_paged())
        fail("P13", "the drill %lx begins while a real alarm is paged", (unsigned long)record->incident);
}

void drill_record(const struct event *event, const struct record *record)
{
    const struct m_incident *incident = model_incident(record->incident);
    if (record->kind == RECORD_OPENED && (event->kind != EVENT_TRIGGER || model_planned(record->incident)))
        see_opened(event, record);
    if (record->kind == RECORD_PAGE_QUEUED && drill_lists(incident->without, "person", record->person))
        fail("P13", "the drill %lx leaves out %s, who is paged by it", (unsigned long)record->incident, record->person);
}

/* ---- giving way ---- */

static bool yields(const struct m_callout *callout)
{
    const struct roster *roster = callout->on_group ? NULL : plan_roster(&node_config()->plan, callout->role);
    return !roster || roster->drill_yield;
}

/* Somebody is paged for what is real, by a step or a repeat. */
static void check_yielded(const char *person)
{
    for (struct m_incident *drill = model_incidents(); drill; drill = drill->next) {
        if (!drill->drill || drill->closed || drill->dry_run)
            continue;
        for (struct m_callout *callout = drill->callouts; callout; callout = callout->next) {
            const struct m_person *paged = model_person(callout, person);
            if (paged && paged->paged && yields(callout))
                fail("P13", "%s is paged for what is real, and the drill %lx goes on", person, (unsigned long)drill->key);
        }
    }
}

/* The other way round: whoever is being called for what is real is paged by no drill that gives way. One that did so
 * within this step pages nobody. */
static void check_alone(const struct m_callout *drilled, const char *person)
{
    if (drilled->incident->dry_run || drilled->incident->closed || !yields(drilled))
        return;
    for (struct m_incident *real = model_incidents(); real; real = real->next) {
        for (struct m_callout *callout = real->callouts; callout && !real->drill && !real->closed; callout = callout->next) {
            const struct m_person *paged = callout->state == M_PAGING ? model_person(callout, person) : NULL;
            if (paged && paged->paged)
                fail("P13", "%s is paged for what is real, and by the drill %lx", person, (unsigned long)drilled->incident->key);
        }
    }
}

/* A drill that does not begin when it should is told, or it would be taken for one that went well. */
static void check_missed(const struct event *event, struct effects effects, uint64_t key)
{
    bool told = false;
    if (event->kind != EVENT_TICK || model_planned(key)->dry_run)
        return;
    for (size_t i = 0; i < effects.n; i++)
        told |= effects.list[i].kind == EFFECT_SEND && effects.list[i].send.page.incident == 0;
    if (!told && told_admins_can_read())
        fail("P13", "the drill %lx does not begin, and nobody is told", (unsigned long)key);
}

void drill_after(const struct event *event, struct effects effects)
{
    uint64_t begins = 0;
    for (size_t i = 0; i < effects.n; i++) {
        const struct effect_record *effect = &effects.list[i].record;
        struct record record;
        if (effects.list[i].kind != EFFECT_RECORD)
            continue;
        if (effect->kind == RECORD_DRILL_UNPLANNED)
            check_missed(event, effects, effect->incident);
        if (effect->kind == RECORD_STEP_BEGUN || effect->kind == RECORD_REPEAT_BEGUN)
            begins = effect->incident;
        if (effect->kind != RECORD_PAGE_QUEUED ||
            record_decode(effect->payload, effect->payload_len, RECORD_COLUMNS(effect), &record) != ERR_OK)
            continue;
        struct m_incident *incident = model_incident(effect->incident);
        if (incident->drill)
            check_alone(model_callout(incident, record.callout), record.person);
        else if (begins == effect->incident)
            check_yielded(record.person);
    }
    if (model_planned_drills())
        drill_same();
}

/* ---- planned ones ---- */

void drill_rest(void)
{
    for (const struct m_planned *planned = model_planned_drills(); planned; planned = planned->next)
        if (!planned->begun && !planned->gone && planned->due_usec < sim_now())
            fail("P2", "the drill %lx should have begun %ld s ago", (unsigned long)planned->key,
                 (long)((sim_now() - planned->due_usec) / USEC_PER_SEC));
}

void drill_same(void)
{
    const struct drill *live = engine_planned_drills(node_engine()), *shadow = engine_planned_drills(node_shadow());
    for (; live && shadow; live = live->next, shadow = shadow->next) {
        const struct m_planned *planned = model_planned(live->key);
        if (live->key != shadow->key || live->begins_usec != shadow->begins_usec || live->dry_run != shadow->dry_run)
            fail("P14", "the drill %lx is planned, and otherwise from the records", (unsigned long)live->key);
        if (!planned || planned->begun || planned->gone || sim_of_boot(live->begins_usec) != planned->due_usec)
            fail("P14", "the drill %lx is planned, and not as its records say", (unsigned long)live->key);
    }
    if (live || shadow)
        fail("P14", "the drill %lx is planned, or is not, by its records", (unsigned long)(live ? live : shadow)->key);
}

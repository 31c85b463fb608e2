#include "check.h"

#include <stdio.h>
#include <string.h>

#include "engine/internal.h"
#include "loop/loop.h"

enum {
    TURNS_AT_ONCE_MAX = 12, /* of one call-out at one instant; the longest ladder has five steps */
    PAGES_MAX = 600,        /* that one call-out remembers: of eighteen turns, to some twenty contact points, and some steps */
    NOTICES_MAX = 300,
    TOUCHED_MAX = 64,
    ROLES_MAX = 8,
    HOUSE_MAX = 5000,
    DEGRADED_IN_HOUR_MAX = 15, /* of one process: a dozen by one slow disk; a history of its own kind may be full of those */
};
#define COMMIT_USEC        (2 * USEC_PER_SEC)
#define LINGER_USEC        (100 * USEC_PER_MSEC)
#define UPDATE_NOTICE_USEC_MAX (61 * USEC_PER_SEC)

static struct {
    struct { uint64_t key; uint32_t callout; bool voids; } touched[TOUCHED_MAX];      /* in this step */
    size_t n_touched;
    const struct m_callout *turned;  /* whose turn began last in this step; NULL: none */
    bool released, clock_stepped;
    int64_t waits_since_usec;        /* records wait, and no append is in flight: since when */
    int64_t mended_usec, duty_minute, hour_usec;
    unsigned degraded_in_hour;
    struct { char role[16]; char person[48]; bool known, alive; } duty[ROLES_MAX];
    struct { uint64_t key; uint32_t number; int64_t due_usec; } *deadlines;
    size_t n_deadlines;
} check;

/* ---- a step of the engine ---- */

void check_before(const struct event *event)
{
    check.n_touched = 0;
    check.released = false;
    check.turned = NULL;
    answer_before(event);
    told_before(event);
}

static const struct ladder *ladder_of(const struct m_callout *callout)
{
    const struct roster *roster = callout->on_group ? NULL : plan_roster(&node_config()->plan, callout->role);
    if (!roster || !callout->incident->drill || (roster->drill_escalate && !callout->incident->wait_for_all))
        return roster ? roster_ladder(roster, callout->severity) : NULL;
    static struct ladder first;      /* a drill that does not escalate, or calls everybody at once, knows one step */
    first = *roster_ladder(roster, callout->severity);
    first.n_steps = 1;
    return &first;
}

static int64_t wanted_due(const struct m_callout *callout)
{
    return callout->due_usec < callout->ends_usec ? callout->due_usec : callout->ends_usec;
}

/* Whoever is played not to answer is waited for; and where all are waited for, a no is an answer. */
static bool waits_for_somebody(struct m_callout *callout)
{
    for (const struct m_person *person = callout->persons; person; person = person->next)
        if (person->declined ? callout->incident->wait_for_all : person->held_turn && person->held_turn == callout->turn)
            return true;
    for (const struct m_page *page = callout->incident->pages; page; page = page->next) {
        if (page->callout != callout || page->purpose != PURPOSE_PAGE || page->turn != callout->turn)
            continue;
        if ((page->state != M_FAILED || page->doubted) && !model_person(callout, page->person)->declined)
            return true;
    }
    return false;
}

static void see_turn(const struct event *event, const struct record *record)
{
    struct m_callout *callout = model_callout(model_incident(record->incident), record->callout);
    const struct ladder *ladder = callout ? ladder_of(callout) : NULL;
    bool repeat = record->kind == RECORD_REPEAT_BEGUN, skipped = record->kind == RECORD_STEP_SKIPPED;
    if (!callout || callout->state != M_PAGING)
        fail("P4", "a step of a call-out that pages nobody");
    check.turned = callout;
    if (event->kind == EVENT_TICK && sim_now() < callout->due_usec)
        fail("P11", "call-out %u of %lx goes on %ld s before its time", callout->number, (unsigned long)record->incident,
             (long)((callout->due_usec - sim_now()) / USEC_PER_SEC));
    if (repeat && event->kind != EVENT_TICK && !check.released)
        fail("P7", "call-out %u repeats before its time", callout->number);
    if (repeat && callout->repeat_usec && !check.released && sim_now() - callout->repeat_usec < callout->delay_usec)
        fail("P7", "call-out %u repeats too soon", callout->number);
    if (skipped && ladder && record->step < ladder->n_steps && record->delay_usec > 0)
        fail("P7", "step %u reaches nobody, and is waited out", record->step);
    if (!repeat && ladder && record->step > callout->step + 1 && callout->round == 0)
        fail("P2", "step %u of call-out %u is left out", callout->step + 1, callout->number);
    if (!repeat && record->step > 1 && sim_now() < wanted_due(callout) && !check.released && waits_for_somebody(callout))
        fail("P11", "step %u of call-out %u begins %ld s early, and somebody is waited for", record->step, callout->number,
             (long)((wanted_due(callout) - sim_now()) / USEC_PER_SEC));
    bool last = ladder && (repeat || record->step == ladder->n_steps);
    if (last && callout->ends_usec == INT64_MAX && record->delay_usec != ladder->repeat_usec)
        fail("P2", "after the last step it does not wait for its repeat");
    if (!last && !skipped && ladder && callout->ends_usec == INT64_MAX &&
        record->delay_usec != ladder->steps[record->step].after_usec - ladder->steps[record->step - 1].after_usec)
        fail("P11", "the delay after step %u is not the ladder's", record->step);
    if (record->delay_usec <= 0 && last && callout->ends_usec == INT64_MAX)
        fail("P7", "a repeat that does not wait");
}

/* Who has a weekly duty is paged as a step begins, whatever the clocks do; by arithmetic that is not the engine's. */
static void see_primary(const struct record *record)
{
    struct m_callout *callout = model_callout(model_incident(record->incident), record->callout);
    const struct ladder *ladder = callout ? ladder_of(callout) : NULL;
    if (!ladder || callout->incident->wait_for_all || callout->round > 0 || callout->step < 1 || callout->step > ladder->n_steps)
        return;
    const struct roster *roster = plan_roster(&node_config()->plan, callout->role);
    const char *primary = oracle_primary(roster, loop_wall_usec());
    if (ladder->steps[callout->step - 1].target.kind == TARGET_PRIMARY && primary && callout == check.turned &&
        strcmp(primary, record->person) != 0)
        fail("P11", "%s is paged as %s, whose duty %s has", record->person, callout->role, primary);
}

static void see_duty(const struct record *record)
{
    size_t i = 0;
    while (i + 1 < ROLES_MAX && *check.duty[i].role && strcmp(check.duty[i].role, record->role) != 0)
        i++;
    snprintf(check.duty[i].role, sizeof(check.duty[i].role), "%s", record->role);
    if (check.duty[i].known && strcmp(check.duty[i].person, record->person ? record->person : "") == 0)
        fail("P11", "%s goes on duty as %s twice", check.duty[i].person, record->role);
    if (check.duty[i].known && strcmp(check.duty[i].person, record->other ? record->other : "") != 0)
        fail("P11", "%s relieves %s as %s, and %s had it", record->person, record->other, record->role, check.duty[i].person);
    snprintf(check.duty[i].person, sizeof(check.duty[i].person), "%s", record->person ? record->person : "");
    check.duty[i].known = check.duty[i].alive = true;
}

static void see_opened(const struct record *record)
{
    const char *known = way_known_outside(record->incident);
    if (known && strcmp(known, record->summary) != 0)
        fail("P12", "the id %lx, which is known outside, is given to another incident", (unsigned long)record->incident);
    for (struct m_incident *incident = model_incidents(); incident; incident = incident->next) {
        if (incident->key == record->incident)
            fail("P12", "the id %lx is given twice", (unsigned long)record->incident);
        if (record->dedup_key && !record->bundle && !incident->closed && !incident->bundle && incident->dedup_key &&
            incident->drill == record->drill && strcmp(incident->source, record->source) == 0 &&
            strcmp(incident->dedup_key, record->dedup_key) == 0)
            fail("P9", "a second open incident of %s with key %s", record->source, record->dedup_key);
    }
}

static void touch(const struct record *record)
{
    const struct m_page *page = model_page((struct page_ref){record->incident, record->page, record->nonce});
    bool current = page && page->purpose == PURPOSE_PAGE && page->turn == page->callout->turn;
    bool failed = record->kind == RECORD_PAGE_FAILED && record->final && current &&
                  !model_person(page->callout, page->person)->declined;      /* that one was not waited for any more */
    bool voids = record->kind == RECORD_DECLINED || failed;
    for (size_t i = 0; i < check.n_touched; i++)
        if (check.touched[i].key == record->incident && check.touched[i].callout == record->callout) {
            check.touched[i].voids |= voids;
            return;
        }
    if (check.n_touched < TOUCHED_MAX) {
        check.touched[check.n_touched].key = record->incident;
        check.touched[check.n_touched].callout = record->callout;
        check.touched[check.n_touched++].voids = voids;
    }
}

static void see_record(const struct event *event, const struct effect_record *effect, const struct record *record)
{
    bool turn = effect->kind == RECORD_STEP_BEGUN || effect->kind == RECORD_STEP_SKIPPED || effect->kind == RECORD_REPEAT_BEGUN;
    answer_record(event, record);
    drill_record(event, record);
    told_record(event, record);
    schedule_record(event, record);
    if (turn)
        see_turn(event, record);
    if (effect->kind == RECORD_PAGE_QUEUED && event->kind == EVENT_TICK)
        see_primary(record);
    if (effect->kind == RECORD_OPENED)
        see_opened(record);
    if (effect->kind == RECORD_DUTY_CHANGED)
        see_duty(record);
    if (effect->kind == RECORD_DEGRADED && sim_now() - check.hour_usec > USEC_PER_HOUR) {
        check.hour_usec = sim_now();
        check.degraded_in_hour = 0;
    }
    if (effect->kind == RECORD_DEGRADED && ++check.degraded_in_hour > (history_is_of_a_kind() ? 3 : 1) * DEGRADED_IN_HOUR_MAX)
        fail("P12", "the administrators are told of %u changes of the disk within an hour", 2 * check.degraded_in_hour);
    check.released |= effect->kind == RECORD_RELEASED;
    model_apply(record, true);
    if (engine_replay(node_shadow(), record, event->now) != ERR_OK)
        fail("P14", "a %s that was just decided does not replay", record_event_name(effect->kind));
    touch(record);
    bool changes = effect->kind == RECORD_ACKNOWLEDGED || effect->kind == RECORD_RELEASED || effect->kind == RECORD_NOTICE_QUEUED;
    if (record->callout && changes)
        way_let_go(model_callout(model_incident(record->incident), record->callout));
    way_recorded(record, model_page((struct page_ref){effect->incident, record->page, record->nonce}));
}

/* P3, P7: what was recorded is handed on in the same step, and a step that begins pages somebody. */
static void check_whole(struct effects effects)
{
    uint32_t begun = 0;
    for (size_t i = 0; i < effects.n; i++) {
        const struct effect_record *record = &effects.list[i].record;
        if (effects.list[i].kind == EFFECT_SEND) {
            const struct m_page *page = model_page(effects.list[i].send.page);
            if (!page)
                fail("P3", "page %u is sent and was never recorded", effects.list[i].send.page.number);
            if (!page->incident->house && (effects.list[i].send.rank >= 256) != page->incident->drill)
                fail("P13", "page %u of a %s has rank %u", page->ref.number, page->incident->drill ? "drill" : "real alarm",
                     effects.list[i].send.rank);
            continue;
        }
        if (effects.list[i].kind != EFFECT_RECORD)
            continue;
        if (begun && record->kind != RECORD_PAGE_QUEUED && record->kind != RECORD_DRILL_HELD_BACK)
            fail("P7", "step %u begins and pages nobody", begun);
        struct record read;
        begun = 0;
        enum err err = record_decode(record->payload, record->payload_len, RECORD_COLUMNS(record), &read);
        if (record->kind == RECORD_STEP_BEGUN && err == ERR_OK)
            begun = read.step;
        bool queued =
            record->kind == RECORD_PAGE_QUEUED || record->kind == RECORD_NOTICE_QUEUED || record->kind == RECORD_PAGE_FAILED;
        bool sent = !queued;
        if (queued && err != ERR_OK)
            fail("P14", "a record does not read back");
        sent |= record->kind == RECORD_PAGE_FAILED && !read.again;
        for (size_t k = i + 1; k < effects.n && !sent; k++)
            sent = effects.list[k].kind == EFFECT_SEND && effects.list[k].send.page.incident == record->incident &&
                   effects.list[k].send.page.number == read.page;
        if (!sent)
            fail("P3", "page %u was recorded, and nobody sends it", read.page);
    }
    if (begun)
        fail("P7", "step %u begins and pages nobody", begun);
}

static void check_timer(const struct m_callout *callout)
{
    const struct incident *incident = engine_incident(node_engine(), callout->incident->key);
    const struct callout *is = incident ? find_callout(incident, callout->number) : NULL;
    if (callout->incident->closed && is && heap_armed(&is->timer))
        fail("P2", "call-out %u of %lx waits for something, and is closed", callout->number,
             (unsigned long)callout->incident->key);
    if (callout->incident->closed || callout->state != M_PAGING)
        return;
    if (!is || !heap_armed(&is->timer))
        fail("P2", "call-out %u of %lx pages, and waits for nothing", callout->number, (unsigned long)callout->incident->key);
    if (is->state != CALLOUT_PAGING)
        fail("P14", "call-out %u of %lx pages by its records, and does not live", callout->number,
             (unsigned long)callout->incident->key);
    if (sim_of_boot(is->timer.due_usec) != wanted_due(callout))
        fail("P11", "call-out %u of %lx waits until %ld, and its records say %ld", callout->number,
             (unsigned long)callout->incident->key, (long)sim_of_boot(is->timer.due_usec), (long)wanted_due(callout));
    if (engine_deadline(node_engine()) > is->timer.due_usec)
        fail("P2", "the engine's deadline comes after a call-out's");
}

/* P7: everybody whom this step paged has declined or could not be reached. */
static void check_void(struct m_callout *callout)
{
    const struct ladder *ladder = ladder_of(callout);
    if (!ladder || callout->state != M_PAGING || callout->round > 0 || callout->step < 1 || callout->step >= ladder->n_steps)
        return;
    bool paged = false;
    for (const struct m_page *page = callout->incident->pages; page; page = page->next)
        paged |= page->callout == callout && page->purpose == PURPOSE_PAGE && page->turn == callout->turn;
    if (paged && !waits_for_somebody(callout))
        fail("P7", "step %u of call-out %u waits for people who cannot come", callout->step, callout->number);
}

static void check_bounds(const struct incident *incident)
{
    for (const struct callout *callout = incident->callouts; callout; callout = callout->next) {
        size_t pages = 0, notices = 0;
        for (const struct message *message = incident->messages; message; message = message->next) {
            pages += message->callout == callout && message->purpose == PURPOSE_PAGE;
            notices += message->callout == callout && message->purpose != PURPOSE_PAGE;
        }
        if (pages > PAGES_MAX || notices > NOTICES_MAX)
            fail("P15", "%zu pages and %zu notices of one call-out are remembered", pages, notices);
    }
}

static void check_touched(void)
{
    for (size_t i = 0; i < check.n_touched; i++) {
        uint64_t key = check.touched[i].key;
        const struct incident *live = engine_incident(node_engine(), key);
        struct m_incident *incident = model_incident(key);
        check_same(live, engine_incident(node_shadow(), key));
        if (live)
            check_bounds(live);
        if (incident && !incident->house && (incident->settled ? live != NULL : live == NULL))
            fail("P14", "%lx is %s memory", (unsigned long)key, live ? "settled, and in" : "open, and not in");
        for (struct m_callout *callout = incident ? incident->callouts : NULL; callout && live; callout = callout->next) {
            check_timer(callout);
            if (callout->turns_at_once > TURNS_AT_ONCE_MAX)
                fail("P7", "call-out %u spins", callout->number);
            if (check.touched[i].voids && callout->number == check.touched[i].callout)
                check_void(callout);
        }
    }
    if (node_engine()->degraded != node_shadow()->degraded)
        fail("P14", "degraded alive, and not from the records");
}

/* P9: nothing that a source said is swallowed; P12: the administrators are told. */
static void check_said(const struct event *event, struct effects effects)
{
    bool told = false, trouble = false, people = false;
    for (size_t i = 0; i < effects.n; i++) {
        const struct effect *effect = &effects.list[i];
        trouble |=
            effect->kind == EFFECT_RECORD && (effect->record.kind == RECORD_DEGRADED || effect->record.kind == RECORD_RESTORED);
        told |= effect->kind == EFFECT_SEND && effect->send.page.incident == 0;
        if (event->kind != EVENT_TRIGGER || effect->kind != EFFECT_REPLY)
            continue;
        const struct m_incident *incident = model_incident(effect->reply.incident);
        if (!incident || !model_has_text(incident, event->trigger.summary))
            fail("P9", "\"%s\" was swallowed", event->trigger.summary);
        if (incident->drill != event->trigger.drill)
            fail("P13", "\"%s\" became part of what is %s drill", event->trigger.summary, incident->drill ? "a" : "no");
        if (!incident->closed && !incident->callouts)
            fail("P2", "\"%s\" calls nobody", event->trigger.summary);
    }
    for (size_t i = 0; i < node_config()->plan.n_admins && trouble; i++)
        people |= targets_channels(node_engine(), node_config()->plan.admins[i], node_config()->plan.admin_channels) != 0;
    if (trouble && people && !told)
        fail("P12", "the administrators are not told");
}

static void note_record(const struct effect_record *effect, const struct record *record)
{
    note_bytes(effect->payload, effect->payload_len);
    if (!is_verbose())
        return;
    note("%lu %s %lx-%u %s step=%u round=%u page=%u %s %s", (unsigned long)effect->seq,
         record_event_name(effect->kind) ? record_event_name(effect->kind) : "-", (unsigned long)effect->incident,
         record->callout, record->person ? record->person : "", record->step, record->round, record->page,
         record->summary ? record->summary : "", record->text ? record->text : "");
}

void check_after(const struct event *event, struct effects effects)
{
    for (size_t i = 0; i < effects.n; i++) {
        const struct effect_record *effect = &effects.list[i].record;
        struct record record;
        if (effects.list[i].kind != EFFECT_RECORD)
            continue;
        if (record_decode(effect->payload, effect->payload_len, RECORD_COLUMNS(effect), &record) != ERR_OK)
            fail("P14", "a record does not read back");
        note_record(effect, &record);
        see_record(event, effect, &record);
    }
    answer_after(event, effects);
    check_whole(effects);
    check_said(event, effects);
    check_touched();
    drill_after(event, effects);
    told_after(event, effects);
    schedule_after(event, effects);
}

/* ---- at rest ---- */

static void check_commits(const struct turn_status *status)
{
    bool idle = status->waiting_records > 0 && !status->degraded && disk_waits_since() == INT64_MAX;
    if (node_has_store() && engine_last_seq(node_engine()) - disk_seq() != status->waiting_records)
        fail("P1", "%lu records were decided and %lu are durable, and %zu wait", (unsigned long)engine_last_seq(node_engine()),
             (unsigned long)disk_seq(), status->waiting_records);
    if (disk_waits_since() != INT64_MAX && sim_now() > disk_waits_since() + COMMIT_USEC && !status->degraded)
        fail("P12", "the disk has not answered for more than 2 s, and all wait for it");
    if (!idle)
        check.waits_since_usec = INT64_MAX;
    else if (check.waits_since_usec == INT64_MAX)
        check.waits_since_usec = sim_now();
    if (idle && sim_now() - check.waits_since_usec > LINGER_USEC)
        fail("P1", "records wait, and nothing is being committed");
    if (status->degraded && client_unanswered() > 0)
        fail("P12", "somebody waits for an answer until the disk is back");
}

static void check_owed(void)
{
    for (struct m_incident *incident = model_incidents(); incident; incident = incident->next) {
        for (struct m_callout *callout = incident->callouts; callout && !incident->closed; callout = callout->next) {
            if (callout->state == M_PAGING && wanted_due(callout) < sim_now())
                fail("P2", "call-out %u of %lx is overdue by %ld s, and nothing happens", callout->number,
                     (unsigned long)incident->key, (long)((sim_now() - wanted_due(callout)) / USEC_PER_SEC));
            if (callout->state == M_ACKNOWLEDGED && callout->update_usec &&
                sim_now() - callout->update_usec > UPDATE_NOTICE_USEC_MAX)
                fail("P9", "nobody is told of an update of %lx", (unsigned long)incident->key);
        }
    }
}

/* P11: what was told last of a duty is what holds now. */
static void check_duties(void)
{
    int64_t minute = loop_wall_usec() / USEC_PER_MIN;
    if (check.clock_stepped || !node_has_store() || check.duty_minute == minute)
        return;
    check.duty_minute = minute;
    for (size_t i = 0; i < ROLES_MAX && *check.duty[i].role; i++) {
        const struct roster *roster = plan_roster(&node_config()->plan, check.duty[i].role);
        const char *primary = roster && roster->announce ? oracle_primary(roster, loop_wall_usec()) : NULL;
        if (primary && check.duty[i].known && strcmp(primary, check.duty[i].person) != 0)
            fail("P11", "%s has been %s since the handover, and %s was told", primary, check.duty[i].role, check.duty[i].person);
    }
}

void check_rest(void)
{
    struct turn_status status = node_status();
    way_rest(status.degraded);
    check_commits(&status);
    check_owed();
    check_duties();
    drill_rest();
    schedule_rest();
}

/* ---- reloads, crashes, clocks ---- */

static void each_deadline(void)
{
    check.n_deadlines = 0;
    for (struct m_incident *incident = model_incidents(); incident; incident = incident->next)
        for (struct m_callout *callout = incident->callouts; callout && !incident->settled; callout = callout->next) {
            check.deadlines = mem_realloc_array(check.deadlines, check.n_deadlines + 1, sizeof(*check.deadlines));
            check.deadlines[check.n_deadlines].key = incident->key;
            check.deadlines[check.n_deadlines].number = callout->number;
            check.deadlines[check.n_deadlines++].due_usec =
                callout->state == M_PAGING && !incident->closed ? wanted_due(callout) : -1;
        }
}

void check_before_reload(void)
{
    each_deadline();
}

/* Duties that are not told are not watched: what comes after that is a first look. */
static void forget_unwatched(void)
{
    for (size_t i = 0; i < ROLES_MAX && *check.duty[i].role; i++) {
        const struct roster *roster = plan_roster(&node_config()->plan, check.duty[i].role);
        if (!roster || !roster->announce)
            check.duty[i].known = false;
    }
}

/* P10: under way means as it was: deadlines too. */
void check_after_reload(void)
{
    for (size_t i = 0; i < check.n_deadlines; i++) {
        struct m_callout *callout = model_callout(model_incident(check.deadlines[i].key), check.deadlines[i].number);
        int64_t due_usec = callout->state == M_PAGING && !callout->incident->closed ? wanted_due(callout) : -1;
        if (due_usec != check.deadlines[i].due_usec)
            fail("P10", "a reload moved call-out %u of %lx", callout->number, (unsigned long)callout->incident->key);
        if (due_usec >= 0)
            check_timer(callout);
    }
    forget_unwatched();
}

void check_crashed(void)
{
    way_crashed();
    check.degraded_in_hour = 0;      /* a new process has to find out anew */
    seen_crashed();
    told_crashed();
    schedule_crashed();
    memset(check.duty, 0, sizeof(check.duty));
}

/* P3: an intent without an outcome goes out again. */
static void check_resumed(const struct m_page *page)
{
    const struct m_callout *callout = page->callout;
    struct message_view view;
    if (page->incident->house || page->incident->closed || page->state != M_QUEUED || page->handed_life == node_life())
        return;
    bool current = page->purpose == PURPOSE_PAGE && callout->state == M_PAGING && page->turn == callout->turn;
    bool declined = page->purpose == PURPOSE_PAGE && model_person(page->callout, page->person)->declined;
    if ((current && !declined) || engine_message(node_engine(), page->ref, loop_wall_usec(), &view))
        fail("P3", "page %u of %lx has no outcome, and is not sent again", page->ref.number, (unsigned long)page->ref.incident);
}

/* What was told in this life stands; of what the log says, the last. */
void check_recalled(const struct record *record)
{
    seen_recalled(record);
    told_recalled(record);
    schedule_recalled(record);
    if (record->kind != RECORD_DUTY_CHANGED)
        return;
    for (size_t i = 0; i < ROLES_MAX; i++)
        if (!*check.duty[i].role || strcmp(check.duty[i].role, record->role) == 0) {
            snprintf(check.duty[i].role, sizeof(check.duty[i].role), "%s", record->role);
            if (!check.duty[i].alive)
                snprintf(check.duty[i].person, sizeof(check.duty[i].person), "%s", record->person ? record->person : "");
            check.duty[i].known = true;
            return;
        }
}

void check_started(void)
{
    check.waits_since_usec = INT64_MAX;
    forget_unwatched();
    if (disk_seq() > HOUSE_MAX)      /* no more of the house than this is read back: what was told may lie before it */
        memset(check.duty, 0, sizeof(check.duty));
    if (node_has_store())
        client_check_promises();
    for (struct m_incident *incident = model_incidents(); incident; incident = incident->next) {
        const struct incident *live = engine_incident(node_engine(), incident->key);
        if (incident->house)
            continue;
        if (incident->settled ? live != NULL : live == NULL)
            fail("P14", "%lx is %s after a start", (unsigned long)incident->key, live ? "back" : "gone");
        check_same(live, engine_incident(node_shadow(), incident->key));
        for (struct m_callout *callout = incident->callouts; callout && live; callout = callout->next)
            check_timer(callout);
        for (const struct m_page *page = incident->pages; page && !incident->settled; page = page->next)
            check_resumed(page);
    }
    drill_same();
}

void check_clock_stepped(void)
{
    check.clock_stepped = true;
    told_clock_stepped();
    schedule_clock_stepped();
}

/* ---- liveness ---- */

void check_mended(void)
{
    check.mended_usec = sim_now();
}

/* Of a role that no configuration knows nobody can ever be called; the administrators hear of it with every repeat. */
static bool reaches_nobody(const struct m_callout *callout)
{
    bool paged = false;
    for (const struct m_person *person = callout->persons; person; person = person->next)
        paged |= person->paged;      /* others have answered for it, and taken it back */
    return !callout->on_group && !paged && !ladder_of(callout);
}

void check_live(void)
{
    struct turn_status status = node_status();
    if (status.degraded)
        fail("P12", "the disk has been well for long, and %zu records wait for it", status.waiting_records);
    for (struct m_incident *incident = model_incidents(); incident; incident = incident->next)
        for (struct m_callout *callout = incident->callouts; callout && !incident->closed && !incident->drill;
             callout = callout->next)
            if (callout->state == M_PAGING && callout->got_usec < check.mended_usec && !reaches_nobody(callout))
                fail("P2", "call-out %u of %lx has paged nobody since all was well", callout->number,
                     (unsigned long)incident->key);
}

void check_settled(void)
{
    size_t cursor = 0;
    if (engine_next_incident(node_engine(), &cursor) || engine_open_incidents(node_engine()) ||
        engine_paging_callouts(node_engine()))
        fail("P15", "what was closed long ago is in memory");
    if (engine_deadline(node_engine()) != INT64_MAX)
        fail("P2", "something is due, and nothing is open");
    told_settled();
    if (engine_last_seq(node_engine()) != disk_seq() && disk_waits_since() == INT64_MAX)
        fail("P1", "records were decided, and never committed");
}

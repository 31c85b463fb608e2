/* Yes, no, release, how long: what people say to a page, by whatever way it came. */
#include <string.h>

#include "engine/drill.h"
#include "engine/internal.h"

static struct record answer_record(const struct engine *engine, const struct callout *callout, const struct event_answer *answer,
                                   enum record_kind kind)
{
    static const enum channel channels[] = {[VIA_SMS] = CHANNEL_SMS, [VIA_VOICE] = CHANNEL_VOICE};
    bool by_channel = answer->via == VIA_SMS || answer->via == VIA_VOICE;
    return (struct record){
        .kind = kind,
        .incident = callout->incident->key,
        .callout = callout->number,
        .role = text_of(engine, callout->role),
        .person = answer->person,
        .actor = answer->actor,
        .channel = by_channel ? (uint8_t)channels[answer->via] + 1 : 0,
        .eta_minutes = answer->eta_minutes,
        .drill = callout->incident->drill,
    };
}

static void note_answer(struct engine *engine, const struct callout *callout, const struct event_answer *answer,
                        const char *text)
{
    struct record record = answer_record(engine, callout, answer, RECORD_NOTE);
    record.text = text;
    emit_record(engine, &record);
}

static struct answered done(void)
{
    return (struct answered){.verdict = VERDICT_DONE};
}

static struct answered held(const struct callout *callout, enum verdict verdict)
{
    return (struct answered){verdict, callout->acknowledged_by, callout->acknowledged_usec};
}

static void acknowledge(struct engine *engine, struct callout *callout, const struct event_answer *answer)
{
    struct record record = answer_record(engine, callout, answer, RECORD_ACKNOWLEDGED);
    emit_record(engine, &record);
    if (answer->via == VIA_SMS)
        notice_person(engine, callout, callout->acknowledged_by, PURPOSE_CONFIRMATION);
    notice_others(engine, callout, PURPOSE_TAKEN, callout->acknowledged_by);
    notice_source(engine, callout, PURPOSE_SOURCE_TAKEN);
}

/* Of a drill that waits for all: an answer is one person's, and the others are called on. */
static struct answered one_of_all(struct engine *engine, struct callout *callout, const struct event_answer *answer)
{
    atom person = intern_add(engine->names, answer->person);
    const struct recipient *before = find_recipient(callout, person);
    bool yes = answer->answer == ANSWER_YES;
    bool already = before && (yes ? before->confirmed_usec != 0 : before->declined);
    if (callout->state == CALLOUT_CANCELLED || answer->answer == ANSWER_ETA)
        return (struct answered){.verdict = VERDICT_NO_CALLOUT};
    if (!already) {
        struct record record = answer_record(engine, callout, answer, yes ? RECORD_ACKNOWLEDGED : RECORD_DECLINED);
        emit_record(engine, &record);
    }
    if (yes && answer->via == VIA_SMS)
        notice_person(engine, callout, person, PURPOSE_CONFIRMATION);
    if (already)
        return (struct answered){VERDICT_ALREADY, person, before->confirmed_usec};
    drill_answered(engine, callout->incident);
    return done();
}

static struct answered yes_again(struct engine *engine, struct callout *callout, const struct event_answer *answer)
{
    atom person = intern_add(engine->names, answer->person);
    if (callout->acknowledged_by == person) {
        if (answer->eta_minutes && answer->eta_minutes != callout->eta_minutes)
            note_answer(engine, callout, answer, NULL);
        if (answer->via == VIA_SMS)
            notice_person(engine, callout, person, PURPOSE_CONFIRMATION);
        return held(callout, VERDICT_ALREADY);
    }
    note_answer(engine, callout, answer, DRILL_ANSWERED_LATE);
    if (answer->via == VIA_SMS)
        notice_person(engine, callout, person, PURPOSE_TAKEN);
    return held(callout, VERDICT_TAKEN);
}

static struct answered yes(struct engine *engine, struct callout *callout, const struct event_answer *answer)
{
    if (callout->state == CALLOUT_ACKNOWLEDGED)
        return yes_again(engine, callout, answer);
    if (callout->state == CALLOUT_CANCELLED)
        return (struct answered){.verdict = VERDICT_NO_CALLOUT};
    acknowledge(engine, callout, answer);
    return done();
}

/* A page whose turn came at a gateway while somebody had the call-out was let go in silence. What has no outcome, and no later page
 * to the same place now, is handed in again, lest it wait for a restart; what waits there still goes out once, unless both are under
 * way at once (P3). */
static void send_unsent(struct engine *engine, const struct callout *callout)
{
    for (const struct message *message = callout->incident->messages; message; message = message->next)
        if (message->callout == callout && message->purpose == PURPOSE_PAGE && message->turn != callout->turn &&
            message->state == MESSAGE_QUEUED && message_wanted_again(engine, message))
            emit_send(engine, message, callout->incident->key);
}

static struct answered release(struct engine *engine, struct callout *callout, const struct event_answer *answer)
{
    struct record record = answer_record(engine, callout, answer, RECORD_RELEASED);
    emit_record(engine, &record);
    notice_source(engine, callout, PURPOSE_SOURCE_RELEASED);
    callout_next_step(engine, callout, true);
    send_unsent(engine, callout);
    return done();
}

static struct answered no(struct engine *engine, struct callout *callout, const struct event_answer *answer)
{
    atom person = intern_find(engine->names, answer->person);
    const struct recipient *recipient = find_recipient(callout, person);
    if (callout->state == CALLOUT_ACKNOWLEDGED && callout->acknowledged_by == person)
        return release(engine, callout, answer);
    if (callout->state == CALLOUT_ACKNOWLEDGED) {
        note_answer(engine, callout, answer, "answered no; somebody else had acknowledged");
        return held(callout, VERDICT_TAKEN);
    }
    if (callout->state == CALLOUT_CANCELLED)
        return (struct answered){.verdict = VERDICT_NO_CALLOUT};
    if (recipient && recipient->declined)
        return (struct answered){.verdict = VERDICT_ALREADY, .person = person};
    struct record record = answer_record(engine, callout, answer, RECORD_DECLINED);
    emit_record(engine, &record);
    callout_declined(engine, callout);
    return done();
}

static struct answered eta(struct engine *engine, struct callout *callout, const struct event_answer *answer)
{
    if (callout->state != CALLOUT_ACKNOWLEDGED)
        return (struct answered){.verdict = VERDICT_NO_CALLOUT};
    if (callout->acknowledged_by != intern_find(engine->names, answer->person))
        return held(callout, VERDICT_TAKEN);
    if (answer->eta_minutes != callout->eta_minutes)
        note_answer(engine, callout, answer, NULL);
    return done();
}

struct answered answer_callout(struct engine *engine, struct callout *callout, const struct event_answer *answer)
{
    const struct incident *incident = callout->incident;
    if (incident->closed_usec)
        return (struct answered){VERDICT_CLOSED, incident->closed_by, incident->closed_usec};
    if (drill_waits_for_all(callout))
        return one_of_all(engine, callout, answer);
    switch (answer->answer) {
    case ANSWER_YES:
        return yes(engine, callout, answer);
    case ANSWER_NO:
        return no(engine, callout, answer);
    case ANSWER_ETA:
        return eta(engine, callout, answer);
    }
    assert(!"an answer that is none of the three");
    return done();
}

struct answered answer_call_in(struct engine *engine, struct incident *incident, const struct event_callout *request)
{
    const char *name = request->roster ? request->roster->role : request->group->id;
    const struct callout *callout = find_latest_callout(incident, intern_add(engine->names, name));
    if (callout && callout->state == CALLOUT_PAGING)
        return (struct answered){.verdict = VERDICT_ALREADY};
    if (callout && callout->state == CALLOUT_ACKNOWLEDGED)
        return held(callout, VERDICT_TAKEN);
    struct record record = {
        .kind = RECORD_NOTE, .incident = incident->key, .role = name, .person = request->person, .actor = request->actor,
        .text = "asked for", .drill = incident->drill,
    };
    emit_record(engine, &record);
    callout_start(engine, incident, name, request->group ? CALLEE_GROUP : CALLEE_ROLE, incident->severity);
    return done();
}

void answer_reply(struct engine *engine, uint64_t request, const struct incident *incident, const struct callout *callout,
                  struct answered answered)
{
    emit_reply(engine, &(struct effect_reply){
        .request = request,
        .verdict = answered.verdict,
        .incident = incident->key,
        .role = callout ? text_of(engine, callout->role) : NULL,
        .person = text_of(engine, answered.person),
        .at_usec = answered.at_usec,
    });
}

/* ---- which call-out is meant, where only a role, or nothing, was said ---- */

static bool is_latest(const struct callout *callout)
{
    return find_latest_callout(callout->incident, callout->role) == callout;
}

static bool may_be_meant(const struct callout *callout, const struct event_answer *answer, atom person, bool paging_only)
{
    if (!is_latest(callout))
        return false;
    if (callout->state == CALLOUT_PAGING)
        return answer->answer != ANSWER_ETA;
    if (answer->answer != ANSWER_YES && callout->acknowledged_by == person)
        return true;
    return !paging_only && callout->state == CALLOUT_ACKNOWLEDGED;
}

/* One candidate is the one. With several, the roles to choose from are listed in reply_text. */
static struct callout *only_candidate(struct engine *engine, const struct incident *incident, const struct event_answer *answer,
                                      bool paging_only, size_t *ret_n)
{
    atom person = intern_find(engine->names, answer->person);
    struct callout *found = NULL;
    *ret_n = 0;
    buf_clear(&engine->reply_text);
    for (struct callout *callout = incident->callouts; callout; callout = callout->next) {
        if (!may_be_meant(callout, answer, person, paging_only))
            continue;
        if ((*ret_n)++ > 0)
            buf_add_text(&engine->reply_text, ", ");
        buf_add_text(&engine->reply_text, intern_text(engine->names, callout->role));
        found = callout;
    }
    return *ret_n == 1 ? found : NULL;
}

static struct callout *meant_callout(struct engine *engine, const struct incident *incident, const struct event_answer *answer,
                                     bool *ret_several)
{
    size_t n = 0;
    struct callout *callout;
    *ret_several = false;
    if (answer->callout)
        return find_callout(incident, answer->callout);
    if (answer->role)
        return find_latest_callout(incident, intern_find(engine->names, answer->role));
    callout = only_candidate(engine, incident, answer, true, &n);
    if (!callout && n == 0)
        callout = only_candidate(engine, incident, answer, false, &n);
    *ret_several = n > 1;
    return callout;
}

/* ---- what was said to a call ---- */

/* That the person was there, and said something, is what has become of the page; hanging up after it takes nothing back. */
static void page_answered(struct engine *engine, const struct message *message)
{
    struct record record = emit_record_of(engine, message->callout->incident, message, RECORD_PAGE_DELIVERED);
    record.gateway = text_of(engine, message->gateway);
    emit_record(engine, &record);
}

/* One call, one answer: a provider that repeats itself, hours later perhaps, neither acknowledges nor releases anew. */
static void step_answer_to_page(struct engine *engine, const struct event *event)
{
    const struct message *message = engine_page(engine, event->answer.page);
    struct answered answered = {.verdict = VERDICT_ALREADY};
    if (!message || message->purpose != PURPOSE_PAGE) {
        emit_reply(engine, &(struct effect_reply){.request = event->request, .verdict = VERDICT_NO_INCIDENT});
        return;
    }
    struct callout *callout = message->callout;
    if (message->state != MESSAGE_DELIVERED) {
        struct event_answer answer = event->answer;
        answer.person = text_of(engine, message->person);
        page_answered(engine, message);
        answered = answer_callout(engine, callout, &answer);
    }
    answer_reply(engine, event->request, callout->incident, callout, answered);
}

void step_answer(struct engine *engine, const struct event *event)
{
    const struct event_answer *answer = &event->answer;
    if (answer->page.number) {
        step_answer_to_page(engine, event);
        return;
    }
    struct effect_reply reply = {.request = event->request, .verdict = VERDICT_NO_INCIDENT, .incident = answer->incident};
    struct incident *incident = answer->incident ? find_incident(engine, answer->incident) : NULL;
    bool several = false;
    struct callout *callout = incident ? meant_callout(engine, incident, answer, &several) : NULL;
    if (callout) {
        answer_reply(engine, event->request, incident, callout, answer_callout(engine, callout, answer));
        return;
    }
    if (incident && incident->closed_usec) {
        answer_reply(engine, event->request, incident, NULL,
                     (struct answered){VERDICT_CLOSED, incident->closed_by, incident->closed_usec});
        return;
    }
    if (incident)
        reply.verdict = several ? VERDICT_WHICH_ROLE : VERDICT_NO_CALLOUT;
    if (several)
        reply.text = buf_text(&engine->reply_text);
    emit_reply(engine, &reply);
}

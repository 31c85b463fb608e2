/* Texts that people send: whose number, which code, what they mean. No text ever stops outgoing pages but a yes with the
 * right code. */
#include <string.h>

#include "engine/internal.h"
#include "engine/reply.h"

static const struct person *owner_of(const struct engine *engine, const char *number)
{
    for (size_t i = 0; i < engine->plan->n_persons; i++)
        if (person_has_number(&engine->plan->persons[i], number))
            return &engine->plan->persons[i];
    return NULL;
}

static struct recipient *recipient_of_code(const struct engine *engine, uint32_t code, const char *number)
{
    struct recipient *recipient = code ? map_get(&engine->codes, code) : NULL;
    while (recipient && !recipient_has_number(engine, recipient, number))
        recipient = recipient->next_code;
    return recipient;
}

/* A text that does not say what it is about is about what is real (P13), then about what came last. */
static bool is_likelier(const struct incident *incident, const struct incident *other)
{
    return incident->drill == other->drill ? incident->first_seq > other->first_seq : other->drill;
}

/* Call-outs that page this number now; a dry run pages none. *ret_likeliest: of the incident that a text from there may be about. */
static size_t paging_number(const struct engine *engine, const char *number, struct recipient **ret_likeliest)
{
    struct incident *incident;
    size_t n = 0;
    *ret_likeliest = NULL;
    for (size_t cursor = 0; (incident = map_next(&engine->incidents, &cursor));) {
        if (incident->terms && incident->terms->dry_run)
            continue;
        for (struct callout *callout = incident->callouts; callout; callout = callout->next) {
            if (callout->state != CALLOUT_PAGING)
                continue;
            for (struct recipient *recipient = callout->recipients; recipient; recipient = recipient->next) {
                if (!recipient->channels || !recipient_has_number(engine, recipient, number))
                    continue;
                n++;
                if (!*ret_likeliest || is_likelier(incident, (*ret_likeliest)->callout->incident))
                    *ret_likeliest = recipient;
            }
        }
    }
    return n;
}

static bool may_answer_text(const struct engine *engine, atom number)
{
    const struct correspondent *correspondent = map_get(&engine->correspondents, number);
    if (!correspondent || correspondent->answered_usec[0] == 0)
        return true;
    int64_t since = engine->now.wall_usec - correspondent->answered_usec[0];
    return since < 0 || since >= USEC_PER_HOUR;      /* negative: the clock was set back */
}

static bool is_locked(const struct engine *engine, atom number)
{
    const struct correspondent *correspondent = map_get(&engine->correspondents, number);
    return correspondent && correspondent->locked;
}

static unsigned wrong_codes(const struct engine *engine, atom number)
{
    const struct correspondent *correspondent = map_get(&engine->correspondents, number);
    return correspondent ? correspondent->wrong_codes : 0;
}

/* The length of a code at the beginning of the text: six digits in a row, also as three and three. 0: none. */
static size_t code_len(const char *text)
{
    size_t digits = strspn(text, "0123456789");
    if (digits == CODE_DIGITS)
        return digits;
    bool halves = digits == CODE_DIGITS / 2 && (text[digits] == ' ' || text[digits] == '-') &&
                  strspn(text + digits + 1, "0123456789") == CODE_DIGITS / 2;
    return halves ? CODE_DIGITS + 1 : 0;
}

/* Codes never stand in the log: they become stars. */
static void add_without_codes(struct buf *buf, const char *text)
{
    while (*text) {
        size_t code = code_len(text), digits = strspn(text, "0123456789");
        size_t len = code ? code : digits ? digits : 1;
        if (code)
            buf_add_text(buf, "******");
        else
            buf_add(buf, text, len);
        text += len;
    }
}

/* What is true of the call-out that the text may be about: it is not always that nobody has it. */
static enum purpose answer_to(const struct engine *engine, const struct callout *callout, atom person, atom number)
{
    if (is_locked(engine, number))
        return PURPOSE_CODE_LOCKED;
    const struct recipient *recipient = callout && drill_waits_for_all(callout) ? find_recipient(callout, person) : NULL;
    if (recipient)
        return recipient->confirmed_usec ? PURPOSE_CONFIRMATION : PURPOSE_NOT_UNDERSTOOD;
    if (!callout || callout->state != CALLOUT_ACKNOWLEDGED)
        return PURPOSE_NOT_UNDERSTOOD;
    return callout->acknowledged_by == person ? PURPOSE_CONFIRMATION : PURPOSE_TAKEN;
}

/* Keeps the text as a note with the incident that it may be about, and answers it, but not too often. */
static void refuse(struct engine *engine, const struct event_inbound *inbound, atom person, struct recipient *about,
                   enum inbound_verdict verdict)
{
    atom number = intern_add(engine->names, inbound->from);
    bool locks = verdict == INBOUND_WRONG_CODE && wrong_codes(engine, number) + 1 == WRONG_CODES_MAX;
    bool answered = locks || may_answer_text(engine, number);
    CLEANUP_BUF struct buf text = {0};
    struct callout *callout = about ? about->callout : NULL;
    add_without_codes(&text, inbound->text);
    struct record record = {
        .kind = RECORD_NOTE,
        .incident = callout ? callout->incident->key : 0,
        .callout = callout ? callout->number : 0,
        .role = callout ? text_of(engine, callout->role) : NULL,
        .person = text_of(engine, person),
        .actor = inbound->gateway,
        .address = inbound->from,
        .channel = CHANNEL_SMS + 1,
        .text = buf_text(&text),
        .inbound = (uint8_t)verdict,
        .final = answered,
        .drill = callout && callout->incident->drill,
    };
    emit_record(engine, &record);
    if (answered)
        notice_number(engine, callout, person, inbound->from, answer_to(engine, callout, person, number));
}

static struct answered act(struct engine *engine, const struct event_inbound *inbound, struct recipient *recipient,
                           const struct reply *reply)
{
    struct event_answer answer = {
        .incident = recipient->callout->incident->key,
        .callout = recipient->callout->number,
        .person = text_of(engine, recipient->person),
        .actor = inbound->gateway,
        .answer = reply->verb == REPLY_YES ? ANSWER_YES : ANSWER_NO,
        .eta_minutes = reply->minutes,
        .via = VIA_SMS,
    };
    return answer_callout(engine, recipient->callout, &answer);
}

static bool call_in(struct engine *engine, const struct event_inbound *inbound, struct recipient *recipient, const char *typed)
{
    const struct roster *roster = plan_roster_typed(engine->plan, typed);
    if (!roster)
        return false;
    struct event_callout request = {
        .incident = recipient->callout->incident->key,
        .roster = roster,
        .person = text_of(engine, recipient->person),
        .actor = inbound->gateway,
    };
    answer_call_in(engine, recipient->callout->incident, &request);
    return true;
}

/* From a number that we know. `recipient`: whose code it is, or NULL. */
static void read_text(struct engine *engine, const struct event_inbound *inbound, atom person, struct recipient *recipient,
                      const struct reply *reply)
{
    struct recipient *about;
    size_t paging = paging_number(engine, inbound->from, &about);
    if (is_locked(engine, intern_find(engine->names, inbound->from))) {
        refuse(engine, inbound, person, about, INBOUND_LOCKED);
        return;
    }
    if (!recipient && reply->code) {
        refuse(engine, inbound, person, about, INBOUND_WRONG_CODE);
        return;
    }
    if (!recipient && engine->plan->reply_without_code && paging == 1)
        recipient = about;
    if (!recipient || reply->verb == REPLY_UNCLEAR)
        refuse(engine, inbound, person, recipient ? recipient : about, INBOUND_NOT_UNDERSTOOD);
    else if (reply->verb != REPLY_CALL_IN)
        act(engine, inbound, recipient, reply);
    else if (!call_in(engine, inbound, recipient, reply->role))
        refuse(engine, inbound, person, recipient, INBOUND_NOT_UNDERSTOOD);
}

/* An unknown number gets no answer. Its text is kept, but not everybody's in the world: anybody can send texts. */
static void note_stranger(struct engine *engine, const struct event_inbound *inbound)
{
    CLEANUP_BUF struct buf text = {0};
    if (engine->now.boot_usec - engine->strangers_since_usec >= USEC_PER_HOUR) {
        engine->strangers_since_usec = engine->now.boot_usec;
        engine->strangers = 0;
    }
    if (engine->strangers++ >= STRANGERS_MAX)
        return;
    add_without_codes(&text, inbound->text);
    struct record record = {
        .kind = RECORD_NOTE, .actor = inbound->gateway, .address = inbound->from, .channel = CHANNEL_SMS + 1,
        .text = buf_text(&text),
    };
    emit_record(engine, &record);
}

/* Somebody in the configuration, or somebody who was paged before it changed: a code works until its incident closes. */
static void take_text(struct engine *engine, const struct event_inbound *inbound, const struct reply *reply)
{
    const struct person *owner = owner_of(engine, inbound->from);
    struct recipient *recipient, *known;
    known = recipient = recipient_of_code(engine, reply->code, inbound->from);
    if (!owner && !known)
        paging_number(engine, inbound->from, &known);
    if (owner)
        read_text(engine, inbound, intern_add(engine->names, owner->id), recipient, reply);
    else if (known)
        read_text(engine, inbound, known->person, recipient, reply);
    else
        note_stranger(engine, inbound);
}

/* The same text once more has the same sender and says the same, too: a provider that counts anew must not cost anybody an answer.
 * The code in it stands in no log. */
static void add_reply_id(struct buf *buf, const struct event_inbound *inbound, const struct reply *reply)
{
    const char *const names[] = {inbound->gateway, inbound->id, inbound->from};
    for (size_t i = 0; i < N_ELEMENTS(names); i++) {
        buf_add_text(buf, names[i]);
        buf_add_char(buf, '/');
    }
    buf_add_u64(buf, (uint64_t)reply->verb);
    buf_add_char(buf, '.');
    buf_add_u64(buf, reply->minutes);
}

/* Providers repeat what they have had no answer to, some for hours. What has left a record is not acted on again; what has left
 * none did nothing. */
void step_inbound(struct engine *engine, const struct event *event)
{
    const struct event_inbound *inbound = &event->inbound;
    struct reply reply;
    CLEANUP_BUF struct buf id = {0};
    reply_parse(inbound->text, &reply);
    if (inbound->id)
        add_reply_id(&id, inbound, &reply);
    if (!inbound->id || !seen_reply(engine, buf_text(&id))) {
        engine->reply_id = inbound->id ? buf_text(&id) : NULL;
        take_text(engine, inbound, &reply);
        engine->reply_id = NULL;
    }
    emit_reply(engine, &(struct effect_reply){.request = event->request, .verdict = VERDICT_DONE});
}

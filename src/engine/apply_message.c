/* Recipients with their codes, and messages with their outcomes. */
#include "engine/apply.h"

#include <string.h>

static void forget_code(struct engine *engine, struct recipient *recipient)
{
    struct recipient *first = recipient->code ? map_get(&engine->codes, recipient->code) : NULL;
    if (first == recipient) {
        if (recipient->next_code)
            map_put(&engine->codes, recipient->code, recipient->next_code);
        else
            map_remove(&engine->codes, recipient->code);
    } else {
        while (first && first->next_code != recipient)
            first = first->next_code;
        if (first)
            first->next_code = recipient->next_code;
    }
    recipient->next_code = NULL;
    recipient->code = 0;
}

void apply_forget_codes(struct engine *engine, const struct incident *incident)
{
    for (struct callout *callout = incident->callouts; callout; callout = callout->next)
        for (struct recipient *recipient = callout->recipients; recipient; recipient = recipient->next)
            forget_code(engine, recipient);
}

struct recipient *apply_recipient(struct engine *engine, struct callout *callout, const char *person)
{
    atom name = intern_add(engine->names, person);
    struct recipient **last = &callout->recipients;
    for (; *last; last = &(*last)->next)
        if ((*last)->person == name)
            return *last;
    *last = NEW(struct recipient);
    (*last)->callout = callout;
    (*last)->person = name;
    return *last;
}

static void set_code(struct engine *engine, struct recipient *recipient, uint32_t code)
{
    if (code == 0 || code == recipient->code)
        return;
    forget_code(engine, recipient);
    recipient->code = code;
    recipient->next_code = map_get(&engine->codes, code);
    map_put(&engine->codes, code, recipient);
}

static void note_drill(struct engine *engine, atom person, int64_t at_usec)
{
    int64_t *last = map_get(&engine->drilled, person);
    if (!last) {
        last = NEW(int64_t);
        map_put(&engine->drilled, person, last);
    }
    if (*last < at_usec)
        *last = at_usec;
}

static void unlock(struct engine *engine, atom address)
{
    struct correspondent *correspondent = map_get(&engine->correspondents, address);
    if (!correspondent)
        return;
    correspondent->locked = false;
    correspondent->wrong_codes = 0;
}

/* Takes it out of its incident's list: *place is the next one then. */
static void forget_message(struct engine *engine, const struct incident *incident, struct message **place)
{
    struct message *message = *place;
    *place = message->next;
    if (incident == &engine->house)
        free(map_remove(&engine->duty_notices, message->number));
    trail_forget(engine, message);
    free(message);
}

/* What no gateway has answered for after this many repeats has been overtaken by as many pages to the same place. A call may be
 * going on for as long. */
static bool outlived(const struct message *message, const struct callout *callout)
{
    uint16_t turns = callout->turn - message->turn;
    bool calling = message->channel == CHANNEL_VOICE && message->state == MESSAGE_SENT;
    return turns > (message->state == MESSAGE_QUEUED || calling ? QUEUED_TURNS_MAX : 1);
}

void apply_forget_ended(struct engine *engine, struct incident *incident, const struct callout *callout)
{
    struct message **place = &incident->messages;
    while (*place) {
        if ((*place)->callout == callout && outlived(*place, callout))
            forget_message(engine, incident, place);
        else
            place = &(*place)->next;
    }
}

static bool same_kind(const struct message *message, const struct record *record, atom address)
{
    uint32_t callout = message->callout ? message->callout->number : 0;
    return message->purpose == record->purpose && message->address == address && message->channel + 1 == record->channel &&
           callout == record->callout;
}

/* While another notice of its telling is on the way, what was tried before is not forgotten, or the two would take turns. */
static bool told_on(const struct incident *incident, const struct message *ended)
{
    for (const struct message *message = incident->messages; message; message = message->next)
        if (message->state == MESSAGE_QUEUED && message_same_telling(message, ended))
            return true;
    return false;
}

/* Notices whose telling has come to an end make room for the next of their kind to the same address, and so do, beyond some
 * number, those that no gateway answers for: an incident that stays open for months, with an update a minute, stays small
 * (P15). */
static void forget_told(struct engine *engine, struct incident *incident, const struct record *record, atom address)
{
    struct message **place = &incident->messages, **oldest = NULL;
    size_t queued = 0;
    while (*place) {
        bool same = same_kind(*place, record, address);
        if (same && (*place)->state != MESSAGE_QUEUED && !told_on(incident, *place)) {
            forget_message(engine, incident, place);
            continue;
        }
        if (same && (*place)->state == MESSAGE_QUEUED && queued++ == 0)
            oldest = place;
        place = &(*place)->next;
    }
    if (oldest && queued >= QUEUED_NOTICES_MAX && incident->key != 0)
        forget_message(engine, incident, oldest);
}

static struct message *add_message(struct engine *engine, struct incident *incident, const struct record *record)
{
    struct message **last = &incident->messages;
    while (*last)
        last = &(*last)->next;
    struct message *message = *last = NEW(struct message);
    message->number = incident->last_page = record->page;
    message->nonce = record->nonce;
    message->person = intern_add(engine->names, record->person);
    message->address = intern_add(engine->names, record->address);
    message->channel = record->channel - 1;
    message->purpose = record->purpose;
    message->count = (uint16_t)record->count;
    if (record->telling && record->telling < record->page && record->page - record->telling <= UINT16_MAX)
        message->in_telling = (uint16_t)(record->page - record->telling);
    return message;
}

static bool message_plausible(const struct incident *incident, const struct record *record)
{
    return record->page > incident->last_page && record->address && record->channel >= 1 && record->channel <= CHANNEL_COUNT &&
           purpose_known(record->purpose) && (record->purpose == PURPOSE_PAGE) == (record->kind == RECORD_PAGE_QUEUED);
}

static void remember_phone(struct recipient *recipient, atom phone)
{
    size_t at = 0;
    while (at + 1 < RECIPIENT_PHONES && recipient->phones[at] && recipient->phones[at] != phone)
        at++;
    memmove(recipient->phones + 1, recipient->phones, at * sizeof(atom));
    recipient->phones[0] = phone;
}

static void remember_readable(struct recipient *recipient, const struct message *message)
{
    if (message->channel == CHANNEL_VOICE ||
        (message->channel == CHANNEL_EMAIL && recipient->read_at && recipient->read_by == CHANNEL_SMS))
        return;
    recipient->read_at = message->address;
    recipient->read_by = message->channel;
}

enum err apply_page_queued(struct engine *engine, struct callout *callout, const struct record *record)
{
    struct incident *incident = callout->incident;
    if (callout->state != CALLOUT_PAGING || !record->person || !message_plausible(incident, record))
        return ERR_CORRUPT;
    struct recipient *recipient = apply_recipient(engine, callout, record->person);
    struct message *message = add_message(engine, incident, record);
    message->callout = callout;
    message->recipient = recipient;
    message->turn = callout->turn;
    message->repeat = callout->round > 0;
    message->asks_again = recipient->declined;
    recipient->channels |= (uint8_t)(1u << message->channel);
    set_code(engine, recipient, record->code);
    if (record->has_token)
        memcpy(recipient->token, record->token, TOKEN_BYTES);
    bool dry_run = incident->terms && incident->terms->dry_run;      /* nobody gets it, nor its code */
    if (incident->drill && !dry_run)
        note_drill(engine, recipient->person, record->at_usec);
    if (message->channel != CHANNEL_EMAIL)
        remember_phone(recipient, message->address);
    remember_readable(recipient, message);
    if (message->channel == CHANNEL_SMS && !dry_run)
        unlock(engine, message->address);
    return ERR_OK;
}

/* What it tells of is kept as long as the message: a gateway that took it may say yet that it will not arrive. */
static void note_duty(struct engine *engine, const struct record *record)
{
    struct duty_notice *notice = NEW(struct duty_notice);
    *notice = (struct duty_notice){
        .role = intern_add(engine->names, record->role),
        .other = intern_add(engine->names, record->other),
        .gateway = intern_add(engine->names, record->gateway),
        .reason = intern_add(engine->names, record->text),
        .from_usec = record->due_usec,
        .until_usec = record->end_usec,
    };
    free(map_put(&engine->duty_notices, record->page, notice));
}

enum err apply_notice_queued(struct engine *engine, struct incident *incident, const struct record *record)
{
    struct callout *callout = find_callout(incident, record->callout);
    if (!message_plausible(incident, record) || (record->callout != 0 && !callout))
        return ERR_CORRUPT;
    forget_told(engine, incident, record, intern_add(engine->names, record->address));
    struct message *message = add_message(engine, incident, record);
    message->callout = callout;
    if (callout) {
        message->recipient = find_recipient(callout, message->person);
        message->turn = callout->turn;
    }
    if (purpose_is_test(record->purpose))
        message->gateway = intern_add(engine->names, record->gateway);
    if (incident == &engine->house && purpose_has_notice(record->purpose))
        note_duty(engine, record);
    if (callout && (record->purpose == PURPOSE_SOURCE_UNANSWERED || record->purpose == PURPOSE_SOURCE_RELEASED))
        callout->noticed_usec = record->at_usec;
    bool holder = callout && callout->state == CALLOUT_ACKNOWLEDGED && message->person == callout->acknowledged_by;
    if (holder && record->purpose == PURPOSE_UPDATE) {       /* to who had it before, one may still go another way */
        callout->noticed_usec = record->at_usec;
        callout->put_off = 0;
        apply_disarm(engine, callout);
    }
    if (incident == &engine->house && incident->messages->number + HOUSE_MESSAGES_MAX <= record->page)
        forget_message(engine, incident, &incident->messages);
    return ERR_OK;
}

static bool is_sent(const struct record *record)
{
    return record->kind == RECORD_PAGE_SENT || record->kind == RECORD_NOTICE_SENT;
}

/* A gateway's receipt that comes late tells nothing of the one that has the message now. Where the last doubt has become a
 * certainty, the message has failed. */
static void apply_failed(struct engine *engine, struct incident *incident, struct message *message, const struct record *record)
{
    atom gateway = intern_add(engine->names, record->gateway);
    bool was_in_doubt = message_in_doubt(engine, message);
    if (record->receipt && gateway)
        trail_note(engine, incident, message, gateway, record->receipt);
    if (message->state == MESSAGE_DELIVERED)
        return;
    message->unanswered = message->unanswered || record->unanswered;
    if (record->again)
        message->state = MESSAGE_QUEUED;
    else if (record->final || (was_in_doubt && !trail_doubts_other(trail_of(engine, message), 0)))
        message->state = MESSAGE_FAILED;
    if (message->state != MESSAGE_SENT || (record->receipt && message->gateway == gateway))
        trail_stop(engine, message);
}

enum err apply_outcome(struct engine *engine, struct incident *incident, const struct record *record, struct now now)
{
    struct message *message = find_message(incident, record->page);
    if (is_sent(record) && record->gateway && record->provider_id)
        seen_add_sent(engine, record->gateway, record->provider_id,
                      (struct page_ref){incident->key, record->page, record->nonce});
    if (!message)
        return ERR_OK;      /* of a page that was forgotten as its call-out repeated */
    if (record->kind == RECORD_PAGE_FAILED) {
        apply_failed(engine, incident, message, record);
    } else {
        message->state = is_sent(record) ? MESSAGE_SENT : MESSAGE_DELIVERED;
        trail_stop(engine, message);
    }
    bool waits = record->delay_usec > 0 && record->delay_usec <= RECEIPT_USEC_MAX;
    if (is_sent(record) && waits && !incident->closed_usec)
        trail_wait(engine, incident, message, now.boot_usec + apply_left_usec(record->due_usec, record->delay_usec, now),
                   record->delay_usec);
    if (record->gateway && record->kind != RECORD_PAGE_FAILED)
        message->gateway = intern_add(engine->names, record->gateway);
    return ERR_OK;
}

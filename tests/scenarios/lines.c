#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "engine/internal.h"
#include "scenario.h"

static void add_name(struct buf *buf, const char *name, const char *value)
{
    if (value && *value)
        buf_printf(buf, strpbrk(value, " \n") ? " %s=\"%s\"" : " %s=%s", name, value);
}

static void add_number(struct buf *buf, const char *name, uint64_t value)
{
    if (value)
        buf_printf(buf, " %s=%" PRIu64, name, value);
}

static void add_delay(struct buf *buf, const struct record *record)
{
    if (!record->delay_usec)
        return;
    buf_add_text(buf, " next=");
    text_add_duration(buf, record->delay_usec);
}

static void add_end(struct buf *buf, const struct record *record, int64_t at_usec)
{
    if (!record->end_usec)
        return;
    buf_add_text(buf, " ends=");
    text_add_duration(buf, record->end_usec - at_usec);
}

static const char *kind_word(const struct record *record)
{
    if (record->kind == RECORD_NOTICE_QUEUED)
        return "notice-queued";
    static const char *const words[RECORD_KIND_END] = {
        [RECORD_SETTLED] = "settled", [RECORD_DRILL_PLANNED] = "drill-planned", [RECORD_DRILL_POSTPONED] = "drill-postponed",
        [RECORD_DRILL_UNPLANNED] = "drill-unplanned", [RECORD_DRILL_RESULT] = "drill-result",
        [RECORD_DRILL_HELD_BACK] = "held-back",
        [RECORD_SCHEDULE] = "schedule", [RECORD_DRILL_ENDED] = "drill-ended",
    };
    return words[record->kind] ? words[record->kind] : record_event_name(record->kind);
}

static void add_record(struct buf *buf, const struct effect_record *effect)
{
    struct record record;
    if (record_decode(effect->payload, effect->payload_len, RECORD_COLUMNS(effect), &record) != ERR_OK) {
        buf_add_text(buf, "UNREADABLE RECORD");
        return;
    }
    buf_add_text(buf, kind_word(&record));
    buf_add_char(buf, ' ');
    incident_add_id(buf, effect->incident);
    add_name(buf, "role", record.role);
    add_number(buf, "page", record.page);
    add_name(buf, "person", record.person);
    if (record.kind == RECORD_NOTICE_QUEUED && !record.person)
        add_name(buf, "to", record.address);
    if (record.channel)
        add_name(buf, "by", channel_name(record.channel - 1));
    if (record.purpose > PURPOSE_PAGE)
        add_name(buf, "purpose", purpose_name(record.purpose));
    add_number(buf, "step", record.step);
    add_number(buf, "round", record.round);
    add_delay(buf, &record);
    add_end(buf, &record, effect->at_usec);
    if (record.severity)
        add_name(buf, "severity", severity_name(record.severity - 1));
    add_name(buf, "source", record.source);
    add_name(buf, "actor", record.actor);
    add_name(buf, "gateway", record.gateway);
    add_number(buf, "eta", record.eta_minutes);
    add_number(buf, "inbound", record.inbound);
    bool result = record.kind == RECORD_DRILL_RESULT || record.kind == RECORD_DRILL_ENDED;
    if (!result)
        add_number(buf, "count", record.count);
    add_name(buf, "summary", record.summary);
    add_name(buf, "targets", record.targets);
    add_name(buf, "without", record.without);
    add_name(buf, "schedule", record.schedule);
    if (result)
        buf_printf(buf, " answered=%u/%u", record.count, record.total);
    add_name(buf, "text", record.text);
    if (record.receipt)
        add_name(buf, "receipt", record.receipt == RECEIPT_NEVER ? "never" : "missing");
    if (record.again)
        buf_add_text(buf, " again");
    if (record.wait_for_all)
        buf_add_text(buf, " wait-for-all");
    if (record.dry_run)
        buf_add_text(buf, " dry-run");
    if (record.final)
        buf_add_text(buf, " final");
    if (record.unanswered)
        buf_add_text(buf, " unanswered");
    if (record.bundle)
        buf_add_text(buf, " bundle");
    if (record.drill)
        buf_add_text(buf, " drill");
}

static const char *const verdicts[] = {
    [VERDICT_OPENED] = "opened", [VERDICT_UPDATED] = "updated", [VERDICT_BUNDLED] = "bundled", [VERDICT_DONE] = "done",
    [VERDICT_ALREADY] = "already", [VERDICT_TAKEN] = "taken", [VERDICT_CLOSED] = "closed", [VERDICT_NO_INCIDENT] = "no-incident",
    [VERDICT_NO_CALLOUT] = "no-callout", [VERDICT_WHICH_ROLE] = "which-role", [VERDICT_NO_PERSON] = "no-person",
    [VERDICT_NO_CONTACT] = "no-contact", [VERDICT_SENT] = "sent", [VERDICT_FAILED] = "failed", [VERDICT_PLANNED] = "planned",
    [VERDICT_NO_RIGHT] = "no-right",
};

void lines_add_effect(struct buf *buf, const struct engine *engine, const struct effect *effect)
{
    (void)engine;
    switch (effect->kind) {
    case EFFECT_RECORD:
        add_record(buf, &effect->record);
        break;
    case EFFECT_SEND:
        buf_printf(buf, "send %u by=%s rank=%u", effect->send.page.number, channel_name(effect->send.channel), effect->send.rank);
        add_name(buf, "gateway", effect->send.gateway);
        for (size_t i = 0; i < effect->send.n_leave_out; i++)
            add_name(buf, "not", effect->send.leave_out[i]);
        break;
    case EFFECT_REPLY:
        buf_printf(buf, "reply %s", verdicts[effect->reply.verdict]);
        if (effect->reply.incident) {
            buf_add_char(buf, ' ');
            incident_add_id(buf, effect->reply.incident);
        }
        add_name(buf, "role", effect->reply.role);
        add_name(buf, "person", effect->reply.person);
        add_name(buf, "text", effect->reply.text);
        break;
    }
    buf_add_char(buf, '\n');
}

/* ---- the state, in an order of its own: maps have none ---- */

static int by_key(const void *a, const void *b)
{
    uint64_t x = (*(const struct incident *const *)a)->key, y = (*(const struct incident *const *)b)->key;
    return x < y ? -1 : x > y;
}

static void add_recipient(struct buf *buf, const struct engine *engine, const struct recipient *recipient)
{
    buf_printf(buf, "    %s%s", engine_text(engine, recipient->person), recipient->declined ? " declined" : "");
    if (recipient->confirmed_usec)
        buf_printf(buf, " confirmed=%" PRId64, recipient->confirmed_usec);
    if (recipient->held_back)
        buf_printf(buf, " held-back=%u", recipient->held_turn);
    buf_printf(buf, " channels=%u code=%u token=", recipient->channels, recipient->code);
    text_add_hex(buf, recipient->token, TOKEN_BYTES);
    buf_add_char(buf, '\n');
}

static void add_callout(struct buf *buf, const struct engine *engine, const struct callout *callout)
{
    static const char *const states[] = {"paging", "acknowledged", "cancelled"};
    buf_printf(buf,
               "  call-out %u %s %s step=%u round=%u turn=%u severity=%u due=%" PRId64 " by=%s at=%" PRId64
               " eta=%u put_off=%u noticed=%" PRId64 "%s%s%s",
               callout->number, engine_text(engine, callout->role), states[callout->state], callout->step, callout->round,
               callout->turn, callout->severity, callout->due_usec, engine_text(engine, callout->acknowledged_by),
               callout->acknowledged_usec, callout->eta_minutes, callout->put_off, callout->noticed_usec,
               callout->ends_usec ? " ends" : "",
               callout->on_group    ? " group"
               : callout->on_person ? " person"
                                    : "",
               heap_armed(&callout->timer) ? " armed" : "");
    if (callout->released_sec)
        buf_printf(buf, " released=%us", callout->released_sec);
    buf_add_char(buf, '\n');
    for (const struct recipient *recipient = callout->recipients; recipient; recipient = recipient->next)
        add_recipient(buf, engine, recipient);
}

static void add_trail(struct buf *buf, const struct engine *engine, const struct message *message)
{
    static const char *const words[] = {[RECEIPT_NEVER] = "never", [RECEIPT_MISSING] = "missing"};
    const struct trail *trail = trail_of(engine, message);
    if (!trail)
        return;
    buf_printf(buf, "    receipts:%s wait=%u", heap_armed(&trail->timer) ? " armed" : "", trail->wait_sec);
    for (size_t i = 0; i < trail->n; i++)
        buf_printf(buf, " %s=%s", engine_text(engine, trail->gateway[i]), words[trail->receipt[i]]);
    buf_add_char(buf, '\n');
}

static void add_message(struct buf *buf, const struct engine *engine, const struct message *message)
{
    static const char *const states[] = {"queued", "sent", "delivered", "failed"};
    buf_printf(buf, "  message %u-%08x %s to %s (%s) by %s: %s gateway=%s turn=%u count=%u callout=%u%s%s", message->number,
               message->nonce, purpose_name(message->purpose), engine_text(engine, message->person),
               engine_text(engine, message->address), channel_name(message->channel), states[message->state],
               engine_text(engine, message->gateway), message->turn, message->count,
               message->callout ? message->callout->number : 0, message->repeat ? " repeat" : "",
               message->recipient ? "" : " to nobody called");
    if (message->in_telling)
        buf_printf(buf, " same as %u", message->number - message->in_telling);
    buf_add_char(buf, '\n');
    add_trail(buf, engine, message);
}

static void add_terms(struct buf *buf, const struct engine *engine, const struct drill *terms)
{
    buf_printf(buf,
               "  drill %016" PRIx64 " of %s by %s, %s, for %s without \"%s\" limit=%" PRId64 " due=%" PRId64 " end=%" PRId64
               "%s%s %u/%u \"%s\"\n",
               terms->key, engine_text(engine, terms->source), engine_text(engine, terms->starter),
               engine_text(engine, terms->schedule), terms->targets, terms->without, terms->limit_usec, terms->due_usec,
               terms->end_usec, terms->wait_for_all ? " wait-for-all" : "", terms->dry_run ? " dry-run" : "", terms->answered,
               terms->total, terms->missing ? terms->missing : "");
}

void lines_add_incident(struct buf *buf, const struct engine *engine, const struct incident *incident)
{
    const char *location = incident_location(incident), *callback = incident_callback(incident),
        *key = incident_dedup_key(incident);
    incident_add_id(buf, incident->key);
    buf_printf(buf,
               " %s severity=%u opened=%" PRId64 " closed=%" PRId64 " by=%s updated=%" PRId64 " seq=%" PRIu64 " hash=%016" PRIx64
               " body=%016" PRIx64 " pages=%u%s%s%s%s \"%s\" \"%s\" \"%s\" \"%s\"\n",
               engine_text(engine, incident->source), incident->severity, incident->opened_usec, incident->closed_usec,
               engine_text(engine, incident->closed_by), incident->updated_usec, incident->first_seq, incident->dedup_hash,
               incident->body_hash, incident->last_page, incident->drill ? " drill" : "", incident->sensitive ? " sensitive" : "",
               incident->bundle ? " bundle" : "", incident->aborted ? " aborted" : "", incident_summary(incident),
               location ? location : "", callback ? callback : "", key ? key : "");
    if (incident->terms)
        add_terms(buf, engine, incident->terms);
    for (const struct callout *callout = incident->callouts; callout; callout = callout->next)
        add_callout(buf, engine, callout);
    for (const struct message *message = incident->messages; message; message = message->next)
        add_message(buf, engine, message);
}

void lines_add_incidents(struct buf *buf, const struct engine *engine)
{
    const struct incident *incident, **all = NULL;
    size_t n = 0;
    for (size_t cursor = 0; (incident = engine_next_incident(engine, &cursor));) {
        all = mem_realloc_array(all, n + 1, sizeof(*all));
        all[n++] = incident;
    }
    if (n)
        qsort(all, n, sizeof(*all), by_key);
    for (size_t i = 0; i < n; i++)
        lines_add_incident(buf, engine, all[i]);
    free(all);
    for (const struct drill *drill = engine_planned_drills(engine); drill; drill = drill->next)
        add_terms(buf, engine, drill);
}

void lines_add_state(struct buf *buf, const struct engine *engine)
{
    lines_add_incidents(buf, engine);
    buf_printf(buf, "seq=%" PRIu64 " open=%zu paging=%zu replies=%zu sent=%zu%s\n", engine_last_seq(engine),
               engine_open_incidents(engine), engine_paging_callouts(engine), engine->replies.n, engine->sent_ids.n,
               engine->degraded ? " degraded" : "");
}

static void add_word(struct buf *buf, const char *word, bool holds)
{
    if (holds)
        buf_printf(buf, " %s", word);
}

/* So long after the incident was opened. */
static void add_since(struct buf *buf, const char *name, const struct message_view *view, int64_t at_usec)
{
    buf_printf(buf, " %s +%dm", name, (int)((at_usec - view->opened_usec) / USEC_PER_MIN));
}

void lines_add_view(struct buf *buf, const struct message_view *view)
{
    bool nobody_has_it = view->purpose == PURPOSE_SOURCE_UNANSWERED || view->purpose == PURPOSE_SOURCE_RELEASED;
    buf_printf(buf, "message %s to %s about \"%s\"%s%s", purpose_name(view->purpose), view->to, view->summary,
               view->location ? " at " : "", view->location ? view->location : "");
    add_word(buf, "sensitive", view->sensitive);
    add_word(buf, "sharp", view->sharp);
    add_word(buf, "drill", view->drill);
    add_word(buf, "degraded", view->degraded);
    if (nobody_has_it)
        add_since(buf, "since", view, view->unheld_usec);
    if (view->role && view->at_usec != view->opened_usec)
        add_since(buf, "begun", view, view->at_usec);
    if (view->acknowledged_by)
        add_since(buf, "taken", view, view->acknowledged_usec);
    add_name(buf, "role", view->role);
    add_name(buf, "title", view->role_title);
    add_name(buf, "held-by", view->acknowledged_by);
    add_name(buf, "ring", view->acknowledged_by ? view->acknowledged_number : NULL);
    add_name(buf, "other", view->duty_other);
    add_name(buf, "gateway", view->gateway);
    add_name(buf, "reason", view->reason);
    add_name(buf, "missing", view->missing);
    buf_add_char(buf, '\n');
}

#include "api/api.h"

#include "api/json_writer.h"
#include "api/words.h"
#include "base/text.h"

static void add_numbered(struct buf *buf, const char *what, uint32_t number)
{
    buf_add_text(buf, what);
    buf_add_u64(buf, number);
}

/* "anna.berg" needs no word of who did it where the person did it alone: through no gateway but her own telephone's. */
static void add_answer(struct buf *buf, const struct record *record)
{
    if (record->eta_minutes > 0) {
        add_numbered(buf, "there in ", record->eta_minutes);
        buf_add_text(buf, " min");
    }
    if (record->actor && record->channel == 0 && (!record->person || strcmp(record->actor, record->person) != 0)) {
        buf_add_text(buf, buf->len > 0 ? ", by " : "by ");
        buf_add_text(buf, record->actor);
    }
    if (record->text) {
        buf_add_text(buf, buf->len > 0 ? ": " : "");
        words_add_masked_text(buf, record->text);
    }
}

static void add_step(struct buf *buf, const struct record *record)
{
    add_numbered(buf, "step ", record->step);
    if (record->text) {
        buf_add_text(buf, ": ");
        words_add_masked_text(buf, record->text);
    }
}

/* "until 2026-12-28T11:00:00.000Z, after anna.berg"; "nobody from ... until ..., 2 in all" */
static void add_duty(struct buf *buf, const struct record *record)
{
    bool gap = record->kind == RECORD_GAP_AHEAD;
    if (gap) {
        buf_add_text(buf, "nobody from ");
        text_add_rfc3339(buf, record->due_usec);
    }
    if (record->end_usec) {
        buf_add_text(buf, gap ? " until " : "until ");
        text_add_rfc3339(buf, record->end_usec);
    }
    if (record->other) {
        buf_add_text(buf, buf->len > 0 ? ", after " : "after ");
        buf_add_text(buf, record->other);
    }
    if (gap && record->count > 1) {
        add_numbered(buf, ", ", record->count);
        buf_add_text(buf, " in all");
    }
}

/* "3 of 5 have answered, not anna.berg, bo.ek" */
static void add_result(struct buf *buf, const struct record *record)
{
    add_numbered(buf, "", record->count);
    add_numbered(buf, " of ", record->total);
    buf_add_text(buf, " have answered");
    if (record->text) {
        buf_add_text(buf, ", not ");
        buf_add_text(buf, record->text);
    }
}

static void add_gateway_state(struct buf *buf, const struct record *record)
{
    static const char *const words[] = {
        [NEWS_CHECK_GOOD] = "the check got through", [NEWS_CHECK_FAILED] = "the check did not get through",
        [NEWS_BALANCE_LOW] = "the balance is low", [NEWS_BALANCE_GOOD] = "the balance is good again",
    };
    const char *word = record->news < N_ELEMENTS(words) ? words[record->news] : NULL;
    buf_add_text(buf, word ? word : "");
    if (record->text) {
        buf_add_text(buf, ": ");
        words_add_masked_text(buf, record->text);
    }
}

/* What the entry says beyond its fields; nothing added: nothing. Codes and tokens are no part of it, numbers are masked. */
static void add_text(struct buf *buf, const struct record *record)
{
    switch (record->kind) {
    case RECORD_OPENED:
    case RECORD_UPDATED:
    case RECORD_BUNDLED:
        buf_add_text(buf, record->summary ? record->summary : "");
        break;
    case RECORD_STEP_BEGUN:
    case RECORD_STEP_SKIPPED:
        add_step(buf, record);
        break;
    case RECORD_REPEAT_BEGUN:
        add_numbered(buf, "round ", record->round);
        break;
    case RECORD_PAGE_QUEUED:
        if (record->address)
            words_add_masked_address(buf, record->address);
        break;
    case RECORD_PAGE_FAILED:
        words_add_masked_text(buf, record->text ? record->text : "");
        break;
    case RECORD_NOTICE_SENT:
        buf_add_text(buf, record->purpose > 0 && record->purpose < PURPOSE_END ? purpose_name(record->purpose) : "");
        if (!record->person && record->address) {      /* a source's address is nobody's in particular */
            buf_add_text(buf, " to ");
            words_add_masked_address(buf, record->address);
        }
        break;
    case RECORD_ACKNOWLEDGED:
    case RECORD_DECLINED:
    case RECORD_RELEASED:
        add_answer(buf, record);
        break;
    case RECORD_NOTE:
        /* A text that somebody sent in may hold a code. */
        if (record->inbound != INBOUND_NONE)
            words_add_masked_text(buf, record->text ? record->text : "");
        else if (record->eta_minutes > 0)
            add_answer(buf, record);
        else
            buf_add_text(buf, record->text ? record->text : "");
        break;
    case RECORD_DRILL_RESULT:
        add_result(buf, record);
        break;
    case RECORD_DUTY_CHANGED:
    case RECORD_GAP_AHEAD:
        add_duty(buf, record);
        break;
    case RECORD_GATEWAY_STATE:
        add_gateway_state(buf, record);
        break;
    default:
        buf_add_text(buf, record->text ? record->text : "");
    }
}

static void add_page(struct json_writer *writer, const struct record *record)
{
    if (record->page == 0) {
        jw_null(writer, "page");
        return;
    }
    CLEANUP_BUF struct buf id = { 0 };
    page_add_id(&id, (struct page_ref){ .incident = record->incident, .number = record->page, .nonce = record->nonce });
    jw_text(writer, "page", buf_text(&id));
}

/* Fields that only some kinds have, and that a reader can do without. */
static void add_more(struct json_writer *writer, const struct record *record)
{
    if (record->actor)
        jw_text(writer, "actor", record->actor);
    if (record->source)
        jw_text(writer, "source", record->source);
    if (record->step > 0)
        jw_u64(writer, "step", record->step);
    if (record->round > 0)
        jw_u64(writer, "round", record->round);
    if (record->details && record->kind != RECORD_OPENED)
        jw_text(writer, "details", record->details);
    if (record->provider_id)
        jw_text(writer, "provider_id", record->provider_id);
    if (record->kind == RECORD_PAGE_FAILED)
        jw_bool(writer, "final", record->final);
    if (record->receipt)
        jw_text(writer, "receipt", record->receipt == RECEIPT_MISSING ? "missing" : "never");
    if (record->drill)
        jw_bool(writer, "drill", true);
}

void api_add_timeline_json(struct buf *buf, const struct record *record)
{
    const char *event = record_event_name(record->kind);
    CLEANUP_BUF struct buf text = { 0 };
    add_text(&text, record);
    struct json_writer writer = { .buf = buf };
    jw_open(&writer, NULL, '{');
    jw_u64(&writer, "seq", record->seq);
    jw_time(&writer, "at", record->at_usec);
    jw_text(&writer, "event", event ? event : "internal");
    jw_incident(&writer, "incident", record->incident);
    jw_text(&writer, "role", record->role);
    jw_text(&writer, "person", record->person);
    jw_text(&writer, "channel",
            record->channel > 0 && record->channel <= CHANNEL_COUNT ? channel_name(record->channel - 1) : NULL);
    jw_text(&writer, "gateway", record->gateway);
    add_page(&writer, record);
    jw_text_or_null(&writer, "text", buf_text(&text));
    add_more(&writer, record);
    jw_close(&writer, '}');
}

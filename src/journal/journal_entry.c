#include "journal/journal_entry.h"

#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "engine/ids.h"
#include "engine/plan.h"
#include "journal/journal_mask.h"
#include "message_ids.h"

enum { PRIORITY_CRIT = 2, PRIORITY_ERROR = 3, PRIORITY_WARNING = 4, PRIORITY_NOTICE = 5, PRIORITY_INFO = 6 };

int journal_entry_priority(const struct record *record)
{
    switch (record->kind) {
    case RECORD_DEGRADED:
        return PRIORITY_CRIT;
    case RECORD_STEP_SKIPPED:
        return PRIORITY_ERROR;
    case RECORD_PAGE_FAILED:
    case RECORD_RELOAD_REFUSED:
    case RECORD_GAP_AHEAD:
        return PRIORITY_WARNING;
    case RECORD_OPENED:
    case RECORD_ACKNOWLEDGED:
    case RECORD_RELEASED:
    case RECORD_CLOSED:
    case RECORD_RESTORED:
    case RECORD_DUTY_CHANGED:
        return PRIORITY_NOTICE;
    case RECORD_GATEWAY_STATE:
        return record->news == NEWS_CHECK_FAILED ? PRIORITY_ERROR
               : record->news == NEWS_BALANCE_LOW ? PRIORITY_WARNING : PRIORITY_INFO;
    default:
        return record->kind == RECORD_REPEAT_BEGUN && record->text ? PRIORITY_ERROR : PRIORITY_INFO;
    }
}

static const char *message_id(const char *event)
{
#define X(name, id) {name, id},
    static const struct { const char *event, *id; } ids[] = {MESSAGE_IDS(X)};
#undef X
    for (size_t i = 0; i < N_ELEMENTS(ids); i++)
        if (strcmp(ids[i].event, event) == 0)
            return ids[i].id;
    return NULL;
}

static void add_field(struct buf *fields, const char *name, const char *value)
{
    if (!value)
        return;
    buf_add_text(fields, name);
    buf_add_char(fields, '=');
    buf_add_text(fields, value);
    buf_add_char(fields, '\0');
}

static void add_number_field(struct buf *fields, const char *name, uint64_t number)
{
    buf_add_text(fields, name);
    buf_add_char(fields, '=');
    buf_add_u64(fields, number);
    buf_add_char(fields, '\0');
}

/* "2026-0042 TIB: " */
static void add_head(struct buf *buf, const struct record *record)
{
    size_t begin = buf->len;
    if (record->drill)
        buf_add_text(buf, "DRILL ");
    if (record->incident)
        incident_add_id(buf, record->incident);
    if (record->role) {
        buf_add_char(buf, ' ');
        buf_add_text(buf, record->role);
    }
    if (buf->len > begin)
        buf_add_text(buf, ": ");
}

static void add_after(struct buf *buf, const char *before, const char *text)
{
    if (!text || !*text)
        return;
    buf_add_text(buf, before);
    buf_add_text(buf, text);
}

/* What people and providers write may hold anything. */
static void add_words_after(struct buf *buf, const char *before, const char *text)
{
    if (!text || !*text)
        return;
    buf_add_text(buf, before);
    journal_mask_add_text(buf, text);
}

/* "page to anna.berg by sms (…605)" */
static void add_message_words(struct buf *buf, const struct record *record)
{
    bool page = record->purpose == PURPOSE_PAGE || record->purpose == 0;
    buf_add_text(buf, page ? "page" : "notice (");
    if (!page) {
        buf_add_text(buf, purpose_name(record->purpose));
        buf_add_char(buf, ')');
    }
    add_after(buf, " to ", record->person);
    if (record->channel)
        add_after(buf, " by ", channel_name(record->channel - 1));
    if (record->address) {
        buf_add_text(buf, " (");
        journal_mask_add_address(buf, record->address);
        buf_add_char(buf, ')');
    }
}

/* ": " and why, or what somebody wrote */
static void add_text(struct buf *buf, const struct record *record)
{
    add_words_after(buf, ": ", record->text);
}

static void add_step_words(struct buf *buf, const struct record *record)
{
    buf_add_u64(buf, record->step);
    buf_add_text(buf, record->kind == RECORD_STEP_BEGUN ? " begun" : " skipped");
    add_text(buf, record);
}

static void add_repeat_words(struct buf *buf, const struct record *record)
{
    buf_add_u64(buf, record->round);
    buf_add_text(buf, " begun");
    add_text(buf, record);
}

static void add_page_queued_words(struct buf *buf, const struct record *record)
{
    add_message_words(buf, record);
    buf_add_text(buf, " queued");
}

static void add_page_sent_words(struct buf *buf, const struct record *record)
{
    add_message_words(buf, record);
    add_after(buf, " taken by ", record->gateway);
}

static void add_page_delivered_words(struct buf *buf, const struct record *record)
{
    add_message_words(buf, record);
    if (record->channel == CHANNEL_VOICE + 1)
        buf_add_text(buf, " answered");
    else
        add_after(buf, " delivered, says ", record->gateway);
}

static void add_page_failed_words(struct buf *buf, const struct record *record)
{
    add_message_words(buf, record);
    add_after(buf, record->unanswered ? " not answered, says " : record->receipt == RECEIPT_MISSING ? " in doubt at "
              : " failed through ", record->gateway);
    add_text(buf, record);
    if (record->again)
        buf_add_text(buf, ". The next gateway gets it now");
    else if (record->final && !record->unanswered)
        buf_add_text(buf, ". No gateway is left to try now");
}

static void add_answer_words(struct buf *buf, const struct record *record)
{
    add_after(buf, " by ", record->person);
    if (record->channel)
        add_after(buf, ", answering by ", channel_name(record->channel - 1));
    else if (record->actor && (!record->person || strcmp(record->actor, record->person) != 0))
        add_after(buf, ", entered by ", record->actor);
}

static void add_note_words(struct buf *buf, const struct record *record)
{
    add_answer_words(buf, record);
    if (record->eta_minutes) {
        buf_add_text(buf, ": there in ");
        buf_add_u64(buf, record->eta_minutes);
        buf_add_text(buf, " min");
    }
    add_text(buf, record);
}

static void add_opened_words(struct buf *buf, const struct record *record)
{
    buf_add_text(buf, record->bundle ? " as a bundle" : "");
    add_after(buf, " by ", record->source);
    if (record->severity)
        add_after(buf, ", ", severity_name(record->severity - 1));
    add_words_after(buf, ": ", record->summary);
    add_words_after(buf, ", ", record->location);
}

static void add_update_words(struct buf *buf, const struct record *record)
{
    add_after(buf, " from ", record->source);
    add_words_after(buf, ": ", record->summary);
}

static void add_closed_words(struct buf *buf, const struct record *record)
{
    add_after(buf, " by ", record->actor);
    add_text(buf, record);
}

static void add_until(struct buf *buf, const struct record *record)
{
    if (!record->end_usec)
        return;
    buf_add_text(buf, " until ");
    text_add_rfc3339(buf, record->end_usec);
}

static void add_duty_words(struct buf *buf, const struct record *record)
{
    buf_add_text(buf, record->person ? "on duty is " : "NOBODY is on duty");
    add_after(buf, "", record->person);
    add_until(buf, record);
    add_after(buf, ", after ", record->other);
}

static void add_gap_words(struct buf *buf, const struct record *record)
{
    text_add_rfc3339(buf, record->due_usec);
    add_until(buf, record);
    if (record->count > 1) {
        buf_add_text(buf, ", and ");
        buf_add_u64(buf, record->count);
        buf_add_text(buf, " gaps in all");
    }
}

static void add_result_words(struct buf *buf, const struct record *record)
{
    buf_add_u64(buf, record->count);
    buf_add_text(buf, " of ");
    buf_add_u64(buf, record->total);
    buf_add_text(buf, " have answered");
    add_words_after(buf, ", not ", record->text);
}

static void add_held_back_words(struct buf *buf, const struct record *record)
{
    add_after(buf, ": ", record->person);
    add_words_after(buf, ", ", record->text);
}

/* "the check of elks did not get through: no receipt within 10m" */
static void add_gateway_words(struct buf *buf, const struct record *record)
{
    bool balance = record->news == NEWS_BALANCE_LOW || record->news == NEWS_BALANCE_GOOD;
    buf_add_text(buf, balance ? "the balance" : "the check");
    add_after(buf, " of ", record->gateway);
    if (balance)
        buf_add_text(buf, record->news == NEWS_BALANCE_LOW ? " is low" : " is good again");
    else
        buf_add_text(buf, record->news == NEWS_CHECK_FAILED ? " did not get through" : " got through");
    add_text(buf, record);
}

/* How each kind begins, and what adds the rest. Kinds that only the program sees have neither. */
static const struct {
    const char *beginning;
    void (*add)(struct buf *buf, const struct record *record);
} words[RECORD_KIND_END] = {
    [RECORD_OPENED] = {"opened", add_opened_words},
    [RECORD_UPDATED] = {"updated", add_update_words},
    [RECORD_BUNDLED] = {"joined by another", add_update_words},
    [RECORD_CALLOUT_STARTED] = {"call-out started", NULL},
    [RECORD_STEP_BEGUN] = {"step ", add_step_words},
    [RECORD_STEP_SKIPPED] = {"step ", add_step_words},
    [RECORD_PAGE_QUEUED] = {"", add_page_queued_words},
    [RECORD_PAGE_SENT] = {"", add_page_sent_words},
    [RECORD_PAGE_DELIVERED] = {"", add_page_delivered_words},
    [RECORD_PAGE_FAILED] = {"", add_page_failed_words},
    [RECORD_ACKNOWLEDGED] = {"acknowledged", add_answer_words},
    [RECORD_DECLINED] = {"declined", add_answer_words},
    [RECORD_RELEASED] = {"released", add_answer_words},
    [RECORD_CALLOUT_CANCELLED] = {"call-out cancelled", add_text},
    [RECORD_REPEAT_BEGUN] = {"repeat ", add_repeat_words},
    [RECORD_NOTICE_SENT] = {"", add_page_sent_words},
    [RECORD_NOTE] = {"note", add_note_words},
    [RECORD_CLOSED] = {"closed", add_closed_words},
    [RECORD_RELOADED] = {"configuration reloaded", NULL},
    [RECORD_RELOAD_REFUSED] = {"configuration refused, the old one stays in force", add_text},
    [RECORD_DEGRADED] = {"degraded: paging from memory", add_text},
    [RECORD_RESTORED] = {"restored: the log is written again", NULL},
    [RECORD_DUTY_CHANGED] = {"", add_duty_words},
    [RECORD_GAP_AHEAD] = {"NOBODY is on duty from ", add_gap_words},
    [RECORD_GATEWAY_STATE] = {"", add_gateway_words},
    [RECORD_DRILL_RESULT] = {"result: ", add_result_words},
    [RECORD_DRILL_HELD_BACK] = {"not paged", add_held_back_words},
};

static void add_message_field(struct buf *fields, const struct record *record)
{
    buf_add_text(fields, "MESSAGE=");
    add_head(fields, record);
    buf_add_text(fields, words[record->kind].beginning);
    if (words[record->kind].add)
        words[record->kind].add(fields, record);
    buf_add_char(fields, '\0');
}

static void add_id_fields(struct buf *fields, const struct record *record)
{
    if (record->incident) {
        buf_add_text(fields, "BEREDD_INCIDENT=");
        incident_add_id(fields, record->incident);
        buf_add_char(fields, '\0');
    }
    if (record->page) {
        buf_add_text(fields, "BEREDD_PAGE=");
        page_add_id(fields, (struct page_ref){record->incident, record->page, record->nonce});
        buf_add_char(fields, '\0');
    }
}

bool journal_entry_add(struct buf *fields, const struct record *record, const char *log_head)
{
    const char *event = record_event_name(record->kind);
    if (!event)
        return false;
    add_message_field(fields, record);
    add_number_field(fields, "PRIORITY", (uint64_t)journal_entry_priority(record));
    add_field(fields, "SYSLOG_IDENTIFIER", "beredd");
    add_field(fields, "MESSAGE_ID", message_id(event));
    add_field(fields, "BEREDD_EVENT", event);
    add_id_fields(fields, record);
    add_field(fields, "BEREDD_ROLE", record->role);
    add_field(fields, "BEREDD_PERSON", record->person);
    add_field(fields, "BEREDD_CHANNEL", record->channel ? channel_name(record->channel - 1) : NULL);
    add_field(fields, "BEREDD_GATEWAY", record->gateway);
    add_field(fields, "BEREDD_PROVIDER_ID", record->provider_id);
    if (record->step)
        add_number_field(fields, "BEREDD_STEP", record->step);
    add_field(fields, "BEREDD_SOURCE", record->source);
    add_number_field(fields, "BEREDD_DRILL", record->drill);
    add_number_field(fields, "BEREDD_SEQ", record->seq);
    add_field(fields, "BEREDD_LOG_HEAD", log_head);
    return true;
}

void journal_entry_add_log(struct buf *fields, int priority, const char *message)
{
    add_field(fields, "MESSAGE", message);
    add_number_field(fields, "PRIORITY", (uint64_t)priority);
    add_field(fields, "SYSLOG_IDENTIFIER", "beredd");
}

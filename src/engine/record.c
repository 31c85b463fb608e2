#include "engine/record.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"

/* Every field of a payload: its tag on disk, its type, its place in the struct. Tags are never reused. */
enum field_type { FIELD_TEXT, FIELD_U64, FIELD_I64, FIELD_U32, FIELD_U8, FIELD_BOOL, FIELD_TOKEN };

struct field {
    uint8_t tag;
    uint8_t type;
    uint16_t offset;
};

/* By tag: a number that is not in use stays empty. */
#define FIELD(tag, type, member) [(tag) - 1] = {tag, type, offsetof(struct record, member)}

static const struct field fields[] = {
    FIELD(1, FIELD_TEXT, source),       FIELD(2, FIELD_TEXT, role),         FIELD(3, FIELD_TEXT, person),
    FIELD(4, FIELD_TEXT, actor),        FIELD(5, FIELD_TEXT, gateway),      FIELD(6, FIELD_TEXT, address),
    FIELD(7, FIELD_TEXT, summary),      FIELD(8, FIELD_TEXT, details),      FIELD(9, FIELD_TEXT, location),
    FIELD(10, FIELD_TEXT, callback),    FIELD(11, FIELD_TEXT, talkgroup),   FIELD(12, FIELD_TEXT, dedup_key),
    FIELD(13, FIELD_TEXT, idempotency_key), FIELD(14, FIELD_TEXT, text),    FIELD(15, FIELD_TEXT, provider_id),
    FIELD(16, FIELD_U64, body_hash),    FIELD(17, FIELD_I64, due_usec),     FIELD(18, FIELD_I64, delay_usec),
    FIELD(19, FIELD_U32, callout),      FIELD(20, FIELD_U32, page),         FIELD(21, FIELD_U32, nonce),
    FIELD(22, FIELD_U32, step),         FIELD(23, FIELD_U32, round),        FIELD(24, FIELD_U32, code),
    FIELD(25, FIELD_U32, eta_minutes),  FIELD(26, FIELD_U32, count),        FIELD(27, FIELD_U8, severity),
    FIELD(28, FIELD_U8, channel),       FIELD(29, FIELD_U8, purpose),       FIELD(30, FIELD_U8, inbound),
    FIELD(31, FIELD_BOOL, drill),       FIELD(32, FIELD_BOOL, sensitive),   FIELD(33, FIELD_BOOL, bundle),
    FIELD(34, FIELD_BOOL, on_group),    FIELD(35, FIELD_BOOL, final),       FIELD(36, FIELD_TOKEN, token),
    FIELD(37, FIELD_I64, end_usec),     FIELD(38, FIELD_TEXT, other),       FIELD(39, FIELD_U8, receipt),
    FIELD(40, FIELD_BOOL, again),       FIELD(41, FIELD_TEXT, reply_id),    FIELD(43, FIELD_BOOL, unanswered),
    FIELD(44, FIELD_U8, news),
    FIELD(49, FIELD_TEXT, targets),     FIELD(50, FIELD_TEXT, without),     FIELD(51, FIELD_TEXT, schedule),
    FIELD(52, FIELD_BOOL, wait_for_all), FIELD(53, FIELD_BOOL, dry_run),    FIELD(54, FIELD_BOOL, on_person),
    FIELD(55, FIELD_I64, limit_usec),   FIELD(56, FIELD_U32, total),
    FIELD(59, FIELD_U64, definition),
    FIELD(60, FIELD_U32, telling),
};

static const char *const event_names[RECORD_KIND_END] = {
    [RECORD_OPENED] = "opened",
    [RECORD_UPDATED] = "updated",
    [RECORD_BUNDLED] = "bundled",
    [RECORD_CALLOUT_STARTED] = "callout-started",
    [RECORD_STEP_BEGUN] = "step-begun",
    [RECORD_STEP_SKIPPED] = "step-skipped",
    [RECORD_PAGE_QUEUED] = "page-queued",
    [RECORD_PAGE_SENT] = "page-sent",
    [RECORD_PAGE_DELIVERED] = "page-delivered",
    [RECORD_PAGE_FAILED] = "page-failed",
    [RECORD_ACKNOWLEDGED] = "acknowledged",
    [RECORD_DECLINED] = "declined",
    [RECORD_RELEASED] = "released",
    [RECORD_CALLOUT_CANCELLED] = "callout-cancelled",
    [RECORD_REPEAT_BEGUN] = "repeat-begun",
    [RECORD_NOTICE_SENT] = "notice-sent",
    [RECORD_NOTE] = "note",
    [RECORD_CLOSED] = "closed",
    [RECORD_RELOADED] = "reloaded",
    [RECORD_RELOAD_REFUSED] = "reload-refused",
    [RECORD_DEGRADED] = "degraded",
    [RECORD_RESTORED] = "restored",
    [RECORD_DUTY_CHANGED] = "duty-changed",
    [RECORD_GAP_AHEAD] = "gap-ahead",
    [RECORD_DRILL_RESULT] = "note",
    [RECORD_DRILL_HELD_BACK] = "note",
    [RECORD_GATEWAY_STATE] = "gateway-state",
};

static const char *const purpose_names[PURPOSE_END] = {
    [PURPOSE_PAGE] = "page",
    [PURPOSE_CONFIRMATION] = "confirmation",
    [PURPOSE_TAKEN] = "taken",
    [PURPOSE_UPDATE] = "update",
    [PURPOSE_WITHDRAWN] = "withdrawn",
    [PURPOSE_DRILL_END] = "drill-end",
    [PURPOSE_NOT_UNDERSTOOD] = "not-understood",
    [PURPOSE_CODE_LOCKED] = "code-locked",
    [PURPOSE_GATEWAY_TEST] = "gateway-test",
    [PURPOSE_DEGRADED] = "degraded",
    [PURPOSE_RESTORED] = "restored",
    [PURPOSE_UNREACHED] = "unreached",
    [PURPOSE_ON_DUTY] = "on-duty",
    [PURPOSE_OFF_DUTY] = "off-duty",
    [PURPOSE_GAP] = "gap",
    [PURPOSE_CHECK] = "check",
    [PURPOSE_CHECK_FAILED] = "check-failed",
    [PURPOSE_GATEWAY_NEWS] = "gateway-news",
    [PURPOSE_SOURCE_TAKEN] = "source-taken",
    [PURPOSE_SOURCE_UNANSWERED] = "source-unanswered",
    [PURPOSE_SOURCE_RELEASED] = "source-released",
    [PURPOSE_DRILL_ABORTED] = "drill-aborted",
    [PURPOSE_DRILL_MISSED] = "drill-missed",
    [PURPOSE_DRILL_OVERDUE] = "drill-overdue",
    [PURPOSE_DRILL_RESULT] = "drill-result",
};

const char *record_event_name(enum record_kind kind)
{
    return (size_t)kind < N_ELEMENTS(event_names) ? event_names[kind] : NULL;
}

const char *purpose_name(enum purpose purpose)
{
    const char *name = (size_t)purpose < N_ELEMENTS(purpose_names) ? purpose_names[purpose] : NULL;
    return name ? name : "message";
}

bool purpose_known(unsigned purpose)
{
    return purpose < N_ELEMENTS(purpose_names) && purpose_names[purpose];
}

static void add_varint(struct buf *buf, uint64_t number)
{
    while (number >= 0x80) {
        buf_add_char(buf, (char)(number | 0x80));
        number >>= 7;
    }
    buf_add_char(buf, (char)number);
}

static unsigned varint_len(uint64_t number)
{
    unsigned len = 1;
    for (; number >= 0x80; number >>= 7)
        len++;
    return len;
}

static void add_number(struct buf *buf, uint8_t tag, uint64_t number)
{
    if (number == 0)
        return;
    buf_add_char(buf, (char)tag);
    buf_add_char(buf, (char)varint_len(number));
    add_varint(buf, number);
}

static void add_bytes(struct buf *buf, uint8_t tag, const void *bytes, size_t len)
{
    buf_add_char(buf, (char)tag);
    add_varint(buf, len);
    buf_add(buf, bytes, len);
}

static void encode_field(struct buf *buf, const struct record *record, const struct field *field)
{
    const char *place = (const char *)record + field->offset;
    const char *text;
    switch ((enum field_type)field->type) {
    case FIELD_TEXT:
        memcpy(&text, place, sizeof(text));
        if (text)
            add_bytes(buf, field->tag, text, strlen(text) + 1);
        break;
    case FIELD_U64:
    case FIELD_I64:
        add_number(buf, field->tag, *(const uint64_t *)(const void *)place);
        break;
    case FIELD_U32:
        add_number(buf, field->tag, *(const uint32_t *)(const void *)place);
        break;
    case FIELD_U8:
        add_number(buf, field->tag, *(const uint8_t *)place);
        break;
    case FIELD_BOOL:
        add_number(buf, field->tag, *(const bool *)(const void *)place);
        break;
    case FIELD_TOKEN:
        if (record->has_token)
            add_bytes(buf, field->tag, place, TOKEN_BYTES);
        break;
    }
}

void record_encode(const struct record *record, struct buf *buf)
{
    for (size_t i = 0; i < N_ELEMENTS(fields); i++)
        if (fields[i].tag)
            encode_field(buf, record, &fields[i]);
}

struct reader {
    const uint8_t *at, *end;
};

static bool read_varint(struct reader *reader, uint64_t *ret)
{
    uint64_t number = 0;
    for (unsigned shift = 0;; shift += 7) {
        if (reader->at == reader->end)
            return false;
        uint8_t byte = *reader->at++;
        if (shift == 63 && byte > 1)       /* it would go on after its tenth byte, or above 64 bits */
            return false;
        number |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80)) {
            *ret = number;
            return true;
        }
    }
}

/* No tag is 0. */
static const struct field *field_of_tag(uint8_t tag)
{
    return tag <= N_ELEMENTS(fields) && fields[tag - 1].tag ? &fields[tag - 1] : NULL;
}

static bool read_number(struct reader value, uint64_t max, uint64_t *ret)
{
    return read_varint(&value, ret) && value.at == value.end && *ret <= max;
}

static bool decode_number(const struct field *field, struct reader value, char *place)
{
    static const uint64_t max[] = {
        [FIELD_U64] = UINT64_MAX, [FIELD_I64] = UINT64_MAX, [FIELD_U32] = UINT32_MAX, [FIELD_U8] = UINT8_MAX, [FIELD_BOOL] = 1,
    };
    uint64_t number;
    if (!read_number(value, max[field->type], &number))
        return false;
    if (field->type == FIELD_U64 || field->type == FIELD_I64)
        *(uint64_t *)(void *)place = number;
    else if (field->type == FIELD_U32)
        *(uint32_t *)(void *)place = (uint32_t)number;
    else
        *(uint8_t *)place = (uint8_t)number;
    return true;
}

static bool decode_field(const struct field *field, struct reader value, struct record *ret)
{
    char *place = (char *)ret + field->offset;
    size_t len = (size_t)(value.end - value.at);
    if (field->type == FIELD_TEXT) {
        const char *text = (const char *)value.at;
        if (len == 0 || memchr(text, '\0', len) != text + len - 1)
            return false;
        memcpy(place, &text, sizeof(text));
        return true;
    }
    if (field->type == FIELD_TOKEN) {
        if (len != TOKEN_BYTES)
            return false;
        memcpy(place, value.at, TOKEN_BYTES);
        ret->has_token = true;
        return true;
    }
    return decode_number(field, value, place);
}

enum err record_decode(const void *payload, size_t len, struct record_columns columns, struct record *ret)
{
    _Static_assert(sizeof(bool) == 1, "bools are written as bytes");
    *ret = (struct record){.kind = columns.kind, .seq = columns.seq, .at_usec = columns.at_usec, .incident = columns.incident};
    if (!payload)
        return ERR_CORRUPT;
    struct reader reader = {payload, (const uint8_t *)payload + len};
    while (reader.at < reader.end) {
        uint8_t tag = *reader.at++;
        uint64_t value_len;
        if (tag == 0 || !read_varint(&reader, &value_len) || value_len > (uint64_t)(reader.end - reader.at))
            return ERR_CORRUPT;
        struct reader value = {reader.at, reader.at + value_len};
        const struct field *field = field_of_tag(tag);
        if (field && !decode_field(field, value, ret))
            return ERR_CORRUPT;
        reader.at = value.end;
    }
    return ERR_OK;
}

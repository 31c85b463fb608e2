#include "gateways/message_template.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

static const char *const names[VALUE_COUNT] = {
    [VALUE_ALARM] = "alarm",
    [VALUE_MARK] = "mark",
    [VALUE_ROLE] = "role",
    [VALUE_TITLE] = "title",
    [VALUE_ORGANISATION] = "organisation",
    [VALUE_AT] = "at",
    [VALUE_ACKNOWLEDGED] = "acknowledged",
    [VALUE_UPDATED] = "updated",
    [VALUE_CLOSED] = "closed",
    [VALUE_CLOCK] = "clock",
    [VALUE_WHAT] = "what",
    [VALUE_CALLBACK] = "callback",
    [VALUE_CODE] = "code",
    [VALUE_LINK] = "link",
    [VALUE_USE_LINK] = "use-link",
    [VALUE_ID] = "id",
    [VALUE_BY] = "by",
    [VALUE_NUMBER] = "number",
    [VALUE_SINCE] = "since",
    [VALUE_COUNT_UPDATES] = "count",
    [VALUE_GATEWAY] = "gateway",
    [VALUE_REASON] = "reason",
    [VALUE_FROM] = "from",
    [VALUE_UNTIL] = "until",
    [VALUE_OTHER] = "other",
    [VALUE_DRILL] = "drill",
};

void message_values_done(struct message_values *values)
{
    for (size_t i = 0; i < VALUE_COUNT; i++)
        buf_done(&values->value[i]);
}

static const struct buf *value_named(const struct message_values *values, const char *name, size_t len)
{
    for (size_t i = 0; i < VALUE_COUNT; i++) {
        if (strlen(names[i]) == len && memcmp(names[i], name, len) == 0)
            return &values->value[i];
    }
    assert(false);                   /* templates are our own */
    return NULL;
}

static bool ends_a_sentence(const struct buf *buf)
{
    return buf->len > 0 && strchr(".!?", buf->data[buf->len - 1]);
}

void message_template_add(struct buf *buf, const char *template, const struct message_values *values)
{
    size_t group_start = 0;
    bool group_empty = false;
    for (const char *at = template; *at; at++) {
        if (*at == '[') {
            group_start = buf->len;
            group_empty = false;
        } else if (*at == ']') {
            if (group_empty)
                buf_cut(buf, group_start);
        } else if (*at == '{') {
            size_t len = strcspn(at + 1, "}");
            const struct buf *value = value_named(values, at + 1, len);
            group_empty = group_empty || value->len == 0;
            buf_add(buf, buf_text(value), value->len);
            at += len + 1;
        } else if (*at != '.') {
            size_t len = strcspn(at, "[]{.");
            buf_add(buf, at, len);
            at += len - 1;
        } else if (!ends_a_sentence(buf)) {
            buf_add_char(buf, '.');
        }
    }
}

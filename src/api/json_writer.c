#include "api/json_writer.h"

#include <string.h>

#include "base/text.h"
#include "engine/ids.h"

static void begin_value(struct json_writer *writer, const char *key)
{
    if (writer->comma)
        buf_add_char(writer->buf, ',');
    writer->comma = true;
    if (!key)
        return;
    buf_add_char(writer->buf, '"');
    buf_add_text(writer->buf, key);
    buf_add(writer->buf, "\":", 2);
}

void jw_open(struct json_writer *writer, const char *key, char bracket)
{
    begin_value(writer, key);
    buf_add_char(writer->buf, bracket);
    writer->comma = false;
}

void jw_close(struct json_writer *writer, char bracket)
{
    buf_add_char(writer->buf, bracket);
    writer->comma = true;
}

static void add_escape(struct buf *buf, unsigned char c)
{
    static const char digits[] = "0123456789abcdef";
    switch (c) {
    case '"': buf_add(buf, "\\\"", 2); return;
    case '\\': buf_add(buf, "\\\\", 2); return;
    case '\n': buf_add(buf, "\\n", 2); return;
    case '\r': buf_add(buf, "\\r", 2); return;
    case '\t': buf_add(buf, "\\t", 2); return;
    default:
        buf_add(buf, "\\u00", 4);
        buf_add_char(buf, digits[c >> 4]);
        buf_add_char(buf, digits[c & 15]);
    }
}

/* Runs without anything to escape, which is nearly all text, are added whole. */
static void add_escaped(struct buf *buf, const char *text, size_t len)
{
    size_t begin = 0;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7f)
            continue;
        buf_add(buf, text + begin, i - begin);
        add_escape(buf, c);
        begin = i + 1;
    }
    buf_add(buf, text + begin, len - begin);
}

static void add_repaired(struct buf *buf, const char *text, size_t len)
{
    CLEANUP_BUF struct buf repaired = { 0 };
    for (size_t i = 0; i < len;)
        text_utf8_add(&repaired, text_utf8_next(text, len, &i));
    add_escaped(buf, buf_text(&repaired), repaired.len);
}

void jw_text(struct json_writer *writer, const char *key, const char *text)
{
    if (!text) {
        jw_null(writer, key);
        return;
    }
    begin_value(writer, key);
    buf_add_char(writer->buf, '"');
    size_t len = strlen(text);
    if (text_utf8_valid(text, len))
        add_escaped(writer->buf, text, len);
    else
        add_repaired(writer->buf, text, len);
    buf_add_char(writer->buf, '"');
}

void jw_text_or_null(struct json_writer *writer, const char *key, const char *text)
{
    jw_text(writer, key, text && *text ? text : NULL);
}

void jw_u64(struct json_writer *writer, const char *key, uint64_t number)
{
    begin_value(writer, key);
    buf_add_u64(writer->buf, number);
}

void jw_bool(struct json_writer *writer, const char *key, bool value)
{
    begin_value(writer, key);
    buf_add_text(writer->buf, value ? "true" : "false");
}

void jw_null(struct json_writer *writer, const char *key)
{
    begin_value(writer, key);
    buf_add(writer->buf, "null", 4);
}

void jw_time(struct json_writer *writer, const char *key, int64_t wall_usec)
{
    if (wall_usec == 0) {
        jw_null(writer, key);
        return;
    }
    begin_value(writer, key);
    buf_add_char(writer->buf, '"');
    text_add_rfc3339(writer->buf, wall_usec);
    buf_add_char(writer->buf, '"');
}

void jw_incident(struct json_writer *writer, const char *key, uint64_t incident)
{
    if (incident == 0) {
        jw_null(writer, key);
        return;
    }
    begin_value(writer, key);
    buf_add_char(writer->buf, '"');
    incident_add_id(writer->buf, incident);
    buf_add_char(writer->buf, '"');
}

void jw_raw(struct json_writer *writer, const char *key, const struct buf *json)
{
    begin_value(writer, key);
    buf_add(writer->buf, buf_text(json), json->len);
}

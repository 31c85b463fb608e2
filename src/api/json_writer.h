/* JSON out, on the way that every trigger goes: commas, escapes and nulls by themselves, straight into a buf. It checks no
 * grammar; what it is called in the order of is what comes out. */
#ifndef API_JSON_WRITER_H
#define API_JSON_WRITER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

struct json_writer {
    struct buf *buf;
    bool comma;              /* the next value stands behind another */
};

/* A key of NULL: the value stands in an array, or alone. Keys are literals of ours and not escaped. */
void jw_open(struct json_writer *writer, const char *key, char bracket);     /* '{' or '[' */
void jw_close(struct json_writer *writer, char bracket);                     /* '}' or ']' */
void jw_text(struct json_writer *writer, const char *key,
             const char *text); /* NULL: null. Bytes that are no UTF-8 become U+FFFD */
void jw_text_or_null(struct json_writer *writer, const char *key, const char *text);   /* "" is null, too */
void jw_u64(struct json_writer *writer, const char *key, uint64_t number);
void jw_bool(struct json_writer *writer, const char *key, bool value);
void jw_null(struct json_writer *writer, const char *key);
void jw_time(struct json_writer *writer, const char *key, int64_t wall_usec);     /* RFC 3339 in UTC with milliseconds; 0: null */
void jw_incident(struct json_writer *writer, const char *key, uint64_t incident); /* its id; 0: null */
void jw_raw(struct json_writer *writer, const char *key, const struct buf *json); /* JSON that stands already */

#endif

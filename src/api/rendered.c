#include "api/rendered.h"

#include <assert.h>
#include <string.h>

#include "base/text.h"

enum { BODY_BYTES_USUAL = 600 };     /* an incident with one call-out: room for it is made once */

void rendered_done(struct rendered *rendered)
{
    buf_done(&rendered->body);
    buf_done(&rendered->location);
    memset(rendered, 0, sizeof *rendered);
}

struct json_writer rendered_begin(struct rendered *rendered, int status)
{
    rendered_done(rendered);
    rendered->status = status;
    struct json_writer writer = { .buf = &rendered->body };
    buf_reserve(&rendered->body, BODY_BYTES_USUAL);
    jw_open(&writer, NULL, '{');
    return writer;
}

void rendered_end(struct json_writer *writer)
{
    jw_close(writer, '}');
    buf_add_char(writer->buf, '\n');
}

static struct json_writer begin_error(struct rendered *rendered, int status, const char *field, const char *format, va_list args)
{
    assert(status >= 400);
    CLEANUP_BUF struct buf message = { 0 };
    buf_vprintf(&message, format, args);
    struct json_writer writer = rendered_begin(rendered, status);
    jw_text(&writer, "error", buf_text(&message));
    if (field && *field)
        jw_text(&writer, "field", field);
    return writer;
}

struct json_writer rendered_begin_error(struct rendered *rendered, int status, const char *field, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct json_writer writer = begin_error(rendered, status, field, format, args);
    va_end(args);
    return writer;
}

void rendered_error(struct rendered *rendered, int status, const char *field, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct json_writer writer = begin_error(rendered, status, field, format, args);
    va_end(args);
    rendered_end(&writer);
    if (status == 503)
        rendered->retry_after = "5";
}

void rendered_unsaved(struct rendered *rendered, const char *key, const char *message)
{
    CLEANUP_BUF struct buf done = rendered->body;
    rendered->body = (struct buf){ 0 };
    struct json_writer writer = rendered_begin_error(rendered, 503, NULL, "%s", message);
    while (done.len > 0 && done.data[done.len - 1] == '\n')
        buf_cut(&done, done.len - 1);
    if (done.len > 0)
        jw_raw(&writer, key, &done);
    rendered_end(&writer);
    rendered->retry_after = "60";
}

void rendered_send(struct rendered *rendered, struct http_exchange *exchange)
{
    assert(rendered->status != 0);
    struct http_response response = {
        .status = rendered->status,
        .content_type = rendered->content_type ? rendered->content_type : "application/json",
        .body = buf_text(&rendered->body),
        .body_len = rendered->body.len,
        .location = rendered->location.len > 0 ? buf_text(&rendered->location) : NULL,
        .allow = rendered->allow,
        .retry_after = rendered->retry_after,
        .no_store = true,
    };
    http_reply(exchange, &response);
    rendered_done(rendered);
}

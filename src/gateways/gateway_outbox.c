/* For trying things out: each message becomes a line of JSON at the end of a file. It runs inline, so a disk that hangs would
 * hold up the loop; nobody should depend on it for real alarms. */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "gateways/gateway.h"

struct outbox_way {
    char *path;
    bool private;                    /* for its owner alone */
    bool torn;                       /* the last line was cut short: begin a new one */
};

static void outbox_close(void *own)
{
    struct outbox_way *way = own;
    if (!way)
        return;
    free(way->path);
    free(way);
}

static enum err outbox_open(const struct gateway *config, void **ret, struct buf *ret_reason)
{
    if (!config->outbox_path) {
        buf_add_text(ret_reason, "the gateway has no 'file'");
        return ERR_SYNTAX;
    }
    struct outbox_way *way = NEW(struct outbox_way);
    way->path = gateway_copy(config->outbox_path);
    way->private = config->outbox_private;
    *ret = way;
    return ERR_OK;
}

static void add_line(struct buf *line, const struct gateway_message *message)
{
    const struct message_view *view = message->view;
    CLEANUP_BUF struct buf at = { 0 };
    text_add_rfc3339(&at, message->wall_usec);
    const struct buf *subject = &message->text->subject;
    json_t *json = json_pack("{s:s, s:s, s:s, s:s, s:s%, s:o, s:s, s:b, s:s*}",
                             "page", message->page,
                             "to", view->to,
                             "person", view->person_id ? view->person_id : "",
                             "channel", channel_name(view->channel),
                             "text", buf_text(&message->text->text), message->text->text.len,
                             "subject", subject->len > 0 ? json_string(buf_text(subject)) : json_null(),
                             "at", buf_text(&at),
                             "drill", view->drill,
                             "in_place_of", message->in_place_of);
    char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
    if (text) {
        buf_add_text(line, text);
        buf_add_char(line, '\n');
    }
    free(text);
    json_decref(json);
}

/* One write at the end of the file, so that lines of several writers stay whole. O_NONBLOCK: a named pipe that nobody reads
 * must not stop the loop. */
static int append(struct outbox_way *way, struct buf *line)
{
    int fd = open(way->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, way->private ? 0600 : 0640);
    if (fd < 0)
        return errno;
    ssize_t written = write(fd, buf_text(line), line->len);
    int error = written < 0 ? errno : (size_t)written < line->len ? ENOSPC : 0;
    if (written > 0)
        way->torn = error != 0;
    close(fd);
    return error;
}

static void outbox_start(void *own, struct http_client *client, const struct gateway_message *message,
                         struct gateway_attempt *attempt)
{
    (void)client;
    struct outbox_way *way = own;
    CLEANUP_BUF struct buf line = { 0 };
    if (way->torn)
        buf_add_char(&line, '\n');
    size_t start = line.len;
    add_line(&line, message);
    if (line.len == start) {
        gateway_end_failed(attempt, "the message cannot be written as JSON");
        return;
    }
    int error = append(way, &line);
    if (error)
        gateway_end_failed(attempt, strerror(error));
    else
        gateway_end(attempt, &(struct gateway_result){ .accepted = true });
}

const struct gateway_kind gateway_outbox_kind = { .open = outbox_open, .close = outbox_close, .start = outbox_start };

/* GET /v1/events: every record as it is committed, from a point in the past if one is asked for. A client that catches up
 * reads the store in pieces while what is committed meanwhile waits beside it; neither a gap nor a double comes of the change. */
#include "api/api_private.h"

#include <string.h>

#include "base/text.h"

enum { PIECE = 250, PIECE_BYTES_MAX = 256 * 1024, WAITING_BYTES_MAX = 256 * 1024, EMPTY_READS_MAX = 3 };

struct event_client {
    struct event_client *next, **link;
    struct api *api;
    struct http_stream *stream;      /* NULL: gone, and a read of the store has still to come back */
    uint64_t last_seq;               /* seen by this client, or older than what it wants */
    bool catching_up;
    bool follow;                     /* goes on when it has caught up */
    bool reading;
    struct buf waiting;              /* committed while catching up, rendered; up to waiting_last */
    uint64_t waiting_last;
    bool overflow;                   /* more than fits: the store has it, and is read again */
    unsigned empty_reads;
};

static void render(struct buf *buf, const struct record *record)
{
    buf_add_text(buf, "id: ");
    buf_add_u64(buf, record->seq);
    buf_add_text(buf, "\nevent: ");
    buf_add_text(buf, record_event_name(record->kind));
    buf_add_text(buf, "\ndata: ");
    api_add_timeline_json(buf, record);
    buf_add_text(buf, "\n\n");
}

static void client_free(struct event_client *client)
{
    *client->link = client->next;
    if (client->next)
        client->next->link = client->link;
    buf_done(&client->waiting);
    free(client);
}

static void on_closed(void *userdata)
{
    struct event_client *client = userdata;
    client->stream = NULL;
    if (!client->reading)
        client_free(client);
}

/* ---- catching up ---- */

static void on_piece(void *userdata, enum err err, const struct store_record *records, size_t n);

static void read_piece(struct event_client *client)
{
    client->reading = true;
    struct store_range range = { .after_seq = client->last_seq };
    store_read(client->api->store, range, PIECE, on_piece, client);
}

/* Sends them, or as many as are not too much at once; true: something was sent. The rest is read again. */
static bool send_piece(struct event_client *client, const struct store_record *records, size_t *n)
{
    CLEANUP_BUF struct buf text = { 0 };
    size_t i = 0;
    for (; i < *n && text.len < PIECE_BYTES_MAX; i++) {
        struct record record;
        const struct store_record *stored = &records[i];
        client->last_seq = stored->seq;
        if (record_event_name((enum record_kind)stored->kind) &&
            record_decode(stored->payload, stored->payload_len, RECORD_COLUMNS(stored), &record) == ERR_OK)
            render(&text, &record);
    }
    if (i < *n)
        *n = PIECE;
    if (text.len > 0)
        http_stream_send(client->stream, buf_text(&text), text.len);
    return text.len > 0;
}

/* The end of the store was reached. What waits goes on from there; the part of it that the store has told of already is left
 * out. */
static void send_waiting(struct event_client *client)
{
    const char *at = buf_text(&client->waiting);
    while (*at) {
        uint64_t seq = strtoull(at + strlen("id: "), NULL, 10);
        if (seq > client->last_seq)
            break;
        const char *end = strstr(at, "\n\n");
        at = end + 2;
    }
    size_t sent = (size_t)(at - buf_text(&client->waiting));
    if (sent < client->waiting.len)
        http_stream_send(client->stream, at, client->waiting.len - sent);
    if (client->waiting_last > client->last_seq)
        client->last_seq = client->waiting_last;
    buf_done(&client->waiting);
}

/* Whether the store has to be asked once more: it had a full piece, or what waited beside it was too much to keep. A log that
 * holds back what was announced (it should not) is not asked for ever. */
static bool wants_more(struct event_client *client, size_t n)
{
    if (n == PIECE)
        return true;
    if (!client->overflow || client->waiting_last <= client->last_seq)
        return false;
    buf_done(&client->waiting);
    client->overflow = false;
    client->empty_reads = n == 0 ? client->empty_reads + 1 : 0;
    return client->empty_reads < EMPTY_READS_MAX;
}

static void on_drained(void *userdata)
{
    read_piece(userdata);
}

/* At the pace of the peer: the next piece when it has taken this one. */
static void read_more(struct event_client *client, bool sent)
{
    client->reading = false;
    if (sent)
        http_stream_when_drained(client->stream, on_drained, client);
    else
        read_piece(client);
}

/* While `reading` is set the client stays, even if its peer leaves in the middle of this. */
static void on_piece(void *userdata, enum err err, const struct store_record *records, size_t n)
{
    struct event_client *client = userdata;
    bool sent = client->stream && err == ERR_OK && send_piece(client, records, &n);
    /* The client asks again after its last event, rather than miss one. */
    if (client->stream && err != ERR_OK)
        http_stream_end(TAKE(client->stream));
    if (client->stream && wants_more(client, n)) {
        read_more(client, sent);
        return;
    }
    client->catching_up = false;
    if (client->stream)
        send_waiting(client);
    if (client->stream && !client->follow)
        http_stream_end(TAKE(client->stream));
    client->reading = false;
    if (!client->stream)
        client_free(client);
}

/* ---- live ---- */

static void keep_waiting(struct event_client *client, const struct buf *text, uint64_t seq)
{
    client->waiting_last = seq;
    client->overflow |= client->waiting.len + text->len > WAITING_BYTES_MAX;
    if (!client->overflow)
        buf_add(&client->waiting, buf_text(text), text->len);
}

void api_publish(struct api *api, const struct record *record)
{
    if (!api->clients || !record_event_name(record->kind))
        return;
    CLEANUP_BUF struct buf text = { 0 };
    render(&text, record);
    for (struct event_client *client = api->clients, *next; client; client = next) {
        next = client->next;
        if (!client->stream)
            continue;
        if (client->catching_up) {
            keep_waiting(client, &text, record->seq);
        } else if (record->seq > client->last_seq) {
            client->last_seq = record->seq;
            http_stream_send(client->stream, buf_text(&text), text.len);
        }
    }
}

void api_drain(struct api *api)
{
    for (struct event_client *client = api->clients, *next; client; client = next) {
        next = client->next;
        if (client->stream)
            http_stream_end(client->stream);
        client->stream = NULL;
        if (!client->reading)
            client_free(client);
    }
}

void events_done(struct api *api)
{
    api_drain(api);
    while (api->clients)
        client_free(api->clients);
}

/* ---- a new client ---- */

/* What comes back after a break goes on from the last id that it saw; that beats the address, which still says what it began
 * with. */
static bool read_after(struct call *call, bool *ret_given, uint64_t *ret)
{
    CLEANUP_BUF struct buf text = { 0 };
    const char *field = "Last-Event-ID";
    text_add_clean_line(&text, call->request->last_event_id, strlen(call->request->last_event_id));
    *ret_given = text.len > 0;
    if (!*ret_given) {
        field = "after";
        *ret_given = call_query(call, "after", &text);
    }
    if (!*ret_given || text_to_u64(buf_text(&text), INT64_MAX, ret) == ERR_OK)
        return true;
    call_error(call, 422, field, "%s must be the number of an event", field);
    return false;
}

/* ?follow=no: what there is until now, and then the end. */
static bool read_follow(struct call *call, bool *ret)
{
    CLEANUP_BUF struct buf text = { 0 };
    *ret = true;
    if (!call_query(call, "follow", &text) || strcmp(buf_text(&text), "yes") == 0)
        return true;
    *ret = false;
    if (strcmp(buf_text(&text), "no") == 0)
        return true;
    call_error(call, 422, "follow", "follow must be yes or no");
    return false;
}

static void client_new(struct call *call, struct event_client *client)
{
    struct api *api = call->api;
    client->api = api;
    client->next = api->clients;
    client->link = &api->clients;
    if (client->next)
        client->next->link = &client->next;
    api->clients = client;
}

void events_stream(struct call *call)
{
    bool given, follow;
    uint64_t after = 0;
    if (!read_after(call, &given, &after) || !read_follow(call, &follow))
        return;
    given |= !follow;
    struct api *api = call->api;
    if (given && !api->store) {
        call_error(call, 503, NULL, "there is no store to read what was; leave \"after\" out to see what comes");
        return;
    }
    struct event_client *client = NEW(struct event_client);
    client->stream = http_stream_begin(call->exchange, on_closed, client);
    if (!client->stream) {
        free(client);
        return;
    }
    client_new(call, client);
    client->last_seq = given ? after : 0;
    client->catching_up = given;
    client->follow = follow;
    if (given)
        read_piece(client);
}

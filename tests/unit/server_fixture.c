#include "server_fixture.h"

#include <assert.h>
#include <pthread.h>
#include <stdio.h>
#include <time.h>

#include "base/civil.h"

enum { MAX_HELD = 64 };

const struct http_limits test_limits = {
    .max_header_bytes = 16384,
    .max_body_bytes = 65536,
    .max_connections = 1000,
    .max_streams = 64,
    .request_usec = USEC_PER_MIN,
    .response_usec = USEC_PER_MIN,
    .max_stream_backlog_bytes = 1048576,
};

struct held_stream {
    struct fixture *fixture;
    struct http_stream *stream;      /* NULL: free, or closed */
    int pieces;                      /* of a flood, sent */
};

struct fixture {
    struct loop *loop;
    struct http_server *server;
    pthread_t thread;
    int port;
    pthread_mutex_t mutex;           /* over what follows */
    pthread_cond_t changed;
    fixture_job *job;                /* NULL: none, or done */
    void *job_userdata;
    bool stop;
    int requests;
    int closed;
    struct http_exchange *held[MAX_HELD];
    int n_held;
    struct held_stream streams[MAX_HELD];
};

static void reply_text(struct http_exchange *exchange, const char *type, const void *text, size_t len)
{
    http_reply(exchange, &(struct http_response){ .status = 200, .content_type = type, .body = text, .body_len = len });
}

static void reply_echo(struct http_exchange *exchange, const struct http_request *request)
{
    static const char *const names[] = { "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "OTHER" };
    CLEANUP_BUF struct buf text = {0};
    buf_printf(&text, "%s %s?%s %s:", names[request->method], request->path, request->query, request->content_type);
    assert(((const char *)request->body)[request->body_len] == 0);
    buf_add(&text, request->body, request->body_len);
    reply_text(exchange, "text/plain", text.data, text.len);
}

static void reply_peer(struct http_exchange *exchange, const struct http_peer *peer)
{
    CLEANUP_BUF struct buf text = {0};
    buf_printf(&text, "%s %s %s %s %d %d", peer->address, peer->local ? "local" : "remote", peer->tls ? "tls" : "plain",
               peer->trusted_proxy ? "proxied" : "direct", (int)peer->uid, (int)peer->gid);
    for (size_t i = 0; i < peer->n_groups; i++)
        buf_printf(&text, " %u", peer->groups[i]);
    reply_text(exchange, "text/plain", text.data, text.len);
}

static void reply_big(struct http_exchange *exchange)
{
    size_t len = 1048576;
    CLEANUP_FREE char *text = mem_alloc(len);
    memset(text, 'x', len);
    reply_text(exchange, "text/plain", text, len);
}

static void stream_closed(void *userdata)
{
    struct held_stream *slot = userdata;
    pthread_mutex_lock(&slot->fixture->mutex);
    slot->stream = NULL;
    slot->fixture->closed++;
    pthread_cond_broadcast(&slot->fixture->changed);
    pthread_mutex_unlock(&slot->fixture->mutex);
}

static void begin_stream(struct fixture *fixture, struct http_exchange *exchange)
{
    struct held_stream *slot = fixture->streams;
    while (slot->stream)
        slot++;
    slot->fixture = fixture;
    slot->stream = http_stream_begin(exchange, stream_closed, slot);
    if (slot->stream)
        http_stream_send(slot->stream, "data: hello\n\n", 13);
}

static void flood(void *userdata)
{
    struct held_stream *slot = userdata;
    static char piece[65536];
    memset(piece, 'x', sizeof(piece));
    if (slot->pieces++ == 200) {
        http_stream_end(TAKE(slot->stream));
        return;
    }
    http_stream_send(slot->stream, piece, sizeof(piece));
    http_stream_when_drained(slot->stream, flood, slot);
}

static void begin_flood(struct fixture *fixture, struct http_exchange *exchange)
{
    struct held_stream *slot = fixture->streams;
    while (slot->stream)
        slot++;
    slot->fixture = fixture;
    slot->pieces = 0;
    slot->stream = http_stream_begin(exchange, stream_closed, slot);
    flood(slot);
}

static void handle(void *userdata, struct http_exchange *exchange, const struct http_request *request)
{
    struct fixture *fixture = userdata;
    pthread_mutex_lock(&fixture->mutex);
    fixture->requests++;
    if (!strcmp(request->path, "/hold"))
        fixture->held[fixture->n_held++] = exchange;
    pthread_cond_broadcast(&fixture->changed);
    pthread_mutex_unlock(&fixture->mutex);
    const char *header = http_exchange_header(exchange, "x-test");
    if (!strcmp(request->path, "/peer"))
        reply_peer(exchange, request->peer);
    else if (!strcmp(request->path, "/header"))
        reply_text(exchange, "text/plain", header ? header : "none", strlen(header ? header : "none"));
    else if (!strcmp(request->path, "/big"))
        reply_big(exchange);
    else if (!strcmp(request->path, "/html"))
        reply_text(exchange, "text/html; charset=utf-8", "<p>", 3);
    else if (!strcmp(request->path, "/none"))
        http_reply(exchange, &(struct http_response){ .status = 204 });
    else if (!strcmp(request->path, "/stream"))
        begin_stream(fixture, exchange);
    else if (!strcmp(request->path, "/flood"))
        begin_flood(fixture, exchange);
    else if (strcmp(request->path, "/hold") != 0)
        reply_echo(exchange, request);
}

static void turn(void *userdata)
{
    struct fixture *fixture = userdata;
    pthread_mutex_lock(&fixture->mutex);
    fixture_job *job = fixture->job;
    pthread_mutex_unlock(&fixture->mutex);
    if (job)
        job(fixture, fixture->job_userdata);
    pthread_mutex_lock(&fixture->mutex);
    if (job)
        fixture->job = NULL;
    if (fixture->stop)
        loop_stop(fixture->loop);
    pthread_cond_broadcast(&fixture->changed);
    pthread_mutex_unlock(&fixture->mutex);
}

static void *run(void *userdata)
{
    struct fixture *fixture = userdata;
    enum err err = loop_run(fixture->loop);
    assert(!err);
    return NULL;
}

struct fixture *fixture_start(const struct http_limits *limits)
{
    struct fixture *fixture = NEW(struct fixture);
    pthread_mutex_init(&fixture->mutex, NULL);
    pthread_cond_init(&fixture->changed, NULL);
    enum err err = loop_new(&fixture->loop);
    assert(!err);
    loop_set_turn(fixture->loop, turn, fixture);
    fixture->server = http_server_new(fixture->loop, limits, handle, fixture);
    err = http_server_listen_tcp(fixture->server, "127.0.0.1:0", NULL, NULL, &fixture->port);
    assert(!err);
    int failed = pthread_create(&fixture->thread, NULL, run, fixture);
    assert(!failed);
    return fixture;
}

int fixture_port(const struct fixture *fixture)
{
    return fixture->port;
}

struct http_server *fixture_server(struct fixture *fixture)
{
    return fixture->server;
}

/* With the mutex held: waits for a change; a minute without one ends the test. */
static void wait_changed(struct fixture *fixture)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 60;
    int failed = pthread_cond_timedwait(&fixture->changed, &fixture->mutex, &until);
    assert(!failed);
}

void fixture_run(struct fixture *fixture, fixture_job *job, void *userdata)
{
    pthread_mutex_lock(&fixture->mutex);
    fixture->job_userdata = userdata;
    fixture->job = job;
    loop_wake(fixture->loop);
    while (fixture->job)
        wait_changed(fixture);
    pthread_mutex_unlock(&fixture->mutex);
}

static void count_connections(struct fixture *fixture, void *userdata)
{
    *(unsigned *)userdata = http_server_connections(fixture->server);
}

unsigned fixture_connections(struct fixture *fixture)
{
    unsigned n = 0;
    fixture_run(fixture, count_connections, &n);
    return n;
}

int fixture_requests(struct fixture *fixture)
{
    pthread_mutex_lock(&fixture->mutex);
    int n = fixture->requests;
    pthread_mutex_unlock(&fixture->mutex);
    return n;
}

void fixture_wait_held(struct fixture *fixture, int n)
{
    pthread_mutex_lock(&fixture->mutex);
    while (fixture->n_held < n)
        wait_changed(fixture);
    pthread_mutex_unlock(&fixture->mutex);
}

static void answer_held(struct fixture *fixture, void *userdata)
{
    (void)userdata;
    for (int i = 0; i < fixture->n_held; i++)
        reply_text(fixture->held[i], "text/plain", "late", 4);
    fixture->n_held = 0;
}

void fixture_release(struct fixture *fixture)
{
    fixture_run(fixture, answer_held, NULL);
}

void fixture_wait_closed(struct fixture *fixture, int n)
{
    pthread_mutex_lock(&fixture->mutex);
    while (fixture->closed < n)
        wait_changed(fixture);
    pthread_mutex_unlock(&fixture->mutex);
}

static void send_to_streams(struct fixture *fixture, void *userdata)
{
    const struct buf *bytes = userdata;
    for (int i = 0; i < MAX_HELD; i++)
        if (fixture->streams[i].stream)
            http_stream_send(fixture->streams[i].stream, bytes->data, bytes->len);
}

void fixture_broadcast(struct fixture *fixture, const void *bytes, size_t len)
{
    CLEANUP_BUF struct buf buf = {0};
    buf_add(&buf, bytes, len);
    fixture_run(fixture, send_to_streams, &buf);
}

static void end_streams(struct fixture *fixture, void *userdata)
{
    (void)userdata;
    for (int i = 0; i < MAX_HELD; i++)
        http_stream_end(TAKE(fixture->streams[i].stream));
}

void fixture_end_streams(struct fixture *fixture)
{
    fixture_run(fixture, end_streams, NULL);
}

void fixture_stop(struct fixture *fixture)
{
    pthread_mutex_lock(&fixture->mutex);
    fixture->stop = true;
    pthread_mutex_unlock(&fixture->mutex);
    loop_wake(fixture->loop);
    pthread_join(fixture->thread, NULL);
    http_server_free(fixture->server);
    answer_held(fixture, NULL);
    end_streams(fixture, NULL);
    loop_free(fixture->loop);
    free(fixture);
}

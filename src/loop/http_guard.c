/* The guard: limits in time and number on connections that evhttp would keep for ever.
 *
 * Each phase has one duration for all connections, so a list for each phase, in the order of entering it, is sorted by
 * deadline: per request there are two moves between lists and two readings of the clock, and the timer looks at the lists'
 * heads only. What must not happen while a function of evhttp is on the stack (freeing, feigned errors) is put off to the end
 * of the round by an event of our own that runs behind the present one. */
#include <assert.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <event2/bufferevent_ssl.h>

#include "base/text.h"
#include "loop/http_server_internal.h"

enum { TICK_USEC = 250000, LINGER_USEC = 2000000, GRACE_USEC = 250000 };

static uint64_t bev_key(const struct bufferevent *bev)
{
    return (uint64_t)(uintptr_t)bev;
}

static int64_t phase_limit_usec(const struct http_server *server, enum conn_phase phase)
{
    switch (phase) {
    case CONN_READING:   return server->limits.request_usec;
    case CONN_ANSWERING: return server->limits.response_usec;
    case CONN_LINGERING: return LINGER_USEC;
    default:             return -1;
    }
}

static bool counts(enum conn_phase phase)
{
    return phase == CONN_READING || phase == CONN_ANSWERING || phase == CONN_STREAMING;
}

static void want_tick(struct http_server *server, int64_t due_usec)
{
    if (server->tick_usec && server->tick_usec <= due_usec)
        return;
    server->tick_usec = due_usec;
    loop_timer_set(server->tick_timer, due_usec);
}

void guard_enter(struct http_conn *conn, enum conn_phase phase)
{
    struct http_server *server = conn->server;
    TAILQ_REMOVE(&server->conns[conn->phase], conn, link);
    server->n_conns -= counts(conn->phase);
    conn->phase = phase;
    conn->since_usec = loop_boot_usec();
    TAILQ_INSERT_TAIL(&server->conns[phase], conn, link);
    server->n_conns += counts(phase);
    int64_t limit_usec = phase_limit_usec(server, phase);
    if (limit_usec >= 0)
        want_tick(server, conn->since_usec + limit_usec);
}

void guard_wake_after(struct http_server *server)
{
    event_active(server->after_event, EV_TIMEOUT, 0);
}

static void put_off(struct http_conn *conn)
{
    if (conn->after_queued)
        return;
    conn->after_queued = true;
    TAILQ_INSERT_TAIL(&conn->server->after, conn, after_link);
    guard_wake_after(conn->server);
}

void guard_close(struct http_conn *conn)
{
    guard_enter(conn, CONN_CLOSING);
    put_off(conn);
}

/* --- What arrives and what leaves --- */

static void scan_from(struct http_conn *conn, size_t offset)
{
    struct evbuffer *input = bufferevent_get_input(conn->bev);
    struct evbuffer_ptr at;
    struct evbuffer_iovec part;
    while (!conn->scan.done && offset < evbuffer_get_length(input)) {
        evbuffer_ptr_set(input, &at, offset, EVBUFFER_PTR_SET);
        evbuffer_peek(input, -1, &at, &part, 1);
        http_scan_add(&conn->scan, part.iov_base, part.iov_len);
        offset += part.iov_len;
    }
}

static void input_changed(struct evbuffer *input, const struct evbuffer_cb_info *info, void *userdata)
{
    (void)input;
    struct http_conn *conn = userdata;
    if (info->n_added && conn->phase == CONN_READING && !conn->scan.done)
        scan_from(conn, info->orig_size);
    else if (info->n_added && conn->phase == CONN_STREAMING)
        put_off(conn);
}

static void output_changed(struct evbuffer *output, const struct evbuffer_cb_info *info, void *userdata)
{
    (void)output;
    struct http_conn *conn = userdata;
    if (info->n_added && conn->phase == CONN_READING && !conn->evhttp_spoke) {
        conn->evhttp_spoke = true;
        put_off(conn);
    }
}

void guard_next_request(struct http_conn *conn)
{
    conn->scan = (struct http_scan){0};
    conn->evhttp_spoke = false;
    guard_enter(conn, CONN_READING);
    if (evbuffer_get_length(bufferevent_get_input(conn->bev)))
        scan_from(conn, 0);
}

/* --- Beginning --- */

static struct bufferevent *make_bufferevent(struct event_base *base, SSL_CTX *tls)
{
    if (!tls)
        return bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE);
    SSL *ssl = SSL_new(tls);
    assert(ssl);
    struct bufferevent *bev = bufferevent_openssl_socket_new(base, -1, ssl, BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE);
    if (bev)
        bufferevent_openssl_set_allow_dirty_shutdown(bev, 1);
    return bev;
}

struct bufferevent *guard_new_bufferevent(struct event_base *base, void *userdata)
{
    struct http_listener *listener = userdata;
    struct http_server *server = listener->server;
    while (server->n_conns >= server->limits.max_connections && guard_evict(server))
        ;
    struct http_conn *conn = NEW(struct http_conn);
    conn->server = server;
    conn->listener = listener;
    listener->n_conns++;
    conn->bev = make_bufferevent(base, listener->tls);
    assert(conn->bev);
    bufferevent_incref(conn->bev);
    /* evhttp keeps reading while an answer is written, to notice the peer's end, and would keep all of it. */
    bufferevent_setwatermark(conn->bev, EV_READ, 0, server->limits.max_header_bytes + server->limits.max_body_bytes + 4096);
    conn->input_cb = evbuffer_add_cb(bufferevent_get_input(conn->bev), input_changed, conn);
    conn->output_cb = evbuffer_add_cb(bufferevent_get_output(conn->bev), output_changed, conn);
    map_put(&server->conn_of_bev, bev_key(conn->bev), conn);
    conn->phase = CONN_READING;
    conn->since_usec = loop_boot_usec();
    TAILQ_INSERT_TAIL(&server->conns[CONN_READING], conn, link);
    server->n_conns++;
    want_tick(server, conn->since_usec + TICK_USEC);
    return conn->bev;
}

/* evhttp says that it frees the connection: from its own functions, so what follows waits. */
static void evhttp_lets_go(struct evhttp_connection *evcon, void *userdata)
{
    (void)evcon;
    struct http_conn *conn = userdata;
    conn->let_go = true;
    put_off(conn);
}

struct http_conn *guard_conn(struct http_server *server, struct evhttp_request *req)
{
    struct evhttp_connection *evcon = evhttp_request_get_connection(req);
    struct http_conn *conn = map_get(&server->conn_of_bev, bev_key(evhttp_connection_get_bufferevent(evcon)));
    assert(conn);
    if (!conn->evcon) {
        conn->evcon = evcon;
        evhttp_connection_set_closecb(evcon, evhttp_lets_go, conn);
    }
    return conn;
}

/* --- The end --- */

static void detach(struct http_conn *conn)
{
    conn->evcon = NULL;
    if (conn->exchange)
        conn->exchange->conn = NULL;
    if (conn->stream)
        stream_lose(conn->stream);
    conn->exchange = NULL;
    conn->stream = NULL;
}

static void release(struct http_conn *conn)
{
    struct http_server *server = conn->server;
    struct http_listener *listener = conn->listener;
    detach(conn);
    TAILQ_REMOVE(&server->conns[conn->phase], conn, link);
    server->n_conns -= counts(conn->phase);
    if (conn->after_queued)
        TAILQ_REMOVE(&server->after, conn, after_link);
    map_remove(&server->conn_of_bev, bev_key(conn->bev));
    bufferevent_setcb(conn->bev, NULL, NULL, NULL, NULL);
    evbuffer_remove_cb_entry(bufferevent_get_input(conn->bev), conn->input_cb);
    evbuffer_remove_cb_entry(bufferevent_get_output(conn->bev), conn->output_cb);
    bufferevent_disable(conn->bev, EV_READ | EV_WRITE);
    bufferevent_decref(conn->bev);
    free(conn);
    listener->n_conns--;
    if (!listener->bound && !listener->n_conns)
        listener_free(listener);
}

static void discard_input(struct bufferevent *bev, void *userdata)
{
    (void)userdata;
    evbuffer_drain(bufferevent_get_input(bev), SIZE_MAX);
}

static void lingered(struct bufferevent *bev, short what, void *userdata)
{
    (void)bev;
    (void)what;
    put_off(userdata);
}

/* Closing a socket that has unread input resets the connection, and the peer may lose the answer that says why. So read on
 * for a while, into nothing. */
static void linger(struct http_conn *conn)
{
    detach(conn);
    conn->let_go = true;
    guard_enter(conn, CONN_LINGERING);
    discard_input(conn->bev, NULL);
    bufferevent_setcb(conn->bev, discard_input, NULL, lingered, conn);
    bufferevent_enable(conn->bev, EV_READ);
}

/* A bufferevent that is freed, but held by our reference, has lost its callbacks. */
static bool evhttp_let_go(const struct http_conn *conn)
{
    bufferevent_event_cb event_cb;
    bufferevent_getcb(conn->bev, NULL, NULL, &event_cb, NULL);
    return conn->let_go || !event_cb;
}

static void reap(struct http_conn *conn)
{
    if (conn->linger && conn->phase != CONN_CLOSING)
        linger(conn);
    else
        release(conn);
}

/* evhttp has no call to close a connection that it has not shown us; it closes one whose socket fails. */
static void feign_error(struct http_conn *conn)
{
    if (!evhttp_let_go(conn))
        bufferevent_trigger_event(conn->bev, BEV_EVENT_ERROR | BEV_EVENT_READING, 0);
    assert(evhttp_let_go(conn));
    release(conn);
}

/* The status of the answer at the beginning of the output; 0: there is none. evhttp says the version that the peer said, which
 * may be longer than any that there is. */
static int status_in_output(struct evbuffer *output)
{
    char head[32] = "";                                 /* "HTTP/1.1 413 ..." */
    uint64_t status;
    if (evbuffer_copyout(output, head, sizeof(head) - 1) < 0 || strncmp(head, "HTTP/", 5) != 0)
        return 0;
    const char *code = strchr(head, ' ');
    if (!code || strlen(code) < 4)
        return 0;
    return text_to_u64((char[]){ code[1], code[2], code[3], 0 }, 999, &status) ? 0 : (int)status;
}

/* evhttp answers some errors itself, in HTML. The answer is still in the buffer: put ours in its place. */
static void rewrite_evhttp_error(struct http_conn *conn)
{
    struct evbuffer *output = bufferevent_get_output(conn->bev);
    int status = status_in_output(output);
    if (status < 400) {
        conn->evhttp_spoke = false;                     /* "100 Continue" */
        return;
    }
    if (conn->scan.len > conn->server->limits.max_header_bytes)
        status = 431;
    CLEANUP_BUF struct buf answer = {0};
    exchange_add_error(&answer, status);
    evbuffer_unfreeze(output, 1);
    evbuffer_drain(output, SIZE_MAX);
    if (!conn->listener->tls)                           /* a TLS bufferevent does not freeze its output */
        evbuffer_freeze(output, 1);
    evbuffer_add(output, answer.data, answer.len);
    conn->linger = true;
    guard_enter(conn, CONN_ANSWERING);
}

static void after_one(struct http_conn *conn)
{
    if (conn->phase == CONN_CLOSING)
        feign_error(conn);
    else if (conn->phase == CONN_LINGERING)
        release(conn);
    else if (conn->let_go)
        reap(conn);
    else if (conn->phase == CONN_STREAMING)             /* else its end would not be seen behind what it sends */
        discard_input(conn->bev, NULL);
    else if (conn->evhttp_spoke && conn->phase == CONN_READING)
        rewrite_evhttp_error(conn);
}

static void after_round(evutil_socket_t fd, short what, void *userdata)
{
    (void)fd;
    (void)what;
    struct http_server *server = userdata;
    struct http_conn *conn;
    while ((conn = TAILQ_FIRST(&server->after))) {
        TAILQ_REMOVE(&server->after, conn, after_link);
        conn->after_queued = false;
        after_one(conn);
    }
    stream_tell_lost(server);
}

/* --- Clock and number --- */

bool guard_evict(struct http_server *server)
{
    static const enum conn_phase by_worth[] = { CONN_READING, CONN_ANSWERING, CONN_STREAMING };
    for (size_t i = 0; i < N_ELEMENTS(by_worth); i++) {
        struct http_conn *oldest = TAILQ_FIRST(&server->conns[by_worth[i]]);
        if (oldest) {
            guard_close(oldest);
            return true;
        }
    }
    return false;
}

static bool has_unread(const struct http_conn *conn)
{
    int n = 0;
    return ioctl(bufferevent_getfd(conn->bev), FIONREAD, &n) == 0 && n > 0;
}

/* Who has just come, or has just been answered, may have a request on its way that was written before anybody could know of the
 * end: an alarm must not be lost to a restart. The tick looks again. */
void guard_close_idle(struct http_server *server)
{
    int64_t now_usec = loop_boot_usec();
    struct http_conn *conn, *next;
    for (conn = TAILQ_FIRST(&server->conns[CONN_READING]); conn; conn = next) {
        next = TAILQ_NEXT(conn, link);
        if (conn->scan.len)
            continue;
        if (conn->since_usec + GRACE_USEC > now_usec)
            want_tick(server, conn->since_usec + GRACE_USEC);
        else if (has_unread(conn))
            want_tick(server, now_usec + TICK_USEC);
        else
            guard_close(conn);
    }
}

/* The peer began a request and never ended it: say so, if that can be done without evhttp and without TLS. */
static void say_timeout(struct http_conn *conn)
{
    if (!conn->scan.len || conn->listener->tls || evbuffer_get_length(bufferevent_get_output(conn->bev)))
        return;
    CLEANUP_BUF struct buf answer = {0};
    exchange_add_error(&answer, 408);
    (void)!send(bufferevent_getfd(conn->bev), answer.data, answer.len, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void close_overdue(struct http_server *server, enum conn_phase phase, int64_t now_usec)
{
    int64_t limit_usec = phase_limit_usec(server, phase);
    struct http_conn *conn;
    while ((conn = TAILQ_FIRST(&server->conns[phase])) && conn->since_usec + limit_usec <= now_usec) {
        if (phase == CONN_READING && !evhttp_let_go(conn))
            say_timeout(conn);
        guard_close(conn);
    }
}

/* Those that have sent no request yet cannot be told of, so they are asked. Returns whether there are any. */
static bool reap_silent(struct http_server *server)
{
    bool any = false;
    struct http_conn *conn, *next;
    for (conn = TAILQ_FIRST(&server->conns[CONN_READING]); conn; conn = next) {
        next = TAILQ_NEXT(conn, link);
        any |= !conn->evcon;
        if (!conn->evcon && evhttp_let_go(conn))
            reap(conn);
    }
    for (conn = TAILQ_FIRST(&server->conns[CONN_ANSWERING]); conn; conn = next) {
        next = TAILQ_NEXT(conn, link);
        any |= !conn->evcon;
        if (!conn->evcon && evhttp_let_go(conn))
            reap(conn);
    }
    return any;
}

static void tick(void *userdata)
{
    struct http_server *server = userdata;
    int64_t now_usec = loop_boot_usec();
    server->tick_usec = 0;
    bool any_silent = reap_silent(server);
    for (int phase = 0; phase < N_CONN_PHASES; phase++) {
        if (phase_limit_usec(server, phase) < 0)
            continue;
        close_overdue(server, phase, now_usec);
        struct http_conn *oldest = TAILQ_FIRST(&server->conns[phase]);
        if (oldest) {
            int64_t due_usec = oldest->since_usec + phase_limit_usec(server, phase);
            want_tick(server, due_usec > now_usec + TICK_USEC ? due_usec : now_usec + TICK_USEC);
        }
    }
    if (any_silent)
        want_tick(server, now_usec + TICK_USEC);
    if (server->draining)
        guard_close_idle(server);
}

void guard_init(struct http_server *server)
{
    TAILQ_INIT(&server->after);
    for (int phase = 0; phase < N_CONN_PHASES; phase++)
        TAILQ_INIT(&server->conns[phase]);
    server->after_event = event_new(loop_base(server->loop), -1, 0, after_round, server);
    assert(server->after_event);
    server->tick_timer = loop_timer_new(server->loop, tick, server);
}

void guard_done(struct http_server *server)
{
    for (int phase = 0; phase < N_CONN_PHASES; phase++) {
        struct http_conn *conn;
        while ((conn = TAILQ_FIRST(&server->conns[phase]))) {
            if (conn->evcon && !conn->let_go)
                evhttp_connection_set_closecb(conn->evcon, NULL, NULL);
            release(conn);
        }
    }
    event_free(server->after_event);
    loop_timer_free(server->tick_timer);
    map_done(&server->conn_of_bev);
}

#include <config.h>      /* _GNU_SOURCE, for memmem() */

#include "wire.h"

#include <assert.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "loop/http_client_internal.h"

enum { TURNS_MAX = 100000, QUIET_TURNS = 3 };

static struct {
    struct loop *loop;
    struct http_client *client;
    struct wire wire;
    struct sockaddr_un address;     /* abstract, and of the kernel's choosing: it is short */
    socklen_t address_len;
    int listener, connections;
    int fd;                         /* the server's end; -1: none yet, or closed */
    const uint8_t *at, *end;        /* what it has to say */
    int turns, quiet;
} run;

static void stop(void)
{
    close(run.listener);
    http_client_free(run.client);
    loop_free(run.loop);
    buf_done(&run.wire.reason);
    buf_done(&run.wire.body);
    buf_done(&run.wire.said);
    buf_done(&run.wire.heard);
}

/* ---- the client's end ---- */

static curl_socket_t open_socket(void *userdata, curlsocktype purpose, struct curl_sockaddr *address)
{
    (void)userdata;
    (void)purpose;
    HOLDS(run.connections++ == 0, "a second connection");
    HOLDS(run.address_len <= sizeof address->addr);
    memcpy(&address->addr, &run.address, run.address_len);
    address->addrlen = run.address_len;
    address->family = AF_UNIX;
    address->protocol = 0;
    return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

static void take_result(void *userdata, const struct transfer_result *result)
{
    (void)userdata;
    struct wire *wire = &run.wire;
    wire->n_results++;
    wire->outcome = result->outcome;
    wire->status = result->status;
    wire->retry_after_usec = result->retry_after_usec;
    HOLDS(result->reason && result->body && result->body[result->body_len] == '\0');
    buf_add_text(&wire->reason, result->reason);
    buf_add(&wire->body, result->body, result->body_len);
}

/* ---- the server's ---- */

static void listen_here(void)
{
    run.listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    run.address = (struct sockaddr_un){.sun_family = AF_UNIX};
    HOLDS(run.listener >= 0 && bind(run.listener, (const struct sockaddr *)&run.address, sizeof run.address.sun_family) == 0);
    run.address_len = sizeof run.address;
    HOLDS(getsockname(run.listener, (struct sockaddr *)&run.address, &run.address_len) == 0 && listen(run.listener, 4) == 0);
}

static bool hear(void)
{
    ssize_t n = recv(run.fd, buf_reserve(&run.wire.heard, 65536), 65536, MSG_DONTWAIT);
    if (n > 0)
        run.wire.heard.len += (size_t)n;
    buf_cut(&run.wire.heard, run.wire.heard.len);
    return n > 0;
}

static void speak(void)
{
    static const size_t pause_len = sizeof WIRE_PAUSE - 1;
    const uint8_t *pause = memmem(run.at, (size_t)(run.end - run.at), WIRE_PAUSE, pause_len);
    size_t len = (size_t)((pause ? pause : run.end) - run.at);
    ssize_t n = len ? send(run.fd, run.at, len, MSG_DONTWAIT | MSG_NOSIGNAL) : 0;
    if (n > 0)
        buf_add(&run.wire.said, run.at, (size_t)n);
    run.at = n == (ssize_t)len && pause ? pause + pause_len : run.end;      /* who is not listened to says no more */
}

static void hang_up(void)
{
    if (run.fd >= 0)
        close(run.fd);
    run.fd = -1;
    run.at = NULL;
}

/* After each round of the client's. */
static void turn(void *userdata)
{
    (void)userdata;
    HOLDS(run.turns++ < TURNS_MAX, "the transfer does not end");
    loop_wake(run.loop);
    if (run.wire.n_results) {
        while (run.fd >= 0 && hear())
            ;
        hang_up();
        loop_stop(run.loop);
    } else if (run.fd < 0 && run.at) {
        run.fd = accept(run.listener, NULL, NULL);
    } else if (run.fd >= 0) {
        run.quiet = hear() ? 0 : run.quiet + 1;
        if (run.quiet <= QUIET_TURNS)
            return;
        run.quiet = 0;
        if (run.at < run.end)
            speak();
        else
            hang_up();      /* it must end by itself then */
    }
}

/* ---- a run ---- */

static void prepare(void)
{
    struct wire *wire = &run.wire;
    if (!run.loop) {
        (void)atexit(stop);
        listen_here();
        HOLDS(loop_new(&run.loop) == ERR_OK && http_client_new(run.loop, &run.client) == ERR_OK);
        loop_set_turn(run.loop, turn, NULL);
    }
    wire->n_results = 0;
    buf_clear(&wire->reason);
    buf_clear(&wire->body);
    buf_clear(&wire->said);
    buf_clear(&wire->heard);
}

static const struct wire *talk(struct transfer *transfer, const uint8_t *bytes, size_t len)
{
    SET(transfer->easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    run.fd = -1;
    run.at = len ? bytes : (const uint8_t *)"";
    run.end = run.at + len;
    run.turns = run.quiet = run.connections = 0;
    loop_wake(run.loop);
    HOLDS(loop_run(run.loop) == ERR_OK);
    const struct wire *wire = &run.wire;
    HOLDS(wire->n_results == 1);
    HOLDS(wire->reason.len > 0 && wire->reason.len <= 200 && fuzz_is_clean(wire->reason.data, wire->reason.len, false));
    HOLDS(wire->retry_after_usec >= 0 && wire->retry_after_usec <= INT64_C(86400000000));
    return wire;
}

const struct wire *wire_http(const struct transfer_http *http, const uint8_t *bytes, size_t len)
{
    struct transfer *transfer;
    prepare();
    HOLDS(http_client_start(run.client, http, take_result, NULL, &transfer) == ERR_OK);
    SET(transfer->easy, CURLOPT_FORBID_REUSE, 1L);
    return talk(transfer, bytes, len);
}

const struct wire *wire_mail(const struct transfer_mail *mail, const uint8_t *bytes, size_t len)
{
    struct transfer *transfer;
    prepare();
    enum err err = http_client_start_mail(run.client, mail, take_result, NULL, &transfer);
    HOLDS(err == ERR_OK || err == ERR_SYNTAX);
    return err ? NULL : talk(transfer, bytes, len);
}

#include <config.h>      /* _GNU_SOURCE */

#include "wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "bench.h"

enum { PEERS_MAX = 1024, EVENTS = 128, INPUT_BYTES = 16384 };

struct peer {
    int fd;                          /* -1: unused */
    bool is_client, waits;
    size_t len;
    char input[INPUT_BYTES];
};

struct wire {
    int epoll, listener, port;
    struct peer *peers;              /* clients first */
    unsigned n_peers, n_clients, n_waiting;
    unsigned next_client;            /* where the search for a free one goes on */
    struct wire_counts counts;
    uint64_t last_number;            /* in a summary */
    struct buf request;
};

static void watch(struct wire *wire, int fd, uint32_t number)
{
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = number};
    if (epoll_ctl(wire->epoll, EPOLL_CTL_ADD, fd, &event) != 0)
        bench_die("epoll_ctl: %s", strerror(errno));
}

static void no_delay(int fd)
{
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

static void listen_for_pages(struct wire *wire)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(address);
    wire->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (wire->listener < 0 || bind(wire->listener, (struct sockaddr *)&address, len) != 0 || listen(wire->listener, 1024) != 0 ||
        getsockname(wire->listener, (struct sockaddr *)&address, &len) != 0)
        bench_die("cannot listen on loopback: %s", strerror(errno));
    wire->port = ntohs(address.sin_port);
    watch(wire, wire->listener, PEERS_MAX);
}

struct wire *wire_new(void)
{
    struct wire *wire = NEW(struct wire);
    wire->epoll = epoll_create1(EPOLL_CLOEXEC);
    wire->peers = mem_alloc(PEERS_MAX * sizeof(*wire->peers));
    for (unsigned i = 0; i < PEERS_MAX; i++)
        wire->peers[i].fd = -1;
    listen_for_pages(wire);
    return wire;
}

static void hang_up(struct wire *wire, struct peer *peer)
{
    if (peer->fd < 0)
        return;
    wire->n_waiting -= peer->waits;
    close(peer->fd);
    *peer = (struct peer){.fd = -1};
}

void wire_free(struct wire *wire)
{
    if (!wire)
        return;
    for (unsigned i = 0; i < PEERS_MAX; i++)
        hang_up(wire, &wire->peers[i]);
    close(wire->listener);
    close(wire->epoll);
    buf_done(&wire->request);
    free(wire->peers);
    free(wire);
}

int wire_sink_port(const struct wire *wire)
{
    return wire->port;
}

struct wire_counts wire_counts(const struct wire *wire)
{
    return wire->counts;
}

unsigned wire_waiting(const struct wire *wire)
{
    return wire->n_waiting;
}

static struct peer *free_peer(struct wire *wire)
{
    for (unsigned i = 0; i < PEERS_MAX; i++)
        if (wire->peers[i].fd < 0)
            return &wire->peers[i];
    bench_die("more than %d connections", PEERS_MAX);
}

static void add_peer(struct wire *wire, int fd, bool is_client)
{
    struct peer *peer = free_peer(wire);
    peer->fd = fd;
    peer->is_client = is_client;
    peer->waits = false;
    peer->len = 0;
    wire->n_clients += is_client;
    no_delay(fd);
    watch(wire, fd, (uint32_t)(peer - wire->peers));
}

void wire_disconnect(struct wire *wire)
{
    for (unsigned i = 0; i < PEERS_MAX; i++)
        if (wire->peers[i].is_client)
            hang_up(wire, &wire->peers[i]);
    wire->n_clients = 0;
}

void wire_connect(struct wire *wire, int port, unsigned n)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons((uint16_t)port)};
    wire_disconnect(wire);
    for (unsigned i = 0; i < n; i++) {
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0)
            bench_die("cannot connect to port %d: %s", port, strerror(errno));
        add_peer(wire, fd, true);
    }
}

static struct peer *idle_client(struct wire *wire)
{
    if (wire->n_waiting == wire->n_clients)
        return NULL;
    for (;;) {
        struct peer *peer = &wire->peers[wire->next_client];
        wire->next_client = (wire->next_client + 1) % PEERS_MAX;
        if (peer->fd >= 0 && peer->is_client && !peer->waits)
            return peer;
    }
}

/* A summary of 60 bytes. */
static void compose(struct buf *request, const char *token, const char *role, uint64_t number)
{
    char body[256];
    int len = snprintf(body, sizeof(body), "{\"summary\":\"Brand i skola, Tumba, rök ur taket i norra flygel, %08u\"%s%s%s}", (unsigned)number,
                       role ? ",\"roles\":[\"" : "", role ? role : "", role ? "\"]" : "");
    buf_clear(request);
    buf_printf(request, "POST /v1/incidents HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\n"
                        "Content-Length: %d\r\n\r\n%s", token, len, body);
}

bool wire_trigger(struct wire *wire, const char *token, const char *role)
{
    struct peer *peer = idle_client(wire);
    if (!peer)
        return false;
    compose(&wire->request, token, role, ++wire->last_number);
    if (write(peer->fd, wire->request.data, wire->request.len) != (ssize_t)wire->request.len)
        bench_die("a trigger could not be written: %s", strerror(errno));
    peer->waits = true;
    wire->n_waiting++;
    return true;
}

/* The length of the message that begins here, head and body; 0: not all of it has come. */
static size_t whole_message(const char *input, size_t len)
{
    const char *end = memmem(input, len, "\r\n\r\n", 4);
    if (!end)
        return 0;
    size_t total = (size_t)(end - input) + 4;
    const char *length = strcasestr(input, "\r\nContent-Length:");
    if (length && length < end)
        total += strtoul(length + 17, NULL, 10);
    return total <= len ? total : 0;
}

static void take_answer(struct wire *wire, struct peer *peer)
{
    int status = atoi(peer->input + strlen("HTTP/1.1 "));
    peer->waits = false;
    wire->n_waiting--;
    wire->counts.accepted += status == 200 || status == 201;
    wire->counts.opened += status == 201;
    if (status == 200 || status == 201)
        return;
    if (wire->counts.refused++ == 0)
        fprintf(stderr, "  the first refusal: %.*s\n", (int)peer->len, peer->input);
}

static void take_page(struct wire *wire, const struct peer *peer)
{
    static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok";
    wire->counts.pages++;
    wire->counts.page_nsec = bench_nsec();
    if (write(peer->fd, answer, sizeof(answer) - 1) != (ssize_t)sizeof(answer) - 1)
        bench_die("the sink could not answer: %s", strerror(errno));
}

static void read_peer(struct wire *wire, struct peer *peer)
{
    ssize_t n = read(peer->fd, peer->input + peer->len, sizeof(peer->input) - 1 - peer->len);
    if (n <= 0) {
        if (peer->is_client)
            bench_die("the daemon closed a connection");
        hang_up(wire, peer);
        return;
    }
    peer->len += (size_t)n;
    peer->input[peer->len] = '\0';
    for (size_t len; (len = whole_message(peer->input, peer->len)) > 0;) {
        if (peer->is_client)
            take_answer(wire, peer);
        else
            take_page(wire, peer);
        peer->len -= len;
        memmove(peer->input, peer->input + len, peer->len + 1);
    }
}

static void accept_page(struct wire *wire)
{
    int fd = accept4(wire->listener, NULL, NULL, SOCK_CLOEXEC);
    if (fd >= 0)
        add_peer(wire, fd, false);
}

void wire_turn(struct wire *wire, int timeout_msec)
{
    struct epoll_event events[EVENTS];
    bench_check_time();
    int n = epoll_wait(wire->epoll, events, EVENTS, timeout_msec);
    for (int i = 0; i < n; i++) {
        if (events[i].data.u32 == PEERS_MAX)
            accept_page(wire);
        else if (wire->peers[events[i].data.u32].fd >= 0)
            read_peer(wire, &wire->peers[events[i].data.u32]);
    }
}

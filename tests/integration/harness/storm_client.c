/* Everybody at once: `storm_client PORT TRIGGERS CONNECTIONS SLOW TOKEN...` sends so many triggers, as fast as they are answered, over so many connections, for
 * each of these sources in turn; and meanwhile keeps so many further connections, which never finish a request, sending it byte by byte. What it was promised
 * comes out as lines `STATUS ID NUMBER`; the number stands in the trigger's summary. The last line has the counts. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { INPUT_BYTES = 16384, EVENTS = 128, DRIBBLE_MSEC = 50, PATIENCE_SEC = 600 };

struct peer {
    int fd;
    bool slow;
    unsigned sent;                       /* slow: bytes of its request */
    unsigned number;                     /* of the trigger that waits for its answer; 0: none */
    size_t len;
    char *input;
};

static const char slow_request[] = "POST /v1/incidents HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 5000\r\nX-Slow: ";

static struct sockaddr_in address = {.sin_family = AF_INET};
static struct peer *peers;
static unsigned n_peers, n_fast, n_triggers, n_begun, n_answered, n_cut, n_slow_ended;
static char **tokens;
static unsigned n_tokens;
static int epoll;

static int64_t now_msec(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static void peer_connect(struct peer *peer)
{
    int on = 1;
    peer->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (peer->fd < 0 || connect(peer->fd, (struct sockaddr *)&address, sizeof(address)) != 0)
        die("connect");
    setsockopt(peer->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    fcntl(peer->fd, F_SETFL, O_NONBLOCK);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = peer};
    epoll_ctl(epoll, EPOLL_CTL_ADD, peer->fd, &event);
    peer->len = peer->sent = peer->number = 0;
}

static void trigger(struct peer *peer)
{
    char body[256], request[768];
    if (n_begun == n_triggers)
        return;
    peer->number = ++n_begun;
    int body_len = snprintf(body, sizeof(body), "{\"summary\":\"Storm %08u. Strömmen är borta i norra kommundelen\"}", peer->number);
    int len = snprintf(request, sizeof(request), "POST /v1/incidents HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\n"
                       "Content-Length: %d\r\n\r\n%s", tokens[peer->number % n_tokens], body_len, body);
    if (write(peer->fd, request, (size_t)len) != len && errno != EPIPE && errno != ECONNRESET)
        die("write");
}

/* Whoever is cut off before the answer was promised nothing; it comes back, with what it has to tell next. */
static void peer_again(struct peer *peer)
{
    close(peer->fd);
    if (peer->slow)
        n_slow_ended++;
    else if (peer->number) {
        n_cut++;
        n_answered++;
    }
    peer_connect(peer);
    if (!peer->slow)
        trigger(peer);
}

static size_t whole_answer(const struct peer *peer)
{
    const char *end = memmem(peer->input, peer->len, "\r\n\r\n", 4);
    const char *length = strcasestr(peer->input, "\r\nContent-Length:");
    size_t total = end && length && length < end ? (size_t)(end - peer->input) + 4 + strtoul(length + 17, NULL, 10) : SIZE_MAX;
    return total <= peer->len ? total : 0;
}

static void take_answer(struct peer *peer)
{
    const char *id = strstr(peer->input, "\"id\":");
    char found[32] = "-";
    if (id)
        sscanf(id + 5, " \"%31[^\"]", found);
    printf("%d %s %u\n", atoi(peer->input + strlen("HTTP/1.1 ")), found, peer->number);
    n_answered++;
    peer->number = 0;
    peer->len = 0;
}

static void peer_readable(struct peer *peer)
{
    ssize_t n = read(peer->fd, peer->input + peer->len, INPUT_BYTES - 1 - peer->len);
    if (n < 0 && errno == EAGAIN)
        return;
    if (n <= 0) {
        peer_again(peer);
        return;
    }
    if (peer->slow)
        return;                          /* what it is told does not matter: it is closed on next */
    peer->len += (size_t)n;
    peer->input[peer->len] = '\0';
    if (!whole_answer(peer))
        return;
    take_answer(peer);
    trigger(peer);
}

static void dribble(void)
{
    for (unsigned i = n_fast; i < n_peers; i++) {
        struct peer *peer = &peers[i];
        char byte = peer->sent < sizeof(slow_request) - 1 ? slow_request[peer->sent] : 'x';
        peer->sent += send(peer->fd, &byte, 1, MSG_NOSIGNAL | MSG_DONTWAIT) == 1;
    }
}

int main(int argc, char **argv)
{
    if (argc < 6)
        return 2;
    address.sin_port = htons((uint16_t)atoi(argv[1]));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    n_triggers = (unsigned)atoi(argv[2]);
    n_fast = (unsigned)atoi(argv[3]);
    n_peers = n_fast + (unsigned)atoi(argv[4]);
    tokens = argv + 5;
    n_tokens = (unsigned)argc - 5;
    setrlimit(RLIMIT_NOFILE, &(struct rlimit){4096, 4096});
    epoll = epoll_create1(EPOLL_CLOEXEC);
    peers = calloc(n_peers, sizeof(*peers));
    for (unsigned i = n_peers; i-- > 0;) {                 /* the slow ones are there first */
        peers[i].slow = i >= n_fast;
        peers[i].input = malloc(INPUT_BYTES);
        peer_connect(&peers[i]);
    }
    int64_t begun = now_msec(), next_dribble = begun;
    for (unsigned i = 0; i < n_fast; i++)
        trigger(&peers[i]);
    while (n_answered < n_triggers && now_msec() - begun < PATIENCE_SEC * 1000) {
        struct epoll_event events[EVENTS];
        int n = epoll_wait(epoll, events, EVENTS, DRIBBLE_MSEC);
        for (int i = 0; i < n; i++)
            peer_readable(events[i].data.ptr);
        if (now_msec() >= next_dribble) {
            dribble();
            next_dribble = now_msec() + DRIBBLE_MSEC;
        }
    }
    printf("answered %u cut %u slow-ended %u msec %lld\n", n_answered - n_cut, n_cut, n_slow_ended, (long long)(now_msec() - begun));
    return 0;
}

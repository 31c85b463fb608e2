/* The bytes of a connection: the HTTP server with its guard, over a local socket.
 *
 *  - What the handler is given keeps its contract: a path that begins with "/" and climbs nowhere, a body within its bound.
 *  - What comes back is whole HTTP responses, one after the other, each as long as it says.
 *  - How the bytes are cut into pieces changes nothing of which requests are seen.
 *  - It comes to rest, and there are never more connections than may be.
 *  - X-Forwarded-For is a trusted proxy's word alone, and only the last address of the last of them; whatever it says, the peer has an
 *    address.
 *
 * First two bytes: how the bytes are cut. The rest is sent: once whole, and once in pieces. */
#include <config.h>      /* _GNU_SOURCE, for memmem() */

#include <arpa/inet.h>
#include <event2/keyvalq_struct.h>
#include <stdio.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/civil.h"
#include "fuzz.h"
#include "loop/http_server_internal.h"

enum { INPUT_MAX = 100000, TURNS_MAX = 100000, QUIET_TURNS = 4, GONE_TURNS = 4 };

static const struct http_limits limits = {
    .max_header_bytes = 2048, .max_body_bytes = 4096, .max_connections = 8, .max_streams = 4, .request_usec = 60 * USEC_PER_SEC,
    .response_usec = 60 * USEC_PER_SEC, .max_stream_backlog_bytes = 65536,
};

struct run {
    struct loop *loop;
    struct http_server *server;
    struct sockaddr_un address;
    int fd;                      /* the peer's end; -1: closed */
    const uint8_t *at, *end;     /* what is to be sent */
    size_t piece;                /* so much in a turn */
    int turns, quiet, gone;
    struct buf requests;         /* as the handler saw them */
    struct buf answers;
    int n_requests;
};

static struct run run;

/* ---- who asks, behind a proxy ---- */

#define PROXY "192.0.2.1"

/* An address as it is written in one way only; false: it is none. IPv4 and the same mapped into IPv6 are one. */
static bool canonical(const char *text, char ret[INET6_ADDRSTRLEN])
{
    struct in6_addr v6;
    struct in_addr v4;
    if (inet_pton(AF_INET, text, &v4) == 1)
        return inet_ntop(AF_INET, &v4, ret, INET6_ADDRSTRLEN);
    if (inet_pton(AF_INET6, text, &v6) != 1)
        return false;
    return IN6_IS_ADDR_V4MAPPED(&v6) ? inet_ntop(AF_INET, v6.s6_addr + 12, ret, INET6_ADDRSTRLEN) != NULL
                                     : inet_ntop(AF_INET6, &v6, ret, INET6_ADDRSTRLEN) != NULL;
}

/* What the proxy added, with nothing around it; "" if it added nothing. */
static void last_word(struct http_exchange *exchange, struct buf *ret)
{
    const struct evkeyval *header;
    const char *last = "";
    TAILQ_FOREACH(header, evhttp_request_get_input_headers(exchange->req), next)
        if (strcasecmp(header->key, "X-Forwarded-For") == 0)
            last = header->value;
    for (const char *comma; (comma = strchr(last, ','));)
        last = comma + 1;
    last += strspn(last, " \t");
    buf_add_text(ret, last);
}

/* Whether the word is this address, alone, in brackets, with a port, or with a blank and more behind it. */
static bool says(const struct buf *word, const char *address)
{
    const char *text = buf_text(word);
    bool bracket = *text == '[';
    for (size_t len = 1; len <= word->len - bracket; len++) {
        char candidate[INET6_ADDRSTRLEN + 1] = "", written[INET6_ADDRSTRLEN];
        if (len >= sizeof candidate)
            return false;
        memcpy(candidate, text + bracket, len);
        if (text[bracket + len] && !strchr(bracket ? "]" : ": \t", text[bracket + len]))
            continue;
        if (canonical(candidate, written) && strcmp(written, address) == 0)
            return true;
    }
    return false;
}

static void check_forwarded(struct http_exchange *exchange)
{
    unsigned char trusted[1][16];
    struct http_server server = {.trusted = trusted, .n_trusted = 1};
    struct http_conn conn = {.server = &server, .peer = {.address = PROXY}};
    struct http_peer scratch;
    CLEANUP_BUF struct buf word = {0};
    char written[INET6_ADDRSTRLEN];
    HOLDS(peer_parse_ip(PROXY, conn.ip) && peer_parse_ip("192.0.2.2", trusted[0]));
    HOLDS(peer_of_request(&conn, exchange->req, &scratch) == &conn.peer, "a stranger's word");
    memcpy(trusted[0], conn.ip, 16);
    const struct http_peer *peer = peer_of_request(&conn, exchange->req, &scratch);
    last_word(exchange, &word);
    HOLDS(peer->trusted_proxy && !peer->local);
    HOLDS(canonical(peer->address, written) && strcmp(written, peer->address) == 0, "%s", peer->address);
    HOLDS(strcmp(peer->address, PROXY) == 0 || says(&word, peer->address), "%s of %s", peer->address, buf_text(&word));
    HOLDS(!canonical(buf_text(&word), written) || strcmp(peer->address, written) == 0, "%s", peer->address);
}

/* ---- the handler ---- */

static void check_request(const struct http_request *request)
{
    HOLDS(request->path[0] == '/' && !strstr(request->path, "/../"), "%s", request->path);
    HOLDS(request->body_len <= limits.max_body_bytes && ((const char *)request->body)[request->body_len] == '\0');
    HOLDS(request->query && request->content_type && request->authorization && request->idempotency_key && request->last_event_id);
    HOLDS(request->accept_language && request->accept && request->if_none_match && request->peer && request->peer->local);
    HOLDS(!strpbrk(request->authorization, "\r\n") && !strpbrk(request->idempotency_key, "\r\n") && !strpbrk(request->query, "\r\n "));
    HOLDS(!strchr(request->content_type, ';'));
    struct buf value = {0};
    http_form_value(request->body, request->body_len, "a", &value);
    http_form_value(request->query, strlen(request->query), "a", &value);
    buf_done(&value);
}

static void handle(void *userdata, struct http_exchange *exchange, const struct http_request *request)
{
    (void)userdata;
    check_request(request);
    check_forwarded(exchange);
    run.n_requests++;
    buf_printf(&run.requests, "%d %s?%s %s %s %zu:", request->method, request->path, request->query, request->content_type,
               request->idempotency_key, request->body_len);
    buf_add(&run.requests, request->body, request->body_len);
    buf_add_char(&run.requests, '\n');
    const char *header = http_exchange_header(exchange, "x-test");
    const char *body = header ? header : "ok";
    http_reply(exchange, &(struct http_response){.status = 200, .content_type = "text/plain", .body = body, .body_len = strlen(body)});
}

/* ---- the peer ---- */

static void send_piece(void)
{
    size_t left = (size_t)(run.end - run.at), len = run.piece && run.piece < left ? run.piece : left;
    ssize_t n = len ? send(run.fd, run.at, len, MSG_DONTWAIT | MSG_NOSIGNAL) : 0;
    if (n > 0)
        run.at += n;
    else if (n < 0)
        run.at = run.end;            /* the server takes no more, or not now: it has been sent enough */
}

static bool receive(void)
{
    ssize_t n = recv(run.fd, buf_reserve(&run.answers, 65536), 65536, MSG_DONTWAIT);
    if (n > 0)
        run.answers.len += (size_t)n;
    buf_cut(&run.answers, run.answers.len);
    return n > 0;
}

/* After each round of the server's: what it said is read, and the next piece goes, until there is no more to come. */
static void turn(void *userdata)
{
    (void)userdata;
    HOLDS(run.turns++ < TURNS_MAX, "it never comes to rest");
    loop_wake(run.loop);
    if (run.fd >= 0) {
        run.quiet = receive() || run.at < run.end ? 0 : run.quiet + 1;
        if (run.at < run.end)
            send_piece();
        if (run.quiet > QUIET_TURNS) {
            close(run.fd);
            run.fd = -1;
        }
    } else if (http_server_connections(run.server) == 0 || run.gone++ == GONE_TURNS) {
        loop_stop(run.loop);     /* one that never made a request goes by the guard's clock */
    }
}

/* ---- a run ---- */

static void stop(void)
{
    http_server_free(run.server);
    loop_free(run.loop);
    buf_done(&run.requests);
    buf_done(&run.answers);
}

static void prepare(void)
{
    if (run.loop)
        return;
    (void)atexit(stop);
    run.address.sun_family = AF_UNIX;
    snprintf(run.address.sun_path, sizeof run.address.sun_path, "/tmp/fuzz-http.%d", (int)getpid());
    HOLDS(loop_new(&run.loop) == ERR_OK);
    run.server = http_server_new(run.loop, &limits, handle, NULL);
    HOLDS(http_server_listen_unix(run.server, run.address.sun_path) == ERR_OK);
    loop_set_turn(run.loop, turn, NULL);
}

static void send_all(const uint8_t *bytes, size_t len, size_t piece)
{
    run.at = bytes;
    run.end = bytes + len;
    run.piece = piece;
    run.turns = run.quiet = run.gone = run.n_requests = 0;
    buf_clear(&run.requests);
    buf_clear(&run.answers);
    run.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    HOLDS(run.fd >= 0 && connect(run.fd, (const struct sockaddr *)&run.address, sizeof run.address) == 0);
    loop_wake(run.loop);
    HOLDS(loop_run(run.loop) == ERR_OK);
    HOLDS(http_server_connections(run.server) <= limits.max_connections);
}

/* The length of the response at the beginning; 0: it is not whole. HEAD has no body, whatever is said. Where no length is said it may go
 * on until the connection ends, if that is said, and nothing may come after it: so evhttp refuses what it cannot read behind another
 * request, and names the version that it made out. */
static size_t response_len(const char *text, size_t len)
{
    CLEANUP_BUF struct buf head = {0};
    const char *end = len ? memmem(text, len, "\r\n\r\n", 4) : NULL;
    if (!end || strncmp(text, "HTTP/", 5) != 0)
        return 0;
    size_t head_len = (size_t)(end - text) + 4;
    buf_add(&head, text, head_len);
    const char *length = strcasestr(buf_text(&head), "\r\nContent-Length:");
    size_t body = length ? strtoul(length + 17, NULL, 10) : 0;
    if (!length && strcasestr(buf_text(&head), "\r\nConnection: close\r\n") && !memmem(end, len - head_len + 4, "HTTP/1.", 7))
        return len;
    if (strncmp(text, "HTTP/1.", 7) != 0)
        return 0;
    if (head_len + body <= len && (len == head_len + body || strncmp(text + head_len + body, "HTTP/", 5) == 0))
        return head_len + body;
    return len == head_len || strncmp(text + head_len, "HTTP/1.", 7) == 0 ? head_len : 0;
}

/* A connection that the peer ends may be closed at once, so a last answer may be cut short; none may be out of its frame. */
static void check_answers(void)
{
    const char *at = buf_text(&run.answers);
    size_t left = run.answers.len;
    while (left > 0) {
        size_t len = response_len(at, left);
        HOLDS(len > 0, "at %zu of: %s", run.answers.len - left, buf_text(&run.answers));
        at += len;
        left -= len;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct fuzz_input input = {bytes, bytes + len};
    size_t piece = fuzz_number(&input, 2) % 2000 + 1;
    if (fuzz_left(&input) > INPUT_MAX)
        return 0;
    prepare();
    send_all(input.at, fuzz_left(&input), 0);
    check_answers();
    CLEANUP_BUF struct buf whole = {0};
    buf_add(&whole, buf_text(&run.requests), run.requests.len);
    send_all(input.at, fuzz_left(&input), fuzz_left(&input) / 64 < piece ? piece : fuzz_left(&input) / 64);
    check_answers();
    HOLDS(whole.len == run.requests.len && memcmp(buf_text(&whole), buf_text(&run.requests), whole.len) == 0, "whole: %s\nin pieces: %s",
          buf_text(&whole), buf_text(&run.requests));
    return 0;
}

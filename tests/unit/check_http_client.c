/* The client against peers that are down, slow, rude or hostile. A peer is a thread with a raw socket. */
#include <config.h>      /* _GNU_SOURCE, for memmem */

#include <check.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/civil.h"
#include "certificate.h"
#include "loop/http_client.h"
#include "net.h"

enum { MAX_RESULTS = 128 };

static struct loop *loop;
static struct http_client *client;
static char url[128];

struct outcome {
    enum transfer_outcome outcome;
    long status;
    size_t body_len;
    bool cut;
    int64_t retry_after_usec;
    char body[256];
    char reason[256];
};

static struct outcome outcomes[MAX_RESULTS];
static int n_outcomes;
static int n_awaited;
static bool starting;       /* within http_client_start() */

static void done(void *userdata, const struct transfer_result *result)
{
    (void)userdata;
    ck_assert(!starting);
    ck_assert_int_eq(result->body[result->body_len], 0);
    struct outcome *outcome = &outcomes[n_outcomes++];
    *outcome = (struct outcome){ .outcome = result->outcome,
                                 .status = result->status,
                                 .body_len = result->body_len,
                                 .cut = result->cut,
                                 .retry_after_usec = result->retry_after_usec };
    snprintf(outcome->body, sizeof(outcome->body), "%s", result->body);
    snprintf(outcome->reason, sizeof(outcome->reason), "%s", result->reason);
    ck_assert(*outcome->reason);
    if (n_outcomes == n_awaited)
        loop_stop(loop);
}

static struct transfer_http get(void)
{
    return (struct transfer_http){ .method = "GET", .url = url, .timeout_usec = USEC_PER_MIN };
}

static struct transfer *start(const struct transfer_http *http)
{
    struct transfer *transfer = NULL;
    starting = true;
    ck_assert_int_eq(http_client_start(client, http, done, NULL, &transfer), ERR_OK);
    starting = false;
    ck_assert_ptr_nonnull(transfer);
    return transfer;
}

static void await(int n)
{
    n_awaited = n;
    if (n_outcomes < n)
        ck_assert_int_eq(loop_run(loop), ERR_OK);
    ck_assert_int_eq(n_outcomes, n);
}

static struct outcome *fetch(const struct transfer_http *http)
{
    start(http);
    await(n_outcomes + 1);
    return &outcomes[n_outcomes - 1];
}

/* --- The peer: answers the requests of each connection with the replies in turn --- */

struct reply {
    const char *text;        /* "": nothing is sent */
    size_t len;              /* 0: strlen */
    enum { THEN_NEXT, THEN_CLOSE, THEN_RESET, THEN_HOLD } then;
};

static struct peer {
    int listen_fd;
    int port;
    pthread_t thread;
    bool running;
    const struct reply *replies;
    int n_replies;
    int connections;
    struct buf requests;     /* all that came */
    const struct certificate *certificate;   /* NULL: plain */
} peer;

static void hold(int fd)
{
    CLEANUP_BUF struct buf rest = {0};
    net_recv_all(fd, &rest);
}

/* Returns false where the connection is over. */
static bool play(int fd, const struct reply *reply)
{
    CLEANUP_BUF struct buf request = {0};
    CLEANUP_BUF struct buf whole = {0};
    if (!net_recv_response(fd, &request, &whole, false))        /* a request's framing is the same */
        return false;
    buf_add(&peer.requests, whole.data, whole.len);
    net_send(fd, reply->text, reply->len ? reply->len : strlen(reply->text));
    if (reply->then == THEN_HOLD)
        hold(fd);
    struct linger reset = { .l_onoff = 1 };
    if (reply->then == THEN_RESET)
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
    return reply->then == THEN_NEXT;
}

static void *be_peer(void *userdata)
{
    (void)userdata;
    for (int i = 0; i < peer.n_replies;) {
        int fd = net_accept(peer.listen_fd);
        peer.connections++;
        while (i < peer.n_replies && play(fd, &peer.replies[i]))
            i++;
        i++;
        close(fd);
    }
    return NULL;
}

static void begin_peer(const struct reply *replies, int n)
{
    peer.replies = replies;
    peer.n_replies = n;
    peer.running = true;
    int failed = pthread_create(&peer.thread, NULL, be_peer, NULL);
    ck_assert(!failed);
}

static void setup(void)
{
    n_outcomes = 0;
    starting = false;
    ck_assert_int_eq(loop_new(&loop), ERR_OK);
    ck_assert_int_eq(http_client_new(loop, &client), ERR_OK);
    peer = (struct peer){0};
    peer.listen_fd = net_listen(&peer.port);
    snprintf(url, sizeof(url), "http://127.0.0.1:%d/path?query=1", peer.port);
}

static void end_peer(void)
{
    if (peer.running)
        pthread_join(peer.thread, NULL);
    peer.running = false;
}

static void teardown(void)
{
    http_client_free(client);
    end_peer();
    loop_free(loop);
    close(peer.listen_fd);
    buf_done(&peer.requests);
}

#define OK "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

/* --- What is sent --- */

START_TEST(a_get_is_sent_as_asked)
{
    static const struct reply replies[] = { { OK } };
    static const char *const headers[] = { "X-One: 1", "Accept: application/json" };
    begin_peer(replies, 1);
    struct transfer_http http = get();
    http.username = "user";
    http.password = "p\xc3\xa4ss:word";
    http.headers = headers;
    http.n_headers = 2;
    struct outcome *outcome = fetch(&http);
    ck_assert_int_eq(outcome->outcome, TRANSFER_DONE);
    ck_assert_int_eq(outcome->status, 200);
    ck_assert_str_eq(outcome->body, "ok");
    ck_assert_str_eq(outcome->reason, "status 200");
    http_client_free(TAKE(client));
    end_peer();
    const char *seen = buf_text(&peer.requests);
    ck_assert_int_eq(strncmp(seen, "GET /path?query=1 HTTP/1.1\r\n", 28), 0);
    ck_assert_ptr_nonnull(strstr(seen, "\r\nAuthorization: Basic dXNlcjpww6Rzczp3b3Jk\r\n"));
    ck_assert_ptr_nonnull(strstr(seen, "\r\nX-One: 1\r\n"));
    ck_assert_ptr_nonnull(strstr(seen, "\r\nAccept: application/json\r\n"));
    ck_assert_ptr_nonnull(strstr(seen, "\r\nUser-Agent: beredd\r\n"));
    ck_assert_ptr_null(strstr(seen, "Content-Type"));
}
END_TEST

START_TEST(a_body_is_sent_byte_for_byte)
{
    static const struct reply replies[] = { { OK }, { OK }, { OK } };
    begin_peer(replies, 3);
    struct transfer_http http = get();
    http.method = "POST";
    http.content_type = "application/octet-stream";
    http.body = "a\0b";
    http.body_len = 3;
    fetch(&http);
    http.content_type = NULL;
    fetch(&http);
    http.method = "PUT";
    http.content_type = "text/plain";
    http.body = "put";
    ck_assert_int_eq(fetch(&http)->status, 200);
    http_client_free(TAKE(client));
    end_peer();
    static const char first[] = "\r\nContent-Type: application/octet-stream\r\nContent-Length: 3\r\n\r\na\0bPOST ";
    ck_assert_ptr_nonnull(memmem(peer.requests.data, peer.requests.len, first, sizeof(first) - 1));
    static const char second[] = "\r\nContent-Length: 0\r\n\r\nPUT ";
    ck_assert_ptr_nonnull(memmem(peer.requests.data, peer.requests.len, second, sizeof(second) - 1));
    ck_assert_ptr_null(memmem(peer.requests.data, peer.requests.len, "Expect", 6));
    ck_assert_int_eq(peer.connections, 1);              /* one connection for them all */
}
END_TEST

struct dirty {
    const char *what;
    struct transfer_http http;
};

static const char *const dirty_header[] = { "X: a\r\nY: b" };
static const char *const headless_header[] = { "no colon here" };

static const struct dirty dirty_requests[] = {
    { "url", { .method = "GET", .url = "http://127.0.0.1/\r\nX: y" } },
    { "scheme", { .method = "GET", .url = "file:///etc/passwd" } },
    { "scheme", { .method = "GET", .url = "gopher://127.0.0.1/" } },
    { "scheme", { .method = "GET", .url = "127.0.0.1/" } },
    { "scheme", { .method = "GET", .url = "" } },
    { "scheme", { .method = "GET", .url = "http://" } },
    { "method", { .method = "GET / HTTP/1.1\r\nX:", .url = "http://127.0.0.1/" } },
    { "method", { .method = "", .url = "http://127.0.0.1/" } },
    { "header", { .method = "GET", .url = "http://127.0.0.1/", .headers = dirty_header, .n_headers = 1 } },
    { "header", { .method = "GET", .url = "http://127.0.0.1/", .headers = headless_header, .n_headers = 1 } },
    { "type", { .method = "POST", .url = "http://127.0.0.1/", .content_type = "text/plain\nX: y" } },
    { "user", { .method = "GET", .url = "http://127.0.0.1/", .username = "a\nb" } },
    { "password", { .method = "GET", .url = "http://127.0.0.1/", .username = "a", .password = "b\r" } },
};

START_TEST(what_could_be_protocol_is_refused)
{
    struct transfer *transfer = NULL;
    ck_assert_msg(http_client_start(client, &dirty_requests[_i].http, done, NULL, &transfer) == ERR_SYNTAX, "%s",
                  dirty_requests[_i].what);
    ck_assert_ptr_null(transfer);
}
END_TEST

START_TEST(proxies_of_the_environment_are_ignored)
{
    setenv("http_proxy", "http://127.0.0.1:1/", 1);
    setenv("ALL_PROXY", "http://127.0.0.1:1/", 1);
    static const struct reply replies[] = { { OK } };
    begin_peer(replies, 1);
    struct transfer_http http = get();
    ck_assert_int_eq(fetch(&http)->status, 200);
    http_client_free(TAKE(client));
}
END_TEST

/* --- What comes back --- */

static char endless_head[100000];
static char endless_body[300000];

struct answer_case {
    const char *what;
    struct reply reply;
    enum transfer_outcome outcome;
    long status;
};

static struct answer_case answer_cases[] = {
    { "empty", { "HTTP/1.1 204 No Content\r\n\r\n" }, TRANSFER_DONE, 204 },
    { "until close", { "HTTP/1.0 200 OK\r\n\r\nbody", .then = THEN_CLOSE }, TRANSFER_DONE, 200 },
    { "error", { "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n" }, TRANSFER_DONE, 500 },
    { "redirect", { "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n" }, TRANSFER_DONE, 302 },
    { "unauthorised",
      { "HTTP/1.1 401 No\r\nWWW-Authenticate: Digest realm=\"a\", nonce=\"b\"\r\nContent-Length: 0\r\n\r\n" },
      TRANSFER_DONE,
      401 },
    { "closed", { "", .then = THEN_CLOSE }, TRANSFER_UNKNOWN, 0 },
    { "reset", { "", .then = THEN_RESET }, TRANSFER_UNKNOWN, 0 },
    { "half", { "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", .then = THEN_CLOSE }, TRANSFER_UNKNOWN, 200 },
    { "half a head", { "HTTP/1.1 200 OK\r\nContent-Le", .then = THEN_CLOSE }, TRANSFER_UNKNOWN, 200 },
    { "half chunked",
      { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", .then = THEN_CLOSE },
      TRANSFER_UNKNOWN,
      200 },
    { "garbage", { "SSH-2.0-OpenSSH_9.2\r\n", .then = THEN_CLOSE }, TRANSFER_UNKNOWN, 0 },
    { "a status in small letters", { "http/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" }, TRANSFER_UNKNOWN, 0 },
    { "a version that is none", { "HTTP/.11 503 Busy\r\nContent-Length: 0\r\n\r\n" }, TRANSFER_UNKNOWN, 0 },
    { "bad length", { "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n", .then = THEN_CLOSE }, TRANSFER_UNKNOWN, 200 },
    { "endless head", { endless_head, .then = THEN_HOLD }, TRANSFER_UNKNOWN, 200 },
};

START_TEST(every_answer_has_its_meaning)
{
    const struct answer_case *c = &answer_cases[_i];
    strcpy(endless_head, "HTTP/1.1 200 OK\r\n");
    for (int i = 17; i + 6 < (int)sizeof(endless_head); i += 6)
        strcpy(endless_head + i, "A: b\r\n");
    begin_peer(&c->reply, 1);
    struct transfer_http http = get();
    struct outcome *outcome = fetch(&http);
    ck_assert_msg(outcome->outcome == c->outcome && (c->outcome == TRANSFER_UNKNOWN || outcome->status == c->status),
                  "%s: %d, status %ld, %s", c->what, (int)outcome->outcome, outcome->status, outcome->reason);
    ck_assert_ptr_null(strstr(outcome->reason, "query"));
    ck_assert_ptr_null(strstr(outcome->reason, "No error"));
    http_client_free(TAKE(client));
    end_peer();
    ck_assert_int_eq(peer.connections, 1);              /* followed nowhere, and not tried again */
}
END_TEST

START_TEST(a_large_body_is_cut)
{
    int head = snprintf(endless_body, sizeof(endless_body), "HTTP/1.1 200 OK\r\nContent-Length: 10000000\r\n\r\n");
    memset(endless_body + head, 'x', sizeof(endless_body) - (size_t)head);
    static const struct reply replies[] = { { endless_body, sizeof(endless_body), THEN_CLOSE } };
    begin_peer(replies, 1);
    struct transfer_http http = get();
    struct outcome *outcome = fetch(&http);
    ck_assert_int_eq(outcome->outcome, TRANSFER_DONE);
    ck_assert(outcome->cut);
    ck_assert_uint_eq(outcome->body_len, 65536);
    ck_assert_int_eq(outcome->status, 200);
}
END_TEST

START_TEST(retry_after_is_told_within_a_day)
{
    static const struct reply replies[] = {
        { "HTTP/1.1 429 Slow Down\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n" },
        { "HTTP/1.1 503 Later\r\nRetry-After: 99999999\r\nContent-Length: 0\r\n\r\n" },
        { "HTTP/1.1 503 Later\r\nRetry-After: soon\r\nContent-Length: 0\r\n\r\n" },
        { "HTTP/1.1 503 Later\r\nRetry-After: -5\r\nContent-Length: 0\r\n\r\n" },
    };
    static const int64_t wanted[] = { 7 * USEC_PER_SEC, USEC_PER_DAY, 0, 0 };
    begin_peer(replies, 4);
    struct transfer_http http = get();
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(fetch(&http)->retry_after_usec, wanted[i]);
    http_client_free(TAKE(client));
}
END_TEST

/* --- What does not come --- */

START_TEST(nobody_there_means_not_sent)
{
    close(peer.listen_fd);
    struct transfer_http http = get();
    struct outcome *outcome = fetch(&http);
    ck_assert_int_eq(outcome->outcome, TRANSFER_NOT_SENT);
    ck_assert_int_eq(outcome->status, 0);
    http.url = "http://[::1/";
    ck_assert_int_eq(fetch(&http)->outcome, TRANSFER_NOT_SENT);
    int port;
    peer.listen_fd = net_listen(&port);
}
END_TEST

START_TEST(silence_after_the_request_is_unknown)
{
    struct transfer_http http = get();
    enum transfer_outcome outcome = TRANSFER_NOT_SENT;       /* and is, where the machine is too late to ask within the time */
    for (http.timeout_usec = 250000; outcome == TRANSFER_NOT_SENT && http.timeout_usec < USEC_PER_MIN; http.timeout_usec *= 2)
        outcome = fetch(&http)->outcome;                     /* nobody accepts; the kernel takes it */
    ck_assert_int_eq(outcome, TRANSFER_UNKNOWN);
}
END_TEST

/* A full backlog drops what would connect: the request never leaves. */
START_TEST(silence_before_the_request_is_not_sent)
{
    ck_assert_int_eq(listen(peer.listen_fd, 0), 0);
    int crowd[4];
    for (size_t i = 0; i < N_ELEMENTS(crowd); i++) {
        struct sockaddr_in address = { .sin_family = AF_INET,
                                       .sin_port = htons((uint16_t)peer.port),
                                       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
        crowd[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        (void)!connect(crowd[i], (struct sockaddr *)&address, sizeof(address));
    }
    struct transfer_http http = get();
    http.timeout_usec = 200000;
    ck_assert_int_eq(fetch(&http)->outcome, TRANSFER_NOT_SENT);
    for (size_t i = 0; i < N_ELEMENTS(crowd); i++)
        close(crowd[i]);
}
END_TEST

START_TEST(a_kept_connection_that_died_is_replaced)
{
    static const struct reply replies[] = { { OK, .then = THEN_CLOSE }, { OK } };
    begin_peer(replies, 2);
    struct transfer_http http = get();
    http.method = "POST";
    ck_assert_int_eq(fetch(&http)->outcome, TRANSFER_DONE);
    ck_assert_int_eq(fetch(&http)->outcome, TRANSFER_DONE);
    http_client_free(TAKE(client));
    end_peer();
    ck_assert_int_eq(peer.connections, 2);
}
END_TEST

/* --- Many, and cancelled --- */

static void *be_crowded_peer(void *userdata)
{
    (void)userdata;
    int fds[MAX_RESULTS];
    for (int i = 0; i < 100; i++)
        fds[i] = net_accept(peer.listen_fd);
    for (int i = 99; i >= 0; i--) {
        CLEANUP_BUF struct buf request = {0};
        net_recv_until(fds[i], &request, "\r\n\r\n");
        net_send_text(fds[i], OK);
        close(fds[i]);
    }
    return NULL;
}

/* All hundred are under way at once: none waits for another. */
START_TEST(a_hundred_go_at_once)
{
    pthread_t thread;
    listen(peer.listen_fd, 128);
    pthread_create(&thread, NULL, be_crowded_peer, NULL);
    struct transfer_http http = get();
    for (int i = 0; i < 100; i++)
        start(&http);
    await(100);
    for (int i = 0; i < 100; i++)
        ck_assert_int_eq(outcomes[i].status, 200);
    pthread_join(thread, NULL);
}
END_TEST

static struct transfer *to_cancel;

static void cancel_another_and_start_anew(void *userdata, const struct transfer_result *result)
{
    done(userdata, result);
    transfer_cancel(TAKE(to_cancel));
    struct transfer_http http = get();
    start(&http);
}

START_TEST(a_callback_may_cancel_and_start)
{
    static const struct reply replies[] = { { "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nfirst",
                                              .then = THEN_CLOSE },
                                            { OK, .then = THEN_CLOSE },
                                            { OK, .then = THEN_CLOSE } };
    struct transfer_http http = get();
    int other_port;
    int silent = net_listen(&other_port);
    char silent_url[64];
    snprintf(silent_url, sizeof(silent_url), "http://127.0.0.1:%d/", other_port);
    begin_peer(replies, 2);
    ck_assert_int_eq(http_client_start(client, &http, cancel_another_and_start_anew, NULL, NULL), ERR_OK);
    http.url = silent_url;
    to_cancel = start(&http);
    await(2);
    ck_assert_str_eq(outcomes[0].body, "first");
    ck_assert_str_eq(outcomes[1].body, "ok");
    close(silent);
}
END_TEST

/* Two fail in the same breath, and the first one's callback cancels the second: its callback must not come. */
START_TEST(what_is_finished_but_not_told_can_be_cancelled)
{
    static const struct reply replies[] = { { OK, .then = THEN_CLOSE } };
    struct transfer_http http = get();
    http.url = "http://127.0.0.1:99999/";
    ck_assert_int_eq(http_client_start(client, &http, cancel_another_and_start_anew, NULL, NULL), ERR_OK);
    to_cancel = start(&http);
    begin_peer(replies, 1);
    await(2);
    ck_assert_int_eq(outcomes[0].outcome, TRANSFER_NOT_SENT);
    ck_assert_int_eq(outcomes[1].outcome, TRANSFER_DONE);
}
END_TEST

START_TEST(what_is_under_way_goes_with_the_client)
{
    struct transfer_http http = get();
    for (int i = 0; i < 20; i++)
        start(&http);
    transfer_cancel(start(&http));
    transfer_cancel(NULL);
    http_client_free(TAKE(client));
    http_client_free(NULL);
    ck_assert_int_eq(n_outcomes, 0);
}
END_TEST

/* --- TLS --- */

static void *be_tls_peer(void *userdata)
{
    const struct certificate *certificate = userdata;
    SSL_CTX *tls = SSL_CTX_new(TLS_server_method());
    SSL_CTX_use_certificate_chain_file(tls, certificate->certificate_path);
    SSL_CTX_use_PrivateKey_file(tls, certificate->key_path, SSL_FILETYPE_PEM);
    int fd = net_accept(peer.listen_fd);
    SSL *ssl = SSL_new(tls);
    SSL_set_fd(ssl, fd);
    char request[4096];
    if (SSL_accept(ssl) == 1 && SSL_read(ssl, request, sizeof(request)) > 0) {
        peer.connections++;
        SSL_write(ssl, OK, (int)strlen(OK));
    }
    SSL_free(ssl);
    SSL_CTX_free(tls);
    close(fd);
    return NULL;
}

struct tls_case {
    const char *name;        /* in the certificate */
    bool trusted;
    enum transfer_outcome outcome;
};

static const struct tls_case tls_cases[] = {
    { "IP:127.0.0.1", true, TRANSFER_DONE },
    { "IP:127.0.0.1", false, TRANSFER_NOT_SENT },
    { "DNS:example.se", true, TRANSFER_NOT_SENT },
};

START_TEST(certificates_are_checked)
{
    struct certificate certificate;
    certificate_make(&certificate, tls_cases[_i].name);
    pthread_t thread;
    pthread_create(&thread, NULL, be_tls_peer, &certificate);
    snprintf(url, sizeof(url), "https://127.0.0.1:%d/", peer.port);
    struct transfer_http http = get();
    http.ca_file = tls_cases[_i].trusted ? certificate.certificate_path : NULL;
    struct outcome *outcome = fetch(&http);
    ck_assert_msg(outcome->outcome == tls_cases[_i].outcome, "%s", outcome->reason);
    pthread_join(thread, NULL);
    ck_assert_int_eq(peer.connections, tls_cases[_i].outcome == TRANSFER_DONE);     /* no request to who is not sure */
    certificate_remove(&certificate);
}
END_TEST

START_TEST(a_peer_without_tls_gets_no_request)
{
    snprintf(url, sizeof(url), "https://127.0.0.1:%d/", peer.port);
    struct transfer_http http = get();
    http.timeout_usec = 300000;
    ck_assert_int_eq(fetch(&http)->outcome, TRANSFER_NOT_SENT);     /* nobody answers the handshake */
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("http_client");
    TCase *tcase = tcase_create("http_client");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, a_get_is_sent_as_asked);
    tcase_add_test(tcase, a_body_is_sent_byte_for_byte);
    tcase_add_loop_test(tcase, what_could_be_protocol_is_refused, 0, N_ELEMENTS(dirty_requests));
    tcase_add_test(tcase, proxies_of_the_environment_are_ignored);
    tcase_add_loop_test(tcase, every_answer_has_its_meaning, 0, N_ELEMENTS(answer_cases));
    tcase_add_test(tcase, a_large_body_is_cut);
    tcase_add_test(tcase, retry_after_is_told_within_a_day);
    tcase_add_test(tcase, nobody_there_means_not_sent);
    tcase_add_test(tcase, silence_after_the_request_is_unknown);
    tcase_add_test(tcase, silence_before_the_request_is_not_sent);
    tcase_add_test(tcase, a_kept_connection_that_died_is_replaced);
    tcase_add_test(tcase, a_hundred_go_at_once);
    tcase_add_test(tcase, a_callback_may_cancel_and_start);
    tcase_add_test(tcase, what_is_finished_but_not_told_can_be_cancelled);
    tcase_add_test(tcase, what_is_under_way_goes_with_the_client);
    tcase_add_loop_test(tcase, certificates_are_checked, 0, N_ELEMENTS(tls_cases));
    tcase_add_test(tcase, a_peer_without_tls_gets_no_request);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

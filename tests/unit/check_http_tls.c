/* The server behind TLS: the guard must work there as it does without. */
#include <check.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "base/civil.h"
#include "certificate.h"
#include "net.h"
#include "server_fixture.h"

static struct fixture *fixture;
static struct http_limits limits;
static struct certificate certificate;
static SSL_CTX *client_tls;
static int port;

struct listen_tls {
    const char *address;
    const char *certificate_path;
    const char *key_path;
    enum err err;
    int port;
};

static void listen_tls(struct fixture *each, void *userdata)
{
    struct listen_tls *job = userdata;
    job->err = http_server_listen_tcp(fixture_server(each), job->address, job->certificate_path, job->key_path, &job->port);
}

static enum err try_listen(const char *address, const char *certificate_path, const char *key_path)
{
    struct listen_tls job = { .address = address, .certificate_path = certificate_path, .key_path = key_path };
    fixture_run(fixture, listen_tls, &job);
    port = job.port;
    return job.err;
}

static void setup(void)
{
    limits = test_limits;
    certificate_make(&certificate, "IP:127.0.0.1");
    client_tls = SSL_CTX_new(TLS_client_method());
    ck_assert_int_eq(SSL_CTX_load_verify_locations(client_tls, certificate.certificate_path, NULL), 1);
    SSL_CTX_set_verify(client_tls, SSL_VERIFY_PEER, NULL);
    fixture = NULL;
}

static void teardown(void)
{
    if (fixture)
        fixture_stop(fixture);
    SSL_CTX_free(client_tls);
    certificate_remove(&certificate);
}

static void begin(void)
{
    fixture = fixture_start(&limits);
    ck_assert_int_eq(try_listen("127.0.0.1:00", certificate.certificate_path, certificate.key_path), ERR_OK);
}

/* NULL: no handshake */
static SSL *dial(void)
{
    int fd = net_dial(port);
    SSL *ssl = SSL_new(client_tls);
    SSL_set_fd(ssl, fd);
    if (SSL_connect(ssl) == 1)
        return ssl;
    SSL_free(ssl);
    close(fd);
    return NULL;
}

static void hang_up(SSL *ssl)
{
    int fd = SSL_get_fd(ssl);
    SSL_free(ssl);
    close(fd);
}

static void say(SSL *ssl, const char *text)
{
    ck_assert_int_eq(SSL_write(ssl, text, (int)strlen(text)), (int)strlen(text));
}

/* Reads until `text` has come; false if the connection ended before. */
static bool hear(SSL *ssl, struct buf *buf, const char *text)
{
    while (!text || !strstr(buf_text(buf), text)) {
        int n = SSL_read(ssl, buf_reserve(buf, 16384), 16384);
        if (n <= 0)
            return false;
        buf->len += (size_t)n;
        buf_cut(buf, buf->len);
    }
    return true;
}

START_TEST(requests_are_served_over_tls)
{
    begin();
    SSL *ssl = dial();
    ck_assert_ptr_nonnull(ssl);
    CLEANUP_BUF struct buf buf = {0};
    say(ssl, "GET /peer HTTP/1.1\r\nHost: a\r\n\r\n");
    ck_assert(hear(ssl, &buf, "127.0.0.1 remote tls direct -1 -1"));
    buf_clear(&buf);
    say(ssl,
        "GET /big HTTP/1.1\r\nHost: a\r\n\r\nPOST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
    ck_assert(hear(ssl, &buf, "POST /echo? :ok"));
    ck_assert_uint_gt(buf.len, 1048576);
    ck_assert(!hear(ssl, &buf, NULL));
    hang_up(ssl);
}
END_TEST

START_TEST(errors_of_evhttp_are_json_over_tls_too)
{
    begin();
    SSL *ssl = dial();
    CLEANUP_BUF struct buf buf = {0};
    say(ssl, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n");
    ck_assert(!hear(ssl, &buf, NULL));
    ck_assert_int_eq(net_status(&buf), 413);
    ck_assert_int_eq(strncmp(net_body(&buf), "{\"error\": ", 10), 0);
    hang_up(ssl);
}
END_TEST

START_TEST(what_is_no_tls_gets_nowhere)
{
    begin();
    int fd = net_dial(port);
    CLEANUP_BUF struct buf buf = {0};
    net_send_text(fd, "GET /echo HTTP/1.1\r\nHost: a\r\n\r\n");
    net_recv_all(fd, &buf);
    ck_assert_ptr_null(strstr(buf_text(&buf), "HTTP/1"));
    close(fd);
    ck_assert_int_eq(fixture_requests(fixture), 0);
}
END_TEST

/* A socket that was listened on before its certificate was known, and files that are none: nothing in the clear, until there is one. */
START_TEST(what_lacks_its_certificate_is_not_served_plain)
{
    fixture = fixture_start(&limits);
    ck_assert_int_eq(try_listen("127.0.0.1:00", NULL, NULL), ERR_OK);
    CLEANUP_BUF struct buf buf = {0};
    int plain = port;
    ck_assert_int_eq(http_server_check_tls(certificate.key_path, certificate.key_path), ERR_SYNTAX);
    ck_assert_int_eq(http_server_check_tls(certificate.certificate_path, certificate.key_path), ERR_OK);
    ck_assert_int_eq(try_listen("127.0.0.1:00", certificate.key_path, certificate.key_path), ERR_SYNTAX);
    port = plain;
    int fd = net_dial(port);
    net_send_text(fd, "GET /echo HTTP/1.1\r\nHost: a\r\n\r\n");
    net_recv_all(fd, &buf);
    ck_assert_ptr_null(strstr(buf_text(&buf), "HTTP/1"));
    close(fd);
    ck_assert_ptr_null(dial());
    ck_assert_int_eq(fixture_requests(fixture), 0);
    ck_assert_int_eq(try_listen("127.0.0.1:00", certificate.certificate_path, certificate.key_path), ERR_OK);
    SSL *ssl = dial();
    ck_assert_ptr_nonnull(ssl);
    hang_up(ssl);
    ck_assert_int_eq(try_listen("127.0.0.1:00", certificate.key_path, certificate.key_path), ERR_SYNTAX);
    port = plain;
    ssl = dial();
    ck_assert_ptr_nonnull(ssl);      /* it keeps the one that it had */
    hang_up(ssl);
}
END_TEST

START_TEST(an_old_protocol_is_refused)
{
    begin();
    SSL_CTX_set_security_level(client_tls, 0);
    SSL_CTX_set_min_proto_version(client_tls, TLS1_VERSION);
    SSL_CTX_set_max_proto_version(client_tls, TLS1_1_VERSION);
    ck_assert_ptr_null(dial());
}
END_TEST

START_TEST(a_handshake_that_stalls_ends_by_the_clock)
{
    limits.request_usec = 300000;
    begin();
    int silent = net_dial(port);
    int half = net_dial(port);
    net_send(half, "\x16\x03\x01\x02\x00\x01\x00", 7);
    ck_assert(net_ended(silent));
    CLEANUP_BUF struct buf buf = {0};
    net_recv_all(half, &buf);
    ck_assert_uint_eq(fixture_connections(fixture), 0);
    close(silent);
    close(half);
}
END_TEST

/* A machine that is too late for the handshake gets more time. */
static SSL *dial_within_the_limit(void)
{
    for (limits.request_usec = 500000; limits.request_usec < USEC_PER_MIN; limits.request_usec *= 2) {
        begin();
        SSL *ssl = dial();
        if (ssl)
            return ssl;
        fixture_stop(TAKE(fixture));
    }
    ck_abort_msg("no handshake in a minute");
}

START_TEST(a_half_request_over_tls_ends_by_the_clock)
{
    SSL *ssl = dial_within_the_limit();
    CLEANUP_BUF struct buf buf = {0};
    say(ssl, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf");
    ck_assert(!hear(ssl, &buf, NULL));
    ck_assert_uint_eq(fixture_connections(fixture), 0);
    hang_up(ssl);
}
END_TEST

START_TEST(a_crowd_of_handshakes_refuses_nobody)
{
    enum { CROWD = 60 };
    limits.max_connections = 10;
    begin();
    int fds[CROWD];
    for (int i = 0; i < CROWD; i++)
        fds[i] = net_dial(port);
    SSL *ssl = dial();
    ck_assert_ptr_nonnull(ssl);
    CLEANUP_BUF struct buf buf = {0};
    say(ssl, "GET /echo HTTP/1.1\r\nHost: a\r\n\r\n");
    ck_assert(hear(ssl, &buf, "GET /echo? :"));
    ck_assert_uint_le(fixture_connections(fixture), 10);
    hang_up(ssl);
    for (int i = 0; i < CROWD; i++)
        close(fds[i]);
}
END_TEST

START_TEST(a_stream_over_tls_flows_and_is_closed)
{
    begin();
    SSL *ssl = dial();
    CLEANUP_BUF struct buf buf = {0};
    say(ssl, "GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
    ck_assert(hear(ssl, &buf, "data: hello\n\n"));
    fixture_broadcast(fixture, "data: more\n\n", 12);
    ck_assert(hear(ssl, &buf, "data: more\n\n"));
    hang_up(ssl);
    fixture_wait_closed(fixture, 1);
}
END_TEST

START_TEST(certificates_are_checked_before_they_are_used)
{
    begin();
    const char *good = certificate.certificate_path;
    const char *key = certificate.key_path;
    ck_assert_int_eq(try_listen("127.0.0.1:0", good, NULL), ERR_SYNTAX);
    ck_assert_int_eq(try_listen("127.0.0.1:0", NULL, key), ERR_SYNTAX);
    ck_assert_int_eq(try_listen("127.0.0.1:0", "/nonexistent", key), ERR_NOT_FOUND);
    ck_assert_int_eq(try_listen("127.0.0.1:0", key, key), ERR_SYNTAX);
    struct certificate other;
    certificate_make(&other, "IP:127.0.0.1");
    ck_assert_int_eq(try_listen("127.0.0.1:0", good, other.key_path), ERR_SYNTAX);      /* the key of another */
    certificate_remove(&other);
}
END_TEST

START_TEST(a_reload_brings_the_new_certificate)
{
    begin();
    SSL *old = dial();
    ck_assert_ptr_nonnull(old);
    struct certificate other;
    certificate_make(&other, "IP:127.0.0.1");
    ck_assert_int_eq(try_listen("127.0.0.1:00", other.certificate_path, other.key_path), ERR_OK);
    ck_assert_ptr_null(dial());                         /* the client trusts only the first one */
    CLEANUP_BUF struct buf buf = {0};
    say(old, "GET /echo HTTP/1.1\r\nHost: a\r\n\r\n");
    ck_assert(hear(old, &buf, "GET /echo? :"));
    hang_up(old);
    certificate_remove(&other);
}
END_TEST

struct handed_over {
    int fd;
    const char *address;
    enum err err;
};

static void listen_fd(struct fixture *each, void *userdata)
{
    struct handed_over *job = userdata;
    job->err = http_server_listen_fd(fixture_server(each), job->fd, job->address);
}

static void keep_none(struct fixture *each, void *userdata)
{
    (void)userdata;
    http_server_keep_tcp(fixture_server(each), NULL, 0);
}

/* The service manager's sockets too: a configured certificate must not be passed over in silence. */
START_TEST(a_descriptor_that_was_handed_over_gets_the_certificate)
{
    char address[32];
    int given;
    struct handed_over job = { .fd = net_listen(&given), .address = address };
    snprintf(address, sizeof(address), "127.0.0.1:%d", given);
    fixture = fixture_start(&limits);
    fixture_run(fixture, listen_fd, &job);
    ck_assert_int_eq(job.err, ERR_OK);
    ck_assert_int_eq(try_listen(address, certificate.certificate_path, certificate.key_path), ERR_OK);
    ck_assert_int_eq(port, given);
    fixture_run(fixture, keep_none, NULL);              /* it is not ours to close */
    SSL *ssl = dial();
    ck_assert_ptr_nonnull(ssl);
    CLEANUP_BUF struct buf buf = {0};
    say(ssl, "GET /echo HTTP/1.1\r\nHost: a\r\n\r\n");
    ck_assert(hear(ssl, &buf, "GET /echo? :"));
    hang_up(ssl);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("http_tls");
    TCase *tcase = tcase_create("http_tls");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, requests_are_served_over_tls);
    tcase_add_test(tcase, errors_of_evhttp_are_json_over_tls_too);
    tcase_add_test(tcase, what_is_no_tls_gets_nowhere);
    tcase_add_test(tcase, what_lacks_its_certificate_is_not_served_plain);
    tcase_add_test(tcase, an_old_protocol_is_refused);
    tcase_add_test(tcase, a_handshake_that_stalls_ends_by_the_clock);
    tcase_add_test(tcase, a_half_request_over_tls_ends_by_the_clock);
    tcase_add_test(tcase, a_crowd_of_handshakes_refuses_nobody);
    tcase_add_test(tcase, a_stream_over_tls_flows_and_is_closed);
    tcase_add_test(tcase, certificates_are_checked_before_they_are_used);
    tcase_add_test(tcase, a_reload_brings_the_new_certificate);
    tcase_add_test(tcase, a_descriptor_that_was_handed_over_gets_the_certificate);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

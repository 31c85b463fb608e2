/* The server from the outside: what it answers, what it refuses, and what it gives up on by the clock. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/civil.h"
#include "net.h"
#include "server_fixture.h"

static struct fixture *fixture;
static struct http_limits limits;
static struct buf in;        /* what came and was not looked at yet */
static struct buf response;

static void setup(void)
{
    limits = test_limits;
    in = response = (struct buf){0};
    fixture = NULL;
}

static void teardown(void)
{
    if (fixture)
        fixture_stop(fixture);
    buf_done(&in);
    buf_done(&response);
}

static int begin(void)
{
    fixture = fixture_start(&limits);
    return net_dial(fixture_port(fixture));
}

struct dialled {
    const char *text;
    int fd;
};

static void dial_and_say(struct fixture *each, void *userdata)
{
    struct dialled *dialled = userdata;
    dialled->fd = net_dial(fixture_port(each));
    net_send_text(dialled->fd, dialled->text);
}

/* From the loop's thread, which so accepts nobody who has not said this: the server's time runs, and nothing of it for us. */
static int dial_saying(const char *text)
{
    struct dialled dialled = { .text = text };
    fixture_run(fixture, dial_and_say, &dialled);
    return dialled.fd;
}

static int begin_saying(const char *text)
{
    close(begin());
    return dial_saying(text);
}

static void expect(int fd, int status, const char *body)
{
    ck_assert(net_recv_response(fd, &in, &response, false));
    ck_assert_msg(net_status(&response) == status, "wanted %d, got %s", status, buf_text(&response));
    if (body)
        ck_assert_str_eq(net_body(&response), body);
}

static void request(int fd, const char *text, int status, const char *body)
{
    ck_assert(net_send_text(fd, text));
    expect(fd, status, body);
}

static bool response_has(const char *text)
{
    return strstr(buf_text(&response), text) != NULL;
}

/* --- Serving --- */

START_TEST(requests_follow_each_other_on_a_connection)
{
    int fd = begin();
    request(fd, "GET /echo?a=b%20c HTTP/1.1\r\nHost: a\r\n\r\n", 200, "GET /echo?a=b%20c :");
    ck_assert(response_has("\r\nX-Content-Type-Options: nosniff\r\n"));
    ck_assert(response_has("\r\nDate: "));
    ck_assert(!response_has("Connection: close"));
    request(fd,
            "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: Application/JSON; charset=utf-8\r\nContent-Length: 5\r\n\r\nab\ncd",
            200, "POST /echo? application/json:ab\ncd");
    request(fd, "GET /none HTTP/1.1\r\nHost: a\r\n\r\n", 204, "");
    ck_assert(!response_has("Content-Length"));
    request(fd, "GET /caf%C3%A9/x%20y HTTP/1.1\r\nHost: a\r\n\r\n", 200, "GET /caf\xc3\xa9/x y? :");
    request(fd, "GET /header HTTP/1.1\r\nHost: a\r\nX-TEST: signed \r\n\r\n", 200, "signed");
    ck_assert_uint_eq(fixture_connections(fixture), 1);
    close(fd);
}
END_TEST

START_TEST(pipelined_requests_are_answered_in_order)
{
    int fd = begin();
    ck_assert(net_send_text(
        fd, "POST /echo?1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\noneGET /echo?2 HTTP/1.1\r\nHost: a\r\n\r\n"
            "GET /none HTTP/1.1\r\nHost: a\r\n\r\nGET /echo?3 HTTP/1.1\r\nHost: a\r\n\r\nGET /echo?4 HT"));
    expect(fd, 200, "POST /echo?1 :one");
    expect(fd, 200, "GET /echo?2 :");
    expect(fd, 204, "");
    expect(fd, 200, "GET /echo?3 :");
    request(fd, "TP/1.1\r\nHost: a\r\n\r\n", 200, "GET /echo?4 :");
    close(fd);
}
END_TEST

START_TEST(a_request_may_come_byte_by_byte)
{
    int fd = begin();
    static const char text[] = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nabcd";
    for (size_t i = 0; i < sizeof(text) - 1; i++)
        ck_assert(net_send(fd, text + i, 1));
    expect(fd, 200, "POST /echo? :abcd");
    close(fd);
}
END_TEST

START_TEST(head_is_get_without_a_body)
{
    int fd = begin();
    ck_assert(net_send_text(fd, "HEAD /big HTTP/1.1\r\nHost: a\r\n\r\nGET /echo HTTP/1.1\r\nHost: a\r\n\r\n"));
    ck_assert(net_recv_response(fd, &in, &response, true));
    ck_assert(response_has("\r\nContent-Length: 1048576\r\n"));
    expect(fd, 200, "GET /echo? :");
    close(fd);
}
END_TEST

START_TEST(a_large_answer_arrives_whole)
{
    int fd = begin();
    request(fd, "GET /big HTTP/1.1\r\nHost: a\r\n\r\n", 200, NULL);
    ck_assert_uint_eq(strlen(net_body(&response)), 1048576);
    request(fd, "GET /echo HTTP/1.1\r\nHost: a\r\n\r\n", 200, "GET /echo? :");
    close(fd);
}
END_TEST

START_TEST(pages_are_confined)
{
    int fd = begin();
    request(fd, "GET /html HTTP/1.1\r\nHost: a\r\n\r\n", 200, "<p>");
    ck_assert(response_has("\r\nContent-Security-Policy: default-src 'none';"));
    ck_assert(response_has("\r\nReferrer-Policy: no-referrer\r\n"));
    close(fd);
}
END_TEST

static const struct {
    const char *text;
    const char *method;
} methods[] = { { "GET", "GET" },     { "POST", "POST" },   { "PUT", "PUT" },    { "DELETE", "DELETE" }, { "OPTIONS", "OPTIONS" },
                { "PATCH", "PATCH" }, { "TRACE", "OTHER" }, { "BREW", "OTHER" }, { "get", "OTHER" } };

START_TEST(every_method_reaches_the_handler)
{
    int fd = begin();
    char text[128];
    char body[128];
    snprintf(text, sizeof(text), "%s /echo HTTP/1.1\r\nHost: a\r\n\r\n", methods[_i].text);
    snprintf(body, sizeof(body), "%s /echo? :", methods[_i].method);
    request(fd, text, 200, body);
    close(fd);
}
END_TEST

START_TEST(an_expected_continue_is_sent)
{
    int fd = begin();
    ck_assert(net_send_text(fd, "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"));
    ck_assert(net_recv_response(fd, &in, &response, true));
    ck_assert_int_eq(net_status(&response), 100);
    request(fd, "ok", 200, "POST /echo? :ok");
    request(fd, "GET /echo HTTP/1.1\r\nHost: a\r\n\r\n", 200, "GET /echo? :");
    close(fd);
}
END_TEST

START_TEST(a_client_that_has_said_all_is_still_answered)
{
    int fd = begin();
    ck_assert(net_send_text(fd, "GET /echo HTTP/1.1\r\nHost: a\r\n\r\n"));
    shutdown(fd, SHUT_WR);
    expect(fd, 200, "GET /echo? :");
    ck_assert(net_ended(fd));
    close(fd);
}
END_TEST

START_TEST(close_is_honoured)
{
    int fd = begin();
    request(fd, "GET /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 200, "GET /echo? :");
    ck_assert(net_ended(fd));
    close(fd);
    fd = net_dial(fixture_port(fixture));
    request(fd, "GET /echo HTTP/1.0\r\n\r\n", 200, "GET /echo? :");
    ck_assert(net_ended(fd));
    ck_assert_uint_eq(fixture_connections(fixture), 0);
    close(fd);
}
END_TEST

/* --- Framing --- */

struct raw_case {
    const char *text;
    size_t len;
    int status;
    int requests;           /* that the handler may see */
    bool stays;             /* the connection is good for another request */
};

#define RAW(text, status, requests, stays) { text, sizeof(text) - 1, status, requests, stays }
#define TAIL "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"

static const struct raw_case raw_cases[] = {
    /* refused: two parsers could disagree */
    RAW("GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n" TAIL, 400, 0, false),
    RAW("GET / HTTP/1.1\r\nHost: a\r\nX : a\r\n\r\n" TAIL, 400, 0, false),
    RAW("GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n" TAIL, 400, 0, false),
    RAW("GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n" TAIL, 400, 0, false),
    RAW("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n" TAIL, 400, 0, false),
    RAW("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx" TAIL, 400, 0, false),
    RAW("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 36\r\n\r\nx" TAIL, 400, 0, false),
    RAW("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\nx" TAIL, 400, 0, false),
    RAW("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 1\r\n\r\nx" TAIL, 400, 0, false),
    RAW("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\nx" TAIL, 400, 0, false),
    RAW("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x1\r\n\r\nx" TAIL, 400, 0, false),
    RAW("POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\nx" TAIL, 400, 0, false),
    RAW("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999999\r\n\r\nx" TAIL, 413, 0, false),
    RAW("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" TAIL, 400, 0, false),
    RAW("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n" TAIL, 400, 0, false),
    RAW("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\n\r\n" TAIL, 400, 0, false),
    RAW("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n" TAIL, 400, 0,
        false),
    RAW("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n" TAIL, 413, 0, false),
    RAW("HEAD / HTTP/1.1\r\nHost: a\r\nContent-Length: 36\r\n\r\n" TAIL, 400, 0, false),
    RAW("TRACE / HTTP/1.1\r\nHost: a\r\nContent-Length: 36\r\n\r\n" TAIL, 400, 0, false),
    RAW("BREW / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" TAIL, 400, 0, false),
    RAW("GET / HTTP/2.0\r\nHost: a\r\n\r\n" TAIL, 400, 0, false),
    RAW("GET /\r\nHost: a\r\n\r\n" TAIL, 400, 0, false),
    RAW("GET / a HTTP/1.1\r\nHost: a\r\n\r\n" TAIL, 400, 0, false),
    RAW("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400, 0, false),
    RAW("\r\n\r\n", 400, 0, false),
    /* refused paths */
    RAW("GET /a%2fb HTTP/1.1\r\nHost: a\r\n\r\n" TAIL, 400, 0, false),
    RAW("GET /a%00b HTTP/1.1\r\nHost: a\r\n\r\n" TAIL, 400, 0, false),
    RAW("GET /../etc HTTP/1.1\r\nHost: a\r\n\r\n" TAIL, 400, 0, false),
    RAW("GET /x/%2e%2E HTTP/1.1\r\nHost: a\r\n\r\n" TAIL, 400, 0, false),
    RAW("GET /%e5 HTTP/1.1\r\nHost: a\r\n\r\n" TAIL, 400, 0, false),
    RAW("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n" TAIL, 400, 0, false),
    RAW("CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n" TAIL, 400, 0, false),
    /* served, but nothing behind it */
    RAW("GET /echo HTTP/1.1\nHost: a\n\n" TAIL, 200, 1, false),
    RAW("GET /echo HTTP/1.1\r\n\r\n" TAIL, 200, 1, false),
    RAW("GET /echo HTTP/1.7\r\nHost: a\r\n\r\n" TAIL, 200, 1, false),
    RAW("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n" TAIL, 200, 1, false),
    RAW("GET http://a/echo HTTP/1.1\r\nHost: a\r\nProxy-Connection: keep-alive\r\n\r\n" TAIL, 200, 1, false),
    /* served */
    RAW("GET /echo HTTP/1.1\r\nhost:a\r\nX-Empty:\r\n\r\n" TAIL, 200, 2, true),
    RAW("GET /a..b/...%2e HTTP/1.1\r\nHost: a\r\n\r\n" TAIL, 200, 2, true),
    RAW("HEAD /none HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n" TAIL, 204, 2, true),
};

START_TEST(framing_is_not_guessed_at)
{
    const struct raw_case *c = &raw_cases[_i];
    int fd = begin();
    bool head = c->text[0] == 'H';
    ck_assert(net_send(fd, c->text, c->len));
    ck_assert(net_recv_response(fd, &in, &response, head));
    ck_assert_msg(net_status(&response) == c->status, "wanted %d, got %s", c->status, buf_text(&response));
    if (c->stays) {
        expect(fd, 200, "GET /smuggled? :");
    } else {
        ck_assert(response_has("\r\nConnection: close\r\n"));
        ck_assert(net_ended(fd));
    }
    if (c->status >= 400 && !head) {
        ck_assert(response_has("\r\nContent-Type: application/json\r\n"));
        ck_assert_int_eq(strncmp(net_body(&response), "{\"error\": \"", 11), 0);
    }
    ck_assert_int_eq(fixture_requests(fixture), c->requests);
    close(fd);
}
END_TEST

START_TEST(a_chunked_body_is_put_together)
{
    int fd = begin();
    request(fd, "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n3\r\nc\r\n\r\n0\r\nX: y\r\n\r\n",
            200, "POST /echo? :abc\r\n");
    close(fd);
}
END_TEST

/* --- Size --- */

START_TEST(the_largest_body_is_taken_and_a_larger_one_refused)
{
    limits.max_body_bytes = 5000;
    int fd = begin();
    CLEANUP_BUF struct buf text = {0};
    buf_add_text(&text, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5000\r\n\r\n");
    memset(buf_reserve(&text, 5000), 'x', 5000);
    text.len += 5000;
    ck_assert(net_send(fd, text.data, text.len));
    expect(fd, 200, NULL);
    ck_assert_uint_eq(strlen(net_body(&response)), 5000 + strlen("POST /echo? :"));
    request(fd, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5001\r\n\r\n", 413, NULL);
    ck_assert(net_ended(fd));
    close(fd);
    ck_assert_int_eq(fixture_requests(fixture), 1);
}
END_TEST

/* The peer reads nothing before it has sent everything, which takes a while, and must still read why. */
START_TEST(a_body_far_too_large_gets_its_answer)
{
    int fd = begin();
    net_send_text(fd, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4000000\r\n\r\n");
    CLEANUP_FREE char *body = mem_alloc(100000);
    for (int i = 0; i < 40; i++) {
        ck_assert(net_send(fd, body, 100000));
        poll(NULL, 0, 5);
    }
    expect(fd, 413, NULL);
    close(fd);
}
END_TEST

START_TEST(chunks_add_up_to_the_limit)
{
    limits.max_body_bytes = 1000;
    int fd = begin();
    ck_assert(net_send_text(fd, "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"));
    char chunk[100 + 6 + 1];
    snprintf(chunk, sizeof(chunk), "64\r\n%0100d\r\n", 0);
    for (int i = 0; i < 11; i++)
        net_send(fd, chunk, sizeof(chunk) - 1);
    expect(fd, 413, NULL);
    close(fd);
}
END_TEST

START_TEST(a_head_too_large_is_refused)
{
    limits.max_header_bytes = 2000;
    int fd = begin();
    CLEANUP_BUF struct buf text = {0};
    buf_add_text(&text, "GET /echo HTTP/1.1\r\nHost: a\r\n");
    for (int i = 0; i < 300; i++)
        buf_add_text(&text, "X-Filler: aaaa\r\n");
    buf_add_text(&text, "\r\n");
    net_send(fd, text.data, text.len);
    expect(fd, 431, NULL);
    close(fd);
    fd = net_dial(fixture_port(fixture));
    buf_clear(&in);
    memset(text.data, 'A', text.len);
    net_send(fd, text.data, text.len);
    expect(fd, 431, NULL);
    close(fd);
    ck_assert_int_eq(fixture_requests(fixture), 0);
}
END_TEST

/* --- Time --- */

/* Sends a byte at a time until the server hangs up; what it said is in `in`. */
static void drip(int fd, const char *text)
{
    struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
    for (const char *at = text;; at += at[1] != 0) {
        if (!net_send(fd, at, 1))
            break;
        if (poll(&poll_fd, 1, 20) == 1)
            break;
    }
    net_recv_all(fd, &in);
}

START_TEST(a_head_that_drips_ends_by_the_clock)
{
    limits.request_usec = 300000;
    int fd = begin_saying("GET /ec");
    drip(fd, "ho HTTP/1.1\r\nX: aaaaaaaaaaaaaaa");
    ck_assert_int_eq(net_status(&in), 408);
    while (fixture_connections(fixture))        /* whom begin() hung up on is noticed by and by */
        poll(NULL, 0, 20);
    close(fd);
}
END_TEST

START_TEST(a_body_that_drips_ends_by_the_clock)
{
    limits.request_usec = 300000;
    int fd = begin_saying("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n");
    drip(fd, "x");
    ck_assert_int_eq(net_status(&in), 408);
    close(fd);
    ck_assert_int_eq(fixture_requests(fixture), 0);
}
END_TEST

START_TEST(a_body_that_stops_half_way_ends_by_the_clock)
{
    limits.request_usec = 300000;
    int fd = begin_saying("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf");
    net_recv_all(fd, &in);
    ck_assert_int_eq(net_status(&in), 408);
    close(fd);
}
END_TEST

START_TEST(idle_connections_end_by_the_clock)
{
    limits.request_usec = 300000;
    int silent = begin();
    int used = dial_saying("GET /echo HTTP/1.1\r\nHost: a\r\n\r\n");
    expect(used, 200, NULL);
    ck_assert(net_ended(silent));
    ck_assert(net_ended(used));
    ck_assert_uint_eq(fixture_connections(fixture), 0);
    close(silent);
    close(used);
}
END_TEST

START_TEST(a_client_that_does_not_read_its_answer_is_dropped)
{
    limits.response_usec = 300000;
    int fd = begin();
    int size = 4096;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
    for (int i = 0; i < 20; i++)                /* more than the kernel's buffers hold */
        net_send_text(fd, "GET /big HTTP/1.1\r\nHost: a\r\n\r\n");
    while (fixture_connections(fixture))
        poll(NULL, 0, 20);
    close(fd);
}
END_TEST

START_TEST(an_answer_that_comes_too_late_goes_nowhere)
{
    limits.response_usec = 300000;
    int fd = begin();
    net_send_text(fd, "GET /hold HTTP/1.1\r\nHost: a\r\n\r\n");
    fixture_wait_held(fixture, 1);
    ck_assert(net_ended(fd));
    fixture_release(fixture);
    close(fd);
    fd = net_dial(fixture_port(fixture));
    request(fd, "GET /echo HTTP/1.1\r\nHost: a\r\n\r\n", 200, NULL);
    close(fd);
}
END_TEST

START_TEST(an_answer_later_is_an_answer)
{
    int fd = begin();
    net_send_text(fd, "GET /hold HTTP/1.1\r\nHost: a\r\n\r\nGET /echo HTTP/1.1\r\nHost: a\r\n\r\n");
    fixture_wait_held(fixture, 1);
    ck_assert_int_eq(fixture_requests(fixture), 1);
    fixture_release(fixture);
    expect(fd, 200, "late");
    expect(fd, 200, "GET /echo? :");
    close(fd);
}
END_TEST

START_TEST(the_peer_may_leave_before_its_answer)
{
    int fd = begin();
    net_send_text(fd, "GET /hold HTTP/1.1\r\nHost: a\r\n\r\n");
    fixture_wait_held(fixture, 1);
    struct linger reset = { .l_onoff = 1 };
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
    close(fd);
    fixture_release(fixture);
    while (fixture_connections(fixture))
        poll(NULL, 0, 10);
}
END_TEST

START_TEST(the_server_may_go_before_the_answers)
{
    int fd = begin();
    int streaming = net_dial(fixture_port(fixture));
    int half = net_dial(fixture_port(fixture));
    net_send_text(fd, "GET /hold HTTP/1.1\r\nHost: a\r\n\r\n");
    net_send_text(half, "POST /echo HTTP/1.1\r\nContent-Le");
    request(streaming, "GET /stream HTTP/1.1\r\nHost: a\r\n\r\n", 200, NULL);
    fixture_wait_held(fixture, 1);
    fixture_stop(TAKE(fixture));
    ck_assert(net_ended(fd));
    ck_assert(net_ended(half));
    net_recv_all(streaming, &in);
    close(fd);
    close(half);
    close(streaming);
}
END_TEST

/* --- Number --- */

START_TEST(the_oldest_unfinished_connection_makes_room)
{
    limits.max_connections = 3;
    int fds[4];
    fds[0] = begin();
    for (int i = 1; i < 3; i++)
        fds[i] = net_dial(fixture_port(fixture));
    for (int i = 0; i < 3; i++) {
        request(fds[i], "GET /echo HTTP/1.1\r\nHost: a\r\n\r\n", 200, NULL);
        net_send_text(fds[i], "GET /ec");
    }
    request(fds[0], "ho HTTP/1.1\r\nHost: a\r\n\r\n", 200, NULL);        /* now the second is the oldest that has not finished */
    fds[3] = net_dial(fixture_port(fixture));
    request(fds[3], "GET /echo HTTP/1.1\r\nHost: a\r\n\r\n", 200, NULL);
    ck_assert(net_ended(fds[1]));
    ck_assert_uint_eq(fixture_connections(fixture), 3);
    request(fds[2], "ho HTTP/1.1\r\nHost: a\r\n\r\n", 200, NULL);
    request(fds[0], "GET /echo HTTP/1.1\r\nHost: a\r\n\r\n", 200, NULL);
    for (int i = 0; i < 4; i++)
        close(fds[i]);
}
END_TEST

START_TEST(a_crowd_of_idle_connections_refuses_nobody)
{
    enum { CROWD = 300 };
    limits.max_connections = 50;
    int fds[CROWD];
    fds[0] = begin();
    for (int i = 1; i < CROWD; i++)
        fds[i] = net_dial(fixture_port(fixture));
    int fd = net_dial(fixture_port(fixture));
    request(fd, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nBrand", 200, "POST /echo? :Brand");
    ck_assert_uint_le(fixture_connections(fixture), 50);
    close(fd);
    for (int i = 0; i < CROWD; i++)
        close(fds[i]);
}
END_TEST

START_TEST(whoever_is_being_answered_is_evicted_last)
{
    limits.max_connections = 2;
    int held = begin();
    net_send_text(held, "GET /hold HTTP/1.1\r\nHost: a\r\n\r\n");
    fixture_wait_held(fixture, 1);
    for (int i = 0; i < 10; i++) {
        int fd = net_dial(fixture_port(fixture));
        request(fd, "GET /echo HTTP/1.1\r\nHost: a\r\n\r\n", 200, NULL);
        close(fd);
    }
    fixture_release(fixture);
    expect(held, 200, "late");
    close(held);
}
END_TEST

START_TEST(those_who_left_are_not_counted)
{
    begin();
    for (int i = 0; i < 20; i++)
        close(net_dial(fixture_port(fixture)));
    while (fixture_connections(fixture) > 1)
        poll(NULL, 0, 20);
}
END_TEST

struct listen_fd {
    int fd;
    enum err err;
};

static void listen_fd(struct fixture *each, void *userdata)
{
    struct listen_fd *job = userdata;
    job->err = http_server_listen_fd(fixture_server(each), job->fd, NULL);
}

static void connect_to(int fd, int port)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_port = htons((uint16_t)port),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
}

/* How many have connected and were not accepted yet. */
static unsigned queued(int listening)
{
    struct tcp_info info = {0};
    socklen_t len = sizeof(info);
    ck_assert_int_eq(getsockopt(listening, IPPROTO_TCP, TCP_INFO, &info, &len), 0);
    return info.tcpi_unacked;
}

/* Descriptors run out: an old connection goes for a new one. Valgrind, which has limits of its own, lets accept() fail only after the
 * kernel has accepted, and closes what came; so nothing is asked of a crowd that comes at once but that all of it is dealt with. */
START_TEST(without_descriptors_new_ones_are_still_served)
{
    enum { CROWD = 40, LATER = 10 };
    int fds[CROWD + LATER];
    int port;
    close(begin());
    struct listen_fd job = { .fd = net_listen(&port) };
    fixture_run(fixture, listen_fd, &job);
    ck_assert_int_eq(job.err, ERR_OK);
    for (int i = 0; i < CROWD + LATER; i++)
        fds[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct rlimit before;
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
    struct rlimit few = before;
    few.rlim_cur = (rlim_t)fds[CROWD + LATER - 1] + 4;   /* the soft one alone: valgrind lets nobody touch the other */
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
    for (int i = 0; i < CROWD; i++)
        connect_to(fds[i], port);
    while (queued(job.fd))
        poll(NULL, 0, 10);
    for (int i = CROWD; i < CROWD + LATER; i++) {
        ck_assert_uint_le(fixture_connections(fixture), 5);      /* and the round in which it accepted is over */
        connect_to(fds[i], port);
        request(fds[i], "GET /echo HTTP/1.1\r\nHost: a\r\n\r\n", 200, "GET /echo? :");
    }
    for (int i = 0; i < CROWD + LATER; i++)
        close(fds[i]);
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &before), 0);
}
END_TEST

/* --- Streams --- */

static void expect_stream(int fd)
{
    ck_assert(net_recv_until(fd, &in, "data: hello\n\n\r\n"));
    ck_assert_int_eq(net_status(&in), 200);
    ck_assert_ptr_nonnull(strstr(buf_text(&in), "\r\nContent-Type: text/event-stream\r\n"));
}

static void begin_stream(int fd)
{
    ck_assert(net_send_text(fd, "GET /stream HTTP/1.1\r\nHost: a\r\n\r\n"));
    expect_stream(fd);
}

START_TEST(a_stream_flows_and_ends)
{
    limits.request_usec = limits.response_usec = 300000;     /* neither is for streams */
    int fd = begin_saying("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
    expect_stream(fd);
    for (int i = 0; i < 8; i++) {
        char event[32];
        snprintf(event, sizeof(event), "data: %d\n\n", i);
        fixture_broadcast(fixture, event, strlen(event));
        poll(NULL, 0, 100);
    }
    ck_assert(net_recv_until(fd, &in, "data: 7\n\n\r\n"));
    fixture_end_streams(fixture);
    net_recv_all(fd, &in);
    ck_assert_ptr_nonnull(strstr(buf_text(&in), "\r\nConnection: close\r\n"));
    ck_assert_ptr_nonnull(strstr(buf_text(&in), "\r\n0\r\n\r\n"));
    close(fd);
}
END_TEST

START_TEST(a_stream_whose_peer_leaves_is_closed)
{
    int fd = begin();
    begin_stream(fd);
    close(fd);
    fixture_wait_closed(fixture, 1);
    ck_assert_uint_eq(fixture_connections(fixture), 0);
}
END_TEST

START_TEST(a_stream_that_is_not_read_is_closed)
{
    limits.max_stream_backlog_bytes = 100000;
    int fd = begin();
    int size = 4096;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
    begin_stream(fd);
    CLEANUP_FREE char *event = mem_alloc(50000);
    memset(event, 'x', 50000);
    for (int i = 0; i < 500 && fixture_connections(fixture); i++)
        fixture_broadcast(fixture, event, 50000);
    fixture_wait_closed(fixture, 1);
    close(fd);
}
END_TEST

/* Thirteen megabytes through a backlog of a tenth of one: whoever waits until its peer has read is not dropped. */
START_TEST(a_stream_can_wait_for_its_peer)
{
    limits.max_stream_backlog_bytes = 100000;
    int fd = begin();
    ck_assert(net_send_text(fd, "GET /flood HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
    buf_clear(&in);
    net_recv_all(fd, &in);
    ck_assert_int_eq(net_status(&in), 200);
    ck_assert_uint_gt(in.len, (size_t)200 * 65536);
    ck_assert_str_eq(buf_text(&in) + in.len - 7, "\r\n0\r\n\r\n");
    close(fd);
}
END_TEST

#define FLOOD_BYTES ((size_t)64 * 1048576)

/* Sends junk until the other side takes none for so long; returns how much it took. */
static size_t flood(int fd, int patience_msec)
{
    fcntl(fd, F_SETFL, O_NONBLOCK);
    char junk[65536] = "";
    size_t sent = 0;
    struct pollfd poll_fd = { .fd = fd, .events = POLLOUT };
    while (sent < FLOOD_BYTES && poll(&poll_fd, 1, patience_msec) == 1) {
        ssize_t n = send(fd, junk, sizeof(junk), MSG_NOSIGNAL);
        sent += n > 0 ? (size_t)n : 0;
        if (n < 0 && errno != EAGAIN)
            break;
    }
    fcntl(fd, F_SETFL, 0);
    return sent;
}

START_TEST(what_a_streams_peer_sends_is_thrown_away)
{
    int fd = begin();
    begin_stream(fd);
    ck_assert_uint_ge(flood(fd, 60000), FLOOD_BYTES);
    fixture_broadcast(fixture, "data: still\n\n", 13);
    ck_assert(net_recv_until(fd, &in, "data: still\n\n\r\n"));
    close(fd);
    fixture_wait_closed(fixture, 1);
}
END_TEST

START_TEST(what_comes_while_an_answer_waits_is_bounded)
{
    int fd = begin();
    int size = 4096;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
    for (int i = 0; i < 20; i++)                /* an answer that the peer does not take */
        net_send_text(fd, "GET /big HTTP/1.1\r\nHost: a\r\n\r\n");
    ck_assert_uint_lt(flood(fd, 200), FLOOD_BYTES);
    close(fd);
}
END_TEST

START_TEST(one_stream_too_many_is_refused)
{
    limits.max_streams = 2;
    int fds[3];
    fds[0] = begin();
    for (int i = 0; i < 2; i++) {
        fds[i] = i ? net_dial(fixture_port(fixture)) : fds[0];
        begin_stream(fds[i]);
        buf_clear(&in);
    }
    fds[2] = net_dial(fixture_port(fixture));
    request(fds[2], "GET /stream HTTP/1.1\r\nHost: a\r\n\r\n", 503, NULL);
    ck_assert(response_has("\r\nRetry-After: "));
    close(fds[0]);
    fixture_wait_closed(fixture, 1);
    begin_stream(fds[2]);
    close(fds[1]);
    close(fds[2]);
    fixture_wait_closed(fixture, 3);
}
END_TEST

START_TEST(head_of_a_stream_is_only_a_head)
{
    int fd = begin();
    ck_assert(net_send_text(fd, "HEAD /stream HTTP/1.1\r\nHost: a\r\n\r\n"));
    ck_assert(net_recv_response(fd, &in, &response, true));
    fixture_wait_closed(fixture, 1);
    ck_assert(net_ended(fd));
    close(fd);
}
END_TEST

START_TEST(a_stream_over_http_1_0_ends_with_its_connection)
{
    int fd = begin();
    ck_assert(net_send_text(fd, "GET /stream HTTP/1.0\r\n\r\n"));
    ck_assert(net_recv_until(fd, &in, "\r\n\r\ndata: hello\n\n"));
    fixture_end_streams(fixture);
    buf_clear(&in);
    ck_assert(net_ended(fd));
    close(fd);
}
END_TEST

/* --- Peers --- */

static void trust(struct fixture *each, void *userdata)
{
    http_server_trust(fixture_server(each), userdata, 1);
}

START_TEST(only_a_trusted_proxy_speaks_for_others)
{
    static const char *const proxy = "127.0.0.1";
    int fd = begin();
    request(fd, "GET /peer HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 192.0.2.7\r\n\r\n", 200,
            "127.0.0.1 remote plain direct -1 -1");
    fixture_run(fixture, trust, (void *)&proxy);
    request(fd, "GET /peer HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 192.0.2.7\r\nX-Forwarded-For: 192.0.2.8,2001:db8::1\r\n\r\n",
            200, "2001:db8::1 remote plain proxied -1 -1");
    ck_assert(response_has("\r\nConnection: close\r\n"));
    close(fd);
    static const char *const forms[][2] = { { "198.51.100.1:4711", "198.51.100.1" },
                                            { "x, [2001:db8::2]:80", "2001:db8::2" },
                                            { "unknown", "127.0.0.1" },
                                            { "", "127.0.0.1" } };
    for (size_t i = 0; i < N_ELEMENTS(forms); i++) {
        char text[128];
        snprintf(text, sizeof(text), "GET /peer HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: %s\r\n\r\n", forms[i][0]);
        fd = net_dial(fixture_port(fixture));
        buf_clear(&in);
        request(fd, text, 200, NULL);
        ck_assert_int_eq(strncmp(net_body(&response), forms[i][1], strlen(forms[i][1])), 0);
        close(fd);
    }
}
END_TEST

static char directory[64];

static const char *unix_path(void)
{
    static char path[128];
    if (!*directory) {
        snprintf(directory, sizeof(directory), "/tmp/check_http_server.XXXXXX");
        ck_assert_ptr_nonnull(mkdtemp(directory));
    }
    snprintf(path, sizeof(path), "%s/socket", directory);
    return path;
}

static void remove_directory(void)
{
    unlink(unix_path());
    rmdir(directory);
    *directory = 0;
}

struct listen_unix {
    const char *path;
    enum err err;
};

static void listen_unix(struct fixture *each, void *userdata)
{
    struct listen_unix *job = userdata;
    job->err = http_server_listen_unix(fixture_server(each), job->path);
}

START_TEST(a_local_peer_is_known_by_the_kernel)
{
    close(begin());
    struct listen_unix job = { .path = unix_path() };
    fixture_run(fixture, listen_unix, &job);
    ck_assert_int_eq(job.err, ERR_OK);
    struct stat st;
    ck_assert_int_eq(stat(unix_path(), &st), 0);
    ck_assert_uint_eq(st.st_mode & 0777, 0660);
    CLEANUP_BUF struct buf expected = {0};
    buf_printf(&expected, "local local plain direct %d %d", (int)geteuid(), (int)getegid());
    gid_t groups[HTTP_MAX_GROUPS];
    int n = getgroups(HTTP_MAX_GROUPS, groups);
    for (int i = 0; i < n; i++)
        buf_printf(&expected, " %u", groups[i]);
    int fd = net_dial_unix(unix_path());
    request(fd, "GET /peer HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 192.0.2.7\r\n\r\n", 200, buf_text(&expected));
    close(fd);
    fixture_run(fixture, listen_unix, &job);
    ck_assert_int_eq(job.err, ERR_EXISTS);              /* we answer on it ourselves */
    fixture_stop(TAKE(fixture));
    ck_assert_int_ne(stat(unix_path(), &st), 0);
    remove_directory();
}
END_TEST

START_TEST(a_stale_socket_is_replaced_and_a_file_is_not)
{
    close(begin());
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    snprintf(address.sun_path, sizeof(address.sun_path), "%s", unix_path());
    int stale = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(bind(stale, (struct sockaddr *)&address, sizeof(address)), 0);
    close(stale);
    struct listen_unix job = { .path = unix_path() };
    fixture_run(fixture, listen_unix, &job);
    ck_assert_int_eq(job.err, ERR_OK);
    int fd = net_dial_unix(unix_path());
    request(fd, "GET /echo HTTP/1.1\r\nHost: a\r\n\r\n", 200, NULL);
    close(fd);
    unlink(unix_path());
    close(open(unix_path(), O_CREAT | O_WRONLY, 0600));
    fixture_run(fixture, listen_unix, &job);
    ck_assert_int_eq(job.err, ERR_EXISTS);
    fixture_stop(TAKE(fixture));
    ck_assert_int_eq(access(unix_path(), F_OK), 0);     /* not ours any more: left alone */
    remove_directory();
}
END_TEST

/* --- Listening --- */

START_TEST(a_descriptor_can_be_handed_over)
{
    close(begin());
    int port;
    struct listen_fd job = { .fd = net_listen(&port) };
    fixture_run(fixture, listen_fd, &job);
    ck_assert_int_eq(job.err, ERR_OK);
    int fd = net_dial(port);
    request(fd, "GET /echo HTTP/1.1\r\nHost: a\r\n\r\n", 200, NULL);
    struct listen_fd wrong = { .fd = fd };
    fixture_run(fixture, listen_fd, &wrong);
    ck_assert_int_eq(wrong.err, ERR_SYNTAX);            /* it is connected, not listening */
    close(fd);
}
END_TEST

struct listen_tcp {
    const char *address;
    int port;
    enum err err;
};

static void listen_tcp(struct fixture *each, void *userdata)
{
    struct listen_tcp *job = userdata;
    job->err = http_server_listen_tcp(fixture_server(each), job->address, NULL, NULL, &job->port);
}

static const char *const bad_addresses[] = {
    "", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:x", "localhost:80", "::1:80", "[::1]", "[::1:80", "[]:80", ":80"
};

START_TEST(an_address_is_numeric_with_a_port)
{
    close(begin());
    struct listen_tcp job = { .address = bad_addresses[_i] };
    fixture_run(fixture, listen_tcp, &job);
    ck_assert_int_eq(job.err, ERR_SYNTAX);
}
END_TEST

static void keep(struct fixture *each, void *userdata)
{
    http_server_keep_tcp(fixture_server(each), userdata, 1);
}

START_TEST(a_reload_keeps_what_is_still_listed)
{
    int fd = begin();
    request(fd, "GET /echo HTTP/1.1\r\nHost: a\r\n\r\n", 200, NULL);
    struct listen_tcp v6 = { .address = "[::1]:0" };
    fixture_run(fixture, listen_tcp, &v6);
    struct listen_tcp taken = { .address = "127.0.0.1:0" };
    fixture_run(fixture, listen_tcp, &taken);
    ck_assert_int_eq(taken.err, ERR_OK);
    ck_assert_int_eq(taken.port, fixture_port(fixture));        /* the socket that was there */
    CLEANUP_BUF struct buf busy = {0};
    buf_printf(&busy, "127.0.0.1:%d", fixture_port(fixture));
    taken.address = buf_text(&busy);
    fixture_run(fixture, listen_tcp, &taken);
    ck_assert_int_eq(taken.err, ERR_EXISTS);
    static const char *const none = "[::1]:0";
    fixture_run(fixture, keep, (void *)&none);
    ck_assert_int_eq(net_dial(fixture_port(fixture)), -1);
    request(fd, "GET /echo HTTP/1.1\r\nHost: a\r\n\r\n", 200, NULL);        /* who is connected stays */
    close(fd);
}
END_TEST

static void stop_accepting(struct fixture *each, void *userdata)
{
    (void)userdata;
    http_server_stop_accepting(fixture_server(each));
}

/* On the loop's thread, which cannot have read the request when the drain begins. */
static void send_and_stop(struct fixture *each, void *userdata)
{
    net_send_text(*(int *)userdata, "GET /echo HTTP/1.1\r\nHost: a\r\n\r\n");
    http_server_stop_accepting(fixture_server(each));
}

START_TEST(a_drain_hears_who_has_written_already)
{
    int fd = begin();
    request(fd, "GET /echo HTTP/1.1\r\nHost: a\r\n\r\n", 200, NULL);
    fixture_run(fixture, send_and_stop, &fd);
    expect(fd, 200, NULL);
    ck_assert(response_has("\r\nConnection: close\r\n"));
    ck_assert(net_ended(fd));
    close(fd);
}
END_TEST

START_TEST(a_drain_finishes_what_is_under_way)
{
    int held = begin();
    int idle = net_dial(fixture_port(fixture));
    request(idle, "GET /echo HTTP/1.1\r\nHost: a\r\n\r\n", 200, NULL);
    net_send_text(held, "GET /hold HTTP/1.1\r\nHost: a\r\n\r\n");
    fixture_wait_held(fixture, 1);
    fixture_run(fixture, stop_accepting, NULL);
    ck_assert_int_eq(net_dial(fixture_port(fixture)), -1);
    ck_assert(net_ended(idle));
    ck_assert_uint_eq(fixture_connections(fixture), 1);
    fixture_release(fixture);
    expect(held, 200, "late");
    ck_assert(response_has("\r\nConnection: close\r\n"));
    ck_assert(net_ended(held));
    ck_assert_uint_eq(fixture_connections(fixture), 0);
    close(held);
    close(idle);
}
END_TEST

static TCase *add_case(Suite *suite, const char *name)
{
    TCase *tcase = tcase_create(name);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 60);
    suite_add_tcase(suite, tcase);
    return tcase;
}

int main(void)
{
    Suite *suite = suite_create("http_server");
    TCase *serving = add_case(suite, "serving");
    tcase_add_test(serving, requests_follow_each_other_on_a_connection);
    tcase_add_test(serving, pipelined_requests_are_answered_in_order);
    tcase_add_test(serving, a_request_may_come_byte_by_byte);
    tcase_add_test(serving, head_is_get_without_a_body);
    tcase_add_test(serving, a_large_answer_arrives_whole);
    tcase_add_test(serving, pages_are_confined);
    tcase_add_loop_test(serving, every_method_reaches_the_handler, 0, N_ELEMENTS(methods));
    tcase_add_test(serving, an_expected_continue_is_sent);
    tcase_add_test(serving, a_client_that_has_said_all_is_still_answered);
    tcase_add_test(serving, close_is_honoured);
    TCase *framing = add_case(suite, "framing");
    tcase_add_loop_test(framing, framing_is_not_guessed_at, 0, N_ELEMENTS(raw_cases));
    tcase_add_test(framing, a_chunked_body_is_put_together);
    tcase_add_test(framing, the_largest_body_is_taken_and_a_larger_one_refused);
    tcase_add_test(framing, a_body_far_too_large_gets_its_answer);
    tcase_add_test(framing, chunks_add_up_to_the_limit);
    tcase_add_test(framing, a_head_too_large_is_refused);
    TCase *guard = add_case(suite, "guard");
    tcase_add_test(guard, a_head_that_drips_ends_by_the_clock);
    tcase_add_test(guard, a_body_that_drips_ends_by_the_clock);
    tcase_add_test(guard, a_body_that_stops_half_way_ends_by_the_clock);
    tcase_add_test(guard, idle_connections_end_by_the_clock);
    tcase_add_test(guard, a_client_that_does_not_read_its_answer_is_dropped);
    tcase_add_test(guard, an_answer_that_comes_too_late_goes_nowhere);
    tcase_add_test(guard, an_answer_later_is_an_answer);
    tcase_add_test(guard, the_peer_may_leave_before_its_answer);
    tcase_add_test(guard, the_server_may_go_before_the_answers);
    tcase_add_test(guard, the_oldest_unfinished_connection_makes_room);
    tcase_add_test(guard, a_crowd_of_idle_connections_refuses_nobody);
    tcase_add_test(guard, whoever_is_being_answered_is_evicted_last);
    tcase_add_test(guard, those_who_left_are_not_counted);
    tcase_add_test(guard, without_descriptors_new_ones_are_still_served);
    TCase *streams = add_case(suite, "streams");
    tcase_add_test(streams, a_stream_flows_and_ends);
    tcase_add_test(streams, a_stream_whose_peer_leaves_is_closed);
    tcase_add_test(streams, a_stream_that_is_not_read_is_closed);
    tcase_add_test(streams, a_stream_can_wait_for_its_peer);
    tcase_add_test(streams, what_a_streams_peer_sends_is_thrown_away);
    tcase_add_test(guard, what_comes_while_an_answer_waits_is_bounded);
    tcase_add_test(streams, one_stream_too_many_is_refused);
    tcase_add_test(streams, head_of_a_stream_is_only_a_head);
    tcase_add_test(streams, a_stream_over_http_1_0_ends_with_its_connection);
    TCase *listening = add_case(suite, "listening");
    tcase_add_test(listening, only_a_trusted_proxy_speaks_for_others);
    tcase_add_test(listening, a_local_peer_is_known_by_the_kernel);
    tcase_add_test(listening, a_stale_socket_is_replaced_and_a_file_is_not);
    tcase_add_test(listening, a_descriptor_can_be_handed_over);
    tcase_add_loop_test(listening, an_address_is_numeric_with_a_port, 0, N_ELEMENTS(bad_addresses));
    tcase_add_test(listening, a_reload_keeps_what_is_still_listed);
    tcase_add_test(listening, a_drain_finishes_what_is_under_way);
    tcase_add_test(listening, a_drain_hears_who_has_written_already);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

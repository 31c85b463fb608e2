/* Getting pages out, in virtual time, with the test as every provider. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/civil.h"
#include "fake_loop.h"
#include "gateways/dispatch.h"
#include "gateways/dispatch_queue.h"
#include "unit.h"

enum { MAX_PAGES = 100001 };

/* Gateways are named in this order, which is not the one in which they are tried. */
enum { ALFA, BETA, GAMMA, N_GATEWAYS };

struct world {
    struct gateway gateways[N_GATEWAYS];
    struct config config;
    struct dispatch *dispatch;
    struct buf log;                  /* outcomes, a line each */
    bool unwanted[MAX_PAGES];
    unsigned asked;
    const char *without;             /* what the drill of every page leaves out */
    bool dry_run, degraded;
    uint64_t random;
};
static struct world *world;

/* ---- the world ---- */

static bool message(void *userdata, struct page_ref page, struct message_view *ret)
{
    (void)userdata;
    world->asked++;
    if (world->unwanted[page.number])
        return false;
    *ret = (struct message_view){
        .page = page,
        .purpose = PURPOSE_PAGE,
        .channel = CHANNEL_SMS,
        .to = "+46701740605",
        .person_id = "anna.berg",
        .role = "TIB",
        .role_title = "TIB",
        .organisation = "Botkyrka kommun",
        .incident = page.incident,
        .summary = "Brand i skola",
        .code = 417302,
        .gateway = "",
        .reason = "",
        .drill = world->without || world->dry_run,
        .without = world->without,
        .dry_run = world->dry_run,
        .degraded = world->degraded,
    };
    return true;
}

static void outcome(void *userdata, const struct event_outcome *event)
{
    static const char *const names[] = { "sent", "delivered", "attempt-failed", "failed" };
    (void)userdata;
    buf_printf(&world->log, "%u %s %s%s%s\n", event->page.number, names[event->outcome], event->gateway,
               event->reason ? ": " : "", event->reason ? event->reason : "");
}

static uint64_t random_number(void *userdata)
{
    (void)userdata;
    return world->random++ * UINT64_C(0x9E3779B97F4A7C15);
}

static struct gateway make_gateway(const char *name)
{
    return (struct gateway){
        .name = name,
        .type = GATEWAY_HTTP,
        .window = 128,
        .timeout_usec = 10 * USEC_PER_SEC,
        .http = { .url = "http://127.0.0.1/", .content_type = "text/plain", .body = "{page}" },
    };
}

static void serve(struct config *config, enum channel channel, const struct gateway *gateway)
{
    config->channel_gateways[channel][config->n_channel_gateways[channel]++] = gateway;
}

/* SMS by beta, then alfa; e-mail by gamma. */
static void setup(void)
{
    fake_loop_reset();
    world = NEW(struct world);
    world->gateways[ALFA] = make_gateway("alfa");
    world->gateways[BETA] = make_gateway("beta");
    world->gateways[GAMMA] = make_gateway("gamma");
    world->gateways[ALFA].http.url = "http://alfa/";
    world->gateways[BETA].http.url = "http://beta/";
    world->gateways[GAMMA].http.url = "http://gamma/";
    world->config = (struct config){ .plan = { .tz = tz_new_utc() }, .gateways = world->gateways, .n_gateways = N_GATEWAYS };
    serve(&world->config, CHANNEL_SMS, &world->gateways[BETA]);
    serve(&world->config, CHANNEL_SMS, &world->gateways[ALFA]);
    serve(&world->config, CHANNEL_EMAIL, &world->gateways[GAMMA]);
    world->dispatch = dispatch_new(NULL, NULL, &(struct dispatch_ops){ message, outcome, random_number }, NULL);
}

static void teardown(void)
{
    dispatch_free(world->dispatch);
    ck_assert_uint_eq(fake_transfers(), 0);
    fake_loop_reset();
    tz_free((struct tz *)world->config.plan.tz);
    buf_done(&world->log);
    free(world);
}

static void begin(void)
{
    dispatch_configure(world->dispatch, &world->config);
    fake_loop_run();
}

static void send_as(uint32_t number, uint32_t rank, enum channel channel, const char *gateway)
{
    dispatch_send(world->dispatch, &(struct effect_send){
        .page = { incident_key(2026, 42), number, 0xabcd }, .channel = channel, .rank = rank, .gateway = gateway });
}

static void send(uint32_t number)
{
    send_as(number, 1, CHANNEL_SMS, NULL);
}

/* What happened since the last time it was asked. */
static void expect(const char *log)
{
    ck_assert_str_eq(buf_text(&world->log), log);
    buf_clear(&world->log);
}

/* The pages on the wire at one gateway, in the order in which they left. */
static void expect_wire(const char *gateway, const char *pages)
{
    CLEANUP_BUF struct buf found = { 0 };
    CLEANUP_BUF struct buf url = { 0 };
    buf_printf(&url, "http://%s/", gateway);
    for (size_t i = 0; i < fake_transfers(); i++) {
        struct page_ref page;
        if (strcmp(buf_text(&fake_transfer(i)->url), buf_text(&url)) != 0)
            continue;
        ck_assert_int_eq(page_from_id(buf_text(&fake_transfer(i)->body), &page), ERR_OK);
        buf_printf(&found, "%s%u", found.len > 0 ? " " : "", page.number);
    }
    ck_assert_str_eq(buf_text(&found), pages);
}

static void reply(size_t index, long status)
{
    fake_reply(fake_transfer(index), status, "");
    fake_loop_run();
}

/* ---- the straight way ---- */

START_TEST(page_is_sent_by_the_first_gateway)
{
    begin();
    send(7);
    ck_assert_uint_eq(fake_transfers(), 0);
    fake_loop_run();
    expect_wire("beta", "7");
    expect_wire("alfa", "");
    fake_reply(fake_transfer(0), 200, "");
    expect("");                      /* nothing is told from within a callback */
    fake_loop_run();
    expect("7 sent beta\n");
    ck_assert_uint_eq(dispatch_queued(world->dispatch), 0);
    ck_assert_int_eq(fake_loop_next_usec(), INT64_MAX);
}
END_TEST

START_TEST(unwanted_page_is_silent)
{
    begin();
    world->unwanted[7] = true;
    send(7);
    fake_loop_run();
    ck_assert_uint_eq(fake_transfers(), 0);
    ck_assert_uint_eq(world->asked, 1);
    ck_assert_uint_eq(dispatch_queued(world->dispatch), 0);
    expect("");
}
END_TEST

START_TEST(a_start_that_fails_at_once_is_told_later)
{
    begin();
    fake_refuse_starts(true);
    send(7);
    expect("");
    fake_loop_run();
    fake_refuse_starts(false);
    ck_assert_ptr_nonnull(strstr(buf_text(&world->log), "7 attempt-failed beta: "));
    ck_assert_ptr_nonnull(strstr(buf_text(&world->log), "7 failed alfa: "));
}
END_TEST

START_TEST(freed_while_under_way)
{
    world->gateways[BETA].window = 2;
    begin();
    for (uint32_t i = 1; i <= 5; i++)
        send(i);
    fake_loop_run();
    fake_reply(fake_transfer(0), 200, "");
    expect("");
}
END_TEST

/* ---- windows and order ---- */

START_TEST(window_bounds_what_is_in_flight)
{
    world->gateways[BETA].window = 2;
    begin();
    for (uint32_t i = 1; i <= 4; i++)
        send(i);
    fake_loop_run();
    expect_wire("beta", "1 2");
    expect_wire("alfa", "");
    ck_assert_uint_eq(dispatch_queued(world->dispatch), 2);
    reply(0, 200);
    expect_wire("beta", "2 3");
    expect("1 sent beta\n");
}
END_TEST

START_TEST(crowd_does_not_hold_the_whole_window)
{
    world->gateways[BETA].window = 8;
    begin();
    for (uint32_t i = 1; i <= 8; i++)
        send_as(i, 3, CHANNEL_SMS, NULL);
    fake_loop_run();
    expect_wire("beta", "1 2 3 4 5 6 7");
    send_as(9, RANK_FIRST, CHANNEL_SMS, NULL);
    fake_loop_run();
    expect_wire("beta", "1 2 3 4 5 6 7 9");
    send_as(10, RANK_FIRST, CHANNEL_SMS, NULL);
    fake_loop_run();
    reply(0, 200);
    expect_wire("beta", "2 3 4 5 6 7 9 10");
    reply(0, 200);
    expect_wire("beta", "3 4 5 6 7 9 10");
    reply(5, 200);
    expect_wire("beta", "3 4 5 6 7 10 8");
}
END_TEST

START_TEST(rank_then_age)
{
    world->gateways[BETA].window = 1;
    begin();
    static const uint32_t ranks[] = { 0x100, 2, 0x21, 0, 2, UINT32_MAX, 0 };
    static const char *const order[] = { "4", "7", "2", "5", "3", "1", "6" };
    for (uint32_t i = 0; i < N_ELEMENTS(ranks); i++)
        send_as(i + 1, ranks[i], CHANNEL_SMS, NULL);
    fake_loop_run();
    for (size_t i = 0; i < N_ELEMENTS(order); i++) {
        expect_wire("beta", order[i]);
        reply(0, 200);
    }
    ck_assert_uint_eq(fake_transfers(), 0);
}
END_TEST

START_TEST(after_a_second_without_a_place_any_gateway_will_do)
{
    world->gateways[BETA].window = 1;
    begin();
    send(1);
    send(2);
    fake_loop_advance(USEC_PER_SEC - USEC_PER_MSEC);
    expect_wire("beta", "1");
    expect_wire("alfa", "");
    fake_loop_advance(2 * USEC_PER_MSEC);
    expect_wire("beta", "1");
    expect_wire("alfa", "2");
    ck_assert_uint_eq(dispatch_queued(world->dispatch), 0);
    expect("");
}
END_TEST

START_TEST(who_waited_longest_elsewhere_does_not_beat_rank)
{
    world->gateways[BETA].window = 1;
    world->gateways[ALFA].window = 1;
    begin();
    send_as(1, 1, CHANNEL_SMS, NULL);
    send_as(2, 1, CHANNEL_SMS, NULL);
    send_as(3, 9, CHANNEL_SMS, NULL);
    send_as(4, 5, CHANNEL_SMS, NULL);
    fake_loop_advance(2 * USEC_PER_SEC);
    expect_wire("beta", "1");
    expect_wire("alfa", "2");
    send_as(5, 0, CHANNEL_SMS, NULL);
    fake_loop_advance(2 * USEC_PER_SEC);
    reply(1, 200);
    expect_wire("alfa", "5");
    reply(0, 200);
    expect_wire("beta", "4");
    expect("2 sent alfa\n1 sent beta\n");
}
END_TEST

START_TEST(slow_gateway_holds_up_no_other)
{
    world->gateways[BETA].window = 4;
    begin();
    for (uint32_t i = 1; i <= 50; i++)
        send(i);
    fake_loop_run();
    send_as(60, 9, CHANNEL_EMAIL, NULL);
    fake_loop_run();
    expect_wire("gamma", "60");
    fake_loop_advance(2 * USEC_PER_SEC);
    ck_assert_uint_eq(fake_transfers(), 51);
    ck_assert_uint_eq(dispatch_queued(world->dispatch), 0);
}
END_TEST

START_TEST(oldest_untried)
{
    world->gateways[BETA].window = world->gateways[ALFA].window = 1;
    begin();
    ck_assert_int_eq(dispatch_oldest_usec(world->dispatch), 0);
    send(1);
    send(2);
    fake_loop_advance(2 * USEC_PER_SEC);
    ck_assert_int_eq(dispatch_oldest_usec(world->dispatch), 0);
    int64_t handed_in = loop_boot_usec();
    send(3);
    fake_loop_advance(USEC_PER_SEC);
    send(4);
    fake_loop_advance(5 * USEC_PER_SEC);
    ck_assert_int_eq(dispatch_oldest_usec(world->dispatch), handed_in);
    reply(0, 500);                   /* 1 fails over, and waits for alfa */
    ck_assert_int_eq(dispatch_oldest_usec(world->dispatch), handed_in + USEC_PER_SEC);
}
END_TEST

/* ---- failing ---- */

START_TEST(next_gateway_at_once)
{
    static const struct { long status; const char *why; } refusals[] = {
        { 500, "HTTP 500: the provider has trouble" },
        { 429, "HTTP 429: too many requests" },
        { 302, "HTTP 302: a redirect, which is not followed" },
        { 403, "HTTP 403: it does not accept our credentials" },
        { 400, "HTTP 400" },
    };
    begin();
    for (size_t i = 0; i < N_ELEMENTS(refusals); i++) {
        char line[160];
        send(7);
        fake_loop_run();
        reply(0, refusals[i].status);
        snprintf(line, sizeof line, "7 attempt-failed beta: %s\n", refusals[i].why);
        expect(line);
        expect_wire("alfa", "7");
        reply(0, 202);
        expect("7 sent alfa\n");
        fake_loop_advance(6 * USEC_PER_SEC);         /* after 429 it would be left alone for a second, after three for five */
    }
}
END_TEST

START_TEST(no_reply_is_no_success)
{
    world->gateways[ALFA].http.message_id = "id";
    begin();
    send(7);
    fake_loop_run();
    fake_fail(fake_transfer(0), TRANSFER_UNKNOWN, "the connection was closed before a reply came");
    fake_loop_run();
    expect("7 attempt-failed beta: the connection was closed before a reply came\n");
    fake_reply(fake_transfer(0), 200, "<html>Welcome to the guest network</html>");
    fake_loop_run();
    expect("7 failed alfa: HTTP 200, but the reply holds no message id\n");
}
END_TEST

static void fail_round(void)
{
    fake_fail(fake_transfer(0), TRANSFER_NOT_SENT, "no");
    fake_loop_run();
    fake_fail(fake_transfer(0), TRANSFER_NOT_SENT, "no");
    fake_loop_run();
}

START_TEST(failed_is_told_once_and_tried_again)
{
    begin();
    send(7);
    fake_loop_run();
    fail_round();
    expect("7 attempt-failed beta: no\n7 failed alfa: no\n");
    ck_assert_uint_eq(fake_transfers(), 0);
    ck_assert_uint_eq(dispatch_queued(world->dispatch), 1);
    for (int64_t pause = USEC_PER_SEC; pause <= 32 * USEC_PER_SEC; pause *= 2) {
        fake_loop_advance(pause - 1);
        ck_assert_uint_eq(fake_transfers(), 0);
        fake_loop_advance(pause / 4 + 1);
        expect_wire("beta", "7");
        fail_round();
    }
    expect("");
    fake_loop_advance(75 * USEC_PER_SEC);
    expect_wire("beta", "7");
    reply(0, 200);
    expect("7 sent beta\n");
    ck_assert_uint_eq(dispatch_queued(world->dispatch), 0);
}
END_TEST

START_TEST(a_quarter_of_an_hour_and_no_more)
{
    begin();
    send(7);
    fake_loop_run();
    int64_t start_usec = loop_boot_usec(), last_usec = start_usec;
    fail_round();
    for (int round = 0; dispatch_queued(world->dispatch) > 0; round++) {
        ck_assert_int_lt(round, 30);
        fake_loop_advance(fake_loop_next_usec());
        ck_assert_int_le(loop_boot_usec() - last_usec, 75 * USEC_PER_SEC);
        last_usec = loop_boot_usec();
        fail_round();
    }
    ck_assert_int_le(last_usec - start_usec, 15 * USEC_PER_MIN);
    ck_assert_int_ge(last_usec - start_usec, 13 * USEC_PER_MIN);
    expect("7 attempt-failed beta: no\n7 failed alfa: no\n");
    ck_assert_int_eq(fake_loop_next_usec(), INT64_MAX);
}
END_TEST

START_TEST(waiting_costs_no_retries)
{
    world->gateways[BETA].window = world->gateways[ALFA].window = 1;
    begin();
    send(1);
    send(2);
    fake_loop_advance(2 * USEC_PER_SEC);
    send(3);
    fake_loop_advance(20 * USEC_PER_MIN);
    reply(0, 200);
    reply(0, 200);
    expect_wire("beta", "3");
    fail_round();
    ck_assert_uint_eq(dispatch_queued(world->dispatch), 1);
}
END_TEST

START_TEST(answered_during_the_pause)
{
    begin();
    send(7);
    fake_loop_run();
    fail_round();
    buf_clear(&world->log);
    world->unwanted[7] = true;
    fake_loop_advance(2 * USEC_PER_SEC);
    ck_assert_uint_eq(fake_transfers(), 0);
    ck_assert_uint_eq(dispatch_queued(world->dispatch), 0);
    expect("");
}
END_TEST

START_TEST(answered_between_two_gateways)
{
    begin();
    send(7);
    fake_loop_run();
    world->unwanted[7] = true;
    reply(0, 500);
    expect("7 attempt-failed beta: HTTP 500: the provider has trouble\n");
    ck_assert_uint_eq(fake_transfers(), 0);
    ck_assert_uint_eq(dispatch_queued(world->dispatch), 0);
}
END_TEST

START_TEST(pause_holds_up_nobody)
{
    world->gateways[BETA].window = 1;
    begin();
    send(7);
    fake_loop_run();
    fail_round();
    send(8);
    fake_loop_run();
    expect_wire("beta", "8");
    ck_assert_uint_eq(dispatch_queued(world->dispatch), 1);
}
END_TEST

/* A gateway that hangs costs one page its timeout, and the others a second. */
START_TEST(failover_waits_a_second_for_a_place_too)
{
    world->gateways[ALFA].window = 1;
    begin();
    send(1);
    fake_loop_run();
    reply(0, 500);
    expect_wire("alfa", "1");
    send(2);
    fake_loop_run();
    reply(1, 500);
    expect_wire("alfa", "1");
    ck_assert_uint_eq(dispatch_queued(world->dispatch), 1);
    reply(0, 200);
    expect_wire("alfa", "2");
}
END_TEST

/* ---- a gateway that hangs ---- */

static void hang(uint32_t number, int64_t usec)
{
    send(number);
    fake_loop_run();
    expect_wire("beta", number == 1 ? "1" : number == 2 ? "2" : "3");
    fake_loop_advance(usec);
    fake_fail(fake_transfer(0), TRANSFER_UNKNOWN, "timeout");
    fake_loop_run();
    reply(0, 200);
    buf_clear(&world->log);
}

START_TEST(gateway_that_hangs_goes_last)
{
    begin();
    for (uint32_t i = 1; i <= 3; i++)
        hang(i, 10 * USEC_PER_SEC);
    send(4);
    fake_loop_advance(29 * USEC_PER_SEC);
    expect_wire("alfa", "4");
    expect_wire("beta", "");
    fake_loop_advance(2 * USEC_PER_SEC);
    send(5);
    send(6);
    fake_loop_run();
    expect_wire("beta", "5");
    fake_loop_run();
    send(7);
    fake_loop_run();
    expect_wire("alfa", "4 6 7");
    reply(1, 200);                   /* 5 gets through: all is well again */
    send(8);
    fake_loop_run();
    expect_wire("beta", "8");
}
END_TEST

START_TEST(gateway_that_hangs_is_better_than_none)
{
    begin();
    for (uint32_t i = 1; i <= 3; i++)
        hang(i, 10 * USEC_PER_SEC);
    send(4);
    fake_loop_run();
    reply(0, 500);
    expect_wire("beta", "4");
    expect("4 attempt-failed alfa: HTTP 500: the provider has trouble\n");
    reply(0, 200);
    expect("4 sent beta\n");
}
END_TEST

/* What hung an hour ago hangs perhaps still, and where alarms are rare each would wait for it. What can wait finds out. */
START_TEST(no_first_page_tries_out_a_gateway_that_hung)
{
    static const uint32_t first[] = { 0x00, 0x10, 0x33 }, other[] = { 0x01, 0x02, 0xFF, 0x100 };
    begin();
    send_as(1, RANK_FIRST, CHANNEL_SMS, NULL);
    fake_loop_advance(10 * USEC_PER_SEC);
    fake_fail(fake_transfer(0), TRANSFER_UNKNOWN, "timeout");
    fake_loop_run();
    expect("1 attempt-failed beta: timeout\n");
    reply(0, 200);
    expect("1 sent alfa\n");
    fake_loop_advance(USEC_PER_HOUR);
    for (size_t i = 0; i < N_ELEMENTS(first); i++) {
        send_as(2, first[i], CHANNEL_SMS, NULL);
        fake_loop_run();
        expect_wire("alfa", "2");
        reply(0, 200);
    }
    send_as(3, RANK_FIRST, CHANNEL_SMS, NULL);
    fake_loop_run();
    reply(0, 500);                   /* never the last one left */
    expect_wire("beta", "3");
    fake_loop_advance(10 * USEC_PER_SEC);
    fake_fail(fake_transfer(0), TRANSFER_UNKNOWN, "timeout");
    fake_loop_run();
    for (uint32_t i = 0; i < N_ELEMENTS(other); i++) {
        send_as(4 + i, other[i], CHANNEL_SMS, NULL);
        fake_loop_run();
    }
    expect_wire("beta", "4 5 6 7");
    expect_wire("alfa", "");
    reply(3, 200);
    send_as(8, RANK_FIRST, CHANNEL_SMS, NULL);
    fake_loop_run();
    expect_wire("beta", "4 5 6 8");
}
END_TEST

/* Better a place at one that hung than none. */
START_TEST(a_first_page_without_a_place_tries_out_what_hung)
{
    world->gateways[ALFA].window = 1;
    begin();
    hang(1, 10 * USEC_PER_SEC);
    send_as(2, RANK_FIRST, CHANNEL_SMS, NULL);
    send_as(3, RANK_FIRST, CHANNEL_SMS, NULL);
    fake_loop_run();
    expect_wire("alfa", "2");
    expect_wire("beta", "");
    fake_loop_advance(USEC_PER_SEC);
    expect_wire("beta", "3");
}
END_TEST

static void expect_state(int gateway, enum gateway_state state, int64_t for_usec)
{
    struct dispatch_gateway status[N_GATEWAYS];
    ck_assert_uint_eq(dispatch_gateways(world->dispatch, status, N_GATEWAYS), N_GATEWAYS);
    ck_assert_int_eq(status[gateway].state, state);
    ck_assert_int_eq(status[gateway].until_usec, for_usec ? loop_wall_usec() + for_usec : 0);
}

/* Pages 1 to n are refused by beta with that status, and taken by alfa. */
static void refuse(uint32_t n, long status)
{
    for (uint32_t i = 1; i <= n; i++) {
        send(i);
        fake_loop_run();
        ck_assert_ptr_nonnull(strstr(buf_text(&fake_transfer(0)->url), "beta"));
        reply(0, status);
        reply(0, 200);
    }
    buf_clear(&world->log);
}

START_TEST(gateway_that_refuses_is_skipped_for_a_little)
{
    begin();
    expect_state(BETA, GATEWAY_UNTESTED, 0);
    refuse(2, 500);
    expect_state(BETA, GATEWAY_FAILING, 0);
    refuse(1, 401);
    expect_state(BETA, GATEWAY_FAILING, 5 * USEC_PER_SEC);
    expect_state(ALFA, GATEWAY_OK, 0);
    send(4);
    fake_loop_advance(5 * USEC_PER_SEC - 1);
    expect_wire("beta", "");
    expect_wire("alfa", "4");
    reply(0, 500);                   /* never the last one left */
    expect_wire("beta", "4");
    reply(0, 200);
    expect_state(BETA, GATEWAY_OK, 0);
    refuse(3, 500);
    fake_loop_advance(5 * USEC_PER_SEC);
    send(5);
    send(6);
    fake_loop_run();
    expect_wire("beta", "5");
    expect_wire("alfa", "6");
    fake_fail(fake_transfer(0), TRANSFER_NOT_SENT, "connection refused");
    fake_loop_run();
    expect_wire("alfa", "6 5");
    expect_state(BETA, GATEWAY_FAILING, 5 * USEC_PER_SEC);
}
END_TEST

START_TEST(pages_refused_for_what_they_are_do_not_make_it_fail)
{
    begin();
    refuse(5, 400);
    expect_state(BETA, GATEWAY_OK, 0);
    send(6);
    fake_loop_run();
    expect_wire("beta", "6");
    struct dispatch_gateway status[N_GATEWAYS];
    dispatch_gateways(world->dispatch, status, N_GATEWAYS);
    ck_assert_uint_eq(status[BETA].recent, 5);
    ck_assert_uint_eq(status[BETA].recent_failed, 5);
    ck_assert_str_eq(status[BETA].last_reason, "HTTP 400");
}
END_TEST

/* The page that probes it is refused for what is in it: nothing is known that was not known before, and the next one probes. */
START_TEST(a_probe_that_says_nothing_is_followed_by_another)
{
    begin();
    refuse(3, 500);
    fake_loop_advance(5 * USEC_PER_SEC);
    refuse(1, 400);
    send(7);
    fake_loop_run();
    expect_wire("beta", "7");
    reply(0, 200);
    expect_state(BETA, GATEWAY_OK, 0);
}
END_TEST

/* Beta hangs, and alfa has one place: who waits for alfa is not sent to beta, but for the one that probes it; once that gets through,
 * all go there. */
START_TEST(who_waits_long_is_not_sent_to_a_failing_gateway)
{
    world->gateways[ALFA].window = 1;
    begin();
    for (uint32_t i = 1; i <= 3; i++)
        hang(i, 10 * USEC_PER_SEC);
    for (uint32_t i = 4; i <= 7; i++)
        send(i);
    fake_loop_advance(29 * USEC_PER_SEC);
    expect_wire("alfa", "4");
    expect_wire("beta", "");
    ck_assert_uint_eq(dispatch_queued(world->dispatch), 3);
    fake_loop_advance(USEC_PER_SEC);
    expect_wire("beta", "5");        /* the pump woke for it */
    fake_loop_advance(9 * USEC_PER_SEC);
    expect_wire("beta", "5");
    reply(1, 200);
    expect_wire("alfa", "4");
    expect_wire("beta", "6 7");
}
END_TEST

/* ---- a gateway that asks to be left alone ---- */

/* Page 1 is refused by beta, which asks for that time, and taken by alfa. */
static void refuse_for(int64_t usec)
{
    begin();
    send(1);
    fake_loop_run();
    expect_wire("beta", "1");
    fake_busy(fake_transfer(0), 429, usec);
    fake_loop_run();
    expect_wire("alfa", "1");
    reply(0, 200);
    expect("1 attempt-failed beta: HTTP 429: too many requests\n1 sent alfa\n");
}

START_TEST(busy_gateway_goes_last_for_that_time)
{
    refuse_for(30 * USEC_PER_SEC);
    send(2);
    fake_loop_run();
    expect_wire("alfa", "2");
    fake_loop_advance(29 * USEC_PER_SEC);
    send(3);
    fake_loop_run();
    expect_wire("alfa", "2 3");
    expect_wire("beta", "");
    fake_loop_advance(2 * USEC_PER_SEC);
    send(4);
    fake_loop_run();
    expect_wire("beta", "4");
}
END_TEST

START_TEST(busy_gateway_is_better_than_none)
{
    refuse_for(30 * USEC_PER_SEC);
    send(2);
    fake_loop_run();
    reply(0, 500);
    expect_wire("beta", "2");
    reply(0, 200);
    expect("2 attempt-failed alfa: HTTP 500: the provider has trouble\n2 sent beta\n");
    send(3);                         /* that it took one does not make it idle */
    fake_loop_run();
    expect_wire("alfa", "3");
}
END_TEST

START_TEST(no_page_waits_for_a_busy_gateway_that_is_alone)
{
    world->config.n_channel_gateways[CHANNEL_SMS] = 1;
    begin();
    send(1);
    fake_loop_run();
    fake_busy(fake_transfer(0), 429, USEC_PER_DAY);
    fake_loop_run();
    expect("1 failed beta: HTTP 429: too many requests\n");
    send(2);
    fake_loop_run();
    expect_wire("beta", "2");
    fake_loop_advance(2 * USEC_PER_SEC);
    expect_wire("beta", "2 1");
}
END_TEST

START_TEST(busy_goes_before_hanging)
{
    begin();
    for (uint32_t i = 1; i <= 3; i++)
        hang(i, 10 * USEC_PER_SEC);
    send(4);
    fake_loop_run();
    expect_wire("alfa", "4");
    fake_busy(fake_transfer(0), 429, USEC_PER_MIN);
    fake_loop_run();
    expect_wire("beta", "4");
    reply(0, 500);
    send(5);
    fake_loop_run();
    expect_wire("alfa", "5");
}
END_TEST

START_TEST(no_provider_is_left_alone_for_a_day)
{
    refuse_for(USEC_PER_DAY);
    fake_loop_advance(15 * USEC_PER_MIN - USEC_PER_SEC);
    send(2);
    fake_loop_run();
    expect_wire("alfa", "2");
    fake_loop_advance(2 * USEC_PER_SEC);
    send(3);
    fake_loop_run();
    expect_wire("beta", "3");
}
END_TEST

START_TEST(pages_that_wait_turn_away_from_a_busy_gateway)
{
    world->gateways[BETA].window = 1;
    begin();
    for (uint32_t i = 1; i <= 3; i++)
        send(i);
    fake_loop_run();
    expect_wire("beta", "1");
    fake_busy(fake_transfer(0), 429, USEC_PER_MIN);
    fake_loop_run();
    expect_wire("beta", "");
    expect_wire("alfa", "1 2 3");
}
END_TEST

START_TEST(busy_is_a_state)
{
    refuse_for(30 * USEC_PER_SEC);
    expect_state(BETA, GATEWAY_BUSY, 30 * USEC_PER_SEC);
    fake_loop_advance(30 * USEC_PER_SEC);
    expect_state(BETA, GATEWAY_OK, 0);
}
END_TEST

/* ---- a provider's rate ---- */

static void set_rate(int gateway, unsigned rate, int64_t usec)
{
    world->gateways[gateway].rate = rate;
    world->gateways[gateway].rate_usec = usec;
}

static void accept_all(void)
{
    while (fake_transfers() > 0)
        fake_reply(fake_transfer(0), 200, "");
    fake_loop_run();
    buf_clear(&world->log);
}

START_TEST(no_more_than_the_rate_and_none_is_lost)
{
    world->config.n_channel_gateways[CHANNEL_SMS] = 1;
    set_rate(BETA, 10, USEC_PER_SEC);
    begin();
    for (uint32_t i = 1; i <= 99; i++)
        send_as(i, 5, CHANNEL_SMS, NULL);
    send_as(100, 0, CHANNEL_SMS, NULL);      /* the critical one, handed in last */
    fake_loop_run();
    expect_wire("beta", "100 1 2 3 4 5 6 7 8 9");
    struct dispatch_gateway status[N_GATEWAYS];
    dispatch_gateways(world->dispatch, status, N_GATEWAYS);
    ck_assert_uint_eq(status[BETA].waiting, 90);
    for (int second = 1; second < 10; second++) {
        accept_all();
        fake_loop_advance(USEC_PER_SEC - 1);
        ck_assert_uint_eq(fake_transfers(), 0);
        fake_loop_advance(1);
        ck_assert_uint_eq(fake_transfers(), 10);
    }
    expect_wire("beta", "90 91 92 93 94 95 96 97 98 99");
    accept_all();
    ck_assert_uint_eq(world->asked, 100);
    ck_assert_uint_eq(dispatch_queued(world->dispatch), 0);
    ck_assert_int_eq(fake_loop_next_usec(), INT64_MAX);      /* nobody waits: nothing wakes it */
}
END_TEST

/* In any second, not only in those that the clock counts. */
START_TEST(the_rate_holds_wherever_the_second_begins)
{
    world->config.n_channel_gateways[CHANNEL_SMS] = 1;
    set_rate(BETA, 2, USEC_PER_SEC);
    begin();
    send(1);
    fake_loop_advance(900 * USEC_PER_MSEC);
    for (uint32_t i = 2; i <= 4; i++)
        send(i);
    fake_loop_run();
    expect_wire("beta", "1 2");
    fake_loop_advance(100 * USEC_PER_MSEC);
    expect_wire("beta", "1 2 3");
    fake_loop_advance(900 * USEC_PER_MSEC - 1);
    expect_wire("beta", "1 2 3");
    fake_loop_advance(1);
    expect_wire("beta", "1 2 3 4");
}
END_TEST

START_TEST(two_gateways_share_what_one_may_not_take)
{
    set_rate(BETA, 10, USEC_PER_SEC);
    set_rate(ALFA, 5, USEC_PER_SEC);
    begin();
    for (uint32_t i = 1; i <= 30; i++)
        send(i);
    fake_loop_run();
    expect_wire("beta", "1 2 3 4 5 6 7 8 9 10");
    expect_wire("alfa", "");
    accept_all();
    fake_loop_advance(USEC_PER_SEC);
    expect_wire("beta", "11 12 13 14 15 16 17 18 19 20");
    expect_wire("alfa", "21 22 23 24 25");
    accept_all();
    fake_loop_advance(USEC_PER_SEC);
    expect_wire("beta", "26 27 28 29 30");
    expect_wire("alfa", "");
}
END_TEST

START_TEST(what_is_not_wanted_uses_nothing_up)
{
    world->config.n_channel_gateways[CHANNEL_SMS] = 1;
    set_rate(BETA, 1, USEC_PER_HOUR);
    begin();
    for (uint32_t i = 1; i <= 3; i++)
        send(i);
    world->unwanted[1] = world->unwanted[2] = true;
    fake_loop_run();
    expect_wire("beta", "3");
}
END_TEST

START_TEST(rate_survives_a_reload)
{
    world->config.n_channel_gateways[CHANNEL_SMS] = 1;
    set_rate(BETA, 3, USEC_PER_MIN);
    begin();
    for (uint32_t i = 1; i <= 9; i++) {
        send(i);
        fake_loop_advance(USEC_PER_SEC);
    }
    expect_wire("beta", "1 2 3");
    set_rate(BETA, 2, USEC_PER_MIN);         /* of 2 and 3, sent at 1 s and 2 s */
    dispatch_configure(world->dispatch, &world->config);
    fake_loop_advance(51 * USEC_PER_SEC);    /* 60 s */
    expect_wire("beta", "1 2 3");
    fake_loop_advance(USEC_PER_SEC);
    expect_wire("beta", "1 2 3 4");
    set_rate(BETA, 4, USEC_PER_MIN);
    dispatch_configure(world->dispatch, &world->config);
    fake_loop_run();
    expect_wire("beta", "1 2 3 4 5 6");
    set_rate(BETA, 0, 0);
    dispatch_configure(world->dispatch, &world->config);
    fake_loop_run();
    expect_wire("beta", "1 2 3 4 5 6 7 8 9");
}
END_TEST

/* ---- one gateway alone ---- */

START_TEST(bound_to_a_gateway)
{
    begin();
    send_as(7, 1, CHANNEL_SMS, "alfa");
    fake_loop_run();
    expect_wire("alfa", "7");
    reply(0, 500);
    expect("7 failed alfa: HTTP 500: the provider has trouble\n");
    fake_loop_advance(USEC_PER_HOUR);
    ck_assert_uint_eq(fake_transfers(), 0);
    send_as(8, 1, CHANNEL_SMS, "omega");
    fake_loop_run();
    expect("8 failed : that gateway is not configured\n");
    ck_assert_uint_eq(dispatch_queued(world->dispatch), 0);
}
END_TEST

START_TEST(bound_page_waits_for_its_own)
{
    world->gateways[BETA].window = 1;
    begin();
    send(1);
    send_as(2, 1, CHANNEL_SMS, "beta");
    fake_loop_advance(5 * USEC_PER_SEC);
    expect_wire("beta", "1");
    expect_wire("alfa", "");
    reply(0, 200);
    expect_wire("beta", "2");
}
END_TEST

static void send_but(uint32_t number, const char *first, const char *second)
{
    dispatch_send(world->dispatch, &(struct effect_send){
        .page = { incident_key(2026, 42), number, 0xabcd }, .channel = CHANNEL_SMS, .rank = 1, .leave_out = { first, second },
        .n_leave_out = second ? 2 : 1 });
    fake_loop_run();
}

START_TEST(a_gateway_left_out_is_asked_in_no_round)
{
    begin();
    send_but(7, "beta", NULL);
    expect_wire("beta", "");
    expect_wire("alfa", "7");
    reply(0, 500);
    expect("7 failed alfa: HTTP 500: the provider has trouble\n");
    fake_loop_advance(2 * USEC_PER_SEC);
    expect_wire("beta", "");
    expect_wire("alfa", "7");
    reply(0, 200);
    expect("7 sent alfa\n");
}
END_TEST

/* Each time it was asked would be one more message on the day on which it can send them. */
START_TEST(a_gateway_that_keeps_a_page_is_not_asked_for_it_again)
{
    world->gateways[BETA].http.accept = "202 /^0:/";
    world->gateways[BETA].http.accept_later = "202 /^3:/";
    begin();
    send(7);
    fake_loop_run();
    fake_reply(fake_transfer(0), 202, "3: Queued for later delivery");
    fake_loop_run();
    expect("7 attempt-failed beta: it keeps the message, and cannot send it now\n");
    expect_wire("alfa", "7");
    reply(0, 500);
    expect("7 failed alfa: HTTP 500: the provider has trouble\n");
    fake_loop_advance(2 * USEC_PER_SEC);
    expect_wire("beta", "");
    dispatch_configure(world->dispatch, &world->config);
    reply(0, 500);
    fake_loop_advance(3 * USEC_PER_SEC);
    expect_wire("beta", "");
    expect_wire("alfa", "7");
    reply(0, 200);
    expect("7 sent alfa\n");
    send(8);
    fake_loop_run();
    fake_reply(fake_transfer(0), 202, "5: no such thing");
    fake_loop_run();
    expect("8 attempt-failed beta: HTTP 202, but the reply is not what 'accept' asks for\n");
    reply(0, 200);
    expect("8 sent alfa\n");
}
END_TEST

START_TEST(nobody_is_left)
{
    begin();
    send_but(7, "beta", "alfa");
    expect("7 failed : no other gateway is left\n");
    ck_assert_uint_eq(fake_transfers(), 0);
    fake_loop_advance(20 * USEC_PER_MIN);
    expect("");
    ck_assert_uint_eq(dispatch_queued(world->dispatch), 0);
}
END_TEST

START_TEST(channel_without_a_gateway)
{
    begin();
    send_as(7, 1, CHANNEL_VOICE, NULL);
    expect("");
    fake_loop_run();
    expect("7 failed : no gateway serves this channel\n");
    serve(&world->config, CHANNEL_VOICE, &world->gateways[GAMMA]);
    dispatch_configure(world->dispatch, &world->config);
    fake_loop_advance(2 * USEC_PER_SEC);
    expect_wire("gamma", "7");
}
END_TEST

/* ---- a new configuration ---- */

/* The gateways by these names, serving SMS in that order. */
static struct config config_of(struct gateway *gateways, size_t n)
{
    struct config config = { .plan = { .tz = world->config.plan.tz }, .gateways = gateways, .n_gateways = n };
    for (size_t i = 0; i < n; i++)
        serve(&config, CHANNEL_SMS, &gateways[i]);
    return config;
}

/* By name: the one that stands in its place after a reload is not left out, and it is, wherever it stands. */
START_TEST(left_out_across_a_reload)
{
    world->gateways[ALFA].window = 1;
    begin();
    send_but(1, "beta", "nobody");
    send_but(2, "beta", NULL);
    expect_wire("alfa", "1");
    struct gateway gateways[] = { make_gateway("aaa"), world->gateways[ALFA], world->gateways[BETA] };
    gateways[0].http.url = "http://aaa/";
    struct config config = config_of(gateways, N_ELEMENTS(gateways));
    dispatch_configure(world->dispatch, &config);
    fake_loop_run();
    expect_wire("aaa", "2");
    reply(0, 200);
    reply(0, 500);
    expect_wire("beta", "");
    expect_wire("alfa", "2");
    expect("1 sent alfa\n2 attempt-failed aaa: HTTP 500: the provider has trouble\n");
}
END_TEST

START_TEST(gateway_removed_while_pages_wait)
{
    world->gateways[BETA].window = 1;
    begin();
    for (uint32_t i = 1; i <= 4; i++)
        send_as(i, 5 - i, CHANNEL_SMS, NULL);
    fake_loop_run();
    expect_wire("beta", "4");
    struct gateway rest[] = { world->gateways[ALFA] };
    struct config config = config_of(rest, 1);
    dispatch_configure(world->dispatch, &config);
    fake_loop_run();
    expect_wire("beta", "4");        /* what is under way goes on */
    expect_wire("alfa", "3 2 1");
    fake_reply(fake_transfer(0), 200, "");
    fake_loop_run();
    expect("4 sent beta\n");
    struct dispatch_gateway status[4];
    ck_assert_uint_eq(dispatch_gateways(world->dispatch, status, 4), 1);
    ck_assert_str_eq(status[0].name, "alfa");
}
END_TEST

START_TEST(attempt_of_a_removed_gateway_fails)
{
    begin();
    send(1);
    fake_loop_run();
    struct gateway rest[] = { world->gateways[ALFA] };
    struct config config = config_of(rest, 1);
    dispatch_configure(world->dispatch, &config);
    reply(0, 500);
    expect("1 attempt-failed beta: HTTP 500: the provider has trouble\n");
    expect_wire("alfa", "1");
    struct config none = config_of(rest, 0);
    dispatch_configure(world->dispatch, &none);
    reply(0, 500);
    expect("1 failed alfa: HTTP 500: the provider has trouble\n");
    dispatch_configure(world->dispatch, &config);
    fake_loop_advance(2 * USEC_PER_SEC);
    expect_wire("alfa", "1");
}
END_TEST

/* Lanes are numbered by the order of names, and a reload numbers them anew: who has refused the page must not be asked again. */
START_TEST(refusals_are_remembered_across_a_reload)
{
    world->gateways[ALFA].window = 1;
    begin();
    send(1);
    send(2);
    fake_loop_run();
    reply(0, 500);
    reply(0, 500);                   /* both were refused by beta; 1 is at alfa, 2 waits for it */
    expect_wire("alfa", "1");
    struct gateway others[] = { world->gateways[BETA], make_gateway("zeta") };
    others[1].http.url = "http://zeta/";
    struct config config = config_of(others, 2);
    dispatch_configure(world->dispatch, &config);
    fake_loop_run();
    expect_wire("zeta", "2");
    reply(0, 500);
    expect_wire("zeta", "2 1");
    expect_wire("beta", "");
}
END_TEST

/* By name: whatever stands in its place after a reload is another gateway. */
START_TEST(bound_across_a_reload)
{
    world->gateways[ALFA].window = 1;
    begin();
    send_as(1, 1, CHANNEL_SMS, "alfa");
    send_as(2, 1, CHANNEL_SMS, "alfa");
    send_as(3, 1, CHANNEL_SMS, "alfa");
    fake_loop_run();
    expect_wire("alfa", "1");
    struct gateway gateways[] = { make_gateway("aaa"), world->gateways[ALFA], world->gateways[BETA] };
    gateways[0].http.url = "http://aaa/";
    struct config config = config_of(gateways, N_ELEMENTS(gateways)), without = config_of(gateways, 1);
    dispatch_configure(world->dispatch, &config);
    reply(0, 200);
    expect_wire("alfa", "2");
    expect_wire("aaa", "");
    dispatch_configure(world->dispatch, &without);       /* 2 is under way there, and 3 waits */
    fake_loop_run();
    expect("1 sent alfa\n3 failed : that gateway is not configured\n");
    reply(0, 500);
    expect("2 failed alfa: HTTP 500: the provider has trouble\n");
    fake_loop_advance(USEC_PER_HOUR);
    ck_assert_uint_eq(fake_transfers(), 0);
}
END_TEST

/* Two gateways go, each with several pages under way; one of them comes back before they have ended. */
START_TEST(attempts_of_removed_gateways_end_one_by_one)
{
    world->gateways[BETA].window = 2;
    begin();
    for (uint32_t i = 1; i <= 3; i++)
        send(i);
    send_as(4, 1, CHANNEL_EMAIL, NULL);
    send_as(5, 1, CHANNEL_EMAIL, NULL);
    fake_loop_advance(2 * USEC_PER_SEC);
    expect_wire("beta", "1 2");
    expect_wire("alfa", "3");
    expect_wire("gamma", "4 5");
    struct gateway first[] = { world->gateways[ALFA] }, second[] = { world->gateways[ALFA], world->gateways[GAMMA] };
    struct config alone = config_of(first, 1), back = config_of(second, 2);
    dispatch_configure(world->dispatch, &alone);
    dispatch_configure(world->dispatch, &back);
    reply(0, 500);                                       /* 1, of what is gone */
    expect("1 attempt-failed beta: HTTP 500: the provider has trouble\n");
    expect_wire("alfa", "3 1");
    reply(0, 200);                                       /* 2, the last there */
    expect("2 sent beta\n");
    struct dispatch_gateway status[4];
    ck_assert_uint_eq(dispatch_gateways(world->dispatch, status, 4), 2);
    ck_assert_str_eq(status[1].name, "gamma");
    ck_assert_uint_eq(status[1].in_flight, 2);
}
END_TEST

START_TEST(a_refused_page_whose_last_gateway_goes_is_told_why)
{
    world->gateways[ALFA].window = 1;
    begin();
    send_as(1, 1, CHANNEL_SMS, "alfa");
    send(2);
    fake_loop_run();
    reply(1, 500);                                       /* beta has refused it, and alfa has no place */
    expect("2 attempt-failed beta: HTTP 500: the provider has trouble\n");
    struct gateway rest[] = { world->gateways[BETA] };
    struct config config = config_of(rest, 1);
    dispatch_configure(world->dispatch, &config);
    fake_loop_run();
    expect("2 failed : no other gateway is left\n");
}
END_TEST

/* More than one run of the pump takes at once. */
START_TEST(many_pages_without_a_gateway_are_all_told_of)
{
    enum { PAGES = 1000 };
    begin();
    for (uint32_t i = 1; i <= PAGES; i++)
        send_as(i, 1, CHANNEL_VOICE, NULL);
    fake_loop_run();
    size_t lines = 0;
    for (const char *at = buf_text(&world->log); (at = strchr(at, '\n')); at++)
        lines++;
    ck_assert_uint_eq(lines, PAGES);
    ck_assert_uint_eq(dispatch_queued(world->dispatch), PAGES);      /* they are tried again */
    serve(&world->config, CHANNEL_VOICE, &world->gateways[GAMMA]);
    world->gateways[GAMMA].window = PAGES;
    dispatch_configure(world->dispatch, &world->config);
    fake_loop_advance(3 * USEC_PER_SEC);
    ck_assert_uint_eq(fake_transfers(), PAGES * 7 / 8);   /* the rest is kept for what is real and critical */
}
END_TEST

START_TEST(a_window_of_nothing_is_one)
{
    world->gateways[BETA].window = 0;
    begin();
    send(1);
    send(2);
    fake_loop_run();
    expect_wire("beta", "1");
}
END_TEST

START_TEST(stranded_by_a_reload)
{
    world->gateways[BETA].window = world->gateways[ALFA].window = 1;
    begin();
    send(1);
    send(2);
    fake_loop_advance(2 * USEC_PER_SEC);
    send(3);
    fake_loop_run();
    struct config none = config_of(NULL, 0);
    dispatch_configure(world->dispatch, &none);
    fake_loop_run();
    expect("3 failed : no gateway serves this channel\n");
}
END_TEST

START_TEST(places_count_across_a_reload)
{
    world->gateways[BETA].window = 2;
    begin();
    for (uint32_t i = 1; i <= 4; i++)
        send(i);
    fake_loop_run();
    struct gateway same[] = { world->gateways[ALFA], world->gateways[BETA] };
    same[1].window = 3;
    struct config config = config_of(same, 2);
    config.channel_gateways[CHANNEL_SMS][0] = &same[1];
    config.channel_gateways[CHANNEL_SMS][1] = &same[0];
    dispatch_configure(world->dispatch, &config);
    fake_loop_run();
    expect_wire("beta", "1 2 3");
    struct config without = config_of(same, 1);
    dispatch_configure(world->dispatch, &without);
    dispatch_configure(world->dispatch, &config);        /* and back, while it is under way */
    fake_loop_run();
    reply(0, 200);
    struct dispatch_gateway status[2];
    ck_assert_uint_eq(dispatch_gateways(world->dispatch, status, 2), 2);
    ck_assert_str_eq(status[1].name, "beta");
    ck_assert_uint_eq(status[1].sent, 1);
    ck_assert_uint_le(status[1].in_flight, 3);
}
END_TEST

START_TEST(patience_survives_a_reload)
{
    world->gateways[BETA].window = 1;
    begin();
    send(1);
    send(2);
    fake_loop_advance(600 * USEC_PER_MSEC);
    dispatch_configure(world->dispatch, &world->config);
    fake_loop_advance(401 * USEC_PER_MSEC);
    expect_wire("alfa", "2");
}
END_TEST

/* ---- numbers ---- */

START_TEST(status_counts)
{
    struct dispatch_gateway status[4];
    begin();
    send(1);
    send(2);
    fake_loop_run();
    reply(0, 500);
    reply(0, 200);
    ck_assert_uint_eq(dispatch_gateways(world->dispatch, status, 1), 1);
    ck_assert_uint_eq(dispatch_gateways(world->dispatch, status, 4), 3);
    ck_assert_str_eq(status[BETA].name, "beta");
    ck_assert_uint_eq(status[BETA].sent, 1);
    ck_assert_uint_eq(status[BETA].failed, 1);
    ck_assert_uint_eq(status[BETA].in_flight, 0);
    ck_assert_uint_eq(status[ALFA].in_flight, 1);
    ck_assert_str_eq(status[BETA].last_reason, "HTTP 500: the provider has trouble");
    ck_assert_int_eq(status[BETA].last_success_usec, loop_wall_usec());
    ck_assert_int_eq(status[GAMMA].last_success_usec, 0);
    ck_assert_str_eq(status[GAMMA].last_reason, "");
}
END_TEST

START_TEST(a_hundred_thousand_wait)
{
    begin();
    for (uint32_t i = 1; i <= 100000; i++)
        send_as(i, i % 7, CHANNEL_SMS, NULL);
    fake_loop_advance(2 * USEC_PER_SEC);
    ck_assert_uint_eq(fake_transfers(), 256);
    ck_assert_uint_eq(world->asked, 256);
    ck_assert_uint_eq(dispatch_queued(world->dispatch), 100000 - 256);
    dispatch_configure(world->dispatch, &world->config);
    for (uint32_t i = 1; i <= 100000; i++)
        world->unwanted[i] = true;
    for (int i = 0; i < 256; i++)
        fake_fail(fake_transfer(0), TRANSFER_UNKNOWN, "no");
    fake_loop_run();
    ck_assert_uint_eq(fake_transfers(), 0);
    ck_assert_uint_eq(dispatch_queued(world->dispatch), 0);
    ck_assert_uint_eq(world->asked, 100000 + 256);
}
END_TEST

/* Against a plain model: whatever the masks, the best page that a lane may take comes out. With more masks than there are rooms a
 * page stands with its first lane only: still one that may take it. */
enum { MODEL_PAGES = 400 };
struct model_page { bool in; uint32_t mask, rank, age; };

static int model_best(const struct model_page *model, uint32_t lanes)
{
    int best = -1;
    for (int i = 0; i < MODEL_PAGES; i++) {
        if (!model[i].in || !(model[i].mask & lanes))
            continue;
        if (best < 0 || model[i].rank < model[best].rank || (model[i].rank == model[best].rank && model[i].age < model[best].age))
            best = i;
    }
    return best;
}

/* It goes from the middle of one room into another. */
static void widen_one(struct dispatch_queue *queue, struct model_page *model, uint32_t more)
{
    const struct page *page = dispatch_queue_impatient(queue, 0, 0);
    if (!page)
        return;
    struct model_page *widened = &model[page->ref.number];
    ck_assert(widened->in);
    widened->mask |= more;
    dispatch_queue_widen(queue, widened->mask);
}

static void run_model(uint32_t masks, bool exact)
{
    static struct model_page model[MODEL_PAGES];
    struct dispatch_queue queue = { 0 };
    uint64_t seed = 1;
    unsigned taken = 0;
    memset(model, 0, sizeof model);
    for (uint32_t step = 0; step < 20000; step++) {
        seed = seed * UINT64_C(6364136223846793005) + 1;
        uint32_t random = (uint32_t)(seed >> 33), which = random % MODEL_PAGES, mask = (random >> 9) & masks;
        if (!model[which].in) {
            model[which] = (struct model_page){ true, mask ? mask : 1, (random >> 17) % 30, step };
            dispatch_queue_enter(&queue, &(struct page) { .ref = { 1, which, 0 }, .rank = model[which].rank, .age = step },
                                 model[which].mask, 0);
            continue;
        }
        if (random >> 28 == 0)
            widen_one(&queue, model, mask);
        uint32_t lanes = 1u << (random >> 20) % 5;
        int best = model_best(model, lanes);
        struct page page;
        bool found = dispatch_queue_take(&queue, lanes, 0, 0, &page, &mask);
        ck_assert(exact ? found == (best >= 0) : !found || best >= 0);
        if (!found)
            continue;
        ck_assert(model[page.ref.number].in && (model[page.ref.number].mask & mask) == mask && (mask & lanes));
        ck_assert(!exact || page.ref.number == (uint32_t)best);
        model[page.ref.number].in = false;
        taken++;
    }
    ck_assert_uint_gt(taken, 5000);
    dispatch_queue_done(&queue);
}

START_TEST(queue_agrees_with_a_model)
{
    run_model(0x03, true);
    run_model(0x1f, true);
    run_model(0xff, false);
}
END_TEST

/* ---- drills ---- */

START_TEST(gateway_that_a_drill_leaves_out_is_passed_over)
{
    world->without = "person:anna.berg,gateway:beta";
    begin();
    send(7);
    fake_loop_run();
    expect("7 attempt-failed beta: left out by the drill\n");
    expect_wire("beta", "");
    expect_wire("alfa", "7");
    reply(0, 200);
    expect("7 sent alfa\n");
    struct dispatch_gateway status[N_GATEWAYS];
    dispatch_gateways(world->dispatch, status, N_GATEWAYS);
    ck_assert_uint_eq(status[BETA].failed, 0);      /* it is none the worse for it */
}
END_TEST

START_TEST(every_gateway_left_out)
{
    world->without = "gateway:alfa,gateway:beta";
    begin();
    send(7);
    fake_loop_advance(USEC_PER_SEC / 2);
    expect("7 attempt-failed beta: left out by the drill\n7 failed alfa: left out by the drill\n");
    world->without = "";                            /* the drill has ended, and with it the play */
    fake_loop_advance(2 * USEC_PER_SEC);
    expect_wire("beta", "7");
}
END_TEST

static char *read_file(const char *path, struct stat *ret_stat)
{
    static char text[65536];
    FILE *file = fopen(path, "re");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(fstat(fileno(file), ret_stat), 0);
    text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
    fclose(file);
    return text;
}

/* Whatever the way to the wire: first attempts, retries, tests, notices, more than a window holds, a reload in the middle. */
START_TEST(nothing_of_a_dry_run_leaves)
{
    char directory[] = "/tmp/beredd-dry-XXXXXX";
    CLEANUP_BUF struct buf path = { 0 };
    struct stat stat;
    ck_assert_ptr_nonnull(mkdtemp(directory));
    world->config.state_directory = directory;
    world->gateways[BETA].window = 2;
    world->dry_run = true;
    world->degraded = true;                         /* refused, and tried again: no disk is touched while it may hang */
    begin();
    send(1);
    fake_loop_advance(USEC_PER_SEC / 2);
    expect("1 attempt-failed beta: a dry run needs a disk that takes writes\n"
           "1 failed alfa: a dry run needs a disk that takes writes\n");
    world->degraded = false;
    fake_loop_advance(2 * USEC_PER_SEC);
    expect("1 sent dry-run\n");
    for (uint32_t i = 2; i <= 9; i++)
        send_as(i, 0x102, i % 2 ? CHANNEL_SMS : CHANNEL_EMAIL, NULL);
    send_as(10, 1, CHANNEL_SMS, "alfa");
    fake_loop_run();
    dispatch_configure(world->dispatch, &world->config);
    send(11);
    fake_loop_advance(USEC_PER_MIN);
    ck_assert_uint_eq(fake_transfers(), 0);
    buf_printf(&path, "%s/drills/2026-0042.jsonl", directory);
    const char *text = read_file(buf_text(&path), &stat);
    ck_assert_uint_eq(stat.st_mode & 0777, 0600);
    ck_assert_ptr_nonnull(strstr(text, "\"drill\":true,\"in_place_of\":\"beta\""));
    ck_assert_ptr_nonnull(strstr(text, "2026-0042-11-"));
    ck_assert_int_eq(unlink(buf_text(&path)), 0);
    buf_cut(&path, path.len - strlen("/2026-0042.jsonl"));
    ck_assert_int_eq(rmdir(buf_text(&path)), 0);
    ck_assert_int_eq(rmdir(directory), 0);
    world->dry_run = false;                         /* the same page as a real one does leave */
    send(12);
    fake_loop_run();
    ck_assert_uint_eq(fake_transfers(), 1);
}
END_TEST

static void add(Suite *suite, const char *name, const TTest *const *tests, size_t n)
{
    TCase *tcase = tcase_create(name);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 60);
    for (size_t i = 0; i < n; i++)
        tcase_add_test(tcase, tests[i]);
    suite_add_tcase(suite, tcase);
}

int main(void)
{
    const TTest *const straight[] = { page_is_sent_by_the_first_gateway, unwanted_page_is_silent,
                                      a_start_that_fails_at_once_is_told_later, freed_while_under_way };
    const TTest *const order[] = { window_bounds_what_is_in_flight,
                                   crowd_does_not_hold_the_whole_window,
                                   rank_then_age,
                                   after_a_second_without_a_place_any_gateway_will_do,
                                   who_waited_longest_elsewhere_does_not_beat_rank,
                                   slow_gateway_holds_up_no_other,
                                   oldest_untried };
    const TTest *const failing[] = { next_gateway_at_once,
                                     no_reply_is_no_success,
                                     failed_is_told_once_and_tried_again,
                                     a_quarter_of_an_hour_and_no_more,
                                     waiting_costs_no_retries,
                                     answered_during_the_pause,
                                     answered_between_two_gateways,
                                     pause_holds_up_nobody,
                                     failover_waits_a_second_for_a_place_too };
    const TTest *const hanging[] = { gateway_that_hangs_goes_last,
                                     gateway_that_hangs_is_better_than_none, no_first_page_tries_out_a_gateway_that_hung,
                                     a_first_page_without_a_place_tries_out_what_hung,
                                     gateway_that_refuses_is_skipped_for_a_little,
                                     pages_refused_for_what_they_are_do_not_make_it_fail,
                                     a_probe_that_says_nothing_is_followed_by_another,
                                     who_waits_long_is_not_sent_to_a_failing_gateway };
    const TTest *const busy[] = { busy_gateway_goes_last_for_that_time,
                                  busy_gateway_is_better_than_none,
                                  no_page_waits_for_a_busy_gateway_that_is_alone,
                                  busy_goes_before_hanging,
                                  no_provider_is_left_alone_for_a_day,
                                  pages_that_wait_turn_away_from_a_busy_gateway,
                                  busy_is_a_state };
    const TTest *const rate[] = { no_more_than_the_rate_and_none_is_lost,
                                  the_rate_holds_wherever_the_second_begins,
                                  two_gateways_share_what_one_may_not_take,
                                  what_is_not_wanted_uses_nothing_up,
                                  rate_survives_a_reload };
    const TTest *const alone[] = { bound_to_a_gateway, bound_page_waits_for_its_own, a_gateway_left_out_is_asked_in_no_round,
                                   a_gateway_that_keeps_a_page_is_not_asked_for_it_again, nobody_is_left, channel_without_a_gateway };
    const TTest *const reload[] = { bound_across_a_reload, attempts_of_removed_gateways_end_one_by_one,
                                    a_refused_page_whose_last_gateway_goes_is_told_why, many_pages_without_a_gateway_are_all_told_of,
                                    a_window_of_nothing_is_one, left_out_across_a_reload, gateway_removed_while_pages_wait, attempt_of_a_removed_gateway_fails,
                                    refusals_are_remembered_across_a_reload, stranded_by_a_reload,
                                    places_count_across_a_reload, patience_survives_a_reload };
    const TTest *const numbers[] = { status_counts, a_hundred_thousand_wait, queue_agrees_with_a_model };
    const TTest *const drills[] = { gateway_that_a_drill_leaves_out_is_passed_over, every_gateway_left_out,
                                    nothing_of_a_dry_run_leaves };
    Suite *suite = suite_create("dispatch");
    add(suite, "straight", straight, N_ELEMENTS(straight));
    add(suite, "order", order, N_ELEMENTS(order));
    add(suite, "failing", failing, N_ELEMENTS(failing));
    add(suite, "hanging", hanging, N_ELEMENTS(hanging));
    add(suite, "busy", busy, N_ELEMENTS(busy));
    add(suite, "rate", rate, N_ELEMENTS(rate));
    add(suite, "alone", alone, N_ELEMENTS(alone));
    add(suite, "reload", reload, N_ELEMENTS(reload));
    add(suite, "drills", drills, N_ELEMENTS(drills));
    add(suite, "numbers", numbers, N_ELEMENTS(numbers));
    return unit_run(suite);
}

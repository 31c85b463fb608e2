/* The watch over the gateways, in virtual time: when it checks, what it makes of what comes back, and what it remembers. */
#include <check.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/civil.h"
#include "unit.h"
#include "watch/gateway_watch.h"

#define WALL_USEC (INT64_C(1795300000) * USEC_PER_SEC)

static struct gateway_watch *watch;
static struct now now;
static struct buf told;
static int64_t next_usec;

static void setup(void)
{
    watch = gateway_watch_new();
    now = (struct now){1000 * USEC_PER_SEC, WALL_USEC};
}

static void teardown(void)
{
    gateway_watch_free(watch);
    buf_done(&told);
}

static void tell(void *userdata, const struct event *event)
{
    static const char *const news[] = {"", "good", "failed", "low", "rich"};
    (void)userdata;
    if (event->kind == EVENT_GATEWAY_CHECK)
        buf_printf(&told, "check %s %s; ", event->gateway_check.gateway, event->gateway_check.address);
    else
        buf_printf(&told, "%s %s%s%s%s; ", event->gateway_news.gateway, news[event->gateway_news.news],
                   event->gateway_news.reason ? ": " : "", event->gateway_news.reason ? event->gateway_news.reason : "",
                   event->gateway_news.tell ? " TOLD" : "");
}

static void look(const char *expected)
{
    buf_clear(&told);
    next_usec = gateway_watch_look(watch, now, tell, NULL);
    ck_assert_str_eq(buf_text(&told), expected);
}

static void pass(int64_t usec)
{
    now.boot_usec += usec;
    now.wall_usec += usec;
}

static struct watched_gateway gateway(const char *name, bool by_receipt)
{
    return (struct watched_gateway){.name = name, .check_usec = USEC_PER_DAY, .address = "+46701740699", .by_receipt = by_receipt,
                                    .deadline_usec = 10 * USEC_PER_MIN};
}

static void configure(bool by_receipt)
{
    struct watched_gateway one = gateway("elks", by_receipt);
    gateway_watch_configure(watch, &one, 1, now);
}

static bool note(enum record_kind kind, uint32_t page)
{
    return gateway_watch_note(watch, &(struct record){.kind = kind, .gateway = "elks", .purpose = PURPOSE_CHECK, .page = page,
                                                      .at_usec = now.wall_usec,
                                                      .text = kind == RECORD_PAGE_FAILED ? "HTTP 500" : NULL});
}

static void begin(bool by_receipt)
{
    configure(by_receipt);
    look("");
    pass(GATEWAY_CHECK_START_USEC);
    look("check elks +46701740699; ");
    ck_assert(!note(RECORD_NOTICE_QUEUED, 7));
}

START_TEST(first_check_goes_a_little_after_the_start)
{
    configure(false);
    look("");
    ck_assert_int_eq(next_usec, now.boot_usec + GATEWAY_CHECK_START_USEC);
    pass(GATEWAY_CHECK_START_USEC - 1);
    look("");
    pass(1);
    look("check elks +46701740699; ");
    look("");
    ck_assert_int_eq(next_usec, now.boot_usec + 10 * USEC_PER_MIN);
}
END_TEST

START_TEST(several_are_spread)
{
    struct watched_gateway three[] = {gateway("a", false), gateway("b", false), gateway("c", false)};
    three[1].check_usec = 0;
    gateway_watch_configure(watch, three, 3, now);
    pass(GATEWAY_CHECK_START_USEC);
    look("check a +46701740699; ");
    pass(GATEWAY_CHECK_SPREAD_USEC);
    look("check c +46701740699; ");
}
END_TEST

START_TEST(taken_is_enough_without_receipts)
{
    begin(false);
    ck_assert(!note(RECORD_NOTICE_SENT, 8));     /* another's */
    ck_assert(note(RECORD_NOTICE_SENT, 7));
    look("elks good; ");
    ck_assert_int_eq(next_usec, now.boot_usec + USEC_PER_DAY);
    pass(USEC_PER_DAY);
    look("check elks +46701740699; ");
}
END_TEST

START_TEST(taken_is_not_enough_with_receipts)
{
    begin(true);
    ck_assert(!note(RECORD_NOTICE_SENT, 7));
    look("");
    pass(10 * USEC_PER_MIN - 1);
    look("");
    ck_assert(note(RECORD_PAGE_DELIVERED, 7));
    look("elks good; ");
    ck_assert(!gateway_watch_state(watch, "elks").failed);
    ck_assert_int_eq(gateway_watch_state(watch, "elks").checked_usec, WALL_USEC + GATEWAY_CHECK_START_USEC);
}
END_TEST

/* Or the time that is shown would be another one after a restart. */
START_TEST(it_went_when_the_log_says)
{
    configure(false);
    pass(GATEWAY_CHECK_START_USEC);
    look("check elks +46701740699; ");
    pass(USEC_PER_MSEC);
    note(RECORD_NOTICE_QUEUED, 7);
    ck_assert_int_eq(gateway_watch_state(watch, "elks").checked_usec, now.wall_usec);
}
END_TEST

START_TEST(failure_and_recovery_are_told_once)
{
    begin(true);
    pass(10 * USEC_PER_MIN);
    look("elks failed: no receipt within 10m TOLD; ");
    ck_assert(gateway_watch_state(watch, "elks").failed);
    ck_assert_str_eq(gateway_watch_state(watch, "elks").reason, "no receipt within 10m");
    pass(USEC_PER_HOUR);                         /* sooner than in a day */
    look("check elks +46701740699; ");
    note(RECORD_NOTICE_QUEUED, 9);
    ck_assert(note(RECORD_PAGE_FAILED, 9));
    look("elks failed: HTTP 500; ");
    pass(USEC_PER_HOUR);
    look("check elks +46701740699; ");
    note(RECORD_NOTICE_QUEUED, 10);
    ck_assert(!note(RECORD_PAGE_DELIVERED, 9));  /* too late for that one */
    ck_assert(note(RECORD_PAGE_DELIVERED, 10));
    look("elks good TOLD; ");
    ck_assert_str_eq(gateway_watch_state(watch, "elks").reason, "");
    ck_assert_int_eq(next_usec, now.boot_usec + USEC_PER_DAY);
}
END_TEST

/* ---- over a restart ---- */

static void recall(enum record_kind kind, enum gateway_news news, int64_t ago_usec)
{
    gateway_watch_recall(watch, &(struct record){.kind = kind, .gateway = "elks", .news = (uint8_t)news, .at_usec = now.wall_usec - ago_usec,
                                                 .purpose = kind == RECORD_NOTICE_QUEUED ? PURPOSE_CHECK : 0, .text = "why"});
}

START_TEST(the_rest_of_the_interval_is_waited_out)
{
    recall(RECORD_GATEWAY_STATE, NEWS_CHECK_GOOD, 20 * USEC_PER_HOUR);
    recall(RECORD_NOTICE_QUEUED, NEWS_NONE, 20 * USEC_PER_HOUR + USEC_PER_MIN);
    recall(RECORD_GATEWAY_STATE, NEWS_CHECK_FAILED, 44 * USEC_PER_HOUR);
    configure(true);
    look("");
    ck_assert_int_eq(next_usec, now.boot_usec + 4 * USEC_PER_HOUR - USEC_PER_MIN);
    ck_assert(!gateway_watch_state(watch, "elks").failed);
}
END_TEST

START_TEST(overdue_goes_soon)
{
    recall(RECORD_GATEWAY_STATE, NEWS_CHECK_GOOD, 200 * USEC_PER_HOUR);
    configure(true);
    look("");
    ck_assert_int_eq(next_usec, now.boot_usec + GATEWAY_CHECK_START_USEC);
}
END_TEST

/* A daemon that falls over and over again does not send a message each time. */
START_TEST(cut_off_is_checked_again_within_the_hour)
{
    recall(RECORD_NOTICE_QUEUED, NEWS_NONE, USEC_PER_MIN);
    recall(RECORD_GATEWAY_STATE, NEWS_CHECK_GOOD, 24 * USEC_PER_HOUR);
    configure(true);
    look("");
    ck_assert_int_eq(next_usec, now.boot_usec + 59 * USEC_PER_MIN);
}
END_TEST

START_TEST(failed_stays_failed_and_is_not_told_again)
{
    recall(RECORD_GATEWAY_STATE, NEWS_CHECK_FAILED, 50 * USEC_PER_MIN);
    configure(false);
    ck_assert(gateway_watch_state(watch, "elks").failed);
    ck_assert_str_eq(gateway_watch_state(watch, "elks").reason, "why");
    look("");
    ck_assert_int_eq(next_usec, now.boot_usec + 10 * USEC_PER_MIN);
    pass(10 * USEC_PER_MIN);
    look("check elks +46701740699; ");
    note(RECORD_NOTICE_QUEUED, 1);
    note(RECORD_PAGE_FAILED, 1);
    look("elks failed: HTTP 500; ");
}
END_TEST

/* What has been seen since the start is newer than all that it says. */
START_TEST(a_log_that_comes_late)
{
    begin(false);
    ck_assert(note(RECORD_PAGE_FAILED, 7));
    look("elks failed: HTTP 500 TOLD; ");
    recall(RECORD_GATEWAY_STATE, NEWS_CHECK_GOOD, USEC_PER_HOUR);
    recall(RECORD_NOTICE_QUEUED, NEWS_NONE, USEC_PER_HOUR);
    ck_assert(gateway_watch_state(watch, "elks").failed);
    ck_assert_int_eq(gateway_watch_state(watch, "elks").checked_usec, now.wall_usec);
    configure(false);
    pass(GATEWAY_CHECK_AGAIN_USEC);
    look("check elks +46701740699; ");
    ck_assert(!note(RECORD_NOTICE_QUEUED, 8));
    ck_assert(note(RECORD_NOTICE_SENT, 8));
    look("elks good TOLD; ");
}
END_TEST

START_TEST(a_clock_that_was_set_back_before_the_start)
{
    recall(RECORD_GATEWAY_STATE, NEWS_CHECK_GOOD, -400 * USEC_PER_DAY);
    configure(true);
    look("");
    ck_assert_int_eq(next_usec, now.boot_usec + USEC_PER_DAY);
}
END_TEST

START_TEST(clock_steps_do_not_matter)
{
    begin(false);
    note(RECORD_NOTICE_SENT, 7);
    look("elks good; ");
    now.wall_usec += 300 * USEC_PER_DAY;
    look("");
    now.wall_usec -= 600 * USEC_PER_DAY;
    pass(USEC_PER_DAY - 1);
    look("");
    pass(1);
    look("check elks +46701740699; ");
}
END_TEST

/* ---- reload, balance ---- */

START_TEST(reload_changes_no_schedule)
{
    begin(false);
    configure(false);
    look("");
    note(RECORD_NOTICE_SENT, 7);
    look("elks good; ");
    pass(USEC_PER_HOUR);
    configure(false);
    look("");
    ck_assert_int_eq(next_usec, now.boot_usec + 23 * USEC_PER_HOUR);
    gateway_watch_configure(watch, NULL, 0, now);
    look("");
    ck_assert_int_eq(next_usec, INT64_MAX);
    configure(false);
    look("");
    ck_assert_int_eq(next_usec, now.boot_usec + 23 * USEC_PER_HOUR);
}
END_TEST

START_TEST(removed_while_its_check_is_under_way)
{
    begin(true);
    gateway_watch_configure(watch, NULL, 0, now);
    ck_assert(!note(RECORD_PAGE_DELIVERED, 7));
    pass(USEC_PER_HOUR);
    look("");
}
END_TEST

START_TEST(balance_is_told_once)
{
    configure(false);
    ck_assert(!gateway_watch_balance(watch, "elks", "900.00 SEK", false));
    ck_assert(gateway_watch_balance(watch, "elks", "312.50 SEK", true));
    look("elks low: 312.50 SEK TOLD; ");
    ck_assert(!gateway_watch_balance(watch, "elks", "300.00 SEK", true));
    look("");
    ck_assert(gateway_watch_state(watch, "elks").balance_low);
    ck_assert(gateway_watch_balance(watch, "elks", "1000.00 SEK", false));
    look("elks rich: 1000.00 SEK; ");
}
END_TEST

START_TEST(balance_is_not_told_again_after_a_restart)
{
    recall(RECORD_GATEWAY_STATE, NEWS_BALANCE_LOW, USEC_PER_DAY);
    recall(RECORD_GATEWAY_STATE, NEWS_BALANCE_GOOD, 2 * USEC_PER_DAY);
    configure(false);
    ck_assert(!gateway_watch_balance(watch, "elks", "300.00 SEK", true));
    look("");
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {first_check_goes_a_little_after_the_start,
                                         several_are_spread,
                                         taken_is_enough_without_receipts,
                                         taken_is_not_enough_with_receipts,
                                         it_went_when_the_log_says,
                                         failure_and_recovery_are_told_once,
                                         the_rest_of_the_interval_is_waited_out,
                                         overdue_goes_soon,
                                         cut_off_is_checked_again_within_the_hour,
                                         failed_stays_failed_and_is_not_told_again,
                                         a_log_that_comes_late,
                                         a_clock_that_was_set_back_before_the_start,
                                         clock_steps_do_not_matter,
                                         reload_changes_no_schedule,
                                         removed_while_its_check_is_under_way,
                                         balance_is_told_once,
                                         balance_is_not_told_again_after_a_restart};
    Suite *suite = suite_create("gateway_watch");
    TCase *tcase = tcase_create("gateway_watch");
    tcase_add_checked_fixture(tcase, setup, teardown);
    for (size_t i = 0; i < N_ELEMENTS(tests); i++)
        tcase_add_test(tcase, tests[i]);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}

/* Reports of drills over the API: which one is meant, what it is compared with, and a log that is damaged or does not answer. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "api_fixture.h"
#include "base/civil.h"

static struct fx *fx;

static void setup(void) { fx = fx_new(); }
static void teardown(void) { fx_free(fx); }

/* A drill that is stopped again; free() its id. */
static char *drill(const char *json)
{
    CLEANUP_BUF struct buf path = { 0 };
    const struct reply *reply = fx_post(fx, "/v1/drills", json, AS_ROBOT);
    assert_status(reply, 201);
    char *id = mem_strdup(fx_text(reply, "id"));
    fx_outcome(fx, OUTCOME_SENT, NULL);
    fx_tick(fx, USEC_PER_MIN);
    buf_printf(&path, "/v1/drills/%s/stop", id);
    assert_status(fx_post(fx, buf_text(&path), NULL, AS_ROBOT), 200);
    return id;
}

static const struct reply *report(const char *id)
{
    CLEANUP_BUF struct buf path = { 0 };
    buf_printf(&path, "/v1/drills/%s/report", id);
    return fx_get(fx, buf_text(&path), AS_PANEL);
}

START_TEST(test_which_one)
{
    assert_status(fx_get(fx, "/v1/drills/report", AS_PANEL), 404);
    free(fx_open(fx, "{\"summary\":\"Skarpt\"}"));
    assert_status(fx_get(fx, "/v1/drills/report", AS_PANEL), 404);
    assert_status(report("2026-0001"), 409);
    assert_has(report("2026-0001"), "no drill");
    assert_status(report("2026-0099"), 404);
    assert_status(report("x"), 404);
    assert_status(fx_get(fx, "/v1/drills/report", AS_EXERCISE), 403);
    assert_refused(fx_get(fx, "/v1/drills/report?since=nyss", AS_PANEL), 422, "since");
}
END_TEST

START_TEST(test_not_begun)
{
    const struct reply *planned = fx_post(fx, "/v1/drills", "{\"roles\":[\"TIB\"],\"within_seconds\":86400}", AS_ROBOT);
    assert_status(report(fx_text(planned, "id")), 409);
    assert_has(report(fx_text(planned, "id")), "not begun");
    assert_status(fx_get(fx, "/v1/drills/report", AS_PANEL), 404);
}
END_TEST

START_TEST(test_latest_and_earlier)
{
    CLEANUP_FREE char *first = drill("{\"roles\":[\"TIB\"]}");
    CLEANUP_FREE char *dry = drill("{\"roles\":[\"TIB\"],\"dry_run\":true}");
    CLEANUP_FREE char *other = drill("{\"roles\":[\"KIB\"]}");
    CLEANUP_FREE char *last = drill("{\"roles\":[\"TIB\"]}");
    free(fx_open(fx, "{\"summary\":\"Skarpt\"}"));
    const struct reply *reply = fx_get(fx, "/v1/drills/report", AS_PANEL);
    assert_text(reply, "id", last);
    assert_text(reply, "ending", "stopped");
    ck_assert_uint_eq(fx_count(reply, "earlier"), 1);
    assert_text(reply, "earlier.0.id", first);
    assert_text(fx_get(fx, "/v1/drills/report?role=kib", AS_PANEL), "id", other);
    for (int i = 0; i < 2; i++) {
        const struct reply *typo = fx_get(fx, i ? "/v1/drills/report?role=TBI&since=2026-01-01T00:00:00Z" : "/v1/drills/report?role=TBI", AS_PANEL);
        assert_status(typo, 404);
        assert_text(typo, "error", "there is no role TBI; did you mean TIB?");
    }
    ck_assert_uint_eq(fx_count(report(first), "earlier"), 0);
    ck_assert_uint_eq(fx_count(report(dry), "earlier"), 0);
}
END_TEST

START_TEST(test_since)
{
    free(drill("{\"roles\":[\"TIB\"]}"));
    fx_tick(fx, 26 * USEC_PER_HOUR);         /* it leaves memory */
    free(drill("{\"roles\":[\"TIB\"],\"dry_run\":true}"));
    const struct reply *reply = fx_get(fx, "/v1/drills/report?since=2026-11-22T00:00:00Z", AS_PANEL);
    ck_assert_uint_eq(fx_count(reply, "drills"), 2);
    ck_assert_int_eq(json_integer_value(fx_at(reply, "roles.0.drills")), 1);
    ck_assert_int_eq(json_integer_value(fx_at(reply, "dry_runs")), 1);
    reply = fx_get(fx, "/v1/drills/report?since=2026-11-23T00:00:00Z", AS_PANEL);
    ck_assert_uint_eq(fx_count(reply, "drills"), 1);
    ck_assert_uint_eq(fx_count(fx_get(fx, "/v1/drills/report?since=2026-11-22T00:00:00Z&role=KIB", AS_PANEL), "drills"), 0);
}
END_TEST

START_TEST(test_damaged)
{
    CLEANUP_FREE char *id = drill("{\"roles\":[\"TIB\"]}");
    fx_store_redact(fx, RECORD_PAGE_SENT);
    const struct reply *reply = report(id);
    assert_status(reply, 200);
    ck_assert_int_gt(json_integer_value(fx_at(reply, "damaged_records")), 0);
    ck_assert_uint_gt(fx_count(reply, "pages"), 0);
    fx_store_redact(fx, RECORD_OPENED);
    assert_status(report(id), 409);
    assert_has(report(id), "damaged");
    assert_status(fx_get(fx, "/v1/drills/report", AS_PANEL), 404);
}
END_TEST

START_TEST(test_no_store)
{
    CLEANUP_FREE char *id = drill("{\"roles\":[\"TIB\"]}");
    fx->store_fails = true;
    assert_status(report(id), 503);
    assert_status(fx_get(fx, "/v1/drills/report", AS_PANEL), 503);
    fx->store_fails = false;
    fx_have_store(fx, false);
    assert_status(report(id), 503);
    assert_status(fx_get(fx, "/v1/drills/report", AS_PANEL), 503);
    fx_have_store(fx, true);
    assert_status(report(id), 200);
}
END_TEST

/* A few at a time; and everybody gets an answer when the daemon ends, wherever the store had got to. */
START_TEST(test_store_waits)
{
    CLEANUP_FREE char *id = drill("{\"roles\":[\"TIB\"]}");
    CLEANUP_BUF struct buf path = { 0 };
    buf_printf(&path, "/v1/drills/%s/report", id);
    fx->store_waits = true;
    struct reply *replies[5];
    for (size_t i = 0; i < N_ELEMENTS(replies); i++)
        replies[i] = fx_send(fx, (struct request){ .path = i % 2 ? "/v1/drills/report" : buf_text(&path), .as = AS_PANEL });
    ck_assert_int_eq(replies[3]->n, 0);
    assert_status(replies[4], 503);
    if (_i == 1)
        fx_store_answers(fx);
    else
        ck_assert_int_eq(replies[0]->n, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("api drill report");
    TCase *tcase = tcase_create("all");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_which_one);
    tcase_add_test(tcase, test_not_begun);
    tcase_add_test(tcase, test_latest_and_earlier);
    tcase_add_test(tcase, test_since);
    tcase_add_test(tcase, test_damaged);
    tcase_add_test(tcase, test_no_store);
    tcase_add_loop_test(tcase, test_store_waits, 0, 2);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* Looking at incidents, and what is done to them. */
#include <config.h>

#include "api_fixture.h"

#include <stdio.h>
#include <unistd.h>

#include "base/civil.h"

static struct fx *fx;
static char *id;

static void setup(void)
{
    fx = fx_new();
    id = fx_open(fx, "{\"summary\":\"Brand i skola\",\"details\":\"Rök från taket\",\"location\":\"Tumba\"}");
}

static void teardown(void)
{
    free(id);
    fx_free(fx);
}

static const char *path_of(const char *action)
{
    static char path[128];
    snprintf(path, sizeof path, "/v1/incidents/%s%s", id, action);
    return path;
}

static const struct reply *act(const char *action, const char *body, const char *as)
{
    return fx_post(fx, path_of(action), body, as);
}

static const struct reply *show(void)
{
    return fx_get(fx, path_of(""), AS_PANEL);
}

static void close_and_settle(void)
{
    assert_status(act("/close", "{\"reason\":\"Släckt\"}", AS_PANEL), 200);
    fx_tick(fx, 26 * USEC_PER_HOUR);
    ck_assert_ptr_null(engine_incident(fx->engine, fx_key(id)));
}

static bool has_event(const struct reply *reply, const char *event, const char *text)
{
    size_t i;
    json_t *entry;
    json_array_foreach(fx_at(reply, "timeline"), i, entry) {
        const char *said = json_string_value(json_object_get(entry, "text"));
        if (strcmp(json_string_value(json_object_get(entry, "event")), event) == 0 && (!text || (said && strstr(said, text))))
            return true;
    }
    return false;
}

/* ---- one ---- */

START_TEST(test_show)
{
    const struct reply *reply = show();
    assert_status(reply, 200);
    assert_text(reply, "id", id);
    assert_text(reply, "details", "Rök från taket");
    assert_text(reply, "timeline.0.event", "opened");
    assert_text(reply, "timeline.0.text", "Brand i skola");
    assert_text(reply, "timeline.0.at", "2026-11-22T02:12:00.000Z");
    assert_text(reply, "timeline.0.role", "(null)");
    ck_assert_int_eq(json_integer_value(fx_at(reply, "timeline.0.seq")), 1);
    ck_assert(has_event(reply, "callout-started", NULL));
    ck_assert(has_event(reply, "step-begun", "step 1"));
    ck_assert(has_event(reply, "page-queued", "*605"));
    ck_assert(reply->no_store);
}
END_TEST

START_TEST(test_ids)
{
    assert_status(fx_get(fx, "/v1/incidents/1", AS_PANEL), 200);
    assert_status(fx_get(fx, "/v1/incidents/0001", AS_PANEL), 200);
    assert_refused(fx_get(fx, "/v1/incidents/2026-0002", AS_PANEL), 404, "");
    assert_refused(fx_get(fx, "/v1/incidents/x", AS_PANEL), 404, "");
    assert_refused(fx_get(fx, "/v1/incidents/99999999999999999999", AS_PANEL), 404, "");
    assert_refused(fx_get(fx, "/v1/incidents/0", AS_PANEL), 404, "");
}
END_TEST

START_TEST(test_secrets_stay_inside)
{
    fx_outcome(fx, OUTCOME_ATTEMPT_FAILED, "550 no such number +46701740606");
    const struct engine *engine = fx->engine;
    const struct recipient *recipient = engine_incident(engine, fx_key(id))->callouts->recipients;
    CLEANUP_BUF struct buf code = { 0 }, token = { 0 };
    ck_assert_uint_ne(recipient->code, 0);
    buf_add_padded(&code, recipient->code, 6);
    token_add_text(&token, fx_key(id), recipient->token);
    const struct reply *reply = show();
    assert_has_not(reply, buf_text(&code));
    assert_has_not(reply, buf_text(&token));
    assert_has_not(reply, "+4670174060");
    ck_assert(has_event(reply, "page-failed", "606"));
    assert_has_not(reply, "notice-queued");
    assert_has_not(reply, "internal");
}
END_TEST

START_TEST(test_code_in_inbound_note_is_masked)
{
    fx_event(fx, &(struct event){ .kind = EVENT_INBOUND, .inbound = {
        .gateway = "elks", .from = "+46701740605", .text = "JA 123456 men ring 070-174 06 99" } });
    const struct reply *reply = show();
    assert_has_not(reply, "123456");
    ck_assert(has_event(reply, "note", "JA ******"));
}
END_TEST

START_TEST(test_others_incidents_are_not_there)
{
    assert_refused(fx_get(fx, path_of(""), AS_SOS), 404, "");
    assert_refused(act("/note", "{\"text\":\"x\"}", AS_SOS), 404, "");
    assert_refused(act("/close", "{}", AS_SOS), 404, "");
    assert_status(fx_get(fx, path_of(""), AS_RTJ), 200);
    assert_status(act("/note", "{\"text\":\"x\"}", AS_RTJ), 200);
    close_and_settle();
    assert_refused(fx_get(fx, path_of(""), AS_SOS), 404, "");
    assert_refused(act("/note", "{\"text\":\"x\"}", AS_SOS), 404, "");
    assert_status(fx_get(fx, path_of(""), AS_RTJ), 200);
}
END_TEST

START_TEST(test_updates_show)
{
    CLEANUP_FREE char *keyed = fx_open(fx, "{\"summary\":\"Brand\",\"dedup_key\":\"k\",\"details\":\"ett\"}");
    CLEANUP_BUF struct buf path = { 0 };
    buf_printf(&path, "/v1/incidents/%s", keyed);
    fx_post(fx, "/v1/incidents", "{\"summary\":\"Storbrand\",\"dedup_key\":\"k\",\"details\":\"två\"}", AS_RTJ);
    const struct reply *reply = fx_get(fx, buf_text(&path), AS_PANEL);
    assert_text(reply, "summary", "Storbrand");
    assert_text(reply, "details", "två");
    ck_assert(has_event(reply, "updated", "Storbrand"));
}
END_TEST

START_TEST(test_long_summary_comes_from_store)
{
    CLEANUP_BUF struct buf body = { 0 }, summary = { 0 };
    for (int i = 0; i < 300; i++)
        buf_add_text(&summary, "ö");
    buf_printf(&body, "{\"summary\":\"%s\"}", buf_text(&summary));
    CLEANUP_FREE char *other = fx_open(fx, buf_text(&body));
    buf_clear(&body);
    buf_printf(&body, "/v1/incidents/%s", other);
    ck_assert_str_eq(fx_text(fx_get(fx, buf_text(&body), AS_PANEL), "summary"), buf_text(&summary));
}
END_TEST

START_TEST(test_settled_is_folded)
{
    act("/acknowledge", "{\"person\":\"anna.berg\"}", AS_PANEL);
    close_and_settle();
    const struct reply *reply = show();
    assert_status(reply, 200);
    assert_text(reply, "state", "closed");
    assert_text(reply, "summary", "Brand i skola");
    assert_text(reply, "details", "Rök från taket");
    assert_text(reply, "callouts.0.state", "acknowledged");
    assert_text(reply, "callouts.0.acknowledged_by", "anna.berg");
    assert_text(reply, "closed_by", "panel");
    ck_assert(has_event(reply, "closed", "Släckt"));
}
END_TEST

START_TEST(test_store_fails)
{
    fx->store_fails = true;
    const struct reply *reply = show();
    assert_status(reply, 200);
    assert_text(reply, "summary", "Brand i skola");
    ck_assert_uint_eq(fx_count(reply, "timeline"), 0);
    ck_assert(json_is_string(fx_at(reply, "warning")));
    close_and_settle();
    assert_refused(show(), 503, "");
}
END_TEST

START_TEST(test_store_that_comes_later)
{
    fx_have_store(fx, false);
    assert_status(fx_get(fx, "/readyz", AS_NOBODY), 503);
    assert_text(show(), "details", "(null)");
    ck_assert_uint_eq(fx_count(fx_get(fx, "/v1/incidents", AS_PANEL), "incidents"), 1);
    assert_refused(fx_get(fx, "/v1/events?after=0", AS_PANEL), 503, "");
    assert_refused(fx_get(fx, "/v1/verify", AS_LOCAL), 503, "");
    assert_refused(fx_get(fx, "/v1/incidents/2026-0777", AS_PANEL), 503, "");
    fx_have_store(fx, true);
    assert_text(show(), "details", "Rök från taket");
    assert_status(fx_get(fx, "/readyz", AS_NOBODY), 200);
}
END_TEST

START_TEST(test_hanging_store_is_given_up)
{
    fx->store_waits = true;
    struct reply *reply = fx_send(fx, (struct request){ .method = HTTP_GET, .path = path_of(""), .as = AS_PANEL });
    fx_commit(fx);
    ck_assert_int_eq(reply->n, 0);
    fx->degraded = true;
    const struct reply *other = fx_get(fx, "/v1/status", AS_PANEL);
    assert_status(other, 200);
    fx_commit(fx);
    assert_status(reply, 200);
    fx_store_answers(fx);
}
END_TEST

START_TEST(test_long_history_is_paged)
{
    for (int i = 0; i < 1100; i++)
        fx_event(fx, &(struct event){ .kind = EVENT_NOTE,
                                      .note = { .incident = fx_key(id), .text = "anteckning", .actor = "panel" } });
    ck_assert_uint_gt(fx_count(show(), "timeline"), 1100);
}
END_TEST

/* ---- acknowledge, decline ---- */

START_TEST(test_acknowledge)
{
    const struct reply *reply = act("/acknowledge", "{\"role\":\"tib\",\"person\":\"ANNA.berg\"}", AS_PANEL);
    assert_status(reply, 200);
    assert_text(reply, "callouts.0.state", "acknowledged");
    assert_text(reply, "callouts.0.acknowledged_by", "anna.berg");
    assert_text(reply, "callouts.0.acknowledged_at", "2026-11-22T02:12:00.000Z");
    assert_text(reply, "callouts.0.next_page_at", "(null)");
    reply = act("/acknowledge", "{\"person\":\"anna.berg\"}", AS_PANEL);
    assert_status(reply, 200);
    ck_assert(has_event(show(), "acknowledged", "by panel"));
}
END_TEST

START_TEST(test_acknowledge_by_login)
{
    const struct reply *reply = fx_post(fx, path_of("/acknowledge"), NULL, AS_LOCAL);
    assert_status(reply, 200);
    assert_text(reply, "callouts.0.acknowledged_by", "anna.berg");
}
END_TEST

START_TEST(test_acknowledged_by_somebody_else)
{
    act("/acknowledge", "{\"person\":\"anna.berg\"}", AS_PANEL);
    fx_tick(fx, USEC_PER_MIN);
    const struct reply *reply = act("/acknowledge", "{\"role\":\"TIB\",\"person\":\"bo.ek\"}", AS_PANEL);
    assert_refused(reply, 409, "");
    assert_text(reply, "acknowledged_by", "anna.berg");
    assert_text(reply, "acknowledged_at", "2026-11-22T02:12:00.000Z");
    assert_has(reply, "Anna Berg");
    assert_has(reply, "03:12");
}
END_TEST

START_TEST(test_answering_without_a_person)
{
    const struct reply *reply = act("/acknowledge", "{}", AS_PANEL);
    assert_refused(reply, 422, "person");
    ck_assert_uint_eq(fx_count(reply, "choices"), 2);
    reply = act("/acknowledge", "{\"person\":\"anna.borg\"}", AS_PANEL);
    assert_refused(reply, 422, "person");
    assert_has(reply, "did you mean anna.berg?");
    fx->peer = (struct http_peer){ .local = true, .uid = 54321, .gid = getegid() };
    reply = act("/decline", "{}", AS_LOCAL);
    assert_refused(reply, 422, "person");
    assert_has(reply, "54321");
}
END_TEST

START_TEST(test_answering_which_role)
{
    assert_status(act("/callouts", "{\"role\":\"KIB\"}", AS_PANEL), 200);
    const struct reply *reply = act("/acknowledge", "{\"person\":\"anna.berg\"}", AS_PANEL);
    assert_refused(reply, 422, "role");
    ck_assert_uint_eq(fx_count(reply, "choices"), 2);
    assert_text(reply, "choices.0", "TIB");
    assert_text(reply, "choices.1", "KIB");
    assert_status(act("/acknowledge", "{\"person\":\"cia.lund\",\"role\":\"kib\"}", AS_PANEL), 200);
}
END_TEST

START_TEST(test_answering_wrong_role)
{
    assert_refused(act("/acknowledge", "{\"role\":\"XIB\",\"person\":\"bo.ek\"}", AS_PANEL), 422, "role");
    assert_refused(act("/acknowledge", "{\"role\":\"KIB\",\"person\":\"bo.ek\"}", AS_PANEL), 409, "");
}
END_TEST

START_TEST(test_answering_unknown_incident)
{
    assert_refused(fx_post(fx, "/v1/incidents/2026-0777/acknowledge", "{\"person\":\"bo.ek\"}", AS_PANEL), 404, "");
    assert_refused(fx_post(fx, "/v1/incidents/zzz/acknowledge", "{\"person\":\"bo.ek\"}", AS_PANEL), 404, "");
}
END_TEST

START_TEST(test_answering_closed)
{
    act("/close", "{\"reason\":\"Släckt\"}", AS_PANEL);
    const struct reply *reply = act("/acknowledge", "{\"person\":\"bo.ek\"}", AS_PANEL);
    assert_refused(reply, 409, "");
    assert_text(reply, "closed_by", "panel");
    assert_text(reply, "closed_at", "2026-11-22T02:12:00.000Z");
    assert_has(reply, "03:12");
    fx_tick(fx, 26 * USEC_PER_HOUR);
    reply = act("/acknowledge", "{\"person\":\"bo.ek\"}", AS_PANEL);
    assert_refused(reply, 409, "");
    assert_text(reply, "closed_by", "panel");
    assert_has(reply, "22 Nov 03:12");
}
END_TEST

START_TEST(test_decline_and_release)
{
    assert_status(act("/decline", "{\"person\":\"anna.berg\"}", AS_PANEL), 200);
    assert_status(act("/acknowledge", "{\"person\":\"bo.ek\"}", AS_PANEL), 200);
    const struct reply *reply = act("/decline", "{\"person\":\"bo.ek\"}", AS_PANEL);
    assert_status(reply, 200);
    assert_text(reply, "callouts.0.state", "paging");
    reply = show();
    ck_assert(has_event(reply, "declined", "by panel"));
    ck_assert(has_event(reply, "released", "by panel"));
}
END_TEST

/* ---- note, close, call-outs ---- */

START_TEST(test_note)
{
    assert_status(act("/note", "{\"text\":\"Ringde 08-123 45 67.\\nIngen fara\"}", AS_PANEL), 200);
    ck_assert(has_event(show(), "note", "Ringde 08-123 45 67.\nIngen fara"));
    assert_refused(act("/note", "{}", AS_PANEL), 422, "text");
    assert_refused(act("/note", "{\"text\":\" \"}", AS_PANEL), 422, "text");
    assert_refused(act("/note", "{\"text\":\"x\",\"person\":\"bo.ek\"}", AS_PANEL), 422, "person");
    assert_status(act("/note", "{\"text\":\"x\"}", AS_LOCAL), 200);
}
END_TEST

START_TEST(test_close)
{
    const struct reply *reply = act("/close", NULL, AS_RTJ);
    assert_status(reply, 200);
    assert_text(reply, "state", "closed");
    assert_text(reply, "closed_at", "2026-11-22T02:12:00.000Z");
    assert_text(reply, "callouts.0.state", "cancelled");
    assert_refused(act("/close", NULL, AS_RTJ), 409, "");
}
END_TEST

START_TEST(test_callouts)
{
    const struct reply *reply = act("/callouts", "{\"role\":\"kib\"}", AS_PANEL);
    assert_status(reply, 200);
    assert_text(reply, "callouts.1.role", "KIB");
    assert_status(act("/callouts", "{\"role\":\"KIB\"}", AS_PANEL), 200);
    reply = act("/callouts", "{\"role\":\"Krisledning\"}", AS_PANEL);
    assert_status(reply, 200);
    assert_text(reply, "callouts.2.role", "krisledning");
    assert_refused(act("/callouts", "{\"role\":\"KIBB\"}", AS_PANEL), 422, "role");
    assert_refused(act("/callouts", "{}", AS_PANEL), 422, "role");
    act("/close", NULL, AS_PANEL);
    assert_refused(act("/callouts", "{\"role\":\"KIB\"}", AS_PANEL), 409, "");
}
END_TEST

/* ---- the list ---- */

START_TEST(test_list)
{
    CLEANUP_FREE char *second = fx_open(fx, "{\"summary\":\"Två\",\"details\":\"d2\"}");
    CLEANUP_FREE char *third = fx_open(fx, "{\"summary\":\"Tre\"}");
    assert_status(fx_post(fx, "/v1/incidents/2/close", "{}", AS_PANEL), 200);
    const struct reply *reply = fx_get(fx, "/v1/incidents", AS_PANEL);
    ck_assert_uint_eq(fx_count(reply, "incidents"), 2);
    assert_text(reply, "incidents.0.id", id);
    assert_text(reply, "incidents.0.details", "Rök från taket");
    assert_text(reply, "incidents.0.callouts.0.state", "paging");
    assert_text(reply, "incidents.1.id", third);
    assert_text(reply, "next_after", "(null)");
    assert_text(reply, "incidents.0.timeline", "(none)");
    reply = fx_get(fx, "/v1/incidents?state=closed", AS_PANEL);
    ck_assert_uint_eq(fx_count(reply, "incidents"), 1);
    assert_text(reply, "incidents.0.id", second);
    assert_text(reply, "incidents.0.details", "d2");
    reply = fx_get(fx, "/v1/incidents?state=all&limit=2", AS_PANEL);
    ck_assert_uint_eq(fx_count(reply, "incidents"), 2);
    CLEANUP_BUF struct buf path = { 0 };
    buf_printf(&path, "/v1/incidents?state=all&limit=2&after=%lld", (long long)json_integer_value(fx_at(reply, "next_after")));
    reply = fx_get(fx, buf_text(&path), AS_PANEL);
    ck_assert_uint_eq(fx_count(reply, "incidents"), 1);
    assert_text(reply, "incidents.0.id", third);
}
END_TEST

START_TEST(test_list_of_a_source)
{
    fx_post(fx, "/v1/incidents", "{\"summary\":\"Annans\"}", AS_SOS);
    const struct reply *reply = fx_get(fx, "/v1/incidents?state=all", AS_SOS);
    ck_assert_uint_eq(fx_count(reply, "incidents"), 1);
    assert_text(reply, "incidents.0.source", "sos");
    fx->degraded = true;
    ck_assert_uint_eq(fx_count(fx_get(fx, "/v1/incidents?state=all", AS_SOS), "incidents"), 1);
}
END_TEST

START_TEST(test_list_settled)
{
    close_and_settle();
    const struct reply *reply = fx_get(fx, "/v1/incidents?state=all", AS_PANEL);
    ck_assert_uint_eq(fx_count(reply, "incidents"), 1);
    assert_text(reply, "incidents.0.state", "closed");
    assert_text(reply, "incidents.0.summary", "Brand i skola");
    ck_assert_uint_eq(fx_count(fx_get(fx, "/v1/incidents", AS_PANEL), "incidents"), 0);
}
END_TEST

START_TEST(test_list_from_memory)
{
    CLEANUP_FREE char *second = fx_open(fx, "{\"summary\":\"Två\"}");
    CLEANUP_FREE char *third = fx_open(fx, "{\"summary\":\"Tre\"}");
    fx->store_fails = true;
    const struct reply *reply = fx_get(fx, "/v1/incidents?limit=2", AS_PANEL);
    ck_assert_uint_eq(fx_count(reply, "incidents"), 2);
    assert_text(reply, "incidents.0.id", id);
    assert_text(reply, "incidents.1.id", second);
    fx->degraded = true;
    CLEANUP_BUF struct buf path = { 0 };
    buf_printf(&path, "/v1/incidents?limit=2&after=%lld", (long long)json_integer_value(fx_at(reply, "next_after")));
    reply = fx_get(fx, buf_text(&path), AS_PANEL);
    ck_assert_uint_eq(fx_count(reply, "incidents"), 1);
    assert_text(reply, "incidents.0.id", third);
}
END_TEST

START_TEST(test_list_refusals)
{
    assert_refused(fx_get(fx, "/v1/incidents?state=half", AS_PANEL), 422, "state");
    assert_refused(fx_get(fx, "/v1/incidents?limit=0", AS_PANEL), 422, "limit");
    assert_refused(fx_get(fx, "/v1/incidents?limit=1001", AS_PANEL), 422, "limit");
    assert_refused(fx_get(fx, "/v1/incidents?limit=-1", AS_PANEL), 422, "limit");
    assert_refused(fx_get(fx, "/v1/incidents?after=x", AS_PANEL), 422, "after");
    assert_refused(fx_get(fx, "/v1/incidents?after=99999999999999999999", AS_PANEL), 422, "after");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("api_incidents");
    TCase *tcase = tcase_create("api_incidents");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_show);
    tcase_add_test(tcase, test_ids);
    tcase_add_test(tcase, test_secrets_stay_inside);
    tcase_add_test(tcase, test_code_in_inbound_note_is_masked);
    tcase_add_test(tcase, test_others_incidents_are_not_there);
    tcase_add_test(tcase, test_updates_show);
    tcase_add_test(tcase, test_long_summary_comes_from_store);
    tcase_add_test(tcase, test_settled_is_folded);
    tcase_add_test(tcase, test_store_fails);
    tcase_add_test(tcase, test_store_that_comes_later);
    tcase_add_test(tcase, test_hanging_store_is_given_up);
    tcase_add_test(tcase, test_long_history_is_paged);
    tcase_add_test(tcase, test_acknowledge);
    tcase_add_test(tcase, test_acknowledge_by_login);
    tcase_add_test(tcase, test_acknowledged_by_somebody_else);
    tcase_add_test(tcase, test_answering_without_a_person);
    tcase_add_test(tcase, test_answering_which_role);
    tcase_add_test(tcase, test_answering_wrong_role);
    tcase_add_test(tcase, test_answering_unknown_incident);
    tcase_add_test(tcase, test_answering_closed);
    tcase_add_test(tcase, test_decline_and_release);
    tcase_add_test(tcase, test_note);
    tcase_add_test(tcase, test_close);
    tcase_add_test(tcase, test_callouts);
    tcase_add_test(tcase, test_list);
    tcase_add_test(tcase, test_list_of_a_source);
    tcase_add_test(tcase, test_list_settled);
    tcase_add_test(tcase, test_list_from_memory);
    tcase_add_test(tcase, test_list_refusals);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

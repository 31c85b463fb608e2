/* Routes, rights, and what triggers are accepted or refused. */
#include <config.h>

#include "api_fixture.h"

#include <stdio.h>
#include <unistd.h>

#include "base/civil.h"

static struct fx *fx;

static void setup(void)
{
    fx = fx_new();
}

static void teardown(void)
{
    fx_free(fx);
}

/* ---- routes ---- */

START_TEST(test_unknown_paths)
{
    static const char *const paths[] = { "/",
                                         "/v1",
                                         "/v1/",
                                         "/v1/incident",
                                         "/v1/incidents/",
                                         "/v1/incidents//note",
                                         "/v1/incidents/2026-0001/notes",
                                         "/v1/incidents/2026-0001/note/x",
                                         "/healthzz",
                                         "/a",
                                         "/a/",
                                         "/a/x/y",
                                         "/hooks/elks/reply",
                                         "/v2/incidents" };
    for (size_t i = 0; i < N_ELEMENTS(paths); i++)
        assert_refused(fx_get(fx, paths[i], AS_LOCAL), 404, "");
}
END_TEST

START_TEST(test_methods)
{
    const struct reply *reply = fx_do(fx, (struct request){ .method = HTTP_DELETE, .path = "/v1/incidents", .as = AS_LOCAL });
    assert_refused(reply, 405, "");
    ck_assert_str_eq(reply->allow, "GET, HEAD, POST");
    reply = fx_get(fx, "/v1/incidents/2026-0001/acknowledge", AS_LOCAL);
    assert_refused(reply, 405, "");
    ck_assert_str_eq(reply->allow, "POST");
    reply = fx_post(fx, "/v1/status", "{}", AS_LOCAL);
    assert_refused(reply, 405, "");
    ck_assert_str_eq(reply->allow, "GET, HEAD");
    reply = fx_do(fx, (struct request){ .method = HTTP_OTHER, .path = "/healthz", .as = AS_NOBODY });
    assert_refused(reply, 405, "");
}
END_TEST

START_TEST(test_overlong_segment)
{
    CLEANUP_BUF struct buf path = { 0 };
    buf_add_text(&path, "/v1/incidents/");
    for (int i = 0; i < 300; i++)
        buf_add_char(&path, '1');
    assert_refused(fx_get(fx, buf_text(&path), AS_LOCAL), 404, "");
}
END_TEST

START_TEST(test_content_types)
{
    struct request request = { .method = HTTP_POST, .path = "/v1/incidents", .body = "{\"summary\":\"Brand\"}", .as = AS_RTJ };
    request.type = "application/x-www-form-urlencoded";
    assert_refused(fx_do(fx, request), 415, "");
    request.type = "text/plain";
    assert_refused(fx_do(fx, request), 415, "");
    request.type = "";
    assert_status(fx_do(fx, request), 201);
}
END_TEST

START_TEST(test_body_too_large)
{
    CLEANUP_BUF struct buf body = { 0 };
    buf_add_text(&body, "{\"summary\":\"Brand\",\"details\":\"");
    for (int i = 0; i < 70000; i++)
        buf_add_char(&body, 'x');
    buf_add_text(&body, "\"}");
    assert_refused(fx_post(fx, "/v1/incidents", buf_text(&body), AS_RTJ), 413, "");
}
END_TEST

/* ---- rights ---- */

/* What each of nobody, trigger, operate and admin is told: 401, 403, or anything else for "may". */
struct right_case {
    enum http_method method;
    const char *path;
    bool trigger, operate, admin;
};

static const struct right_case right_cases[] = {
    { HTTP_POST, "/v1/incidents", true, false, false },
    { HTTP_GET, "/v1/incidents", true, true, false },
    { HTTP_GET, "/v1/incidents/2026-0001", true, true, false },
    { HTTP_POST, "/v1/incidents/2026-0001/acknowledge", false, true, false },
    { HTTP_POST, "/v1/incidents/2026-0001/decline", false, true, false },
    { HTTP_POST, "/v1/incidents/2026-0001/note", true, true, false },
    { HTTP_POST, "/v1/incidents/2026-0001/close", true, true, false },
    { HTTP_POST, "/v1/incidents/2026-0001/callouts", false, true, false },
    { HTTP_GET, "/v1/oncall", false, true, false },
    { HTTP_GET, "/v1/status", false, true, true },
    { HTTP_GET, "/v1/events?follow=no", false, true, false },
    { HTTP_GET, "/v1/rosters/TIB.ics", true, true, true },
    { HTTP_POST, "/v1/check", false, false, true },
    { HTTP_POST, "/v1/reload", false, false, true },
    { HTTP_GET, "/v1/verify", false, false, true },
    { HTTP_GET, "/v1/gateways", false, true, true },
    { HTTP_POST, "/v1/gateways/none/test", false, false, true },
};

static void assert_may(const struct right_case *right, const char *as, bool may)
{
    const struct reply *reply = fx_do(fx, (struct request){ .method = right->method, .path = right->path, .as = as });
    ck_assert_msg((reply->status != 403) == may && reply->status != 401 && reply->status != 405, "%s as %s: %d", right->path, as,
                  reply->status);
}

START_TEST(test_rights)
{
    const struct right_case *right = &right_cases[_i];
    assert_may(right, AS_LOCAL, true);
    assert_may(right, AS_RTJ, right->trigger);
    assert_may(right, AS_PANEL, right->operate);
    assert_may(right, AS_ROBOT, right->admin);
    assert_refused(fx_do(fx, (struct request){ .method = right->method, .path = right->path, .as = AS_NOBODY }), 401, "");
    assert_refused(fx_do(fx, (struct request){ .method = right->method, .path = right->path, .as = "wrong" }), 401, "");
}
END_TEST

START_TEST(test_unknown_path_needs_token)
{
    assert_refused(fx_get(fx, "/v1/nothing", AS_NOBODY), 401, "");
    assert_refused(fx_get(fx, "/", AS_NOBODY), 401, "");
}
END_TEST

START_TEST(test_wrong_token_beats_local_peer)
{
    fx->local_with_token = true;
    assert_refused(fx_get(fx, "/v1/status", "wrong"), 401, "");
    assert_refused(fx_get(fx, "/v1/status", AS_RTJ), 403, "");
    assert_status(fx_get(fx, "/v1/status", AS_LOCAL), 200);
}
END_TEST

static const struct reply *status_as_peer(uid_t uid, gid_t gid, gid_t other)
{
    fx->peer = (struct http_peer){ .local = true, .uid = uid, .gid = gid, .groups = { other }, .n_groups = 1 };
    return fx_get(fx, "/v1/status", AS_LOCAL);
}

START_TEST(test_local_peers)
{
    gid_t ours = getegid();
    assert_status(status_as_peer(0, 4711, 4712), 200);
    assert_status(status_as_peer(4711, ours, 4712), 200);
    assert_status(status_as_peer(4711, 4712, ours), 200);
    assert_refused(status_as_peer(4711, ours + 4711, ours + 4712), 401, "");
}
END_TEST

START_TEST(test_feed_token_in_address)
{
    assert_status(fx_get(fx, "/v1/rosters/TIB.ics?token=" AS_PANEL, AS_NOBODY), 200);
    assert_status(fx_get(fx, "/v1/rosters/TIB.ics?token=" AS_RTJ, AS_NOBODY), 200);
    assert_refused(fx_get(fx, "/v1/rosters/TIB.ics", AS_NOBODY), 401, "");
    assert_refused(fx_get(fx, "/v1/rosters/TIB.ics?token=wrong", AS_NOBODY), 401, "");
    assert_refused(fx_get(fx, "/v1/status?token=" AS_PANEL, AS_NOBODY), 401, "");
}
END_TEST

/* ---- triggers ---- */

START_TEST(test_trigger)
{
    const struct reply *reply = fx_post(
        fx, "/v1/incidents",
        "{\"summary\":\"Brand i skola, Tumba\",\"details\":\"Rad 1\\nRad 2\",\"severity\":\"warning\",\"dedup_key\":\"k1\","
        "\"roles\":[\"tib\",\"KIB\",\"TIB\"],"
        "\"location\":\"Tumba\",\"callback\":\"08-12345678\",\"talkgroup\":\"RAPS 1\",\"sensitive\":true}",
        AS_RTJ);
    assert_status(reply, 201);
    assert_text(reply, "id", "2026-0001");
    ck_assert_str_eq(reply->location, "/v1/incidents/2026-0001");
    ck_assert(reply->no_store);
    assert_text(reply, "state", "open");
    assert_text(reply, "summary", "Brand i skola, Tumba");
    assert_text(reply, "details", "Rad 1\nRad 2");
    assert_text(reply, "severity", "warning");
    assert_text(reply, "source", "rtj");
    assert_text(reply, "dedup_key", "k1");
    assert_text(reply, "location", "Tumba");
    assert_text(reply, "callback", "08-12345678");
    assert_text(reply, "talkgroup", "RAPS 1");
    assert_text(reply, "opened_at", "2026-11-22T02:12:00.000Z");
    assert_text(reply, "closed_at", "(null)");
    ck_assert(json_is_false(fx_at(reply, "drill")));
    ck_assert(json_is_true(fx_at(reply, "sensitive")));
    ck_assert_uint_eq(fx_count(reply, "callouts"), 2);
    assert_text(reply, "callouts.0.role", "TIB");
    assert_text(reply, "callouts.0.state", "paging");
    assert_text(reply, "callouts.0.next_page_at", "2026-11-22T02:17:00.000Z");
    assert_text(reply, "callouts.0.acknowledged_by", "(null)");
    assert_text(reply, "callouts.1.role", "KIB");
    assert_text(reply, "warning", "(none)");
}
END_TEST

START_TEST(test_trigger_defaults)
{
    const struct reply *reply =
        fx_post(fx, "/v1/incidents", "{\"summary\":\"Brand\",\"details\":null,\"roles\":[],\"location\":\"\"}", AS_SOS);
    assert_status(reply, 201);
    assert_text(reply, "severity", "critical");
    assert_text(reply, "details", "(null)");
    assert_text(reply, "location", "(null)");
    assert_text(reply, "dedup_key", "(null)");
    assert_text(reply, "callback", "08-123 45 67");
    ck_assert_uint_eq(fx_count(reply, "callouts"), 1);
}
END_TEST

START_TEST(test_trigger_is_cleaned)
{
    const struct reply *reply =
        fx_post(fx, "/v1/incidents", "{\"summary\":\"  Brand\\r\\nBcc: x\\u0007\\u202e \\u0085i \\\"skola\\\" \"}", AS_RTJ);
    assert_status(reply, 201);
    assert_text(reply, "summary", "Brand Bcc: x i \"skola\"");
}
END_TEST

START_TEST(test_trigger_keeps_long_summary)
{
    CLEANUP_BUF struct buf body = { 0 }, summary = { 0 };
    for (int i = 0; i < 1024; i++)
        buf_add_text(&summary, "å");
    buf_printf(&body, "{\"summary\":\"%s\"}", buf_text(&summary));
    const struct reply *reply = fx_post(fx, "/v1/incidents", buf_text(&body), AS_RTJ);
    assert_status(reply, 201);
    ck_assert_str_eq(fx_text(reply, "summary"), buf_text(&summary));
    buf_cut(&body, body.len - 2);
    buf_add_text(&body, "x\"}");
    assert_refused(fx_post(fx, "/v1/incidents", buf_text(&body), AS_RTJ), 422, "summary");
}
END_TEST

struct refusal { const char *body; int status; const char *field; };

static const struct refusal refusals[] = {
    { "", 400, "summary" },
    { "{}", 422, "summary" },
    { "{\"summary\":\"\"}", 422, "summary" },
    { "{\"summary\":\" \\n \"}", 422, "summary" },
    { "{\"summary\":null}", 422, "summary" },
    { "{\"summary\":7}", 400, "summary" },
    { "{\"summary\":[\"x\"]}", 400, "summary" },
    { "{\"summary\":{\"summary\":\"x\"}}", 400, "summary" },
    { "{\"summary\":\"x\\u0000y\"}", 400, "summary" },
    { "{\"sum\\u0000mary\":\"x\"}", 400, "" },
    { "{\"summary\":\"x\",\"summary\":\"y\"}", 400, "summary" },
    { "{\"summary\":\"x\",\"sumary\":\"y\"}", 422, "sumary" },
    { "{\"summary\":\"x\",\"zzz\":1}", 422, "zzz" },
    { "{\"summary\":\"x\",\"details\":1}", 400, "details" },
    { "{\"summary\":\"x\",\"drill\":\"yes\"}", 400, "drill" },
    { "{\"summary\":\"x\",\"drill\":1}", 400, "drill" },
    { "{\"summary\":\"x\",\"sensitive\":0}", 400, "sensitive" },
    { "{\"summary\":\"x\",\"severity\":\"grave\"}", 422, "severity" },
    { "{\"summary\":\"x\",\"severity\":1}", 400, "severity" },
    { "{\"summary\":\"x\",\"roles\":\"TIB\"}", 400, "roles" },
    { "{\"summary\":\"x\",\"roles\":[1]}", 400, "roles" },
    { "{\"summary\":\"x\",\"roles\":[\"TIB\",null]}", 400, "roles" },
    { "{\"summary\":\"x\",\"roles\":[\"TOB\"]}", 422, "roles" },
    { "{\"summary\":\"x\",\"roles\":[\"\"]}", 422, "roles" },
    { "{\"summary\":\"x\",\"roles\":[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\",\"10\",\"11\",\"12\",\"13\",\"14\","
      "\"15\",\"16\",\"17\"]}",
      422, "roles" },
    { "{\"summary\":\"x\"", 400, "" },
    { "{\"summary\":\"x\"} {}", 400, "" },
    { "{\"summary\":\"x\",}", 400, "" },
    { "{'summary':'x'}", 400, "" },
    { "summary=x", 400, "" },
    { "\"x\"", 400, "" },
    { "[]", 400, "" },
    { "null", 400, "" },
    { "7", 400, "" },
    { "{\"summary\":\"\xff\"}", 400, "" },
    { "{\"summary\":\"\xc0\xaf\"}", 400, "" },
    { "{\"summary\":\"\xed\xa0\x80\"}", 400, "" },
    { "{\"summary\":\"\\ud800\"}", 400, "" },
    { "{\"summary\":\"x\ny\"}", 400, "" },
};

START_TEST(test_trigger_refusals)
{
    const struct refusal *refusal = &refusals[_i];
    const struct reply *reply = fx_post(fx, "/v1/incidents", refusal->body, AS_RTJ);
    assert_refused(reply, refusal->status, refusal->field);
    ck_assert_uint_eq(engine_open_incidents(fx->engine), 0);
}
END_TEST

START_TEST(test_lengths)
{
    static const struct { const char *field; size_t max; } cases[] = {
        { "details", 6144 }, { "dedup_key", 255 }, { "location", 255 }, { "callback", 255 }, { "talkgroup", 255 } };
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        CLEANUP_BUF struct buf body = { 0 };
        buf_printf(&body, "{\"summary\":\"Brand %zu\",\"%s\":\"", i, cases[i].field);
        for (size_t k = 0; k < cases[i].max; k++)
            buf_add_text(&body, "é");
        size_t len = body.len;
        buf_add_text(&body, "\"}");
        assert_status(fx_post(fx, "/v1/incidents", buf_text(&body), AS_RTJ), 201);
        buf_cut(&body, len);
        buf_add_text(&body, "x\"}");
        assert_refused(fx_post(fx, "/v1/incidents", buf_text(&body), AS_RTJ), 422, cases[i].field);
    }
}
END_TEST

START_TEST(test_deep_nesting)
{
    CLEANUP_BUF struct buf body = { 0 };
    buf_add_text(&body, "{\"summary\":");
    for (int i = 0; i < 30000; i++)
        buf_add_char(&body, '[');
    assert_refused(fx_post(fx, "/v1/incidents", buf_text(&body), AS_RTJ), 400, "");
}
END_TEST

START_TEST(test_nul_in_body)
{
    static const char body[] = "{\"summary\":\"x\"}\0{}";
    assert_refused(
        fx_do(fx,
              (struct request){
                  .method = HTTP_POST, .path = "/v1/incidents", .body = body, .body_len = sizeof body - 1, .as = AS_RTJ }),
        400, "");
}
END_TEST

START_TEST(test_byte_order_mark)
{
    assert_status(fx_post(fx, "/v1/incidents", "\xef\xbb\xbf{\"summary\":\"x\"}", AS_RTJ), 201);
}
END_TEST

START_TEST(test_nearest_role_is_named)
{
    const struct reply *reply = fx_post(fx, "/v1/incidents", "{\"summary\":\"x\",\"roles\":[\"TIBB\"]}", AS_RTJ);
    assert_refused(reply, 422, "roles");
    assert_has(reply, "did you mean TIB?");
}
END_TEST

START_TEST(test_source_may_not_name_role)
{
    assert_refused(fx_post(fx, "/v1/incidents", "{\"summary\":\"x\",\"roles\":[\"KIB\"]}", AS_SOS), 403, "roles");
    assert_status(fx_post(fx, "/v1/incidents", "{\"summary\":\"x\",\"roles\":[\"TIB\"]}", AS_SOS), 201);
}
END_TEST

START_TEST(test_drill_needs_right)
{
    static const char body[] = "{\"summary\":\"Brand\",\"drill\":true}";
    assert_refused(fx_post(fx, "/v1/incidents", body, AS_RTJ), 403, "drill");
    const struct reply *reply = fx_post(fx, "/v1/incidents", body, AS_EXERCISE);
    assert_status(reply, 201);
    ck_assert(json_is_true(fx_at(reply, "drill")));
}
END_TEST

START_TEST(test_looks_like_drill)
{
    static const char *const summaries[] = { "ÖVNING brand", "övning", "Test av larm", "TEST" };
    for (size_t i = 0; i < N_ELEMENTS(summaries); i++) {
        CLEANUP_BUF struct buf body = { 0 };
        buf_printf(&body, "{\"summary\":\"%s\"}", summaries[i]);
        const struct reply *reply = fx_post(fx, "/v1/incidents", buf_text(&body), AS_RTJ);
        assert_status(reply, 201);
        ck_assert(json_is_string(fx_at(reply, "warning")));
    }
    const struct reply *reply = fx_post(fx, "/v1/incidents", "{\"summary\":\"ÖVNING\",\"drill\":true}", AS_EXERCISE);
    assert_text(reply, "warning", "(none)");
}
END_TEST

START_TEST(test_update_and_retry)
{
    const struct reply *reply =
        fx_post(fx, "/v1/incidents", "{\"summary\":\"Brand\",\"dedup_key\":\"k\",\"details\":\"först\"}", AS_RTJ);
    assert_status(reply, 201);
    reply = fx_post(fx, "/v1/incidents", "{\"summary\":\"Storbrand\",\"dedup_key\":\"k\",\"details\":\"sedan\"}", AS_RTJ);
    assert_status(reply, 200);
    assert_text(reply, "id", "2026-0001");
    assert_text(reply, "summary", "Storbrand");
    assert_text(reply, "details", "sedan");
    ck_assert_str_eq(reply->location, "/v1/incidents/2026-0001");
    reply = fx_post(fx, "/v1/incidents", "{\"summary\":\"Storbrand\",\"dedup_key\":\"k\",\"details\":\"sedan\"}", AS_RTJ);
    assert_status(reply, 200);
    ck_assert_uint_eq(engine_open_incidents(fx->engine), 1);
}
END_TEST

START_TEST(test_actions_show_the_details)
{
    fx_post(fx, "/v1/incidents", "{\"summary\":\"Brand\",\"dedup_key\":\"k\",\"details\":\"först\"}", AS_RTJ);
    assert_text(fx_post(fx, "/v1/incidents/1/note", "{\"text\":\"en rad\"}", AS_RTJ), "details", "först");
    fx_post(fx, "/v1/incidents", "{\"summary\":\"Storbrand\",\"dedup_key\":\"k\",\"details\":\"sedan\"}", AS_RTJ);
    const struct reply *reply = fx_post(fx, "/v1/incidents/1/close", "{}", AS_RTJ);
    assert_text(reply, "details", "sedan");
    assert_text(reply, "state", "closed");
}
END_TEST

START_TEST(test_idempotency_key)
{
    struct request request = {
        .method = HTTP_POST, .path = "/v1/incidents", .body = "{\"summary\":\"Brand\"}", .as = AS_RTJ, .idempotency_key = "a-1"
    };
    const struct reply *reply = fx_do(fx, request);
    assert_status(reply, 201);
    fx_tick(fx, 20 * USEC_PER_MIN);
    reply = fx_do(fx, request);
    assert_text(reply, "id", "2026-0001");
    request.idempotency_key = "a-2";
    reply = fx_do(fx, request);
    assert_text(reply, "id", "2026-0002");
}
END_TEST

START_TEST(test_idempotency_key_too_long)
{
    char key[257];
    memset(key, 'k', 256);
    key[256] = '\0';
    struct request request = {
        .method = HTTP_POST, .path = "/v1/incidents", .body = "{\"summary\":\"Brand\"}", .as = AS_RTJ, .idempotency_key = key
    };
    assert_refused(fx_do(fx, request), 400, "Idempotency-Key");
    key[255] = '\0';
    assert_status(fx_do(fx, request), 201);
}
END_TEST

/* ---- the commit ---- */

START_TEST(test_reply_waits_for_commit)
{
    struct reply *reply = fx_send(
        fx, (struct request){ .method = HTTP_POST, .path = "/v1/incidents", .body = "{\"summary\":\"Brand\"}", .as = AS_RTJ });
    ck_assert_int_eq(reply->n, 0);
    fx_commit(fx);
    assert_status(reply, 201);
}
END_TEST

START_TEST(test_degraded)
{
    fx->degraded = true;
    fx_event(fx, &(struct event){ .kind = EVENT_DEGRADED, .trouble = { .reason = "the disk is full" } });
    const struct reply *reply = fx_post(fx, "/v1/incidents", "{\"summary\":\"Brand\"}", AS_RTJ);
    assert_refused(reply, 503, "");
    ck_assert_ptr_nonnull(reply->retry_after);
    ck_assert_int_eq(strncmp(fx_text(reply, "incident.id"), "2026-D", 6), 0);
    assert_text(reply, "incident.callouts.0.state", "paging");
    CLEANUP_BUF struct buf path = { 0 };
    buf_printf(&path, "/v1/incidents/%s/acknowledge", fx_text(reply, "incident.id"));
    reply = fx_post(fx, buf_text(&path), "{\"person\":\"bo.ek\"}", AS_PANEL);
    assert_refused(reply, 503, "");
    assert_text(reply, "incident.callouts.0.acknowledged_by", "bo.ek");
    reply = fx_post(fx, buf_text(&path), "{\"person\":\"anna.berg\"}", AS_PANEL);
    assert_refused(reply, 409, "");
    reply = fx_get(fx, "/v1/incidents", AS_PANEL);
    assert_status(reply, 200);
    ck_assert_uint_eq(fx_count(reply, "incidents"), 1);
    assert_status(fx_get(fx, "/readyz", AS_NOBODY), 503);
    assert_status(fx_get(fx, "/healthz", AS_NOBODY), 200);
    ck_assert(json_is_true(fx_at(fx_get(fx, "/v1/status", AS_PANEL), "degraded")));
}
END_TEST

START_TEST(test_busy)
{
    fx->refuse_submit = true;
    const struct reply *reply = fx_post(fx, "/v1/incidents", "{\"summary\":\"Brand\"}", AS_RTJ);
    assert_refused(reply, 503, "");
    ck_assert_ptr_nonnull(reply->retry_after);
}
END_TEST

START_TEST(test_stopping_answers_everybody)
{
    fx_send(fx,
            (struct request){ .method = HTTP_POST, .path = "/v1/incidents", .body = "{\"summary\":\"Brand\"}", .as = AS_RTJ });
    fx->n_waiting = 0;
    fx_send(fx, (struct request){ .method = HTTP_GET, .path = "/v1/incidents/2026-0001", .as = AS_PANEL });
    fx_send(fx, (struct request){ .method = HTTP_GET, .path = "/v1/incidents", .as = AS_PANEL });
    fx_send(fx, (struct request){ .method = HTTP_GET, .path = "/v1/status", .as = AS_PANEL });
    fx_send(fx, (struct request){ .method = HTTP_GET, .path = "/v1/events?after=0", .as = AS_PANEL });
    fx_send(fx, (struct request){ .method = HTTP_GET, .path = "/v1/verify", .as = AS_ROBOT });
    CLEANUP_FREE char *token = fx_token(fx, "2026-0001", 1, "anna.berg");
    CLEANUP_BUF struct buf path = { 0 };
    buf_printf(&path, "/a/%s", token);
    fx_send(fx, (struct request){ .method = HTTP_GET, .path = buf_text(&path), .as = AS_NOBODY });
    fx_send(fx,
            (struct request){ .method = HTTP_POST, .path = buf_text(&path), .body = "answer=yes", .type = "", .as = AS_NOBODY });
    /* fx_free() asserts that each got one response. */
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("api");
    TCase *tcase = tcase_create("api");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_unknown_paths);
    tcase_add_test(tcase, test_methods);
    tcase_add_test(tcase, test_overlong_segment);
    tcase_add_test(tcase, test_content_types);
    tcase_add_test(tcase, test_body_too_large);
    tcase_add_loop_test(tcase, test_rights, 0, (int)N_ELEMENTS(right_cases));
    tcase_add_test(tcase, test_unknown_path_needs_token);
    tcase_add_test(tcase, test_wrong_token_beats_local_peer);
    tcase_add_test(tcase, test_local_peers);
    tcase_add_test(tcase, test_feed_token_in_address);
    tcase_add_test(tcase, test_trigger);
    tcase_add_test(tcase, test_trigger_defaults);
    tcase_add_test(tcase, test_trigger_is_cleaned);
    tcase_add_test(tcase, test_trigger_keeps_long_summary);
    tcase_add_loop_test(tcase, test_trigger_refusals, 0, (int)N_ELEMENTS(refusals));
    tcase_add_test(tcase, test_lengths);
    tcase_add_test(tcase, test_deep_nesting);
    tcase_add_test(tcase, test_nul_in_body);
    tcase_add_test(tcase, test_byte_order_mark);
    tcase_add_test(tcase, test_nearest_role_is_named);
    tcase_add_test(tcase, test_source_may_not_name_role);
    tcase_add_test(tcase, test_drill_needs_right);
    tcase_add_test(tcase, test_looks_like_drill);
    tcase_add_test(tcase, test_update_and_retry);
    tcase_add_test(tcase, test_actions_show_the_details);
    tcase_add_test(tcase, test_idempotency_key);
    tcase_add_test(tcase, test_idempotency_key_too_long);
    tcase_add_test(tcase, test_reply_waits_for_commit);
    tcase_add_test(tcase, test_degraded);
    tcase_add_test(tcase, test_busy);
    tcase_add_test(tcase, test_stopping_answers_everybody);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

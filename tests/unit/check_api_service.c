/* On call, status, event streams, hooks, gateways, configuration; and the small pieces of text. */
#include <config.h>

#include "api_fixture.h"

#include <stdio.h>

#include "api/json_writer.h"
#include "api/words.h"
#include "base/civil.h"
#include "web/html.h"

#define SECRET "hemlig-hemlig-hemlig"

static struct fx *fx;

static void setup(void)
{
    fx = fx_new();
}

static void teardown(void)
{
    fx_free(fx);
}

/* ---- on call ---- */

START_TEST(test_oncall)
{
    const struct reply *reply = fx_get(fx, "/v1/oncall", AS_PANEL);
    assert_status(reply, 200);
    ck_assert_uint_eq(fx_count(reply, "oncall"), 2);
    assert_text(reply, "oncall.0.role", "KIB");
    assert_text(reply, "oncall.0.call", "on-request");
    assert_text(reply, "oncall.1.role", "TIB");
    assert_text(reply, "oncall.1.title", "Tjänsteperson i beredskap");
    assert_text(reply, "oncall.1.at", "2026-11-22T02:12:00.000Z");
    assert_text(reply, "oncall.1.primary", "bo.ek");
    assert_text(reply, "oncall.1.backups.0", "anna.berg");
    assert_text(reply, "oncall.1.next", "anna.berg");
    assert_text(reply, "oncall.1.contacts.1.name", "Anna Berg");
    assert_text(reply, "oncall.1.contacts.1.sms.0", "+46701740605");
    assert_text(reply, "oncall.1.contacts.1.email.0", "anna@example.se");
    ck_assert(json_is_string(fx_at(reply, "oncall.1.from")));
    ck_assert(json_is_string(fx_at(reply, "oncall.1.until")));
    assert_text(reply, "oncall.0.until", "(null)");
}
END_TEST

START_TEST(test_oncall_role_and_time)
{
    static const char *const times[] = { "2026-11-29T12:00:00Z",      "2026-11-29T13:00:00%2B01:00",
                                         "2026-11-29T13:00:00+01:00", "2026-11-29%2013:00",
                                         "2026-11-29T13:00",          "2026-11-29T13:00:00" };
    for (size_t i = 0; i < N_ELEMENTS(times); i++) {
        CLEANUP_BUF struct buf path = { 0 };
        buf_printf(&path, "/v1/oncall?role=tib&at=%s", times[i]);
        const struct reply *reply = fx_get(fx, buf_text(&path), AS_PANEL);
        ck_assert_msg(reply->status == 200, "%s: %s", times[i], buf_text(&reply->body));
        ck_assert_uint_eq(fx_count(reply, "oncall"), 1);
        assert_text(reply, "oncall.0.at", "2026-11-29T12:00:00.000Z");
        assert_text(reply, "oncall.0.primary", "anna.berg");
    }
}
END_TEST

START_TEST(test_oncall_refusals)
{
    assert_refused(fx_get(fx, "/v1/oncall?role=TIBB", AS_PANEL), 422, "role");
    static const char *const times[] = { "",
                                         "now",
                                         "2026-02-30T10:00",
                                         "2026-11-29",
                                         "2026-11-29T25:00",
                                         "2026-11-29T13:00x",
                                         "2026-1-29T13:00",
                                         "-026-11-29T13:00",
                                         "2026-11-29x13:00" };
    for (size_t i = 0; i < N_ELEMENTS(times); i++) {
        CLEANUP_BUF struct buf path = { 0 };
        buf_printf(&path, "/v1/oncall?at=%s", times[i]);
        assert_refused(fx_get(fx, buf_text(&path), AS_PANEL), 422, "at");
    }
}
END_TEST

/* ---- status, configuration ---- */

START_TEST(test_status)
{
    free(fx_open(fx, "{\"summary\":\"Brand\"}"));
    const struct reply *reply = fx_get(fx, "/v1/status", AS_PANEL);
    assert_status(reply, 200);
    ck_assert(json_is_false(fx_at(reply, "degraded")));
    ck_assert(json_is_true(fx_at(reply, "store.takes_commits")));
    assert_text(reply, "timezone", "Europe/Stockholm");
    assert_text(reply, "rosters.1.role", "TIB");
    ck_assert(json_is_true(fx_at(reply, "rosters.1.covered")));
    ck_assert_int_eq(json_integer_value(fx_at(reply, "open_incidents")), 1);
    ck_assert_int_eq(json_integer_value(fx_at(reply, "open_callouts")), 1);
    ck_assert_int_eq(json_integer_value(fx_at(reply, "drills.open_incidents")), 0);
    ck_assert_int_eq(json_integer_value(fx_at(reply, "drills.open_callouts")), 0);
    ck_assert_int_eq(json_integer_value(fx_at(reply, "pages.queued")), 3);
    assert_text(reply, "gateways.0.name", "elks");
    ck_assert(json_is_false(fx_at(reply, "gateways.0.working")));
    assert_has_not(reply, "46701740605");
    ck_assert(json_is_true(fx_at(reply, "gateways.1.working")));
    assert_has_not(reply, SECRET);
}
END_TEST

START_TEST(test_status_tells_drills_apart)
{
    assert_status(fx_post(fx, "/v1/incidents", "{\"summary\":\"Strömavbrott\",\"drill\":true}", AS_EXERCISE), 201);
    const struct reply *reply = fx_get(fx, "/v1/status", AS_PANEL);
    ck_assert_int_eq(json_integer_value(fx_at(reply, "open_incidents")), 1);
    ck_assert_int_eq(json_integer_value(fx_at(reply, "drills.open_incidents")), 1);
    ck_assert_int_eq(json_integer_value(fx_at(reply, "drills.open_callouts")), json_integer_value(fx_at(reply, "open_callouts")));
}
END_TEST

START_TEST(test_health)
{
    assert_status(fx_get(fx, "/healthz", AS_NOBODY), 200);
    assert_status(fx_get(fx, "/readyz", AS_NOBODY), 200);
}
END_TEST

START_TEST(test_check_and_reload)
{
    const struct reply *reply = fx_post(fx, "/v1/check", NULL, AS_ROBOT);
    assert_status(reply, 200);
    ck_assert(json_is_true(fx_at(reply, "ok")));
    assert_text(reply, "problems.0.level", "warning");
    assert_status(fx_post(fx, "/v1/reload", "{}", AS_ROBOT), 200);
    assert_refused(fx_post(fx, "/v1/reload", "{\"x\":1}", AS_ROBOT), 422, "x");
    fx->reload_result = ERR_CONFIG;
    reply = fx_post(fx, "/v1/check", NULL, AS_ROBOT);
    assert_status(reply, 200);
    ck_assert(json_is_false(fx_at(reply, "ok")));
    reply = fx_post(fx, "/v1/reload", NULL, AS_ROBOT);
    assert_refused(reply, 422, "");
    assert_text(reply, "problems.1.file", "rosters/TIB.ini");
    ck_assert_int_eq(json_integer_value(fx_at(reply, "problems.1.line")), 7);
    fx->reload_result = ERR_BUSY;
    assert_refused(fx_post(fx, "/v1/reload", NULL, AS_ROBOT), 503, "");
}
END_TEST

START_TEST(test_verify)
{
    const struct reply *reply = fx_get(fx, "/v1/verify", AS_ROBOT);
    assert_status(reply, 200);
    ck_assert(json_is_true(fx_at(reply, "whole")));
    ck_assert_int_eq(strncmp(fx_text(reply, "head"), "ab00", 4), 0);
    fx->store_fails = true;
    assert_refused(fx_get(fx, "/v1/verify", AS_ROBOT), 503, "");
}
END_TEST

/* ---- events ---- */

static struct reply *follow(const char *path, const char *last)
{
    return fx_send(fx, (struct request){ .method = HTTP_GET, .path = path, .as = AS_PANEL, .last_event_id = last });
}

/* The ids in what was streamed must be each greater than the one before; gives the first and the last. */
static void assert_ascending(const char *text, uint64_t *ret_first, uint64_t *ret_last)
{
    *ret_first = *ret_last = 0;
    for (const char *at = text; (at = strstr(at, "id: ")); at += 4) {
        uint64_t seq = strtoull(at + 4, NULL, 10);
        ck_assert_msg(seq > *ret_last, "%llu after %llu", (unsigned long long)seq, (unsigned long long)*ret_last);
        *ret_last = seq;
        *ret_first = *ret_first ? *ret_first : seq;
    }
}

static void note(const char *text)
{
    struct event event = { .kind = EVENT_NOTE, .note = { .incident = incident_key(2026, 1), .text = text, .actor = "panel" } };
    fx_event(fx, &event);
}

START_TEST(test_events_live)
{
    struct reply *stream = follow("/v1/events", NULL);
    free(fx_open(fx, "{\"summary\":\"Rad\\n\\n<1>\"}"));
    CLEANUP_FREE char *text = fx_streamed(stream);
    ck_assert_ptr_nonnull(strstr(text, "id: 1\nevent: opened\ndata: {\"seq\":1,"));
    ck_assert_ptr_nonnull(strstr(text, "\"incident\":\"2026-0001\""));
    ck_assert_ptr_nonnull(strstr(text, "event: page-queued\n"));
    fx_hang_up(stream);
    note("utan lyssnare");
}
END_TEST

START_TEST(test_events_catch_up)
{
    free(fx_open(fx, "{\"summary\":\"Brand\"}"));
    for (int i = 0; i < 600; i++)
        note("n");
    uint64_t first, last, before = engine_last_seq(fx->engine);
    struct reply *stream = follow("/v1/events?after=2", NULL);
    struct reply *again = follow("/v1/events?after=2", "500");
    fx_commit(fx);
    note("sist");
    CLEANUP_FREE char *text = fx_streamed(stream);
    assert_ascending(text, &first, &last);
    ck_assert_uint_eq(first, 3);
    ck_assert_uint_eq(last, before + 1);
    CLEANUP_FREE char *rest = fx_streamed(again);
    assert_ascending(rest, &first, &last);
    ck_assert_uint_eq(first, 501);
    ck_assert_uint_eq(last, before + 1);
    api_drain(fx->api);
    ck_assert_ptr_null(stream->stream);
}
END_TEST

/* What is committed between the store's reading and its answer comes once. */
START_TEST(test_events_meet)
{
    fx->store_reads_early = _i == 1;
    free(fx_open(fx, "{\"summary\":\"Brand\"}"));
    fx->store_waits = true;
    struct reply *stream = follow("/v1/events?after=0", NULL);
    note("ett");
    note("två");
    fx_store_answers(fx);
    note("tre");
    uint64_t first, last;
    CLEANUP_FREE char *text = fx_streamed(stream);
    assert_ascending(text, &first, &last);
    ck_assert_uint_eq(first, 1);
    ck_assert_uint_eq(last, engine_last_seq(fx->engine));
    size_t n = 0;
    for (const char *at = text; (at = strstr(at, "event: note")); at++)
        n++;
    ck_assert_uint_eq(n, 3);
    fx_hang_up(stream);
}
END_TEST

START_TEST(test_events_overflow)
{
    fx->store_reads_early = _i == 1;
    free(fx_open(fx, "{\"summary\":\"Brand\"}"));
    CLEANUP_BUF struct buf longish = { 0 };
    for (int i = 0; i < 5000; i++)
        buf_add_char(&longish, 'x');
    fx->store_waits = true;
    struct reply *stream = follow("/v1/events?after=0", NULL);
    for (int i = 0; i < 100; i++)
        note(buf_text(&longish));
    fx_store_answers(fx);
    note("sist");
    uint64_t first, last;
    size_t n = 0;
    CLEANUP_FREE char *text = fx_streamed(stream);
    assert_ascending(text, &first, &last);
    for (const char *at = text; (at = strstr(at, "event: note")); at++)
        n++;
    ck_assert_uint_eq(n, 101);
    ck_assert_uint_eq(last, engine_last_seq(fx->engine));
    fx_hang_up(stream);
}
END_TEST

/* A peer that does not read is given one piece, and no more until it does. */
START_TEST(test_events_wait_for_slow_peer)
{
    free(fx_open(fx, "{\"summary\":\"Brand\"}"));
    for (int i = 0; i < 600; i++)
        note("n");
    fx->streams_wait = true;
    struct reply *stream = follow("/v1/events?after=0", NULL);
    fx_store_answers(fx);
    fx_store_answers(fx);
    uint64_t first, last;
    CLEANUP_FREE char *text = fx_streamed(stream);
    assert_ascending(text, &first, &last);
    ck_assert_uint_eq(last, 250);
    note("medan den väntar");
    ck_assert_uint_eq(stream->body.len, 0);
    fx->streams_wait = false;
    fx_drain(fx);
    fx_store_answers(fx);
    CLEANUP_FREE char *rest = fx_streamed(stream);
    assert_ascending(rest, &first, &last);
    ck_assert_uint_eq(first, 251);
    ck_assert_uint_eq(last, engine_last_seq(fx->engine));
    fx_hang_up(stream);
}
END_TEST

/* Large records go in pieces of bytes, too. */
START_TEST(test_events_large)
{
    free(fx_open(fx, "{\"summary\":\"Brand\"}"));
    CLEANUP_BUF struct buf large = { 0 };
    for (int i = 0; i < 6000; i++)
        buf_add_text(&large, "å");
    for (int i = 0; i < 100; i++)
        note(buf_text(&large));
    fx->streams_wait = true;
    struct reply *stream = follow("/v1/events?after=0", NULL);
    fx_store_answers(fx);
    ck_assert_uint_gt(stream->body.len, 200000);
    ck_assert_uint_lt(stream->body.len, 400000);
    fx->streams_wait = false;
    fx_drain(fx);
    fx_store_answers(fx);
    uint64_t first, last;
    CLEANUP_FREE char *text = fx_streamed(stream);
    assert_ascending(text, &first, &last);
    ck_assert_uint_eq(first, 1);
    ck_assert_uint_eq(last, engine_last_seq(fx->engine));
    fx_hang_up(stream);
}
END_TEST

START_TEST(test_events_until_now)
{
    free(fx_open(fx, "{\"summary\":\"Brand\"}"));
    struct reply *stream = follow("/v1/events?after=0&follow=no", NULL);
    fx_commit(fx);
    ck_assert_ptr_null(stream->stream);
    uint64_t first, last;
    CLEANUP_FREE char *text = fx_streamed(stream);
    assert_ascending(text, &first, &last);
    ck_assert_uint_eq(first, 1);
}
END_TEST

START_TEST(test_events_store_fails)
{
    fx->store_fails = true;
    struct reply *stream = follow("/v1/events?after=0", NULL);
    fx_commit(fx);
    ck_assert_ptr_null(stream->stream);
}
END_TEST

START_TEST(test_events_peer_leaves_while_catching_up)
{
    fx->store_waits = true;
    struct reply *stream = follow("/v1/events?after=0", NULL);
    fx_hang_up(stream);
    fx_store_answers(fx);
}
END_TEST

START_TEST(test_events_refusals)
{
    assert_refused(fx_get(fx, "/v1/events?after=x", AS_PANEL), 422, "after");
    assert_refused(fx_get(fx, "/v1/events?follow=maybe", AS_PANEL), 422, "follow");
    assert_refused(follow("/v1/events", "x"), 422, "Last-Event-ID");
}
END_TEST

/* ---- hooks ---- */

static uint32_t code_of_anna(void)
{
    const struct recipient *recipient = engine_incident(fx->engine, incident_key(2026, 1))->callouts->recipients;
    while (strcmp(engine_text(fx->engine, recipient->person), "anna.berg") != 0)
        recipient = recipient->next;
    return recipient->code;
}

START_TEST(test_hook_reply_acknowledges)
{
    free(fx_open(fx, "{\"summary\":\"Brand\"}"));
    CLEANUP_BUF struct buf form = { 0 };
    buf_printf(&form, "from=%%2B46701740605&to=%%2B46701740692&message=JA+%06u", code_of_anna());
    const struct reply *reply = fx_form(fx, "/hooks/elks/" SECRET "/reply", buf_text(&form));
    assert_status(reply, 200);
    ck_assert_uint_eq(reply->body.len, 0);
    ck_assert_int_eq(engine_incident(fx->engine, incident_key(2026, 1))->callouts->state, CALLOUT_ACKNOWLEDGED);
}
END_TEST

START_TEST(test_hook_secrets)
{
    static const char *const paths[] = { "/hooks/elks/wrong/reply",       "/hooks/elks/" SECRET "x/reply",
                                         "/hooks/spare/" SECRET "/reply", "/hooks/spare//reply",
                                         "/hooks/none/" SECRET "/reply",  "/hooks/elks/wrong/receipt",
                                         "/hooks/elks/wrong/voice",       "/hooks/elks/" SECRET "/other" };
    for (size_t i = 0; i < N_ELEMENTS(paths); i++)
        assert_refused(fx_form(fx, paths[i], "from=%2B46701740605&message=JA"), 404, "");
}
END_TEST

START_TEST(test_hook_malformed)
{
    assert_refused(fx_form(fx, "/hooks/elks/" SECRET "/reply", "message=JA"), 400, "");
    assert_refused(fx_form(fx, "/hooks/elks/" SECRET "/reply", "from=x&message=JA"), 400, "");
    assert_refused(fx_form(fx, "/hooks/elks/" SECRET "/receipt", "status=delivered"), 400, "");
    assert_refused(fx_form(fx, "/hooks/elks/" SECRET "/voice", "x=y"), 501, "");
    assert_refused(fx_do(fx, (struct request){ .method = HTTP_PUT, .path = "/hooks/elks/" SECRET "/reply", .as = AS_NOBODY }),
                   405, "");
}
END_TEST

START_TEST(test_hook_receipt)
{
    free(fx_open(fx, "{\"summary\":\"Brand\"}"));
    CLEANUP_BUF struct buf path = { 0 };
    buf_add_text(&path, "/hooks/elks/" SECRET "/receipt?page=");
    page_add_id(&path, fx_last_page(fx));
    fx_outcome(fx, OUTCOME_SENT, NULL);
    assert_status(fx_form(fx, buf_text(&path), "id=s1&status=created"), 200);
    const struct reply *reply = fx_form(fx, buf_text(&path), "id=s1&status=delivered");
    assert_status(reply, 200);
    assert_has(fx_get(fx, "/v1/incidents/1", AS_PANEL), "page-delivered");
    assert_status(fx_form(fx, buf_text(&path), "id=s1&status=delivered"), 200);
    assert_status(fx_form(fx, "/hooks/elks/" SECRET "/receipt?page=2026-0009-1-00000001", "id=s1&status=delivered"), 200);
}
END_TEST

START_TEST(test_hook_degraded)
{
    fx->degraded = true;
    assert_status(fx_form(fx, "/hooks/elks/" SECRET "/reply", "from=%2B46701740605&message=hej"), 503);
}
END_TEST

/* ---- gateways ---- */

START_TEST(test_gateways)
{
    const struct reply *reply = fx_get(fx, "/v1/gateways", AS_ROBOT);
    ck_assert_uint_eq(fx_count(reply, "gateways"), 3);
    assert_text(reply, "gateways.0.type", "http");
    assert_text(reply, "organisation", "Botkyrka kommun");
    assert_text(reply, "language", "sv");
    assert_text(reply, "gateways.0.channels.0", "sms");
    assert_text(reply, "gateways.0.from", "+46701740692");
    assert_text(reply, "gateways.2.from", "(null)");
    assert_text(reply, "gateways.1.name", "mail");
    assert_text(reply, "gateways.1.type", "smtp");
    assert_text(reply, "gateways.1.channels.0", "email");
    assert_text(reply, "gateways.0.state", "failing");
    assert_text(reply, "gateways.0.state_until", "1970-01-01T00:00:07.000Z");
    ck_assert_ptr_nonnull(strstr(json_string_value(fx_at(reply, "gateways.0.state_reason")), "no answer to"));
    ck_assert_int_eq(json_integer_value(fx_at(reply, "gateways.0.waiting")), 4);
    ck_assert_int_eq(json_integer_value(fx_at(reply, "gateways.0.recent.attempts")), 8);
    ck_assert_int_eq(json_integer_value(fx_at(reply, "gateways.0.recent.failed")), 1);
    assert_text(reply, "gateways.1.state", "untested");
    ck_assert(json_is_null(fx_at(reply, "gateways.1.state_until")));
    ck_assert(json_is_null(fx_at(reply, "gateways.1.check")));
    ck_assert(json_is_null(fx_at(reply, "gateways.1.balance")));
    assert_text(reply, "gateways.2.state", "failing");
    ck_assert(json_is_false(fx_at(reply, "gateways.2.working")));
    ck_assert_ptr_nonnull(strstr(json_string_value(fx_at(reply, "gateways.2.state_reason")), "its check did not get through: no receipt"));
    assert_has_not(reply, "46701740605");
    ck_assert(json_is_true(fx_at(reply, "gateways.2.check.failed")));
    assert_text(reply, "gateways.2.check.last_at", "1970-01-01T00:00:05.000Z");
    assert_text(reply, "gateways.2.balance.amount", "312.50 SEK");
    ck_assert(json_is_true(fx_at(reply, "gateways.2.balance.low")));
}
END_TEST

START_TEST(test_gateway_test)
{
    struct request request = {
        .method = HTTP_POST, .path = "/v1/gateways/elks/test", .body = "{\"person\":\"bo.ek\"}", .as = AS_ROBOT
    };
    struct reply *reply = fx_send(fx, request);
    fx_commit(fx);
    ck_assert_int_eq(reply->n, 0);
    fx_outcome(fx, OUTCOME_SENT, NULL);
    assert_status(reply, 200);
    assert_text(reply, "gateway", "elks");
    assert_text(reply, "person", "bo.ek");
    assert_text(reply, "channel", "sms");
    reply = fx_send(fx, request);
    fx_outcome(fx, OUTCOME_FAILED, "401 to +46701740606");
    assert_refused(reply, 502, "");
    assert_has(reply, "401");
    assert_has_not(reply, "46701740606");
}
END_TEST

START_TEST(test_gateway_test_refusals)
{
    assert_refused(fx_post(fx, "/v1/gateways/none/test", "{}", AS_ROBOT), 404, "");
    assert_refused(fx_post(fx, "/v1/gateways/elks/test", "{}", AS_ROBOT), 422, "person");
    assert_refused(fx_post(fx, "/v1/gateways/elks/test", "{\"person\":\"bo\"}", AS_ROBOT), 422, "person");
    assert_refused(fx_post(fx, "/v1/gateways/elks/test", "{\"person\":\"dan.mejl\"}", AS_ROBOT), 422, "person");
    assert_refused(fx_post(fx, "/v1/gateways/elks/test", "{\"person\":\"bo.ek\",\"channel\":\"email\"}", AS_ROBOT), 422,
                   "channel");
    assert_refused(fx_post(fx, "/v1/gateways/elks/test", "{\"person\":\"bo.ek\",\"channel\":\"fax\"}", AS_ROBOT), 422, "channel");
}
END_TEST

START_TEST(test_gateway_tests_are_few)
{
    struct request request = {
        .method = HTTP_POST, .path = "/v1/gateways/elks/test", .body = "{\"person\":\"bo.ek\"}", .as = AS_ROBOT
    };
    for (int i = 0; i < 32; i++)
        fx_send(fx, request);
    assert_refused(fx_send(fx, request), 503, "");
    /* api_free() answers those that wait. */
}
END_TEST

START_TEST(test_feed_of_a_roster)
{
    const struct reply *reply = fx_get(fx, "/v1/rosters/tib.ics", AS_PANEL);
    assert_status(reply, 200);
    ck_assert_str_eq(reply->content_type, "text/calendar; charset=utf-8");
    ck_assert(!reply->no_store);
    assert_has(reply, "SUMMARY:TIB: Bo <Ek> (ersättare Anna Berg)\r\n");
    ck_assert_int_eq(strncmp(buf_text(&reply->body), "BEGIN:VCALENDAR\r\n", 17), 0);
    assert_has_not(reply, "+467");
    assert_has_not(reply, "anna@example.se");
}
END_TEST

START_TEST(test_feed_of_a_person)
{
    const struct reply *reply = fx_get(fx, "/v1/rosters/TIB.ics?person=ANNA.BERG", AS_PANEL);
    assert_status(reply, 200);
    assert_has(reply, "SUMMARY:TIB: Anna Berg\\, ersättare för Bo <Ek>\r\n");
    assert_has_not(reply, "SUMMARY:TIB: Bo <Ek>");
}
END_TEST

START_TEST(test_feed_refusals)
{
    assert_refused(fx_get(fx, "/v1/rosters/TIBB.ics", AS_PANEL), 404, "");
    assert_refused(fx_get(fx, "/v1/rosters/TIB", AS_PANEL), 404, "");
    assert_refused(fx_get(fx, "/v1/rosters/.ics", AS_PANEL), 404, "");
    assert_refused(fx_get(fx, "/v1/rosters/TIB.ics?person=nobody", AS_PANEL), 404, "person");
    assert_refused(fx_do(fx, (struct request){ .method = HTTP_POST, .path = "/v1/rosters/TIB.ics", .as = AS_PANEL }), 405, "");
}
END_TEST

static int status_with_tag(const char *format, const char *tag)
{
    CLEANUP_BUF struct buf header = { 0 };
    for (; *format; format++) {
        if (*format == '$')
            buf_add_text(&header, tag);
        else
            buf_add_char(&header, *format);
    }
    return fx_do(fx, (struct request){ .path = "/v1/rosters/TIB.ics", .as = AS_PANEL, .if_none_match = buf_text(&header) })->status;
}

START_TEST(test_feed_is_sent_again_only_when_it_changed)
{
    const struct reply *first = fx_get(fx, "/v1/rosters/TIB.ics", AS_PANEL);
    ck_assert_ptr_nonnull(first->etag);
    fx->now.wall_usec += USEC_PER_HOUR;
    ck_assert_int_eq(status_with_tag("$", first->etag), 304);
    ck_assert_int_eq(status_with_tag("W/$", first->etag), 304);
    ck_assert_int_eq(status_with_tag("\"other\", $", first->etag), 304);
    ck_assert_int_eq(status_with_tag("*", first->etag), 304);
    ck_assert_int_eq(status_with_tag("\"other\"", first->etag), 200);
    ck_assert_int_eq(status_with_tag("$x", first->etag), 200);
    ck_assert_int_eq(status_with_tag(",,, ,", first->etag), 200);
    const struct reply *kept = fx_do(fx, (struct request){ .path = "/v1/rosters/TIB.ics", .as = AS_PANEL, .if_none_match = first->etag });
    ck_assert_uint_eq(kept->body.len, 0);
    ck_assert_str_eq(kept->etag, first->etag);
    const struct reply *of_person = fx_get(fx, "/v1/rosters/TIB.ics?person=bo.ek", AS_PANEL);
    ck_assert_str_ne(of_person->etag, first->etag);
}
END_TEST

/* ---- pieces of text ---- */

START_TEST(test_json_writer)
{
    CLEANUP_BUF struct buf buf = { 0 }, raw = { 0 };
    buf_add_text(&raw, "[1]");
    struct json_writer writer = { .buf = &buf };
    jw_open(&writer, NULL, '{');
    jw_text(&writer, "a", "\"\\\n\t\r\x01\x7f å \xff");
    jw_text(&writer, "b", NULL);
    jw_text_or_null(&writer, "c", "");
    jw_u64(&writer, "d", UINT64_MAX);
    jw_open(&writer, "e", '[');
    jw_bool(&writer, NULL, true);
    jw_text(&writer, NULL, "");
    jw_close(&writer, ']');
    jw_time(&writer, "f", 0);
    jw_time(&writer, "g", 1500000);
    jw_raw(&writer, "h", &raw);
    jw_close(&writer, '}');
    ck_assert_str_eq(
        buf_text(&buf),
        "{\"a\":\"\\\"\\\\\\n\\t\\r\\u0001\\u007f å \xef\xbf\xbd\",\"b\":null,\"c\":null,\"d\":18446744073709551615,"
        "\"e\":[true,\"\"],"
        "\"f\":null,\"g\":\"1970-01-01T00:00:01.500Z\",\"h\":[1]}");
}
END_TEST

static const struct { const char *text, *masked;
} maskings[] = {
    { "", "" },
    { "JA 417302", "JA ******" },
    { "41 73 02", "** ** **" },
    { "ring 070-174 06 05!", "ring ***-*** *6 05!" },
    { "+46701740605", "+********605" },
    { "450 4.2.1 try later", "450 4.2.1 try later" },
    { "192.168.100.200", "192.168.100.200" },
    { "12345", "12345" },
    { "at 03:14", "at 03:14" },
};

START_TEST(test_masking)
{
    CLEANUP_BUF struct buf buf = { 0 };
    words_add_masked_text(&buf, maskings[_i].text);
    ck_assert_str_eq(buf_text(&buf), maskings[_i].masked);
}
END_TEST

static const struct { const char *text, *tel;
} numbers[] = {
    { "08-123 45 67", "081234567" },
    { "+46 (0)8 123", "+4608123" },
    { "RCB, 08-123 45 67 eller 112", "081234567" },
    { "ring Anna", "" },
    { "", "" },
    { "rum 12, tel 112", "112" },
    { "++46", "" },
    { "\"><script>08123", "08123" },
    { "1+2+3", "" },
};

START_TEST(test_tel)
{
    CLEANUP_BUF struct buf buf = { 0 };
    html_add_tel(&buf, numbers[_i].text);
    ck_assert_str_eq(buf_text(&buf), numbers[_i].tel);
}
END_TEST

START_TEST(test_html)
{
    CLEANUP_BUF struct buf buf = { 0 };
    html_add(&buf, "<p class=\"%s\">%s %u%%</p>", "\"x'", "<&>", 7u);
    ck_assert_str_eq(buf_text(&buf), "<p class=\"&quot;x&#39;\">&lt;&amp;&gt; 7%</p>");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("api_service");
    TCase *tcase = tcase_create("api_service");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_oncall);
    tcase_add_test(tcase, test_oncall_role_and_time);
    tcase_add_test(tcase, test_oncall_refusals);
    tcase_add_test(tcase, test_status);
    tcase_add_test(tcase, test_status_tells_drills_apart);
    tcase_add_test(tcase, test_health);
    tcase_add_test(tcase, test_check_and_reload);
    tcase_add_test(tcase, test_verify);
    tcase_add_test(tcase, test_events_live);
    tcase_add_test(tcase, test_events_catch_up);
    tcase_add_loop_test(tcase, test_events_meet, 0, 2);
    tcase_add_loop_test(tcase, test_events_overflow, 0, 2);
    tcase_add_test(tcase, test_events_wait_for_slow_peer);
    tcase_add_test(tcase, test_events_large);
    tcase_add_test(tcase, test_events_until_now);
    tcase_add_test(tcase, test_events_store_fails);
    tcase_add_test(tcase, test_events_peer_leaves_while_catching_up);
    tcase_add_test(tcase, test_events_refusals);
    tcase_add_test(tcase, test_hook_reply_acknowledges);
    tcase_add_test(tcase, test_hook_secrets);
    tcase_add_test(tcase, test_hook_malformed);
    tcase_add_test(tcase, test_hook_receipt);
    tcase_add_test(tcase, test_hook_degraded);
    tcase_add_test(tcase, test_gateways);
    tcase_add_test(tcase, test_gateway_test);
    tcase_add_test(tcase, test_gateway_test_refusals);
    tcase_add_test(tcase, test_gateway_tests_are_few);
    tcase_add_test(tcase, test_feed_of_a_roster);
    tcase_add_test(tcase, test_feed_of_a_person);
    tcase_add_test(tcase, test_feed_refusals);
    tcase_add_test(tcase, test_feed_is_sent_again_only_when_it_changed);
    suite_add_tcase(suite, tcase);
    tcase = tcase_create("text");
    tcase_add_test(tcase, test_json_writer);
    tcase_add_loop_test(tcase, test_masking, 0, (int)N_ELEMENTS(maskings));
    tcase_add_loop_test(tcase, test_tel, 0, (int)N_ELEMENTS(numbers));
    tcase_add_test(tcase, test_html);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

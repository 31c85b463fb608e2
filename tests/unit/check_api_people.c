/* The page for people, and the answers that it sends. */
#include <config.h>

#include "api_fixture.h"

#include <stdio.h>

#include "base/civil.h"

static struct fx *fx;
static char *id;
static char anna[64], bo[64];        /* paths of their links */

static void take_path(char *ret, uint32_t callout, const char *person)
{
    CLEANUP_FREE char *token = fx_token(fx, id, callout, person);
    snprintf(ret, 64, "/a/%s", token);
}

static void setup(void)
{
    fx = fx_new();
    id = fx_open(
        fx, "{\"summary\":\"Brand i <skola> & \\\"förskola\\\"\",\"details\":\"Rad <1>\\nRad 2\",\"location\":\"Tumba </h1>\","
            "\"callback\":\"RCB 08-123 45 67\",\"talkgroup\":\"RAPS <1>\"}");
    take_path(anna, 1, "anna.berg");
    take_path(bo, 1, "bo.ek");
}

static void teardown(void)
{
    free(id);
    fx_free(fx);
}

/* Beside a real alarm of the same people no drill begins. */
static void close_all(void)
{
    for (uint32_t number = 1; engine_incident(fx->engine, incident_key(2026, number)); number++) {
        CLEANUP_BUF struct buf path = { 0 };
        buf_printf(&path, "/v1/incidents/%u/close", number);
        fx_post(fx, buf_text(&path), "{}", AS_PANEL);
    }
}

static const struct reply *get(const char *path)
{
    const struct reply *reply = fx_get(fx, path, AS_NOBODY);
    ck_assert_str_eq(reply->content_type, "text/html; charset=utf-8");
    ck_assert(reply->no_store);
    return reply;
}

static const struct callout *callout(void)
{
    return engine_incident(fx->engine, fx_key(id))->callouts;
}

START_TEST(test_page)
{
    const struct reply *reply = get(anna);
    assert_status(reply, 200);
    assert_has(reply, "<html lang=\"sv\">");
    assert_has(reply, "LARM TIB");
    assert_has(reply, "03:12");
    assert_has(reply, "Södertörns brandförsvarsförbund");
    assert_has(reply, "Brand i &lt;skola&gt; &amp; &quot;förskola&quot;");
    assert_has(reply, "Tumba &lt;/h1&gt;");
    assert_has(reply, "RAPS &lt;1&gt;");
    assert_has(reply, "Rad &lt;1&gt;<br>\nRad 2");
    assert_has(reply, "href=\"tel:081234567\"");
    assert_has(reply, "value=\"yes\"");
    assert_has(reply, "value=\"no\"");
    assert_has_not(reply, "<script");
    assert_has_not(reply, "<skola>");
    assert_has_not(reply, "ÖVNING");
    assert_has_not(reply, "value=\"release\"");
}
END_TEST

START_TEST(test_opening_changes_nothing)
{
    uint64_t seq = engine_last_seq(fx->engine);
    for (int i = 0; i < 3; i++)
        get(anna);
    CLEANUP_BUF struct buf path = { 0 };
    buf_printf(&path, "%s?answer=yes", anna);
    get(buf_text(&path));
    ck_assert_uint_eq(engine_last_seq(fx->engine), seq);
    ck_assert_int_eq(callout()->state, CALLOUT_PAGING);
}
END_TEST

START_TEST(test_unknown_links)
{
    char wrong[64];
    snprintf(wrong, sizeof wrong, "%s", anna);
    wrong[strlen(wrong) - 3] = wrong[strlen(wrong) - 3] == 'A' ? 'B' : 'A';
    const char *const paths[] = { wrong, "/a/x", "/a/AAAAAAAAAAAAAAAAAAAAAAAAAAAA", "/a/%", "/a/____________________________" };
    for (size_t i = 0; i < N_ELEMENTS(paths); i++) {
        const struct reply *reply = get(paths[i]);
        assert_status(reply, 404);
        assert_has(reply, "Inget är kvitterat");
        assert_status(fx_form(fx, paths[i], "answer=yes"), 404);
    }
    ck_assert_int_eq(callout()->state, CALLOUT_PAGING);
}
END_TEST

START_TEST(test_yes)
{
    const struct reply *reply = fx_form(fx, anna, "answer=yes");
    assert_status(reply, 200);
    assert_has(reply, "Larmet är ditt");
    assert_has(reply, "Du har tagit larmet 03:12");
    assert_has(reply, "Rad &lt;1&gt;");
    assert_has(reply, "value=\"release\"");
    assert_has(reply, "name=\"callout\" value=\"KIB\"");
    assert_has_not(reply, "value=\"yes\"");
    ck_assert_int_eq(callout()->state, CALLOUT_ACKNOWLEDGED);
    reply = fx_form(fx, anna, "answer=yes");
    assert_status(reply, 200);
    assert_has(reply, "redan tagit");
    reply = get(bo);
    assert_has(reply, "Kvitterat 03:12 av Anna Berg");
    assert_has_not(reply, "value=\"yes\"");
    assert_has_not(reply, "value=\"release\"");
}
END_TEST

START_TEST(test_yes_with_minutes)
{
    assert_status(fx_form(fx, anna, "answer=yes&minutes=45"), 200);
    ck_assert_uint_eq(callout()->eta_minutes, 45);
}
END_TEST

START_TEST(test_too_late)
{
    fx_form(fx, bo, "answer=yes");
    const struct reply *reply = fx_form(fx, anna, "answer=yes");
    assert_status(reply, 409);
    assert_has(reply, "hann före");
    assert_has(reply, "av Bo &lt;Ek&gt;");
}
END_TEST

START_TEST(test_no_and_change_of_mind)
{
    const struct reply *reply = fx_form(fx, anna, "answer=no");
    assert_status(reply, 200);
    assert_has(reply, "går vidare till nästa");
    reply = get(anna);
    assert_has(reply, "Du har svarat att du inte kan");
    assert_has(reply, "value=\"yes\"");
    assert_has_not(reply, "value=\"no\"");
    assert_has(fx_form(fx, anna, "answer=yes"), "Du har tagit larmet");
}
END_TEST

START_TEST(test_release)
{
    const struct reply *reply = fx_form(fx, anna, "answer=release");
    assert_status(reply, 409);
    assert_has(reply, "inte tagit det här larmet");
    ck_assert(!callout()->recipients->declined);
    fx_form(fx, anna, "answer=yes");
    reply = fx_form(fx, anna, "answer=release");
    assert_status(reply, 200);
    assert_has(reply, "lämnat larmet ifrån dig");
    ck_assert_int_eq(callout()->state, CALLOUT_PAGING);
}
END_TEST

START_TEST(test_eta)
{
    assert_status(fx_form(fx, anna, "answer=eta&minutes=30"), 409);
    fx_form(fx, anna, "answer=yes");
    const struct reply *reply = fx_form(fx, anna, "answer=eta&minutes=30");
    assert_status(reply, 200);
    assert_has(reply, "om 30 min");
    ck_assert_uint_eq(callout()->eta_minutes, 30);
    static const char *const wrong[] = { "answer=eta", "answer=eta&minutes=0", "answer=eta&minutes=x", "answer=eta&minutes=1000",
                                         "answer=eta&minutes=-5" };
    for (size_t i = 0; i < N_ELEMENTS(wrong); i++)
        assert_status(fx_form(fx, anna, wrong[i]), 422);
    ck_assert_uint_eq(callout()->eta_minutes, 30);
}
END_TEST

START_TEST(test_not_understood)
{
    static const char *const wrong[] = { "",         "answer=",     "answer=maybe", "answer=YES&x",  "yes",
                                         "callout=", "callout=XIB", "answer=%ff",   "answer=yes%00", "answer=yes&minutes=99999" };
    for (size_t i = 0; i < N_ELEMENTS(wrong); i++) {
        const struct reply *reply = fx_form(fx, anna, wrong[i]);
        ck_assert_msg(reply->status == 422, "%s: %d", wrong[i], reply->status);
        assert_has(reply, "Inget är ändrat");
    }
    ck_assert_int_eq(callout()->state, CALLOUT_PAGING);
    ck_assert(!callout()->recipients->declined);
}
END_TEST

START_TEST(test_wrong_type)
{
    const struct reply *reply =
        fx_do(fx, (struct request){ .method = HTTP_POST, .path = anna, .body = "{\"answer\":\"yes\"}", .as = AS_NOBODY });
    assert_status(reply, 415);
    ck_assert_int_eq(callout()->state, CALLOUT_PAGING);
}
END_TEST

START_TEST(test_call_in)
{
    const struct reply *reply = fx_form(fx, anna, "callout=KIB");
    assert_status(reply, 409);
    assert_has(reply, "Någon måste ta larmet");
    fx_form(fx, anna, "answer=yes");
    reply = fx_form(fx, anna, "callout=kib");
    assert_status(reply, 200);
    assert_has(reply, "KIB larmas nu.");
    assert_has_not(reply, "name=\"callout\" value=\"KIB\"");
    reply = fx_form(fx, anna, "callout=KIB");
    assert_status(reply, 200);
    assert_has(reply, "KIB är redan larmad");
    char cia[64];
    take_path(cia, 2, "cia.lund");
    reply = get(cia);
    assert_has(reply, "<html lang=\"en\">");
    assert_has(reply, "ALARM KIB");
    assert_has(reply, "YES, I take it");
    assert_has(reply, "acknowledged 03:12 by Anna Berg");
}
END_TEST

START_TEST(test_closed)
{
    fx_form(fx, bo, "answer=yes");
    CLEANUP_BUF struct buf path = { 0 };
    buf_printf(&path, "/v1/incidents/%s/close", id);
    assert_status(fx_post(fx, buf_text(&path), "{}", AS_PANEL), 200);
    for (int i = 0; i < 2; i++) {
        const struct reply *reply = get(anna);
        assert_status(reply, 200);
        assert_has(reply, "Ärendet är avslutat");
        assert_has(reply, "av Bo &lt;Ek&gt;");
        assert_has(reply, "03:12");
        assert_has_not(reply, "<form");
        reply = fx_form(fx, anna, "answer=yes");
        assert_status(reply, 409);
        assert_has(reply, "avslutat");
        fx_tick(fx, 26 * USEC_PER_HOUR);       /* the second time from the store */
    }
    ck_assert_ptr_null(engine_incident(fx->engine, fx_key(id)));
    char wrong[64];
    snprintf(wrong, sizeof wrong, "%s", anna);
    wrong[strlen(wrong) - 3] = wrong[strlen(wrong) - 3] == 'A' ? 'B' : 'A';
    assert_status(get(wrong), 404);
}
END_TEST

START_TEST(test_closed_without_answer)
{
    CLEANUP_BUF struct buf path = { 0 };
    buf_printf(&path, "/v1/incidents/%s/close", id);
    fx_post(fx, buf_text(&path), "{}", AS_PANEL);
    assert_has(get(anna), "Ingen hann svara");
}
END_TEST

START_TEST(test_drill)
{
    close_all();
    const struct reply *reply = fx_post(fx, "/v1/incidents", "{\"summary\":\"Brand\",\"drill\":true}", AS_EXERCISE);
    free(id);
    id = mem_strdup(fx_text(reply, "id"));
    take_path(anna, 1, "anna.berg");
    reply = get(anna);
    assert_has(reply, "ÖVNING ÖVNING ÖVNING");
    assert_has(reply, "Detta är en övning. Inget har hänt.");
    assert_has(reply, "<title>ÖVNING LARM TIB");
    assert_has(fx_form(fx, anna, "answer=yes"), "ÖVNING ÖVNING ÖVNING");
    CLEANUP_BUF struct buf path = { 0 };
    buf_printf(&path, "/v1/incidents/%s/close", id);
    assert_status(fx_post(fx, buf_text(&path), "{}", AS_PANEL), 200);
    assert_has(get(anna), "Detta var en övning");
    assert_has_not(get(anna), "Svara som vid skarpt larm");
}
END_TEST

/* Whoever opens the drill's link has something real to answer: the page does not say that nothing has happened. */
START_TEST(test_drill_stopped_by_a_real_alarm)
{
    close_all();
    const struct reply *reply = fx_post(fx, "/v1/incidents", "{\"summary\":\"Strömavbrott\",\"drill\":true}", AS_EXERCISE);
    assert_status(reply, 201);
    free(id);
    id = mem_strdup(fx_text(reply, "id"));
    take_path(anna, 1, "anna.berg");
    free(fx_open(fx, "{\"summary\":\"Brand i skola\"}"));
    ck_assert_int_ne(engine_incident(fx->engine, fx_key(id))->closed_usec, 0);
    reply = get(anna);
    assert_has(reply, "ÖVNING ÖVNING ÖVNING");
    assert_has(reply, "Övningen avbröts på grund av en verklig händelse. Svara inte på övningslarmet.");
    assert_has_not(reply, "Inget har hänt");
}
END_TEST

/* As in the text that led here. */
START_TEST(test_what_could_be_taken_for_a_drill_is_sharp)
{
    assert_has_not(get(anna), "SKARPT");
    free(id);
    id = fx_open(fx, "{\"summary\":\"Övning? Nej, brand\",\"severity\":\"warning\"}");
    take_path(anna, 1, "anna.berg");
    assert_has(get(anna), "SKARP FÖRVARNING TIB");

    close_all();
    assert_status(fx_post(fx, "/v1/incidents", "{\"summary\":\"Strömavbrott\",\"drill\":true}", AS_EXERCISE), 201);
    free(id);
    id = fx_open(fx, "{\"summary\":\"Översvämning\"}");
    take_path(anna, 1, "anna.berg");
    assert_has(get(anna), "SKARPT LARM TIB");
    fx_tick(fx, 25 * USEC_PER_HOUR);
    assert_has_not(get(anna), "SKARPT");
}
END_TEST

START_TEST(test_updates)
{
    const struct reply *reply = fx_post(fx, "/v1/incidents", "{\"summary\":\"Ett\",\"dedup_key\":\"k\"}", AS_RTJ);
    free(id);
    id = mem_strdup(fx_text(reply, "id"));
    take_path(anna, 1, "anna.berg");
    assert_has_not(get(anna), "Uppdateringar");
    fx_post(fx, "/v1/incidents", "{\"summary\":\"Två <b>\",\"dedup_key\":\"k\",\"details\":\"mer\"}", AS_RTJ);
    reply = get(anna);
    assert_has(reply, "<h1>Två &lt;b&gt;</h1>");
    assert_has(reply, "Uppdateringar");
    assert_has(reply, "mer");
    assert_has(reply, "</b> Ett</p>");
}
END_TEST

START_TEST(test_degraded)
{
    fx->degraded = true;
    const struct reply *reply = get(anna);
    assert_status(reply, 200);
    assert_has(reply, "kan inte spara just nu");
    reply = fx_form(fx, anna, "answer=yes");
    assert_status(reply, 503);
    assert_has(reply, "inte sparat än");
    assert_has(reply, "Du har tagit larmet");
    ck_assert_int_eq(callout()->state, CALLOUT_ACKNOWLEDGED);
}
END_TEST

START_TEST(test_store_fails)
{
    fx->store_fails = true;
    const struct reply *reply = get(anna);
    assert_status(reply, 200);
    assert_has(reply, "Brand i &lt;skola&gt;");
    assert_has(reply, "kan inte visas just nu");
    assert_has(fx_form(fx, anna, "answer=yes"), "Du har tagit larmet");
}
END_TEST

START_TEST(test_busy)
{
    fx->refuse_submit = true;
    const struct reply *reply = fx_form(fx, anna, "answer=yes");
    assert_status(reply, 503);
    assert_has(reply, "kom INTE fram");
    assert_has(reply, "value=\"yes\"");
}
END_TEST

START_TEST(test_answer_waits_for_commit)
{
    struct reply *reply =
        fx_send(fx, (struct request){ .method = HTTP_POST, .path = anna, .body = "answer=yes", .as = AS_NOBODY, .type = "" });
    ck_assert_int_eq(reply->n, 0);
    for (int i = 0; i < 3; i++)
        fx_commit(fx);
    assert_status(reply, 200);
}
END_TEST

/* For looking at: BEREDD_PAGES=DIR writes the pages there. */
static void save(const char *name, const struct reply *reply)
{
    const char *dir = getenv("BEREDD_PAGES");
    if (!dir)
        return;
    CLEANUP_BUF struct buf path = { 0 };
    buf_printf(&path, "%s/%s.html", dir, name);
    FILE *file = fopen(buf_text(&path), "we");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(buf_text(&reply->body), 1, reply->body.len, file), reply->body.len);
    ck_assert_int_eq(fclose(file), 0);
}

START_TEST(test_pages_to_look_at)
{
    const struct reply *reply = fx_post(
        fx, "/v1/incidents",
        "{\"summary\":\"Brand i byggnad, Rönninge skola. Elever och personal utrymda, kraftig rökutveckling mot centrum\","
        "\"dedup_key\":\"k\","
        "\"details\":\"RL begär kontakt med TIB.\\nBehov: lokal för 180 elever, uppvärmd.\\nVMA är inte utfärdat än.\","
        "\"location\":\"Rönninge skola, Skolvägen 3, Salem\",\"callback\":\"08-123 45 67\",\"talkgroup\":\"RAPS Sthlm 12\"}",
        AS_RTJ);
    free(id);
    id = mem_strdup(fx_text(reply, "id"));
    take_path(anna, 1, "anna.berg");
    take_path(bo, 1, "bo.ek");
    save("1-paging", get(anna));
    save("2-declined", fx_form(fx, bo, "answer=no"));
    save("3-taken", fx_form(fx, anna, "answer=yes"));
    fx_tick(fx, 3 * USEC_PER_MIN);
    fx_form(fx, anna, "answer=eta&minutes=30");
    fx_form(fx, anna, "callout=KIB");
    fx_post(
        fx, "/v1/incidents",
        "{\"summary\":\"Branden sprider sig till gymnastikhallen\",\"dedup_key\":\"k\",\"details\":\"Ny brytpunkt: Salems "
        "centrum.\"}",
        AS_RTJ);
    save("4-mine", get(anna));
    save("5-late", fx_form(fx, bo, "answer=yes"));
    close_all();
    save("6-closed", get(bo));
    save("7-unknown", get("/a/x"));
    reply = fx_post(fx, "/v1/incidents", "{\"summary\":\"Strömavbrott i centrum\",\"severity\":\"warning\",\"drill\":true}",
                    AS_EXERCISE);
    free(id);
    id = mem_strdup(fx_text(reply, "id"));
    take_path(anna, 1, "anna.berg");
    save("8-drill", get(anna));
    fx->degraded = true;
    save("9-unsaved", fx_form(fx, anna, "answer=yes"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("api_people");
    TCase *tcase = tcase_create("api_people");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_page);
    tcase_add_test(tcase, test_opening_changes_nothing);
    tcase_add_test(tcase, test_unknown_links);
    tcase_add_test(tcase, test_yes);
    tcase_add_test(tcase, test_yes_with_minutes);
    tcase_add_test(tcase, test_too_late);
    tcase_add_test(tcase, test_no_and_change_of_mind);
    tcase_add_test(tcase, test_release);
    tcase_add_test(tcase, test_eta);
    tcase_add_test(tcase, test_not_understood);
    tcase_add_test(tcase, test_wrong_type);
    tcase_add_test(tcase, test_call_in);
    tcase_add_test(tcase, test_closed);
    tcase_add_test(tcase, test_closed_without_answer);
    tcase_add_test(tcase, test_drill);
    tcase_add_test(tcase, test_drill_stopped_by_a_real_alarm);
    tcase_add_test(tcase, test_what_could_be_taken_for_a_drill_is_sharp);
    tcase_add_test(tcase, test_updates);
    tcase_add_test(tcase, test_degraded);
    tcase_add_test(tcase, test_store_fails);
    tcase_add_test(tcase, test_busy);
    tcase_add_test(tcase, test_answer_waits_for_commit);
    tcase_add_test(tcase, test_pages_to_look_at);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

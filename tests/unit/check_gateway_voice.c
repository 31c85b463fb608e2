/* Calls: what is read from what a provider asks, and what it is answered, however hostile the words in it. */
#include <stdlib.h>
#include <string.h>

#include "gateways/gateway_voice.h"
#include "gateways/hook.h"
#include "unit.h"

#define PAGE "2026-0042-7-9f3a2c41"
#define BASE "https://larm.example.se/hooks/x/secret"

static struct gateway spoken, played;
static struct message_view view;
static struct buf out;

static void setup(void)
{
    spoken = (struct gateway){ .name = "spoken", .voice = { .ring_usec = 30000000, .key = {
        [VOICE_URL] = "https://x", [VOICE_REPLY_TYPE] = "text/xml",
        [VOICE_ASK] = "<Ask to='{answer-url}' lang='{language}'>{text}</Ask>", [VOICE_SAY] = "<Say>{text}</Say>",
        [VOICE_DIGIT] = "field:Digits", [VOICE_STATUS] = "field:Status", [VOICE_COMPLETED] = "completed", [VOICE_BUSY] = "busy",
        [VOICE_NO_ANSWER] = "no-answer, canceled", [VOICE_FAILED] = "failed",
        [VOICE_ANSWERED_BY] = "field:By", [VOICE_MACHINE] = "machine_start, fax" } } };
    played = (struct gateway){ .name = "played", .voice = { .ring_usec = 45000000, .key = {
        [VOICE_URL] = "https://x", [VOICE_REPLY_TYPE] = "application/json",
        [VOICE_ASK] = "{\"ivr\": \"{prompt}\", \"next\": \"{answer-url}\"}", [VOICE_SAY] = "{\"play\": \"{prompt}\", \"for\": \"{ring-seconds}\"}",
        [VOICE_DIGIT] = "json:dtmf.digits", [VOICE_STATUS] = "json:state" }, .prompt = {
        [LANGUAGE_SV] = { [PROMPT_ALARM] = "https://p/sv-alarm", [PROMPT_DRILL] = "https://p/sv-drill", [PROMPT_YES] = "https://p/sv-yes" },
        [LANGUAGE_EN] = { [PROMPT_ALARM] = "https://p/en-alarm", [PROMPT_NO] = "https://p/en-no?a=\"1\"" } } } };
    view = (struct message_view){ .purpose = PURPOSE_PAGE, .channel = CHANNEL_VOICE, .language = LANGUAGE_SV, .to = "+46701740605" };
}

static void teardown(void)
{
    buf_done(&out);
}

/* ---- what the provider is answered ---- */

static const char *reply(const struct gateway *gateway, enum voice_stage stage, const char *text)
{
    buf_clear(&out);
    voice_render_reply(&(struct voice_call){
        .voice = &gateway->voice, .base = BASE, .page = PAGE, .view = &view, .text = text, .stage = stage, .asked = 2 }, &out);
    return buf_text(&out);
}

START_TEST(words_are_escaped)
{
    ck_assert_str_eq(reply(&spoken, VOICE_STAGE_ASK, "a</Ask><Hangup/> & \"b\" 'c' {text}"),
                     "<Ask to='" BASE "/voice?page=" PAGE "&amp;stage=answer&amp;n=2' lang='sv-SE'>"
                     "a&lt;/Ask&gt;&lt;Hangup/&gt; &amp; &quot;b&quot; &#39;c&#39; {text}</Ask>");
    ck_assert_str_eq(reply(&played, VOICE_STAGE_ASK, "not said"),
                     "{\"ivr\": \"https://p/sv-alarm\", \"next\": \"" BASE "/voice?page=" PAGE "&stage=answer&n=2\"}");
    ck_assert_str_eq(reply(&played, VOICE_STAGE_NO, ""), "{\"play\": \"https://p/en-no?a=\\\"1\\\"\", \"for\": \"45\"}");
}
END_TEST

START_TEST(recordings)
{
    view.language = LANGUAGE_EN;
    ck_assert_ptr_nonnull(strstr(reply(&played, VOICE_STAGE_ASK, ""), "/en-alarm"));
    ck_assert_ptr_nonnull(strstr(reply(&played, VOICE_STAGE_YES, ""), "/sv-yes"));       /* better than none */
    view.sharp = true;
    ck_assert_ptr_nonnull(strstr(reply(&played, VOICE_STAGE_ASK, ""), "/en-alarm"));
    played.voice.prompt[LANGUAGE_EN][PROMPT_SHARP] = "https://p/en-sharp";
    ck_assert_ptr_nonnull(strstr(reply(&played, VOICE_STAGE_ASK, ""), "/en-sharp"));
    view.drill = true;
    ck_assert_ptr_nonnull(strstr(reply(&played, VOICE_STAGE_ASK, ""), "/sv-drill"));
    ck_assert_ptr_nonnull(strstr(reply(&played, VOICE_STAGE_NO, ""), "/en-no"));
    played.voice.prompt[LANGUAGE_SV][PROMPT_DRILL_NO] = "https://p/sv-marked";       /* that it is a drill matters more than the language */
    ck_assert_ptr_nonnull(strstr(reply(&played, VOICE_STAGE_NO, ""), "/sv-marked"));
    played.voice.prompt[LANGUAGE_EN][PROMPT_DRILL_OVER] = "https://p/en-marked";
    ck_assert_ptr_nonnull(strstr(reply(&played, VOICE_STAGE_GONE, ""), "/en-marked"));
    view.drill = false;
    ck_assert_ptr_nonnull(strstr(reply(&played, VOICE_STAGE_NO, ""), "/en-no"));
}
END_TEST

START_TEST(who_cannot_say_it_does_not_ring)
{
    ck_assert_ptr_null(voice_unfit(&played.voice, &view));
    view.drill = true;
    ck_assert_ptr_null(voice_unfit(&played.voice, &view));
    ck_assert_ptr_null(voice_unfit(&spoken.voice, &view));
    played.voice.prompt[LANGUAGE_SV][PROMPT_DRILL] = NULL;
    ck_assert_ptr_nonnull(strstr(voice_unfit(&played.voice, &view), "drill"));
    view = (struct message_view){ .purpose = PURPOSE_GATEWAY_TEST };
    ck_assert_ptr_nonnull(voice_unfit(&played.voice, &view));
    ck_assert_ptr_null(voice_unfit(&spoken.voice, &view));
    view.purpose = PURPOSE_DEGRADED;
    played.voice.prompt[LANGUAGE_SV][PROMPT_TEST] = "https://p/sv-test";
    ck_assert_ptr_nonnull(voice_unfit(&played.voice, &view));
}
END_TEST

static const char *said(enum voice_stage stage, bool unsaved)
{
    buf_clear(&out);
    message_voice_add_stage(&out, stage, &view, unsaved);
    return buf_text(&out);
}

START_TEST(last_words)
{
    view.callback = "08-123 45\n67";
    ck_assert_str_eq(said(VOICE_STAGE_YES, false), "Tack. Du har tagit larmet. Ring 08-123 45 67.");
    ck_assert_str_eq(said(VOICE_STAGE_YES, true), "Tack. Du har tagit larmet. Ring 08-123 45 67. Ditt svar gäller, men är inte sparat än.");
    ck_assert_str_eq(said(VOICE_STAGE_NO, false), "Du har svarat att du inte kan. Larmet går vidare till nästa person.");
    ck_assert_str_eq(said(VOICE_STAGE_OVER, true), "Larmet är inte kvitterat. Samtalet avslutas.");
    ck_assert_str_eq(said(VOICE_STAGE_TAKEN, false), "Någon annan har redan tagit larmet. Du behöver inte göra något.");
    view.acknowledged_by = "Bo Ek";
    view.drill = true;
    ck_assert_str_eq(said(VOICE_STAGE_TAKEN, false), "Övning. Bo Ek har redan tagit larmet. Du behöver inte göra något.");
    view.language = LANGUAGE_EN;
    ck_assert_str_eq(said(VOICE_STAGE_TAKEN, false), "Exercise. Bo Ek has already taken the alarm. You need not do anything.");
    ck_assert_str_eq(said(VOICE_STAGE_GONE, false), "Exercise. The alarm no longer applies. You need not do anything.");
}
END_TEST

/* ---- what the provider asks ---- */

enum { BAD = 99 };

static const struct {
    const char *query, *form;
    int what;
    unsigned asked;
    const char *reason;
} asks[] = {
    { "page=" PAGE "&stage=ask", "", HOOK_VOICE_ASK, 0, NULL },
    { "page=" PAGE "&stage=ask", "Status=in-progress&By=human", HOOK_VOICE_ASK, 0, NULL },
    { "page=" PAGE "&stage=ask&Digits=1", "", HOOK_VOICE_ASK, 0, NULL },               /* nothing was asked yet */
    { "page=" PAGE "&stage=answer&n=1", "Digits=1", HOOK_VOICE_YES, 1, NULL },
    { "page=" PAGE "&stage=answer&n=3", "Digits=2", HOOK_VOICE_NO, 3, NULL },
    { "page=" PAGE "&stage=answer&n=1&Digits=1", "", HOOK_VOICE_YES, 1, NULL },        /* who can only GET */
    { "page=" PAGE "&stage=answer&n=2", "", HOOK_VOICE_NONE, 2, NULL },
    { "page=" PAGE "&stage=answer&n=2", "Digits=", HOOK_VOICE_NONE, 2, NULL },
    { "page=" PAGE "&stage=answer&n=2", "Digits=3", HOOK_VOICE_NONE, 2, NULL },
    { "page=" PAGE "&stage=answer&n=2", "Digits=11", HOOK_VOICE_NONE, 2, NULL },
    { "page=" PAGE "&stage=answer&n=2", "Digits=1%00", HOOK_VOICE_NONE, 2, NULL },
    { "page=" PAGE "&stage=answer&n=2", "Digits=%ff", HOOK_VOICE_NONE, 2, NULL },
    { "page=" PAGE "&stage=answer&n=1", "Digits=1&Status=completed", HOOK_VOICE_YES, 1, NULL },        /* pressed, and hung up */
    { "page=" PAGE "&stage=answer&n=1", "Digits=&Status=completed", HOOK_VOICE_ENDED, 1, "hung up without an answer" },
    { "page=" PAGE "&stage=answer&n=1", "Digits=1&By=machine_start", HOOK_VOICE_ENDED, 1, "an answering machine took the call" },
    { "page=" PAGE "&stage=ask", "By=FAX", HOOK_VOICE_ENDED, 0, "an answering machine took the call" },
    { "page=" PAGE "&stage=end", "Status=completed", HOOK_VOICE_ENDED, 0, "hung up without an answer" },
    { "page=" PAGE "&stage=end", "Status=busy", HOOK_VOICE_ENDED, 0, "busy" },
    { "page=" PAGE "&stage=end", "Status=Canceled", HOOK_VOICE_ENDED, 0, "no answer" },
    { "page=" PAGE "&stage=end", "Status=failed", HOOK_VOICE_ENDED, 0, "the call did not get through" },
    { "page=" PAGE "&stage=end", "Status=ringing", HOOK_VOICE_UNDER_WAY, 0, NULL },
    { "page=" PAGE "&stage=end", "Digits=1", HOOK_VOICE_UNDER_WAY, 0, NULL },          /* the end of a call takes no answer */
    { "stage=ask", "page=" PAGE, BAD, 0, NULL },
    { "page=2026-0042&stage=ask", "", BAD, 0, NULL },
    { "page=" PAGE, "stage=ask", BAD, 0, NULL },
    { "page=" PAGE "&stage=", "", BAD, 0, NULL },
    { "page=" PAGE "&stage=answer", "Digits=1", BAD, 0, NULL },
    { "page=" PAGE "&stage=answer&n=0", "Digits=1", BAD, 0, NULL },
    { "page=" PAGE "&stage=answer&n=100", "Digits=1", BAD, 0, NULL },
    { "page=" PAGE "&stage=answer&n=-1", "Digits=1", BAD, 0, NULL },
};

START_TEST(what_is_asked)
{
    struct http_request request = { .method = HTTP_POST, .path = "", .query = asks[_i].query, .body = asks[_i].form,
                                    .body_len = strlen(asks[_i].form), .content_type = "application/x-www-form-urlencoded" };
    struct hook_voice hook;
    enum err err = hook_parse_voice(&spoken, &request, &hook);
    ck_assert_int_eq(err, asks[_i].what == BAD ? ERR_SYNTAX : ERR_OK);
    if (err)
        return;
    ck_assert_int_eq((int)hook.what, asks[_i].what);
    ck_assert_uint_eq(hook.asked, asks[_i].asked);
    ck_assert_pstr_eq(hook.reason, asks[_i].reason);
    ck_assert_uint_eq(hook.page.number, 7);
}
END_TEST

START_TEST(asked_in_json)
{
    static const char body[] = "{\"dtmf\": {\"digits\": 2}, \"state\": \"up\"}";
    struct http_request request = { .method = HTTP_POST, .path = "", .query = "page=" PAGE "&stage=answer&n=1", .body = body,
                                    .body_len = strlen(body), .content_type = "application/json" };
    struct hook_voice hook;
    ck_assert_int_eq(hook_parse_voice(&played, &request, &hook), ERR_OK);
    ck_assert_int_eq((int)hook.what, HOOK_VOICE_NO);
    ck_assert_int_eq(hook_parse_voice(&(struct gateway){ .name = "mute" }, &request, &hook), ERR_UNSUPPORTED);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = { words_are_escaped, recordings, who_cannot_say_it_does_not_ring, last_words, asked_in_json };
    Suite *suite = suite_create("gateway_voice");
    TCase *tcase = tcase_create("gateway_voice");
    tcase_add_checked_fixture(tcase, setup, teardown);
    for (size_t i = 0; i < N_ELEMENTS(tests); i++)
        tcase_add_test(tcase, tests[i]);
    tcase_add_loop_test(tcase, what_is_asked, 0, N_ELEMENTS(asks));
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}

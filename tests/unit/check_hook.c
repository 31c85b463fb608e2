/* What providers call us with, and what anybody else could. */
#include <stdlib.h>

#include "gateways/hook.h"
#include "gateways/hook_signature.h"
#include "unit.h"

static struct gateway elks, kannel, twilio, outbox;
static struct hook_reply reply;
static const char *reason;
static struct hook_receipt got;

static void setup(void)
{
    elks = (struct gateway){ .name = "elks", .type = GATEWAY_HTTP, .http = {
        .reply_from = "field:from", .reply_text = "field:message",
        .receipt_status = "field:status", .receipt_delivered = "delivered", .receipt_failed = "failed" } };
    kannel = (struct gateway){ .name = "kannel", .type = GATEWAY_HTTP, .http = {
        .reply_from = "from", .reply_text = "text",
        .receipt_status = "status", .receipt_delivered = "1", .receipt_failed = "2, 16" } };
    twilio = (struct gateway){ .name = "twilio", .type = GATEWAY_HTTP,
                               .receipt_base = "https://larm.example.se/hooks/twilio/hemlig-hemlig-hemlig",
                               .http = { .signature = SIGNATURE_TWILIO, .signature_key = "auth-token" } };
    outbox = (struct gateway){ .name = "try", .type = GATEWAY_OUTBOX };
}

static void teardown(void)
{
    hook_reply_done(&reply);
    hook_receipt_done(&got);
}

static struct http_request form(const char *body)
{
    return (struct http_request){ .method = HTTP_POST, .path = "", .query = "", .body = body, .body_len = strlen(body),
                                  .content_type = "application/x-www-form-urlencoded" };
}

static struct http_request get(const char *query)
{
    return (struct http_request){ .method = HTTP_GET, .path = "", .query = query, .body = "", .content_type = "" };
}

static void expect_reply(const struct gateway *gateway, struct http_request request, const char *from, const char *text)
{
    hook_reply_done(&reply);
    reply = (struct hook_reply){ 0 };
    enum err err = hook_parse_reply(gateway, &request, &reply, &reason);
    ck_assert_msg(!err, "%s", reason);
    ck_assert_str_eq(buf_text(&reply.from), from);
    ck_assert_str_eq(buf_text(&reply.text), text);
}

static void refuse_reply(const struct gateway *gateway, struct http_request request, enum err expected)
{
    hook_reply_done(&reply);
    reply = (struct hook_reply){ 0 };
    reason = NULL;
    ck_assert_int_eq(hook_parse_reply(gateway, &request, &reply, &reason), expected);
    ck_assert_uint_gt(strlen(reason), 0);
}

START_TEST(reply_by_elks)
{
    expect_reply(
        &elks,
        form("id=sf8425555e5d8db61dda7a7b3f1b91bdb&from=%2B46701740605&to=%2B46701740692&message=Ja+417302&direction=incoming"),
        "+46701740605", "Ja 417302");
}
END_TEST

START_TEST(reply_by_kannel)
{
    expect_reply(&kannel, get("from=%2B46701740605&text=nej%20417302+p%C3%A5+v%C3%A4g"), "+46701740605", "nej 417302 på väg");
    expect_reply(&kannel, form("from=46701740605&text=417302"), "+46701740605", "417302");
}
END_TEST

START_TEST(reply_in_json)
{
    struct gateway gateway = { .type = GATEWAY_HTTP, .http = { .reply_from = "json:sms.from", .reply_text = "json:sms.text" } };
    struct http_request request = form("{\"sms\": {\"from\": \"+46701740605\", \"text\": \"JA 417302\"}}");
    request.content_type = "application/json";
    expect_reply(&gateway, request, "+46701740605", "JA 417302");
    request = form("{\"sms\": {\"from\": \"+46701740605\"");
    refuse_reply(&gateway, request, ERR_SYNTAX);
}
END_TEST

START_TEST(reply_for_trying_out)
{
    expect_reply(&outbox, form("from=%2B46701740605&text=417302"), "+46701740605", "417302");
}
END_TEST

START_TEST(numbers)
{
    static const char *const same[] = { "%2B46701740605", "+46701740605",  "46701740605",         "0046701740605",
                                        "0701740605",     "070-174+06+05", "%2B46+(70)+174+06+05" };
    for (size_t i = 0; i < N_ELEMENTS(same); i++) {
        CLEANUP_BUF struct buf body = { 0 };
        buf_printf(&body, "from=%s&message=JA", same[i]);
        expect_reply(&elks, form(buf_text(&body)), "+46701740605", "JA");
    }
    static const char *const none[] = {
        "", "Telia", "12", "+", "0", "00", "1234567890123456789012345", "46701740605x", "%2B4670174%00605", "1234567890123456"
    };
    for (size_t i = 0; i < N_ELEMENTS(none); i++) {
        CLEANUP_BUF struct buf body = { 0 };
        buf_printf(&body, "from=%s&message=JA", none[i]);
        refuse_reply(&elks, form(buf_text(&body)), ERR_SYNTAX);
    }
}
END_TEST

START_TEST(text_in_latin1)
{
    expect_reply(&elks, form("from=%2B46701740605&message=JA+417302+p%E5+v%e4g+%F6"), "+46701740605", "JA 417302 på väg ö");
    expect_reply(&elks, form("from=%2B46701740605&message=JA+p\xe5"), "+46701740605", "JA på");
}
END_TEST

START_TEST(long_and_dirty_text)
{
    CLEANUP_BUF struct buf body = { 0 };
    buf_add_text(&body, "from=%2B46701740605&message=");
    for (int i = 0; i < 1000; i++)
        buf_add_text(&body, "%C3%A5");
    hook_reply_done(&reply);
    reply = (struct hook_reply){ 0 };
    struct http_request request = form(buf_text(&body));
    ck_assert_int_eq(hook_parse_reply(&elks, &request, &reply, &reason), ERR_OK);
    ck_assert_uint_eq(reply.text.len, 1600);
    expect_reply(&elks, form("from=%2B46701740605&message=JA%1b%5B2J%07+417302"), "+46701740605", "JA [2J 417302");
    expect_reply(&elks, form("from=%2B46701740605&message="), "+46701740605", "");
}
END_TEST

START_TEST(reply_with_an_id)
{
    elks.http.reply_id = "field:id";
    expect_reply(&elks, form("from=%2B46701740605&message=JA&id=r%0a1"), "+46701740605", "JA");
    ck_assert_str_eq(buf_text(&reply.id), "r 1");
    expect_reply(&elks, form("from=%2B46701740605&message=JA"), "+46701740605", "JA");
    ck_assert_uint_eq(reply.id.len, 0);
    expect_reply(&kannel, get("from=46701740605&text=JA&id=r1"), "+46701740605", "JA");
    ck_assert_uint_eq(reply.id.len, 0);
}
END_TEST

START_TEST(reply_that_is_none)
{
    refuse_reply(&elks, form(""), ERR_SYNTAX);
    refuse_reply(&elks, form("from=%2B46701740605"), ERR_SYNTAX);
    refuse_reply(&elks, form("message=JA"), ERR_SYNTAX);
    refuse_reply(&elks, form("&&&==&"), ERR_SYNTAX);
    struct gateway silent = { .type = GATEWAY_HTTP };
    refuse_reply(&silent, form("from=%2B46701740605&message=JA"), ERR_UNSUPPORTED);
}
END_TEST

/* ---- receipts ---- */

static enum err receipt(const struct gateway *gateway, struct http_request request)
{
    hook_receipt_done(&got);
    got = (struct hook_receipt){ 0 };
    return hook_parse_receipt(gateway, &request, &got, &reason);
}

static struct http_request elks_receipt(const char *query, const char *body)
{
    struct http_request request = form(body);
    request.query = query;
    return request;
}

START_TEST(receipt_by_elks)
{
    ck_assert_int_eq(receipt(&elks, elks_receipt("page=2026-0042-7-9f3a2c41", "id=s1&status=delivered&delivered=2026-11-22")),
                     ERR_OK);
    ck_assert_int_eq(got.outcome, OUTCOME_DELIVERED);
    ck_assert(got.page.incident == incident_key(2026, 42) && got.page.number == 7 && got.page.nonce == 0x9f3a2c41);
    ck_assert_int_eq(receipt(&elks, elks_receipt("page=2026-0042-7-9f3a2c41", "id=s1&status=failed")), ERR_OK);
    ck_assert_int_eq(got.outcome, OUTCOME_UNDELIVERED);
    ck_assert_str_eq(buf_text(&got.status), "failed");
    ck_assert_int_eq(receipt(&elks, elks_receipt("page=2026-0042-7-9f3a2c41", "id=s1&status=sent")), ERR_NOT_FOUND);
}
END_TEST

START_TEST(receipt_by_kannel)
{
    static const struct { const char *query; enum err err; enum outcome outcome; } cases[] = {
        { "page=2026-0042-7-9f3a2c41&status=1", ERR_OK, OUTCOME_DELIVERED },
        { "page=2026-0042-7-9f3a2c41&status=2", ERR_OK, OUTCOME_UNDELIVERED },
        { "page=2026-0042-7-9f3a2c41&status=16", ERR_OK, OUTCOME_UNDELIVERED },
        { "page=2026-0042-7-9f3a2c41&status=8", ERR_NOT_FOUND, 0 },
        { "page=2026-0042-7-9f3a2c41&status=", ERR_SYNTAX, 0 },
        { "page=2026-0042-7-9f3a2c41", ERR_SYNTAX, 0 },
        { "page=2026-0042-7&status=1", ERR_SYNTAX, 0 },
        { "page=&status=1", ERR_SYNTAX, 0 },
        { "status=1", ERR_SYNTAX, 0 },
        { "", ERR_SYNTAX, 0 },
    };
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        ck_assert_msg(receipt(&kannel, get(cases[i].query)) == cases[i].err, "%s", cases[i].query);
        if (!cases[i].err)
            ck_assert_msg(got.outcome == cases[i].outcome, "%s", cases[i].query);
        if (cases[i].err == ERR_SYNTAX)
            ck_assert_uint_gt(strlen(reason), 0);
    }
}
END_TEST

/* Where the provider's address for receipts is the same for all messages, its own name for the message tells which it is. */
START_TEST(receipt_by_the_providers_id)
{
    elks.http.receipt_id = "field:id";
    ck_assert_int_eq(receipt(&elks, elks_receipt("", "id=s1%0d%0a&status=failed")), ERR_OK);
    ck_assert_str_eq(buf_text(&got.provider_id), "s1");
    ck_assert(got.page.incident == 0 && got.page.number == 0 && got.page.nonce == 0);
    ck_assert_int_eq(receipt(&elks, elks_receipt("page=2026-0042-7", "id=s2&status=failed")), ERR_OK);
    ck_assert_str_eq(buf_text(&got.provider_id), "s2");
    ck_assert(got.page.incident == 0 && got.page.number == 0 && got.page.nonce == 0);
    ck_assert_int_eq(receipt(&elks, elks_receipt("page=2026-0042-7-9f3a2c41", "status=failed")), ERR_OK);
    ck_assert_int_eq(got.page.number, 7);
    ck_assert_int_eq(receipt(&elks, elks_receipt("", "status=failed")), ERR_SYNTAX);
    ck_assert_int_eq(receipt(&elks, elks_receipt("", "id=&status=failed")), ERR_SYNTAX);
    CLEANUP_BUF struct buf body = { 0 };
    buf_add_text(&body, "status=delivered&id=");
    for (int i = 0; i < 1000; i++)
        buf_add_text(&body, "%C3%A5");
    ck_assert_int_eq(receipt(&elks, elks_receipt("", buf_text(&body))), ERR_OK);
    ck_assert_uint_eq(got.provider_id.len, 128);
}
END_TEST

START_TEST(receipt_from_who_gives_none)
{
    ck_assert_int_eq(receipt(&outbox, get("page=2026-0042-7-9f3a2c41&status=1")), ERR_UNSUPPORTED);
}
END_TEST

/* ---- signatures: the expected ones are from Python's hmac ---- */

#define SIGNED_FORM                                                                                                             \
    "To=%2B46701740697&From=%2B46701740605&Body=JA+417302+%C3%A5%C3%A4%C3%B6+%26+%2B&MessageSid=SM1&NumMedia=0&Empty="           \
    "&MediaUrl=b&MediaUrl=a&MediaUrl=a"
#define SIGNATURE "fDGfhkORt45gmOiKJM2vJHNeMUU="
#define SIGNATURE_WITH_PORT "aSvpvl8bWpwgRU1zKvMKSR/vpio="

static bool holds(const char *hook, struct http_request request, const char *signature)
{
    return hook_signature_holds(&twilio, hook, &request, signature);
}

START_TEST(signature_over_a_form)
{
    ck_assert_str_eq(hook_signature_header(&twilio), "X-Twilio-Signature");
    ck_assert(holds("reply", form(SIGNED_FORM), SIGNATURE));
    ck_assert(holds("reply", form("MediaUrl=a&MediaUrl=b&MessageSid=SM1&NumMedia=0&To=%2b46701740697"
                                  "&Body=JA%20417302%20åäö%20%26%20%2B&Empty&From=%2B46701740605"), SIGNATURE));
    ck_assert(!holds("receipt", form(SIGNED_FORM), SIGNATURE));
    ck_assert(!holds("reply", form(SIGNED_FORM "&X=1"), SIGNATURE));
    ck_assert(!holds("reply", form("Body=JA+417302"), SIGNATURE));
    ck_assert(!holds("reply", get(SIGNED_FORM), SIGNATURE));
}
END_TEST

START_TEST(signature_over_an_address)
{
    struct http_request request = form("MessageStatus=delivered");
    request.query = "page=2026-0042-1-00000001";
    ck_assert(holds("receipt", request, "Rhehw8ukBPhtq+XS25XqL8+166Q="));
    request.query = "page=2026-0042-1-00000002";
    ck_assert(!holds("receipt", request, "Rhehw8ukBPhtq+XS25XqL8+166Q="));
    ck_assert(holds("receipt", get("from=%2B46701740605"), "taFic1TTSwL8MVJLNpQnmddNSkk="));
}
END_TEST

START_TEST(signature_with_and_without_the_port)
{
    ck_assert(holds("reply", form(SIGNED_FORM), SIGNATURE_WITH_PORT));
    twilio.receipt_base = "https://larm.example.se:443/hooks/twilio/hemlig-hemlig-hemlig";
    ck_assert(holds("reply", form(SIGNED_FORM), SIGNATURE_WITH_PORT));
    ck_assert(holds("reply", form(SIGNED_FORM), SIGNATURE));
    twilio.receipt_base = "https://larm.example.se:444/hooks/twilio/hemlig-hemlig-hemlig";
    ck_assert(!holds("reply", form(SIGNED_FORM), SIGNATURE_WITH_PORT));
    twilio.receipt_base = "http://larm.example.se/hooks/twilio/hemlig-hemlig-hemlig";
    ck_assert(!holds("reply", form(SIGNED_FORM), SIGNATURE));
}
END_TEST

START_TEST(signature_that_is_none)
{
    static const char *const wrong[] = { NULL, "", "=", "fDGfhkORt45gmOiKJM2vJHNeMUU", SIGNATURE "=", SIGNATURE SIGNATURE,
                                         "FDGfhkORt45gmOiKJM2vJHNeMUU=", "taFic1TTSwL8MVJLNpQnmddNSkk=" };
    for (size_t i = 0; i < N_ELEMENTS(wrong); i++)
        ck_assert_msg(!holds("reply", form(SIGNED_FORM), wrong[i]), "%s", wrong[i] ? wrong[i] : "(none)");
    twilio.http.signature_key = "another";
    ck_assert(!holds("reply", form(SIGNED_FORM), SIGNATURE));
    twilio.http.signature_key = NULL;
    ck_assert(!holds("reply", form(SIGNED_FORM), SIGNATURE));
    twilio.http.signature_key = "auth-token";
    twilio.receipt_base = NULL;
    ck_assert(!holds("reply", form(SIGNED_FORM), SIGNATURE));
}
END_TEST

/* What the signature does not cover may not be read. */
START_TEST(signature_and_other_bodies)
{
    struct http_request request = get("from=%2B46701740605");
    request.body = "{\"Body\": \"JA 417302\"}";
    request.body_len = strlen(request.body);
    request.content_type = "application/json";
    ck_assert(!holds("receipt", request, "taFic1TTSwL8MVJLNpQnmddNSkk="));
    CLEANUP_BUF struct buf many = { 0 };
    for (int i = 0; i < 30000; i++)
        buf_add_text(&many, "&");
    ck_assert(!holds("reply", form(buf_text(&many)), SIGNATURE));
}
END_TEST

START_TEST(no_signature_is_asked_for)
{
    struct http_request request = form(SIGNED_FORM);
    ck_assert_ptr_null(hook_signature_header(&elks));
    ck_assert(hook_signature_holds(&elks, "reply", &request, NULL));
}
END_TEST

int main(void)
{
    const TTest *const tests[] = { reply_by_elks,
                                   reply_by_kannel,
                                   reply_in_json,
                                   reply_for_trying_out,
                                   numbers,
                                   text_in_latin1,
                                   long_and_dirty_text,
                                   reply_that_is_none,
                                   reply_with_an_id,
                                   receipt_by_elks,
                                   receipt_by_kannel,
                                   receipt_by_the_providers_id,
                                   receipt_from_who_gives_none,
                                   signature_over_a_form,
                                   signature_over_an_address,
                                   signature_with_and_without_the_port,
                                   signature_that_is_none,
                                   signature_and_other_bodies,
                                   no_signature_is_asked_for };
    Suite *suite = suite_create("hook");
    TCase *tcase = tcase_create("hook");
    tcase_add_checked_fixture(tcase, setup, teardown);
    for (size_t i = 0; i < N_ELEMENTS(tests); i++)
        tcase_add_test(tcase, tests[i]);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}

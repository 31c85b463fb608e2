/* What goes on the wire to providers, and what of their answers counts. */

#include "fake_loop.h"
#include "gateways/gateway.h"
#include "gateways/gateway_reply.h"
#include "gateways/gateway_template.h"
#include "unit.h"

static struct gateway config;
static struct message_view view;
static struct message_text text;
static struct gateway_attempt attempt;
static struct gateway_way *way;
static unsigned calls;
static bool accepted;
static int64_t retry_after_usec;
static struct buf provider_id, reason;

static void done(void *userdata, const struct gateway_result *result)
{
    ck_assert_ptr_eq(userdata, &calls);
    calls++;
    accepted = result->accepted;
    retry_after_usec = result->retry_after_usec;
    buf_clear(&provider_id);
    buf_clear(&reason);
    buf_add_text(&provider_id, result->provider_id ? result->provider_id : "");
    buf_add_text(&reason, result->reason ? result->reason : "");
}

static void setup(void)
{
    fake_loop_reset();
    config = (struct gateway){ .name = "elks", .type = GATEWAY_HTTP, .window = 128, .timeout_usec = 1000000 };
    view = (struct message_view) { .page = { incident_key(2026, 42), 7, 0x9f3a2c41 },
                                   .to = "+46701740605",
                                   .purpose = PURPOSE_PAGE };
    buf_add_text(&text.text, "Brand & rök, \"100%\" å");
    buf_add_text(&text.subject, "LARM");
    calls = 0;
}

static void teardown(void)
{
    gateway_cancel(&attempt);
    attempt = (struct gateway_attempt){ 0 };
    gateway_unref(TAKE(way));
    message_text_done(&text);
    buf_done(&provider_id);
    buf_done(&reason);
    fake_loop_reset();
}

static void start(void)
{
    const struct gateway_message message = { .view = &view, .text = &text, .page = "2026-0042-7-9f3a2c41", .wall_usec = 1 };
    way = gateway_open(&config);
    gateway_start(way, NULL, &message, done, &calls, &attempt);
}

static struct transfer *started(void)
{
    start();
    ck_assert_uint_eq(calls, 0);
    return fake_transfer(0);
}

static void assert_text(const struct buf *buf, const char *expected)
{
    ck_assert_str_eq(buf_text(buf), expected);
}

/* ---- providers ---- */

static void use_elks(void)
{
    config.username = "user";
    config.password = "secret";
    config.from = "+46701740692";
    config.http = (struct gateway_http){
        .url = "https://api.46elks.com/a1/sms",
        .body = "from={from}&to={to}&message={text}&whendelivered={receipt-url}",
        .message_id = "json:id",
    };
}

START_TEST(elks)
{
    use_elks();
    config.receipt_base = "https://larm.example.se/hooks/elks/s3cret";
    struct transfer *transfer = started();
    assert_text(&transfer->method, "POST");
    assert_text(&transfer->url, "https://api.46elks.com/a1/sms");
    assert_text(&transfer->content_type, "application/x-www-form-urlencoded");
    assert_text(&transfer->username, "user");
    assert_text(&transfer->password, "secret");
    assert_text(&transfer->body, "from=%2B46701740692&to=%2B46701740605&message=Brand%20%26%20r%C3%B6k%2C%20%22100%25%22%20%C3%A5"
                "&whendelivered=https%3A%2F%2Flarm.example.se%2Fhooks%2Felks%2Fs3cret%2Freceipt%3Fpage%3D2026-0042-7-9f3a2c41");
    fake_reply(transfer, 200, "{\"status\": \"created\", \"id\": \"s70df59406a1b4643b96f3f91e0bfb7b0\"}");
    ck_assert(accepted);
    assert_text(&provider_id, "s70df59406a1b4643b96f3f91e0bfb7b0");
}
END_TEST

START_TEST(elks_without_receipts)
{
    use_elks();
    struct transfer *transfer = started();
    ck_assert_ptr_null(strstr(buf_text(&transfer->body), "whendelivered"));
    fake_reply(transfer, 403, "Not enough credits, user secret");
    ck_assert_uint_eq(calls, 1);
    ck_assert(!accepted);
    ck_assert_ptr_null(strstr(buf_text(&reason), "secret"));
}
END_TEST

/* An account's name in the address is no secret, and the password goes into the header all the same. */
START_TEST(account_in_the_address)
{
    use_elks();
    config.http.url = "https://api.example.se/accounts/{username}/messages";
    struct transfer *transfer = started();
    assert_text(&transfer->url, "https://api.example.se/accounts/user/messages");
    assert_text(&transfer->username, "user");
    assert_text(&transfer->password, "secret");
}
END_TEST

START_TEST(name_in_the_address_and_no_password)
{
    use_elks();
    config.password = NULL;
    config.http.url = "https://api.example.se/messages?key={username}";
    assert_text(&started()->username, "");
}
END_TEST

START_TEST(asks_to_be_left_alone)
{
    static const struct { long status; int64_t header_usec, expected_usec; } cases[] = {
        { 429, 30000000, 30000000 }, { 429, 0, 1000000 }, { 503, 30000000, 30000000 }, { 503, 0, 0 }, { 500, 30000000, 0 },
        { 302, 30000000, 0 },
    };
    use_elks();
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        fake_busy(started(), cases[i].status, cases[i].header_usec);
        ck_assert(!accepted);
        ck_assert_int_eq(retry_after_usec, cases[i].expected_usec);
        gateway_unref(TAKE(way));
        calls = 0;
    }
}
END_TEST

static void use_kannel(void)
{
    config.username = "user";
    config.password = "p&ss";
    config.http = (struct gateway_http){
        .method = "GET",
        .url = "http://127.0.0.1:13013/cgi-bin/sendsms?username={username}&password={password}&from={from}&to={to}&text={text}"
               "&charset=UTF-8&dlr-mask=19&dlr-url={receipt-url}%26status%3D%25d",
        .accept = "202 /^[03]:/",
    };
}

START_TEST(kannel)
{
    use_kannel();
    config.receipt_base = "http://127.0.0.1:8787/hooks/kannel/x";
    struct transfer *transfer = started();
    assert_text(&transfer->method, "GET");
    assert_text(&transfer->body, "");
    assert_text(&transfer->content_type, "");
    assert_text(&transfer->username, "");                /* the address has it */
    assert_text(
        &transfer->url,
        "http://127.0.0.1:13013/cgi-bin/sendsms?username=user&password=p%26ss&from=&to=%2B46701740605"
        "&text=Brand%20%26%20r%C3%B6k%2C%20%22100%25%22%20%C3%A5&charset=UTF-8&dlr-mask=19"
        "&dlr-url=http%3A%2F%2F127.0.0.1%3A8787%2Fhooks%2Fkannel%2Fx%2Freceipt%3Fpage%3D2026-0042-7-9f3a2c41%26status%3D%25d");
    fake_reply(transfer, 202, "0: Accepted for delivery");
    ck_assert(accepted);
    assert_text(&provider_id, "");
}
END_TEST

START_TEST(kannel_answers)
{
    static const struct { long status; const char *body; bool accepted; } cases[] = {
        { 202, "3: Queued for later delivery", true },
        { 202, "Sent.", false },
        { 202, "", false },
        { 403, "Authorization failed for sendsms", false },
        { 503, "Temporal failure, try again later.", false },
        { 200, "0: Accepted for delivery", false },
    };
    use_kannel();
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        fake_reply(started(), cases[i].status, cases[i].body);
        ck_assert_msg(accepted == cases[i].accepted, "%ld %s", cases[i].status, cases[i].body);
        ck_assert(accepted || reason.len > 0);
        gateway_unref(TAKE(way));
        calls = 0;
    }
}
END_TEST

START_TEST(json_provider)
{
    static const char *const headers[] = { "X-Api-Key: {password}", "X-Page: {page}" };
    config.password = "k3y";
    config.http = (struct gateway_http){
        .url = "https://sms.example.se/v1/{from}",
        .content_type = "application/json",
        .body = "{\"to\": [\"{to}\"], \"text\": \"{text}\", \"extra\": {\"subject\": \"{subject}\", \"unknown\": \"{unknown}\"}}",
        .headers = { headers[0], headers[1] },
        .n_headers = 2,
        .message_id = "messages.0.id",
    };
    config.from = "Botkyrka/kommun";
    buf_clear(&text.text);
    buf_add_text(&text.text, "a \"b\" \\ c\n\x01 å");
    struct transfer *transfer = started();
    assert_text(&transfer->url, "https://sms.example.se/v1/Botkyrka%2Fkommun");
    assert_text(&transfer->body, "{\"to\": [\"+46701740605\"], \"text\": \"a \\\"b\\\" \\\\ c\\u000a\\u0001 å\","
                " \"extra\": {\"subject\": \"LARM\", \"unknown\": \"{unknown}\"}}");
    assert_text(&transfer->headers, "X-Api-Key: k3y\nX-Page: 2026-0042-7-9f3a2c41\n");
    assert_text(&transfer->username, "");
    fake_reply(transfer, 201, "{\"messages\": [{\"id\": 8123}]}");
    ck_assert(accepted);
    assert_text(&provider_id, "8123");
}
END_TEST

/* ---- templates ---- */

static const char *rendered(const char *template, enum template_place place, const struct template_values *values)
{
    static struct buf buf;
    buf_clear(&buf);
    return template_render(template, place, values, &buf) ? NULL : buf_text(&buf);
}

START_TEST(encodings)
{
    const struct template_values values = { .text = "a&b=<c> \"d\" 'e' %?#/\\", .to = "+46" };
    ck_assert_str_eq(rendered("{text}", TEMPLATE_FORM, &values), "a%26b%3D%3Cc%3E%20%22d%22%20%27e%27%20%25%3F%23%2F%5C");
    ck_assert_str_eq(rendered("<t to=\"{to}\">{text}</t>", TEMPLATE_XML, &values),
                     "<t to=\"+46\">a&amp;b=&lt;c&gt; &quot;d&quot; &#39;e&#39; %?#/\\</t>");
    ck_assert_str_eq(rendered("{text}{}{x}{", TEMPLATE_PLAIN, &values), "a&b=<c> \"d\" 'e' %?#/\\{}{x}{");
    ck_assert_str_eq(rendered("{from}", TEMPLATE_PLAIN, &values), "");
}
END_TEST

START_TEST(coding_of_the_text)
{
    config.http = (struct gateway_http){ .url = "http://127.0.0.1/", .body = "coding={coding}" };
    assert_text(&started()->body, "coding=0");
    gateway_cancel(&attempt);
    gateway_unref(TAKE(way));
    buf_add_text(&text.text, "č");
    assert_text(&started()->body, "coding=2");
}
END_TEST

START_TEST(parameters_left_out)
{
    const struct template_values values = { .to = "1", .text = "a&b?c" };
    ck_assert_str_eq(rendered("a=1&r={receipt-url}", TEMPLATE_FORM, &values), "a=1");
    ck_assert_str_eq(rendered("r={receipt-url}&a=1", TEMPLATE_FORM, &values), "a=1");
    ck_assert_str_eq(rendered("a=1&r={receipt-url}%26x&b=2", TEMPLATE_FORM, &values), "a=1&b=2");
    ck_assert_str_eq(rendered("r={receipt-url}", TEMPLATE_FORM, &values), "");
    ck_assert_str_eq(rendered("http://h/p?r={receipt-url}", TEMPLATE_ADDRESS, &values), "http://h/p");
    ck_assert_str_eq(rendered("http://h/p?r={receipt-url}&a={to}", TEMPLATE_ADDRESS, &values), "http://h/p?a=1");
    ck_assert_str_eq(rendered("http://h/p?t={text}&r={receipt-url}&a={to}", TEMPLATE_ADDRESS, &values),
                     "http://h/p?t=a%26b%3Fc&a=1");
    ck_assert_str_eq(rendered("http://h/{receipt-url}/p", TEMPLATE_ADDRESS, &values), "http://h//p");
    ck_assert_str_eq(rendered("http://h/p?a={from}", TEMPLATE_ADDRESS, &values), "http://h/p?a=");
}
END_TEST

START_TEST(headers_take_no_controls)
{
    const struct template_values values = { .text = "a\r\nX-Evil: 1", .to = "x\x7f", .from = "å" };
    ck_assert_ptr_null(rendered("X: {text}", TEMPLATE_HEADER, &values));
    ck_assert_ptr_null(rendered("X: {to}", TEMPLATE_HEADER, &values));
    ck_assert_str_eq(rendered("X: {from}", TEMPLATE_HEADER, &values), "X: å");
}
END_TEST

START_TEST(header_with_controls_sends_nothing)
{
    config.http = (struct gateway_http){ .url = "http://127.0.0.1/", .headers = { "X-Text: {text}" }, .n_headers = 1 };
    buf_add_text(&text.text, "\r\nX-Evil: 1");
    start();
    ck_assert_uint_eq(fake_transfers(), 0);
    ck_assert_uint_eq(calls, 1);
    ck_assert(!accepted);
    ck_assert_uint_gt(reason.len, 0);
}
END_TEST

START_TEST(places_of_bodies)
{
    ck_assert_int_eq(template_place_of_body(NULL), TEMPLATE_FORM);
    ck_assert_int_eq(template_place_of_body("Application/X-WWW-Form-Urlencoded; charset=UTF-8"), TEMPLATE_FORM);
    ck_assert_int_eq(template_place_of_body("application/JSON"), TEMPLATE_JSON);
    ck_assert_int_eq(template_place_of_body("application/vnd.api+json; charset=utf-8"), TEMPLATE_JSON);
    ck_assert_int_eq(template_place_of_body("text/xml"), TEMPLATE_XML);
    ck_assert_int_eq(template_place_of_body("text/plain"), TEMPLATE_PLAIN);
}
END_TEST

/* ---- acceptance ---- */

static bool judged(const char *accept, const char *message_id, long status, const char *body)
{
    struct reply_rule rule = { 0 };
    const struct transfer_result result = { .outcome = TRANSFER_DONE, .status = status, .body = body, .body_len = strlen(body) };
    buf_clear(&provider_id);
    buf_clear(&reason);
    enum err err = reply_rule_parse(&rule, accept, message_id, &reason);
    ck_assert_msg(!err, "%s", buf_text(&reason));
    bool ok = reply_rule_accepts(&rule, &result, &provider_id, &reason);
    reply_rule_done(&rule);
    return ok;
}

START_TEST(acceptance)
{
    ck_assert(judged(NULL, NULL, 200, ""));
    ck_assert(judged(NULL, NULL, 299, ""));
    ck_assert(!judged(NULL, NULL, 199, ""));
    ck_assert(!judged(NULL, NULL, 300, ""));
    ck_assert(!judged("200", NULL, 201, ""));
    ck_assert(judged("200, 202-204", NULL, 203, ""));
    ck_assert(judged("200 202-204", NULL, 200, ""));
    ck_assert(!judged("200-399", NULL, 302, ""));        /* a redirect takes no message */
    ck_assert(judged("/OK [0-9]+/", NULL, 200, "OK 17"));
    ck_assert(!judged("/OK [0-9]+/", NULL, 200, "ERR 17"));
    ck_assert(!judged("/OK [0-9]+/", NULL, 500, "OK 17"));
    ck_assert(judged("/a/b/", NULL, 200, "xa/bx"));
    ck_assert(judged("200/ok/", NULL, 200, "ok"));
}
END_TEST

START_TEST(message_ids)
{
    ck_assert(judged(NULL, "id", 200, "{\"id\": \"x\"}"));
    assert_text(&provider_id, "x");
    ck_assert(judged(NULL, "/id=([a-z]+)/", 200, "ok id=abc 1"));
    assert_text(&provider_id, "abc");
    ck_assert(judged(NULL, "/[a-z]+-[0-9]/", 200, "id: ab-1"));
    assert_text(&provider_id, "ab-1");
    ck_assert(judged(NULL, "json:a.b.1", 200, "{\"a\": {\"b\": [true, false]}}"));
    assert_text(&provider_id, "false");
    ck_assert(judged(NULL, "id", 200, "{\"id\": \"a\\r\\nb\"}"));
    assert_text(&provider_id, "a b");
    static const char *const without[] = {
        "", "{", "{}", "[]", "{\"id\": null}", "{\"id\": \"\"}", "{\"id\": {}}", "<html>", "{\"id\": \"\\u0000\"}"
    };
    for (size_t i = 0; i < N_ELEMENTS(without); i++)
        ck_assert_msg(!judged(NULL, "id", 200, without[i]), "%s", without[i]);
}
END_TEST

START_TEST(rules_that_make_no_sense)
{
    static const char *const accepts[] = { "2000",  "20",  "abc",     "200-",   "300-200",
                                           "/open", "/(/", "200;201", "/a/ /b", "100 101 102 103 104 105 106 107 108" };
    for (size_t i = 0; i < N_ELEMENTS(accepts); i++) {
        struct reply_rule rule = { 0 };
        buf_clear(&reason);
        ck_assert_msg(reply_rule_parse(&rule, accepts[i], NULL, &reason) == ERR_SYNTAX, "%s", accepts[i]);
        ck_assert_uint_gt(reason.len, 0);
        reply_rule_done(&rule);
    }
    config.http = (struct gateway_http){ .url = "http://127.0.0.1/", .accept = "/(/" };
    start();
    ck_assert_uint_eq(calls, 1);
    ck_assert_ptr_nonnull(strstr(buf_text(&reason), "/(/"));
}
END_TEST

START_TEST(gateway_without_an_address)
{
    start();
    ck_assert_uint_eq(calls, 1);
    ck_assert(!accepted);
}
END_TEST

START_TEST(attempt_outlives_its_configuration)
{
    use_elks();
    struct transfer *transfer = started();
    gateway_unref(TAKE(way));
    memset(&config, 0, sizeof config);
    fake_reply(transfer, 200, "{\"id\": \"x\"}");
    ck_assert(accepted);
    assert_text(&provider_id, "x");
}
END_TEST

START_TEST(who_can_be_answered)
{
    struct { enum gateway_type type; const char *from; bool number, can; } cases[] = {
        { GATEWAY_HTTP, "Botkyrka", false, false },
        { GATEWAY_HTTP, "+46701740692", true, true },
        { GATEWAY_HTTP, NULL, false, true },
        { GATEWAY_OUTBOX, NULL, false, true },
    };
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        config.type = cases[i].type;
        config.from = cases[i].from;
        config.from_is_number = cases[i].number;
        way = gateway_open(&config);
        ck_assert(gateway_can_reply(way) == cases[i].can);
        gateway_unref(TAKE(way));
    }
}
END_TEST

static void add(Suite *suite, const char *name, const TTest *const *tests, size_t n)
{
    TCase *tcase = tcase_create(name);
    tcase_add_checked_fixture(tcase, setup, teardown);
    for (size_t i = 0; i < n; i++)
        tcase_add_test(tcase, tests[i]);
    suite_add_tcase(suite, tcase);
}

int main(void)
{
    const TTest *const providers[] = { elks, elks_without_receipts,
                                   account_in_the_address,
                                   name_in_the_address_and_no_password,
                                   asks_to_be_left_alone, kannel, kannel_answers, json_provider };
    const TTest *const templates[] = {
        encodings,       coding_of_the_text, parameters_left_out, headers_take_no_controls, header_with_controls_sends_nothing,
        places_of_bodies
    };
    const TTest *const replies[] = { acceptance, message_ids, rules_that_make_no_sense, gateway_without_an_address,
                                     attempt_outlives_its_configuration, who_can_be_answered };
    Suite *suite = suite_create("gateway_http");
    add(suite, "providers", providers, N_ELEMENTS(providers));
    add(suite, "templates", templates, N_ELEMENTS(templates));
    add(suite, "replies", replies, N_ELEMENTS(replies));
    return unit_run(suite);
}

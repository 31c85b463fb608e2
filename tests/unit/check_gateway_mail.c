/* The gateways that are not HTTP: mail, and the outbox. */
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/civil.h"
#include "fake_loop.h"
#include "gateways/gateway.h"
#include "unit.h"

static struct gateway config;
static struct message_view view;
static struct message_text text;
static struct gateway_attempt attempt;
static struct gateway_way *way;
static unsigned calls;
static bool accepted, page_refused;
static struct buf reason;
static char directory[] = "check-outbox-XXXXXX", path[64];

static void done(void *userdata, const struct gateway_result *result)
{
    (void)userdata;
    calls++;
    accepted = result->accepted;
    page_refused = result->page_refused;
    buf_clear(&reason);
    buf_add_text(&reason, result->reason ? result->reason : "");
}

static void setup(void)
{
    fake_loop_reset();
    view = (struct message_view) { .page = { incident_key(2026, 42), 7, 0x9f3a2c41 },
                                   .to = "anna.berg@example.se",
                                   .person_id = "anna.berg",
                                   .purpose = PURPOSE_PAGE,
                                   .channel = CHANNEL_EMAIL,
                                   .incident = incident_key(2026, 42),
                                   .organisation = "Botkyrka kommun" };
    buf_add_text(&text.text, "LARM TIB\n\"å\"\n");
    buf_add_text(&text.subject, "LARM TIB å");
    buf_add_text(&text.html, "<p>å</p>");
    calls = 0;
}

static void teardown(void)
{
    gateway_cancel(&attempt);
    attempt = (struct gateway_attempt){ 0 };
    gateway_unref(TAKE(way));
    message_text_done(&text);
    text = (struct message_text){ 0 };
    buf_done(&reason);
    fake_loop_reset();
}

static void start(void)
{
    const struct gateway_message message = { .view = &view, .text = &text, .page = "2026-0042-7-9f3a2c41",
                                             .wall_usec = INT64_C(1795354500123456) };
    if (!way)
        way = gateway_open(&config);
    gateway_start(way, NULL, &message, done, NULL, &attempt);
}

/* ---- mail ---- */

static void use_mail(void)
{
    config = (struct gateway) { .name = "mail",
                                .type = GATEWAY_SMTP,
                                .smtp_url = "smtp://127.0.0.1:25",
                                .from = "larm@botkyrka.example.se",
                                .username = "user",
                                .password = "secret",
                                .timeout_usec = USEC_PER_SEC };
}

START_TEST(mail)
{
    use_mail();
    start();
    const struct transfer *transfer = fake_transfer(0);
    ck_assert(transfer->is_mail);
    ck_assert_str_eq(buf_text(&transfer->url), "smtp://127.0.0.1:25");
    ck_assert_str_eq(buf_text(&transfer->mail_from), "larm@botkyrka.example.se");
    ck_assert_str_eq(buf_text(&transfer->mail_to), "anna.berg@example.se");
    ck_assert_str_eq(buf_text(&transfer->subject), "LARM TIB å");
    ck_assert_str_eq(buf_text(&transfer->text), "LARM TIB\n\"å\"\n");
    ck_assert_str_eq(buf_text(&transfer->html), "<p>å</p>");
    ck_assert_str_eq(buf_text(&transfer->headers),
                     "Message-ID: <2026-0042-7-9f3a2c41@botkyrka.example.se>\n"
                     "References: <2026-0042@botkyrka.example.se>\n"
                     "Auto-Submitted: auto-generated\n"
                     "X-Auto-Response-Suppress: DR, RN, NRN, OOF, AutoReply\n"
                     "X-Priority: 1 (Highest)\n"
                     "Importance: high\n");
    fake_reply(fake_transfer(0), 250, "");
    ck_assert_uint_eq(calls, 1);
    ck_assert(accepted);
}
END_TEST

START_TEST(what_can_wait_is_not_urgent)
{
    use_mail();
    view.severity = SEVERITY_INFO;
    start();
    ck_assert_ptr_null(strstr(buf_text(&fake_transfer(0)->headers), "Importance"));
    gateway_cancel(&attempt);
    view.purpose = PURPOSE_SOURCE_UNANSWERED;
    start();
    ck_assert_ptr_nonnull(strstr(buf_text(&fake_transfer(0)->headers), "Importance: high"));
    gateway_cancel(&attempt);
    view.severity = SEVERITY_CRITICAL;
    view.purpose = PURPOSE_TAKEN;
    view.incident = 0;
    start();
    ck_assert_str_eq(buf_text(&fake_transfer(0)->headers),
                     "Message-ID: <2026-0042-7-9f3a2c41@botkyrka.example.se>\n"
                     "Auto-Submitted: auto-generated\n"
                     "X-Auto-Response-Suppress: DR, RN, NRN, OOF, AutoReply\n");
}
END_TEST

START_TEST(mail_refused)
{
    static const struct { enum transfer_outcome outcome; long status; bool page; } cases[] = {
        { TRANSFER_DONE, 550, true },  { TRANSFER_DONE, 451, true }, { TRANSFER_DONE, 421, false },   { TRANSFER_DONE, 535, false },
        { TRANSFER_DONE, 0, false }, { TRANSFER_NOT_SENT, 0, false }, { TRANSFER_UNKNOWN, 250, false },
    };
    use_mail();
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        start();
        if (cases[i].outcome == TRANSFER_DONE)
            fake_reply(fake_transfer(0), cases[i].status, "");
        else
            fake_fail(fake_transfer(0), cases[i].outcome, "no");
        ck_assert(!accepted && page_refused == cases[i].page);
        ck_assert_uint_gt(reason.len, 0);
    }
    fake_refuse_starts(true);
    start();
    ck_assert(!accepted);
    ck_assert_uint_eq(calls, N_ELEMENTS(cases) + 1);
}
END_TEST

START_TEST(mail_without_a_sender)
{
    use_mail();
    config.from = "larm";
    start();
    ck_assert_uint_eq(calls, 1);
    ck_assert(!accepted);
    ck_assert_uint_eq(fake_transfers(), 0);
}
END_TEST

/* ---- outbox ---- */

static void use_outbox(void)
{
    strcpy(directory + strlen(directory) - 6, "XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/outbox", directory);
    config = (struct gateway){ .name = "try", .type = GATEWAY_OUTBOX, .outbox_path = path };
}

static void remove_outbox(void)
{
    unlink(path);
    ck_assert_int_eq(rmdir(directory), 0);
}

static json_t *read_line(FILE *file)
{
    char line[4096];
    ck_assert_ptr_nonnull(fgets(line, sizeof line, file));
    ck_assert_int_eq(line[strlen(line) - 1], '\n');
    json_t *json = json_loads(line, 0, NULL);
    ck_assert_ptr_nonnull(json);
    return json;
}

static void expect_text(const json_t *json, const char *key, const char *expected)
{
    ck_assert_str_eq(json_string_value(json_object_get(json, key)), expected);
}

START_TEST(outbox)
{
    use_outbox();
    start();
    ck_assert_uint_eq(calls, 1);
    ck_assert(accepted);
    view.channel = CHANNEL_SMS;
    view.to = "+46701740605";
    view.drill = true;
    buf_clear(&text.subject);
    start();
    FILE *file = fopen(path, "r");
    ck_assert_ptr_nonnull(file);
    json_t *json = read_line(file);
    ck_assert_uint_eq(json_object_size(json), 8);
    expect_text(json, "page", "2026-0042-7-9f3a2c41");
    expect_text(json, "to", "anna.berg@example.se");
    expect_text(json, "person", "anna.berg");
    expect_text(json, "channel", "email");
    expect_text(json, "text", "LARM TIB\n\"å\"\n");
    expect_text(json, "subject", "LARM TIB å");
    expect_text(json, "at", "2026-11-22T13:35:00.123Z");
    ck_assert(json_is_false(json_object_get(json, "drill")));
    json_decref(json);
    json = read_line(file);
    expect_text(json, "channel", "sms");
    ck_assert(json_is_null(json_object_get(json, "subject")));
    ck_assert(json_is_true(json_object_get(json, "drill")));
    json_decref(json);
    ck_assert_int_eq(fgetc(file), EOF);
    fclose(file);
    remove_outbox();
}
END_TEST

START_TEST(outbox_that_cannot_be_written)
{
    use_outbox();
    config.outbox_path = directory;
    start();
    ck_assert(!accepted);
    ck_assert_uint_gt(reason.len, 0);
    gateway_unref(TAKE(way));
    config.outbox_path = path;
    ck_assert_int_eq(mkfifo(path, 0600), 0);             /* and nobody reads it: it must not hang */
    start();
    ck_assert(!accepted);
    gateway_unref(TAKE(way));
    config.outbox_path = "/dev/full";
    start();
    ck_assert(!accepted);
    ck_assert_uint_eq(calls, 3);
    remove_outbox();
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
    const TTest *const mails[] = { mail, what_can_wait_is_not_urgent, mail_refused, mail_without_a_sender };
    const TTest *const outboxes[] = { outbox, outbox_that_cannot_be_written };
    Suite *suite = suite_create("gateway_mail");
    add(suite, "mail", mails, N_ELEMENTS(mails));
    add(suite, "outbox", outboxes, N_ELEMENTS(outboxes));
    return unit_run(suite);
}

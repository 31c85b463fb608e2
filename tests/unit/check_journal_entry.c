/* Records as the journal's entries: interface.md, "Journal". */
#include <string.h>

#include "base/mem.h"
#include "engine/plan.h"
#include "journal/journal_entry.h"
#include "journal/journal_mask.h"
#include "unit.h"

static struct buf fields;

/* The value of a field of the entry, or NULL. */
static const char *field(const char *name)
{
    size_t len = strlen(name);
    for (size_t at = 0; at < fields.len; at += strlen(fields.data + at) + 1) {
        if (strncmp(fields.data + at, name, len) == 0 && fields.data[at + len] == '=')
            return fields.data + at + len + 1;
    }
    return NULL;
}

static const char *entry(const struct record *record)
{
    buf_clear(&fields);
    ck_assert(journal_entry_add(&fields, record, NULL));
    ck_assert_str_eq(field("SYSLOG_IDENTIFIER"), "beredd");
    ck_assert_ptr_eq(field("MESSAGE"), fields.data + strlen("MESSAGE="));      /* the first: writers to stderr count on it */
    return field("MESSAGE");
}

static void teardown(void)
{
    buf_done(&fields);
}

static const struct record page = {
    .kind = RECORD_PAGE_SENT, .seq = 17, .incident = UINT64_C(2026) << 32 | 42, .callout = 1, .page = 7, .nonce = 0x9f3a2c41,
    .role = "TIB", .person = "anna.berg", .channel = 1, .address = "+46701740605", .gateway = "elks", .purpose = PURPOSE_PAGE,
    .step = 2,
    .code = 417302, .has_token = true, .provider_id = "sabc123", .drill = false,
};

START_TEST(an_entry_has_its_fields)
{
    ck_assert_str_eq(entry(&page), "2026-0042 TIB: page to anna.berg by sms (…605) taken by elks");
    ck_assert_str_eq(field("PRIORITY"), "6");
    ck_assert_str_eq(field("BEREDD_EVENT"), "page-sent");
    ck_assert_str_eq(field("BEREDD_INCIDENT"), "2026-0042");
    ck_assert_str_eq(field("BEREDD_ROLE"), "TIB");
    ck_assert_str_eq(field("BEREDD_PERSON"), "anna.berg");
    ck_assert_str_eq(field("BEREDD_CHANNEL"), "sms");
    ck_assert_str_eq(field("BEREDD_GATEWAY"), "elks");
    ck_assert_str_eq(field("BEREDD_PAGE"), "2026-0042-7-9f3a2c41");
    ck_assert_str_eq(field("BEREDD_STEP"), "2");
    ck_assert_str_eq(field("BEREDD_DRILL"), "0");
    ck_assert_str_eq(field("BEREDD_SEQ"), "17");
    ck_assert_uint_eq(strlen(field("MESSAGE_ID")), 32);
    ck_assert_ptr_null(field("BEREDD_SOURCE"));
    ck_assert_ptr_null(field("BEREDD_LOG_HEAD"));
}
END_TEST

START_TEST(a_drill_says_so)
{
    struct record record = page;
    record.drill = true;
    ck_assert_str_eq(entry(&record), "DRILL 2026-0042 TIB: page to anna.berg by sms (…605) taken by elks");
    ck_assert_str_eq(field("BEREDD_DRILL"), "1");
}
END_TEST

START_TEST(the_house_has_no_incident)
{
    const struct record record = {.kind = RECORD_DEGRADED, .text = "no space left"};
    ck_assert_str_eq(entry(&record), "degraded: paging from memory: no space left");
    ck_assert_ptr_null(field("BEREDD_INCIDENT"));
    ck_assert_ptr_null(field("BEREDD_PAGE"));
}
END_TEST

START_TEST(the_head_of_the_log_is_kept)
{
    const struct record record = {.kind = RECORD_CLOSED, .incident = page.incident, .actor = "rtj", .text = "klart"};
    buf_clear(&fields);
    ck_assert(journal_entry_add(&fields, &record, "17-abc"));
    ck_assert_str_eq(field("BEREDD_LOG_HEAD"), "17-abc");
    ck_assert_str_eq(field("MESSAGE"), "2026-0042: closed by rtj: klart");
}
END_TEST

static void expect_priority(enum record_kind kind, const char *text, const char *priority)
{
    entry(&(struct record){.kind = kind, .text = text, .purpose = PURPOSE_PAGE});
    ck_assert_str_eq(field("PRIORITY"), priority);
}

START_TEST(priorities_are_as_promised)
{
    expect_priority(RECORD_DEGRADED, "x", "2");
    expect_priority(RECORD_STEP_SKIPPED, "nobody", "3");
    expect_priority(RECORD_REPEAT_BEGUN, "nobody can be reached", "3");
    expect_priority(RECORD_REPEAT_BEGUN, NULL, "6");
    expect_priority(RECORD_PAGE_FAILED, "busy", "4");
    expect_priority(RECORD_RELOAD_REFUSED, "x", "4");
    expect_priority(RECORD_OPENED, NULL, "5");
    expect_priority(RECORD_ACKNOWLEDGED, NULL, "5");
    expect_priority(RECORD_RESTORED, NULL, "5");
    expect_priority(RECORD_PAGE_QUEUED, NULL, "6");
}
END_TEST

/* One for every event, each with an id of its own, and a sentence. */
START_TEST(every_event_has_an_entry)
{
    char ids[RECORD_KIND_END][33] = {""};
    for (int kind = RECORD_OPENED; kind < RECORD_KIND_END; kind++) {
        struct record record = {.kind = (enum record_kind)kind, .purpose = PURPOSE_PAGE};
        buf_clear(&fields);
        if (!record_event_name((enum record_kind)kind)) {
            ck_assert(!journal_entry_add(&fields, &record, NULL));
            ck_assert_uint_eq(fields.len, 0);
            continue;
        }
        ck_assert_uint_gt(strlen(entry(&record)), 3);
        if (kind >= RECORD_DRILL_RESULT)
            continue;      /* notes, too */
        memcpy(ids[kind], field("MESSAGE_ID"), sizeof(ids[kind]));
        for (int other = RECORD_OPENED; other < kind; other++)
            ck_assert_str_ne(ids[kind], ids[other]);
    }
}
END_TEST

/* Tokens, codes and whole addresses appear in no field of any entry. */
START_TEST(nothing_secret_is_written)
{
    for (int kind = RECORD_OPENED; kind < RECORD_KIND_END; kind++) {
        struct record record = page;
        record.kind = (enum record_kind)kind;
        record.idempotency_key = "SECRET";
        memset(record.token, 'T', TOKEN_BYTES);
        buf_clear(&fields);
        if (!journal_entry_add(&fields, &record, NULL))
            continue;
        for (size_t at = 0; at < fields.len; at += strlen(fields.data + at) + 1) {
            ck_assert_ptr_null(strstr(fields.data + at, "417302"));
            ck_assert_ptr_null(strstr(fields.data + at, "46701740"));
            ck_assert_ptr_null(strstr(fields.data + at, "TTTT"));
            ck_assert_ptr_null(strstr(fields.data + at, "SECRET"));
        }
    }
}
END_TEST

START_TEST(numbers_in_what_providers_say_are_masked)
{
    struct record record = page;
    record.kind = RECORD_PAGE_FAILED;
    record.text = "HTTP 400: +46701740605 is not a mobile number";
    record.final = true;
    ck_assert_str_eq(entry(&record), "2026-0042 TIB: page to anna.berg by sms (…605) failed through elks: "
                                     "HTTP 400: …605 is not a mobile number. No gateway is left to try now");
}
END_TEST

START_TEST(calls)
{
    struct record record = page;
    record.channel = CHANNEL_VOICE + 1;
    record.kind = RECORD_PAGE_DELIVERED;
    ck_assert_str_eq(entry(&record), "2026-0042 TIB: page to anna.berg by voice (…605) answered");
    record.kind = RECORD_PAGE_FAILED;
    record.text = "no answer";
    record.final = record.unanswered = true;
    ck_assert_str_eq(entry(&record), "2026-0042 TIB: page to anna.berg by voice (…605) not answered, says elks: no answer");
}
END_TEST

static const struct {
    const char *text, *masked;
} texts[] = {
    {"", ""},
    {"Brand i skola", "Brand i skola"},
    {"+46701740605", "…605"},
    {"0701740605", "…605"},
    {"ring 070-174 06 05 nu", "ring …605 nu"},
    {"ring 08-123 45 67.", "ring …567."},
    {"08/12345678, 0701740605", "…678, …605"},
    {"+46 (0)70-174 06 05", "…605"},
    {"112", "112"},
    {"021 45", "021 45"},
    {"HTTP 500", "HTTP 500"},
    {"2026-12-01 10:00", "2026-12-01 10:00"},
    {"20261201100000", "20261201100000"},
    {"10701740605", "10701740605"},
    {"+", "+"},
    {"0", "0"},
    {"åäö 0701740699", "åäö …699"},
};

START_TEST(what_looks_like_a_number_is_masked)
{
    CLEANUP_BUF struct buf buf = {0};
    journal_mask_add_text(&buf, texts[_i].text);
    ck_assert_str_eq(buf_text(&buf), texts[_i].masked);
}
END_TEST

static const struct {
    const char *address, *masked;
} addresses[] = {
    {"+46701740605", "…605"}, {"anna.berg@example.se", "a…@example.se"}, {"@example.se", "…@example.se"}, {"123", "…"}, {"", "…"},
};

START_TEST(addresses_are_masked)
{
    CLEANUP_BUF struct buf buf = {0};
    journal_mask_add_address(&buf, addresses[_i].address);
    ck_assert_str_eq(buf_text(&buf), addresses[_i].masked);
}
END_TEST

START_TEST(a_line_of_the_programs_own)
{
    buf_clear(&fields);
    journal_entry_add_log(&fields, 4, "Something is odd.");
    ck_assert_str_eq(field("MESSAGE"), "Something is odd.");
    ck_assert_str_eq(field("PRIORITY"), "4");
    ck_assert_str_eq(field("SYSLOG_IDENTIFIER"), "beredd");
}
END_TEST

static Suite *journal_entry_suite(void)
{
    Suite *suite = suite_create("journal_entry");
    TCase *tcase = tcase_create("journal_entry");
    tcase_add_checked_fixture(tcase, NULL, teardown);
    tcase_add_test(tcase, an_entry_has_its_fields);
    tcase_add_test(tcase, a_drill_says_so);
    tcase_add_test(tcase, the_house_has_no_incident);
    tcase_add_test(tcase, the_head_of_the_log_is_kept);
    tcase_add_test(tcase, priorities_are_as_promised);
    tcase_add_test(tcase, every_event_has_an_entry);
    tcase_add_test(tcase, nothing_secret_is_written);
    tcase_add_test(tcase, numbers_in_what_providers_say_are_masked);
    tcase_add_test(tcase, calls);
    tcase_add_loop_test(tcase, what_looks_like_a_number_is_masked, 0, N_ELEMENTS(texts));
    tcase_add_loop_test(tcase, addresses_are_masked, 0, N_ELEMENTS(addresses));
    tcase_add_test(tcase, a_line_of_the_programs_own);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return unit_run(journal_entry_suite());
}

/* Names of incidents, pages and links: what is written is read again, and nothing else is. */
#include <string.h>

#include "base/mem.h"
#include "engine/ids.h"
#include "unit.h"

static void expect_id(uint64_t key, const char *text)
{
    CLEANUP_BUF struct buf buf = {0};
    uint64_t back = 0;
    incident_add_id(&buf, key);
    ck_assert_str_eq(buf_text(&buf), text);
    ck_assert_int_eq(incident_from_id(text, 1999, &back), ERR_OK);
    ck_assert_uint_eq(back, key);
}

START_TEST(incidents_are_named)
{
    expect_id(incident_key(2026, 1), "2026-0001");
    expect_id(incident_key(2026, 42), "2026-0042");
    expect_id(incident_key(2026, 12345), "2026-12345");
    expect_id(incident_key(2026, INT32_MAX), "2026-2147483647");
    expect_id(incident_key(INCIDENT_YEAR_MIN, 7), "1970-0007");
    expect_id(incident_key(INCIDENT_YEAR_MAX, 7), "2225-0007");
    expect_id(incident_key(2026, (uint32_t)INCIDENT_DEGRADED | 481516), "2026-D481516");
    expect_id(incident_key(2026, (uint32_t)INCIDENT_DEGRADED | 7), "2026-D000007");
}
END_TEST

START_TEST(people_may_be_brief)
{
    static const char *const texts[] = {"42", "0042", "00042", "2026-42", "2026-0042"};
    for (size_t i = 0; i < N_ELEMENTS(texts); i++) {
        uint64_t key = 0;
        ck_assert_int_eq(incident_from_id(texts[i], 2026, &key), ERR_OK);
        ck_assert_uint_eq(key, incident_key(2026, 42));
    }
    uint64_t key = 0;
    ck_assert_int_eq(incident_from_id("d481516", 2026, &key), ERR_OK);
    ck_assert_uint_eq(key, incident_key(2026, (uint32_t)INCIDENT_DEGRADED | 481516));
}
END_TEST

START_TEST(what_is_no_id_is_refused)
{
    static const char *const texts[] = {
        "", "-", "0", "0000", "2026-", "2026-0", "-42", "2026--42", "2026-42-7", "2026-0x2a", "2026-+42", " 42", "42 ", "42a",
        "20226-42",
        "2147483648", "2026-4294967338", "99999999999999999999", "1969-1", "2226-1", "2026-D48151", "2026-D4815161", "2026-D",
        "D48151x",
        "åäö", "2026-42\n", "-1",
    };
    for (size_t i = 0; i < N_ELEMENTS(texts); i++) {
        uint64_t key;
        ck_assert_msg(incident_from_id(texts[i], 2026, &key) != ERR_OK, "%s", texts[i]);
    }
}
END_TEST

/* Ids of one year come in their order, and those of the days without a disk after them; all fit a signed column. */
START_TEST(keys_sort_by_age_and_fit_the_store)
{
    ck_assert_uint_lt(incident_key(2026, INT32_MAX), incident_key(2027, 1));
    ck_assert_uint_lt(incident_key(2026, (uint32_t)INCIDENT_DEGRADED | 999999), incident_key(2027, 1));
    ck_assert_uint_lt(incident_key(2026, 9), incident_key(2026, (uint32_t)INCIDENT_DEGRADED | 100000));
    ck_assert_uint_le(incident_key(INCIDENT_YEAR_MAX, UINT32_MAX), INT64_MAX);
}
END_TEST

static void expect_page(struct page_ref page, const char *text)
{
    CLEANUP_BUF struct buf buf = {0};
    struct page_ref back = {0};
    page_add_id(&buf, page);
    ck_assert_str_eq(buf_text(&buf), text);
    ck_assert_int_eq(page_from_id(text, &back), ERR_OK);
    ck_assert_uint_eq(back.incident, page.incident);
    ck_assert_uint_eq(back.number, page.number);
    ck_assert_uint_eq(back.nonce, page.nonce);
}

START_TEST(pages_are_named)
{
    expect_page((struct page_ref){incident_key(2026, 42), 7, 0x9f3a2c41}, "2026-0042-7-9f3a2c41");
    expect_page((struct page_ref){incident_key(2026, (uint32_t)INCIDENT_DEGRADED | 481516), UINT32_MAX, 0},
                "2026-D481516-4294967295-00000000");
    expect_page((struct page_ref){0, 3, 0xffffffff}, "0000-0000-3-ffffffff");
}
END_TEST

START_TEST(what_is_no_page_is_refused)
{
    static const char *const texts[] = {
        "", "2026-0042", "2026-0042-7", "2026-0042-7-", "2026-0042-7-9f3a2c4", "2026-0042-7-9f3a2c411", "2026-0042-7-9f3a2c4g",
        "2026-0042--9f3a2c41", "2026-0042-4294967296-9f3a2c41", "2026-0000-7-9f3a2c41", "1969-0042-7-9f3a2c41",
        "-0042-7-9f3a2c41", "2026-0042-0-9f3a2c41", "20a6-0042-7-9f3a2c41", "2226-0042-7-9f3a2c41", "0000-0042-7-9f3a2c41", "0000-0000-0-ffffffff",
        "2026-0042-7-9f3a2c41-1", "2026-00000000000000042-7-9f3a2c41", "2026-0042-07x-9f3a2c41",
    };
    for (size_t i = 0; i < N_ELEMENTS(texts); i++) {
        struct page_ref page;
        ck_assert_msg(page_from_id(texts[i], &page) != ERR_OK, "%s", texts[i]);
    }
}
END_TEST

START_TEST(a_link_finds_its_incident)
{
    static const uint64_t numbers[] = {1, 42, 0x7fffffff, INCIDENT_DEGRADED | 481516};
    static const int years[] = {INCIDENT_YEAR_MIN, 2026, INCIDENT_YEAR_MAX};
    uint64_t random = 1;
    for (size_t i = 0; i < N_ELEMENTS(numbers) * N_ELEMENTS(years); i++) {
        CLEANUP_BUF struct buf buf = {0};
        uint8_t token[TOKEN_BYTES], back[TOKEN_BYTES];
        uint64_t key = incident_key(years[i % N_ELEMENTS(years)], (uint32_t)numbers[i / N_ELEMENTS(years)]), back_key = 0;
        for (size_t k = 0; k < TOKEN_BYTES; k++)
            token[k] = (uint8_t)unit_random(&random);
        token_add_text(&buf, key, token);
        ck_assert_uint_eq(buf.len, TOKEN_TEXT_LEN);
        ck_assert_uint_eq(strspn(buf_text(&buf), "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
                          TOKEN_TEXT_LEN);
        ck_assert_int_eq(token_from_text(buf_text(&buf), &back_key, back), ERR_OK);
        ck_assert_uint_eq(back_key, key);
        ck_assert(token_equal(token, back));
        back[i % TOKEN_BYTES] ^= (uint8_t)(1 << i % 8);
        ck_assert(!token_equal(token, back));
    }
}
END_TEST

START_TEST(what_is_no_link_is_refused)
{
    static const char *const texts[] = {
        "", "A", "AAAAAAAAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "AAAAAAAAAAAAA+AAAAAAAAAAAAAA", "AAAAAAAAAAAAA/AAAAAAAAAAAAAA", "AAAAAAAAAAAAA AAAAAAAAAAAAAA",
        "AAAAAAAAAAAAA.AAAAAAAAAAAAAA",
    };
    for (size_t i = 0; i < N_ELEMENTS(texts); i++) {
        uint64_t key;
        uint8_t token[TOKEN_BYTES];
        ck_assert_msg(token_from_text(texts[i], &key, token) != ERR_OK, "%s", texts[i]);
    }
}
END_TEST

static Suite *ids_suite(void)
{
    Suite *suite = suite_create("ids");
    TCase *tcase = tcase_create("ids");
    tcase_add_test(tcase, incidents_are_named);
    tcase_add_test(tcase, people_may_be_brief);
    tcase_add_test(tcase, what_is_no_id_is_refused);
    tcase_add_test(tcase, keys_sort_by_age_and_fit_the_store);
    tcase_add_test(tcase, pages_are_named);
    tcase_add_test(tcase, what_is_no_page_is_refused);
    tcase_add_test(tcase, a_link_finds_its_incident);
    tcase_add_test(tcase, what_is_no_link_is_refused);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return unit_run(ids_suite());
}

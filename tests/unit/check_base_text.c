#include "base/text.h"

#include <locale.h>
#include <wctype.h>

#include "base/civil.h"
#include "base/mem.h"
#include "unit.h"

/* ---- UTF-8 ---- */

START_TEST(every_character_there_and_back) {
    CLEANUP_BUF struct buf buf = {0};
    for (uint32_t c = 0; c <= 0x10FFFF; c++) {
        buf_clear(&buf);
        text_utf8_add(&buf, c);
        bool surrogate = c >= 0xD800 && c <= 0xDFFF;
        size_t i = 0;
        EXPECT(buf.len == (c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4));
        EXPECT(text_utf8_next(buf.data, buf.len, &i) == (surrogate ? 0xFFFD : c));
        EXPECT(i == buf.len);
        EXPECT(text_utf8_valid(buf.data, buf.len));
    }
    buf_clear(&buf);
    text_utf8_add(&buf, 0x110000);
    EXPECT(strcmp(buf_text(&buf), "\uFFFD") == 0);
}
END_TEST

/* A decoder written otherwise: what it decodes must encode to the same bytes. */
static bool reencodes(const unsigned char *bytes, size_t len)
{
    CLEANUP_BUF struct buf buf = {0};
    size_t i = 0;
    while (i < len) {
        unsigned char first = bytes[i];
        size_t more = first < 0x80 ? 0 : first < 0xC0 ? 9 : first < 0xE0 ? 1 : first < 0xF0 ? 2 : first < 0xF8 ? 3 : 9;
        if (i + more >= len)
            return false;
        uint32_t c = more == 0 ? bytes[i] : bytes[i] & (0x7Fu >> (more + 1));
        for (i++; more > 0; more--)
            c = c << 6 | (bytes[i++] & 0x3F);
        text_utf8_add(&buf, c);
    }
    return buf.len == len && (len == 0 || memcmp(buf.data, bytes, len) == 0);
}

/* Four bytes in every combination of those at which the grammar has its bounds. */
START_TEST(validity_at_every_bound) {
    static const unsigned char bounds[] = {0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1,
                                           0xEC, 0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xF8, 0xFF};
    size_t n = N_ELEMENTS(bounds);
    for (size_t i = 0; i < n * n * n * n; i++) {
        const unsigned char bytes[] = {bounds[i / n / n / n], bounds[i / n / n % n], bounds[i / n % n], bounds[i % n]};
        EXPECT_MSG(text_utf8_valid((const char *)bytes, 4) == reencodes(bytes, 4), "%02X %02X %02X %02X",
                      bytes[0], bytes[1], bytes[2], bytes[3]);
    }
}
END_TEST

START_TEST(what_is_not_utf8) {
    static const struct { const char *bytes; size_t len; } cases[] = {
        {"\x80", 1}, {"\xC3", 1}, {"\xC0\x80", 2}, {"\xC1\xBF", 2}, {"\xE0\x80\x80", 3}, {"\xE0\x9F\xBF", 3}, {"\xED\xA0\x80", 3},
        {"\xED\xBF\xBF", 3}, {"\xF0\x80\x80\x80", 4}, {"\xF0\x8F\xBF\xBF", 4}, {"\xF4\x90\x80\x80", 4}, {"\xF5\x80\x80\x80", 4},
        {"\xE2\x82", 2}, {"\xF0\x9F\x9A", 3}, {"\xE2\x28\xA1", 3}, {"\xFE", 1}, {"\xFF", 1}, {"a\xC3", 2},
    };
    for (size_t n = 0; n < N_ELEMENTS(cases); n++) {
        CLEANUP_FREE char *exact = mem_dup(cases[n].bytes, cases[n].len);   /* so that reading past it is noticed */
        ck_assert_msg(!text_utf8_valid(exact, cases[n].len), "case %zu", n);
        for (size_t i = 0; i < cases[n].len;) {
            size_t before = i;
            uint32_t c = text_utf8_next(exact, cases[n].len, &i);
            ck_assert_uint_eq(i, before + 1);
            ck_assert(c == 0xFFFD || c < 0x80);
        }
    }
    ck_assert(text_utf8_valid("", 0));
    ck_assert(text_utf8_valid("a\0b", 3));
}
END_TEST

START_TEST(cutting_splits_no_character) {
    const char text[] = "aå€🚒b";   /* 1 2 3 4 1 bytes */
    static const size_t expected[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11, 11};
    for (size_t max = 0; max < N_ELEMENTS(expected); max++)
        ck_assert_uint_eq(text_utf8_cut(text, strlen(text), max), expected[max]);
    ck_assert_uint_eq(text_utf8_cut("\x80\x80\x80\x80\x80\x80", 6, 5), 5);   /* nothing to split */
    ck_assert_uint_eq(text_utf8_cut("\xC3\xA5\x80\x80", 4, 3), 3);
    ck_assert_uint_eq(text_utf8_cut("\xC3\xA5\x80\x80", 4, 1), 0);
    ck_assert_uint_eq(text_utf8_cut("", 0, 0), 0);
    ck_assert_uint_eq(text_utf8_count(text, strlen(text)), 5);
    ck_assert_uint_eq(text_utf8_count("", 0), 0);
}
END_TEST

/* ---- cleaning ---- */

static void check_clean(const char *text, size_t len, const char *line, const char *block)
{
    CLEANUP_BUF struct buf buf = {0};
    CLEANUP_FREE char *exact = mem_dup(text, len);
    buf_add_text(&buf, "before ");
    text_add_clean_line(&buf, exact, len);
    ck_assert_str_eq(buf_text(&buf) + 7, line);
    buf_cut(&buf, 7);
    text_add_clean_block(&buf, exact, len);
    ck_assert_str_eq(buf_text(&buf) + 7, block);
    ck_assert_mem_eq(buf.data, "before ", 7);
}

#define CHECK_CLEAN(text, line, block) check_clean(text, sizeof text - 1, line, block)

START_TEST(clean_text) {
    CHECK_CLEAN("", "", "");
    CHECK_CLEAN("Brand i skola, Tumba", "Brand i skola, Tumba", "Brand i skola, Tumba");
    CHECK_CLEAN("  a \t b  ", "a b", "a b");
    CHECK_CLEAN("\n\n a\n", "a", "a");
    CHECK_CLEAN("a\r\nb", "a b", "a\nb");
    CHECK_CLEAN("a  \n  b\n\nc", "a b c", "a\nb\n\nc");
    CHECK_CLEAN("a\rb", "a b", "a b");
    CHECK_CLEAN("a\0b", "a b", "a b");
    CHECK_CLEAN("a\x1B[31mb\x7F" "c", "a [31mb c", "a [31mb c");
    CHECK_CLEAN("a\xC2\x85" "b\xC2\x9F" "c\u00A0d\u3000e", "a b c d e", "a b c d e");
    CHECK_CLEAN("a\u2028b\u2029c", "a b c", "a b c");
    CHECK_CLEAN("a\u202Eb\u2066c\u200Fd\u061Ce\u200Ef", "a b c d e f", "a b c d e f");
    CHECK_CLEAN("\u202D \u2069", "", "");
    CHECK_CLEAN("a\xFF\xC3", "a\uFFFD\uFFFD", "a\uFFFD\uFFFD");
    CHECK_CLEAN("\xED\xA0\x80", "\uFFFD\uFFFD\uFFFD", "\uFFFD\uFFFD\uFFFD");
    CHECK_CLEAN("👩\u200D🚒 é", "👩\u200D🚒 é", "👩\u200D🚒 é");
}
END_TEST

/* Whatever comes in, what goes out is valid, has no controls but line feeds, and is clean already. */
START_TEST(cleaning_twice_changes_nothing) {
    uint64_t seed = 11;
    static const char *const pieces[] = {" ", "\n", "\r", "\t", "a", "å", "\u202E", "\u2028", "\xFF", "\xE2\x82", "\u00A0", "🚒",
        "\x01"};
    for (int i = 0; i < 20000; i++) {
        CLEANUP_BUF struct buf raw = {0}, once = {0}, twice = {0};
        for (uint64_t n = unit_random(&seed) % 12; n > 0; n--)
            buf_add_text(&raw, pieces[unit_random(&seed) % N_ELEMENTS(pieces)]);
        text_add_clean_block(&once, buf_text(&raw), raw.len);
        text_add_clean_block(&twice, buf_text(&once), once.len);
        EXPECT(strcmp(buf_text(&once), buf_text(&twice)) == 0);
        EXPECT(text_utf8_valid(buf_text(&once), once.len));
        EXPECT(!strpbrk(buf_text(&once), "\r\t\x01"));
        EXPECT(!strstr(buf_text(&once), "  "));
        EXPECT(!strstr(buf_text(&once), " \n"));
    }
}
END_TEST

/* ---- folding ---- */

START_TEST(folds_as_towlower) {
    locale_t locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    ck_assert_msg(locale != (locale_t)0, "the locale C.UTF-8 is missing");
    for (uint32_t c = 0; c < 0x250; c++) {
        CLEANUP_BUF struct buf plain = {0}, folded = {0}, expected = {0};
        uint32_t lower = c == 0x130 ? c : c == 0x17F ? 's' : c < 0x180 ? (uint32_t)towlower_l((wint_t)c, locale) : c;
        text_utf8_add(&plain, c);
        text_utf8_add(&expected, lower);
        text_add_folded(&folded, plain.data, plain.len);
        ck_assert_msg(strcmp(buf_text(&folded), buf_text(&expected)) == 0, "U+%04X", c);
    }
    freelocale(locale);
}
END_TEST

START_TEST(equality_without_case) {
    ck_assert(text_equal_fold("", ""));
    ck_assert(text_equal_fold("JA", "ja"));
    ck_assert(text_equal_fold("Åsa ÖBERG", "åSA öberg"));
    ck_assert(text_equal_fold("ŠKODA Ž", "škoda ž"));
    ck_assert(!text_equal_fold("ja", "jaa"));
    ck_assert(!text_equal_fold("jaa", "ja"));
    ck_assert(!text_equal_fold("a", "å"));
    ck_assert(!text_equal_fold("@", "`"));
    ck_assert(!text_equal_fold("[", "{"));
    ck_assert(!text_equal_fold("×", "÷"));
}
END_TEST

START_TEST(beginning_without_case) {
    ck_assert(text_starts_with_fold("ÖVNING: brand", "övning"));
    ck_assert(text_starts_with_fold("x", ""));
    ck_assert(text_starts_with_fold("", ""));
    ck_assert(!text_starts_with_fold("", "x"));
    ck_assert(!text_starts_with_fold("ÖVN", "övning"));
    ck_assert(!text_starts_with_fold("ovning", "övning"));
}
END_TEST

START_TEST(nearest_name) {
    static const char *const names[] = {"", "anna.berg", "bo.ek", "cia.lund", "role", "roles", "sms", "organisation"};
    static const struct { const char *typed, *expected; } cases[] = {
        {"anna.berg", "anna.berg"}, {"ana.berg", "anna.berg"}, {"anna.breg", "anna.berg"}, {"ANNA.BERG", "anna.berg"},
        {"anna", "anna.berg"}, {"anna.berg.extra.long", "anna.berg"}, {"bo.ke", "bo.ek"}, {"bo", "bo.ek"}, {"roels", "roles"},
        {"rolex", "role"}, {"organization", "organisation"}, {"smm", "sms"}, {"xyz", NULL}, {"", NULL}, {"ssm", "sms"},
        {"cai.lnud", "cia.lund"}, {"\xFF\xFF\xFF", NULL}, {"kia.land", "cia.lund"}, {"kiallannd", NULL},
    };
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        const char *nearest = text_nearest(cases[i].typed, names, N_ELEMENTS(names));
        ck_assert_msg(nearest == cases[i].expected || (nearest && cases[i].expected && strcmp(nearest, cases[i].expected) == 0),
                      "%s: %s", cases[i].typed, nearest ? nearest : "nothing");
    }
    ck_assert_ptr_null(text_nearest("anna", names, 0));
}
END_TEST

START_TEST(nearest_ties_go_to_the_first) {
    static const char *const names[] = {"bat", "cat", "hat"};
    ck_assert_ptr_eq(text_nearest("rat", names, 3), names[0]);
    ck_assert_ptr_eq(text_nearest("hat", names, 3), names[2]);
}
END_TEST

START_TEST(nearest_is_bounded) {
    CLEANUP_BUF struct buf longest = {0};
    for (int i = 0; i < 64; i++)
        buf_add_text(&longest, "å");
    CLEANUP_FREE char *fits = mem_strdup(buf_text(&longest));
    buf_add_text(&longest, "å");
    const char *const names[] = {fits, buf_text(&longest)};
    ck_assert_ptr_eq(text_nearest(fits, names, 2), names[0]);
    ck_assert_ptr_null(text_nearest(names[1], names, 2));
}
END_TEST

/* ---- numbers and durations ---- */

START_TEST(numbers) {
    static const struct { const char *text; uint64_t max; enum err err; uint64_t number; } cases[] = {
        {"0", 0, ERR_OK, 0}, {"0042", 100, ERR_OK, 42}, {"100", 100, ERR_OK, 100}, {"101", 100, ERR_RANGE, 0},
        {"1", 0, ERR_RANGE, 0},
        {"18446744073709551615", UINT64_MAX, ERR_OK, UINT64_MAX}, {"18446744073709551616", UINT64_MAX, ERR_RANGE, 0},
        {"99999999999999999999999999999", UINT64_MAX, ERR_RANGE, 0}, {"000000000000000000000000000000001", 5, ERR_OK, 1},
        {"", 9, ERR_SYNTAX, 0}, {" 1", 9, ERR_SYNTAX, 0}, {"1 ", 9, ERR_SYNTAX, 0}, {"+1", 9, ERR_SYNTAX, 0},
        {"-1", 9, ERR_SYNTAX, 0},
        {"0x1", 9, ERR_SYNTAX, 0}, {"1.0", 9, ERR_SYNTAX, 0}, {"99x", 9, ERR_SYNTAX, 0},
    };
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        uint64_t number = 777;
        ck_assert_msg(text_to_u64(cases[i].text, cases[i].max, &number) == cases[i].err, "%s", cases[i].text);
        ck_assert_uint_eq(number, cases[i].err ? 777 : cases[i].number);
    }
}
END_TEST

START_TEST(decimals) {
    static const struct { const char *text; enum err err; int64_t number; } cases[] = {
        {"0", ERR_OK, 0}, {"500", ERR_OK, 5000000}, {"12.34", ERR_OK, 123400}, {"-0.5", ERR_OK, -5000}, {"1.23456789", ERR_OK, 12345},
        {"12.300000000000001", ERR_OK, 123000}, {"1000000000000", ERR_OK, INT64_C(10000000000000000)},
        {"1000000000001", ERR_RANGE, 0}, {"", ERR_SYNTAX, 0}, {"-", ERR_SYNTAX, 0}, {"1.", ERR_SYNTAX, 0}, {".5", ERR_SYNTAX, 0},
        {"1e3", ERR_SYNTAX, 0}, {"1,5", ERR_SYNTAX, 0}, {"12 kr", ERR_SYNTAX, 0}, {"1.2.3", ERR_SYNTAX, 0}, {"--1", ERR_SYNTAX, 0},
    };
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        int64_t number = 777;
        ck_assert_msg(text_to_decimal(cases[i].text, &number) == cases[i].err, "%s", cases[i].text);
        ck_assert_int_eq(number, cases[i].err ? 777 : cases[i].number);
    }
}
END_TEST

START_TEST(durations) {
    static const struct { const char *text; enum err err; int64_t usec; const char *back; } cases[] = {
        {"90s", ERR_OK, 90 * USEC_PER_SEC, "90s"}, {"5m", ERR_OK, 5 * USEC_PER_MIN, "5m"},
        {"2h", ERR_OK, 2 * USEC_PER_HOUR, "2h"},
        {"14d", ERR_OK, 14 * USEC_PER_DAY, "14d"}, {"0m", ERR_OK, 0, "0m"}, {"0s", ERR_OK, 0, "0m"},
        {"60s", ERR_OK, USEC_PER_MIN, "1m"},
        {"24h", ERR_OK, USEC_PER_DAY, "1d"}, {"36h", ERR_OK, 36 * USEC_PER_HOUR, "36h"},
        {"366d", ERR_OK, 366 * USEC_PER_DAY, "366d"},
        {"31622400s", ERR_OK, 366 * USEC_PER_DAY, "366d"}, {"31622401s", ERR_RANGE, 0, NULL}, {"367d", ERR_RANGE, 0, NULL},
        {"99999999999999999999d", ERR_RANGE, 0, NULL}, {"5", ERR_SYNTAX, 0, NULL}, {"m", ERR_SYNTAX, 0, NULL},
        {"", ERR_SYNTAX, 0, NULL},
        {"5 m", ERR_SYNTAX, 0, NULL}, {"5min", ERR_SYNTAX, 0, NULL}, {"5M", ERR_SYNTAX, 0, NULL}, {"-5m", ERR_SYNTAX, 0, NULL},
        {"1h30m", ERR_SYNTAX, 0, NULL}, {"1.5h", ERR_SYNTAX, 0, NULL}, {"5ms", ERR_SYNTAX, 0, NULL}, {"5w", ERR_SYNTAX, 0, NULL},
    };
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        int64_t usec = -1;
        CLEANUP_BUF struct buf back = {0};
        ck_assert_msg(text_to_duration(cases[i].text, &usec) == cases[i].err, "%s", cases[i].text);
        ck_assert_int_eq(usec, cases[i].err ? -1 : cases[i].usec);
        if (cases[i].err)
            continue;
        text_add_duration(&back, usec);
        ck_assert_str_eq(buf_text(&back), cases[i].back);
    }
}
END_TEST

START_TEST(durations_that_nobody_writes) {
    static const struct { int64_t usec; const char *text; } cases[] = {
        {1500 * USEC_PER_MSEC, "1500ms"}, {1, "1us"}, {-5 * USEC_PER_MIN, "-5m"}, {INT64_MIN, "-9223372036854775808us"},
    };
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        CLEANUP_BUF struct buf buf = {0};
        text_add_duration(&buf, cases[i].usec);
        ck_assert_str_eq(buf_text(&buf), cases[i].text);
    }
}
END_TEST

/* ---- RFC 3339 ---- */

static void check_rfc3339(int64_t usec, const char *text)
{
    CLEANUP_BUF struct buf buf = {0};
    text_add_rfc3339(&buf, usec);
    ck_assert_str_eq(buf_text(&buf), text);
}

START_TEST(instants_as_text) {
    check_rfc3339(0, "1970-01-01T00:00:00.000Z");
    check_rfc3339(INT64_C(1795355700123456), "2026-11-22T13:55:00.123Z");
    check_rfc3339(-1, "1969-12-31T23:59:59.999Z");
    check_rfc3339(-USEC_PER_SEC, "1969-12-31T23:59:59.000Z");
    check_rfc3339(civil_day(1, 1, 1) * USEC_PER_DAY, "0001-01-01T00:00:00.000Z");
    check_rfc3339(civil_day(9999, 12, 31) * USEC_PER_DAY, "9999-12-31T00:00:00.000Z");
    check_rfc3339(civil_day(-44, 3, 15) * USEC_PER_DAY, "-0044-03-15T00:00:00.000Z");
}
END_TEST

START_TEST(text_as_instants) {
    static const struct { const char *text; enum err err; int64_t usec; } cases[] = {
        {"2026-11-22T13:55:00.123Z", ERR_OK, INT64_C(1795355700123000)},
        {"2026-11-22t13:55:00.123z", ERR_OK, INT64_C(1795355700123000)},
        {"2026-11-22T14:55:00+01:00", ERR_OK, INT64_C(1795355700000000)},
        {"2026-11-22T08:25:00-05:30", ERR_OK, INT64_C(1795355700000000)},
        {"2026-11-22T13:55:00-00:00", ERR_OK, INT64_C(1795355700000000)},
        {"2026-11-22T13:55:00.1234567890123456789Z", ERR_OK, INT64_C(1795355700123456)},
        {"2026-11-22T13:55:00.1Z", ERR_OK, INT64_C(1795355700100000)},
        {"1969-12-31T23:59:59.999999Z", ERR_OK, -1},
        {"0000-01-01T00:00:00Z", ERR_OK, INT64_C(-62167219200000000)},
        {"2024-02-29T00:00:00Z", ERR_OK, INT64_C(1709164800000000)},
        {"2026-02-29T00:00:00Z", ERR_RANGE, 0},
        {"2026-13-01T00:00:00Z", ERR_RANGE, 0},
        {"2026-01-01T24:00:00Z", ERR_RANGE, 0},
        {"2026-01-01T00:00:60Z", ERR_RANGE, 0},
        {"2026-01-01T00:00:00+24:00", ERR_RANGE, 0},
        {"2026-01-01T00:00:00+00:60", ERR_RANGE, 0},
        {"2026-11-22T13:55:00", ERR_SYNTAX, 0},
        {"2026-11-22 13:55:00Z", ERR_SYNTAX, 0},
        {"2026-11-22T13:55Z", ERR_SYNTAX, 0},
        {"2026-11-22T13:55:00.Z", ERR_SYNTAX, 0},
        {"2026-11-22T13:55:00,5Z", ERR_SYNTAX, 0},
        {"2026-11-22T13:55:00+0100", ERR_SYNTAX, 0},
        {"2026-11-22T13:55:00+01", ERR_SYNTAX, 0},
        {"2026-11-22T13:55:00Zx", ERR_SYNTAX, 0},
        {" 2026-11-22T13:55:00Z", ERR_SYNTAX, 0},
        {"26-11-22T13:55:00Z", ERR_SYNTAX, 0},
        {"2026-1-22T13:55:00Z", ERR_SYNTAX, 0},
        {"-026-11-22T13:55:00Z", ERR_SYNTAX, 0},
        {"2026-11-22", ERR_SYNTAX, 0},
        {"", ERR_SYNTAX, 0},
    };
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        int64_t usec = 777;
        ck_assert_msg(text_from_rfc3339(cases[i].text, &usec) == cases[i].err, "%s", cases[i].text);
        ck_assert_msg(usec == (cases[i].err ? 777 : cases[i].usec), "%s: %lld", cases[i].text, (long long)usec);
    }
}
END_TEST

START_TEST(instants_there_and_back) {
    uint64_t seed = 5;
    int64_t first = civil_day(0, 1, 1) * 86400000, span = civil_day(10000, 1, 1) * 86400000 - first;
    for (int i = 0; i < 20000; i++) {
        int64_t usec = (first + (int64_t)(unit_random(&seed) % (uint64_t)span)) * USEC_PER_MSEC, back;
        CLEANUP_BUF struct buf buf = {0};
        text_add_rfc3339(&buf, usec);
        EXPECT(text_from_rfc3339(buf_text(&buf), &back) == ERR_OK);
        EXPECT(usec == back);
    }
}
END_TEST

/* ---- hex and base64url ---- */

START_TEST(hex) {
    CLEANUP_BUF struct buf buf = {0};
    unsigned char bytes[4];
    text_add_hex(&buf, "\x00\x9f\xAb\xff", 4);
    ck_assert_str_eq(buf_text(&buf), "009fabff");
    ck_assert_int_eq(text_from_hex("009fABff", bytes, 4), ERR_OK);
    ck_assert_mem_eq(bytes, "\x00\x9f\xAb\xff", 4);
    static const char *const wrong[] = {"", "0", "009fabf", "009fabff0", "009fabff00", "009fabfg", " 09fabff", "0x9fabff",
        "009f"};
    for (size_t i = 0; i < N_ELEMENTS(wrong); i++) {
        CLEANUP_FREE char *exact = mem_strdup(wrong[i]);
        ck_assert_msg(text_from_hex(exact, bytes, 4) == ERR_SYNTAX, "%s", wrong[i]);
    }
    ck_assert_int_eq(text_from_hex("", bytes, 0), ERR_OK);
}
END_TEST

/* RFC 4648, 10, and the two characters in which the URL alphabet differs. */
START_TEST(base64url_vectors) {
    static const struct { const char *bytes, *text; } cases[] = {
        {"", ""}, {"f", "Zg"}, {"fo", "Zm8"}, {"foo", "Zm9v"}, {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"},
        {"\xFB\xFF\xBF", "-_-_"},
    };
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        CLEANUP_BUF struct buf buf = {0};
        size_t len = strlen(cases[i].bytes);
        char bytes[6];
        text_add_base64url(&buf, cases[i].bytes, len);
        ck_assert_str_eq(buf_text(&buf), cases[i].text);
        ck_assert_int_eq(text_from_base64url(cases[i].text, strlen(cases[i].text), bytes, len), ERR_OK);
        ck_assert_mem_eq(bytes, cases[i].bytes, len);
    }
}
END_TEST

START_TEST(base64url_refuses) {
    static const struct { const char *text; size_t len; } cases[] = {
        {"Zh", 1}, {"Zm9", 2}, {"Zg==", 1}, {"Zg", 2}, {"Z", 0}, {"Z", 1}, {"Zm9v", 2}, {"Zm9v", 4}, {"+/+/", 3}, {"Zm 9", 3},
        {"Zm\n9", 3},
    };
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        char bytes[8];
        ck_assert_msg(text_from_base64url(cases[i].text, strlen(cases[i].text), bytes, cases[i].len) == ERR_SYNTAX, "%s",
            cases[i].text);
    }
    char bytes[3];
    ck_assert_int_eq(text_from_base64url("Zm\0v", 4, bytes, 3), ERR_SYNTAX);
}
END_TEST

START_TEST(base64url_there_and_back) {
    uint64_t seed = 9;
    for (size_t len = 0; len < 200; len++) {
        unsigned char bytes[200] = {0}, back[200];
        for (size_t i = 0; i < len; i++)
            bytes[i] = (unsigned char)unit_random(&seed);
        CLEANUP_BUF struct buf buf = {0};
        text_add_base64url(&buf, bytes, len);
        ck_assert_int_eq(text_from_base64url(buf_text(&buf), buf.len, back, len), ERR_OK);
        ck_assert_mem_eq(bytes, back, len);
    }
}
END_TEST

static void add_case(Suite *suite, const char *name, const TTest *const tests[], size_t n)
{
    TCase *tcase = tcase_create(name);
    tcase_set_timeout(tcase, 60);
    for (size_t i = 0; i < n; i++)
        tcase_add_test(tcase, tests[i]);
    suite_add_tcase(suite, tcase);
}

int main(void)
{
    const TTest *const utf8[] = {every_character_there_and_back, validity_at_every_bound, what_is_not_utf8,
        cutting_splits_no_character};
    const TTest *const clean[] = {clean_text, cleaning_twice_changes_nothing};
    const TTest *const fold[] = {folds_as_towlower, equality_without_case, beginning_without_case, nearest_name,
                                 nearest_ties_go_to_the_first, nearest_is_bounded};
    const TTest *const number[] = {numbers, decimals, durations, durations_that_nobody_writes};
    const TTest *const instant[] = {instants_as_text, text_as_instants, instants_there_and_back};
    const TTest *const encode[] = {hex, base64url_vectors, base64url_refuses, base64url_there_and_back};
    Suite *suite = suite_create("base/text");
    add_case(suite, "utf8", utf8, N_ELEMENTS(utf8));
    add_case(suite, "clean", clean, N_ELEMENTS(clean));
    add_case(suite, "fold", fold, N_ELEMENTS(fold));
    add_case(suite, "number", number, N_ELEMENTS(number));
    add_case(suite, "time", instant, N_ELEMENTS(instant));
    add_case(suite, "encode", encode, N_ELEMENTS(encode));
    return unit_run(suite);
}

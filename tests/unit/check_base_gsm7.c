#include "base/gsm7.h"

#include "base/mem.h"
#include "base/text.h"
#include "unit.h"

/* The tables of TS 23.038, 6.2.1 and 6.2.1.1, as text. */
static const char default_alphabet[] =
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
static const char extension[] = "\f^{}\\[~]|€";

static struct gsm7_size measure(const char *text)
{
    return gsm7_measure(text, strlen(text));
}

static struct gsm7_size measure_character(uint32_t c)
{
    CLEANUP_BUF struct buf text = {0};
    text_utf8_add(&text, c);
    return gsm7_measure(text.data, text.len);
}

/* The filler `before` times, the insertion, and the filler `after` times. */
static struct gsm7_size measure_filled(const char *filler, size_t before, const char *insertion, size_t after)
{
    CLEANUP_BUF struct buf text = {0};
    for (size_t i = 0; i < before; i++)
        buf_add_text(&text, filler);
    buf_add_text(&text, insertion);
    for (size_t i = 0; i < after; i++)
        buf_add_text(&text, filler);
    return gsm7_measure(buf_text(&text), text.len);
}

static void check_size(struct gsm7_size size, bool ucs2, unsigned units, unsigned segments)
{
    ck_assert_int_eq(size.ucs2, ucs2);
    ck_assert_uint_eq(size.units, units);
    ck_assert_uint_eq(size.segments, segments);
}

/* Every character up to U+20FF is in one of the two tables or in none. */
START_TEST(alphabet_is_exactly_the_standards) {
    static unsigned char expected[0x2100];
    size_t len = strlen(default_alphabet), in_alphabet = 0;
    for (size_t i = 0; i < len; in_alphabet++)
        expected[text_utf8_next(default_alphabet, len, &i)] = 1;
    EXPECT(in_alphabet == 127);   /* 128 less the escape */
    len = strlen(extension);
    for (size_t i = 0; i < len;)
        expected[text_utf8_next(extension, len, &i)] = 2;
    for (uint32_t c = 0; c < N_ELEMENTS(expected); c++) {
        struct gsm7_size size = measure_character(c);
        EXPECT_MSG(size.ucs2 == !expected[c], "U+%04X", c);
        EXPECT(size.units == (expected[c] ? expected[c] : 1));
        EXPECT(size.segments == 1);
    }
}
END_TEST

START_TEST(septets_at_the_bounds) {
    check_size(measure(""), false, 0, 1);
    check_size(measure_filled("å", 160, "", 0), false, 160, 1);
    check_size(measure_filled("å", 161, "", 0), false, 161, 2);
    check_size(measure_filled("a", 306, "", 0), false, 306, 2);
    check_size(measure_filled("a", 307, "", 0), false, 307, 3);
    check_size(measure_filled("a", 459, "", 0), false, 459, 3);
    check_size(measure_filled("a", 460, "", 0), false, 460, 4);
}
END_TEST

START_TEST(escape_pairs_are_not_split) {
    check_size(measure_filled("a", 158, "€", 0), false, 160, 1);
    check_size(measure_filled("a", 159, "€", 0), false, 161, 2);
    check_size(measure_filled("a", 151, "€", 153), false, 306, 2);   /* the pair ends the first part */
    check_size(measure_filled("a", 152, "€", 151), false, 305, 2);   /* it begins the second, and a septet stays empty */
    check_size(measure_filled("a", 152, "€", 152), false, 306, 3);   /* which is one too few now */
    check_size(measure_filled("€", 80, "", 0), false, 160, 1);
    check_size(measure_filled("€", 152, "", 0), false, 304, 2);      /* 76 in each part */
    check_size(measure_filled("€", 153, "", 0), false, 306, 3);
}
END_TEST

START_TEST(ucs2_at_the_bounds) {
    check_size(measure_filled("a", 69, "ç", 0), true, 70, 1);
    check_size(measure_filled("a", 70, "ç", 0), true, 71, 2);
    check_size(measure_filled("ж", 134, "", 0), true, 134, 2);
    check_size(measure_filled("ж", 135, "", 0), true, 135, 3);
    check_size(measure_filled("€", 69, "ж", 0), true, 70, 1);        /* no escapes in UCS-2 */
}
END_TEST

START_TEST(surrogate_pairs_are_not_split) {
    check_size(measure("🚒"), true, 2, 1);
    check_size(measure_filled("a", 68, "🚒", 0), true, 70, 1);
    check_size(measure_filled("a", 69, "🚒", 0), true, 71, 2);
    check_size(measure_filled("a", 65, "🚒", 67), true, 134, 2);
    check_size(measure_filled("a", 66, "🚒", 65), true, 133, 2);
    check_size(measure_filled("a", 66, "🚒", 66), true, 134, 3);
    check_size(measure_filled("🚒", 66, "", 0), true, 132, 2);
    check_size(measure_filled("🚒", 67, "", 0), true, 134, 3);
}
END_TEST

START_TEST(what_is_not_utf8_is_a_replacement_each) {
    check_size(gsm7_measure("a\xFFz", 3), true, 3, 1);
    check_size(gsm7_measure("\xE2\x82", 2), true, 2, 1);
    check_size(gsm7_measure("a\0b", 3), true, 3, 1);
}
END_TEST

static void check_normalised(const char *text, const char *expected)
{
    CLEANUP_BUF struct buf buf = {0};
    buf_add_text(&buf, "> ");
    gsm7_add_normalised(&buf, text, strlen(text));
    ck_assert_str_eq(buf_text(&buf) + 2, expected);
}

START_TEST(typographic_marks_become_ascii) {
    check_normalised("", "");
    check_normalised("”Brand” – i ’skola’…", "\"Brand\" - i 'skola'...");
    check_normalised("„a“ «b» ‘c’ ‚d‛ ‹e›", "\"a\" \"b\" 'c' 'd' 'e'");
    check_normalised("a‐b‑c‒d–e—f―g−h", "a-b-c-d-e-f-g-h");
    check_normalised("08\u00A0123\u202F45\t67 `x´", "08 123 45 67 'x'");
    check_normalised("\uFEFFöv\u00ADning\u200B", "övning");
}
END_TEST

START_TEST(decomposed_letters_are_composed) {
    check_normalised("A\u030Angstro\u0308m", "Ångström");
    check_normalised("a\u030Aa\u0308o\u0308e\u0301u\u0308", "åäöéü");
    check_normalised("\u212B", "Å");
    check_normalised("s\u030Cc\u0327z\u030C", "šçž");
    check_normalised("x\u030A", "x\u030A");          /* no such letter */
    check_normalised("\u030Aa", "\u030Aa");          /* a mark without a letter */
    check_normalised("a\u030A\u0301", "å\u0301");
    check_normalised("å\u0301", "å\u0301");
}
END_TEST

START_TEST(the_rest_stays) {
    check_normalised(default_alphabet, default_alphabet);
    check_normalised(extension, extension);
    check_normalised("ça va, žluťoučký 🚒", "ça va, žluťoučký 🚒");
}
END_TEST

START_TEST(a_swedish_page_fits_in_septets_once_normalised) {
    const char text[] = "LARM TIB 03:12: Brand i ”A\u030Askolan” – Tumba…";
    ck_assert(measure(text).ucs2);
    CLEANUP_BUF struct buf buf = {0};
    gsm7_add_normalised(&buf, text, strlen(text));
    check_size(gsm7_measure(buf.data, buf.len), false, 44, 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base/gsm7");
    TCase *tcase = tcase_create("gsm7");
    tcase_add_test(tcase, alphabet_is_exactly_the_standards);
    tcase_add_test(tcase, septets_at_the_bounds);
    tcase_add_test(tcase, escape_pairs_are_not_split);
    tcase_add_test(tcase, ucs2_at_the_bounds);
    tcase_add_test(tcase, surrogate_pairs_are_not_split);
    tcase_add_test(tcase, what_is_not_utf8_is_a_replacement_each);
    tcase_add_test(tcase, typographic_marks_become_ascii);
    tcase_add_test(tcase, decomposed_letters_are_composed);
    tcase_add_test(tcase, the_rest_stays);
    tcase_add_test(tcase, a_swedish_page_fits_in_septets_once_normalised);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}

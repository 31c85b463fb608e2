/* What people text back, by the book of interface.md: "Replies by SMS". */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "engine/reply.h"
#include "unit.h"

static const struct {
    const char *text;
    enum reply_verb verb;
    uint32_t code, minutes;
    const char *role;
} cases[] = {
    /* yes: the code alone, or JA, OK, YES with it, with minutes after it; any order, any case */
    {"417302", REPLY_YES, 417302, 0, ""},
    {"JA 417302", REPLY_YES, 417302, 0, ""},
    {"ja 417302", REPLY_YES, 417302, 0, ""},
    {"417302 Ja", REPLY_YES, 417302, 0, ""},
    {"OK 417302", REPLY_YES, 417302, 0, ""},
    {"Yes 417302", REPLY_YES, 417302, 0, ""},
    {"JA 417302 45", REPLY_YES, 417302, 45, ""},
    {"JA 417302 0", REPLY_YES, 417302, 0, ""},
    {"JA417302", REPLY_YES, 417302, 0, ""},
    {"Ja, 417302!", REPLY_YES, 417302, 0, ""},
    {"417302ok 45", REPLY_YES, 417302, 45, ""},
    {"nej417302", REPLY_NO, 417302, 0, ""},
    {"ja nej417302", REPLY_UNCLEAR, 417302, 0, NULL},
    {"417302 45 ja", REPLY_YES, 417302, 45, ""},
    {"417302 45", REPLY_YES, 417302, 45, ""},
    {"JA 417302 999", REPLY_YES, 417302, 999, ""},
    {"Ja, 417302.", REPLY_YES, 417302, 0, ""},
    {"  JA\r\n417302\n", REPLY_YES, 417302, 0, ""},
    {"\"JA 417302\"", REPLY_YES, 417302, 0, ""},
    {"ja ok 417302!", REPLY_YES, 417302, 0, ""},
    /* no: NEJ, NO, KAN INTE, KAN EJ with the code */
    {"NEJ 417302", REPLY_NO, 417302, 0, ""},
    {"no 417302", REPLY_NO, 417302, 0, ""},
    {"KAN INTE 417302", REPLY_NO, 417302, 0, ""},
    {"Kan ej 417302", REPLY_NO, 417302, 0, ""},
    {"417302 kan inte", REPLY_NO, 417302, 0, ""},
    {"nej, kan inte 417302", REPLY_NO, 417302, 0, ""},
    /* a role and the code */
    {"KIB 417302", REPLY_CALL_IN, 417302, 0, "KIB"},
    {"417302 kib", REPLY_CALL_IN, 417302, 0, "kib"},
    {"räddningschef 417302", REPLY_CALL_IN, 417302, 0, "räddningschef"},
    /* without the code it is known what was meant, but not about what */
    {"JA", REPLY_YES, 0, 0, ""},
    {"NEJ", REPLY_NO, 0, 0, ""},
    {"KIB", REPLY_CALL_IN, 0, 0, "KIB"},
    {"STOP", REPLY_CALL_IN, 0, 0, "STOP"},
    /* anything else */
    {"", REPLY_UNCLEAR, 0, 0, NULL},
    {" \n", REPLY_UNCLEAR, 0, 0, NULL},
    {"45", REPLY_UNCLEAR, 0, 45, NULL},
    {"JA NEJ 417302", REPLY_UNCLEAR, 417302, 0, NULL},
    {"ja kan inte 417302", REPLY_UNCLEAR, 417302, 0, NULL},
    {"JA 417302 417303", REPLY_UNCLEAR, 417302, 0, NULL},
    {"JA 417302 45 30", REPLY_UNCLEAR, 417302, 45, NULL},
    {"JA 417302 0 45", REPLY_UNCLEAR, 417302, 0, NULL},
    {"JA 417302 0 0", REPLY_UNCLEAR, 417302, 0, NULL},
    {"NEJ 417302 0", REPLY_UNCLEAR, 417302, 0, NULL},
    {"JA 000000", REPLY_UNCLEAR, 0, 0, NULL},
    {"ja 417302 tack", REPLY_UNCLEAR, 417302, 0, NULL},
    {"JA 417302 1000", REPLY_UNCLEAR, 417302, 0, NULL},
    {"NEJ 417302 45", REPLY_UNCLEAR, 417302, 45, NULL},
    {"KIB 417302 45", REPLY_UNCLEAR, 417302, 45, NULL},
    {"KIB TIB 417302", REPLY_UNCLEAR, 417302, 0, NULL},
    {"KIB JA 417302", REPLY_UNCLEAR, 417302, 0, NULL},
    {"JA KIB 417302", REPLY_UNCLEAR, 417302, 0, NULL},
    {"JA 41730", REPLY_UNCLEAR, 0, 0, NULL},
    {"JA 4173022", REPLY_UNCLEAR, 0, 0, NULL},
    {"JA 99999999999999999999999", REPLY_UNCLEAR, 0, 0, NULL},
    {"JA 417 302", REPLY_UNCLEAR, 0, 417, NULL},
    {"kan 417302", REPLY_CALL_IN, 417302, 0, "kan"},
    {"inte 417302", REPLY_CALL_IN, 417302, 0, "inte"},
    {"jag kommer 417302", REPLY_UNCLEAR, 417302, 0, NULL},
    {"JA417302 417303", REPLY_UNCLEAR, 417302, 0, NULL},
    {"JA417302NEJ", REPLY_CALL_IN, 0, 0, "JA417302NEJ"},
    {"ja41730", REPLY_CALL_IN, 0, 0, "ja41730"},
    {"ja4173022", REPLY_CALL_IN, 0, 0, "ja4173022"},
    {"417302x", REPLY_CALL_IN, 0, 0, "417302x"},
    {"KIB417302", REPLY_CALL_IN, 0, 0, "KIB417302"},
    {"Larmet är INTE kvitterat 417302 nej", REPLY_UNCLEAR, 417302, 0, NULL},
};

START_TEST(it_is_understood_as_the_book_says)
{
    struct reply reply;
    const char *text = cases[_i].text;
    reply_parse(text, &reply);
    ck_assert_msg(reply.verb == cases[_i].verb, "%s: verb %d", text, (int)reply.verb);
    ck_assert_msg(reply.code == cases[_i].code, "%s: code %u", text, reply.code);
    ck_assert_msg(reply.minutes == cases[_i].minutes, "%s: minutes %u", text, reply.minutes);
    if (cases[_i].role)
        ck_assert_str_eq(reply.role, cases[_i].role);
}
END_TEST

/* One word too many or too long changes nothing and reaches nothing. */
START_TEST(length_does_no_harm)
{
    struct reply reply;
    CLEANUP_BUF struct buf text = {0};
    for (int words = 0; words < 300; words++) {
        buf_add_text(&text, "ja ");
        reply_parse(buf_text(&text), &reply);
        ck_assert_int_eq(reply.verb, words < 8 ? REPLY_YES : REPLY_UNCLEAR);
    }
    for (size_t len = 1; len < 200; len++) {
        buf_clear(&text);
        for (size_t i = 0; i < len; i++)
            buf_add_text(&text, "x");
        buf_add_text(&text, " 417302");
        reply_parse(buf_text(&text), &reply);
        ck_assert_int_eq(reply.verb, len < REPLY_ROLE_BYTES ? REPLY_CALL_IN : REPLY_UNCLEAR);
    }
}
END_TEST

/* Whatever comes: a code has six digits, minutes have at most three, and a role ends. */
START_TEST(noise_does_no_harm)
{
    static const char *const pieces[] = {"JA", "nej", "kan", "inte", " ", "\n", ".", "417302", "45", "0", "å", "\xc3", "KIB",
        "000001", "9"};
    uint64_t random = 1;
    for (int i = 0; i < 20000; i++) {
        CLEANUP_BUF struct buf text = {0};
        struct reply reply;
        for (size_t n = unit_random(&random) % 12; n > 0; n--)
            buf_add_text(&text, pieces[unit_random(&random) % N_ELEMENTS(pieces)]);
        reply_parse(buf_text(&text), &reply);
        EXPECT(reply.code <= 999999 && reply.minutes <= 999);
        EXPECT(memchr(reply.role, '\0', sizeof(reply.role)) != NULL);
        EXPECT(reply.verb != REPLY_CALL_IN || reply.role[0] != '\0');
        EXPECT(reply.minutes == 0 || reply.verb == REPLY_YES || reply.verb == REPLY_UNCLEAR);
    }
}
END_TEST

static Suite *reply_suite(void)
{
    Suite *suite = suite_create("reply");
    TCase *tcase = tcase_create("reply");
    tcase_add_loop_test(tcase, it_is_understood_as_the_book_says, 0, N_ELEMENTS(cases));
    tcase_add_test(tcase, length_does_no_harm);
    tcase_add_test(tcase, noise_does_no_harm);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return unit_run(reply_suite());
}

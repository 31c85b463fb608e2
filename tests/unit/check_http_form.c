/* Forms, and the scanner of request heads. Mail messages stand in check_mail_message.c. */
#include <check.h>

#include "loop/http.h"
#include "loop/http_scan.h"

struct form_case {
    const char *form;
    const char *name;
    const char *value;      /* NULL: not found, or refused */
};

static const struct form_case form_cases[] = {
    { "answer=yes&minutes=45", "answer", "yes" },
    { "answer=yes&minutes=45", "minutes", "45" },
    { "answer=yes", "minutes", NULL },
    { "a=1&a=2", "a", "1" },
    { "a&b=2", "a", "" },
    { "a=&b=2", "a", "" },
    { "&&b=2&", "b", "2" },
    { "", "a", NULL },
    { "text=JA+417302%20%26%3D", "text", "JA 417302 &=" },
    { "text=Br%C3%A4nd", "text", "Br\xc3\xa4nd" },
    { "text=Br%E4nd", "text", NULL },               /* Latin-1 */
    { "text=a%00b", "text", NULL },
    { "text=100%", "text", "100%" },
    { "text=%zz%4", "text", "%zz%4" },
    { "%74ext=x", "text", "x" },
    { "textx=1", "text", NULL },
    { "te=1", "text", NULL },
    { "a=b=c", "a", "b=c" },
};

START_TEST(a_form_value_is_found_and_decoded)
{
    const struct form_case *c = &form_cases[_i];
    CLEANUP_BUF struct buf value = {0};
    buf_add_text(&value, "left over");
    bool found = http_form_value(c->form, strlen(c->form), c->name, &value);
    ck_assert_msg(found == (c->value != NULL), "%s", c->form);
    ck_assert_str_eq(buf_text(&value), c->value ? c->value : "");
}
END_TEST

START_TEST(a_form_ends_where_its_length_says)
{
    CLEANUP_BUF struct buf value = {0};
    ck_assert(http_form_value("a=%41%42", 7, "a", &value));
    ck_assert_str_eq(buf_text(&value), "A%4");
}
END_TEST

START_TEST(what_is_encoded_decodes_to_the_same)
{
    char every[256];
    for (int i = 1; i < 128; i++)
        every[i - 1] = (char)i;
    every[127] = 0;
    CLEANUP_BUF struct buf form = {0};
    buf_add_text(&form, "x=");
    http_add_form_encoded(&form, every);
    ck_assert_ptr_null(strpbrk(buf_text(&form) + 2, " &+=\r\n"));
    CLEANUP_BUF struct buf value = {0};
    ck_assert(http_form_value(form.data, form.len, "x", &value));
    ck_assert_str_eq(buf_text(&value), every);
}
END_TEST

/* --- The scanner --- */

enum verdict { OPEN, FINE, DOUBTFUL, BAD };

struct scan_case {
    const char *head;
    size_t len;
    enum verdict verdict;
};

#define HEAD(text, verdict) { text, sizeof(text) - 1, verdict }

static const struct scan_case scan_cases[] = {
    HEAD("", OPEN),
    HEAD("GET / HTTP/1.1\r\nHost: a\r\n", OPEN),
    HEAD("GET / HTTP/1.1\r\nHost: a\r\n\r", OPEN),
    HEAD("GET / HTTP/1.1\r\n\r\n", FINE),
    HEAD("GET / HTTP/1.1\r\nHost: a\r\n\r\n", FINE),
    HEAD("GET / HTTP/1.1\r\nHost:a\r\nX-Empty:\r\nTabbed:\ta\tb\r\n\r\n", FINE),
    HEAD("GET /\xc3\xa5 HTTP/1.1\r\nX: \xc3\xa5\xe5\r\n\r\n", FINE),
    HEAD("GET / HTTP/1.1\nHost: a\r\n\r\n", DOUBTFUL),
    HEAD("GET / HTTP/1.1\r\nHost: a\n\r\n", DOUBTFUL),
    HEAD("GET / HTTP/1.1\r\nHost: a\r\n\n", DOUBTFUL),
    HEAD("\r\nGET / HTTP/1.1\r\n\r\n", BAD),
    HEAD("GET  / HTTP/1.1\r\n\r\n", BAD),
    HEAD("GET /a b HTTP/1.1\r\n\r\n", BAD),
    HEAD("GET /\r\n\r\n", BAD),
    HEAD("G\xc3\xa5T / HTTP/1.1\r\n\r\n", BAD),
    HEAD("GET /\x01 HTTP/1.1\r\n\r\n", BAD),
    HEAD("GET / HTTP/1.1\r\nHost : a\r\n\r\n", BAD),
    HEAD("GET / HTTP/1.1\r\n: a\r\n\r\n", BAD),
    HEAD("GET / HTTP/1.1\r\nHost\r\n\r\n", BAD),
    HEAD("GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n", BAD),
    HEAD("GET / HTTP/1.1\r\nHost: a\r\n\tb\r\n\r\n", BAD),
    HEAD("GET / HTTP/1.1\r\nHost: a\rb\r\n\r\n", BAD),
    HEAD("GET / HTTP/1.1\r\nHost: a\r\r\n\r\n", BAD),
    HEAD("GET / HTTP/1.1\r\nHost: a\0b\r\n\r\n", BAD),
    HEAD("GET / HTTP/1.1\r\nHo\0st: a\r\n\r\n", BAD),
    HEAD("GET / HTTP/1.1\r\nHost: a\x7f\r\n\r\n", BAD),
    HEAD("GET / HTTP/1.1\r\nHost: a\x0b\r\n\r\n", BAD),
};

static enum verdict verdict_of(const struct http_scan *scan)
{
    return !scan->done ? OPEN : scan->bad ? BAD : scan->doubtful ? DOUBTFUL : FINE;
}

START_TEST(a_head_is_judged_the_same_whole_and_in_pieces)
{
    const struct scan_case *c = &scan_cases[_i];
    struct http_scan whole = {0};
    ck_assert_uint_eq(http_scan_add(&whole, c->head, c->len), c->len);
    ck_assert_int_eq(verdict_of(&whole), c->verdict);
    struct http_scan pieces = {0};
    for (size_t i = 0; i < c->len; i++)
        http_scan_add(&pieces, c->head + i, 1);
    ck_assert_int_eq(verdict_of(&pieces), c->verdict);
    ck_assert_uint_eq(pieces.len, c->len);
}
END_TEST

START_TEST(the_scanner_stops_behind_the_head)
{
    static const char bytes[] = "GET / HTTP/1.1\r\n\r\n\0 anything";
    struct http_scan scan = {0};
    ck_assert_uint_eq(http_scan_add(&scan, bytes, sizeof(bytes)), 18);
    ck_assert_int_eq(verdict_of(&scan), FINE);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("http_form");
    TCase *tcase = tcase_create("http_form");
    tcase_add_loop_test(tcase, a_form_value_is_found_and_decoded, 0, N_ELEMENTS(form_cases));
    tcase_add_test(tcase, a_form_ends_where_its_length_says);
    tcase_add_test(tcase, what_is_encoded_decodes_to_the_same);
    tcase_add_loop_test(tcase, a_head_is_judged_the_same_whole_and_in_pieces, 0, N_ELEMENTS(scan_cases));
    tcase_add_test(tcase, the_scanner_stops_behind_the_head);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

#include <check.h>

#include "loop/mail_message.h"

static struct transfer_mail plain(void)
{
    return (struct transfer_mail){ .from = "larm@example.se",
                                   .to = "anna.berg@example.se",
                                   .subject = "LARM TIB",
                                   .text = "Brand i skola.\n",
                                   .date_sec = 1795442400 };
}

static struct buf compose(const struct transfer_mail *mail)
{
    struct buf buf = {0};
    ck_assert_int_eq(mail_message_add(&buf, mail), ERR_OK);
    return buf;
}

START_TEST(a_plain_mail)
{
    static const char *const headers[] = { "Message-ID: <1@example.se>", "Auto-Submitted: auto-generated" };
    struct transfer_mail mail = plain();
    mail.headers = headers;
    mail.n_headers = 2;
    CLEANUP_BUF struct buf buf = compose(&mail);
    ck_assert_str_eq(buf_text(&buf), "Date: Mon, 23 Nov 2026 14:00:00 +0000\r\n"
                                     "From: larm@example.se\r\n"
                                     "To: anna.berg@example.se\r\n"
                                     "Subject: LARM TIB\r\n"
                                     "Message-ID: <1@example.se>\r\n"
                                     "Auto-Submitted: auto-generated\r\n"
                                     "MIME-Version: 1.0\r\n"
                                     "Content-Type: text/plain; charset=utf-8\r\n"
                                     "Content-Transfer-Encoding: quoted-printable\r\n"
                                     "\r\n"
                                     "Brand i skola.\r\n");
}
END_TEST

START_TEST(names_and_subjects_are_encoded)
{
    struct transfer_mail mail = plain();
    mail.subject = "\xc3\x96VNING: Br\xc3\xa4nd";
    mail.from_name = "Botkyrka kommun";
    CLEANUP_BUF struct buf buf = compose(&mail);
    ck_assert_ptr_nonnull(strstr(buf_text(&buf), "Subject: =?utf-8?Q?=C3=96VNING=3A_Br=C3=A4nd?=\r\n"));
    ck_assert_ptr_nonnull(strstr(buf_text(&buf), "From: \"Botkyrka kommun\"\r\n <larm@example.se>\r\n"));
    mail.from_name = "\"; x: \\";
    buf_clear(&buf);
    ck_assert_int_eq(mail_message_add(&buf, &mail), ERR_OK);
    ck_assert_ptr_nonnull(strstr(buf_text(&buf), "From: =?utf-8?Q?=22=3B_x=3A_=5C?=\r\n <larm@example.se>\r\n"));
}
END_TEST

/* Whatever goes in: ASCII out, CR LF only together, no line over 78, no line that begins with a dot. */
static void check_lines(const struct buf *buf)
{
    size_t column = 0;
    for (size_t i = 0; i < buf->len; i++) {
        unsigned char c = (unsigned char)buf->data[i];
        ck_assert(c < 0x7f && (c >= ' ' || c == '\r' || c == '\n'));
        ck_assert((c == '\r') == (i + 1 < buf->len && buf->data[i + 1] == '\n'));
        ck_assert(c != '.' || column > 0);
        column = c == '\n' ? 0 : column + 1;
        ck_assert_uint_le(column, 79);      /* 78 and the CR */
    }
    ck_assert_uint_eq(column, 0);
}

START_TEST(every_line_is_short_and_ascii)
{
    CLEANUP_BUF struct buf text = {0};
    for (int i = 0; i < 400; i++)
        buf_add_text(&text, i % 7 ? "\xc3\xa5.\xe2\x82\xac " : ".= \t\n.\r\n\r.");
    CLEANUP_BUF struct buf subject = {0};
    for (int i = 0; i < 300; i++)
        buf_add_text(&subject, "\xf0\x9f\x9a\x92 a");
    struct transfer_mail mail = plain();
    mail.text = buf_text(&text);
    mail.html = buf_text(&text);
    mail.subject = buf_text(&subject);
    mail.from_name = buf_text(&subject);
    CLEANUP_BUF struct buf buf = compose(&mail);
    check_lines(&buf);
}
END_TEST

/* RFC 2047, 2: the header's name counts. */
START_TEST(a_line_with_an_encoded_word_is_shorter)
{
    CLEANUP_BUF struct buf subject = {0};
    for (int i = 0; i < 100; i++)
        buf_add_char(&subject, 'a');
    struct transfer_mail mail = plain();
    mail.subject = buf_text(&subject);
    mail.from_name = buf_text(&subject);
    CLEANUP_BUF struct buf buf = compose(&mail);
    check_lines(&buf);
    for (const char *at = buf_text(&buf); (at = strstr(at, "=?utf-8?Q?")); at++) {
        const char *line = at;
        while (line[-1] != '\n')
            line--;
        ck_assert_int_le(strstr(at, "\r\n") - line, 76);
    }
}
END_TEST

static int hex(char c)
{
    return c <= '9' ? c - '0' : c - 'A' + 10;
}

/* RFC 2045's decoder, for what our encoder makes. */
static void decode(const char *at, struct buf *ret)
{
    for (; *at; at++) {
        if (*at == '=' && at[1] == '\r') {
            at += 2;
        } else if (*at == '=') {
            buf_add_char(ret, (char)(hex(at[1]) << 4 | hex(at[2])));
            at += 2;
        } else if (*at != '\r') {
            buf_add_char(ret, *at);
        }
    }
}

START_TEST(the_text_comes_back)
{
    CLEANUP_BUF struct buf text = {0};
    for (int i = 1; i < 1200; i++)
        buf_add_char(&text, (char)(i % 255 + 1 == '\r' ? 'r' : i % 255 + 1));
    buf_add_text(&text, " \n");
    struct transfer_mail mail = plain();
    mail.text = buf_text(&text);
    CLEANUP_BUF struct buf buf = compose(&mail);
    check_lines(&buf);
    CLEANUP_BUF struct buf decoded = {0};
    decode(strstr(buf_text(&buf), "\r\n\r\n") + 4, &decoded);
    ck_assert_str_eq(buf_text(&decoded), buf_text(&text));
}
END_TEST

START_TEST(a_mail_with_html_has_both_parts)
{
    struct transfer_mail mail = plain();
    mail.html = "<p class=\"x\">Brand</p>";
    CLEANUP_BUF struct buf buf = compose(&mail);
    const char *first = strstr(buf_text(&buf), "\r\n--=_beredd_alternative\r\nContent-Type: text/plain");
    ck_assert_ptr_nonnull(first);
    const char *second = strstr(first, "\r\n--=_beredd_alternative\r\nContent-Type: text/html");
    ck_assert_ptr_nonnull(second);
    ck_assert_ptr_nonnull(strstr(second, "<p class=3D\"x\">Brand</p>\r\n--=_beredd_alternative--\r\n"));
}
END_TEST

static const char *const bad_addresses[] = {
    "",
    "@",
    "a@",
    "@b",
    "a",
    "a b@example.se",
    "a@b@c",
    "<a@example.se>",
    "a@example.se\r\nRCPT TO:<x@example.se>",
    "a\n@example.se",
    "\xc3\xa5@example.se",
    "a@example.se>",
    "a,b@example.se",
    "a@example.se\x7f",
};

START_TEST(addresses_that_could_be_commands_are_refused)
{
    ck_assert(!mail_address_valid(bad_addresses[_i]));
    CLEANUP_BUF struct buf buf = {0};
    struct transfer_mail mail = plain();
    mail.to = bad_addresses[_i];
    ck_assert_int_eq(mail_message_add(&buf, &mail), ERR_SYNTAX);
    mail = plain();
    mail.from = bad_addresses[_i];
    ck_assert_int_eq(mail_message_add(&buf, &mail), ERR_SYNTAX);
    ck_assert_uint_eq(buf.len, 0);
}
END_TEST

START_TEST(headers_that_could_be_more_headers_are_refused)
{
    static const char *const lines[] = { "X: a\r\nBcc: b@example.se", "no colon", ": empty", "X Y: a", "X: \xc3\xa5", "" };
    for (size_t i = 0; i < N_ELEMENTS(lines); i++) {
        CLEANUP_BUF struct buf buf = {0};
        struct transfer_mail mail = plain();
        mail.headers = &lines[i];
        mail.n_headers = 1;
        ck_assert_int_eq(mail_message_add(&buf, &mail), ERR_SYNTAX);
    }
    CLEANUP_BUF struct buf buf = {0};
    struct transfer_mail mail = plain();
    mail.subject = "a\r\nBcc: b@example.se";
    ck_assert_int_eq(mail_message_add(&buf, &mail), ERR_SYNTAX);
    mail = plain();
    mail.from_name = "a\nb";
    ck_assert_int_eq(mail_message_add(&buf, &mail), ERR_SYNTAX);
    mail = plain();
    mail.subject = "Br\xe4nd";
    ck_assert_int_eq(mail_message_add(&buf, &mail), ERR_SYNTAX);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("mail_message");
    TCase *tcase = tcase_create("mail_message");
    tcase_add_test(tcase, a_plain_mail);
    tcase_add_test(tcase, names_and_subjects_are_encoded);
    tcase_add_test(tcase, every_line_is_short_and_ascii);
    tcase_add_test(tcase, a_line_with_an_encoded_word_is_shorter);
    tcase_add_test(tcase, the_text_comes_back);
    tcase_add_test(tcase, a_mail_with_html_has_both_parts);
    tcase_add_loop_test(tcase, addresses_that_could_be_commands_are_refused, 0, N_ELEMENTS(bad_addresses));
    tcase_add_test(tcase, headers_that_could_be_more_headers_are_refused);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

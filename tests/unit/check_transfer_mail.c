/* Mails, to a mail server that is strict, and to others that are slow, rude or gone. */
#include <check.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "base/civil.h"
#include "certificate.h"
#include "loop/http_client.h"
#include "net.h"

/* --- The server: one connection, a thread, every command checked --- */

enum manner {
    STRICT,                  /* takes the mail if every command is as RFC 5321 has it */
    REFUSE_GREETING,
    SILENT,                  /* does not even greet */
    REFUSE_LOGIN,
    REFUSE_FROM,
    REFUSE_TO,
    CLOSE_AFTER_TO,
    REFUSE_MESSAGE,
    SLOW_MESSAGE,            /* never answers the message */
    CLOSE_AFTER_MESSAGE,
    GREET_GARBAGE,
    ANSWER_GARBAGE,          /* to MAIL */
    ANSWER_ENDLESSLY,        /* to MAIL */
    ANSWER_AHEAD,            /* to everything that could come, at once */
    REFUSE_DURING_MESSAGE,   /* without waiting for its end */
};

static struct server {
    int listen_fd;
    int port;
    pthread_t thread;
    bool running;
    enum manner manner;
    bool offer_starttls;
    SSL_CTX *tls;
    SSL *ssl;                /* NULL: plain so far */
    int fd;
    struct buf input;
    struct buf message;
    int connections;
    bool saw_auth;
    bool saw_quit;
    bool saw_plain_mail;     /* a mail command without TLS */
    char complaint[256];     /* the first thing that was not as it should be */
} server;

static void complain(const char *what, const char *line)
{
    if (!*server.complaint)
        snprintf(server.complaint, sizeof(server.complaint), "%s: %s", what, line);
}

static void say(const char *text)
{
    if (server.ssl)
        SSL_write(server.ssl, text, (int)strlen(text));
    else
        net_send_text(server.fd, text);
}

static bool hear_more(void)
{
    if (!server.ssl)
        return net_recv(server.fd, &server.input);
    int n = SSL_read(server.ssl, buf_reserve(&server.input, 4096), 4096);
    server.input.len += n > 0 ? (size_t)n : 0;
    buf_cut(&server.input, server.input.len);
    return n > 0;
}

/* Moves one line, without its end, from the input to `line`. */
static bool hear_line(struct buf *line)
{
    buf_clear(line);
    const char *end;
    while (!(end = strstr(buf_text(&server.input), "\r\n")))
        if (!hear_more())
            return false;
    size_t len = (size_t)(end - server.input.data);
    buf_add(line, server.input.data, len);
    memmove(server.input.data, end + 2, server.input.len - len - 2);
    buf_cut(&server.input, server.input.len - len - 2);
    if (strpbrk(buf_text(line), "\r\n"))
        complain("a line end of its own", buf_text(line));
    return true;
}

static bool starts(const struct buf *line, const char *word)
{
    return !strncmp(buf_text(line), word, strlen(word));
}

static void wait_for_the_end(void)
{
    while (hear_more())
        buf_clear(&server.input);
}

static bool start_tls(void)
{
    if (server.input.len)
        complain("commands behind STARTTLS", server.input.data);
    say("220 go\r\n");
    server.ssl = SSL_new(server.tls);
    SSL_set_fd(server.ssl, server.fd);
    if (SSL_accept(server.ssl) == 1)
        return true;
    SSL_free(TAKE(server.ssl));
    return false;
}

/* Returns false where the conversation cannot go on. */
static bool introductions(struct buf *line)
{
    while (hear_line(line)) {
        if (starts(line, "EHLO ")) {
            say(server.offer_starttls && !server.ssl ? "250-mail.example.se\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n"
                                                     : "250-mail.example.se\r\n250 AUTH PLAIN\r\n");
        } else if (starts(line, "STARTTLS")) {
            if (!start_tls())
                return false;
        } else if (starts(line, "AUTH PLAIN")) {
            server.saw_auth = true;
            if (!strcmp(buf_text(line), "AUTH PLAIN")) {
                say("334 \r\n");
                hear_line(line);
            }
            say(server.manner == REFUSE_LOGIN ? "535 5.7.8 wrong password\r\n" : "235 welcome\r\n");
        } else {
            return true;
        }
    }
    return false;
}

static bool step(struct buf *line, const char *wanted, const char *answer, bool has_line)
{
    if (!has_line && !hear_line(line))
        return false;
    if (strcmp(buf_text(line), wanted) != 0) {
        complain(wanted, buf_text(line));
        return false;
    }
    server.saw_plain_mail |= !server.ssl;
    say(answer);
    return true;
}

static void hear_message(struct buf *line)
{
    while (hear_line(line) && strcmp(buf_text(line), ".") != 0) {
        if (starts(line, "."))
            complain("a dot that is not stuffed", buf_text(line));
        if (line->len > 998)
            complain("a line too long", buf_text(line));
        buf_add(&server.message, line->data, line->len);
        buf_add_char(&server.message, '\n');
        if (server.manner == REFUSE_DURING_MESSAGE) {
            say("552 5.3.4 too big\r\n");
            server.manner = STRICT;
            return;
        }
    }
}

static void say_endlessly(void)
{
    for (int i = 0; i < 200000; i++)
        say("250-and another thing\r\n");
}

static void converse(void)
{
    CLEANUP_BUF struct buf line = {0};
    if (server.manner == SILENT) {
        wait_for_the_end();
        return;
    }
    say(server.manner == REFUSE_GREETING ? "554 5.7.1 go away\r\n"
        : server.manner == GREET_GARBAGE ? "HTTP/1.1 400 Bad Request\r\n\r\n"
                                         : "220-hello\r\n220 mail.example.se\r\n");
    if (server.manner == REFUSE_GREETING || server.manner == GREET_GARBAGE) {
        wait_for_the_end();
        return;
    }
    if (!introductions(&line))
        return;
    const char *from_answer = server.manner == REFUSE_FROM      ? "451 4.3.0 later\r\n"
                              : server.manner == ANSWER_GARBAGE ? "yes please\r\n"
                              : server.manner == ANSWER_AHEAD   ? "250 a\r\n250 b\r\n354 c\r\n250 d\r\n"
                                                                : "250-fine\r\n250 go on\r\n";
    bool asked = buf_text(&line)[0] == 'M';
    if (server.manner == ANSWER_ENDLESSLY && asked)
        say_endlessly();
    if (!step(&line, "MAIL FROM:<larm@example.se>", from_answer, asked) || server.manner == REFUSE_FROM
        || server.manner == ANSWER_GARBAGE || server.manner == ANSWER_AHEAD) {
        wait_for_the_end();             /* QUIT is not answered */
        return;
    }
    if (!step(&line, "RCPT TO:<anna.berg@example.se>",
              server.manner == REFUSE_TO ? "550-5.1.1 no such\r\n550 5.1.1 user\r\n" : "250 ok\r\n", false)
        || server.manner == REFUSE_TO) {
        wait_for_the_end();
        return;
    }
    if (server.manner == CLOSE_AFTER_TO || !step(&line, "DATA", "354 go\r\n", false))
        return;
    hear_message(&line);
    if (server.manner == SLOW_MESSAGE)
        wait_for_the_end();
    if (server.manner == SLOW_MESSAGE || server.manner == CLOSE_AFTER_MESSAGE)
        return;
    say(server.manner == REFUSE_MESSAGE ? "554 5.6.0 spam\r\n" : "250 2.0.0 queued\r\n");
    server.saw_quit = hear_line(&line) && !strcmp(buf_text(&line), "QUIT");
}

static void *be_server(void *userdata)
{
    (void)userdata;
    server.fd = net_accept(server.listen_fd);
    server.connections++;
    converse();
    if (server.ssl)
        SSL_free(TAKE(server.ssl));
    close(server.fd);
    return NULL;
}

static void begin_server(enum manner manner)
{
    server.manner = manner;
    server.running = true;
    int failed = pthread_create(&server.thread, NULL, be_server, NULL);
    ck_assert(!failed);
}

static void end_server(void)
{
    if (server.running)
        pthread_join(server.thread, NULL);
    server.running = false;
    ck_assert_str_eq(server.complaint, "");
}

/* --- The client --- */

static struct loop *loop;
static struct http_client *client;
static char url[64];
static struct certificate certificate;
static int n_results;
static int ticks;            /* the loop went on meanwhile */
static enum transfer_outcome outcome;
static long status;
static char reason[256];

static void done(void *userdata, const struct transfer_result *result)
{
    (void)userdata;
    n_results++;
    outcome = result->outcome;
    status = result->status;
    ck_assert_uint_eq(result->body_len, 0);
    snprintf(reason, sizeof(reason), "%s", result->reason);
    ck_assert(*reason);
    loop_stop(loop);
}

static struct transfer_mail mail(void)
{
    static const char *const headers[] = { "Message-ID: <1@example.se>" };
    return (struct transfer_mail){ .url = url,
                                   .from = "larm@example.se",
                                   .to = "anna.berg@example.se",
                                   .subject = "LARM",
                                   .headers = headers,
                                   .n_headers = 1,
                                   .text = "Brand i skola.\n.\n..dots\nRCPT TO:<x@example.se>\n",
                                   .timeout_usec = USEC_PER_MIN,
                                   .starttls = TRANSFER_STARTTLS_NO };
}

static void send_mail(const struct transfer_mail *each)
{
    int before = n_results;
    struct transfer *transfer;
    ck_assert_int_eq(http_client_start_mail(client, each, done, NULL, &transfer), ERR_OK);
    ck_assert_int_eq(n_results, before);
    ck_assert_int_eq(loop_run(loop), ERR_OK);
    ck_assert_int_eq(n_results, before + 1);
}

static void setup(void)
{
    ck_assert_int_eq(loop_new(&loop), ERR_OK);
    ck_assert_int_eq(http_client_new(loop, &client), ERR_OK);
    certificate_make(&certificate, "IP:127.0.0.1");
    server = (struct server){0};
    server.listen_fd = net_listen(&server.port);
    server.tls = SSL_CTX_new(TLS_server_method());
    SSL_CTX_use_certificate_chain_file(server.tls, certificate.certificate_path);
    SSL_CTX_use_PrivateKey_file(server.tls, certificate.key_path, SSL_FILETYPE_PEM);
    snprintf(url, sizeof(url), "smtp://127.0.0.1:%d/beredd.example.se", server.port);
    n_results = ticks = 0;
}

static void teardown(void)
{
    http_client_free(client);
    end_server();
    loop_free(loop);
    close(server.listen_fd);
    SSL_CTX_free(server.tls);
    buf_done(&server.input);
    buf_done(&server.message);
    certificate_remove(&certificate);
}

START_TEST(a_strict_server_takes_the_mail)
{
    begin_server(STRICT);
    struct transfer_mail each = mail();
    send_mail(&each);
    ck_assert_int_eq(outcome, TRANSFER_DONE);
    ck_assert_int_eq(status, 250);
    end_server();
    ck_assert(server.saw_quit);
    ck_assert(!server.saw_auth);
    const char *message = buf_text(&server.message);
    ck_assert_ptr_nonnull(strstr(message, "\nTo: anna.berg@example.se\n"));
    ck_assert_ptr_nonnull(strstr(message, "\nMessage-ID: <1@example.se>\n"));
    ck_assert_ptr_nonnull(strstr(message, "\nBrand i skola.\n=2E\n=2E.dots\nRCPT TO:<x@example.se>\n"));
}
END_TEST

struct end_case {
    enum manner manner;
    enum transfer_outcome outcome;
    long status;
};

static const struct end_case end_cases[] = {
    { REFUSE_GREETING, TRANSFER_DONE, 554 },
    { REFUSE_FROM, TRANSFER_DONE, 451 },
    { REFUSE_TO, TRANSFER_DONE, 550 },
    { REFUSE_MESSAGE, TRANSFER_DONE, 554 },
    { REFUSE_DURING_MESSAGE, TRANSFER_DONE, 552 },
    { CLOSE_AFTER_TO, TRANSFER_NOT_SENT, 0 },
    { CLOSE_AFTER_MESSAGE, TRANSFER_UNKNOWN, 0 },
    { GREET_GARBAGE, TRANSFER_NOT_SENT, 0 },
    { ANSWER_GARBAGE, TRANSFER_NOT_SENT, 0 },
    { ANSWER_ENDLESSLY, TRANSFER_NOT_SENT, 0 },
    { ANSWER_AHEAD, TRANSFER_NOT_SENT, 0 },
};

/* Large, so that the server's refusal comes in the midst of it. */
static char *large_text(void)
{
    size_t len = 8000000;
    char *text = mem_alloc(len);
    for (size_t i = 0; i < len - 1; i++)
        text[i] = i % 60 ? 'a' : '\n';
    return text;
}

START_TEST(every_end_has_its_meaning)
{
    const struct end_case *c = &end_cases[_i];
    CLEANUP_FREE char *large = large_text();
    struct transfer_mail each = mail();
    each.timeout_usec = c->manner == GREET_GARBAGE ? 500000 : each.timeout_usec; /* curl waits for a line that it understands */
    if (c->manner == REFUSE_DURING_MESSAGE)
        each.text = large;
    begin_server(c->manner);
    send_mail(&each);
    ck_assert_msg(outcome == c->outcome && status == c->status, "manner %d: %d %ld %s", c->manner, (int)outcome, status, reason);
}
END_TEST

START_TEST(nobody_there_means_not_sent)
{
    close(server.listen_fd);
    struct transfer_mail each = mail();
    send_mail(&each);
    ck_assert_int_eq(outcome, TRANSFER_NOT_SENT);
    server.listen_fd = net_listen(&server.port);
}
END_TEST

static void tick(void *userdata)
{
    ticks++;
    loop_timer_set(*(struct loop_timer **)userdata, loop_boot_usec() + 5000);
}

/* The loop must turn while a server thinks, about its greeting, the message, or the goodbye that it never answers. */
static void send_while_ticking(enum manner manner, int64_t timeout_usec)
{
    struct loop_timer *timer = NULL;
    timer = loop_timer_new(loop, tick, &timer);
    loop_timer_set(timer, 0);
    struct transfer_mail each = mail();
    each.timeout_usec = timeout_usec;
    begin_server(manner);
    send_mail(&each);
    loop_timer_free(timer);
}

/* A machine that is too late to come as far, or to tick, within the time gets more of it. */
static void send_patiently(enum manner manner, enum transfer_outcome wanted)
{
    for (int64_t timeout_usec = 400000;; timeout_usec *= 2) {
        send_while_ticking(manner, timeout_usec);
        if ((outcome == wanted && ticks > 5) || timeout_usec > 20 * USEC_PER_SEC)
            break;
        close(net_dial(server.port));           /* for a server that nobody has come to yet */
        teardown();
        setup();
    }
    ck_assert_int_eq(outcome, wanted);
    ck_assert_int_gt(ticks, 5);
}

START_TEST(a_server_that_does_not_greet_blocks_nobody)
{
    send_patiently(SILENT, TRANSFER_NOT_SENT);
}
END_TEST

START_TEST(a_server_that_ponders_the_message_blocks_nobody)
{
    send_patiently(SLOW_MESSAGE, TRANSFER_UNKNOWN);
}
END_TEST

START_TEST(a_login_is_made_and_its_refusal_told)
{
    begin_server(REFUSE_LOGIN);
    struct transfer_mail each = mail();
    each.username = "larm";
    each.password = "hemligt";
    send_mail(&each);
    ck_assert(server.saw_auth);
    ck_assert_int_eq(outcome, TRANSFER_DONE);
    ck_assert_int_eq(status, 535);
    ck_assert_ptr_null(strstr(reason, "hemligt"));
}
END_TEST

/* --- TLS --- */

struct starttls_case {
    bool offered;
    enum transfer_starttls starttls;
    bool trusted;
    enum transfer_outcome outcome;
    bool in_plain;
};

static const struct starttls_case starttls_cases[] = {
    { true, TRANSFER_STARTTLS_REQUIRED, true, TRANSFER_DONE, false },
    { true, TRANSFER_STARTTLS_REQUIRED, false, TRANSFER_NOT_SENT, false },
    { false, TRANSFER_STARTTLS_REQUIRED, true, TRANSFER_NOT_SENT, false },
    { true, TRANSFER_STARTTLS_OPPORTUNISTIC, true, TRANSFER_DONE, false },
    { true, TRANSFER_STARTTLS_OPPORTUNISTIC, false, TRANSFER_DONE, false }, /* better than in plain, which it would accept too */
    { false, TRANSFER_STARTTLS_OPPORTUNISTIC, false, TRANSFER_DONE, true },
    { true, TRANSFER_STARTTLS_NO, true, TRANSFER_DONE, true },
};

START_TEST(starttls_is_as_asked)
{
    const struct starttls_case *c = &starttls_cases[_i];
    server.offer_starttls = c->offered;
    begin_server(STRICT);
    struct transfer_mail each = mail();
    each.username = "larm";
    each.password = "hemligt";
    each.starttls = c->starttls;
    each.ca_file = c->trusted ? certificate.certificate_path : NULL;
    send_mail(&each);
    ck_assert_msg(outcome == c->outcome, "%s", reason);
    end_server();
    ck_assert_int_eq(server.saw_plain_mail, c->in_plain);
    ck_assert_int_eq(server.saw_auth, c->outcome == TRANSFER_DONE);
}
END_TEST

/* --- Refused at once, and given up --- */

START_TEST(what_could_be_commands_is_refused)
{
    static const char *const addresses[] = { "x@example.se>\r\nRCPT TO:<y@example.se", "x@example.se\n", "<x@example.se>", "x",
                                             "" };
    struct transfer *transfer = NULL;
    for (size_t i = 0; i < N_ELEMENTS(addresses); i++) {
        struct transfer_mail each = mail();
        each.to = addresses[i];
        ck_assert_int_eq(http_client_start_mail(client, &each, done, NULL, &transfer), ERR_SYNTAX);
        each = mail();
        each.from = addresses[i];
        ck_assert_int_eq(http_client_start_mail(client, &each, done, NULL, &transfer), ERR_SYNTAX);
    }
    static const char *const urls[] = { "http://127.0.0.1/", "smtp://127.0.0.1/a\r\nb", "file:///etc/passwd", "127.0.0.1" };
    for (size_t i = 0; i < N_ELEMENTS(urls); i++) {
        struct transfer_mail each = mail();
        each.url = urls[i];
        ck_assert_int_eq(http_client_start_mail(client, &each, done, NULL, &transfer), ERR_SYNTAX);
    }
    struct transfer_mail each = mail();
    each.subject = "a\r\nBcc: x@example.se";
    ck_assert_int_eq(http_client_start_mail(client, &each, done, NULL, &transfer), ERR_SYNTAX);
    ck_assert_ptr_null(transfer);
}
END_TEST

static void stop(void *userdata)
{
    (void)userdata;
    loop_stop(loop);
}

/* A mail that is cancelled in the midst of its message must not look whole to the server. */
START_TEST(a_cancelled_mail_is_never_ended)
{
    CLEANUP_FREE char *large = large_text();
    begin_server(SLOW_MESSAGE);
    struct transfer_mail each = mail();
    each.text = large;
    struct transfer *transfer;
    ck_assert_int_eq(http_client_start_mail(client, &each, done, NULL, &transfer), ERR_OK);
    struct loop_timer *timer = loop_timer_new(loop, stop, NULL);
    loop_timer_set(timer, loop_boot_usec() + 1000);
    ck_assert_int_eq(loop_run(loop), ERR_OK);
    transfer_cancel(transfer);
    loop_timer_free(timer);
    end_server();
    ck_assert_int_eq(n_results, 0);
    ck_assert_uint_lt(server.message.len, strlen(large));
}
END_TEST

START_TEST(the_client_may_go_in_the_midst)
{
    begin_server(SLOW_MESSAGE);
    struct transfer_mail each = mail();
    struct transfer *transfer;
    ck_assert_int_eq(http_client_start_mail(client, &each, done, NULL, &transfer), ERR_OK);
    struct loop_timer *timer = loop_timer_new(loop, stop, NULL);
    loop_timer_set(timer, loop_boot_usec() + 50000);
    ck_assert_int_eq(loop_run(loop), ERR_OK);
    http_client_free(TAKE(client));
    loop_timer_free(timer);
    ck_assert_int_eq(n_results, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("transfer_mail");
    TCase *tcase = tcase_create("transfer_mail");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, a_strict_server_takes_the_mail);
    tcase_add_loop_test(tcase, every_end_has_its_meaning, 0, N_ELEMENTS(end_cases));
    tcase_add_test(tcase, nobody_there_means_not_sent);
    tcase_add_test(tcase, a_server_that_does_not_greet_blocks_nobody);
    tcase_add_test(tcase, a_server_that_ponders_the_message_blocks_nobody);
    tcase_add_test(tcase, a_login_is_made_and_its_refusal_told);
    tcase_add_loop_test(tcase, starttls_is_as_asked, 0, N_ELEMENTS(starttls_cases));
    tcase_add_test(tcase, what_could_be_commands_is_refused);
    tcase_add_test(tcase, a_cancelled_mail_is_never_ended);
    tcase_add_test(tcase, the_client_may_go_in_the_midst);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

/* Mail: what is composed of hostile texts, and what a mail server answers.
 *
 *  - What is composed is lines of ASCII within the lengths of RFC 5322 and RFC 2047, has the headers that were asked for and no other, and
 *    reads back as it was given (mail_check.c).
 *  - Whatever the server says, the transfer ends once. The server hears the envelope and the message, whole or as far as whole commands,
 *    none before it has answered the one before. Not sent means that it never had the end of the message; accepted, that it had.
 *
 * Lines: from, to, subject, the sender's name, a header (each of the last two may be empty); the text up to a line "."; the HTML up to
 * one, empty for none. The rest is what the server says; where a line ends with "~", it waits for the client. */
#include <config.h>      /* _GNU_SOURCE, for memmem() */

#include "fuzz.h"
#include "loop/mail_message.h"
#include "mail_check.h"
#include "wire.h"

/* ---- the mail ---- */

struct given {
    struct buf from, to, subject, name, header, text, html;
    const char *headers[1];
};

static void read_block(struct fuzz_input *input, struct buf *ret)
{
    CLEANUP_BUF struct buf line = {0};
    while (fuzz_left(input) > 0) {
        fuzz_line(input, &line);
        if (strcmp(buf_text(&line), ".") == 0)
            return;
        buf_add_text(ret, buf_text(&line));
        buf_add_char(ret, '\n');
    }
}

static void read_mail(struct fuzz_input *input, struct given *given)
{
    fuzz_line(input, &given->from);
    fuzz_line(input, &given->to);
    fuzz_line(input, &given->subject);
    fuzz_line(input, &given->name);
    fuzz_line(input, &given->header);
    read_block(input, &given->text);
    read_block(input, &given->html);
}

static void done(struct given *given)
{
    struct buf *all[] = {&given->from, &given->to, &given->subject, &given->name, &given->header, &given->text, &given->html};
    for (size_t i = 0; i < N_ELEMENTS(all); i++)
        buf_done(all[i]);
}

static struct transfer_mail mail_of(struct given *given)
{
    given->headers[0] = buf_text(&given->header);
    return (struct transfer_mail){
        .url = "smtp://192.0.2.1", .starttls = TRANSFER_STARTTLS_NO, .from = buf_text(&given->from), .to = buf_text(&given->to),
        .subject = buf_text(&given->subject), .from_name = given->name.len ? buf_text(&given->name) : NULL,
        .headers = given->headers, .n_headers = given->header.len > 0,
        .text = buf_text(&given->text), .html = given->html.len ? buf_text(&given->html) : NULL,
        .date_sec = FUZZ_NOW_USEC / 1000000, .timeout_usec = INT64_C(60000000),
    };
}

/* ---- the dialogue ---- */

/* Past what curl says to greet. */
static const char *past_greeting(const char *at)
{
    while (strncmp(at, "EHLO ", 5) == 0 || strncmp(at, "HELO ", 5) == 0) {
        const char *end = strstr(at, "\r\n");
        HOLDS(end, "half a command");
        at = end + 2;
    }
    return at;
}

/* Answers, as generously as one may count them: what the server said too early is thrown away, and then a line may begin anywhere; and
 * to curl "220-" alone is a last line. */
static int count_answers(const struct buf *said)
{
    const char *text = buf_text(said);
    int n = 0;
    for (size_t i = 0; i + 3 <= said->len; i++)
        n += strspn(text + i, "0123456789") >= 3 && (text[i + 3] != '-' || text[i + 4] == '\n');
    return n;
}

static bool was_said(const struct wire *wire, const char *what)
{
    return memmem(buf_text(&wire->said), wire->said.len, what, strlen(what));
}

static int count_lines(const char *from, const char *until)
{
    int n = 0;
    for (; from < until; from++)
        n += *from == '\n';
    return n;
}

/* Which of the four commands the server has heard, whole; anything else of the mail's is a failure. */
static int heard_commands(const struct wire *wire, const struct transfer_mail *mail, const struct buf *message,
                          int *ret_greetings)
{
    CLEANUP_BUF struct buf expected = {0};
    size_t ends[5] = {0};
    buf_printf(&expected, "MAIL FROM:<%s>\r\n", mail->from);
    ends[1] = expected.len;
    buf_printf(&expected, "RCPT TO:<%s>\r\n", mail->to);
    ends[2] = expected.len;
    buf_add_text(&expected, "DATA\r\n");
    ends[3] = expected.len;
    buf_add(&expected, message->data, message->len);
    buf_add_text(&expected, ".\r\n");
    ends[4] = expected.len;
    const char *heard = buf_text(&wire->heard), *at = past_greeting(heard);
    size_t len = strlen(at);
    *ret_greetings = count_lines(heard, at);
    for (int i = 0; i < 5; i++) {
        bool so_far = len >= ends[i] && memcmp(at, buf_text(&expected), ends[i]) == 0;
        if (so_far && (len == ends[i] || strcmp(at + ends[i], "QUIT\r\n") == 0))
            return i;
    }
    HOLDS(false, "heard: %s", heard);
    return 0;
}

static void check_dialogue(const struct wire *wire, const struct transfer_mail *mail, const struct buf *message)
{
    int greetings, commands = heard_commands(wire, mail, message, &greetings);
    bool whole = commands == 4;
    HOLDS(greetings + commands <= count_answers(&wire->said), "a command before its turn: %s", buf_text(&wire->heard));
    HOLDS(!whole || was_said(wire, "354"), "a message that nobody asked for");
    HOLDS(wire->outcome != TRANSFER_NOT_SENT || !whole, "it was sent");
    HOLDS(wire->outcome != TRANSFER_UNKNOWN || whole, "it was not sent");
    HOLDS((wire->outcome == TRANSFER_DONE) == (wire->status != 0));
    if (wire->outcome == TRANSFER_DONE) {
        CLEANUP_BUF struct buf status = {0};
        buf_printf(&status, "%ld", wire->status);
        HOLDS(was_said(wire, buf_text(&status)), "%ld that was never said", wire->status);
        bool accepted = wire->status >= 200 && wire->status < 300, refused = wire->status >= 400 && wire->status < 600;
        HOLDS((accepted && whole) || refused, "%ld", wire->status);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct fuzz_input input = {bytes, bytes + len};
    struct given given = {0};
    CLEANUP_BUF struct buf message = {0};
    read_mail(&input, &given);
    struct transfer_mail mail = mail_of(&given);
    if (mail_message_add(&message, &mail) == ERR_OK) {
        mail_check(&mail, &message);
        const struct wire *wire = wire_mail(&mail, input.at, fuzz_left(&input));
        HOLDS(wire);
        check_dialogue(wire, &mail, &message);
    } else {
        HOLDS(message.len == 0 && !wire_mail(&mail, input.at, fuzz_left(&input)));
    }
    done(&given);
    return 0;
}

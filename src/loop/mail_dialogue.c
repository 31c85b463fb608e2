/* The part of SMTP that moves a mail: four commands and their answers (RFC 5321, 4.1.1), on a connection that curl has made,
 * encrypted and logged in. Bytes go through curl, which knows of TLS; waiting is ours, so that a server that thinks long
 * about a message keeps nobody else. */
#include <assert.h>

#include "loop/http_client_internal.h"

enum { MAX_LINE_BYTES = 2048, MAX_ANSWER_BYTES = 65536 };

enum mail_step { STEP_FROM, STEP_TO, STEP_DATA, STEP_MESSAGE };

struct mail_dialogue {
    struct event *event;
    short waiting_for;          /* EV_READ, and EV_WRITE while something is unsent */
    int fd;
    enum mail_step step;
    struct buf output;
    size_t sent;
    size_t answer_len;          /* bytes of the answer to this step */
};

static void pump(struct transfer *transfer);

static void end(struct transfer *transfer, enum transfer_outcome outcome, int status, const char *reason, size_t reason_len)
{
    transfer->mail_outcome = outcome;
    transfer->mail_status = status;
    buf_add(&transfer->mail_reason, reason, reason_len);
    transfer_remove(transfer);
}

/* The end of a connection, or of patience. The server may take the message only once it has its last line. */
static void fail(struct transfer *transfer, const char *reason)
{
    const struct mail_dialogue *dialogue = transfer->dialogue;
    bool all_sent = dialogue->step == STEP_MESSAGE && dialogue->sent == dialogue->output.len;
    end(transfer, all_sent ? TRANSFER_UNKNOWN : TRANSFER_NOT_SENT, 0, reason, strlen(reason));
}

static void put_command(struct transfer *transfer)
{
    struct mail_dialogue *dialogue = transfer->dialogue;
    buf_clear(&dialogue->output);
    dialogue->sent = 0;
    dialogue->answer_len = 0;
    switch (dialogue->step) {
    case STEP_FROM:
        buf_printf(&dialogue->output, "MAIL FROM:<%s>\r\n", transfer->mail_from);
        break;
    case STEP_TO:
        buf_printf(&dialogue->output, "RCPT TO:<%s>\r\n", transfer->mail_to);
        break;
    case STEP_DATA:
        buf_add_text(&dialogue->output, "DATA\r\n");
        break;
    case STEP_MESSAGE:          /* it ends with a line end, and no line of it begins with a dot: so it was composed */
        buf_add(&dialogue->output, transfer->message.data, transfer->message.len);
        buf_add_text(&dialogue->output, ".\r\n");
        break;
    }
}

/* Returns false where the connection failed. */
static bool write_output(struct transfer *transfer)
{
    struct mail_dialogue *dialogue = transfer->dialogue;
    while (dialogue->sent < dialogue->output.len) {
        size_t n = 0;
        CURLcode code =
            curl_easy_send(transfer->easy, dialogue->output.data + dialogue->sent, dialogue->output.len - dialogue->sent, &n);
        dialogue->sent += n;
        if (code == CURLE_AGAIN)
            return true;
        if (code != CURLE_OK)
            return false;
    }
    return true;
}

/* Returns false at the connection's end. *ret_again: nothing more for now. */
static bool read_input(struct transfer *transfer, bool *ret_again)
{
    size_t n = 0;
    CURLcode code = curl_easy_recv(transfer->easy, buf_reserve(&transfer->reply, 4096), 4096, &n);
    transfer->reply.len += n;
    buf_cut(&transfer->reply, transfer->reply.len);
    transfer->dialogue->answer_len += n;
    *ret_again = code == CURLE_AGAIN;
    return code == CURLE_AGAIN || (code == CURLE_OK && n > 0);
}

/* Polite, and not waited for. */
static void say_goodbye(struct transfer *transfer)
{
    size_t n;
    (void)curl_easy_send(transfer->easy, "QUIT\r\n", 6, &n);
}

static bool is_expected(enum mail_step step, int status)
{
    return step == STEP_DATA ? status == 354 : status >= 200 && status < 300;
}

static void take_answer(struct transfer *transfer, int status, const char *line, size_t len)
{
    struct mail_dialogue *dialogue = transfer->dialogue;
    bool is_refusal = status >= 400;
    bool in_turn = dialogue->sent == dialogue->output.len && is_expected(dialogue->step, status);
    if (!in_turn && !is_refusal) {
        fail(transfer, "the mail server answered out of turn");
    } else if (is_refusal || dialogue->step == STEP_MESSAGE) {
        say_goodbye(transfer);
        end(transfer, TRANSFER_DONE, status, line, len);
    } else {
        dialogue->step++;
        put_command(transfer);
    }
}

static int parse_status(const char *line, size_t len)
{
    if (len < 3 || line[0] < '2' || line[0] > '5' || line[1] < '0' || line[1] > '9' || line[2] < '0' || line[2] > '9')
        return 0;
    return (line[0] - '0') * 100 + (line[1] - '0') * 10 + line[2] - '0';
}

/* Takes the first whole line of what came, if there is one. "250-" goes on, "250 " or "250" is the last. */
static bool take_line(struct transfer *transfer)
{
    struct buf *reply = &transfer->reply;
    const char *end_of_line = reply->len ? memchr(reply->data, '\n', reply->len) : NULL;
    if (!end_of_line)
        return false;
    CLEANUP_BUF struct buf line = {0};
    size_t taken = (size_t)(end_of_line - reply->data) + 1;
    buf_add(&line, reply->data, taken);
    memmove(reply->data, reply->data + taken, reply->len - taken);
    buf_cut(reply, reply->len - taken);
    int status = parse_status(line.data, line.len);
    if (!status)
        fail(transfer, "the mail server's answer is not SMTP");
    else if (line.data[3] != '-')
        take_answer(transfer, status, line.data, line.len);
    return true;
}

static void wait_for(struct transfer *transfer, short what)
{
    struct mail_dialogue *dialogue = transfer->dialogue;
    if (dialogue->waiting_for == what)
        return;
    dialogue->waiting_for = what;
    event_del(dialogue->event);
    event_assign(dialogue->event, loop_base(transfer->client->loop), dialogue->fd, (short)(what | EV_PERSIST),
                 event_get_callback(dialogue->event), transfer);
    event_add(dialogue->event, NULL);
}

/* Writes and reads as far as it goes. When the dialogue ends, it is gone. */
static void pump(struct transfer *transfer)
{
    bool again = false;
    while (transfer->dialogue && !again) {
        bool written = write_output(transfer);
        bool more = read_input(transfer, &again);       /* also where writing failed: the reason may have come before */
        while (transfer->dialogue && take_line(transfer))
            again = false;                              /* there may be a command to send now */
        if (!transfer->dialogue)
            return;
        if (!written || !more) {
            fail(transfer, "the mail server closed the connection");
        } else if (transfer->reply.len > MAX_LINE_BYTES || transfer->dialogue->answer_len > MAX_ANSWER_BYTES) {
            fail(transfer, "the mail server's answer is too long");
        }
    }
    if (transfer->dialogue)
        wait_for(transfer, (short)(EV_READ | (transfer->dialogue->sent < transfer->dialogue->output.len ? EV_WRITE : 0)));
}

static void ready(evutil_socket_t fd, short what, void *userdata)
{
    (void)fd;
    (void)what;
    struct transfer *transfer = userdata;
    struct http_client *client = transfer->client;
    pump(transfer);
    http_client_tell(client);
}

void mail_dialogue_time_out(struct transfer *transfer)
{
    fail(transfer, "the mail server took too long");
}

void mail_dialogue_begin(struct transfer *transfer)
{
    struct mail_dialogue *dialogue = transfer->dialogue = NEW(struct mail_dialogue);
    curl_socket_t fd = CURL_SOCKET_BAD;
    curl_easy_getinfo(transfer->easy, CURLINFO_ACTIVESOCKET, &fd);
    dialogue->fd = fd;
    loop_timer_set(transfer->timer, transfer->due_usec);       /* curl minds the time no more */
    put_command(transfer);
    if (fd == CURL_SOCKET_BAD) {
        fail(transfer, "the mail server closed the connection");
        return;
    }
    buf_clear(&transfer->reply);                /* what curl read of the greeting */
    dialogue->waiting_for = EV_READ;
    dialogue->event = loop_event_new(transfer->client->loop, fd, EV_READ, ready, transfer);
    pump(transfer);
}

void mail_dialogue_free(struct mail_dialogue *dialogue)
{
    if (!dialogue)
        return;
    if (dialogue->event)
        event_free(dialogue->event);
    buf_done(&dialogue->output);
    free(dialogue);
}

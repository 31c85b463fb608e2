#include "fake_loop.h"

#include <check.h>
#include <poll.h>

struct loop_timer {
    struct loop_timer *next;
    loop_timer_cb *cb;
    void *userdata;
    int64_t due_usec;
};

static int64_t boot_usec, slept_usec;
static struct loop_timer *timers;
static struct transfer *transfers;
static struct loop_watch *watches;
static bool refuse_starts;

void fake_loop_reset(void)
{
    ck_assert_ptr_null(timers);
    ck_assert_ptr_null(transfers);
    ck_assert_ptr_null(watches);
    boot_usec = 1000 * INT64_C(1000000);
    slept_usec = 0;
    refuse_starts = false;
}

int64_t loop_boot_usec(void) { return boot_usec; }
int64_t loop_monotonic_usec(void) { return boot_usec - slept_usec; }
int64_t loop_wall_usec(void) { return boot_usec + INT64_C(1800000000000000); }

/* ---- timers ---- */

struct loop_timer *loop_timer_new(struct loop *loop, loop_timer_cb *cb, void *userdata)
{
    (void)loop;
    struct loop_timer *timer = NEW(struct loop_timer);
    *timer = (struct loop_timer){ timers, cb, userdata, INT64_MAX };
    return timers = timer;
}

void loop_timer_free(struct loop_timer *timer)
{
    struct loop_timer **at = &timers;
    if (!timer)
        return;
    while (*at != timer)
        at = &(*at)->next;
    *at = timer->next;
    free(timer);
}

void loop_timer_set(struct loop_timer *timer, int64_t due_usec) { timer->due_usec = due_usec; }
void loop_timer_clear(struct loop_timer *timer) { timer->due_usec = INT64_MAX; }

static struct loop_timer *first_timer(void)
{
    struct loop_timer *first = NULL;
    for (struct loop_timer *timer = timers; timer; timer = timer->next) {
        if (timer->due_usec != INT64_MAX && (!first || timer->due_usec < first->due_usec))
            first = timer;
    }
    return first;
}

void fake_loop_run(void)
{
    struct loop_timer *timer;
    for (int turns = 0; (timer = first_timer()) != NULL && timer->due_usec <= boot_usec; turns++) {
        ck_assert_msg(turns < 5000, "timers fire for ever");
        timer->due_usec = INT64_MAX;
        timer->cb(timer->userdata);
    }
}

void fake_loop_advance(int64_t usec)
{
    int64_t end_usec = boot_usec + usec;
    fake_loop_run();
    for (struct loop_timer *timer; (timer = first_timer()) != NULL && timer->due_usec <= end_usec;) {
        boot_usec = timer->due_usec;
        fake_loop_run();
    }
    boot_usec = end_usec;
}

void fake_loop_sleep(int64_t usec)
{
    boot_usec += usec;
    slept_usec += usec;
    fake_loop_run();
}

int64_t fake_loop_next_usec(void)
{
    const struct loop_timer *timer = first_timer();
    return timer ? timer->due_usec - boot_usec : INT64_MAX;
}

/* ---- watches: of real descriptors, which the other end fills when it likes ---- */

struct loop_watch {
    struct loop_watch *next;
    int fd;
    loop_watch_cb *cb;
    void *userdata;
};

struct loop_watch *loop_watch_new(struct loop *loop, int fd, loop_watch_cb *cb, void *userdata)
{
    (void)loop;
    struct loop_watch *watch = NEW(struct loop_watch);
    *watch = (struct loop_watch){ watches, fd, cb, userdata };
    return watches = watch;
}

void loop_watch_free(struct loop_watch *watch)
{
    struct loop_watch **at = &watches;
    if (!watch)
        return;
    while (*at != watch)
        at = &(*at)->next;
    *at = watch->next;
    free(watch);
}

void fake_loop_listen(int msec)
{
    struct pollfd fd = { .fd = watches ? watches->fd : -1, .events = POLLIN };
    ck_assert_msg(!watches || !watches->next, "one watch is all that this loop can listen to");
    if (poll(&fd, 1, msec) > 0)
        watches->cb(watches->userdata, fd.fd);
}

/* ---- transfers ---- */

static void set(struct buf *buf, const char *text)
{
    buf_add_text(buf, text ? text : "");
}

static void add_headers(struct transfer *transfer, const char *const *headers, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        buf_add_text(&transfer->headers, headers[i]);
        buf_add_char(&transfer->headers, '\n');
    }
}

static struct transfer *start(transfer_cb *cb, void *userdata, struct transfer **ret)
{
    struct transfer **at = &transfers;
    while (*at)
        at = &(*at)->next;
    *at = NEW(struct transfer);
    (*at)->cb = cb;
    (*at)->userdata = userdata;
    return *ret = *at;
}

enum err http_client_start(struct http_client *client, const struct transfer_http *http, transfer_cb *cb, void *userdata,
                           struct transfer **ret)
{
    (void)client;
    if (refuse_starts)
        return ERR_SYNTAX;
    struct transfer *transfer = start(cb, userdata, ret);
    set(&transfer->method, http->method);
    set(&transfer->url, http->url);
    set(&transfer->username, http->username);
    set(&transfer->password, http->password);
    set(&transfer->content_type, http->content_type);
    if (http->body)
        buf_add(&transfer->body, http->body, http->body_len);
    add_headers(transfer, http->headers, http->n_headers);
    return ERR_OK;
}

enum err http_client_start_mail(struct http_client *client, const struct transfer_mail *mail, transfer_cb *cb, void *userdata,
                                struct transfer **ret)
{
    (void)client;
    if (refuse_starts)
        return ERR_SYNTAX;
    struct transfer *transfer = start(cb, userdata, ret);
    transfer->is_mail = true;
    set(&transfer->url, mail->url);
    set(&transfer->username, mail->username);
    set(&transfer->password, mail->password);
    set(&transfer->mail_from, mail->from);
    set(&transfer->mail_to, mail->to);
    set(&transfer->subject, mail->subject);
    set(&transfer->text, mail->text);
    set(&transfer->html, mail->html);
    add_headers(transfer, mail->headers, mail->n_headers);
    return ERR_OK;
}

static void transfer_free(struct transfer *transfer)
{
    struct buf *const bufs[] = { &transfer->method, &transfer->url, &transfer->body, &transfer->headers, &transfer->username,
                                 &transfer->password, &transfer->content_type, &transfer->mail_from, &transfer->mail_to,
                                 &transfer->subject, &transfer->text, &transfer->html };
    struct transfer **at = &transfers;
    while (*at != transfer)
        at = &(*at)->next;
    *at = transfer->next;
    for (size_t i = 0; i < N_ELEMENTS(bufs); i++)
        buf_done(bufs[i]);
    free(transfer);
}

void transfer_cancel(struct transfer *transfer)
{
    if (transfer)
        transfer_free(transfer);
}

size_t fake_transfers(void)
{
    size_t n = 0;
    for (struct transfer *transfer = transfers; transfer; transfer = transfer->next)
        n++;
    return n;
}

struct transfer *fake_transfer(size_t index)
{
    struct transfer *transfer = transfers;
    while (transfer && index--)
        transfer = transfer->next;
    ck_assert_msg(transfer, "no such transfer was started");
    return transfer;
}

struct transfer *fake_transfer_with(const char *text)
{
    struct transfer *transfer = transfers;
    while (transfer && !strstr(buf_text(&transfer->url), text) && !strstr(buf_text(&transfer->body), text))
        transfer = transfer->next;
    return transfer;
}

static void end(struct transfer *transfer, const struct transfer_result *result)
{
    transfer_cb *cb = transfer->cb;
    void *userdata = transfer->userdata;
    transfer_free(transfer);
    cb(userdata, result);
}

void fake_reply(struct transfer *transfer, long status, const char *body)
{
    end(transfer, &(struct transfer_result) {
                      .outcome = TRANSFER_DONE, .status = status, .body = body, .body_len = strlen(body), .reason = "" });
}

void fake_busy(struct transfer *transfer, long status, int64_t retry_after_usec)
{
    end(transfer, &(struct transfer_result){
                      .outcome = TRANSFER_DONE, .status = status, .body = "", .reason = "", .retry_after_usec = retry_after_usec });
}

void fake_fail(struct transfer *transfer, enum transfer_outcome outcome, const char *reason)
{
    end(transfer, &(struct transfer_result){ .outcome = outcome, .body = "", .reason = reason });
}

void fake_refuse_starts(bool refuse)
{
    refuse_starts = refuse;
}

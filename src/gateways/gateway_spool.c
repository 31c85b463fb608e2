/* A spool directory of smstools3: a GSM modem of one's own, for when the Internet is down.
 *
 * A page is sent when smsd has put its file into sent/, and has failed when it lies in failed/. A file that waits in outgoing/ or
 * checked/ is neither: when smsd has for `timeout` not sent it, nor another of ours that was before it, smsd or the modem is
 * taken for dead; the file is taken back, so that nobody is paged late or twice, and the next gateway is tried. One that the
 * modem has begun to send is left alone: it may arrive all the same, and is then noted as sent.
 *
 * Files are named after their page. A page that is sent again, as after a crash, finds the file that is there already.
 *
 * What lies in incoming/ is removed once it is durable in the log, and not before: after a crash it is read again, and known by
 * the name of its file. */
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <sys/queue.h>

#include "base/civil.h"
#include "base/log.h"
#include "gateways/gateway.h"
#include "gateways/gateway_spool_worker.h"

enum {
    REPORTS_MAX = 512,               /* pages whose reports would be understood */
    TAKING_MAX = 64,                 /* texts on their way into the log; the rest waits in the directory */
};
#define GRACE_USEC (50 * USEC_PER_MSEC)      /* for taking a file back: a disk that hangs does not answer at all */
#define LOOK_USEC  (2 * USEC_PER_SEC)        /* for what became of files, should nobody have said so */

enum sending_state { PUTTING, WAITING, RETURNING };

struct sending {
    TAILQ_ENTRY(sending) entry;
    struct gateway_attempt *attempt;
    struct page_ref page;
    enum sending_state state;
    int64_t started_usec, returning_usec;    /* boot */
};
TAILQ_HEAD(sendings, sending);

/* Something of incoming/ that was submitted. */
struct taking {
    char *file;                      /* NULL: free */
    uint64_t number;                 /* 0: not submitted now */
    bool held;                       /* it was acted on, and is not durable: kept, in case that is lost in a crash */
    bool removing;
};

struct sent_page {                   /* what a report names, and which page that was */
    char to[SPOOL_NUMBER_SIZE], modem[SPOOL_MODEM_SIZE];
    int message_id;
    struct page_ref page;
};

struct spool_way {
    char *name, *directory;
    int64_t timeout_usec;
    const struct gateway_host *host; /* NULL: nothing is taken in */
    struct loop_timer *timer;        /* NULL: never attached */
    struct loop_watch *watch;
    struct spool_worker *worker;
    struct sendings sendings;
    int64_t progress_usec;           /* boot: when smsd last sent one of ours */
    int64_t looked_usec;
    struct taking takings[TAKING_MAX];
    bool more_came;                  /* than there was room for */
    struct sent_page *reports;       /* a ring of REPORTS_MAX */
    size_t next_report;
};

static const char silent[] = "the spool directory does not answer";

static bool same_page(struct page_ref a, struct page_ref b)
{
    return a.incident == b.incident && a.number == b.number && a.nonce == b.nonce;
}

static struct sending *find_sending(const struct spool_way *way, struct page_ref page)
{
    struct sending *sending;
    TAILQ_FOREACH(sending, &way->sendings, entry) {
        if (same_page(sending->page, page))
            return sending;
    }
    return NULL;
}

static bool submit_job(struct spool_way *way, enum spool_job_kind kind, struct page_ref page, struct buf *content,
                       const char *file)
{
    struct spool_job *job = spool_job_new(kind);
    job->page = page;
    if (content)
        job->content = *content;
    if (content)
        *content = (struct buf){ 0 };
    snprintf(job->file, sizeof job->file, "%s", file ? file : "");
    return spool_worker_submit(way->worker, job);
}

/* ---- time ---- */

/* Whoever is before it in smsd's queue takes none of its time. */
static int64_t due_usec(const struct spool_way *way, const struct sending *sending)
{
    if (sending->state == RETURNING)
        return sending->returning_usec + GRACE_USEC;
    int64_t from = sending->started_usec > way->progress_usec ? sending->started_usec : way->progress_usec;
    return from + way->timeout_usec;
}

static void set_timer(struct spool_way *way)
{
    int64_t next_usec = INT64_MAX;
    const struct sending *sending;
    TAILQ_FOREACH(sending, &way->sendings, entry) {
        int64_t due = due_usec(way, sending);
        next_usec = due < next_usec ? due : next_usec;
    }
    if (next_usec == INT64_MAX)
        loop_timer_clear(way->timer);
    else
        loop_timer_set(way->timer, next_usec < way->looked_usec + LOOK_USEC ? next_usec : way->looked_usec + LOOK_USEC);
}

static void end_sending(struct spool_way *way, struct sending *sending, const struct gateway_result *result)
{
    struct gateway_attempt *attempt = sending->attempt;
    TAILQ_REMOVE(&way->sendings, sending, entry);
    free(sending);
    set_timer(way);
    gateway_end(attempt, result);    /* last: the way may be gone */
}

static void fail_sending(struct spool_way *way, struct sending *sending, const char *reason)
{
    end_sending(way, sending, &(struct gateway_result){ .reason = reason });
}

static void take_back(struct spool_way *way, struct sending *sending, int64_t now_usec)
{
    sending->state = RETURNING;
    sending->returning_usec = now_usec;
    (void)submit_job(way, SPOOL_TAKE_BACK, sending->page, NULL, NULL);   /* too many wait: that is a disk that hangs */
}

static void look_at_all(struct spool_way *way, int64_t now_usec)
{
    const struct sending *sending;
    if (now_usec < way->looked_usec + LOOK_USEC)
        return;
    way->looked_usec = now_usec;
    TAILQ_FOREACH(sending, &way->sendings, entry) {
        if (sending->state == WAITING)
            (void)submit_job(way, SPOOL_LOOK, sending->page, NULL, NULL);
    }
}

/* The way may be closed by the last attempt that it had. */
static struct gateway_way *keep_alive(const struct spool_way *way)
{
    const struct sending *sending = TAILQ_FIRST(&way->sendings);
    return sending ? gateway_ref(sending->attempt->way) : NULL;
}

static void on_timer(void *userdata)
{
    struct spool_way *way = userdata;
    int64_t now_usec = loop_boot_usec();
    struct gateway_way *alive = keep_alive(way);
    struct sending *sending, *next;
    for (sending = TAILQ_FIRST(&way->sendings); sending; sending = next) {
        next = TAILQ_NEXT(sending, entry);
        if (due_usec(way, sending) > now_usec)
            continue;
        if (sending->state != RETURNING) {
            take_back(way, sending, now_usec);
            continue;
        }
        fail_sending(way, sending, silent);
    }
    look_at_all(way, now_usec);
    set_timer(way);
    gateway_unref(alive);
}

/* ---- what smsd did with it ---- */

static void remember(struct spool_way *way, const struct spool_news *news)
{
    if (news->done.message_id < 0)
        return;
    struct sent_page *sent = &way->reports[way->next_report++ % REPORTS_MAX];
    *sent = (struct sent_page){ .message_id = news->done.message_id, .page = news->page };
    memcpy(sent->to, news->done.to, sizeof sent->to);
    memcpy(sent->modem, news->done.modem, sizeof sent->modem);
}

/* The number comes round after 256 texts: the latest is meant. */
static const struct sent_page *find_report(const struct spool_way *way, const struct spool_incoming *report)
{
    for (size_t i = 1; i <= REPORTS_MAX && i <= way->next_report; i++) {
        const struct sent_page *sent = &way->reports[(way->next_report - i) % REPORTS_MAX];
        if (sent->message_id == report->message_id && strcmp(sent->to, report->to) == 0 &&
            strcmp(sent->modem, report->modem) == 0)
            return sent;
    }
    return NULL;
}

static uint64_t submit_outcome(struct spool_way *way, struct page_ref page, enum outcome outcome, const char *reason)
{
    if (!way->host)
        return 0;
    return way->host->submit(way->host->userdata, &(struct event){
        .kind = EVENT_OUTCOME, .outcome = { .page = page, .outcome = outcome, .gateway = way->name, .reason = reason } });
}

static void news_sent(struct spool_way *way, const struct spool_news *news)
{
    struct sending *sending = find_sending(way, news->page);
    remember(way, news);
    if (!news->old)
        way->progress_usec = loop_boot_usec();
    if (sending)
        end_sending(way, sending, &(struct gateway_result){ .accepted = true });
    else if (!news->old)
        (void)submit_outcome(way, news->page, OUTCOME_SENT, NULL);       /* later than we waited for */
}

static void news_failed(struct spool_way *way, const struct spool_news *news)
{
    struct sending *sending = find_sending(way, news->page);
    CLEANUP_BUF struct buf reason = { 0 };
    buf_printf(&reason, "smsd: %s", news->done.reason[0] ? news->done.reason : "it could not be sent");
    if (sending && sending->state != PUTTING)
        fail_sending(way, sending, buf_text(&reason));
}

static void news_put(struct spool_way *way, const struct spool_news *news)
{
    struct sending *sending = find_sending(way, news->page);
    if (!sending || sending->state != PUTTING)
        return;
    if (news->place == SPOOL_SENT) {
        end_sending(way, sending, &(struct gateway_result){ .accepted = true });
        return;
    }
    sending->state = WAITING;
    if (!news->error)
        return;
    CLEANUP_BUF struct buf reason = { 0 };
    buf_printf(&reason, "cannot write into %s/outgoing: %s", way->directory, strerror(news->error));
    fail_sending(way, sending, buf_text(&reason));
}

static const char *why_back(const struct spool_news *news)
{
    switch (news->place) {
    case SPOOL_OUTGOING:
        return news->taken ? "smsd has not taken it; taken back" : "smsd has not taken it, and it cannot be taken back";
    case SPOOL_CHECKED:
        return news->taken ? "the modem has not sent it; taken back" : "the modem has not sent it, and it cannot be taken back";
    case SPOOL_SENDING:
        return "the modem has not sent it in time, and may be sending it";
    default:
        return "smsd has taken it, and it is in none of its directories";
    }
}

static void news_back(struct spool_way *way, const struct spool_news *news)
{
    struct sending *sending = find_sending(way, news->page);
    if (sending && sending->state == RETURNING)
        fail_sending(way, sending, why_back(news));
}

/* ---- what came in ---- */

static struct taking *find_taking(struct spool_way *way, const char *file)
{
    for (size_t i = 0; i < TAKING_MAX; i++) {
        if (way->takings[i].file && strcmp(way->takings[i].file, file) == 0)
            return &way->takings[i];
    }
    return NULL;
}

static struct taking *free_taking(struct spool_way *way)
{
    for (size_t i = 0; i < TAKING_MAX; i++) {
        if (!way->takings[i].file)
            return &way->takings[i];
    }
    return NULL;
}

static void remove_file(struct spool_way *way, struct taking *taking)
{
    taking->removing = submit_job(way, SPOOL_REMOVE, (struct page_ref){ 0 }, NULL, taking->file);
}

static uint64_t submit_incoming(struct spool_way *way, const struct spool_incoming *incoming, const char *file)
{
    if (!incoming->report)
        return way->host->submit(way->host->userdata, &(struct event){
            .kind = EVENT_INBOUND,
            .inbound = { .gateway = way->name, .from = buf_text(&incoming->from), .text = buf_text(&incoming->text),
                         .id = file } });
    const struct sent_page *sent = find_report(way, incoming);
    enum spool_verdict verdict = spool_status_verdict(incoming->status);
    if (!sent || verdict == SPOOL_NOT_FINAL)
        return submit_outcome(way, (struct page_ref){ 0 }, OUTCOME_DELIVERED, NULL);     /* of no page: nothing but a number */
    CLEANUP_BUF struct buf reason = { 0 };
    buf_printf(&reason, "the network says that it will not be delivered (status %d)", incoming->status);
    return submit_outcome(way, sent->page, verdict == SPOOL_NEVER ? OUTCOME_UNDELIVERED : OUTCOME_DELIVERED,
                          verdict == SPOOL_NEVER ? buf_text(&reason) : NULL);
}

/* It is there still. What was acted on while the log took nothing is durable when anything is that comes after it. */
static void come_again(struct spool_way *way, struct taking *taking)
{
    if (taking->held)
        taking->number = submit_outcome(way, (struct page_ref){ 0 }, OUTCOME_DELIVERED, NULL);
    else if (!taking->removing && !taking->number)
        remove_file(way, taking);
    taking->held = taking->held && !taking->number;
}

static void news_incoming(struct spool_way *way, const struct spool_news *news)
{
    struct taking *taking = find_taking(way, news->file);
    if (taking) {
        come_again(way, taking);
        return;
    }
    taking = way->host ? free_taking(way) : NULL;
    way->more_came |= !taking;
    if (!taking)
        return;
    uint64_t number = submit_incoming(way, &news->incoming, news->file);
    way->more_came |= number == 0;
    if (number)
        *taking = (struct taking){ .file = mem_strdup(news->file), .number = number };
}

static void spool_committed(void *own, uint64_t number, bool degraded)
{
    struct spool_way *way = own;
    for (size_t i = 0; i < TAKING_MAX; i++) {
        struct taking *taking = &way->takings[i];
        if (!taking->file || taking->number != number)
            continue;
        taking->number = 0;
        taking->held = degraded;
        if (!degraded)
            remove_file(way, taking);
    }
}

static void news_removed(struct spool_way *way, const struct spool_news *news)
{
    struct taking *taking = find_taking(way, news->file);
    if (taking) {
        free(taking->file);
        *taking = (struct taking){ 0 };
    }
    if (way->more_came) {
        way->more_came = false;
        (void)submit_job(way, SPOOL_SCAN, (struct page_ref){ 0 }, NULL, NULL);
    }
}

static void take_news(struct spool_way *way, const struct spool_news *news)
{
    switch (news->kind) {
    case SPOOL_NEWS_PUT:
        news_put(way, news);
        break;
    case SPOOL_NEWS_BACK:
        news_back(way, news);
        break;
    case SPOOL_NEWS_SENT:
        news_sent(way, news);
        break;
    case SPOOL_NEWS_FAILED:
        news_failed(way, news);
        break;
    case SPOOL_NEWS_INCOMING:
        news_incoming(way, news);
        break;
    case SPOOL_NEWS_REMOVED:
        news_removed(way, news);
        break;
    }
}

static void on_news(void *userdata, int fd)
{
    struct spool_way *way = userdata;
    struct gateway_way *alive = keep_alive(way);
    (void)fd;
    for (struct spool_news *news; (news = spool_worker_next(way->worker)) != NULL;) {
        take_news(way, news);
        spool_news_free(news);
    }
    set_timer(way);
    gateway_unref(alive);
}

/* ---- the kind ---- */

static void spool_close(void *own)
{
    struct spool_way *way = own;
    if (!way)
        return;
    assert(TAILQ_EMPTY(&way->sendings));
    loop_watch_free(way->watch);
    loop_timer_free(way->timer);
    spool_worker_free(way->worker);
    for (size_t i = 0; i < TAKING_MAX; i++)
        free(way->takings[i].file);
    free(way->reports);
    free(way->directory);
    free(way->name);
    free(way);
}

static enum err spool_open(const struct gateway *config, void **ret, struct buf *ret_reason)
{
    if (!config->spool_directory) {
        buf_add_text(ret_reason, "the gateway has no 'directory'");
        return ERR_SYNTAX;
    }
    struct spool_way *way = NEW(struct spool_way);
    way->name = mem_strdup(config->name);
    way->directory = mem_strdup(config->spool_directory);
    way->timeout_usec = config->timeout_usec;
    way->reports = NEW_ARRAY(struct sent_page, REPORTS_MAX);
    TAILQ_INIT(&way->sendings);
    *ret = way;
    return ERR_OK;
}

static bool spool_reconfigure(void *own, const struct gateway *config)
{
    struct spool_way *way = own;
    if (!config->spool_directory || strcmp(config->spool_directory, way->directory) != 0)
        return false;
    way->timeout_usec = config->timeout_usec;
    if (way->timer)
        set_timer(way);
    return true;
}

static void spool_attach(void *own, const struct gateway_host *host)
{
    struct spool_way *way = own;
    way->host = host;
    if (!host || way->worker)
        return;
    way->worker = spool_worker_new(way->name, way->directory);
    if (!way->worker) {
        log_error("gateway %s: no thread could be started for %s.", way->name, way->directory);
        return;
    }
    way->timer = loop_timer_new(host->loop, on_timer, way);
    way->watch = loop_watch_new(host->loop, spool_worker_fd(way->worker), on_news, way);
}

static void spool_start(void *own, struct http_client *client, const struct gateway_message *message,
                        struct gateway_attempt *attempt)
{
    struct spool_way *way = own;
    const struct message_view *view = message->view;
    CLEANUP_BUF struct buf content = { 0 };
    const struct buf *text = &message->text->text;
    bool urgent = view->purpose == PURPOSE_PAGE && !view->drill;
    (void)client;
    if (!way->worker) {
        gateway_end_failed(attempt, "the gateway has no thread to work with");
        return;
    }
    if (spool_file_format(&content, view->to, buf_text(text), text->len, urgent) != ERR_OK) {
        gateway_end_failed(attempt, "the address is no telephone number");
        return;
    }
    if (!submit_job(way, SPOOL_PUT, view->page, &content, NULL)) {
        gateway_end_failed(attempt, silent);
        return;
    }
    struct sending *sending = NEW(struct sending);
    sending->attempt = attempt;
    sending->page = view->page;
    sending->started_usec = loop_boot_usec();
    TAILQ_INSERT_TAIL(&way->sendings, sending, entry);
    set_timer(way);
}

/* The file stays: it may be sent, and is found again by whoever sends the page again. */
static void spool_cancel(void *own, struct gateway_attempt *attempt)
{
    struct spool_way *way = own;
    struct sending *sending, *next;
    for (sending = TAILQ_FIRST(&way->sendings); sending; sending = next) {
        next = TAILQ_NEXT(sending, entry);
        if (sending->attempt != attempt)
            continue;
        TAILQ_REMOVE(&way->sendings, sending, entry);
        free(sending);
    }
    if (way->timer)
        set_timer(way);
}

const struct gateway_kind gateway_spool_kind = {
    .open = spool_open, .close = spool_close, .start = spool_start, .cancel = spool_cancel, .attach = spool_attach,
    .committed = spool_committed, .reconfigure = spool_reconfigure,
};

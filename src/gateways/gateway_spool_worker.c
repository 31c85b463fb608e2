#include <config.h>      /* _GNU_SOURCE */

#include "gateways/gateway_spool_worker.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <time.h>
#include <unistd.h>

#include "base/civil.h"
#include "base/log.h"

enum {
    NEWS_MAX = 1024,                 /* more wait in the directory */
    SCAN_SEC = 60, SCAN_SOON_SEC = 2, PURGE_SEC = 3600,
    FREE_PATIENCE_MSEC = 500,
};
#define SETTLED_USEC (2 * USEC_PER_SEC)      /* a file that nobody has said is whole, and that has not changed for so long, is */

enum watched { INCOMING, SENT, FAILED, N_WATCHED };
static const char *const watched_names[N_WATCHED] = { "incoming", "sent", "failed" };

struct spool_worker {
    char *gateway, *directory;
    pthread_t thread;
    int jobs_fd, news_fd;            /* eventfds */
    int inotify_fd;                  /* -1: none to be had */
    pthread_mutex_t lock;
    pthread_cond_t changed;          /* news were taken, or the thread has ended, or is to */
    struct {                         /* under the lock */
        struct spool_job *first_job, *last_job;
        struct spool_news *first_news, *last_news;
        size_t n_jobs, n_news;
        bool closing, ended, abandoned;
    } shared;
    /* The thread's own: */
    int watch[N_WATCHED];            /* -1: not watched */
    bool blind;                      /* that was said in the log */
    bool unreadable;                 /* that a file was, stands in the log */
    bool unsettled;                  /* a file was too young to be read: look again soon */
    int64_t next_scan_sec, next_purge_sec;
};

/* ---- queues ---- */

struct spool_job *spool_job_new(enum spool_job_kind kind)
{
    struct spool_job *job = NEW(struct spool_job);
    job->kind = kind;
    return job;
}

static void job_free(struct spool_job *job)
{
    buf_done(&job->content);
    free(job);
}

void spool_news_free(struct spool_news *news)
{
    if (!news)
        return;
    spool_incoming_done(&news->incoming);
    free(news);
}

static void ring(int fd)
{
    uint64_t one = 1;
    ssize_t n = write(fd, &one, sizeof one);
    assert(n == (ssize_t)sizeof one);
}

static void hush(int fd)
{
    uint64_t count;
    ssize_t n = read(fd, &count, sizeof count);
    (void)n;                         /* not blocking: it may have been silent */
}

static bool same_page(struct page_ref a, struct page_ref b)
{
    return a.incident == b.incident && a.number == b.number && a.nonce == b.nonce;
}

/* A file that was never written need not be taken back. */
static void drop_put(struct spool_worker *worker, struct page_ref page)
{
    for (struct spool_job *job = worker->shared.first_job; job; job = job->next) {
        if (job->kind == SPOOL_PUT && same_page(job->page, page))
            job->kind = SPOOL_TAKE_BACK;
    }
}

bool spool_worker_submit(struct spool_worker *worker, struct spool_job *job)
{
    pthread_mutex_lock(&worker->lock);
    bool full = worker->shared.n_jobs >= SPOOL_JOBS_MAX;
    if (job->kind == SPOOL_TAKE_BACK)
        drop_put(worker, job->page);
    if (!full) {
        job->next = NULL;
        if (worker->shared.last_job)
            worker->shared.last_job->next = job;
        else
            worker->shared.first_job = job;
        worker->shared.last_job = job;
        worker->shared.n_jobs++;
        ring(worker->jobs_fd);
    }
    pthread_mutex_unlock(&worker->lock);
    if (full)
        job_free(job);
    return !full;
}

static struct spool_job *take_job(struct spool_worker *worker)
{
    pthread_mutex_lock(&worker->lock);
    struct spool_job *job = worker->shared.closing ? NULL : worker->shared.first_job;
    if (job) {
        worker->shared.first_job = job->next;
        worker->shared.n_jobs--;
        if (!job->next)
            worker->shared.last_job = NULL;
    }
    pthread_mutex_unlock(&worker->lock);
    return job;
}

/* When the loop does not keep up the thread waits for it: the directory keeps the rest. */
static void post(struct spool_worker *worker, struct spool_news *news)
{
    pthread_mutex_lock(&worker->lock);
    while (worker->shared.n_news >= NEWS_MAX && !worker->shared.closing)
        pthread_cond_wait(&worker->changed, &worker->lock);
    if (worker->shared.last_news)
        worker->shared.last_news->next = news;
    else
        worker->shared.first_news = news;
    worker->shared.last_news = news;
    worker->shared.n_news++;
    ring(worker->news_fd);
    pthread_mutex_unlock(&worker->lock);
}

struct spool_news *spool_worker_next(struct spool_worker *worker)
{
    pthread_mutex_lock(&worker->lock);
    struct spool_news *news = worker->shared.first_news;
    if (news) {
        worker->shared.first_news = news->next;
        worker->shared.n_news--;
        if (!news->next)
            worker->shared.last_news = NULL;
        pthread_cond_broadcast(&worker->changed);
    } else {
        hush(worker->news_fd);
    }
    pthread_mutex_unlock(&worker->lock);
    return news;
}

static struct spool_news *news_new(enum spool_news_kind kind)
{
    struct spool_news *news = NEW(struct spool_news);
    news->kind = kind;
    return news;
}

static bool is_closing(struct spool_worker *worker)
{
    pthread_mutex_lock(&worker->lock);
    bool closing = worker->shared.closing;
    pthread_mutex_unlock(&worker->lock);
    return closing;
}

/* ---- clocks: the thread's own, since the loop's belong to the loop ---- */

static int64_t clock_usec(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * USEC_PER_SEC + now.tv_nsec / 1000;
}

/* ---- what smsd leaves ---- */

/* A file of ours in sent/ or failed/. */
static void look_at_done(struct spool_worker *worker, enum watched where, const char *name, bool old)
{
    CLEANUP_BUF struct buf bytes = { 0 };
    struct page_ref page;
    struct stat info;
    if (!spool_file_is_ours(name, &page) ||
        spool_dir_read(worker->directory, watched_names[where], name, &bytes, &info) != ERR_OK || bytes.len == 0)
        return;
    struct spool_news *news = news_new(where == SENT ? SPOOL_NEWS_SENT : SPOOL_NEWS_FAILED);
    news->page = page;
    news->old = old;
    spool_file_parse_done(buf_text(&bytes), bytes.len, &news->done);
    post(worker, news);
}

static void refuse_incoming(struct spool_worker *worker, const char *name, const char *reason)
{
    log_warning("gateway %s: incoming/%s stays where it is: %s.", worker->gateway, name, reason);
    (void)spool_dir_mark_read(worker->directory, name);      /* where that fails it is said again after a start */
}

/* It may be ours to read in a moment: smsd makes the name first, for itself alone. Only what lies there is told of, once. */
static void note_unreadable(struct spool_worker *worker, const char *name, enum err err, bool settled)
{
    if (!settled || worker->unreadable)
        return;
    worker->unreadable = true;
    log_error("gateway %s: incoming/%s cannot be read: %s. Replies cannot come in.", worker->gateway, name, err_text(err));
}

/* One that is empty is just being made. */
static void look_at_incoming(struct spool_worker *worker, const char *name, bool settled)
{
    CLEANUP_BUF struct buf bytes = { 0 };
    struct stat info;
    const char *reason = "it is no file that can be read";
    if (spool_dir_is_read(worker->directory, name))
        return;
    enum err err = spool_dir_read(worker->directory, "incoming", name, &bytes, &info);
    if (err == ERR_NOT_FOUND || (err == ERR_OK && bytes.len == 0))
        return;
    if (err == ERR_DENIED || err == ERR_IO) {
        note_unreadable(worker, name, err, settled);
        return;
    }
    struct spool_news *news = news_new(SPOOL_NEWS_INCOMING);
    snprintf(news->file, sizeof news->file, "%s", name);
    if (err == ERR_OK)
        err = spool_file_parse_incoming(buf_text(&bytes), bytes.len, &news->incoming, &reason);
    if (err == ERR_OK) {
        post(worker, news);
        return;
    }
    spool_news_free(news);
    refuse_incoming(worker, name, reason);
}

static void listed_incoming(void *userdata, const char *name, int64_t modified_usec)
{
    int64_t age_usec = clock_usec(CLOCK_REALTIME) - modified_usec;
    bool settled = age_usec >= SETTLED_USEC || age_usec < -SETTLED_USEC;      /* the clock may have been set back */
    struct spool_worker *worker = userdata;
    worker->unsettled |= !settled;
    if (settled && age_usec < USEC_PER_DAY && !is_closing(worker))
        look_at_incoming(worker, name, true);
}

static void listed_sent(void *userdata, const char *name, int64_t modified_usec)
{
    if (clock_usec(CLOCK_REALTIME) - modified_usec < USEC_PER_DAY && !is_closing(userdata))
        look_at_done(userdata, SENT, name, true);
}

/* ---- watches ---- */

/* A directory may come later, or come again. What nobody watches is looked for. */
static void watch_all(struct spool_worker *worker)
{
    char path[PATH_MAX];
    const char *missing = NULL;
    int error = 0;
    for (int i = 0; i < N_WATCHED; i++) {
        snprintf(path, sizeof path, "%s/%s", worker->directory, watched_names[i]);
        if (worker->watch[i] < 0)
            worker->watch[i] = inotify_add_watch(worker->inotify_fd, path,
                                                 IN_CLOSE_WRITE | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR);
        if (worker->watch[i] < 0 && !missing) {
            missing = watched_names[i];
            error = errno;
        }
    }
    if (missing && !worker->blind)
        log_error("gateway %s: cannot watch %s/%s: %s.", worker->gateway, worker->directory, missing, strerror(error));
    else if (!missing && worker->blind)
        log_notice("gateway %s: watches %s again.", worker->gateway, worker->directory);
    worker->blind = missing != NULL;
}

static void handle_event(struct spool_worker *worker, const struct inotify_event *event)
{
    if (event->mask & IN_Q_OVERFLOW)
        worker->next_scan_sec = 0;
    for (int i = 0; i < N_WATCHED; i++) {
        if (event->wd != worker->watch[i])
            continue;
        if (event->mask & (IN_MOVE_SELF | IN_DELETE_SELF))
            inotify_rm_watch(worker->inotify_fd, event->wd);
        if (event->mask & (IN_IGNORED | IN_MOVE_SELF | IN_DELETE_SELF | IN_UNMOUNT)) {
            worker->watch[i] = -1;
            worker->next_scan_sec = 0;
        } else if (event->len > 0 && i == INCOMING && spool_dir_may_be_file(event->name)) {
            look_at_incoming(worker, event->name, false);
        } else if (event->len > 0 && i != INCOMING) {
            look_at_done(worker, (enum watched)i, event->name, false);
        }
    }
}

static void read_events(struct spool_worker *worker)
{
    union {
        struct inotify_event aligned;
        char bytes[16 * 1024];
    } buffer;
    ssize_t n = read(worker->inotify_fd, buffer.bytes, sizeof buffer.bytes);
    for (ssize_t at = 0; at < n && !is_closing(worker);) {
        const struct inotify_event *event = (const struct inotify_event *)(const void *)(buffer.bytes + at);
        handle_event(worker, event);
        at += (ssize_t)(sizeof *event + event->len);
    }
}

/* ---- jobs ---- */

static void put(struct spool_worker *worker, const struct spool_job *job, const char *name)
{
    struct spool_news *news = news_new(SPOOL_NEWS_PUT);
    news->page = job->page;
    news->error = spool_dir_put(worker->directory, name, &job->content, &news->place);
    post(worker, news);
}

static void look(struct spool_worker *worker, const char *name)
{
    enum spool_place place = spool_dir_find(worker->directory, name);
    if (place == SPOOL_SENT || place == SPOOL_FAILED)
        look_at_done(worker, place == SPOOL_SENT ? SENT : FAILED, name, false);
}

static void take_back(struct spool_worker *worker, const struct spool_job *job, const char *name)
{
    struct spool_news *news = news_new(SPOOL_NEWS_BACK);
    news->page = job->page;
    news->taken = spool_dir_take_back(worker->directory, name, &news->place);
    if (news->place == SPOOL_SENT || news->place == SPOOL_FAILED)
        look(worker, name);
    post(worker, news);
}

static void remove_incoming(struct spool_worker *worker, const struct spool_job *job)
{
    struct spool_news *news = news_new(SPOOL_NEWS_REMOVED);
    snprintf(news->file, sizeof news->file, "%s", job->file);
    int error = spool_dir_remove_incoming(worker->directory, job->file);
    if (error)
        log_error("gateway %s: cannot remove incoming/%s, nor note that it has been read: %s. It will be read again.",
                  worker->gateway, job->file, strerror(error));
    post(worker, news);
}

static void do_job(struct spool_worker *worker, const struct spool_job *job)
{
    char name[SPOOL_NAME_SIZE];
    spool_file_name(job->page, name);
    switch (job->kind) {
    case SPOOL_PUT:
        put(worker, job, name);
        break;
    case SPOOL_TAKE_BACK:
        take_back(worker, job, name);
        break;
    case SPOOL_LOOK:
        look(worker, name);
        break;
    case SPOOL_REMOVE:
        remove_incoming(worker, job);
        break;
    case SPOOL_SCAN:
        worker->next_scan_sec = 0;
        break;
    }
}

/* ---- the thread ---- */

static void tick(struct spool_worker *worker)
{
    int64_t now_sec = clock_usec(CLOCK_MONOTONIC) / USEC_PER_SEC;
    if (now_sec < worker->next_scan_sec)
        return;
    watch_all(worker);
    worker->unsettled = false;
    spool_dir_list(worker->directory, "incoming", listed_incoming, worker);
    worker->next_scan_sec = now_sec + (worker->blind || worker->unsettled ? SCAN_SOON_SEC : SCAN_SEC);
    if (now_sec < worker->next_purge_sec)
        return;
    spool_dir_purge(worker->directory, clock_usec(CLOCK_REALTIME));
    worker->next_purge_sec = now_sec + PURGE_SEC;
}

static void wait_for_work(struct spool_worker *worker)
{
    struct pollfd fds[] = { { .fd = worker->jobs_fd, .events = POLLIN }, { .fd = worker->inotify_fd, .events = POLLIN } };
    int64_t left_msec = worker->next_scan_sec * 1000 - clock_usec(CLOCK_MONOTONIC) / 1000;
    poll(fds, N_ELEMENTS(fds), left_msec < 0 ? 0 : (int)left_msec + 1);
    if (fds[0].revents & POLLIN)
        hush(worker->jobs_fd);
}

static void worker_destroy(struct spool_worker *worker)
{
    for (struct spool_job *job = worker->shared.first_job, *next; job; job = next) {
        next = job->next;
        job_free(job);
    }
    for (struct spool_news *news = worker->shared.first_news, *next; news; news = next) {
        next = news->next;
        spool_news_free(news);
    }
    const int fds[] = { worker->jobs_fd, worker->news_fd, worker->inotify_fd };
    for (size_t i = 0; i < N_ELEMENTS(fds); i++) {
        if (fds[i] >= 0)
            close(fds[i]);
    }
    pthread_cond_destroy(&worker->changed);
    pthread_mutex_destroy(&worker->lock);
    free(worker->gateway);
    free(worker->directory);
    free(worker);
}

/* What was sent before the start is looked at first, so that reports of it are understood. */
static void *run(void *userdata)
{
    struct spool_worker *worker = userdata;
    watch_all(worker);
    spool_dir_list(worker->directory, "sent", listed_sent, worker);
    while (!is_closing(worker)) {
        for (struct spool_job *job; (job = take_job(worker)) != NULL;) {
            do_job(worker, job);
            job_free(job);
        }
        tick(worker);
        wait_for_work(worker);
        read_events(worker);
    }
    pthread_mutex_lock(&worker->lock);
    worker->shared.ended = true;
    bool abandoned = worker->shared.abandoned;
    pthread_cond_broadcast(&worker->changed);
    pthread_mutex_unlock(&worker->lock);
    if (abandoned)
        worker_destroy(worker);
    return NULL;
}

/* Signals are the loop's business: the thread is born with all of them blocked. */
static bool start_thread(struct spool_worker *worker)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool started = pthread_create(&worker->thread, NULL, run, worker) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (started)
        pthread_setname_np(worker->thread, "beredd-spool");
    return started;
}

struct spool_worker *spool_worker_new(const char *gateway, const char *directory)
{
    struct spool_worker *worker = NEW(struct spool_worker);
    pthread_condattr_t monotonic;
    worker->gateway = mem_strdup(gateway);
    worker->directory = mem_strdup(directory);
    pthread_mutex_init(&worker->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&worker->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    worker->jobs_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    worker->news_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    worker->inotify_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    for (int i = 0; i < N_WATCHED; i++)
        worker->watch[i] = -1;
    if (worker->jobs_fd >= 0 && worker->news_fd >= 0 && start_thread(worker))
        return worker;
    worker_destroy(worker);
    return NULL;
}

static struct timespec patience(void)
{
    int64_t until_usec = clock_usec(CLOCK_MONOTONIC) + FREE_PATIENCE_MSEC * USEC_PER_MSEC;
    return (struct timespec){ .tv_sec = until_usec / USEC_PER_SEC, .tv_nsec = until_usec % USEC_PER_SEC * 1000 };
}

void spool_worker_free(struct spool_worker *worker)
{
    if (!worker)
        return;
    struct timespec until = patience();
    int waited = 0;
    pthread_mutex_lock(&worker->lock);
    worker->shared.closing = true;
    ring(worker->jobs_fd);
    pthread_cond_broadcast(&worker->changed);
    while (!worker->shared.ended && waited == 0)
        waited = pthread_cond_timedwait(&worker->changed, &worker->lock, &until);
    bool ended = worker->shared.ended;
    worker->shared.abandoned = !ended;
    pthread_t thread = worker->thread;
    pthread_mutex_unlock(&worker->lock);
    if (ended) {
        pthread_join(thread, NULL);
        worker_destroy(worker);
    } else {
        pthread_detach(thread);
    }
}

int spool_worker_fd(const struct spool_worker *worker)
{
    return worker->news_fd;
}

/* The store's thread, its queue of jobs, and the way back to the loop. The thread is dumb: it takes a job, does it, posts the
 * result and rings the eventfd. It runs no callback. What the jobs do is in sqlite_log.h.
 *
 * Ownership: the loop's thread owns a job until it is queued, and again once it is posted; between, the store's thread does.
 * Only the queues and the flags in `shared` are touched by both, under the lock. The log belongs to the store's thread, but
 * for store_open(), store_replay() and store_last_incident(), which run while there is no job. */
#include <config.h>      /* _GNU_SOURCE */

#include "store/store.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "store/sqlite_log.h"

enum {
    CLOSE_WAIT_SEC = 2,
    IDLE_MSEC = 20,              /* so long without a job, and a checkpoint is in nobody's way */
    READS_MAX = 256,             /* waiting at once */
};

enum job_kind { JOB_APPEND, JOB_RECOVER, JOB_READ, JOB_LIST, JOB_VERIFY };

struct append {
    uint64_t expected_seq;
    const struct store_record *records;      /* the caller's */
    size_t n;
    struct store_head head;                  /* once appended */
    store_append_cb *cb;
};

struct job {
    struct job *next;
    enum job_kind kind;
    void *userdata;
    enum err err;
    struct buf reason;
    bool refused;                            /* never reached the store's thread */
    union {
        struct append append;
        store_recover_cb *recover_cb;
        struct { struct sqlite_reading reading; store_read_cb *cb; } read;
        struct { struct sqlite_listing listing; store_list_cb *cb; } list;
        struct { struct sqlite_verifying verifying; store_verify_cb *cb; } verify;
    };
};

struct queue {
    struct job *first, *last;
};

struct store {
    struct sqlite_log *log;

    /* The loop's thread only. */
    struct store_head head;
    bool append_in_flight;
    bool failed;                 /* an append failed, and nothing has been recovered since */
    size_t n_reads;              /* queued or being done */
    pthread_t thread;
    int fd;

    pthread_mutex_t lock;
    pthread_cond_t work;
    pthread_cond_t end;
    struct {
        struct queue writes, reads, done;
        bool closing;            /* finish the writes, then end */
        bool ended;
        bool abandoned;          /* nobody waits for the end: whoever ends frees the store */
    } shared;
};

/* --- queues ----------------------------------------------------------------------------------------------------------- */

static void queue_push(struct queue *queue, struct job *job)
{
    job->next = NULL;
    if (queue->last)
        queue->last->next = job;
    else
        queue->first = job;
    queue->last = job;
}

static struct job *queue_pop(struct queue *queue)
{
    struct job *job = queue->first;
    if (!job)
        return NULL;
    queue->first = job->next;
    if (!queue->first)
        queue->last = NULL;
    return job;
}

static struct job *job_new(enum job_kind kind, void *userdata)
{
    struct job *job = NEW(struct job);
    job->kind = kind;
    job->userdata = userdata;
    return job;
}

static void job_free(struct job *job)
{
    if (job->kind == JOB_READ)
        sqlite_reading_done(&job->read.reading);
    else if (job->kind == JOB_LIST)
        sqlite_listing_done(&job->list.listing);
    buf_done(&job->reason);
    free(job);
}

static void queue_done(struct queue *queue)
{
    for (struct job *job; (job = queue_pop(queue));)
        job_free(job);
}

/* --- the store's thread ----------------------------------------------------------------------------------------------- */

/* Does the job, or a slice of it. True: it is finished. */
static bool job_step(struct sqlite_log *log, struct job *job)
{
    bool done = true;
    switch (job->kind) {
    case JOB_APPEND:
        job->err = sqlite_log_append(log, job->append.expected_seq, job->append.records, job->append.n, &job->reason);
        job->append.head = log->head;
        break;
    case JOB_RECOVER:
        job->err = sqlite_log_recover(log, &job->reason);
        break;
    case JOB_READ:
        job->err = sqlite_log_read(log, &job->read.reading, &done);
        break;
    case JOB_LIST:
        job->err = sqlite_log_list(log, &job->list.listing, &done);
        break;
    case JOB_VERIFY:
        job->err = sqlite_log_verify(log, &job->verify.verifying, &done);
        break;
    }
    return done || job->err != ERR_OK;
}

static void post(struct store *store, struct job *job)
{
    queue_push(&store->shared.done, job);
    uint64_t one = 1;
    ssize_t n = write(store->fd, &one, sizeof one);
    assert(n == (ssize_t)sizeof one);       /* it blocks or fails only at 2^64 - 2 */
}

static void checkpoint(struct store *store)
{
    pthread_mutex_unlock(&store->lock);
    sqlite_log_checkpoint(store->log);
    pthread_mutex_lock(&store->lock);
}

static struct timespec deadline_in(int64_t msec)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_sec += msec / 1000;
    at.tv_nsec += msec % 1000 * 1000000;
    if (at.tv_nsec >= 1000000000) {
        at.tv_sec++;
        at.tv_nsec -= 1000000000;
    }
    return at;
}

/* Waits for work, and uses a lull for a checkpoint that is due. */
static void wait_for_work(struct store *store)
{
    if (!sqlite_log_checkpoint_wanted(store->log)) {
        pthread_cond_wait(&store->work, &store->lock);
        return;
    }
    struct timespec lull = deadline_in(IDLE_MSEC);
    int rc = pthread_cond_timedwait(&store->work, &store->lock, &lull);
    if (rc == ETIMEDOUT && !store->shared.writes.first && !store->shared.reads.first && !store->shared.closing)
        checkpoint(store);
}

/* Appends before reads. NULL: the end. */
static struct job *next_job(struct store *store)
{
    for (;;) {
        if (sqlite_log_checkpoint_overdue(store->log))
            checkpoint(store);
        struct job *job = queue_pop(&store->shared.writes);
        if (job || store->shared.closing)
            return job;
        job = queue_pop(&store->shared.reads);
        if (job)
            return job;
        wait_for_work(store);
    }
}

static void store_free(struct store *store)
{
    queue_done(&store->shared.writes);
    queue_done(&store->shared.reads);
    queue_done(&store->shared.done);
    pthread_cond_destroy(&store->end);
    pthread_cond_destroy(&store->work);
    pthread_mutex_destroy(&store->lock);
    if (store->fd >= 0)
        close(store->fd);
    sqlite_log_close(store->log);
    free(store);
}

static void *run(void *userdata)
{
    struct store *store = userdata;
    pthread_mutex_lock(&store->lock);
    for (struct job *job; (job = next_job(store));) {
        pthread_mutex_unlock(&store->lock);
        bool done = job_step(store->log, job);
        pthread_mutex_lock(&store->lock);
        if (done)
            post(store, job);
        else
            queue_push(&store->shared.reads, job);    /* behind the others: a long read holds nobody up */
    }
    pthread_mutex_unlock(&store->lock);

    sqlite_log_close(TAKE(store->log));               /* may write a checkpoint, and so may hang */

    pthread_mutex_lock(&store->lock);
    store->shared.ended = true;
    bool abandoned = store->shared.abandoned;
    pthread_cond_signal(&store->end);
    pthread_mutex_unlock(&store->lock);
    if (abandoned)
        store_free(store);
    return NULL;
}

/* --- the loop's thread ------------------------------------------------------------------------------------------------ */

/* Signals are the loop's business: the thread is born with all of them blocked. */
static int start_thread(struct store *store)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int rc = pthread_create(&store->thread, NULL, run, store);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (rc == 0)
        pthread_setname_np(store->thread, "beredd-store");
    return rc;
}

static struct store *store_new(struct sqlite_log *log)
{
    struct store *store = NEW(struct store);
    store->log = log;
    store->head = log->head;
    store->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_mutex_init(&store->lock, NULL);
    pthread_cond_init(&store->work, &attr);
    pthread_cond_init(&store->end, &attr);
    pthread_condattr_destroy(&attr);
    return store;
}

enum err store_open(const struct store_config *config, struct store **ret, char **ret_reason)
{
    CLEANUP_BUF struct buf reason = {0};
    struct sqlite_log *log = NULL;
    *ret_reason = NULL;
    enum err err = sqlite_log_open(config, &log, &reason);
    if (err != ERR_OK) {
        *ret_reason = buf_take(&reason);
        return err;
    }
    struct store *store = store_new(log);
    if (store->fd < 0 || start_thread(store) != 0) {
        store_free(store);
        *ret_reason = mem_strdup("cannot start the store's thread");
        return ERR_IO;
    }
    *ret = store;
    return ERR_OK;
}

void store_close(struct store *store)
{
    if (!store)
        return;
    struct timespec deadline = deadline_in(CLOSE_WAIT_SEC * 1000);
    pthread_mutex_lock(&store->lock);
    store->shared.closing = true;
    pthread_cond_signal(&store->work);
    int rc = 0;
    while (!store->shared.ended && rc == 0)
        rc = pthread_cond_timedwait(&store->end, &store->lock, &deadline);
    bool ended = store->shared.ended;
    store->shared.abandoned = !ended;
    pthread_t thread = store->thread;       /* an abandoned store may be gone as soon as the lock is */
    pthread_mutex_unlock(&store->lock);
    if (ended) {
        pthread_join(thread, NULL);
        store_free(store);
    } else {
        pthread_detach(thread);
    }
}

struct store_head store_head(const struct store *store)
{
    return store->head;
}

int store_fd(const struct store *store)
{
    return store->fd;
}

enum err store_last_incident(struct store *store, uint64_t low, uint64_t high, uint64_t *ret)
{
    assert(store->n_reads == 0 && !store->append_in_flight);
    return sqlite_log_last_incident(store->log, low, high, ret);
}

enum err store_replay(struct store *store, store_replay_cb *cb, void *userdata)
{
    assert(store->n_reads == 0 && !store->append_in_flight);
    return sqlite_log_replay(store->log, cb, userdata);
}

static void submit_write(struct store *store, struct job *job)
{
    pthread_mutex_lock(&store->lock);
    queue_push(&store->shared.writes, job);
    pthread_cond_signal(&store->work);
    pthread_mutex_unlock(&store->lock);
}

/* Callbacks come from store_dispatch() alone, so a refusal takes the way of a result. */
static void refuse(struct store *store, struct job *job, enum err err, const char *reason)
{
    job->err = err;
    job->refused = true;
    buf_add_text(&job->reason, reason);
    pthread_mutex_lock(&store->lock);
    post(store, job);
    pthread_mutex_unlock(&store->lock);
}

static void submit_read(struct store *store, struct job *job)
{
    store->n_reads++;
    if (store->n_reads > READS_MAX) {
        refuse(store, job, ERR_BUSY, "too many reads at once");
        return;
    }
    pthread_mutex_lock(&store->lock);
    queue_push(&store->shared.reads, job);
    pthread_cond_signal(&store->work);
    pthread_mutex_unlock(&store->lock);
}

void store_append(struct store *store, uint64_t expected_seq, const struct store_record *records, size_t n,
                  store_append_cb *cb, void *userdata)
{
    assert(n > 0);
    for (size_t i = 0; i < n; i++) {
        assert(records[i].seq == expected_seq + 1 + i);
        assert(records[i].payload || records[i].payload_len == 0);
        assert(records[i].mark == STORE_MARK_NONE || (records[i].mark <= STORE_MARK_SETTLES && records[i].incident != 0));
    }
    struct job *job = job_new(JOB_APPEND, userdata);
    job->append = (struct append){.expected_seq = expected_seq, .records = records, .n = n, .head = store->head, .cb = cb};
    if (store->append_in_flight || store->failed) {
        refuse(store, job, ERR_BUSY, store->failed ? "an earlier write failed" : "another batch is in flight");
        return;
    }
    store->append_in_flight = true;
    submit_write(store, job);
}

void store_recover(struct store *store, store_recover_cb *cb, void *userdata)
{
    struct job *job = job_new(JOB_RECOVER, userdata);
    job->recover_cb = cb;
    submit_write(store, job);
}

void store_read(struct store *store, struct store_range range, size_t limit, store_read_cb *cb, void *userdata)
{
    assert(limit > 0 && limit <= STORE_READ_MAX);
    struct job *job = job_new(JOB_READ, userdata);
    job->read.reading = (struct sqlite_reading){.range = range, .limit = limit};
    job->read.cb = cb;
    submit_read(store, job);
}

void store_list(struct store *store, enum store_listing listing, uint64_t after_seq, size_t limit, store_list_cb *cb, void *userdata)
{
    assert(limit > 0 && limit <= STORE_READ_MAX);
    struct job *job = job_new(JOB_LIST, userdata);
    job->list.listing = (struct sqlite_listing){.which = listing, .after_seq = after_seq, .limit = limit};
    job->list.cb = cb;
    submit_read(store, job);
}

void store_verify(struct store *store, store_verify_cb *cb, void *userdata)
{
    struct job *job = job_new(JOB_VERIFY, userdata);
    job->verify.cb = cb;
    submit_read(store, job);
}

/* --- results ---------------------------------------------------------------------------------------------------------- */

static void deliver_append(struct store *store, struct job *job)
{
    struct append *append = &job->append;
    if (!job->refused) {
        store->append_in_flight = false;
        store->failed = job->err != ERR_OK;
    }
    if (job->err == ERR_OK)
        store->head = append->head;
    append->cb(job->userdata, job->err, job->err == ERR_OK ? NULL : buf_text(&job->reason), &store->head);
}

static void deliver(struct store *store, struct job *job)
{
    const char *reason = job->err == ERR_OK ? NULL : buf_text(&job->reason);
    if (job->kind != JOB_APPEND && job->kind != JOB_RECOVER)
        store->n_reads--;
    switch (job->kind) {
    case JOB_APPEND:
        deliver_append(store, job);
        break;
    case JOB_RECOVER:
        if (job->err == ERR_OK)
            store->failed = false;
        job->recover_cb(job->userdata, job->err, reason);
        break;
    case JOB_READ:
        job->read.cb(job->userdata, job->err, job->read.reading.records, job->err == ERR_OK ? job->read.reading.n : 0);
        break;
    case JOB_LIST:
        job->list.cb(job->userdata, job->err, job->list.listing.listed, job->err == ERR_OK ? job->list.listing.n : 0);
        break;
    case JOB_VERIFY:
        job->verify.cb(job->userdata, job->err, &job->verify.verifying.verdict);
        break;
    }
}

void store_dispatch(struct store *store)
{
    uint64_t rings;
    ssize_t n = read(store->fd, &rings, sizeof rings);
    assert(n == (ssize_t)sizeof rings || errno == EAGAIN || errno == EINTR);
    pthread_mutex_lock(&store->lock);
    struct queue done = store->shared.done;
    store->shared.done = (struct queue){0};
    pthread_mutex_unlock(&store->lock);
    for (struct job *job; (job = queue_pop(&done));) {
        deliver(store, job);
        job_free(job);
    }
}

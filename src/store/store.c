/* The loop's side of the store: what is asked becomes a job in the thread's queue, and what it posts becomes a callback. */
#include "store/store.h"

#include <assert.h>
#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "store/store_impl.h"

enum {
    CLOSE_WAIT_SEC = 2,
    READS_MAX = 256,             /* waiting at once */
};

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
    if (store->fd < 0 || store_thread_start(store) != 0) {
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
    struct timespec deadline = store_deadline_in((int64_t)CLOSE_WAIT_SEC * 1000);
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

enum err store_replay_house(struct store *store, uint8_t kind, size_t limit, store_replay_cb *cb, void *userdata)
{
    assert(store->n_reads == 0 && !store->append_in_flight);
    return sqlite_log_replay_house(store->log, kind, limit, cb, userdata);
}

static void submit_write(struct store *store, struct job *job)
{
    pthread_mutex_lock(&store->lock);
    store_queue_push(&store->shared.writes, job);
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
    store_post(store, job);
    pthread_mutex_unlock(&store->lock);
}

static void submit_read(struct store *store, struct job *job)
{
    store->n_reads++;
    job->next_asked = store->asked;
    job->asked_link = &store->asked;
    if (job->next_asked)
        job->next_asked->asked_link = &job->next_asked;
    store->asked = job;
    if (store->n_reads > READS_MAX) {
        refuse(store, job, ERR_BUSY, "too many reads at once");
        return;
    }
    pthread_mutex_lock(&store->lock);
    store_queue_push(&store->shared.reads, job);
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
    struct job *job = store_job_new(JOB_APPEND, userdata);
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
    struct job *job = store_job_new(JOB_RECOVER, userdata);
    job->recover_cb = cb;
    submit_write(store, job);
}

void store_read(struct store *store, struct store_range range, size_t limit, store_read_cb *cb, void *userdata)
{
    assert(limit > 0 && limit <= STORE_READ_MAX);
    struct job *job = store_job_new(JOB_READ, userdata);
    job->read.reading = (struct sqlite_reading){.range = range, .limit = limit};
    job->read.cb = cb;
    submit_read(store, job);
}

void store_list(struct store *store, enum store_listing listing, uint64_t after_seq, size_t limit, store_list_cb *cb,
                void *userdata)
{
    assert(limit > 0 && limit <= STORE_READ_MAX);
    struct job *job = store_job_new(JOB_LIST, userdata);
    job->list.listing = (struct sqlite_listing){.which = listing, .after_seq = after_seq, .limit = limit};
    job->list.cb = cb;
    submit_read(store, job);
}

void store_verify(struct store *store, store_verify_cb *cb, void *userdata)
{
    struct job *job = store_job_new(JOB_VERIFY, userdata);
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

static void deliver_read(struct job *job)
{
    bool ok = job->err == ERR_OK;
    if (job->kind == JOB_READ)
        job->read.cb(job->userdata, job->err, job->read.reading.records, ok ? job->read.reading.n : 0);
    else if (job->kind == JOB_LIST)
        job->list.cb(job->userdata, job->err, job->list.listing.listed, ok ? job->list.listing.n : 0);
    else
        job->verify.cb(job->userdata, job->err, &job->verify.verifying.verdict);
}

static void forget_read(struct store *store, struct job *job)
{
    store->n_reads--;
    *job->asked_link = job->next_asked;
    if (job->next_asked)
        job->next_asked->asked_link = job->asked_link;
}

static void deliver(struct store *store, struct job *job)
{
    switch (job->kind) {
    case JOB_APPEND:
        deliver_append(store, job);
        break;
    case JOB_RECOVER:
        if (job->err == ERR_OK)
            store->failed = false;
        job->recover_cb(job->userdata, job->err, job->err == ERR_OK ? NULL : buf_text(&job->reason));
        break;
    default:
        forget_read(store, job);
        if (!job->given_up)
            deliver_read(job);
    }
}

/* The job is the thread's now, but for what says whom to tell. */
static void give_up(struct job *job)
{
    static const struct store_verdict unknown;
    job->given_up = true;
    if (job->kind == JOB_READ)
        job->read.cb(job->userdata, ERR_IO, NULL, 0);
    else if (job->kind == JOB_LIST)
        job->list.cb(job->userdata, ERR_IO, NULL, 0);
    else
        job->verify.cb(job->userdata, ERR_IO, &unknown);
}

bool store_is_read(const struct store *store)
{
    const struct job *job = store->asked;
    while (job && job->given_up)
        job = job->next_asked;
    return job != NULL;
}

bool store_give_up_reads(struct store *store, int64_t patience_msec)
{
    pthread_mutex_lock(&store->lock);
    int64_t begun_msec = store->shared.begun_msec;
    pthread_mutex_unlock(&store->lock);
    if (!begun_msec || store_now_msec() - begun_msec < patience_msec)
        return false;
    for (struct job *job = store->asked; job; job = job->next_asked)      /* what a callback asks for comes before these */
        if (!job->given_up && !job->refused)
            give_up(job);
    return true;
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
    for (struct job *job; (job = store_queue_pop(&done));) {
        deliver(store, job);
        store_job_free(job);
    }
}

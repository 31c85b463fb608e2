/* The store's thread. It is dumb: it takes a job, does it or a slice of it, posts the result and rings the eventfd. It runs no
 * callback. What the jobs do is in sqlite_log.h. */
#include <config.h>      /* _GNU_SOURCE */

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "store/store_impl.h"

enum { IDLE_MSEC = 20 };     /* so long without a job, and a checkpoint is in nobody's way */

/* --- queues ----------------------------------------------------------------------------------------------------------- */

void store_queue_push(struct queue *queue, struct job *job)
{
    job->next = NULL;
    if (queue->last)
        queue->last->next = job;
    else
        queue->first = job;
    queue->last = job;
}

struct job *store_queue_pop(struct queue *queue)
{
    struct job *job = queue->first;
    if (!job)
        return NULL;
    queue->first = job->next;
    if (!queue->first)
        queue->last = NULL;
    return job;
}

struct job *store_job_new(enum job_kind kind, void *userdata)
{
    struct job *job = NEW(struct job);
    job->kind = kind;
    job->userdata = userdata;
    return job;
}

void store_job_free(struct job *job)
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
    for (struct job *job; (job = store_queue_pop(queue));)
        store_job_free(job);
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

void store_post(struct store *store, struct job *job)
{
    store_queue_push(&store->shared.done, job);
    uint64_t one = 1;
    ssize_t n = write(store->fd, &one, sizeof one);
    assert(n == (ssize_t)sizeof one);       /* it blocks or fails only at 2^64 - 2 */
}

static void checkpoint(struct store *store)
{
    store->shared.begun_msec = store_now_msec();
    pthread_mutex_unlock(&store->lock);
    sqlite_log_checkpoint(store->log);
    pthread_mutex_lock(&store->lock);
    store->shared.begun_msec = 0;
}

int64_t store_now_msec(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct timespec store_deadline_in(int64_t msec)
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
    struct timespec lull = store_deadline_in(IDLE_MSEC);
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
        struct job *job = store_queue_pop(&store->shared.writes);
        if (job || store->shared.closing)
            return job;
        job = store_queue_pop(&store->shared.reads);
        if (job)
            return job;
        wait_for_work(store);
    }
}

void store_free(struct store *store)
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
        store->shared.begun_msec = store_now_msec();
        pthread_mutex_unlock(&store->lock);
        bool done = job_step(store->log, job);
        pthread_mutex_lock(&store->lock);
        store->shared.begun_msec = 0;
        if (done)
            store_post(store, job);
        else
            store_queue_push(&store->shared.reads, job);    /* behind the others: a long read holds nobody up */
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

/* Signals are the loop's business: the thread is born with all of them blocked. */
int store_thread_start(struct store *store)
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

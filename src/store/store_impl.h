/* Inside the store: the jobs, and what its two threads share. store.c is the loop's side, store_thread.c the store's.
 *
 * The loop's thread owns a job until it is queued, and again once it is posted; between, the store's thread does. Only `shared`
 * is touched by both, under the lock. The log belongs to the store's thread, but for store_open(), store_replay(),
 * store_replay_house() and store_last_incident(), which run while there is no job. */
#ifndef STORE_STORE_IMPL_H
#define STORE_STORE_IMPL_H

#include <pthread.h>
#include <stdbool.h>
#include <time.h>

#include "base/buf.h"
#include "store/sqlite_log.h"
#include "store/store.h"

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
    struct job *next_asked, **asked_link;    /* the loop's at all times: of a read; see store.asked */
    bool given_up;                           /* the loop's at all times: who asked has been told that nothing comes */
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
    struct job *asked;           /* those reads, latest first */
    pthread_t thread;
    int fd;

    pthread_mutex_t lock;
    pthread_cond_t work;
    pthread_cond_t end;
    struct {
        struct queue writes, reads, done;
        int64_t begun_msec;      /* CLOCK_MONOTONIC; when the thread began what it does; 0: it does nothing */
        bool closing;            /* finish the writes, then end */
        bool ended;
        bool abandoned;          /* nobody waits for the end: whoever ends frees the store */
    } shared;
};

struct job *store_job_new(enum job_kind kind, void *userdata);
void store_job_free(struct job *job);
void store_queue_push(struct queue *queue, struct job *job);
struct job *store_queue_pop(struct queue *queue);                     /* NULL: empty */
void store_post(struct store *store, struct job *job);                /* the job is done; with the lock held */
int store_thread_start(struct store *store);                          /* 0, or an errno */
int64_t store_now_msec(void);                                         /* CLOCK_MONOTONIC */
struct timespec store_deadline_in(int64_t msec);                      /* on the conditions' clock, which does not jump */
void store_free(struct store *store);                                 /* with its thread gone, or never there */

#endif

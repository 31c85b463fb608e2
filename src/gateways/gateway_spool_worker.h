/* The spool's thread: it alone touches the directory, since a disk that hangs must not hang the loop. It is dumb: it does one
 * job after the other, watches what smsd leaves, and posts news of both; spool_worker_fd() is readable when there are some. It
 * runs no callback. */
#ifndef GATEWAYS_GATEWAY_SPOOL_WORKER_H
#define GATEWAYS_GATEWAY_SPOOL_WORKER_H

#include <limits.h>

#include "gateways/gateway_spool_dir.h"
#include "gateways/gateway_spool_file.h"

enum { SPOOL_JOBS_MAX = 1024 };

enum spool_job_kind {
    SPOOL_PUT,                       /* page, content -> SPOOL_NEWS_PUT */
    SPOOL_TAKE_BACK,                 /* page -> SPOOL_NEWS_BACK; a PUT of it that has not begun never begins */
    SPOOL_LOOK,                      /* page: what became of it, if that was missed */
    SPOOL_REMOVE,                    /* file: of incoming/, it has been read for good -> SPOOL_NEWS_REMOVED */
    SPOOL_SCAN,                      /* incoming/, now */
};

struct spool_job {
    struct spool_job *next;
    enum spool_job_kind kind;
    struct page_ref page;
    struct buf content;
    char file[NAME_MAX + 1];
};

enum spool_news_kind {
    SPOOL_NEWS_PUT,                  /* page, error, place: where it was already */
    SPOOL_NEWS_BACK,                 /* page, taken, place */
    SPOOL_NEWS_SENT,                 /* page, done, old: it was there at the start */
    SPOOL_NEWS_FAILED,               /* page, done */
    SPOOL_NEWS_INCOMING,             /* file, incoming */
    SPOOL_NEWS_REMOVED,              /* file */
};

struct spool_news {
    struct spool_news *next;
    enum spool_news_kind kind;
    struct page_ref page;
    int error;                       /* an errno */
    bool taken, old;
    enum spool_place place;
    struct spool_done done;
    struct spool_incoming incoming;
    char file[NAME_MAX + 1];
};

struct spool_worker;

/* `gateway` is for the log. NULL: no thread, or no descriptor, could be had. */
struct spool_worker *spool_worker_new(const char *gateway, const char *directory);
/* Waits a moment for the thread; one that hangs frees what is left when it comes back. Accepts NULL. */
void spool_worker_free(struct spool_worker *worker);
int spool_worker_fd(const struct spool_worker *worker);

/* The job is the worker's from then on. False: too many wait; it was freed. */
bool spool_worker_submit(struct spool_worker *worker, struct spool_job *job);
struct spool_job *spool_job_new(enum spool_job_kind kind);

/* The oldest news, for spool_news_free(); NULL: no more, and the descriptor is not readable. */
struct spool_news *spool_worker_next(struct spool_worker *worker);
void spool_news_free(struct spool_news *news);       /* accepts NULL */

#endif

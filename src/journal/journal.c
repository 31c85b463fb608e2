#include <config.h>      /* _GNU_SOURCE */

#include "journal/journal.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
#include <systemd/sd-journal.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "journal/journal_entry.h"

enum { WAITING_MAX = 20000, FIELDS_MAX = 32, KEPT_BYTES_MAX = 262144 };

/* Entries lie one behind the other in a buffer: the length of the fields, then the fields, "NAME=value" and a NUL, again and
 * again; the first is MESSAGE, the second PRIORITY. There are two buffers. One is filled while the thread writes the other
 * out, so that neither waits for the other but to exchange them, and nothing is allocated for each entry. */
struct journal {
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t filled, drained;
    struct buf filling;              /* under the mutex */
    struct buf writing;              /* the thread's */
    struct buf fields;               /* the loop's: an entry in the making */
    bool sleeping, stop, done;       /* under the mutex */
    bool untold;                     /* the loop's: records were added that the thread has not been woken for */
    bool present, terminal;
    _Atomic size_t waiting;
    _Atomic uint64_t lost;
    uint64_t lost_told;
};

/* ---- the thread ---- */

static void write_stderr(const struct journal *journal, const char *fields)
{
    const char *message = fields + strlen("MESSAGE=");
    const char *priority = message + strlen(message) + 1 + strlen("PRIORITY=");
    if (journal->terminal)
        fprintf(stderr, "%s\n", message);
    else
        fprintf(stderr, "<%s>%s\n", priority, message);
}

static void write_journal(const struct journal *journal, const char *fields, size_t len)
{
    struct iovec iov[FIELDS_MAX];
    int n = 0;
    for (const char *at = fields; at < fields + len && n < FIELDS_MAX; at += strlen(at) + 1)
        iov[n++] = (struct iovec){(void *)(uintptr_t)at, strlen(at)};
    /* The service's own stream reaches the journal where its socket has gone stale. */
    if (sd_journal_sendv(iov, n) < 0)
        write_stderr(journal, fields);
}

static void write_entry(const struct journal *journal, const char *fields, size_t len)
{
    if (journal->present)
        write_journal(journal, fields, len);
    else
        write_stderr(journal, fields);
}

/* Takes all that waits at once. False: stopped, and nothing is left. */
static bool take(struct journal *journal)
{
    pthread_mutex_lock(&journal->mutex);
    while (journal->filling.len == 0 && !journal->stop) {
        journal->sleeping = true;
        pthread_cond_wait(&journal->filled, &journal->mutex);
        journal->sleeping = false;
    }
    struct buf taken = journal->filling;
    journal->filling = journal->writing;
    journal->writing = taken;
    pthread_mutex_unlock(&journal->mutex);
    return taken.len > 0;
}

static void write_taken(struct journal *journal)
{
    struct buf *taken = &journal->writing;
    for (size_t at = 0; at < taken->len;) {
        size_t len;
        memcpy(&len, taken->data + at, sizeof(len));
        write_entry(journal, taken->data + at + sizeof(len), len);
        atomic_fetch_sub(&journal->waiting, 1);
        at += sizeof(len) + len;
    }
    if (taken->cap > KEPT_BYTES_MAX)      /* after a storm */
        buf_done(taken);
    else
        buf_clear(taken);
}

static void tell_lost(struct journal *journal)
{
    uint64_t lost = atomic_load(&journal->lost);
    if (lost == journal->lost_told)
        return;
    CLEANUP_BUF struct buf text = {0}, fields = {0};
    buf_add_u64(&text, lost - journal->lost_told);
    buf_add_text(&text, " entries found no place in the journal's queue; bereddctl log has them all.");
    journal_entry_add_log(&fields, LOG_PRIO_WARNING, buf_text(&text));
    journal->lost_told = lost;
    write_entry(journal, buf_text(&fields), fields.len);
}

static void *run(void *userdata)
{
    struct journal *journal = userdata;
    while (take(journal)) {
        write_taken(journal);
        tell_lost(journal);
    }
    pthread_mutex_lock(&journal->mutex);
    journal->done = true;
    pthread_cond_signal(&journal->drained);
    pthread_mutex_unlock(&journal->mutex);
    return NULL;
}

/* ---- life ---- */

struct journal *journal_new(void)
{
    struct journal *journal = NEW(struct journal);
    pthread_condattr_t monotonic;
    journal->present = access("/run/systemd/journal/socket", F_OK) == 0;
    journal->terminal = isatty(STDERR_FILENO);
    pthread_mutex_init(&journal->mutex, NULL);
    pthread_cond_init(&journal->filled, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&journal->drained, &monotonic);
    pthread_condattr_destroy(&monotonic);
    int failed = pthread_create(&journal->thread, NULL, run, journal);
    assert(!failed);
    pthread_setname_np(journal->thread, "beredd-journal");
    return journal;
}

/* A thread that hangs in a journal which does not read is left behind, with what it uses: the process is about to end. */
void journal_free(struct journal *journal)
{
    struct timespec until;
    if (!journal)
        return;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec++;
    pthread_mutex_lock(&journal->mutex);
    journal->stop = true;
    pthread_cond_signal(&journal->filled);
    while (!journal->done && pthread_cond_timedwait(&journal->drained, &journal->mutex, &until) != ETIMEDOUT)
        ;
    bool done = journal->done;
    pthread_mutex_unlock(&journal->mutex);
    if (!done) {
        pthread_detach(journal->thread);
        return;
    }
    pthread_join(journal->thread, NULL);
    pthread_mutex_destroy(&journal->mutex);
    pthread_cond_destroy(&journal->filled);
    pthread_cond_destroy(&journal->drained);
    buf_done(&journal->filling);
    buf_done(&journal->writing);
    buf_done(&journal->fields);
    free(journal);
}

bool journal_present(const struct journal *journal)
{
    return journal->present;
}

/* ---- the loop's thread ---- */

/* False: there is no place, which is counted. */
static bool add(struct journal *journal, const struct buf *fields)
{
    if (atomic_fetch_add(&journal->waiting, 1) >= WAITING_MAX) {
        atomic_fetch_sub(&journal->waiting, 1);
        atomic_fetch_add(&journal->lost, 1);
        return false;
    }
    pthread_mutex_lock(&journal->mutex);
    buf_add(&journal->filling, &fields->len, sizeof(fields->len));
    buf_add(&journal->filling, fields->data, fields->len);
    pthread_mutex_unlock(&journal->mutex);
    return true;
}

/* Whoever added before this was called need not fear that the thread sleeps on: it looks once more before it does. */
static void wake(struct journal *journal)
{
    pthread_mutex_lock(&journal->mutex);
    bool sleeping = journal->sleeping;
    pthread_mutex_unlock(&journal->mutex);
    if (sleeping)
        pthread_cond_signal(&journal->filled);
}

void journal_record(struct journal *journal, const struct record *record, const char *log_head)
{
    buf_clear(&journal->fields);
    if (journal_entry_add(&journal->fields, record, log_head))
        journal->untold |= add(journal, &journal->fields);
}

void journal_flush(struct journal *journal)
{
    if (journal->untold)
        wake(journal);
    journal->untold = false;
}

void journal_log(void *userdata, enum log_priority priority, const char *message)
{
    CLEANUP_BUF struct buf fields = {0};
    journal_entry_add_log(&fields, (int)priority, message);
    if (add(userdata, &fields))
        wake(userdata);
}

uint64_t journal_lost(const struct journal *journal)
{
    return atomic_load(&((struct journal *)(uintptr_t)journal)->lost);
}

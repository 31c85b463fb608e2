#include "journal/journal.h"

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

enum { WAITING_MAX = 20000, FIELDS_MAX = 32 };

struct entry {
    struct entry *next;
    size_t len;
    char fields[];           /* "NAME=value" and a NUL, again and again; the first is MESSAGE */
};

struct journal {
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t filled, drained;
    struct entry *first, **last;
    size_t waiting;
    bool stop, done, present;
    _Atomic uint64_t lost;
    uint64_t lost_told;
};

static void write_stderr(const struct entry *entry) {
    const char *message = entry->fields + strlen("MESSAGE=");
    const char *priority = message + strlen(message) + 1 + strlen("PRIORITY=");
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "%s\n", message);
    else
        fprintf(stderr, "<%s>%s\n", priority, message);
}

static void write_journal(const struct entry *entry) {
    struct iovec fields[FIELDS_MAX];
    int n = 0;
    for (const char *at = entry->fields; at < entry->fields + entry->len && n < FIELDS_MAX; at += strlen(at) + 1)
        fields[n++] = (struct iovec){(void *)(uintptr_t)at, strlen(at)};
    /* The service's own stream reaches the journal where its socket has gone stale. */
    if (sd_journal_sendv(fields, n) < 0)
        write_stderr(entry);
}

static void write_entry(const struct journal *journal, const struct entry *entry) {
    if (journal->present)
        write_journal(entry);
    else
        write_stderr(entry);
}

static struct entry *entry_new(const struct buf *fields) {
    struct entry *entry = mem_alloc(sizeof(*entry) + fields->len + 1);
    entry->len = fields->len;
    memcpy(entry->fields, fields->data, fields->len);
    return entry;
}

static struct entry *lost_entry(uint64_t n) {
    CLEANUP_BUF struct buf text = {0}, fields = {0};
    buf_add_u64(&text, n);
    buf_add_text(&text, " entries found no place in the journal's queue; bereddctl log has them all.");
    journal_entry_add_log(&fields, LOG_PRIO_WARNING, buf_text(&text));
    return entry_new(&fields);
}

/* Takes all that waits at once. NULL: stopped, and nothing is left. */
static struct entry *take(struct journal *journal) {
    struct entry *taken;
    pthread_mutex_lock(&journal->mutex);
    while (!journal->first && !journal->stop)
        pthread_cond_wait(&journal->filled, &journal->mutex);
    taken = journal->first;
    journal->first = NULL;
    journal->last = &journal->first;
    pthread_mutex_unlock(&journal->mutex);
    return taken;
}

static void written(struct journal *journal) {
    pthread_mutex_lock(&journal->mutex);
    journal->waiting--;
    pthread_mutex_unlock(&journal->mutex);
}

static void tell_lost(struct journal *journal) {
    uint64_t lost = atomic_load(&journal->lost);
    if (lost == journal->lost_told)
        return;
    CLEANUP_FREE struct entry *entry = lost_entry(lost - journal->lost_told);
    journal->lost_told = lost;
    write_entry(journal, entry);
}

static void *run(void *userdata) {
    struct journal *journal = userdata;
    struct entry *entry;
    while ((entry = take(journal))) {
        while (entry) {
            struct entry *next = entry->next;
            write_entry(journal, entry);
            written(journal);
            free(entry);
            entry = next;
        }
        tell_lost(journal);
    }
    pthread_mutex_lock(&journal->mutex);
    journal->done = true;
    pthread_cond_signal(&journal->drained);
    pthread_mutex_unlock(&journal->mutex);
    return NULL;
}

struct journal *journal_new(void) {
    struct journal *journal = NEW(struct journal);
    pthread_condattr_t monotonic;
    journal->last = &journal->first;
    journal->present = access("/run/systemd/journal/socket", F_OK) == 0;
    pthread_mutex_init(&journal->mutex, NULL);
    pthread_cond_init(&journal->filled, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&journal->drained, &monotonic);
    pthread_condattr_destroy(&monotonic);
    if (pthread_create(&journal->thread, NULL, run, journal) != 0)
        abort();
    return journal;
}

/* A thread that hangs in a journal which does not read is left behind, with what it uses: the process is about to end. */
void journal_free(struct journal *journal) {
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
    free(journal);
}

bool journal_present(const struct journal *journal) {
    return journal->present;
}

static void add(struct journal *journal, const struct buf *fields) {
    struct entry *entry = entry_new(fields);
    pthread_mutex_lock(&journal->mutex);
    if (journal->waiting < WAITING_MAX) {
        *journal->last = entry;
        journal->last = &entry->next;
        journal->waiting++;
        pthread_cond_signal(&journal->filled);
        entry = NULL;
    }
    pthread_mutex_unlock(&journal->mutex);
    if (entry) {
        atomic_fetch_add(&journal->lost, 1);
        free(entry);
    }
}

void journal_record(struct journal *journal, const struct record *record, const char *log_head) {
    CLEANUP_BUF struct buf fields = {0};
    if (journal_entry_add(&fields, record, log_head))
        add(journal, &fields);
}

void journal_log(void *userdata, enum log_priority priority, const char *message) {
    CLEANUP_BUF struct buf fields = {0};
    journal_entry_add_log(&fields, (int)priority, message);
    add(userdata, &fields);
}

uint64_t journal_lost(const struct journal *journal) {
    return atomic_load(&((struct journal *)(uintptr_t)journal)->lost);
}

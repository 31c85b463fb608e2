#include "turn/opening.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

#include "base/civil.h"
#include "engine/ids.h"
#include "engine/record.h"

/* What the watches remember by, and which texts were read. Of each kind so many are looked at, so that one that is frequent, as
 * checks of gateways are, does not push out what another said months ago. A check that went, and of which nothing is known yet,
 * is a notice; so is a word of the disk. */
enum { HOUSE_RECORDS_MAX = 5000 };
static const enum record_kind house_kinds[] = {RECORD_DUTY_CHANGED, RECORD_GAP_AHEAD, RECORD_GATEWAY_STATE, RECORD_NOTE,
                                               RECORD_SCHEDULE, RECORD_DRILL_ENDED, RECORD_NOTICE_QUEUED, RECORD_NOTICE_SENT,
                                               RECORD_DEGRADED, RECORD_RESTORED};

struct opening {
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    struct opened *result;
    void (*ready)(void *userdata);
    void *userdata;
    char *directory;
};

void opened_free(struct opened *opened)
{
    if (!opened)
        return;
    store_close(opened->store);
    arena_free(opened->memory);
    free(opened->records);
    free(opened->house);
    free(opened->reason);
    free(opened);
}

static void keep_in(struct opened *opened, struct store_record **list, size_t *n, size_t *cap, const struct store_record *record)
{
    if (*n == *cap) {
        *cap = *cap ? 2 * *cap : 256;
        *list = mem_realloc_array(*list, *cap, sizeof(**list));
    }
    struct store_record *kept = &(*list)[(*n)++];
    *kept = *record;
    if (record->payload) {
        void *payload = arena_alloc(opened->memory, record->payload_len + 1);
        kept->payload = memcpy(payload, record->payload, record->payload_len);
    }
}

static void keep(void *userdata, const struct store_record *record)
{
    struct opened *opened = userdata;
    keep_in(opened, &opened->records, &opened->n_records, &opened->cap_records, record);
}

static void keep_house(void *userdata, const struct store_record *record)
{
    struct opened *opened = userdata;
    keep_in(opened, &opened->house, &opened->n_house, &opened->cap_house, record);
}

static int by_seq_down(const void *a, const void *b)
{
    uint64_t left = ((const struct store_record *)a)->seq, right = ((const struct store_record *)b)->seq;
    return (left < right) - (left > right);
}

/* What is damaged of it is not remembered, and may be told once more; that is no reason to do without the log. */
static enum err read_house(struct opened *opened)
{
    enum err err = ERR_OK;
    for (size_t i = 0; (err == ERR_OK || err == ERR_CORRUPT) && i < N_ELEMENTS(house_kinds); i++)
        err = store_replay_house(opened->store, house_kinds[i], HOUSE_RECORDS_MAX, keep_house, opened);
    if (opened->n_house > 0)
        qsort(opened->house, opened->n_house, sizeof(*opened->house), by_seq_down);
    return err == ERR_CORRUPT ? ERR_OK : err;
}

/* From the latest year back, whatever the clock says now: it may be wrong at a start, and right a minute later. */
static enum err read_last_incidents(struct opened *opened)
{
    uint64_t high = incident_key(INCIDENT_YEAR_MAX + 1, 0) - 1;
    enum err err = ERR_OK;
    for (size_t n = 0; n < OPENING_YEARS && err == ERR_OK;) {
        uint64_t last = 0;
        err = store_last_incident(opened->store, 1, high, &last);
        if (err != ERR_OK || last == 0)
            break;
        uint64_t year = last >> 32 << 32;
        err = store_last_incident(opened->store, year, year | (INCIDENT_DEGRADED - 1), &last);
        if (err == ERR_OK && last > 0)
            opened->last_incidents[n++] = last;
        high = year - 1;
    }
    return err;
}

struct opened *opened_new(const char *directory)
{
    struct opened *opened = NEW(struct opened);
    struct store_config config = {.directory = directory};
    opened->memory = arena_new();
    opened->err = store_open(&config, &opened->store, &opened->reason);
    if (opened->err == ERR_OK)
        opened->err = read_last_incidents(opened);
    if (opened->err == ERR_OK)
        opened->err = store_replay(opened->store, keep, opened);
    if (opened->err == ERR_OK)
        opened->err = read_house(opened);
    if (opened->err != ERR_OK && opened->store) {
        store_close(opened->store);
        opened->store = NULL;
    }
    return opened;
}

static void *run(void *userdata)
{
    struct opening *opening = userdata;
    struct opened *opened = opened_new(opening->directory);
    pthread_mutex_lock(&opening->mutex);
    opening->result = opened;
    pthread_cond_signal(&opening->changed);
    if (opening->ready)
        opening->ready(opening->userdata);
    pthread_mutex_unlock(&opening->mutex);
    return NULL;
}

struct opening *opening_begin(const char *directory, void (*ready)(void *userdata), void *userdata)
{
    struct opening *opening = NEW(struct opening);
    pthread_condattr_t monotonic;
    opening->directory = mem_strdup(directory);
    opening->ready = ready;
    opening->userdata = userdata;
    pthread_mutex_init(&opening->mutex, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&opening->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    int failed = pthread_create(&opening->thread, NULL, run, opening);
    assert(!failed);
    return opening;
}

static struct timespec after(int64_t timeout_usec)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    int64_t nsec = until.tv_nsec + timeout_usec % USEC_PER_SEC * 1000;
    until.tv_sec += timeout_usec / USEC_PER_SEC + nsec / 1000000000;
    until.tv_nsec = nsec % 1000000000;
    return until;
}

static void destroy(struct opening *opening)
{
    pthread_join(opening->thread, NULL);
    pthread_mutex_destroy(&opening->mutex);
    pthread_cond_destroy(&opening->changed);
    free(opening->directory);
    free(opening);
}

struct opened *opening_wait(struct opening *opening, int64_t timeout_usec)
{
    struct timespec until = after(timeout_usec);
    int waited = 0;
    pthread_mutex_lock(&opening->mutex);
    while (!opening->result && waited == 0)
        waited = pthread_cond_timedwait(&opening->changed, &opening->mutex, &until);
    struct opened *result = opening->result;
    pthread_mutex_unlock(&opening->mutex);
    if (result)
        destroy(opening);
    return result;
}

void opening_free(struct opening *opening)
{
    if (!opening)
        return;
    pthread_mutex_lock(&opening->mutex);
    bool done = opening->result != NULL;
    opening->ready = NULL;
    pthread_mutex_unlock(&opening->mutex);
    if (!done) {
        pthread_detach(opening->thread);      /* with what it uses: it may come back from the disk, or never */
        return;
    }
    opened_free(opening->result);
    destroy(opening);
}

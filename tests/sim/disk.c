/* The store behind store.h: a log that is durable, one batch in flight, and a disk that is slow, hangs, or fails. Atomic and in
 * order, as the contract says; whether the real one is, its own tests show. */
#include <string.h>

#include "base/heap.h"
#include "engine/record.h"
#include "sim.h"

struct batch_copy {
    struct store_record *records;
    size_t n;
};

struct store {
    struct store_head head;
    struct batch_copy flying;        /* handed in, not answered */
    store_append_cb *appended;
    store_recover_cb *recovered;
    void *userdata;
    int64_t since_usec;
    uint64_t serial;                 /* of the job: late answers of a closed store go nowhere */
    enum err verdict;
    bool failed;
};

static struct {
    struct store_record *records;    /* durable; records[i] has seq i + 1 */
    size_t n, cap;
    struct batch_copy limbo;         /* an append that failed: perhaps it is on the disk */
    enum disk_mode mode;
    int64_t until_usec;
    struct store *open;              /* NULL: nobody has it open */
    uint64_t serial;
} disk;

void disk_set(enum disk_mode mode, int64_t until_usec)
{
    disk.mode = mode;
    disk.until_usec = until_usec;
}

enum disk_mode disk_now(void) { return sim_now() < disk.until_usec ? disk.mode : DISK_FINE; }
int64_t disk_until(void) { return disk_now() == DISK_FINE ? sim_now() : disk.until_usec; }
uint64_t disk_seq(void) { return disk.n; }
const struct store_record *disk_record(uint64_t seq) { return &disk.records[seq - 1]; }
int64_t disk_waits_since(void) { return disk.open && disk.open->flying.n ? disk.open->since_usec : INT64_MAX; }

static struct batch_copy copy_batch(const struct store_record *records, size_t n)
{
    struct batch_copy copy = {.records = mem_dup(records, n * sizeof(*records)), .n = n};
    for (size_t i = 0; i < n; i++)
        copy.records[i].payload = mem_dup(records[i].payload, records[i].payload_len + 1);
    return copy;
}

static void forget(struct batch_copy *batch)
{
    for (size_t i = 0; i < batch->n; i++)
        free((void *)(uintptr_t)batch->records[i].payload);
    free(batch->records);
    *batch = (struct batch_copy){0};
}

static void make_durable(struct batch_copy *batch)
{
    for (size_t i = 0; i < batch->n; i++) {
        if (disk.n == disk.cap) {
            disk.cap = disk.cap ? 2 * disk.cap : 1024;
            disk.records = mem_realloc_array(disk.records, disk.cap, sizeof(*disk.records));
        }
        if (batch->records[i].seq != disk.n + 1)
            fail("P14", "record %lu is committed after record %zu", (unsigned long)batch->records[i].seq, disk.n);
        disk.records[disk.n++] = batch->records[i];
    }
    free(batch->records);
    *batch = (struct batch_copy){0};
}

void disk_crash(void)
{
    struct batch_copy *flying = disk.open ? &disk.open->flying : NULL;
    bool there = one_in(2, "on the disk after all", disk.n, disk.serial);
    if (flying && flying->n)
        note("crash: a batch of %zu in flight %s", flying->n, there ? "was committed" : "is lost");
    if (flying && flying->n && there)
        make_durable(flying);
    else if (flying)
        forget(flying);
    if (disk.limbo.n && there)
        make_durable(&disk.limbo);
    else
        forget(&disk.limbo);
    free(disk.open);
    disk.open = NULL;
}

/* ---- jobs ---- */

static void job_done(void *userdata)
{
    struct store *store = disk.open;
    if (!store || store->serial != (uintptr_t)userdata)
        return;      /* of a process that is gone */
    if (store->recovered) {
        store_recover_cb *cb = TAKE(store->recovered);
        store->failed = store->verdict != ERR_OK;
        if (!store->failed)
            forget(&disk.limbo);
        note("recover: %s", err_text(store->verdict));
        cb(store->userdata, store->verdict, "made up");
        return;
    }
    note("commit of %zu: %s", store->flying.n, err_text(store->verdict));
    if (store->verdict == ERR_OK) {
        store->head.seq += store->flying.n;
        make_durable(&store->flying);
    } else {
        store->failed = true;
        forget(&disk.limbo);
        disk.limbo = store->flying;
        store->flying = (struct batch_copy){0};
    }
    store->appended(store->userdata, store->verdict, "made up", &store->head);
}

/* How long it takes and how it ends, from what the disk is like now. */
static void begin_job(struct store *store)
{
    uint64_t serial = store->serial = ++disk.serial;
    uint64_t dice = draw("disk", disk.n, serial);
    int64_t at_usec = sim_now() + 200 + (int64_t)(dice % 8000);
    store->verdict = ERR_OK;
    store->since_usec = sim_now();
    switch (disk_now()) {
    case DISK_FINE:
        if (dice % 50 == 0)
            at_usec = sim_now() + (int64_t)(dice % 1900) * USEC_PER_MSEC;
        break;
    case DISK_SLOW:
        at_usec = sim_now() + 1500 * USEC_PER_MSEC + (int64_t)(dice % 9000) * USEC_PER_MSEC;
        break;
    case DISK_HANGS:
        at_usec = disk.until_usec + 1000;
        store->verdict = dice % 3 == 0 ? ERR_IO : ERR_OK;
        break;
    case DISK_FAILS:
        store->verdict = dice % 2 ? ERR_NOSPACE : ERR_IO;
        break;
    default:
        abort();
    }
    clock_call(at_usec, job_done, (void *)(uintptr_t)serial);
}

void store_append(struct store *store, uint64_t expected_seq, const struct store_record *records, size_t n, store_append_cb *cb,
                  void *userdata)
{
    if (!node_effect())
        return;
    if (store->flying.n || store->recovered || store->failed || n == 0)
        fail("P14", "an append to a store that takes none now");
    if (expected_seq != store->head.seq)
        fail("P14", "an append after record %lu, and the log ends at %lu", (unsigned long)expected_seq,
             (unsigned long)store->head.seq);
    store->flying = copy_batch(records, n);
    store->appended = cb;
    store->userdata = userdata;
    begin_job(store);
}

void store_recover(struct store *store, store_recover_cb *cb, void *userdata)
{
    if (!node_effect())
        return;
    if (!store->failed || store->recovered)
        fail("P12", "a recovery that nothing asks for");
    store->recovered = cb;
    store->userdata = userdata;
    begin_job(store);
}

/* ---- opening ---- */

enum err store_open(const struct store_config *config, struct store **ret, char **ret_reason)
{
    (void)config;
    *ret_reason = NULL;
    if (disk_now() == DISK_FAILS || disk_now() == DISK_HANGS) {
        *ret_reason = mem_strdup("made up");
        return ERR_IO;
    }
    *ret = disk.open = NEW(struct store);
    disk.open->head.seq = disk.n;
    return ERR_OK;
}

void store_close(struct store *store)
{
    if (store && store == disk.open)
        disk_crash();
}

struct store_head store_head(const struct store *store) { return store->head; }

enum err store_last_incident(struct store *store, uint64_t low, uint64_t high, uint64_t *ret)
{
    (void)store;
    *ret = 0;
    for (size_t i = 0; i < disk.n; i++)
        if (disk.records[i].incident >= low && disk.records[i].incident <= high && disk.records[i].incident > *ret)
            *ret = disk.records[i].incident;
    return ERR_OK;
}

/* A drill that was planned is live from then on. */
static bool opened_before(size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (disk.records[i].incident == disk.records[index].incident && disk.records[i].mark == STORE_MARK_OPENS)
            return true;
    return false;
}

static bool settled(uint64_t incident)
{
    for (size_t i = 0; i < disk.n; i++)
        if (disk.records[i].incident == incident && disk.records[i].mark == STORE_MARK_SETTLES)
            return true;
    return false;
}

enum err store_replay(struct store *store, store_replay_cb *cb, void *userdata)
{
    (void)store;
    for (size_t i = 0; i < disk.n; i++) {
        if (disk.records[i].mark != STORE_MARK_OPENS || settled(disk.records[i].incident) || opened_before(i))
            continue;
        for (size_t k = i; k < disk.n; k++)
            if (disk.records[k].incident == disk.records[i].incident)
                cb(userdata, &disk.records[k]);
    }
    return ERR_OK;
}

enum err store_replay_house(struct store *store, uint8_t kind, size_t limit, store_replay_cb *cb, void *userdata)
{
    (void)store;
    for (size_t i = disk.n; i > 0 && limit > 0; i--) {
        if (disk.records[i - 1].incident != 0 || disk.records[i - 1].kind != kind)
            continue;
        cb(userdata, &disk.records[i - 1]);
        limit--;
    }
    return ERR_OK;
}

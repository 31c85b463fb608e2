/* A start on a log of 1,000,000 records: nearly all of incidents that are over, a few of call-outs whose next step has passed. */
#include <config.h>      /* _GNU_SOURCE */

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/civil.h"
#include "engine/plan.h"
#include "engine/record.h"
#include "report.h"
#include "rig.h"
#include "store/store.h"

enum { RECORDS = 1000000, OVERDUE = 20, RECORDS_OF_ONE = 8, BATCH = 4000, SETTLE_MSEC = 2500 };

#define ROLE "KORT"                  /* repeats every 2 s: overdue again at the next start */

/* ---- writing the log ---- */

struct writer {
    struct store *store;
    struct arena *memory;            /* of the batch */
    struct store_record batch[BATCH];
    size_t n;
    uint64_t seq;
    int64_t at_usec;
    bool waits;
};

static void written(void *userdata, enum err err, const char *reason, const struct store_head *head)
{
    struct writer *writer = userdata;
    (void)head;
    if (err != ERR_OK)
        bench_die("the log cannot be written: %s", reason);
    writer->waits = false;
}

static void flush_batch(struct writer *writer)
{
    if (writer->n == 0)
        return;
    writer->waits = true;
    store_append(writer->store, writer->seq - writer->n, writer->batch, writer->n, written, writer);
    while (writer->waits) {
        bench_check_time();
        usleep(50);
        store_dispatch(writer->store);
    }
    writer->n = 0;
    arena_free(writer->memory);
    writer->memory = arena_new();
}

static void write_record(struct writer *writer, const struct record *record, uint8_t mark)
{
    CLEANUP_BUF struct buf payload = {0};
    if (writer->n == BATCH)
        flush_batch(writer);
    record_encode(record, &payload);
    void *kept = arena_alloc(writer->memory, payload.len + 1);
    memcpy(kept, buf_text(&payload), payload.len);
    writer->batch[writer->n++] = (struct store_record){
        .seq = ++writer->seq, .at_usec = writer->at_usec, .incident = record->incident, .kind = (uint8_t)record->kind, .mark = mark,
        .payload = kept, .payload_len = payload.len,
    };
}

static void write_beginning(struct writer *writer, uint64_t key)
{
    char summary[80];
    snprintf(summary, sizeof(summary), "Brand i skola, Tumba, rök ur taket i norra flygel, %08u", (unsigned)key);
    struct record page = {
        .incident = key, .callout = 1, .page = 1, .nonce = (uint32_t)key, .purpose = PURPOSE_PAGE, .channel = CHANNEL_SMS + 1, .role = ROLE,
        .person = "p00", .address = "+46846500400", .gateway = "sink",
    };
    write_record(writer, &(struct record){.kind = RECORD_OPENED, .incident = key, .source = "s0", .summary = summary, .severity = 1, .body_hash = key},
                 STORE_MARK_OPENS);
    write_record(writer, &(struct record){.kind = RECORD_CALLOUT_STARTED, .incident = key, .callout = 1, .role = ROLE, .severity = 1}, 0);
    write_record(writer, &(struct record){.kind = RECORD_STEP_BEGUN, .incident = key, .callout = 1, .role = ROLE, .step = 1,
                                          .due_usec = writer->at_usec + USEC_PER_HOUR, .delay_usec = USEC_PER_HOUR}, 0);
    page.kind = RECORD_PAGE_QUEUED;
    page.gateway = NULL;
    page.code = 100000 + (uint32_t)key % 900000;
    page.has_token = true;
    write_record(writer, &page, 0);
    page.kind = RECORD_PAGE_SENT;
    page.gateway = "sink";
    page.code = 0;
    page.has_token = false;
    write_record(writer, &page, 0);
}

static void write_end(struct writer *writer, uint64_t key)
{
    write_record(writer, &(struct record){.kind = RECORD_ACKNOWLEDGED, .incident = key, .callout = 1, .role = ROLE, .person = "p00", .actor = "p00"}, 0);
    write_record(writer, &(struct record){.kind = RECORD_CLOSED, .incident = key, .actor = "p00", .text = "klart"}, STORE_MARK_CLOSES);
    write_record(writer, &(struct record){.kind = RECORD_SETTLED, .incident = key}, STORE_MARK_SETTLES);
}

static int this_year(void)
{
    time_t now = time(NULL);
    struct tm broken;
    gmtime_r(&now, &broken);
    return broken.tm_year + 1900;
}

/* The overdue ones stand among the others, as they would. */
static void write_log(const char *directory)
{
    struct writer writer = {.memory = arena_new(), .at_usec = (int64_t)time(NULL) * USEC_PER_SEC - 3 * USEC_PER_HOUR};
    struct store_config config = {.directory = directory};
    char *reason = NULL;
    mkdir(directory, 0700);
    if (store_open(&config, &writer.store, &reason) != ERR_OK)
        bench_die("no log in %s: %s", directory, reason);
    for (uint32_t number = 1; writer.seq < RECORDS; number++) {
        uint64_t key = incident_key(this_year(), number);
        write_beginning(&writer, key);
        if (number % (RECORDS / RECORDS_OF_ONE / OVERDUE) != 0)
            write_end(&writer, key);
    }
    flush_batch(&writer);
    _exit(0);                        /* without closing: the daemon finds it as after a crash, with its write-ahead log */
}

static void make_log(const struct bench *bench)
{
    CLEANUP_FREE char *state = rig_state(bench);
    int status = 0;
    bench_remove(state);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0)
        write_log(state);
    if (waitpid(child, &status, 0) != child || status != 0)
        bench_die("the log of %d records could not be made", RECORDS);
}

/* ---- starting on it ---- */

static void forget_cached(const char *directory)
{
    DIR *dir = opendir(directory);
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        CLEANUP_BUF struct buf path = {0};
        buf_printf(&path, "%s/%s", directory, entry->d_name);
        int fd = entry->d_name[0] == '.' ? -1 : open(buf_text(&path), O_RDONLY | O_CLOEXEC);
        if (fd < 0)
            continue;
        fdatasync(fd);
        posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
        close(fd);
    }
    if (dir)
        closedir(dir);
}

static void start_once(struct bench *bench, struct wire *wire, int64_t *ret_ready_nsec, int64_t *ret_paged_nsec)
{
    struct rig rig;
    uint64_t pages = wire_counts(wire).pages;
    rig_start(bench, wire, false, &rig);
    *ret_ready_nsec = rig_wait_ready(&rig);
    while (wire_counts(wire).pages < pages + OVERDUE)
        wire_turn(wire, 100);
    *ret_paged_nsec = wire_counts(wire).page_nsec - rig.started_nsec;
    rig_stop(&rig);
}

static void start_on_log(struct bench *bench, bool cached, const char *what)
{
    struct wire *wire = wire_new();
    CLEANUP_FREE char *state = rig_state(bench);
    int64_t ready, paged;
    char name[96];
    if (!cached)
        forget_cached(state);
    bench_sleep(SETTLE_MSEC * NSEC_PER_MSEC);
    start_once(bench, wire, &ready, &paged);
    snprintf(name, sizeof(name), "restart, 1,000,000 records, %s: ready", what);
    report_add(bench->report, name, "<= 300 ms", "", "%.0f ms", (double)ready / 1e6);
    snprintf(name, sizeof(name), "  the %d overdue pages out", OVERDUE);
    report_add(bench->report, name, "<= 500 ms", "", "%.0f ms", (double)paged / 1e6);
    wire_free(wire);
}

void part_restart(struct bench *bench)
{
    make_log(bench);
    start_on_log(bench, true, "after a crash");
    start_on_log(bench, false, "log not in memory");
}

#include "history.h"

#include <assert.h>
#include <stdio.h>
#include <sqlite3.h>

#include "check.h"
#include "planted.h"
#include "random.h"
#include "store/sqlite_log.h"

enum { STEPS_MIN = 10, STEPS_MORE = 40, SWEEP_STEPS = 24, BATCH_MAX = 9, CUTS_DEEP = 3 };

void (*history_on_failure)(const char *what);

void history_fail(const char *format, ...)
{
    CLEANUP_BUF struct buf what = {0};
    va_list args;
    va_start(args, format);
    buf_vprintf(&what, format, args);
    va_end(args);
    history_on_failure(buf_text(&what));
    abort();
}

static struct run *run_new(struct disk *disk, struct ledger *ledger, uint64_t seed)
{
    struct run *run = NEW(struct run);
    run->disk = disk;
    run->ledger = ledger;
    run->random = seed;
    disk_mount(disk);
    sqlite3_randomness(0, NULL);     /* it begins anew, from the disk's seed */
    return run;
}

void run_free(struct run *run)
{
    if (!run)
        return;
    disk_mount(run->disk);
    disk_die(run->disk, true);
    sqlite_log_close(run->log);
    disk_free(run->disk);
    ledger_free(run->ledger);
    free(run);
}

static void heal(struct run *run)
{
    run->met_fault = run->met_fault || disk_met_fault(run->disk);
    run->has_fault = false;
    disk_heal(run->disk);
}

static void expect_log(struct run *run, bool crashed)
{
    CLEANUP_BUF struct buf why = {0};
    disk_pause(run->disk, true);
    if (!check_log(run->log, run->ledger, crashed, &why))
        history_fail("%s: %s", run->what, buf_text(&why));
    disk_pause(run->disk, false);
}

/* --- opening and closing --- */

/* If the disk is well it must open, whatever has happened. What it then holds counts from when it is certain to stay. */
static void open_log(struct run *run)
{
    CLEANUP_BUF struct buf reason = {0};
    struct store_config config = {.directory = DISK_DIRECTORY};
    enum err err = sqlite_log_open(&config, &run->log, &reason);
    if (err != ERR_OK && run->has_fault) {
        heal(run);
        buf_clear(&reason);
        err = sqlite_log_open(&config, &run->log, &reason);
    }
    if (err != ERR_OK)
        history_fail("%s: it does not open: %s", run->what, buf_text(&reason));
    if (!run->has_fault && run->log->damage != SQLITE_LOG_SOUND)
        history_fail("%s: it opens damaged", run->what);
    expect_log(run, true);
    if (run->log->damage == SQLITE_LOG_SOUND)
        ledger_promise_chain(run->ledger, disk_n_ops(run->disk));
}

static void close_log(struct run *run)
{
    sqlite_log_close(TAKE(run->log));
}

static void kill_log(struct run *run)
{
    disk_die(run->disk, true);
    sqlite_log_close(TAKE(run->log));
    disk_die(run->disk, false);
}

/* --- appending --- */

static void confirm_early(void *userdata)
{
    struct run *run = userdata;
    disk_watch_syncs(run->disk, NULL, NULL);
    ledger_promise(run->ledger, run->batch, disk_n_ops(run->disk));
}

static bool append(struct run *run)
{
    CLEANUP_BUF struct buf reason = {0};
    size_t n = 1 + random_below(&run->random, BATCH_MAX);
    uint64_t before = run->ledger->n_records;
    run->batch = ledger_begin(run->ledger, n, disk_n_ops(run->disk), &run->random);
    bool sound = run->log->damage == SQLITE_LOG_SOUND;
    if (planted == PLANTED_EARLY)
        disk_watch_syncs(run->disk, confirm_early, run);
    enum err err = sqlite_log_append(run->log, before, run->ledger->batches[run->batch].records, n, &reason);
    disk_watch_syncs(run->disk, NULL, NULL);
    if (err == ERR_OK && run->ledger->n_records == before)
        ledger_promise(run->ledger, run->batch, disk_n_ops(run->disk));
    if (err != ERR_OK && sound && !run->has_fault)
        history_fail("%s: appending fails on a disk that is well: %s", run->what, buf_text(&reason));
    return err == ERR_OK;
}

static bool recover(struct run *run)
{
    CLEANUP_BUF struct buf reason = {0};
    enum err err = sqlite_log_recover(run->log, &reason);
    if (err != ERR_OK && !run->has_fault)
        history_fail("%s: it does not recover on a disk that is well: %s", run->what, buf_text(&reason));
    return err == ERR_OK;
}

/* As the daemon does: after a failure it recovers, as often as it takes, and appends what was not confirmed; or dies of it. */
static void append_at_last(struct run *run)
{
    for (unsigned tries = 0; !append(run); tries++) {
        bool recovered = false;
        while (!recovered && tries++ < 4) {
            if (random_below(&run->random, 4) == 0)
                return;              /* a while later, then, or after a restart */
            if (tries >= 3)
                heal(run);
            recovered = recover(run);
        }
        if (!recovered)
            return;
        expect_log(run, false);
    }
}

/* --- a life --- */

static void arm(struct run *run)
{
    struct disk_fault fault = {
        .nth = 1 + random_below(&run->random, random_below(&run->random, 2) ? 6 : 60),
        .kind = (enum disk_failing)random_below(&run->random, DISK_FAILINGS),
        .forever = random_below(&run->random, 3) == 0,
        .only_syncs = random_below(&run->random, 2) == 0,
    };
    if (fault.only_syncs)
        fault.nth = 1 + random_below(&run->random, 4);
    heal(run);
    disk_arm(run->disk, &fault);
    run->has_fault = true;
}

static void checkpoint(struct run *run)
{
    if (run->log->writable && run->log->damage == SQLITE_LOG_SOUND)
        sqlite_log_checkpoint(run->log);
}

static void step(struct run *run)
{
    uint64_t choice = random_below(&run->random, 20);
    if (random_below(&run->random, 20) < run->storm)
        arm(run);
    if (choice <= 2) {
        checkpoint(run);
    } else if (choice == 3) {
        run->what = "stopped and started again";
        close_log(run);
        open_log(run);
    } else if (choice == 4) {
        run->what = "killed and started again";
        kill_log(run);
        open_log(run);
    } else {
        run->what = "appending";
        append_at_last(run);
    }
}

static void end(struct run *run)
{
    heal(run);
    run->what = "at the end";
    if (!recover(run) || !append(run))
        history_fail("it does not go on on a disk that is well");
    expect_log(run, false);
    close_log(run);
    open_log(run);
    close_log(run);
}

struct run *history_run(const struct history *history)
{
    bool sweeps = history->fault.nth > 0;
    struct run *run = run_new(disk_new(history->seed), ledger_new(), random_mix(history->seed, 1));
    run->what = "created";
    if (sweeps) {
        disk_arm(run->disk, &history->fault);
        run->has_fault = true;
    }
    open_log(run);
    run->storm = sweeps ? 0 : (unsigned[]){0, 1, 3, 8}[random_below(&run->random, 4)];
    uint64_t steps = sweeps ? SWEEP_STEPS : STEPS_MIN + random_below(&run->random, STEPS_MORE);
    for (uint64_t i = 0; i < steps; i++)
        step(run);
    end(run);
    return run;
}

/* --- what a crash leaves --- */

/* Somebody edits a record of the last file. */
static void change_behind_its_back(struct run *run)
{
    CLEANUP_BUF struct buf sql = {0}, why = {0};
    uint64_t base = sqlite_log_last(run->log)->base.seq, head = run->log->head.seq;
    if (head == base)
        return;
    uint64_t seq = base + 1 + random_below(&run->random, head - base);
    CLEANUP_FREE char *path = sqlite_log_path(run->log, sqlite_log_last(run->log)->number);
    close_log(run);
    sqlite3 *db = NULL;
    int rc = sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL);
    assert(rc == SQLITE_OK);
    buf_printf(&sql, "PRAGMA locking_mode = EXCLUSIVE; DROP TRIGGER log_is_not_changed;"
               " UPDATE log SET payload = CAST(payload || x'00' AS BLOB) WHERE seq = %llu",
               (unsigned long long)seq);
    rc = sqlite3_exec(db, buf_text(&sql), NULL, NULL, NULL);
    assert(rc == SQLITE_OK);
    sqlite3_close(db);
    struct store_config config = {.directory = DISK_DIRECTORY};
    enum err err = sqlite_log_open(&config, &run->log, &why);
    if (err != ERR_OK || !check_finds_change(run->log, seq, &why))
        history_fail("%s", buf_text(&why));
}

static void cut(const struct run *run, size_t n_ops, enum disk_loss loss, uint64_t seed, unsigned depth)
{
    struct disk *image = disk_image(run->disk, n_ops, loss, seed);
    struct run *after = run_new(image, ledger_after_cut(run->ledger, n_ops), random_mix(seed, 2));
    after->what = "after the crash";
    if (random_below(&after->random, 8) == 0)
        arm(after);
    open_log(after);
    uint64_t choice = random_below(&after->random, 16);
    if (choice < 8) {
        after->what = "going on after the crash";
        append_at_last(after);
    }
    heal(after);
    if (choice == 0) {
        change_behind_its_back(after);
    } else if (choice < 3) {
        checkpoint(after);
        close_log(after);
        after->what = "started again after the crash";
        open_log(after);
    } else if (choice < 7 && depth < CUTS_DEEP && disk_n_ops(image) > 0) {
        size_t next = random_below(&after->random, disk_n_ops(image) + 1);
        cut(after, next, (enum disk_loss)random_below(&after->random, DISK_LOSSES), random_next(&after->random), depth + 1);
    }
    run_free(after);
}

void history_cut(const struct run *run, size_t n_ops, unsigned variant, uint64_t seed)
{
    cut(run, n_ops, (enum disk_loss)(variant % DISK_LOSSES), seed, 0);
}

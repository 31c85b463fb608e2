/* The store on a disk that fails, fills up, hangs, or is cut off with the process: what was confirmed stays, a batch is there
 * whole or not at all, and once the disk is well the log goes on and verifies from its first record. */
#include "store_fixture.h"

#include <openssl/evp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/fault_vfs.h"

static const char three[] = "7 opens a\n7 - b\n8 opens c";

/* --- a full disk ------------------------------------------------------------------------------------------------------------ */

START_TEST(full_disk_goes_on_in_the_same_file)
{
    struct fixture f = fixture_new();
    fixture_open(&f);
    ck_assert_int_eq(fixture_append(&f, three), ERR_OK);
    struct fault full = {.ops = FAULT_WRITE, .nth = 1, .forever = true, .kind = FAULT_ENOSPC};
    fault_vfs_arm(&full);
    ck_assert_int_eq(fixture_append(&f, "7 - lost\n7 closes lost"), ERR_NOSPACE);
    ck_assert_int_eq(fixture_append(&f, "7 - refused"), ERR_BUSY);
    ck_assert_str_eq(fixture_read(&f, 0, 0, 10), "1:7 a;2:7 b;3:8 c;");
    ck_assert_int_eq(fixture_recover(&f), ERR_NOSPACE);
    ck_assert_int_eq(fixture_recover(&f), ERR_NOSPACE);
    ck_assert_int_eq(fixture_append(&f, "7 - refused"), ERR_BUSY);
    ck_assert_str_eq(fixture_read(&f, 0, 0, 10), "1:7 a;2:7 b;3:8 c;");
    ck_assert_str_eq(fixture_list(&f, STORE_LIST_OPEN, 0, 10), "7@1;8@3;");
    fixture_assert_whole(&f);
    fault_vfs_disarm();
    ck_assert_int_eq(fixture_recover(&f), ERR_OK);
    ck_assert_int_eq(fixture_append(&f, "7 - d"), ERR_OK);
    ck_assert(!fixture_exists(&f, "beredd-2.db"));
    fixture_reopen(&f);
    ck_assert_str_eq(fixture_read(&f, 0, 0, 10), "1:7 a;2:7 b;3:8 c;4:7 d;");
    ck_assert_str_eq(fixture_list(&f, STORE_LIST_OPEN, 0, 10), "7@1;8@3;");
    fixture_assert_whole(&f);
    fixture_done(&f);
}
END_TEST

START_TEST(store_that_cannot_be_created_says_so)
{
    struct fixture f = fixture_new();
    struct fault full = {.ops = FAULT_WRITE, .nth = 1, .forever = true, .kind = FAULT_ENOSPC};
    fault_vfs_arm(&full);
    ck_assert_int_eq(fixture_try_open(&f, false), ERR_NOSPACE);
    fault_vfs_disarm();
    ck_assert_uint_eq(fixture_n_files(&f), 0);
    struct fault dead = {.ops = FAULT_READ, .nth = 1, .forever = true, .kind = FAULT_EIO};
    fixture_open(&f);
    fixture_close(&f);
    fault_vfs_arm(&dead);
    ck_assert_int_eq(fixture_try_open(&f, false), ERR_IO);
    fault_vfs_disarm();
    fixture_done(&f);
}
END_TEST

/* A real limit of the kernel's, without the shim's help: files may not grow beyond it. */
static void fill_up_to_the_limit(struct fixture *f, struct rlimit *ret_before)
{
    struct rlimit limit = {.rlim_cur = 300000, .rlim_max = RLIM_INFINITY};
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, ret_before), 0);
    signal(SIGXFSZ, SIG_IGN);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    enum err err = ERR_OK;
    size_t n = 0;
    for (; err == ERR_OK && n < 1000; n++)
        err = fixture_append(f, "7 - aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
    ck_assert_int_eq(err, ERR_IO);
    ck_assert_uint_gt(n, 5);
}

START_TEST(file_that_may_not_grow_is_followed_by_another)
{
    struct fixture f = fixture_new();
    fixture_open(&f);
    ck_assert_int_eq(fixture_append(&f, three), ERR_OK);
    struct rlimit before;
    fill_up_to_the_limit(&f, &before);
    uint64_t confirmed = store_head(f.store).seq;
    ck_assert_int_eq(fixture_recover(&f), ERR_OK);
    ck_assert(fixture_exists(&f, "beredd-2.db"));
    ck_assert_int_eq(fixture_append(&f, "8 - more"), ERR_OK);
    ck_assert_uint_eq(store_head(f.store).seq, confirmed + 1);
    fixture_assert_whole(&f);
    fixture_reopen(&f);
    fixture_assert_whole(&f);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &before), 0);
    fixture_done(&f);
}
END_TEST

/* --- a failed fsync: the nastiest, for the batch may be on the disk all the same ---------------------------------------------- */

static void fail_sync(struct fixture *f, const char *lines)
{
    struct fault fault = {.ops = FAULT_SYNC, .nth = 1, .kind = FAULT_EIO};
    fault_vfs_arm(&fault);
    ck_assert_int_eq(fixture_append(f, lines), ERR_IO);
    ck_assert_uint_eq(fault_vfs_failed(), 1);
    fault_vfs_disarm();
}

START_TEST(the_house_is_replayed_across_files)
{
    struct fixture f = fixture_new();
    fixture_open(&f);
    ck_assert_int_eq(fixture_append(&f, "0 - a\n7 opens b\n0 - c"), ERR_OK);
    fail_sync(&f, "0 - void");
    ck_assert_int_eq(fixture_recover(&f), ERR_OK);
    ck_assert_int_eq(fixture_append(&f, "0 - d\n7 - e\n0 - f"), ERR_OK);
    fixture_reopen(&f);
    ck_assert_str_eq(fixture_replay_house(&f, 1, 10), "4:0 d;1:0 a;");
    ck_assert_str_eq(fixture_replay_house(&f, 3, 10), "6:0 f;3:0 c;");
    ck_assert_str_eq(fixture_replay_house(&f, 3, 1), "6:0 f;");
    fixture_done(&f);
}
END_TEST

START_TEST(failed_sync_begins_a_new_file)
{
    struct fixture f = fixture_new();
    fixture_open(&f);
    ck_assert_int_eq(fixture_append(&f, "7 opens a\n8 opens b\n9 opens c\n9 closes d\n9 settles e"), ERR_OK);
    /* Never confirmed, but in the file: it must count for nothing. */
    fail_sync(&f, "8 closes void\n8 settles void\n7 closes void\n4 opens void");
    ck_assert_str_eq(fixture_read(&f, 0, 5, 10), "");
    ck_assert_int_eq(fixture_recover(&f), ERR_OK);
    ck_assert(fixture_exists(&f, "beredd-2.db"));
    ck_assert_str_eq(fixture_replay(&f), "1:7 a;2:8 b;");
    ck_assert_int_eq(fixture_append(&f, "8 - f\n5 opens g\n7 closes h"), ERR_OK);
    for (int i = 0; i < 2; i++) {
        ck_assert_str_eq(fixture_read(&f, 0, 0, 20), "1:7 a;2:8 b;3:9 c;4:9 d;5:9 e;6:8 f;7:5 g;8:7 h;");
        ck_assert_str_eq(fixture_read(&f, 0, 3, 3), "4:9 d;5:9 e;6:8 f;");
        ck_assert_str_eq(fixture_read(&f, 8, 0, 20), "2:8 b;6:8 f;");
        ck_assert_str_eq(fixture_replay(&f), "1:7 a;8:7 h;2:8 b;6:8 f;7:5 g;");
        ck_assert_str_eq(fixture_list(&f, STORE_LIST_ALL, 0, 20), "7@1;8@2;9@3;5@7;");
        ck_assert_str_eq(fixture_list(&f, STORE_LIST_OPEN, 0, 20), "8@2;5@7;");
        ck_assert_str_eq(fixture_list(&f, STORE_LIST_CLOSED, 0, 20), "7@1;9@3;");
        ck_assert_str_eq(fixture_list(&f, STORE_LIST_CLOSED, 1, 1), "9@3;");
        fixture_assert_whole(&f);
        fixture_reopen(&f);
    }
    uint64_t last = 0;
    ck_assert_int_eq(store_last_incident(f.store, 0, 100, &last), ERR_OK);
    ck_assert_uint_eq(last, 9);
    ck_assert_int_eq(store_last_incident(f.store, 0, 4, &last), ERR_OK);
    ck_assert_uint_eq(last, 4);     /* never confirmed, yet somebody may have seen it */
    fixture_done(&f);
}
END_TEST

static void digest_file(const struct fixture *f, const char *name, uint8_t *ret)
{
    CLEANUP_FREE char *path = fixture_path(f, name);
    CLEANUP_BUF struct buf bytes = {0};
    FILE *file = fopen(path, "r");
    ck_assert_msg(file, "%s is gone", name);
    for (size_t n; (n = fread(buf_reserve(&bytes, 4096), 1, 4096, file)) > 0;)
        bytes.len += n;
    fclose(file);
    ck_assert_int_eq(EVP_Digest(bytes.data, bytes.len, ret, NULL, EVP_sha256(), NULL), 1);
}

/* Not even by SQLite's own tidying when a database is closed: a checkpoint then would trust what failed. */
START_TEST(distrusted_file_is_never_written_again)
{
    static const char *const names[] = {"beredd.db", "beredd.db-wal"};
    uint8_t before[2][32], after[32];
    struct fixture f = fixture_new();
    fixture_open(&f);
    ck_assert_int_eq(fixture_append(&f, three), ERR_OK);
    fail_sync(&f, "7 - void");
    for (size_t i = 0; i < 2; i++)
        digest_file(&f, names[i], before[i]);
    if (_i == 1) {
        fixture_close(&f);     /* without having recovered */
    } else {
        ck_assert_int_eq(fixture_recover(&f), ERR_OK);
        ck_assert_int_eq(fixture_append(&f, three), ERR_OK);
        for (int i = 0; i < 2; i++) {
            fixture_assert_whole(&f);
            fixture_reopen(&f);
        }
    }
    for (size_t i = 0; i < 2; i++) {
        digest_file(&f, names[i], after);
        ck_assert_mem_eq(before[i], after, sizeof after);
    }
    fixture_done(&f);
}
END_TEST

START_TEST(many_failures_make_many_files)
{
    struct fixture f = fixture_new();
    fixture_open(&f);
    ck_assert_int_eq(fixture_append(&f, "1 opens a"), ERR_OK);
    for (unsigned i = 2; i <= 8; i++) {
        char line[64];
        fail_sync(&f, "1 - void\n1 - void");
        ck_assert_int_eq(fixture_recover(&f), ERR_OK);
        snprintf(line, sizeof line, "1 - x\n%u opens x", i);
        ck_assert_int_eq(fixture_append(&f, line), ERR_OK);
        if (i % 3 == 0)
            fixture_reopen(&f);
    }
    ck_assert(fixture_exists(&f, "beredd-8.db"));
    ck_assert_str_eq(fixture_list(&f, STORE_LIST_ALL, 0, 20), "1@1;2@3;3@5;4@7;5@9;6@11;7@13;8@15;");
    ck_assert_str_eq(fixture_list(&f, STORE_LIST_OPEN, 0, 20), "1@1;2@3;3@5;4@7;5@9;6@11;7@13;8@15;");
    ck_assert_str_eq(fixture_read(&f, 1, 0, 20), "1:1 a;2:1 x;4:1 x;6:1 x;8:1 x;10:1 x;12:1 x;14:1 x;");
    fixture_assert_whole(&f);
    /* A file in which nothing was confirmed does not stay. */
    fail_sync(&f, "1 - void");
    ck_assert_int_eq(fixture_recover(&f), ERR_OK);
    fail_sync(&f, "1 - void");
    ck_assert_int_eq(fixture_recover(&f), ERR_OK);
    ck_assert(!fixture_exists(&f, "beredd-9.db"));
    ck_assert(fixture_exists(&f, "beredd-10.db"));
    ck_assert_int_eq(fixture_append(&f, "1 closes y"), ERR_OK);
    fixture_reopen(&f);
    fixture_assert_whole(&f);
    ck_assert_str_eq(fixture_list(&f, STORE_LIST_CLOSED, 0, 20), "1@1;");
    /* A file that was taken away is missed. */
    fixture_close(&f);
    CLEANUP_FREE char *gone = fixture_path(&f, "beredd-4.db");
    ck_assert_int_eq(unlink(gone), 0);
    fixture_open(&f);
    enum err err;
    struct store_verdict verdict = fixture_verify(&f, &err);
    ck_assert(!verdict.whole);
    ck_assert_uint_eq(verdict.first_bad_seq, 6);
    fixture_done(&f);
}
END_TEST

START_TEST(edit_in_an_earlier_file_is_found)
{
    static const char *const edits[] = {"UPDATE log SET at = at + 1 WHERE seq = 2", "DELETE FROM log WHERE seq = 2"};
    struct fixture f = fixture_new();
    fixture_open(&f);
    ck_assert_int_eq(fixture_append(&f, "1 opens a\n1 - b"), ERR_OK);
    fail_sync(&f, "1 - void");
    ck_assert_int_eq(fixture_recover(&f), ERR_OK);
    ck_assert_int_eq(fixture_append(&f, "1 - c"), ERR_OK);
    fixture_close(&f);
    fixture_sql(&f, "beredd.db", edits[_i]);
    fixture_open(&f);
    enum err err;
    struct store_verdict verdict = fixture_verify(&f, &err);
    ck_assert(!verdict.whole);
    ck_assert_uint_eq(verdict.first_bad_seq, 2);
    fixture_done(&f);
}
END_TEST

/* A checkpoint whose fsync failed: the next append is refused, and nothing is lost. */
START_TEST(failed_checkpoint_begins_a_new_file)
{
    struct fixture f = fixture_new();
    fixture_open(&f);
    struct fault fault = {.ops = FAULT_SYNC, .suffix = ".db", .nth = 1, .kind = FAULT_EIO};
    fault_vfs_arm(&fault);
    enum err err = ERR_OK;
    for (size_t i = 0; i < 200 && err == ERR_OK; i++)
        err = fixture_try_append_many(&f, 100, 4000);
    ck_assert_int_eq(err, ERR_IO);
    ck_assert_uint_eq(fault_vfs_failed(), 1);
    fault_vfs_disarm();
    ck_assert_int_eq(fixture_recover(&f), ERR_OK);
    ck_assert(fixture_exists(&f, "beredd-2.db"));
    ck_assert_int_eq(fixture_append(&f, three), ERR_OK);
    fixture_assert_whole(&f);
    fixture_reopen(&f);
    fixture_assert_whole(&f);
    fixture_done(&f);
}
END_TEST

/* Started again after a failed fsync: what the write-ahead log reads back may be in the kernel's memory alone, and is written anew. */
START_TEST(leftovers_are_written_anew)
{
    struct fixture f = fixture_new();
    struct stat before, after;
    fixture_open(&f);
    ck_assert_int_eq(fixture_append(&f, three), ERR_OK);
    fail_sync(&f, "7 - d");
    fixture_close(&f);
    CLEANUP_FREE char *wal = fixture_path(&f, "beredd.db-wal");
    ck_assert_int_eq(stat(wal, &before), 0);
    fixture_open(&f);
    ck_assert_int_eq(stat(wal, &after), 0);
    ck_assert(after.st_ino != before.st_ino && after.st_size == before.st_size);
    ck_assert(!fixture_exists(&f, "beredd.db-wal-copy"));
    ck_assert_int_eq(fixture_append(&f, "7 - e"), ERR_OK);
    fixture_reopen(&f);
    ck_assert_str_eq(fixture_read(&f, 7, 0, 10), "1:7 a;2:7 b;4:7 d;5:7 e;");
    fixture_assert_whole(&f);
    fixture_done(&f);
}
END_TEST

/* And where that cannot be done, nothing follows it: recovery writes all of it into a new file. */
START_TEST(leftovers_that_stay_doubtful_are_copied)
{
    struct fixture f = fixture_new();
    fixture_open(&f);
    ck_assert_int_eq(fixture_append(&f, "7 opens a\n8 opens b\n8 closes c\n8 settles d"), ERR_OK);
    fail_sync(&f, "7 - e\n9 opens f");
    fixture_close(&f);
    CLEANUP_FREE char *in_the_way = fixture_path(&f, "beredd.db-wal-copy");
    ck_assert_int_eq(mkdir(in_the_way, 0700), 0);
    fixture_open(&f);
    ck_assert_str_eq(fixture_replay(&f), "1:7 a;5:7 e;6:9 f;");
    ck_assert_int_eq(fixture_append(&f, "7 - g"), ERR_IO);
    ck_assert_int_eq(fixture_recover(&f), ERR_OK);
    ck_assert(fixture_exists(&f, "beredd-2.db") && !fixture_exists(&f, "beredd.db"));
    ck_assert_int_eq(fixture_append(&f, "7 - g"), ERR_OK);
    ck_assert_int_eq(rmdir(in_the_way), 0);
    fixture_reopen(&f);
    ck_assert_str_eq(fixture_read(&f, 0, 0, 10), "1:7 a;2:8 b;3:8 c;4:8 d;5:7 e;6:9 f;7:7 g;");
    ck_assert_str_eq(fixture_list(&f, STORE_LIST_OPEN, 0, 10), "7@1;9@6;");
    ck_assert_str_eq(fixture_list(&f, STORE_LIST_CLOSED, 0, 10), "8@2;");
    ck_assert_str_eq(fixture_replay(&f), "1:7 a;5:7 e;7:7 g;6:9 f;");
    fixture_assert_whole(&f);
    fixture_done(&f);
}
END_TEST

/* --- every operation in turn ------------------------------------------------------------------------------------------------------ */

static const char whole_log[] = "1:7 a;2:7 b;3:8 c;4:7 d;5:8 e;6:9 f;";

/* Whichever operation of append or recovery fails, once or for a while: when the disk is well again, the log goes on. */
static bool survive(uint64_t nth, bool forever, enum fault_kind kind)
{
    struct fixture f = fixture_new();
    struct fault fault = {.ops = FAULT_ANY, .nth = nth, .forever = forever, .kind = kind};
    fixture_open(&f);
    ck_assert_int_eq(fixture_append(&f, three), ERR_OK);
    fault_vfs_arm(&fault);
    bool appended = fixture_append(&f, "7 - d\n8 closes e\n9 opens f") == ERR_OK;
    bool recovered = appended || fixture_recover(&f) == ERR_OK;
    bool failed = fault_vfs_failed() > 0;
    fault_vfs_disarm();
    if (!recovered)
        ck_assert_int_eq(fixture_recover(&f), ERR_OK);
    if (!appended)
        ck_assert_int_eq(fixture_append(&f, "7 - d\n8 closes e\n9 opens f"), ERR_OK);
    for (int i = 0; i < 2; i++) {
        ck_assert_str_eq(fixture_read(&f, 0, 0, 20), whole_log);
        ck_assert_str_eq(fixture_list(&f, STORE_LIST_OPEN, 0, 20), "7@1;9@6;");
        ck_assert_str_eq(fixture_replay(&f), "1:7 a;2:7 b;4:7 d;3:8 c;5:8 e;6:9 f;");
        fixture_assert_whole(&f);
        fixture_reopen(&f);
    }
    fixture_done(&f);
    return failed;
}

START_TEST(any_operation_may_fail)
{
    uint64_t nth = 1;
    while (survive(nth, false, FAULT_EIO) && nth < 500)
        nth++;
    ck_assert_uint_gt(nth, 5);      /* as many operations as there are in one append */
    for (nth = 1; survive(nth, false, FAULT_ENOSPC) && nth < 500;)
        nth++;
    ck_assert_uint_gt(nth, 5);
    /* Among these: all of the batch is in the file, and yet it was "refused". Then the file may not simply go on. */
    for (nth = 1; survive(nth, false, FAULT_LIE) && nth < 500;)
        nth++;
    ck_assert_uint_gt(nth, 5);
}
END_TEST

START_TEST(any_operation_may_fail_and_all_after_it)
{
    /* With every later operation failing too, those of recovery do, so there is no end by itself: as far as the first append goes. */
    for (uint64_t nth = 1; nth <= 12; nth++) {
        (void)survive(nth, true, FAULT_EIO);
        (void)survive(nth, true, FAULT_ENOSPC);
    }
}
END_TEST

/* A first failure begins the recovery, and then the nth operation of the recovery itself fails. */
START_TEST(recovery_may_fail_at_any_operation)
{
    bool failed = true;
    uint64_t nth;
    for (nth = 1; failed && nth < 500; nth++) {
        struct fixture f = fixture_new();
        fixture_open(&f);
        ck_assert_int_eq(fixture_append(&f, three), ERR_OK);
        fail_sync(&f, "7 - void");
        struct fault fault = {.ops = FAULT_ANY, .nth = nth, .kind = FAULT_EIO};
        fault_vfs_arm(&fault);
        enum err err = fixture_recover(&f);
        failed = fault_vfs_failed() > 0;
        fault_vfs_disarm();
        if (nth % 2 == 0 && err != ERR_OK)
            fixture_reopen(&f);         /* or the daemon is started again instead: then what was void may be there */
        else if (err != ERR_OK)
            ck_assert_int_eq(fixture_recover(&f), ERR_OK);
        ck_assert_uint_ge(store_head(f.store).seq, 3);
        ck_assert_int_eq(fixture_append(&f, "7 - d"), ERR_OK);
        fixture_assert_whole(&f);
        fixture_reopen(&f);
        fixture_assert_whole(&f);
        ck_assert_str_eq(fixture_list(&f, STORE_LIST_OPEN, 0, 20), "7@1;8@3;");
        fixture_done(&f);
    }
    ck_assert_uint_gt(nth, 20);
}
END_TEST

/* What the promise of a 2xx rests on. */
START_TEST(every_commit_is_synced)
{
    struct fixture f = fixture_new();
    struct fault count = {.ops = FAULT_SYNC, .suffix = "-wal", .kind = FAULT_COUNT};
    fixture_open(&f);
    for (uint64_t i = 0; i < 5; i++) {
        fault_vfs_arm(&count);
        ck_assert_int_eq(fixture_append(&f, "1 - x"), ERR_OK);
        ck_assert_uint_ge(fault_vfs_seen(), 1);
        fault_vfs_disarm();
    }
    fixture_done(&f);
}
END_TEST

/* --- the process dies ---------------------------------------------------------------------------------------------------------------- */

/* In a child: opens, appends batches of three, and tells through the pipe what was confirmed. Dies at its nth operation. */
static void live_and_die(struct fixture *f, uint64_t nth, int fd)
{
    struct fault fault = {.ops = FAULT_OPEN | FAULT_WRITE | FAULT_SYNC | FAULT_TRUNCATE, .nth = nth, .kind = FAULT_EXIT};
    fault_vfs_arm(&fault);
    fixture_open(f);
    for (uint8_t i = 0; i < 4; i++) {
        ck_assert_int_eq(fixture_append(f, "7 - a\n7 - b\n7 - c"), ERR_OK);
        ck_assert_int_eq(write(fd, &i, 1), 1);
    }
    fixture_close(f);
    _exit(0);
}

static bool died(pid_t pid)
{
    int status = 0;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert(WIFEXITED(status) && (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == FAULT_EXIT_STATUS));
    return WEXITSTATUS(status) == FAULT_EXIT_STATUS;
}

static bool killed_at(uint64_t nth)
{
    struct fixture f = fixture_new();
    int fds[2];
    ck_assert_int_eq(pipe(fds), 0);
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0)
        live_and_die(&f, nth, fds[1]);
    close(fds[1]);
    uint64_t confirmed = 0;
    for (char c; read(fds[0], &c, 1) == 1;)
        confirmed++;
    close(fds[0]);
    bool was_killed = died(pid);
    fixture_open(&f);
    uint64_t seq = store_head(f.store).seq;
    ck_assert_msg(seq % 3 == 0, "half a batch: %llu records", (unsigned long long)seq);
    ck_assert_uint_ge(seq, confirmed * 3);
    ck_assert_uint_le(seq, confirmed * 3 + 3);
    fixture_assert_whole(&f);
    ck_assert_int_eq(fixture_append(&f, "7 - after"), ERR_OK);
    fixture_assert_whole(&f);
    fixture_done(&f);
    return was_killed;
}

START_TEST(killed_at_any_operation)
{
    uint64_t nth = 1;
    while (killed_at(nth) && nth < 500)
        nth++;
    ck_assert_uint_gt(nth, 20);
}
END_TEST

/* --- the disk hangs ------------------------------------------------------------------------------------------------------------------- */

struct outcome {
    bool done;
    enum err err;
};

static void note_append(void *userdata, enum err err, const char *reason, const struct store_head *head)
{
    (void)reason;
    (void)head;
    *(struct outcome *)userdata = (struct outcome){true, err};
}

static const struct store_record first_record = {.seq = 1, .incident = 1, .mark = STORE_MARK_OPENS, .payload = "x", .payload_len = 1};

START_TEST(hanging_disk_does_not_stop_the_caller)
{
    struct fixture f = fixture_new();
    struct outcome outcome = {0};
    struct fault hang = {.ops = FAULT_SYNC, .nth = 1, .forever = true, .kind = FAULT_HANG};
    fixture_open(&f);
    fault_vfs_arm(&hang);
    store_append(f.store, 0, &first_record, 1, note_append, &outcome);
    fault_vfs_await_hang();
    store_dispatch(f.store);
    ck_assert(!outcome.done);
    ck_assert_uint_eq(store_head(f.store).seq, 0);
    fault_vfs_disarm();
    fixture_wait(&f, &outcome.done);
    ck_assert_int_eq(outcome.err, ERR_OK);
    ck_assert_int_eq(fixture_append(&f, "1 - y"), ERR_OK);
    fixture_assert_whole(&f);
    fixture_done(&f);
}
END_TEST

static void note_read(void *userdata, enum err err, const struct store_record *records, size_t n)
{
    (void)records;
    ck_assert(err == ERR_OK || n == 0);
    ck_assert(!((struct outcome *)userdata)->done);
    *(struct outcome *)userdata = (struct outcome){true, err};
}

/* Whoever waits for a read is told once; what is asked afterwards is answered as ever. */
START_TEST(reads_are_given_up_while_the_disk_hangs)
{
    struct fixture f = fixture_new();
    struct outcome append = {0}, read = {0}, later = {0};
    struct fault hang = {.ops = FAULT_SYNC, .nth = 1, .forever = true, .kind = FAULT_HANG};
    fixture_open(&f);
    ck_assert(!store_is_read(f.store));
    ck_assert(!store_give_up_reads(f.store, 0));
    fault_vfs_arm(&hang);
    store_append(f.store, 0, &first_record, 1, note_append, &append);
    fault_vfs_await_hang();
    store_read(f.store, (struct store_range){0}, 10, note_read, &read);
    ck_assert(store_is_read(f.store));
    ck_assert(!store_give_up_reads(f.store, INT32_MAX));
    ck_assert(!read.done);
    ck_assert(store_give_up_reads(f.store, 0));
    ck_assert(read.done && read.err == ERR_IO && !store_is_read(f.store));
    ck_assert(store_give_up_reads(f.store, 0));
    fault_vfs_disarm();
    store_read(f.store, (struct store_range){0}, 10, note_read, &later);
    fixture_wait(&f, &later.done);
    ck_assert(append.done && later.err == ERR_OK && !store_is_read(f.store));
    fixture_done(&f);
}
END_TEST

/* The thread is left behind; when the disk comes back it finishes, and nobody is called. */
START_TEST(hanging_disk_does_not_stop_the_exit)
{
    struct fixture f = fixture_new();
    struct outcome outcome = {0};
    struct fault hang = {.ops = FAULT_SYNC, .nth = 1, .forever = true, .kind = FAULT_HANG};
    fixture_open(&f);
    fault_vfs_arm(&hang);
    store_append(f.store, 0, &first_record, 1, note_append, &outcome);
    fault_vfs_await_hang();
    fixture_close(&f);
    ck_assert(!outcome.done);
    fault_vfs_disarm();
    while (fixture_try_open(&f, false) == ERR_LOCKED)     /* until the thread has let go of the log */
        poll(NULL, 0, 1);
    ck_assert_uint_eq(store_head(f.store).seq, 1);
    fixture_done(&f);
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("faults");
    tcase_set_timeout(tcase, 120);
    tcase_add_checked_fixture(tcase, fault_vfs_install, fault_vfs_disarm);
    tcase_add_test(tcase, full_disk_goes_on_in_the_same_file);
    tcase_add_test(tcase, store_that_cannot_be_created_says_so);
    tcase_add_test(tcase, file_that_may_not_grow_is_followed_by_another);
    tcase_add_test(tcase, failed_sync_begins_a_new_file);
    tcase_add_test(tcase, the_house_is_replayed_across_files);
    tcase_add_loop_test(tcase, distrusted_file_is_never_written_again, 0, 2);
    tcase_add_test(tcase, many_failures_make_many_files);
    tcase_add_loop_test(tcase, edit_in_an_earlier_file_is_found, 0, 2);
    tcase_add_test(tcase, failed_checkpoint_begins_a_new_file);
    tcase_add_test(tcase, leftovers_are_written_anew);
    tcase_add_test(tcase, leftovers_that_stay_doubtful_are_copied);
    tcase_add_test(tcase, any_operation_may_fail);
    tcase_add_test(tcase, any_operation_may_fail_and_all_after_it);
    tcase_add_test(tcase, recovery_may_fail_at_any_operation);
    tcase_add_test(tcase, every_commit_is_synced);
    tcase_add_test(tcase, killed_at_any_operation);
    tcase_add_test(tcase, hanging_disk_does_not_stop_the_caller);
    tcase_add_test(tcase, reads_are_given_up_while_the_disk_hangs);
    tcase_add_test(tcase, hanging_disk_does_not_stop_the_exit);
    Suite *suite = suite_create("store faults");
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* The store on a disk that works: what goes in comes out, the chain holds, and what was edited is found. */
#include "store_fixture.h"
#include "unit.h"

#include <endian.h>
#include <openssl/evp.h>
#include <sqlite3.h>
#include <stdio.h>
#include <sys/stat.h>

START_TEST(new_log_is_empty_and_private)
{
    struct fixture f = fixture_new();
    fixture_open(&f);
    static const uint8_t zero[STORE_HASH_BYTES];
    struct store_head head = store_head(f.store);
    ck_assert_uint_eq(head.seq, 0);
    ck_assert_mem_eq(head.link, zero, sizeof zero);
    ck_assert_str_eq(fixture_read(&f, 0, 0, 10), "");
    ck_assert_str_eq(fixture_list(&f, STORE_LIST_ALL, 0, 10), "");
    ck_assert_str_eq(fixture_replay(&f), "");
    fixture_assert_whole(&f);
    const char *names[] = {"beredd.db", "beredd.db-wal"};
    for (size_t i = 0; i < N_ELEMENTS(names); i++) {
        CLEANUP_FREE char *path = fixture_path(&f, names[i]);
        struct stat st;
        ck_assert_int_eq(stat(path, &st), 0);
        ck_assert_uint_eq(st.st_mode & 0777, 0600);
    }
    ck_assert(!fixture_exists(&f, "beredd.db-shm"));
    fixture_done(&f);
}
END_TEST

/* --- every field, and the chain as store.h states it, computed here anew ----------------------------------------------- */

static void sha256(const void *bytes, size_t len, uint8_t *ret)
{
    ck_assert_int_eq(EVP_Digest(bytes, len, ret, NULL, EVP_sha256(), NULL), 1);
}

static void expected_link(uint8_t *link, const struct store_record *r)
{
    uint8_t bytes[104];
    uint64_t numbers[] = {r->seq, (uint64_t)r->at_usec, r->incident, r->kind, r->mark};
    memcpy(bytes, link, 32);
    for (size_t i = 0; i < N_ELEMENTS(numbers); i++) {
        uint64_t big = htobe64(numbers[i]);
        memcpy(bytes + 32 + 8 * i, &big, 8);
    }
    sha256(r->payload, r->payload_len, bytes + 72);
    sha256(bytes, sizeof bytes, link);
}

static const struct store_record odd_records[] = {
    {.seq = 1, .at_usec = -5, .incident = 0, .kind = 0, .payload = "a\0b", .payload_len = 3},
    {.seq = 2, .at_usec = INT64_MAX, .incident = UINT64_MAX, .kind = 255, .mark = STORE_MARK_OPENS, .payload = "", .payload_len = 0},
    {.seq = 3, .at_usec = 0, .incident = 1, .kind = 7, .mark = STORE_MARK_SETTLES, .payload = NULL, .payload_len = 0},
};

static void odd_appended(void *userdata, enum err err, const char *reason, const struct store_head *head)
{
    (void)reason;
    ck_assert_int_eq(err, ERR_OK);
    ck_assert_uint_eq(head->seq, N_ELEMENTS(odd_records));
    *(bool *)userdata = true;
}

static void odd_read(void *userdata, enum err err, const struct store_record *records, size_t n)
{
    ck_assert_int_eq(err, ERR_OK);
    ck_assert_uint_eq(n, N_ELEMENTS(odd_records));
    for (size_t i = 0; i < n; i++) {
        ck_assert_uint_eq(records[i].seq, odd_records[i].seq);
        ck_assert_int_eq(records[i].at_usec, odd_records[i].at_usec);
        ck_assert_uint_eq(records[i].incident, odd_records[i].incident);
        ck_assert_uint_eq(records[i].kind, odd_records[i].kind);
        ck_assert_uint_eq(records[i].mark, odd_records[i].mark);
        ck_assert_uint_eq(records[i].payload_len, odd_records[i].payload_len);
        ck_assert_msg(records[i].payload, "an empty payload is not an erased one");
        ck_assert_int_eq(memcmp(records[i].payload, odd_records[i].payload ? odd_records[i].payload : "", records[i].payload_len), 0);
    }
    *(bool *)userdata = true;
}

START_TEST(every_field_comes_back_and_is_chained)
{
    struct fixture f = fixture_new();
    bool done = false;
    fixture_open(&f);
    store_append(f.store, 0, odd_records, N_ELEMENTS(odd_records), odd_appended, &done);
    fixture_wait(&f, &done);
    done = false;
    store_read(f.store, (struct store_range){0}, STORE_READ_MAX, odd_read, &done);
    fixture_wait(&f, &done);
    uint8_t link[STORE_HASH_BYTES] = {0};
    for (size_t i = 0; i < N_ELEMENTS(odd_records); i++)
        expected_link(link, &odd_records[i]);
    ck_assert_mem_eq(store_head(f.store).link, link, sizeof link);
    fixture_reopen(&f);
    ck_assert_uint_eq(store_head(f.store).seq, 3);
    ck_assert_mem_eq(store_head(f.store).link, link, sizeof link);
    fixture_assert_whole(&f);
    fixture_done(&f);
}
END_TEST

START_TEST(reopened_log_goes_on)
{
    struct fixture f = fixture_new();
    fixture_open(&f);
    ck_assert_int_eq(fixture_append(&f, "1 opens a\n1 - b"), ERR_OK);
    fixture_reopen(&f);
    ck_assert_int_eq(fixture_append(&f, "1 - c\n2 opens d"), ERR_OK);
    fixture_reopen(&f);
    ck_assert_str_eq(fixture_read(&f, 0, 0, 10), "1:1 a;2:1 b;3:1 c;4:2 d;");
    fixture_assert_whole(&f);
    fixture_done(&f);
}
END_TEST

/* --- one batch at a time, after the head or not at all ------------------------------------------------------------------ */

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

START_TEST(wrong_expected_head_is_refused)
{
    struct fixture f = fixture_new();
    struct outcome first = {0}, second = {0};
    fixture_open(&f);
    ck_assert_int_eq(fixture_append(&f, "1 opens a"), ERR_OK);
    struct store_record late = {.seq = 1, .payload = "x", .payload_len = 1}, right = {.seq = 2, .payload = "x", .payload_len = 1};
    store_append(f.store, 0, &late, 1, note_append, &first);
    fixture_wait(&f, &first.done);
    ck_assert_int_eq(first.err, ERR_RANGE);
    store_append(f.store, 1, &right, 1, note_append, &second);
    fixture_wait(&f, &second.done);
    ck_assert_int_eq(second.err, ERR_BUSY);
    ck_assert_int_eq(fixture_recover(&f), ERR_OK);
    ck_assert_int_eq(fixture_append(&f, "1 - b"), ERR_OK);
    ck_assert_str_eq(fixture_read(&f, 0, 0, 10), "1:1 a;2:1 b;");
    ck_assert(!fixture_exists(&f, "beredd-2.db"));
    fixture_assert_whole(&f);
    fixture_done(&f);
}
END_TEST

START_TEST(second_batch_in_flight_is_refused_and_hurts_nothing)
{
    struct fixture f = fixture_new();
    struct outcome first = {0}, second = {0};
    fixture_open(&f);
    struct store_record record = {.seq = 1, .payload = "x", .payload_len = 1};
    store_append(f.store, 0, &record, 1, note_append, &first);
    store_append(f.store, 0, &record, 1, note_append, &second);
    fixture_wait(&f, &first.done);
    fixture_wait(&f, &second.done);
    ck_assert_int_eq(first.err, ERR_OK);
    ck_assert_int_eq(second.err, ERR_BUSY);
    ck_assert_int_eq(fixture_append(&f, "0 - y"), ERR_OK);
    ck_assert_str_eq(fixture_read(&f, 0, 0, 10), "1:0 x;2:0 y;");
    fixture_done(&f);
}
END_TEST

/* --- replay, lists, reads ------------------------------------------------------------------------------------------------ */

START_TEST(replay_of_the_house_gives_the_last_of_a_kind_newest_first)
{
    struct fixture f = fixture_new();
    fixture_open(&f);
    ck_assert_str_eq(fixture_replay_house(&f, 1, 10), "");
    ck_assert_int_eq(fixture_append(&f, "0 - a\n9 opens b\n0 - c"), ERR_OK);
    ck_assert_int_eq(fixture_append(&f, "0 - d\n9 closes e"), ERR_OK);
    ck_assert_int_eq(fixture_append(&f, "0 - f\n0 - g\n9 settles h"), ERR_OK);
    fixture_reopen(&f);
    ck_assert_str_eq(fixture_replay_house(&f, 1, 10), "6:0 f;4:0 d;1:0 a;");
    ck_assert_str_eq(fixture_replay_house(&f, 1, 2), "6:0 f;4:0 d;");
    ck_assert_str_eq(fixture_replay_house(&f, 2, 10), "7:0 g;");
    ck_assert_str_eq(fixture_replay_house(&f, 3, 10), "3:0 c;");
    ck_assert_str_eq(fixture_replay_house(&f, 4, 10), "");
    fixture_done(&f);
}
END_TEST

START_TEST(replay_gives_live_incidents_in_order)
{
    struct fixture f = fixture_new();
    fixture_open(&f);
    ck_assert_int_eq(fixture_append(&f, "0 - start\n9 opens a\n3 opens b\n9 - c\n3 closes d\n5 opens e\n5 closes f\n5 settles g\n9 - h"), ERR_OK);
    const char *live = "2:9 a;4:9 c;9:9 h;3:3 b;5:3 d;";
    ck_assert_str_eq(fixture_replay(&f), live);
    fixture_reopen(&f);
    ck_assert_str_eq(fixture_replay(&f), live);
    ck_assert_int_eq(fixture_append(&f, "9 settles i\n3 - j"), ERR_OK);
    fixture_reopen(&f);
    ck_assert_str_eq(fixture_replay(&f), "3:3 b;5:3 d;11:3 j;");
    fixture_done(&f);
}
END_TEST

START_TEST(lists_open_closed_and_all)
{
    struct fixture f = fixture_new();
    fixture_open(&f);
    ck_assert_int_eq(fixture_append(&f, "4 opens a\n2 opens b\n8 opens c\n6 opens d\n2 closes e\n6 closes f\n6 settles g"), ERR_OK);
    ck_assert_str_eq(fixture_list(&f, STORE_LIST_ALL, 0, 10), "4@1;2@2;8@3;6@4;");
    ck_assert_str_eq(fixture_list(&f, STORE_LIST_OPEN, 0, 10), "4@1;8@3;");
    ck_assert_str_eq(fixture_list(&f, STORE_LIST_CLOSED, 0, 10), "2@2;6@4;");
    ck_assert_str_eq(fixture_list(&f, STORE_LIST_ALL, 1, 2), "2@2;8@3;");
    ck_assert_str_eq(fixture_list(&f, STORE_LIST_OPEN, 1, 1), "8@3;");
    ck_assert_str_eq(fixture_list(&f, STORE_LIST_CLOSED, 2, 1), "6@4;");
    ck_assert_str_eq(fixture_list(&f, STORE_LIST_ALL, UINT64_MAX, 10), "");
    fixture_done(&f);
}
END_TEST

struct walk {
    bool done;
    uint64_t last;
    size_t n;
};

static void on_page(void *userdata, enum err err, const struct store_record *records, size_t n)
{
    struct walk *walk = userdata;
    ck_assert_int_eq(err, ERR_OK);
    for (size_t i = 0; i < n; i++)
        ck_assert_uint_eq(records[i].seq, walk->last + i + 1);
    walk->last += n;
    walk->n = n;
    walk->done = true;
}

START_TEST(reads_come_in_pages)
{
    struct fixture f = fixture_new();
    fixture_open(&f);
    for (size_t i = 0; i < 5; i++)
        fixture_append_many(&f, 500, 100);
    static const size_t sizes[] = {1000, 1000, 500};
    struct walk walk = {0};
    for (size_t i = 0; i < N_ELEMENTS(sizes); i++) {
        walk.done = false;
        store_read(f.store, (struct store_range){.after_seq = walk.last}, STORE_READ_MAX, on_page, &walk);
        fixture_wait(&f, &walk.done);
        ck_assert_uint_eq(walk.n, sizes[i]);
    }
    ck_assert_str_eq(fixture_read(&f, 0, UINT64_MAX, 1000), "");
    fixture_assert_whole(&f);
    fixture_done(&f);
}
END_TEST

START_TEST(reads_of_one_incident)
{
    struct fixture f = fixture_new();
    fixture_open(&f);
    ck_assert_int_eq(fixture_append(&f, "1 opens a\n2 opens b\n0 - c\n1 - d\n2 - e\n1 - f"), ERR_OK);
    ck_assert_str_eq(fixture_read(&f, 1, 0, 10), "1:1 a;4:1 d;6:1 f;");
    ck_assert_str_eq(fixture_read(&f, 1, 1, 1), "4:1 d;");
    ck_assert_str_eq(fixture_read(&f, 2, 5, 10), "");
    ck_assert_str_eq(fixture_read(&f, 77, 0, 10), "");
    fixture_done(&f);
}
END_TEST

static void count(void *userdata, enum err err, const struct store_record *records, size_t n)
{
    (void)records;
    size_t *counts = userdata;
    ck_assert(err == ERR_OK || (err == ERR_BUSY && n == 0));
    counts[err == ERR_OK ? 0 : 1]++;
}

START_TEST(waiting_reads_are_bounded)
{
    struct fixture f = fixture_new();
    size_t counts[2] = {0};
    fixture_open(&f);
    for (size_t i = 0; i < 300; i++)
        store_read(f.store, (struct store_range){0}, 1, count, counts);
    ck_assert_str_eq(fixture_list(&f, STORE_LIST_ALL, 0, 1), err_text(ERR_BUSY));
    while (counts[0] + counts[1] < 300)
        store_dispatch(f.store);
    ck_assert_uint_eq(counts[0], 256);
    ck_assert_uint_eq(counts[1], 44);
    fixture_done(&f);
}
END_TEST

START_TEST(last_incident_in_a_range)
{
    static const struct { uint64_t low, high, expected; } cases[] = {
        {0, UINT64_MAX, UINT64_MAX - 1}, {0, 99, 12}, {5, 11, 5}, {6, 11, 0}, {13, 1000, 0}, {12, 12, 12}, {9, 3, 0},
        {0, (uint64_t)INT64_MAX + 5, (uint64_t)INT64_MAX + 2}, {(uint64_t)INT64_MAX + 3, UINT64_MAX - 2, 0},
        {UINT64_MAX, UINT64_MAX, 0},
    };
    struct fixture f = fixture_new();
    fixture_open(&f);
    ck_assert_int_eq(fixture_append(&f, "5 opens a\n12 opens b\n9223372036854775809 opens c\n18446744073709551614 opens d\n12 settles e"), ERR_OK);
    fixture_reopen(&f);
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        uint64_t last = 1;
        ck_assert_int_eq(store_last_incident(f.store, cases[i].low, cases[i].high, &last), ERR_OK);
        ck_assert_msg(last == cases[i].expected, "case %zu gave %llu", i, (unsigned long long)last);
    }
    fixture_done(&f);
}
END_TEST

/* --- verify ---------------------------------------------------------------------------------------------------------------- */

static const struct {
    const char *sql;
    uint64_t bad;
} edits[] = {
    {"UPDATE log SET payload = CAST('bX' AS BLOB) WHERE seq = 2", 2},
    {"UPDATE log SET payload = x'' WHERE seq = 2", 2},
    {"UPDATE log SET at = at + 1 WHERE seq = 1", 1},
    {"UPDATE log SET incident = 2 WHERE seq = 3", 3},
    {"UPDATE log SET kind = kind + 1 WHERE seq = 4", 4},
    {"UPDATE log SET kind = 4711 WHERE seq = 4", 4},
    {"UPDATE log SET mark = 0 WHERE seq = 1", 1},
    {"UPDATE log SET digest = zeroblob(32) WHERE seq = 3", 3},
    {"UPDATE log SET link = zeroblob(32) WHERE seq = 3", 3},
    {"UPDATE log SET link = x'00' WHERE seq = 3", 3},
    {"UPDATE log SET payload = NULL, digest = zeroblob(32) WHERE seq = 3", 3},
    {"DELETE FROM log WHERE seq = 1", 1},
    {"DELETE FROM log WHERE seq = 3", 3},
    {"UPDATE log SET seq = 99 WHERE seq = 3", 3},
    {"UPDATE log SET seq = -seq WHERE seq IN (2, 3); UPDATE log SET seq = 5 + seq WHERE seq < 0", 2},     /* swapped */
    {"UPDATE meta SET base_link = randomblob(32)", 1},
};

START_TEST(verify_finds_an_edit)
{
    struct fixture f = fixture_new();
    fixture_open(&f);
    ck_assert_int_eq(fixture_append(&f, "1 opens aa\n1 - bb\n1 - cc\n1 - dd\n1 - ee"), ERR_OK);
    fixture_assert_whole(&f);
    fixture_close(&f);
    fixture_sql(&f, "beredd.db", edits[_i].sql);
    fixture_open(&f);
    enum err err;
    struct store_verdict verdict = fixture_verify(&f, &err);
    ck_assert_int_eq(err, ERR_OK);
    ck_assert(!verdict.whole);
    ck_assert_uint_eq(verdict.first_bad_seq, edits[_i].bad);
    fixture_done(&f);
}
END_TEST

/* A log that was cut is a log; it is the head kept elsewhere (the journal) that tells. */
START_TEST(cut_tail_shows_in_the_head)
{
    struct fixture f = fixture_new();
    fixture_open(&f);
    ck_assert_int_eq(fixture_append(&f, "1 opens a\n1 - b\n1 - c"), ERR_OK);
    struct store_head before = store_head(f.store);
    fixture_close(&f);
    fixture_sql(&f, "beredd.db", "DELETE FROM log WHERE seq = 3");
    fixture_open(&f);
    enum err err;
    struct store_verdict verdict = fixture_verify(&f, &err);
    ck_assert_uint_eq(verdict.records, 2);
    ck_assert_mem_ne(verdict.link, before.link, STORE_HASH_BYTES);
    fixture_done(&f);
}
END_TEST

START_TEST(damaged_pages_are_found)
{
    struct fixture f = fixture_new();
    fixture_open(&f);
    fixture_append_many(&f, 500, 300);
    fixture_close(&f);
    CLEANUP_FREE char *path = fixture_path(&f, "beredd.db");
    FILE *file = fopen(path, "r+");
    ck_assert_ptr_nonnull(file);
    /* The pages between the first few (schema, tables' roots) and the last. */
    for (long page = 12; page < 20; page++) {
        fseek(file, page * 4096, SEEK_SET);
        for (size_t i = 0; i < 64; i++)
            fputc(0xa5, file);
    }
    fclose(file);
    fixture_open(&f);
    enum err err;
    struct store_verdict verdict = fixture_verify(&f, &err);
    ck_assert_int_eq(err, ERR_CORRUPT);
    ck_assert(!verdict.whole);
    ck_assert_uint_gt(verdict.first_bad_seq, 0);
    fixture_done(&f);
}
END_TEST

START_TEST(redacted_payload_verifies)
{
    struct fixture f = fixture_new();
    fixture_open(&f);
    ck_assert_int_eq(fixture_append(&f, "1 opens secret\n1 - b\n1 - c"), ERR_OK);
    struct store_head before = store_head(f.store);
    fixture_close(&f);
    ck_assert_int_eq(fixture_sql_code(&f, "beredd.db", "UPDATE log SET payload = NULL WHERE seq IN (1, 3)"), SQLITE_OK);
    fixture_open(&f);
    enum err err;
    struct store_verdict verdict = fixture_verify(&f, &err);
    ck_assert(verdict.whole);
    ck_assert_uint_eq(verdict.redacted, 2);
    ck_assert_uint_eq(verdict.records, 3);
    ck_assert_mem_eq(verdict.link, before.link, STORE_HASH_BYTES);
    ck_assert_str_eq(fixture_read(&f, 0, 0, 10), "1:1 (redacted);2:1 b;3:1 (redacted);");
    ck_assert_str_eq(fixture_replay(&f), "1:1 (redacted);2:1 b;3:1 (redacted);");
    ck_assert_int_eq(fixture_append(&f, "1 - d"), ERR_OK);
    fixture_done(&f);
}
END_TEST

START_TEST(log_can_only_grow)
{
    static const char *const forbidden[] = {
        "DELETE FROM log", "DELETE FROM log WHERE seq = 2", "UPDATE log SET payload = x'00' WHERE seq = 1",
        "UPDATE log SET at = 0", "UPDATE log SET payload = NULL, at = 0", "UPDATE log SET seq = 7, payload = NULL WHERE seq = 1",
        "UPDATE log SET link = digest, payload = NULL", "INSERT INTO log VALUES(1, 1, 1, 1, 1, x'', x'', x'')",
        "INSERT INTO log VALUES('x', 'x', 1, 1, 1, x'', x'', x'')",
    };
    struct fixture f = fixture_new();
    fixture_open(&f);
    ck_assert_int_eq(fixture_append(&f, "1 opens a\n1 - b"), ERR_OK);
    fixture_close(&f);
    for (size_t i = 0; i < N_ELEMENTS(forbidden); i++)
        ck_assert_msg(fixture_sql_code(&f, "beredd.db", forbidden[i]) != SQLITE_OK, "%s", forbidden[i]);
    fixture_open(&f);
    fixture_assert_whole(&f);
    fixture_done(&f);
}
END_TEST

/* A long verify does not stand in the way of commits; it verifies what there was when it began. */
START_TEST(verify_lets_appends_through)
{
    struct fixture f = fixture_new();
    fixture_open(&f);
    for (size_t i = 0; i < 20; i++)
        fixture_append_many(&f, 500, 100);
    struct walk walk = {0};
    store_read(f.store, (struct store_range){0}, STORE_READ_MAX, on_page, &walk);
    enum err err;
    struct store_verdict verdict;
    ck_assert_int_eq(fixture_append(&f, "1 - late"), ERR_OK);
    verdict = fixture_verify(&f, &err);
    ck_assert(walk.done);
    ck_assert(verdict.whole);
    ck_assert_uint_eq(verdict.records, 10001);
    fixture_done(&f);
}
END_TEST

/* --- opening --------------------------------------------------------------------------------------------------------------- */

START_TEST(newer_schema_is_refused_and_left_alone)
{
    struct fixture f = fixture_new();
    fixture_open(&f);
    ck_assert_int_eq(fixture_append(&f, "1 opens a"), ERR_OK);
    fixture_close(&f);
    fixture_sql(&f, "beredd.db", "PRAGMA user_version = 2");
    ck_assert_int_eq(fixture_try_open(&f, false), ERR_NEWER);
    ck_assert_int_eq(fixture_try_open(&f, true), ERR_NEWER);
    fixture_sql(&f, "beredd.db", "PRAGMA user_version = 1");
    fixture_open(&f);
    ck_assert_str_eq(fixture_read(&f, 0, 0, 10), "1:1 a;");
    fixture_done(&f);
}
END_TEST

START_TEST(second_opener_is_locked_out)
{
    struct fixture f = fixture_new();
    fixture_open(&f);
    struct fixture second = f;
    ck_assert_int_eq(fixture_try_open(&second, false), ERR_LOCKED);
    ck_assert_int_eq(fixture_try_open(&second, true), ERR_LOCKED);
    ck_assert_int_eq(fixture_append(&f, "1 opens a"), ERR_OK);
    fixture_done(&f);
}
END_TEST

static void write_file(const struct fixture *f, const char *name, const char *bytes, size_t times)
{
    CLEANUP_FREE char *path = fixture_path(f, name);
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    for (size_t i = 0; i < times; i++)
        fputs(bytes, file);
    fclose(file);
}

START_TEST(what_is_no_log_is_refused)
{
    struct fixture f = fixture_new();
    write_file(&f, "beredd.db", "this is no database. ", 1000);
    ck_assert_int_eq(fixture_try_open(&f, false), ERR_CORRUPT);
    fixture_done(&f);

    f = fixture_new();
    ck_assert_int_eq(fixture_sql_code(&f, "beredd.db", "CREATE TABLE phones(number TEXT)"), SQLITE_OK);
    ck_assert_int_eq(fixture_try_open(&f, false), ERR_CORRUPT);
    fixture_done(&f);

    f = fixture_new();
    struct fixture nowhere = f;
    strcpy(nowhere.dir, "/nonexistent/beredd");
    ck_assert_int_eq(fixture_try_open(&nowhere, false), ERR_NOT_FOUND);
    ck_assert_int_eq(fixture_try_open(&f, true), ERR_NOT_FOUND);
    ck_assert_uint_eq(fixture_n_files(&f), 0);
    fixture_done(&f);
}
END_TEST

/* What a crash while a file is created leaves behind. */
START_TEST(files_that_never_became_parts_are_passed_over)
{
    struct fixture f = fixture_new();
    write_file(&f, "beredd.db", "", 1);
    fixture_open(&f);
    ck_assert_int_eq(fixture_append(&f, "1 opens a"), ERR_OK);
    fixture_close(&f);
    write_file(&f, "beredd-2.db", "", 1);
    write_file(&f, "beredd-02.db", "not ours", 1);
    write_file(&f, "beredd-2.db.txt", "not ours", 1);
    fixture_open(&f);
    ck_assert_int_eq(fixture_append(&f, "1 - b"), ERR_OK);
    ck_assert(!fixture_exists(&f, "beredd-2.db"));
    ck_assert(fixture_exists(&f, "beredd-02.db"));
    ck_assert_str_eq(fixture_read(&f, 0, 0, 10), "1:1 a;2:1 b;");
    fixture_done(&f);
}
END_TEST

START_TEST(read_only_creates_and_changes_nothing)
{
    struct fixture f = fixture_new();
    fixture_open(&f);
    ck_assert_int_eq(fixture_append(&f, "1 opens a\n1 - b"), ERR_OK);
    fixture_close(&f);
    size_t n = fixture_n_files(&f);
    struct outcome outcome = {0};
    ck_assert_int_eq(fixture_try_open(&f, true), ERR_OK);
    fixture_assert_whole(&f);
    struct store_record record = {.seq = 3, .payload = "x", .payload_len = 1};
    store_append(f.store, 2, &record, 1, note_append, &outcome);
    fixture_wait(&f, &outcome.done);
    ck_assert_int_eq(outcome.err, ERR_DENIED);
    ck_assert_uint_eq(fixture_n_files(&f), n);
    fixture_close(&f);
    ck_assert_uint_eq(fixture_n_files(&f), n);
    fixture_done(&f);
}
END_TEST

/* The write-ahead log is emptied now and then, and stays within its bound. */
/* What is read is opened by a URI: a name that would mean something in one means nothing. */
START_TEST(directory_of_any_name_is_read)
{
    struct fixture f = fixture_new(), odd = {0};
    ck_assert_int_lt(snprintf(odd.dir, sizeof(odd.dir), "%s/5%% #1?a=b", f.dir), (int)sizeof(odd.dir));
    ck_assert_int_eq(mkdir(odd.dir, 0700), 0);
    fixture_open(&odd);
    ck_assert_int_eq(fixture_append(&odd, "7 opens larm\n"), ERR_OK);
    fixture_close(&odd);
    ck_assert_int_eq(fixture_try_open(&odd, true), ERR_OK);
    ck_assert_str_eq(fixture_read(&odd, 0, 0, 10), "1:7 larm;");
    fixture_done(&odd);
    fixture_done(&f);
}
END_TEST

START_TEST(write_ahead_log_stays_bounded)
{
    struct fixture f = fixture_new();
    struct stat st;
    fixture_open(&f);
    for (size_t i = 0; i < (unit_few() ? 28u : 40u); i++)
        fixture_append_many(&f, 500, 4000);
    CLEANUP_FREE char *wal = fixture_path(&f, "beredd.db-wal");
    CLEANUP_FREE char *db = fixture_path(&f, "beredd.db");
    ck_assert_int_eq(stat(wal, &st), 0);
    ck_assert_int_lt(st.st_size, 40 << 20);
    ck_assert_int_eq(stat(db, &st), 0);
    ck_assert_int_gt(st.st_size, 30 << 20);
    fixture_assert_whole(&f);
    fixture_done(&f);
}
END_TEST

START_TEST(close_accepts_null_and_work_under_way)
{
    store_close(NULL);
    struct fixture f = fixture_new();
    struct outcome outcome = {0};
    size_t counts[2] = {0};
    fixture_open(&f);
    struct store_record record = {.seq = 1, .payload = "x", .payload_len = 1};
    store_append(f.store, 0, &record, 1, note_append, &outcome);
    for (size_t i = 0; i < 10; i++)
        store_read(f.store, (struct store_range){0}, 1, count, counts);
    fixture_close(&f);
    ck_assert_msg(!outcome.done, "called back from store_close()");
    fixture_open(&f);
    ck_assert_uint_eq(store_head(f.store).seq, 1);      /* what was in flight was waited for */
    fixture_done(&f);
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("store");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, new_log_is_empty_and_private);
    tcase_add_test(tcase, every_field_comes_back_and_is_chained);
    tcase_add_test(tcase, reopened_log_goes_on);
    tcase_add_test(tcase, wrong_expected_head_is_refused);
    tcase_add_test(tcase, second_batch_in_flight_is_refused_and_hurts_nothing);
    tcase_add_test(tcase, replay_gives_live_incidents_in_order);
    tcase_add_test(tcase, replay_of_the_house_gives_the_last_of_a_kind_newest_first);
    tcase_add_test(tcase, lists_open_closed_and_all);
    tcase_add_test(tcase, reads_come_in_pages);
    tcase_add_test(tcase, reads_of_one_incident);
    tcase_add_test(tcase, waiting_reads_are_bounded);
    tcase_add_test(tcase, last_incident_in_a_range);
    tcase_add_loop_test(tcase, verify_finds_an_edit, 0, N_ELEMENTS(edits));
    tcase_add_test(tcase, cut_tail_shows_in_the_head);
    tcase_add_test(tcase, damaged_pages_are_found);
    tcase_add_test(tcase, redacted_payload_verifies);
    tcase_add_test(tcase, log_can_only_grow);
    tcase_add_test(tcase, verify_lets_appends_through);
    tcase_add_test(tcase, newer_schema_is_refused_and_left_alone);
    tcase_add_test(tcase, second_opener_is_locked_out);
    tcase_add_test(tcase, what_is_no_log_is_refused);
    tcase_add_test(tcase, files_that_never_became_parts_are_passed_over);
    tcase_add_test(tcase, read_only_creates_and_changes_nothing);
    tcase_add_test(tcase, directory_of_any_name_is_read);
    tcase_add_test(tcase, write_ahead_log_stays_bounded);
    tcase_add_test(tcase, close_accepts_null_and_work_under_way);
    Suite *suite = suite_create("store");
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#include <config.h>      /* _GNU_SOURCE */

#include "store_fixture.h"
#include "scratch.h"

#include <dirent.h>
#include <poll.h>
#include <sqlite3.h>
#include <stdio.h>
#include <unistd.h>

static char text[1 << 16];       /* what fixture_read() and its like return */
static size_t text_len;

struct fixture fixture_new(void)
{
    struct fixture f = {0};
    scratch_make(f.dir, sizeof f.dir, "check_store");
    return f;
}

char *fixture_path(const struct fixture *f, const char *name)
{
    struct buf path = {0};
    buf_printf(&path, "%s/%s", f->dir, name);
    return buf_take(&path);
}

void fixture_done(struct fixture *f)
{
    fixture_close(f);
    DIR *dir = opendir(f->dir);
    ck_assert_ptr_nonnull(dir);
    for (struct dirent *entry; (entry = readdir(dir));) {
        CLEANUP_FREE char *path = fixture_path(f, entry->d_name);
        if (entry->d_name[0] != '.')
            unlink(path);
    }
    closedir(dir);
    ck_assert_int_eq(rmdir(f->dir), 0);
}

enum err fixture_try_open(struct fixture *f, bool read_only)
{
    CLEANUP_FREE char *reason = NULL;
    struct store_config config = {.directory = f->dir, .read_only = read_only};
    enum err err = store_open(&config, &f->store, &reason);
    ck_assert_msg((err == ERR_OK) == (reason == NULL), "a failure has a reason, and only a failure");
    return err;
}

void fixture_open(struct fixture *f)
{
    CLEANUP_FREE char *reason = NULL;
    struct store_config config = {.directory = f->dir};
    enum err err = store_open(&config, &f->store, &reason);
    ck_assert_msg(err == ERR_OK, "%s: %s", err_text(err), reason ? reason : "");
}

void fixture_close(struct fixture *f)
{
    store_close(TAKE(f->store));
}

void fixture_reopen(struct fixture *f)
{
    fixture_close(f);
    fixture_open(f);
}

bool fixture_exists(const struct fixture *f, const char *name)
{
    CLEANUP_FREE char *path = fixture_path(f, name);
    return access(path, F_OK) == 0;
}

size_t fixture_n_files(const struct fixture *f)
{
    size_t n = 0;
    DIR *dir = opendir(f->dir);
    ck_assert_ptr_nonnull(dir);
    for (struct dirent *entry; (entry = readdir(dir));)
        n += entry->d_name[0] != '.';
    closedir(dir);
    return n;
}

int fixture_sql_code(const struct fixture *f, const char *name, const char *sql)
{
    CLEANUP_FREE char *path = fixture_path(f, name);
    sqlite3 *db = NULL;
    ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
    /* As the store does it; and the default VFS of these tests has no shared memory. */
    ck_assert_int_eq(sqlite3_exec(db, "PRAGMA locking_mode = EXCLUSIVE", NULL, NULL, NULL), SQLITE_OK);
    int rc = sqlite3_exec(db, sql, NULL, NULL, NULL);
    sqlite3_close(db);
    return rc;
}

void fixture_sql(const struct fixture *f, const char *name, const char *sql)
{
    CLEANUP_BUF struct buf all = {0};
    ck_assert_ptr_null(f->store);
    buf_printf(&all, "DROP TRIGGER IF EXISTS log_is_not_deleted; DROP TRIGGER IF EXISTS log_is_not_changed; %s", sql);
    ck_assert_int_eq(fixture_sql_code(f, name, buf_text(&all)), SQLITE_OK);
}

void fixture_wait(struct fixture *f, const bool *done)
{
    while (!*done) {
        struct pollfd pollfd = {.fd = store_fd(f->store), .events = POLLIN};
        ck_assert_msg(poll(&pollfd, 1, 300000) == 1, "the store did not answer");
        store_dispatch(f->store);
    }
}

/* --- append, recover, verify ------------------------------------------------------------------------------------------ */

struct answer {
    bool done;
    enum err err;
    struct store_head head;
    struct store_verdict verdict;
};

static void on_append(void *userdata, enum err err, const char *reason, const struct store_head *head)
{
    struct answer *answer = userdata;
    ck_assert((err == ERR_OK) == (reason == NULL));
    ck_assert(!answer->done);
    *answer = (struct answer){.done = true, .err = err, .head = *head};
}

static void on_recover(void *userdata, enum err err, const char *reason)
{
    struct answer *answer = userdata;
    ck_assert((err == ERR_OK) == (reason == NULL));
    *answer = (struct answer){.done = true, .err = err};
}

static void on_verify(void *userdata, enum err err, const struct store_verdict *verdict)
{
    *(struct answer *)userdata = (struct answer){.done = true, .err = err, .verdict = *verdict};
}

static enum err append(struct fixture *f, const struct store_record *records, size_t n)
{
    struct answer answer = {0};
    struct store_head before = store_head(f->store);
    store_append(f->store, before.seq, records, n, on_append, &answer);
    ck_assert_msg(!answer.done, "called back from store_append()");
    fixture_wait(f, &answer.done);
    struct store_head after = store_head(f->store);
    ck_assert_int_eq(answer.head.seq, after.seq);
    ck_assert_mem_eq(answer.head.link, after.link, STORE_HASH_BYTES);
    ck_assert_uint_eq(after.seq, before.seq + (answer.err == ERR_OK ? n : 0));
    return answer.err;
}

static uint8_t mark_of(const char *word)
{
    static const char *const words[] = {"-", "opens", "closes", "settles"};
    for (size_t i = 0; i < N_ELEMENTS(words); i++)
        if (strcmp(word, words[i]) == 0)
            return (uint8_t)i;
    ck_abort_msg("no mark: %s", word);
}

enum err fixture_append(struct fixture *f, const char *lines)
{
    struct store_record records[64];
    char payloads[64][64];
    size_t n = 0;
    for (const char *line = lines; *line; line++) {
        char mark[16];
        unsigned long long incident;
        int end = 0;
        payloads[n][0] = '\0';
        ck_assert_int_ge(sscanf(line, "%llu %15s%n %63[^\n]", &incident, mark, &end, payloads[n]), 2);
        records[n] = (struct store_record){
            .seq = store_head(f->store).seq + n + 1, .at_usec = 1790000000000000 + (int64_t)n, .incident = incident,
            .kind = (uint8_t)(n + 1), .mark = mark_of(mark), .payload = payloads[n], .payload_len = strlen(payloads[n]),
        };
        n++;
        line = strchrnul(line, '\n');
        if (!*line)
            break;
    }
    return append(f, records, n);
}

void fixture_append_many(struct fixture *f, size_t n, size_t payload_len)
{
    ck_assert_int_eq(fixture_try_append_many(f, n, payload_len), ERR_OK);
}

enum err fixture_try_append_many(struct fixture *f, size_t n, size_t payload_len)
{
    CLEANUP_FREE struct store_record *records = NEW_ARRAY(struct store_record, n);
    CLEANUP_FREE char *payload = mem_alloc(payload_len + 1);
    memset(payload, 'x', payload_len);
    for (size_t i = 0; i < n; i++)
        records[i] = (struct store_record){.seq = store_head(f->store).seq + i + 1, .incident = 1, .kind = 1,
                                           .payload = payload, .payload_len = payload_len};
    return append(f, records, n);
}

enum err fixture_recover(struct fixture *f)
{
    struct answer answer = {0};
    store_recover(f->store, on_recover, &answer);
    fixture_wait(f, &answer.done);
    return answer.err;
}

struct store_verdict fixture_verify(struct fixture *f, enum err *ret_err)
{
    struct answer answer = {0};
    store_verify(f->store, on_verify, &answer);
    fixture_wait(f, &answer.done);
    *ret_err = answer.err;
    return answer.verdict;
}

void fixture_assert_whole(struct fixture *f)
{
    enum err err;
    struct store_verdict verdict = fixture_verify(f, &err);
    struct store_head head = store_head(f->store);
    ck_assert_int_eq(err, ERR_OK);
    ck_assert_msg(verdict.whole, "bad from record %llu", (unsigned long long)verdict.first_bad_seq);
    ck_assert_uint_eq(verdict.first_bad_seq, 0);
    ck_assert_uint_eq(verdict.records, head.seq);
    ck_assert_mem_eq(verdict.link, head.link, STORE_HASH_BYTES);
}

/* --- read, list, replay ----------------------------------------------------------------------------------------------- */

static void add(const char *format, ...) PRINTF(1, 2);
static void add(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text + text_len, sizeof text - text_len, format, args);
    va_end(args);
    ck_assert(n >= 0 && (size_t)n < sizeof text - text_len);
    text_len += (size_t)n;
}

static void clear(void)
{
    text_len = 0;
    text[0] = '\0';
}

static void add_record(const struct store_record *record)
{
    const char *payload = record->payload ? record->payload : "(redacted)";
    int len = record->payload ? (int)record->payload_len : (int)strlen(payload);
    add("%llu:%llu %.*s;", (unsigned long long)record->seq, (unsigned long long)record->incident, len, payload);
}

static void on_read(void *userdata, enum err err, const struct store_record *records, size_t n)
{
    if (err != ERR_OK)
        add("%s", err_text(err));
    for (size_t i = 0; i < n; i++)
        add_record(&records[i]);
    *(bool *)userdata = true;
}

const char *fixture_read(struct fixture *f, uint64_t incident, uint64_t after_seq, size_t limit)
{
    bool done = false;
    clear();
    store_read(f->store, (struct store_range){incident, after_seq}, limit, on_read, &done);
    fixture_wait(f, &done);
    return text;
}

static void on_replay(void *userdata, const struct store_record *record)
{
    (void)userdata;
    add_record(record);
}

const char *fixture_replay(struct fixture *f)
{
    clear();
    ck_assert_int_eq(store_replay(f->store, on_replay, NULL), ERR_OK);
    return text;
}

const char *fixture_replay_house(struct fixture *f, uint8_t kind, size_t limit)
{
    clear();
    ck_assert_int_eq(store_replay_house(f->store, kind, limit, on_replay, NULL), ERR_OK);
    return text;
}

static void on_list(void *userdata, enum err err, const struct store_listed *listed, size_t n)
{
    if (err != ERR_OK)
        add("%s", err_text(err));
    for (size_t i = 0; i < n; i++)
        add("%llu@%llu;", (unsigned long long)listed[i].incident, (unsigned long long)listed[i].first_seq);
    *(bool *)userdata = true;
}

const char *fixture_list(struct fixture *f, enum store_listing listing, uint64_t after_seq, size_t limit)
{
    bool done = false;
    clear();
    store_list(f->store, listing, after_seq, limit, on_list, &done);
    fixture_wait(f, &done);
    return text;
}

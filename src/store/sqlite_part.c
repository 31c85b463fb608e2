/* The parts of a log: their names, their files, and which record is in which. */
#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "store/sqlite_log.h"

enum { PART_NUMBER_MAX = 999999 };

struct sqlite_part *sqlite_log_last(struct sqlite_log *log)
{
    assert(log->n_parts > 0);
    return &log->parts[log->n_parts - 1];
}

char *sqlite_log_path(const struct sqlite_log *log, unsigned number)
{
    struct buf path = {0};
    buf_add_text(&path, log->directory);
    buf_add_text(&path, "/beredd");
    if (number > 1)
        buf_printf(&path, "-%u", number);
    buf_add_text(&path, ".db");
    return buf_take(&path);
}

uint64_t sqlite_log_part_end(const struct sqlite_log *log, size_t part)
{
    assert(part < log->n_parts);
    return part + 1 < log->n_parts ? log->parts[part + 1].base.seq : log->head.seq;
}

size_t sqlite_log_part_after(const struct sqlite_log *log, uint64_t seq)
{
    size_t part = 0;
    while (part < log->n_parts && sqlite_log_part_end(log, part) <= seq)
        part++;
    return part;
}

/* Keeps the number of files that are open within its bound. The last part is never closed here. */
static void close_least_used(struct sqlite_log *log)
{
    struct sqlite_part *oldest = NULL;
    size_t n_open = 0;
    for (size_t i = 0; i + 1 < log->n_parts; i++) {
        struct sqlite_part *part = &log->parts[i];
        if (!part->file)
            continue;
        n_open++;
        if (!oldest || part->used < oldest->used)
            oldest = part;
    }
    if (n_open >= SQLITE_LOG_FROZEN_OPEN_MAX)
        sqlite_file_close(TAKE(oldest->file));
}

enum err sqlite_log_file(struct sqlite_log *log, size_t index, struct sqlite_file **ret, struct buf *reason)
{
    assert(index < log->n_parts);
    struct sqlite_part *part = &log->parts[index];
    if (!part->file) {
        if (index + 1 < log->n_parts)
            close_least_used(log);
        CLEANUP_FREE char *path = sqlite_log_path(log, part->number);
        enum err err = sqlite_file_open(path, LITE_FROZEN, &part->file, reason);
        if (err != ERR_OK)
            return err;
    }
    part->used = ++log->uses;
    *ret = part->file;
    return ERR_OK;
}

/* 0: not the name of a part. */
static unsigned part_number(const char *name)
{
    static const char before[] = "beredd-";
    char digits[8] = "";
    uint64_t number = 0;
    if (strcmp(name, "beredd.db") == 0)
        return 1;
    if (strncmp(name, before, sizeof before - 1) != 0)
        return 0;
    name += sizeof before - 1;
    size_t len = strspn(name, "0123456789");
    /* One spelling for each number, or two names would be one part. */
    if (len >= sizeof digits || name[0] == '0' || strcmp(name + len, ".db") != 0)
        return 0;
    memcpy(digits, name, len);
    return text_to_u64(digits, PART_NUMBER_MAX, &number) == ERR_OK && number >= 2 ? (unsigned)number : 0;
}

static int compare_numbers(const void *a, const void *b)
{
    unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;
    return (x > y) - (x < y);
}

enum err sqlite_log_scan(const struct sqlite_log *log, unsigned **ret, size_t *ret_n, struct buf *reason)
{
    CLEANUP_FREE unsigned *numbers = NULL;
    size_t n = 0;
    DIR *dir = opendir(log->directory);
    if (!dir)
        return sqlite_file_errno("read", log->directory, reason);
    for (struct dirent *entry; (entry = readdir(dir));) {
        unsigned number = part_number(entry->d_name);
        if (number == 0)
            continue;
        numbers = mem_realloc_array(numbers, n + 1, sizeof *numbers);
        numbers[n++] = number;
    }
    closedir(dir);
    if (n > SQLITE_LOG_PARTS_MAX) {
        buf_printf(reason, "%s holds too many files of the log", log->directory);
        return ERR_TOO_BIG;
    }
    if (n > 0)
        qsort(numbers, n, sizeof *numbers, compare_numbers);
    *ret = TAKE(numbers);
    *ret_n = n;
    return ERR_OK;
}

enum err sqlite_log_sync_names(const struct sqlite_log *log, struct buf *reason)
{
    return fsync(log->directory_fd) < 0 ? sqlite_file_errno("sync", log->directory, reason) : ERR_OK;
}

enum err sqlite_log_remove_part(const struct sqlite_log *log, unsigned number, struct buf *reason)
{
    static const char *const suffixes[] = {"", "-wal", "-journal", "-shm", "-wal-copy"};
    CLEANUP_FREE char *path = sqlite_log_path(log, number);
    for (size_t i = 0; i < N_ELEMENTS(suffixes); i++) {
        CLEANUP_BUF struct buf name = {0};
        buf_add_text(&name, path);
        buf_add_text(&name, suffixes[i]);
        if (unlink(buf_text(&name)) < 0 && errno != ENOENT)
            return sqlite_file_errno("remove", buf_text(&name), reason);
        /* First the database is gone for good, then what belongs to it: without its journal it might not open. */
        enum err err = i == 0 || i + 1 == N_ELEMENTS(suffixes) ? sqlite_log_sync_names(log, reason) : ERR_OK;
        if (err != ERR_OK)
            return err;
    }
    return ERR_OK;
}

static enum err carry(const struct store_head *base, struct sqlite_file *from, struct sqlite_file *to, struct buf *reason)
{
    CLEANUP(sqlite_file_release) sqlite3_stmt *in = sqlite_file_query(from, LITE_CARRIED);
    if (!in)
        return sqlite_file_err(from, "read", reason);
    sqlite_file_bind_u64(in, 1, base->seq);
    int rc;
    while ((rc = sqlite3_step(in)) == SQLITE_ROW) {
        sqlite3_stmt *out = sqlite_file_query(to, LITE_CARRY);
        if (!out)
            return sqlite_file_err(to, "write", reason);
        bool closed = sqlite3_column_type(in, 2) != SQLITE_NULL && sqlite_file_u64(in, 2) <= base->seq;
        sqlite3_bind_value(out, 1, sqlite3_column_value(in, 0));
        sqlite3_bind_value(out, 2, sqlite3_column_value(in, 1));
        if (closed)
            sqlite3_bind_value(out, 3, sqlite3_column_value(in, 2));
        else
            sqlite3_bind_null(out, 3);
        if (sqlite_file_run(to, LITE_CARRY) != SQLITE_OK)
            return sqlite_file_err(to, "write", reason);
    }
    return rc == SQLITE_DONE ? ERR_OK : sqlite_file_err(from, "read", reason);
}

static int copy_record(sqlite3_stmt *in, const struct store_record *record, struct sqlite_file *to)
{
    static const int columns[] = {0, 1, 2, 3, 4, 6, 7, 5};       /* of LITE_VERIFY, in the order of LITE_APPEND */
    sqlite3_stmt *out = sqlite_file_query(to, LITE_APPEND);
    if (!out)
        return sqlite3_extended_errcode(to->db);
    for (size_t i = 0; i < N_ELEMENTS(columns); i++)
        sqlite3_bind_value(out, (int)i + 1, sqlite3_column_value(in, columns[i]));
    int rc = sqlite_file_run(to, LITE_APPEND);
    return rc == SQLITE_OK ? sqlite_log_mark(to, record) : rc;
}

static enum err copy_records(const struct sqlite_log *log, uint64_t after_seq, struct sqlite_file *from, struct sqlite_file *to,
                             struct buf *reason)
{
    if (after_seq == log->head.seq)
        return ERR_OK;
    CLEANUP(sqlite_file_release) sqlite3_stmt *in = sqlite_file_query(from, LITE_VERIFY);
    if (!in)
        return sqlite_file_err(from, "read", reason);
    sqlite_file_bind_u64(in, 1, after_seq);
    sqlite_file_bind_u64(in, 2, log->head.seq);
    struct store_head head = {.seq = after_seq};
    struct store_record record;
    int rc;
    while ((rc = sqlite3_step(in)) == SQLITE_ROW && sqlite_log_row(in, &record) && record.seq == head.seq + 1) {
        if (copy_record(in, &record, to) != SQLITE_OK)
            return sqlite_file_err(to, "write", reason);
        head.seq = record.seq;
        if (!sqlite_file_hash(in, 7, head.link))
            break;
    }
    if (rc != SQLITE_ROW && rc != SQLITE_DONE)
        return sqlite_file_err(from, "read", reason);
    if (head.seq == log->head.seq && memcmp(head.link, log->head.link, sizeof head.link) == 0)
        return ERR_OK;
    buf_printf(reason, "%s does not hold what it did", from->path);
    return ERR_CORRUPT;
}

static enum err fill_part(const struct sqlite_log *log, const struct store_head *base, struct sqlite_file *from,
                          struct sqlite_file *to, struct buf *reason)
{
    if (sqlite_file_run(to, LITE_BEGIN) != SQLITE_OK)
        return sqlite_file_err(to, "write", reason);
    enum err err = sqlite_file_init_schema(to, base, reason);
    if (err == ERR_OK && from)
        err = carry(base, from, to, reason);
    if (err == ERR_OK && from)
        err = copy_records(log, base->seq, from, to, reason);
    if (err == ERR_OK && sqlite_file_run(to, LITE_COMMIT) != SQLITE_OK)
        err = sqlite_file_err(to, "write", reason);
    return err;
}

static enum err make_part(struct sqlite_log *log, const char *path, const struct store_head *base, struct sqlite_file *from,
                          struct sqlite_file **ret, struct buf *reason)
{
    CLEANUP(sqlite_file_close) struct sqlite_file *file = NULL;
    enum err err = sqlite_file_open(path, LITE_WRITE, &file, reason);
    if (err == ERR_OK)
        err = fill_part(log, base, from, file, reason);
    if (err == ERR_OK)
        err = sqlite_log_sync_names(log, reason);
    if (err == ERR_OK)
        *ret = TAKE(file);
    else if (file)
        sqlite_file_distrust(file);
    return err;
}

enum err sqlite_log_create_part(struct sqlite_log *log, unsigned number, const struct store_head *base,
                                struct sqlite_file *from, struct sqlite_file **ret, struct buf *reason)
{
    CLEANUP_FREE char *path = sqlite_log_path(log, number);
    /* SQLite would create it readable for all; what it keeps beside it takes the permissions over. */
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return sqlite_file_errno("create", path, reason);
    close(fd);
    enum err err = make_part(log, path, base, from, ret, reason);
    if (err != ERR_OK)
        (void)!sqlite_log_remove_part(log, number, NULL);     /* if it stays, it is an empty part: no harm */
    return err;
}

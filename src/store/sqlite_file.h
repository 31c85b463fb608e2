/* One database file: opening it the one way that is safe, its schema, its prepared statements, and what SQLite's errors
 * mean to us. It does not know that a log may span several files. One thread at a time. */
#ifndef STORE_SQLITE_FILE_H
#define STORE_SQLITE_FILE_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "store/store.h"

enum { LITE_SCHEMA_VERSION = 1 };

enum lite_use {
    LITE_WRITE,          /* appended to */
    LITE_FROZEN,         /* only read; nothing is written to it, not even a checkpoint when it is closed */
};

enum lite_query {
    LITE_BEGIN, LITE_COMMIT, LITE_ROLLBACK,
    LITE_APPEND, LITE_OPENS, LITE_CLOSES, LITE_SETTLES,
    LITE_META, LITE_HEAD, LITE_PROBE,
    LITE_LAST_INCIDENT, LITE_LIVE, LITE_CARRIED, LITE_CARRY,
    LITE_READ, LITE_READ_INCIDENT, LITE_READ_HOUSE, LITE_LIST, LITE_LIST_OPEN, LITE_STILL_OPEN, LITE_VERIFY,
    LITE_QUERIES
};

struct sqlite_file {
    sqlite3 *db;
    char *path;
    sqlite3_stmt *statements[LITE_QUERIES];   /* prepared when first asked for */
    int64_t wal_bytes;                        /* what the last commit left in the write-ahead log */
};

/* Opens a file that exists; it may be empty if it is LITE_WRITE. Adds to `reason` what went wrong. */
WARN_UNUSED enum err sqlite_file_open(const char *path, enum lite_use use, struct sqlite_file **ret, struct buf *reason);
void sqlite_file_close(struct sqlite_file *file);                     /* accepts NULL */
DEFINE_CLEANUP(struct sqlite_file *, sqlite_file_close)
/* From now on closing it writes nothing: its disk is not to be trusted. */
void sqlite_file_distrust(struct sqlite_file *file);

/* Has a transaction that made it a log's file ever been committed? ERR_NEWER, ERR_CORRUPT: it is not ours to touch. */
WARN_UNUSED enum err sqlite_file_has_schema(struct sqlite_file *file, bool *ret, struct buf *reason);
/* Makes an empty file the log's next file after `base`. Inside a transaction of the caller's. */
WARN_UNUSED enum err sqlite_file_init_schema(struct sqlite_file *file, const struct store_head *base, struct buf *reason);

/* The statement, reset and without bindings that matter. NULL if it cannot be prepared; then ask sqlite_file_err(). Hand it back
 * with sqlite_file_release() (or CLEANUP) once done: one that is not reset keeps its transaction open. */
sqlite3_stmt *sqlite_file_query(struct sqlite_file *file, enum lite_query query);
void sqlite_file_release(sqlite3_stmt *statement);
DEFINE_CLEANUP(sqlite3_stmt *, sqlite_file_release)
/* Steps a statement that gives no row. SQLITE_OK or the extended error. */
int sqlite_file_run(struct sqlite_file *file, enum lite_query query);

/* What the last error on the file means. Adds "cannot WHAT PATH: why" to reason, which may be NULL. Never ERR_OK. */
enum err sqlite_file_err(struct sqlite_file *file, const char *what, struct buf *reason);
/* The same for a system call of our own that failed with errno. */
enum err sqlite_file_errno(const char *what, const char *path, struct buf *reason);

/* The SQL behind enum lite_query, and the schema (sqlite_schema.c). */
extern const char *const sqlite_schema_queries[LITE_QUERIES];
extern const char *const sqlite_schema_text;

/* SQLite's integers are signed. A number above INT64_MAX is stored as the negative one with the same bits. */
static inline int sqlite_file_bind_u64(sqlite3_stmt *statement, int index, uint64_t number)
{
    return sqlite3_bind_int64(statement, index, (sqlite3_int64)number);
}

static inline uint64_t sqlite_file_u64(sqlite3_stmt *statement, int column)
{
    return (uint64_t)sqlite3_column_int64(statement, column);
}

/* False if the column is no blob of a hash's size. */
bool sqlite_file_hash(sqlite3_stmt *statement, int column, uint8_t ret[STORE_HASH_BYTES]);

#endif

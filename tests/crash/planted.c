#include "planted.h"

#include <string.h>

#include "store/chain.h"
#include "store/sqlite_log.h"

enum planted planted;

const char *planted_name(enum planted which)
{
    static const char *const names[PLANTED_COUNT] = {
        "none", "sync-off", "early", "no-chain", "no-batch", "retrying", "unsettled", "forgetful",
    };
    return names[which];
}

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the linker's names */
void __real_chain_link(struct chain *chain, const uint8_t *previous, const struct store_record *record, const uint8_t *digest,
        uint8_t *ret);
enum err __real_sqlite_log_renew_wal(const struct sqlite_log *log, unsigned number, struct buf *reason);
enum err __wrap_sqlite_log_renew_wal(const struct sqlite_log *log, unsigned number, struct buf *reason);

void __wrap_chain_link(struct chain *chain, const uint8_t *previous, const struct store_record *record, const uint8_t *digest,
        uint8_t *ret);
void __real_chain_digest(struct chain *chain, const void *payload, size_t len, uint8_t *ret);
void __wrap_chain_digest(struct chain *chain, const void *payload, size_t len, uint8_t *ret);
int __real_sqlite_file_run(struct sqlite_file *file, enum lite_query query);
int __wrap_sqlite_file_run(struct sqlite_file *file, enum lite_query query);
sqlite3_stmt *__real_sqlite_file_query(struct sqlite_file *file, enum lite_query query);
sqlite3_stmt *__wrap_sqlite_file_query(struct sqlite_file *file, enum lite_query query);
int __real_sqlite3_exec(sqlite3 *db, const char *sql, int (*cb)(void *, int, char **, char **), void *userdata, char **ret_error);
int __wrap_sqlite3_exec(sqlite3 *db, const char *sql, int (*cb)(void *, int, char **, char **), void *userdata, char **ret_error);
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

void __wrap_chain_link(struct chain *chain, const uint8_t *previous, const struct store_record *record, const uint8_t *digest,
        uint8_t *ret)
{
    if (planted == PLANTED_NO_CHAIN)
        memset(ret, 0, STORE_HASH_BYTES);
    else
        __real_chain_link(chain, previous, record, digest, ret);
}

void __wrap_chain_digest(struct chain *chain, const void *payload, size_t len, uint8_t *ret)
{
    if (planted == PLANTED_NO_CHAIN)
        memset(ret, 0, STORE_HASH_BYTES);
    else
        __real_chain_digest(chain, payload, len, ret);
}

int __wrap_sqlite_file_run(struct sqlite_file *file, enum lite_query query)
{
    if (planted == PLANTED_NO_BATCH && (query == LITE_BEGIN || query == LITE_COMMIT))
        return SQLITE_OK;
    return __real_sqlite_file_run(file, query);
}

sqlite3_stmt *__wrap_sqlite_file_query(struct sqlite_file *file, enum lite_query query)
{
    /* "Is it still open?" also takes one number, and of record 0 it finds nothing: nothing is carried over. */
    bool forget = planted == PLANTED_FORGETFUL && query == LITE_CARRIED;
    return __real_sqlite_file_query(file, forget ? LITE_STILL_OPEN : query);
}

int __wrap_sqlite3_exec(sqlite3 *db, const char *sql, int (*cb)(void *, int, char **, char **), void *userdata, char **ret_error)
{
    int rc = __real_sqlite3_exec(db, sql, cb, userdata, ret_error);
    if (rc == SQLITE_OK && planted == PLANTED_SYNC_OFF && strstr(sql, "synchronous"))
        rc = __real_sqlite3_exec(db, "PRAGMA synchronous = OFF", NULL, NULL, NULL);
    return rc;
}

enum err __wrap_sqlite_log_renew_wal(const struct sqlite_log *log, unsigned number, struct buf *reason)
{
    return planted == PLANTED_UNSETTLED ? ERR_OK : __real_sqlite_log_renew_wal(log, number, reason);
}

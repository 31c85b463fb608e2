#include <config.h>      /* _GNU_SOURCE */

#include "store/sqlite_file.h"

#include <assert.h>
#include <errno.h>
#include <unistd.h>

#include "base/text.h"

enum {
    LITE_APPLICATION_ID = 0x62726464,     /* "brdd": what file(1) sees, and what keeps us off other programs' files */
    LITE_PAGE_BYTES = 4096,
};

/* The connection that writes must be the only one, for checkpoints by several have lost commits in many versions of
 * SQLite: hence EXCLUSIVE, and before WAL, so that there is no shared memory either. */
static const char *const pragmas_for_writing =
    "PRAGMA page_size = 4096;"
    "PRAGMA journal_mode = WAL;"
    "PRAGMA synchronous = FULL;"
    "PRAGMA wal_autocheckpoint = 0;"
    "PRAGMA cache_size = -1024;";
static const char *const pragmas_for_reading =
    "PRAGMA query_only = 1;"
    "PRAGMA cache_size = -256;";
static const char *const pragmas_for_both =
    "PRAGMA locking_mode = EXCLUSIVE;"
    "PRAGMA cell_size_check = 1;"
    "PRAGMA mmap_size = 0;"
    "PRAGMA temp_store = MEMORY;";

static int note_wal(void *userdata, sqlite3 *db, const char *name, int pages)
{
    struct sqlite_file *file = userdata;
    (void)db;
    (void)name;
    file->wal_bytes = (int64_t)pages * LITE_PAGE_BYTES;
    return SQLITE_OK;
}

/* SQLite's own name for the file. A frozen file without a write-ahead log needs no lock and must not be given one;
 * with `immutable` nothing is created beside it, so it can be read where nothing can be written. */
static int open_db(struct sqlite_file *file, enum lite_use use)
{
    CLEANUP_BUF struct buf wal = {0};
    buf_add_text(&wal, file->path);
    buf_add_text(&wal, "-wal");
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE;
    if (use == LITE_WRITE || access(buf_text(&wal), F_OK) == 0)
        return sqlite3_open_v2(file->path, &file->db, flags | SQLITE_OPEN_READWRITE, NULL);

    CLEANUP_BUF struct buf uri = {0};
    buf_add_text(&uri, "file:");
    for (const char *c = file->path; *c; c++) {
        if (strchr("%?#", *c)) {
            buf_add_char(&uri, '%');
            text_add_hex(&uri, c, 1);
        } else {
            buf_add_char(&uri, *c);
        }
    }
    buf_add_text(&uri, "?immutable=1");
    return sqlite3_open_v2(buf_text(&uri), &file->db, flags | SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL);
}

static int pragma_int(struct sqlite_file *file, const char *sql, int *ret)
{
    sqlite3_stmt *statement = NULL;
    int rc = sqlite3_prepare_v2(file->db, sql, -1, &statement, NULL);
    if (rc == SQLITE_OK && sqlite3_step(statement) == SQLITE_ROW)
        *ret = sqlite3_column_int(statement, 0);
    int end = sqlite3_finalize(statement);
    return rc == SQLITE_OK ? end : rc;
}

/* Before a file is changed in any way: is it ours, and of a version that we know? */
static enum err check_owner(struct sqlite_file *file, struct buf *reason)
{
    int version = 0, application = 0;
    if (pragma_int(file, "PRAGMA user_version", &version) != SQLITE_OK ||
        pragma_int(file, "PRAGMA application_id", &application) != SQLITE_OK)
        return sqlite_file_err(file, "open", reason);
    if ((version != 0 || application != 0) && application != LITE_APPLICATION_ID) {
        buf_printf(reason, "%s is no log of beredd", file->path);
        return ERR_CORRUPT;
    }
    if (version > LITE_SCHEMA_VERSION) {
        buf_printf(reason, "%s has schema version %d, and this program knows versions up to %d", file->path, version,
                   LITE_SCHEMA_VERSION);
        return ERR_NEWER;
    }
    return ERR_OK;
}

static int configure(struct sqlite_file *file, enum lite_use use)
{
    sqlite3_db_config(file->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(file->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(file->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, use == LITE_FROZEN, NULL);
    return sqlite3_exec(file->db, pragmas_for_both, NULL, NULL, NULL);
}

enum err sqlite_file_open(const char *path, enum lite_use use, struct sqlite_file **ret, struct buf *reason)
{
    CLEANUP(sqlite_file_close) struct sqlite_file *file = NEW(struct sqlite_file);
    file->path = mem_strdup(path);
    if (open_db(file, use) != SQLITE_OK || configure(file, use) != SQLITE_OK)
        return sqlite_file_err(file, "open", reason);
    enum err err = check_owner(file, reason);
    if (err != ERR_OK)
        return err;
    if (sqlite3_exec(file->db, use == LITE_WRITE ? pragmas_for_writing : pragmas_for_reading, NULL, NULL, NULL) != SQLITE_OK)
        return sqlite_file_err(file, "open", reason);
    if (use == LITE_WRITE)
        sqlite3_wal_hook(file->db, note_wal, file);
    *ret = TAKE(file);
    return ERR_OK;
}

void sqlite_file_close(struct sqlite_file *file)
{
    if (!file)
        return;
    for (size_t i = 0; i < LITE_QUERIES; i++)
        sqlite3_finalize(file->statements[i]);
    int rc = sqlite3_close(file->db);
    assert(rc == SQLITE_OK);      /* it would be SQLITE_BUSY if a statement were left */
    free(file->path);
    free(file);
}

void sqlite_file_distrust(struct sqlite_file *file)
{
    sqlite3_db_config(file->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
}

enum err sqlite_file_has_schema(struct sqlite_file *file, bool *ret, struct buf *reason)
{
    int version = 0, tables = 0;
    if (pragma_int(file, "PRAGMA user_version", &version) != SQLITE_OK ||
        pragma_int(file, "SELECT count(*) FROM sqlite_schema", &tables) != SQLITE_OK)
        return sqlite_file_err(file, "open", reason);
    if (version == 0 && tables > 0) {
        buf_printf(reason, "%s is no log of beredd", file->path);
        return ERR_CORRUPT;
    }
    *ret = version != 0;
    return ERR_OK;
}

enum err sqlite_file_init_schema(struct sqlite_file *file, const struct store_head *base, struct buf *reason)
{
    CLEANUP_BUF struct buf sql = {0};
    buf_add_text(&sql, sqlite_schema_text);
    buf_printf(&sql, "PRAGMA application_id = %d; PRAGMA user_version = %d;", LITE_APPLICATION_ID, LITE_SCHEMA_VERSION);
    buf_printf(&sql, "INSERT INTO meta(id, base_seq, base_link, probes) VALUES (1, %lld, x'", (long long)base->seq);
    text_add_hex(&sql, base->link, sizeof base->link);
    buf_add_text(&sql, "', 0);");
    if (sqlite3_exec(file->db, buf_text(&sql), NULL, NULL, NULL) != SQLITE_OK)
        return sqlite_file_err(file, "create", reason);
    return ERR_OK;
}

sqlite3_stmt *sqlite_file_query(struct sqlite_file *file, enum lite_query query)
{
    sqlite3_stmt **statement = &file->statements[query];
    if (!*statement)
        (void)sqlite3_prepare_v3(file->db, sqlite_schema_queries[query], -1, SQLITE_PREPARE_PERSISTENT, statement, NULL);
    return *statement;
}

void sqlite_file_release(sqlite3_stmt *statement)
{
    (void)sqlite3_reset(statement);     /* repeats the error of the last step, which was seen */
}

int sqlite_file_run(struct sqlite_file *file, enum lite_query query)
{
    sqlite3_stmt *statement = sqlite_file_query(file, query);
    if (!statement)
        return sqlite3_extended_errcode(file->db);
    (void)sqlite3_step(statement);
    return sqlite3_reset(statement);
}

static enum err err_of_errno(int error)
{
    switch (error) {
    case ENOSPC:
    case EDQUOT: return ERR_NOSPACE;
    case EACCES:
    case EPERM:
    case EROFS:  return ERR_DENIED;
    case ENOENT: return ERR_NOT_FOUND;
    case EEXIST: return ERR_EXISTS;
    default:     return ERR_IO;
    }
}

static enum err err_of_sqlite(sqlite3 *db)
{
    switch (sqlite3_errcode(db) & 0xff) {
    case SQLITE_FULL:       return ERR_NOSPACE;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:     return ERR_LOCKED;
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_ERROR:      return ERR_CORRUPT;     /* the schema or the rows are not what we made them */
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_READONLY:   return ERR_DENIED;
    case SQLITE_TOOBIG:     return ERR_TOO_BIG;
    case SQLITE_CANTOPEN:   return err_of_errno(sqlite3_system_errno(db));
    case SQLITE_IOERR:      return err_of_errno(sqlite3_system_errno(db)) == ERR_NOSPACE ? ERR_NOSPACE : ERR_IO;
    default:                return ERR_IO;
    }
}

enum err sqlite_file_err(struct sqlite_file *file, const char *what, struct buf *reason)
{
    if (reason)
        buf_printf(reason, "cannot %s %s: %s", what, file->path, sqlite3_errmsg(file->db));
    int code = sqlite3_extended_errcode(file->db);
    if (reason && code != (code & 0xff))
        buf_printf(reason, " (%d)", code);
    return err_of_sqlite(file->db);
}

enum err sqlite_file_errno(const char *what, const char *path, struct buf *reason)
{
    int error = errno;
    if (reason)
        buf_printf(reason, "cannot %s %s: %s", what, path, strerrordesc_np(error));
    return err_of_errno(error);
}

bool sqlite_file_hash(sqlite3_stmt *statement, int column, uint8_t ret[STORE_HASH_BYTES])
{
    const void *bytes = sqlite3_column_blob(statement, column);
    if (!bytes || sqlite3_column_bytes(statement, column) != STORE_HASH_BYTES)
        return false;
    memcpy(ret, bytes, STORE_HASH_BYTES);
    return true;
}

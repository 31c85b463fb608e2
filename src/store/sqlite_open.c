/* Opening a log: finding its parts, and its head. What this costs does not depend on the log's length. */
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "store/sqlite_log.h"

static enum err lock_directory(struct sqlite_log *log, struct buf *reason)
{
    log->directory_fd = open(log->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (log->directory_fd < 0)
        return sqlite_file_errno("open", log->directory, reason);
    /* SQLite locks a file; this locks the log, which may be several. Those who only read may be several too. A file system
     * without flock leaves it to SQLite. */
    if (flock(log->directory_fd, (log->read_only ? LOCK_SH : LOCK_EX) | LOCK_NB) < 0 && errno == EWOULDBLOCK) {
        buf_printf(reason, "another process holds the log in %s", log->directory);
        return ERR_LOCKED;
    }
    return ERR_OK;
}

static enum err read_base(struct sqlite_file *file, struct store_head *ret, struct buf *reason)
{
    CLEANUP(sqlite_file_release) sqlite3_stmt *meta = sqlite_file_query(file, LITE_META);
    int rc = meta ? sqlite3_step(meta) : SQLITE_ERROR;
    if (rc == SQLITE_ROW && sqlite_file_hash(meta, 1, ret->link)) {
        ret->seq = sqlite_file_u64(meta, 0);
        return ERR_OK;
    }
    if (rc != SQLITE_ROW && rc != SQLITE_DONE)
        return sqlite_file_err(file, "read", reason);
    buf_printf(reason, "%s does not say where in the log it begins", file->path);
    return ERR_CORRUPT;
}

enum err sqlite_log_read_head(struct sqlite_file *file, const struct store_head *base, struct store_head *ret,
                              struct buf *reason)
{
    CLEANUP(sqlite_file_release) sqlite3_stmt *last = sqlite_file_query(file, LITE_HEAD);
    int rc = last ? sqlite3_step(last) : SQLITE_ERROR;
    if (rc == SQLITE_DONE) {
        *ret = *base;
        return ERR_OK;
    }
    if (rc != SQLITE_ROW)
        return sqlite_file_err(file, "read", reason);
    ret->seq = sqlite_file_u64(last, 0);
    if (ret->seq > base->seq && ret->seq < INT64_MAX && sqlite_file_hash(last, 1, ret->link))
        return ERR_OK;
    buf_printf(reason, "the last record in %s is damaged", file->path);
    return ERR_CORRUPT;
}

/* Takes a file into the log if it ever became a part. A file whose creation was cut short holds nothing; it goes. */
static enum err open_part(struct sqlite_log *log, unsigned number, bool last, struct buf *reason)
{
    CLEANUP_FREE char *path = sqlite_log_path(log, number);
    CLEANUP(sqlite_file_close) struct sqlite_file *file = NULL;
    struct sqlite_part part = {.number = number};
    bool is_part = false;
    if (last && !log->read_only && sqlite_log_renew_wal(log, number, NULL) != ERR_OK)
        log->unsettled = true;
    enum err err = sqlite_file_open(path, last && !log->read_only ? LITE_WRITE : LITE_FROZEN, &file, reason);
    if (err == ERR_OK)
        err = sqlite_file_has_schema(file, &is_part, reason);
    if (err == ERR_OK && !is_part) {
        sqlite_file_close(TAKE(file));
        return log->read_only ? ERR_OK : sqlite_log_remove_part(log, number, reason);
    }
    if (err == ERR_OK)
        err = read_base(file, &part.base, reason);
    if (err != ERR_OK)
        return err;
    if (last)
        part.file = TAKE(file);
    log->parts = mem_realloc_array(log->parts, log->n_parts + 1, sizeof *log->parts);
    log->parts[log->n_parts++] = part;
    return ERR_OK;
}

/* The last first: it alone is opened for writing, and only once it turned out to be a part are the others the earlier ones. */
static enum err open_parts(struct sqlite_log *log, struct buf *reason)
{
    CLEANUP_FREE unsigned *numbers = NULL;
    size_t n = 0;
    enum err err = sqlite_log_scan(log, &numbers, &n, reason);
    while (err == ERR_OK && n > 0)
        err = open_part(log, numbers[--n], log->n_parts == 0, reason);
    for (size_t i = 0; i < log->n_parts / 2; i++) {
        struct sqlite_part part = log->parts[i];
        log->parts[i] = log->parts[log->n_parts - 1 - i];
        log->parts[log->n_parts - 1 - i] = part;
    }
    for (size_t i = 1; err == ERR_OK && i < log->n_parts; i++) {
        if (log->parts[i].base.seq >= log->parts[i - 1].base.seq)
            continue;
        buf_printf(reason, "the files in %s do not follow each other", log->directory);
        err = ERR_CORRUPT;
    }
    return err;
}

static enum err create_first(struct sqlite_log *log, struct buf *reason)
{
    if (log->read_only) {
        buf_printf(reason, "there is no log in %s", log->directory);
        return ERR_NOT_FOUND;
    }
    struct sqlite_part part = {.number = 1};
    enum err err = sqlite_log_create_part(log, 1, &part.base, NULL, &part.file, reason);
    if (err != ERR_OK)
        return err;
    log->parts = mem_dup(&part, sizeof part);
    log->n_parts = 1;
    return ERR_OK;
}

/* If it fails, the log can still be read; the first append is told, and recovery tries again. */
static void settle(struct sqlite_log *log)
{
    struct sqlite_file *file = sqlite_log_last(log)->file;
    if (!log->unsettled && sqlite_log_sync_names(log, NULL) == ERR_OK)
        return;
    log->unsettled = true;
    log->damage = SQLITE_LOG_DISTRUSTED;
    sqlite_file_distrust(file);
}

enum err sqlite_log_open(const struct store_config *config, struct sqlite_log **ret, struct buf *reason)
{
    CLEANUP(sqlite_log_close) struct sqlite_log *log = NEW(struct sqlite_log);
    log->directory = mem_strdup(config->directory);
    log->read_only = config->read_only;
    log->chain = chain_new();
    enum err err = lock_directory(log, reason);
    if (err == ERR_OK)
        err = open_parts(log, reason);
    if (err == ERR_OK && log->n_parts == 0)
        err = create_first(log, reason);
    if (err != ERR_OK)
        return err;
    struct sqlite_part *last = sqlite_log_last(log);
    err = sqlite_log_read_head(last->file, &last->base, &log->head, reason);
    if (err != ERR_OK)
        return err;
    log->writable = !log->read_only;
    if (log->writable)
        settle(log);
    *ret = TAKE(log);
    return ERR_OK;
}

void sqlite_log_close(struct sqlite_log *log)
{
    if (!log)
        return;
    for (size_t i = 0; i < log->n_parts; i++)
        sqlite_file_close(log->parts[i].file);
    free(log->parts);
    chain_free(log->chain);
    if (log->directory_fd >= 0)
        close(log->directory_fd);
    free(log->directory);
    free(log);
}

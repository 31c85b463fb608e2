/* Making a log take batches again after one failed. */
#include <assert.h>

#include "store/sqlite_log.h"

/* From now on, until recovery has succeeded, the last part is only read. */
static void let_go(struct sqlite_log *log)
{
    sqlite_file_close(TAKE(sqlite_log_last(log)->file));
    log->writable = false;
}

/* Is the file, read anew from the disk, exactly at the confirmed head, and does a commit to it succeed? */
static enum err try_file(struct sqlite_log *log, struct sqlite_file *file, struct buf *reason)
{
    struct store_head head;
    enum err err = sqlite_log_read_head(file, &sqlite_log_last(log)->base, &head, reason);
    if (err != ERR_OK)
        return err;
    if (head.seq != log->head.seq || memcmp(head.link, log->head.link, sizeof head.link) != 0) {
        buf_printf(reason, "%s holds what was never confirmed", file->path);
        return ERR_CORRUPT;
    }
    return sqlite_file_run(file, LITE_PROBE) == SQLITE_OK ? ERR_OK : sqlite_file_err(file, "write to", reason);
}

/* The disk was merely full (or the batch was refused): a new file would need more room than this one, and this one is sound if
 * it ends at the confirmed head. Everything up to there was synced before; the refused write came after it. Likewise where
 * what an earlier process left could not be made certain, if now it can. */
static enum err go_on(struct sqlite_log *log, struct buf *reason)
{
    struct sqlite_part *last = sqlite_log_last(log);
    CLEANUP_FREE char *path = sqlite_log_path(log, last->number);
    CLEANUP(sqlite_file_close) struct sqlite_file *file = NULL;
    enum err err = log->unsettled ? sqlite_log_renew_wal(log, last->number, reason) : ERR_OK;
    if (err == ERR_OK)
        err = sqlite_file_open(path, LITE_WRITE, &file, reason);
    if (err == ERR_OK)
        err = try_file(log, file, reason);
    if (err == ERR_OK)
        err = sqlite_log_sync_names(log, reason);
    if (err == ERR_OK) {
        last->file = TAKE(file);
        log->writable = true;
    } else if (file) {
        sqlite_file_distrust(file);
    }
    return err;
}

/* A part in which nothing was ever confirmed is not worth keeping once its successor stands. */
static void drop_if_empty(struct sqlite_log *log, size_t index)
{
    if (log->parts[index].base.seq != sqlite_log_part_end(log, index))
        return;
    sqlite_file_close(TAKE(log->parts[index].file));
    (void)!sqlite_log_remove_part(log, log->parts[index].number, NULL);     /* if it stays: an empty part, no harm */
    memmove(&log->parts[index], &log->parts[index + 1], (log->n_parts - index - 1) * sizeof *log->parts);
    log->n_parts--;
}

static enum err begin_next(struct sqlite_log *log, struct buf *reason)
{
    if (log->n_parts >= SQLITE_LOG_PARTS_MAX) {
        buf_printf(reason, "%s holds too many files of the log", log->directory);
        return ERR_TOO_BIG;
    }
    struct sqlite_file *old = NULL;
    struct sqlite_part next = {.number = sqlite_log_last(log)->number + 1, .base = log->head};
    /* Then what the last part holds is copied, for of no record of it is it known that it will stay. */
    if (log->unsettled)
        next.base = sqlite_log_last(log)->base;
    enum err err = sqlite_log_file(log, log->n_parts - 1, &old, reason);
    if (err == ERR_OK)
        err = sqlite_log_create_part(log, next.number, &next.base, old, &next.file, reason);
    while (err == ERR_EXISTS && next.number - sqlite_log_last(log)->number < SQLITE_LOG_PARTS_MAX) {
        buf_clear(reason);     /* left by an attempt that failed and that the disk did not let us remove: an empty part */
        err = sqlite_log_create_part(log, ++next.number, &next.base, old, &next.file, reason);
    }
    if (err != ERR_OK)
        return err;
    log->parts = mem_realloc_array(log->parts, log->n_parts + 1, sizeof *log->parts);
    log->parts[log->n_parts++] = next;
    log->writable = true;
    log->unsettled = false;
    drop_if_empty(log, log->n_parts - 2);
    return ERR_OK;
}

enum err sqlite_log_recover(struct sqlite_log *log, struct buf *reason)
{
    if (log->damage == SQLITE_LOG_SOUND)
        return ERR_OK;
    let_go(log);
    enum err err = ERR_OK;
    if (log->damage == SQLITE_LOG_REFUSED || log->unsettled) {
        err = go_on(log, reason);
        if (err == ERR_OK) {
            log->unsettled = false;
            log->damage = SQLITE_LOG_SOUND;
        } else if (err != ERR_NOSPACE) {
            log->damage = SQLITE_LOG_DISTRUSTED;
            buf_clear(reason);
        }
    }
    if (log->damage == SQLITE_LOG_DISTRUSTED && err != ERR_NOSPACE)
        err = begin_next(log, reason);
    if (err == ERR_OK) {
        log->damage = SQLITE_LOG_SOUND;
        log->checkpoint_delay_bytes = 0;
    }
    return err;
}

/* Appending a batch, and keeping checkpoints out of its way. */
#include <assert.h>

#include "store/sqlite_log.h"

enum { CHECKPOINT_BYTES = 16 << 20 };

static int append_record(struct sqlite_log *log, struct sqlite_file *file, const struct store_record *record, uint8_t *link)
{
    uint8_t digest[STORE_HASH_BYTES];
    chain_digest(log->chain, record->payload, record->payload_len, digest);
    chain_link(log->chain, link, record, digest, link);
    sqlite3_stmt *append = sqlite_file_query(file, LITE_APPEND);
    if (!append)
        return sqlite3_extended_errcode(file->db);
    sqlite_file_bind_u64(append, 1, record->seq);
    sqlite3_bind_int64(append, 2, record->at_usec);
    sqlite_file_bind_u64(append, 3, record->incident);
    sqlite3_bind_int(append, 4, record->kind);
    sqlite3_bind_int(append, 5, record->mark);
    sqlite3_bind_blob(append, 6, digest, sizeof digest, SQLITE_STATIC);
    sqlite3_bind_blob(append, 7, link, STORE_HASH_BYTES, SQLITE_STATIC);
    /* An empty payload is not an erased one, and SQLite would take a null pointer for NULL. */
    sqlite3_bind_blob64(append, 8, record->payload_len ? record->payload : "", record->payload_len, SQLITE_STATIC);
    return sqlite_file_run(file, LITE_APPEND);
}

int sqlite_log_mark(struct sqlite_file *file, const struct store_record *record)
{
    static const enum lite_query queries[] = {
        [STORE_MARK_OPENS] = LITE_OPENS, [STORE_MARK_CLOSES] = LITE_CLOSES, [STORE_MARK_SETTLES] = LITE_SETTLES,
    };
    if (record->mark == STORE_MARK_NONE)
        return SQLITE_OK;
    assert(record->mark < N_ELEMENTS(queries) && record->incident != 0);
    sqlite3_stmt *mark = sqlite_file_query(file, queries[record->mark]);
    if (!mark)
        return sqlite3_extended_errcode(file->db);
    sqlite_file_bind_u64(mark, 1, record->incident);
    sqlite_file_bind_u64(mark, 2, record->seq);
    return sqlite_file_run(file, queries[record->mark]);
}

static int append_batch(struct sqlite_log *log, struct sqlite_file *file, const struct store_record *records, size_t n,
                        struct store_head *head)
{
    int rc = sqlite_file_run(file, LITE_BEGIN);
    for (size_t i = 0; rc == SQLITE_OK && i < n; i++) {
        assert(records[i].seq == head->seq + 1);
        rc = append_record(log, file, &records[i], head->link);
        if (rc == SQLITE_OK)
            rc = sqlite_log_mark(file, &records[i]);
        head->seq = records[i].seq;
    }
    return rc == SQLITE_OK ? sqlite_file_run(file, LITE_COMMIT) : rc;
}

/* SQLITE_FULL is a write that was turned away: no fsync has failed, and what was confirmed before lies in front of it in
 * the write-ahead log, synced. So the same file may go on once there is room. Anything else, and above all a
 * failed fsync, after which the kernel forgets what it did not write, leaves a file of which nothing new is certain. */
static enum err append_failed(struct sqlite_log *log, struct sqlite_file *file, int rc, struct buf *reason)
{
    enum err err = sqlite_file_err(file, "append to", reason);
    log->damage = (rc & 0xff) == SQLITE_FULL ? SQLITE_LOG_REFUSED : SQLITE_LOG_DISTRUSTED;
    sqlite_file_distrust(file);
    if (!sqlite3_get_autocommit(file->db))
        (void)sqlite_file_run(file, LITE_ROLLBACK);
    return err;
}

enum err sqlite_log_append(struct sqlite_log *log, uint64_t expected_seq, const struct store_record *records, size_t n,
                           struct buf *reason)
{
    if (log->read_only) {
        buf_add_text(reason, "the log was opened for reading only");
        return ERR_DENIED;
    }
    if (log->damage != SQLITE_LOG_SOUND) {
        buf_add_text(reason, "an earlier write or checkpoint failed");
        return ERR_IO;
    }
    assert(log->writable && n > 0);
    if (log->head.seq != expected_seq) {
        log->damage = SQLITE_LOG_REFUSED;
        buf_printf(reason, "the log ends at record %llu, not at %llu", (unsigned long long)log->head.seq,
                   (unsigned long long)expected_seq);
        return ERR_RANGE;
    }
    struct sqlite_file *file = sqlite_log_last(log)->file;
    struct store_head head = log->head;
    int rc = append_batch(log, file, records, n, &head);
    if (rc != SQLITE_OK)
        return append_failed(log, file, rc, reason);
    log->head = head;
    return ERR_OK;
}

static int64_t wal_bytes(const struct sqlite_log *log)
{
    if (!log->writable || log->damage != SQLITE_LOG_SOUND)
        return 0;
    return log->parts[log->n_parts - 1].file->wal_bytes;
}

bool sqlite_log_checkpoint_wanted(const struct sqlite_log *log)
{
    return wal_bytes(log) >= log->checkpoint_delay_bytes + CHECKPOINT_BYTES;
}

bool sqlite_log_checkpoint_overdue(const struct sqlite_log *log)
{
    return wal_bytes(log) >= log->checkpoint_delay_bytes + (int64_t)2 * CHECKPOINT_BYTES;
}

void sqlite_log_checkpoint(struct sqlite_log *log)
{
    struct sqlite_file *file = sqlite_log_last(log)->file;
    int rc = sqlite3_wal_checkpoint_v2(file->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    if (rc == SQLITE_OK) {
        log->checkpoint_delay_bytes = 0;
        file->wal_bytes = 0;     /* the next commit begins it anew */
        return;
    }
    /* Everything is still in the write-ahead log, so nothing is lost and appending goes on; try again later. But if it was
     * an fsync that failed, the database may not hold what it seems to: the next append says so. */
    log->checkpoint_delay_bytes = file->wal_bytes;
    if (rc == SQLITE_IOERR_FSYNC || rc == SQLITE_IOERR_DIR_FSYNC) {
        log->damage = SQLITE_LOG_DISTRUSTED;
        sqlite_file_distrust(file);
    }
}

/* Walking the chain from the first record to the head, a slice at a time. */
#include "store/sqlite_log.h"

/* The record after what was proved is wrong, or missing: nothing behind it proves anything. */
static void condemn(struct sqlite_verifying *verifying)
{
    verifying->verdict.first_bad_seq = verifying->at.seq + 1;
}

static bool same_head(const struct store_head *a, const struct store_head *b)
{
    return a->seq == b->seq && memcmp(a->link, b->link, sizeof a->link) == 0;
}

static bool verify_row(struct sqlite_log *log, struct sqlite_verifying *verifying, sqlite3_stmt *row)
{
    struct store_record record;
    struct store_head next;
    uint8_t digest[STORE_HASH_BYTES], computed[STORE_HASH_BYTES], link[STORE_HASH_BYTES];
    if (!sqlite_log_row(row, &record) || record.seq != verifying->at.seq + 1)
        return false;
    if (!sqlite_file_hash(row, 6, digest) || !sqlite_file_hash(row, 7, link))
        return false;
    if (record.payload) {
        chain_digest(log->chain, record.payload, record.payload_len, computed);
        if (memcmp(computed, digest, sizeof digest) != 0)
            return false;
    }
    next.seq = record.seq;
    chain_link(log->chain, verifying->at.link, &record, digest, next.link);
    if (memcmp(next.link, link, sizeof link) != 0)
        return false;
    verifying->at = next;
    verifying->verdict.records++;
    verifying->verdict.redacted += record.payload ? 0 : 1;
    return true;
}

static enum err verify_rows(struct sqlite_log *log, struct sqlite_verifying *verifying, struct sqlite_file *file, uint64_t end)
{
    CLEANUP(sqlite_file_release) sqlite3_stmt *rows = sqlite_file_query(file, LITE_VERIFY);
    if (!rows)
        return sqlite_file_err(file, "read", NULL);
    sqlite_file_bind_u64(rows, 1, verifying->at.seq);
    sqlite_file_bind_u64(rows, 2, end);
    for (size_t n = 0; n < SQLITE_LOG_SLICE; n++) {
        int rc = sqlite3_step(rows);
        if (rc == SQLITE_DONE && verifying->at.seq < end)
            condemn(verifying);
        if (rc == SQLITE_DONE)
            return ERR_OK;
        if (rc != SQLITE_ROW)
            return sqlite_file_err(file, "read", NULL);
        if (!verify_row(log, verifying, rows)) {
            condemn(verifying);
            return ERR_OK;
        }
    }
    return ERR_OK;
}

static void conclude(struct sqlite_verifying *verifying)
{
    struct store_verdict *verdict = &verifying->verdict;
    memcpy(verdict->link, verifying->at.link, sizeof verdict->link);
    if (verdict->first_bad_seq == 0 && !same_head(&verifying->at, &verifying->goal))
        verdict->first_bad_seq = verifying->goal.seq;
    verdict->whole = verdict->first_bad_seq == 0;
}

static enum err verify_slice(struct sqlite_log *log, struct sqlite_verifying *verifying)
{
    size_t part = sqlite_log_part_after(log, verifying->at.seq);
    const struct store_head *base = &log->parts[part].base;
    /* A part's beginning must be what the parts before it came to; this also finds a part that was taken away. */
    if (base->seq > verifying->at.seq || (base->seq == verifying->at.seq && !same_head(base, &verifying->at))) {
        condemn(verifying);
        return ERR_OK;
    }
    struct sqlite_file *file;
    enum err err = sqlite_log_file(log, part, &file, NULL);
    if (err != ERR_OK)
        return err;
    uint64_t end = sqlite_log_part_end(log, part);
    return verify_rows(log, verifying, file, end < verifying->goal.seq ? end : verifying->goal.seq);
}

enum err sqlite_log_verify(struct sqlite_log *log, struct sqlite_verifying *verifying, bool *ret_done)
{
    if (!verifying->begun) {
        verifying->goal = log->head;
        verifying->begun = true;
    }
    enum err err = ERR_OK;
    if (verifying->at.seq < verifying->goal.seq)
        err = verify_slice(log, verifying);
    if (err != ERR_OK)
        condemn(verifying);      /* what cannot be read is not whole */
    *ret_done = err != ERR_OK || verifying->verdict.first_bad_seq != 0 || verifying->at.seq >= verifying->goal.seq;
    if (*ret_done)
        conclude(verifying);
    return err;
}

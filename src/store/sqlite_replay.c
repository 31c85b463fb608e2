/* What is read at the start, before the loop runs: the live incidents, and what was last said of none. */
#include "store/sqlite_log.h"

static enum err last_in_file(struct sqlite_file *file, uint64_t low, uint64_t high, uint64_t *ret)
{
    CLEANUP(sqlite_file_release) sqlite3_stmt *last = sqlite_file_query(file, LITE_LAST_INCIDENT);
    if (!last)
        return sqlite_file_err(file, "read", NULL);
    sqlite_file_bind_u64(last, 1, low);
    sqlite_file_bind_u64(last, 2, high);
    int rc = sqlite3_step(last);
    if (rc == SQLITE_ROW && sqlite_file_u64(last, 0) > *ret)
        *ret = sqlite_file_u64(last, 0);
    return rc == SQLITE_ROW || rc == SQLITE_DONE ? ERR_OK : sqlite_file_err(file, "read", NULL);
}

/* In every part, and with what was never confirmed: a key that may have been seen is not given again. */
enum err sqlite_log_last_incident(struct sqlite_log *log, uint64_t low, uint64_t high, uint64_t *ret)
{
    enum err err = ERR_OK;
    *ret = 0;
    for (size_t i = 0; err == ERR_OK && low <= high && i < log->n_parts; i++) {
        struct sqlite_file *file;
        err = sqlite_log_file(log, i, &file, NULL);
        /* SQLite sorts what is above INT64_MAX as negative, so a range across it is two ranges. */
        if (err == ERR_OK && low <= INT64_MAX)
            err = last_in_file(file, low, high < INT64_MAX ? high : INT64_MAX, ret);
        if (err == ERR_OK && high > INT64_MAX)
            err = last_in_file(file, low > INT64_MAX ? low : (uint64_t)INT64_MAX + 1, high, ret);
    }
    return err;
}

static enum err replay_rows(struct sqlite_file *file, sqlite3_stmt *rows, size_t *ret_n, store_replay_cb *cb, void *userdata)
{
    int rc;
    while ((rc = sqlite3_step(rows)) == SQLITE_ROW) {
        struct store_record record;
        if (!sqlite_log_row(rows, &record))
            return ERR_CORRUPT;
        ++*ret_n;
        cb(userdata, &record);
    }
    return rc == SQLITE_DONE ? ERR_OK : sqlite_file_err(file, "read", NULL);
}

static enum err replay_incident(struct sqlite_log *log, uint64_t incident, uint64_t first_seq, store_replay_cb *cb,
                                void *userdata)
{
    for (size_t part = sqlite_log_part_after(log, first_seq - 1); part < log->n_parts; part++) {
        struct sqlite_file *file;
        enum err err = sqlite_log_file(log, part, &file, NULL);
        if (err != ERR_OK)
            return err;
        CLEANUP(sqlite_file_release) sqlite3_stmt *rows = sqlite_file_query(file, LITE_READ_INCIDENT);
        if (!rows)
            return sqlite_file_err(file, "read", NULL);
        sqlite_file_bind_u64(rows, 1, log->parts[part].base.seq);
        sqlite_file_bind_u64(rows, 2, sqlite_log_part_end(log, part));
        sqlite_file_bind_u64(rows, 3, incident);
        size_t n = 0;
        err = replay_rows(file, rows, &n, cb, userdata);
        if (err != ERR_OK)
            return err;
    }
    return ERR_OK;
}

enum err sqlite_log_replay(struct sqlite_log *log, store_replay_cb *cb, void *userdata)
{
    struct sqlite_file *last;
    enum err err = sqlite_log_file(log, log->n_parts - 1, &last, NULL);
    if (err != ERR_OK)
        return err;
    CLEANUP(sqlite_file_release) sqlite3_stmt *live = sqlite_file_query(last, LITE_LIVE);
    if (!live)
        return sqlite_file_err(last, "read", NULL);
    sqlite_file_bind_u64(live, 1, log->head.seq);
    int rc;
    while ((rc = sqlite3_step(live)) == SQLITE_ROW) {
        uint64_t incident = sqlite_file_u64(live, 0), first_seq = sqlite_file_u64(live, 1);
        err = replay_incident(log, incident, first_seq, cb, userdata);
        if (err == ERR_CORRUPT)      /* one bad page must not keep the other alarms from going on */
            cb(userdata, &(struct store_record){.seq = first_seq, .incident = incident});
        else if (err != ERR_OK)
            return err;
    }
    return rc == SQLITE_DONE ? ERR_OK : sqlite_file_err(last, "read", NULL);
}

/* From the latest part back. */
enum err sqlite_log_replay_house(struct sqlite_log *log, uint8_t kind, size_t limit, store_replay_cb *cb, void *userdata)
{
    size_t n = 0;
    for (size_t part = log->n_parts; part-- > 0 && n < limit;) {
        struct sqlite_file *file;
        enum err err = sqlite_log_file(log, part, &file, NULL);
        if (err != ERR_OK)
            return err;
        CLEANUP(sqlite_file_release) sqlite3_stmt *rows = sqlite_file_query(file, LITE_READ_HOUSE);
        if (!rows)
            return sqlite_file_err(file, "read", NULL);
        sqlite_file_bind_u64(rows, 1, log->parts[part].base.seq);
        sqlite_file_bind_u64(rows, 2, sqlite_log_part_end(log, part));
        sqlite_file_bind_u64(rows, 3, limit - n);
        sqlite_file_bind_u64(rows, 4, kind);
        err = replay_rows(file, rows, &n, cb, userdata);
        if (err != ERR_OK)
            return err;
    }
    return ERR_OK;
}

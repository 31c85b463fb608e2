/* Reading records and listing incidents, a slice at a time. A slice stays within one part. */
#include <assert.h>

#include "store/sqlite_log.h"

enum { SLICE_BYTES = 1 << 20 };

bool sqlite_log_row(sqlite3_stmt *row, struct store_record *ret)
{
    int kind = sqlite3_column_int(row, 3), mark = sqlite3_column_int(row, 4);
    const void *payload = sqlite3_column_blob(row, 5);
    bool redacted = sqlite3_column_type(row, 5) == SQLITE_NULL;
    *ret = (struct store_record){
        .seq = sqlite_file_u64(row, 0),
        .at_usec = sqlite3_column_int64(row, 1),
        .incident = sqlite_file_u64(row, 2),
        .kind = (uint8_t)kind,
        .mark = (uint8_t)mark,
        .payload = redacted ? NULL : payload ? payload : "",
        .payload_len = (size_t)sqlite3_column_bytes(row, 5),
    };
    return kind >= 0 && kind <= UINT8_MAX && mark >= 0 && mark <= STORE_MARK_SETTLES;
}

static void keep_record(struct sqlite_reading *reading, const struct store_record *record)
{
    struct store_record *kept = &reading->records[reading->n++];
    *kept = *record;
    if (record->payload) {
        char *payload = arena_alloc(reading->memory, record->payload_len + 1);
        memcpy(payload, record->payload, record->payload_len);
        kept->payload = payload;
    }
}

static enum err read_rows(struct sqlite_file *file, struct sqlite_reading *reading, sqlite3_stmt *rows, size_t max, uint64_t end)
{
    size_t n = 0, bytes = 0;
    int rc = SQLITE_ROW;
    while (n < max && bytes < SLICE_BYTES && (rc = sqlite3_step(rows)) == SQLITE_ROW) {
        struct store_record record;
        if (!sqlite_log_row(rows, &record))
            return ERR_CORRUPT;
        keep_record(reading, &record);
        reading->range.after_seq = record.seq;
        bytes += record.payload_len;
        n++;
    }
    if (rc == SQLITE_DONE)
        reading->range.after_seq = end;
    return rc == SQLITE_DONE || rc == SQLITE_ROW ? ERR_OK : sqlite_file_err(file, "read", NULL);
}

enum err sqlite_log_read(struct sqlite_log *log, struct sqlite_reading *reading, bool *ret_done)
{
    assert(reading->limit > 0 && reading->limit <= STORE_READ_MAX);
    if (!reading->memory) {
        reading->memory = arena_new();
        reading->records = NEW_ARRAY(struct store_record, reading->limit);
    }
    size_t part = sqlite_log_part_after(log, reading->range.after_seq);
    *ret_done = part == log->n_parts;
    if (*ret_done)
        return ERR_OK;
    struct sqlite_file *file;
    enum err err = sqlite_log_file(log, part, &file, NULL);
    if (err != ERR_OK)
        return err;
    CLEANUP(sqlite_file_release) sqlite3_stmt *rows =
        sqlite_file_query(file, reading->range.incident ? LITE_READ_INCIDENT : LITE_READ);
    if (!rows)
        return sqlite_file_err(file, "read", NULL);
    size_t left = reading->limit - reading->n, max = left < SQLITE_LOG_SLICE ? left : SQLITE_LOG_SLICE;
    uint64_t end = sqlite_log_part_end(log, part);
    sqlite_file_bind_u64(rows, 1, reading->range.after_seq);
    sqlite_file_bind_u64(rows, 2, end);
    if (reading->range.incident)
        sqlite_file_bind_u64(rows, 3, reading->range.incident);
    err = read_rows(file, reading, rows, max, end);
    *ret_done = reading->n == reading->limit || reading->range.after_seq >= log->head.seq;
    return err;
}

void sqlite_reading_done(struct sqlite_reading *reading)
{
    arena_free(reading->memory);
    free(reading->records);
}

/* Whether an incident of an earlier part was still open when the last part began, that part knows. */
static enum err is_open(struct sqlite_log *log, size_t part, uint64_t first_seq, uint64_t closed_seq, bool *ret)
{
    *ret = closed_seq == 0 || closed_seq > log->head.seq;
    if (part + 1 == log->n_parts)
        return ERR_OK;
    struct sqlite_file *last;
    enum err err = sqlite_log_file(log, log->n_parts - 1, &last, NULL);
    if (err != ERR_OK)
        return err;
    CLEANUP(sqlite_file_release) sqlite3_stmt *still = sqlite_file_query(last, LITE_STILL_OPEN);
    if (!still)
        return sqlite_file_err(last, "read", NULL);
    sqlite_file_bind_u64(still, 1, first_seq);
    int rc = sqlite3_step(still);
    *ret = rc == SQLITE_ROW;
    return rc == SQLITE_ROW || rc == SQLITE_DONE ? ERR_OK : sqlite_file_err(last, "read", NULL);
}

static enum err list_row(struct sqlite_log *log, struct sqlite_listing *listing, size_t part, sqlite3_stmt *row)
{
    struct store_listed listed = {.first_seq = sqlite_file_u64(row, 0), .incident = sqlite_file_u64(row, 1)};
    bool open = false;
    listing->after_seq = listed.first_seq;
    if (listing->which != STORE_LIST_ALL) {
        enum err err = is_open(log, part, listed.first_seq, sqlite_file_u64(row, 2), &open);
        if (err != ERR_OK)
            return err;
    }
    if (listing->which == STORE_LIST_ALL || open == (listing->which == STORE_LIST_OPEN))
        listing->listed[listing->n++] = listed;
    return ERR_OK;
}

static enum err list_rows(struct sqlite_log *log, struct sqlite_listing *listing, size_t part, sqlite3_stmt *rows, uint64_t end)
{
    int rc = SQLITE_ROW;
    for (size_t n = 0; n < SQLITE_LOG_SLICE && listing->n < listing->limit; n++) {
        rc = sqlite3_step(rows);
        if (rc != SQLITE_ROW)
            break;
        enum err err = list_row(log, listing, part, rows);
        if (err != ERR_OK)
            return err;
    }
    if (rc == SQLITE_DONE)
        listing->after_seq = end;
    return rc == SQLITE_DONE || rc == SQLITE_ROW ? ERR_OK : ERR_IO;
}

enum err sqlite_log_list(struct sqlite_log *log, struct sqlite_listing *listing, bool *ret_done)
{
    assert(listing->limit > 0 && listing->limit <= STORE_READ_MAX);
    if (!listing->listed)
        listing->listed = NEW_ARRAY(struct store_listed, listing->limit);
    /* What is open stands in the last part, wherever it began. */
    bool only_open = listing->which == STORE_LIST_OPEN;
    size_t part = sqlite_log_part_after(log, listing->after_seq);
    *ret_done = part == log->n_parts;
    if (*ret_done)
        return ERR_OK;
    if (only_open)
        part = log->n_parts - 1;
    struct sqlite_file *file;
    enum err err = sqlite_log_file(log, part, &file, NULL);
    if (err != ERR_OK)
        return err;
    CLEANUP(sqlite_file_release) sqlite3_stmt *rows = sqlite_file_query(file, only_open ? LITE_LIST_OPEN : LITE_LIST);
    if (!rows)
        return sqlite_file_err(file, "read", NULL);
    uint64_t end = sqlite_log_part_end(log, part);
    sqlite_file_bind_u64(rows, 1, listing->after_seq);
    sqlite_file_bind_u64(rows, 2, end);
    err = list_rows(log, listing, part, rows, end);
    *ret_done = listing->n == listing->limit || listing->after_seq >= log->head.seq;
    return err;
}

void sqlite_listing_done(struct sqlite_listing *listing)
{
    free(listing->listed);
}

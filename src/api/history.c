#include "api/history.h"

#include <string.h>

#include "base/mem.h"

struct history_read {
    struct history_read *next;
    struct history_reader *reader;
    struct history history;
    bool first_only;
    history_cb *cb;                  /* NULL: given up */
    void *userdata;
};

static void read_free(struct history_read *read)
{
    free(read->history.entries);
    buf_done(&read->history.bytes);
    free(read);
}

bool history_record(const struct history *history, size_t index, struct record *ret)
{
    const struct history_entry *entry = &history->entries[index];
    const char *payload = entry->redacted ? NULL : buf_text(&history->bytes) + entry->offset;
    struct record_columns columns = { entry->kind, entry->seq, entry->at_usec, history->incident };
    return record_decode(payload, entry->len, columns, ret) == ERR_OK;
}

static void add_entry(struct history *history, const struct store_record *record)
{
    if (history->n == HISTORY_RECORDS_MAX || history->bytes.len + record->payload_len > HISTORY_BYTES_MAX) {
        history->cut = true;
        return;
    }
    if (history->n == history->cap) {
        history->cap = history->cap ? 2 * history->cap : 32;
        history->entries = mem_realloc_array(history->entries, history->cap, sizeof *history->entries);
    }
    history->entries[history->n++] = (struct history_entry){
        .seq = record->seq, .at_usec = record->at_usec, .kind = (enum record_kind)record->kind, .redacted = !record->payload,
        .offset = history->bytes.len, .len = record->payload_len,
    };
    if (record->payload)
        buf_add(&history->bytes, record->payload, record->payload_len);
}

/* ---- reading ---- */

static void ask_store(struct history_read *read);

static void unlink_active(struct history_read *read)
{
    struct history_read **link = &read->reader->active;
    while (*link != read)
        link = &(*link)->next;
    *link = read->next;
    read->reader->n_active--;
}

static void start_waiting(struct history_reader *reader)
{
    while (reader->waiting && reader->n_active < HISTORY_ACTIVE_MAX) {
        struct history_read *read = reader->waiting;
        reader->waiting = read->next;
        reader->n_waiting--;
        if (!reader->waiting)
            reader->waiting_end = NULL;
        read->next = reader->active;
        reader->active = read;
        reader->n_active++;
        ask_store(read);
    }
}

static void finish(struct history_read *read, bool ok)
{
    struct history_reader *reader = read->reader;
    unlink_active(read);
    if (read->cb)
        read->cb(read->userdata, ok ? &read->history : NULL);
    read_free(read);
    start_waiting(reader);
}

static void on_read(void *userdata, enum err err, const struct store_record *records, size_t n)
{
    struct history_read *read = userdata;
    struct history *history = &read->history;
    for (size_t i = 0; err == ERR_OK && !history->cut && i < n; i++)
        add_entry(history, &records[i]);
    size_t limit = read->first_only ? 1 : STORE_READ_MAX;
    if (err == ERR_OK && read->cb && !read->first_only && !history->cut && n == limit)
        ask_store(read);
    else
        finish(read, err == ERR_OK);
}

static void ask_store(struct history_read *read)
{
    const struct history *history = &read->history;
    struct store_range range = {
        .incident = history->incident,
        .after_seq = history->n > 0 ? history->entries[history->n - 1].seq : 0,
    };
    store_read(read->reader->store, range, read->first_only ? 1 : STORE_READ_MAX, on_read, read);
}

void history_read(struct history_reader *reader, uint64_t incident, bool first_only, history_cb *cb, void *userdata)
{
    if (!reader->store || reader->n_waiting >= HISTORY_WAITING_MAX) {
        cb(userdata, NULL);
        return;
    }
    struct history_read *read = NEW(struct history_read);
    read->reader = reader;
    read->history.incident = incident;
    read->first_only = first_only;
    read->cb = cb;
    read->userdata = userdata;
    if (!reader->waiting)
        reader->waiting_end = &reader->waiting;
    *reader->waiting_end = read;
    reader->waiting_end = &read->next;
    reader->n_waiting++;
    start_waiting(reader);
}

/* A read that the store has stays in the list, without anybody to call, until the store lets go of it. */
void history_give_up(struct history_reader *reader)
{
    for (struct history_read *read = reader->active; read;) {
        struct history_read *next = read->next;
        history_cb *cb = TAKE(read->cb);
        if (cb)
            cb(read->userdata, NULL);
        read = next;
    }
    struct history_read *waiting = TAKE(reader->waiting);
    reader->waiting_end = NULL;
    reader->n_waiting = 0;
    while (waiting) {
        struct history_read *next = waiting->next;
        waiting->cb(waiting->userdata, NULL);
        read_free(waiting);
        waiting = next;
    }
}

void history_reader_done(struct history_reader *reader)
{
    reader->store = NULL;
    history_give_up(reader);
    while (reader->active) {
        struct history_read *next = reader->active->next;
        read_free(reader->active);
        reader->active = next;
    }
    reader->n_active = 0;
}

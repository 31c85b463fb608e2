/* An incident's records, read from the store: for its timeline and details, and to see one that has left memory. */
#ifndef API_HISTORY_H
#define API_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "engine/record.h"
#include "store/store.h"

enum { HISTORY_RECORDS_MAX = 20000, HISTORY_BYTES_MAX = 16 * 1024 * 1024, HISTORY_ACTIVE_MAX = 4, HISTORY_WAITING_MAX = 1000 };

struct history_entry {
    uint64_t seq;
    int64_t at_usec;
    enum record_kind kind;
    bool redacted;
    size_t offset, len;              /* of the payload, in bytes */
};

struct history {
    uint64_t incident;
    struct history_entry *entries;
    size_t n, cap;
    struct buf bytes;
    bool cut;                        /* there were more than a bound allows; the later ones are missing */
};

/* False: redacted, or does not read. Strings in *ret live as long as the history. */
bool history_record(const struct history *history, size_t index, struct record *ret);

/* Reads under way and waiting: a few at a time, in order. */
struct history_reader {              /* a value: zeroed, with store set (NULL: every read fails) */
    struct store *store;
    struct history_read *active, *waiting, **waiting_end;
    size_t n_active, n_waiting;
};

/* history: borrowed for the call. NULL: the store did not give it. An incident that it does not know has no entries. */
typedef void history_cb(void *userdata, const struct history *history);

/* Calls back once: later, on the loop's thread, or at once if the store cannot be asked. first_only: the first record alone. */
void history_read(struct history_reader *reader, uint64_t incident, bool first_only, history_cb *cb, void *userdata);
/* The store hangs: everybody who waits is called back with NULL now. */
void history_give_up(struct history_reader *reader);
void history_reader_done(struct history_reader *reader);     /* gives up; the store must call back no more */

#endif

/* What was handed to the log, and what the log promised of it: the other book, against which the log is held.
 *
 * A batch is begun at an operation of the disk, and promised at one or never. `chain` is what the log should hold now, in
 * order: all that was promised, and behind it perhaps what was begun and turned out to be there after a crash. */
#ifndef TESTS_CRASH_LEDGER_H
#define TESTS_CRASH_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/mem.h"
#include "store/store.h"

#define LEDGER_NEVER SIZE_MAX

struct batch {
    uint64_t after_seq;
    const struct store_record *records;      /* the ledger's memory, or that of the ledger it was made from */
    size_t n;
    size_t begun, promised;                  /* operations of the disk */
};

struct ledger {
    struct batch *batches;
    size_t n_batches;
    size_t *chain;                           /* indexes of batches */
    size_t n_chain;
    uint64_t n_records;                      /* of the chain */
    uint64_t last_mark;                      /* makes every record another one */
    struct arena *memory;
};

struct ledger *ledger_new(void);
void ledger_free(struct ledger *ledger);     /* accepts NULL */
/* What may be expected of a disk that was cut off after n_ops operations. Must not outlive the one it is made from. */
struct ledger *ledger_after_cut(const struct ledger *ledger, size_t n_ops);

/* Makes up a batch to follow the chain: n records of incidents that live there, of new ones, and of none. */
size_t ledger_begin(struct ledger *ledger, size_t n, size_t op, uint64_t *random);
/* It was confirmed, and with it all that stands before it. */
void ledger_promise(struct ledger *ledger, size_t batch, size_t op);
void ledger_promise_chain(struct ledger *ledger, size_t op);

/* Holds what a log holds after a crash against it, and takes what turned out to be there into the chain. False, and why: it
 * lacks what was promised, or has changed it, or has what was never appended there, or a part of a batch. */
bool ledger_settle(struct ledger *ledger, const struct store_record *records, size_t n, struct buf *why);
/* The same for a log that has not crashed: exactly the chain. */
bool ledger_agrees(const struct ledger *ledger, const struct store_record *records, size_t n, struct buf *why);

struct store_record ledger_record(const struct ledger *ledger, uint64_t seq);         /* of the chain */
/* The incidents that live, in order of their first record: returns how many; free(*ret). */
struct ledger_incident { uint64_t incident, first_seq; bool closed; };
size_t ledger_live(const struct ledger *ledger, struct ledger_incident **ret);

#endif

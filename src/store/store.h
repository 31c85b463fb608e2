/* The log of records, made durable. The store knows nothing of the domain: a record is an opaque payload with a sequence number,
 * a kind (a small number that it only hands back), a time, and the incident it belongs to.
 *
 * It owns a thread; its database lives there, so a disk that hangs does not stop the loop. Every function here is called on the
 * loop's thread and returns at once, but for store_open() and store_replay(), which run before the loop does. Results come from
 * store_dispatch(), called when the descriptor of store_fd() is readable.
 *
 * The log is a hash chain: link(n) = SHA-256(link(n-1) || seq || at || incident || kind || mark || SHA-256(payload)), integers as
 * 8 bytes big-endian. A payload can thus be erased ("redacted") and the chain still be verified. link(0) is 32 zero bytes.
 *
 * Appending is batch-atomic: all records of a batch or none, after the expected head or not at all. One batch is in flight at a
 * time; the caller groups what waits. Sequence numbers are dense from 1. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/mem.h"

enum { STORE_HASH_BYTES = 32, STORE_READ_MAX = 1000 };

struct store;

struct store_head {
    uint64_t seq;                           /* of the last record; 0: the log is empty */
    uint8_t link[STORE_HASH_BYTES];
};

/* What the store must know of a record to keep start-up short: which incidents may still matter. */
enum store_mark {
    STORE_MARK_NONE,
    STORE_MARK_OPENS,        /* the first record of an incident: from now on it is live, that is, replayed at start */
    STORE_MARK_CLOSES,       /* closed, still live */
    STORE_MARK_SETTLES,      /* no longer live: only reads will ask for it */
};

struct store_record {
    uint64_t seq;
    int64_t at_usec;         /* wall time, UTC */
    uint64_t incident;       /* 0: none. Records of incident 0 are never replayed */
    uint8_t kind;
    uint8_t mark;            /* enum store_mark */
    const void *payload;     /* NULL: redacted (only in what is read) */
    size_t payload_len;
};

struct store_config {
    const char *directory;   /* holds beredd.db, its WAL, and later files of the same log */
    bool read_only;          /* for verifying a log that no daemon holds; nothing is created */
};

/* Opens or creates. ERR_LOCKED: another process holds it. ERR_NEWER: a newer version wrote it (these two: refuse to start).
 * ERR_IO, ERR_NOSPACE, ERR_DENIED, ERR_CORRUPT, ERR_NOT_FOUND (no such directory; with read_only, no log in it): degraded.
 * *ret_reason (free it; may be NULL on success) says more in one English line. */
WARN_UNUSED enum err store_open(const struct store_config *config, struct store **ret, char **ret_reason);
/* Waits for what is in flight, at most 2 s (a hanging disk must not hang the exit), then closes. No callback comes any more, and
 * reads that wait are dropped. After those 2 s the thread is left behind, perhaps with the records of the batch in flight: then
 * they may not be freed, and the process should end. Accepts NULL. */
void store_close(struct store *store);
DEFINE_CLEANUP(struct store *, store_close)

struct store_head store_head(const struct store *store);       /* as last confirmed */
/* The greatest incident key k with low <= k <= high that was ever recorded, or 0. Before the loop runs. */
WARN_UNUSED enum err store_last_incident(struct store *store, uint64_t low, uint64_t high, uint64_t *ret);

/* Replays the live incidents' records, each incident's in order of seq, incident by incident in order of their first record.
 * Where the file is damaged, the incident ends with a record without a payload, whose other fields are those of its first; the
 * others come all the same. Before the loop runs. The record is borrowed for the call. */
typedef void store_replay_cb(void *userdata, const struct store_record *record);
WARN_UNUSED enum err store_replay(struct store *store, store_replay_cb *cb, void *userdata);

/* The last `limit` records of this kind and of no incident, newest first. Before the loop runs. */
WARN_UNUSED enum err store_replay_house(struct store *store, uint8_t kind, size_t limit, store_replay_cb *cb, void *userdata);

int store_fd(const struct store *store);                       /* readable when store_dispatch() has something to do */
void store_dispatch(struct store *store);                      /* calls back; never from elsewhere */

/* Appends the records after `expected_seq`. They, and what they point to, must stay unchanged until the callback. Their seq must
 * be expected_seq+1 and so on. ERR_OK: committed, fsync and all. Anything else: not confirmed; the batch may or may not be on the
 * disk, and the store takes no further batch (ERR_BUSY) until store_recover() succeeded. ERR_RANGE: the log does not end at
 * expected_seq. A batch given while another is in flight gets ERR_BUSY and changes nothing. */
typedef void store_append_cb(void *userdata, enum err err, const char *reason, const struct store_head *head);
void store_append(struct store *store, uint64_t expected_seq, const struct store_record *records, size_t n,
                  store_append_cb *cb, void *userdata);

/* After a failed append: makes the log take batches again, if the disk lets it. A file whose write or fsync failed is not
 * trusted: a new file beside it (beredd-2.db, ...) goes on from the last confirmed head; the earlier files are kept and read
 * up to where the next begins. The caller then appends again what was not confirmed. */
typedef void store_recover_cb(void *userdata, enum err err, const char *reason);
void store_recover(struct store *store, store_recover_cb *cb, void *userdata);

/* Reads between commits, in slices; so they do not finish in the order in which they were asked. At most 256 reads, lists and
 * verifications wait at once; more get ERR_BUSY. */
struct store_range {
    uint64_t incident;       /* 0: of every incident, and of none */
    uint64_t after_seq;      /* records with seq > after_seq, ascending */
};
/* The records and payloads are borrowed for the callback. n < limit means that the end was reached. */
typedef void store_read_cb(void *userdata, enum err err, const struct store_record *records, size_t n);
/* limit: 1..STORE_READ_MAX. */
void store_read(struct store *store, struct store_range range, size_t limit, store_read_cb *cb, void *userdata);

enum store_listing { STORE_LIST_OPEN, STORE_LIST_CLOSED, STORE_LIST_ALL };
struct store_listed { uint64_t incident; uint64_t first_seq; };
/* Incidents whose first record's seq is > after_seq, ascending by it. limit: 1..STORE_READ_MAX. */
typedef void store_list_cb(void *userdata, enum err err, const struct store_listed *listed, size_t n);
void store_list(struct store *store, enum store_listing listing, uint64_t after_seq, size_t limit, store_list_cb *cb,
                void *userdata);

/* Has the disk kept the store's thread waiting for that long in one go? Then whoever waits for a read is told ERR_IO, now, and
 * nothing when it comes after all; true. store_is_read(): somebody waits for a read. */
bool store_give_up_reads(struct store *store, int64_t patience_msec);
bool store_is_read(const struct store *store);

/* Verifies the chain in slices, between commits. */
struct store_verdict {
    bool whole;              /* every link follows from the one before, and the last is the head */
    uint64_t records;        /* proved, from the first on; it stops at the first that is bad */
    uint64_t redacted;
    uint64_t first_bad_seq;  /* 0 if whole */
    uint8_t link[STORE_HASH_BYTES];   /* of the last proved record, as computed; the head's if whole. A tail that was cut off
                                         before the log was opened shows only by comparing this with a head that was kept
                                         elsewhere */
};
/* The verdict is there whatever err is; what could not be read (ERR_IO, ERR_CORRUPT) is not whole. */
typedef void store_verify_cb(void *userdata, enum err err, const struct store_verdict *verdict);
void store_verify(struct store *store, store_verify_cb *cb, void *userdata);

#endif

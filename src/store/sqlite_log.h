/* The log behind store.h, on SQLite: a row of files, of which only the last is written. Everything here blocks, and is called
 * by one thread at a time; store.c brings the thread. It calls no callback but replay's.
 *
 * The files, its `parts`: beredd.db, and after a disk that failed beredd-2.db, beredd-3.db, ... Each says after which record
 * it begins (its base). A part is read up to where the next begins; what it holds beyond that was never confirmed. */
#ifndef STORE_SQLITE_LOG_H
#define STORE_SQLITE_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "store/chain.h"
#include "store/sqlite_file.h"
#include "store/store.h"

enum {
    SQLITE_LOG_PARTS_MAX = 999,       /* each is a disk that failed under us */
    SQLITE_LOG_FROZEN_OPEN_MAX = 4,   /* of the earlier parts, at once */
    SQLITE_LOG_SLICE = 256,           /* rows read or verified before somebody else may have a turn */
};

enum sqlite_log_damage {
    SQLITE_LOG_SOUND,
    SQLITE_LOG_REFUSED,      /* an append failed before any of it could count: the same file may go on */
    SQLITE_LOG_DISTRUSTED,   /* a write or an fsync failed: what the file now holds is not known */
};

struct sqlite_part {
    unsigned number;                     /* 1: beredd.db */
    struct store_head base;              /* the last record before this part */
    struct sqlite_file *file;            /* NULL: not open now */
    uint64_t used;                       /* when it was last asked for */
};

struct sqlite_log {
    char *directory;
    int directory_fd;                    /* its flock is what keeps others off the whole log */
    bool read_only;
    bool writable;                       /* the last part's file is open for appending */
    enum sqlite_log_damage damage;
    bool unsettled;                      /* what an earlier process left in the last part may not be on the disk */
    struct store_head head;              /* as confirmed */
    struct sqlite_part *parts;           /* at least one */
    size_t n_parts;
    uint64_t uses;
    int64_t checkpoint_delay_bytes;      /* after a checkpoint that failed: how long the write-ahead log was then */
    struct chain *chain;
};

WARN_UNUSED enum err sqlite_log_open(const struct store_config *config, struct sqlite_log **ret, struct buf *reason);
void sqlite_log_close(struct sqlite_log *log);                        /* accepts NULL and the half-open */
DEFINE_CLEANUP(struct sqlite_log *, sqlite_log_close)

/* All or none. After an error nothing is appended until sqlite_log_recover() succeeded. */
WARN_UNUSED enum err sqlite_log_append(struct sqlite_log *log, uint64_t expected_seq, const struct store_record *records,
                                       size_t n, struct buf *reason);
WARN_UNUSED enum err sqlite_log_recover(struct sqlite_log *log, struct buf *reason);

/* Moving the write-ahead log into the database: soon, when nothing else is to do; or at once, before it grows too long. */
bool sqlite_log_checkpoint_wanted(const struct sqlite_log *log);
bool sqlite_log_checkpoint_overdue(const struct sqlite_log *log);
void sqlite_log_checkpoint(struct sqlite_log *log);

WARN_UNUSED enum err sqlite_log_last_incident(struct sqlite_log *log, uint64_t low, uint64_t high, uint64_t *ret);
WARN_UNUSED enum err sqlite_log_replay_house(struct sqlite_log *log, uint8_t kind, size_t limit, store_replay_cb *cb,
                                             void *userdata);
WARN_UNUSED enum err sqlite_log_replay(struct sqlite_log *log, store_replay_cb *cb, void *userdata);

/* What follows goes in slices. Zeroed but for its first fields, handed in until *ret_done or an error; then done(). */
struct sqlite_reading {
    struct store_range range;            /* after_seq moves forward */
    size_t limit;
    struct store_record *records;        /* payloads in `memory` */
    size_t n;
    struct arena *memory;
};
WARN_UNUSED enum err sqlite_log_read(struct sqlite_log *log, struct sqlite_reading *reading, bool *ret_done);
void sqlite_reading_done(struct sqlite_reading *reading);

struct sqlite_listing {
    enum store_listing which;
    uint64_t after_seq;                  /* moves forward */
    size_t limit;
    struct store_listed *listed;
    size_t n;
};
WARN_UNUSED enum err sqlite_log_list(struct sqlite_log *log, struct sqlite_listing *listing, bool *ret_done);
void sqlite_listing_done(struct sqlite_listing *listing);

struct sqlite_verifying {
    struct store_verdict verdict;
    struct store_head goal;              /* the head when it began: what is appended meanwhile is not looked at */
    struct store_head at;                /* proved up to here */
    bool begun;
};
WARN_UNUSED enum err sqlite_log_verify(struct sqlite_log *log, struct sqlite_verifying *verifying, bool *ret_done);

/* --- between the sqlite_*.c files ------------------------------------------------------------------------------------- */

struct sqlite_part *sqlite_log_last(struct sqlite_log *log);
char *sqlite_log_path(const struct sqlite_log *log, unsigned number);              /* free() it */
/* The file of a part, opened for reading if it is not open. Borrowed until the next call. */
WARN_UNUSED enum err sqlite_log_file(struct sqlite_log *log, size_t part, struct sqlite_file **ret, struct buf *reason);
/* The part that holds the record after this one, or n_parts if there is none. */
size_t sqlite_log_part_after(const struct sqlite_log *log, uint64_t seq);
/* The last record that counts in a part. */
uint64_t sqlite_log_part_end(const struct sqlite_log *log, size_t part);
/* Creates the file of the part `number` with its schema, durably, as the log's continuation after base. With `from`, the
 * incidents that are live there are carried over, and the records after base, which must lead to the log's head. Nothing is left
 * behind on failure, if the disk lets it. */
WARN_UNUSED enum err sqlite_log_create_part(struct sqlite_log *log, unsigned number, const struct store_head *base,
                                            struct sqlite_file *from, struct sqlite_file **ret, struct buf *reason);
/* The numbers of the parts in the directory, ascending; free() them. */
WARN_UNUSED enum err sqlite_log_scan(const struct sqlite_log *log, unsigned **ret, size_t *ret_n, struct buf *reason);
/* Makes durable which files there are. SQLite does so too for a write-ahead log that it creates, but does not say if it fails:
 * then a power cut would take the file away with all that was synced to it. */
WARN_UNUSED enum err sqlite_log_sync_names(const struct sqlite_log *log, struct buf *reason);
/* What another process left in a part's write-ahead log: made certain, before SQLite opens it. */
WARN_UNUSED enum err sqlite_log_renew_wal(const struct sqlite_log *log, unsigned number, struct buf *reason);
/* Removes a part's file and what SQLite keeps beside it, durably. */
WARN_UNUSED enum err sqlite_log_remove_part(const struct sqlite_log *log, unsigned number, struct buf *reason);
WARN_UNUSED enum err sqlite_log_read_head(struct sqlite_file *file, const struct store_head *base, struct store_head *ret,
                                          struct buf *reason);
/* What a record's mark changes in the list of incidents. SQLITE_OK or the extended error. */
int sqlite_log_mark(struct sqlite_file *file, const struct store_record *record);
/* The columns that LITE_READ and LITE_VERIFY begin with. The payload is borrowed from the statement. False: not a row of ours. */
bool sqlite_log_row(sqlite3_stmt *row, struct store_record *ret);

#endif

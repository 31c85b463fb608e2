/* Opening the log, off the loop: a disk that hangs at start must not keep anybody from being paged. A thread opens the store and
 * reads the live incidents; the loop's thread takes the result. */
#ifndef TURN_OPENING_H
#define TURN_OPENING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/mem.h"
#include "store/store.h"

enum { OPENING_YEARS = 8 };

struct opened {                          /* owns all that it points to */
    enum err err;                        /* ERR_OK, or why there is no store */
    char *reason;                        /* the same in an English line; NULL: nothing more to say */
    struct store *store;                 /* NULL on error; take it with TAKE() */
    struct store_record *records;        /* of the live incidents */
    size_t n_records, cap_records;
    struct store_record *house;          /* what the watches remember by, the newest first */
    size_t n_house, cap_house;
    struct arena *memory;                /* of the records' payloads */
    uint64_t last_incidents[OPENING_YEARS];   /* of the latest years that there are any of; 0: none */
};

/* Opens the log and reads it, however long the disk takes: what the thread does. */
struct opened *opened_new(const char *directory);
void opened_free(struct opened *opened);     /* accepts NULL */
DEFINE_CLEANUP(struct opened *, opened_free)

struct opening;
/* `ready` is called on the opening thread when there is a result; NULL: do not call. The directory is copied. */
struct opening *opening_begin(const char *directory, void (*ready)(void *userdata), void *userdata);
/* The result, the caller's (opened_free()), if it comes within this time: then the opening is freed, too. NULL: it has not come,
 * and the opening goes on. */
struct opened *opening_wait(struct opening *opening, int64_t timeout_usec);
/* Ends without waiting for a thread that hangs; it is left behind. Accepts NULL. */
void opening_free(struct opening *opening);

#endif

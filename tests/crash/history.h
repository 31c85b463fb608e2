/* A life of a log, made up from a seed: batches, checkpoints, restarts, kills, and a disk that fails. And a look at what any
 * crash in it would have left. */
#ifndef TESTS_CRASH_HISTORY_H
#define TESTS_CRASH_HISTORY_H

#include <stddef.h>
#include <stdint.h>

#include "disk.h"
#include "ledger.h"

struct history {
    uint64_t seed;
    struct disk_fault fault;         /* nth 0: faults at random moments, of any kind, or none */
};

struct run {
    struct disk *disk;
    struct ledger *ledger;
    struct sqlite_log *log;          /* NULL: not open */
    uint64_t random;
    unsigned storm;                  /* of twenty steps, how many make the disk fail */
    bool has_fault;                  /* the disk may be failing now */
    bool met_fault;                  /* it has, at some time */
    size_t batch;                    /* being appended */
    const char *what;                /* it is at, for whoever reads of a failure */
};

struct run *history_run(const struct history *history);          /* to its end, when the disk is well and the log is checked */
void run_free(struct run *run);                                  /* accepts NULL */
/* The power is cut after n_ops operations of the run; one of many things that may be left is opened, checked, gone on with,
 * and perhaps cut off again. */
void history_cut(const struct run *run, size_t n_ops, unsigned variant, uint64_t seed);

/* Ends the process: something does not hold. */
_Noreturn void history_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
extern void (*history_on_failure)(const char *what);             /* says where. Does not return */

#endif

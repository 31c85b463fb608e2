/* What the parts of the benchmark share: where things are, the clock, and how a part gives up. */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/mem.h"

#define NSEC_PER_MSEC INT64_C(1000000)
#define NSEC_PER_SEC  INT64_C(1000000000)

struct bench {
    const char *daemon;              /* the program under test */
    const char *presets;             /* directory of gateway presets */
    char *directory;                 /* ours, on a disk; removed at the end */
    char filesystem[64];             /* what that disk is formatted with */
    pid_t pid;                       /* of the process that reports */
    struct report *report;
    int64_t deadline_nsec;           /* nothing goes on beyond it */
};

int64_t bench_nsec(void);            /* CLOCK_MONOTONIC */
void bench_sleep(int64_t nsec);
/* Says why, prints what was measured so far, clears up and ends the program. */
_Noreturn void bench_die(const char *format, ...) PRINTF(1, 2);
void bench_check_time(void);         /* dies when the run has taken too long */
char *bench_path(const struct bench *bench, const char *name);      /* below the directory; free() it */
void bench_remove(const char *path); /* a directory and all below it, if it is there */

/* The parts. */
void part_idle(struct bench *bench);
void part_latency(struct bench *bench);
void part_triggers(struct bench *bench);
void part_fanout(struct bench *bench);
void part_memory(struct bench *bench);
void part_restart(struct bench *bench);

#endif

/* The floors: the least that could do the same work, measured in the same run on the same machine. A bare evhttp that answers;
 * the same with one durable commit and one HTTP POST before the answer; a bare loop of durable commits. */
#ifndef BENCH_FLOOR_H
#define BENCH_FLOOR_H

#include <sys/types.h>

#include "bench.h"

enum floor_kind {
    FLOOR_ANSWER,        /* a bare evhttp that answers 201 */
    FLOOR_LINE,          /* it commits a row of 300 bytes and posts to the sink before it does */
};

struct floor {
    pid_t pid;
    int port;
};
/* A process of its own, on a port of its own. */
struct floor floor_start(const struct bench *bench, enum floor_kind kind, int sink_port);
void floor_stop(struct floor *floor);

/* Commits of `rows` rows of 200 bytes each, one after the other, for as long as given: commits in a second. */
double floor_commits(const struct bench *bench, unsigned rows, int64_t nsec);

#endif

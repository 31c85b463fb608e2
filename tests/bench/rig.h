/* The daemon under test: a configuration made for it, its process, and what the kernel says of that. */
#ifndef BENCH_RIG_H
#define BENCH_RIG_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "bench.h"
#include "wire.h"

enum { RIG_GROUP = 100 };                    /* people in the group that role ALLA calls */

#define RIG_TOKEN       "beredd-bench-token-without-limit"      /* of a source whose triggers are not bundled */
#define RIG_TOKEN_PLAIN "beredd-bench-token-default-limit"

struct rig {
    pid_t pid;
    int port;
    int notify;                              /* where READY=1 comes */
    int64_t started_nsec;
};

char *rig_state(const struct bench *bench);  /* its state directory; free() it */
/* Starts the daemon, stderr into nothing; `fresh`: without the state of an earlier one. Pages go to the wire's sink. */
void rig_start(const struct bench *bench, const struct wire *wire, bool fresh, struct rig *ret);
int64_t rig_wait_ready(struct rig *rig);     /* nanoseconds from the start to READY=1 */
void rig_stop(struct rig *rig);              /* SIGTERM, then waits; SIGKILL after 10 s */

struct rig_memory { long rss_kb, anon_kb, file_kb; };
struct rig_memory rig_memory(const struct rig *rig);
uint64_t rig_switches(const struct rig *rig);            /* context switches of all threads so far */
int64_t rig_cpu_nsec(const struct rig *rig);             /* processor time of all threads so far */

#endif

/* Both ends of the line, on one epoll: clients that trigger, and the sink that stands for a provider of SMS. They speak just
 * enough HTTP: keep-alive, Content-Length, no chunks. All of it is on loopback. */
#ifndef BENCH_WIRE_H
#define BENCH_WIRE_H

#include <stdbool.h>
#include <stdint.h>

struct wire;
struct wire *wire_new(void);                             /* the sink listens at once */
void wire_free(struct wire *wire);                       /* accepts NULL */
int wire_sink_port(const struct wire *wire);

/* So many clients, connected to this port. Those of an earlier call are closed first. */
void wire_connect(struct wire *wire, int port, unsigned n);
void wire_disconnect(struct wire *wire);

/* Writes a trigger from a client that waits for nothing; no two summaries are alike. role: NULL, the source's. False: no client is free. */
bool wire_trigger(struct wire *wire, const char *token, const char *role);
/* Waits for something to happen, at most so long, and takes what has. */
void wire_turn(struct wire *wire, int timeout_msec);

struct wire_counts {
    uint64_t accepted;                                   /* answers 200 and 201 */
    uint64_t opened;                                     /* those that were 201 */
    uint64_t refused;                                    /* other answers */
    uint64_t pages;                                      /* requests to the sink */
    int64_t page_nsec;                                   /* when the last of them had come */
};
struct wire_counts wire_counts(const struct wire *wire);
unsigned wire_waiting(const struct wire *wire);          /* clients that wait for an answer */

#endif

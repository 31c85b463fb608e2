/* Random bytes that nobody can guess, for tokens, reply codes and page ids. They are drawn a few thousand at a time, and wiped
 * when they have been given out. */
#ifndef DAEMON_RANDOMNESS_H
#define DAEMON_RANDOMNESS_H

#include <stddef.h>
#include <stdint.h>

enum { RANDOMNESS_BYTES = 4096 };

struct randomness {              /* a value: zeroed is empty, and fills itself */
    uint8_t bytes[RANDOMNESS_BYTES];
    size_t left;
};

void randomness_done(struct randomness *randomness);
/* At most RANDOMNESS_BYTES. It ends the process when there is no randomness to be had. */
void randomness_fill(struct randomness *randomness, void *bytes, size_t len);
uint64_t randomness_u64(struct randomness *randomness);

#endif

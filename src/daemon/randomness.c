#include "daemon/randomness.h"

#include <assert.h>
#include <openssl/rand.h>
#include <string.h>

void randomness_done(struct randomness *randomness)
{
    explicit_bzero(randomness, sizeof(*randomness));
}

void randomness_fill(struct randomness *randomness, void *bytes, size_t len)
{
    assert(len <= sizeof(randomness->bytes));
    if (randomness->left < len) {
        int filled = RAND_bytes(randomness->bytes, sizeof(randomness->bytes));
        assert(filled == 1);      /* a guessable token would let anybody answer */
        randomness->left = sizeof(randomness->bytes);
    }
    randomness->left -= len;
    memcpy(bytes, randomness->bytes + randomness->left, len);
    explicit_bzero(randomness->bytes + randomness->left, len);
}

uint64_t randomness_u64(struct randomness *randomness)
{
    uint64_t number;
    randomness_fill(randomness, &number, sizeof(number));
    return number;
}

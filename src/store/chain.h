/* The hash chain over the records (store.h says what is hashed). It holds one SHA-256 context that is used again for every
 * record, so it belongs to one thread at a time. It knows nothing of files. */
#ifndef STORE_CHAIN_H
#define STORE_CHAIN_H

#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "store/store.h"

struct chain;
struct chain *chain_new(void);
void chain_free(struct chain *chain);                                 /* accepts NULL */
DEFINE_CLEANUP(struct chain *, chain_free)

/* SHA-256 of a payload. */
void chain_digest(struct chain *chain, const void *payload, size_t len, uint8_t ret[STORE_HASH_BYTES]);
/* The link of a record whose payload has this digest. The payload itself is not looked at; ret may be `previous`. */
void chain_link(struct chain *chain, const uint8_t previous[STORE_HASH_BYTES], const struct store_record *record,
                const uint8_t digest[STORE_HASH_BYTES], uint8_t ret[STORE_HASH_BYTES]);

#endif

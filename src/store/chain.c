#include "store/chain.h"

#include <assert.h>
#include <endian.h>
#include <openssl/evp.h>

struct chain {
    EVP_MD *sha256;       /* fetched once: looking it up costs more than hashing a record */
    EVP_MD_CTX *context;
};

struct chain *chain_new(void)
{
    struct chain *chain = NEW(struct chain);
    chain->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    chain->context = EVP_MD_CTX_new();
    assert(chain->sha256 && chain->context);
    return chain;
}

void chain_free(struct chain *chain)
{
    if (!chain)
        return;
    EVP_MD_CTX_free(chain->context);
    EVP_MD_free(chain->sha256);
    free(chain);
}

void chain_digest(struct chain *chain, const void *payload, size_t len, uint8_t ret[STORE_HASH_BYTES])
{
    /* Nothing here can fail but for want of memory, and without memory the program ends. */
    int ok = EVP_DigestInit_ex2(chain->context, chain->sha256, NULL);
    ok = ok && EVP_DigestUpdate(chain->context, payload, len);
    ok = ok && EVP_DigestFinal_ex(chain->context, ret, NULL);
    assert(ok);
}

static uint8_t *put_u64(uint8_t *at, uint64_t number)
{
    uint64_t big = htobe64(number);
    memcpy(at, &big, sizeof big);
    return at + sizeof big;
}

void chain_link(struct chain *chain, const uint8_t previous[STORE_HASH_BYTES], const struct store_record *record,
                const uint8_t digest[STORE_HASH_BYTES], uint8_t ret[STORE_HASH_BYTES])
{
    uint8_t bytes[STORE_HASH_BYTES + 5 * sizeof(uint64_t) + STORE_HASH_BYTES];
    uint8_t *at = bytes;
    memcpy(at, previous, STORE_HASH_BYTES);
    at = put_u64(at + STORE_HASH_BYTES, record->seq);
    at = put_u64(at, (uint64_t)record->at_usec);
    at = put_u64(at, record->incident);
    at = put_u64(at, record->kind);
    at = put_u64(at, record->mark);
    memcpy(at, digest, STORE_HASH_BYTES);
    assert(at + STORE_HASH_BYTES == bytes + sizeof bytes);
    chain_digest(chain, bytes, sizeof bytes, ret);
}

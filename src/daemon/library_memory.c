#include "daemon/library_memory.h"

#include <jansson.h>
#include <openssl/crypto.h>
#include <stdlib.h>

#include "base/mem.h"

static void *crypto_alloc(size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    return mem_realloc(NULL, size);
}

static void *crypto_realloc(void *memory, size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    if (size > 0)
        return mem_realloc(memory, size);
    free(memory);
    return NULL;
}

static void crypto_free(void *memory, const char *file, int line)
{
    (void)file;
    (void)line;
    free(memory);
}

/* Left to themselves, OpenSSL says of a good token that it is unknown, or runs into a wild pointer, and jansson of a good body
 * that it is bad. */
void library_memory_init(void)
{
    (void)CRYPTO_set_mem_functions(crypto_alloc, crypto_realloc, crypto_free);
    json_set_alloc_funcs(mem_alloc, free);
}

#include "base/mem.h"

#include <stdbool.h>
#include <stdint.h>
#include <unistd.h>

/* No stdio: there is no memory left for it, and this file is part of what the pure engine links. */
static _Noreturn void out_of_memory(void)
{
    static const char line[] = "<2>beredd: out of memory\n";
    ssize_t written = write(STDERR_FILENO, line, sizeof line - 1);
    (void)written;
    abort();
}

/* malloc(0) may give NULL, which here would look like the end of the memory. */
static size_t at_least_one(size_t size)
{
    return size ? size : 1;
}

/* glibc's calloc() goes past the thread's cache of small pieces, which malloc() takes them from. */
enum { CACHED_BYTES_MAX = 1024 };

void *mem_alloc(size_t size)
{
    bool small = size <= CACHED_BYTES_MAX;
    void *memory = small ? malloc(at_least_one(size)) : calloc(1, size);
    if (!memory)
        out_of_memory();
    return small ? memset(memory, 0, size) : memory;
}

void *mem_realloc(void *memory, size_t size)
{
    void *moved = realloc(memory, at_least_one(size));
    if (!moved)
        out_of_memory();
    return moved;
}

void *mem_realloc_array(void *memory, size_t n, size_t size)
{
    size_t total;
    if (__builtin_mul_overflow(n, size, &total))
        out_of_memory();
    return mem_realloc(memory, total);
}

void *mem_dup(const void *bytes, size_t len)
{
    void *copy = mem_realloc(NULL, len);
    if (len)
        memcpy(copy, bytes, len);
    return copy;
}

char *mem_strdup(const char *text)
{
    return mem_dup(text, strlen(text) + 1);
}

char *mem_strndup(const char *text, size_t len)
{
    size_t used = strnlen(text, len);
    char *copy = mem_realloc(NULL, used + 1);   /* used < SIZE_MAX: no object is that large */
    memcpy(copy, text, used);
    copy[used] = '\0';
    return copy;
}

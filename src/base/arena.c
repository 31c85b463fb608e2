#include <stdalign.h>
#include <stdint.h>

#include "base/mem.h"

#define ALIGNMENT       16
#define FIRST_CHUNK     ((size_t)1024)
/* Chunks double up to this; larger wishes get a chunk of their own. glibc tidies its whole heap up whenever 64 KiB are freed at
 * once. */
#define LARGEST_CHUNK   ((size_t)32 * 1024)

struct chunk {
    struct chunk *older;
    alignas(ALIGNMENT) unsigned char bytes[];
};

struct arena {
    struct chunk *chunks;
    unsigned char *free_from;   /* in the chunk that is being filled, which need not be the newest */
    size_t free_len;
    size_t next_chunk;
};

struct arena *arena_new(void)
{
    struct arena *arena = NEW(struct arena);
    arena->next_chunk = FIRST_CHUNK;
    return arena;
}

void arena_free(struct arena *arena)
{
    if (!arena)
        return;
    for (struct chunk *chunk = arena->chunks, *older; chunk; chunk = older) {
        older = chunk->older;
        free(chunk);
    }
    free(arena);
}

static struct chunk *add_chunk(struct arena *arena, size_t size)
{
    size_t total;
    if (__builtin_add_overflow(sizeof(struct chunk), size, &total))
        total = SIZE_MAX;   /* which no allocator has, so that mem_alloc() ends the program */
    struct chunk *chunk = mem_alloc(total);
    chunk->older = arena->chunks;
    arena->chunks = chunk;
    return chunk;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    size_t rounded = size > SIZE_MAX - ALIGNMENT ? SIZE_MAX : (size + !size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (rounded > arena->free_len) {
        if (rounded > arena->next_chunk / 2)
            return add_chunk(arena, rounded)->bytes;
        arena->free_from = add_chunk(arena, arena->next_chunk)->bytes;
        arena->free_len = arena->next_chunk;
        if (arena->next_chunk < LARGEST_CHUNK)
            arena->next_chunk *= 2;
    }
    void *memory = arena->free_from;
    arena->free_from += rounded;
    arena->free_len -= rounded;
    return memory;
}

char *arena_strndup(struct arena *arena, const char *text, size_t len)
{
    size_t used = strnlen(text, len);
    char *copy = arena_alloc(arena, used + 1);
    memcpy(copy, text, used);
    return copy;
}

char *arena_strdup(struct arena *arena, const char *text)
{
    return arena_strndup(arena, text, strlen(text));
}

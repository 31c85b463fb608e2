#include "base/map.h"

#include <assert.h>

#include "base/mem.h"

#define SMALLEST ((size_t)16)

/* Spreads every bit of the key over the whole word (the finalizer of MurmurHash3): keys are often small and consecutive. */
static uint64_t mix(uint64_t key)
{
    key ^= key >> 33;
    key *= UINT64_C(0xff51afd7ed558ccd);
    key ^= key >> 33;
    key *= UINT64_C(0xc4ceb9fe1a85ec53);
    return key ^ key >> 33;
}

static size_t home(const struct map *map, uint64_t key)
{
    return (size_t)mix(key) & (map->cap - 1);
}

/* Where the key stands, or the free place where it would. */
static size_t place(const struct map *map, uint64_t key)
{
    assert(map->len < map->cap);   /* a free place ends every search */
    size_t i = home(map, key);
    while (map->entries[i].value && map->entries[i].key != key)
        i = (i + 1) & (map->cap - 1);
    return i;
}

static void resize(struct map *map, size_t cap)
{
    struct map resized = {.entries = mem_alloc(cap * sizeof *resized.entries), .cap = cap, .len = map->len};
    for (size_t i = 0; i < map->cap; i++)
        if (map->entries[i].value)
            resized.entries[place(&resized, map->entries[i].key)] = map->entries[i];
    free(map->entries);
    *map = resized;
}

void map_done(struct map *map)
{
    free(map->entries);
    *map = (struct map){0};
}

void *map_get(const struct map *map, uint64_t key)
{
    return map->len ? map->entries[place(map, key)].value : NULL;
}

void *map_put(struct map *map, uint64_t key, void *value)
{
    assert(value);
    if (map->len >= map->cap / 8 * 7) {
        assert(map->cap <= SIZE_MAX / 2 / sizeof *map->entries);
        resize(map, map->cap ? map->cap * 2 : SMALLEST);
    }
    struct map_entry *entry = &map->entries[place(map, key)];
    void *replaced = entry->value;
    *entry = (struct map_entry){.key = key, .value = value};
    map->len += !replaced;
    return replaced;
}

/* Entries behind the hole that may stand in it move up, so that no tombstones are needed. */
static void close_hole(struct map *map, size_t hole)
{
    size_t mask = map->cap - 1;
    for (size_t i = (hole + 1) & mask; map->entries[i].value; i = (i + 1) & mask) {
        size_t wandered = (i - home(map, map->entries[i].key)) & mask;
        if (wandered >= ((i - hole) & mask)) {
            map->entries[hole] = map->entries[i];
            hole = i;
        }
    }
    map->entries[hole] = (struct map_entry){0};
}

void *map_remove(struct map *map, uint64_t key)
{
    if (!map->len)
        return NULL;
    size_t i = place(map, key);
    void *removed = map->entries[i].value;
    if (!removed)
        return NULL;
    close_hole(map, i);
    map->len--;
    if (map->cap > SMALLEST && map->len < map->cap / 8)
        resize(map, map->cap / 4 < SMALLEST ? SMALLEST : map->cap / 4);
    return removed;
}

void *map_next(const struct map *map, size_t *index)
{
    while (*index < map->cap) {
        void *value = map->entries[(*index)++].value;
        if (value)
            return value;
    }
    return NULL;
}

/* FNV-1a: our strings are short. */
uint64_t map_hash(const void *bytes, size_t len, uint64_t seed)
{
    const unsigned char *byte = bytes;
    uint64_t hash = UINT64_C(0xcbf29ce484222325) ^ mix(seed);
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ byte[i]) * UINT64_C(0x100000001b3);
    return mix(hash);
}

uint64_t map_hash_text(const char *text, uint64_t seed)
{
    return map_hash(text, strlen(text), seed);
}

/* A hash map from a 64-bit key to a pointer: open addressing, linear probing, at most 7/8 full, so that 100,000 entries cost
 * 2 to 4 MB. Keys are mixed inside; a caller that hashes strings uses map_hash() and compares in the entry it finds. A key
 * may stand only once. Values are borrowed and never NULL. */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct map_entry {
    uint64_t key;
    void *value;     /* NULL: free */
};

struct map {         /* a value: zeroed is empty */
    struct map_entry *entries;
    size_t cap;      /* 0 or a power of two */
    size_t len;
};

void map_done(struct map *map);
void *map_get(const struct map *map, uint64_t key);                   /* NULL: absent */
void *map_put(struct map *map, uint64_t key, void *value);            /* returns the value it replaced, or NULL */
void *map_remove(struct map *map, uint64_t key);                      /* returns what was there, or NULL; shrinks when mostly
                                                                         empty */
/* Walk: for (size_t i = 0; (value = map_next(&map, &i)); ). Do not change the map meanwhile. Order is unspecified. */
void *map_next(const struct map *map, size_t *index);

uint64_t map_hash(const void *bytes, size_t len, uint64_t seed);      /* not for secrets; stable within a version */
uint64_t map_hash_text(const char *text, uint64_t seed);

#endif

#include "base/intern.h"

#include <assert.h>

#include "base/map.h"
#include "base/mem.h"

struct name {
    atom atom;
    char text[];
};

struct intern {
    struct arena *arena;
    struct map by_hash;      /* of the text with seed 0, or with the first seed that was free when it was added */
    struct name **names;     /* [atom - 1] */
    atom len, cap;
};

struct intern *intern_new(void)
{
    struct intern *table = NEW(struct intern);
    table->arena = arena_new();
    return table;
}

void intern_free(struct intern *table)
{
    if (!table)
        return;
    map_done(&table->by_hash);
    free(table->names);
    arena_free(table->arena);
    free(table);
}

/* The name, or NULL and the key under which to add it. Nothing is ever removed, so the same seeds are tried each time. */
static struct name *find(const struct intern *table, const char *text, uint64_t *ret_key)
{
    for (uint64_t seed = 0;; seed++) {
        *ret_key = map_hash_text(text, seed);
        struct name *name = map_get(&table->by_hash, *ret_key);
        if (!name || strcmp(name->text, text) == 0)
            return name;
    }
}

static struct name *add(struct intern *table, const char *text, uint64_t key)
{
    if (table->len == table->cap) {
        assert(table->cap <= UINT32_MAX / 2);
        table->cap = table->cap ? table->cap * 2 : 64;
        table->names = mem_realloc_array(table->names, table->cap, sizeof *table->names);
    }
    size_t size = strlen(text) + 1;
    struct name *name = arena_alloc(table->arena, sizeof *name + size);
    memcpy(name->text, text, size);
    table->names[table->len++] = name;
    name->atom = table->len;
    map_put(&table->by_hash, key, name);
    return name;
}

atom intern_add(struct intern *table, const char *text)
{
    if (!text || !*text)
        return 0;
    uint64_t key;
    struct name *name = find(table, text, &key);
    return name ? name->atom : add(table, text, key)->atom;
}

atom intern_find(const struct intern *table, const char *text)
{
    if (!text || !*text)
        return 0;
    uint64_t key;
    struct name *name = find(table, text, &key);
    return name ? name->atom : 0;
}

const char *intern_text(const struct intern *table, atom name)
{
    assert(name <= table->len);
    return name ? table->names[name - 1]->text : "";
}

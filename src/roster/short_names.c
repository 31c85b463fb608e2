#include "roster/short_names.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"

enum { EXTRA_LETTERS_MAX = 3 };

void short_names_done(struct short_names *names)
{
    for (size_t i = 0; i < names->n; i++)
        free(names->items[i].letters);
    free(names->items);
    *names = (struct short_names){ 0 };
}

static void add(struct short_names *names, const char *key, const char *name)
{
    for (size_t i = 0; i < names->n; i++) {
        if (names->items[i].key == key)
            return;
    }
    if (names->n == names->cap) {
        names->cap = names->cap ? 2 * names->cap : 16;
        names->items = mem_realloc_array(names->items, names->cap, sizeof *names->items);
    }
    names->items[names->n++] = (struct short_name){ .key = key, .name = name };
}

void short_names_add(struct short_names *names, const struct person *person)
{
    add(names, person->id, person->name);
}

void short_names_add_group(struct short_names *names, const struct group *group)
{
    add(names, group->id, group->title);
}

/* ---- letters ---- */

static size_t next_character(const char *text)
{
    size_t index = 0;
    (void)text_utf8_next(text, strlen(text), &index);
    return index;
}

/* The first letter of the first word, and of the last word the first and `extra` more. */
static char *initials(const char *name, size_t extra)
{
    CLEANUP_BUF struct buf letters = { 0 };
    const char *last = strrchr(name, ' ');
    buf_add(&letters, name, next_character(name));
    const char *at = last ? last + 1 : name + next_character(name);
    for (size_t n = last ? extra + 1 : extra; n > 0 && *at; n--) {
        size_t len = next_character(at);
        buf_add(&letters, at, len);
        at += len;
    }
    return buf_take(&letters);
}

static bool taken(const struct short_names *names, size_t self, const char *letters)
{
    for (size_t i = 0; i < names->n; i++) {
        if (i != self && text_equal_fold(names->items[i].letters, letters))
            return true;
    }
    return false;
}

/* Everybody who shares initials gets more letters, not only the later one. The id, which is nobody else's, ends what letters
 * cannot. */
void short_names_settle(struct short_names *names)
{
    CLEANUP_FREE bool *settled = mem_alloc(names->n + 1);
    for (size_t extra = 0; extra <= EXTRA_LETTERS_MAX; extra++) {
        for (size_t i = 0; i < names->n; i++) {
            if (settled[i])
                continue;
            free(names->items[i].letters);
            names->items[i].letters = initials(names->items[i].name, extra);
        }
        for (size_t i = 0; i < names->n; i++)
            settled[i] = settled[i] || !taken(names, i, names->items[i].letters);
    }
    for (size_t i = 0; i < names->n; i++) {
        if (settled[i])
            continue;
        free(names->items[i].letters);
        names->items[i].letters = mem_strdup(names->items[i].key);
    }
}

const char *short_names_of(const struct short_names *names, const char *key)
{
    for (size_t i = 0; i < names->n; i++) {
        if (names->items[i].key == key)
            return names->items[i].letters;
    }
    return "?";
}

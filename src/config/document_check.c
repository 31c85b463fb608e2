#include "config/document.h"

#include "base/text.h"
#include "config/load.h"

/* ---- sections ---- */

static const struct doc_kind *kind_of(const struct doc_section *section, const struct doc_kind *kinds, size_t n_kinds)
{
    for (size_t i = 0; i < n_kinds; i++) {
        if (strcmp(kinds[i].name, section->kind) == 0)
            return &kinds[i];
    }
    return NULL;
}

static void unknown_section(const struct doc *doc, struct problems *problems, const struct doc_section *section,
                            const struct doc_kind *kinds, size_t n_kinds)
{
    const char *names[16];
    size_t n = 0;
    while (n < n_kinds && n < N_ELEMENTS(names)) {
        names[n] = kinds[n].name;
        n++;
    }
    const char *near = text_nearest(section->kind, names, n);
    if (near)
        problems_add(problems, PROBLEM_ERROR, doc->file, section->line, "unknown section [%s]; did you mean [%s]?",
                     section->header, near);
    else
        problems_add(problems, PROBLEM_ERROR, doc->file, section->line, "unknown section [%s]", section->header);
}

static void check_name(const struct doc *doc, struct problems *problems, const struct doc_section *section,
                       const struct doc_kind *kind)
{
    if (kind->named == DOC_NAMED && !section->name)
        problems_add(problems, PROBLEM_ERROR, doc->file, section->line, "[%s] needs a name, as [%s NAME]", kind->name,
                     kind->name);
    if (kind->named == DOC_UNNAMED && section->name)
        problems_add(problems, PROBLEM_ERROR, doc->file, section->line, "[%s] takes no name; write [%s]", section->header,
                     kind->name);
    const char *why = section->name && kind->named != DOC_UNNAMED ? load_bad_id(section->name) : NULL;
    if (why)
        problems_add(problems, PROBLEM_ERROR, doc->file, section->line, "the name '%s' %s", section->name, why);
}

static int compare_sections(const void *a, const void *b)
{
    const struct doc_section *left = *(const struct doc_section *const *)a, *right = *(const struct doc_section *const *)b;
    int order = strcmp(left->kind, right->kind);
    if (order == 0)
        order = strcmp(left->name ? left->name : "", right->name ? right->name : "");
    if (order == 0)
        order = left->line < right->line ? -1 : left->line > right->line;
    return order;
}

static bool same_section(const struct doc_section *a, const struct doc_section *b)
{
    return strcmp(a->kind, b->kind) == 0 && strcmp(a->name ? a->name : "", b->name ? b->name : "") == 0;
}

static void check_duplicate_sections(const struct doc *doc, struct problems *problems)
{
    size_t n = 0;
    for (const struct doc_section *section = doc->sections; section; section = section->next)
        n++;
    if (n < 2)
        return;
    CLEANUP_FREE const struct doc_section **sorted = NEW_ARRAY(const struct doc_section *, n);
    size_t i = 0;
    for (const struct doc_section *section = doc->sections; section; section = section->next)
        sorted[i++] = section;
    qsort(sorted, n, sizeof *sorted, compare_sections);
    size_t first = 0;
    for (i = 1; i < n; i++) {
        if (!same_section(sorted[first], sorted[i]))
            first = i;
        else
            problems_add(problems, PROBLEM_ERROR, doc->file, sorted[i]->line, "[%s] stands twice; the first is on line %d",
                         sorted[i]->header, sorted[first]->line);
    }
}

/* ---- keys ---- */

static const struct doc_key *find_key(const struct doc_kind *kind, const char *name)
{
    for (size_t i = 0; i < kind->n_keys; i++) {
        if (strcmp(kind->keys[i].name, name) == 0)
            return &kind->keys[i];
    }
    return NULL;
}

static void unknown_key(const struct doc *doc, struct problems *problems, const struct doc_section *section,
                        const struct doc_kind *kind, const struct doc_entry *entry)
{
    CLEANUP_FREE const char **names = NEW_ARRAY(const char *, kind->n_keys + 1);
    for (size_t i = 0; i < kind->n_keys; i++)
        names[i] = kind->keys[i].name;
    const char *near = text_nearest(entry->key, names, kind->n_keys);
    if (near)
        problems_add(problems, PROBLEM_ERROR, doc->file, entry->value.line, "unknown key '%s' in [%s]; did you mean '%s'?",
                     entry->key, section->header, near);
    else
        problems_add(problems, PROBLEM_ERROR, doc->file, entry->value.line, "unknown key '%s' in [%s]", entry->key,
                     section->header);
}

static void check_value(const struct doc *doc, struct problems *problems, const struct doc_entry *entry, unsigned flags)
{
    const struct doc_line *more = entry->value.next;
    if (!(flags & DOC_MAY_BE_EMPTY) && entry->value.text[0] == '\0' && !more)
        problems_add(problems, PROBLEM_ERROR, doc->file, entry->value.line, "'%s' has no value", entry->key);
    if (!(flags & DOC_LONG) && more)
        problems_add(problems, PROBLEM_ERROR, doc->file, more->line,
                     "an indented line goes on with '%s', which takes one line; begin a key at the start of its line",
                     entry->key);
}

static void check_keys(const struct doc *doc, struct problems *problems, const struct doc_section *section,
                       const struct doc_kind *kind)
{
    int first_line[64] = { 0 };
    for (const struct doc_entry *entry = section->entries; entry && !problems_full(problems); entry = entry->next) {
        const struct doc_key *key = find_key(kind, entry->key);
        if (!key && kind->free_keys) {
            check_value(doc, problems, entry, kind->free_flags);
            continue;
        }
        if (!key) {
            unknown_key(doc, problems, section, kind, entry);
            continue;
        }
        size_t index = (size_t)(key - kind->keys);
        if (!(key->flags & DOC_REPEAT) && index < N_ELEMENTS(first_line)) {
            if (first_line[index])
                problems_add(problems, PROBLEM_ERROR, doc->file, entry->value.line, "'%s' stands twice; the first is on line %d",
                             entry->key, first_line[index]);
            else
                first_line[index] = entry->value.line;
        }
        check_value(doc, problems, entry, key->flags);
    }
}

void doc_check(const struct doc *doc, struct problems *problems, const struct doc_kind *kinds, size_t n_kinds)
{
    check_duplicate_sections(doc, problems);
    for (const struct doc_section *section = doc->sections; section && !problems_full(problems); section = section->next) {
        const struct doc_kind *kind = kind_of(section, kinds, n_kinds);
        if (!kind) {
            unknown_section(doc, problems, section, kinds, n_kinds);
            continue;
        }
        check_name(doc, problems, section, kind);
        check_keys(doc, problems, section, kind);
    }
}

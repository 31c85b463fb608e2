/* An INI file as sections, keys and lines, each knowing where it stands. inih reads the grammar; what it would pass in silence (a
 * line that is too long, bytes that are no UTF-8, an indented key, ...) is an error with its line here. Everything lives in the
 * arena that it was read into. */
#ifndef CONFIG_DOCUMENT_H
#define CONFIG_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/mem.h"
#include "config/config.h"

enum { DOC_MAX_SECTIONS = 25000, DOC_MAX_ENTRIES = 200000, DOC_MAX_NAME = 64 };

struct doc_line {            /* one line of a value */
    const char *text;        /* trimmed, without its comment */
    int line;
    struct doc_line *next;   /* the indented line that goes on with it, or NULL */
};

struct doc_entry {
    const char *key;
    struct doc_line value;   /* its first line */
    struct doc_line *last;
    struct doc_entry *next;
};

struct doc_section {
    const char *header;      /* "person anna.berg" */
    const char *kind;        /* "person" */
    const char *name;        /* "anna.berg"; NULL: none */
    int line;
    struct doc_entry *entries;
    struct doc_entry *last;
    struct doc_section *next;
};

struct doc {
    const char *file;        /* as the administrator knows it */
    bool others_read;        /* the file's mode lets every user read it */
    struct doc_section *sections;
    struct doc_section *last;
};

enum doc_key_flags {
    DOC_ONCE = 0,            /* one line, given once */
    DOC_REPEAT = 1,          /* may be given again */
    DOC_LONG = 2,            /* goes on in indented lines */
    DOC_MAY_BE_EMPTY = 4,
};

struct doc_key {
    const char *name;
    unsigned flags;
};

enum doc_named { DOC_UNNAMED, DOC_NAMED, DOC_NAME_OPTIONAL };

struct doc_kind {            /* a kind of section; a table of them describes a file */
    const char *name;
    enum doc_named named;
    const struct doc_key *keys;
    size_t n_keys;
    bool free_keys;          /* any key may stand there: weeks, texts */
    unsigned free_flags;     /* enum doc_key_flags of those */
};

/* Parses bytes. Problems go to `problems`; what could be read is in *ret, which is never NULL. */
struct doc *doc_parse(struct arena *arena, struct problems *problems, const char *file, const char *bytes, size_t len,
                      const struct doc_kind *kinds, size_t n_kinds);

/* Unknown, duplicate and misnamed sections; unknown keys, keys given twice or without a value, values that go on where they may
 * not. */
void doc_check(const struct doc *doc, struct problems *problems, const struct doc_kind *kinds, size_t n_kinds);

/* NULL: not there. */
const struct doc_section *doc_section(const struct doc *doc, const char *kind, const char *name);
const struct doc_entry *doc_entry(const struct doc_section *section, const char *key);
const struct doc_entry *doc_next_entry(const struct doc_entry *entry, const char *key);

#endif

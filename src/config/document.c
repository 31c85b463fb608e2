#include "config/document.h"

#include <ini.h>
#include <limits.h>

#include "base/text.h"

struct parser {
    struct arena *arena;
    struct problems *problems;
    struct doc *doc;
    const struct doc_kind *kinds;
    size_t n_kinds;
    const char *at;              /* what is not read yet */
    const char *end;
    int line;                    /* of the line that was handed out last */
    size_t n_sections;
    size_t n_entries;
    bool indented;               /* that line begins with white space */
    bool after_error;            /* lines that go on belong to one that was refused */
    bool lost_section;           /* so do keys: the header above them was refused */
};

/* ---- lines: what inih would misread is reported here and handed on as an empty line ---- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static void refuse(struct parser *parser, const char *what)
{
    problems_add(parser->problems, PROBLEM_ERROR, parser->doc->file, parser->line, "%s", what);
    parser->after_error = true;
}

/* ` ;` begins a comment. Cut here, so that a long comment does not make a line too long. */
static size_t without_comment(const char *line, size_t len)
{
    size_t end = len;
    for (size_t i = 0; i < len; i++) {
        bool begins = i == 0 || is_blank(line[i - 1]);
        if (line[i] == ';' && begins) {
            end = i;
            break;
        }
    }
    while (end > 0 && (is_blank(line[end - 1]) || line[end - 1] == '\r'))
        end--;
    return end;
}

static const char *bad_bytes(const char *line, size_t len)
{
    if (memchr(line, '\0', len))
        return "a NUL byte; the file must be text in UTF-8";
    if (!text_utf8_valid(line, len))
        return "not valid UTF-8; save the file as UTF-8";
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)line[i];
        if ((c < 0x20 && c != '\t' && !(c == '\r' && i + 1 == len)) || c == 0x7f)
            return "a control character; the file must be text in UTF-8";
    }
    return NULL;
}

static bool key_in(const struct doc_kind *kind, const char *key, size_t len)
{
    for (size_t i = 0; i < kind->n_keys; i++) {
        if (strlen(kind->keys[i].name) == len && strncmp(kind->keys[i].name, key, len) == 0)
            return true;
    }
    return false;
}

static const struct doc_kind *find_kind(const struct doc_kind *kinds, size_t n_kinds, const char *name, size_t len)
{
    for (size_t i = 0; i < n_kinds; i++) {
        if (strlen(kinds[i].name) == len && strncmp(kinds[i].name, name, len) == 0)
            return &kinds[i];
    }
    return NULL;
}

/* An indented line goes on with the value before it. One that looks like a known key would vanish in there. */
static bool indented_key(const struct parser *parser, const char *text, size_t len)
{
    const struct doc_section *section = parser->doc->last;
    const struct doc_kind *kind = section ? find_kind(parser->kinds, parser->n_kinds, section->kind,
                                                      strlen(section->kind)) : NULL;
    size_t key_len = 0;
    while (key_len < len && text[key_len] != '=' && text[key_len] != ':')
        key_len++;
    if (key_len == len)
        return false;
    bool colon = text[key_len] == ':';
    while (key_len > 0 && is_blank(text[key_len - 1]))
        key_len--;
    if (kind && !colon)
        return key_in(kind, text, key_len);
    for (size_t i = 0; !colon && i < parser->n_kinds; i++) {
        if (key_in(&parser->kinds[i], text, key_len))
            return true;
    }
    return false;
}

static bool indented_section(const struct parser *parser, const char *text, size_t len)
{
    if (text[0] != '[' || text[len - 1] != ']')
        return false;
    size_t kind_len = strcspn(text + 1, " \t]");
    return find_kind(parser->kinds, parser->n_kinds, text + 1, kind_len) != NULL;
}

static char *trimmed(struct arena *arena, const char *text, size_t len)
{
    while (len > 0 && is_blank(*text)) {
        text++;
        len--;
    }
    while (len > 0 && is_blank(text[len - 1]))
        len--;
    return arena_strndup(arena, text, len);
}

static void begin_section(struct parser *parser, const char *text, size_t len)
{
    struct doc *doc = parser->doc;
    char *header = trimmed(parser->arena, text, len);
    struct doc_section *section = arena_alloc(parser->arena, sizeof *section);
    size_t kind_len = strcspn(header, " \t");
    section->header = header;
    section->kind = arena_strndup(parser->arena, header, kind_len);
    if (header[kind_len])
        section->name = trimmed(parser->arena, header + kind_len, strlen(header + kind_len));
    section->line = parser->line;
    if (doc->last)
        doc->last->next = section;
    else
        doc->sections = section;
    doc->last = section;
}

/* What inih takes for a header ends at the first "]"; what stands behind it would be lost. */
static bool take_header(struct parser *parser, const char *text, size_t len)
{
    parser->lost_section = true;
    const char *close = memchr(text, ']', len);
    if (!close)
        return refuse(parser, "a section that has no closing ']'"), false;
    if (close != text + len - 1)
        return refuse(parser, "more behind the ']' of a section"), false;
    if (len < 3 || *trimmed(parser->arena, text + 1, len - 2) == '\0')
        return refuse(parser, "a section without a name"), false;
    if (++parser->n_sections > DOC_MAX_SECTIONS) {
        refuse(parser, "more sections than a file may have; the rest is not read");
        parser->at = parser->end;
        return false;
    }
    begin_section(parser, text + 1, len - 2);
    parser->lost_section = false;
    return true;
}

static bool take_key(struct parser *parser, const char *text, size_t len)
{
    size_t key_len = 0;
    while (key_len < len && text[key_len] != '=' && text[key_len] != ':')
        key_len++;
    if (key_len == len)
        return refuse(parser, "neither a [section] nor 'key = value'"), false;
    if (key_len == 0)
        return refuse(parser, "no key before the '='"), false;
    parser->after_error = parser->lost_section;
    if (parser->lost_section)
        return false;
    if (!parser->doc->last)
        return refuse(parser, "a key before the first [section]"), false;
    if (++parser->n_entries > DOC_MAX_ENTRIES) {
        refuse(parser, "more keys than a file may have; the rest is not read");
        parser->at = parser->end;
        return false;
    }
    return true;
}

/* Whether inih may see the line: it is then surely a header, a key, or the continuation of one. */
static bool take_line(struct parser *parser, const char *line, size_t len)
{
    size_t indent = 0;
    while (indent < len && is_blank(line[indent]))
        indent++;
    const char *text = line + indent;
    size_t text_len = len - indent;

    if (indent > 0) {
        if (parser->after_error)
            return false;
        if (indented_section(parser, text, text_len))
            return refuse(parser, "an indented [section] is read as more of the line before; begin it at the start of the line"), false;
        if (indented_key(parser, text, text_len))
            return refuse(parser, "an indented key is read as more of the line before; begin it at the start of the line"), false;
        parser->indented = parser->doc->last && parser->doc->last->last;
        if (parser->indented && ++parser->n_entries <= DOC_MAX_ENTRIES)
            return true;
    }
    parser->after_error = false;
    parser->indented = false;
    return *text == '[' ? take_header(parser, text, text_len) : take_key(parser, text, text_len);
}

/* inih's reader: one line a call, always whole, at most `num` - 1 bytes. */
static char *next_line(char *str, int num, void *stream)
{
    struct parser *parser = stream;
    if (parser->at == parser->end || num < 2)
        return NULL;
    const char *line = parser->at;
    const char *feed = memchr(line, '\n', (size_t)(parser->end - line));
    size_t len = (size_t)((feed ? feed : parser->end) - line);
    parser->at = feed ? feed + 1 : parser->end;
    parser->line++;
    str[0] = '\0';

    const char *bad = bad_bytes(line, len);
    if (bad) {
        refuse(parser, bad);
        return str;
    }
    size_t start = 0;
    while (start < len && is_blank(line[start]))
        start++;
    if (start < len && line[start] == '#')
        return str;
    len = without_comment(line, len);
    if (len <= start)
        return str;
    if (len > (size_t)num - 1) {
        CLEANUP_BUF struct buf what = { 0 };
        buf_printf(&what, "the line is longer than %d bytes; let a list go on in indented lines", num - 1);
        refuse(parser, buf_text(&what));
        return str;
    }
    if (take_line(parser, line, len)) {
        memcpy(str, line, len);
        str[len] = '\0';
    }
    return str;
}

/* ---- what inih makes of them ---- */

static int take_value(void *user, const char *header, const char *name, const char *value)
{
    struct parser *parser = user;
    struct doc_section *section = parser->doc->last;
    (void)header;
    if (!section || !name || !value)
        return 1;
    if (parser->indented) {
        struct doc_line *line = arena_alloc(parser->arena, sizeof *line);
        line->text = arena_strdup(parser->arena, value);
        line->line = parser->line;
        section->last->last->next = line;
        section->last->last = line;
        return 1;
    }
    struct doc_entry *entry = arena_alloc(parser->arena, sizeof *entry);
    entry->key = arena_strdup(parser->arena, name);
    entry->value.text = arena_strdup(parser->arena, value);
    entry->value.line = parser->line;
    entry->last = &entry->value;
    if (section->last)
        section->last->next = entry;
    else
        section->entries = entry;
    section->last = entry;
    return 1;
}

struct doc *doc_parse(struct arena *arena, struct problems *problems, const char *file, const char *bytes, size_t len,
                      const struct doc_kind *kinds, size_t n_kinds)
{
    struct doc *doc = arena_alloc(arena, sizeof *doc);
    doc->file = arena_strdup(arena, file);
    struct parser parser = {
        .arena = arena, .problems = problems, .doc = doc, .kinds = kinds, .n_kinds = n_kinds, .at = bytes, .end = bytes + len,
    };
    if (len >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
        parser.at += 3;
    int failed = ini_parse_stream(next_line, &parser, take_value, &parser);
    if (failed != 0)
        problems_add(problems, PROBLEM_ERROR, file, failed > 0 ? failed : 0, "the line cannot be read");
    return doc;
}

const struct doc_section *doc_section(const struct doc *doc, const char *kind, const char *name)
{
    for (const struct doc_section *section = doc->sections; section; section = section->next) {
        bool same_name = name ? section->name && strcmp(section->name, name) == 0 : !section->name;
        if (same_name && strcmp(section->kind, kind) == 0)
            return section;
    }
    return NULL;
}

static const struct doc_entry *find_entry(const struct doc_entry *entry, const char *key)
{
    while (entry && strcmp(entry->key, key) != 0)
        entry = entry->next;
    return entry;
}

const struct doc_entry *doc_entry(const struct doc_section *section, const char *key)
{
    return section ? find_entry(section->entries, key) : NULL;
}

const struct doc_entry *doc_next_entry(const struct doc_entry *entry, const char *key)
{
    return find_entry(entry->next, key);
}

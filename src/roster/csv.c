#include "roster/csv.h"

#include "base/buf.h"
#include "base/text.h"

struct parser {
    const char *at, *end;
    struct csv *csv;
    size_t cap_rows;
    int line;
    const char *fields[CSV_MAX_FIELDS];
    size_t n_fields;
    struct buf field;
    const char *why;
};

/* ---- from bytes to UTF-8 ---- */

/* What Windows-1252 has in 0x80..0x9F; 0: nothing. The rest is Latin-1. */
static const uint16_t windows_1252[32] = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
    0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0,      0x017D, 0,
    0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
    0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178,
};

static void add_from_windows_1252(struct buf *buf, const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)bytes[i];
        uint32_t character = c >= 0x80 && c < 0xA0 ? windows_1252[c - 0x80] : c;
        text_utf8_add(buf, character ? character : 0xFFFD);
    }
}

static const char *refuse_bytes(const char *bytes, size_t len)
{
    bool utf16 = len >= 2 && (memcmp(bytes, "\xFF\xFE", 2) == 0 || memcmp(bytes, "\xFE\xFF", 2) == 0);
    if (utf16)
        return "it is UTF-16: save it as CSV UTF-8";
    if (len >= 4 && memcmp(bytes, "PK\x03\x04", 4) == 0)
        return "it is a workbook: save it as CSV";
    return memchr(bytes, '\0', len) ? "it is no text" : NULL;
}

/* ---- which separator ---- */

static bool take_sep_line(struct parser *parser)
{
    size_t left = (size_t)(parser->end - parser->at);
    if (left < 6 || memcmp(parser->at, "sep=", 4) != 0 || !strchr(";,\t", parser->at[4]) || !strchr("\r\n", parser->at[5]))
        return false;
    parser->csv->separator = parser->at[4];
    parser->at += 5;
    return true;
}

/* The one that stands most often in the first row that holds anything, outside of quotes. */
static void find_separator(struct parser *parser)
{
    static const char candidates[] = {';', ',', '\t'};
    size_t counts[sizeof(candidates)] = {0};
    bool quoted = false, any = false;
    for (const char *at = parser->at; at < parser->end && (quoted || !any || (*at != '\n' && *at != '\r')); at++) {
        quoted ^= *at == '"';
        any |= *at != '\n' && *at != '\r';
        for (size_t i = 0; !quoted && i < sizeof(candidates); i++)
            counts[i] += *at == candidates[i];
    }
    size_t best = 0;
    for (size_t i = 1; i < sizeof(candidates); i++)
        best = counts[i] > counts[best] ? i : best;
    parser->csv->separator = candidates[best];
}

/* ---- rows and fields ---- */

static enum err fail(struct parser *parser, enum err err, const char *why)
{
    parser->why = why;
    return err;
}

static bool at_line_end(const struct parser *parser)
{
    return parser->at == parser->end || *parser->at == '\n' || *parser->at == '\r';
}

static void skip_line_end(struct parser *parser)
{
    if (parser->at < parser->end && *parser->at == '\r')
        parser->at++;
    if (parser->at < parser->end && *parser->at == '\n')
        parser->at++;
    parser->line++;
}

/* What stands between quotes, doubled ones being one; the first has been passed. */
static enum err read_quoted(struct parser *parser)
{
    while (parser->at < parser->end) {
        char c = *parser->at++;
        if (c == '"') {
            if (parser->at == parser->end || *parser->at != '"')
                return ERR_OK;
            parser->at++;
        }
        parser->line += c == '\n';
        if (parser->field.len >= CSV_MAX_FIELD_BYTES)
            return fail(parser, ERR_TOO_BIG, "a field is too long; is a quotation mark missing?");
        buf_add_char(&parser->field, c);
    }
    return fail(parser, ERR_SYNTAX, "a quotation mark is never closed");
}

static enum err read_field(struct parser *parser)
{
    buf_clear(&parser->field);
    while (parser->at < parser->end && *parser->at == ' ' && parser->csv->separator != ' ')
        parser->at++;
    if (parser->at < parser->end && *parser->at == '"') {
        parser->at++;
        enum err err = read_quoted(parser);
        if (err)
            return err;
    }
    while (!at_line_end(parser) && *parser->at != parser->csv->separator) {
        if (parser->field.len >= CSV_MAX_FIELD_BYTES)
            return fail(parser, ERR_TOO_BIG, "a field is too long");
        buf_add_char(&parser->field, *parser->at++);
    }
    if (parser->n_fields == CSV_MAX_FIELDS)
        return fail(parser, ERR_TOO_BIG, "more than 64 columns");
    CLEANUP_BUF struct buf clean = {0};
    text_add_clean_line(&clean, buf_text(&parser->field), parser->field.len);
    parser->fields[parser->n_fields++] = arena_strdup(parser->csv->arena, buf_text(&clean));
    return ERR_OK;
}

static enum err read_row(struct parser *parser)
{
    parser->n_fields = 0;
    for (;;) {
        enum err err = read_field(parser);
        if (err)
            return err;
        if (at_line_end(parser))
            return ERR_OK;
        parser->at++;      /* the separator */
    }
}

static bool is_empty_row(const struct parser *parser)
{
    for (size_t i = 0; i < parser->n_fields; i++)
        if (*parser->fields[i])
            return false;
    return true;
}

static enum err keep_row(struct parser *parser, int line)
{
    struct csv *csv = parser->csv;
    if (is_empty_row(parser))
        return ERR_OK;
    if (csv->n == CSV_MAX_ROWS)
        return fail(parser, ERR_TOO_BIG, "more than 20000 rows");
    if (csv->n == parser->cap_rows) {
        parser->cap_rows = parser->cap_rows ? 2 * parser->cap_rows : 64;
        csv->rows = mem_realloc_array(csv->rows, parser->cap_rows, sizeof(*csv->rows));
    }
    struct csv_row *row = &csv->rows[csv->n++];
    *row = (struct csv_row){.line = line, .n = parser->n_fields};
    row->fields = arena_alloc(csv->arena, parser->n_fields * sizeof(*row->fields));
    memcpy(row->fields, parser->fields, parser->n_fields * sizeof(*row->fields));
    return ERR_OK;
}

static enum err read_rows(struct parser *parser)
{
    enum err err = ERR_OK;
    if (take_sep_line(parser))
        skip_line_end(parser);
    else
        find_separator(parser);
    while (parser->at < parser->end && err == ERR_OK) {
        int line = parser->line;
        err = read_row(parser);
        if (err == ERR_OK)
            err = keep_row(parser, line);
        if (err == ERR_OK)
            skip_line_end(parser);
    }
    return err;
}

/* ---- the whole ---- */

static enum err parse_text(struct csv *csv, const struct buf *text, int *ret_line, const char **ret_why)
{
    struct parser parser = {.at = buf_text(text), .end = buf_text(text) + text->len, .csv = csv, .line = 1};
    enum err err = read_rows(&parser);
    *ret_line = parser.line;
    *ret_why = parser.why;
    buf_done(&parser.field);
    return err;
}

enum err csv_parse(const void *bytes, size_t len, struct csv **ret, int *ret_line, const char **ret_why)
{
    CLEANUP_BUF struct buf text = {0};
    *ret = NULL;
    *ret_line = 1;
    *ret_why = len > CSV_MAX_BYTES ? "it is larger than 4 MB" : refuse_bytes(bytes, len);
    if (*ret_why)
        return len > CSV_MAX_BYTES ? ERR_TOO_BIG : ERR_UNSUPPORTED;
    if (len >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0) {
        bytes = (const char *)bytes + 3;
        len -= 3;
    }
    CLEANUP(csv_free) struct csv *csv = NEW(struct csv);
    csv->arena = arena_new();
    csv->windows_1252 = !text_utf8_valid(bytes, len);
    if (csv->windows_1252)
        add_from_windows_1252(&text, bytes, len);
    else
        buf_add(&text, bytes, len);
    enum err err = parse_text(csv, &text, ret_line, ret_why);
    if (err == ERR_OK)
        *ret = TAKE(csv);
    return err;
}

void csv_free(struct csv *csv)
{
    if (!csv)
        return;
    arena_free(csv->arena);
    free(csv->rows);
    free(csv);
}

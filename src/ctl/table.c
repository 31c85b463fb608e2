#include "ctl/table.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

enum { GAP = 2, LAST_COLUMN_MIN = 24 };

void table_done(struct table *table)
{
    for (size_t i = 0; i < table->n_rows * TABLE_MAX_COLUMNS; i++)
        free(table->cells[i].text);
    free(table->cells);
    *table = (struct table){0};
}

void table_row(struct table *table)
{
    if (table->n_rows == table->cap_rows) {
        table->cap_rows = table->cap_rows ? 2 * table->cap_rows : 16;
        table->cells = mem_realloc_array(table->cells, table->cap_rows * TABLE_MAX_COLUMNS, sizeof *table->cells);
    }
    memset(table->cells + table->n_rows * TABLE_MAX_COLUMNS, 0, TABLE_MAX_COLUMNS * sizeof *table->cells);
    table->n_rows++;
    table->next = 0;
}

void table_styled(struct table *table, enum style style, const char *text)
{
    assert(table->n_rows > 0 && table->next < TABLE_MAX_COLUMNS);
    struct table_cell *cell = &table->cells[(table->n_rows - 1) * TABLE_MAX_COLUMNS + table->next++];
    if (table->next > table->n_columns)
        table->n_columns = table->next;
    cell->style = style;
    if (!text || !*text)
        return;
    struct buf clean = {0};
    text_add_clean_line(&clean, text, strlen(text));
    cell->text = buf_take(&clean);
}

void table_cell(struct table *table, const char *text)
{
    table_styled(table, STYLE_PLAIN, text);
}

void table_printf(struct table *table, enum style style, const char *format, ...)
{
    CLEANUP_BUF struct buf text = {0};
    va_list args;
    va_start(args, format);
    buf_vprintf(&text, format, args);
    va_end(args);
    table_styled(table, style, buf_text(&text));
}

void table_time(struct table *table, const char *rfc3339, enum time_form form)
{
    CLEANUP_BUF struct buf text = {0};
    print_add_time(&text, rfc3339, form);
    table_cell(table, buf_text(&text));
}

void table_head(struct table *table, const char *const *names, size_t n)
{
    assert(table->n_rows == 0);
    table->has_head = true;
    table_row(table);
    for (size_t i = 0; i < n; i++)
        table_styled(table, STYLE_DIM, names[i]);
}

static const struct table_cell *cell_at(const struct table *table, size_t row, size_t column)
{
    return &table->cells[row * TABLE_MAX_COLUMNS + column];
}

/* Width of the column; 0 if nothing stands in it but a heading. */
static size_t column_width(const struct table *table, size_t column)
{
    size_t width = 0;
    bool filled = false;
    for (size_t row = 0; row < table->n_rows; row++) {
        const struct table_cell *cell = cell_at(table, row, column);
        if (!cell->text)
            continue;
        size_t wide = print_width(cell->text);
        width = wide > width ? wide : width;
        filled = filled || row > 0 || !table->has_head;
    }
    width = filled ? width : 0;
    if (table->floors && table->floors[column] > width)
        width = table->floors[column];
    return width;
}

static void spaces(FILE *stream, size_t n)
{
    fprintf(stream, "%*s", (int)n, "");
}

/* How many bytes of text fit into so many columns, broken at a space if there is one. At least one character. */
static size_t fitting(const char *text, size_t columns)
{
    size_t len = strlen(text), at = 0, broken = 0, width = 0;
    while (at < len) {
        size_t next = at;
        char one[8] = "";
        (void)text_utf8_next(text, len, &next);
        memcpy(one, text + at, next - at);
        width += print_width(one);
        if (width > columns)
            return broken ? broken : at ? at : next;
        if (text[at] == ' ')
            broken = at;
        at = next;
    }
    return len;
}

static void print_wrapped(FILE *stream, const char *text, size_t begin, size_t columns)
{
    size_t room = columns >= begin + LAST_COLUMN_MIN ? columns - begin : 0;
    while (room && print_width(text) > room) {
        size_t len = fitting(text, room);
        fprintf(stream, "%.*s\n", (int)len, text);
        spaces(stream, begin);
        text += len + (text[len] == ' ');
    }
    fputs(text, stream);
}

static void print_cell(FILE *stream, const struct table_cell *cell, size_t begin, size_t columns)
{
    if (cell->style != STYLE_PLAIN)
        print_style(stream, cell->style);
    print_wrapped(stream, cell->text, begin, columns);
    if (cell->style != STYLE_PLAIN)
        print_style(stream, STYLE_PLAIN);
}

/* Blanks are put out only before a cell that has something in it, so that no line ends in them. */
static void print_row(FILE *stream, const struct table *table, size_t row, const size_t *widths, const char *indent)
{
    size_t columns = print_columns(stream), begin = print_width(indent), at = begin;
    fputs(indent, stream);
    for (size_t column = 0; column < table->n_columns; column++) {
        const struct table_cell *cell = cell_at(table, row, column);
        if (widths[column] == 0)
            continue;
        if (cell->text) {
            spaces(stream, begin - at);
            print_cell(stream, cell, begin, column + 1 == table->n_columns ? columns : 0);
            at = begin + print_width(cell->text);
        }
        begin += widths[column] + GAP;
    }
    putc('\n', stream);
}

void table_print(const struct table *table, FILE *stream, const char *indent)
{
    size_t widths[TABLE_MAX_COLUMNS];
    for (size_t column = 0; column < table->n_columns; column++)
        widths[column] = column_width(table, column);
    if (table->floors)
        memcpy(table->floors, widths, table->n_columns * sizeof *widths);
    for (size_t row = 0; row < table->n_rows; row++)
        print_row(stream, table, row, widths, indent);
}

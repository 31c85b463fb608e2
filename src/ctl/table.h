/* Rows of text in aligned columns. The last column may be long: on a terminal it is broken between words, under itself. */
#ifndef CTL_TABLE_H
#define CTL_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "ctl/print.h"

enum { TABLE_MAX_COLUMNS = 12 };

struct table_cell {
    char *text;              /* NULL: empty */
    enum style style;
};

struct table {               /* a value: zeroed is empty; table_done() */
    struct table_cell *cells;    /* n_rows * TABLE_MAX_COLUMNS */
    size_t n_rows, cap_rows;
    size_t n_columns;        /* of the widest row */
    bool has_head;           /* the first row is headings */
    size_t *floors;          /* least widths, which grow with what is printed, so that table after table stays aligned;
                                borrowed. NULL: none */
    size_t next;             /* column of the row that is being filled */
};

void table_done(struct table *table);
#define CLEANUP_TABLE __attribute__((cleanup(table_done)))

void table_row(struct table *table);                                                 /* begins one */
void table_cell(struct table *table, const char *text);                              /* cleaned and copied; NULL is empty */
void table_styled(struct table *table, enum style style, const char *text);
void table_printf(struct table *table, enum style style, const char *format, ...) PRINTF(3, 4);
void table_time(struct table *table, const char *rfc3339, enum time_form form);
void table_head(struct table *table, const char *const *names, size_t n);            /* the first row: headings */

/* Columns that are empty in every row but the heading are left out. */
void table_print(const struct table *table, FILE *stream, const char *indent);

#endif

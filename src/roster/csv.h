/* Tables as spreadsheets write them: RFC 4180 and what Excel makes of it. `;`, `,` or tabs, found out from the first row (or from
 * Excel's "sep=;"); UTF-8 with a byte order mark or without, or Windows-1252; CR LF or LF; fields in quotes, which may hold line
 * ends. Pure: bytes in, rows out, within bounds. */
#ifndef ROSTER_CSV_H
#define ROSTER_CSV_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/mem.h"

enum { CSV_MAX_BYTES = 4 * 1024 * 1024, CSV_MAX_ROWS = 20000, CSV_MAX_FIELDS = 64, CSV_MAX_FIELD_BYTES = 4000 };

struct csv_row {
    int line;                /* the one it begins on, from 1 */
    const char **fields;     /* UTF-8, each one clean line without blanks around it */
    size_t n;
};

struct csv {
    struct arena *arena;
    struct csv_row *rows;    /* those that hold nothing are left out */
    size_t n;
    char separator;
    bool windows_1252;       /* it was no UTF-8 */
};

/* ERR_OK: free *ret with csv_free(). Otherwise *ret_line and *ret_why (static) say what is wrong. ERR_SYNTAX, ERR_TOO_BIG,
 * ERR_UNSUPPORTED: UTF-16, or no text at all. */
WARN_UNUSED enum err csv_parse(const void *bytes, size_t len, struct csv **ret, int *ret_line, const char **ret_why);
void csv_free(struct csv *csv);                              /* accepts NULL */
DEFINE_CLEANUP(struct csv *, csv_free)

#endif

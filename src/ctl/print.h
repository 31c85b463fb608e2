/* What people see: text that is safe on a terminal, local times, colours where they are wanted. What comes from the daemon may
 * hold what a stranger wrote; nothing of it reaches a terminal before a function here has cleaned it. */
#ifndef CTL_PRINT_H
#define CTL_PRINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <jansson.h>

#include "base/buf.h"

enum style { STYLE_PLAIN, STYLE_BOLD, STYLE_DIM, STYLE_GOOD, STYLE_WARNING, STYLE_BAD, STYLE_COUNT };

bool print_in_colour(FILE *stream);                          /* a terminal, no NO_COLOR, no TERM=dumb */
void print_style(FILE *stream, enum style style);            /* STYLE_PLAIN goes back; nothing without colours */
size_t print_columns(FILE *stream);                          /* the terminal's width; 0: not one, or unknown */
size_t print_width(const char *text);                        /* columns that it takes on a terminal */

void print_line(FILE *stream, const char *text);                           /* cleaned to one line, and a line feed */
void print_block(FILE *stream, const char *text, const char *indent);      /* cleaned; each line after the indent */

/* The daemon's JSON as it came. On a terminal controls are written as \u escapes, which mean the same. */
void print_json(const struct buf *body);

/* Values of a JSON object. */
const char *json_text(const json_t *object, const char *key);           /* "" where there is none */
int64_t json_number(const json_t *object, const char *key);             /* 0 where there is none */
bool json_flag(const json_t *object, const char *key);

/* RFC 3339 as local time; adds the text itself, cleaned, if it is no time. "" adds nothing. */
enum time_form {
    TIME_FULL,               /* 2026-11-22 03:12:04 */
    TIME_SHORT,              /* 2026-11-22 03:12 */
    TIME_ZONED,              /* 2026-11-22 03:12:04 CET */
    TIME_DATE,               /* 2026-11-22 */
    TIME_CLOCK,              /* 03:12:04 */
};
void print_add_time(struct buf *buf, const char *rfc3339, enum time_form form);

#endif

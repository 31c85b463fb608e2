/* Names as numbers. An atom stands for a string for as long as the table lives; the same string always gives the same
 * atom. What is interned is bounded by what administrators configure (ids, addresses), never by input from outside. */
#ifndef BASE_INTERN_H
#define BASE_INTERN_H

#include <stdint.h>

typedef uint32_t atom;      /* 0: no name */

struct intern;
struct intern *intern_new(void);
void intern_free(struct intern *table);                               /* accepts NULL */
atom intern_add(struct intern *table, const char *text);              /* NULL and "" give 0 */
atom intern_find(const struct intern *table, const char *text);       /* 0: never added */
const char *intern_text(const struct intern *table, atom name);       /* "" for 0; lives as long as the table */

#endif

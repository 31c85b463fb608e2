/* JSON in: an object read against a table of the fields that may stand in it. Everything else is refused, with the name of the
 * field and what is wrong with it. Text is cleaned on the way in, so that nothing behind this sees a control character. */
#ifndef API_BODY_H
#define API_BODY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/buf.h"

enum body_kind {
    FIELD_LINE,               /* text, cleaned to one line */
    FIELD_BLOCK,              /* text, cleaned; line feeds stay */
    FIELD_FLAG,               /* true or false */
    FIELD_LINES,              /* an array of texts, each cleaned to one line */
    FIELD_NUMBER,             /* a whole number, from 1 */
};

enum { BODY_FIELDS_MAX = 12, BODY_LIST_MAX = 16 };

struct body_field {
    const char *name;
    enum body_kind kind;
    bool required;           /* must stand there, and not be empty */
    size_t max_chars;        /* of a text, or of each in a list; of a number: the greatest */
};

struct body_value {
    bool given;              /* it stood there, and was neither null nor, for a text, empty */
    bool flag;
    int64_t number;          /* 0: not given */
    struct buf text;
    struct buf *list;        /* n_list of them */
    size_t n_list;
};

struct body {           /* a value: zeroed is empty; body_done() */
    struct body_value values[BODY_FIELDS_MAX];   /* as in the table */
};

struct body_problem {        /* a value: zeroed is empty; body_problem_done() */
    int status;              /* 400: malformed; 422: well-formed but refused */
    struct buf field;        /* empty: the body as a whole */
    struct buf message;      /* for a person */
};

/* False: *ret_problem says what is wrong. An empty body is an empty object. */
bool body_read(const char *bytes, size_t len, const struct body_field *fields, size_t n_fields,
                    struct body *ret, struct body_problem *ret_problem);
void body_done(struct body *body);
void body_problem_done(struct body_problem *problem);
const char *body_text(const struct body *body, size_t index);     /* NULL: not given */

#define CLEANUP_BODY __attribute__((cleanup(body_done)))
#define CLEANUP_BODY_PROBLEM __attribute__((cleanup(body_problem_done)))

#endif

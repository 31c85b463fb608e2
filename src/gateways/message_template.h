/* Sentences with values in them: "{name}" is a value, "[...]" is left out whole where a value in it is empty, and a full stop
 * is not put after what already ends in one, or in "!" or "?". Brackets do not nest. */
#ifndef GATEWAYS_MESSAGE_TEMPLATE_H
#define GATEWAYS_MESSAGE_TEMPLATE_H

#include <stdbool.h>

#include "base/buf.h"

enum message_value {
    VALUE_ALARM,             /* the word for its severity, or the drill's mark */
    VALUE_MARK,              /* the drill's, or empty */
    VALUE_ROLE,
    VALUE_TITLE,             /* of the role */
    VALUE_ORGANISATION,
    VALUE_AT,                /* times: 03:12 */
    VALUE_ACKNOWLEDGED,
    VALUE_UPDATED,
    VALUE_CLOSED,
    VALUE_CLOCK,             /* VALUE_AT as it is spoken */
    VALUE_WHAT,              /* summary, location */
    VALUE_SUMMARY,
    VALUE_LOCATION,
    VALUE_PERSON,            /* to whom it goes */
    VALUE_CALLBACK,
    VALUE_CODE,
    VALUE_LINK,
    VALUE_USE_LINK,          /* that it should be, if there is one */
    VALUE_ID,
    VALUE_BY,
    VALUE_NUMBER,            /* where VALUE_BY can be rung */
    VALUE_SINCE,             /* when it was that nobody had it any more */
    VALUE_COUNT_UPDATES,     /* if more than one */
    VALUE_GATEWAY,
    VALUE_REASON,
    VALUE_FROM,              /* of a duty or a gap: "mån 28 december 12:00" */
    VALUE_UNTIL,
    VALUE_OTHER,             /* who had the duty before, or has it now */
    VALUE_ANSWERED,          /* of a drill's result: "3 av 5" */
    VALUE_MISSING,           /* who has not answered */
    VALUE_DRILL,             /* the line for e-mail, or empty */
    VALUE_COUNT
};

struct message_values {      /* zeroed: all are empty; message_values_done() */
    struct buf value[VALUE_COUNT];
};
void message_values_done(struct message_values *values);

/* False: it cannot be rendered, or could lose a code, a link or a number to ring with something else; ret_problem says what is
 * wrong, for an administrator. */
bool message_template_check(const char *template, struct buf *ret_problem);
bool message_template_uses(const char *template, enum message_value value);

/* The template must be one that message_template_check() takes. */
void message_template_add(struct buf *buf, const char *template, const struct message_values *values);

#endif

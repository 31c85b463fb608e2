/* The page that a duty officer opens from a link, half asleep, on whatever telephone there is: what happened, where, one large
 * button to take it. Plain HTML, no script, nothing from elsewhere. It says what it knows and asks nothing that is not needed. */
#ifndef WEB_ANSWER_PAGE_H
#define WEB_ANSWER_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "engine/engine.h"

/* What an answer that was just given came to. */
enum answer_page_said {
    SAID_NOTHING,                /* the page was only opened */
    SAID_TAKEN,                  /* you have it */
    SAID_ALREADY,                /* you had it already */
    SAID_TOO_LATE,               /* somebody else has it */
    SAID_NO,
    SAID_RELEASED,
    SAID_ETA,
    SAID_CALLED_IN,              /* `said_role` is being called */
    SAID_CALLED_ALREADY,         /* it was, or somebody of it has answered */
    SAID_CLOSED,
    SAID_NOT_YOURS,              /* nothing to give back */
    SAID_NOT_YET,                /* nobody has taken it, so nobody is called in */
    SAID_NOT_UNDERSTOOD,
    SAID_BUSY,
    SAID_REFUSED,                /* anything else */
};

struct answer_page_update {
    int64_t at_usec;
    const char *summary, *details;       /* NULL: none */
};

struct answer_page {                     /* all borrowed for the call */
    const struct engine *engine;
    const struct plan *plan;
    const struct incident *incident;
    const struct recipient *recipient;   /* of a call-out of this incident */
    const char *summary;
    const char *details, *talkgroup;     /* NULL: none */
    const struct answer_page_update *updates;   /* in order, the first text included; one alone is no update */
    size_t n_updates;
    bool details_missing;                /* the store did not give them */
    bool degraded;                       /* what is answered now is kept in memory */
    bool unsaved;                        /* the answer just given is not yet saved */
    enum answer_page_said said;
    const char *said_role;               /* of SAID_CALLED_*; otherwise NULL */
    int64_t now_usec;
};

void answer_page_render(const struct answer_page *page, struct buf *ret);

/* For a link that leads nowhere, in both languages; never tells whether it once did. */
void answer_page_render_unknown(struct buf *ret);
/* For a moment at which nothing can be told. */
void answer_page_render_later(struct buf *ret);

#endif

/* The words of the answer page. */
#ifndef WEB_ANSWER_WORDS_H
#define WEB_ANSWER_WORDS_H

#include "engine/plan.h"

struct answer_words {
    const char *html_lang;
    const char *severity[SEVERITY_COUNT];
    const char *sharp[SEVERITY_COUNT];       /* what could be taken for a drill */
    const char *drill, *drill_note, *drill_over, *drill_aborted;
    const char *closed;
    const char *yes, *yes_anyway, *no, *release, *release_heading;
    const char *ring;
    const char *location, *talkgroup, *details, *updates, *situation;
    const char *details_missing;
    const char *degraded, *unsaved;
    const char *eta_question, *eta_minutes, *eta_set;
    const char *call_in, *call_in_heading;
    const char *newer;
    const char *you_have, *other_has, *nothing_to_do, *you_declined, *cancelled, *incident_closed, *nobody_answered;
    const char *state_paging, *state_acknowledged, *state_cancelled;
    const char *said_already, *said_too_late, *said_no, *said_released, *said_eta, *said_called_in, *said_called_already,
        *said_not_yours, *said_not_yet, *said_not_understood, *said_busy, *said_refused, *said_closed, *said_taken;
    const char *opened, *someone;
};

const struct answer_words *answer_words(enum language language);

#endif

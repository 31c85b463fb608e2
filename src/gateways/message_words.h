/* Every sentence that beredd says to people in pages and notices, in each language: the tables that a translator reads. */
#ifndef GATEWAYS_MESSAGE_WORDS_H
#define GATEWAYS_MESSAGE_WORDS_H

#include "engine/engine.h"

struct message_wording {         /* templates: see message_template.h */
    const char *text;            /* SMS; also the e-mail's, where that is not given */
    const char *drill_text;      /* of a drill; NULL: text */
    const char *subject;         /* of an e-mail */
    const char *drill_subject;   /* NULL: subject */
    const char *mail;            /* NULL: text, and the drill line */
    const char *voice;           /* NULL: text */
};
const struct message_wording *message_wording(unsigned kind, enum language language);        /* kind: see message_texts.h */

/* "LARM", "SKARP FÖRVARNING", "ÖVNING ÖVNING ÖVNING"; as it is spoken: "Larm", "Skarp förvarning", "Övning. … Övningslarm". */
const char *message_alarm_word(const struct message_view *view);
const char *message_alarm_spoken(const struct message_view *view);
const char *message_drill_mark(enum language language);      /* what a text of a drill begins with */
/* Why a drill did not begin, in Swedish; *reason moves on behind what is known of it. "": nothing. */
const char *message_missed_reason(const char **reason);
const char *message_drill_line(enum language language, bool aborted);        /* what e-mails of a drill say besides */
const char *message_use_link(enum language language);
const char *message_nobody(enum language language);          /* "INGEN" */
const char *message_of(enum language language);                              /* "3 av 5" */
const char *message_weekday(int weekday, enum language language);    /* 0 Monday: "mån" */
const char *message_month(int month, enum language language);        /* 1: "januari" */
const char *message_button(enum language language);          /* of an e-mail's link */

#endif

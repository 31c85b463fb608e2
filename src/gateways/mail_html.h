/* The HTML part of an e-mail, made from its plain text: the first line is the heading, a line that is the link becomes a button,
 * a link within a line an anchor, and everything else is a paragraph. It holds nothing that the text does not. All that is not a
 * literal of the writer is escaped. */
#ifndef GATEWAYS_MAIL_HTML_H
#define GATEWAYS_MAIL_HTML_H

#include "base/buf.h"

enum mail_tone { MAIL_CALM, MAIL_URGENT, MAIL_DRILL };       /* what its heading looks like, from afar */

struct mail_html {
    const char *language;    /* "sv" */
    const char *subject;
    const char *text;
    const char *link;        /* "": none */
    const char *button;      /* what stands on it */
    enum mail_tone tone;
};

void mail_html_add(struct buf *buf, const struct mail_html *mail);

#endif

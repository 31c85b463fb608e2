/* HTML out: everything is escaped unless it stands in the format, which is ours. */
#ifndef WEB_HTML_H
#define WEB_HTML_H

#include "base/buf.h"

/* Formats: %s text, escaped for element content and for attributes in double quotes; %u; %%. Nothing else. */
void html_add(struct buf *buf, const char *format, ...) PRINTF(2, 3);
void html_add_text(struct buf *buf, const char *text);
void html_add_block(struct buf *buf, const char *text);      /* escaped, line feeds as <br> */
/* A number to dial as the address of a tel: link, from what somebody wrote: the first that has at least three digits. Adds
 * nothing if there is none. */
void html_add_tel(struct buf *buf, const char *text);

#endif

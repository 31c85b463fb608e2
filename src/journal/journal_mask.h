/* What the journal keeps of addresses: enough to tell two apart, too little to ring them. Pure. */
#ifndef JOURNAL_JOURNAL_MASK_H
#define JOURNAL_JOURNAL_MASK_H

#include "base/buf.h"

/* "…605", "a…@example.se". */
void journal_mask_add_address(struct buf *buf, const char *address);
/* A text by people or providers. What looks like a telephone number in it (it begins with + or 0, and has seven digits or more,
 * however they are set apart) is masked but for its last three. */
void journal_mask_add_text(struct buf *buf, const char *text);

#endif

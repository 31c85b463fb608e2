/* SMS segment arithmetic: 3GPP TS 23.038 (the alphabet), TS 23.040 9.2.3.24 (concatenation). */
#ifndef BASE_GSM7_H
#define BASE_GSM7_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct gsm7_size {
    bool ucs2;            /* some character is outside the GSM 7-bit default alphabet and its extension */
    unsigned units;       /* septets (an extended character is two), or UTF-16 units */
    unsigned segments;    /* 160 / 153 septets, 70 / 67 units; an escape or surrogate pair is never split. "" is 1 */
};

struct gsm7_size gsm7_measure(const char *text, size_t len);
/* Adds the text with typographic marks made ASCII (quotes, dashes, ellipsis, no-break space, tab, backtick), and decomposed
 * Latin letters composed (NFC for what Swedish and its neighbours write); soft hyphens, zero-width spaces and byte order
 * marks go. Other characters stay. */
void gsm7_add_normalised(struct buf *buf, const char *text, size_t len);

#endif

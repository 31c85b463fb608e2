/* The alphabets of smstools3's files. */
#ifndef GATEWAYS_GATEWAY_SPOOL_TEXT_H
#define GATEWAYS_GATEWAY_SPOOL_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* `alphabet` as the header says it; "" is what smsd takes for it, ISO-8859-15. Adds UTF-8; what cannot be read becomes U+FFFD.
 * False: it is no text (binary), or of an alphabet that nobody knows. */
bool spool_text_decode(const char *alphabet, const char *bytes, size_t len, struct buf *ret);
/* Adds it as UTF-16, big-endian: what smsd calls UCS-2. */
void spool_text_add_utf16(struct buf *buf, const char *text, size_t len);

#endif

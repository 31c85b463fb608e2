/* Telephone numbers as people in Sweden write and ring them. */
#ifndef GATEWAYS_MESSAGE_NUMBER_H
#define GATEWAYS_MESSAGE_NUMBER_H

#include "base/buf.h"

/* "+46701740605" as "070-174 06 05", "+46812345678" as "08-123 456 78"; any other number, whose area code has no fixed length,
 * stays. */
void message_number_add(struct buf *buf, const char *e164);

#endif

/* A mail as the bytes that go over the wire: RFC 5322 with MIME, all ASCII, lines of at most 78 bytes and CR LF. Pure. */
#ifndef LOOP_MAIL_MESSAGE_H
#define LOOP_MAIL_MESSAGE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "loop/http_client.h"

/* A bare address that can stand in an envelope and a header as it is: printable ASCII with one "@" inside, no blank, and none of
 * the characters that need quoting. */
bool mail_address_valid(const char *address);

/* Appends the message. ERR_SYNTAX: a field holds what a header must not. */
WARN_UNUSED enum err mail_message_add(struct buf *buf, const struct transfer_mail *mail);

#endif

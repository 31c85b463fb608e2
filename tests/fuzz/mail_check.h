#ifndef TESTS_FUZZ_MAIL_CHECK_H
#define TESTS_FUZZ_MAIL_CHECK_H

#include "base/buf.h"
#include "loop/http_client.h"

/* The mail in the way that its reader sees it, read by a parser of the test's own: says what was asked for, and nothing else. */
void mail_check(const struct transfer_mail *mail, const struct buf *message);

#endif

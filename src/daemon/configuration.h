/* The configuration directory, read as the daemon reads it: at its start, at a reload, and to check it. */
#ifndef DAEMON_CONFIGURATION_H
#define DAEMON_CONFIGURATION_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "config/config.h"
#include "daemon.h"

enum reading {
    READING_TO_START,            /* what does not keep pages from going out is no error */
    READING_TO_RELOAD,
    READING_TO_CHECK,            /* what another user may not read, such as a secret, is no error */
};

/* What is wrong with it goes to the problems. *ret is the caller's (config_free()); with an error in it there is none. */
WARN_UNUSED enum err configuration_read(const struct daemon_options *options, enum reading reading, struct problems *problems,
                                        struct config **ret);
void configuration_log_problems(const struct problems *problems);
/* Why it was refused, in a line: the first error. Nothing if there is none. */
void configuration_add_first_error(struct buf *buf, const struct problems *problems);
/* Says what of the new one waits for the next start. */
void configuration_log_what_waits(const struct config *old, const struct config *new);

#endif

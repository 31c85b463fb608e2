/* The program's own words to its administrator, in syslog's eight priorities. Domain events go through records instead.
 * This is one of the two places with a mutable global: the sink. Safe from every thread. Not for the engine. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/err.h"

enum log_priority {
    LOG_PRIO_CRIT = 2, LOG_PRIO_ERROR = 3, LOG_PRIO_WARNING = 4, LOG_PRIO_NOTICE = 5, LOG_PRIO_INFO = 6, LOG_PRIO_DEBUG = 7
};

/* One line, clean for showing. Called under the log's lock: it must not log, and is not called again once it was replaced. */
typedef void log_sink(void *userdata, enum log_priority priority, const char *message);

void log_set_sink(log_sink *sink, void *userdata);      /* NULL: stderr, with <N> before the line as systemd reads it if it is
                                                           not a terminal */
void log_set_max(enum log_priority priority);           /* NOTICE and above by default; INFO and DEBUG with it */
void log_print(enum log_priority priority, const char *format, ...) PRINTF(2, 3);

#define log_crit(...)    log_print(LOG_PRIO_CRIT, __VA_ARGS__)
#define log_error(...)   log_print(LOG_PRIO_ERROR, __VA_ARGS__)
#define log_warning(...) log_print(LOG_PRIO_WARNING, __VA_ARGS__)
#define log_notice(...)  log_print(LOG_PRIO_NOTICE, __VA_ARGS__)
#define log_info(...)    log_print(LOG_PRIO_INFO, __VA_ARGS__)
#define log_debug(...)   log_print(LOG_PRIO_DEBUG, __VA_ARGS__)

#endif

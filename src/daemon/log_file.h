/* The log on its disk: opened at the start, or, if the disk does not let it, every five seconds until it does, on a thread, so
 * that nobody waits for it. It owns the store, looks after what the store has to say to the loop, and after reads that a hanging
 * disk does not answer. */
#ifndef DAEMON_LOG_FILE_H
#define DAEMON_LOG_FILE_H

#include <stdbool.h>

#include "config/config.h"
#include "loop/loop.h"
#include "store/store.h"
#include "turn/opening.h"
#include "turn/turn.h"

struct log_file;

/* Everything stays the caller's and outlives it; the configuration, for its state directory, until the next one. */
struct log_file *log_file_new(struct loop *loop, struct turn *turn, const struct config *config);
/* Closes the store: the turn may not run any more. Accepts NULL. */
void log_file_free(struct log_file *log);
void log_file_configure(struct log_file *log, const struct config *config);

/* At the start: waits at most ten seconds. ERR_OK: *ret is the caller's (opened_free()), without its store, which is
 * log_file_store(). ERR_LOCKED, ERR_NEWER: this process must not run; why has been said. Anything else: not now, for the reason
 * *ret_trouble (free it); it will come by log_file_late(). */
WARN_UNUSED enum err log_file_open(struct log_file *log, struct opened **ret, char **ret_trouble);
/* On each turn: likewise what has been opened since; NULL: nothing. */
struct opened *log_file_late(struct log_file *log);
/* NULL: it is not open (yet). */
struct store *log_file_store(const struct log_file *log);

/* On each turn: sees to it that the turn is degraded when somebody waits for a read, and none is answered for two seconds. A
 * commit that does not come back is the turn's own business; a read may be the first, or the only one, to meet a disk that
 * hangs. */
void log_file_time_reads(struct log_file *log);

#endif

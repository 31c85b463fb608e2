/* The journal's copy of the log, written on a thread of its own: a journald that does not read blocks that thread and nothing
 * else (P12). The queue is bounded; what does not fit is counted and reported when the journal reads again. Without a journal
 * the same lines go to stderr. */
#ifndef JOURNAL_JOURNAL_H
#define JOURNAL_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/log.h"
#include "engine/record.h"

struct journal;

struct journal *journal_new(void);
/* Writes what waits, for at most a second. Accepts NULL. */
void journal_free(struct journal *journal);
bool journal_present(const struct journal *journal);        /* false: stderr serves instead */
/* log_head: "SEQ-HASH" of the log as it stands, for the entry's BEREDD_LOG_HEAD; NULL: left out. */
void journal_record(struct journal *journal, const struct record *record, const char *log_head);
/* Wakes the thread for the records since the last call: once for many, at the end of a turn. */
void journal_flush(struct journal *journal);
/* A log_sink; the userdata is the journal. From any thread. */
void journal_log(void *journal, enum log_priority priority, const char *message);
uint64_t journal_lost(const struct journal *journal);       /* entries that found no place, ever */

#endif

/* What must hold of a log that is open. */
#ifndef TESTS_CRASH_CHECK_H
#define TESTS_CRASH_CHECK_H

#include <stdbool.h>

#include "base/buf.h"
#include "ledger.h"
#include "store/sqlite_log.h"

/* It has all that was promised and nothing that was not appended, the chain verifies, and what it replays and lists are the
 * incidents that live. `crashed`: it was opened after a crash, and what was under way may be there or not. False, and why. */
bool check_log(struct sqlite_log *log, struct ledger *ledger, bool crashed, struct buf *why);
/* Does verifying find it? Called on a log in which one payload was changed behind its back. */
bool check_finds_change(struct sqlite_log *log, uint64_t seq, struct buf *why);

#endif

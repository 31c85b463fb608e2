/* A record as the journal's fields: interface.md, "Journal". Pure. */
#ifndef JOURNAL_JOURNAL_ENTRY_H
#define JOURNAL_JOURNAL_ENTRY_H

#include "base/buf.h"
#include "engine/record.h"

/* Adds "NAME=value" fields, each followed by a NUL. False, and nothing added, for a kind that only the program sees. */
bool journal_entry_add(struct buf *fields, const struct record *record, const char *log_head);
/* A line of the program's own: MESSAGE, PRIORITY. */
void journal_entry_add_log(struct buf *fields, int priority, const char *message);
/* syslog's priority of a record. */
int journal_entry_priority(const struct record *record);

#endif

/* Events of an iCalendar file as shifts, read by libical. */
#ifndef CTL_IMPORT_ICS_H
#define CTL_IMPORT_ICS_H

#include "base/buf.h"
#include "roster/roster_import.h"

enum { IMPORT_ICS_MAX_BYTES = CSV_MAX_BYTES };

/* Each event is a shift; `line` of its problems is its number among them. Who has it: X-BEREDD-PRIMARY and X-BEREDD-BACKUPS as an
 * export writes them, else the attendees who are in people.ini, else the summary. Days without times begin and end at the
 * handover. What recurs is refused: where it would end is for its owner to say. Whatever is wrong is among the import's
 * problems. */
void import_ics(struct roster_import *import, const struct buf *text);

#endif

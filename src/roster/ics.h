/* A roster as iCalendar (RFC 5545), for the calendars of telephones: each stretch in which nothing changes is an event, from UTC
 * to UTC, so that no reader needs the zone. Pure: no clock, no file.
 *
 * What a subscriber would expect decides the rest. A duty does not make its holder look busy (TRANSPARENT). A gap between two
 * duties is an event that says so, in the roster's own feed; the time before the first duty and after the last is only not
 * planned yet, and is left out. Outside the hours in which a roster holds, whoever is called then is shown, and nothing where
 * nobody is meant to be. A person's feed holds that person's duties alone, those as a backup as events of their own. */
#ifndef ROSTER_ICS_H
#define ROSTER_ICS_H

#include "base/buf.h"
#include "engine/plan.h"

struct roster_ics {
    const struct plan *plan;
    const struct roster *roster;
    const struct person *person;     /* whose duties; NULL: the whole roster's */
    int64_t from_usec, to_usec;      /* duties that hold some time within; those that began before keep their beginning */
    int64_t stamp_usec;              /* when the roster was read: DTSTAMP. Nothing else depends on it */
    enum language language;
};

/* Added at the end, whole, each line ending in CR LF. An event keeps its UID while its role and its beginning stay the same,
 * whoever holds it; in a person's feed, while that person's part in it does. */
void roster_add_ics(struct buf *buf, const struct roster_ics *ics);

/* The pieces, for tests: a content line, folded at 75 octets and never within a character; a TEXT value, escaped. */
void ics_add_line(struct buf *buf, const char *name, const char *value);
void ics_add_escaped(struct buf *buf, const char *text);

#endif

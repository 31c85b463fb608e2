/* One swap or takeover as a file of its own, in rosters/ROLE.d: its name, its text, and who wrote it and why, as its comment
 * says. The name begins with the shift's beginning and a number that grows, because among shifts that begin together the later
 * name counts. */
#ifndef ROSTER_SHIFT_FILE_H
#define ROSTER_SHIFT_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "engine/plan.h"

struct shift_file {
    int64_t from_usec, to_usec;
    const struct person *person;
    bool as_backup;              /* instead of whoever is backup; the primary stays */
    bool no_backup;              /* a primary's: nobody is */
    const struct person *backup; /* a primary's; NULL: those of the week stay, less the person */
    const char *login;           /* who wrote it */
    int64_t written_usec;
    const char *why;             /* NULL: not said */
};

/* "2026-12-24T0800-01-cia.lund": no ".ini". `taken` are the names of the directory. */
void shift_file_add_name(struct buf *buf, const struct shift_file *shift, const struct tz *tz, const char *const *taken,
                         size_t n_taken);
void shift_file_add_text(struct buf *buf, const struct shift_file *shift, const struct tz *tz);

/* What the comment of such a file says under "by", "at" or "why"; adds nothing where it says nothing. */
void shift_file_add_comment(struct buf *buf, const char *text, const char *key);
/* Why a name cannot be one of a file in ROLE.d ("holds a '/'"), or NULL. */
const char *shift_file_bad_name(const char *name);

#endif

/* Shifts from elsewhere, a spreadsheet or a calendar, on their way into a drop-in file. Names become people of the plan, or the
 * error names the nearest; weeks and days become the roster's own handovers. Nothing is guessed: what is not understood is an
 * error, with its line. Pure: no file, no clock. */
#ifndef ROSTER_ROSTER_IMPORT_H
#define ROSTER_ROSTER_IMPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "engine/roster.h"
#include "roster/csv.h"

enum { IMPORT_MAX_PROBLEMS = 200, IMPORT_MAX_SHIFTS = CSV_MAX_ROWS };

struct import_shift {
    int line;                            /* or the event's number */
    int64_t from_usec, to_usec;
    const struct person *primary;        /* NULL: keeps whoever it is below (`*`) */
    const struct person *backups[ROSTER_MAX_BACKUPS];
    size_t n_backups;
    bool keep_backups;                   /* nothing is said of backups: those below stay */
    struct iso_week week;                /* what it was written as; 0: as times */
};

struct import_problem {
    int line;
    bool error;                          /* otherwise it is only worth knowing */
    const char *text;
};

struct roster_import {                   /* a value: set the first three, the rest zeroed; roster_import_done() */
    const struct plan *plan;
    const struct roster *roster;
    int64_t now_usec;                    /* a week without a year is the one nearest to it */
    struct arena *arena;
    struct import_shift *shifts;
    size_t n_shifts, cap_shifts;
    struct import_problem problems[IMPORT_MAX_PROBLEMS];
    size_t n_problems, n_errors;
};

void roster_import_done(struct roster_import *import);
static inline void roster_import_done_cleanup(struct roster_import *import) { roster_import_done(import); }
#define CLEANUP_IMPORT __attribute__((cleanup(roster_import_done_cleanup)))

void roster_import_problem(struct roster_import *import, int line, bool error, const char *format, ...) PRINTF(4, 5);

/* A table with headings, in Swedish or English and in any order: vecka (år), or från and till; namn; ersättare. A row without a
 * name is left to the roster, and said. A column `ersättare` that is empty in a row means that there is none; without such a
 * column, those below stay. */
void roster_import_csv(struct roster_import *import, const struct csv *csv);

/* The people in a cell, the first as primary: ids or names in any case, with , / & ; or "och" between. "" and "-" are nobody.
 * false: an error was added. */
bool roster_import_people(struct roster_import *import, int line, const char *cell, const struct person **ret, size_t max,
                          size_t *ret_n);
/* From an event's summary, as "TIB: Bo Ek (ersättare Anna Berg)", or any text in which the name of exactly one person stands. */
bool roster_import_summary(struct roster_import *import, int line, const char *summary, struct import_shift *ret);
/* Adds it, after a look at whether it can be. */
void roster_import_add(struct roster_import *import, const struct import_shift *shift);

/* [shifts], as the configuration reads it back: local times, to the minute, never shorter than they were. */
void roster_import_add_text(const struct roster_import *import, struct buf *buf);

#endif

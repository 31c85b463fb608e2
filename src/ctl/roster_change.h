/* A change of one file of a roster, from the question what it would do to the daemon that has taken it into use: what swaps,
 * takeovers and edits have in common. Nothing on disk changes before roster_change_settle(). */
#ifndef CTL_ROSTER_CHANGE_H
#define CTL_ROSTER_CHANGE_H

#include "config/config.h"
#include "ctl/ctl.h"
#include "ctl/staging.h"

struct roster_change {       /* a value: set directory and role, the rest zeroed; roster_change_done() */
    const char *directory;   /* of the configuration */
    const char *role;
    struct staging *staging; /* where the changed file is; roster_change_stage() */
    struct config *before;   /* NULL: what is on disk now has errors */
    struct config *after;    /* NULL: so has what would be */
    struct problems *old_problems;   /* of what is there */
    struct problems *problems;       /* of what would be */
    struct buf words;        /* the change, a line each; empty: nothing changes */
};

void roster_change_done(struct roster_change *change);
static inline void roster_change_done_cleanup(struct roster_change *change) { roster_change_done(change); }
#define CLEANUP_CHANGE __attribute__((cleanup(roster_change_done_cleanup)))

/* Makes the staged copy. false: told why. */
WARN_UNUSED bool roster_change_stage(struct roster_change *change);
/* Reads what is there and what would be, and puts the difference into words, from from_usec (or now, if that is earlier) on.
 * EXIT_DONE also if what would be has errors: then `after` is NULL. May be called again, after the staged file was changed. */
WARN_UNUSED int roster_change_compare(struct roster_change *change, int64_t from_usec);

/* Prints the words, indented, or that nothing changes. */
void roster_change_print_words(const struct roster_change *change, FILE *stream);
/* What the check warns of in the files of this role; in all files, but only what it did not warn of before. */
void roster_change_print_warnings(const struct roster_change *change, FILE *stream);
void roster_change_print_new_warnings(const struct roster_change *change, FILE *stream);

/* Lets the daemon take the configuration into use, and says what came of it. EXIT_DONE: it did, or none is running and it will
 * when it starts; *ret_in_force says which. With --config it is the daemon of `config` that is asked (NULL: unknown), unless
 * --socket says another. */
WARN_UNUSED int roster_change_settle(struct ctl *ctl, const struct args *args, const struct config *config, bool *ret_in_force);

/* On a terminal, asks on stderr until one of the letters is typed; 0 at the end of input. */
char roster_change_ask(const char *question, const char *letters);
bool roster_change_can_ask(void);
bool roster_change_agreed(const char *question);     /* j or y, not n */

/* What was done, as JSON: {"id", "written", "in_force", "changes": [...]}. id: of a drop-in; NULL: none. */
void roster_change_print_json(const struct roster_change *change, const char *id, bool written, bool in_force);

/* The role whose file rosters/ROLE.ini is meant, in any case, whatever that file says. false: told that there is none, and which
 * is near. */
WARN_UNUSED bool roster_change_find_role(const char *directory, const char *typed, struct buf *ret_role);

const char *roster_change_login(void);       /* who runs this: the user behind sudo, if there is one */

#endif

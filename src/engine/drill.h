/* The lists of a drill: whom it is for ("role:TIB,group:krisledning,person:anna.berg", or "all-roles"), and what it leaves out
 * ("gateway:elks,person:bo.ek"). Names hold neither commas nor colons: the configuration takes none that do. */
#ifndef ENGINE_DRILL_H
#define ENGINE_DRILL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "engine/plan.h"

#define DRILL_ALL_ROLES "all-roles"

/* Reasons as records give them, where a report must tell them apart. On disk: never change one. */
#define DRILL_LEFT_OUT "left out by the drill"
#define DRILL_ENDED_ANSWERED "everybody has answered"
#define DRILL_ENDED_DEADLINE "the drill's time is up"
#define DRILL_ENDED_STOPPED "stopped"
#define DRILL_ENDED_ABORTED "stopped by the real alarm "      /* and its id */
#define DRILL_ANSWERED_LATE "answered yes; somebody else had acknowledged"

struct drill_name {              /* points into the list */
    const char *kind, *name;     /* no NUL behind them; of "all-roles" the name is empty */
    size_t kind_len, name_len;
};

bool drill_was_aborted(const char *reason);      /* by such a reason; NULL: no */

/* Each in turn: *list moves on. False: that was all. */
bool drill_next_name(const char **list, struct drill_name *ret);
bool drill_has_kind(const struct drill_name *name, const char *kind);
/* Whether the list has this one. NULL is an empty list. */
bool drill_lists(const char *list, const char *kind, const char *name);
const char *drill_default_scenario(enum language language);                  /* where nobody says what is played */
void drill_add_name(struct buf *list, const char *kind, const char *name);   /* once, however often it is added */

#endif

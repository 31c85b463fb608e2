/* People by a few letters, as in a calendar's cells: initials, and more of the last name where two people would share them. */
#ifndef ROSTER_SHORT_NAMES_H
#define ROSTER_SHORT_NAMES_H

#include <stddef.h>

#include "engine/plan.h"

struct short_name {
    const char *key;         /* the id of a person or a group, as a pointer into the plan: a group may have a person's id */
    const char *name;        /* in full; borrowed from the plan */
    char *letters;
};

struct short_names {         /* a value: zeroed is empty; short_names_done() */
    struct short_name *items;
    size_t n, cap;
};

/* First all, then short_names_settle(), then asked. Adding the same twice is adding once. */
void short_names_add(struct short_names *names, const struct person *person);
void short_names_add_group(struct short_names *names, const struct group *group);
void short_names_settle(struct short_names *names);
const char *short_names_of(const struct short_names *names, const char *key); /* person->id or group->id; "?": never added */
void short_names_done(struct short_names *names);

#endif

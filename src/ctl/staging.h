/* A configuration directory as it would be if one file of a roster were another: links to what is there, in a private directory
 * of its own, with the one file replaced or left out. What would be installed is checked in there first, whole. */
#ifndef CTL_STAGING_H
#define CTL_STAGING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/mem.h"

struct staging;

/* Copies nothing but names. NULL: told on stderr why. `role` is one whose rosters/ROLE.d may be changed. */
struct staging *staging_new(const char *config_directory, const char *role);
void staging_free(struct staging *staging);                  /* accepts NULL; removes it all, unless it is to be kept */
DEFINE_CLEANUP(struct staging *, staging_free)
void staging_keep(struct staging *staging);                  /* for what somebody has written and could not install */

const char *staging_directory(const struct staging *staging);
/* `file` is relative, as "rosters/TIB.ini": its path in here, until the next call. */
const char *staging_path(struct staging *staging, const char *file);
/* Makes that file one of its own. false: told on stderr why. */
WARN_UNUSED bool staging_write(struct staging *staging, const char *file, const char *text, size_t len);
WARN_UNUSED bool staging_remove(struct staging *staging, const char *file);

#endif

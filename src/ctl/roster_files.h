/* The files below rosters/, written so that a crash leaves the old one or the new one and never half of one: a file beside it,
 * fsync, rename, fsync of the directory. Names are looked up below an open directory and no link is followed, because whoever
 * keeps the rosters may write in it, and whoever runs this may be root. Everything that goes wrong is told on stderr. */
#ifndef CTL_ROSTER_FILES_H
#define CTL_ROSTER_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/mem.h"

struct roster_files;

/* CONFIG_DIRECTORY/rosters. NULL: told why. */
struct roster_files *roster_files_open(const char *config_directory);
void roster_files_close(struct roster_files *files);         /* accepts NULL; gives up what it holds */
DEFINE_CLEANUP(struct roster_files *, roster_files_close)

/* Only one program at a time changes files here; waits some seconds for another. For the moment of installing: nobody is asked
 * anything meanwhile. Held until roster_files_close(). */
WARN_UNUSED bool roster_files_lock(struct roster_files *files);
/* Whether this user may change files here; tells who may. */
WARN_UNUSED bool roster_files_may_write(const struct roster_files *files);

/* Reads rosters/NAME, a regular file. */
WARN_UNUSED bool roster_files_read(const struct roster_files *files, const char *name, struct buf *ret, struct stat *ret_status);
/* What rosters/NAME is like. */
WARN_UNUSED bool roster_files_stat(const struct roster_files *files, const char *name, struct stat *ret_status);
/* Replaces rosters/NAME, keeping its mode, owner and group as far as the system allows. */
WARN_UNUSED bool roster_files_replace(struct roster_files *files, const char *name, const struct buf *text,
                                      const struct stat *like);

/* Adds rosters/ROLE.d/NAME, which must not be there yet, as readable as ROLE.ini is (`like`); makes ROLE.d if missing. */
WARN_UNUSED bool roster_files_add_drop_in(struct roster_files *files, const char *role, const char *name, const struct buf *text,
                                          const struct stat *like);
/* The same, and takes the place of one that is there. */
WARN_UNUSED bool roster_files_replace_drop_in(struct roster_files *files, const char *role, const char *name,
                                              const struct buf *text, const struct stat *like);
WARN_UNUSED bool roster_files_remove_drop_in(struct roster_files *files, const char *role, const char *name);

#endif

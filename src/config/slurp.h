/* Files and directories, read whole and within bounds. Owns nothing. */
#ifndef CONFIG_SLURP_H
#define CONFIG_SLURP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

enum { SLURP_MAX_BYTES = 4 * 1024 * 1024, SLURP_MAX_NAMES = 10000 };

/* A regular file's bytes; *ret_others_read: users beyond owner and group may read it. ERR_NOT_FOUND, ERR_DENIED, ERR_TOO_BIG
 * (more than max bytes), ERR_UNSUPPORTED (not a regular file), ERR_IO. */
WARN_UNUSED enum err slurp_file(const char *path, size_t max, struct buf *ret, bool *ret_others_read);

/* The names in a directory that end in `suffix` and do not begin with a dot, without the suffix, in order; free with
 * slurp_names_free(). ERR_NOT_FOUND, ERR_DENIED, ERR_TOO_BIG (more than SLURP_MAX_NAMES), ERR_IO. */
WARN_UNUSED enum err slurp_names(const char *directory, const char *suffix, char ***ret_names, size_t *ret_n);
void slurp_names_free(char **names, size_t n);               /* accepts NULL */

#endif

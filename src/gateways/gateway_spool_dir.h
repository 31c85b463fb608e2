/* What is done with files in a spool directory of smstools3. Every call may block for as long as the disk does: only the
 * spool's own thread makes them.
 *
 * smsd copies a file from directory to directory, under its name, and removes the old one when the new is whole:
 * outgoing/ (ours, waiting to be taken), checked/ (waiting for the modem), then sent/ or failed/. NAME.LOCK beside it says that
 * it is being copied or sent. Files in outgoing/.beredd are ours alone, since smsd looks at no directory in there. */
#ifndef GATEWAYS_GATEWAY_SPOOL_DIR_H
#define GATEWAYS_GATEWAY_SPOOL_DIR_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/err.h"

enum spool_place { SPOOL_NOWHERE, SPOOL_OUTGOING, SPOOL_CHECKED, SPOOL_SENDING, SPOOL_SENT, SPOOL_FAILED };

/* Puts a file into outgoing/, whole or not at all. *ret_place: where one of that name is already, and then nothing was written;
 * what has failed may be tried again. Returns 0 or an errno. */
int spool_dir_put(const char *spool, const char *name, const struct buf *content, enum spool_place *ret_place);

/* Where it is now. SPOOL_FAILED only if it is nowhere else. */
enum spool_place spool_dir_find(const char *spool, const char *name);

/* Takes it back. True: it is gone, and will not be sent; *ret_place is where it was. False: it is there, or nowhere. */
bool spool_dir_take_back(const char *spool, const char *name, enum spool_place *ret_place);

/* A regular file of at most SPOOL_FILE_MAX bytes, as it is now. ERR_NOT_FOUND: gone. ERR_SYNTAX: not
 * such a file. ERR_DENIED, ERR_IO: not readable, or not now. */
WARN_UNUSED enum err spool_dir_read(const char *spool, const char *directory, const char *name, struct buf *ret,
                                    struct stat *ret_stat);

/* What came in and has been read: removed, or where we may not, marked as read. Returns 0 or an errno. */
int spool_dir_remove_incoming(const char *spool, const char *name);
int spool_dir_mark_read(const char *spool, const char *name);
bool spool_dir_is_read(const char *spool, const char *name);

bool spool_dir_may_be_file(const char *name);        /* not hidden, no lock, no store of smsd's for parts */
/* Calls back for each such name in the directory. Oldest first, at most 10,000 of them. */
typedef void spool_dir_cb(void *userdata, const char *name, int64_t modified_usec);
void spool_dir_list(const char *spool, const char *directory, spool_dir_cb *cb, void *userdata);

/* Removes what nobody needs any more: our own files in sent/ and failed/ that are a day old, and marks of files that are gone. */
void spool_dir_purge(const char *spool, int64_t wall_usec);

#endif

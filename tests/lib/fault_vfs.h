/* A disk that fails on demand: an SQLite VFS that passes everything on to the real one, until an operation is due to fail.
 * Installed as the default, it needs no word of the program under test. One for the whole process; any thread. */
#ifndef TESTS_LIB_FAULT_VFS_H
#define TESTS_LIB_FAULT_VFS_H

#include <stdbool.h>
#include <stdint.h>

enum fault_op {                /* may be combined */
    FAULT_OPEN = 1, FAULT_READ = 2, FAULT_WRITE = 4, FAULT_SYNC = 8, FAULT_TRUNCATE = 16,
    FAULT_ANY = 31,
};

enum fault_kind {
    FAULT_COUNT,               /* nothing fails; operations are counted */
    FAULT_EIO,
    FAULT_ENOSPC,              /* what a full disk says to a write; other operations get EIO */
    FAULT_LIE,                 /* it is done, and then said to have failed as on a full disk */
    FAULT_HANG,                /* does not come back before fault_vfs_disarm(); then it succeeds */
    FAULT_EXIT,                /* the process ends at once, after half of it if it is a write */
};

struct fault {
    unsigned ops;              /* which operations count */
    const char *suffix;        /* only on files whose name ends so; NULL: on all. Must live until disarmed */
    uint64_t nth;              /* the first that fails, from 1 */
    bool forever;              /* and all after it */
    enum fault_kind kind;
};

enum { FAULT_EXIT_STATUS = 99 };

void fault_vfs_install(void);                        /* before the first database is opened */
void fault_vfs_arm(const struct fault *fault);
void fault_vfs_disarm(void);                         /* lets go of what hangs */
uint64_t fault_vfs_seen(void);                       /* operations that counted since it was armed */
uint64_t fault_vfs_failed(void);                     /* of these, how many failed */
void fault_vfs_await_hang(void);                     /* returns once an operation hangs */

#endif

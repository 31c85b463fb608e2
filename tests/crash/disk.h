/* A disk in memory, with one directory, that remembers every operation and which of them a sync has made certain. From that it
 * makes images: what a power cut may leave behind. It can also fail on demand.
 *
 * What is certain after a cut: whatever was there from the beginning, and each write or truncation that a successful sync of
 * its file followed. A sync that failed makes nothing certain, and neither does any later one make certain what it should
 * have: the kernel forgets it (but shows it to whoever reads, until the cut). Names are certain once the directory was synced. */
#ifndef TESTS_CRASH_DISK_H
#define TESTS_CRASH_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DISK_DIRECTORY "/log"

/* What becomes of what is not certain. */
enum disk_loss {
    DISK_LOSE_ALL,
    DISK_LOSE_NONE,          /* a process that was killed, and no power cut */
    DISK_LOSE_LAST,          /* everything is there, but of the last write only some sectors */
    DISK_LOSE_WRITES,        /* each write is there or not */
    DISK_LOSE_SECTORS,       /* each sector is: writes are torn, and overtake each other */
    DISK_LOSE_AND_SPOIL,     /* each sector is there, or not, or zeroes, or garbage */
    DISK_LOSSES
};

enum disk_failing { DISK_EIO, DISK_ENOSPC, DISK_SHORT_EIO, DISK_SHORT_ENOSPC, DISK_FAILINGS };

struct disk_fault {
    uint64_t nth;            /* the first operation that fails, from 1, counted from when it was armed. 0: none */
    enum disk_failing kind;  /* short: a write does half of itself before */
    bool forever;            /* and all after it */
    bool only_syncs;         /* of files and of names; nothing else fails or counts */
};

struct disk;
struct disk *disk_new(uint64_t seed);                 /* empty. The seed: of what SQLite asks for at random */
void disk_free(struct disk *disk);                    /* accepts NULL */
/* What may be left if the power was cut after the first n_ops operations. Names are lost or kept at random, in their order for
 * each name. */
struct disk *disk_image(const struct disk *disk, size_t n_ops, enum disk_loss loss, uint64_t seed);

size_t disk_n_ops(const struct disk *disk);
void disk_arm(struct disk *disk, const struct disk_fault *fault);
void disk_heal(struct disk *disk);
void disk_pause(struct disk *disk, bool paused);      /* meanwhile nothing fails, and nothing counts towards what will */
bool disk_met_fault(const struct disk *disk);         /* since it was armed */
void disk_die(struct disk *disk, bool dead);          /* while dead, as after SIGKILL, nothing is done and everything fails */
void disk_watch_syncs(struct disk *disk, void (*before)(void *userdata), void *userdata);     /* of files; NULL: no longer */

/* The disk that SQLite and the system calls of the store meet under DISK_DIRECTORY. NULL: none. */
void disk_mount(struct disk *disk);

/* --- for disk_vfs.c: 0 or an errno ---------------------------------------------------------------------------------------- */

struct disk *disk_mounted(void);
int disk_open(struct disk *disk, const char *name, bool create, bool exclusive, unsigned *ret_inode);
int disk_unlink(struct disk *disk, const char *name);
int disk_rename(struct disk *disk, const char *from, const char *to);      /* from is there */
bool disk_find(const struct disk *disk, const char *name, unsigned *ret_inode);
const char *disk_name(const struct disk *disk, size_t nth);              /* of the nth file, or NULL. For listing */
int disk_list(struct disk *disk);                                         /* counts as a reading operation */
int disk_read(struct disk *disk, unsigned inode, void *to, size_t len, uint64_t at, size_t *ret_n);
int disk_write(struct disk *disk, unsigned inode, const void *from, size_t len, uint64_t at);
int disk_truncate(struct disk *disk, unsigned inode, uint64_t size);
int disk_sync(struct disk *disk, unsigned inode);
int disk_sync_directory(struct disk *disk);
uint64_t disk_size(const struct disk *disk, unsigned inode);
uint64_t disk_random(struct disk *disk);

#endif

/* Between disk.c, which does things to a disk, and disk_image.c, which does some of them over again. */
#ifndef TESTS_CRASH_DISK_PRIVATE_H
#define TESTS_CRASH_DISK_PRIVATE_H

#include "disk.h"

#define DISK_NEVER SIZE_MAX

enum { DISK_NO_INODE = -1, DISK_NAMES_MAX = 128 };

enum disk_op_kind {
    DISK_OP_CREATE, DISK_OP_UNLINK, DISK_OP_RENAME, DISK_OP_SYNC_NAMES,
    DISK_OP_WRITE, DISK_OP_TRUNCATE, DISK_OP_SYNC,
};

struct disk_op {
    enum disk_op_kind kind;
    unsigned inode, name, old_name;
    uint64_t at;                 /* or the size */
    size_t len;
    uint8_t *data;
    size_t certain_from;         /* the sync that made it certain, or DISK_NEVER */
    bool forgotten;              /* a sync failed: no other will do it */
};

struct disk_content {
    uint8_t *data;
    uint64_t size, cap;
};

struct disk_inode {
    struct disk_content now;
    struct disk_content before;  /* before the first operation: certain */
};

struct disk_name {
    char text[32];
    int now, before;             /* an inode or DISK_NO_INODE */
};

struct disk {
    struct disk_inode *inodes;
    unsigned n_inodes;
    struct disk_name names[DISK_NAMES_MAX];
    unsigned n_names;
    struct disk_op *ops;
    size_t n_ops, cap_ops;
    struct disk_fault fault;
    uint64_t seen;
    bool met, dead, paused;
    uint64_t random;
    void (*before_sync)(void *userdata);
    void *before_sync_userdata;
};

void disk_content_resize(struct disk_content *content, uint64_t size);
void disk_content_write(struct disk_content *content, const void *from, size_t len, uint64_t at);
unsigned disk_name_index(struct disk *disk, const char *name);
unsigned disk_inode_new(struct disk *disk);

#endif

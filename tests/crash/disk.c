#include "disk.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>

#include "base/mem.h"
#include "disk_private.h"
#include "random.h"

enum { NEVER = DISK_NEVER };

static struct disk *mounted;

struct disk *disk_new(uint64_t seed)
{
    struct disk *disk = NEW(struct disk);
    disk->random = seed;
    return disk;
}

void disk_free(struct disk *disk)
{
    if (!disk)
        return;
    for (size_t i = 0; i < disk->n_inodes; i++) {
        free(disk->inodes[i].now.data);
        free(disk->inodes[i].before.data);
    }
    for (size_t i = 0; i < disk->n_ops; i++)
        free(disk->ops[i].data);
    free(disk->inodes);
    free(disk->ops);
    free(disk);
}

void disk_mount(struct disk *disk) { mounted = disk; }
struct disk *disk_mounted(void) { return mounted; }
size_t disk_n_ops(const struct disk *disk) { return disk->n_ops; }
bool disk_met_fault(const struct disk *disk) { return disk->met; }
void disk_pause(struct disk *disk, bool paused) { disk->paused = paused; }
void disk_die(struct disk *disk, bool dead) { disk->dead = dead; }
uint64_t disk_random(struct disk *disk) { return random_next(&disk->random); }
uint64_t disk_size(const struct disk *disk, unsigned inode) { return disk->inodes[inode].now.size; }

void disk_arm(struct disk *disk, const struct disk_fault *fault)
{
    disk->fault = *fault;
    disk->seen = 0;
    disk->met = false;
}

void disk_heal(struct disk *disk)
{
    disk->fault.nth = 0;
}

void disk_watch_syncs(struct disk *disk, void (*before)(void *userdata), void *userdata)
{
    disk->before_sync = before;
    disk->before_sync_userdata = userdata;
}

/* --- what it holds --- */

void disk_content_resize(struct disk_content *content, uint64_t size)
{
    if (size > content->cap) {
        content->cap = 2 * size;
        content->data = mem_realloc(content->data, content->cap);
    }
    if (size > content->size)
        memset(content->data + content->size, 0, size - content->size);
    content->size = size;
}

void disk_content_write(struct disk_content *content, const void *from, size_t len, uint64_t at)
{
    if (len == 0)
        return;
    if (at + len > content->size)
        disk_content_resize(content, at + len);
    memcpy(content->data + at, from, len);
}

unsigned disk_name_index(struct disk *disk, const char *name)
{
    for (unsigned i = 0; i < disk->n_names; i++) {
        if (strcmp(disk->names[i].text, name) == 0)
            return i;
    }
    assert(disk->n_names < DISK_NAMES_MAX && strlen(name) < sizeof disk->names[0].text);
    struct disk_name *added = &disk->names[disk->n_names];
    snprintf(added->text, sizeof added->text, "%s", name);
    added->now = added->before = DISK_NO_INODE;
    return disk->n_names++;
}

unsigned disk_inode_new(struct disk *disk)
{
    disk->inodes = mem_realloc_array(disk->inodes, disk->n_inodes + 1, sizeof *disk->inodes);
    disk->inodes[disk->n_inodes] = (struct disk_inode){0};
    return disk->n_inodes++;
}

static struct disk_op *note(struct disk *disk, enum disk_op_kind kind)
{
    if (disk->n_ops == disk->cap_ops) {
        disk->cap_ops = disk->cap_ops ? 2 * disk->cap_ops : 64;
        disk->ops = mem_realloc_array(disk->ops, disk->cap_ops, sizeof *disk->ops);
    }
    struct disk_op *op = &disk->ops[disk->n_ops++];
    *op = (struct disk_op){.kind = kind, .certain_from = NEVER};
    return op;
}

/* --- failing --- */

enum meets { READS, WRITES, SYNCS, NAMES };

/* 0, or the errno with which this operation fails. A full disk refuses nothing but what needs room. */
static int meet(struct disk *disk, enum meets what)
{
    const struct disk_fault *fault = &disk->fault;
    if (disk->dead)
        return EIO;
    bool full = fault->kind == DISK_ENOSPC || fault->kind == DISK_SHORT_ENOSPC;
    if (fault->nth == 0 || disk->paused || (full && what == READS) || (fault->only_syncs && what != SYNCS))
        return 0;
    disk->seen++;
    if (disk->seen != fault->nth && !(fault->forever && disk->seen > fault->nth))
        return 0;
    disk->met = true;
    return full ? ENOSPC : EIO;
}

/* --- the operations --- */

bool disk_find(const struct disk *disk, const char *name, unsigned *ret_inode)
{
    for (unsigned i = 0; i < disk->n_names; i++) {
        if (strcmp(disk->names[i].text, name) != 0 || disk->names[i].now == DISK_NO_INODE)
            continue;
        *ret_inode = (unsigned)disk->names[i].now;
        return true;
    }
    return false;
}

const char *disk_name(const struct disk *disk, size_t nth)
{
    for (unsigned i = 0; i < disk->n_names; i++) {
        if (disk->names[i].now != DISK_NO_INODE && nth-- == 0)
            return disk->names[i].text;
    }
    return NULL;
}

int disk_list(struct disk *disk)
{
    return meet(disk, READS);
}

int disk_open(struct disk *disk, const char *name, bool create, bool exclusive, unsigned *ret_inode)
{
    bool there = disk_find(disk, name, ret_inode);
    if (there && create && exclusive)
        return EEXIST;
    if (!there && !create)
        return ENOENT;
    int error = meet(disk, there ? READS : NAMES);
    if (error || there)
        return error;
    unsigned index = disk_name_index(disk, name);
    *ret_inode = disk_inode_new(disk);
    disk->names[index].now = (int)*ret_inode;
    struct disk_op *op = note(disk, DISK_OP_CREATE);
    op->name = index;
    op->inode = *ret_inode;
    return 0;
}

int disk_unlink(struct disk *disk, const char *name)
{
    unsigned inode;
    if (!disk_find(disk, name, &inode))
        return ENOENT;
    if (meet(disk, READS))
        return EIO;
    unsigned index = disk_name_index(disk, name);
    disk->names[index].now = DISK_NO_INODE;
    note(disk, DISK_OP_UNLINK)->name = index;
    return 0;
}

int disk_rename(struct disk *disk, const char *from, const char *to)
{
    int error = meet(disk, NAMES);
    if (error)
        return error;
    unsigned index = disk_name_index(disk, to), old = disk_name_index(disk, from);
    assert(disk->names[old].now != DISK_NO_INODE);
    disk->names[index].now = disk->names[old].now;
    disk->names[old].now = DISK_NO_INODE;
    struct disk_op *op = note(disk, DISK_OP_RENAME);
    op->name = index;
    op->old_name = old;
    op->inode = (unsigned)disk->names[index].now;
    return 0;
}

int disk_read(struct disk *disk, unsigned inode, void *to, size_t len, uint64_t at, size_t *ret_n)
{
    const struct disk_content *content = &disk->inodes[inode].now;
    if (meet(disk, READS))
        return EIO;
    *ret_n = at >= content->size ? 0 : content->size - at < len ? content->size - at : len;
    if (*ret_n > 0)
        memcpy(to, content->data + at, *ret_n);
    return 0;
}

int disk_write(struct disk *disk, unsigned inode, const void *from, size_t len, uint64_t at)
{
    int error = meet(disk, WRITES);
    bool half = disk->fault.kind == DISK_SHORT_EIO || disk->fault.kind == DISK_SHORT_ENOSPC;
    if (error && (disk->dead || !half))
        return error;
    if (error)
        len /= 2;
    disk_content_write(&disk->inodes[inode].now, from, len, at);
    struct disk_op *op = note(disk, DISK_OP_WRITE);
    op->inode = inode;
    op->at = at;
    op->len = len;
    op->data = mem_dup(from, len);
    return error;
}

int disk_truncate(struct disk *disk, unsigned inode, uint64_t size)
{
    int error = meet(disk, WRITES);
    if (error)
        return error;
    disk_content_resize(&disk->inodes[inode].now, size);
    struct disk_op *op = note(disk, DISK_OP_TRUNCATE);
    op->inode = inode;
    op->at = size;
    return 0;
}

static bool is_of_names(const struct disk_op *op)
{
    return op->kind == DISK_OP_CREATE || op->kind == DISK_OP_UNLINK || op->kind == DISK_OP_RENAME;
}

int disk_sync(struct disk *disk, unsigned inode)
{
    if (disk->before_sync && !disk->dead)
        disk->before_sync(disk->before_sync_userdata);
    int error = meet(disk, SYNCS);
    if (disk->dead)
        return error;
    size_t index = disk->n_ops;
    note(disk, DISK_OP_SYNC)->inode = inode;
    for (size_t i = 0; i < index; i++) {
        struct disk_op *op = &disk->ops[i];
        if ((op->kind != DISK_OP_WRITE && op->kind != DISK_OP_TRUNCATE) || op->inode != inode || op->forgotten)
            continue;
        if (error)
            op->forgotten = op->certain_from == NEVER;
        else if (op->certain_from == NEVER)
            op->certain_from = index;
    }
    return error;
}

/* Names that a failed sync did not make certain, the next one may: a journal of the file system's is retried. */
int disk_sync_directory(struct disk *disk)
{
    int error = meet(disk, SYNCS);
    if (error)
        return error;
    size_t index = disk->n_ops;
    note(disk, DISK_OP_SYNC_NAMES);
    for (size_t i = 0; i < index; i++) {
        if (is_of_names(&disk->ops[i]) && disk->ops[i].certain_from == NEVER)
            disk->ops[i].certain_from = index;
    }
    return 0;
}

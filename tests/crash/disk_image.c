/* What a power cut leaves: the operations done over, but for some of those that were not certain. */
#include <assert.h>

#include "base/mem.h"
#include "disk_private.h"
#include "random.h"

enum { SECTOR_BYTES = 512 };

struct cut {
    const struct disk *disk;
    size_t n_ops;
    size_t last_write;           /* the last that is not certain, or DISK_NEVER */
    enum disk_loss loss;
    uint64_t random;
};

static bool is_certain(const struct cut *cut, const struct disk_op *op)
{
    return op->certain_from < cut->n_ops;
}

static bool even(struct cut *cut)
{
    return random_below(&cut->random, 2) == 0;
}

static void write_sector(struct cut *cut, struct disk_content *content, const uint8_t *from, size_t len, uint64_t at)
{
    uint8_t spoilt[SECTOR_BYTES] = {0};
    uint64_t fate = random_below(&cut->random, cut->loss == DISK_LOSE_AND_SPOIL ? 4 : 2);
    if (fate == 3) {
        for (size_t i = 0; i < len; i++)
            spoilt[i] = (uint8_t)random_next(&cut->random);
    }
    if (fate != 1)
        disk_content_write(content, fate == 0 ? from : spoilt, len, at);
}

static void write_sectors(struct cut *cut, struct disk_content *content, const struct disk_op *op)
{
    for (size_t done = 0; done < op->len;) {
        uint64_t at = op->at + done;
        size_t len = SECTOR_BYTES - at % SECTOR_BYTES;
        if (len > op->len - done)
            len = op->len - done;
        write_sector(cut, content, op->data + done, len, at);
        done += len;
    }
    /* The length of a file may be there before what it is the length of. */
    if (op->at + op->len > content->size && even(cut))
        disk_content_resize(content, op->at + op->len);
}

static void redo_write(struct cut *cut, struct disk_content *content, size_t index)
{
    const struct disk_op *op = &cut->disk->ops[index];
    bool whole = is_certain(cut, op) || cut->loss == DISK_LOSE_NONE || (cut->loss == DISK_LOSE_LAST && index != cut->last_write) ||
                 (cut->loss == DISK_LOSE_WRITES && even(cut));
    if (whole)
        disk_content_write(content, op->data, op->len, op->at);
    else if (cut->loss != DISK_LOSE_ALL && cut->loss != DISK_LOSE_WRITES)
        write_sectors(cut, content, op);
}

static void redo_truncation(struct cut *cut, struct disk_content *content, const struct disk_op *op)
{
    bool kept = is_certain(cut, op) || cut->loss == DISK_LOSE_NONE || cut->loss == DISK_LOSE_LAST;
    if (kept || (cut->loss != DISK_LOSE_ALL && even(cut)))
        disk_content_resize(content, op->at);
}

static void redo_name(struct cut *cut, struct disk *image, const struct disk_op *op, bool *lost, bool loses_names)
{
    /* a rename is there for both names, or for none */
    unsigned other = op->kind == DISK_OP_RENAME ? op->old_name : op->name;
    bool loses = !is_certain(cut, op) && cut->loss != DISK_LOSE_NONE && loses_names && (cut->loss == DISK_LOSE_ALL || even(cut));
    loses = loses || lost[op->name] || lost[other];
    lost[op->name] = lost[other] = loses;
    if (loses)
        return;
    image->names[other].before = DISK_NO_INODE;
    image->names[op->name].before = op->kind == DISK_OP_UNLINK ? DISK_NO_INODE : (int)op->inode;
}

static void redo(struct cut *cut, struct disk *image)
{
    bool lost[DISK_NAMES_MAX] = {0};
    bool loses_names = random_below(&cut->random, 4) > 0;
    for (size_t i = 0; i < cut->n_ops; i++) {
        const struct disk_op *op = &cut->disk->ops[i];
        struct disk_content *content = &image->inodes[op->inode].before;
        if (op->kind == DISK_OP_WRITE)
            redo_write(cut, content, i);
        else if (op->kind == DISK_OP_TRUNCATE)
            redo_truncation(cut, content, op);
        else if (op->kind == DISK_OP_CREATE || op->kind == DISK_OP_UNLINK || op->kind == DISK_OP_RENAME)
            redo_name(cut, image, op, lost, loses_names);
    }
}

static struct disk_content copy(const struct disk_content *content)
{
    struct disk_content ret = {0};
    disk_content_write(&ret, content->data, content->size, 0);
    return ret;
}

struct disk *disk_image(const struct disk *disk, size_t n_ops, enum disk_loss loss, uint64_t seed)
{
    assert(n_ops <= disk->n_ops && disk->n_inodes > 0);
    struct cut cut = {.disk = disk, .n_ops = n_ops, .last_write = DISK_NEVER, .loss = loss, .random = seed};
    for (size_t i = n_ops; i-- > 0 && cut.last_write == DISK_NEVER;) {
        if (disk->ops[i].kind == DISK_OP_WRITE && !is_certain(&cut, &disk->ops[i]))
            cut.last_write = i;
    }
    struct disk *image = disk_new(seed);
    memcpy(image->names, disk->names, sizeof image->names);
    image->n_names = disk->n_names;
    for (unsigned i = 0; i < disk->n_inodes; i++) {
        unsigned inode = disk_inode_new(image);
        image->inodes[inode].before = copy(&disk->inodes[i].before);
    }
    redo(&cut, image);
    for (unsigned i = 0; i < image->n_inodes; i++)
        image->inodes[i].now = copy(&image->inodes[i].before);
    for (unsigned i = 0; i < image->n_names; i++)
        image->names[i].now = image->names[i].before;
    return image;
}

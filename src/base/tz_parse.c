/* TZif, RFC 9636, 3. */
#include "base/tz_impl.h"

#define HEADER_SIZE 44
#define TYPE_SIZE   6
#define MAX_FILE    ((size_t)1 << 20)   /* the largest in the database has 4 kB */

struct header {
    unsigned char version;   /* 0, or '2' and up */
    size_t isut, isstd, leap, time, type, chars;
};

/* One data block, cut into its arrays. */
struct block {
    size_t time_size;        /* 4 in version 1, 8 later */
    const unsigned char *times, *type_of_time, *types, *chars;
};

static uint64_t read_big_endian(const unsigned char *bytes, size_t size)
{
    uint64_t number = 0;
    for (size_t i = 0; i < size; i++)
        number = number << 8 | bytes[i];
    return number;
}

static int64_t read_time(const unsigned char *bytes, size_t size)
{
    uint64_t number = read_big_endian(bytes, size);
    return size == 4 ? (int32_t)(uint32_t)number : (int64_t)number;
}

/* No count may be larger than the file, so that sums of products of them stay far from overflowing. */
static bool read_header(const unsigned char *bytes, size_t len, struct header *ret)
{
    if (len < HEADER_SIZE || memcmp(bytes, "TZif", 4) != 0)
        return false;
    *ret = (struct header){.version = bytes[4]};
    size_t *const counts[] = {&ret->isut, &ret->isstd, &ret->leap, &ret->time, &ret->type, &ret->chars};
    for (size_t i = 0; i < N_ELEMENTS(counts); i++) {
        *counts[i] = (size_t)read_big_endian(bytes + 20 + 4 * i, 4);
        if (*counts[i] > len)
            return false;
    }
    return ret->version == 0 || ret->version >= '2';
}


static size_t block_size(const struct header *header, size_t time_size)
{
    return header->time * (time_size + 1) + header->type * TYPE_SIZE + header->chars + header->leap * (time_size + 4)
        + header->isstd + header->isut;
}

static struct block cut_block(const unsigned char *bytes, const struct header *header, size_t time_size)
{
    struct block block = {.time_size = time_size, .times = bytes};
    block.type_of_time = block.times + header->time * time_size;
    block.types = block.type_of_time + header->time;
    block.chars = block.types + header->type * TYPE_SIZE;
    return block;
}

/* An abbreviation is an index into the characters; the last of those is NUL, so that none runs out of them. */
static enum err read_types(struct tz *tz, const struct block *block, const struct header *header)
{
    if (header->type == 0 || header->type > 256 || header->chars == 0 || block->chars[header->chars - 1] != '\0')
        return ERR_CORRUPT;
    tz->types = header->type;
    tz->type = NEW_ARRAY(struct tz_type, tz->types);
    tz->names = mem_dup(block->chars, header->chars);
    for (size_t i = 0; i < tz->types; i++) {
        const unsigned char *bytes = block->types + i * TYPE_SIZE;
        int64_t offset_sec = read_time(bytes, 4);
        if (offset_sec < -TZ_MAX_OFFSET_SEC || offset_sec > TZ_MAX_OFFSET_SEC || bytes[4] > 1 || bytes[5] >= header->chars)
            return ERR_CORRUPT;
        tz->type[i] = (struct tz_type){.offset_sec = (int32_t)offset_sec, .abbreviation = tz->names + bytes[5]};
    }
    return ERR_OK;
}

static enum err read_transitions(struct tz *tz, const struct block *block, const struct header *header)
{
    tz->transitions = header->time;
    tz->transition_sec = NEW_ARRAY(int64_t, tz->transitions);
    tz->transition_type = mem_dup(block->type_of_time, tz->transitions);
    for (size_t i = 0; i < tz->transitions; i++) {
        tz->transition_sec[i] = read_time(block->times + i * block->time_size, block->time_size);
        if (tz->transition_type[i] >= tz->types || (i > 0 && tz->transition_sec[i] <= tz->transition_sec[i - 1]))
            return ERR_CORRUPT;
    }
    return ERR_OK;
}

static enum err read_block(struct tz *tz, const unsigned char *bytes, const struct header *header, size_t time_size)
{
    if (header->leap > 0)
        return ERR_UNSUPPORTED;
    if ((header->isut && header->isut != header->type) || (header->isstd && header->isstd != header->type))
        return ERR_CORRUPT;
    struct block block = cut_block(bytes, header, time_size);
    enum err err = read_types(tz, &block, header);
    return err ? err : read_transitions(tz, &block, header);
}

/* A line feed, the rule or nothing, a line feed. */
static enum err read_footer(struct tz *tz, const unsigned char *bytes, size_t len)
{
    if (len < 2 || bytes[0] != '\n')
        return ERR_CORRUPT;
    const char *rule = (const char *)bytes + 1;
    const char *end = memchr(rule, '\n', len - 1);
    if (!end)
        return ERR_CORRUPT;
    tz->has_rule = end > rule;
    return tz->has_rule ? tz_rule_parse(rule, (size_t)(end - rule), tz->rule_names, &tz->rule) : ERR_OK;
}

/* From version 2 on, the whole of a version 1 file comes first, for old readers; it is skipped. */
static enum err read_file(struct tz *tz, const unsigned char *bytes, size_t len)
{
    struct header header;
    if (!read_header(bytes, len, &header) || block_size(&header, 4) > len - HEADER_SIZE)
        return ERR_CORRUPT;
    if (header.version == 0)
        return read_block(tz, bytes + HEADER_SIZE, &header, 4);
    size_t skip = HEADER_SIZE + block_size(&header, 4);
    bytes += skip;
    len -= skip;
    if (!read_header(bytes, len, &header) || header.version == 0 || block_size(&header, 8) > len - HEADER_SIZE)
        return ERR_CORRUPT;
    skip = HEADER_SIZE + block_size(&header, 8);
    enum err err = read_block(tz, bytes + HEADER_SIZE, &header, 8);
    return err ? err : read_footer(tz, bytes + skip, len - skip);
}

enum err tz_parse(const void *bytes, size_t len, struct tz **ret)
{
    if (len > MAX_FILE)
        return ERR_CORRUPT;
    CLEANUP(tz_free) struct tz *tz = NEW(struct tz);
    enum err err = read_file(tz, bytes, len);
    if (!err)
        *ret = TAKE(tz);
    return err;
}

#include "base/buf.h"

#include <assert.h>

#define SMALLEST ((size_t)32)

void buf_grow(struct buf *buf, size_t len)
{
    size_t needed;
    if (__builtin_add_overflow(buf->len, len, &needed) || __builtin_add_overflow(needed, 1, &needed))
        needed = SIZE_MAX;   /* which no allocator has: mem_realloc() ends the program */
    if (needed <= buf->cap)
        return;
    size_t cap = buf->cap < SMALLEST ? SMALLEST : buf->cap;
    while (cap < needed)
        cap = cap > SIZE_MAX / 2 ? SIZE_MAX : cap * 2;
    buf->data = mem_realloc(buf->data, cap);
    buf->cap = cap;
}

void buf_done(struct buf *buf)
{
    if (!buf)
        return;
    free(buf->data);
    *buf = (struct buf){0};
}

void buf_clear(struct buf *buf)
{
    buf_cut(buf, 0);
}

void buf_add_u64(struct buf *buf, uint64_t number)
{
    buf_add_padded(buf, number, 1);
}

void buf_add_padded(struct buf *buf, uint64_t number, unsigned width)
{
    char digits[20];   /* UINT64_MAX has 20 */
    size_t used = 0;
    do {
        digits[sizeof digits - ++used] = (char)('0' + number % 10);
        number /= 10;
    } while (number);
    for (size_t n = used; n < width; n++)
        buf_add_char(buf, '0');
    buf_add(buf, digits + sizeof digits - used, used);
}

/* The room is cleared, so that whatever part of it the caller fills, a NUL follows. */
char *buf_reserve(struct buf *buf, size_t len)
{
    buf_grow(buf, len);
    memset(buf->data + buf->len, 0, len + 1);
    return buf->data + buf->len;
}

void buf_cut(struct buf *buf, size_t len)
{
    assert(len <= buf->len);
    buf->len = len;
    if (buf->data)
        buf->data[len] = '\0';
}

const char *buf_text(const struct buf *buf)
{
    return buf->data ? buf->data : "";
}

char *buf_take(struct buf *buf)
{
    char *text = buf->data ? buf->data : mem_strdup("");
    *buf = (struct buf){0};
    return text;
}

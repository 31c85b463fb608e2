/* A growable run of bytes, always followed by a NUL that does not count. It is a value: `struct buf b = {0};` is an empty
 * one; buf_done() gives its memory back. Nothing here is domain knowledge. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/mem.h"

struct buf {
    char *data;   /* NULL while nothing was ever added; use buf_text() where a string is wanted */
    size_t len;
    size_t cap;
};

void buf_done(struct buf *buf);             /* accepts NULL; leaves an empty buf */
void buf_clear(struct buf *buf);            /* empties, keeps the memory */
void buf_grow(struct buf *buf, size_t len);   /* makes room for len more bytes and the NUL; adds nothing */
static inline void buf_add(struct buf *buf, const void *bytes, size_t len);
static inline void buf_add_text(struct buf *buf, const char *text);
static inline void buf_add_char(struct buf *buf, char c);
void buf_add_u64(struct buf *buf, uint64_t number);                         /* decimal; no stdio, so the engine may */
void buf_add_padded(struct buf *buf, uint64_t number, unsigned width);      /* decimal, zero-padded to width */
void buf_printf(struct buf *buf, const char *format, ...) PRINTF(2, 3);     /* stdio: in a file of its own (buf_printf.c), not
                                                                               for the engine */
void buf_vprintf(struct buf *buf, const char *format, va_list args) PRINTF(2, 0);
char *buf_reserve(struct buf *buf, size_t len);   /* room for len more bytes at the end; the caller adds to len what it wrote */
void buf_cut(struct buf *buf, size_t len);        /* shorten to len, which is <= buf->len */
const char *buf_text(const struct buf *buf);      /* never NULL; borrowed until the next change */
char *buf_take(struct buf *buf);                  /* the string, for free(); leaves an empty buf */

/* Texts are made of many small pieces, nearly all of which find room: these are worth having inline. */
static inline void buf_add(struct buf *buf, const void *bytes, size_t len)
{
    if (len >= buf->cap - buf->len)      /* len <= cap always; and room for the NUL */
        buf_grow(buf, len);
    if (len)
        memcpy(buf->data + buf->len, bytes, len);
    buf->len += len;
    buf->data[buf->len] = '\0';
}

static inline void buf_add_text(struct buf *buf, const char *text) { buf_add(buf, text, strlen(text)); }

static inline void buf_add_char(struct buf *buf, char c)
{
    if (buf->cap - buf->len < 2)
        buf_grow(buf, 1);
    buf->data[buf->len++] = c;
    buf->data[buf->len] = '\0';
}

static inline void buf_done_cleanup(struct buf *buf) { buf_done(buf); }
#define CLEANUP_BUF __attribute__((cleanup(buf_done_cleanup)))

#endif

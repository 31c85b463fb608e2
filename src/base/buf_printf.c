/* Apart from buf.c, so that what never formats (the engine) does not link stdio. */
#include <assert.h>
#include <stdio.h>

#include "base/buf.h"

void buf_vprintf(struct buf *buf, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, again);
    va_end(again);
    assert(len >= 0);   /* fails for a wide character in a bad locale alone, and nothing here prints those */
    char *room = buf_reserve(buf, (size_t)len);
    vsnprintf(room, (size_t)len + 1, format, args);
    buf->len += (size_t)len;
}

void buf_printf(struct buf *buf, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    buf_vprintf(buf, format, args);
    va_end(args);
}

#include "base/err.h"

#include <stddef.h>

#include "base/mem.h"

static const char *const texts[] = {
    [ERR_OK]          = "no error",
    [ERR_IO]          = "reading or writing failed",
    [ERR_NOSPACE]     = "the disk is full",
    [ERR_SYNTAX]      = "it does not follow its grammar",
    [ERR_RANGE]       = "outside what is allowed",
    [ERR_TOO_BIG]     = "too long",
    [ERR_NOT_FOUND]   = "not found",
    [ERR_EXISTS]      = "it exists already",
    [ERR_LOCKED]      = "somebody else holds it",
    [ERR_NEWER]       = "written by a newer version",
    [ERR_CORRUPT]     = "the data is damaged",
    [ERR_DENIED]      = "permission denied",
    [ERR_TIMEOUT]     = "timed out",
    [ERR_BUSY]        = "too much at once",
    [ERR_UNSUPPORTED] = "not supported",
    [ERR_CONFIG]      = "the configuration has errors",
};
_Static_assert(N_ELEMENTS(texts) == ERR_COUNT, "each error has a text");

const char *err_text(enum err err)
{
    const char *text = (size_t)err < N_ELEMENTS(texts) ? texts[err] : NULL;
    return text ? text : "unknown error";
}

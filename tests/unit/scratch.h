/* A directory for a test's files: below TMPDIR, which tests/run sets to a file system in memory, or else /tmp. */
#ifndef TESTS_SCRATCH_H
#define TESTS_SCRATCH_H

#include <assert.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

static inline void scratch_make(char *ret, size_t size, const char *name)
{
    const char *below = getenv("TMPDIR");
    int len = snprintf(ret, size, "%s/%s.XXXXXX", below && *below ? below : "/tmp", name);
    assert(len > 0 && (size_t)len < size);
    char *made = mkdtemp(ret);
    assert(made);
}

#endif

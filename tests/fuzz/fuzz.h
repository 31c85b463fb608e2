/* What fuzz targets share. A target is a file that defines LLVMFuzzerTestOneInput(): libFuzzer calls it with bytes of its own making, and
 * replay.c with those of the files in corpus/ and crashes/. It looks at the same bytes the same way each time, and keeps nothing from one
 * call to the next that could change what happens. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "config/config.h"
#include "engine/engine.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* A property that does not hold ends the program, as a crash does. */
#define HOLDS(condition, ...)                                                                                            \
    do {                                                                                                                 \
        if (!(condition))                                                                                                \
            fuzz_fail(__FILE__, __LINE__, #condition, " " __VA_ARGS__);                                                   \
    } while (0)
void fuzz_fail(const char *file, int line, const char *condition, const char *format, ...) PRINTF(4, 5) __attribute__((noreturn));

/* The input as a stream: past its end there are zeros, and empty lines. */
struct fuzz_input {
    const uint8_t *at, *end;
};
size_t fuzz_left(const struct fuzz_input *input);
uint8_t fuzz_u8(struct fuzz_input *input);
uint64_t fuzz_number(struct fuzz_input *input, unsigned n_bytes);           /* little-endian */
const uint8_t *fuzz_bytes(struct fuzz_input *input, size_t max, size_t *ret_len);      /* at most so many */
/* The next line without its line feed, NUL behind it (into `ret`, emptied first). A NUL of the input stays in it. */
void fuzz_line(struct fuzz_input *input, struct buf *ret);

/* Seeded with its userdata, a uint64_t. */
void fuzz_random(void *userdata, void *bytes, size_t len);

#define FUZZ_NOW_USEC (INT64_C(1795313520) * 1000000)       /* 2026-11-22 03:12 in Stockholm */

/* plan/, read once; it holds a gateway of each preset. */
const struct config *fuzz_config(void);

bool fuzz_is_clean(const char *text, size_t len, bool block);       /* UTF-8 without control characters; a block may have line feeds */
bool fuzz_is_number(const char *text);                              /* E.164 with its plus */

#endif

/* What can go wrong, as one enum for the whole program.
 *
 * A function that can fail for a reason outside the program returns `enum err` and is WARN_UNUSED; it does not log.
 * Whoever decides what a failure means logs it, once. Broken invariants are assertions, not errors. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#define WARN_UNUSED __attribute__((warn_unused_result))
#define PRINTF(format_index, args_index) __attribute__((format(printf, format_index, args_index)))

enum err {
    ERR_OK = 0,
    ERR_IO,          /* the disk or a descriptor failed: errno-like trouble below us */
    ERR_NOSPACE,     /* the disk is full */
    ERR_SYNTAX,      /* input that does not follow its grammar */
    ERR_RANGE,       /* well-formed, but outside what is allowed */
    ERR_TOO_BIG,     /* longer than its bound */
    ERR_NOT_FOUND,
    ERR_EXISTS,
    ERR_LOCKED,      /* somebody else holds it */
    ERR_NEWER,       /* written by a newer version than this one */
    ERR_CORRUPT,     /* data of our own that does not read back */
    ERR_DENIED,
    ERR_TIMEOUT,
    ERR_BUSY,        /* a bound was reached; try again later */
    ERR_UNSUPPORTED,
    ERR_CONFIG,      /* the configuration has errors; they have been reported one by one */
    ERR_COUNT
};

/* A short English phrase without a full stop, as "the disk is full". Never NULL. */
const char *err_text(enum err err);

#endif

/* A log in a directory of its own, and store.h's calls made to wait for their answer. For the store's tests. */
#ifndef TESTS_UNIT_STORE_FIXTURE_H
#define TESTS_UNIT_STORE_FIXTURE_H

#include <check.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "store/store.h"

struct fixture {
    char dir[64];
    struct store *store;          /* NULL: not open */
};

struct fixture fixture_new(void);                          /* an empty directory; the store is not open */
void fixture_done(struct fixture *f);                      /* closes, and removes the directory */
void fixture_open(struct fixture *f);                      /* must succeed */
void fixture_close(struct fixture *f);
void fixture_reopen(struct fixture *f);
enum err fixture_try_open(struct fixture *f, bool read_only);   /* leaves the store open on ERR_OK */
bool fixture_exists(const struct fixture *f, const char *name);
char *fixture_path(const struct fixture *f, const char *name);
size_t fixture_n_files(const struct fixture *f);
void fixture_sql(const struct fixture *f, const char *name, const char *sql);     /* with the log's triggers dropped; the store must be closed */
int fixture_sql_code(const struct fixture *f, const char *name, const char *sql); /* with them in place; SQLite's answer */

/* Appends n records of "INCIDENT MARK PAYLOAD" lines: "7 opens larm", MARK one of -, opens, closes, settles. The kind is the number of the line, from 1. */
enum err fixture_append(struct fixture *f, const char *lines);
void fixture_append_many(struct fixture *f, size_t n, size_t payload_len);        /* of incident 1; must succeed */
enum err fixture_try_append_many(struct fixture *f, size_t n, size_t payload_len);
enum err fixture_recover(struct fixture *f);
struct store_verdict fixture_verify(struct fixture *f, enum err *ret_err);
void fixture_assert_whole(struct fixture *f);

/* What a call gave, one line each, as "1:7 larm;2:0 x;" (SEQ:INCIDENT PAYLOAD). Borrowed until the next of these calls. */
const char *fixture_read(struct fixture *f, uint64_t incident, uint64_t after_seq, size_t limit);
const char *fixture_replay(struct fixture *f);
const char *fixture_replay_house(struct fixture *f, uint8_t kind, size_t limit);
const char *fixture_list(struct fixture *f, enum store_listing listing, uint64_t after_seq, size_t limit);   /* "7@1;" INCIDENT@FIRST */

void fixture_wait(struct fixture *f, const bool *done);    /* dispatches until it is set */

#endif

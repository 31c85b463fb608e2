/* What the check programs share: how one ends. */
#ifndef TESTS_UNIT_UNIT_H
#define TESTS_UNIT_UNIT_H

#include <check.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

/* Runs the suite and gives main() its result. Tests are forked unless CK_FORK=no (for debuggers and valgrind). */
static inline int unit_run(Suite *suite)
{
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* A generator with a seed of its own, so that a failure repeats (xorshift64*). */
static inline uint64_t unit_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(0x2545F4914F6CDD1D);
}

/* Under valgrind, where everything takes fifty times as long, what only repeats is repeated less: UNIT_FEW is set. */
static inline bool unit_few(void)
{
    return getenv("UNIT_FEW") != NULL;
}

/* For inner loops: check notes each ck_assert that passes in a file, which takes a microsecond or ten. */
#define EXPECT(condition)                   \
    do {                                    \
        if (!(condition))                   \
            ck_abort_msg("%s", #condition); \
    } while (0)
#define EXPECT_MSG(condition, ...)          \
    do {                                    \
        if (!(condition))                   \
            ck_abort_msg(__VA_ARGS__);      \
    } while (0)

#endif

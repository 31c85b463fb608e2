/* libcheck's words, as far as the API's fixture says them: in a fuzz target there is no runner that could hear of a failure. */
#ifndef TESTS_FUZZ_CHECK_CHECK_H
#define TESTS_FUZZ_CHECK_CHECK_H

#include <string.h>

#include "../fuzz.h"

#define ck_assert(condition)          HOLDS(condition)
#define ck_assert_msg(condition, ...) HOLDS(condition, __VA_ARGS__)
#define ck_assert_int_eq(a, b)        HOLDS((a) == (b))
#define ck_assert_int_ge(a, b)        HOLDS((a) >= (b))
#define ck_assert_uint_lt(a, b)       HOLDS((a) < (b))
#define ck_assert_uint_le(a, b)       HOLDS((a) <= (b))
#define ck_assert_uint_ge(a, b)       HOLDS((a) >= (b))
#define ck_assert_str_eq(a, b)        HOLDS(strcmp((a), (b)) == 0)
#define ck_assert_ptr_nonnull(a)      HOLDS((a) != NULL)
#define ck_assert_ptr_null(a)         HOLDS((a) == NULL)
#define ck_abort_msg(...)             fuzz_fail(__FILE__, __LINE__, "", __VA_ARGS__)

#endif

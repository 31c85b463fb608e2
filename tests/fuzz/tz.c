/* A zone file.
 *
 *  - Offsets stay within what is allowed, and abbreviations are there.
 *  - Whatever local time an instant shows, the instant lies between its first reading (a beginning) and its last (an end).
 *  - The POSIX rule alone: what is read has changes that only go forward. */
#include "base/tz.h"

#include "base/tz_impl.h"
#include "fuzz.h"

static void look_at(const struct tz *tz, int64_t sec)
{
    struct civil local;
    int64_t usec = sec * USEC_PER_SEC;
    int32_t offset = tz_offset(tz, usec);
    HOLDS(offset >= -TZ_MAX_OFFSET_SEC && offset <= TZ_MAX_OFFSET_SEC, "%d", (int)offset);
    HOLDS(tz_abbreviation(tz, usec));
    tz_to_local(tz, usec, &local);
    HOLDS(civil_valid(&local));
    HOLDS(civil_to_sec(&local) == sec + offset);
    int64_t begin_usec = tz_from_local(tz, &local, TZ_BEGIN), end_usec = tz_from_local(tz, &local, TZ_END);
    HOLDS(begin_usec <= usec && usec <= end_usec, "%lld: %lld to %lld", (long long)sec, (long long)begin_usec / 1000000,
          (long long)end_usec / 1000000);
}

static void look_around(const struct tz *tz, int64_t sec)
{
    static const int64_t beside[] = {-90000, -3600, -1, 0, 1, 3600, 90000};
    for (size_t i = 0; i < N_ELEMENTS(beside); i++)
        if (sec + beside[i] > -INT64_C(60000000000) && sec + beside[i] < INT64_C(200000000000))     /* years 70 to 8307 */
            look_at(tz, sec + beside[i]);
}

static void read_rule(const struct fuzz_input *input)
{
    char names[2][TZ_NAME_SIZE];
    struct tz_rule rule;
    if (tz_rule_parse((const char *)input->at, fuzz_left(input), names, &rule) != ERR_OK)
        return;
    int64_t sec = INT64_C(1700000000);
    for (int i = 0; i < 20; i++) {
        int64_t next = tz_rule_next(&rule, sec);
        HOLDS(next > sec);
        HOLDS(tz_rule_at(&rule, sec));
        if (next == INT64_MAX)
            break;
        sec = next;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct fuzz_input input = {bytes, bytes + len};
    CLEANUP(tz_free) struct tz *tz = NULL;
    read_rule(&input);
    if (tz_parse(bytes, len, &tz) != ERR_OK)
        return 0;
    static const int64_t instants[] = {0, INT64_C(1795313520), INT64_C(4102444800), INT64_C(-2208988800), INT64_C(1774749600), INT64_C(1792893600)};
    for (size_t i = 0; i < N_ELEMENTS(instants); i++)
        look_around(tz, instants[i]);
    for (size_t i = 0; i < tz->transitions && i < 50; i++)
        look_around(tz, tz->transition_sec[i]);
    return 0;
}

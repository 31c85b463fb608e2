#include <assert.h>

#include "base/tz_impl.h"

/* 27 hours. No local time is further than this from UTC; a little more than TZ_MAX_OFFSET_SEC, so that ends need no thought. */
#define REACH_SEC INT64_C(97200)

struct tz *tz_new_utc(void)
{
    struct tz *tz = NEW(struct tz);
    tz->names = mem_strdup("UTC");
    tz->types = 1;
    tz->type = NEW_ARRAY(struct tz_type, 1);
    tz->type[0] = (struct tz_type){.abbreviation = tz->names};
    return tz;
}

void tz_free(struct tz *tz)
{
    if (!tz)
        return;
    free(tz->transition_sec);
    free(tz->transition_type);
    free(tz->type);
    free(tz->names);
    free(tz);
}

/* How many transitions are at sec or before it. */
static size_t transitions_until(const struct tz *tz, int64_t sec)
{
    size_t low = 0, high = tz->transitions;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (tz->transition_sec[middle] <= sec)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static const struct tz_type *type_at(const struct tz *tz, int64_t sec)
{
    size_t passed = transitions_until(tz, sec);
    if (passed == tz->transitions && tz->has_rule)
        return tz_rule_at(&tz->rule, sec);
    return &tz->type[passed ? tz->transition_type[passed - 1] : 0];
}

/* The first change after sec; INT64_MAX: none. */
static int64_t next_change(const struct tz *tz, int64_t sec)
{
    size_t passed = transitions_until(tz, sec);
    if (passed < tz->transitions)
        return tz->transition_sec[passed];
    return tz->has_rule ? tz_rule_next(&tz->rule, sec) : INT64_MAX;
}

static int64_t whole_seconds(int64_t usec)
{
    return usec / USEC_PER_SEC - (usec % USEC_PER_SEC < 0);
}

int32_t tz_offset(const struct tz *tz, int64_t utc_usec)
{
    return type_at(tz, whole_seconds(utc_usec))->offset_sec;
}

const char *tz_abbreviation(const struct tz *tz, int64_t utc_usec)
{
    return type_at(tz, whole_seconds(utc_usec))->abbreviation;
}

void tz_to_local(const struct tz *tz, int64_t utc_usec, struct civil *ret)
{
    int64_t sec = whole_seconds(utc_usec);
    civil_from_sec(sec + type_at(tz, sec)->offset_sec, ret);
    int of_second = (int)(utc_usec % USEC_PER_SEC);
    ret->usec = of_second < 0 ? of_second + (int)USEC_PER_SEC : of_second;
}

/* Walks over the stretches of unchanging offset that can hold the reading, and looks for it in each. */
int64_t tz_from_local(const struct tz *tz, const struct civil *local, enum tz_edge edge)
{
    assert(civil_valid(local));
    int64_t local_sec = civil_to_sec(local);
    int64_t found = INT64_MIN, after_gap = INT64_MIN;
    for (int64_t begin = local_sec - REACH_SEC, end; begin <= local_sec + REACH_SEC; begin = end) {
        end = next_change(tz, begin);
        int64_t offset_sec = type_at(tz, begin)->offset_sec;
        int64_t sec = local_sec - offset_sec;
        if (sec >= begin && sec < end && (found == INT64_MIN || edge == TZ_END))
            found = sec;
        if (after_gap == INT64_MIN && begin + offset_sec > local_sec)
            after_gap = begin;
    }
    if (found != INT64_MIN)
        return found * USEC_PER_SEC + local->usec;
    assert(after_gap != INT64_MIN);   /* the reading was behind at the walk's beginning and is ahead at its end */
    return after_gap * USEC_PER_SEC;
}

bool tz_name_valid(const char *name)
{
    size_t len = 0;
    for (; name[len]; len++) {
        char c = name[len];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        bool other = (c >= '0' && c <= '9') || c == '_' || c == '+' || c == '-';
        bool slash = c == '/' && len > 0 && name[len - 1] != '/' && name[len + 1] != '\0';
        if (len == 255 || !(letter || other || slash))
            return false;
    }
    return len > 0;
}

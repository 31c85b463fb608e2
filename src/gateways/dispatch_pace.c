#include "gateways/dispatch_pace.h"

#include <assert.h>

#include "base/mem.h"

void pace_done(struct pace *pace)
{
    free(pace->left_usec);
    *pace = (struct pace){ 0 };
}

void pace_set(struct pace *pace, size_t rate, int64_t length_usec)
{
    struct pace next = { .rate = rate, .length_usec = length_usec };
    if (rate == pace->rate && length_usec == pace->length_usec)
        return;
    if (rate > 0) {
        next.left_usec = mem_realloc_array(NULL, rate, sizeof *next.left_usec);
        for (size_t i = 0; i < rate; i++)
            next.left_usec[i] = INT64_MIN;
    }
    size_t keep = rate < pace->rate ? rate : pace->rate;
    for (size_t i = 0; i < keep; i++)      /* the youngest, oldest first, at the ring's end */
        next.left_usec[rate - keep + i] = pace->left_usec[(pace->at + pace->rate - keep + i) % pace->rate];
    pace_done(pace);
    *pace = next;
}

void pace_take(struct pace *pace, int64_t now_usec)
{
    if (pace->rate == 0)
        return;
    assert(pace_next_usec(pace, now_usec) <= now_usec);
    pace->left_usec[pace->at] = now_usec;
    pace->at = (pace->at + 1) % pace->rate;
}

int64_t pace_next_usec(const struct pace *pace, int64_t now_usec)
{
    if (pace->rate == 0 || pace->left_usec[pace->at] == INT64_MIN)
        return now_usec;
    return pace->left_usec[pace->at] + pace->length_usec;
}

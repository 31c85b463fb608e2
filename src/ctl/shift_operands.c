#include "ctl/shift_operands.h"

#include <string.h>

#include "roster/roster_time.h"

enum { MAX_WORDS = 4 };

void shift_operands_done(struct shift_operands *operands)
{
    buf_done(&operands->from);
    buf_done(&operands->to);
}

static void join(struct buf *buf, char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        buf_printf(buf, "%s%s", i ? " " : "", words[i]);
}

static bool is_pair(char *const *words)
{
    return roster_time_is_day(words[0]) && roster_time_is_clock(words[1]);
}

/* With three words either time may be the one of two; a day with its time is taken together from the front. */
static size_t words_of_first(char *const *words, size_t n)
{
    if (n == 3)
        return is_pair(words) ? 2 : 1;
    return n / 2;
}

bool shift_operands_read(struct shift_operands *operands, const struct args *args)
{
    char *words[MAX_WORDS];
    size_t n = 0;
    if (args->n_operands < 4)
        return false;
    for (size_t i = 1; i + 1 < args->n_operands; i++) {
        if (strcmp(args->operands[i], "/") == 0)
            continue;
        if (n == MAX_WORDS)
            return false;
        words[n++] = args->operands[i];
    }
    if (n < 2)
        return false;
    size_t first = words_of_first(words, n);
    operands->role = args->operands[0];
    operands->person = args->operands[args->n_operands - 1];
    join(&operands->from, words, first);
    join(&operands->to, words + first, n - first);
    return true;
}

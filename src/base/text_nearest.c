#include "base/mem.h"
#include "base/text.h"
#include "base/text_fold.h"

#define LONGEST 64   /* characters; no name that people type is longer, and the table grows with the square */

struct word {
    uint32_t characters[LONGEST];
    size_t len;
};

static bool read_word(struct word *word, const char *text)
{
    size_t size = strlen(text), i = 0;
    for (word->len = 0; i < size && word->len < LONGEST; word->len++)
        word->characters[word->len] = text_fold(text_utf8_next(text, size, &i));
    return i == size && word->len > 0;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Optimal string alignment: insertions, deletions, replacements and swaps of neighbours, by rows; the two before are kept. */
static size_t distance(const struct word *a, const struct word *b)
{
    size_t rows[3][LONGEST + 1];
    size_t *row = rows[0], *above = rows[1], *above2 = rows[2];
    for (size_t j = 0; j <= b->len; j++)
        row[j] = j;
    for (size_t i = 1; i <= a->len; i++) {
        size_t *oldest = above2;
        above2 = above;
        above = row;
        row = oldest;
        row[0] = i;
        for (size_t j = 1; j <= b->len; j++) {
            bool same = a->characters[i - 1] == b->characters[j - 1];
            row[j] = least(least(above[j], row[j - 1]) + 1, above[j - 1] + !same);
            if (i > 1 && j > 1 && a->characters[i - 1] == b->characters[j - 2] && a->characters[i - 2] == b->characters[j - 1])
                row[j] = least(row[j], above2[j - 2] + 1);
        }
    }
    return row[b->len];
}

static bool is_near(const struct word *a, const struct word *b, size_t apart)
{
    size_t shorter = least(a->len, b->len), longer = a->len + b->len - shorter;
    return apart * 3 <= longer || memcmp(a->characters, b->characters, shorter * sizeof a->characters[0]) == 0;
}

const char *text_nearest(const char *typed, const char *const *candidates, size_t n)
{
    struct word wanted, candidate;
    if (!read_word(&wanted, typed))
        return NULL;
    const char *nearest = NULL;
    size_t least_apart = SIZE_MAX;
    for (size_t i = 0; i < n; i++) {
        if (!read_word(&candidate, candidates[i]))
            continue;
        size_t apart = distance(&wanted, &candidate);
        if (apart < least_apart && is_near(&wanted, &candidate, apart)) {
            nearest = candidates[i];
            least_apart = apart;
        }
    }
    return nearest;
}

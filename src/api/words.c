#include "api/words.h"

#include <string.h>

#include "base/civil.h"

static const char *const month_names[][12] = {
    [LANGUAGE_SV] = { "jan", "feb", "mars", "apr", "maj", "juni", "juli", "aug", "sep", "okt", "nov", "dec" },
    [LANGUAGE_EN] = { "Jan", "Feb", "Mar", "Apr", "May", "June", "July", "Aug", "Sep", "Oct", "Nov", "Dec" },
};

void words_add_time(struct buf *buf, const struct tz *tz, int64_t wall_usec, int64_t now_usec, enum language language)
{
    struct civil then, now;
    tz_to_local(tz, wall_usec, &then);
    tz_to_local(tz, now_usec, &now);
    if (then.year != now.year || then.month != now.month || then.day != now.day) {
        buf_add_u64(buf, (uint64_t)then.day);
        buf_add_char(buf, ' ');
        buf_add_text(buf, month_names[language][then.month - 1]);
        buf_add_char(buf, ' ');
    }
    buf_add_padded(buf, (uint64_t)then.hour, 2);
    buf_add_char(buf, ':');
    buf_add_padded(buf, (uint64_t)then.minute, 2);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Copies `len` bytes with all digits but the last `keep` as "*". */
static void add_masked(struct buf *buf, const char *text, size_t len, size_t keep)
{
    size_t left = 0;
    for (size_t i = 0; i < len; i++)
        left += is_digit(text[i]);
    for (size_t i = 0; i < len; i++) {
        bool mask = is_digit(text[i]) && left > keep;
        left -= is_digit(text[i]);
        if (mask)
            buf_add_char(buf, '*');
        else
            buf_add_char(buf, text[i]);
    }
}

void words_add_masked_address(struct buf *buf, const char *address)
{
    if (strchr(address, '@'))
        buf_add_text(buf, address);
    else
        add_masked(buf, address, strlen(address), 3);
}

/* The length of the run of digits at text[0], which is one; separators count only between digits. */
static size_t run_length(const char *text, size_t *ret_digits)
{
    size_t len = 0, digits = 0;
    for (size_t i = 0; text[i] && (is_digit(text[i]) || strchr(" -/()", text[i])); i++) {
        if (!is_digit(text[i]))
            continue;
        digits++;
        len = i + 1;
    }
    *ret_digits = digits;
    return len;
}

void words_add_masked_text(struct buf *buf, const char *text)
{
    while (*text) {
        if (!is_digit(*text)) {
            buf_add_char(buf, *text++);
            continue;
        }
        size_t digits;
        size_t len = run_length(text, &digits);
        if (digits >= 6)
            add_masked(buf, text, len, digits == 6 ? 0 : 3);
        else
            buf_add(buf, text, len);
        text += len;
    }
}

const char *words_person(const struct plan *plan, const char *id, const char *nobody)
{
    if (!id || !*id)
        return nobody;
    const struct person *person = plan_person(plan, id);
    return person ? person->name : id;
}

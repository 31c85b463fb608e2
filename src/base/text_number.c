#include "base/civil.h"
#include "base/text.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Digits up to *ret_end, at least one. */
static enum err read_digits(const char *text, uint64_t max, uint64_t *ret, const char **ret_end)
{
    if (!is_digit(*text))
        return ERR_SYNTAX;
    uint64_t number = 0;
    bool too_large = false;
    for (; is_digit(*text); text++) {
        uint64_t digit = (uint64_t)(*text - '0');
        too_large = too_large || digit > max || number > (max - digit) / 10;
        if (!too_large)
            number = number * 10 + digit;
    }
    *ret_end = text;
    if (too_large)
        return ERR_RANGE;
    *ret = number;
    return ERR_OK;
}

enum err text_to_u64(const char *text, uint64_t max, uint64_t *ret)
{
    const char *end;
    uint64_t number;
    enum err err = read_digits(text, max, &number, &end);
    if (err == ERR_SYNTAX || *end)
        return ERR_SYNTAX;
    if (!err)
        *ret = number;
    return err;
}

enum err text_to_decimal(const char *text, int64_t *ret)
{
    bool negative = *text == '-';
    uint64_t whole;
    enum err err = read_digits(text + negative, UINT64_C(1000000000000), &whole, &text);
    if (err)
        return err;
    if (*text == '.' && !is_digit(text[1]))
        return ERR_SYNTAX;
    text += *text == '.';
    int64_t number = (int64_t)whole;
    for (int i = 0; i < 4; i++)
        number = 10 * number + (is_digit(*text) ? *text++ - '0' : 0);
    while (is_digit(*text))
        text++;
    if (*text)
        return ERR_SYNTAX;
    *ret = negative ? -number : number;
    return ERR_OK;
}

/* The order in which text_add_duration() tries them. */
static const struct unit {
    const char *name;
    int64_t usec;
} units[] = {{"d", USEC_PER_DAY}, {"h", USEC_PER_HOUR}, {"m", USEC_PER_MIN}, {"s", USEC_PER_SEC}, {"ms", USEC_PER_MSEC},
    {"us", 1}};

static const struct unit *find_unit(char letter)
{
    for (const struct unit *unit = units; unit->usec >= USEC_PER_SEC; unit++)
        if (unit->name[0] == letter)
            return unit;
    return NULL;
}

enum err text_to_duration(const char *text, int64_t *ret_usec)
{
    const char *end;
    uint64_t number;
    enum err err = read_digits(text, 366 * USEC_PER_DAY / USEC_PER_SEC, &number, &end);
    if (err == ERR_SYNTAX)
        return err;
    const struct unit *unit = find_unit(*end);
    if (!unit || end[1])
        return ERR_SYNTAX;
    if (err || (int64_t)number > 366 * USEC_PER_DAY / unit->usec)
        return ERR_RANGE;
    *ret_usec = (int64_t)number * unit->usec;
    return ERR_OK;
}

void text_add_duration(struct buf *buf, int64_t usec)
{
    if (usec == 0) {
        buf_add_text(buf, "0m");
        return;
    }
    if (usec < 0)
        buf_add_char(buf, '-');
    const struct unit *unit = units;
    while (usec % unit->usec != 0)
        unit++;
    int64_t number = usec / unit->usec;
    buf_add_u64(buf, number < 0 ? 0 - (uint64_t)number : (uint64_t)number);
    buf_add_text(buf, unit->name);
}

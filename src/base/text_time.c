#include "base/civil.h"
#include "base/text.h"

void text_add_rfc3339(struct buf *buf, int64_t utc_usec)
{
    int64_t sec = utc_usec / USEC_PER_SEC, usec = utc_usec % USEC_PER_SEC;
    if (usec < 0) {
        sec--;
        usec += USEC_PER_SEC;
    }
    struct civil utc;
    civil_from_sec(sec, &utc);
    if (utc.year < 0)
        buf_add_char(buf, '-');
    const struct { int number; unsigned width; char after; } parts[] = {
        {utc.year < 0 ? -utc.year : utc.year, 4, '-'}, {utc.month, 2, '-'}, {utc.day, 2, 'T'},
        {utc.hour, 2, ':'}, {utc.minute, 2, ':'}, {utc.second, 2, '.'}, {(int)(usec / USEC_PER_MSEC), 3, 'Z'},
    };
    for (size_t i = 0; i < N_ELEMENTS(parts); i++) {
        buf_add_padded(buf, (uint64_t)parts[i].number, parts[i].width);
        buf_add_char(buf, parts[i].after);
    }
}

/* A reader that moves over the text; what it wants and does not find makes it stay where it is. */
static bool take_char(const char **at, char c)
{
    if (**at != c)
        return false;
    (*at)++;
    return true;
}

static bool take_letter(const char **at, char upper)
{
    return take_char(at, upper) || take_char(at, (char)(upper + 0x20));
}

static bool take_digit(const char **at, int *ret)
{
    if (**at < '0' || **at > '9')
        return false;
    *ret = *(*at)++ - '0';
    return true;
}

static bool take_number(const char **at, unsigned digits, int *ret)
{
    int digit;
    *ret = 0;
    while (digits-- > 0) {
        if (!take_digit(at, &digit))
            return false;
        *ret = *ret * 10 + digit;
    }
    return true;
}

/* What is finer than a microsecond is read and dropped. */
static bool take_fraction(const char **at, int *ret_usec)
{
    *ret_usec = 0;
    if (!take_char(at, '.'))
        return true;
    int digit, worth = (int)USEC_PER_SEC, digits = 0;
    for (; take_digit(at, &digit); digits++) {
        worth /= 10;
        *ret_usec += digit * worth;
    }
    return digits > 0;
}

/* Z, or a sign, hours and minutes; their bounds are the caller's. */
static bool take_offset(const char **at, int *ret_hours, int *ret_minutes, int *ret_sign)
{
    *ret_hours = *ret_minutes = *ret_sign = 0;
    if (take_letter(at, 'Z'))
        return true;
    if (take_char(at, '+'))
        *ret_sign = 1;
    else if (take_char(at, '-'))
        *ret_sign = -1;
    else
        return false;
    return take_number(at, 2, ret_hours) && take_char(at, ':') && take_number(at, 2, ret_minutes);
}

enum err text_from_rfc3339(const char *text, int64_t *ret_utc_usec)
{
    const char *at = text;
    struct civil local;
    int hours, minutes, sign;
    if (!(take_number(&at, 4, &local.year) && take_char(&at, '-') && take_number(&at, 2, &local.month)
          && take_char(&at, '-') && take_number(&at, 2, &local.day) && take_letter(&at, 'T')
          && take_number(&at, 2, &local.hour) && take_char(&at, ':') && take_number(&at, 2, &local.minute)
          && take_char(&at, ':') && take_number(&at, 2, &local.second) && take_fraction(&at, &local.usec)
          && take_offset(&at, &hours, &minutes, &sign) && *at == '\0'))
        return ERR_SYNTAX;
    if (!civil_valid(&local) || hours > 23 || minutes > 59)
        return ERR_RANGE;
    int64_t offset_sec = sign * (hours * INT64_C(3600) + minutes * INT64_C(60));
    *ret_utc_usec = (civil_to_sec(&local) - offset_sec) * USEC_PER_SEC + local.usec;
    return ERR_OK;
}

#include "ctl/days.h"

#include <string.h>

#include "base/civil.h"

int64_t days_month_end(int year, int month)
{
    return civil_day(month == 12 ? year + 1 : year, month == 12 ? 1 : month + 1, 1) - 1;
}

static bool read_number(const char *text, size_t digits, int *ret)
{
    *ret = 0;
    for (size_t i = 0; i < digits; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        *ret = 10 * *ret + text[i] - '0';
    }
    return true;
}

bool days_read(const char *text, int64_t *ret_first, int64_t *ret_last)
{
    struct civil date = {.day = 1};
    size_t len = strlen(text);
    if ((len != 7 && len != 10) || !read_number(text, 4, &date.year) || text[4] != '-' ||
        !read_number(text + 5, 2, &date.month) || (len == 10 && (text[7] != '-' || !read_number(text + 8, 2, &date.day))))
        return false;
    if (!civil_valid(&date) || date.year < 1983 || date.year > 8000)
        return false;
    *ret_first = civil_day(date.year, date.month, date.day);
    *ret_last = len == 7 ? days_month_end(date.year, date.month) : *ret_first;
    return true;
}

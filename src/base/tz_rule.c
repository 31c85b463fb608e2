/* The rule by which clocks change after the last change that a zone file lists: POSIX.1-2017, 8.3, TZ, with the wider
 * times of RFC 9636, 3.3.1. */
#include "base/tz_impl.h"

#define SEC_PER_DAY INT64_C(86400)

/* ---- reading ---- */

struct reader {
    const char *at, *end;
};

static bool take(struct reader *reader, char c)
{
    if (reader->at == reader->end || *reader->at != c)
        return false;
    reader->at++;
    return true;
}

static bool take_number(struct reader *reader, int max, int *ret)
{
    int number = 0;
    const char *begin = reader->at;
    for (; reader->at < reader->end && *reader->at >= '0' && *reader->at <= '9'; reader->at++) {
        number = number * 10 + (*reader->at - '0');
        if (number > max)
            return false;
    }
    *ret = number;
    return reader->at > begin;
}

static bool take_number_from(struct reader *reader, int min, int max, int *ret)
{
    return take_number(reader, max, ret) && *ret >= min;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_quoted(char c)
{
    return is_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-';
}

/* Three letters or more; or in <>, with digits and signs too. */
static bool take_name(struct reader *reader, char name[static TZ_NAME_SIZE])
{
    bool quoted = take(reader, '<');
    size_t len = 0;
    for (; reader->at < reader->end && (quoted ? is_quoted(*reader->at) : is_letter(*reader->at)); reader->at++) {
        if (len == TZ_NAME_SIZE - 1)
            return false;
        name[len++] = *reader->at;
    }
    name[len] = '\0';
    return len >= 3 && (!quoted || take(reader, '>'));
}

/* [+-]hh[:mm[:ss]] */
static bool take_time(struct reader *reader, int max_hours, int32_t *ret_sec)
{
    int hours, minutes = 0, seconds = 0;
    int sign = take(reader, '-') ? -1 : 1;
    if (sign > 0)
        take(reader, '+');
    if (!take_number(reader, max_hours, &hours))
        return false;
    if (take(reader, ':')) {
        if (!take_number(reader, 59, &minutes))
            return false;
        if (take(reader, ':') && !take_number(reader, 59, &seconds))
            return false;
    }
    *ret_sec = sign * (hours * 3600 + minutes * 60 + seconds);
    return true;
}

static bool take_date(struct reader *reader, struct tz_rule_date *ret)
{
    bool ok;
    *ret = (struct tz_rule_date){.time_sec = 2 * 3600};
    if (take(reader, 'M')) {
        ret->kind = TZ_RULE_WEEKDAY;
        ok = take_number_from(reader, 1, 12, &ret->month) && take(reader, '.') && take_number_from(reader, 1, 5, &ret->week)
            && take(reader, '.') && take_number(reader, 6, &ret->weekday);
        ret->weekday = (ret->weekday + 6) % 7;   /* theirs begin with Sunday, ours with Monday */
    } else if (take(reader, 'J')) {
        ret->kind = TZ_RULE_JULIAN;
        ok = take_number_from(reader, 1, 365, &ret->day);
    } else {
        ret->kind = TZ_RULE_DAY;
        ok = take_number(reader, 365, &ret->day);
    }
    return ok && (!take(reader, '/') || take_time(reader, 167, &ret->time_sec));
}

/* A TZ string counts west of Greenwich. */
static bool take_offset(struct reader *reader, int32_t *ret_sec)
{
    int32_t west_sec;
    if (!take_time(reader, 24, &west_sec))
        return false;
    *ret_sec = -west_sec;
    return true;
}

static bool take_daylight(struct reader *reader, char *name, struct tz_rule *rule)
{
    rule->has_daylight = true;
    rule->daylight = (struct tz_type){.offset_sec = rule->standard.offset_sec + 3600, .abbreviation = name};
    if (!take_name(reader, name))
        return false;
    if (reader->at < reader->end && *reader->at != ',' && !take_offset(reader, &rule->daylight.offset_sec))
        return false;
    return take(reader, ',') && take_date(reader, &rule->begin) && take(reader, ',') && take_date(reader, &rule->end);
}

enum err tz_rule_parse(const char *text, size_t len, char names[static 2][TZ_NAME_SIZE], struct tz_rule *ret)
{
    struct reader reader = {text, text + len};
    struct tz_rule rule = {.standard.abbreviation = names[0]};
    if (!take_name(&reader, names[0]) || !take_offset(&reader, &rule.standard.offset_sec))
        return ERR_CORRUPT;
    if (reader.at < reader.end && !take_daylight(&reader, names[1], &rule))
        return ERR_CORRUPT;
    if (reader.at < reader.end)
        return ERR_CORRUPT;
    *ret = rule;
    return ERR_OK;
}

/* ---- asking ---- */

static int64_t weekday_of_month(int year, const struct tz_rule_date *date)
{
    int64_t first = civil_day(year, date->month, 1);
    int64_t next_month = date->month == 12 ? civil_day(year + 1, 1, 1) : civil_day(year, date->month + 1, 1);
    int64_t day = first + (date->weekday - civil_weekday(first) + 7) % 7 + INT64_C(7) * (date->week - 1);
    return day < next_month ? day : day - 7;   /* week 5 is the fourth where there is no fifth */
}

static int64_t date_in_year(int year, const struct tz_rule_date *date)
{
    int64_t january = civil_day(year, 1, 1);
    switch (date->kind) {
    case TZ_RULE_WEEKDAY:
        return weekday_of_month(year, date);
    case TZ_RULE_JULIAN: {
        bool has_leap_day = civil_day(year, 3, 1) - january == 60;
        return january + date->day - 1 + (has_leap_day && date->day >= 60);
    }
    case TZ_RULE_DAY:
        break;
    }
    return january + date->day;
}

static int64_t begin_in_year(const struct tz_rule *rule, int year)
{
    return date_in_year(year, &rule->begin) * SEC_PER_DAY + rule->begin.time_sec - rule->standard.offset_sec;
}

static int64_t end_in_year(const struct tz_rule *rule, int year)
{
    return date_in_year(year, &rule->end) * SEC_PER_DAY + rule->end.time_sec - rule->daylight.offset_sec;
}

static int year_of(int64_t sec)
{
    struct civil civil;
    civil_from_sec(sec, &civil);
    return civil.year;
}

/* Whichever change came last decides. Times may reach over New Year, so the neighbouring years are asked too: where last year's
 * end is yet to come, the one before it may have been last year. Where one saving time ends in the moment in which the next
 * begins, it never ended. */
const struct tz_type *tz_rule_at(const struct tz_rule *rule, int64_t sec)
{
    if (!rule->has_daylight)
        return &rule->standard;
    int64_t last_begin = INT64_MIN, last_end = INT64_MIN;
    int year = year_of(sec);
    for (int y = year - 2; y <= year + 1; y++) {
        int64_t begin = begin_in_year(rule, y), end = end_in_year(rule, y);
        if (begin <= sec && begin > last_begin)
            last_begin = begin;
        if (end <= sec && end > last_end)
            last_end = end;
    }
    return last_begin >= last_end ? &rule->daylight : &rule->standard;
}

int64_t tz_rule_next(const struct tz_rule *rule, int64_t sec)
{
    int64_t next = INT64_MAX;
    if (!rule->has_daylight)
        return next;
    int year = year_of(sec);
    for (int y = year - 1; y <= year + 2; y++) {
        int64_t begin = begin_in_year(rule, y), end = end_in_year(rule, y);
        if (begin > sec && begin < next)
            next = begin;
        if (end > sec && end < next)
            next = end;
    }
    return next;
}

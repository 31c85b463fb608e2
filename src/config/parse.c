#include "config/value.h"

#include "base/text.h"

const char *parse_skip_blanks(const char *text)
{
    return text + strspn(text, " \t");
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Exactly `n` digits at *at, which it moves behind them. */
static bool digits(const char **at, int n, int *ret)
{
    int value = 0;
    for (int i = 0; i < n; i++) {
        if (!is_digit((*at)[i]))
            return false;
        value = value * 10 + ((*at)[i] - '0');
    }
    *at += n;
    *ret = value;
    return true;
}

static bool literal(const char **at, char c)
{
    if (**at != c)
        return false;
    ++*at;
    return true;
}

bool parse_week_form(const char *text, struct iso_week *ret)
{
    const char *at = text;
    if (!digits(&at, 4, &ret->year) || !literal(&at, '-') || (*at != 'W' && *at != 'w'))
        return false;
    at++;
    return digits(&at, 2, &ret->week) && *at == '\0';
}

bool parse_week(const char *text, struct iso_week *ret)
{
    return parse_week_form(text, ret) && iso_week_valid(*ret);
}

/* 12:00; one digit for the hour will do. */
static bool clock_time(const char **at, int *ret_hour, int *ret_minute)
{
    int width = is_digit((*at)[0]) && is_digit((*at)[1]) ? 2 : 1;
    return digits(at, width, ret_hour) && literal(at, ':') && digits(at, 2, ret_minute) && !is_digit(**at);
}

bool parse_local_time(const char **at, struct civil *ret)
{
    const char *text = parse_skip_blanks(*at);
    *ret = (struct civil){ 0 };
    if (!digits(&text, 4, &ret->year) || !literal(&text, '-') || !digits(&text, 2, &ret->month) || !literal(&text, '-') ||
        !digits(&text, 2, &ret->day))
        return false;
    const char *rest = *text == 'T' || *text == 't' ? text + 1 : parse_skip_blanks(text);
    if (rest == text || !clock_time(&rest, &ret->hour, &ret->minute))
        return false;
    bool midnight = ret->hour == 24 && ret->minute == 0;
    if (midnight)
        ret->hour = 0;
    if (ret->year < 1970 || !civil_valid(ret))
        return false;
    if (midnight)
        civil_from_day(civil_day(ret->year, ret->month, ret->day) + 1, &ret->year, &ret->month, &ret->day);
    *at = rest;
    return true;
}

bool parse_clock(const char **at, int *ret_minute)
{
    int hour, minute;
    const char *text = *at;
    if (!clock_time(&text, &hour, &minute) || minute > 59 || hour > 24 || (hour == 24 && minute > 0))
        return false;
    *ret_minute = hour * 60 + minute;
    *at = text;
    return true;
}

bool parse_weekday(const char *text, size_t len, int *ret_weekday)
{
    static const char *const words[7][6] = {
        { "mon", "monday", "mån", "måndag", "man" },      { "tue", "tuesday", "tis", "tisdag", "tues" },
        { "wed", "wednesday", "ons", "onsdag" },          { "thu", "thursday", "tor", "torsdag", "tors", "thur" },
        { "fri", "friday", "fre", "fredag" },             { "sat", "saturday", "lör", "lördag", "lor" },
        { "sun", "sunday", "sön", "söndag", "son" },
    };
    char word[24];
    if (len == 0 || len >= sizeof word)
        return false;
    memcpy(word, text, len);
    word[len] = '\0';
    for (int day = 0; day < 7; day++) {
        for (size_t i = 0; i < 6 && words[day][i]; i++) {
            if (text_equal_fold(word, words[day][i])) {
                *ret_weekday = day;
                return true;
            }
        }
    }
    return false;
}

bool parse_weekday_time(const char *text, int *ret_weekday, int *ret_minute)
{
    size_t len = strcspn(text, " \t");
    const char *at = parse_skip_blanks(text + len);
    int weekday, minute;
    if (!parse_weekday(text, len, &weekday) || !parse_clock(&at, &minute) || *at || minute == 24 * 60)
        return false;
    *ret_weekday = weekday;
    *ret_minute = minute;
    return true;
}

bool parse_channel_list(struct load *load, struct origin where, struct value_list *list, unsigned *ret_channels)
{
    const char *item;
    bool good = true;
    *ret_channels = 0;
    while ((item = value_list_next(list, load, &where.line)) != NULL) {
        enum channel channel;
        if (channel_from_name(item, &channel)) {
            *ret_channels |= 1u << channel;
            continue;
        }
        static const char *known[] = { "sms", "voice", "email" };
        load_unknown(load, where, "channel", item, &(struct names){ .list = known, .n = N_ELEMENTS(known) });
        good = false;
    }
    return good && *ret_channels != 0;
}

/* ITU-T E.164: a country code that does not begin with 0, at most 15 digits in all. Shorter than 8 is no subscriber's. */
const char *parse_phone_problem(const char *number)
{
    if (number[0] == '0' && number[1] != '\0')
        return "has no country code; write a Swedish number as +46 and what follows the first 0";
    if (number[0] != '+')
        return "does not begin with + and the country code";
    size_t len = strspn(number + 1, "0123456789");
    if (number[1 + len] != '\0')
        return "has more than digits behind the +; write it without spaces and hyphens";
    if (number[1] == '0')
        return "has a 0 behind the +, where the country code begins";
    return len < 8 || len > 15 ? "has not 8 to 15 digits" : NULL;
}

/* RFC 5321 allows more (quoted local parts, address literals); what is refused here is also what could be taken for protocol. */
const char *parse_email_problem(const char *address)
{
    const char *at = strrchr(address, '@');
    size_t len = strlen(address);
    if (!at || at == address || at[1] == '\0' || strchr(address, '@') != at)
        return "is not NAME@DOMAIN";
    if (len > 254 || at - address > 64)
        return "is longer than an address may be";
    for (const char *c = address; *c; c++) {
        unsigned char u = (unsigned char)*c;
        if (u <= 0x20 || u >= 0x7f || strchr("<>()[]\\,;:\"", u))
            return "holds a character that an address may not have";
    }
    if (at[1] == '.' || at[1] == '-' || address[len - 1] == '.' || strstr(at, ".."))
        return "has no valid domain";
    return NULL;
}

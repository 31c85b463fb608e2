#include "roster/roster_time.h"

#include <string.h>

#include "base/text.h"

/* ---- words ---- */

/* Swedish keyboards are not everywhere: "man" and "lor" will do. */
static uint32_t plain(uint32_t c)
{
    if (c == 0xE5 || c == 0xC5 || c == 0xE4 || c == 0xC4)      /* å and ä */
        return 'a';
    if (c == 0xF6 || c == 0xD6)                                /* ö */
        return 'o';
    return c >= 'A' && c <= 'Z' ? c + 0x20 : c;
}

/* Whether the first `len` bytes of text begin the word, with at least three letters of it. */
static bool begins(const char *text, size_t len, const char *word)
{
    size_t at = 0, in_word = 0, letters = 0, word_len = strlen(word);
    while (at < len) {
        if (in_word == word_len || plain(text_utf8_next(text, len, &at)) != plain(text_utf8_next(word, word_len, &in_word)))
            return false;
        letters++;
    }
    return letters >= 3;
}

static bool read_weekday(const char *text, size_t len, int *ret)
{
    static const char *const days[7][2] = {
        { "måndag", "monday" }, { "tisdag", "tuesday" }, { "onsdag", "wednesday" }, { "torsdag", "thursday" },
        { "fredag", "friday" }, { "lördag", "saturday" }, { "söndag", "sunday" },
    };
    for (*ret = 0; *ret < 7; ++*ret) {
        if (begins(text, len, days[*ret][0]) || begins(text, len, days[*ret][1]))
            return true;
    }
    return false;
}

static bool is_word(const char *text, size_t len, const char *word)
{
    return strlen(word) == len && begins(text, len, word);
}

static bool read_near_day(const char *text, size_t len, int *ret_days_ahead)
{
    *ret_days_ahead = is_word(text, len, "imorgon") || is_word(text, len, "tomorrow");
    return *ret_days_ahead || is_word(text, len, "idag") || is_word(text, len, "today");
}

/* ---- numbers ---- */

static bool take_number(const char **at, int digits, int *ret)
{
    *ret = 0;
    for (int i = 0; i < digits; i++, ++*at) {
        if (**at < '0' || **at > '9')
            return false;
        *ret = 10 * *ret + **at - '0';
    }
    return true;
}

/* 2026-12-24 */
static bool read_date(const char *text, size_t len, struct civil *ret)
{
    const char *at = text;
    return len == 10 && take_number(&at, 4, &ret->year) && *at++ == '-' && take_number(&at, 2, &ret->month) && *at++ == '-' &&
           take_number(&at, 2, &ret->day);
}

/* 08:00 or 8:00; to the end. 24:00 is refused: it is another day's. */
static bool read_clock(const char *text, int *ret_minute)
{
    const char *at = text;
    int hour, minute;
    if (!take_number(&at, text[0] && text[1] == ':' ? 1 : 2, &hour) || *at++ != ':' || !take_number(&at, 2, &minute) || *at ||
        hour > 23 || minute > 59)
        return false;
    *ret_minute = hour * 60 + minute;
    return true;
}

bool roster_time_is_day(const char *word)
{
    struct civil date;
    int day;
    size_t len = strlen(word);
    return read_date(word, len, &date) || read_weekday(word, len, &day) || read_near_day(word, len, &day);
}

bool roster_time_is_clock(const char *word)
{
    int minute;
    return read_clock(word, &minute);
}

/* ---- the calendar ---- */

static int64_t local_day(const struct tz *tz, int64_t at_usec)
{
    struct civil local;
    tz_to_local(tz, at_usec, &local);
    return civil_day(local.year, local.month, local.day);
}

static int64_t instant(const struct tz *tz, int64_t day, int minute, enum tz_edge edge)
{
    struct civil local = { .hour = minute / 60, .minute = minute % 60 };
    civil_from_day(day, &local.year, &local.month, &local.day);
    return tz_from_local(tz, &local, edge);
}

/* The first day on which that time of day is after an instant; weekday < 0: any day. */
static int64_t next_time(const struct tz *tz, int64_t after_usec, int weekday, int minute, enum tz_edge edge)
{
    int64_t day = local_day(tz, after_usec);
    while ((weekday >= 0 && civil_weekday(day) != weekday) || instant(tz, day, minute, edge) <= after_usec)
        day++;
    return instant(tz, day, minute, edge);
}

/* A day later is the same time on the next day of the calendar, however many hours that is. */
static enum err add_duration(const char *text, const struct tz *tz, int64_t after_usec, enum tz_edge edge, int64_t *ret_usec)
{
    int64_t usec;
    enum err err = text_to_duration(text, &usec);
    if (err)
        return err;
    if (text[strlen(text) - 1] != 'd') {
        *ret_usec = after_usec + usec;
        return ERR_OK;
    }
    struct civil local;
    tz_to_local(tz, after_usec, &local);
    *ret_usec = instant(tz, civil_day(local.year, local.month, local.day) + usec / USEC_PER_DAY, local.hour * 60 + local.minute,
                        edge);
    return ERR_OK;
}

struct reader {
    const struct tz *tz;
    int64_t now_usec, after_usec;
    int minute;                  /* of the day: what was typed behind the day, or the handover */
    enum tz_edge edge;
};

static enum err read_day(const struct reader *reader, const char *text, size_t len, int64_t *ret_usec)
{
    struct civil date = { 0 };
    int number;
    if (read_date(text, len, &date)) {
        if (!civil_valid(&date) || date.year < 1970)
            return ERR_RANGE;
        *ret_usec = instant(reader->tz, civil_day(date.year, date.month, date.day), reader->minute, reader->edge);
    } else if (read_near_day(text, len, &number)) {
        *ret_usec = instant(reader->tz, local_day(reader->tz, reader->now_usec) + number, reader->minute, reader->edge);
    } else if (read_weekday(text, len, &number)) {
        *ret_usec = next_time(reader->tz, reader->after_usec, number, reader->minute, reader->edge);
    } else {
        return ERR_SYNTAX;
    }
    return ERR_OK;
}

enum err roster_time_read(const char *text, const struct roster *roster, const struct tz *tz, int64_t now_usec,
                          int64_t after_usec, enum tz_edge edge, int64_t *ret_usec)
{
    struct reader reader = {
        .tz = tz, .now_usec = now_usec, .after_usec = after_usec, .minute = roster->handover_minute, .edge = edge
    };
    if (strcmp(text, "now") == 0 || strcmp(text, "nu") == 0) {
        *ret_usec = now_usec;
        return ERR_OK;
    }
    if (text[0] == '+')
        return add_duration(text + 1, tz, after_usec, edge, ret_usec);
    if (read_clock(text, &reader.minute)) {
        *ret_usec = next_time(tz, after_usec, -1, reader.minute, edge);
        return ERR_OK;
    }
    size_t len = strcspn(text, " ");
    if (len > 11 && text[10] == 'T')
        len = 10;
    const char *rest = text[len] ? text + len + 1 : "";
    if (*rest && !read_clock(rest, &reader.minute))
        return ERR_SYNTAX;
    return read_day(&reader, text, len, ret_usec);
}

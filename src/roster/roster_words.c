#include "roster/roster_words.h"

#include "base/mem.h"

static const char *const weekdays[2][7] = {
    [LANGUAGE_SV] = { "mån", "tis", "ons", "tor", "fre", "lör", "sön" },
    [LANGUAGE_EN] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" },
};
static const char *const months[2][12] = {
    [LANGUAGE_SV] = { "januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september", "oktober",
                      "november", "december" },
    [LANGUAGE_EN] = { "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
                      "November", "December" },
};

const char *roster_words_weekday(int weekday, enum language language)
{
    return weekdays[language][weekday];
}

const char *roster_words_month(int month, enum language language)
{
    return months[language][month - 1];
}

const char *roster_words_nobody(enum language language)
{
    return language == LANGUAGE_SV ? "INGEN" : "NOBODY";
}

/* ---- times ---- */

int roster_words_year(const struct tz *tz, int64_t at_usec)
{
    struct civil local;
    tz_to_local(tz, at_usec, &local);
    return local.year;
}

void roster_words_add_day(struct buf *buf, int64_t day, enum language language, int year)
{
    int y, month, mday;
    civil_from_day(day, &y, &month, &mday);
    const char *weekday = roster_words_weekday(civil_weekday(day), language);
    if (language == LANGUAGE_SV)
        buf_printf(buf, "%s %d/%d", weekday, mday, month);
    else
        buf_printf(buf, "%s %d %.3s", weekday, mday, roster_words_month(month, language));
    if (y != year)
        buf_printf(buf, " %d", y);
}

void roster_words_add_time(struct buf *buf, const struct tz *tz, int64_t at_usec, enum language language, int year)
{
    struct civil local;
    tz_to_local(tz, at_usec, &local);
    roster_words_add_day(buf, civil_day(local.year, local.month, local.day), language, year);
    buf_printf(buf, " %02d:%02d", local.hour, local.minute);
}

void roster_words_add_span(struct buf *buf, const struct tz *tz, int64_t from_usec, int64_t until_usec, enum language language,
                           int year)
{
    if (from_usec == INT64_MIN)
        buf_add_text(buf, "…");
    else
        roster_words_add_time(buf, tz, from_usec, language, year);
    buf_add_text(buf, " – ");
    if (until_usec == INT64_MAX)
        buf_add_text(buf, "…");
    else
        roster_words_add_time(buf, tz, until_usec, language, year);
}

/* ---- weeks ---- */

static void add_far_week(struct buf *buf, struct iso_week first, struct iso_week last, int year)
{
    if (first.year != year)
        buf_printf(buf, " %d", first.year);
    buf_printf(buf, " – v. %d", last.week);
}

bool roster_words_add_weeks(struct buf *buf, const struct roster *roster, const struct tz *tz, int64_t from_usec,
                            int64_t until_usec, int year)
{
    struct iso_week first, end;
    if (from_usec == INT64_MIN || until_usec == INT64_MAX || !roster_week_begun_at(roster, tz, from_usec, &first) ||
        !roster_week_begun_at(roster, tz, until_usec, &end) || iso_week_compare(end, first) <= 0)
        return false;
    struct iso_week last = iso_week_of_day(iso_week_monday(end) - 7);
    buf_printf(buf, "v. %d", first.week);
    if (first.year != last.year)
        add_far_week(buf, first, last, year);
    else if (first.week != last.week)
        buf_printf(buf, "–%d", last.week);
    if (last.year != year)
        buf_printf(buf, " %d", last.year);
    return true;
}

/* ---- people ---- */

void roster_words_add_on_call(struct buf *buf, const struct on_call *on_call, enum language language)
{
    if (on_call->group)
        buf_add_text(buf, on_call->group->title);
    else
        buf_add_text(buf, on_call->primary ? on_call->primary->name : roster_words_nobody(language));
    for (size_t i = 0; i < on_call->n_backups; i++)
        buf_printf(buf, "%s%s", i == 0 ? " (backup " : ", ", on_call->backups[i]->name);
    if (on_call->n_backups > 0)
        buf_add_char(buf, ')');
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

int64_t roster_words_horizon(const struct roster *roster, const struct tz *tz, int64_t from_usec)
{
    enum { YEARS = 11 };
    int64_t horizon = from_usec + 366 * USEC_PER_DAY, limit = from_usec + (int64_t)YEARS * 366 * USEC_PER_DAY;
    int year = roster_words_year(tz, from_usec);
    for (size_t i = 0; i < roster->n_weeks; i++) {
        struct iso_week last = roster->weeks[i].last;
        horizon = later(horizon, last.year > year + YEARS ? limit : roster_week_begin(roster, tz, last) + 15 * USEC_PER_DAY);
    }
    for (size_t i = 0; i < roster->n_shifts; i++) {
        int64_t to = roster->shifts[i].to_usec;
        horizon = later(horizon, to > limit ? limit : to + USEC_PER_DAY);
    }
    return horizon < limit ? horizon : limit;
}

#include "config/span.h"

#include "engine/roster.h"

/* Further away than this, a day and a month could be last year's or next year's. */
static const int64_t PLAIN_YEAR_USEC = 300 * USEC_PER_DAY;

static int64_t local_day(const struct tz *tz, int64_t at_usec)
{
    struct civil local;
    tz_to_local(tz, at_usec, &local);
    return civil_day(local.year, local.month, local.day);
}

static struct iso_week week_at(const struct tz *tz, int64_t at_usec)
{
    return iso_week_of_day(local_day(tz, at_usec));
}

static bool duty_begins(const struct roster *roster, const struct tz *tz, int64_t at_usec, struct iso_week *ret)
{
    return roster && roster_week_begun_at(roster, tz, at_usec, ret);
}

static struct iso_week week_before(struct iso_week week)
{
    return iso_week_of_day(iso_week_monday(week) - 7);
}

void span_weeks(struct span span, const struct tz *tz, const struct roster *roster, struct iso_week *ret_first,
                struct iso_week *ret_last)
{
    if (!duty_begins(roster, tz, span.from_usec, ret_first))
        *ret_first = week_at(tz, span.from_usec);
    if (span.until_usec == INT64_MAX)
        *ret_last = *ret_first;
    else if (duty_begins(roster, tz, span.until_usec, ret_last))
        *ret_last = week_before(*ret_last);
    else
        *ret_last = week_at(tz, span.until_usec - 1);
    if (iso_week_compare(*ret_last, *ret_first) < 0)
        *ret_last = *ret_first = week_at(tz, span.from_usec);
}

bool span_is_weeks(struct span span, const struct tz *tz, const struct roster *roster)
{
    struct iso_week first, last;
    return duty_begins(roster, tz, span.from_usec, &first) &&
           (span.until_usec == INT64_MAX || duty_begins(roster, tz, span.until_usec, &last));
}

static void add_clock(struct buf *buf, const struct civil *local)
{
    buf_printf(buf, "%02d:%02d", local->hour, local->minute);
}

static const char *weekday_name(int64_t day, enum language language)
{
    static const char *const sv[] = { "mån", "tis", "ons", "tor", "fre", "lör", "sön" };
    static const char *const en[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
    int weekday = civil_weekday(day);
    return language == LANGUAGE_SV ? sv[weekday] : en[weekday];
}

void span_add_time(struct buf *buf, int64_t at_usec, const struct tz *tz, enum language language, int64_t now_usec)
{
    struct civil local;
    tz_to_local(tz, at_usec, &local);
    static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    buf_printf(buf, "%s %d", weekday_name(civil_day(local.year, local.month, local.day), language), local.day);
    if (language == LANGUAGE_SV)
        buf_printf(buf, "/%d ", local.month);
    else
        buf_printf(buf, " %s ", months[local.month - 1]);
    if (at_usec < now_usec - PLAIN_YEAR_USEC || at_usec > now_usec + PLAIN_YEAR_USEC)
        buf_printf(buf, "%d ", local.year);
    add_clock(buf, &local);
}

static void add_weeks(struct buf *buf, struct span span, const struct tz *tz, const struct roster *roster)
{
    struct iso_week first, last;
    span_weeks(span, tz, roster, &first, &last);
    buf_printf(buf, "v. %d", first.week);
    if (iso_week_compare(first, last) != 0)
        buf_printf(buf, "–%d", last.week);
    buf_add_text(buf, ": ");
}

void span_add(struct buf *buf, struct span span, const struct tz *tz, const struct roster *roster, enum language language,
              int64_t now_usec)
{
    add_weeks(buf, span, tz, roster);
    span_add_time(buf, span.from_usec, tz, language, now_usec);
    if (span.until_usec == INT64_MAX) {
        buf_add_text(buf, language == LANGUAGE_SV ? " och framåt" : " and on");
        return;
    }
    buf_add_text(buf, " – ");
    if (local_day(tz, span.from_usec) == local_day(tz, span.until_usec)) {
        struct civil local;
        tz_to_local(tz, span.until_usec, &local);
        add_clock(buf, &local);
    } else {
        span_add_time(buf, span.until_usec, tz, language, now_usec);
    }
}

static void add_local(struct buf *buf, int64_t at_usec, const struct tz *tz)
{
    struct civil local;
    tz_to_local(tz, at_usec, &local);
    buf_printf(buf, "%04d-%02d-%02d ", local.year, local.month, local.day);
    add_clock(buf, &local);
}

void span_add_shift(struct buf *buf, struct span span, const struct tz *tz)
{
    add_local(buf, span.from_usec, tz);
    buf_add_text(buf, " / ");
    add_local(buf, span.until_usec, tz);
}

void span_add_week_keys(struct buf *buf, struct iso_week first, struct iso_week last)
{
    buf_printf(buf, "%04d-W%02d", first.year, first.week);
    if (iso_week_compare(first, last) != 0)
        buf_printf(buf, "..%04d-W%02d", last.year, last.week);
}

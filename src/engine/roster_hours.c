#include "engine/roster_hours.h"

#include "engine/holiday.h"

enum { MINUTES_A_DAY = 1440 };

static bool in_window(const struct duty_window *window, int weekday, int minute)
{
    if (!(window->weekdays & 1u << weekday))
        return false;
    if (window->from_minute < window->to_minute)
        return minute >= window->from_minute && minute < window->to_minute;
    return minute >= window->from_minute || minute < window->to_minute;
}

static bool holds_at(const struct duty_hours *hours, int64_t day, int minute)
{
    int weekday = civil_weekday(day);
    if (!hours->present || (hours->weekends && weekday >= 5) || (hours->holidays && holiday_is_off(day)))
        return true;
    for (size_t i = 0; i < hours->n_windows; i++)
        if (in_window(&hours->windows[i], weekday, minute))
            return true;
    return false;
}

static int64_t local_day(const struct tz *tz, int64_t at_usec, int *ret_minute)
{
    struct civil local;
    tz_to_local(tz, at_usec, &local);
    *ret_minute = local.hour * 60 + local.minute;
    return civil_day(local.year, local.month, local.day);
}

bool roster_in_hours(const struct roster *roster, const struct tz *tz, int64_t at_usec)
{
    int minute;
    int64_t day = local_day(tz, at_usec, &minute);
    return holds_at(&roster->hours, day, minute);
}

static int64_t instant(const struct tz *tz, int64_t day, int minute)
{
    struct civil local = { .hour = minute % MINUTES_A_DAY / 60, .minute = minute % 60 };
    civil_from_day(day + minute / MINUTES_A_DAY, &local.year, &local.month, &local.day);
    return tz_from_local(tz, &local, TZ_BEGIN);
}

/* Midnight, and the edges of every window: the last at or before, and the first after. A clock change makes edges of its own:
 * the hour that comes twice is in or out as the clock on the wall says. */
static void edges(const struct roster *roster, const struct tz *tz, int64_t at_usec, int64_t *ret_before, int64_t *ret_after)
{
    int minute;
    int64_t today = local_day(tz, at_usec, &minute);
    *ret_before = INT64_MIN;
    *ret_after = INT64_MAX;
    for (int64_t day = today - 1; day <= today + 1; day++) {
        for (size_t i = 0; i <= 2 * roster->hours.n_windows; i++) {
            const struct duty_window *window = i > 0 ? &roster->hours.windows[(i - 1) / 2] : NULL;
            int64_t edge = instant(tz, day, !window ? 0 : i % 2 ? window->from_minute : window->to_minute);
            if (edge <= at_usec && edge > *ret_before)
                *ret_before = edge;
            if (edge > at_usec && edge < *ret_after)
                *ret_after = edge;
        }
    }
}

int64_t roster_hours_after(const struct roster *roster, const struct tz *tz, int64_t at_usec)
{
    int64_t before, after = INT64_MAX;
    if (roster->hours.present)
        edges(roster, tz, at_usec, &before, &after);
    return after;
}

int64_t roster_hours_before(const struct roster *roster, const struct tz *tz, int64_t at_usec)
{
    int64_t before = INT64_MIN, after;
    if (roster->hours.present)
        edges(roster, tz, at_usec, &before, &after);
    return before;
}

/* Sweden's clocks by the law that sets them, who has a weekly duty, and when a scheduled drill is due and may begin: by arithmetic
 * of its own, and without a line of base/tz, engine/roster or engine/schedule. */
#include "sim.h"

/* ---- clocks ---- */

/* The last Sunday of that month, as a day number. */
static int64_t last_sunday(int year, int month)
{
    int64_t last = civil_day(year, month, 31);
    return last - (civil_weekday(last) + 1) % 7;
}

static bool is_summer(int64_t utc_sec)
{
    int year, month, day;
    civil_from_day(utc_sec / 86400, &year, &month, &day);
    return utc_sec >= last_sunday(year, 3) * 86400 + 3600 && utc_sec < last_sunday(year, 10) * 86400 + 3600;
}

/* A local reading as a beginning: the first of two; after the gap, if it is skipped. */
static int64_t from_local(int64_t local_sec)
{
    if (is_summer(local_sec - 7200))
        return local_sec - 7200;
    if (!is_summer(local_sec - 3600))
        return local_sec - 3600;
    return local_sec - 3600 - (local_sec - 3600) % 3600;      /* it does not exist: summer time begins at 01:00 UTC */
}

int64_t oracle_to_local(int64_t utc_sec) { return utc_sec + (is_summer(utc_sec) ? 7200 : 3600); }

/* ---- duties ---- */

const char *oracle_primary(const struct roster *roster, int64_t wall_usec)
{
    const struct rotation *rotation = &roster->rotation;
    int64_t now_sec = wall_usec / USEC_PER_SEC, found = -1;
    int64_t start = civil_day(2025, 12, 29);      /* the Monday of 2026-W01 */
    if (!rotation->present || rotation->n_order == 0 || roster->n_weeks || roster->n_shifts || roster->hours.present ||
        roster->handover_next_workday)
        return NULL;
    int64_t about = (now_sec / 86400 - start) / 7;      /* a handover is at most two weeks from there */
    for (int64_t week = about > 2 ? about - 2 : 0; week < about + 3; week++) {
        int64_t day = start + 7 * week + roster->handover_weekday - (roster->week_starts_before ? 7 : 0);
        if (from_local(day * 86400 + roster->handover_minute * 60) > now_sec)
            break;
        found = week;
    }
    return found < 0 ? NULL : rotation->order[(size_t)found % rotation->n_order]->id;
}

/* ---- drills by schedule ---- */

static bool falls_on(const struct schedule *schedule, int64_t day)
{
    int year, month, of_month;
    civil_from_day(day, &year, &month, &of_month);
    if (schedule->kind == SCHEDULE_ONCE)
        return day == civil_day(schedule->date.year, schedule->date.month, schedule->date.day);
    return civil_weekday(day) == schedule->weekday &&
           (schedule->kind == SCHEDULE_WEEKLY || (of_month - 1) / 7 + 1 == schedule->nth);
}

int64_t oracle_occurrence(const struct schedule *schedule, int64_t wall_usec)
{
    int64_t now_sec = wall_usec / USEC_PER_SEC, today = oracle_to_local(now_sec) / 86400;
    for (int64_t day = today + 1; day > today - 40; day--)
        if (falls_on(schedule, day) && from_local(day * 86400 + schedule->minute * 60) <= now_sec)
            return from_local(day * 86400 + schedule->minute * 60) * USEC_PER_SEC;
    return INT64_MIN;
}

/* Those of the holidays, and of the eves that count as such, that histories come by. */
static bool is_holiday(int64_t day)
{
    static const struct { int year, month, day; } days[] = {
        {2026, 4, 3}, {2026, 4, 6}, {2026, 5, 14}, {2026, 6, 6}, {2026, 10, 31}, {2026, 12, 24}, {2026, 12, 25}, {2026, 12, 26},
        {2026, 12, 31}, {2027, 1, 1}, {2027, 1, 6}, {2027, 12, 24}, {2027, 12, 25}, {2027, 12, 26}, {2027, 12, 31}, {2028, 1, 1}, {2028, 1, 6}};
    for (size_t i = 0; i < N_ELEMENTS(days); i++)
        if (day == civil_day(days[i].year, days[i].month, days[i].day))
            return true;
    return false;
}

/* The national warning test: Mondays at 15:00, from a quarter of an hour before it. None of those that histories come by is a
 * holiday. */
static bool is_warning_test(int64_t day, int minute)
{
    int year, month, of_month;
    civil_from_day(day, &year, &month, &of_month);
    return month % 3 == 0 && of_month <= 7 && civil_weekday(day) == 0 && minute >= 14 * 60 + 45 && minute < 15 * 60 + 30;
}

bool oracle_may_begin(const struct schedule *schedule, int64_t wall_usec)
{
    int64_t local_sec = oracle_to_local(wall_usec / USEC_PER_SEC), day = local_sec / 86400;
    int minute = (int)(local_sec % 86400 / 60), from = schedule->from_minute, to = schedule->to_minute;
    bool sunday = schedule->kind != SCHEDULE_HANDOVER && schedule->weekday == 6;
    if (is_holiday(day) || is_warning_test(day, minute) || (civil_weekday(day) == 6 && !sunday))
        return false;
    return from < to ? minute >= from && minute < to : minute >= from || minute < to;
}

#include "engine/schedule.h"

#include <assert.h>

#include "engine/holiday.h"
#include "engine/roster.h"

enum {
    DAY_MINUTES = 24 * 60,
    TEST_FROM_MINUTE = 14 * 60 + 45,
    TEST_TO_MINUTE = 15 * 60 + 30,
    MONTHS_MAX = 24,         /* a fifth weekday comes at least every third month */
    OPEN_DAYS_MAX = 60,
    DUTIES_MAX = 1000,
};

/* ---- days ---- */

static int month_days(int year, int month)
{
    return (int)(civil_day(month == 12 ? year + 1 : year, month == 12 ? 1 : month + 1, 1) - civil_day(year, month, 1));
}

/* False: the month has none. nth: 1 to 5, or -1. */
static bool nth_weekday(int year, int month, int weekday, int nth, int64_t *ret_day)
{
    int64_t first = civil_day(year, month, 1);
    int n = month_days(year, month), offset = (weekday - civil_weekday(first) + 7) % 7;
    if (nth < 0)
        offset += (n - 1 - offset) / 7 * 7;
    else
        offset += 7 * (nth - 1);
    *ret_day = first + offset;
    return offset < n;
}

bool schedule_is_warning_test(int64_t day)
{
    int year, month, of_month;
    civil_from_day(day, &year, &month, &of_month);
    if (month % 3 != 0)
        return false;
    int64_t monday;
    bool there = nth_weekday(year, month, 0, 1, &monday);
    assert(there);
    while (holiday_is_off(monday))
        monday += 7;
    return day == monday;
}

static bool names_sunday(const struct schedule *schedule)
{
    switch (schedule->kind) {
    case SCHEDULE_ONCE:
        return civil_weekday(civil_day(schedule->date.year, schedule->date.month, schedule->date.day)) == 6;
    case SCHEDULE_WEEKLY:
    case SCHEDULE_MONTHLY:
        return schedule->weekday == 6;
    case SCHEDULE_HANDOVER:
        break;
    }
    return false;
}

bool schedule_is_red(const struct schedule *schedule, int64_t day)
{
    return holiday_is_off(day) || (civil_weekday(day) == 6 && !names_sunday(schedule));
}

/* ---- local time ---- */

static int64_t local_day(const struct tz *tz, int64_t at_usec, int *ret_minute)
{
    struct civil local;
    tz_to_local(tz, at_usec, &local);
    *ret_minute = local.hour * 60 + local.minute;
    return civil_day(local.year, local.month, local.day);
}

static int64_t instant(const struct tz *tz, int64_t day, int minute, enum tz_edge edge)
{
    struct civil local = {.hour = minute % DAY_MINUTES / 60, .minute = minute % 60};
    civil_from_day(day + minute / DAY_MINUTES, &local.year, &local.month, &local.day);
    return tz_from_local(tz, &local, edge);
}

bool schedule_in_warning_test(const struct tz *tz, int64_t at_usec)
{
    int minute;
    int64_t day = local_day(tz, at_usec, &minute);
    return minute >= TEST_FROM_MINUTE && minute < TEST_TO_MINUTE && schedule_is_warning_test(day);
}

/* ---- open time ---- */

bool schedule_in_hours(const struct schedule *schedule, const struct tz *tz, int64_t at_usec)
{
    int minute, from = schedule->from_minute, to = schedule->to_minute;
    (void)local_day(tz, at_usec, &minute);
    return from < to ? minute >= from && minute < to : minute >= from || minute < to;
}

bool schedule_is_open(const struct schedule *schedule, const struct tz *tz, int64_t at_usec)
{
    int minute;
    int64_t day = local_day(tz, at_usec, &minute);
    return schedule_in_hours(schedule, tz, at_usec) && !schedule_is_red(schedule, day) && !schedule_in_warning_test(tz, at_usec);
}

/* The first instant after this one at which it may open or close: what the local clock says where that is so, either time if it says so twice, and every
 * full hour, at which clocks change. */
static int64_t change_after(const struct schedule *schedule, const struct tz *tz, int64_t at_usec)
{
    const int minutes[] = {schedule->from_minute, schedule->to_minute, TEST_FROM_MINUTE, TEST_TO_MINUTE, DAY_MINUTES};
    int minute;
    int64_t day = local_day(tz, at_usec, &minute), best_usec = (at_usec / USEC_PER_HOUR + 1) * USEC_PER_HOUR;
    for (size_t i = 0; i < sizeof(minutes) / sizeof(minutes[0]); i++) {
        for (int edge = TZ_BEGIN; edge <= TZ_END; edge++) {
            int64_t change_usec = instant(tz, day, minutes[i], (enum tz_edge)edge);
            if (change_usec > at_usec && change_usec < best_usec)
                best_usec = change_usec;
        }
    }
    return best_usec;
}

int64_t schedule_open_from(const struct schedule *schedule, const struct tz *tz, int64_t at_usec)
{
    int64_t end_usec = at_usec + OPEN_DAYS_MAX * USEC_PER_DAY;
    while (at_usec < end_usec && !schedule_is_open(schedule, tz, at_usec))
        at_usec = change_after(schedule, tz, at_usec);
    return at_usec < end_usec ? at_usec : INT64_MAX;
}

/* ---- occurrences ---- */

static int64_t next_monthly(const struct schedule *schedule, const struct tz *tz, int64_t day, int64_t after_usec)
{
    int year, month, of_month;
    civil_from_day(day, &year, &month, &of_month);
    for (int i = 0;; i++) {
        int64_t at_day;
        assert(i < MONTHS_MAX);
        if (nth_weekday(year, month, schedule->weekday, schedule->nth, &at_day)) {
            int64_t at_usec = instant(tz, at_day, schedule->minute, TZ_BEGIN);
            if (at_usec > after_usec)
                return at_usec;
        }
        year += month == 12;
        month = month % 12 + 1;
    }
}

static int64_t next_weekly(const struct schedule *schedule, const struct tz *tz, int64_t day, int64_t after_usec)
{
    day += (schedule->weekday - civil_weekday(day) + 7) % 7;
    while (instant(tz, day, schedule->minute, TZ_BEGIN) <= after_usec)
        day += 7;
    return instant(tz, day, schedule->minute, TZ_BEGIN);
}

int64_t schedule_next(const struct schedule *schedule, const struct tz *tz, int64_t after_usec)
{
    int minute;
    int64_t once_usec, day = local_day(tz, after_usec, &minute) - 1;
    switch (schedule->kind) {
    case SCHEDULE_ONCE:
        once_usec = tz_from_local(tz, &schedule->date, TZ_BEGIN);
        return once_usec > after_usec ? once_usec : INT64_MAX;
    case SCHEDULE_WEEKLY:
        return next_weekly(schedule, tz, day, after_usec);
    case SCHEDULE_MONTHLY:
        return next_monthly(schedule, tz, day, after_usec);
    case SCHEDULE_HANDOVER:
        break;
    }
    return INT64_MAX;
}

/* ---- duties ---- */

/* Backups may change meanwhile. */
static int64_t held_until(const struct roster *own, const struct tz *tz, const struct person *person, int64_t until_usec)
{
    for (int i = 0; i < DUTIES_MAX && until_usec != INT64_MAX; i++) {
        struct on_call then;
        int64_t from_usec, next_usec;
        const struct person *next;
        roster_stretch(own, tz, until_usec, &then, &from_usec, &next_usec, &next);
        if (then.primary != person)
            return until_usec;
        until_usec = next_usec;
    }
    return until_usec;
}

static int64_t held_from(const struct roster *own, const struct tz *tz, const struct person *person, int64_t from_usec)
{
    for (int i = 0; i < DUTIES_MAX && from_usec != INT64_MIN; i++) {
        struct on_call then;
        int64_t before_usec, until_usec;
        const struct person *next;
        roster_stretch(own, tz, from_usec - 1, &then, &before_usec, &until_usec, &next);
        if (then.primary != person)
            return from_usec;
        from_usec = before_usec;
    }
    return from_usec;
}

struct schedule_duty schedule_duty(const struct roster *roster, const struct tz *tz, int64_t at_usec)
{
    struct roster own = *roster;
    struct schedule_duty duty;
    struct on_call on_call;
    const struct person *next;
    own.hours = (struct duty_hours){0};
    roster_stretch(&own, tz, at_usec, &on_call, &duty.from_usec, &duty.until_usec, &next);
    duty.person = on_call.primary;
    duty.from_usec = held_from(&own, tz, duty.person, duty.from_usec);
    duty.until_usec = held_until(&own, tz, duty.person, duty.until_usec);
    return duty;
}

struct schedule_duty schedule_next_duty(const struct roster *roster, const struct tz *tz, int64_t at_usec)
{
    struct schedule_duty duty = schedule_duty(roster, tz, at_usec);
    const struct person *before = duty.person;
    for (int i = 0; i < DUTIES_MAX && duty.until_usec != INT64_MAX; i++) {
        duty = schedule_duty(roster, tz, duty.until_usec);
        if (duty.person && duty.person != before)
            return duty;
    }
    return (struct schedule_duty){.from_usec = INT64_MAX, .until_usec = INT64_MAX};
}

/* ---- moments ---- */

/* Over red days to the same hour of the next day that is none. */
static int64_t pass_over_red_days(const struct schedule *schedule, const struct tz *tz, int64_t at_usec)
{
    int minute;
    int64_t day = local_day(tz, at_usec, &minute);
    if (!schedule_is_red(schedule, day))
        return at_usec;
    while (schedule_is_red(schedule, day))
        day++;
    return instant(tz, day, minute, TZ_BEGIN);
}

struct schedule_window schedule_window(const struct schedule *schedule, const struct tz *tz, int64_t occurrence_usec)
{
    int64_t wanted_usec = schedule->surprise_usec ? occurrence_usec : pass_over_red_days(schedule, tz, occurrence_usec);
    struct schedule_window window = {.from_usec = schedule_open_from(schedule, tz, wanted_usec)};
    window.until_usec = occurrence_usec + schedule->surprise_usec;
    /* Nothing of it is open: the first moment afterwards. */
    if (window.from_usec >= window.until_usec)
        window.until_usec = window.from_usec == INT64_MAX ? INT64_MAX : window.from_usec + SCHEDULE_GRACE_USEC;
    return window;
}

/* From one change to the next it is open or closed: adds up what is open, and says where so much of it has passed; INT64_MAX: nowhere. */
static int64_t walk(const struct schedule *schedule, const struct tz *tz, int64_t at_usec, int64_t until_usec, int64_t wanted_usec,
                    int64_t *ret_open_usec)
{
    int64_t open_usec = 0;
    while (at_usec < until_usec) {
        int64_t change_usec = change_after(schedule, tz, at_usec);
        if (change_usec > until_usec)
            change_usec = until_usec;
        if (schedule_is_open(schedule, tz, at_usec)) {
            if (wanted_usec < open_usec + (change_usec - at_usec))
                return at_usec + (wanted_usec - open_usec);
            open_usec += change_usec - at_usec;
        }
        at_usec = change_usec;
    }
    *ret_open_usec = open_usec;
    return INT64_MAX;
}

bool schedule_moment(const struct schedule *schedule, const struct tz *tz, struct schedule_window window, int64_t not_before_usec, uint64_t draw,
                     int64_t *ret_usec)
{
    int64_t open_usec, from_usec = window.from_usec > not_before_usec ? window.from_usec : not_before_usec;
    if (window.from_usec == INT64_MAX)
        return false;
    if (schedule->surprise_usec == 0) {
        *ret_usec = schedule_open_from(schedule, tz, from_usec);
        return *ret_usec < window.until_usec;
    }
    (void)walk(schedule, tz, from_usec, window.until_usec, INT64_MAX, &open_usec);
    if (open_usec == 0)
        return false;
    *ret_usec = walk(schedule, tz, from_usec, window.until_usec, (int64_t)(draw % (uint64_t)open_usec), &open_usec);
    return true;
}

struct schedule_window schedule_next_window(const struct schedule *schedule, const struct tz *tz, int64_t after_usec)
{
    struct schedule_window first = {INT64_MAX, INT64_MAX};
    if (schedule->kind != SCHEDULE_HANDOVER) {
        int64_t occurrence_usec = schedule_next(schedule, tz, after_usec);
        return occurrence_usec == INT64_MAX ? first : schedule_window(schedule, tz, occurrence_usec);
    }
    for (size_t i = 0; i < schedule->n_roles; i++) {
        struct schedule_duty duty = schedule_next_duty(schedule->roles[i], tz, after_usec);
        struct schedule_window window = {.until_usec = duty.until_usec};
        window.from_usec = duty.person ? schedule_open_from(schedule, tz, duty.from_usec) : INT64_MAX;
        if (schedule->surprise_usec && window.from_usec < window.until_usec - schedule->surprise_usec)
            window.until_usec = window.from_usec + schedule->surprise_usec;
        if (window.from_usec < first.from_usec)
            first = window;
    }
    return first;
}

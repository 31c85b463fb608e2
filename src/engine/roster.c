#include "engine/roster.h"

#include <assert.h>

#include "engine/holiday.h"
#include "engine/roster_hours.h"

/* Weeks and rotations are looked up in the years that base/civil knows with room to spare; outside them nobody is on call. */
enum { YEAR_MIN = -9000, YEAR_MAX = 9000 };

/* How far roster_stretch() looks: a year in time, and a number of change points that a roster of people never reaches. */
static const int64_t STRETCH_MAX_USEC = 366 * USEC_PER_DAY;
enum { STRETCH_MAX_POINTS = 4096 };

/* ---- weeks ---- */

static bool has_weeks(const struct roster *roster, int64_t at_usec)
{
    return (roster->n_weeks > 0 || roster->rotation.present) && at_usec >= civil_day(YEAR_MIN, 1, 1) * USEC_PER_DAY &&
           at_usec < civil_day(YEAR_MAX, 1, 1) * USEC_PER_DAY;
}

/* A week is its Monday here, as a day number: the week before is 7 less. */
static int64_t duty_begin(const struct roster *roster, const struct tz *tz, int64_t monday)
{
    int64_t day = monday + roster->handover_weekday - (roster->week_starts_before ? 7 : 0);
    while (roster->handover_next_workday && !holiday_is_workday(day))
        day++;
    struct civil local = { .hour = roster->handover_minute / 60, .minute = roster->handover_minute % 60 };
    civil_from_day(day, &local.year, &local.month, &local.day);
    return tz_from_local(tz, &local, TZ_BEGIN);
}

int64_t roster_week_begin(const struct roster *roster, const struct tz *tz, struct iso_week week)
{
    assert(iso_week_valid(week));
    return duty_begin(roster, tz, iso_week_monday(week));
}

/* A duty begins up to a week before its Monday (week-starts = before), and up to a week and some holidays after it. */
bool roster_week_begun_at(const struct roster *roster, const struct tz *tz, int64_t at_usec, struct iso_week *ret)
{
    struct civil local;
    tz_to_local(tz, at_usec, &local);
    int64_t day = civil_day(local.year, local.month, local.day), monday = day - civil_weekday(day);
    for (int64_t candidate = monday + 7; candidate >= monday - 14; candidate -= 7)
        if (duty_begin(roster, tz, candidate) == at_usec) {
            *ret = iso_week_of_day(candidate);
            return true;
        }
    return false;
}

/* The Monday of the week whose duty holds at an instant: the calendar's next week, whose duty cannot be over, or one before it. */
static int64_t duty_monday(const struct roster *roster, const struct tz *tz, int64_t at_usec)
{
    struct civil local;
    tz_to_local(tz, at_usec, &local);
    int64_t day = civil_day(local.year, local.month, local.day);
    int64_t monday = day - civil_weekday(day) + 7;
    while (duty_begin(roster, tz, monday) > at_usec)
        monday -= 7;
    return monday;
}

/* ---- layers: what stands higher is asked first, and leaves open what it keeps from below ---- */

struct answer {
    const struct person *primary;
    const struct person *const *backups;
    size_t n_backups;
    bool primary_known;
    bool backups_known;
};

static bool answer_complete(const struct answer *answer)
{
    return answer->primary_known && answer->backups_known;
}

static void answer_take(struct answer *answer, const struct duty *duty)
{
    if (!answer->primary_known && duty->primary) {
        answer->primary = duty->primary;
        answer->primary_known = true;
    }
    if (!answer->backups_known && !duty->keep_backups) {
        answer->backups = duty->backups;
        answer->n_backups = duty->n_backups;
        answer->backups_known = true;
    }
}

/* The number of shifts that have begun: they are ordered by their beginning. */
static size_t shifts_begun(const struct roster *roster, int64_t at_usec)
{
    size_t low = 0, high = roster->n_shifts;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (roster->shifts[middle].from_usec <= at_usec)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Backwards, so that the later beginning is asked first, and among equal ones the later in file and line. */
static void ask_shifts(const struct roster *roster, int64_t at_usec, bool drop_in, struct answer *answer)
{
    for (size_t i = shifts_begun(roster, at_usec); i-- > 0 && !answer_complete(answer);) {
        const struct duty_shift *shift = &roster->shifts[i];
        if (shift->drop_in == drop_in && at_usec < shift->to_usec)
            answer_take(answer, &shift->duty);
    }
}

/* Whether the entry at index a beats the one at b: the later first week does, then the later line. */
static bool weeks_beat(const struct roster *roster, size_t a, size_t b)
{
    int order = iso_week_compare(roster->weeks[a].first, roster->weeks[b].first);
    return order > 0 || (order == 0 && a > b);
}

static void ask_weeks(const struct roster *roster, struct iso_week week, struct answer *answer)
{
    size_t none = roster->n_weeks, asked = none;
    while (!answer_complete(answer)) {
        size_t best = none;
        for (size_t i = 0; i < roster->n_weeks; i++) {
            const struct duty_weeks *entry = &roster->weeks[i];
            if (iso_week_compare(entry->first, week) > 0 || iso_week_compare(entry->last, week) < 0)
                continue;
            if (asked != none && !weeks_beat(roster, asked, i))
                continue;
            if (best == none || weeks_beat(roster, i, best))
                best = i;
        }
        if (best == none)
            return;
        answer_take(answer, &roster->weeks[best].duty);
        asked = best;
    }
}

/* ---- the result ---- */

static void add_backup(struct on_call *on_call, const struct person *person)
{
    if (person == on_call->primary || on_call->n_backups == ROSTER_MAX_BACKUPS)
        return;
    for (size_t i = 0; i < on_call->n_backups; i++) {
        if (on_call->backups[i] == person)
            return;
    }
    on_call->backups[on_call->n_backups++] = person;
}

/* What the answer leaves open is the rotation's; before its start, and without one, nobody's. */
static void fill(const struct roster *roster, const struct answer *answer, bool week_known, int64_t monday, struct on_call *ret)
{
    const struct rotation *rotation = &roster->rotation;
    bool turning = week_known && rotation->present && rotation->n_order > 0 && monday >= iso_week_monday(rotation->start);
    size_t turn = turning ? (size_t)((monday - iso_week_monday(rotation->start)) / 7) % rotation->n_order : 0;

    *ret = (struct on_call){ .primary = answer->primary };
    if (!answer->primary_known && turning)
        ret->primary = rotation->order[turn];
    if (answer->backups_known) {
        for (size_t i = 0; i < answer->n_backups; i++)
            add_backup(ret, answer->backups[i]);
    } else if (turning) {
        for (size_t i = 1; i <= rotation->backups && i < rotation->n_order; i++)
            add_backup(ret, rotation->order[(turn + i) % rotation->n_order]);
    }
}

/* Whoever the roster itself names, whatever its hours. */
static void own_on_call(const struct roster *roster, const struct tz *tz, int64_t at_usec, struct on_call *ret)
{
    struct answer answer = { 0 };
    ask_shifts(roster, at_usec, true, &answer);
    ask_shifts(roster, at_usec, false, &answer);
    bool week_known = has_weeks(roster, at_usec);
    int64_t monday = 0;
    if (week_known) {
        monday = duty_monday(roster, tz, at_usec);
        ask_weeks(roster, iso_week_of_day(monday), &answer);
    }
    fill(roster, &answer, week_known, monday, ret);
}

/* Outside the hours: whoever `otherwise` names. A role may hand on to another; a ring of them reaches nobody. */
static void otherwise_on_call(const struct target *otherwise, const struct tz *tz, int64_t at_usec, int depth,
                              struct on_call *ret);

static void on_call_at_depth(const struct roster *roster, const struct tz *tz, int64_t at_usec, int depth, struct on_call *ret)
{
    if (roster_in_hours(roster, tz, at_usec))
        own_on_call(roster, tz, at_usec, ret);
    else
        otherwise_on_call(roster->otherwise, tz, at_usec, depth + 1, ret);
}

static void otherwise_on_call(const struct target *otherwise, const struct tz *tz, int64_t at_usec, int depth,
                              struct on_call *ret)
{
    *ret = (struct on_call){ 0 };
    if (!otherwise || depth > ROSTER_MAX_HANDINGS)
        return;
    if (otherwise->kind == TARGET_PERSON)
        ret->primary = otherwise->person;
    else if (otherwise->kind == TARGET_GROUP)
        ret->group = otherwise->group;
    else
        on_call_at_depth(otherwise->roster, tz, at_usec, depth, ret);
}

void roster_on_call(const struct roster *roster, const struct tz *tz, int64_t at_usec, struct on_call *ret)
{
    on_call_at_depth(roster, tz, at_usec, 0, ret);
}

/* ---- stretches: between two neighbouring change points nothing changes ---- */

bool on_call_same(const struct on_call *a, const struct on_call *b)
{
    if (a->primary != b->primary || a->group != b->group || a->n_backups != b->n_backups)
        return false;
    for (size_t i = 0; i < a->n_backups; i++) {
        if (a->backups[i] != b->backups[i])
            return false;
    }
    return true;
}

/* The first change point after an instant, or INT64_MAX. */
static int64_t own_point_after(const struct roster *roster, const struct tz *tz, int64_t at_usec)
{
    int64_t point = INT64_MAX;
    size_t begun = shifts_begun(roster, at_usec);
    if (begun < roster->n_shifts)
        point = roster->shifts[begun].from_usec;
    for (size_t i = 0; i < begun; i++) {
        int64_t to = roster->shifts[i].to_usec;
        if (to > at_usec && to < point)
            point = to;
    }
    if (has_weeks(roster, at_usec)) {
        int64_t next_week = duty_begin(roster, tz, duty_monday(roster, tz, at_usec) + 7);
        if (next_week < point)
            point = next_week;
    }
    return point;
}

/* The last change point at or before an instant, or INT64_MIN. */
static int64_t own_point_before(const struct roster *roster, const struct tz *tz, int64_t at_usec)
{
    int64_t point = INT64_MIN;
    size_t begun = shifts_begun(roster, at_usec);
    if (begun > 0)
        point = roster->shifts[begun - 1].from_usec;
    for (size_t i = 0; i < begun; i++) {
        int64_t to = roster->shifts[i].to_usec;
        if (to <= at_usec && to > point)
            point = to;
    }
    if (has_weeks(roster, at_usec)) {
        int64_t this_week = duty_begin(roster, tz, duty_monday(roster, tz, at_usec));
        if (this_week > point)
            point = this_week;
    }
    return point;
}

static const struct roster *hands_on_to(const struct roster *roster, int depth)
{
    const struct target *otherwise = roster->hours.present && depth < ROSTER_MAX_HANDINGS ? roster->otherwise : NULL;
    return otherwise && otherwise->kind == TARGET_ROLE ? otherwise->roster : NULL;
}

/* With the ends of the hours, and what changes where the duty is handed on. */
int64_t roster_change_after(const struct roster *roster, const struct tz *tz, int64_t at_usec)
{
    int64_t point = INT64_MAX;
    for (int depth = 0; roster; roster = hands_on_to(roster, depth++)) {
        int64_t own = own_point_after(roster, tz, at_usec), hours = roster_hours_after(roster, tz, at_usec);
        point = own < point ? own : point;
        point = hours < point ? hours : point;
    }
    return point;
}

static int64_t point_before(const struct roster *roster, const struct tz *tz, int64_t at_usec)
{
    int64_t point = INT64_MIN;
    for (int depth = 0; roster; roster = hands_on_to(roster, depth++)) {
        int64_t own = own_point_before(roster, tz, at_usec), hours = roster_hours_before(roster, tz, at_usec);
        point = own > point ? own : point;
        point = hours > point ? hours : point;
    }
    return point;
}

static int64_t stretch_until(const struct roster *roster, const struct tz *tz, int64_t at_usec, const struct on_call *now,
                             const struct person **ret_next)
{
    int64_t limit = at_usec > INT64_MAX - STRETCH_MAX_USEC ? INT64_MAX : at_usec + STRETCH_MAX_USEC;
    int64_t point = at_usec;
    *ret_next = NULL;
    for (int i = 0; i < STRETCH_MAX_POINTS; i++) {
        point = roster_change_after(roster, tz, point);
        if (point > limit || point == INT64_MAX)
            break;
        struct on_call then;
        roster_on_call(roster, tz, point, &then);
        if (!on_call_same(now, &then)) {
            *ret_next = then.primary;
            return point;
        }
    }
    return INT64_MAX;
}

static int64_t stretch_from(const struct roster *roster, const struct tz *tz, int64_t at_usec, const struct on_call *now)
{
    int64_t limit = at_usec < INT64_MIN + STRETCH_MAX_USEC ? INT64_MIN : at_usec - STRETCH_MAX_USEC;
    int64_t inside = at_usec;
    for (int i = 0; i < STRETCH_MAX_POINTS; i++) {
        int64_t point = point_before(roster, tz, inside);
        if (point < limit || point == INT64_MIN)
            break;
        struct on_call then;
        roster_on_call(roster, tz, point - 1, &then);
        if (!on_call_same(now, &then))
            return point;
        inside = point - 1;
    }
    return INT64_MIN;
}

void roster_stretch(const struct roster *roster, const struct tz *tz, int64_t at_usec, struct on_call *ret,
                    int64_t *ret_from_usec, int64_t *ret_until_usec, const struct person **ret_next)
{
    roster_on_call(roster, tz, at_usec, ret);
    *ret_until_usec = stretch_until(roster, tz, at_usec, ret, ret_next);
    *ret_from_usec = stretch_from(roster, tz, at_usec, ret);
}

#include "roster/roster_calendar.h"

#include <assert.h>

#include "base/mem.h"
#include "roster/roster_words.h"

void roster_calendar_done(struct calendar *calendar)
{
    for (size_t i = 0; i < 7 * calendar->n_weeks; i++) {
        free(calendar->days[i].who);
        free(calendar->days[i].changes);
    }
    free(calendar->days);
    short_names_done(&calendar->names);
    *calendar = (struct calendar){ 0 };
}

int64_t roster_calendar_begin(const struct tz *tz, int64_t day)
{
    struct civil local = { 0 };
    civil_from_day(day, &local.year, &local.month, &local.day);
    return tz_from_local(tz, &local, TZ_BEGIN);
}

static void collect_names(struct short_names *names, const struct duty_list *list)
{
    for (size_t i = 0; i < list->n; i++) {
        const struct on_call *on_call = &list->items[i].on_call;
        if (on_call->group)
            short_names_add_group(names, on_call->group);
        else if (on_call->primary)
            short_names_add(names, on_call->primary);
    }
    short_names_settle(names);
}

/* What is being filled in: the stretches go along with the days. */
struct filler {
    const struct duty_list *list;
    size_t at;               /* the first stretch that ends after the day's beginning */
    const struct tz *tz;
    const struct short_names *names;
    enum language language;
};

static const char *letters_of(const struct filler *filler, const struct on_call *on_call)
{
    if (on_call->group)
        return short_names_of(filler->names, on_call->group->id);
    return on_call->primary ? short_names_of(filler->names, on_call->primary->id) : roster_words_nobody(filler->language);
}

static void add_clock(struct buf *buf, const struct tz *tz, int64_t at_usec)
{
    struct civil local;
    tz_to_local(tz, at_usec, &local);
    buf_printf(buf, "%s%02d:%02d", buf->len > 0 ? " " : "", local.hour, local.minute);
}

/* A change of backups alone is none here: the same letters follow each other. */
static void fill_day(struct filler *filler, struct calendar_day *day)
{
    CLEANUP_BUF struct buf who = { 0 };
    CLEANUP_BUF struct buf changes = { 0 };
    const char *before = NULL;
    int64_t begin = roster_calendar_begin(filler->tz, day->day), end = roster_calendar_begin(filler->tz, day->day + 1);
    while (filler->at < filler->list->n && filler->list->items[filler->at].until_usec <= begin)
        filler->at++;
    for (size_t i = filler->at; i < filler->list->n && filler->list->items[i].from_usec < end; i++) {
        const struct duty_stretch *stretch = &filler->list->items[i];
        const char *letters = letters_of(filler, &stretch->on_call);
        day->hole = day->hole || (!stretch->on_call.primary && !stretch->on_call.group);
        if (before == letters)
            continue;
        buf_printf(&who, "%s%s", before ? "→" : "", letters);
        if (stretch->from_usec >= begin && stretch->from_usec != INT64_MIN)
            add_clock(&changes, filler->tz, stretch->from_usec);
        before = letters;
    }
    day->who = mem_strdup(buf_text(&who));
    day->changes = mem_strdup(buf_text(&changes));
}

void roster_calendar_build(struct calendar *calendar, const struct duty_list *list, const struct tz *tz, int64_t first_day,
                           int64_t last_day, enum language language)
{
    assert(first_day <= last_day && last_day - first_day < CALENDAR_MAX_DAYS && calendar->n_weeks == 0);
    collect_names(&calendar->names, list);
    int64_t monday = first_day - civil_weekday(first_day);
    calendar->n_weeks = (size_t)((last_day - monday) / 7 + 1);
    calendar->days = mem_alloc(calendar->n_weeks * 7 * sizeof *calendar->days);
    struct filler filler = { .list = list, .tz = tz, .names = &calendar->names, .language = language };
    for (size_t i = 0; i < 7 * calendar->n_weeks; i++) {
        struct calendar_day *day = &calendar->days[i];
        day->day = monday + (int64_t)i;
        day->inside = day->day >= first_day && day->day <= last_day;
        if (!day->inside)
            continue;
        day->holiday = holiday_of_day(day->day);
        fill_day(&filler, day);
    }
}

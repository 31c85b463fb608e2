#include "ctl/roster_print.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "ctl/print.h"
#include "ctl/table.h"
#include "roster/roster_calendar.h"
#include "roster/roster_words.h"

enum { LABEL_WIDTH = 5, CELL_MIN_WIDTH = 7, CELL_GAP = 2 };

struct page {                /* what is being printed */
    const struct config *config;
    const struct roster *roster;
    const struct roster_range *range;
    enum language language;
    int year;                /* of the first day: others are written out */
    struct duty_list list;
    struct calendar calendar;
    size_t cell_width;
};

static void page_done(struct page *page)
{
    roster_calendar_done(&page->calendar);
    duty_list_done(&page->list);
}

static void page_init(struct page *page, const struct config *config, const struct roster *roster,
                      const struct roster_range *range)
{
    const struct tz *tz = config->plan.tz;
    int month, day;
    *page = (struct page){.config = config, .roster = roster, .range = range, .language = config->plan.language};
    civil_from_day(range->first_day, &page->year, &month, &day);
    duty_list_build(&page->list, roster, tz, roster_calendar_begin(tz, range->first_day),
                    roster_calendar_begin(tz, range->last_day + 1));
    roster_calendar_build(&page->calendar, &page->list, tz, range->first_day, range->last_day, page->language);
}

/* ---- the calendar ---- */

static void pad(size_t n)
{
    printf("%*s", (int)n, "");
}

/* Blanks come before a text, never after the last one of a line. `at` is where the line has come to. */
static void put_at(size_t begin, size_t *at, enum style style, const char *text)
{
    if (!*text)
        return;
    pad(begin - *at);
    if (style != STYLE_PLAIN)
        print_style(stdout, style);
    fputs(text, stdout);
    if (style != STYLE_PLAIN)
        print_style(stdout, STYLE_PLAIN);
    *at = begin + print_width(text);
}

static size_t cell_begin(const struct page *page, size_t weekday)
{
    return LABEL_WIDTH + CELL_GAP + weekday * (page->cell_width + CELL_GAP);
}

static const char *mark_of(const struct calendar_day *day)
{
    static const char *const marks[] = {
        [HOLIDAY_NONE] = "", [HOLIDAY_RED] = " *", [HOLIDAY_EVE] = " '", [HOLIDAY_SQUEEZE] = " ~"};
    return marks[day->holiday.kind];
}

/* "24 '"; the first day of each month but the first has its month: "1/1". */
static void add_number(struct buf *buf, const struct page *page, const struct calendar_day *day)
{
    int year, month, mday;
    civil_from_day(day->day, &year, &month, &mday);
    bool named = day->day == page->range->first_day || mday == 1;
    if (named && page->language == LANGUAGE_SV)
        buf_printf(buf, "%d/%d%s", mday, month, mark_of(day));
    else if (named)
        buf_printf(buf, "%d %.3s%s", mday, roster_words_month(month, page->language), mark_of(day));
    else
        buf_printf(buf, "%d%s", mday, mark_of(day));
}

static size_t widest_cell(const struct page *page)
{
    size_t width = CELL_MIN_WIDTH;
    for (size_t i = 0; i < 7 * page->calendar.n_weeks; i++) {
        const struct calendar_day *day = &page->calendar.days[i];
        size_t who = day->inside ? print_width(day->who) : 0, changes = day->inside ? print_width(day->changes) : 0;
        width = who > width ? who : width;
        width = changes > width ? changes : width;
    }
    return width;
}

static void print_weekdays(const struct page *page)
{
    size_t at = 0;
    for (size_t weekday = 0; weekday < 7; weekday++)
        put_at(cell_begin(page, weekday), &at, STYLE_DIM, roster_words_weekday((int)weekday, page->language));
    putchar('\n');
}

static void print_numbers(const struct page *page, const struct calendar_day *week)
{
    CLEANUP_BUF struct buf label = {0};
    size_t at = 0;
    buf_printf(&label, "v. %d", iso_week_of_day(week[0].day).week);
    put_at(0, &at, STYLE_DIM, buf_text(&label));
    for (size_t i = 0; i < 7; i++) {
        CLEANUP_BUF struct buf number = {0};
        if (!week[i].inside)
            continue;
        add_number(&number, page, &week[i]);
        bool off = week[i].holiday.kind == HOLIDAY_RED || i == 6;
        put_at(cell_begin(page, i), &at, off ? STYLE_WARNING : STYLE_BOLD, buf_text(&number));
    }
    putchar('\n');
}

static void print_holders(const struct page *page, const struct calendar_day *week)
{
    size_t at = 0;
    for (size_t i = 0; i < 7; i++)
        if (week[i].inside)
            put_at(cell_begin(page, i), &at, week[i].hole ? STYLE_BAD : STYLE_PLAIN, week[i].who);
    putchar('\n');
}

static void print_changes(const struct page *page, const struct calendar_day *week)
{
    bool any = false;
    for (size_t i = 0; i < 7; i++)
        any = any || (week[i].inside && *week[i].changes);
    if (!any)
        return;
    size_t at = 0;
    for (size_t i = 0; i < 7; i++)
        if (week[i].inside)
            put_at(cell_begin(page, i), &at, STYLE_DIM, week[i].changes);
    putchar('\n');
}

static void print_calendar(struct page *page)
{
    page->cell_width = widest_cell(page);
    print_weekdays(page);
    for (size_t i = 0; i < page->calendar.n_weeks; i++) {
        const struct calendar_day *week = &page->calendar.days[7 * i];
        print_numbers(page, week);
        print_holders(page, week);
        print_changes(page, week);
    }
}

/* ---- what the letters and marks mean ---- */

static void print_names(const struct page *page)
{
    CLEANUP_BUF struct buf line = {0};
    for (size_t i = 0; i < page->calendar.names.n; i++)
        buf_printf(&line, "%s%s %s", i ? ", " : "", page->calendar.names.items[i].letters, page->calendar.names.items[i].name);
    if (line.len > 0)
        print_line(stdout, buf_text(&line));
}

static void print_holidays(const struct page *page)
{
    for (enum holiday_kind kind = HOLIDAY_RED; kind <= HOLIDAY_SQUEEZE; kind++) {
        CLEANUP_BUF struct buf line = {0};
        const char *mark = "";
        for (size_t i = 0; i < 7 * page->calendar.n_weeks; i++) {
            const struct calendar_day *day = &page->calendar.days[i];
            if (!day->inside || day->holiday.kind != kind)
                continue;
            mark = mark_of(day) + 1;
            buf_add_text(&line, line.len ? ", " : "");
            roster_words_add_day(&line, day->day, page->language, page->year);
            buf_printf(&line, " %s", holiday_name(day->holiday, page->language));
        }
        if (line.len > 0)
            printf("%s %s\n", mark, buf_text(&line));
    }
}

/* ---- the duties ---- */

/* "v. 52", or the calendar's week in which a duty begins that is no whole week's. */
static void add_week(struct buf *buf, const struct page *page, const struct duty_stretch *stretch)
{
    const struct tz *tz = page->config->plan.tz;
    if (roster_words_add_weeks(buf, page->roster, tz, stretch->from_usec, stretch->until_usec, page->year) ||
        stretch->from_usec == INT64_MIN)
        return;
    struct civil local;
    tz_to_local(tz, stretch->from_usec, &local);
    struct iso_week week = iso_week_of_day(civil_day(local.year, local.month, local.day));
    buf_printf(buf, "v. %d", week.week);
    if (week.year != page->year)
        buf_printf(buf, " %d", week.year);
}

static void print_duties(const struct page *page)
{
    CLEANUP_TABLE struct table table = {0};
    for (size_t i = 0; i < page->list.n; i++) {
        const struct duty_stretch *stretch = &page->list.items[i];
        CLEANUP_BUF struct buf week = {0};
        CLEANUP_BUF struct buf span = {0};
        CLEANUP_BUF struct buf who = {0};
        add_week(&week, page, stretch);
        roster_words_add_span(&span, page->config->plan.tz, stretch->from_usec, stretch->until_usec, page->language, page->year);
        roster_words_add_on_call(&who, &stretch->on_call, page->language);
        table_row(&table);
        table_styled(&table, STYLE_DIM, buf_text(&week));
        table_cell(&table, buf_text(&span));
        table_styled(&table, stretch->on_call.primary || stretch->on_call.group ? STYLE_PLAIN : STYLE_BAD, buf_text(&who));
    }
    table_print(&table, stdout, "");
}

static void print_title(const struct page *page)
{
    CLEANUP_BUF struct buf title = {0};
    int year, month, day, last_year, last_month, last_day;
    civil_from_day(page->range->first_day, &year, &month, &day);
    civil_from_day(page->range->last_day, &last_year, &last_month, &last_day);
    buf_add_text(&title, page->roster->role);
    if (strcmp(page->roster->role, page->roster->title) != 0)
        buf_printf(&title, "  %s", page->roster->title);
    buf_printf(&title, ", %s", roster_words_month(month, page->language));
    if (year != last_year)
        buf_printf(&title, " %d", year);
    if (year != last_year || month != last_month)
        buf_printf(&title, " – %s", roster_words_month(last_month, page->language));
    buf_printf(&title, " %d", last_year);
    print_style(stdout, STYLE_BOLD);
    print_line(stdout, buf_text(&title));
    print_style(stdout, STYLE_PLAIN);
}

void roster_print(const struct config *config, const struct roster *roster, const struct roster_range *range)
{
    struct page page;
    page_init(&page, config, roster, range);
    print_title(&page);
    putchar('\n');
    print_calendar(&page);
    putchar('\n');
    print_names(&page);
    print_holidays(&page);
    putchar('\n');
    print_duties(&page);
    page_done(&page);
}

/* ---- JSON ---- */

static json_t *time_to_json(int64_t at_usec)
{
    CLEANUP_BUF struct buf text = {0};
    if (at_usec == INT64_MIN || at_usec == INT64_MAX)
        return json_null();
    text_add_rfc3339(&text, at_usec);
    return json_string(buf_text(&text));
}

static json_t *duty_to_json(const struct duty_stretch *stretch)
{
    const struct on_call *on_call = &stretch->on_call;
    json_t *backups = json_array();
    for (size_t i = 0; i < on_call->n_backups; i++)
        json_array_append_new(backups, json_string(on_call->backups[i]->id));
    return json_pack("{so,so,ss?,ss?,so}", "from", time_to_json(stretch->from_usec), "until", time_to_json(stretch->until_usec),
                     "primary", on_call->primary ? on_call->primary->id : NULL, "group",
                     on_call->group ? on_call->group->id : NULL, "backups", backups);
}

static json_t *holiday_to_json(const struct calendar_day *day)
{
    static const char *const kinds[] = {[HOLIDAY_RED] = "red", [HOLIDAY_EVE] = "eve", [HOLIDAY_SQUEEZE] = "squeeze"};
    int year, month, mday;
    char date[48];
    civil_from_day(day->day, &year, &month, &mday);
    snprintf(date, sizeof date, "%04d-%02d-%02d", year, month, mday);
    return json_pack("{ss,ss,ss,ss}", "date", date, "kind", kinds[day->holiday.kind], "name_sv", day->holiday.name_sv, "name_en",
                     day->holiday.name_en);
}

json_t *roster_to_json(const struct config *config, const struct roster *roster, const struct roster_range *range)
{
    struct page page;
    page_init(&page, config, roster, range);
    json_t *duties = json_array(), *holidays = json_array();
    for (size_t i = 0; i < page.list.n; i++)
        json_array_append_new(duties, duty_to_json(&page.list.items[i]));
    for (size_t i = 0; i < 7 * page.calendar.n_weeks; i++)
        if (page.calendar.days[i].inside && page.calendar.days[i].holiday.kind != HOLIDAY_NONE)
            json_array_append_new(holidays, holiday_to_json(&page.calendar.days[i]));
    page_done(&page);
    return json_pack("{ss,ss,so,so}", "role", roster->role, "title", roster->title, "duties", duties, "holidays", holidays);
}

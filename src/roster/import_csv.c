/* The rows of a table as shifts: which column is which, weeks, days and times as spreadsheets write them. */
#include <string.h>

#include "base/text.h"
#include "roster/roster_import.h"

enum column { COLUMN_WEEK, COLUMN_YEAR, COLUMN_FROM, COLUMN_TO, COLUMN_NAME, COLUMN_BACKUP, COLUMN_COUNT };

enum { WEEKS_BACK = 8 };      /* a week without a year is one of the 52 or 53 from so many weeks ago on */

struct table {
    struct roster_import *import;
    const struct csv *csv;
    size_t at[COLUMN_COUNT];             /* which field; SIZE_MAX: there is no such column */
};

/* ---- headings ---- */

static const char *const headings[COLUMN_COUNT][12] = {
    [COLUMN_WEEK] = {"vecka", "veckor", "veckonr", "veckonummer", "v", "v.", "week", "weeks", "iso week", "iso-vecka"},
    [COLUMN_YEAR] = {"år", "year"},
    [COLUMN_FROM] = {"från", "from", "start", "börjar", "startar", "fr.o.m.", "begins", "begin", "från och med", "starttid"},
    [COLUMN_TO] = {"till", "to", "slut", "slutar", "t.o.m.", "end", "ends", "until", "stop", "sluttid"},
    [COLUMN_NAME] = {"namn", "name", "person", "primary", "ordinarie", "vem", "who", "beredskap", "jour"},
    [COLUMN_BACKUP] = {"ersättare", "backup", "backups", "reserv", "secondary", "bakjour"},
};

static enum column column_of(const struct roster_import *import, const char *heading)
{
    for (enum column column = 0; column < COLUMN_COUNT; column++)
        for (size_t i = 0; i < N_ELEMENTS(headings[column]) && headings[column][i]; i++)
            if (text_equal_fold(heading, headings[column][i]))
                return column;
    return text_equal_fold(heading, import->roster->role) ? COLUMN_NAME : COLUMN_COUNT;
}

static void unknown_heading(const struct table *table, const struct csv_row *row, const char *heading)
{
    static const char *const known[] = {"vecka", "år", "från", "till", "namn", "ersättare", "week", "year", "from", "to", "name",
                                        "backup"};
    const char *near = text_nearest(heading, known, N_ELEMENTS(known));
    if (near)
        roster_import_problem(table->import, row->line, true, "the column '%s' is unknown; did you mean '%s'?", heading, near);
    else if (*heading)
        roster_import_problem(table->import, row->line, false, "the column '%s' is left out", heading);
}

static bool has(const struct table *table, enum column column)
{
    return table->at[column] != SIZE_MAX;
}

static bool read_headings(struct table *table)
{
    const struct csv_row *row = &table->csv->rows[0];
    size_t errors = table->import->n_errors;
    for (enum column column = 0; column < COLUMN_COUNT; column++)
        table->at[column] = SIZE_MAX;
    for (size_t i = 0; i < row->n; i++) {
        enum column column = column_of(table->import, row->fields[i]);
        if (column == COLUMN_COUNT)
            unknown_heading(table, row, row->fields[i]);
        else if (has(table, column))
            roster_import_problem(table->import, row->line, true, "two columns say the same: '%s' and '%s'",
                                  row->fields[table->at[column]], row->fields[i]);
        else
            table->at[column] = i;
    }
    bool times = has(table, COLUMN_FROM) && has(table, COLUMN_TO);
    if (table->import->n_errors == errors && (!has(table, COLUMN_NAME) || has(table, COLUMN_WEEK) == times))
        roster_import_problem(table->import, row->line, true,
                              "the first row must be headings: vecka;namn;ersättare or från;till;namn;ersättare");
    return table->import->n_errors == errors;
}

static const char *cell(const struct table *table, const struct csv_row *row, enum column column)
{
    return table->at[column] < row->n ? row->fields[table->at[column]] : "";
}

/* ---- weeks ---- */

/* Digits, at least one and at most max. */
static bool take_number(const char **at, int max, int *ret)
{
    int digits = 0;
    for (*ret = 0; **at >= '0' && **at <= '9' && digits <= max; ++*at, digits++)
        *ret = 10 * *ret + **at - '0';
    return digits >= 1 && digits <= max;
}

static const char *skip(const char *at, const char *of)
{
    return at + strspn(at, of);
}

static const char *skip_week_word(const char *at)
{
    static const char *const words[] = {"vecka", "week", "v.", "v", "w"};
    for (size_t i = 0; i < N_ELEMENTS(words); i++)
        if (text_starts_with_fold(at, words[i]))
            return skip(at + strlen(words[i]), " ");
    return at;
}

/* The year in which a bare week is nearest: not more than eight weeks ago. */
static struct iso_week nearest_week(const struct roster_import *import, int week)
{
    struct civil local;
    tz_to_local(import->plan->tz, import->now_usec, &local);
    struct iso_week first = iso_week_of_day(civil_day(local.year, local.month, local.day) - (int64_t)7 * WEEKS_BACK);
    for (int year = first.year; year <= first.year + 6; year++) {
        struct iso_week candidate = {year, week};
        if (iso_week_valid(candidate) && iso_week_compare(candidate, first) >= 0)
            return candidate;
    }
    return (struct iso_week){0, 0};
}

/* "2026-W52", "2026-52", "2026 v. 52", "52", "v. 52": moves *at behind it. year: of its own column, or 0. */
static bool take_week(const struct roster_import *import, const char **at, int year, struct iso_week *ret)
{
    int number;
    const char *begin = skip_week_word(*at), *digits = begin;
    if (!take_number(&digits, 4, &number))
        return false;
    if (digits - begin == 4 && begin == *at) {
        digits = skip_week_word(skip(digits, " -"));
        year = number;
        if (!take_number(&digits, 2, &number))
            return false;
    } else if (digits - begin > 2) {
        return false;
    }
    *at = digits;
    *ret = year ? (struct iso_week){year, number} : nearest_week(import, number);
    return ret->year >= 1983 && ret->year <= 8000 && iso_week_valid(*ret);
}

static bool take_range_mark(const char **at)
{
    static const char *const marks[] = {"..", "–", "—", "-", "till", "to"};
    *at = skip(*at, " ");
    for (size_t i = 0; i < N_ELEMENTS(marks); i++)
        if (text_starts_with_fold(*at, marks[i])) {
            *at = skip(*at + strlen(marks[i]), " ");
            return true;
        }
    return false;
}

static bool read_year(const struct table *table, const struct csv_row *row, int *ret)
{
    const char *text = cell(table, row, COLUMN_YEAR), *at = text;
    *ret = 0;
    return !*text || (take_number(&at, 4, ret) && !*at && at - text == 4);
}

static bool read_weeks(const struct table *table, const struct csv_row *row, struct iso_week *ret_first,
                       struct iso_week *ret_last)
{
    const char *text = cell(table, row, COLUMN_WEEK), *at = text;
    int year;
    bool good = read_year(table, row, &year) && take_week(table->import, &at, year, ret_first);
    *ret_last = *ret_first;
    if (good && strspn(text, "0123456789") == 4)
        year = ret_first->year;          /* "2027-W27..W30" */
    if (good && *at)
        good = take_range_mark(&at) && take_week(table->import, &at, year, ret_last) && !*at;
    if (!good)
        roster_import_problem(table->import, row->line, true,
                              "'%s' is no week that exists; write 2026-W52, or 52 with a column for the year", text);
    return good;
}

static void set_weeks(const struct table *table, struct iso_week first, struct iso_week last, struct import_shift *ret)
{
    const struct tz *tz = table->import->plan->tz;
    struct iso_week after = iso_week_of_day(iso_week_monday(last) + 7);
    ret->from_usec = roster_week_begin(table->import->roster, tz, first);
    ret->to_usec = roster_week_begin(table->import->roster, tz, after);
    ret->week = iso_week_compare(first, last) == 0 ? first : (struct iso_week){0, 0};
}

/* ---- times ---- */

/* "2026-12-24", "2026-12-24 08:00", "2026-12-24T08:00:00"; a day alone means its handover. */
static bool parse_time(const struct roster *roster, const char *text, struct civil *ret)
{
    const char *at = text;
    *ret = (struct civil){.hour = roster->handover_minute / 60, .minute = roster->handover_minute % 60};
    if (!take_number(&at, 4, &ret->year) || at - text != 4 || *at++ != '-' || !take_number(&at, 2, &ret->month) || *at++ != '-' ||
        !take_number(&at, 2, &ret->day))
        return false;
    if (*at) {
        const char *clock = *at == 'T' || *at == 't' ? at + 1 : skip(at, " ");
        if (clock == at || !take_number(&clock, 2, &ret->hour) || (*clock != ':' && *clock != '.'))
            return false;
        clock++;
        if (!take_number(&clock, 2, &ret->minute) || (*clock == ':' && (clock++, !take_number(&clock, 2, &ret->second))) ||
            *clock)
            return false;
    }
    bool day_end = ret->hour == 24 && ret->minute == 0 && ret->second == 0;
    ret->hour = day_end ? 0 : ret->hour;
    if (ret->year < 1983 || ret->year > 8000 || !civil_valid(ret))
        return false;
    if (day_end)
        civil_from_day(civil_day(ret->year, ret->month, ret->day) + 1, &ret->year, &ret->month, &ret->day);
    return true;
}

static bool read_time(const struct table *table, const struct csv_row *row, enum column column, enum tz_edge edge,
                      int64_t *ret_usec)
{
    const char *text = cell(table, row, column);
    struct civil local;
    if (!parse_time(table->import->roster, text, &local)) {
        roster_import_problem(table->import, row->line, true, "'%s' is no time that exists; write 2026-12-24 08:00", text);
        return false;
    }
    *ret_usec = tz_from_local(table->import->plan->tz, &local, edge);
    return true;
}

/* ---- rows ---- */

static bool read_when(const struct table *table, const struct csv_row *row, struct import_shift *ret)
{
    struct iso_week first, last;
    if (!has(table, COLUMN_WEEK)) {
        bool from = read_time(table, row, COLUMN_FROM, TZ_BEGIN, &ret->from_usec);
        return read_time(table, row, COLUMN_TO, TZ_END, &ret->to_usec) && from;
    }
    if (!read_weeks(table, row, &first, &last))
        return false;
    set_weeks(table, first, last, ret);
    return true;
}

static bool read_who(const struct table *table, const struct csv_row *row, struct import_shift *ret)
{
    const struct person *named[1 + ROSTER_MAX_BACKUPS];
    size_t n;
    bool good = roster_import_people(table->import, row->line, cell(table, row, COLUMN_NAME), named, N_ELEMENTS(named), &n);
    good &= roster_import_people(table->import, row->line, cell(table, row, COLUMN_BACKUP), ret->backups, ROSTER_MAX_BACKUPS,
                                 &ret->n_backups);
    ret->primary = n > 0 ? named[0] : NULL;
    ret->keep_backups = !has(table, COLUMN_BACKUP) && n <= 1;
    if (n > 1 && (has(table, COLUMN_BACKUP) || n - 1 > ROSTER_MAX_BACKUPS)) {
        roster_import_problem(table->import, row->line, true, "one name at a time; backups stand in their own column");
        return false;
    }
    for (size_t i = 1; i < n; i++)
        ret->backups[ret->n_backups++] = named[i];
    return good;
}

static void read_row(const struct table *table, const struct csv_row *row)
{
    struct import_shift shift = {.line = row->line};
    bool when = read_when(table, row, &shift), who = read_who(table, row, &shift);
    if (!when || !who)
        return;
    if (!shift.primary && shift.n_backups == 0)
        roster_import_problem(table->import, row->line, false, "nobody is named: it stays as the roster has it");
    else
        roster_import_add(table->import, &shift);
}

void roster_import_csv(struct roster_import *import, const struct csv *csv)
{
    struct table table = {.import = import, .csv = csv};
    if (csv->n == 0) {
        roster_import_problem(import, 1, true, "there is nothing in it");
        return;
    }
    if (!read_headings(&table))
        return;
    for (size_t i = 1; i < csv->n && import->n_problems < IMPORT_MAX_PROBLEMS; i++)
        read_row(&table, &csv->rows[i]);
    if (import->n_shifts == 0 && import->n_errors == 0)
        roster_import_problem(import, csv->rows[0].line, true, "there is no row in it that names somebody");
}

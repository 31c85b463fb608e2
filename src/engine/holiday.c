#include "engine/holiday.h"

#include "base/mem.h"

int64_t holiday_easter(int year)
{
    int a = year % 19, b = year / 100, c = year % 100;
    int d = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30;
    int e = (32 + 2 * (b % 4) + 2 * (c / 4) - d - c % 4) % 7;
    int f = d + e - 7 * ((a + 11 * d + 22 * e) / 451) + 114;
    return civil_day(year, f / 31, f % 31 + 1);
}

/* The Saturday on or after a date. */
static int64_t saturday_from(int year, int month, int day)
{
    int64_t first = civil_day(year, month, day);
    return first + (5 - civil_weekday(first) + 7) % 7;
}

struct named_day {
    int64_t day;
    struct holiday holiday;
    bool off;
};

#define RED(name_sv, name_en) {HOLIDAY_RED, name_sv, name_en}, true
#define EVE(name_sv, name_en, off) {HOLIDAY_EVE, name_sv, name_en}, off

enum { NAMED_DAYS = 22 };

/* Every named day of a year. Red days come first: where two fall together, the first counts. */
static void named_days(int year, struct named_day ret[NAMED_DAYS])
{
    int64_t easter = holiday_easter(year), midsummer = saturday_from(year, 6, 20), saints = saturday_from(year, 10, 31);
    const struct named_day days[NAMED_DAYS] = {
        {civil_day(year, 1, 1), RED("nyårsdagen", "New Year's Day")},
        {civil_day(year, 1, 6), RED("trettondedag jul", "Epiphany")},
        {easter - 2, RED("långfredagen", "Good Friday")},
        {easter, RED("påskdagen", "Easter Sunday")},
        {easter + 1, RED("annandag påsk", "Easter Monday")},
        {civil_day(year, 5, 1), RED("första maj", "May Day")},
        {easter + 39, RED("Kristi himmelsfärdsdag", "Ascension Day")},
        {easter + 49, RED("pingstdagen", "Whit Sunday")},
        {civil_day(year, 6, 6), RED("nationaldagen", "National Day")},
        {midsummer, RED("midsommardagen", "Midsummer's Day")},
        {saints, RED("alla helgons dag", "All Saints' Day")},
        {civil_day(year, 12, 25), RED("juldagen", "Christmas Day")},
        {civil_day(year, 12, 26), RED("annandag jul", "Boxing Day")},
        {midsummer - 1, EVE("midsommarafton", "Midsummer's Eve", true)},
        {civil_day(year, 12, 24), EVE("julafton", "Christmas Eve", true)},
        {civil_day(year, 12, 31), EVE("nyårsafton", "New Year's Eve", true)},
        {civil_day(year, 1, 5), EVE("trettondagsafton", "Twelfth Night", false)},
        {easter - 3, EVE("skärtorsdagen", "Maundy Thursday", false)},
        {easter - 1, EVE("påskafton", "Easter Eve", false)},
        {civil_day(year, 4, 30), EVE("valborgsmässoafton", "Walpurgis Night", false)},
        {easter + 48, EVE("pingstafton", "Whitsun Eve", false)},
        {saints - 1, EVE("allhelgonaafton", "All Saints' Eve", false)},
    };
    for (int i = 0; i < NAMED_DAYS; i++)
        ret[i] = days[i];
}

static bool find_named(int64_t day, struct named_day *ret)
{
    struct named_day days[NAMED_DAYS];
    int year, month, day_of_month;
    civil_from_day(day, &year, &month, &day_of_month);
    named_days(year, days);
    for (int i = 0; i < NAMED_DAYS; i++) {
        if (days[i].day == day) {
            *ret = days[i];
            return true;
        }
    }
    return false;
}

bool holiday_is_off(int64_t day)
{
    struct named_day named;
    return find_named(day, &named) && named.off;
}

bool holiday_is_workday(int64_t day)
{
    return civil_weekday(day) < 5 && !holiday_is_off(day);
}

/* A workday with no workday on either side. */
static bool is_squeeze(int64_t day)
{
    return holiday_is_workday(day) && !holiday_is_workday(day - 1) && !holiday_is_workday(day + 1);
}

struct holiday holiday_of_day(int64_t day)
{
    struct named_day named;
    if (find_named(day, &named))
        return named.holiday;
    if (is_squeeze(day))
        return (struct holiday){HOLIDAY_SQUEEZE, "klämdag", "squeeze day"};
    return (struct holiday){HOLIDAY_NONE, "", ""};
}

const char *holiday_name(struct holiday holiday, enum language language)
{
    return language == LANGUAGE_SV ? holiday.name_sv : holiday.name_en;
}

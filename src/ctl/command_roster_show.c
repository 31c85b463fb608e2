/* roster show: a calendar of who holds each role, and the duties in words. */
#include <stdio.h>
#include <string.h>

#include "ctl/config_dir.h"
#include "ctl/ctl.h"
#include "ctl/print.h"
#include "ctl/roster_print.h"
#include "roster/roster_calendar.h"

const struct args_option command_roster_show_options[] = {
    {"from", 0, "DATE", "the first day, as 2026-12-01; or a month, as 2026-12"},
    {"to", 0, "DATE", "the last day, or month"},
    CONFIG_DIR_OPTION,
    {NULL, 0, NULL, NULL},
};

static int64_t month_end(int year, int month) {
    return civil_day(month == 12 ? year + 1 : year, month == 12 ? 1 : month + 1, 1) - 1;
}

static bool read_number(const char *text, size_t digits, int *ret) {
    *ret = 0;
    for (size_t i = 0; i < digits; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        *ret = 10 * *ret + text[i] - '0';
    }
    return true;
}

/* A day, or a whole month's first and last. Years in which the calendar's holidays are known. */
static bool read_days(const char *text, struct roster_range *ret) {
    struct civil date = {.day = 1};
    size_t len = strlen(text);
    if ((len != 7 && len != 10) || !read_number(text, 4, &date.year) || text[4] != '-' || !read_number(text + 5, 2, &date.month) ||
        (len == 10 && (text[7] != '-' || !read_number(text + 8, 2, &date.day))))
        return false;
    if (!civil_valid(&date) || date.year < 1983 || date.year > 8000)
        return false;
    ret->first_day = civil_day(date.year, date.month, date.day);
    ret->last_day = len == 7 ? month_end(date.year, date.month) : ret->first_day;
    return true;
}

static void this_month(const struct tz *tz, struct roster_range *ret) {
    struct civil local;
    tz_to_local(tz, config_dir_now(), &local);
    ret->first_day = civil_day(local.year, local.month, 1);
    ret->last_day = month_end(local.year, local.month);
}

/* Only --from: to the end of that month. Only --to: from today's month on. */
static int read_range(const struct args *args, const struct tz *tz, struct roster_range *ret) {
    struct roster_range from, to;
    const char *first = args_value(args, "from"), *last = args_value(args, "to");
    this_month(tz, &from);
    if ((first && !read_days(first, &from)) || (last && !read_days(last, &to))) {
        ctl_complain("--from and --to take a day, as 2026-12-24, or a month, as 2026-12");
        return EXIT_USAGE;
    }
    if (!last) {
        int year, month, day;
        civil_from_day(from.first_day, &year, &month, &day);
        to.last_day = month_end(year, month);
    }
    *ret = (struct roster_range){.first_day = from.first_day, .last_day = to.last_day};
    if (ret->first_day > ret->last_day || ret->last_day - ret->first_day >= CALENDAR_MAX_DAYS) {
        ctl_complain(ret->first_day > ret->last_day ? "--from is after --to" : "at most ten years at a time");
        return EXIT_USAGE;
    }
    return EXIT_DONE;
}

static void show(const struct ctl *ctl, const struct config *config, const struct roster *const *rosters, size_t n,
                 const struct roster_range *range) {
    json_t *all = json_array();
    for (size_t i = 0; i < n; i++) {
        if (ctl->json) {
            json_array_append_new(all, roster_to_json(config, rosters[i], range));
            continue;
        }
        if (i > 0)
            fputs("\n\n", stdout);
        roster_print(config, rosters[i], range);
    }
    json_t *object = json_pack("{so}", "rosters", all);
    if (ctl->json) {
        CLEANUP_BUF struct buf text = {0};
        CLEANUP_FREE char *dumped = json_dumps(object, JSON_COMPACT);
        buf_add_text(&text, dumped);
        print_json(&text);
    }
    json_decref(object);
}

int command_roster_show(struct ctl *ctl, const struct args *args) {
    CLEANUP(config_free) struct config *config = NULL;
    int code = config_dir_load(config_dir_of(args), &config);
    if (code != EXIT_DONE)
        return code;
    struct roster_range range;
    code = read_range(args, config->plan.tz, &range);
    if (code != EXIT_DONE)
        return code;
    size_t n = args->n_operands ? args->n_operands : config->plan.n_rosters;
    CLEANUP_FREE const struct roster **rosters = NEW_ARRAY(const struct roster *, n + 1);
    for (size_t i = 0; i < n; i++) {
        rosters[i] = args->n_operands ? config_dir_role(config, args->operands[i]) : &config->plan.rosters[i];
        if (!rosters[i])
            return EXIT_REFUSED;
    }
    show(ctl, config, rosters, n, &range);
    return EXIT_DONE;
}

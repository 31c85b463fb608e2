/* roster show: a calendar of who holds each role, and the duties in words. */
#include <stdio.h>
#include <string.h>

#include "ctl/config_dir.h"
#include "ctl/ctl.h"
#include "ctl/days.h"
#include "ctl/print.h"
#include "ctl/roster_print.h"
#include "roster/roster_calendar.h"

const struct args_option command_roster_show_options[] = {
    {"from", 0, "DATE", "the first day, as 2026-12-01; or a month, as 2026-12"},
    {"to", 0, "DATE", "the last day, or month"},
    CONFIG_DIR_OPTION,
    {NULL, 0, NULL, NULL},
};

static void this_month(const struct tz *tz, struct roster_range *ret)
{
    struct civil local;
    tz_to_local(tz, config_dir_now(), &local);
    ret->first_day = civil_day(local.year, local.month, 1);
    ret->last_day = days_month_end(local.year, local.month);
}

/* Only --from: to the end of that month. Only --to: from today's month on. */
static int read_range(const struct args *args, const struct tz *tz, struct roster_range *ret)
{
    struct roster_range from, to;
    const char *first = args_value(args, "from"), *last = args_value(args, "to");
    this_month(tz, &from);
    if ((first && !days_read(first, &from.first_day, &from.last_day)) ||
        (last && !days_read(last, &to.first_day, &to.last_day))) {
        ctl_complain("--from and --to take a day, as 2026-12-24, or a month, as 2026-12");
        return EXIT_USAGE;
    }
    if (!last) {
        int year, month, day;
        civil_from_day(from.first_day, &year, &month, &day);
        to.last_day = days_month_end(year, month);
    }
    *ret = (struct roster_range){.first_day = from.first_day, .last_day = to.last_day};
    if (ret->first_day > ret->last_day || ret->last_day - ret->first_day >= CALENDAR_MAX_DAYS) {
        ctl_complain(ret->first_day > ret->last_day ? "--from is after --to" : "at most ten years at a time");
        return EXIT_USAGE;
    }
    return EXIT_DONE;
}

static void show(const struct ctl *ctl, const struct config *config, const struct roster *const *rosters, size_t n,
                 const struct roster_range *range)
{
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

int command_roster_show(struct ctl *ctl, const struct args *args)
{
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

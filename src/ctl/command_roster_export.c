/* roster export: a roster as iCalendar, on standard output. */
#include <stdio.h>

#include "ctl/config_dir.h"
#include "ctl/ctl.h"
#include "ctl/days.h"
#include "roster/ics.h"

enum { DAYS_AHEAD = 400 };

const struct args_option command_roster_export_options[] = {
    {"person", 'p', "PERSON", "only this person's duties"},
    {"from", 0, "DATE", "the first day, as 2026-12-01; or a month, as 2026-12. Today, if not said"},
    {"to", 0, "DATE", "the last day, or month. Four hundred days ahead, if not said"},
    CONFIG_DIR_OPTION,
    {NULL, 0, NULL, NULL},
};

static int64_t begin_of_day(const struct tz *tz, int64_t day)
{
    struct civil local = {0};
    civil_from_day(day, &local.year, &local.month, &local.day);
    return tz_from_local(tz, &local, TZ_BEGIN);
}

static int64_t today(const struct tz *tz)
{
    struct civil local;
    tz_to_local(tz, config_dir_now(), &local);
    return civil_day(local.year, local.month, local.day);
}

static int read_window(const struct args *args, const struct tz *tz, struct roster_ics *ret)
{
    const char *from = args_value(args, "from"), *to = args_value(args, "to");
    int64_t first = today(tz), last, ignored;
    if (from && !days_read(from, &first, &ignored))
        goto usage;
    last = first + DAYS_AHEAD;
    if (to && !days_read(to, &ignored, &last))
        goto usage;
    if (last < first) {
        ctl_complain("--from is after --to");
        return EXIT_USAGE;
    }
    ret->from_usec = begin_of_day(tz, first);
    ret->to_usec = begin_of_day(tz, last + 1);
    return EXIT_DONE;
usage:
    ctl_complain("--from and --to take a day, as 2026-12-24, or a month, as 2026-12");
    return EXIT_USAGE;
}

int command_roster_export(struct ctl *ctl, const struct args *args)
{
    (void)ctl;
    CLEANUP(config_free) struct config *config = NULL;
    CLEANUP_BUF struct buf text = {0};
    const char *person = args_value(args, "person");
    int code = config_dir_load(config_dir_of(args), &config);
    if (code != EXIT_DONE)
        return code;
    struct roster_ics ics = {.plan = &config->plan, .stamp_usec = config->loaded_at_usec, .language = config->plan.language};
    ics.roster = config_dir_role(config, args_operand(args, 0));
    if (!ics.roster || (person && !(ics.person = config_dir_person(config, person))))
        return EXIT_REFUSED;
    code = read_window(args, config->plan.tz, &ics);
    if (code != EXIT_DONE)
        return code;
    roster_add_ics(&text, &ics);
    fwrite(buf_text(&text), 1, text.len, stdout);
    return EXIT_DONE;
}

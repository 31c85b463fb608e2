/* Answers for the oracle's tests in tests/integration/test_roster_oracle.py:
 *
 *     roster_lookup DIRECTORY            lines "ROLE SECONDS" on standard input; a line "anna+bo", "group:alla" or "-" for each
 *     roster_lookup --holidays           lines "YYYY-MM-DD"; "off" or "on", and the kind: none, red, eve, squeeze */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "config/config.h"
#include "engine/holiday.h"
#include "engine/roster.h"

static void print_on_call(const struct on_call *on_call)
{
    if (on_call->group)
        printf("group:%s", on_call->group->id);
    else
        printf("%s", on_call->primary ? on_call->primary->id : "-");
    for (size_t i = 0; i < on_call->n_backups; i++)
        printf("+%s", on_call->backups[i]->id);
    putchar('\n');
}

static int answer_rosters(const struct plan *plan)
{
    char role[80];
    int64_t at_sec;
    int got;
    while ((got = scanf("%79s %" SCNd64, role, &at_sec)) == 2) {
        const struct roster *roster = plan_roster(plan, role);
        struct on_call on_call;
        if (!roster) {
            fprintf(stderr, "no role %s\n", role);
            return 1;
        }
        roster_on_call(roster, plan->tz, at_sec * USEC_PER_SEC, &on_call);
        print_on_call(&on_call);
    }
    return got != EOF;
}

static int answer_holidays(void)
{
    static const char *const kinds[] = { [HOLIDAY_NONE] = "none", [HOLIDAY_RED] = "red", [HOLIDAY_EVE] = "eve", [HOLIDAY_SQUEEZE] = "squeeze" };
    int year, month, day_of_month, got;
    while ((got = scanf("%d-%d-%d", &year, &month, &day_of_month)) == 3) {
        int64_t day = civil_day(year, month, day_of_month);
        printf("%s %s\n", holiday_is_off(day) ? "off" : "on", kinds[holiday_of_day(day).kind]);
    }
    return got != EOF;
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    if (strcmp(argv[1], "--holidays") == 0)
        return answer_holidays();
    CLEANUP(problems_free) struct problems *problems = problems_new();
    CLEANUP(config_free) struct config *config = NULL;
    const struct config_env env = {
        .directory = argv[1], .preset_directory = "/nonexistent", .zoneinfo_directory = "/usr/share/zoneinfo", .now_usec = 1,
    };
    if (config_load(&env, problems, &config) == ERR_OK)
        return answer_rosters(&config->plan);
    for (size_t i = 0; i < problems_count(problems); i++) {
        CLEANUP_BUF struct buf line = { 0 };
        problem_add_text(&line, problems_get(problems, i));
        fprintf(stderr, "%s\n", buf_text(&line));
    }
    return 1;
}

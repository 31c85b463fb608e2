/* roster check: what is wrong with the rosters as they stand on disk, now and in the days ahead. Needs no daemon. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "config/audit.h"
#include "ctl/config_dir.h"
#include "ctl/ctl.h"
#include "ctl/print.h"

const struct args_option command_roster_check_options[] = {
    {"days", 0, "N", "how far ahead holes are told (60)"},
    CONFIG_DIR_OPTION,
    {NULL, 0, NULL, NULL},
};

/* Of rosters/TIB.ini and rosters/TIB.d/jul.ini this is "TIB", whole. */
static bool is_of_role(const char *file, const char *role)
{
    size_t len = strlen(role);
    const char *rest = file + strlen("rosters/");
    return strncmp(file, "rosters/", strlen("rosters/")) == 0 && strncmp(rest, role, len) == 0 &&
           (strcmp(rest + len, ".ini") == 0 || strcmp(rest + len, ".d") == 0 || strncmp(rest + len, ".d/", 3) == 0);
}

/* What whoever keeps rosters can mend. NULL for `role`: all of them. */
static bool is_wanted(const struct problem *problem, const char *role)
{
    if (role)
        return is_of_role(problem->file, role);
    return strncmp(problem->file, "rosters", strlen("rosters")) == 0 || strcmp(problem->file, "people.ini") == 0 ||
           strcmp(problem->file, "groups.ini") == 0;
}

struct summary {
    size_t wanted;
    size_t errors;
    size_t elsewhere;        /* errors in other files: nothing of the configuration counts before they are mended */
};

static struct summary summarise(const struct problems *problems, const char *role)
{
    struct summary summary = {0};
    for (size_t i = 0; i < problems_count(problems); i++) {
        const struct problem *problem = problems_get(problems, i);
        bool wanted = is_wanted(problem, role), error = problem->level == PROBLEM_ERROR;
        summary.wanted += wanted;
        summary.errors += wanted && error;
        summary.elsewhere += !wanted && error;
    }
    return summary;
}

static void print_problem(const struct problem *problem)
{
    CLEANUP_BUF struct buf line = {0};
    problem_add_text(&line, problem);
    print_line(stdout, buf_text(&line));
    buf_clear(&line);
    if (problem_add_quote(&line, problem))
        puts(buf_text(&line));      /* cleaned already */
}

static void print_text(const struct problems *problems, const char *role, unsigned days, const struct summary *summary)
{
    for (size_t i = 0; i < problems_count(problems); i++)
        if (is_wanted(problems_get(problems, i), role))
            print_problem(problems_get(problems, i));
    if (summary->wanted == 0)
        printf("%s: nothing to remark, and no hole in the coming %u days.\n", role ? role : "All rosters", days);
    if (summary->elsewhere > 0)
        ctl_complain("there %s %zu error%s in other files; see: beredd -t", summary->elsewhere == 1 ? "is" : "are",
                     summary->elsewhere,
                     summary->elsewhere == 1 ? "" : "s");
}

static json_t *problem_json(const struct problem *problem)
{
    json_t *json = json_pack("{s:s, s:s, s:i, s:s}", "level", problem_level_name(problem->level), "file", problem->file,
                             "line", problem->line, "message", problem->message);
    if (json && problem->line_text)
        json_object_set_new(json, "line_text", json_string(problem->line_text));
    return json;
}

static void print_as_json(const struct problems *problems, const char *role, const struct summary *summary)
{
    json_t *list = json_array();
    for (size_t i = 0; i < problems_count(problems); i++)
        if (is_wanted(problems_get(problems, i), role))
            json_array_append_new(list, problem_json(problems_get(problems, i)));
    json_t *whole = json_pack("{s:b, s:I, s:o}", "ok", summary->errors == 0, "errors", (json_int_t)summary->errors,
                              "problems", list);
    json_dumpf(whole, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(whole);
}

/* The role as its file is named. A configuration with errors has no list of roles to compare with. */
static bool find_role(const struct config *config, const char *typed, const char **ret)
{
    const struct roster *roster = config ? config_dir_role(config, typed) : NULL;
    *ret = roster ? roster->role : typed;
    return roster || !config;
}

static int check(const struct ctl *ctl, const struct args *args, unsigned days)
{
    CLEANUP(problems_free) struct problems *problems = problems_new();
    CLEANUP(config_free) struct config *config = NULL;
    enum err err = config_dir_check(config_dir_of(args), (int)days, problems, &config);
    if (err && err != ERR_CONFIG)
        return EXIT_REFUSED;
    const char *role = args_operand(args, 0);
    if (role && !find_role(config, role, &role))
        return EXIT_REFUSED;
    struct summary summary = summarise(problems, role);
    if (ctl->json)
        print_as_json(problems, role, &summary);
    else
        print_text(problems, role, days, &summary);
    return summary.errors + summary.elsewhere > 0 ? EXIT_REFUSED : EXIT_DONE;
}

int command_roster_check(struct ctl *ctl, const struct args *args)
{
    const char *text = args_value(args, "days");
    uint64_t days = AUDIT_DAYS;
    if (text && (text_to_u64(text, AUDIT_DAYS_MAX, &days) != ERR_OK || days == 0)) {
        ctl_complain("--days takes a number from 1 to %d", AUDIT_DAYS_MAX);
        return EXIT_USAGE;
    }
    return check(ctl, args, (unsigned)days);
}

/* simulate: whom an alarm would page, when, by what, with the configuration as it stands on disk. Nothing is sent. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "ctl/config_dir.h"
#include "ctl/ctl.h"
#include "ctl/simulate_print.h"
#include "roster/roster_time.h"
#include "roster/simulate.h"

enum { ROLES_MAX = 64 };

const struct args_option command_simulate_options[] = {
    {"at", 'a', "TIME", "when the alarm comes, as \"2026-12-24 23:40\". Now, if not said"},
    {"role", 'r', "ROLE", "whom it names; repeat for several. Without it: every role that is always called"},
    {"severity", 0, "SEVERITY", "critical (the default), error, warning or info"},
    {"answer", 0, "PERSON=yes|no@DURATION", "what somebody answers, so long after the alarm, as anna.berg=no@2m; repeat for several"},
    CONFIG_DIR_OPTION,
    {NULL, 0, NULL, NULL},
};

struct request {
    struct simulation simulation;
    const struct roster *roles[ROLES_MAX];
    struct simulate_answer answers[SIMULATE_MAX_ANSWERS];
};

static int read_roles(const struct args *args, const struct config *config, struct request *ret)
{
    size_t index = 0;
    const char *typed;
    while ((typed = args_next(args, "role", &index))) {
        const struct roster *roster = config_dir_role(config, typed);
        if (!roster)
            return EXIT_REFUSED;
        if (ret->simulation.n_roles == ROLES_MAX) {
            ctl_complain("at most %d roles at a time", ROLES_MAX);
            return EXIT_USAGE;
        }
        bool twice = false;
        for (size_t i = 0; i < ret->simulation.n_roles; i++)
            twice |= ret->roles[i] == roster;
        if (!twice)
            ret->roles[ret->simulation.n_roles++] = roster;
    }
    ret->simulation.roles = ret->roles;
    return EXIT_DONE;
}

static int read_at(const struct args *args, struct request *ret)
{
    const struct plan *plan = ret->simulation.plan;
    const struct roster *roster = ret->simulation.n_roles ? ret->roles[0] : plan->rosters;
    const char *at = args_value(args, "at");
    int64_t now_usec = config_dir_now() / USEC_PER_SEC * USEC_PER_SEC;
    ret->simulation.at_usec = now_usec;
    if (!at || text_from_rfc3339(at, &ret->simulation.at_usec) == ERR_OK)
        return EXIT_DONE;
    if (roster && roster_time_read(at, roster, plan->tz, now_usec, now_usec, TZ_BEGIN, &ret->simulation.at_usec) == ERR_OK)
        return EXIT_DONE;
    ctl_complain("--at takes a local time, as \"2026-12-24 23:40\", or \"fre 23:40\" for the next Friday's");
    return EXIT_USAGE;
}

static int read_severity(const struct args *args, struct request *ret)
{
    const char *name = args_value(args, "severity");
    ret->simulation.severity = SEVERITY_CRITICAL;
    if (!name || severity_from_name(name, &ret->simulation.severity))
        return EXIT_DONE;
    ctl_complain("--severity is critical, error, warning or info, not '%s'", name);
    return EXIT_USAGE;
}

/* "anna.berg=no@2m" */
static int read_answer(const char *text, const struct config *config, struct simulate_answer *ret)
{
    const char *equals = strrchr(text, '='), *at = equals ? strchr(equals, '@') : NULL;
    CLEANUP_FREE char *word = at ? mem_strndup(equals + 1, (size_t)(at - equals - 1)) : NULL;
    CLEANUP_FREE char *person = at ? mem_strndup(text, (size_t)(equals - text)) : NULL;
    bool yes = word && (strcasecmp(word, "yes") == 0 || strcasecmp(word, "ja") == 0);
    bool no = word && (strcasecmp(word, "no") == 0 || strcasecmp(word, "nej") == 0);
    if ((!yes && !no) || text_to_duration(at + 1, &ret->after_usec) != ERR_OK) {
        ctl_complain("--answer takes PERSON=yes@DURATION or PERSON=no@DURATION, as anna.berg=no@2m; not '%s'", text);
        return EXIT_USAGE;
    }
    ret->yes = yes;
    ret->person = config_dir_person(config, person);
    return ret->person ? EXIT_DONE : EXIT_REFUSED;
}

static int read_answers(const struct args *args, const struct config *config, struct request *ret)
{
    size_t index = 0;
    const char *text;
    while ((text = args_next(args, "answer", &index))) {
        if (ret->simulation.n_answers == SIMULATE_MAX_ANSWERS) {
            ctl_complain("at most %d answers at a time", SIMULATE_MAX_ANSWERS);
            return EXIT_USAGE;
        }
        int code = read_answer(text, config, &ret->answers[ret->simulation.n_answers]);
        if (code != EXIT_DONE)
            return code;
        ret->simulation.n_answers++;
    }
    ret->simulation.answers = ret->answers;
    return EXIT_DONE;
}

static int read_request(const struct args *args, const struct config *config, struct request *ret)
{
    ret->simulation.plan = &config->plan;
    int code = read_roles(args, config, ret);
    if (code == EXIT_DONE)
        code = read_at(args, ret);
    if (code == EXIT_DONE)
        code = read_severity(args, ret);
    return code == EXIT_DONE ? read_answers(args, config, ret) : code;
}

int command_simulate(struct ctl *ctl, const struct args *args)
{
    CLEANUP(config_free) struct config *config = NULL;
    struct request request = {0};
    int code = config_dir_load(config_dir_of(args), &config);
    if (code == EXIT_DONE)
        code = read_request(args, config, &request);
    if (code != EXIT_DONE)
        return code;
    if (config->plan.channels_served == 0)
        ctl_complain("no gateway could be read, so nothing would reach anybody; may you read %s/gateways?", config_dir_of(args));
    struct simulate_print *print = simulate_print_new(&request.simulation, ctl->json);
    bool whole = simulate_run(&request.simulation, &simulate_print_ops, print);
    simulate_print_end(print, whole);
    return EXIT_DONE;
}

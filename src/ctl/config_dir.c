#include "ctl/config_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "ctl/ctl.h"
#include "ctl/print.h"

const char *config_dir_of(const struct args *args)
{
    const char *given = args_value(args, "config");
    return given ? given : SYSCONFDIR;
}

int64_t config_dir_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * USEC_PER_SEC + now.tv_nsec / 1000;
}

/* A file that may not be read is passed over when a configuration is only looked at; without these it would look like another
 * one. */
static bool may_read(const char *directory)
{
    static const char *const files[] = {"beredd.ini", "people.ini", "groups.ini", "rosters"};
    for (size_t i = 0; i < N_ELEMENTS(files); i++) {
        CLEANUP_BUF struct buf path = {0};
        buf_printf(&path, "%s/%s", directory, files[i]);
        if (faccessat(AT_FDCWD, buf_text(&path), R_OK, AT_EACCESS) != 0 && (errno == EACCES || errno == EPERM)) {
            ctl_complain("you may not read %s: be root, or a member of the group that may (beredd)", buf_text(&path));
            return false;
        }
    }
    return true;
}

/* A roster or drop-in that was passed over. */
static bool is_partial(const struct problems *problems)
{
    for (size_t i = 0; i < problems_count(problems); i++) {
        const struct problem *problem = problems_get(problems, i);
        if (strncmp(problem->file, "rosters", strlen("rosters")) == 0 &&
            strncmp(problem->message, "not checked", strlen("not checked")) == 0) {
            ctl_complain("you may not read %s: be root, or a member of the group that may", problem->file);
            return true;
        }
    }
    return false;
}

enum err config_dir_read(const char *directory, struct problems *problems, struct config **ret)
{
    return config_dir_check(directory, 0, problems, ret);
}

enum err config_dir_check(const char *directory, int days, struct problems *problems, struct config **ret)
{
    const char *presets = getenv("BEREDD_PRESETS");      /* for a build that is not installed */
    struct config_env env = {
        .directory = directory,
        .preset_directory = presets ? presets : PKGDATADIR "/presets",
        .zoneinfo_directory = "/usr/share/zoneinfo",
        .now_usec = config_dir_now(),
        .check_days = days,
        .check_only = true,
    };
    *ret = NULL;
    if (!may_read(directory))
        return ERR_DENIED;
    enum err err = config_load(&env, problems, ret);
    if (!is_partial(problems))
        return err;
    config_free(*ret);
    *ret = NULL;
    return ERR_DENIED;
}

int config_dir_load(const char *directory, struct config **ret)
{
    CLEANUP(problems_free) struct problems *problems = problems_new();
    enum err err = config_dir_read(directory, problems, ret);
    if (err == ERR_CONFIG) {
        config_dir_print_problems(stderr, problems, PROBLEM_ERROR);
        ctl_complain("the configuration in %s has errors: see above, and mend them first", directory);
    }
    return err ? EXIT_REFUSED : EXIT_DONE;
}

void config_dir_print_problem(FILE *stream, const struct problem *problem)
{
    static const char *const levels[] = {[PROBLEM_NOTE] = "note", [PROBLEM_WARNING] = "warning", [PROBLEM_ERROR] = "error"};
    CLEANUP_BUF struct buf line = {0};
    buf_add_text(&line, problem->file);
    if (problem->line > 0)
        buf_printf(&line, ":%d", problem->line);
    buf_printf(&line, ": %s: %s", levels[problem->level], problem->message);
    print_line(stream, buf_text(&line));
}

void config_dir_print_problems(FILE *stream, const struct problems *problems, enum problem_level least)
{
    for (size_t i = 0; i < problems_count(problems); i++)
        if (problems_get(problems, i)->level >= least)
            config_dir_print_problem(stream, problems_get(problems, i));
}

static void complain_unknown(const char *what, const char *typed, const char *const *known, size_t n)
{
    CLEANUP_BUF struct buf all = {0};
    const char *near = text_nearest(typed, known, n);
    if (near) {
        ctl_complain("there is no %s '%s'; did you mean '%s'?", what, typed, near);
        return;
    }
    for (size_t i = 0; i < n && i < 20; i++)
        buf_printf(&all, "%s%s", i ? ", " : "", known[i]);
    ctl_complain("there is no %s '%s'; there are: %s%s", what, typed, buf_text(&all), n > 20 ? ", …" : "");
}

const struct roster *config_dir_role(const struct config *config, const char *typed)
{
    const struct plan *plan = &config->plan;
    const struct roster *roster = plan_roster_typed(plan, typed);
    if (roster)
        return roster;
    CLEANUP_FREE const char **known = NEW_ARRAY(const char *, plan->n_rosters + 1);
    for (size_t i = 0; i < plan->n_rosters; i++)
        known[i] = plan->rosters[i].role;
    complain_unknown("role", typed, known, plan->n_rosters);
    return NULL;
}

/* NULL: nobody has that name, or several have; *ret_several says which. */
static const struct person *person_by_name(const struct plan *plan, const char *typed, bool *ret_several)
{
    const struct person *found = NULL;
    *ret_several = false;
    for (size_t i = 0; i < plan->n_persons; i++) {
        if (!text_equal_fold(plan->persons[i].name, typed))
            continue;
        *ret_several = found != NULL;
        found = &plan->persons[i];
    }
    return *ret_several ? NULL : found;
}

const struct person *config_dir_person(const struct config *config, const char *typed)
{
    const struct plan *plan = &config->plan;
    bool several = false;
    const struct person *person = plan_person_typed(plan, typed);
    if (!person)
        person = person_by_name(plan, typed, &several);
    if (several)
        ctl_complain("several people are called '%s': say which by the name in [person NAME]", typed);
    if (person || several)
        return person;
    CLEANUP_FREE const char **known = NEW_ARRAY(const char *, 2 * plan->n_persons + 1);
    for (size_t i = 0; i < plan->n_persons; i++) {
        known[i] = plan->persons[i].id;
        known[plan->n_persons + i] = plan->persons[i].name;
    }
    bool as_name = strchr(typed, ' ') != NULL;
    complain_unknown("person", typed, as_name ? known + plan->n_persons : known, plan->n_persons);
    return NULL;
}

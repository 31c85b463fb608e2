#include "ctl/roster_change.h"

#include <ctype.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "config/slurp.h"
#include "ctl/config_dir.h"
#include "ctl/print.h"
#include "roster/roster_words.h"

void roster_change_done(struct roster_change *change)
{
    staging_free(change->staging);
    config_free(change->before);
    config_free(change->after);
    problems_free(change->old_problems);
    problems_free(change->problems);
    buf_done(&change->words);
    *change = (struct roster_change){.directory = change->directory, .role = change->role};
}

bool roster_change_stage(struct roster_change *change)
{
    change->staging = staging_new(change->directory, change->role);
    return change->staging != NULL;
}

/* ---- the difference ---- */

static int64_t horizon_of(const struct config *config, const char *role, int64_t from_usec)
{
    const struct roster *roster = plan_roster(&config->plan, role);
    return roster ? roster_words_horizon(roster, config->plan.tz, from_usec) : from_usec + USEC_PER_DAY;
}

static void put_into_words(struct roster_change *change, int64_t from_usec)
{
    int64_t now_usec = config_dir_now(), begin_usec = from_usec < now_usec ? from_usec : now_usec;
    int64_t before = horizon_of(change->before, change->role, begin_usec),
            after = horizon_of(change->after, change->role, begin_usec);
    roster_words_diff(&change->before->plan, &change->after->plan, change->role, begin_usec, before > after ? before : after,
                      change->after->plan.language, &change->words);
}

int roster_change_compare(struct roster_change *change, int64_t from_usec)
{
    config_free(change->before);
    config_free(change->after);
    problems_free(change->old_problems);
    problems_free(change->problems);
    change->before = change->after = NULL;
    change->old_problems = problems_new();
    change->problems = problems_new();
    buf_clear(&change->words);
    if (config_dir_read(change->directory, change->old_problems, &change->before) == ERR_DENIED)
        return EXIT_REFUSED;
    if (config_dir_read(staging_directory(change->staging), change->problems, &change->after) == ERR_DENIED)
        return EXIT_REFUSED;
    if (change->before && change->after)
        put_into_words(change, from_usec);
    return EXIT_DONE;
}

void roster_change_print_words(const struct roster_change *change, FILE *stream)
{
    if (!change->before)
        fputs("The configuration on disk has errors, so that there is nothing to compare with.\n", stream);
    else if (change->words.len == 0)
        fputs("Nothing changes on the calendar from now on.\n", stream);
    else
        print_block(stream, buf_text(&change->words), "  ");
}

static bool is_of_role(const struct roster_change *change, const char *file)
{
    CLEANUP_BUF struct buf own = {0};
    CLEANUP_BUF struct buf drop_ins = {0};
    buf_printf(&own, "rosters/%s.ini", change->role);
    buf_printf(&drop_ins, "rosters/%s.d", change->role);
    return strcmp(file, buf_text(&own)) == 0 || strncmp(file, buf_text(&drop_ins), drop_ins.len) == 0;
}

void roster_change_print_warnings(const struct roster_change *change, FILE *stream)
{
    for (size_t i = 0; i < problems_count(change->problems); i++) {
        const struct problem *problem = problems_get(change->problems, i);
        if (problem->level == PROBLEM_WARNING && is_of_role(change, problem->file))
            config_dir_print_problem(stream, problem);
    }
}

static bool was_there(const struct roster_change *change, const struct problem *problem)
{
    for (size_t i = 0; i < problems_count(change->old_problems); i++) {
        const struct problem *old = problems_get(change->old_problems, i);
        if (strcmp(old->message, problem->message) == 0 && strcmp(old->file, problem->file) == 0)
            return true;
    }
    return false;
}

void roster_change_print_new_warnings(const struct roster_change *change, FILE *stream)
{
    for (size_t i = 0; i < problems_count(change->problems); i++) {
        const struct problem *problem = problems_get(change->problems, i);
        if (problem->level == PROBLEM_WARNING && !was_there(change, problem))
            config_dir_print_problem(stream, problem);
    }
}

/* ---- the daemon ---- */

/* A configuration elsewhere has a daemon elsewhere. */
static void use_its_socket(struct ctl *ctl, const struct args *args, const struct config *config)
{
    const char *environment = getenv("BEREDD_SOCKET");
    if (!config || !args_value(args, "config") || args_value(args, "socket") || (environment && *environment))
        return;
    client_free(ctl->client);
    ctl->socket_path = config->socket_path;
    ctl->client = client_new(ctl->socket_path);
}

static int tell_refused(const struct client_reply *reply)
{
    size_t i;
    const json_t *problem;
    json_array_foreach(json_object_get(reply->json, "problems"), i, problem)
        if (strcmp(json_text(problem, "level"), "error") == 0)
            config_dir_print_problem(stderr, &(struct problem){.level = PROBLEM_ERROR, .file = json_text(problem, "file"),
                                     .line = (int)json_number(problem, "line"), .message = json_text(problem, "message")});
    ctl_complain("it is written, and NOT in force: the daemon keeps the configuration it has. %s",
                 json_text(reply->json, "error"));
    return EXIT_REFUSED;
}

int roster_change_settle(struct ctl *ctl, const struct args *args, const struct config *config, bool *ret_in_force)
{
    CLEANUP_REPLY struct client_reply reply = {0};
    use_its_socket(ctl, args, config);
    enum err err = client_call(ctl->client, "POST", "/v1/reload", NULL, &reply);
    *ret_in_force = err == ERR_OK && reply.status / 100 == 2;
    if (err == ERR_NOT_FOUND) {
        ctl_complain("no daemon answers on %s: it takes effect when beredd starts", ctl->socket_path);
        return EXIT_DONE;
    }
    if (err != ERR_OK) {
        ctl_complain("it is written, and NOT in force until somebody runs: bereddctl reload");
        return ctl_unreachable(ctl, err);
    }
    return *ret_in_force ? EXIT_DONE : tell_refused(&reply);
}

/* ---- people ---- */

bool roster_change_can_ask(void)
{
    return isatty(STDIN_FILENO);
}

char roster_change_ask(const char *question, const char *letters)
{
    char line[64];
    for (;;) {
        fflush(stdout);
        fprintf(stderr, "%s ", question);
        if (!fgets(line, sizeof line, stdin))
            return 0;
        const char *letter = line[0] && line[0] != '\n' ? strchr(letters, tolower((unsigned char)line[0])) : NULL;
        if (letter)
            return *letter;
    }
}

bool roster_change_agreed(const char *question)
{
    char letter = roster_change_ask(question, "jyn");
    return letter == 'j' || letter == 'y';
}

const char *roster_change_login(void)
{
    const char *behind = getenv("SUDO_USER");
    if (geteuid() == 0 && behind && *behind && text_utf8_valid(behind, strlen(behind)))
        return behind;
    const struct passwd *user = getpwuid(getuid());
    return user ? user->pw_name : "?";
}

/* ---- roles ---- */

bool roster_change_find_role(const char *directory, const char *typed, struct buf *ret_role)
{
    CLEANUP_BUF struct buf path = {0};
    char **roles = NULL;
    size_t n = 0;
    buf_printf(&path, "%s/rosters", directory);
    enum err err = slurp_names(buf_text(&path), ".ini", &roles, &n);
    if (err) {
        ctl_complain("cannot look at %s: %s", buf_text(&path), err_text(err));
        return false;
    }
    for (size_t i = 0; i < n && ret_role->len == 0; i++)
        if (text_equal_fold(roles[i], typed))
            buf_add_text(ret_role, roles[i]);
    const char *near = ret_role->len ? NULL : text_nearest(typed, (const char *const *)roles, n);
    if (near)
        ctl_complain("there is no role '%s'; did you mean '%s'?", typed, near);
    else if (ret_role->len == 0)
        ctl_complain("there is no role '%s' in %s", typed, buf_text(&path));
    slurp_names_free(roles, n);
    return ret_role->len > 0;
}

/* ---- JSON ---- */

void roster_change_print_json(const struct roster_change *change, const char *id, bool written, bool in_force)
{
    json_t *lines = json_array();
    for (const char *line = buf_text(&change->words); *line;) {
        size_t len = strcspn(line, "\n");
        json_array_append_new(lines, json_stringn(line, len));
        line += len + (line[len] == '\n');
    }
    json_t *object = json_pack("{ss,ss?,sb,sb,so}", "role", change->role, "id", id, "written", written, "in_force", in_force,
                               "changes", lines);
    CLEANUP_FREE char *dumped = json_dumps(object, JSON_COMPACT);
    CLEANUP_BUF struct buf text = {0};
    buf_add_text(&text, dumped);
    print_json(&text);
    json_decref(object);
}

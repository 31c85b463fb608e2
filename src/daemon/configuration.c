#include "daemon/configuration.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "gateways/message_check.h"
#include "loop/http_server.h"
#include "loop/loop.h"

enum err configuration_read(const struct daemon_options *options, enum reading reading, struct problems *problems,
                            struct config **ret)
{
    struct config_env env = {
        .directory = options->config_directory,
        .preset_directory = options->preset_directory,
        .credentials_directory = getenv("CREDENTIALS_DIRECTORY"),
        .zoneinfo_directory = "/usr/share/zoneinfo",
        .check_texts = message_check_texts,
        .now_usec = loop_wall_usec(),
        .check_tls = http_server_check_tls,
        .starting = reading == READING_TO_START,
        .check_only = reading == READING_TO_CHECK,
    };
    return config_load(&env, problems, ret);
}

void configuration_log_problems(const struct problems *problems)
{
    static const enum log_priority priorities[] = {
        [PROBLEM_NOTE] = LOG_PRIO_INFO, [PROBLEM_WARNING] = LOG_PRIO_WARNING, [PROBLEM_ERROR] = LOG_PRIO_ERROR,
    };
    for (size_t i = 0; i < problems_count(problems); i++) {
        CLEANUP_BUF struct buf line = {0};
        const struct problem *problem = problems_get(problems, i);
        problem_add_text(&line, problem);
        log_print(priorities[problem->level], "%s", buf_text(&line));
    }
}

void configuration_add_first_error(struct buf *buf, const struct problems *problems)
{
    for (size_t i = 0; i < problems_count(problems); i++)
        if (problems_get(problems, i)->level == PROBLEM_ERROR) {
            problem_add_text(buf, problems_get(problems, i));
            return;
        }
}

void configuration_log_what_waits(const struct config *old, const struct config *new)
{
    if (strcmp(old->socket_path, new->socket_path) != 0)
        log_warning("beredd.ini: a new socket takes effect at the next start");
    if (strcmp(old->state_directory, new->state_directory) != 0)
        log_warning("beredd.ini: a new state directory takes effect at the next start");
}

int daemon_check(const struct daemon_options *options)
{
    CLEANUP(problems_free) struct problems *problems = problems_new();
    CLEANUP(config_free) struct config *config = NULL;
    enum err err = configuration_read(options, READING_TO_CHECK, problems, &config);
    for (size_t i = 0; i < problems_count(problems); i++) {
        CLEANUP_BUF struct buf line = {0};
        problem_add_text(&line, problems_get(problems, i));
        puts(buf_text(&line));
        buf_clear(&line);
        if (problem_add_quote(&line, problems_get(problems, i)))
            puts(buf_text(&line));
    }
    fprintf(stderr, "%s: %zu errors, %zu other remarks\n", options->config_directory, problems_errors(problems),
            problems_count(problems) - problems_errors(problems));
    return err == ERR_OK ? 0 : 1;
}

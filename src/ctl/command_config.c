/* check and reload: the configuration as it stands on disk. */
#include <stdio.h>
#include <string.h>

#include "ctl/ctl.h"
#include "ctl/print.h"

/* `file:line: error: message`, as the daemon's -t prints it and editors read it. Returns how many were errors. */
static size_t print_problems(const json_t *problems)
{
    size_t i, errors = 0;
    const json_t *problem;
    json_array_foreach(problems, i, problem) {
        CLEANUP_BUF struct buf line = {0};
        const char *level = json_text(problem, "level");
        buf_add_text(&line, json_text(problem, "file"));
        if (json_number(problem, "line") > 0)
            buf_printf(&line, ":%d", (int)json_number(problem, "line"));
        buf_printf(&line, ": %s: %s", level, json_text(problem, "message"));
        print_line(stdout, buf_text(&line));
        if (*json_text(problem, "line_text"))
            printf("%6d | ", (int)json_number(problem, "line")), print_line(stdout, json_text(problem, "line_text"));
        errors += strcmp(level, "error") == 0;
    }
    return errors;
}

static int check(struct ctl *ctl, const char *path, const char *good)
{
    CLEANUP_REPLY struct client_reply reply = {0};
    int code = ctl_call(ctl, "POST", path, NULL, &reply);
    if (ctl->json) {
        if (code == EXIT_DONE)
            print_json(&reply.body);
        return code;
    }
    size_t errors = print_problems(json_object_get(reply.json, "problems"));
    if (code == EXIT_DONE && errors == 0)
        puts(good);
    return code == EXIT_DONE && errors > 0 ? EXIT_REFUSED : code;
}

int command_check(struct ctl *ctl, const struct args *args)
{
    (void)args;
    return check(ctl, "/v1/check", "The configuration on disk has no errors.");
}

int command_reload(struct ctl *ctl, const struct args *args)
{
    (void)args;
    return check(ctl, "/v1/reload", "Reloaded.");
}

/* trigger: an alarm by hand. A person at a terminal is shown who will be called, and asked once. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "ctl/ctl.h"
#include "ctl/incident.h"
#include "ctl/oncall.h"
#include "ctl/print.h"

enum { DETAILS_MAX_BYTES = 32 * 1024 };   /* more than the daemon takes: it says how much that is */

const struct args_option command_trigger_options[] = {
    {"role", 'r', "ROLE", "whom to call; repeat for several. Without it: every role that is always called"},
    {"severity", 0, "SEVERITY", "critical (the default), error, warning or info"},
    {"key", 'k', "KEY", "what is the same incident: while it is open, the same key is an update of it"},
    {"location", 'l', "PLACE", "where it is"},
    {"callback", 'c', "TEL", "where the duty officer rings"},
    {"details", 'd', "TEXT", "more; - reads standard input"},
    {"drill", 0, NULL, "an exercise, marked as one in everything that people see"},
    {"yes", 'y', NULL, "do not ask"},
    {NULL, 0, NULL, NULL},
};

static bool read_stdin(struct buf *ret)
{
    size_t n;
    do {
        n = fread(buf_reserve(ret, 4096), 1, 4096, stdin);
        ret->len += n;
    } while (n > 0 && ret->len <= DETAILS_MAX_BYTES);
    if (ferror(stdin))
        ctl_complain("cannot read the details from standard input");
    else if (ret->len > DETAILS_MAX_BYTES)
        ctl_complain("the details are too long");
    else if (!text_utf8_valid(ret->data ? ret->data : "", ret->len) || (ret->len && memchr(ret->data, 0, ret->len)))
        ctl_complain("the details are no UTF-8 text");
    else
        return true;
    return false;
}

/* ret_details: what --details gave; NULL: nothing. */
static bool read_details(const struct args *args, struct buf *buffer, const char **ret_details)
{
    const char *given = args_value(args, "details");
    *ret_details = given;
    if (!given || strcmp(given, "-") != 0)
        return true;
    if (!read_stdin(buffer))
        return false;
    buf_add(buffer, "", 0);
    while (buffer->len && buffer->data[buffer->len - 1] == '\n')
        buf_cut(buffer, buffer->len - 1);
    *ret_details = buf_text(buffer);
    return true;
}

static json_t *roles_of(const struct args *args)
{
    json_t *roles = json_array();
    size_t index = 0;
    for (const char *role; (role = args_next(args, "role", &index));)
        json_array_append_new(roles, json_string(role));
    return roles;
}

static json_t *trigger_body(const struct args *args, const char *details)
{
    json_t *roles = roles_of(args);
    json_t *body = json_pack("{ss,ss*,ss*,ss*,ss*,ss*}", "summary", args_operand(args, 0), "severity",
                             args_value(args, "severity"), "dedup_key", args_value(args, "key"), "location",
                             args_value(args, "location"), "callback", args_value(args, "callback"), "details", details);
    if (json_array_size(roles) > 0)
        json_object_set(body, "roles", roles);
    if (args_flag(args, "drill"))
        json_object_set_new(body, "drill", json_true());
    json_decref(roles);
    return body;
}

/* The word is long enough that no habit types it. */
static bool read_word(void)
{
    char line[64] = "";
    fputs("\nType LARMA to call them out, anything else to leave it: ", stderr);
    if (!fgets(line, sizeof line, stdin)) {
        fputc('\n', stderr);
        return false;
    }
    line[strcspn(line, "\r\n")] = '\0';
    return text_equal_fold(line, "LARMA");
}

/* One role as it is named, or (NULL) all that are always called. A role that is not there is told before anything is asked. */
static int show_called(struct ctl *ctl, const char *role)
{
    CLEANUP_BUF struct buf path = {0};
    CLEANUP_REPLY struct client_reply reply = {0};
    buf_add_text(&path, "/v1/oncall");
    client_add_query(&path, "role", role);
    int code = ctl_get(ctl, buf_text(&path), &reply);
    if (code == EXIT_DONE)
        oncall_print_called(stderr, reply.json, role != NULL);
    return code;
}

/* EXIT_DONE: go on. What is shown goes to stderr: stdout may be read by a program. */
static int ask(struct ctl *ctl, const struct args *args)
{
    size_t index = 0;
    const char *role = args_next(args, "role", &index);
    ctl_use_zone(ctl);
    fprintf(stderr, "%s: ", args_flag(args, "drill") ? "ÖVNING (drill)" : "A REAL ALARM");
    print_line(stderr, args_operand(args, 0));
    fputs("It will call:\n\n", stderr);
    do {
        int code = show_called(ctl, role);
        if (code != EXIT_DONE)
            return code;
    } while (role && (role = args_next(args, "role", &index)));
    if (read_word())
        return EXIT_DONE;
    ctl_complain("nothing was sent");
    return EXIT_REFUSED;
}

static void tell(const struct client_reply *reply)
{
    const json_t *incident = reply->json;
    CLEANUP_BUF struct buf text = {0};
    buf_printf(&text, "%s %s", json_text(incident, "id"), reply->status == 201 ? "opened" : "was open already, and is updated");
    if (json_flag(incident, "drill"))
        buf_add_text(&text, ", ÖVNING (drill)");
    if (json_array_size(json_object_get(incident, "callouts")) > 0)
        buf_add_text(&text, ": ");
    incident_add_callouts(&text, incident);
    print_line(stdout, buf_text(&text));
    if (isatty(STDOUT_FILENO))
        printf("Follow it: bereddctl log -f %s\n", json_text(incident, "id"));
}

/* Of a drill that gave way to what is real before it began. */
static bool was_stopped(const struct client_reply *reply)
{
    return reply->status == 201 && json_flag(reply->json, "drill") && strcmp(json_text(reply->json, "state"), "closed") == 0;
}

int command_trigger(struct ctl *ctl, const struct args *args)
{
    CLEANUP_BUF struct buf buffer = {0};
    const char *details, *dash = args_value(args, "details");
    bool asks = isatty(STDIN_FILENO) && !args_flag(args, "yes");
    if (asks && dash && strcmp(dash, "-") == 0)
        fputs("The details, until Ctrl-D:\n", stderr);
    if (!read_details(args, &buffer, &details))
        return EXIT_USAGE;
    clearerr(stdin);         /* a terminal goes on after its Ctrl-D */
    int code = asks ? ask(ctl, args) : EXIT_DONE;
    if (code != EXIT_DONE)
        return code;
    json_t *body = trigger_body(args, details);
    CLEANUP_REPLY struct client_reply reply = {0};
    code = ctl_call(ctl, "POST", "/v1/incidents", body, &reply);
    json_decref(body);
    if (code != EXIT_DONE)
        return code;
    if (*json_text(reply.json, "warning"))
        ctl_complain("warning: %s", json_text(reply.json, "warning"));
    if (ctl->json)
        print_json(&reply.body);
    else if (!was_stopped(&reply))
        tell(&reply);
    if (!was_stopped(&reply))
        return EXIT_DONE;
    ctl_complain("the drill %s was stopped before it paged anybody: a real alarm is being paged to the same people",
                 json_text(reply.json, "id"));
    return EXIT_REFUSED;
}

/* drill start, list, stop: exercises of the alarm chain. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/civil.h"
#include "base/text.h"
#include "ctl/ctl.h"
#include "ctl/oncall.h"
#include "ctl/print.h"
#include "ctl/table.h"

const struct args_option command_drill_start_options[] = {
    {"role", 'r', "ROLE", "whom to exercise; repeat for several"},
    {"all-roles", 0, NULL, "every role that there is"},
    {"to", 't', "WHO", "one person, or everybody in a group"},
    {"scenario", 0, "TEXT", "what is played: it stands in every page, behind ÖVNING"},
    {"within", 0, "TIME", "begin by surprise, at some moment within this time: 4h, 3d"},
    {"wait-for-all", 'w', NULL, "go on until everybody has answered, and say who has not"},
    {"deadline", 0, "TIME", "end after this time at the latest; without it, as the rosters say (30m)"},
    {"without", 0, "WHAT", "play that this gateway is lost, or that this person does not answer; repeat for several"},
    {"dry-run", 'n', NULL, "nothing is sent: every message becomes a line in a file"},
    {"yes", 'y', NULL, "do not ask"},
    {NULL, 0, NULL, NULL},
};

enum { WITHIN_MAX_DAYS = 31, DEADLINE_MAX_DAYS = 7 };      /* the daemon takes no more */

/* ---- start ---- */

static bool add_seconds(json_t *body, const struct args *args, const char *option, const char *key, int max_days)
{
    int64_t usec;
    const char *given = args_value(args, option);
    if (!given)
        return true;
    if (text_to_duration(given, &usec) != ERR_OK || usec < USEC_PER_SEC) {
        ctl_complain("--%s takes a time, as in 30m, 4h or 3d; not %s", option, given);
        return false;
    }
    if (usec > max_days * USEC_PER_DAY) {
        ctl_complain("--%s takes at most %dd; not %s", option, max_days, given);
        return false;
    }
    json_object_set_new(body, key, json_integer(usec / USEC_PER_SEC));
    return true;
}

static void add_all(json_t *body, const struct args *args, const char *option, const char *key)
{
    json_t *list = json_array();
    size_t index = 0;
    for (const char *value; (value = args_next(args, option, &index));)
        json_array_append_new(list, json_string(value));
    if (json_array_size(list) > 0)
        json_object_set(body, key, list);
    json_decref(list);
}

static void add_flag(json_t *body, const struct args *args, const char *option, const char *key)
{
    if (args_flag(args, option))
        json_object_set_new(body, key, json_true());
}

static bool is_repeated(const struct args *args, const char *option)
{
    size_t index = 0;
    return args_next(args, option, &index) && args_next(args, option, &index);
}

/* NULL: a usage error has been told. */
static json_t *start_body(const struct args *args)
{
    json_t *body = json_pack("{ss*,ss*}", "to", args_value(args, "to"), "scenario", args_value(args, "scenario"));
    add_all(body, args, "role", "roles");
    add_all(body, args, "without", "without");
    add_flag(body, args, "all-roles", "all_roles");
    add_flag(body, args, "wait-for-all", "wait_for_all");
    add_flag(body, args, "dry-run", "dry_run");
    if (!args_value(args, "to") && !args_flag(args, "all-roles") && !args_value(args, "role"))
        ctl_complain("say whom to exercise: --role ROLE, --all-roles, or --to PERSON or GROUP");
    else if (is_repeated(args, "to"))
        ctl_complain("--to takes one person or group; for several, make a group of them, or start a drill for each");
    else if (add_seconds(body, args, "within", "within_seconds", WITHIN_MAX_DAYS) &&
             add_seconds(body, args, "deadline", "deadline_seconds", DEADLINE_MAX_DAYS))
        return body;
    json_decref(body);
    return NULL;
}

static int show_role(struct ctl *ctl, const char *role)
{
    CLEANUP_BUF struct buf path = {0};
    CLEANUP_REPLY struct client_reply reply = {0};
    buf_add_text(&path, "/v1/oncall");
    client_add_query(&path, "role", role);
    int code = ctl_get(ctl, buf_text(&path), &reply);
    if (code == EXIT_DONE)
        oncall_print_called(stderr, reply.json, true);
    return code;
}

static bool read_word(void)
{
    char line[64] = "";
    fputs("\nType ÖVA to start it, anything else to leave it: ", stderr);
    if (!fgets(line, sizeof line, stdin)) {
        fputc('\n', stderr);
        return false;
    }
    line[strcspn(line, "\r\n")] = '\0';
    return text_equal_fold(line, "ÖVA") || text_equal_fold(line, "OVA");
}

static int show_roles(struct ctl *ctl, const struct args *args)
{
    size_t index = 0;
    int code = EXIT_DONE;
    if (args_flag(args, "all-roles"))
        return show_role(ctl, NULL);
    for (const char *role; code == EXIT_DONE && (role = args_next(args, "role", &index));)
        code = show_role(ctl, role);
    return code;
}

static void show_people(const json_t *people)
{
    CLEANUP_TABLE struct table table = {0};
    size_t i;
    const json_t *person;
    json_array_foreach(people, i, person) {
        table_row(&table);
        table_styled(&table, STYLE_BOLD, json_text(person, "group"));
        table_printf(&table, STYLE_PLAIN, "%s (%s)", json_text(person, "name"), json_text(person, "person"));
    }
    table_print(&table, stderr, "  ");
}

/* What is not to be seen of whom it calls. */
static void show_terms(const struct args *args)
{
    CLEANUP_BUF struct buf terms = {0};
    size_t index = 0;
    for (const char *without; (without = args_next(args, "without", &index));)
        buf_printf(&terms, "%s%s", terms.len ? ", " : "Without ", without);
    if (terms.len)
        buf_add_text(&terms, ". ");
    if (args_flag(args, "wait-for-all"))
        buf_add_text(&terms, "It goes on until everybody has answered. ");
    if (args_value(args, "within"))
        buf_printf(&terms, "It begins at some moment within %s. ", args_value(args, "within"));
    if (args_value(args, "deadline"))
        buf_printf(&terms, "It ends by itself after %s.", args_value(args, "deadline"));
    if (terms.len == 0)
        return;
    fputc('\n', stderr);
    print_line(stderr, buf_text(&terms));
}

/* EXIT_DONE: go on. What was mistyped is told before the word is asked for. */
static int ask(struct ctl *ctl, const struct args *args, json_t *body)
{
    CLEANUP_REPLY struct client_reply preview = {0};
    json_t *asked = json_copy(body);
    json_object_set_new(asked, "preview", json_true());
    int code = ctl_call(ctl, "POST", "/v1/drills", asked, &preview);
    json_decref(asked);
    if (code != EXIT_DONE)
        return code;
    ctl_use_zone(ctl);
    fputs("ÖVNING (drill): ", stderr);
    print_line(stderr, args_value(args, "scenario") ? args_value(args, "scenario") : "an exercise of the alarm chain");
    fputs("It will call:\n\n", stderr);
    code = show_roles(ctl, args);
    if (code != EXIT_DONE)
        return code;
    show_people(json_object_get(preview.json, "people"));
    show_terms(args);
    if (read_word())
        return EXIT_DONE;
    ctl_complain("nothing was started");
    return EXIT_REFUSED;
}

/* "role:TIB, person:anna.berg" without what needs no saying. */
static void add_names(struct buf *buf, const json_t *names)
{
    size_t i;
    const json_t *name;
    json_array_foreach(names, i, name) {
        const char *text = json_string_value(name) ? json_string_value(name) : "", *colon = strchr(text, ':');
        buf_printf(buf, "%s%s", i > 0 ? ", " : "", colon ? colon + 1 : text);
    }
}

static void add_within(struct buf *buf, const json_t *drill)
{
    buf_add_text(buf, "within ");
    text_add_duration(buf, json_number(drill, "within_seconds") * USEC_PER_SEC);
}

static void tell_started(const json_t *drill)
{
    CLEANUP_BUF struct buf text = {0};
    bool planned = strcmp(json_text(drill, "state"), "planned") == 0;
    buf_printf(&text, "ÖVNING (drill) %s ", json_text(drill, "id"));
    if (planned) {
        buf_add_text(&text, "is planned, and begins ");
        add_within(&text, drill);
    } else {
        buf_add_text(&text, "has begun, and ends by itself at ");
        print_add_time(&text, json_text(drill, "ends_at"), TIME_SHORT);
    }
    if (json_flag(drill, "dry_run"))
        buf_printf(&text, "; a dry run: nothing is sent, every message is a line in drills/%s.jsonl of the daemon's state directory", json_text(drill, "id"));
    print_line(stdout, buf_text(&text));
    if (!planned && isatty(STDOUT_FILENO))
        printf("Follow it: bereddctl log -f %s\n", json_text(drill, "id"));
}

int command_drill_start(struct ctl *ctl, const struct args *args)
{
    CLEANUP_REPLY struct client_reply reply = {0};
    json_t *body = start_body(args);
    if (!body)
        return EXIT_USAGE;
    /* what nobody hears of needs no word */
    bool asks = isatty(STDIN_FILENO) && !args_flag(args, "yes") && !args_flag(args, "dry-run");
    int code = asks ? ask(ctl, args, body) : EXIT_DONE;
    if (code == EXIT_DONE)
        code = ctl_call(ctl, "POST", "/v1/drills", body, &reply);
    json_decref(body);
    if (code != EXIT_DONE)
        return code;
    ctl_use_zone(ctl);
    if (ctl->json)
        print_json(&reply.body);
    else
        tell_started(reply.json);
    return EXIT_DONE;
}

/* ---- list ---- */

static void add_terms(struct buf *buf, const json_t *drill)
{
    CLEANUP_BUF struct buf without = {0};
    add_names(&without, json_object_get(drill, "without"));
    buf_add_text(buf, json_flag(drill, "wait_for_all") ? "wait for all" : "");
    if (without.len > 0)
        buf_printf(buf, "%swithout %s", buf->len > 0 ? "; " : "", buf_text(&without));
    if (json_flag(drill, "dry_run"))
        buf_printf(buf, "%sdry run", buf->len > 0 ? "; " : "");
    if (*json_text(drill, "schedule"))
        buf_printf(buf, "%sschedule %s", buf->len > 0 ? "; " : "", json_text(drill, "schedule"));
}

static void add_answers(struct buf *buf, const json_t *drill)
{
    CLEANUP_BUF struct buf missing = {0};
    if (strcmp(json_text(drill, "state"), "planned") == 0)
        return;
    buf_printf(buf, "%d of %d", (int)json_number(drill, "answered"), (int)json_number(drill, "of"));
    add_names(&missing, json_object_get(drill, "missing"));
    if (missing.len > 0)
        buf_printf(buf, ", not %s", buf_text(&missing));
}

static void add_drill(struct table *table, const json_t *drill)
{
    CLEANUP_BUF struct buf whom = {0}, within = {0}, terms = {0}, answers = {0};
    bool planned = strcmp(json_text(drill, "state"), "planned") == 0;
    add_names(&whom, json_object_get(drill, "targets"));
    add_terms(&terms, drill);
    add_answers(&answers, drill);
    table_row(table);
    table_styled(table, STYLE_BOLD, json_text(drill, "id"));
    table_styled(table, planned ? STYLE_PLAIN : STYLE_WARNING, json_text(drill, "state"));
    if (planned) {
        add_within(&within, drill);
        buf_add_text(&within, ", before ");
        print_add_time(&within, json_text(drill, "before"), TIME_SHORT);
        table_cell(table, buf_text(&within));
    } else {
        table_time(table, json_text(drill, "opened_at"), TIME_SHORT);
    }
    table_cell(table, buf_text(&whom));
    table_cell(table, buf_text(&answers));
    table_cell(table, buf_text(&terms));
    table_cell(table, json_text(drill, "summary"));
}

/* "2026-12-02 10:00", with surprise "2026-12-02 10:00 to 2026-12-05 10:00" */
static void add_next(struct buf *buf, const json_t *schedule)
{
    if (!*json_text(schedule, "next_from")) {
        buf_add_text(buf, "none");
        return;
    }
    print_add_time(buf, json_text(schedule, "next_from"), TIME_SHORT);
    if (json_number(schedule, "surprise_seconds") == 0)
        return;
    buf_add_text(buf, " to ");
    print_add_time(buf, json_text(schedule, "next_before"), TIME_SHORT);
}

static void add_last(struct buf *buf, const json_t *last)
{
    if (!json_is_object(last))
        return;
    buf_printf(buf, "%s: %d of %d, ", json_text(last, "id"), (int)json_number(last, "answered"), (int)json_number(last, "of"));
    print_add_time(buf, json_text(last, "ended_at"), TIME_SHORT);
}

static void print_schedules(const json_t *schedules)
{
    static const char *const names[] = {"SCHEDULE", "WHEN", "NEXT", "FOR", "LAST"};
    CLEANUP_TABLE struct table table = {0};
    size_t i;
    const json_t *schedule;
    if (json_array_size(schedules) == 0)
        return;
    table_head(&table, names, N_ELEMENTS(names));
    json_array_foreach(schedules, i, schedule) {
        CLEANUP_BUF struct buf next = {0}, whom = {0}, last = {0};
        add_next(&next, schedule);
        add_names(&whom, json_object_get(schedule, "targets"));
        add_last(&last, json_object_get(schedule, "last"));
        table_row(&table);
        table_styled(&table, STYLE_BOLD, json_text(schedule, "name"));
        table_cell(&table, json_text(schedule, "when"));
        table_cell(&table, buf_text(&next));
        table_cell(&table, buf_text(&whom));
        table_cell(&table, buf_text(&last));
    }
    puts("");
    table_print(&table, stdout, "");
}

int command_drill_list(struct ctl *ctl, const struct args *args)
{
    static const char *const names[] = {"ID", "DRILL", "WHEN", "FOR", "ANSWERED", "TERMS", "SCENARIO"};
    CLEANUP_REPLY struct client_reply reply = {0};
    CLEANUP_TABLE struct table table = {0};
    (void)args;
    int code = ctl_get(ctl, "/v1/drills", &reply);
    if (code != EXIT_DONE)
        return code;
    if (ctl->json) {
        print_json(&reply.body);
        return EXIT_DONE;
    }
    ctl_use_zone(ctl);
    size_t i;
    const json_t *drill;
    table_head(&table, names, N_ELEMENTS(names));
    json_array_foreach(json_object_get(reply.json, "drills"), i, drill)
        add_drill(&table, drill);
    if (i == 0)
        puts("No drills are planned or open, and none has ended within a day.");
    else
        table_print(&table, stdout, "");
    print_schedules(json_object_get(reply.json, "schedules"));
    return EXIT_DONE;
}

/* ---- stop ---- */

/* Of one that had not begun there is nothing but the id. */
static void tell_stopped(const json_t *drill)
{
    const char *id = json_text(drill, "id");
    if (!*json_text(drill, "state"))
        printf("ÖVNING (drill) %s will not begin; nobody has heard of it.\n", id);
    else if (json_flag(drill, "dry_run"))
        printf("ÖVNING (drill) %s is stopped; it was a dry run: nobody has heard of it.\n", id);
    else
        printf("ÖVNING (drill) %s is stopped; whoever was paged is told.\n", id);
}

int command_drill_stop(struct ctl *ctl, const struct args *args)
{
    CLEANUP_BUF struct buf path = {0};
    CLEANUP_REPLY struct client_reply reply = {0};
    const char *id = args_operand(args, 0);
    buf_add_text(&path, "/v1/drills/");
    if (id) {
        client_add_path(&path, id);
        buf_add_char(&path, '/');
    }
    buf_add_text(&path, "stop");
    int code = ctl_call(ctl, "POST", buf_text(&path), NULL, &reply);
    if (code != EXIT_DONE)
        return code;
    if (ctl->json)
        print_json(&reply.body);
    else if (id)
        tell_stopped(reply.json);
    else
        puts("No drill is open or planned any more; whoever was paged is told.");
    return EXIT_DONE;
}

/* status: is the line in order, from trigger to officer? What is wrong comes last, where the eye is, and makes it exit 1. */
#include <stdio.h>

#include "ctl/ctl.h"
#include "ctl/gateway.h"
#include "ctl/print.h"
#include "ctl/table.h"

static void add_fact(struct table *table, const char *name, const char *format, ...) PRINTF(3, 4);
static void add_fact(struct table *table, const char *name, const char *format, ...)
{
    CLEANUP_BUF struct buf text = {0};
    va_list args;
    va_start(args, format);
    buf_vprintf(&text, format, args);
    va_end(args);
    table_row(table);
    table_styled(table, STYLE_DIM, name);
    table_cell(table, buf_text(&text));
}

static void add_since(struct table *table, const json_t *status)
{
    CLEANUP_BUF struct buf started = {0};
    CLEANUP_BUF struct buf loaded = {0};
    print_add_time(&started, json_text(status, "started_at"), TIME_FULL);
    print_add_time(&loaded, json_text(status, "configuration_loaded_at"), TIME_FULL);
    add_fact(table, "running since", "%s, on a configuration read %s", buf_text(&started), buf_text(&loaded));
}

static void print_facts(const json_t *status)
{
    const json_t *store = json_object_get(status, "store"), *pages = json_object_get(status, "pages");
    const json_t *drills = json_object_get(status, "drills");
    CLEANUP_TABLE struct table table = {0};
    add_fact(&table, "beredd", "%s, %s", json_text(status, "version"), json_text(status, "organisation"));
    add_since(&table, status);
    add_fact(&table, "log", "%lld records, %lld waiting", (long long)json_number(store, "committed_seq"),
             (long long)json_number(store, "records_waiting"));
    add_fact(&table, "open", "%lld incidents, %lld call-outs paging", (long long)json_number(status, "open_incidents"),
             (long long)json_number(status, "open_callouts"));
    if (json_number(drills, "open_incidents") > 0)
        add_fact(&table, "", "of these ÖVNING (drill): %lld incidents, %lld call-outs paging",
                 (long long)json_number(drills, "open_incidents"), (long long)json_number(drills, "open_callouts"));
    if (json_number(pages, "queued") > 0)
        add_fact(&table, "pages", "%lld waiting, the oldest for %lld ms", (long long)json_number(pages, "queued"),
                 (long long)json_number(pages, "oldest_unsent_msec"));
    if (json_number(status, "journal_lost") > 0)
        add_fact(&table, "journal", "%lld entries lost: it did not keep up", (long long)json_number(status, "journal_lost"));
    table_print(&table, stdout, "");
}

static void add_drill(struct table *table, const json_t *roster)
{
    CLEANUP_BUF struct buf text = {0};
    bool overdue = json_flag(roster, "drill_overdue");
    const char *at = json_text(roster, "drill_succeeded_at");
    if (*at)
        print_add_time(&text, at, TIME_SHORT);
    else
        buf_add_text(&text, "none known");
    if (overdue)
        buf_add_text(&text, ", OVERDUE");
    table_styled(table, overdue ? STYLE_WARNING : STYLE_PLAIN, buf_text(&text));
}

static void print_rosters(const json_t *rosters)
{
    static const char *const names[] = {"ROLE", "ON CALL", "LAST GOOD DRILL"};
    CLEANUP_TABLE struct table table = {0};
    size_t i;
    const json_t *roster;
    table_head(&table, names, N_ELEMENTS(names));
    json_array_foreach(rosters, i, roster) {
        bool covered = json_flag(roster, "covered");
        const char *primary = json_text(roster, "primary");
        table_row(&table);
        table_styled(&table, STYLE_BOLD, json_text(roster, "role"));
        table_styled(&table, covered ? STYLE_PLAIN : STYLE_BAD,
                     !covered ? "NOBODY" : *primary ? primary : json_text(roster, "group"));
        add_drill(&table, roster);
    }
    table_print(&table, stdout, "");
}

static bool judge_gateways(const json_t *gateways)
{
    size_t i, working = 0;
    const json_t *gateway;
    json_array_foreach(gateways, i, gateway)
        working += json_flag(gateway, "working") && json_array_size(json_object_get(gateway, "channels")) > 0;
    if (working == 0)
        ctl_complain("no gateway works: nobody can be paged. See the reasons above, and bereddctl gateway test");
    return working > 0;
}

static bool judge_rosters(const json_t *rosters)
{
    size_t i;
    const json_t *roster;
    bool good = true;
    json_array_foreach(rosters, i, roster)
        if (!json_flag(roster, "covered")) {
            ctl_complain("nobody holds %s: fill the hole in rosters/%s.ini, then bereddctl reload", json_text(roster, "role"),
                         json_text(roster, "role"));
            good = false;
        }
    return good;
}

/* Tells every complaint, not only the first. */
static int judge(const json_t *status)
{
    const char *reason = json_text(json_object_get(status, "store"), "reason");
    bool good = !json_flag(status, "degraded");
    if (!good)
        ctl_complain("degraded: it pages, but cannot write it down%s%s. See the disk of the state directory", *reason ? ": " : "",
                     reason);
    good = judge_gateways(json_object_get(status, "gateways")) && good;
    good = judge_rosters(json_object_get(status, "rosters")) && good;
    return good ? EXIT_DONE : EXIT_REFUSED;
}

int command_status(struct ctl *ctl, const struct args *args)
{
    (void)args;
    CLEANUP_REPLY struct client_reply reply = {0};
    int code = ctl_get(ctl, "/v1/status", &reply);
    if (code != EXIT_DONE)
        return code;
    if (ctl->json) {
        print_json(&reply.body);
        return judge(reply.json);
    }
    ctl_use_zone(ctl);
    print_facts(reply.json);
    puts("");
    gateway_print_list(json_object_get(reply.json, "gateways"), "");
    puts("");
    print_rosters(json_object_get(reply.json, "rosters"));
    return judge(reply.json);
}

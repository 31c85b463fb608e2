/* list: incidents, a line each. */
#include <stdio.h>
#include <string.h>

#include "ctl/ctl.h"
#include "ctl/incident.h"
#include "ctl/print.h"

const struct args_option command_list_options[] = {
    {"all", 'a', NULL, "closed ones, too"},
    {NULL, 0, NULL, NULL},
};

enum { PAGE = 500, MAX_PAGES = 10000 };

/* Reads page after page into `incidents`, until one is not full. */
static int read_all(struct ctl *ctl, const char *state, json_t *incidents)
{
    int64_t after = 0;
    for (int page = 0; page < MAX_PAGES; page++) {
        CLEANUP_BUF struct buf path = {0};
        CLEANUP_REPLY struct client_reply reply = {0};
        buf_printf(&path, "/v1/incidents?state=%s&limit=%d&after=%lld", state, PAGE, (long long)after);
        int code = ctl_get(ctl, buf_text(&path), &reply);
        if (code != EXIT_DONE)
            return code;
        json_t *some = json_object_get(reply.json, "incidents");
        json_array_extend(incidents, some);
        int64_t next = json_number(reply.json, "next_after");
        if (next <= after)
            return EXIT_DONE;
        after = next;
    }
    return EXIT_DONE;
}

static void add_incident(struct table *table, const json_t *incident)
{
    CLEANUP_BUF struct buf callouts = {0};
    const char *severity = json_text(incident, "severity");
    incident_add_callouts(&callouts, incident);
    table_row(table);
    table_styled(table, STYLE_BOLD, json_text(incident, "id"));
    table_time(table, json_text(incident, "opened_at"), TIME_SHORT);
    table_cell(table, json_text(incident, "state"));
    table_styled(table, incident_severity_style(severity), severity);
    table_styled(table, STYLE_WARNING, json_flag(incident, "drill") ? "ÖVNING" : NULL);
    table_cell(table, json_text(incident, "source"));
    table_cell(table, buf_text(&callouts));
    table_cell(table, json_text(incident, "summary"));
}

static void print_incidents(const json_t *incidents, bool all)
{
    static const char *const names[] = {"ID", "OPENED", "STATE", "SEVERITY", "DRILL", "SOURCE", "CALL-OUTS", "SUMMARY"};
    CLEANUP_TABLE struct table table = {0};
    size_t i;
    const json_t *incident;
    table_head(&table, names, N_ELEMENTS(names));
    json_array_foreach(incidents, i, incident)
        add_incident(&table, incident);
    if (i == 0)
        puts(all ? "No incidents." : "No open incidents.");
    else
        table_print(&table, stdout, "");
}

int command_list(struct ctl *ctl, const struct args *args)
{
    bool all = args_flag(args, "all");
    json_t *incidents = json_array();
    int code = read_all(ctl, all ? "all" : "open", incidents);
    if (code == EXIT_DONE && ctl->json) {
        CLEANUP_BUF struct buf text = {0};
        json_t *whole = json_pack("{sO}", "incidents", incidents);
        CLEANUP_FREE char *dumped = json_dumps(whole, JSON_COMPACT);
        buf_add_text(&text, dumped);
        print_json(&text);
        json_decref(whole);
    } else if (code == EXIT_DONE) {
        ctl_use_zone(ctl);
        print_incidents(incidents, all);
    }
    json_decref(incidents);
    return code;
}

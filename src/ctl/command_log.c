/* log: what happened, and with -f what happens. A daemon that restarts is waited for: whoever watches an alarm should not have to
 * start again, nor miss what was committed meanwhile. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "ctl/ctl.h"
#include "ctl/events.h"
#include "ctl/incident.h"
#include "ctl/print.h"

const struct args_option command_log_options[] = {
    {"follow", 'f', NULL, "go on printing what happens, until Ctrl-C"},
    {NULL, 0, NULL, NULL},
};

enum { WAIT_MSEC = 500 };    /* between tries to reach a daemon that went away */

struct log {
    struct ctl *ctl;
    const char *incident;    /* only this one; NULL: all */
    int64_t seq;             /* of the last entry printed */
    size_t widths[TABLE_MAX_COLUMNS];    /* columns stay where they are from line to line */
    struct events events;
};

static void print_entry(struct log *log, const json_t *entry)
{
    CLEANUP_TABLE struct table table = {.floors = log->widths};
    table_row(&table);
    table_cell(&table, json_text(entry, "incident"));
    table_styled(&table, STYLE_WARNING, json_flag(entry, "drill") ? "ÖVNING" : NULL);
    incident_add_entry(&table, entry, TIME_FULL);
    table_print(&table, stdout, "");
}

static void print_event(struct log *log, const json_t *entry, const char *data, size_t len)
{
    if (log->ctl->json) {
        struct buf raw = {.data = (char *)data, .len = len};     /* only read */
        print_json(&raw);
    } else {
        print_entry(log, entry);
    }
    fflush(stdout);
}

static bool take_event(void *userdata, const char *data, size_t len)
{
    struct log *log = userdata;
    json_t *entry = json_loadb(data, len, 0, NULL);
    if (json_number(entry, "seq") > log->seq) {
        log->seq = json_number(entry, "seq");
        if (!log->incident || strcmp(json_text(entry, "incident"), log->incident) == 0)
            print_event(log, entry, data, len);
    }
    json_decref(entry);
    return !ferror(stdout);
}

static bool take_bytes(void *userdata, const char *bytes, size_t len)
{
    struct log *log = userdata;
    return events_feed(&log->events, bytes, len);
}

static enum err stream(struct log *log, bool follow, struct client_reply *refusal)
{
    CLEANUP_BUF struct buf path = {0};
    buf_printf(&path, "/v1/events?after=%lld%s", (long long)log->seq, follow ? "" : "&follow=no");
    if (log->incident)
        client_add_query(&path, "incident", log->incident);
    events_reset(&log->events);
    return client_stream(log->ctl->client, buf_text(&path), take_bytes, log, refusal);
}

static void wait_a_little(void)
{
    struct timespec pause = {.tv_nsec = WAIT_MSEC * 1000000L};
    nanosleep(&pause, NULL);
}

/* The daemon ends event streams when it stops; then, and when the connection breaks, it is looked for again. */
static int follow(struct log *log)
{
    bool connected = false, told = false;
    for (;;) {
        CLEANUP_REPLY struct client_reply refusal = {0};
        enum err err = stream(log, true, &refusal);
        if (ferror(stdout))
            return EXIT_REFUSED;
        if (refusal.status != 0 && refusal.status / 100 != 2 && refusal.status != 503) {
            ctl_complain("%s", *json_text(refusal.json, "error") ? json_text(refusal.json, "error")
                         : "the daemon refuses to tell");
            return EXIT_REFUSED;
        }
        bool got_through = refusal.status / 100 == 2;
        if (!connected && !got_through && refusal.status == 0)
            return ctl_unreachable(log->ctl, err);
        connected = true;
        told = told && !got_through;
        if (!told)
            ctl_complain("the daemon went away; waiting for it to come back");
        told = true;
        wait_a_little();
    }
}

/* Prints the incident's timeline, and fills in its whole id. */
static int begin_with_incident(struct log *log, const char *id, char *ret_id, size_t size)
{
    CLEANUP_BUF struct buf path = {0};
    CLEANUP_REPLY struct client_reply reply = {0};
    buf_add_text(&path, "/v1/incidents/");
    client_add_path(&path, id);
    int code = ctl_get(log->ctl, buf_text(&path), &reply);
    if (code != EXIT_DONE)
        return code;
    snprintf(ret_id, size, "%s", json_text(reply.json, "id"));
    size_t i;
    json_t *entry;
    json_array_foreach(json_object_get(reply.json, "timeline"), i, entry) {
        CLEANUP_FREE char *text = json_dumps(entry, JSON_COMPACT);
        log->seq = json_number(entry, "seq") > log->seq ? json_number(entry, "seq") : log->seq;
        print_event(log, entry, text, strlen(text));
    }
    return EXIT_DONE;
}

static int print_all(struct log *log)
{
    CLEANUP_REPLY struct client_reply refusal = {0};
    enum err err = stream(log, false, &refusal);
    if (err != ERR_OK)
        return ctl_unreachable(log->ctl, err);
    if (refusal.status / 100 == 2)
        return EXIT_DONE;
    ctl_complain("%s", *json_text(refusal.json, "error") ? json_text(refusal.json, "error") : "the daemon refuses to tell");
    return EXIT_REFUSED;
}

int command_log(struct ctl *ctl, const struct args *args)
{
    static const size_t usual_widths[TABLE_MAX_COLUMNS] = {9, 0, 19, 15, 3, 10, 5};
    struct log log = {.ctl = ctl, .events = {.cb = take_event}};
    char id[32];
    log.events.userdata = &log;
    memcpy(log.widths, usual_widths, sizeof usual_widths);
    if (!ctl->json)
        ctl_use_zone(ctl);
    int code = EXIT_DONE;
    if (args_operand(args, 0)) {
        code = begin_with_incident(&log, args_operand(args, 0), id, sizeof id);
        log.incident = id;
    } else if (!args_flag(args, "follow")) {
        code = print_all(&log);
    }
    if (code == EXIT_DONE && args_flag(args, "follow"))
        code = follow(&log);
    events_done(&log.events);
    return code;
}

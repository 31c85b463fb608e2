#include "ctl/incident.h"

#include <string.h>

#include "base/text.h"

enum style incident_severity_style(const char *severity)
{
    if (strcmp(severity, "critical") == 0 || strcmp(severity, "error") == 0)
        return STYLE_BAD;
    return strcmp(severity, "warning") == 0 ? STYLE_WARNING : STYLE_PLAIN;
}

static enum style state_style(const char *state)
{
    if (strcmp(state, "paging") == 0)
        return STYLE_BAD;
    return strcmp(state, "acknowledged") == 0 ? STYLE_GOOD : STYLE_DIM;
}

void incident_add_callouts(struct buf *buf, const json_t *incident)
{
    size_t i;
    const json_t *callout;
    json_array_foreach(json_object_get(incident, "callouts"), i, callout) {
        const char *by = json_text(callout, "acknowledged_by");
        buf_printf(buf, "%s%s %s", i ? ", " : "", json_text(callout, "role"), json_text(callout, "state"));
        if (*by)
            buf_printf(buf, " by %s", by);
    }
}

static void add_property(struct table *table, const char *name, const char *value)
{
    if (!*value)
        return;
    table_row(table);
    table_styled(table, STYLE_DIM, name);
    table_cell(table, value);
}

static void add_time_property(struct table *table, const char *name, const char *rfc3339)
{
    CLEANUP_BUF struct buf time = {0};
    print_add_time(&time, rfc3339, TIME_ZONED);
    add_property(table, name, buf_text(&time));
}

static void print_properties(const json_t *incident)
{
    CLEANUP_TABLE struct table table = {0};
    add_property(&table, "summary", json_text(incident, "summary"));
    add_property(&table, "location", json_text(incident, "location"));
    add_property(&table, "callback", json_text(incident, "callback"));
    add_property(&table, "talkgroup", json_text(incident, "talkgroup"));
    add_property(&table, "source", json_text(incident, "source"));
    add_property(&table, "key", json_text(incident, "dedup_key"));
    add_time_property(&table, "opened", json_text(incident, "opened_at"));
    add_time_property(&table, "closed", json_text(incident, "closed_at"));
    table_print(&table, stdout, "  ");
    const char *details = json_text(incident, "details");
    if (!*details)
        return;
    puts("");
    print_block(stdout, details, "    ");
}

static void add_callout(struct table *table, const json_t *callout)
{
    const char *state = json_text(callout, "state"), *by = json_text(callout, "acknowledged_by");
    CLEANUP_BUF struct buf words = {0};
    if (*by) {
        buf_printf(&words, "by %s at ", by);
        print_add_time(&words, json_text(callout, "acknowledged_at"), TIME_FULL);
        if (json_number(callout, "eta_minutes") > 0)
            buf_printf(&words, ", there in %d min", (int)json_number(callout, "eta_minutes"));
    } else if (*json_text(callout, "next_page_at")) {
        buf_add_text(&words, "next at ");
        print_add_time(&words, json_text(callout, "next_page_at"), TIME_FULL);
    }
    table_row(table);
    table_styled(table, STYLE_BOLD, json_text(callout, "role"));
    table_styled(table, state_style(state), state);
    table_printf(table, STYLE_PLAIN, "step %d", (int)json_number(callout, "step"));
    if (json_number(callout, "round") > 0)
        table_printf(table, STYLE_PLAIN, "repeat %d", (int)json_number(callout, "round"));
    else
        table_cell(table, NULL);
    table_cell(table, buf_text(&words));
}

static void print_list(struct table *table, const char *name, const json_t *list)
{
    CLEANUP_BUF struct buf text = {0};
    size_t i;
    const json_t *item;
    json_array_foreach(list, i, item)
        buf_printf(&text, "%s%s", i > 0 ? ", " : "", json_string_value(item) ? json_string_value(item) : "");
    if (i == 0)
        return;
    table_row(table);
    table_cell(table, name);
    table_cell(table, buf_text(&text));
}

/* What is special about a drill; NULL: it is none. */
static void print_exercise(const json_t *exercise)
{
    CLEANUP_TABLE struct table table = {0};
    if (!exercise)
        return;
    table_row(&table);
    table_cell(&table, "answered");
    table_printf(&table, STYLE_PLAIN, "%d of %d%s%s", (int)json_number(exercise, "answered"), (int)json_number(exercise, "of"),
                 json_flag(exercise, "wait_for_all") ? ", and it waits for all" : "",
                 json_flag(exercise, "dry_run") ? "; a dry run: nothing was sent" : "");
    print_list(&table, "not answered", json_object_get(exercise, "missing"));
    print_list(&table, "left out", json_object_get(exercise, "without"));
    if (*json_text(exercise, "schedule")) {
        table_row(&table);
        table_cell(&table, "schedule");
        table_cell(&table, json_text(exercise, "schedule"));
    }
    table_print(&table, stdout, "  ");
}

void incident_print(const json_t *incident)
{
    const char *severity = json_text(incident, "severity");
    CLEANUP_TABLE struct table head = {0};
    table_row(&head);
    table_styled(&head, STYLE_BOLD, json_text(incident, "id"));
    table_cell(&head, json_text(incident, "state"));
    table_styled(&head, incident_severity_style(severity), severity);
    if (json_flag(incident, "drill"))
        table_styled(&head, STYLE_WARNING, "ÖVNING (drill)");
    if (json_flag(incident, "sensitive"))
        table_cell(&head, "sensitive");
    table_print(&head, stdout, "");
    print_properties(incident);
    print_exercise(json_object_get(incident, "exercise"));
    CLEANUP_TABLE struct table callouts = {0};
    size_t i;
    const json_t *callout;
    json_array_foreach(json_object_get(incident, "callouts"), i, callout)
        add_callout(&callouts, callout);
    if (i > 0)
        puts("");
    table_print(&callouts, stdout, "  ");
}

static enum style event_style(const char *event)
{
    static const struct { const char *event; enum style style; } styles[] = {
        {"acknowledged", STYLE_GOOD}, {"restored", STYLE_GOOD},       {"page-delivered", STYLE_GOOD}, {"page-failed", STYLE_WARNING},
        {"declined", STYLE_WARNING},  {"step-skipped", STYLE_BAD},    {"released", STYLE_WARNING},
           {"reload-refused", STYLE_BAD},
        {"degraded", STYLE_BAD},      {"page-queued", STYLE_DIM},     {"opened", STYLE_BOLD},         {"closed", STYLE_BOLD},
        {"gap-ahead", STYLE_WARNING},
    };
    for (size_t i = 0; i < N_ELEMENTS(styles); i++)
        if (strcmp(styles[i].event, event) == 0)
            return styles[i].style;
    return STYLE_PLAIN;
}

void incident_add_entry(struct table *table, const json_t *entry, enum time_form form)
{
    const char *event = json_text(entry, "event"), *gateway = json_text(entry, "gateway");
    const char *person = json_text(entry, "person"), *source = json_text(entry, "source");
    table_time(table, json_text(entry, "at"), form);
    table_styled(table, event_style(event), event);
    table_cell(table, json_text(entry, "role"));
    table_cell(table, *person ? person : source);
    table_printf(table, STYLE_PLAIN, "%s%s%s", json_text(entry, "channel"), *gateway ? " via " : "", gateway);
    table_cell(table, json_text(entry, "text"));
}

void incident_print_timeline(const json_t *timeline)
{
    static const char *const names[] = {"TIME", "EVENT", "ROLE", "WHO", "BY", "WHAT"};
    CLEANUP_TABLE struct table table = {0};
    CLEANUP_BUF struct buf date = {0};
    CLEANUP_BUF struct buf last_date = {0};
    size_t i;
    const json_t *entry;
    table_head(&table, names, N_ELEMENTS(names));
    json_array_foreach(timeline, i, entry) {
        buf_clear(&date);
        print_add_time(&date, json_text(entry, "at"), TIME_DATE);
        if (i > 0 && strcmp(buf_text(&date), buf_text(&last_date)) != 0) {
            table_row(&table);
            table_styled(&table, STYLE_DIM, buf_text(&date));
        }
        table_row(&table);
        incident_add_entry(&table, entry, TIME_CLOCK);
        buf_clear(&last_date);
        buf_add(&last_date, date.data, date.len);
    }
    table_print(&table, stdout, "  ");
}

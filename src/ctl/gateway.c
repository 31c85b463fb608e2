#include "ctl/gateway.h"

#include "ctl/print.h"
#include "ctl/table.h"

/* The last thing that happened through it, so far as it matters: a success after a failure has cured it. */
static void add_state(struct table *table, const json_t *gateway)
{
    const char *success = json_text(gateway, "last_success_at"), *failure = json_text(gateway, "last_failure_at");
    if (json_flag(gateway, "working"))
        table_styled(table, STYLE_GOOD, *success ? "works" : "untried");
    else
        table_styled(table, STYLE_BAD, "FAILS");
    CLEANUP_BUF struct buf words = {0};
    if (*success) {
        buf_add_text(&words, "sent ");
        print_add_time(&words, success, TIME_SHORT);
    }
    if (*failure) {
        buf_add_text(&words, words.len ? ", failed " : "failed ");
        print_add_time(&words, failure, TIME_SHORT);
        buf_printf(&words, ": %s", json_text(gateway, "last_reason"));
    }
    table_cell(table, buf_text(&words));
}

void gateway_print_list(const json_t *gateways, const char *indent)
{
    static const char *const names[] = {"GATEWAY", "TYPE", "CHANNELS", "SENT", "FAILED", "STATE", "LAST"};
    CLEANUP_TABLE struct table table = {0};
    size_t i, k;
    const json_t *gateway, *channel;
    table_head(&table, names, N_ELEMENTS(names));
    json_array_foreach(gateways, i, gateway) {
        CLEANUP_BUF struct buf channels = {0};
        json_array_foreach(json_object_get(gateway, "channels"), k, channel)
            buf_printf(&channels, "%s%s", k ? ", " : "", json_string_value(channel) ? json_string_value(channel) : "");
        table_row(&table);
        table_styled(&table, STYLE_BOLD, json_text(gateway, "name"));
        table_cell(&table, json_text(gateway, "type"));
        table_cell(&table, buf_text(&channels));
        table_printf(&table, STYLE_PLAIN, "%lld", (long long)json_number(gateway, "sent"));
        table_printf(&table, STYLE_PLAIN, "%lld", (long long)json_number(gateway, "failed"));
        add_state(&table, gateway);
    }
    table_print(&table, stdout, indent);
}

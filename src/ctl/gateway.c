#include "ctl/gateway.h"

#include <string.h>

#include "ctl/print.h"
#include "ctl/table.h"

static void add_state(struct table *table, const json_t *gateway)
{
    const char *state = json_text(gateway, "state");
    if (strcmp(state, "failing") == 0)
        table_styled(table, STYLE_BAD, "FAILS");
    else if (strcmp(state, "busy") == 0)
        table_styled(table, STYLE_WARNING, state);
    else
        table_styled(table, strcmp(state, "ok") == 0 ? STYLE_GOOD : STYLE_PLAIN, state);
}

/* "3 of 64 (5 %)"; nothing where nothing failed. */
static void add_failures(struct table *table, const json_t *gateway)
{
    const json_t *recent = json_object_get(gateway, "recent");
    long long attempts = json_number(recent, "attempts"), failed = json_number(recent, "failed");
    if (attempts > 0 && failed > 0)
        table_printf(table, STYLE_WARNING, "%lld of %lld (%lld %%)", failed, attempts, (100 * failed + attempts / 2) / attempts);
    else
        table_cell(table, "");
}

static void add_number(struct table *table, const json_t *gateway, const char *key)
{
    table_printf(table, STYLE_PLAIN, "%lld", (long long)json_number(gateway, key));
}

static void add_type(struct table *table, const json_t *gateway)
{
    const char *preset = json_text(gateway, "preset");
    table_printf(table, STYLE_PLAIN, "%s%s%s", json_text(gateway, "type"), *preset ? " " : "", preset);
}

static void add_channels(struct table *table, const json_t *gateway)
{
    CLEANUP_BUF struct buf channels = {0};
    size_t i;
    const json_t *channel;
    json_array_foreach(json_object_get(gateway, "channels"), i, channel)
        buf_printf(&channels, "%s%s", i ? ", " : "", json_string_value(channel) ? json_string_value(channel) : "");
    table_cell(table, buf_text(&channels));
}

/* Why it is as it is, and until when. */
static void add_why(struct table *table, const json_t *gateway)
{
    const char *reason = json_text(gateway, "state_reason"), *until = json_text(gateway, "state_until");
    bool busy = strcmp(json_text(gateway, "state"), "busy") == 0;
    CLEANUP_BUF struct buf why = {0};
    buf_add_text(&why, reason);
    if (*until) {
        buf_printf(&why, "%s%s ", why.len ? "; " : "", busy ? "left alone until" : "skipped, tried again from");
        print_add_time(&why, until, TIME_CLOCK);
    }
    table_cell(table, buf_text(&why));
}

void gateway_print_list(const json_t *gateways, const char *indent)
{
    static const char *const names[] = {"GATEWAY", "TYPE", "CHANNELS", "STATE", "LAST SUCCESS", "IN FLIGHT", "WAITING", "FAILED",
                                        "CHECKED", "BALANCE", "WHY"};
    CLEANUP_TABLE struct table table = {0};
    size_t i;
    const json_t *gateway;
    table_head(&table, names, N_ELEMENTS(names));
    json_array_foreach(gateways, i, gateway) {
        table_row(&table);
        table_styled(&table, STYLE_BOLD, json_text(gateway, "name"));
        add_type(&table, gateway);
        add_channels(&table, gateway);
        add_state(&table, gateway);
        table_time(&table, json_text(gateway, "last_success_at"), TIME_SHORT);
        add_number(&table, gateway, "in_flight");
        add_number(&table, gateway, "waiting");
        add_failures(&table, gateway);
        table_time(&table, json_text(json_object_get(gateway, "check"), "last_at"), TIME_SHORT);
        const json_t *balance = json_object_get(gateway, "balance");
        table_styled(&table, json_flag(balance, "low") ? STYLE_BAD : STYLE_PLAIN, json_text(balance, "amount"));
        add_why(&table, gateway);
    }
    table_print(&table, stdout, indent);
}

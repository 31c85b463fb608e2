#include "ctl/oncall.h"

#include <string.h>

#include "ctl/print.h"
#include "ctl/table.h"

static const json_t *contact_of(const json_t *entry, const char *id)
{
    size_t i;
    const json_t *contact;
    json_array_foreach(json_object_get(entry, "contacts"), i, contact)
        if (strcmp(json_text(contact, "person"), id) == 0)
            return contact;
    return NULL;
}

/* "Anna Berg (anna.berg)", or the id alone where the daemon tells no name. */
static void add_person(struct buf *buf, const json_t *entry, const char *id)
{
    const char *name = json_text(contact_of(entry, id), "name");
    if (*name)
        buf_printf(buf, "%s (%s)", name, id);
    else
        buf_add_text(buf, id);
}

/* The numbers to ring: voice before SMS, each once. */
static void add_numbers(struct buf *buf, const json_t *entry, const char *id)
{
    const json_t *person = contact_of(entry, id);
    static const char *const channels[] = {"voice", "sms"};
    size_t begin = buf->len, i;
    const json_t *number;
    for (size_t c = 0; c < N_ELEMENTS(channels); c++)
        json_array_foreach(json_object_get(person, channels[c]), i, number) {
            const char *text = json_string_value(number);
            if (text && !strstr(buf_text(buf) + begin, text))
                buf_printf(buf, "%s%s", buf->len > begin ? ", " : "", text);
        }
}

static void add_stretch(struct buf *buf, const json_t *entry)
{
    const char *until = json_text(entry, "until"), *next = json_text(entry, "next");
    if (*until) {
        buf_add_text(buf, "until ");
        print_add_time(buf, until, TIME_SHORT);
    }
    if (*next) {
        buf_add_text(buf, ", then ");
        add_person(buf, entry, next);
    }
}

static void add_holder(struct table *table, const json_t *entry, const char *duty, const char *id, const char *rest)
{
    CLEANUP_BUF struct buf who = {0};
    CLEANUP_BUF struct buf numbers = {0};
    add_person(&who, entry, id);
    add_numbers(&numbers, entry, id);
    table_row(table);
    table_styled(table, STYLE_BOLD, json_text(entry, "role"));
    table_styled(table, STYLE_DIM, duty);
    table_cell(table, buf_text(&who));
    table_cell(table, buf_text(&numbers));
    table_cell(table, rest);
}

/* All of them are called. */
static void add_members(struct table *table, const json_t *entry, const char *rest)
{
    size_t i;
    const json_t *member;
    json_array_foreach(json_object_get(entry, "members"), i, member)
        add_holder(table, entry, json_text(entry, "group"), json_string_value(member) ? json_string_value(member) : "",
                   i == 0 ? rest : "");
}

static void add_role(struct table *table, const json_t *entry)
{
    const char *primary = json_text(entry, "primary");
    CLEANUP_BUF struct buf stretch = {0};
    add_stretch(&stretch, entry);
    if (*primary) {
        add_holder(table, entry, "primary", primary, buf_text(&stretch));
    } else if (json_array_size(json_object_get(entry, "members")) > 0) {
        add_members(table, entry, buf_text(&stretch));
    } else {
        table_row(table);
        table_styled(table, STYLE_BOLD, json_text(entry, "role"));
        table_styled(table, STYLE_DIM, "primary");
        table_styled(table, STYLE_BAD, "NOBODY");
        table_cell(table, NULL);
        table_cell(table, buf_text(&stretch));
    }
    size_t i;
    const json_t *backup;
    json_array_foreach(json_object_get(entry, "backups"), i, backup)
        add_holder(table, entry, "backup", json_string_value(backup) ? json_string_value(backup) : "", "");
}

void oncall_print(FILE *stream, const json_t *reply)
{
    CLEANUP_TABLE struct table table = {0};
    size_t i;
    const json_t *entry;
    json_array_foreach(json_object_get(reply, "oncall"), i, entry)
        add_role(&table, entry);
    table_print(&table, stream, "");
}

void oncall_print_called(FILE *stream, const json_t *reply, bool named)
{
    CLEANUP_TABLE struct table table = {0};
    size_t i;
    const json_t *entry;
    json_array_foreach(json_object_get(reply, "oncall"), i, entry)
        if (named || strcmp(json_text(entry, "call"), "on-request") != 0)
            add_role(&table, entry);
    table_print(&table, stream, "  ");
}

#include "api/request_table.h"

struct slot *request_table_add(struct request_table *table, enum slot_kind kind, struct http_exchange *exchange)
{
    if (table->slots.len >= REQUESTS_MAX)
        return NULL;
    /* A test waits for its gateway, perhaps for long: a few of them at a time. */
    if (kind == SLOT_GATEWAY_TEST && table->of_kind[kind] >= GATEWAY_TESTS_MAX)
        return NULL;
    struct slot *slot = NEW(struct slot);
    slot->number = ++table->last_number;
    slot->kind = kind;
    slot->exchange = exchange;
    table->of_kind[kind]++;
    map_put(&table->slots, slot->number, slot);
    return slot;
}

struct slot *request_table_find(const struct request_table *table, uint64_t number)
{
    return map_get(&table->slots, number);
}

struct slot *request_table_take(struct request_table *table, uint64_t number)
{
    struct slot *slot = map_remove(&table->slots, number);
    if (slot)
        table->of_kind[slot->kind]--;
    return slot;
}

void slot_free(struct slot *slot)
{
    if (!slot)
        return;
    rendered_done(&slot->rendered);
    free(slot->summary);
    free(slot->details);
    free(slot->talkgroup);
    free(slot->gateway);
    free(slot->person);
    free(slot);
}

void request_table_done(struct request_table *table)
{
    struct slot *slot;
    for (size_t i = 0; (slot = map_next(&table->slots, &i));)
        slot_free(slot);
    map_done(&table->slots);
}

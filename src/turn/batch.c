#include "turn/batch.h"

#include <string.h>

struct batch *batch_new(int64_t boot_usec)
{
    struct batch *batch = NEW(struct batch);
    batch->memory = arena_new();
    batch->begun_usec = boot_usec;
    return batch;
}

void batch_free(struct batch *batch)
{
    if (!batch)
        return;
    arena_free(batch->memory);
    free(batch->records);
    free(batch->held);
    free(batch);
}

void batch_add_record(struct batch *batch, const struct effect_record *record)
{
    if (batch->n_records == batch->cap_records) {
        batch->cap_records = batch->cap_records ? 2 * batch->cap_records : 16;
        batch->records = mem_realloc_array(batch->records, batch->cap_records, sizeof(*batch->records));
    }
    void *payload = arena_alloc(batch->memory, record->payload_len + 1);
    memcpy(payload, record->payload, record->payload_len);
    batch->bytes += record->payload_len;
    batch->records[batch->n_records++] = (struct store_record){
        .seq = record->seq,
        .at_usec = record->at_usec,
        .incident = record->incident,
        .kind = (uint8_t)record->kind,
        .mark = record->mark,
        .payload = payload,
        .payload_len = record->payload_len,
    };
}

static struct held *add_held(struct batch *batch, enum held_kind kind)
{
    if (batch->n_held == batch->cap_held) {
        batch->cap_held = batch->cap_held ? 2 * batch->cap_held : 16;
        batch->held = mem_realloc_array(batch->held, batch->cap_held, sizeof(*batch->held));
    }
    batch->held[batch->n_held].kind = kind;
    return &batch->held[batch->n_held++];
}

void batch_add_send(struct batch *batch, const struct effect_send *send)
{
    struct held *held = add_held(batch, HELD_SEND);
    held->send = *send;
    if (send->gateway)
        held->send.gateway = arena_strdup(batch->memory, send->gateway);
    for (size_t i = 0; i < send->n_leave_out; i++)
        held->send.leave_out[i] = arena_strdup(batch->memory, send->leave_out[i]);
}

void batch_add_reply(struct batch *batch, uint64_t request)
{
    add_held(batch, HELD_REPLY)->request = request;
}

void batch_add_call(struct batch *batch, batch_call *function, void *userdata)
{
    struct held *held = add_held(batch, HELD_CALL);
    held->call.function = function;
    held->call.userdata = userdata;
}

/* What became of a message after a gateway took it: which gateways did not deliver it, or did not say, and by when the next word
 * is due. Only messages of which there is something to say have a trail. */
#include "engine/internal.h"

static uint64_t key_of(const struct message *message)
{
    return (uint64_t)(uintptr_t)message;
}

const struct trail *trail_of(const struct engine *engine, const struct message *message)
{
    return message->has_trail ? map_get(&engine->trails, key_of(message)) : NULL;
}

enum receipt trail_receipt(const struct trail *trail, atom gateway)
{
    for (size_t i = 0; trail && gateway && i < trail->n; i++)
        if (trail->gateway[i] == gateway)
            return trail->receipt[i];
    return RECEIPT_NONE;
}

bool trail_doubts_other(const struct trail *trail, atom gateway)
{
    for (size_t i = 0; trail && i < trail->n; i++)
        if (trail->receipt[i] == RECEIPT_MISSING && trail->gateway[i] != gateway)
            return true;
    return false;
}

bool message_in_doubt(const struct engine *engine, const struct message *message)
{
    return message->state == MESSAGE_SENT && trail_receipt(trail_of(engine, message), message->gateway) != RECEIPT_NONE;
}

bool message_may_arrive(const struct engine *engine, const struct message *message)
{
    return message->state != MESSAGE_FAILED || trail_doubts_other(trail_of(engine, message), 0);
}

/* ---- the fold ---- */

static struct trail *trail_for(struct engine *engine, struct incident *incident, struct message *message)
{
    if (message->has_trail)
        return map_get(&engine->trails, key_of(message));
    struct trail *trail = NEW(struct trail);
    trail->message = message;
    trail->incident = incident;
    map_put(&engine->trails, key_of(message), trail);
    message->has_trail = true;
    return trail;
}

void trail_wait(struct engine *engine, struct incident *incident, struct message *message, int64_t due_boot_usec,
                int64_t wait_usec)
{
    struct trail *trail = trail_for(engine, incident, message);
    trail->wait_sec = (uint32_t)(wait_usec / USEC_PER_SEC);
    heap_arm(&engine->receipts, &trail->timer, due_boot_usec);
}

void trail_forget(struct engine *engine, struct message *message)
{
    struct trail *trail = message->has_trail ? map_remove(&engine->trails, key_of(message)) : NULL;
    if (!trail)
        return;
    heap_disarm(&engine->receipts, &trail->timer);
    free(trail);
    message->has_trail = false;
}

void trail_stop(struct engine *engine, struct message *message)
{
    struct trail *trail = message->has_trail ? map_get(&engine->trails, key_of(message)) : NULL;
    if (trail && trail->n == 0) {
        trail_forget(engine, message);
    } else if (trail) {
        heap_disarm(&engine->receipts, &trail->timer);
        trail->wait_sec = 0;
    }
}

/* What has been denied stays denied. */
void trail_note(struct engine *engine, struct incident *incident, struct message *message, atom gateway, enum receipt receipt)
{
    struct trail *trail = trail_for(engine, incident, message);
    size_t i = 0;
    while (i < trail->n && trail->gateway[i] != gateway)
        i++;
    if (i == LEAVE_OUT_MAX || (i < trail->n && trail->receipt[i] == RECEIPT_NEVER))
        return;
    trail->gateway[i] = gateway;
    trail->receipt[i] = (uint8_t)receipt;
    if (i == trail->n)
        trail->n++;
}

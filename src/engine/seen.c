/* Names that providers give to what they hand over: a text that came before is not acted on again, and a receipt finds its message
 * without being told which page that is. Names are kept as hashes that include the gateway's: two providers may count alike. */
#include <string.h>

#include "engine/apply.h"
#include "engine/internal.h"

static uint64_t hash_of(const char *gateway, const char *name)
{
    return map_hash_text(name, map_hash_text(gateway, 41));
}

/* ---- texts ---- */

/* Without a name nobody can tell a text that was sent twice from one that was handed over twice, and whoever writes JA twice wants
 * two answers: such texts all count. */
bool seen_reply(const struct engine *engine, const char *reply_id)
{
    uint64_t hash = map_hash_text(reply_id, 40);
    for (size_t i = 0; i < engine->replies.n; i++) {
        int64_t since_usec = engine->now.boot_usec - engine->replies.ring[i].boot_usec;
        if (engine->replies.ring[i].hash == hash && since_usec < REPLY_AGAIN_USEC)
            return true;
    }
    return false;
}

/* As old as the wall clock has it now; that may be set later (P11). */
void seen_add_reply(struct engine *engine, const char *reply_id, int64_t at_usec, struct now now)
{
    int64_t left_usec = apply_is_time(at_usec) ? apply_left_usec(at_usec + REPLY_AGAIN_USEC, REPLY_AGAIN_USEC, now) : 0;
    struct seen_replies *replies = &engine->replies;
    if (replies->next == replies->cap && replies->cap < REPLIES_MAX) {
        replies->cap = replies->cap ? 2 * replies->cap : 64;
        replies->ring = mem_realloc_array(replies->ring, replies->cap, sizeof(*replies->ring));
    }
    replies->next %= replies->cap;
    replies->ring[replies->next].hash = map_hash_text(reply_id, 40);
    replies->ring[replies->next].boot_usec = now.boot_usec + left_usec - REPLY_AGAIN_USEC;
    replies->next++;
    if (replies->n < replies->next)
        replies->n = replies->next;
}

/* ---- messages ---- */

bool seen_sent(const struct engine *engine, const char *gateway, const char *provider_id, struct page_ref *ret)
{
    const struct sent_ids *ids = &engine->sent_ids;
    size_t place = (size_t)(uintptr_t)map_get(&ids->places, hash_of(gateway, provider_id));
    if (place == 0)
        return false;
    *ret = ids->ring[place - 1].page;
    return true;
}

static void forget_place(struct sent_ids *ids, size_t place)
{
    if (map_get(&ids->places, ids->ring[place].hash) == (void *)(uintptr_t)(place + 1))
        map_remove(&ids->places, ids->ring[place].hash);
}

void seen_add_sent(struct engine *engine, const char *gateway, const char *provider_id, struct page_ref page)
{
    struct sent_ids *ids = &engine->sent_ids;
    if (ids->next == ids->cap && ids->cap < SENT_IDS_MAX) {
        ids->cap = ids->cap ? 2 * ids->cap : 64;
        ids->ring = mem_realloc_array(ids->ring, ids->cap, sizeof(*ids->ring));
    }
    ids->next %= ids->cap;
    if (ids->next < ids->n)
        forget_place(ids, ids->next);
    ids->ring[ids->next].hash = hash_of(gateway, provider_id);
    ids->ring[ids->next].page = page;
    map_put(&ids->places, ids->ring[ids->next].hash, (void *)(uintptr_t)(ids->next + 1));
    ids->next++;
    if (ids->n < ids->next)
        ids->n = ids->next;
}

/* A receipt may overtake the gateway's own answer, which is what gives the message its name. */
void seen_note_early(struct engine *engine, const struct event_outcome *outcome)
{
    engine->early[engine->next_early++ % EARLY_MAX] = (struct early_receipt){
        .hash = hash_of(outcome->gateway, outcome->provider_id), .boot_usec = engine->now.boot_usec, .outcome = outcome->outcome};
}

bool seen_take_early(struct engine *engine, const struct event_outcome *sent, enum outcome *ret)
{
    uint64_t hash = hash_of(sent->gateway, sent->provider_id);
    for (size_t i = 0; i < EARLY_MAX; i++) {
        struct early_receipt *early = &engine->early[(engine->next_early + i) % EARLY_MAX];
        if (early->hash != hash || engine->now.boot_usec - early->boot_usec > EARLY_USEC)
            continue;
        *ret = early->outcome;
        *early = (struct early_receipt){0};
        return true;
    }
    return false;
}

void seen_done(struct engine *engine)
{
    free(engine->replies.ring);
    free(engine->sent_ids.ring);
    map_done(&engine->sent_ids.places);
}

#include "turn/replay.h"

enum err stored_read(const struct store_record *stored, struct record *ret)
{
    return record_decode(stored->payload, stored->payload_len, RECORD_COLUMNS(stored), ret);
}

static enum err replay_one(struct engine *engine, const struct store_record *stored, struct now now)
{
    struct record record;
    enum err err = stored_read(stored, &record);
    return err == ERR_OK ? engine_replay(engine, &record, now) : err;
}

/* The oldest first: there is no place for all, and the newest may come again. */
static void replay_replies(struct engine *engine, const struct opened *opened, struct now now)
{
    for (size_t i = opened->n_house; i-- > 0;) {
        struct record record;
        if (stored_read(&opened->house[i], &record) == ERR_OK)
            engine_replay_reply(engine, &record, now);
    }
}

void replay_live(struct engine *engine, const struct opened *opened, struct now now, replay_bad *bad, void *userdata)
{
    uint64_t aside = 0;
    for (size_t i = 0; i < OPENING_YEARS; i++)
        if (opened->last_incidents[i])
            engine_set_last_incident(engine, opened->last_incidents[i]);
    replay_replies(engine, opened, now);
    for (size_t i = 0; i < opened->n_records; i++) {
        const struct store_record *stored = &opened->records[i];
        if (stored->incident == aside || replay_one(engine, stored, now) == ERR_OK)
            continue;
        aside = stored->incident;
        bad(userdata, stored);
        engine_set_aside(engine, aside);
    }
}

void replay_house(const struct opened *opened, replay_record *tell, void *userdata)
{
    for (size_t i = 0; i < opened->n_house; i++) {
        struct record record;
        if (stored_read(&opened->house[i], &record) == ERR_OK)
            tell(userdata, &record);
    }
}

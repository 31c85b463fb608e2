/* How fast a source triggers: a bucket that holds `limit` triggers and refills in `limit_usec`. And whether it is a crowd,
 * whatever its limit: a second bucket, of so many triggers in a minute as nobody else needs to stand back for. */
#include "engine/internal.h"

#define TRIGGER_MICRO INT64_C(1000000)
#define CALM_MICRO    ((CALM_TRIGGERS + 1) * TRIGGER_MICRO)

struct load *load_of(struct engine *engine, atom source, bool drill)
{
    struct load *load = engine->loads;
    while (load && (load->source != source || load->drill != drill))
        load = load->next;
    if (load)
        return load;
    load = NEW(struct load);
    load->source = source;
    load->drill = drill;
    load->next = engine->loads;
    load->tokens_micro = INT64_MAX;      /* full, whatever its size is */
    load->calm_micro = CALM_MICRO;
    engine->loads = load;
    return load;
}

static int64_t tokens_now(const struct engine *engine, const struct load *load, const struct source *source)
{
    int64_t full = source->limit * TRIGGER_MICRO, now_usec = engine->now.wall_usec;
    int64_t elapsed = now_usec > load->filled_usec ? now_usec - load->filled_usec : 0;
    if (load->tokens_micro >= full || elapsed >= source->limit_usec)
        return full;
    int64_t tokens = load->tokens_micro + (int64_t)((double)elapsed / (double)source->limit_usec * (double)full);
    return tokens < full ? tokens : full;
}

bool load_over(const struct engine *engine, const struct load *load, const struct source *source)
{
    return tokens_now(engine, load, source) < TRIGGER_MICRO;
}

static int64_t calm_now(const struct engine *engine, const struct load *load)
{
    int64_t elapsed = engine->now.boot_usec - load->calm_usec;
    if (elapsed >= USEC_PER_MIN)
        return CALM_MICRO;
    int64_t calm = load->calm_micro + elapsed * CALM_TRIGGERS / (USEC_PER_MIN / TRIGGER_MICRO);
    return calm < CALM_MICRO ? calm : CALM_MICRO;
}

bool load_is_crowd(const struct engine *engine, const struct load *load)
{
    return calm_now(engine, load) < TRIGGER_MICRO;
}

void load_count(const struct engine *engine, struct load *load, const struct source *source)
{
    int64_t tokens = tokens_now(engine, load, source), calm = calm_now(engine, load);
    load->calm_micro = calm < TRIGGER_MICRO ? calm : calm - TRIGGER_MICRO;
    load->calm_usec = engine->now.boot_usec;
    if (tokens < TRIGGER_MICRO)
        load->over_usec = engine->now.wall_usec;
    load->tokens_micro = tokens < TRIGGER_MICRO ? tokens : tokens - TRIGGER_MICRO;
    load->filled_usec = engine->now.wall_usec;
}

bool load_may_tell(struct engine *engine, struct load *load)
{
    if (load->told == 0 || engine->now.boot_usec - load->told_since_usec >= USEC_PER_MIN) {
        load->told_since_usec = engine->now.boot_usec;
        load->told = 0;
    }
    if (load->told == SOURCE_TOLD_MAX)
        return false;
    load->told++;
    return true;
}

struct incident *load_open_bundle(const struct engine *engine, const struct load *load)
{
    struct incident *bundle = load->bundle ? find_incident(engine, load->bundle) : NULL;
    int64_t quiet = engine->now.wall_usec - load->over_usec;
    return bundle && !bundle->closed_usec && quiet >= 0 && quiet < BUNDLE_QUIET_USEC ? bundle : NULL;
}

#include "config/config.h"

#include <assert.h>

#include "config/audit.h"
#include "config/load.h"

enum { NEAREST_LIMIT = 200000 };

/* What a configuration owns besides itself. */
struct store {
    struct config config;
    struct arena *arena;
    struct tz *tz;
};

/* Without people and groups nothing sensible can be said of rosters. */
static void audit(struct load *load)
{
    if (load->persons.incomplete || load->groups.incomplete || problems_full(load->problems))
        return;
    const struct audit audit = {
        .plan = &load->config->plan, .skipped = load->roster_skipped, .now_usec = load->env->now_usec,
        .days = load->env->check_days > 0 ? load->env->check_days : AUDIT_DAYS,
    };
    audit_plan(&audit, load->problems);
}

static void run_parts(struct load *load)
{
    settings_load(load);
    endpoint_load(load);
    people_load(load);
    groups_load(load);
    gateways_load(load);
    channels_load(load);
    rosters_load(load);
    settings_load_admins(load);
    schedules_load(load);
    sources_load(load);
    reach_check(load);
    if (load->env->check_texts && !problems_full(load->problems))
        load->env->check_texts(load->config, load->problems);
    audit(load);
    problems_sort(load->problems);
    problems_quote(load->problems, load->env->directory);
}

enum err config_load(const struct config_env *env, struct problems *problems, struct config **ret)
{
    assert(env->directory && env->zoneinfo_directory);
    struct arena *arena = arena_new();
    struct store *store = arena_alloc(arena, sizeof *store);
    struct load load = {
        .env = env, .problems = problems, .arena = arena, .config = &store->config, .nearest_left = NEAREST_LIMIT,
    };
    store->arena = arena;
    store->config.directory = arena_strdup(arena, env->directory);
    store->config.loaded_at_usec = env->now_usec;
    run_parts(&load);
    store->tz = load.tz;
    if (problems_errors(problems) > 0) {
        config_free(&store->config);
        *ret = NULL;
        return ERR_CONFIG;
    }
    *ret = &store->config;
    return ERR_OK;
}

void config_free(struct config *config)
{
    if (!config)
        return;
    struct store *store = (struct store *)config;
    tz_free(store->tz);
    arena_free(store->arena);      /* the store itself lives there */
}

const struct gateway *config_gateway(const struct config *config, const char *name)
{
    for (size_t i = 0; i < config->n_gateways; i++) {
        if (strcmp(config->gateways[i].name, name) == 0)
            return &config->gateways[i];
    }
    return NULL;
}

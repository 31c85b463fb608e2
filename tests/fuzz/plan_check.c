#include "plan_check.h"

#include "base/text.h"
#include "fuzz.h"

static void check_text(const char *text)
{
    HOLDS(text && *text && fuzz_is_clean(text, strlen(text), false), "%s", text);
}

static bool is_mail(const char *address)
{
    const char *at = strchr(address, '@');
    return at && at != address && at[1] && fuzz_is_clean(address, strlen(address), false) && !strpbrk(address, " <>,;\"");
}

static void check_persons(const struct plan *plan)
{
    for (size_t i = 0; i < plan->n_persons; i++) {
        const struct person *person = &plan->persons[i];
        check_text(person->id);
        check_text(person->name);
        HOLDS(i == 0 || strcmp(plan->persons[i - 1].id, person->id) < 0);
        HOLDS(plan_person(plan, person->id) == person);
        HOLDS(person->origin.line > 0, "a stand-in");
        for (size_t k = 0; k < person->n_contacts; k++) {
            const struct contact *contact = &person->contacts[k];
            HOLDS(contact->channel < CHANNEL_COUNT);
            HOLDS(contact->channel == CHANNEL_EMAIL ? is_mail(contact->address) : fuzz_is_number(contact->address), "%s", contact->address);
        }
    }
}

static void check_known(const struct plan *plan, const struct person *person)
{
    HOLDS(person >= plan->persons && person < plan->persons + plan->n_persons);
}

static void check_groups(const struct plan *plan)
{
    for (size_t i = 0; i < plan->n_groups; i++) {
        const struct group *group = &plan->groups[i];
        check_text(group->id);
        HOLDS(i == 0 || strcmp(plan->groups[i - 1].id, group->id) < 0);
        HOLDS(plan_group(plan, group->id) == group);
        for (size_t k = 0; k < group->n_members; k++)
            check_known(plan, group->members[k]);
    }
}

static void check_target(const struct plan *plan, const struct target *target)
{
    HOLDS(target->kind <= TARGET_ROLE);
    if (target->kind == TARGET_PERSON)
        check_known(plan, target->person);
    if (target->kind == TARGET_GROUP)
        HOLDS(target->group >= plan->groups && target->group < plan->groups + plan->n_groups);
    if (target->kind == TARGET_ROLE)
        HOLDS(target->roster >= plan->rosters && target->roster < plan->rosters + plan->n_rosters);
}

static void check_ladder(const struct plan *plan, const struct ladder *ladder)
{
    HOLDS(ladder->n_steps >= 1 && ladder->repeat_usec >= USEC_PER_SEC);
    for (size_t i = 0; i < ladder->n_steps; i++) {
        const struct ladder_step *step = &ladder->steps[i];
        HOLDS(step->after_usec >= (i ? ladder->steps[i - 1].after_usec : 0));
        HOLDS(step->channels != 0 && step->channels < 1u << CHANNEL_COUNT);
        check_target(plan, &step->target);
    }
}

static void check_duty(const struct plan *plan, const struct duty *duty)
{
    if (duty->primary)
        check_known(plan, duty->primary);
    for (size_t i = 0; i < duty->n_backups; i++)
        check_known(plan, duty->backups[i]);
}

static void check_duties(const struct plan *plan, const struct roster *roster)
{
    for (size_t i = 0; i < roster->n_weeks; i++)
        check_duty(plan, &roster->weeks[i].duty);
    for (size_t i = 0; i < roster->n_shifts; i++) {
        const struct duty_shift *shift = &roster->shifts[i];
        HOLDS(shift->from_usec < shift->to_usec);
        HOLDS(i == 0 || roster->shifts[i - 1].from_usec <= shift->from_usec);
        check_duty(plan, &shift->duty);
    }
    HOLDS(!roster->rotation.present || roster->rotation.n_order > 0);
    for (size_t i = 0; i < roster->rotation.n_order; i++)
        check_known(plan, roster->rotation.order[i]);
}

static void check_hours(const struct duty_hours *hours)
{
    for (size_t i = 0; i < hours->n_windows; i++) {
        HOLDS(hours->windows[i].from_minute >= 0 && hours->windows[i].from_minute <= 1440);
        HOLDS(hours->windows[i].to_minute >= 0 && hours->windows[i].to_minute <= 1440);
        HOLDS(hours->windows[i].weekdays < 1u << 7);
    }
}

static void check_rosters(const struct plan *plan)
{
    for (size_t i = 0; i < plan->n_rosters; i++) {
        const struct roster *roster = &plan->rosters[i];
        check_text(roster->role);
        HOLDS(i == 0 || strcmp(plan->rosters[i - 1].role, roster->role) < 0);
        HOLDS(plan_roster(plan, roster->role) == roster);
        HOLDS(roster->handover_weekday >= 0 && roster->handover_weekday < 7);
        HOLDS(roster->handover_minute >= 0 && roster->handover_minute < 1440);
        HOLDS(roster->drill_deadline_usec > 0);
        check_duties(plan, roster);
        check_hours(&roster->hours);
        if (roster->otherwise)
            check_target(plan, roster->otherwise);
        if (roster->owner)
            check_known(plan, roster->owner);
        for (int severity = 0; severity < SEVERITY_COUNT; severity++)
            check_ladder(plan, roster_ladder(roster, (enum severity)severity));
    }
}

static void check_sources(const struct plan *plan)
{
    HOLDS(plan_source(plan, "local"));
    for (size_t i = 0; i < plan->n_sources; i++) {
        const struct source *source = &plan->sources[i];
        HOLDS(i == 0 || strcmp(plan->sources[i - 1].id, source->id) < 0);
        HOLDS(source->limit > 0 && source->limit_usec > 0);
        for (size_t k = 0; k < source->n_roles; k++)
            HOLDS(source->roles[k] >= plan->rosters && source->roles[k] < plan->rosters + plan->n_rosters);
    }
}

static void check_gateways(const struct config *config)
{
    HOLDS(config->n_gateways <= CONFIG_MAX_GATEWAYS);
    for (size_t i = 0; i < config->n_gateways; i++) {
        const struct gateway *gateway = &config->gateways[i];
        HOLDS(i == 0 || strcmp(config->gateways[i - 1].name, gateway->name) < 0);
        HOLDS(config_gateway(config, gateway->name) == gateway);
        HOLDS(gateway->window > 0 && gateway->timeout_usec > 0);
        HOLDS(gateway->type != GATEWAY_HTTP || (gateway->http.url && gateway->http.method));
    }
    for (int channel = 0; channel < CHANNEL_COUNT; channel++) {
        HOLDS((config->n_channel_gateways[channel] > 0) == !!(config->plan.channels_served & 1u << channel));
        for (size_t i = 0; i < config->n_channel_gateways[channel]; i++) {
            const struct gateway *gateway = config->channel_gateways[channel][i];
            HOLDS(gateway >= config->gateways && gateway < config->gateways + config->n_gateways);
            HOLDS(gateway->channels & 1u << channel);
        }
    }
}

void plan_check(const struct config *config)
{
    const struct plan *plan = &config->plan;
    HOLDS(plan->tz && config->directory && config->timezone && config->socket_path && config->state_directory);
    HOLDS(plan->dedup_window_usec >= 0);
    check_persons(plan);
    check_groups(plan);
    check_rosters(plan);
    check_sources(plan);
    check_gateways(config);
    for (size_t i = 0; i < plan->n_admins; i++)
        check_known(plan, plan->admins[i]);
    for (size_t i = 0; i < config->n_tokens; i++)
        HOLDS(plan_source(plan, config->tokens[i].source) && config->tokens[i].rights && !(config->tokens[i].rights & ~RIGHT_ALL));
}

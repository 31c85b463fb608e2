#include "config/load.h"

#include "base/buf.h"
#include "base/text.h"
#include "config/gateway_voice.h"

/* Whether pages would arrive: what only shows when people, rosters, ladders and gateways are seen together. */

struct reach {
    struct load *load;
    bool *warned;            /* one for each person: the same gap is told once a roster */
};

static bool reachable(const struct person *person, unsigned channels)
{
    for (size_t i = 0; i < person->n_contacts; i++) {
        if (channels & 1u << person->contacts[i].channel)
            return true;
    }
    return false;
}

static void add_channels(struct buf *buf, unsigned channels)
{
    for (enum channel channel = 0; channel < CHANNEL_COUNT; channel++) {
        if (!(channels & 1u << channel))
            continue;
        if (buf->len > 0)
            buf_add_text(buf, ", ");
        buf_add_text(buf, channel_name(channel));
    }
}

static void check_person(struct reach *reach, struct origin where, const struct person *person, unsigned channels)
{
    const struct plan *plan = &reach->load->config->plan;
    unsigned served = channels & plan->channels_served;
    if (!person || person->origin.line == 0 || served == 0 || reachable(person, served))
        return;
    bool *warned = &reach->warned[person - plan->persons];
    if (*warned)
        return;
    *warned = true;
    CLEANUP_BUF struct buf names = { 0 };
    add_channels(&names, served);
    load_warning(reach->load, where, "'%s' cannot be reached here: people.ini gives no %s", person->id, buf_text(&names));
}

/* ---- ladders ---- */

/* The longest that a call may ring, and where; NULL: none rings. */
static const struct gateway *slowest_to_ring(const struct config *config)
{
    const struct gateway *slowest = NULL;
    for (size_t i = 0; i < config->n_channel_gateways[CHANNEL_VOICE]; i++) {
        const struct gateway *gateway = config->channel_gateways[CHANNEL_VOICE][i];
        if (gateway->type == GATEWAY_HTTP && (!slowest || gateway->voice.ring_usec > slowest->voice.ring_usec))
            slowest = gateway;
    }
    return slowest;
}

/* Of a call that ends after the next step has begun nothing more comes: the person's other contact points are not tried for it.
 * Steps of the same time are meant to run side by side. */
static void check_ringing(struct reach *reach, const struct ladder *ladder)
{
    const struct gateway *gateway = slowest_to_ring(reach->load->config);
    for (size_t i = 0; gateway && i < ladder->n_steps; i++) {
        const struct ladder_step *step = &ladder->steps[i];
        bool last = i + 1 == ladder->n_steps;
        int64_t left_usec = last ? ladder->repeat_usec : step[1].after_usec - step->after_usec;
        if (!(step->channels & 1u << CHANNEL_VOICE) || left_usec == 0 || left_usec > gateway->voice.ring_usec)
            continue;
        CLEANUP_BUF struct buf ring = { 0 }, left = { 0 };
        text_add_duration(&ring, gateway->voice.ring_usec);
        text_add_duration(&left, left_usec);
        load_warning(reach->load, step->origin,
                     "a call through '%s' may ring for %s, and %s after %s: who does not answer is not tried by other ways first; give the step "
                     "more time, or set a shorter 'ring-time' in gateways/%s.ini",
                     gateway->name, buf_text(&ring), last ? "the repeat comes" : "the next step comes", buf_text(&left),
                     gateway->name);
    }
}

static unsigned check_ladder(struct reach *reach, const struct ladder *ladder)
{
    const struct plan *plan = &reach->load->config->plan;
    unsigned all = 0;
    check_ringing(reach, ladder);
    for (size_t i = 0; i < ladder->n_steps; i++) {
        const struct ladder_step *step = &ladder->steps[i];
        unsigned unserved = step->channels & ~plan->channels_served;
        all |= step->channels;
        if (unserved) {
            CLEANUP_BUF struct buf names = { 0 };
            add_channels(&names, unserved);
            load_warning(reach->load, step->origin, "no gateway serves %s%s", buf_text(&names),
                         unserved == step->channels ? ": the step reaches nobody" : "");
        }
        if (step->target.kind == TARGET_PERSON)
            check_person(reach, step->origin, step->target.person, step->channels);
        for (size_t j = 0; step->target.kind == TARGET_GROUP && j < step->target.group->n_members; j++)
            check_person(reach, step->origin, step->target.group->members[j], step->channels);
    }
    return all;
}

/* ---- rosters ---- */

static void check_duty(struct reach *reach, struct origin where, const struct duty *duty, unsigned channels)
{
    check_person(reach, where, duty->primary, channels);
    for (size_t i = 0; i < duty->n_backups; i++)
        check_person(reach, where, duty->backups[i], channels);
}

static void check_roster(struct reach *reach, const struct roster *roster)
{
    memset(reach->warned, 0, reach->load->config->plan.n_persons * sizeof *reach->warned);
    unsigned channels = check_ladder(reach, &roster->ladder);
    for (enum severity severity = 0; severity < SEVERITY_COUNT; severity++) {
        if (roster->severity_ladder[severity])
            channels |= check_ladder(reach, roster->severity_ladder[severity]);
    }
    for (size_t i = 0; i < roster->n_weeks; i++)
        check_duty(reach, roster->weeks[i].origin, &roster->weeks[i].duty, channels);
    for (size_t i = 0; i < roster->n_shifts; i++)
        check_duty(reach, roster->shifts[i].origin, &roster->shifts[i].duty, channels);
    for (size_t i = 0; i < roster->rotation.n_order; i++)
        check_person(reach, roster->rotation.origin, roster->rotation.order[i], channels);
}

/* ---- all together ---- */

static void check_admins(struct load *load)
{
    const struct plan *plan = &load->config->plan;
    const struct doc_section *section = doc_section(load->beredd, "daemon", NULL);
    const struct doc_entry *entry = doc_entry(section, "admins");
    unsigned channels = plan->admin_channels & plan->channels_served;
    for (size_t i = 0; entry && i < plan->n_admins; i++) {
        if (!reachable(plan->admins[i], channels))
            load_warning(load, doc_origin(load->beredd, entry->value.line),
                         "the administrator '%s' cannot be reached by the admin-channels", plan->admins[i]->id);
    }
}

static bool speaks(const struct config *config)
{
    for (size_t i = 0; i < config->n_channel_gateways[CHANNEL_VOICE]; i++)
        if (!gateway_voice_plays(config->channel_gateways[CHANNEL_VOICE][i]))
            return true;
    return false;
}

static void check_spoken_notices(struct load *load)
{
    const struct config *config = load->config;
    const struct doc_entry *entry = doc_entry(doc_section(load->beredd, "daemon", NULL), "admin-channels");
    bool none = config->n_channel_gateways[CHANNEL_VOICE] > 0 && !speaks(config);
    if (entry && none && config->plan.admin_channels & 1u << CHANNEL_VOICE)
        load_warning(load, doc_origin(load->beredd, entry->value.line),
                     "the gateways for voice play recordings, and have none for what the administrators are told: 'voice' has no effect here");
}

static bool is_admin(const struct plan *plan, const struct person *person)
{
    for (size_t i = 0; i < plan->n_admins; i++)
        if (plan->admins[i] == person)
            return true;
    return false;
}

/* Notices are read. Who has nothing but a telephone hears none, but for an administrator, where paging itself is in trouble. */
static void check_readers(struct load *load)
{
    const struct plan *plan = &load->config->plan;
    unsigned read = plan->channels_served & (1u << CHANNEL_SMS | 1u << CHANNEL_EMAIL);
    if (!read && plan->channels_served) {
        const struct doc_section *section = doc_section(load->beredd, "channels", NULL);
        load_warning(load, doc_origin(load->beredd, section ? section->line : 0),
                     "no gateway serves sms or email: nobody is told who took an alarm, that it was updated or withdrawn, or who goes on duty");
        return;
    }
    for (size_t i = 0; i < plan->n_persons; i++) {
        const struct person *person = &plan->persons[i];
        if (reachable(person, read) || !reachable(person, plan->channels_served))
            continue;
        bool rung = is_admin(plan, person) && speaks(load->config);
        load_warning(load, person->origin,
                     "'%s' can only be rung: who took an alarm, that it was updated or withdrawn, and duty changes are told by sms or email alone%s; "
                     "give one of these", person->id,
                     rung ? ", and what goes to administrators too, but for trouble with the paging itself" : "");
    }
}

static bool anybody_reachable(const struct plan *plan)
{
    for (size_t i = 0; i < plan->n_persons; i++) {
        if (reachable(&plan->persons[i], plan->channels_served))
            return true;
    }
    return false;
}

void reach_check(struct load *load)
{
    const struct plan *plan = &load->config->plan;
    bool gateways_known = !load->gateways.incomplete && !load->beredd_missing;
    if (plan->channels_served == 0) {
        const struct doc_section *section = doc_section(load->beredd, "channels", NULL);
        if (gateways_known && problems_errors(load->problems) == 0)
            load_error(load, doc_origin(load->beredd, section ? section->line : 0),
                       "no gateway serves any channel: nobody could be paged");
        return;
    }
    if (!anybody_reachable(plan) && !load->persons.incomplete)
        problems_add(load->problems, PROBLEM_ERROR, "people.ini", 0,
                     "nobody can be paged: no person has a number or address on a channel that a gateway serves");
    struct reach reach = { .load = load, .warned = arena_alloc(load->arena, plan->n_persons + 1) };
    for (size_t i = 0; i < plan->n_rosters; i++)
        check_roster(&reach, &plan->rosters[i]);
    check_admins(load);
    check_spoken_notices(load);
    check_readers(load);
}

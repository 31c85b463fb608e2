/* Random configurations, as valid as the loader would let through. A number makes one plan: the same one every time in a history.
 */
#include "base/map.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

#include "sim.h"

enum { ROLES = 3, GROUPS = 2, SOURCES = 3, STEPS_MAX = 5, SCHEDULES = 3 };

struct sim_plan {
    struct arena *arena;
    struct config config;
    struct person *persons;
    struct plan_gateway *served;
    unsigned number, draws, more_draws;
};

static const char *const names[SIM_PERSONS] = {"anna.berg", "bo.ek", "cia.lund", "dag.ny", "eva.al", "finn.ros"};
static const char *const full_names[SIM_PERSONS] = {"Anna Berg", "Bo Ek", "Cia Lund", "Dag Ny", "Eva Al", "Finn Ros"};
static const char *const gateway_names[SIM_GATEWAYS] = {"g0", "g1", "g2", "g3"};
static int64_t longest_delay_usec, longest_drill_usec;
static struct tz *zone;

const char *person_name_of_number(unsigned person) { return names[person % SIM_PERSONS]; }
int64_t plans_longest_delay(void) { return longest_delay_usec; }
int64_t plans_longest_drill(void) { return longest_drill_usec; }
const struct config *sim_plan_config(const struct sim_plan *plan) { return &plan->config; }

static void load_zone(void)
{
    static char bytes[65536];
    FILE *file = fopen("/usr/share/zoneinfo/Europe/Stockholm", "rb");
    size_t n = file ? fread(bytes, 1, sizeof(bytes), file) : 0;
    if (file)
        fclose(file);
    if (tz_parse(bytes, n, &zone) != ERR_OK)
        zone = tz_new_utc();
}

static unsigned below(struct sim_plan *plan, unsigned n)
{
    return (unsigned)(draw("plan", plan->number, plan->draws++) % n);
}

/* For what plain histories do not have: they get the same plans without it. */
static unsigned more(struct sim_plan *plan, unsigned n)
{
    return (unsigned)(draw("more of the plan", plan->number, plan->more_draws++) % n);
}

static bool whole(const struct sim_plan *plan) { return plan->number == PLAN_WHOLE || plan->number == PLAN_LAST; }

static void make_person(struct sim_plan *plan, struct person *person, unsigned number)
{
    struct contact *contacts = arena_alloc(plan->arena, 4 * sizeof(*contacts));
    char text[48];
    size_t n = 0;
    bool all = whole(plan);
    snprintf(text, sizeof(text), "+467017406%02u", 10 + number);
    if (all || below(plan, 8))
        contacts[n++] = (struct contact){CHANNEL_SMS, arena_strdup(plan->arena, text)};
    if (below(plan, 3) == 0)
        contacts[n++] = (struct contact){CHANNEL_VOICE, arena_strdup(plan->arena, text)};
    snprintf(text, sizeof(text), "+467017406%02u", 30 + number);
    if (below(plan, 5) == 0)
        contacts[n++] = (struct contact){CHANNEL_SMS, arena_strdup(plan->arena, text)};
    snprintf(text, sizeof(text), "%s@example.se", names[number]);
    if (all || below(plan, 4))
        contacts[n++] = (struct contact){CHANNEL_EMAIL, arena_strdup(plan->arena, text)};
    *person = (struct person){.id = arena_strdup(plan->arena, names[number]), .name = full_names[number],
        .language = below(plan, 5) == 0 ? LANGUAGE_EN : LANGUAGE_SV, .contacts = contacts, .n_contacts = n};
}

static void make_persons(struct sim_plan *plan)
{
    plan->persons = arena_alloc(plan->arena, SIM_PERSONS * sizeof(*plan->persons));
    plan->config.plan.persons = plan->persons;
    for (unsigned i = 0; i < SIM_PERSONS; i++)
        if (whole(plan) || below(plan, 6))
            make_person(plan, &plan->persons[plan->config.plan.n_persons++], i);
}

/* Some of those who are there; `least` of them if there are as many. */
static const struct person *const *some(struct sim_plan *plan, unsigned least, size_t *ret_n)
{
    size_t n = plan->config.plan.n_persons, first = n ? below(plan, (unsigned)n) : 0;
    const struct person **list = arena_alloc(plan->arena, (n + 1) * sizeof(*list));
    *ret_n = 0;
    for (size_t i = 0; i < n; i++)
        if (*ret_n < least || below(plan, 3) == 0)
            list[(*ret_n)++] = &plan->persons[(first + i) % n];
    return list;
}

static void make_groups(struct sim_plan *plan)
{
    struct group *groups = arena_alloc(plan->arena, GROUPS * sizeof(*groups));
    static const char *const ids[GROUPS] = {"drift", "krisledning"};
    for (unsigned i = 0; i < GROUPS; i++) {
        groups[i] = (struct group){.id = arena_strdup(plan->arena, ids[i]), .title = "Gruppen"};
        groups[i].members = some(plan, whole(plan) ? 2 : below(plan, 4), &groups[i].n_members);
    }
    plan->config.plan.groups = groups;
    plan->config.plan.n_groups = GROUPS;
}

/* Its own ids of messages, calls, which one in four cannot make, and checks to a number that is nobody's. */
static void make_more_of_gateway(struct sim_plan *plan, struct gateway *gateway)
{
    static const int64_t checks_min[] = {0, 0, 30, 120, 360};
    gateway->http.body = "{page}\n{to}\n{subject}\n{text}";
    gateway->http.message_id = gateway->voice.key[VOICE_CALL_ID] = "/id=([0-9]+)/";
    if ((plan->number + (unsigned)(gateway->name[1] - '0')) % 4)
        gateway->receipt_base = "https://larm.example.se/hooks/g/made-up";
    gateway->voice.key[VOICE_URL] = gateway->http.url;
    gateway->voice.key[VOICE_BODY] = gateway->http.body;
    gateway->voice.key[VOICE_CONTENT_TYPE] = gateway->http.content_type;
    gateway->check_usec = checks_min[more(plan, N_ELEMENTS(checks_min))] * USEC_PER_MIN;
    gateway->check_to = "+46701740697";
    gateway->check_channel = CHANNEL_SMS;
}

static void make_gateways(struct sim_plan *plan)
{
    static const unsigned windows[] = {1, 2, 4, 128};
    struct gateway *gateways = arena_alloc(plan->arena, SIM_GATEWAYS * sizeof(*gateways));
    char url[32];
    for (unsigned i = 0; i < SIM_GATEWAYS; i++) {
        snprintf(url, sizeof(url), "http://g%u/", i);
        gateways[i] = (struct gateway){.name = arena_strdup(plan->arena, gateway_names[i]), .type = GATEWAY_HTTP,
            .window = windows[below(plan, N_ELEMENTS(windows))], .timeout_usec = 10 * USEC_PER_SEC, .from_is_number = true,
            .http = {.url = arena_strdup(plan->arena, url), .content_type = "text/plain", .body = "{page}\n{to}\n{text}"}};
    }
    for (unsigned i = 0; i < SIM_GATEWAYS && !history_is_plain(); i++)
        make_more_of_gateway(plan, &gateways[i]);
    plan->config.gateways = gateways;
    plan->config.n_gateways = SIM_GATEWAYS;
    plan->served = arena_alloc(plan->arena, SIM_GATEWAYS * sizeof(*plan->served));
    plan->config.plan.gateways = plan->served;
    plan->config.plan.n_gateways = SIM_GATEWAYS;
    for (unsigned i = 0; i < SIM_GATEWAYS; i++)
        plan->served[i] = (struct plan_gateway){.name = gateways[i].name,
            .receipt_timeout_usec = below(plan, 4) == 0 ? USEC_PER_MIN : 0};
    for (unsigned channel = 0; channel < CHANNEL_COUNT; channel++) {
        unsigned first = below(plan, SIM_GATEWAYS), n = 1 + below(plan, 3);
        if (channel != CHANNEL_SMS && !whole(plan) && below(plan, 6) == 0)
            n = 0;
        for (unsigned i = 0; i < n; i++)
            plan->config.channel_gateways[channel][i] = &gateways[(first + i) % SIM_GATEWAYS];
        for (unsigned i = 0; i < n; i++)
            plan->served[(first + i) % SIM_GATEWAYS].channels |= 1u << channel;
        plan->config.n_channel_gateways[channel] = n;
        plan->config.plan.channels_served |= n ? 1u << channel : 0;
    }
}

static struct target make_target(struct sim_plan *plan, bool first)
{
    struct target target = {.kind = first && below(plan, 4) ? TARGET_PRIMARY : (enum target_kind)below(plan, TARGET_ROLE)};
    if (target.kind == TARGET_GROUP)
        target.group = &plan->config.plan.groups[below(plan, GROUPS)];
    if (target.kind == TARGET_PERSON && plan->config.plan.n_persons)
        target.person = &plan->persons[below(plan, (unsigned)plan->config.plan.n_persons)];
    else if (target.kind == TARGET_PERSON)
        target.kind = TARGET_PRIMARY;
    return target;
}

static void note_delay(int64_t delay_usec)
{
    if (delay_usec > longest_delay_usec)
        longest_delay_usec = delay_usec;
}

static struct ladder make_ladder(struct sim_plan *plan)
{
    static const int64_t gaps_sec[] = {0, 30, 60, 120, 120, 300, 600}, repeats_min[] = {5, 10, 10, 30, 60};
    size_t n = 1 + below(plan, STEPS_MAX);
    struct ladder_step *steps = arena_alloc(plan->arena, n * sizeof(*steps));
    int64_t after_usec = below(plan, 6) == 0 ? 3 * USEC_PER_MIN : 0;
    for (size_t i = 0; i < n; i++) {
        int64_t gap_usec = i ? gaps_sec[below(plan, N_ELEMENTS(gaps_sec))] * USEC_PER_SEC : after_usec;
        after_usec += i ? gap_usec : 0;
        note_delay(gap_usec);
        steps[i] =
            (struct ladder_step){.after_usec = after_usec, .target = make_target(plan, i == 0), .channels = 1 + below(plan, 7)};
    }
    if (whole(plan))
        steps[n - 1].target = (struct target){.kind = TARGET_GROUP, .group = &plan->config.plan.groups[1]};
    int64_t repeat_usec = repeats_min[below(plan, N_ELEMENTS(repeats_min))] * USEC_PER_MIN;
    note_delay(repeat_usec);
    return (struct ladder){.steps = steps, .n_steps = n, .repeat_usec = repeat_usec};
}

/* Handovers fall into the hours that clocks skip and repeat, too. */
static void make_duty(struct sim_plan *plan, struct roster *roster)
{
    static const struct { int weekday, minute; } handovers[] = {{0, 720}, {4, 480}, {6, 120}, {6, 150}, {6, 180}, {3, 0}};
    size_t at = below(plan, N_ELEMENTS(handovers));
    roster->handover_weekday = handovers[at].weekday;
    roster->handover_minute = handovers[at].minute;
    roster->week_starts_before = below(plan, 5) == 0;
    if (!whole(plan) && below(plan, 8) == 0)
        return;      /* a hole: nobody is ever on call */
    roster->rotation = (struct rotation){.present = true, .start = {2026, 1}, .backups = below(plan, 3)};
    roster->rotation.order = some(plan, 1, &roster->rotation.n_order);
}

static void make_roster(struct sim_plan *plan, struct roster *roster, const char *role)
{
    *roster = (struct roster){.role = arena_strdup(plan->arena, role),
                              .title = "Beredskapen",
                              .on_request = strcmp(role, "KIB") == 0,
                              .drill_deadline_usec = (int64_t)(10 + below(plan, 3) * 10) * USEC_PER_MIN,
                              .drill_escalate = below(plan, 2),
                              .drill_yield = below(plan, 2),
                              .gap_warning_usec = 14 * USEC_PER_DAY,
                              .announce = below(plan, 2) ? 1u << CHANNEL_SMS : 0};
    if (roster->drill_deadline_usec > longest_drill_usec)
        longest_drill_usec = roster->drill_deadline_usec;
    make_duty(plan, roster);
    roster->ladder = make_ladder(plan);
    if (below(plan, 3) == 0) {
        struct ladder *other = arena_alloc(plan->arena, sizeof(*other));
        *other = make_ladder(plan);
        roster->severity_ladder[below(plan, SEVERITY_COUNT)] = other;
    }
    if (plan->config.plan.n_persons && below(plan, 2))
        roster->owner = &plan->persons[below(plan, (unsigned)plan->config.plan.n_persons)];
}

static void make_rosters(struct sim_plan *plan)
{
    static const char *const roles[ROLES] = {"KIB", "TIB", "VAKT"};
    struct roster *rosters = arena_alloc(plan->arena, ROLES * sizeof(*rosters));
    for (unsigned i = 0; i < ROLES; i++)
        if (whole(plan) || below(plan, 8))
            make_roster(plan, &rosters[plan->config.plan.n_rosters++], roles[i]);
    plan->config.plan.rosters = rosters;
}

/* Templates as an administrator may write them: without the mark, or with it in another place; a page's code and link are never left out. */
static void make_texts(struct sim_plan *plan)
{
    static const struct config_text all[] = {
        {.key = "page-sms", .text = "{role}: {what}.[ Svara JA {code} eller NEJ {code}.][ {link}]"},
        {.key = "page-email-subject", .text = "{role} {what}"},
        {.key = "page-email-body", .text = "Hej {person}.\n{severity} {what}.\n[{link}\n]"},
        {.key = "page-voice", .text = "{organisation}. {what}."},
        {.key = "drill-sms", .text = "Vi provar, {person}.[ Svara JA {code} eller NEJ {code}.][ {link}]"},
        {.key = "page-sms.en", .text = "For {person}: {severity} {what}.[ Reply YES {code} or NO {code}.][ {link}]"},
        {.key = "drill-email-body.en", .text = "We try it out.\n[{link}\n]"},
        {.key = "update-sms", .text = "Nytt om {id}: {what}"},
        {.key = "taken-sms", .text = "{by} har {id}"},
        {.key = "confirmation-sms", .text = "Tack {person}, du har {id}"},
        {.key = "source-taken-sms", .text = "{by} har {id}"},
        {.key = "source-unanswered-sms", .text = "Ingen har {id} sedan {since}"},
        {.key = "source-released-email-body", .text = "Ingen har {id}"},
        {.key = "withdrawn-sms", .text = "{id} gäller inte"},
    };
    struct config_text *texts = arena_alloc(plan->arena, sizeof(all));
    for (size_t i = 0; i < N_ELEMENTS(all); i++)
        if (more(plan, 3) == 0)
            texts[plan->config.n_texts++] = all[i];
    plan->config.texts = texts;
}

/* Who is told how its alarms go. */
static void make_notify(struct sim_plan *plan, struct source *source)
{
    static const struct contact addresses[] = {{CHANNEL_EMAIL, "larm@example.se"}, {CHANNEL_SMS, "+46701740696"}};
    unsigned first = more(plan, 2), n = more(plan, 3);
    source->notify = &addresses[n == 2 ? 0 : first];
    source->n_notify = n;
}

static void make_sources(struct sim_plan *plan)
{
    static const char *const ids[SOURCES] = {"larm", "local", "rtj"};
    static const unsigned limits[] = {2, 5, 60};
    struct source *sources = arena_alloc(plan->arena, SOURCES * sizeof(*sources));
    for (unsigned i = 0; i < SOURCES; i++) {
        sources[i] = (struct source){.id = arena_strdup(plan->arena, ids[i]),
                                     .title = "Larmcentralen",
                                     .limit_usec = USEC_PER_MIN,
                                     .limit = i == 1 ? 60 : limits[below(plan, N_ELEMENTS(limits))],
                                     .sensitive = below(plan, 9) == 0};
        const struct roster *tib = plan_roster(&plan->config.plan, "TIB");
        const struct roster **roles = arena_alloc(plan->arena, sizeof(*roles));
        roles[0] = tib;
        sources[i].roles = roles;
        sources[i].n_roles = tib && i != 1 ? 1 : 0;
        if (!history_is_plain())
            make_notify(plan, &sources[i]);
    }
    plan->config.plan.sources = sources;
    plan->config.plan.n_sources = SOURCES;
}

/* ---- drills by schedule ---- */

struct pick { const char *what; uint64_t schedule, version, draws; };

static unsigned pick(struct pick *pick, unsigned n)
{
    return (unsigned)(draw(pick->what, pick->schedule * 100 + pick->version, pick->draws++) % n);
}

/* Within a day and some hours of the history's beginning: the only time there is. */
static void make_when(struct schedule *schedule, struct pick *from)
{
    static const enum schedule_kind kinds[] = {SCHEDULE_WEEKLY, SCHEDULE_WEEKLY, SCHEDULE_MONTHLY, SCHEDULE_MONTHLY,
                                               SCHEDULE_ONCE};
    int64_t after_sec = (int64_t)pick(from, 3 * 60) * 60 + (int64_t)pick(from, 2) * 3 * 3600;
    int64_t local_sec = oracle_to_local(history_wall_usec() / USEC_PER_SEC) + after_sec;
    int64_t day = local_sec / 86400;
    schedule->kind = kinds[pick(from, N_ELEMENTS(kinds))];
    schedule->weekday = civil_weekday(day);
    schedule->minute = (int)(local_sec % 86400 / 60);
    civil_from_day(day, &schedule->date.year, &schedule->date.month, &schedule->date.day);
    schedule->nth = (schedule->date.day - 1) / 7 + 1;
    schedule->date.hour = schedule->minute / 60;
    schedule->date.minute = schedule->minute % 60;
}

/* As the loader does it: all that it says, and nothing that only this plan gives it. */
static uint64_t definition_of(const struct schedule *schedule)
{
    char text[400];
    int n = snprintf(text, sizeof(text), "%d %d %d %d %d-%d %s %s %ld %ld %d", schedule->kind, schedule->weekday,
                     schedule->minute, schedule->nth, schedule->from_minute, schedule->to_minute, schedule->targets, schedule->without ? schedule->without : "",
                     (long)schedule->surprise_usec, (long)schedule->limit_usec, schedule->wait_for_all);
    return map_hash(text, (size_t)n, 1) | 1;
}

/* It says the same in most plans, or a reload would always begin anew. */
static void make_schedule(struct sim_plan *plan, struct schedule *schedule, unsigned number)
{
    static const char *const ids[SCHEDULES] = {"s0", "s1", "s2"};
    static const char *const targets[] = {"all-roles", "group:drift", "group:krisledning,role:TIB", "role:KIB"};
    static const int hours[][2] = {{0, 1440}, {0, 1440}, {480, 1200}, {1260, 420}};
    static const int64_t surprises_min[] = {0, 0, 30, 180};
    struct pick from = {"schedule", number, more(plan, 4) ? 0 : 1 + plan->number, 0};
    const struct roster **roles = arena_alloc(plan->arena, sizeof(*roles));
    *schedule = (struct schedule){.name = ids[number], .when = "", .roles = roles, .summary = "Brand i skola"};
    make_when(schedule, &from);
    unsigned hour = pick(&from, N_ELEMENTS(hours));
    schedule->from_minute = hours[hour][0];
    schedule->to_minute = hours[hour][1];
    schedule->targets = targets[pick(&from, N_ELEMENTS(targets))];
    schedule->surprise_usec = surprises_min[pick(&from, N_ELEMENTS(surprises_min))] * USEC_PER_MIN;
    schedule->limit_usec = pick(&from, 2) ? 20 * USEC_PER_MIN : 0;
    schedule->wait_for_all = pick(&from, 3) == 0;
    schedule->without = pick(&from, 4) == 0 ? "gateway:g1" : NULL;
    if (number == 2 && plan_roster(&plan->config.plan, "TIB")) {
        schedule->kind = SCHEDULE_HANDOVER;
        roles[schedule->n_roles++] = plan_roster(&plan->config.plan, "TIB");
        schedule->targets = "role:TIB";
    }
    schedule->definition = definition_of(schedule);
}

static void make_schedules(struct sim_plan *plan)
{
    struct schedule *schedules = arena_alloc(plan->arena, SCHEDULES * sizeof(*schedules));
    for (unsigned i = 0; i < SCHEDULES && plan->number != PLAN_LAST; i++)
        if (more(plan, 3))
            make_schedule(plan, &schedules[plan->config.plan.n_schedules++], i);
    plan->config.plan.schedules = schedules;
}

struct sim_plan *sim_plan_new(unsigned number)
{
    struct sim_plan *plan = NEW(struct sim_plan);
    if (!zone)
        load_zone();
    plan->arena = arena_new();
    plan->number = number;
    plan->config.public_url = "https://larm.example.se";
    plan->config.plan.tz = zone;
    plan->config.plan.organisation = "Exempelby kommun";
    plan->config.plan.dedup_window_usec = 4 * USEC_PER_HOUR;
    plan->config.plan.reply_without_code = below(plan, 4) == 0;
    plan->config.plan.admin_channels = 1u << CHANNEL_EMAIL | 1u << CHANNEL_SMS;
    make_persons(plan);
    make_groups(plan);
    make_gateways(plan);
    plan->config.plan.admins = some(plan, 1, &plan->config.plan.n_admins);
    make_rosters(plan);
    make_sources(plan);
    plan->config.state_directory = "/dev/null/none";     /* of a dry run nothing is kept: see node.c */
    if (!history_is_plain())
        make_texts(plan);
    if (!history_is_plain())
        make_schedules(plan);
    return plan;
}

void sim_plan_free(struct sim_plan *plan)
{
    if (!plan)
        return;
    arena_free(plan->arena);
    free(plan);
}

#include "engine_fixture.h"

#include "zone.h"

static const struct contact anna_contacts[] = {{CHANNEL_SMS, "+46701740605"}, {CHANNEL_EMAIL, "anna@example.se"}},
                            bo_contacts[] = {{CHANNEL_SMS, "+46701740606"}}, cia_contacts[] = {{CHANNEL_EMAIL, "cia@example.se"}};
static const struct person persons[] = {{.id = "anna", .name = "Anna", .contacts = anna_contacts, .n_contacts = 2},
                                        {.id = "bo", .name = "Bo", .contacts = bo_contacts, .n_contacts = 1},
                                        {.id = "cia", .name = "Cia", .contacts = cia_contacts, .n_contacts = 1}};
static const struct person *const admins[] = {&persons[2]};
static const struct source local = {.id = "local", .title = "local", .limit = 100000, .limit_usec = USEC_PER_SEC};
static const struct plan_gateway gateways[] = {{"elks", 1u << CHANNEL_SMS, USEC_PER_MIN}, {"mail", 1u << CHANNEL_EMAIL, 0}};
static const struct ladder_step steps[] = {
    {.target = {.kind = TARGET_PERSON, .person = &persons[0]}, .channels = 1u << CHANNEL_SMS},
    {.after_usec = USEC_PER_MIN, .target = {.kind = TARGET_PERSON, .person = &persons[1]}, .channels = 1u << CHANNEL_SMS},
};

struct plan fixture_plan;
struct roster fixture_rosters[2];
struct engine *engine;
struct now now;
uint32_t fixture_random;
static struct tz *stockholm;
static uint64_t seed;

static void fill_random(void *userdata, void *bytes, size_t len)
{
    (void)userdata;
    for (size_t i = 0; i < len; i++)
        ((uint8_t *)bytes)[i] = fixture_random ? (uint8_t)(fixture_random >> (8 * (i % 4))) : (uint8_t)unit_random(&seed);
}

void fixture_setup(void)
{
    stockholm = zone_stockholm();
    for (int i = 0; i < 2; i++)
        fixture_rosters[i] = (struct roster){.role = i ? "TIB" : "KIB",
                                             .title = i ? "TIB" : "KIB",
                                             .on_request = i == 0,
                                             .drill_escalate = true,
                                             .drill_yield = true,
                                             .drill_deadline_usec = 30 * USEC_PER_MIN,
                                             .ladder = {.steps = steps, .n_steps = 2, .repeat_usec = 10 * USEC_PER_MIN}};
    fixture_plan = (struct plan){.tz = stockholm,
                                 .organisation = "",
                                 .dedup_window_usec = 4 * USEC_PER_HOUR,
                                 .persons = persons,
                                 .n_persons = 3,
                                 .rosters = fixture_rosters,
                                 .n_rosters = 2,
                                 .sources = &local,
                                 .n_sources = 1,
                                 .admins = admins,
                                 .n_admins = 1,
                                 .admin_channels = 1u << CHANNEL_EMAIL,
                                 .channels_served = 1u << CHANNEL_SMS | 1u << CHANNEL_EMAIL,
                                 .gateways = gateways,
                                 .n_gateways = 2};
    seed = 42;
    fixture_random = 0;
    now = (struct now){USEC_PER_DAY, AT_USEC};
    engine = engine_new(&fixture_plan, fill_random, NULL);
}

void fixture_teardown(void)
{
    engine_free(engine);
    tz_free(stockholm);
}

struct effects step(struct event *event)
{
    event->now = now;
    return engine_step(engine, event);
}

void tick(void)
{
    (void)step(&(struct event){.kind = EVENT_TICK});
}

enum verdict verdict_of(struct effects effects)
{
    enum verdict verdict = VERDICT_OPENED;
    int replies = 0;
    for (size_t i = 0; i < effects.n; i++) {
        if (effects.list[i].kind != EFFECT_REPLY)
            continue;
        verdict = effects.list[i].reply.verdict;
        replies++;
    }
    EXPECT(replies == 1);
    return verdict;
}

enum verdict trigger(const char *summary, uint64_t *ret_incident)
{
    struct effects effects = step(&(struct event){.kind = EVENT_TRIGGER, .request = 1, .trigger = {
        .source = "local", .summary = summary, .severity = -1}});
    for (size_t i = 0; ret_incident && i < effects.n; i++)
        if (effects.list[i].kind == EFFECT_REPLY)
            *ret_incident = effects.list[i].reply.incident;
    return verdict_of(effects);
}

size_t count_records(struct effects effects, enum record_kind kind)
{
    size_t n = 0;
    for (size_t i = 0; i < effects.n; i++)
        n += effects.list[i].kind == EFFECT_RECORD && effects.list[i].record.kind == kind;
    return n;
}

size_t count_sends(struct effects effects)
{
    size_t n = 0;
    for (size_t i = 0; i < effects.n; i++)
        n += effects.list[i].kind == EFFECT_SEND;
    return n;
}

enum err replay(struct record record)
{
    record.seq = engine_last_seq(engine) + 1;
    if (record.at_usec == 0)
        record.at_usec = AT_USEC;
    return engine_replay(engine, &record, now);
}

void replay_good(struct record record)
{
    EXPECT(replay(record) == ERR_OK);
}

struct record opened(uint64_t incident)
{
    return (struct record){.kind = RECORD_OPENED,
                           .incident = incident,
                           .source = "local",
                           .summary = "Brand",
                           .severity = SEVERITY_CRITICAL + 1,
                           .body_hash = incident};
}

struct record started(uint64_t incident, uint32_t callout)
{
    return (struct record){.kind = RECORD_CALLOUT_STARTED,
                           .incident = incident,
                           .callout = callout,
                           .role = "TIB",
                           .severity = SEVERITY_CRITICAL + 1,
                           .due_usec = AT_USEC + USEC_PER_MIN,
                           .delay_usec = USEC_PER_MIN};
}

struct record paged(uint64_t incident, uint32_t page)
{
    return (struct record){.kind = RECORD_PAGE_QUEUED,
                           .incident = incident,
                           .callout = 1,
                           .role = "TIB",
                           .person = "anna",
                           .address = "+46701740605",
                           .channel = CHANNEL_SMS + 1,
                           .page = page,
                           .nonce = 7,
                           .purpose = PURPOSE_PAGE,
                           .step = 1};
}

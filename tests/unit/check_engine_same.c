/* Triggers that are the same, and those that only look like it: hashes that are equal prove nothing. And what a source's own
 * settings do. */
#include "engine_fixture.h"

static struct source sources[3];

static void setup(void)
{
    fixture_setup();
    sources[0] = (struct source){.id = "local", .title = "local", .limit = 1, .limit_usec = USEC_PER_MIN};
    sources[1] = (struct source){.id = "other", .title = "other", .limit = 100, .limit_usec = USEC_PER_MIN};
    sources[2] = (struct source){.id = "secret", .title = "secret", .limit = 100, .limit_usec = USEC_PER_MIN, .sensitive = true};
    fixture_plan.sources = sources;
    fixture_plan.n_sources = 3;
}

static enum verdict send(const struct event_trigger *trigger, uint64_t *ret_incident)
{
    struct effects effects = step(&(struct event){.kind = EVENT_TRIGGER, .request = 1, .trigger = *trigger});
    for (size_t i = 0; i < effects.n; i++)
        if (effects.list[i].kind == EFFECT_REPLY)
            *ret_incident = effects.list[i].reply.incident;
    return verdict_of(effects);
}

static const struct event_trigger plain = {.source = "other", .summary = "Brand", .severity = -1},
                                  keyed = {.source = "other", .summary = "Brand", .severity = -1, .dedup_key = "k"};

/* What the log says of such a trigger, as if another had its hash. */
static struct record like(const struct event_trigger *trigger, uint64_t incident)
{
    uint64_t key;
    struct record record = opened(incident);
    (void)send(trigger, &key);
    record.source = "other";
    record.body_hash = engine_incident(engine, key)->body_hash;
    engine_set_aside(engine, key);
    return record;
}

static void expect_opened(const struct event_trigger *trigger)
{
    uint64_t key;
    ck_assert_int_eq(send(trigger, &key), VERDICT_OPENED);
    engine_set_aside(engine, key);
}

START_TEST(an_equal_hash_is_not_the_same_trigger)
{
    struct record source = like(&plain, KEY(100)), drill = source, summary = source, same = source, keyed_since = source;
    source.source = "secret";
    drill.incident++, drill.drill = true;
    summary.incident += 2, summary.summary = "Annat";
    keyed_since.incident += 3;
    same.incident += 4;
    replay_good(source);
    expect_opened(&plain);
    replay_good(drill);
    expect_opened(&plain);
    replay_good(summary);
    expect_opened(&plain);
    replay_good(keyed_since);
    replay_good((struct record){.kind = RECORD_UPDATED, .incident = keyed_since.incident, .summary = "Brand", .dedup_key = "k",
                                .body_hash = same.body_hash});
    expect_opened(&plain);
    replay_good(same);
    uint64_t key;
    ck_assert_int_eq(send(&plain, &key), VERDICT_UPDATED);
    ck_assert_uint_eq(key, same.incident);
}
END_TEST

START_TEST(an_equal_hash_is_not_the_same_dedup_key)
{
    struct record without = opened(KEY(100)), with = opened(KEY(101));
    without.source = with.source = "other";
    without.body_hash = map_hash_text("k", map_hash_text("other", 2));
    replay_good(without);
    expect_opened(&keyed);
    with.dedup_key = "k";
    replay_good(with);
    replay_good((struct record){.kind = RECORD_UPDATED, .incident = with.incident, .summary = "Brand", .dedup_key = "kk"});
    expect_opened(&keyed);
}
END_TEST

/* A log that comes late may bring open incidents with the key of one that was opened meanwhile. None that is closed takes
 * anything in. */
START_TEST(of_several_with_one_key_no_closed_one_is_found)
{
    static const uint32_t orders[][3] = {{100, 101, 102}, {102, 101, 100}, {101, 100, 102}, {101, 102, 100}};
    for (size_t i = 0; i < N_ELEMENTS(orders); i++) {
        for (uint32_t number = 100; number <= 102; number++) {
            struct record record = opened(KEY(number));
            record.source = "other";
            record.dedup_key = "k";
            replay_good(record);
        }
        for (size_t k = 0; k < 3; k++) {
            uint64_t found;
            ck_assert_int_eq(send(&keyed, &found), VERDICT_UPDATED);
            (void)step(&(struct event){.kind = EVENT_CLOSE, .close = {.incident = KEY(orders[i][k]), .actor = "local"}});
        }
        expect_opened(&keyed);
        for (uint32_t number = 100; number <= 102; number++)
            engine_set_aside(engine, KEY(number));
    }
}
END_TEST

START_TEST(an_equal_hash_is_not_the_same_request)
{
    static const struct event_trigger request = {.source = "other", .summary = "Brand", .severity = -1, .idempotency_key = "r"};
    uint64_t key;
    ck_assert_int_eq(send(&request, &key), VERDICT_OPENED);
    struct idempotent *kept = engine_incident(engine, key)->idempotents;
    ck_assert_int_eq(send(&request, &key), VERDICT_OPENED);      /* it is answered as it was */
    ck_assert_uint_eq(engine_open_incidents(engine), 1);
    now.boot_usec += USEC_PER_HOUR;
    now.wall_usec += USEC_PER_HOUR;
    kept->key[0] = 'q';
    ck_assert_int_eq(send(&request, &key), VERDICT_OPENED);
    ck_assert_uint_eq(engine_open_incidents(engine), 2);
    kept->key[0] = 'r';
    kept->source = intern_find(engine->names, "local");
    ck_assert_int_eq(send(&request, &key), VERDICT_UPDATED);     /* by its words, within ten minutes */
}
END_TEST

START_TEST(other_words_with_an_equal_hash_are_news)
{
    uint64_t key;
    struct event_trigger more = keyed;
    more.summary = "Brand, mer";
    uint64_t hash = like(&more, KEY(100)).body_hash;
    ck_assert_int_eq(send(&keyed, &key), VERDICT_OPENED);
    replay_good(
        (struct record){.kind = RECORD_UPDATED, .incident = key, .summary = "Något annat", .dedup_key = "k", .body_hash = hash});
    ck_assert_int_eq(send(&more, &key), VERDICT_UPDATED);
    ck_assert_str_eq(incident_summary(engine_incident(engine, key)), "Brand, mer");
}
END_TEST

/* Over its limit a source has one incident more, which calls each role once, and is as severe as the worst in it. */
START_TEST(a_bundle_calls_its_roles_once)
{
    uint64_t first, bundle, same;
    struct event_trigger trigger = {.source = "local", .summary = "Ett", .severity = SEVERITY_WARNING};
    ck_assert_int_eq(send(&trigger, &first), VERDICT_OPENED);
    trigger.summary = "Två";
    ck_assert_int_eq(send(&trigger, &bundle), VERDICT_BUNDLED);
    trigger.summary = "Tre";
    trigger.severity = -1;
    ck_assert_int_eq(send(&trigger, &same), VERDICT_BUNDLED);
    ck_assert_uint_eq(same, bundle);
    const struct incident *incident = engine_incident(engine, bundle);
    ck_assert_uint_eq(incident->last_callout, 1);
    ck_assert_uint_eq(incident->callouts->severity, SEVERITY_CRITICAL);
}
END_TEST

START_TEST(what_a_sensitive_source_says_is_sensitive)
{
    uint64_t key;
    ck_assert_int_eq(send(&(struct event_trigger){.source = "secret", .summary = "Brand", .severity = -1}, &key), VERDICT_OPENED);
    ck_assert(engine_incident(engine, key)->sensitive);
    ck_assert_int_eq(send(&plain, &key), VERDICT_OPENED);
    ck_assert(!engine_incident(engine, key)->sensitive);
    /* Of a source that is in the plan no more there are no settings, and no limit. */
    ck_assert_int_eq(send(&(struct event_trigger){.source = "gone", .summary = "Brand", .severity = -1}, &key), VERDICT_OPENED);
    ck_assert_int_eq(send(&(struct event_trigger){.source = "gone", .summary = "Brand 2", .severity = -1}, &key), VERDICT_OPENED);
    ck_assert_int_eq(send(&(struct event_trigger){.source = "gone", .summary = "Larmprov", .severity = -1, .drill = true}, &key),
                     VERDICT_OPENED);
    ck_assert(engine_incident(engine, key)->drill);
}
END_TEST

/* A gateway for texts alone: what a source wants by e-mail cannot be sent. */
START_TEST(a_source_is_told_by_what_is_served)
{
    static const struct contact notify[] = {{CHANNEL_EMAIL, "larm@example.se"}, {CHANNEL_SMS, "+46701740698"}};
    uint64_t key;
    sources[1].notify = notify;
    sources[1].n_notify = 2;
    fixture_plan.channels_served = 1u << CHANNEL_SMS;
    ck_assert_int_eq(send(&plain, &key), VERDICT_OPENED);
    struct effects effects =
        step(&(struct event){.kind = EVENT_ANSWER, .answer = {.incident = key, .person = "anna", .answer = ANSWER_YES}});
    ck_assert_uint_eq(count_records(effects, RECORD_NOTICE_QUEUED), 1);
}
END_TEST

/* Nine people and more: lists grow. */
START_TEST(everybody_of_a_large_group_is_paged)
{
    static struct person members[12];
    static const struct person *list[12];
    static struct contact contacts[12];
    static char ids[12][16], numbers[12][32];
    for (int i = 0; i < 12; i++) {
        snprintf(ids[i], sizeof(ids[i]), "p%02d", i);
        snprintf(numbers[i], sizeof(numbers[i]), "+467017406%02d", 10 + i);
        contacts[i] = (struct contact){CHANNEL_SMS, numbers[i]};
        members[i] = (struct person){.id = ids[i], .name = ids[i], .contacts = &contacts[i], .n_contacts = 1};
        list[i] = &members[i];
    }
    static const struct group group = {.id = "alla", .title = "Alla", .members = list, .n_members = 12};
    uint64_t key;
    fixture_plan.groups = &group;
    fixture_plan.n_groups = 1;
    fixture_plan.persons = members;
    fixture_plan.n_persons = 12;
    fixture_plan.n_admins = 0;
    ck_assert_int_eq(send(&plain, &key), VERDICT_OPENED);
    struct effects effects =
        step(&(struct event){.kind = EVENT_CALLOUT, .request = 1, .callout = {key, NULL, &group, "local", NULL}});
    ck_assert_uint_eq(count_records(effects, RECORD_PAGE_QUEUED), 12);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("engine_same");
    TCase *tcase = tcase_create("same");
    tcase_add_checked_fixture(tcase, setup, fixture_teardown);
    tcase_add_test(tcase, an_equal_hash_is_not_the_same_trigger);
    tcase_add_test(tcase, an_equal_hash_is_not_the_same_dedup_key);
    tcase_add_test(tcase, of_several_with_one_key_no_closed_one_is_found);
    tcase_add_test(tcase, an_equal_hash_is_not_the_same_request);
    tcase_add_test(tcase, other_words_with_an_equal_hash_are_news);
    tcase_add_test(tcase, a_bundle_calls_its_roles_once);
    tcase_add_test(tcase, what_a_sensitive_source_says_is_sensitive);
    tcase_add_test(tcase, a_source_is_told_by_what_is_served);
    tcase_add_test(tcase, everybody_of_a_large_group_is_paged);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}

/* What the engine keeps is bounded (P15), and what is beyond the bound is forgotten in the order that does the least harm; and
 * what a caller may ask of
 * it besides. */
#include "engine_fixture.h"

static void pass(int64_t usec)
{
    now.boot_usec += usec;
    now.wall_usec += usec;
}

static uint64_t last_key(void)
{
    uint64_t key;
    char summary[32];
    static unsigned n;
    snprintf(summary, sizeof(summary), "Nummer %u", n++);
    ck_assert_int_eq(trigger(summary, &key), VERDICT_OPENED);
    return key;
}

static enum verdict start_drill(const char *targets, int64_t within_usec)
{
    return verdict_of(step(&(struct event){.kind = EVENT_DRILL_START,
                                           .request = 1,
                                           .drill = {.source = "local",
                                                     .actor = "chef",
                                                     .summary = "Prov",
                                                     .targets = targets,
                                                     .within_usec = within_usec,
                                                     .wait_for_all = true}}));
}

/* ---- numbers ---- */

START_TEST(the_numbers_of_eight_years_are_known)
{
    for (int year = 2018; year <= 2026; year++)
        engine_set_last_incident(engine, incident_key(year, 7));
    engine_set_last_incident(engine, incident_key(2026, 5));                       /* less than before */
    engine_set_last_incident(engine, incident_key(2026, 0) | INCIDENT_DEGRADED);   /* another numbering */
    ck_assert_uint_eq(last_key(), incident_key(2026, 8));
    now.wall_usec -= 366 * USEC_PER_DAY;
    ck_assert_uint_eq(last_key(), incident_key(2025, 8));
    now.wall_usec -= INT64_C(7) * 366 * USEC_PER_DAY;
    ck_assert_uint_eq(last_key(), incident_key(2018, 1));      /* the oldest of nine is forgotten */
}
END_TEST

START_TEST(a_clock_outside_all_years_gives_numbers_of_the_next_one)
{
    now.wall_usec = -INT64_C(20) * 366 * USEC_PER_DAY;
    ck_assert_uint_eq(last_key() >> 32, INCIDENT_YEAR_MIN);
    now.wall_usec = INT64_C(400) * 366 * USEC_PER_DAY;
    ck_assert_uint_eq(last_key() >> 32, INCIDENT_YEAR_MAX);
}
END_TEST

/* Random bytes that repeat, and an incident that memory holds no more: it is in the log, or will be. */
START_TEST(no_number_of_what_is_forgotten_is_given_while_degraded)
{
    fixture_random = 1;
    (void)step(&(struct event){.kind = EVENT_DEGRADED, .trouble = {"input/output error"}});
    uint64_t first = last_key();
    ck_assert(first & INCIDENT_DEGRADED);
    (void)step(&(struct event){.kind = EVENT_CLOSE, .close = {.incident = first, .actor = "root"}});
    pass(25 * USEC_PER_HOUR);
    tick();
    ck_assert_ptr_null(engine_incident(engine, first));
    ck_assert_uint_eq(last_key(), first + 1);
}
END_TEST

/* Given by an earlier process, and drawn again. */
START_TEST(no_number_of_an_open_incident_is_given_while_degraded)
{
    uint64_t before = incident_key(2026, INCIDENT_DEGRADED_MIN + 1) | INCIDENT_DEGRADED;
    const struct record opened = {.kind = RECORD_OPENED, .seq = 1, .at_usec = now.wall_usec, .incident = before, .source = "local",
                                  .summary = "Brand", .severity = SEVERITY_CRITICAL + 1};
    ck_assert_int_eq(engine_replay(engine, &opened, now), ERR_OK);
    engine_set_last_seq(engine, 1);
    (void)step(&(struct event){.kind = EVENT_DEGRADED, .trouble = {"input/output error"}});
    fixture_random = 1;
    ck_assert_uint_eq(last_key(), before + 1);
}
END_TEST

START_TEST(numbers_while_degraded_have_six_digits)
{
    (void)step(&(struct event){.kind = EVENT_DEGRADED, .trouble = {"input/output error"}});
    fixture_random = INCIDENT_DEGRADED_MAX - INCIDENT_DEGRADED_MIN;
    ck_assert_uint_eq(last_key(), incident_key(2026, INCIDENT_DEGRADED_MAX) | INCIDENT_DEGRADED);
    ck_assert_uint_eq(last_key(), incident_key(2026, INCIDENT_DEGRADED_MIN) | INCIDENT_DEGRADED);
    ck_assert_uint_eq(last_key(), incident_key(2026, INCIDENT_DEGRADED_MIN + 1) | INCIDENT_DEGRADED);
}
END_TEST

/* ---- what is told of the disk ---- */

/* The opposite is told to nobody: a reload has left no administrator who could hear it. */
START_TEST(that_the_disk_is_ill_is_not_told_once_it_is_well)
{
    struct message_view view;
    struct effects effects = step(&(struct event){.kind = EVENT_DEGRADED, .trouble = {"input/output error"}});
    ck_assert_uint_eq(count_sends(effects), 1);
    struct page_ref page = {0, engine->house.last_page, find_message(&engine->house, engine->house.last_page)->nonce};
    ck_assert(engine_message(engine, page, now.wall_usec, &view));
    fixture_plan.n_admins = 0;
    ck_assert_uint_eq(count_sends(step(&(struct event){.kind = EVENT_RESTORED})), 0);
    ck_assert(!engine_message(engine, page, now.wall_usec, &view));
}
END_TEST

/* ---- codes ---- */

START_TEST(codes_that_are_all_taken_are_shared_by_different_people_alone)
{
    fixture_random = 0x01020304;
    uint64_t first = last_key();
    pass(USEC_PER_MIN);
    tick();                                              /* Bo, too */
    const struct recipient *anna = engine_incident(engine, first)->callouts->recipients, *bo = anna->next;
    ck_assert_uint_ne(anna->code, 0);
    ck_assert_uint_eq(bo->code, anna->code);
    /* Anna's second alarm would share with her first, and then nobody could tell which she means: the link is what is left. */
    const struct incident *second = engine_incident(engine, last_key());
    ck_assert_uint_eq(second->callouts->recipients->code, 0);
    ck_assert_uint_ne(second->callouts->recipients->channels, 0);
}
END_TEST

/* ---- requests, updates ---- */

static enum verdict trigger_with(const char *summary, const char *request, uint64_t *ret_incident)
{
    struct effects effects = step(&(struct event){.kind = EVENT_TRIGGER, .request = 1, .trigger = {
        .source = "local", .summary = summary, .dedup_key = "k", .idempotency_key = request, .severity = -1}});
    for (size_t i = 0; i < effects.n; i++)
        if (effects.list[i].kind == EFFECT_REPLY)
            *ret_incident = effects.list[i].reply.incident;
    return verdict_of(effects);
}

START_TEST(of_a_thousand_requests_to_one_incident_the_oldest_are_forgotten)
{
    uint64_t key;
    char name[32];
    for (int i = 0; i <= IDEMPOTENTS_MAX; i++) {
        snprintf(name, sizeof(name), "r%d", i);
        (void)trigger_with(name, name, &key);
    }
    size_t n = 0;
    for (const struct idempotent *at = engine_incident(engine, key)->idempotents; at; at = at->next)
        n++;
    ck_assert_uint_eq(n, IDEMPOTENTS_MAX);
    ck_assert_uint_eq(engine->idempotents.len, IDEMPOTENTS_MAX);
    ck_assert_int_eq(trigger_with("r1", "r1", &key), VERDICT_UPDATED);       /* known: nothing is written down */
    ck_assert_uint_eq(engine_last_seq(engine), IDEMPOTENTS_MAX + 4);
    ck_assert_int_eq(trigger_with("r0", "r0", &key), VERDICT_UPDATED);       /* forgotten: it is news again */
    ck_assert_uint_eq(engine_last_seq(engine), IDEMPOTENTS_MAX + 5);
}
END_TEST

START_TEST(more_updates_than_can_be_counted_are_as_many_as_can)
{
    replay_good(opened(KEY(1)));
    replay_good(started(KEY(1), 1));
    replay_good((struct record){.kind = RECORD_ACKNOWLEDGED, .incident = KEY(1), .callout = 1, .person = "anna"});
    for (int i = 0; i <= UINT16_MAX; i++)
        replay_good((struct record){.kind = RECORD_UPDATED, .incident = KEY(1), .source = "local", .summary = "Mer"});
    ck_assert_uint_eq(engine_incident(engine, KEY(1))->callouts->put_off, UINT16_MAX);
}
END_TEST

/* ---- the house ---- */

static struct effects duty_of(const char *person)
{
    return step(&(struct event){.kind = EVENT_DUTY, .duty = {
        .roster = &fixture_rosters[1], .person = person, .from_usec = now.wall_usec, .until_usec = INT64_MAX, .tell = true}});
}

static struct effects duty(void)
{
    return duty_of("bo");
}

START_TEST(of_a_thousand_notices_that_no_gateway_takes_the_oldest_are_given_up)
{
    struct message_view view;
    (void)duty();
    struct page_ref first = {0, 1, engine->house.messages->nonce};
    ck_assert(engine_message(engine, first, now.wall_usec, &view));
    for (int i = 0; i < HOUSE_MESSAGES_MAX; i++)
        (void)duty();
    struct page_ref middle = {0, HOUSE_MESSAGES_MAX / 2, find_message(&engine->house, HOUSE_MESSAGES_MAX / 2)->nonce};
    ck_assert(engine_message(engine, middle, now.wall_usec, &view));
    ck_assert(!engine_message(engine, first, now.wall_usec, &view));
    ck_assert_uint_eq(engine->duty_notices.len, HOUSE_MESSAGES_MAX);
    size_t n = 0;
    for (const struct message *message = engine->house.messages; message; message = message->next)
        n++;
    ck_assert_uint_eq(n, HOUSE_MESSAGES_MAX);
}
END_TEST

/* One that fails when it is the oldest that is remembered is not pushed out by what would be told in its place: it is still in
 * hand. */
START_TEST(the_oldest_notice_of_the_house_goes_nowhere_else)
{
    fixture_rosters[1].announce = 1u << CHANNEL_SMS;
    (void)duty_of("anna");
    (void)duty_of("anna");
    struct page_ref first = {0, 1, engine->house.messages->nonce}, second = {0, 2, engine->house.messages->next->nonce};
    while (engine->house.last_page < HOUSE_MESSAGES_MAX)
        (void)duty();
    struct event failed = {.kind = EVENT_OUTCOME, .outcome = {.page = first, .outcome = OUTCOME_FAILED, .gateway = "elks"}};
    ck_assert_uint_eq(count_records(step(&failed), RECORD_NOTICE_QUEUED), 0);
    ck_assert_ptr_nonnull(find_message(&engine->house, 1));
    failed.outcome.page = second;                        /* the next oldest has somebody before it */
    ck_assert_uint_eq(count_records(step(&failed), RECORD_NOTICE_QUEUED), 1);
    ck_assert_ptr_null(find_message(&engine->house, 1));
    ck_assert_ptr_nonnull(find_message(&engine->house, 2));
}
END_TEST

static const struct message *first_queued(void)
{
    const struct message *message = engine->house.messages;
    while (message && message->state != MESSAGE_QUEUED)
        message = message->next;
    return message;
}

/* No gateway takes anything, and there is always more to tell: each of it fails by a text and by a mail, and that is all. */
START_TEST(what_fails_by_every_way_has_failed)
{
    enum { TOLD = 40 };
    size_t failures = 0, told = 0;
    fixture_rosters[1].announce = 1u << CHANNEL_SMS;
    while (told < TOLD || first_queued()) {
        for (; told < TOLD && (told < 4 || failures >= 2 * told - 4); told++)
            (void)duty_of("anna");
        const struct message *first = first_queued();
        (void)step(&(struct event){.kind = EVENT_OUTCOME, .outcome = {
            .page = {0, first->number, first->nonce}, .outcome = OUTCOME_FAILED, .gateway = "elks"}});
        ck_assert_uint_le(++failures, 2 * TOLD);
    }
    ck_assert_uint_eq(failures, 2 * TOLD);
}
END_TEST

START_TEST(of_many_notices_of_a_kind_in_an_incident_the_oldest_is_given_up)
{
    replay_good(opened(KEY(1)));
    replay_good(started(KEY(1), 1));
    for (uint32_t i = 1; i <= QUEUED_NOTICES_MAX + 1; i++) {
        struct record record = paged(KEY(1), i);
        record.kind = RECORD_NOTICE_QUEUED;
        record.purpose = PURPOSE_UPDATE;
        replay_good(record);
    }
    const struct message *first = engine_incident(engine, KEY(1))->messages;
    size_t n = 0;
    for (const struct message *message = first; message; message = message->next)
        n++;
    ck_assert_uint_eq(first->number, 2);
    ck_assert_uint_eq(n, QUEUED_NOTICES_MAX);
}
END_TEST

/* What was told so long ago, and was still on its way, is told by no other channel: nobody knows any more by which it was. */
START_TEST(a_notice_of_very_long_ago_goes_nowhere_else)
{
    struct record old = paged(KEY(1), 1), new = paged(KEY(1), UINT16_MAX + 1);
    old.kind = new.kind = RECORD_NOTICE_QUEUED;
    old.purpose = PURPOSE_WITHDRAWN;
    new.purpose = PURPOSE_UPDATE;
    replay_good(opened(KEY(1)));
    replay_good(started(KEY(1), 1));
    replay_good(old);
    struct event failed = {.kind = EVENT_OUTCOME,
                           .outcome = {.page = {KEY(1), 1, 7}, .outcome = OUTCOME_FAILED, .gateway = "elks"}};
    replay_good(new);
    ck_assert_uint_eq(count_records(step(&failed), RECORD_NOTICE_QUEUED), 0);
    new.page++;
    new.telling = 1;                                     /* as far back as can be noted, and farther, is by itself */
    replay_good(new);
    ck_assert_uint_eq(find_message(engine_incident(engine, KEY(1)), new.page)->in_telling, 0);
    new.telling = new.page = UINT16_MAX + 3;             /* as is what has not been told yet */
    replay_good(new);
    ck_assert_uint_eq(find_message(engine_incident(engine, KEY(1)), new.page)->in_telling, 0);
}
END_TEST

START_TEST(who_waits_for_a_test_behind_many_others_is_told)
{
    for (uint64_t i = 1; i <= TESTS_MAX; i++)
        ck_assert_uint_eq(count_sends(step(&(struct event){
                              .kind = EVENT_GATEWAY_TEST, .request = i, .gateway_test = {"elks", CHANNEL_SMS, "anna", "x"}})),
                          1);
    struct effects effects =
        step(&(struct event){.kind = EVENT_GATEWAY_TEST, .request = 99, .gateway_test = {"elks", CHANNEL_SMS, "anna", "x"}});
    ck_assert_int_eq(verdict_of(effects), VERDICT_FAILED);
    ck_assert_uint_eq(effects.list[0].reply.request, 1);
    ck_assert_int_eq(verdict_of(step(&(struct event){
                         .kind = EVENT_GATEWAY_TEST, .request = 5, .gateway_test = {"elks", CHANNEL_VOICE, "anna", "x"}})),
                     VERDICT_NO_CONTACT);
    /* The outcome of the last one is the last one's, and of a duty notice nobody's. */
    const struct message *last = engine->house.messages;
    while (last->next)
        last = last->next;
    struct page_ref page = {0, last->number, last->nonce};
    effects =
        step(&(struct event){.kind = EVENT_OUTCOME, .outcome = {.page = page, .outcome = OUTCOME_UNANSWERED, .gateway = "elks"}});
    ck_assert_int_eq(verdict_of(effects), VERDICT_FAILED);
    (void)duty();
    page = (struct page_ref){0, last->next->number, last->next->nonce};
    effects =
        step(&(struct event){.kind = EVENT_OUTCOME, .outcome = {.page = page, .outcome = OUTCOME_FAILED, .gateway = "elks"}});
    ck_assert_uint_eq(count_records(effects, RECORD_PAGE_FAILED), 1);
}
END_TEST

static size_t notes_of_stranger(const char *id)
{
    return count_records(step(&(struct event){.kind = EVENT_INBOUND, .inbound = {"elks", "+46701740690", "Hej", id}}),
                         RECORD_NOTE);
}

START_TEST(of_strangers_sixty_texts_an_hour_are_kept)
{
    for (int i = 0; i < STRANGERS_MAX; i++)
        ck_assert_uint_eq(notes_of_stranger(NULL), 1);
    ck_assert_uint_eq(notes_of_stranger(NULL), 0);
    pass(USEC_PER_HOUR);
    ck_assert_uint_eq(notes_of_stranger(NULL), 1);
}
END_TEST

/* ---- what providers call things ---- */

START_TEST(the_oldest_of_many_texts_is_forgotten)
{
    char id[32];
    for (int i = 0; i <= REPLIES_MAX; i++) {
        snprintf(id, sizeof(id), "t%d", i);
        engine_replay_reply(engine, &(struct record){.reply_id = id, .at_usec = now.wall_usec}, now);
    }
    engine_replay_reply(engine, &(struct record){.reply_id = NULL}, now);
    tick();
    ck_assert(seen_reply(engine, "t1"));
    ck_assert(!seen_reply(engine, "t0"));
    pass(REPLY_AGAIN_USEC - 1);
    tick();
    ck_assert(seen_reply(engine, "t1"));
    pass(1);
    tick();
    ck_assert(!seen_reply(engine, "t1"));
    now.wall_usec -= 2 * REPLY_AGAIN_USEC;      /* set back since it was written: it is taken for new, for a day */
    engine_replay_reply(engine, &(struct record){.reply_id = "t1", .at_usec = now.wall_usec + 2 * REPLY_AGAIN_USEC}, now);
    ck_assert(seen_reply(engine, "t1"));
    pass(REPLY_AGAIN_USEC);
    tick();
    ck_assert(!seen_reply(engine, "t1"));
}
END_TEST

START_TEST(the_oldest_of_many_messages_goes_by_its_name_no_more)
{
    struct page_ref page;
    char id[32];
    for (uint32_t i = 0; i <= SENT_IDS_MAX; i++) {
        snprintf(id, sizeof(id), "m%u", i % SENT_IDS_MAX ? i : 0);      /* the last one is called as the first was */
        seen_add_sent(engine, "elks", id, (struct page_ref){KEY(1), i + 1, 7});
    }
    ck_assert(seen_sent(engine, "elks", "m0", &page));
    ck_assert_uint_eq(page.number, SENT_IDS_MAX + 1);
    seen_add_sent(engine, "elks", "m2", (struct page_ref){KEY(1), 9, 7});     /* m1 makes room */
    ck_assert(!seen_sent(engine, "elks", "m1", &page));
    seen_add_sent(engine, "elks", "mx", (struct page_ref){KEY(1), 10, 7});    /* the first m2 makes room, and the second stays */
    ck_assert(seen_sent(engine, "elks", "m2", &page));
    ck_assert_uint_eq(page.number, 9);
}
END_TEST

START_TEST(a_receipt_that_came_too_early_is_nobodys)
{
    uint64_t key = last_key();
    struct page_ref page = {key, 1, engine_incident(engine, key)->messages->nonce};
    (void)step(&(struct event){.kind = EVENT_OUTCOME,
                               .outcome = {.outcome = OUTCOME_DELIVERED, .gateway = "elks", .provider_id = "s1"}});
    pass(EARLY_USEC + 1);
    struct effects effects = step(&(struct event){
        .kind = EVENT_OUTCOME, .outcome = {.page = page, .outcome = OUTCOME_SENT, .gateway = "elks", .provider_id = "s1"}});
    ck_assert_uint_eq(count_records(effects, RECORD_PAGE_DELIVERED), 0);
    ck_assert_int_eq(engine_fate(engine, page), FATE_SENT);
}
END_TEST

/* ---- drills ---- */

START_TEST(a_hundred_drills_are_open_or_planned_at_most)
{
    for (int i = 0; i < OPEN_DRILLS_MAX; i++)
        ck_assert_int_eq(start_drill("person:anna", 0), VERDICT_OPENED);
    ck_assert_int_eq(start_drill("person:anna", 0), VERDICT_FAILED);
    for (int i = 0; i < PLANNED_MAX; i++)
        ck_assert_int_eq(start_drill("person:bo", USEC_PER_SEC), VERDICT_PLANNED);
    ck_assert_int_eq(start_drill("person:bo", USEC_PER_SEC), VERDICT_FAILED);
    /* That a schedule's finds no room is told. */
    static const struct schedule schedule = {
        .name = "vecka", .targets = "role:TIB", .summary = "Prov", .from_minute = 480, .to_minute = 1200};
    struct effects effects = step(
        &(struct event){.kind = EVENT_SCHEDULE, .schedule = {&schedule, SCHEDULE_DUE, NULL, NULL, AT_USEC, AT_USEC, AT_USEC, 1}});
    ck_assert_uint_eq(count_records(effects, RECORD_NOTICE_QUEUED), 1);
    ck_assert_uint_eq(count_records(effects, RECORD_DRILL_PLANNED), 0);
    /* A tick begins so many, and the next one the rest. */
    pass(USEC_PER_SEC);
    tick();
    ck_assert_uint_eq(engine->n_planned, PLANNED_MAX - TICK_CALLOUTS_MAX);
    ck_assert_int_le(engine_deadline(engine), now.boot_usec);
    tick();
    ck_assert_uint_eq(engine->n_planned, 0);
}
END_TEST

START_TEST(the_result_of_a_drill_that_goes_on_is_what_it_is_now)
{
    uint32_t answered, total;
    CLEANUP_BUF struct buf missing = {0};
    ck_assert_int_eq(start_drill("role:TIB,person:anna", 0), VERDICT_OPENED);
    const struct incident *drill = engine->first_drill;
    (void)step(&(struct event){.kind = EVENT_ANSWER,
                               .answer = {.incident = drill->key, .role = "TIB", .person = "anna", .answer = ANSWER_YES}});
    engine_drill_result(engine, drill, &answered, &total, &missing);
    ck_assert_uint_eq(answered, 0);                      /* Anna has one more to answer */
    ck_assert_uint_eq(total, 2);
    ck_assert_str_eq(buf_text(&missing), "anna, bo");
    size_t incidents, callouts;
    engine_count_drills(engine, &incidents, &callouts);
    ck_assert_uint_eq(incidents, 1);
    ck_assert_uint_eq(callouts, 2);
}
END_TEST

/* The clock was set back, and nobody has said so yet: it waits for its time by the schedule's hours. */
START_TEST(a_scheduled_drill_does_not_begin_before_its_time)
{
    static const struct schedule schedule = {
        .name = "vecka", .targets = "role:TIB", .summary = "Prov", .from_minute = 480, .to_minute = 1200};
    fixture_plan.schedules = &schedule;
    fixture_plan.n_schedules = 1;
    (void)step(&(struct event){
        .kind = EVENT_SCHEDULE,
        .schedule = {&schedule, SCHEDULE_DUE, NULL, NULL, AT_USEC, AT_USEC + USEC_PER_MIN, AT_USEC + USEC_PER_HOUR, 1}});
    now.boot_usec += USEC_PER_MIN;
    struct effects effects = step(&(struct event){.kind = EVENT_TICK});
    ck_assert_uint_eq(count_records(effects, RECORD_DRILL_POSTPONED), 1);
    ck_assert_uint_eq(count_records(effects, RECORD_OPENED), 0);
    ck_assert_int_eq(engine_deadline(engine), now.boot_usec + USEC_PER_MIN);
    pass(USEC_PER_MIN);
    ck_assert_uint_eq(count_records(step(&(struct event){.kind = EVENT_TICK}), RECORD_OPENED), 1);
}
END_TEST

/* ---- a tick does so much, and leaves its deadline in the past if there is more ---- */

START_TEST(more_call_outs_than_a_tick_takes_are_left_to_the_next)
{
    for (int i = 0; i <= TICK_CALLOUTS_MAX; i++)
        (void)last_key();
    pass(USEC_PER_MIN);
    struct effects effects = step(&(struct event){.kind = EVENT_TICK});
    ck_assert_uint_eq(count_records(effects, RECORD_STEP_BEGUN), TICK_CALLOUTS_MAX);
    ck_assert_int_eq(engine_deadline(engine), now.boot_usec);
    ck_assert_uint_eq(count_records(step(&(struct event){.kind = EVENT_TICK}), RECORD_STEP_BEGUN), 1);
}
END_TEST

static void take_all(enum outcome outcome)
{
    const struct incident *incident;
    struct page_ref pages[2 * TICK_CALLOUTS_MAX];
    size_t n = 0;
    for (size_t cursor = 0; (incident = engine_next_incident(engine, &cursor));)
        for (const struct message *message = incident->messages; message; message = message->next)
            pages[n++] = (struct page_ref){incident->key, message->number, message->nonce};
    for (size_t i = 0; i < n; i++)
        (void)step(&(struct event){.kind = EVENT_OUTCOME, .outcome = {.page = pages[i], .outcome = outcome, .gateway = "elks"}});
}

START_TEST(more_receipts_than_a_tick_takes_are_left_to_the_next)
{
    for (int i = 0; i <= TICK_CALLOUTS_MAX; i++)
        (void)last_key();
    take_all(OUTCOME_SENT);
    ck_assert_int_eq(engine_deadline(engine), now.boot_usec + USEC_PER_MIN);
    now.boot_usec += USEC_PER_MIN - 1;
    tick();                                              /* too early for all */
    now.boot_usec += 1;
    size_t records = count_records(step(&(struct event){.kind = EVENT_TICK}), RECORD_PAGE_FAILED);
    ck_assert_uint_eq(records, TICK_CALLOUTS_MAX);
    ck_assert_int_eq(engine_deadline(engine), now.boot_usec);
}
END_TEST

START_TEST(what_has_closed_is_forgotten_after_a_day_and_earlier_where_it_is_much)
{
    char name[32];
    for (uint32_t i = 1; i <= CLOSED_IN_MEMORY_MAX + 1; i++) {
        snprintf(name, sizeof(name), "c%u", i);
        replay_good(opened(KEY(i)));
        replay_good((struct record){.kind = RECORD_CLOSED, .incident = KEY(i)});
    }
    ck_assert_int_eq(engine_deadline(engine), INT64_MIN);
    struct effects effects = step(&(struct event){.kind = EVENT_TICK});
    ck_assert_uint_eq(count_records(effects, RECORD_SETTLED), 1);
    ck_assert_ptr_null(engine_incident(engine, KEY(1)));
    ck_assert_int_eq(engine_deadline(engine), now.boot_usec + SETTLE_USEC);
    pass(SETTLE_USEC);
    effects = step(&(struct event){.kind = EVENT_TICK});
    ck_assert_uint_eq(count_records(effects, RECORD_SETTLED), TICK_CALLOUTS_MAX);
    ck_assert_int_le(engine_deadline(engine), now.boot_usec);
}
END_TEST

/* ---- plans without anything ---- */

START_TEST(a_trigger_that_names_nobody_calls_the_first_roster_or_tells_the_administrators)
{
    fixture_plan.n_rosters = 1;                          /* KIB, on request */
    const struct incident *incident = engine_incident(engine, last_key());
    ck_assert_str_eq(engine_text(engine, incident->callouts->role), "KIB");
    fixture_plan.n_rosters = 0;
    struct effects effects = step(
        &(struct event){.kind = EVENT_TRIGGER, .request = 1, .trigger = {.source = "local", .summary = "Brand", .severity = -1}});
    ck_assert_uint_eq(count_records(effects, RECORD_CALLOUT_STARTED), 1);
    ck_assert_uint_eq(count_records(effects, RECORD_NOTICE_QUEUED), 1);
    ck_assert_uint_eq(engine_paging_callouts(engine), 2);
    ck_assert_int_eq(engine_deadline(engine), now.boot_usec + USEC_PER_MIN);
}
END_TEST

/* ---- people who are in the plan no more ---- */

static size_t notices_of_close(uint64_t key)
{
    return count_records(step(&(struct event){.kind = EVENT_CLOSE, .request = 1, .close = {key, NULL, "local"}}),
                         RECORD_NOTICE_QUEUED);
}

START_TEST(who_is_gone_is_told_where_they_were_paged_if_that_is_served)
{
    uint64_t first = last_key(), second = last_key();
    fixture_plan.persons++;                              /* Anna leaves */
    fixture_plan.n_persons--;
    ck_assert_uint_eq(notices_of_close(first), 1);
    fixture_plan.channels_served = 1u << CHANNEL_EMAIL;
    struct event_answer answer = {.incident = second, .person = "gun", .answer = ANSWER_YES, .via = VIA_SMS};
    (void)step(&(struct event){.kind = EVENT_ANSWER, .answer = answer});
    ck_assert_uint_eq(engine_paging_callouts(engine), 0);
    ck_assert_uint_eq(notices_of_close(second), 0);
}
END_TEST

/* ---- what callers ask ---- */

START_TEST(what_is_not_there_is_said_not_to_be)
{
    uint64_t key = last_key();
    const struct incident *incident = engine_incident(engine, key);
    struct page_ref page = {key, 1, incident->messages->nonce}, other = page, gone = page, missing = page;
    struct message_view view;
    uint8_t token[TOKEN_BYTES] = {0};
    other.nonce++;
    gone.number = 9;
    missing.incident++;
    ck_assert_int_eq(engine_fate(engine, page), FATE_QUEUED);
    const struct page_ref none[] = {other, gone, missing};
    for (size_t i = 0; i < N_ELEMENTS(none); i++) {
        ck_assert_int_eq(engine_fate(engine, none[i]), FATE_UNKNOWN);
        ck_assert_ptr_null(engine_page(engine, none[i]));
        ck_assert(!engine_message(engine, none[i], now.wall_usec, &view));
        ck_assert(!engine_message_again(engine, none[i], now.wall_usec, &view));
        struct effects effects = step(
            &(struct event){.kind = EVENT_OUTCOME, .outcome = {.page = none[i], .outcome = OUTCOME_SENT, .gateway = "elks"}});
        ck_assert_uint_eq(effects.n, 0);
    }
    ck_assert_ptr_null(engine_incident(engine, 0));
    ck_assert_ptr_null(plan_person_typed(&fixture_plan, "ANN"));
    ck_assert_ptr_nonnull(plan_person_typed(&fixture_plan, "ANNA"));
    engine_free(NULL);
    ck_assert_ptr_null(engine_recipient(engine, key, token));
    ck_assert_ptr_null(engine_recipient(engine, key + 1, token));
    ck_assert_ptr_eq(engine_recipient(engine, key, incident->callouts->recipients->token), incident->callouts->recipients);
    engine_set_aside(engine, 0);
    engine_set_aside(engine, key + 1);
    ck_assert_uint_eq(engine_open_incidents(engine), 1);
    engine_set_aside(engine, key);
    ck_assert_uint_eq(engine_open_incidents(engine), 0);
}
END_TEST

/* Somebody who said no without having been called has no link: a token of zeros is nobody's. */
START_TEST(who_was_not_called_has_no_link)
{
    uint64_t key = last_key();
    const uint8_t zeros[TOKEN_BYTES] = {0};
    (void)step(&(struct event){.kind = EVENT_ANSWER, .answer = {.incident = key, .person = "bo", .answer = ANSWER_NO}});
    ck_assert_ptr_nonnull(engine_incident(engine, key)->callouts->recipients->next);
    ck_assert_ptr_null(engine_recipient(engine, key, zeros));
}
END_TEST

START_TEST(only_what_the_log_held_is_sent_again)
{
    uint64_t key = last_key(), seq = engine_last_seq(engine);
    (void)last_key();
    ck_assert_uint_eq(count_sends(engine_resume(engine, now, seq)), 1);
    ck_assert_uint_eq(count_sends(engine_resume(engine, now, UINT64_MAX)), 2);
    struct page_ref page = {key, 1, engine_incident(engine, key)->messages->nonce};
    (void)step(&(struct event){.kind = EVENT_OUTCOME, .outcome = {.page = page, .outcome = OUTCOME_SENT, .gateway = "elks"}});
    ck_assert_uint_eq(count_sends(engine_resume(engine, now, UINT64_MAX)), 1);
}
END_TEST

START_TEST(the_first_plan_is_no_reload)
{
    ck_assert_uint_eq(count_records(step(&(struct event){.kind = EVENT_PLAN, .plan = {&fixture_plan, false}}), RECORD_RELOADED),
                      0);
    ck_assert_uint_eq(count_records(step(&(struct event){.kind = EVENT_PLAN, .plan = {&fixture_plan, true}}), RECORD_RELOADED),
                      1);
    ck_assert_uint_eq(
        count_records(step(&(struct event){.kind = EVENT_RELOAD_REFUSED, .trouble = {"people.ini:3: no such thing"}}),
                      RECORD_RELOAD_REFUSED),
        1);
}
END_TEST

START_TEST(a_receipt_that_is_in_doubt_is_a_fate_of_its_own)
{
    uint64_t key = last_key();
    struct page_ref page = {key, 1, engine_incident(engine, key)->messages->nonce};
    (void)step(&(struct event){.kind = EVENT_OUTCOME, .outcome = {.page = page, .outcome = OUTCOME_SENT, .gateway = "elks"}});
    ck_assert_int_eq(engine_fate(engine, page), FATE_SENT);
    now.boot_usec += USEC_PER_MIN;
    tick();
    ck_assert_int_eq(engine_fate(engine, page), FATE_DOUBTED);
    ck_assert_str_eq(fate_name(FATE_DOUBTED), "doubted");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("engine_bounds");
    TCase *tcase = tcase_create("bounds");
    tcase_add_checked_fixture(tcase, fixture_setup, fixture_teardown);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, the_numbers_of_eight_years_are_known);
    tcase_add_test(tcase, a_clock_outside_all_years_gives_numbers_of_the_next_one);
    tcase_add_test(tcase, no_number_of_what_is_forgotten_is_given_while_degraded);
    tcase_add_test(tcase, no_number_of_an_open_incident_is_given_while_degraded);
    tcase_add_test(tcase, numbers_while_degraded_have_six_digits);
    tcase_add_test(tcase, that_the_disk_is_ill_is_not_told_once_it_is_well);
    tcase_add_test(tcase, codes_that_are_all_taken_are_shared_by_different_people_alone);
    tcase_add_test(tcase, of_a_thousand_requests_to_one_incident_the_oldest_are_forgotten);
    tcase_add_test(tcase, more_updates_than_can_be_counted_are_as_many_as_can);
    tcase_add_test(tcase, of_a_thousand_notices_that_no_gateway_takes_the_oldest_are_given_up);
    tcase_add_test(tcase, the_oldest_notice_of_the_house_goes_nowhere_else);
    tcase_add_test(tcase, what_fails_by_every_way_has_failed);
    tcase_add_test(tcase, of_many_notices_of_a_kind_in_an_incident_the_oldest_is_given_up);
    tcase_add_test(tcase, a_notice_of_very_long_ago_goes_nowhere_else);
    tcase_add_test(tcase, who_waits_for_a_test_behind_many_others_is_told);
    tcase_add_test(tcase, of_strangers_sixty_texts_an_hour_are_kept);
    tcase_add_test(tcase, the_oldest_of_many_texts_is_forgotten);
    tcase_add_test(tcase, the_oldest_of_many_messages_goes_by_its_name_no_more);
    tcase_add_test(tcase, a_receipt_that_came_too_early_is_nobodys);
    tcase_add_test(tcase, a_hundred_drills_are_open_or_planned_at_most);
    tcase_add_test(tcase, the_result_of_a_drill_that_goes_on_is_what_it_is_now);
    tcase_add_test(tcase, a_scheduled_drill_does_not_begin_before_its_time);
    tcase_add_test(tcase, more_call_outs_than_a_tick_takes_are_left_to_the_next);
    tcase_add_test(tcase, more_receipts_than_a_tick_takes_are_left_to_the_next);
    tcase_add_test(tcase, what_has_closed_is_forgotten_after_a_day_and_earlier_where_it_is_much);
    tcase_add_test(tcase, a_trigger_that_names_nobody_calls_the_first_roster_or_tells_the_administrators);
    tcase_add_test(tcase, who_is_gone_is_told_where_they_were_paged_if_that_is_served);
    tcase_add_test(tcase, what_is_not_there_is_said_not_to_be);
    tcase_add_test(tcase, who_was_not_called_has_no_link);
    tcase_add_test(tcase, only_what_the_log_held_is_sent_again);
    tcase_add_test(tcase, the_first_plan_is_no_reload);
    tcase_add_test(tcase, a_receipt_that_is_in_doubt_is_a_fate_of_its_own);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}

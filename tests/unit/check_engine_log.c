/* A log that holds what no engine writes: what cannot follow is refused, whatever field is wrong, and what can be lived with is.
 * */
#include "engine/drill.h"
#include "engine_fixture.h"

#define FAR_USEC (INT64_C(1) << 60)

static void expect_corrupt(struct record record)
{
    EXPECT(replay(record) == ERR_CORRUPT);
}

static struct record of_kind(enum record_kind kind, uint64_t incident)
{
    return (struct record){.kind = kind, .incident = incident, .callout = 1, .person = "anna", .role = "TIB"};
}

START_TEST(a_kind_that_is_none_is_refused)
{
    expect_corrupt((struct record){.kind = 0});
    expect_corrupt((struct record){.kind = RECORD_KIND_END});
}
END_TEST

START_TEST(times_that_no_clock_shows_are_refused)
{
    static const size_t offsets[] = {offsetof(struct record, at_usec), offsetof(struct record, due_usec),
                                     offsetof(struct record, delay_usec), offsetof(struct record, end_usec)};
    for (size_t i = 0; i < N_ELEMENTS(offsets); i++) {
        for (int sign = -1; sign <= 1; sign += 2) {
            struct record record = opened(KEY(1));
            *(int64_t *)(void *)((char *)&record + offsets[i]) = sign * FAR_USEC;
            expect_corrupt(record);
        }
    }
    /* The house reckons with none, and a text of then does not come again. */
    replay_good((struct record){.kind = RECORD_DUTY_CHANGED, .end_usec = FAR_USEC});
    engine_replay_reply(engine, &(struct record){.kind = RECORD_NOTE, .reply_id = "t", .at_usec = INT64_MAX}, now);
    tick();
    ck_assert(!seen_reply(engine, "t"));
}
END_TEST

START_TEST(the_house_is_no_incident)
{
    expect_corrupt(opened(0));
    expect_corrupt(started(0, 1));
    expect_corrupt((struct record){.kind = RECORD_UPDATED, .summary = "Mer"});
    expect_corrupt((struct record){.kind = RECORD_CLOSED});
    expect_corrupt((struct record){.kind = RECORD_SETTLED});
    expect_corrupt((struct record){.kind = RECORD_DRILL_PLANNED, .source = "local", .summary = "Prov", .targets = "role:TIB"});
    ck_assert_uint_eq(engine_open_incidents(engine), 0);
}
END_TEST

static void expect_corrupt_opened(const char *source, const char *summary, uint8_t severity)
{
    struct record record = opened(KEY(9));
    record.source = source;
    record.summary = summary;
    record.severity = severity;
    expect_corrupt(record);
}

static void expect_corrupt_started(const char *role, uint32_t number, uint8_t severity)
{
    struct record record = started(KEY(1), number);
    record.role = role;
    record.severity = severity;
    expect_corrupt(record);
}

static void expect_corrupt_page(uint32_t number, const char *address, uint8_t channel, uint8_t purpose)
{
    struct record record = paged(KEY(1), number);
    record.address = address;
    record.channel = channel;
    record.purpose = purpose;
    expect_corrupt(record);
}

START_TEST(a_record_without_what_it_needs_is_refused)
{
    static const enum record_kind answers[] = {RECORD_ACKNOWLEDGED, RECORD_DECLINED, RECORD_DRILL_HELD_BACK};
    expect_corrupt_opened(NULL, "Brand", 1);
    expect_corrupt_opened("local", NULL, 1);
    expect_corrupt_opened("local", "Brand", 0);
    expect_corrupt_opened("local", "Brand", SEVERITY_COUNT + 1);
    replay_good(opened(KEY(1)));
    expect_corrupt((struct record){.kind = RECORD_UPDATED, .incident = KEY(1), .severity = SEVERITY_COUNT + 1});
    expect_corrupt((struct record){.kind = RECORD_DRILL_RESULT, .incident = KEY(1)});
    expect_corrupt(of_kind(RECORD_STEP_BEGUN, KEY(1)));
    expect_corrupt_started(NULL, 1, 1);
    expect_corrupt_started("TIB", 2, 1);
    expect_corrupt_started("TIB", 1, 0);
    expect_corrupt_started("TIB", 1, SEVERITY_COUNT + 1);
    replay_good(started(KEY(1), 1));
    expect_corrupt((struct record){.kind = RECORD_CLOSED, .incident = KEY(1)});
    expect_corrupt(of_kind(RECORD_RELEASED, KEY(1)));
    for (size_t i = 0; i < N_ELEMENTS(answers); i++)
        expect_corrupt((struct record){.kind = answers[i], .incident = KEY(1), .callout = 1});
    expect_corrupt_page(0, "+46701740605", 1, PURPOSE_PAGE);
    expect_corrupt_page(1, NULL, 1, PURPOSE_PAGE);
    expect_corrupt_page(1, "+46701740605", 0, PURPOSE_PAGE);
    expect_corrupt_page(1, "+46701740605", CHANNEL_COUNT + 1, PURPOSE_PAGE);
    expect_corrupt_page(1, "+46701740605", 1, 0);
    replay_good(of_kind(RECORD_ACKNOWLEDGED, KEY(1)));
    expect_corrupt((struct record){.kind = RECORD_RELEASED, .incident = KEY(1), .callout = 1});
}
END_TEST

START_TEST(a_record_may_do_without_the_rest)
{
    struct record untitled = opened(KEY(1)), sent = paged(KEY(1), 9), unnamed = paged(KEY(1), 1);
    untitled.summary = untitled.location = "";
    replay_good(untitled);
    ck_assert_str_eq(incident_summary(engine_incident(engine, KEY(1))), "-");
    ck_assert_ptr_null(incident_location(engine_incident(engine, KEY(1))));
    replay_good((struct record){.kind = RECORD_UPDATED, .incident = KEY(1), .summary = "Mer", .idempotency_key = "r"});
    replay_good((struct record){.kind = RECORD_NOTE, .incident = KEY(1), .inbound = INBOUND_WRONG_CODE});
    replay_good((struct record){.kind = RECORD_DEGRADED});
    ck_assert(engine->degraded);
    replay_good(started(KEY(1), 1));
    sent.kind = unnamed.kind = RECORD_PAGE_SENT;
    sent.gateway = unnamed.gateway = "elks";
    sent.provider_id = "s9";
    replay_good(sent);                                   /* of a page that is forgotten; its name is known */
    struct page_ref page;
    ck_assert(seen_sent(engine, "elks", "s9", &page));
    replay_good(paged(KEY(1), 1));
    replay_good(unnamed);
    unnamed.gateway = NULL;
    unnamed.provider_id = "s1";
    replay_good(unnamed);
    unnamed.kind = RECORD_PAGE_FAILED;                   /* one gateway's refusal of what another has */
    replay_good(unnamed);
    ck_assert_int_eq(engine_fate(engine, (struct page_ref){KEY(1), 1, 7}), FATE_SENT);
}
END_TEST

/* Its time is the call-outs', whatever their steps say. */
START_TEST(a_drill_ends_before_a_step_that_is_later)
{
    struct record drill = opened(KEY(1)), callout = started(KEY(1), 1);
    drill.drill = true;
    callout.at_usec = AT_USEC;
    callout.end_usec = AT_USEC + 10 * USEC_PER_SEC;
    replay_good(drill);
    replay_good(callout);
    ck_assert_int_eq(engine_deadline(engine), now.boot_usec + 10 * USEC_PER_SEC);
    now.boot_usec += 10 * USEC_PER_SEC;
    tick();
    ck_assert_uint_eq(engine_open_incidents(engine), 0);
}
END_TEST

START_TEST(a_drill_that_closed_without_a_reason_was_not_aborted)
{
    struct record drill = opened(KEY(1));
    drill.drill = true;
    replay_good(drill);
    replay_good((struct record){.kind = RECORD_CLOSED, .incident = KEY(1)});
    ck_assert(!engine_incident(engine, KEY(1))->aborted);
}
END_TEST

START_TEST(what_has_closed_takes_nothing_more)
{
    replay_good(opened(KEY(1)));
    replay_good(started(KEY(1), 1));
    replay_good((struct record){.kind = RECORD_ACKNOWLEDGED, .incident = KEY(1), .callout = 1, .person = "anna.berg"});
    replay_good((struct record){.kind = RECORD_CLOSED, .incident = KEY(1)});
    expect_corrupt((struct record){.kind = RECORD_RELEASED, .incident = KEY(1), .callout = 1, .person = "anna.berg"});
    expect_corrupt((struct record){.kind = RECORD_CLOSED, .incident = KEY(1)});
    expect_corrupt((struct record){.kind = RECORD_UPDATED, .incident = KEY(1), .summary = "Mer"});
    expect_corrupt(started(KEY(1), 1));
    expect_corrupt(opened(KEY(1)));
    replay_good((struct record){.kind = RECORD_SETTLED, .incident = KEY(1)});
    expect_corrupt((struct record){.kind = RECORD_SETTLED, .incident = KEY(1)});
}
END_TEST

/* Without a time of its own it would be open for ever. */
START_TEST(a_close_at_no_time_closes)
{
    struct record closed = {.kind = RECORD_CLOSED, .incident = KEY(1), .seq = 9};
    replay_good(opened(KEY(1)));
    ck_assert_int_eq(engine_replay(engine, &closed, now), ERR_OK);
    ck_assert_uint_eq(engine_open_incidents(engine), 0);
    ck_assert_int_ne(engine_incident(engine, KEY(1))->closed_usec, 0);
}
END_TEST

START_TEST(a_plan_that_is_there_or_has_begun_cannot_follow)
{
    struct record planned = {
        .kind = RECORD_DRILL_PLANNED, .incident = KEY(1), .source = "local", .summary = "Prov", .targets = "role:TIB"};
    replay_good(planned);
    expect_corrupt(planned);
    replay_good(opened(KEY(2)));
    planned.incident = KEY(2);
    expect_corrupt(planned);
    planned.incident = KEY(3);
    planned.targets = NULL;
    expect_corrupt(planned);
    planned.targets = "role:TIB";
    planned.source = NULL;
    expect_corrupt(planned);
    planned.source = "local";
    planned.summary = NULL;
    expect_corrupt(planned);
    expect_corrupt((struct record){.kind = RECORD_DRILL_POSTPONED, .incident = KEY(3)});
    expect_corrupt((struct record){.kind = RECORD_DRILL_UNPLANNED, .incident = KEY(3)});
    engine_set_aside(engine, KEY(1));
    ck_assert_ptr_null(engine_planned_drills(engine));
}
END_TEST

START_TEST(only_who_is_called_is_paged_or_held_back)
{
    replay_good(opened(KEY(1)));
    replay_good(started(KEY(1), 1));
    struct record nobody = paged(KEY(1), 1), notice = paged(KEY(1), 1), page = paged(KEY(1), 1);
    nobody.person = NULL;
    expect_corrupt(nobody);
    notice.purpose = PURPOSE_TAKEN;
    expect_corrupt(notice);
    page.kind = RECORD_NOTICE_QUEUED;
    expect_corrupt(page);
    replay_good(paged(KEY(1), 1));
    replay_good(of_kind(RECORD_ACKNOWLEDGED, KEY(1)));
    expect_corrupt(paged(KEY(1), 2));
    expect_corrupt(of_kind(RECORD_DRILL_HELD_BACK, KEY(1)));
    expect_corrupt(of_kind(RECORD_CALLOUT_CANCELLED, KEY(1)));
    expect_corrupt(of_kind(RECORD_STEP_BEGUN, KEY(1)));
    expect_corrupt(of_kind(RECORD_ACKNOWLEDGED, KEY(1)));
}
END_TEST

/* Nothing cancels a call-out of an incident that stays open; a log that says so is lived with. */
START_TEST(a_cancelled_call_out_takes_no_answer_and_is_called_anew)
{
    static const enum answer answers[] = {ANSWER_YES, ANSWER_NO, ANSWER_ETA};
    replay_good(opened(KEY(1)));
    replay_good(started(KEY(1), 1));
    replay_good(of_kind(RECORD_CALLOUT_CANCELLED, KEY(1)));
    for (size_t i = 0; i < N_ELEMENTS(answers); i++) {
        struct event_answer answer = {.incident = KEY(1), .role = "TIB", .person = "anna", .answer = answers[i]};
        ck_assert_int_eq(verdict_of(step(&(struct event){.kind = EVENT_ANSWER, .request = 1, .answer = answer})),
                         VERDICT_NO_CALLOUT);
        answer.role = NULL;
        ck_assert_int_eq(verdict_of(step(&(struct event){.kind = EVENT_ANSWER, .request = 1, .answer = answer})),
                         VERDICT_NO_CALLOUT);
    }
    struct effects effects =
        step(&(struct event){.kind = EVENT_CALLOUT, .request = 1, .callout = {KEY(1), &fixture_rosters[1], NULL, "local", NULL}});
    ck_assert_int_eq(verdict_of(effects), VERDICT_DONE);
    ck_assert_uint_eq(engine_paging_callouts(engine), 1);
}
END_TEST

START_TEST(a_cancelled_call_out_of_a_drill_takes_no_answer)
{
    struct record drill = opened(KEY(1));
    drill.drill = drill.wait_for_all = true;
    drill.targets = "role:TIB";
    replay_good(drill);
    replay_good(started(KEY(1), 1));
    replay_good(paged(KEY(1), 1));
    expect_corrupt((struct record){.kind = RECORD_ACKNOWLEDGED, .incident = KEY(1), .callout = 1});
    replay_good(of_kind(RECORD_CALLOUT_CANCELLED, KEY(1)));
    expect_corrupt(of_kind(RECORD_ACKNOWLEDGED, KEY(1)));
    expect_corrupt(of_kind(RECORD_DECLINED, KEY(1)));
    struct event_answer answer = {.incident = KEY(1), .role = "TIB", .person = "anna", .answer = ANSWER_YES};
    ck_assert_int_eq(verdict_of(step(&(struct event){.kind = EVENT_ANSWER, .request = 1, .answer = answer})), VERDICT_NO_CALLOUT);
}
END_TEST

/* Engines write how long; without it a drill's call-outs last as their rosters say, and one of the same role twice counts once.
 * */
START_TEST(a_drill_without_a_limit_ends_all_the_same)
{
    struct record drill = opened(KEY(1));
    uint32_t answered, total;
    CLEANUP_BUF struct buf missing = {0};
    drill.drill = true;
    drill.targets = "role:TIB";
    replay_good(drill);
    replay_good(started(KEY(1), 1));
    replay_good(started(KEY(1), 2));
    engine_drill_result(engine, engine_incident(engine, KEY(1)), &answered, &total, &missing);
    ck_assert_uint_eq(total, 1);
    ck_assert_str_eq(buf_text(&missing), "TIB");
    (void)step(
        &(struct event){.kind = EVENT_CALLOUT, .request = 1, .callout = {KEY(1), &fixture_rosters[0], NULL, "local", NULL}});
    now.boot_usec += 30 * USEC_PER_MIN;
    now.wall_usec += 30 * USEC_PER_MIN;
    for (int i = 0; i < 20 && engine_open_incidents(engine); i++)
        tick();
    ck_assert_uint_eq(engine_open_incidents(engine), 0);
}
END_TEST

START_TEST(a_release_long_after_the_beginning_or_before_it_is_one)
{
    for (int sign = -1; sign <= 1; sign += 2) {
        uint64_t key = KEY(sign + 2);
        replay_good(opened(key));
        replay_good(started(key, 1));
        replay_good(of_kind(RECORD_ACKNOWLEDGED, key));
        struct record released = of_kind(RECORD_RELEASED, key);
        released.at_usec = AT_USEC + sign * INT64_C(200) * 366 * USEC_PER_DAY;
        replay_good(released);
        ck_assert_uint_eq(engine_incident(engine, key)->callouts->released_sec, sign < 0 ? 0 : UINT32_MAX);
    }
}
END_TEST

START_TEST(a_receipt_that_is_due_in_years_is_not_waited_for)
{
    replay_good(opened(KEY(1)));
    replay_good(started(KEY(1), 1));
    replay_good(paged(KEY(1), 1));
    struct record sent = paged(KEY(1), 1);
    sent.kind = RECORD_PAGE_SENT;
    sent.gateway = "elks";
    sent.delay_usec = RECEIPT_USEC_MAX + 1;
    replay_good(sent);
    ck_assert_int_eq(engine_deadline(engine), now.boot_usec + USEC_PER_MIN);
    ck_assert_ptr_null(heap_first(&engine->receipts));
}
END_TEST

START_TEST(three_people_may_share_a_code)
{
    static const char *const people[] = {"anna", "bo", "cia"};
    replay_good(opened(KEY(1)));
    replay_good(started(KEY(1), 1));
    for (uint32_t i = 0; i < 3; i++) {
        struct record page = paged(KEY(1), i + 1);
        page.person = people[i];
        page.code = 123456;
        replay_good(page);
    }
    /* The first of them gets another; the two others keep theirs, and each is found by it. Then the last. */
    struct record again = paged(KEY(1), 4);
    again.code = 654321;
    replay_good(again);
    const struct recipient *shared = map_get(&engine->codes, 123456), *own = map_get(&engine->codes, 654321);
    ck_assert_str_eq(engine_text(engine, own->person), "anna");
    ck_assert_str_eq(engine_text(engine, shared->person), "cia");
    ck_assert_str_eq(engine_text(engine, shared->next_code->person), "bo");
    ck_assert_ptr_null(shared->next_code->next_code);
    again = paged(KEY(1), 5);
    again.person = "cia";
    again.code = 765432;
    replay_good(again);
    shared = map_get(&engine->codes, 123456);
    ck_assert_str_eq(engine_text(engine, shared->person), "bo");
    ck_assert_ptr_null(shared->next_code);
}
END_TEST

START_TEST(the_last_phones_of_somebody_are_known)
{
    static const char *const phones[] = {"+46701740611", "+46701740612", "+46701740613",
                                         "+46701740614", "+46701740615", "+46701740613"};
    replay_good(opened(KEY(1)));
    replay_good(started(KEY(1), 1));
    for (uint32_t i = 0; i < N_ELEMENTS(phones); i++) {
        struct record page = paged(KEY(1), i + 1);
        page.address = phones[i];
        replay_good(page);
    }
    const struct recipient *recipient = engine_incident(engine, KEY(1))->callouts->recipients;
    ck_assert(!recipient_has_number(engine, recipient, phones[0]));
    for (int i = 1; i < 5; i++)
        ck_assert(recipient_has_number(engine, recipient, phones[i]));
}
END_TEST

/* Incidents are read one after the other, so that numbers go up and down. */
START_TEST(the_last_number_is_the_highest)
{
    struct record first = opened(KEY(1)), second = opened(KEY(2));
    first.seq = 9;
    second.seq = 4;
    first.at_usec = second.at_usec = AT_USEC;
    ck_assert_int_eq(engine_replay(engine, &first, now), ERR_OK);
    ck_assert_int_eq(engine_replay(engine, &second, now), ERR_OK);
    ck_assert_uint_eq(engine_last_seq(engine), 9);
}
END_TEST

static struct record notice(uint64_t incident, uint32_t page, enum purpose purpose, uint32_t callout)
{
    struct record record = paged(incident, page);
    record.kind = RECORD_NOTICE_QUEUED;
    record.purpose = (uint8_t)purpose;
    record.callout = callout;
    return record;
}

START_TEST(a_notice_of_a_call_out_that_is_none_is_not_sent)
{
    static const enum purpose purposes[] = {PURPOSE_SOURCE_RELEASED, PURPOSE_SOURCE_UNANSWERED, PURPOSE_SOURCE_TAKEN,
                                            PURPOSE_TAKEN,           PURPOSE_CONFIRMATION,      PURPOSE_ON_DUTY};
    struct message_view view;
    replay_good(opened(KEY(1)));
    for (uint32_t i = 0; i < N_ELEMENTS(purposes); i++) {
        replay_good(notice(KEY(1), i + 1, purposes[i], 0));
        ck_assert(!engine_message(engine, (struct page_ref){KEY(1), i + 1, 7}, now.wall_usec, &view));
    }
    expect_corrupt(notice(KEY(1), 9, PURPOSE_TAKEN, 1));
}
END_TEST

/* Only who has acknowledged is told of updates. */
START_TEST(a_notice_of_updates_stops_no_page)
{
    replay_good(opened(KEY(1)));
    replay_good(started(KEY(1), 1));
    replay_good(notice(KEY(1), 1, PURPOSE_UPDATE, 1));
    ck_assert_int_eq(engine_deadline(engine), now.boot_usec + USEC_PER_MIN);
}
END_TEST

static struct record failure(uint32_t page, const char *gateway, enum receipt receipt)
{
    struct record record = paged(KEY(1), page);
    record.kind = RECORD_PAGE_FAILED;
    record.gateway = gateway;
    record.receipt = (uint8_t)receipt;
    return record;
}

START_TEST(what_a_gateway_has_denied_stays_denied)
{
    replay_good(opened(KEY(1)));
    replay_good(started(KEY(1), 1));
    replay_good(paged(KEY(1), 1));
    replay_good(failure(1, "elks", RECEIPT_NEVER));
    replay_good(failure(1, "elks", RECEIPT_MISSING));
    replay_good(failure(1, NULL, RECEIPT_NEVER));        /* of no gateway: nothing to remember */
    const struct trail *trail = trail_of(engine, engine_incident(engine, KEY(1))->messages);
    ck_assert_uint_eq(trail->n, 1);
    ck_assert_int_eq(trail_receipt(trail, intern_find(engine->names, "elks")), RECEIPT_NEVER);
}
END_TEST

/* More gateways than are remembered: the rest is forgotten, and the page goes on. */
START_TEST(five_gateways_of_a_page_are_remembered)
{
    static const char *const names[] = {"g1", "g2", "g3", "g4", "g5", "g6", "g7"};
    struct page_ref page = {KEY(1), 1, 7};
    replay_good(opened(KEY(1)));
    replay_good(started(KEY(1), 1));
    replay_good(paged(KEY(1), 1));
    for (size_t i = 0; i < N_ELEMENTS(names); i++)
        (void)step(&(struct event){.kind = EVENT_OUTCOME,
                                   .outcome = {.page = page, .outcome = OUTCOME_UNDELIVERED, .gateway = names[i]}});
    ck_assert_uint_eq(trail_of(engine, engine_incident(engine, KEY(1))->messages)->n, LEAVE_OUT_MAX);
    for (size_t i = 0; i < N_ELEMENTS(names); i++)
        replay_good(failure(1, names[i], RECEIPT_NEVER));
    ck_assert_uint_eq(
        step(&(struct event){.kind = EVENT_OUTCOME, .outcome = {.page = page, .outcome = OUTCOME_UNDELIVERED, .gateway = "g1"}})
            .n,
        0);
    /* One of those that were forgotten has it after all, and then denies it: there is no room to say which are left. */
    (void)step(&(struct event){.kind = EVENT_OUTCOME, .outcome = {.page = page, .outcome = OUTCOME_SENT, .gateway = "elks"}});
    struct effects effects = step(
        &(struct event){.kind = EVENT_OUTCOME, .outcome = {.page = page, .outcome = OUTCOME_UNDELIVERED, .gateway = "elks"}});
    ck_assert_int_eq(engine_fate(engine, page), FATE_FAILED);
    ck_assert_uint_eq(count_records(effects, RECORD_PAGE_QUEUED), 1);      /* by the person's other channel */
    effects =
        step(&(struct event){.kind = EVENT_OUTCOME, .outcome = {.page = page, .outcome = OUTCOME_UNDELIVERED, .gateway = "g6"}});
    ck_assert_uint_eq(count_records(effects, RECORD_PAGE_QUEUED), 0);
}
END_TEST

START_TEST(a_source_that_is_gone_is_told_nothing)
{
    struct record record = opened(KEY(1));
    record.source = "gone";
    replay_good(record);
    replay_good(started(KEY(1), 1));
    struct effects effects =
        step(&(struct event){.kind = EVENT_ANSWER, .answer = {.incident = KEY(1), .person = "anna", .answer = ANSWER_YES}});
    ck_assert_uint_eq(count_records(effects, RECORD_ACKNOWLEDGED), 1);
    ck_assert_uint_eq(count_records(effects, RECORD_NOTICE_QUEUED), 0);
}
END_TEST

START_TEST(only_a_person_is_told_for_a_person)
{
    ck_assert(!drill_lists("person:anna,role:bo", "person", "bo"));
    ck_assert(!drill_lists("role:anna", "rule", "anna"));
    ck_assert(!drill_lists("person:ann", "person", "bob"));
    ck_assert(drill_lists("role:bo,person:bo", "person", "bo"));
    CLEANUP_BUF struct buf list = {0};
    drill_add_name(&list, DRILL_ALL_ROLES, "");
    ck_assert_str_eq(buf_text(&list), DRILL_ALL_ROLES);
    ck_assert_str_ne(drill_default_scenario(LANGUAGE_EN), drill_default_scenario(LANGUAGE_SV));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("engine_log");
    TCase *tcase = tcase_create("log");
    tcase_add_checked_fixture(tcase, fixture_setup, fixture_teardown);
    tcase_add_test(tcase, a_kind_that_is_none_is_refused);
    tcase_add_test(tcase, times_that_no_clock_shows_are_refused);
    tcase_add_test(tcase, the_house_is_no_incident);
    tcase_add_test(tcase, a_record_without_what_it_needs_is_refused);
    tcase_add_test(tcase, a_record_may_do_without_the_rest);
    tcase_add_test(tcase, a_drill_ends_before_a_step_that_is_later);
    tcase_add_test(tcase, a_drill_that_closed_without_a_reason_was_not_aborted);
    tcase_add_test(tcase, what_has_closed_takes_nothing_more);
    tcase_add_test(tcase, a_close_at_no_time_closes);
    tcase_add_test(tcase, a_plan_that_is_there_or_has_begun_cannot_follow);
    tcase_add_test(tcase, only_who_is_called_is_paged_or_held_back);
    tcase_add_test(tcase, a_cancelled_call_out_takes_no_answer_and_is_called_anew);
    tcase_add_test(tcase, a_cancelled_call_out_of_a_drill_takes_no_answer);
    tcase_add_test(tcase, a_drill_without_a_limit_ends_all_the_same);
    tcase_add_test(tcase, a_release_long_after_the_beginning_or_before_it_is_one);
    tcase_add_test(tcase, a_receipt_that_is_due_in_years_is_not_waited_for);
    tcase_add_test(tcase, three_people_may_share_a_code);
    tcase_add_test(tcase, the_last_phones_of_somebody_are_known);
    tcase_add_test(tcase, the_last_number_is_the_highest);
    tcase_add_test(tcase, a_notice_of_a_call_out_that_is_none_is_not_sent);
    tcase_add_test(tcase, a_notice_of_updates_stops_no_page);
    tcase_add_test(tcase, what_a_gateway_has_denied_stays_denied);
    tcase_add_test(tcase, five_gateways_of_a_page_are_remembered);
    tcase_add_test(tcase, a_source_that_is_gone_is_told_nothing);
    tcase_add_test(tcase, only_a_person_is_told_for_a_person);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}

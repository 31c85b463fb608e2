/* What a drill came to, out of made-up records: medians, gateways that failed over, who was left out, how it ended. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/civil.h"
#include "drill/drill_summary.h"
#include "engine/drill.h"
#include "engine/plan.h"

#define KEY incident_key(2026, 42)
#define BEGIN (INT64_C(1795341124) * USEC_PER_SEC)

static struct drill_report *report;

static void begin(void) { report = drill_report_new(KEY); }
static void end(void) { drill_report_free(report); }

static void add(double seconds, struct record record)
{
    record.at_usec = BEGIN + (int64_t)(seconds * 1e6);
    record.incident = KEY;
    drill_report_add(report, &record);
}

static void opened(struct record record)
{
    record.kind = RECORD_OPENED;
    record.drill = true;
    record.summary = "Övning";
    add(0, record);
    add(0, (struct record){ .kind = RECORD_CALLOUT_STARTED, .callout = 1, .role = "TIB", .drill = true });
    add(0, (struct record){ .kind = RECORD_STEP_BEGUN, .callout = 1, .role = "TIB", .step = 1, .drill = true });
}

static void queued(double seconds, uint32_t page, const char *person)
{
    add(seconds, (struct record){ .kind = RECORD_PAGE_QUEUED, .callout = 1, .role = "TIB", .person = person, .page = page,
                                  .channel = CHANNEL_SMS + 1, .drill = true });
}

static void outcome(double seconds, enum record_kind kind, uint32_t page, const char *gateway, const char *text)
{
    add(seconds, (struct record){ .kind = kind, .page = page, .gateway = gateway, .text = text, .drill = true });
}

static void answer(double seconds, enum record_kind kind, const char *person)
{
    add(seconds, (struct record){ .kind = kind, .callout = 1, .role = "TIB", .person = person, .actor = person, .drill = true });
}

static void closed(double seconds, const char *reason)
{
    add(seconds, (struct record){ .kind = RECORD_CLOSED, .text = reason, .drill = true });
}

static const struct report_person *person(const char *id)
{
    for (size_t i = 0; i < report->n_persons; i++)
        if (strcmp(report->persons[i]->id, id) == 0)
            return report->persons[i];
    ck_abort_msg("%s is not in the report", id);
}

static const struct report_gateway *gateway(const char *name)
{
    for (size_t i = 0; i < report->n_gateways; i++)
        if (strcmp(report->gateways[i]->name, name) == 0)
            return report->gateways[i];
    ck_abort_msg("%s is not in the report", name);
}

#define assert_spread(spread, count, median, max)                        \
    do {                                                                 \
        ck_assert_uint_eq((spread).n, (count));                          \
        ck_assert_int_eq((spread).median_usec, (int64_t)((median) * 1e6)); \
        ck_assert_int_eq((spread).max_usec, (int64_t)((max) * 1e6));     \
    } while (0)

START_TEST(spreads)
{
    int64_t spans[] = { 5, 1, 100, 3 };
    struct report_spread none = drill_report_spread(spans, 0), one = drill_report_spread(spans, 1),
                         odd = drill_report_spread(spans, 3);
    ck_assert_uint_eq(none.n, 0);
    ck_assert_int_eq(one.median_usec, 5);
    ck_assert_int_eq(odd.median_usec, 5);
    ck_assert_int_eq(odd.max_usec, 100);
    struct report_spread even = drill_report_spread(spans, 4);
    ck_assert_int_eq(even.median_usec, 4);
    int64_t huge[] = { INT64_MAX, INT64_MAX - 2 };
    ck_assert_int_eq(drill_report_spread(huge, 2).median_usec, INT64_MAX - 1);
}
END_TEST

START_TEST(times_of_pages_and_people)
{
    opened((struct record){ .targets = "role:TIB", .actor = "eva" });
    queued(0, 1, "anna.berg");
    queued(0, 2, "bo.ek");
    queued(10, 3, "anna.berg");
    outcome(1, RECORD_PAGE_SENT, 1, "elks", NULL);
    outcome(3, RECORD_PAGE_SENT, 2, "elks", NULL);
    outcome(4, RECORD_PAGE_DELIVERED, 1, "elks", NULL);
    outcome(12, RECORD_PAGE_SENT, 3, "elks", NULL);
    answer(20, RECORD_DECLINED, "bo.ek");
    answer(30, RECORD_ACKNOWLEDGED, "anna.berg");
    closed(1800, DRILL_ENDED_DEADLINE);
    drill_report_finish(report);
    assert_spread(report->to_sent, 3, 2.0, 3.0);
    assert_spread(report->to_delivered, 1, 4.0, 4.0);
    assert_spread(report->to_answer, 2, 25.0, 30.0);
    assert_spread(person("anna.berg")->to_sent, 2, 1.5, 2.0);
    ck_assert_int_eq(report->first_answer_usec, 30 * USEC_PER_SEC);
    ck_assert_int_eq(person("bo.ek")->answer, REPORT_ANSWER_NO);
    ck_assert_uint_eq(report->n_paged, 2);
    ck_assert_uint_eq(report->n_reached, 2);
    ck_assert_int_eq(report->ending, ENDING_ACKNOWLEDGED);
    ck_assert_uint_eq(report->answered, 1);
    ck_assert_uint_eq(report->total, 1);
    ck_assert_uint_eq(gateway("elks")->taken, 3);
    ck_assert_uint_eq(gateway("elks")->delivered, 1);
    ck_assert_int_eq(report->pages[0]->fate, PAGE_FATE_DELIVERED);
    ck_assert_str_eq(report->starter, "eva");
}
END_TEST

START_TEST(failover_and_what_was_left_out)
{
    opened((struct record){ .targets = "role:TIB", .without = "gateway:elks,person:cia.lund" });
    queued(0, 1, "anna.berg");
    add(0, (struct record){ .kind = RECORD_DRILL_HELD_BACK, .callout = 1, .role = "TIB", .person = "cia.lund", .drill = true });
    outcome(0.1, RECORD_PAGE_FAILED, 1, "elks", DRILL_LEFT_OUT);
    outcome(0.5, RECORD_PAGE_FAILED, 1, "modem", "no signal");
    outcome(2, RECORD_PAGE_SENT, 1, "second", NULL);
    queued(0, 2, "bo.ek");
    outcome(0.1, RECORD_PAGE_FAILED, 2, "elks", DRILL_LEFT_OUT);
    add(0.2, (struct record){ .kind = RECORD_PAGE_FAILED, .page = 2, .gateway = "modem", .text = "no signal", .final = true });
    closed(60, DRILL_ENDED_DEADLINE);
    drill_report_finish(report);
    ck_assert_uint_eq(report->pages[0]->n_attempts, 3);
    ck_assert_int_eq(report->pages[0]->attempts[0].result, RESULT_LEFT_OUT);
    ck_assert_int_eq(report->pages[0]->attempts[1].result, RESULT_REFUSED);
    ck_assert_str_eq(report->pages[0]->attempts[1].reason, "no signal");
    ck_assert_str_eq(report->pages[0]->gateway, "second");
    ck_assert_int_eq(report->pages[1]->fate, PAGE_FATE_FAILED);
    ck_assert_uint_eq(gateway("elks")->left_out, 2);
    ck_assert_uint_eq(gateway("elks")->refused, 0);
    ck_assert_uint_eq(gateway("modem")->refused, 2);
    ck_assert(person("cia.lund")->held_back);
    ck_assert_uint_eq(person("cia.lund")->n_pages, 0);
    ck_assert(person("anna.berg")->reached && !person("bo.ek")->reached);
    ck_assert_uint_eq(report->n_paged, 2);
    ck_assert_int_eq(report->ending, ENDING_DEADLINE);
    ck_assert_str_eq(report->missing, "TIB");
    ck_assert_int_eq(report->first_answer_usec, -1);
}
END_TEST

static void receipt(double seconds, uint32_t page, const char *name, enum receipt kind, bool again, bool final)
{
    add(seconds,
        (struct record){
            .kind = RECORD_PAGE_FAILED, .page = page, .gateway = name, .receipt = kind, .again = again, .final = final });
}

START_TEST(receipts)
{
    opened((struct record){ .targets = "role:TIB" });
    queued(0, 1, "anna.berg");
    outcome(1, RECORD_PAGE_SENT, 1, "elks", NULL);
    receipt(60, 1, "elks", RECEIPT_MISSING, true, false);
    outcome(61, RECORD_PAGE_SENT, 1, "modem", NULL);
    receipt(70, 1, "modem", RECEIPT_NEVER, false, false);
    queued(0, 2, "bo.ek");
    outcome(1, RECORD_PAGE_SENT, 2, "elks", NULL);
    receipt(60, 2, "elks", RECEIPT_MISSING, false, false);
    receipt(80, 2, "elks", RECEIPT_NEVER, false, false);
    queued(0, 3, "cia.lund");
    outcome(1, RECORD_PAGE_DELIVERED, 3, "elks", NULL);
    receipt(60, 3, "elks", RECEIPT_NEVER, false, true);
    drill_report_finish(report);
    ck_assert_int_eq(report->pages[0]->fate, PAGE_FATE_DOUBTED);     /* the first may still have delivered it */
    ck_assert_int_eq(report->pages[1]->fate, PAGE_FATE_FAILED);
    ck_assert_int_eq(report->pages[2]->fate, PAGE_FATE_DELIVERED);
    ck_assert_uint_eq(gateway("elks")->no_receipt, 2);
    ck_assert_uint_eq(gateway("modem")->never, 1);
    ck_assert(!person("anna.berg")->reached && !person("bo.ek")->reached && person("cia.lund")->reached);
    ck_assert_int_eq(report->ending, ENDING_OPEN);
}
END_TEST

START_TEST(endings)
{
    static const struct { const char *reason; enum report_ending ending;
    } cases[] = {
        { DRILL_ENDED_ANSWERED, ENDING_ANSWERED }, { DRILL_ENDED_DEADLINE, ENDING_DEADLINE },
        { DRILL_ENDED_STOPPED, ENDING_STOPPED },   { DRILL_ENDED_ABORTED "2026-0043", ENDING_ABORTED },
        { "stopped by the real", ENDING_CLOSED },  { NULL, ENDING_CLOSED },
    };
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        CLEANUP(drill_report_free) struct drill_report *one = drill_report_new(KEY);
        struct record record = { .kind = RECORD_CLOSED, .text = cases[i].reason, .at_usec = BEGIN };
        drill_report_add(one, &record);
        drill_report_finish(one);
        ck_assert_int_eq(one->ending, cases[i].ending);
    }
}
END_TEST

START_TEST(who_did_not_answer)
{
    opened((struct record){ .targets = "role:TIB" });
    queued(0, 1, "anna.berg");
    queued(0, 2, "bo.ek");
    queued(0, 3, "cia.lund");
    answer(5, RECORD_ACKNOWLEDGED, "bo.ek");
    add(9, (struct record){
               .kind = RECORD_NOTE, .callout = 1, .person = "cia.lund", .actor = "cia.lund", .text = DRILL_ANSWERED_LATE });
    add(10, (struct record){ .kind = RECORD_NOTE, .callout = 1, .person = "anna.berg", .text = "ringer strax" });
    drill_report_finish(report);
    ck_assert_int_eq(person("anna.berg")->answer, REPORT_ANSWER_NONE);
    ck_assert_str_eq(person("anna.berg")->taken_by, "bo.ek");
    ck_assert_int_eq(person("cia.lund")->answer, REPORT_ANSWER_YES);
    ck_assert_uint_eq(report->n_answered, 2);
    ck_assert_str_eq(report->roles[0]->taken_by, "bo.ek");
}
END_TEST

START_TEST(everybody_is_waited_for)
{
    opened((struct record){ .targets = "group:krisledning", .wait_for_all = true });
    queued(0, 1, "anna.berg");
    queued(0, 2, "bo.ek");
    answer(5, RECORD_ACKNOWLEDGED, "bo.ek");
    answer(7, RECORD_DECLINED, "bo.ek");
    drill_report_finish(report);
    ck_assert_uint_eq(report->answered, 1);
    ck_assert_uint_eq(report->total, 2);
    ck_assert_str_eq(report->missing, "anna.berg");
    ck_assert_ptr_null(person("anna.berg")->taken_by);
    ck_assert_int_eq(person("bo.ek")->to_answer_usec, 5 * USEC_PER_SEC);
    ck_assert_int_eq(person("bo.ek")->answer, REPORT_ANSWER_NO);
}
END_TEST

/* As a log may be: nothing before it, numbers that are not there, a clock that was set back, the same page twice. */
START_TEST(odd_records)
{
    outcome(1, RECORD_PAGE_SENT, 7, "elks", NULL);
    answer(1, RECORD_ACKNOWLEDGED, "anna.berg");
    add(1, (struct record){ .kind = RECORD_ACKNOWLEDGED });
    add(1, (struct record){ .kind = RECORD_PAGE_QUEUED, .page = 1, .person = "bo.ek" });
    queued(5, 2, "bo.ek");
    queued(6, 2, "cia.lund");
    outcome(3, RECORD_PAGE_SENT, 2, NULL, NULL);
    drill_report_add_damaged(report);
    for (int i = 0; i < 3 * REPORT_ATTEMPTS_MAX; i++)
        outcome(4, RECORD_PAGE_FAILED, 2, "elks", "x");
    drill_report_finish(report);
    ck_assert(!drill_report_is_drill(report) && !report->begun);
    ck_assert_uint_eq(report->n_pages, 1);
    assert_spread(report->to_sent, 1, 0.0, 0.0);
    ck_assert_uint_eq(report->pages[0]->n_attempts, REPORT_ATTEMPTS_MAX);
    ck_assert_uint_eq(gateway("elks")->refused, 3 * REPORT_ATTEMPTS_MAX);
    ck_assert_uint_eq(report->damaged, 1);
    ck_assert_int_eq(person("anna.berg")->to_answer_usec, -1);
}
END_TEST

/* ---- many ---- */

static struct drill_summary *summary_of(uint64_t key, double first_yes, bool dry_run)
{
    report = drill_report_new(key);
    opened((struct record){ .targets = "role:TIB", .dry_run = dry_run });
    queued(0, 1, "anna.berg");
    outcome(1, RECORD_PAGE_SENT, 1, "elks", NULL);
    if (first_yes > 0)
        answer(first_yes, RECORD_ACKNOWLEDGED, "anna.berg");
    closed(1800, DRILL_ENDED_DEADLINE);
    drill_report_finish(report);
    struct drill_summary *summary = drill_summary_new(report);
    drill_report_free(report);
    return summary;
}

START_TEST(totals_of_many)
{
    struct drill_summary *all[] = { summary_of(KEY, 10, false), summary_of(KEY + 1, 0, false), summary_of(KEY + 2, 30, false),
                                    summary_of(KEY + 3, 1, true) };
    struct drill_totals totals;
    drill_totals_make(&totals, all, N_ELEMENTS(all));
    ck_assert_uint_eq(totals.n_dry_runs, 1);
    ck_assert_uint_eq(totals.n_roles, 1);
    ck_assert_str_eq(totals.roles[0].role, "TIB");
    ck_assert_uint_eq(totals.roles[0].drills, 3);
    ck_assert_uint_eq(totals.roles[0].taken, 2);
    assert_spread(totals.roles[0].first_answer, 2, 20.0, 30.0);
    ck_assert_uint_eq(totals.gateways[0].taken, 3);
    drill_totals_done(&totals);
    begin();
    opened((struct record){ .targets = "role:TIB" });
    drill_report_finish(report);
    report->opened_usec++;
    ck_assert(drill_summary_compares(all[2], report) && !drill_summary_compares(all[0], report) &&
              !drill_summary_compares(all[3], report));
    end();
    for (size_t i = 0; i < N_ELEMENTS(all); i++)
        drill_summary_free(all[i]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("drill report");
    TCase *one = tcase_create("one"), *many = tcase_create("many");
    tcase_add_checked_fixture(one, begin, end);
    tcase_add_test(one, spreads);
    tcase_add_test(one, times_of_pages_and_people);
    tcase_add_test(one, failover_and_what_was_left_out);
    tcase_add_test(one, receipts);
    tcase_add_test(one, endings);
    tcase_add_test(one, who_did_not_answer);
    tcase_add_test(one, everybody_is_waited_for);
    tcase_add_test(one, odd_records);
    tcase_add_test(many, totals_of_many);
    suite_add_tcase(suite, one);
    suite_add_tcase(suite, many);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

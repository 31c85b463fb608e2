/* The start from a log of which something is damaged: that incident is set aside, and told; everything else goes on (P2). */
#include "engine_fixture.h"
#include "turn/replay.h"

enum { RECORDS_MAX = 16 };

static struct store_record records[RECORDS_MAX];
static struct buf payloads[RECORDS_MAX];
static size_t n_records;
static struct buf told;

static void setup(void)
{
    fixture_setup();
    n_records = 0;
}

static void teardown(void)
{
    for (size_t i = 0; i < n_records; i++)
        buf_done(&payloads[i]);
    buf_done(&told);
    fixture_teardown();
}

static void add(struct record record)
{
    record_encode(&record, &payloads[n_records]);
    records[n_records] = (struct store_record){
        .seq = n_records + 1, .at_usec = AT_USEC, .incident = record.incident, .kind = (uint8_t)record.kind,
        .payload = buf_text(&payloads[n_records]), .payload_len = payloads[n_records].len};
    n_records++;
}

static void on_bad(void *userdata, const struct store_record *stored)
{
    (void)userdata;
    buf_printf(&told, "bad %u\n", (unsigned)stored->seq);
}

static void on_house(void *userdata, const struct record *record)
{
    (void)userdata;
    buf_printf(&told, "%s\n", record->text ? record->text : "-");
}

static void expect_told(const char *expected)
{
    ck_assert_str_eq(buf_text(&told), expected);
    buf_clear(&told);
}

/* Three incidents, each of which pages. */
static void add_three(void)
{
    for (uint32_t i = 1; i <= 3; i++) {
        add(opened(KEY(i)));
        add(started(KEY(i), 1));
        add(paged(KEY(i), 1));
    }
}

static void replay_all(void)
{
    replay_live(engine,
                &(struct opened){.records = records, .n_records = n_records, .last_incidents = {KEY(3), incident_key(2025, 9)}},
                now, on_bad, NULL);
    engine_set_last_seq(engine, n_records);
}

static void expect_alone(uint64_t aside)
{
    for (uint32_t i = 1; i <= 3; i++)
        ck_assert_int_eq(engine_incident(engine, KEY(i)) != NULL, KEY(i) != aside);
    size_t there = aside ? 2 : 3;
    ck_assert_uint_eq(engine_open_incidents(engine), there);
    ck_assert_uint_eq(engine_paging_callouts(engine), there);
    ck_assert_uint_eq(count_sends(engine_resume(engine, now, UINT64_MAX)), there);
    ck_assert_int_eq(engine_deadline(engine), now.boot_usec + USEC_PER_MIN);
    /* Its number is not given again. */
    uint64_t key;
    ck_assert_int_eq(trigger("Nytt", &key), VERDICT_OPENED);
    ck_assert_uint_eq(key, KEY(4));
}

START_TEST(a_whole_log_comes_back)
{
    add_three();
    replay_all();
    expect_told("");
    expect_alone(0);
}
END_TEST

/* More texts of strangers than are remembered: of those that may come again the newest are. */
START_TEST(the_newest_texts_are_known_again)
{
    enum { TEXTS = REPLIES_MAX + 2 };
    struct store_record *house = NEW_ARRAY(struct store_record, TEXTS);
    struct buf *written = mem_alloc(TEXTS * sizeof(*written));
    char id[16];
    for (int i = 0; i < TEXTS; i++) {       /* as a log gives them: t0 is the newest */
        snprintf(id, sizeof(id), "t%d", i);
        record_encode(&(struct record){.kind = RECORD_NOTE, .reply_id = id}, &written[i]);
        house[i] = (struct store_record){.seq = (uint64_t)(TEXTS - i), .at_usec = now.wall_usec - i, .kind = RECORD_NOTE,
                                         .payload = buf_text(&written[i]), .payload_len = written[i].len};
    }
    replay_live(engine, &(struct opened){.house = house, .n_house = TEXTS}, now, on_bad, NULL);
    tick();
    ck_assert(seen_reply(engine, "t0") && seen_reply(engine, "t4095"));
    ck_assert(!seen_reply(engine, "t4096") && !seen_reply(engine, "t4097"));
    for (int i = 0; i < TEXTS; i++)
        buf_done(&written[i]);
    free(written);
    free(house);
}
END_TEST

/* A clock that is set back over a new year gives out that year's numbers from where they ended. */
START_TEST(the_numbers_of_every_year_go_on)
{
    uint64_t key;
    add_three();
    replay_all();
    now.wall_usec -= 365 * 24 * USEC_PER_HOUR;
    ck_assert_int_eq(trigger("Nytt", &key), VERDICT_OPENED);
    ck_assert_uint_eq(key, incident_key(2025, 10));
}
END_TEST

/* Whichever of its records it is, and whatever else it has: of what follows nothing is applied, and it is told once. */
START_TEST(an_incident_with_a_record_that_was_erased_is_set_aside)
{
    add_three();
    records[3 + _i].payload = NULL;
    replay_all();
    CLEANUP_BUF struct buf expected = {0};
    buf_printf(&expected, "bad %d\n", 4 + _i);
    expect_told(buf_text(&expected));
    expect_alone(KEY(2));
}
END_TEST

START_TEST(an_incident_with_a_record_that_is_no_record_is_set_aside)
{
    add_three();
    records[4].payload_len--;
    replay_all();
    expect_told("bad 5\n");
    expect_alone(KEY(2));
}
END_TEST

START_TEST(an_incident_with_a_record_that_cannot_follow_is_set_aside)
{
    for (uint32_t i = 1; i <= 3; i++) {
        add(opened(KEY(i)));
        add(started(KEY(i), i == 2 ? 7 : 1));
        add(paged(KEY(i), 1));
        add((struct record){.kind = RECORD_UPDATED, .incident = KEY(i), .source = "local", .summary = "Mer"});
    }
    replay_all();
    expect_told("bad 6\n");
    expect_alone(KEY(2));
}
END_TEST

START_TEST(two_damaged_ones_after_each_other_are_told_of_both)
{
    add_three();
    records[0].payload = NULL;
    records[5].payload = NULL;
    replay_all();
    expect_told("bad 1\nbad 6\n");
    ck_assert_uint_eq(engine_open_incidents(engine), 1);
    ck_assert_ptr_nonnull(engine_incident(engine, KEY(3)));
}
END_TEST

START_TEST(what_the_house_remembers_by_may_have_gaps)
{
    static const char *const texts[] = {"ett", "två", "tre"};
    for (size_t i = 0; i < 3; i++)
        add((struct record){.kind = RECORD_NOTE, .text = texts[i]});
    records[1].payload = NULL;
    replay_house(&(struct opened){.house = records, .n_house = n_records}, on_house, NULL);
    expect_told("ett\ntre\n");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("replay");
    TCase *tcase = tcase_create("replay");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, a_whole_log_comes_back);
    tcase_add_test(tcase, the_numbers_of_every_year_go_on);
    tcase_add_test(tcase, the_newest_texts_are_known_again);
    tcase_add_loop_test(tcase, an_incident_with_a_record_that_was_erased_is_set_aside, 0, 3);
    tcase_add_test(tcase, an_incident_with_a_record_that_is_no_record_is_set_aside);
    tcase_add_test(tcase, an_incident_with_a_record_that_cannot_follow_is_set_aside);
    tcase_add_test(tcase, two_damaged_ones_after_each_other_are_told_of_both);
    tcase_add_test(tcase, what_the_house_remembers_by_may_have_gaps);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}

/* The turn: what is decided, made durable, and only then let out. The real engine, a store that the test plays, virtual time. */
#include <stdio.h>

#include "base/civil.h"
#include "base/log.h"
#include "config/config.h"
#include "engine/internal.h"
#include "fake_loop.h"
#include "turn/turn.h"
#include "unit.h"

/* ---- the store: one append that waits for the test to say what became of it ---- */

struct store {
    struct store_head head;
    const struct store_record *records;      /* of the append in flight */
    size_t n;
    uint64_t expected_seq;
    bool in_flight, failed;
    store_append_cb *appended;
    store_recover_cb *recovered;             /* NULL: no recovery is asked for */
    void *userdata;
    unsigned appends;
};

struct store_head store_head(const struct store *store)
{
    return store->head;
}

void store_append(struct store *store, uint64_t expected_seq, const struct store_record *records, size_t n,
                  store_append_cb *cb, void *userdata)
{
    ck_assert_msg(!store->in_flight, "a second batch in flight");
    ck_assert_msg(!store->failed, "an append to a store that has not recovered");
    ck_assert_uint_gt(n, 0);
    ck_assert_uint_eq(expected_seq, store->head.seq);
    for (size_t i = 0; i < n; i++)
        EXPECT(records[i].seq == expected_seq + 1 + i);
    store->in_flight = true;
    store->expected_seq = expected_seq;
    store->records = records;
    store->n = n;
    store->appended = cb;
    store->userdata = userdata;
    store->appends++;
}

void store_recover(struct store *store, store_recover_cb *cb, void *userdata)
{
    ck_assert(store->failed && !store->recovered);
    store->recovered = cb;
    store->userdata = userdata;
}

/* ---- the world ---- */

static struct {
    struct store store;
    struct config *config;
    struct engine *engine;
    struct turn *turn;
    struct buf out;                          /* what was let out, a line each */
    uint64_t random;
    unsigned wakes, published;
    bool ask_back;                           /* a reply that is let out submits an event */
    uint64_t request;
} world;

void loop_wake(struct loop *loop)
{
    (void)loop;
    world.wakes++;
}

static void fill_random(void *userdata, void *bytes, size_t len)
{
    (void)userdata;
    for (size_t i = 0; i < len; i++)
        ((uint8_t *)bytes)[i] = (uint8_t)(unit_random(&world.random) >> 16);
}

static void on_decided(void *userdata, const struct effect_reply *reply)
{
    (void)userdata;
    buf_printf(&world.out, "decided %u\n", (unsigned)reply->request);
}

static void on_reply(void *userdata, uint64_t request, bool degraded)
{
    (void)userdata;
    buf_printf(&world.out, "reply %u%s\n", (unsigned)request, degraded ? " degraded" : "");
    if (world.ask_back)
        ck_assert(turn_submit(world.turn, &(struct event){.kind = EVENT_CLOCK_STEPPED}));
}

static void on_send(void *userdata, const struct effect_send *send)
{
    (void)userdata;
    buf_add_text(&world.out, "send ");
    incident_add_id(&world.out, send->page.incident);
    struct message_view view;
    buf_printf(&world.out, "-%u%s\n", send->page.number, engine_message(world.engine, send->page, 0, &view) ? "" : " unwanted");
}

static void on_publish(void *userdata, const struct record *record)
{
    (void)userdata;
    world.published++;
    if (record->kind == RECORD_OPENED || record->kind == RECORD_DEGRADED || record->kind == RECORD_RESTORED)
        buf_printf(&world.out, "publish %s\n", record_event_name(record->kind));
}

static void on_call(void *userdata, bool degraded)
{
    buf_printf(&world.out, "call %s%s\n", (const char *)userdata, degraded ? " degraded" : "");
}

static void after_commit(const char *name)
{
    turn_after_commit(world.turn, on_call, (void *)(uintptr_t)name);
}

static const struct turn_ops ops = {on_decided, on_reply, on_send, on_publish};

static void swallow(void *userdata, enum log_priority priority, const char *message)
{
    (void)userdata;
    (void)priority;
    (void)message;
}

static void load_config(void)
{
    CLEANUP(problems_free) struct problems *problems = problems_new();
    CLEANUP_BUF struct buf path = {0};
    const char *srcdir = getenv("srcdir");
    buf_printf(&path, "%s/tests/scenarios/plans/small", srcdir ? srcdir : ".");
    struct config_env env = {
        .directory = buf_text(&path), .preset_directory = buf_text(&path), .zoneinfo_directory = "/usr/share/zoneinfo",
        .now_usec = loop_wall_usec(),
    };
    ck_assert_int_eq(config_load(&env, problems, &world.config), ERR_OK);
}

static void setup_without_store(void)
{
    memset(&world, 0, sizeof(world));
    world.random = 7;
    fake_loop_reset();
    log_set_sink(swallow, NULL);
    load_config();
    world.engine = engine_new(&world.config->plan, fill_random, NULL);
    world.turn = turn_new(NULL, world.engine, &ops, NULL);
}

static void setup(void)
{
    setup_without_store();
    turn_set_store(world.turn, &world.store);
}

static void teardown(void)
{
    turn_free(world.turn);
    engine_free(world.engine);
    config_free(world.config);
    buf_done(&world.out);
    log_set_sink(NULL, NULL);
    fake_loop_reset();
}

/* The loop: callbacks, and the turn after them. */
static void run(void)
{
    unsigned wakes;
    do {
        wakes = world.wakes;
        turn_run(world.turn);
    } while (world.wakes != wakes);
}

static void advance(int64_t usec)
{
    fake_loop_advance(usec);
    run();
}

static bool trigger(const char *summary)
{
    return turn_submit(world.turn, &(struct event){.kind = EVENT_TRIGGER, .request = ++world.request,
        .trigger = {.source = "rtj", .summary = summary, .severity = -1}});
}

static void answer_append(enum err err, const char *reason)
{
    ck_assert(world.store.in_flight);
    world.store.in_flight = false;
    world.store.failed = err != ERR_OK;
    if (err == ERR_OK)
        world.store.head.seq += world.store.n;
    world.store.appended(world.store.userdata, err, reason, &world.store.head);
    run();
}

static void commit(void)
{
    answer_append(ERR_OK, NULL);
}

static void answer_recover(enum err err)
{
    store_recover_cb *cb = world.store.recovered;
    ck_assert_ptr_nonnull(cb);
    world.store.recovered = NULL;
    world.store.failed = err != ERR_OK;
    cb(world.store.userdata, err, err == ERR_OK ? NULL : "still full");
    run();
}

static void expect_out(const char *lines)
{
    ck_assert_str_eq(buf_text(&world.out), lines);
    buf_clear(&world.out);
}

static bool said(const char *line)
{
    return strstr(buf_text(&world.out), line) != NULL;
}

/* ---- P1, P3: nothing before the commit, and then in order ---- */

START_TEST(nothing_is_let_out_before_the_commit)
{
    ck_assert(trigger("Brand"));
    expect_out("");
    run();
    expect_out("decided 1\n");
    ck_assert(world.store.in_flight);
    ck_assert_uint_eq(world.store.n, 4);
    ck_assert_int_eq(world.store.records[0].mark, STORE_MARK_OPENS);
    run();
    expect_out("");
    commit();
    expect_out("send 2027-0001-1\nreply 1\npublish opened\n");
    ck_assert_uint_eq(world.published, 4);
    ck_assert_uint_eq(turn_status(world.turn).committed_seq, 4);
    ck_assert(turn_idle(world.turn));
}
END_TEST

START_TEST(one_batch_is_in_flight_and_the_rest_gathers)
{
    ck_assert(trigger("Brand"));
    run();
    ck_assert(trigger("Storm"));
    run();
    ck_assert(trigger("Flod"));
    run();
    ck_assert_uint_eq(world.store.appends, 1);
    ck_assert_uint_eq(turn_status(world.turn).waiting_records, 12);
    buf_clear(&world.out);
    commit();
    expect_out("send 2027-0001-1\nreply 1\npublish opened\n");
    ck_assert_uint_eq(world.store.appends, 2);
    ck_assert_uint_eq(world.store.n, 8);
    ck_assert_uint_eq(world.store.expected_seq, 4);
    commit();
    expect_out("send 2027-0002-1\nreply 2\nsend 2027-0003-1\nreply 3\npublish opened\npublish opened\n");
    ck_assert_uint_eq(world.store.appends, 2);
}
END_TEST

/* A retry decides nothing new, but its 2xx speaks of what is not durable yet. */
START_TEST(an_answer_without_records_waits_for_those_before_it)
{
    ck_assert(trigger("Brand"));
    run();
    ck_assert(trigger("Brand"));
    run();
    expect_out("decided 1\ndecided 2\n");
    commit();
    expect_out("send 2027-0001-1\nreply 1\npublish opened\nreply 2\n");
    ck_assert_uint_eq(world.store.appends, 1);
    ck_assert(trigger("Brand"));
    run();
    expect_out("decided 3\nreply 3\n");
}
END_TEST

START_TEST(a_read_waits_for_what_was_decided)
{
    after_commit("at once");
    expect_out("call at once\n");
    ck_assert(trigger("Brand"));
    run();
    after_commit("in flight");
    ck_assert(trigger("Storm"));
    run();
    after_commit("both");
    expect_out("decided 1\ndecided 2\n");
    commit();
    expect_out("send 2027-0001-1\nreply 1\npublish opened\n");
    commit();
    expect_out("call in flight\nsend 2027-0002-1\nreply 2\ncall both\npublish opened\n");
}
END_TEST

START_TEST(what_is_asked_for_while_letting_out_is_not_left_lying)
{
    world.ask_back = true;
    ck_assert(trigger("Brand"));
    run();
    commit();
    ck_assert(turn_idle(world.turn));
    ck_assert(trigger("Brand"));      /* answered within the turn: nothing else would wake the loop */
    run();
    ck_assert(turn_idle(world.turn));
}
END_TEST

static void tell_outcome(enum outcome outcome)
{
    const struct incident *incident = engine_incident(world.engine, incident_key(2027, 1));
    ck_assert(turn_submit(world.turn, &(struct event){.kind = EVENT_OUTCOME, .outcome = {
        .page = {incident->key, 1, incident->messages->nonce}, .outcome = outcome, .gateway = "elks"}}));
}

START_TEST(what_nobody_waits_for_goes_with_what_comes_next)
{
    ck_assert(trigger("Brand"));
    run();
    commit();
    tell_outcome(OUTCOME_SENT);
    run();
    ck_assert(!world.store.in_flight);
    ck_assert(trigger("Storm"));
    run();
    ck_assert(world.store.in_flight);
    ck_assert_uint_eq(world.store.n, 5);
    commit();
    tell_outcome(OUTCOME_DELIVERED);
    run();
    ck_assert(!world.store.in_flight);
    advance(10 * USEC_PER_MSEC);      /* nothing comes: it goes alone */
    ck_assert(world.store.in_flight);
    ck_assert_uint_eq(world.store.n, 1);
    commit();
    ck_assert(turn_idle(world.turn));
}
END_TEST

/* ---- P12 ---- */

START_TEST(a_commit_that_hangs_lets_out_degraded)
{
    ck_assert(trigger("Brand"));
    run();
    advance(USEC_PER_SEC);
    expect_out("decided 1\n");
    advance(USEC_PER_SEC);
    ck_assert(turn_status(world.turn).degraded);
    ck_assert(world.engine->degraded);
    /* the page, the refusal, and word to the administrators, who are told by e-mail here */
    expect_out("send 2027-0001-1\nreply 1 degraded\npublish opened\nsend 0000-0000-1\npublish degraded\n");
    ck_assert(trigger("Storm"));
    run();
    ck_assert(said("reply 2 degraded\n") && said("send 2027-D"));
    after_commit("read");
    ck_assert(said("call read degraded\n"));
    ck_assert_uint_eq(world.store.appends, 1);
}
END_TEST

START_TEST(a_disk_that_comes_back_restores_and_lets_nothing_out_twice)
{
    ck_assert(trigger("Brand"));
    run();
    advance(3 * USEC_PER_SEC);
    ck_assert(trigger("Storm"));
    run();
    unsigned published = world.published;
    buf_clear(&world.out);
    commit();                         /* too old to say that the disk is fast again */
    ck_assert_uint_eq(world.published, published);
    expect_out("");
    ck_assert(world.store.in_flight && turn_status(world.turn).degraded);
    commit();
    ck_assert(!turn_status(world.turn).degraded);
    ck_assert(world.store.in_flight && !said("publish restored\n"));
    ck_assert_uint_eq(world.published, published);
    buf_clear(&world.out);
    commit();
    expect_out("send 0000-0000-2\npublish restored\n");
    ck_assert(!world.engine->degraded);
    ck_assert(trigger("Flod"));
    run();
    expect_out("decided 3\n");
    commit();
    ck_assert(said("reply 3\n") && said("send 2027-0002-1\n"));
}
END_TEST

static void finish(void)
{
    while (world.store.in_flight)
        commit();
}

/* A note that the disk takes three seconds for: it is at fault, and left with nothing to write. */
static void relapse(void)
{
    ck_assert(turn_submit(world.turn, &(struct event){.kind = EVENT_NOTE, .note = {.text = "hej", .actor = "rtj", .incident = incident_key(2027, 1)}}));
    run();
    advance(10 * USEC_PER_MSEC);          /* nobody waits for a note: it lingers */
    ck_assert(world.store.in_flight);
    advance(3 * USEC_PER_SEC);
    finish();
    ck_assert(turn_status(world.turn).degraded);
}

static void expect_believed_after(int64_t calm_usec)
{
    advance(calm_usec - USEC_PER_SEC);
    ck_assert(turn_status(world.turn).degraded);
    advance(USEC_PER_SEC);
    ck_assert(!turn_status(world.turn).degraded);
    finish();
}

/* Somebody has acknowledged meanwhile: nothing more comes by itself. */
static void fail_once(void)
{
    ck_assert(trigger("Brand"));
    run();
    advance(3 * USEC_PER_SEC);
    finish();
    ck_assert(turn_submit(world.turn, &(struct event){.kind = EVENT_ANSWER, .request = 9, .answer = {
        .incident = incident_key(2027, 1), .person = "anna.berg", .answer = ANSWER_YES, .via = VIA_API}}));
    run();
    finish();
    ck_assert(!turn_status(world.turn).degraded);
}

/* The machine was suspended in the middle of a commit: the disk is asked for what is left of its two seconds. */
START_TEST(a_sleep_of_the_machine_is_not_the_disks)
{
    ck_assert(trigger("Brand"));
    run();
    advance(USEC_PER_SEC);
    fake_loop_sleep(USEC_PER_HOUR);
    run();
    advance(USEC_PER_SEC - 1);
    ck_assert(!turn_status(world.turn).degraded);
    advance(1);
    ck_assert(turn_status(world.turn).degraded);
    finish();
    ck_assert(!turn_status(world.turn).degraded);
}
END_TEST

/* The first time it is believed at once; after a relapse it has to give no trouble for a while, even with nothing left to write: for ten minutes at
 * most, however often. */
START_TEST(a_slow_disk_is_believed_later_each_time)
{
    static const int64_t calm_sec[] = {10, 20, 40, 80, 160, 320, 600, 600};
    fail_once();
    for (size_t i = 0; i < N_ELEMENTS(calm_sec); i++) {
        relapse();
        expect_believed_after(calm_sec[i] * USEC_PER_SEC);
    }
    advance(21 * USEC_PER_MIN);           /* long enough ago: it counts anew */
    fail_once();
}
END_TEST

/* While it is waited for, the disk fails altogether: that the time is over proves nothing then. */
START_TEST(a_disk_that_fails_while_it_is_watched_is_not_believed)
{
    fail_once();
    relapse();
    advance(9 * USEC_PER_SEC);
    ck_assert(turn_submit(world.turn, &(struct event){.kind = EVENT_NOTE, .request = 10, .note = {.text = "hej", .actor = "rtj"}}));
    run();
    answer_append(ERR_IO, NULL);
    advance(2 * USEC_PER_SEC);
    ck_assert(turn_status(world.turn).degraded);
    answer_recover(ERR_OK);
    finish();
    ck_assert(turn_status(world.turn).degraded);
    advance(10 * USEC_PER_SEC);
    ck_assert(!turn_status(world.turn).degraded);
}
END_TEST

START_TEST(a_word_of_the_end_that_cannot_be_written_is_not_true_any_more)
{
    turn_submit(world.turn, &(struct event){.kind = EVENT_RESTORED, .trouble = {.reason = "", .earlier = true}});
    run();
    expect_out("");                   /* it waits for the commit */
    answer_append(ERR_NOSPACE, "no space left");
    expect_out("send 0000-0000-1 unwanted\nsend 0000-0000-2\npublish restored\npublish degraded\n");
}
END_TEST

START_TEST(what_failed_is_appended_again_under_the_same_numbers)
{
    ck_assert(trigger("Brand"));
    run();
    buf_clear(&world.out);
    answer_append(ERR_NOSPACE, "no space left");
    ck_assert(said("send 2027-0001-1\nreply 1 degraded\n"));
    ck_assert_str_eq(turn_status(world.turn).reason, "no space left");
    ck_assert(trigger("Storm"));
    run();
    ck_assert_uint_eq(world.store.appends, 1);
    ck_assert_ptr_null(world.store.recovered);
    advance(USEC_PER_SEC);
    answer_recover(ERR_NOSPACE);
    advance(USEC_PER_SEC);
    ck_assert_ptr_null(world.store.recovered);      /* it waits longer the second time */
    advance(USEC_PER_SEC);
    answer_recover(ERR_OK);
    ck_assert_uint_eq(world.store.appends, 2);
    ck_assert_uint_eq(world.store.expected_seq, 0);
    ck_assert_int_eq(world.store.records[0].mark, STORE_MARK_OPENS);
    size_t all = turn_status(world.turn).waiting_records;
    ck_assert_uint_eq(world.store.n, all);
    commit();
    ck_assert(!turn_status(world.turn).degraded);
    commit();                         /* restored, and the word of it */
    ck_assert(turn_idle(world.turn));
    ck_assert_uint_eq(turn_status(world.turn).committed_seq, world.store.head.seq);
}
END_TEST

START_TEST(recovery_is_tried_for_ever_and_at_most_half_a_minute_apart)
{
    ck_assert(trigger("Brand"));
    run();
    answer_append(ERR_IO, "");
    ck_assert_str_eq(turn_status(world.turn).reason, err_text(ERR_IO));
    for (int i = 0; i < 50; i++) {
        advance(30 * USEC_PER_SEC);
        answer_recover(ERR_IO);
    }
    ck_assert(turn_status(world.turn).degraded);
}
END_TEST

START_TEST(the_ladder_climbs_while_the_disk_is_dead)
{
    ck_assert(trigger("Brand"));
    run();
    advance(2 * USEC_PER_SEC);
    buf_clear(&world.out);
    for (int minute = 0; minute < 6; minute++)
        advance(USEC_PER_MIN);
    ck_assert(said("send 2027-0001-2\n") && said("send 2027-0001-4\n"));
}
END_TEST

/* ---- a store that comes late ---- */

START_TEST(without_a_store_everything_is_let_out_and_kept)
{
    turn_degrade(world.turn, "no disk");
    run();
    ck_assert(trigger("Brand"));
    run();
    ck_assert(said("reply 1 degraded\n") && said("send 2027-D"));
    ck_assert_uint_eq(world.store.appends, 0);
    size_t waiting = turn_status(world.turn).waiting_records;
    const struct incident *incident = engine_next_incident(world.engine, &(size_t){0});
    uint64_t first_seq = incident->first_seq;
    world.store.head.seq = 100;
    turn_set_store(world.turn, &world.store);
    run();
    ck_assert_uint_eq(world.store.expected_seq, 100);
    ck_assert_uint_eq(world.store.n, waiting);
    ck_assert_uint_eq(incident->first_seq, first_seq + 100);
    ck_assert_uint_eq(engine_last_seq(world.engine), 100 + waiting);
    commit();
    commit();
    ck_assert(!turn_status(world.turn).degraded);
    ck_assert(trigger("Storm"));
    run();
    ck_assert(world.store.in_flight);
    commit();
    ck_assert(said("reply 2\n"));
}
END_TEST

START_TEST(an_empty_store_that_comes_late_begins_at_one)
{
    turn_degrade(world.turn, "no disk");
    run();
    turn_set_store(world.turn, &world.store);
    run();
    ck_assert_uint_eq(world.store.expected_seq, 0);
    commit();
    commit();
    ck_assert(turn_idle(world.turn));
}
END_TEST

START_TEST(at_a_start_numbering_goes_on_after_the_log)
{
    world.store.head.seq = 41;
    turn_set_store(world.turn, &world.store);
    ck_assert(trigger("Brand"));
    run();
    ck_assert_uint_eq(world.store.expected_seq, 41);
    commit();
    ck_assert_uint_eq(turn_status(world.turn).committed_seq, 45);
}
END_TEST

/* ---- P15 ---- */

START_TEST(what_waits_for_the_disk_is_bounded)
{
    enum { BODY = 6000, MANY = 40000 };
    char summary[32], *details = mem_alloc(BODY + 1);
    int n = 0;
    memset(details, 'x', BODY);
    ck_assert(trigger("Brand"));
    run();
    advance(2 * USEC_PER_SEC);
    for (; n < MANY; n++) {
        snprintf(summary, sizeof(summary), "Larm %d", n);
        if (!turn_submit(world.turn, &(struct event){.kind = EVENT_TRIGGER,
                .trigger = {.source = "rtj", .summary = summary, .details = details, .severity = -1}}))
            break;
        run();
        buf_clear(&world.out);
    }
    ck_assert_int_lt(n, 64 * 1024 * 1024 / BODY + 100);
    ck_assert_int_gt(n, 64 * 1024 * 1024 / BODY / 2);
    /* Nobody is asked to answer an alarm twice, and no gateway to report again. */
    const struct event answer = {.kind = EVENT_ANSWER, .answer = {.incident = incident_key(2027, 1), .person = "anna.berg"}};
    ck_assert(turn_submit(world.turn, &answer));
    run();
    ck_assert_int_eq(engine_incident(world.engine, incident_key(2027, 1))->callouts->state, CALLOUT_ACKNOWLEDGED);
    free(details);
}
END_TEST

/* ---- status, events ---- */

START_TEST(the_loop_is_woken_for_the_next_deadline)
{
    ck_assert(trigger("Brand"));
    run();
    commit();
    ck_assert_int_eq(fake_loop_next_usec(), 2 * USEC_PER_MIN);
    ck_assert(turn_submit(world.turn, &(struct event){
        .kind = EVENT_CLOSE, .close = {.incident = incident_key(2027, 1), .actor = "rtj"}}));
    run();
    commit();
    ck_assert_int_eq(fake_loop_next_usec(), USEC_PER_DAY);      /* when it leaves memory */
}
END_TEST

START_TEST(lateness_is_told)
{
    ck_assert_int_eq(turn_status(world.turn).overdue_usec, 0);
    ck_assert(trigger("Brand"));
    fake_loop_advance(7 * USEC_PER_SEC);
    ck_assert_int_ge(turn_status(world.turn).overdue_usec, 7 * USEC_PER_SEC);
    run();
    ck_assert_int_eq(turn_status(world.turn).overdue_usec, 0);
    fake_loop_advance(2 * USEC_PER_MIN + 3 * USEC_PER_SEC);
    ck_assert_int_ge(turn_status(world.turn).overdue_usec, 3 * USEC_PER_SEC);
    run();
    ck_assert_int_eq(turn_status(world.turn).overdue_usec, 0);
}
END_TEST

START_TEST(events_are_copied_when_they_are_queued)
{
    char summary[] = "Brand", key[] = "K1";
    ck_assert(turn_submit(world.turn, &(struct event){.kind = EVENT_TRIGGER, .request = 1,
        .trigger = {.source = "rtj", .summary = summary, .dedup_key = key, .severity = -1}}));
    memset(summary, '#', sizeof(summary) - 1);
    memset(key, '#', sizeof(key) - 1);
    run();
    const struct incident *incident = engine_incident(world.engine, incident_key(2027, 1));
    ck_assert_str_eq(incident_summary(incident), "Brand");
    ck_assert_str_eq(incident_dedup_key(incident), "K1");
}
END_TEST

/* A shutdown with a batch in flight and more behind it: what is held is let out no more. */
START_TEST(ending_lets_nothing_out)
{
    ck_assert(trigger("Brand"));
    run();
    ck_assert(trigger("Storm"));
    run();
    after_commit("never");
    ck_assert(trigger("Flod"));
    ck_assert(!turn_idle(world.turn));
    expect_out("decided 1\ndecided 2\n");
}
END_TEST

static Suite *turn_suite(void)
{
    Suite *suite = suite_create("turn");
    TCase *tcase = tcase_create("with a store");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, nothing_is_let_out_before_the_commit);
    tcase_add_test(tcase, one_batch_is_in_flight_and_the_rest_gathers);
    tcase_add_test(tcase, an_answer_without_records_waits_for_those_before_it);
    tcase_add_test(tcase, a_read_waits_for_what_was_decided);
    tcase_add_test(tcase, what_is_asked_for_while_letting_out_is_not_left_lying);
    tcase_add_test(tcase, what_nobody_waits_for_goes_with_what_comes_next);
    tcase_add_test(tcase, a_commit_that_hangs_lets_out_degraded);
    tcase_add_test(tcase, a_disk_that_comes_back_restores_and_lets_nothing_out_twice);
    tcase_add_test(tcase, a_sleep_of_the_machine_is_not_the_disks);
    tcase_add_test(tcase, a_slow_disk_is_believed_later_each_time);
    tcase_add_test(tcase, a_disk_that_fails_while_it_is_watched_is_not_believed);
    tcase_add_test(tcase, a_word_of_the_end_that_cannot_be_written_is_not_true_any_more);
    tcase_add_test(tcase, what_failed_is_appended_again_under_the_same_numbers);
    tcase_add_test(tcase, recovery_is_tried_for_ever_and_at_most_half_a_minute_apart);
    tcase_add_test(tcase, the_ladder_climbs_while_the_disk_is_dead);
    tcase_add_test(tcase, what_waits_for_the_disk_is_bounded);
    tcase_add_test(tcase, the_loop_is_woken_for_the_next_deadline);
    tcase_add_test(tcase, lateness_is_told);
    tcase_add_test(tcase, events_are_copied_when_they_are_queued);
    tcase_add_test(tcase, ending_lets_nothing_out);
    suite_add_tcase(suite, tcase);
    tcase = tcase_create("without a store at first");
    tcase_add_checked_fixture(tcase, setup_without_store, teardown);
    tcase_add_test(tcase, without_a_store_everything_is_let_out_and_kept);
    tcase_add_test(tcase, an_empty_store_that_comes_late_begins_at_one);
    tcase_add_test(tcase, at_a_start_numbering_goes_on_after_the_log);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return unit_run(turn_suite());
}

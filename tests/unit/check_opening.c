/* What the watches remember is found at the start, however much else the house has said since. */
#include <check.h>
#include <dirent.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "engine/engine.h"
#include "engine/schedule.h"
#include "scratch.h"
#include "turn/opening.h"
#include "turn/replay.h"
#include "unit.h"
#include "watch/drill_watch.h"

enum { BUSY = 6000 };        /* more than are looked at of a kind */

static char directory[64];
static struct store_record *batch;
static struct buf payloads[BUSY + 16];
static size_t n_batch;

static void setup(void)
{
    scratch_make(directory, sizeof(directory), "check_opening");
    batch = NEW_ARRAY(struct store_record, N_ELEMENTS(payloads));
    n_batch = 0;
}

static void teardown(void)
{
    DIR *dir = opendir(directory);
    ck_assert_ptr_nonnull(dir);
    for (struct dirent *entry; (entry = readdir(dir));)
        if (entry->d_name[0] != '.')
            unlinkat(dirfd(dir), entry->d_name, 0);
    closedir(dir);
    ck_assert_int_eq(rmdir(directory), 0);
    for (size_t i = 0; i < n_batch; i++)
        buf_done(&payloads[i]);
    free(batch);
}

/* ---- a log ---- */

static void add(struct record record)
{
    struct buf *payload = &payloads[n_batch];
    record_encode(&record, payload);
    batch[n_batch] = (struct store_record){.seq = n_batch + 1, .at_usec = record.at_usec, .kind = (uint8_t)record.kind,
                                           .payload = buf_text(payload), .payload_len = payload->len};
    n_batch++;
}

static void on_append(void *userdata, enum err err, const char *reason, const struct store_head *head)
{
    (void)head;
    ck_assert_msg(err == ERR_OK, "%s", reason ? reason : "");
    *(bool *)userdata = true;
}

static void write_log(void)
{
    CLEANUP(store_close) struct store *store = NULL;
    CLEANUP_FREE char *reason = NULL;
    bool done = false;
    ck_assert_int_eq(store_open(&(struct store_config){.directory = directory}, &store, &reason), ERR_OK);
    store_append(store, 0, batch, n_batch, on_append, &done);
    while (!done) {
        struct pollfd pollfd = {.fd = store_fd(store), .events = POLLIN};
        ck_assert_int_eq(poll(&pollfd, 1, 120000), 1);
        store_dispatch(store);
    }
}

static void add_busy_house(void)
{
    for (int i = 0; i < BUSY; i += 6) {
        add((struct record){.kind = RECORD_NOTE, .text = "Vem är det?", .address = "+46701740699"});
        for (int check = 1; check < 6; check++)
            add((struct record){.kind = RECORD_NOTICE_QUEUED, .gateway = "elks", .purpose = PURPOSE_CHECK, .page = 1});
    }
}

/* ---- what is remembered of it ---- */

static void recall(void *userdata, const struct record *record)
{
    drill_watch_recall(userdata, record);
}

static struct drill_watch *remember(void)
{
    CLEANUP(opened_free) struct opened *opened = opened_new(directory);
    struct drill_watch *watch = drill_watch_new();
    ck_assert_int_eq(opened->err, ERR_OK);
    for (size_t i = 1; i < opened->n_house; i++)
        ck_assert_uint_lt(opened->house[i].seq, opened->house[i - 1].seq);
    replay_house(opened, recall, watch);
    return watch;
}

static const int64_t week_usec = 7 * USEC_PER_DAY, first_usec = 1795000000 * USEC_PER_SEC;

START_TEST(a_busy_house_makes_no_watch_forget)
{
    add((struct record){.kind = RECORD_SCHEDULE, .schedule = "vecka", .due_usec = first_usec, .definition = 7, .at_usec = first_usec});
    add((struct record){.kind = RECORD_DRILL_ENDED, .schedule = "vecka", .text = "2026-0007", .targets = "role:TIB", .count = 1, .total = 2,
                        .at_usec = first_usec + USEC_PER_HOUR});
    add((struct record){.kind = RECORD_SCHEDULE, .role = "KIB", .at_usec = first_usec});
    add_busy_house();
    write_log();
    struct drill_watch *watch = remember();
    struct drill_watch_last last = drill_watch_last(watch, "vecka");
    const struct roster tib = {.role = "TIB", .drill_overdue_usec = week_usec}, kib = {.role = "KIB", .drill_overdue_usec = week_usec};
    ck_assert_str_eq(last.id, "2026-0007");
    ck_assert_uint_eq(last.total, 2);
    ck_assert_int_eq(drill_watch_role(watch, &tib, first_usec).succeeded_usec, first_usec + USEC_PER_HOUR);
    ck_assert(!drill_watch_role(watch, &kib, first_usec + week_usec - 1).overdue);
    ck_assert(drill_watch_role(watch, &kib, first_usec + week_usec).overdue);
    drill_watch_free(watch);
}
END_TEST

/* ---- and what comes of it ---- */

static void fill(void *userdata, void *bytes, size_t len)
{
    (void)userdata;
    memset(bytes, 0, len);
}

static uint64_t draw(void *userdata)
{
    (void)userdata;
    return 0;
}

static void note_news(void *userdata, const struct event *event)
{
    struct buf *told = userdata;
    static const char *const words[] = {[SCHEDULE_WATCHED] = "watched", [SCHEDULE_DUE] = "due", [SCHEDULE_MISSED] = "missed"};
    ck_assert_int_eq(event->kind, EVENT_SCHEDULE);
    buf_printf(told, "%s %u;", words[event->schedule.news], event->schedule.count);
}

/* A schedule that is remembered counts on: what came while the daemon was down was missed, once, and nothing comes twice. */
START_TEST(a_busy_house_makes_no_schedule_new)
{
    struct tz *utc = tz_new_utc();
    struct roster roster = {.role = "TIB", .title = "TIB"};
    const struct roster *const roles[] = {&roster};
    const struct schedule schedule = {.name = "vecka", .kind = SCHEDULE_WEEKLY, .weekday = 2, .minute = 600, .from_minute = 480, .to_minute = 1200,
                                      .targets = "role:TIB", .summary = "Larmprov", .roles = roles, .n_roles = 1, .definition = 7};
    const struct plan plan = {.tz = utc, .organisation = "", .rosters = &roster, .n_rosters = 1, .schedules = &schedule, .n_schedules = 1};
    CLEANUP_BUF struct buf told = {0};
    int64_t done_usec = schedule_next(&schedule, utc, first_usec), down_usec = schedule_next(&schedule, utc, done_usec);
    add((struct record){.kind = RECORD_SCHEDULE, .schedule = "vecka", .due_usec = done_usec, .definition = 7, .at_usec = done_usec});
    add_busy_house();
    write_log();
    struct drill_watch *watch = remember();
    struct engine *engine = engine_new(&plan, fill, NULL);
    int64_t next_usec = drill_watch_look(watch, engine, done_usec + USEC_PER_HOUR, draw, note_news, &told);
    ck_assert_str_eq(buf_text(&told), "");
    ck_assert_int_eq(next_usec, down_usec);
    next_usec = drill_watch_look(watch, engine, down_usec + USEC_PER_DAY, draw, note_news, &told);
    ck_assert_int_eq(next_usec, down_usec + week_usec);
    ck_assert_str_eq(buf_text(&told), "missed 1;");
    engine_free(engine);
    drill_watch_free(watch);
    tz_free(utc);
}
END_TEST

/* ---- a damaged file ---- */

enum { LIVE = 3, EACH = 100, PAGE_BYTES = 4096 };

/* Records large enough that each incident has pages of its own; one of the second incident can be found in the file. */
static void add_live(void)
{
    for (uint32_t i = 1; i <= LIVE; i++) {
        for (int k = 0; k < EACH; k++) {
            char text[300];
            snprintf(text, sizeof(text), "%s%*s", i == 2 && k == EACH / 2 ? "this page" : "", 250, "x");
            add((struct record){.kind = k ? RECORD_NOTE : RECORD_OPENED, .source = "local", .summary = "Larm", .severity = 1, .text = text});
            batch[n_batch - 1].incident = incident_key(2026, i);
            batch[n_batch - 1].mark = k ? STORE_MARK_NONE : STORE_MARK_OPENS;
        }
    }
}

static bool holds(const char page[PAGE_BYTES], const char *what)
{
    size_t len = strlen(what), at = 0;
    while (at + len <= PAGE_BYTES && memcmp(page + at, what, len) != 0)
        at++;
    return at + len <= PAGE_BYTES;
}

static void damage_page_of(const char *what)
{
    char path[128];
    snprintf(path, sizeof(path), "%s/beredd.db", directory);
    FILE *file = fopen(path, "r+");
    ck_assert_ptr_nonnull(file);
    char page[PAGE_BYTES];
    for (long at = 0; fread(page, 1, sizeof(page), file) == sizeof(page); at += PAGE_BYTES) {
        if (!holds(page, what))
            continue;
        memset(page, 0xa5, 64);
        fseek(file, at, SEEK_SET);
        fwrite(page, 1, sizeof(page), file);
        break;
    }
    ck_assert_int_eq(fclose(file), 0);
}

static void count_bad(void *userdata, const struct store_record *stored)
{
    ck_assert_uint_eq(stored->incident, incident_key(2026, 2));
    ++*(int *)userdata;
}

/* As the daemon goes on from there. */
static void expect_the_others(const struct opened *opened)
{
    static const struct plan plan;
    CLEANUP(engine_free) struct engine *engine = engine_new(&plan, fill, NULL);
    int bad = 0;
    replay_live(engine, opened, (struct now){USEC_PER_DAY, first_usec}, count_bad, &bad);
    ck_assert_int_eq(bad, 1);
    ck_assert_uint_eq(engine_open_incidents(engine), LIVE - 1);
    ck_assert_ptr_null(engine_incident(engine, incident_key(2026, 2)));
}

START_TEST(a_damaged_page_costs_one_incident)
{
    size_t whole[LIVE + 1] = {0}, damaged[LIVE + 1] = {0};
    add_live();
    write_log();
    damage_page_of("this page");
    CLEANUP(opened_free) struct opened *opened = opened_new(directory);
    ck_assert_int_eq(opened->err, ERR_OK);
    ck_assert_ptr_nonnull(opened->store);
    for (size_t i = 0; i < opened->n_records; i++) {
        uint32_t number = (uint32_t)opened->records[i].incident;
        ck_assert_uint_le(number, LIVE);
        if (opened->records[i].payload)
            whole[number]++;
        else
            damaged[number]++;
    }
    ck_assert_uint_eq(whole[1], EACH);
    ck_assert_uint_lt(whole[2], EACH);
    ck_assert_uint_eq(whole[3], EACH);
    ck_assert_uint_eq(damaged[1] + damaged[3], 0);
    ck_assert_uint_eq(damaged[2], 1);
    expect_the_others(opened);
    store_close(TAKE(opened->store));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("opening");
    TCase *tcase = tcase_create("a busy house");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 300);
    tcase_add_test(tcase, a_busy_house_makes_no_watch_forget);
    tcase_add_test(tcase, a_busy_house_makes_no_schedule_new);
    tcase_add_test(tcase, a_damaged_page_costs_one_incident);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}

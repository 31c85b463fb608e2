/* The watch over the drills and the engine that does as it says, over weeks of virtual time, restarts, reloads and clocks that are set. */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "engine/engine.h"
#include "engine/schedule.h"
#include "unit.h"
#include "watch/drill_watch.h"
#include "zone.h"

static const struct contact anna_sms = {CHANNEL_SMS, "+46701740605"}, bo_sms = {CHANNEL_SMS, "+46701740606"};
static const struct person persons[] = {{.id = "anna", .name = "Anna", .contacts = &anna_sms, .n_contacts = 1},
                                        {.id = "bo", .name = "Bo", .contacts = &bo_sms, .n_contacts = 1}};
static const struct person *const admins[] = {&persons[1]};
static const struct source local = {.id = "local", .title = "local", .limit = 60, .limit_usec = USEC_PER_MIN};
static const struct ladder_step step = {.target = {.kind = TARGET_PRIMARY}, .channels = 1u << CHANNEL_SMS};

enum { LOG_MAX = 4000 };
struct kept { struct effect_record effect; };

static struct tz *stockholm;
static struct plan plan;
static struct roster roster;
static const struct roster *const roles[] = {&roster};
static struct duty_weeks weeks[8];
static struct schedule schedules[2];
static struct engine *engine;
static struct drill_watch *watch;
static struct kept kept[LOG_MAX];        /* what the store would hold */
static size_t n_kept;
static struct event queue[32];           /* what the watch told, until its turn */
static size_t n_queue;
static struct buf told;                  /* "vecka due 12-02 10:00", "anna paged 12-02 10:00", "missed vecka 12-02 10:00" */
static struct now now;
static int64_t next_usec;
static uint64_t seed;

static int64_t at(int year, int month, int day, int hour, int minute)
{
    return tz_from_local(stockholm, &(struct civil){.year = year, .month = month, .day = day, .hour = hour, .minute = minute}, TZ_BEGIN);
}

static void fill_random(void *userdata, void *bytes, size_t len)
{
    (void)userdata;
    for (size_t i = 0; i < len; i++)
        ((uint8_t *)bytes)[i] = (uint8_t)unit_random(&seed);
}

static uint64_t draw(void *userdata)
{
    (void)userdata;
    return unit_random(&seed);
}

/* ---- the plan ---- */

static bool answers;                     /* whether those who are paged do */

static void setup(void)
{
    answers = false;
    stockholm = zone_stockholm();
    roster = (struct roster){.role = "TIB", .title = "TIB", .handover_minute = 12 * 60, .weeks = weeks, .n_weeks = 8, .drill_escalate = true,
                             .drill_yield = true, .drill_deadline_usec = 30 * USEC_PER_MIN,
                             .ladder = {.steps = &step, .n_steps = 1, .repeat_usec = 10 * USEC_PER_MIN}};
    for (int i = 0; i < 8; i++)
        weeks[i] = (struct duty_weeks){.first = {2026, 46 + i}, .last = {2026, 46 + i}, .duty = {.primary = &persons[i % 2]}};
    schedules[0] = (struct schedule){.name = "vecka", .kind = SCHEDULE_WEEKLY, .weekday = 2, .minute = 600, .from_minute = 480, .to_minute = 1200,
                                     .targets = "role:TIB", .summary = "Larmprov", .roles = roles, .n_roles = 1, .definition = 1};
    plan = (struct plan){.tz = stockholm, .organisation = "", .persons = persons, .n_persons = 2, .rosters = &roster, .n_rosters = 1,
                         .schedules = schedules, .n_schedules = 1, .sources = &local, .n_sources = 1, .admins = admins, .n_admins = 1,
                         .admin_channels = 1u << CHANNEL_SMS, .channels_served = 1u << CHANNEL_SMS};
    seed = 42;
    now = (struct now){USEC_PER_DAY, at(2026, 11, 10, 9, 0)};
    n_kept = n_queue = 0;
    engine = engine_new(&plan, fill_random, NULL);
    watch = drill_watch_new();
}

static void teardown(void)
{
    for (size_t i = 0; i < n_kept; i++)
        free((void *)(uintptr_t)kept[i].effect.payload);
    engine_free(engine);
    drill_watch_free(watch);
    tz_free(stockholm);
    buf_done(&told);
}

/* ---- what is told ---- */

static void add_time(int64_t at_usec)
{
    struct civil local_time;
    tz_to_local(stockholm, at_usec, &local_time);
    buf_printf(&told, " %02d-%02d %02d:%02d", local_time.month, local_time.day, local_time.hour, local_time.minute);
}

static void say(const char *what, const char *which, int64_t at_usec)
{
    buf_printf(&told, "%s%s %s", told.len ? "; " : "", which ? which : "", what);
    add_time(at_usec);
}

static bool read_kept(size_t index, struct record *ret)
{
    const struct effect_record *effect = &kept[index].effect;
    return record_decode(effect->payload, effect->payload_len, RECORD_COLUMNS(effect), ret) == ERR_OK;
}

static void say_record(const struct record *record)
{
    if (record->kind == RECORD_PAGE_QUEUED)
        say("paged", record->person, record->at_usec);
    else if (record->kind == RECORD_NOTICE_QUEUED && record->purpose == PURPOSE_DRILL_MISSED)
        say("missed", record->other, record->due_usec);
    else if (record->kind == RECORD_NOTICE_QUEUED && record->purpose == PURPOSE_DRILL_OVERDUE)
        say("overdue", record->role, record->at_usec);
    else if (record->kind == RECORD_DRILL_UNPLANNED && record->text && strncmp(record->text, "its", 3) == 0)
        buf_printf(&told, "%sdropped: %s", told.len ? "; " : "", record->text);
}

static void take(struct effects effects)
{
    for (size_t i = 0; i < effects.n; i++) {
        struct record record;
        if (effects.list[i].kind != EFFECT_RECORD)
            continue;
        ck_assert_uint_lt(n_kept, LOG_MAX);
        kept[n_kept].effect = effects.list[i].record;
        kept[n_kept].effect.payload = mem_dup(effects.list[i].record.payload, effects.list[i].record.payload_len);
        ck_assert(read_kept(n_kept++, &record));
        say_record(&record);
    }
}

static void note_committed(size_t from)
{
    struct record record;
    for (; from < n_kept; from++)
        if (read_kept(from, &record))
            (void)drill_watch_note(watch, &record);
}

static void tell(void *userdata, const struct event *event)
{
    (void)userdata;
    ck_assert_uint_lt(n_queue, N_ELEMENTS(queue));
    queue[n_queue++] = *event;
}

static void step_event(struct event event)
{
    size_t from = n_kept;
    event.now = now;
    take(engine_step(engine, &event));
    note_committed(from);
}

static void look(void)
{
    next_usec = drill_watch_look(watch, engine, now.wall_usec, draw, tell, NULL);
    for (size_t i = 0; i < n_queue; i++)
        step_event(queue[i]);
    n_queue = 0;
}

/* As the loop does: deadlines and looks, in order. Everybody who is paged answers, where `answers`. */

static void answer_all(void)
{
    const struct incident *incident;
    for (size_t cursor = 0; answers && (incident = engine_next_incident(engine, &cursor));)
        if (incident->callouts && incident->callouts->state == CALLOUT_PAGING && incident->callouts->recipients) {
            step_event((struct event){.kind = EVENT_ANSWER, .answer = {
                .incident = incident->key, .callout = 1, .person = engine_text(engine, incident->callouts->recipients->person)}});
            cursor = 0;
        }
}

static void pass_to(int64_t wall_usec)
{
    int64_t end_usec = now.boot_usec + (wall_usec - now.wall_usec);
    for (int i = 0; i < 100000; i++) {
        int64_t look_usec = next_usec == INT64_MAX ? INT64_MAX : now.boot_usec + (next_usec - now.wall_usec);
        int64_t engine_usec = engine_deadline(engine), due_usec = look_usec < engine_usec ? look_usec : engine_usec;
        if (due_usec > end_usec)
            break;
        if (due_usec > now.boot_usec) {
            now.wall_usec += due_usec - now.boot_usec;
            now.boot_usec = due_usec;
        }
        if (engine_usec <= now.boot_usec)
            step_event((struct event){.kind = EVENT_TICK});
        else
            look();
        answer_all();
    }
    now.wall_usec += end_usec - now.boot_usec;
    now.boot_usec = end_usec;
}

static void set_clock(int64_t wall_usec)
{
    now.wall_usec = wall_usec;
    step_event((struct event){.kind = EVENT_CLOCK_STEPPED});
    look();
}

static bool is_live(uint64_t incident)
{
    for (size_t i = 0; i < n_kept; i++)
        if (kept[i].effect.incident == incident && kept[i].effect.mark == 3)
            return false;
    return true;
}

/* The daemon starts again, so much later by the wall clock. */
static void restart_at(int64_t wall_usec)
{
    engine_free(engine);
    drill_watch_free(watch);
    now.wall_usec = wall_usec;
    now.boot_usec += USEC_PER_HOUR;
    engine = engine_new(&plan, fill_random, NULL);
    watch = drill_watch_new();
    for (size_t i = 0; i < n_kept; i++) {
        struct record record;
        ck_assert(read_kept(i, &record));
        if (record.incident && is_live(record.incident))
            ck_assert_int_eq(engine_replay(engine, &record, now), ERR_OK);
    }
    for (size_t i = n_kept; i-- > 0;) {
        struct record record;
        if (read_kept(i, &record) && record.incident == 0)
            drill_watch_recall(watch, &record);
    }
    look();
}

static void reload(void)
{
    step_event((struct event){.kind = EVENT_PLAN, .plan = {.plan = &plan, .reload = true}});
    look();
}

static void expect(const char *expected)
{
    ck_assert_str_eq(buf_text(&told), expected);
    buf_clear(&told);
}

/* ---- by the week ---- */

START_TEST(each_week_once)
{
    look();
    pass_to(at(2026, 12, 1, 0, 0));
    expect("anna paged 11-11 10:00; anna paged 11-11 10:10; anna paged 11-11 10:20; "
           "bo paged 11-18 10:00; bo paged 11-18 10:10; bo paged 11-18 10:20; "
           "anna paged 11-25 10:00; anna paged 11-25 10:10; anna paged 11-25 10:20");
    struct drill_watch_last last = drill_watch_last(watch, "vecka");
    ck_assert_str_eq(last.id, "2026-0003");
    ck_assert_uint_eq(last.answered, 0);
    ck_assert_uint_eq(last.total, 1);
}
END_TEST

START_TEST(a_restart_neither_skips_nor_doubles)
{
    answers = true;
    look();
    pass_to(at(2026, 11, 11, 9, 59));
    restart_at(at(2026, 11, 11, 10, 20));       /* down over it, and back within the hour */
    pass_to(at(2026, 11, 11, 12, 0));
    expect("anna paged 11-11 10:20");
    restart_at(at(2026, 11, 11, 12, 5));
    pass_to(at(2026, 11, 18, 10, 0));
    expect("bo paged 11-18 10:00");
    restart_at(at(2026, 11, 18, 10, 1));
    pass_to(at(2026, 11, 19, 10, 0));
    expect("");
}
END_TEST

START_TEST(what_was_missed_is_told)
{
    look();
    pass_to(at(2026, 11, 11, 9, 0));
    restart_at(at(2026, 11, 11, 11, 1));
    expect("vecka missed 11-11 10:00");
    restart_at(at(2026, 11, 11, 11, 2));
    expect("");
    restart_at(at(2026, 12, 3, 9, 0));          /* three in one go */
    expect("vecka missed 12-02 10:00");
    struct record record;
    for (size_t i = n_kept; i-- > 0;)
        if (read_kept(i, &record) && record.kind == RECORD_NOTE)
            break;
    ck_assert_str_eq(record.text, "the scheduled drill vecka did not begin: the daemon was not running then; nor did the 2 before it");
}
END_TEST

START_TEST(a_new_schedule_has_missed_nothing)
{
    plan.n_schedules = 0;
    look();
    pass_to(at(2026, 11, 20, 0, 0));
    plan.n_schedules = 1;
    reload();
    expect("");
    plan.n_schedules = 0;                       /* gone for a while, and back */
    reload();
    pass_to(at(2026, 11, 27, 0, 0));
    plan.n_schedules = 1;
    reload();
    pass_to(at(2026, 12, 2, 9, 0));
    expect("");
}
END_TEST

/* ---- by surprise ---- */

static int64_t planned_moment(void)
{
    const struct drill *drill = engine_planned_drills(engine);
    ck_assert_ptr_nonnull(drill);
    ck_assert_ptr_null(drill->next);
    return drill->due_usec;
}

START_TEST(the_dice_fall_once)
{
    answers = true;
    schedules[0].surprise_usec = 3 * USEC_PER_DAY;
    look();
    pass_to(at(2026, 11, 11, 10, 1));
    int64_t moment = planned_moment();
    ck_assert(moment > now.wall_usec && schedule_is_open(&schedules[0], stockholm, moment));
    for (int i = 0; i < 20; i++) {
        restart_at(now.wall_usec + USEC_PER_MIN);
        ck_assert_int_eq(planned_moment(), moment);
    }
    reload();
    ck_assert_int_eq(planned_moment(), moment);
    pass_to(moment - 1);
    expect("");
    pass_to(at(2026, 11, 17, 0, 0));
    ck_assert_ptr_nonnull(strstr(buf_text(&told), "anna paged"));
    ck_assert_ptr_null(strstr(buf_text(&told), ";"));
}
END_TEST

/* Down at its moment, back in the night: it waits for the morning; down until its window is over: it was missed. */
START_TEST(a_moment_that_passed)
{
    answers = true;
    schedules[0].surprise_usec = 3 * USEC_PER_DAY;
    look();
    pass_to(at(2026, 11, 11, 10, 1));
    ck_assert(planned_moment() < at(2026, 11, 14, 3, 0));
    restart_at(at(2026, 11, 14, 3, 0));
    pass_to(at(2026, 11, 14, 12, 0));
    expect("anna paged 11-14 08:00");
    pass_to(at(2026, 11, 18, 10, 1));
    (void)planned_moment();
    restart_at(at(2026, 11, 22, 9, 0));
    pass_to(at(2026, 11, 22, 12, 0));
    ck_assert_ptr_nonnull(strstr(buf_text(&told), "2026-0002 missed"));
    ck_assert_ptr_null(strstr(buf_text(&told), ";"));
}
END_TEST

START_TEST(a_reload_drops_and_plans_anew)
{
    schedules[0].surprise_usec = 3 * USEC_PER_DAY;
    look();
    pass_to(at(2026, 11, 11, 10, 1));
    schedules[0].definition = 2;
    schedules[0].to_minute = 600;
    reload();
    expect("dropped: its schedule was changed");
    ck_assert(schedule_is_open(&schedules[0], stockholm, planned_moment()));
    plan.n_schedules = 0;
    reload();
    expect("dropped: its schedule was removed");
    ck_assert_ptr_null(engine_planned_drills(engine));
    pass_to(at(2026, 11, 30, 0, 0));
    expect("");
}
END_TEST

/* What has run in this window does not run again because a word of it was changed. */
START_TEST(a_change_after_it_ran)
{
    answers = true;
    schedules[0].surprise_usec = 3 * USEC_PER_DAY;
    look();
    pass_to(at(2026, 11, 11, 10, 1));
    pass_to(planned_moment() + USEC_PER_MIN);
    buf_clear(&told);
    schedules[0].definition = 2;
    reload();
    pass_to(at(2026, 11, 18, 9, 0));
    expect("");
}
END_TEST

/* ---- the clock ---- */

START_TEST(a_clock_that_is_set_doubles_nothing)
{
    answers = true;
    look();
    pass_to(at(2026, 11, 11, 10, 1));
    expect("anna paged 11-11 10:00");
    set_clock(at(2026, 11, 11, 9, 30));
    pass_to(at(2026, 11, 11, 12, 0));
    expect("");
    set_clock(at(2036, 1, 1, 0, 0));            /* far off, and back */
    buf_clear(&told);
    set_clock(at(2026, 11, 11, 12, 1));
    pass_to(at(2026, 11, 18, 10, 1));
    expect("bo paged 11-18 10:00");
    restart_at(at(1970, 1, 5, 0, 0));           /* before the time service has found the time */
    set_clock(at(2026, 11, 18, 10, 5));
    pass_to(at(2026, 11, 25, 10, 1));
    expect("anna paged 11-25 10:00");
}
END_TEST

START_TEST(a_planned_moment_goes_by_the_wall_clock)
{
    answers = true;
    schedules[0].surprise_usec = 3 * USEC_PER_DAY;
    look();
    pass_to(at(2026, 11, 11, 10, 1));
    int64_t moment = planned_moment();
    set_clock(now.wall_usec - 5 * USEC_PER_HOUR);
    pass_to(moment - USEC_PER_MIN);
    expect("");
    pass_to(moment + 1);
    ck_assert_ptr_nonnull(strstr(buf_text(&told), "anna paged"));
}
END_TEST

/* Neither skipped nor doubled: whatever steps of less than a day and restarts there are, each occurrence begins, or is missed, once. */
START_TEST(clock_steps_and_restarts_at_random)
{
    answers = true;
    schedules[0].kind = SCHEDULE_WEEKLY;
    look();
    seed = (uint64_t)_i + 1;
    int64_t furthest = now.wall_usec, end = at(2026, 12, 30, 0, 0);
    while (furthest < end) {
        uint64_t dice = unit_random(&seed);
        int64_t by = (int64_t)(dice >> 8) % (20 * USEC_PER_HOUR);
        if (dice % 8 == 0 && furthest - now.wall_usec < 4 * USEC_PER_HOUR)
            set_clock(now.wall_usec - (by < 0 ? -by : by));
        else if (dice % 8 == 1)
            restart_at(now.wall_usec + (by < 0 ? -by : by));
        else
            pass_to(now.wall_usec + (by < 0 ? -by : by));
        furthest = furthest > now.wall_usec ? furthest : now.wall_usec;
    }
    size_t dealt = 0;
    int64_t before = 0;
    for (size_t i = 0; i < n_kept; i++) {
        struct record record;
        if (!read_kept(i, &record) || record.kind != RECORD_SCHEDULE || dealt++ == 0)
            continue;
        EXPECT(record.due_usec == schedule_next(&schedules[0], stockholm, before ? before : at(2026, 11, 10, 9, 0)) || record.text);
        EXPECT(record.due_usec > before);
        before = record.due_usec;
    }
    EXPECT(before >= at(2026, 12, 23, 10, 0));
}
END_TEST

/* ---- the handover ---- */

START_TEST(each_new_officer)
{
    answers = true;
    schedules[0].kind = SCHEDULE_HANDOVER;
    look();
    pass_to(at(2026, 11, 23, 12, 31));
    expect("bo paged 11-16 12:00; anna paged 11-23 12:00");
    ck_assert_int_eq(drill_watch_role(watch, &roster, now.wall_usec).succeeded_usec, at(2026, 11, 23, 12, 30));
    set_clock(at(2026, 11, 23, 11, 30));
    pass_to(at(2026, 11, 23, 13, 0));
    restart_at(at(2026, 12, 1, 2, 0));          /* down over the next one, and back in the night */
    pass_to(at(2026, 12, 2, 12, 0));
    expect("bo paged 12-01 08:00");
    restart_at(at(2026, 12, 15, 9, 0));         /* down for all of Anna's week */
    pass_to(at(2026, 12, 15, 12, 0));
    expect("vecka missed 12-07 12:00");
}
END_TEST

/* Of a test that was planned and has not run; and not of one that has. */
START_TEST(a_reload_plans_an_officers_test_anew)
{
    answers = true;
    schedules[0].kind = SCHEDULE_HANDOVER;
    schedules[0].surprise_usec = 3 * USEC_PER_DAY;
    look();
    pass_to(at(2026, 11, 16, 12, 1));
    schedules[0].definition = 2;
    schedules[0].to_minute = 600;
    reload();
    expect("dropped: its schedule was changed");
    ck_assert(schedule_is_open(&schedules[0], stockholm, planned_moment()));
    pass_to(planned_moment() + USEC_PER_MIN);
    ck_assert_ptr_nonnull(strstr(buf_text(&told), "bo paged"));
    buf_clear(&told);
    schedules[0].definition = 3;
    reload();
    pass_to(at(2026, 11, 23, 11, 0));
    expect("");
}
END_TEST

START_TEST(a_handover_at_midnight_rings_in_the_morning)
{
    answers = true;
    schedules[0].kind = SCHEDULE_HANDOVER;
    roster.handover_minute = 0;
    roster.handover_weekday = 5;                /* Saturday */
    look();
    pass_to(at(2026, 11, 15, 0, 0));
    expect("anna paged 11-14 08:00");
}
END_TEST

/* A rotation of one: nobody ever relieves them, and no end of the duty is in sight. */
START_TEST(an_officer_whom_nobody_relieves)
{
    static const struct person *const alone[] = {&persons[1]};
    answers = true;
    schedules[0].kind = SCHEDULE_HANDOVER;
    roster.n_weeks = 1;
    roster.rotation = (struct rotation){.present = true, .start = {2026, 1}, .order = alone, .n_order = 1};
    look();
    pass_to(at(2026, 11, 17, 12, 0));
    expect("bo paged 11-16 12:00");
    restart_at(at(2026, 11, 17, 13, 0));
    pass_to(at(2027, 3, 1, 12, 0));
    expect("");
}
END_TEST

/* ---- overdue ---- */

START_TEST(a_role_without_a_good_drill)
{
    plan.n_schedules = 0;
    roster.drill_overdue_usec = 10 * USEC_PER_DAY;
    look();
    pass_to(at(2026, 12, 1, 0, 0));
    expect("TIB overdue 11-21 08:00; TIB overdue 11-28 08:00");
    ck_assert(drill_watch_role(watch, &roster, now.wall_usec).overdue);
    restart_at(at(2026, 12, 1, 0, 1));
    pass_to(at(2026, 12, 5, 9, 0));
    expect("TIB overdue 12-05 08:00");
    answers = true;
    step_event((struct event){.kind = EVENT_DRILL_START, .request = 1, .drill = {
        .source = "local", .summary = "Prov", .targets = "role:TIB"}});
    answer_all();
    step_event((struct event){.kind = EVENT_DRILL_STOP, .drill_stop = {.actor = "bo"}});
    look();
    ck_assert(!drill_watch_role(watch, &roster, now.wall_usec).overdue);
    buf_clear(&told);
    pass_to(at(2026, 12, 15, 12, 0));
    expect("");
    pass_to(at(2026, 12, 16, 12, 0));
    expect("TIB overdue 12-16 08:00");
}
END_TEST

/* Nobody answered, or nobody was asked: it proves nothing. */
START_TEST(what_does_not_count)
{
    plan.n_schedules = 0;
    look();
    step_event((struct event){.kind = EVENT_DRILL_START, .request = 1, .drill = {
        .source = "local", .summary = "Prov", .targets = "role:TIB"}});
    pass_to(now.wall_usec + USEC_PER_HOUR);
    step_event((struct event){.kind = EVENT_DRILL_START, .request = 1, .drill = {
        .source = "local", .summary = "Prov", .targets = "role:TIB", .dry_run = true}});
    answers = true;
    answer_all();
    step_event((struct event){.kind = EVENT_DRILL_STOP, .drill_stop = {.actor = "bo"}});
    ck_assert_int_eq(drill_watch_role(watch, &roster, now.wall_usec).succeeded_usec, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("drill_watch");
    TCase *tcase = tcase_create("drill_watch");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, each_week_once);
    tcase_add_test(tcase, a_restart_neither_skips_nor_doubles);
    tcase_add_test(tcase, what_was_missed_is_told);
    tcase_add_test(tcase, a_new_schedule_has_missed_nothing);
    tcase_add_test(tcase, the_dice_fall_once);
    tcase_add_test(tcase, a_moment_that_passed);
    tcase_add_test(tcase, a_reload_drops_and_plans_anew);
    tcase_add_test(tcase, a_change_after_it_ran);
    tcase_add_test(tcase, a_clock_that_is_set_doubles_nothing);
    tcase_add_test(tcase, a_planned_moment_goes_by_the_wall_clock);
    tcase_add_loop_test(tcase, clock_steps_and_restarts_at_random, 0, 20);
    tcase_add_test(tcase, each_new_officer);
    tcase_add_test(tcase, a_reload_plans_an_officers_test_anew);
    tcase_add_test(tcase, a_handover_at_midnight_rings_in_the_morning);
    tcase_add_test(tcase, an_officer_whom_nobody_relieves);
    tcase_add_test(tcase, a_role_without_a_good_drill);
    tcase_add_test(tcase, what_does_not_count);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}

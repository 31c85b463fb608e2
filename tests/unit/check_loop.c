#include <check.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "base/civil.h"
#include "loop/loop.h"

static struct loop *loop;
static int turns;
static char trace[64];

static void note(char c)
{
    size_t len = strlen(trace);
    ck_assert_uint_lt(len, sizeof(trace) - 1);
    trace[len] = c;
    trace[len + 1] = 0;
}

static void count_turn(void *userdata)
{
    (void)userdata;
    turns++;
}

static void setup(void)
{
    ck_assert_int_eq(loop_new(&loop), ERR_OK);
    loop_set_turn(loop, count_turn, NULL);
    turns = 0;
    trace[0] = 0;
}

static void teardown(void)
{
    loop_free(loop);
}

struct step {               /* a timer that notes its letter, and then does something */
    struct loop_timer *timer;
    char letter;
    void (*then)(struct step *step);
    struct step *other;
};

static void step_fired(void *userdata)
{
    struct step *step = userdata;
    note(step->letter);
    if (step->then)
        step->then(step);
}

static void step_at(struct step *step, char letter, int64_t usec, void (*then)(struct step *))
{
    *step = (struct step){ .timer = loop_timer_new(loop, step_fired, step), .letter = letter, .then = then };
    loop_timer_set(step->timer, usec);
}

static void then_stop(struct step *step)
{
    (void)step;
    loop_stop(loop);
}

START_TEST(timers_fire_in_order_and_equal_ones_as_they_were_set)
{
    int64_t now = loop_boot_usec();
    struct step a, b, c, d;
    step_at(&c, 'c', now + 20000, NULL);
    step_at(&a, 'a', now + 10000, NULL);
    step_at(&d, 'd', now + 20000, then_stop);
    step_at(&b, 'b', now + 10000, NULL);
    ck_assert_int_eq(loop_run(loop), ERR_OK);
    ck_assert_str_eq(trace, "abcd");
    ck_assert_int_ge(loop_boot_usec(), now + 20000);
    loop_timer_free(a.timer);
    loop_timer_free(b.timer);
    loop_timer_free(c.timer);
    loop_timer_free(d.timer);
}
END_TEST

START_TEST(a_timer_in_the_past_fires_at_once)
{
    struct step past, zero;
    step_at(&past, 'p', loop_boot_usec() - USEC_PER_HOUR, NULL);
    step_at(&zero, 'z', 0, then_stop);
    ck_assert_int_eq(loop_run(loop), ERR_OK);
    ck_assert_uint_eq(strlen(trace), 2);
    loop_timer_free(past.timer);
    loop_timer_free(zero.timer);
}
END_TEST

static void then_again_until_eight(struct step *step)
{
    if (strlen(trace) < 8)
        loop_timer_set(step->timer, 0);
    else
        loop_stop(loop);
}

/* One that always wants to run now must not keep the others from running, nor the turn. */
START_TEST(a_timer_that_asks_for_the_past_again_keeps_nobody_out)
{
    struct step greedy, modest;
    step_at(&greedy, 'g', 0, then_again_until_eight);
    step_at(&modest, 'm', loop_boot_usec(), NULL);
    ck_assert_int_eq(loop_run(loop), ERR_OK);
    const char *seen = strchr(trace, 'm');
    ck_assert_ptr_nonnull(seen);
    ck_assert_int_le(seen - trace, 2);
    ck_assert_int_ge(turns, 6);
    loop_timer_free(greedy.timer);
    loop_timer_free(modest.timer);
}
END_TEST

static void then_clear_other(struct step *step)
{
    loop_timer_clear(step->other->timer);
}

START_TEST(a_timer_can_be_cleared_moved_and_freed_by_another)
{
    int64_t now = loop_boot_usec();
    struct step killer, victim, moved, end;
    step_at(&victim, 'v', now + 2, NULL);
    step_at(&killer, 'k', now + 1, then_clear_other);
    killer.other = &victim;
    step_at(&moved, 'm', now + 3, NULL);
    step_at(&end, 'e', now + 15000, then_stop);
    loop_timer_set(moved.timer, now + 10000);
    ck_assert_int_eq(loop_run(loop), ERR_OK);
    ck_assert_str_eq(trace, "kme");
    loop_timer_clear(end.timer);            /* not armed any more: nothing happens */
    loop_timer_free(killer.timer);
    loop_timer_free(victim.timer);
    loop_timer_free(moved.timer);
    loop_timer_free(end.timer);
}
END_TEST

START_TEST(an_earlier_timer_is_heard_though_a_later_one_was_armed)
{
    struct step far_off, near;
    step_at(&far_off, 'f', loop_boot_usec() + USEC_PER_HOUR, NULL);
    struct step arm;
    step_at(&arm, 'a', 0, then_stop);
    ck_assert_int_eq(loop_run(loop), ERR_OK);       /* the timerfd stands at an hour now */
    step_at(&near, 'n', loop_boot_usec() + 5000, then_stop);
    ck_assert_int_eq(loop_run(loop), ERR_OK);
    ck_assert_str_eq(trace, "an");
    loop_timer_free(far_off.timer);
    loop_timer_free(near.timer);
    loop_timer_free(arm.timer);
}
END_TEST

START_TEST(an_idle_loop_does_not_wake)
{
    int64_t now = loop_boot_usec();
    struct step moved, end;
    step_at(&moved, 'm', now + 10000, NULL);
    loop_timer_set(moved.timer, now + USEC_PER_HOUR);
    step_at(&end, 'e', now + 200000, then_stop);
    ck_assert_int_eq(loop_run(loop), ERR_OK);
    ck_assert_int_le(turns, 3);
    loop_timer_free(moved.timer);
    loop_timer_free(end.timer);
}
END_TEST

static void read_byte(void *userdata, int fd)
{
    (void)userdata;
    char c;
    ck_assert_int_eq(read(fd, &c, 1), 1);
    note(c);
    if (c == '.')
        loop_stop(loop);
}

START_TEST(a_watch_tells_of_what_can_be_read)
{
    int fds[2];
    ck_assert_int_eq(pipe(fds), 0);
    struct loop_watch *watch = loop_watch_new(loop, fds[0], read_byte, NULL);
    ck_assert_int_eq(write(fds[1], "xy.", 3), 3);
    ck_assert_int_eq(loop_run(loop), ERR_OK);
    ck_assert_str_eq(trace, "xy.");
    ck_assert_int_eq(turns, 3);                     /* level-triggered: a round for each byte, a turn for each round */
    loop_watch_free(watch);
    close(fds[0]);
    close(fds[1]);
}
END_TEST

/* Two descriptors are readable in the same round: both callbacks come before the one turn. */
static void note_turn(void *userdata)
{
    (void)userdata;
    note('|');
    if (strlen(trace) >= 3)
        loop_stop(loop);
}

START_TEST(the_turn_comes_once_after_all_callbacks_of_a_round)
{
    int a[2], b[2];
    ck_assert_int_eq(pipe(a), 0);
    ck_assert_int_eq(pipe(b), 0);
    struct loop_watch *watch_a = loop_watch_new(loop, a[0], read_byte, NULL);
    struct loop_watch *watch_b = loop_watch_new(loop, b[0], read_byte, NULL);
    ck_assert_int_eq(write(a[1], "x", 1), 1);
    ck_assert_int_eq(write(b[1], "x", 1), 1);
    loop_set_turn(loop, note_turn, NULL);
    ck_assert_int_eq(loop_run(loop), ERR_OK);
    ck_assert_str_eq(trace, "xx|");
    loop_watch_free(watch_a);
    loop_watch_free(watch_b);
    for (int i = 0; i < 2; i++) {
        close(a[i]);
        close(b[i]);
    }
}
END_TEST

enum { N_WAKES = 20000 };
static int produced;        /* under the mutex */
static int consumed;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void *produce(void *userdata)
{
    (void)userdata;
    for (int i = 0; i < N_WAKES; i++) {
        pthread_mutex_lock(&mutex);
        produced++;
        pthread_mutex_unlock(&mutex);
        loop_wake(loop);
    }
    return NULL;
}

static void consume(void *userdata)
{
    (void)userdata;
    pthread_mutex_lock(&mutex);
    consumed = produced;
    pthread_mutex_unlock(&mutex);
    if (consumed == N_WAKES)
        loop_stop(loop);
}

/* Were a wake-up lost, the last items would stay and the test would hang. */
START_TEST(no_wake_from_a_thread_is_lost)
{
    loop_set_turn(loop, consume, NULL);
    pthread_t thread;
    ck_assert_int_eq(pthread_create(&thread, NULL, produce, NULL), 0);
    ck_assert_int_eq(loop_run(loop), ERR_OK);
    pthread_join(thread, NULL);
    ck_assert_int_eq(consumed, N_WAKES);
}
END_TEST

static void wake_thrice(void *userdata)
{
    (void)userdata;
    if (++turns < 4)
        loop_wake(loop);
    else
        loop_stop(loop);
}

START_TEST(a_wake_in_the_turn_brings_another_turn)
{
    loop_set_turn(loop, wake_thrice, NULL);
    loop_wake(loop);
    ck_assert_int_eq(loop_run(loop), ERR_OK);
    ck_assert_int_eq(turns, 4);
}
END_TEST

static void got_signal(void *userdata, int number)
{
    note(number == SIGHUP ? 'h' : '?');
    loop_stop(userdata);
}

START_TEST(a_signal_is_a_callback)
{
    struct loop_signal *hup = loop_signal_new(loop, SIGHUP, got_signal, loop);
    kill(getpid(), SIGHUP);
    ck_assert_int_eq(loop_run(loop), ERR_OK);
    ck_assert_str_eq(trace, "h");
    loop_signal_free(hup);
}
END_TEST

static void clock_set(void *userdata)
{
    (void)userdata;
    note('s');
}

/* Nobody sets the clock in a test; but the watch must be quiet meanwhile, and go without trace. */
START_TEST(a_clock_watch_is_quiet)
{
    struct loop_clock_watch *watch = loop_clock_watch_new(loop, clock_set, NULL);
    struct step end;
    step_at(&end, 'e', loop_boot_usec() + 20000, then_stop);
    ck_assert_int_eq(loop_run(loop), ERR_OK);
    ck_assert_str_eq(trace, "e");
    ck_assert_int_le(turns, 2);
    loop_clock_watch_free(watch);
    loop_timer_free(end.timer);
}
END_TEST

START_TEST(destructors_take_null)
{
    loop_free(NULL);
    loop_timer_free(NULL);
    loop_watch_free(NULL);
    loop_signal_free(NULL);
    loop_clock_watch_free(NULL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("loop");
    TCase *tcase = tcase_create("loop");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, timers_fire_in_order_and_equal_ones_as_they_were_set);
    tcase_add_test(tcase, a_timer_in_the_past_fires_at_once);
    tcase_add_test(tcase, a_timer_that_asks_for_the_past_again_keeps_nobody_out);
    tcase_add_test(tcase, a_timer_can_be_cleared_moved_and_freed_by_another);
    tcase_add_test(tcase, an_earlier_timer_is_heard_though_a_later_one_was_armed);
    tcase_add_test(tcase, an_idle_loop_does_not_wake);
    tcase_add_test(tcase, a_watch_tells_of_what_can_be_read);
    tcase_add_test(tcase, the_turn_comes_once_after_all_callbacks_of_a_round);
    tcase_add_test(tcase, no_wake_from_a_thread_is_lost);
    tcase_add_test(tcase, a_wake_in_the_turn_brings_another_turn);
    tcase_add_test(tcase, a_signal_is_a_callback);
    tcase_add_test(tcase, a_clock_watch_is_quiet);
    tcase_add_test(tcase, destructors_take_null);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

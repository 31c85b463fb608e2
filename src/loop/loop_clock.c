/* Clocks and timers. One timerfd on CLOCK_BOOTTIME stands for all timers of a loop, so that time in suspend counts. It is
 * armed once before each sleep and only if it would go off too late: a timer that is moved away costs one early wake-up at
 * most, and no system call. */
#include <assert.h>
#include <errno.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "base/civil.h"
#include "loop/loop_internal.h"

struct loop_timer {
    struct heap_node node;
    struct loop *loop;
    loop_timer_cb *cb;
    void *userdata;
};

struct loop_clock_watch {
    struct event *event;
    int fd;
    loop_timer_cb *cb;
    void *userdata;
};

static int64_t read_clock(clockid_t id)
{
    struct timespec now;
    int failed = clock_gettime(id, &now);
    assert(!failed);
    return now.tv_sec * USEC_PER_SEC + now.tv_nsec / 1000;
}

int64_t loop_boot_usec(void)
{
    return read_clock(CLOCK_BOOTTIME);
}

int64_t loop_wall_usec(void)
{
    return read_clock(CLOCK_REALTIME);
}

int64_t loop_monotonic_usec(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

/* Fires what was armed before the batch began. What a callback arms anew, even for the past, waits for the next round:
 * loop_timer_set() moves it to the batch's instant, where it stands behind all that are due. */
static void fire_due(struct loop *loop)
{
    struct loop_clock *timers = &loop->clock;
    timers->batch_usec = loop_boot_usec();
    uint64_t order_end = timers->heap.next_order;
    struct heap_node *node;
    while ((node = heap_first(&timers->heap)) && node->due_usec <= timers->batch_usec && node->order < order_end) {
        struct loop_timer *timer = CONTAINER_OF(node, struct loop_timer, node);
        heap_disarm(&timers->heap, node);
        timer->cb(timer->userdata);
    }
}

static void timerfd_fired(evutil_socket_t fd, short what, void *userdata)
{
    struct loop *loop = userdata;
    uint64_t expirations;
    if ((what & EV_READ) && read(fd, &expirations, sizeof(expirations)) == sizeof(expirations))
        loop->clock.armed_usec = 0;
    fire_due(loop);
}

enum err loop_clock_init(struct loop *loop)
{
    loop->clock.fd = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
    if (loop->clock.fd < 0)
        return ERR_IO;
    loop->clock.event = loop_event_new(loop, loop->clock.fd, EV_READ, timerfd_fired, loop);
    return ERR_OK;
}

void loop_clock_done(struct loop *loop)
{
    if (loop->clock.event)
        event_free(loop->clock.event);
    if (loop->clock.fd >= 0)
        close(loop->clock.fd);
    heap_done(&loop->clock.heap);
}

static void set_timerfd(struct loop_clock *timers, int64_t due_usec)
{
    struct itimerspec when = {
        .it_value = { .tv_sec = due_usec / USEC_PER_SEC, .tv_nsec = due_usec % USEC_PER_SEC * 1000 },
    };
    int failed = timerfd_settime(timers->fd, TFD_TIMER_ABSTIME, &when, NULL);
    assert(!failed);
    timers->armed_usec = due_usec;
}

void loop_clock_arm(struct loop *loop)
{
    struct loop_clock *timers = &loop->clock;
    struct heap_node *first = heap_first(&timers->heap);
    if (!first || (timers->armed_usec && timers->armed_usec <= first->due_usec))
        return;
    /* What is due already needs no timerfd: the event is made active, and the loop does not sleep. */
    if (first->due_usec <= timers->batch_usec || first->due_usec <= loop_boot_usec())
        event_active(timers->event, EV_TIMEOUT, 0);
    else
        set_timerfd(timers, first->due_usec);
}

struct loop_timer *loop_timer_new(struct loop *loop, loop_timer_cb *cb, void *userdata)
{
    struct loop_timer *timer = NEW(struct loop_timer);
    timer->loop = loop;
    timer->cb = cb;
    timer->userdata = userdata;
    return timer;
}

void loop_timer_free(struct loop_timer *timer)
{
    if (!timer)
        return;
    heap_disarm(&timer->loop->clock.heap, &timer->node);
    free(timer);
}

void loop_timer_set(struct loop_timer *timer, int64_t boot_usec)
{
    struct loop_clock *timers = &timer->loop->clock;
    /* No earlier than the last batch, so that a timer that keeps asking for the past cannot keep others out; and at least
     * 1, since 0 would disarm the timerfd. */
    int64_t due_usec = boot_usec > timers->batch_usec ? boot_usec : timers->batch_usec;
    heap_arm(&timers->heap, &timer->node, due_usec > 0 ? due_usec : 1);
}

void loop_timer_clear(struct loop_timer *timer)
{
    heap_disarm(&timer->loop->clock.heap, &timer->node);
}

/* A timer that is never meant to go off, but that the kernel cancels when somebody sets the clock. */
static void arm_clock_watch(struct loop_clock_watch *watch)
{
    struct itimerspec never = { .it_value = { .tv_sec = INT64_C(0xffffffff) } };
    int failed = timerfd_settime(watch->fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never, NULL);
    assert(!failed || errno == ECANCELED);
}

static void clock_was_set(evutil_socket_t fd, short what, void *userdata)
{
    (void)what;
    struct loop_clock_watch *watch = userdata;
    uint64_t expirations;
    if (read(fd, &expirations, sizeof(expirations)) < 0 && errno != ECANCELED)
        return;
    arm_clock_watch(watch);
    watch->cb(watch->userdata);
}

struct loop_clock_watch *loop_clock_watch_new(struct loop *loop, loop_timer_cb *cb, void *userdata)
{
    struct loop_clock_watch *watch = NEW(struct loop_clock_watch);
    watch->cb = cb;
    watch->userdata = userdata;
    watch->fd = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);
    assert(watch->fd >= 0);
    arm_clock_watch(watch);
    watch->event = loop_event_new(loop, watch->fd, EV_READ, clock_was_set, watch);
    return watch;
}

void loop_clock_watch_free(struct loop_clock_watch *watch)
{
    if (!watch)
        return;
    event_free(watch->event);
    close(watch->fd);
    free(watch);
}

/* The loop's clocks and timers, moved by the history. */
#include <assert.h>

#include "base/heap.h"
#include "loop/loop.h"
#include "sim.h"

/* A timer of the daemon's, or something that happens in the world. */
struct loop_timer {
    struct heap_node node;       /* on the simulation's time */
    struct loop_timer *next;
    void (*cb)(void *userdata);
    void *userdata;
    bool worldly;                /* called once, then gone; outlives the daemon's process */
};

static struct {
    struct heap heap;
    struct loop_timer *timers;   /* the daemon's */
    int64_t now_usec, wall_offset_usec, boot_offset_usec;
    bool awake;
} clock;

void clock_begin(int64_t wall_usec)
{
    clock.wall_offset_usec = wall_usec;
    clock.boot_offset_usec = 1000 * USEC_PER_SEC;
}

int64_t sim_now(void) { return clock.now_usec; }
int64_t loop_boot_usec(void) { return clock.now_usec + clock.boot_offset_usec; }
int64_t loop_wall_usec(void) { return clock.now_usec + clock.wall_offset_usec; }
int64_t loop_monotonic_usec(void) { return clock.now_usec; }
int64_t sim_of_boot(int64_t boot_usec) { return boot_usec == INT64_MAX ? INT64_MAX : boot_usec - clock.boot_offset_usec; }
void clock_step_wall(int64_t by_usec) { clock.wall_offset_usec += by_usec; }
void clock_reboot(void) { clock.boot_offset_usec = 20 * USEC_PER_SEC - clock.now_usec; }

bool clock_take_wake(void)
{
    bool awake = clock.awake;
    clock.awake = false;
    return awake;
}

void loop_wake(struct loop *loop)
{
    (void)loop;
    clock.awake = true;
}

struct loop_timer *loop_timer_new(struct loop *loop, loop_timer_cb *cb, void *userdata)
{
    (void)loop;
    struct loop_timer *timer = NEW(struct loop_timer);
    *timer = (struct loop_timer){.next = clock.timers, .cb = cb, .userdata = userdata};
    return clock.timers = timer;
}

void loop_timer_free(struct loop_timer *timer)
{
    struct loop_timer **at = &clock.timers;
    if (!timer)
        return;
    while (*at != timer)
        at = &(*at)->next;
    *at = timer->next;
    heap_disarm(&clock.heap, &timer->node);
    free(timer);
}

void loop_timer_set(struct loop_timer *timer, int64_t boot_usec)
{
    int64_t due_usec = boot_usec > loop_boot_usec() ? sim_of_boot(boot_usec) : clock.now_usec;
    heap_arm(&clock.heap, &timer->node, due_usec);
}

void loop_timer_clear(struct loop_timer *timer) { heap_disarm(&clock.heap, &timer->node); }

void clock_forget_timers(void)
{
    assert(!clock.timers);       /* each part has taken its own with it */
    clock.awake = false;
}

/* No gateway that watches a descriptor is simulated. */
struct loop_watch *loop_watch_new(struct loop *loop, int fd, loop_watch_cb *cb, void *userdata)
{
    (void)loop;
    (void)fd;
    (void)cb;
    (void)userdata;
    abort();
}

void loop_watch_free(struct loop_watch *watch) { assert(!watch); }

void clock_call(int64_t at_usec, void (*cb)(void *userdata), void *userdata)
{
    struct loop_timer *timer = NEW(struct loop_timer);
    *timer = (struct loop_timer){.cb = cb, .userdata = userdata, .worldly = true};
    heap_arm(&clock.heap, &timer->node, at_usec > clock.now_usec ? at_usec : clock.now_usec);
}

int64_t clock_next(void)
{
    const struct heap_node *first = heap_first(&clock.heap);
    return first ? first->due_usec : INT64_MAX;
}

void clock_advance(int64_t to_usec)
{
    assert(to_usec >= clock.now_usec);
    clock.now_usec = to_usec;
}

void clock_fire(void)
{
    struct loop_timer *timer = CONTAINER_OF(heap_first(&clock.heap), struct loop_timer, node);
    void (*cb)(void *userdata) = timer->cb;
    void *userdata = timer->userdata;
    if (timer->node.due_usec > clock.now_usec)
        clock.now_usec = timer->node.due_usec;
    heap_disarm(&clock.heap, &timer->node);
    if (timer->worldly)
        free(timer);
    cb(userdata);
}

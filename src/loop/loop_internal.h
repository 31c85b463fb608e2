/* What the files of src/loop share about the loop; nobody else includes it. */
#ifndef LOOP_LOOP_INTERNAL_H
#define LOOP_LOOP_INTERNAL_H

#include <stdatomic.h>

#include <event2/event.h>

#include "base/heap.h"
#include "loop/loop.h"

/* The timers of a loop: a heap, and one timerfd that is armed for the heap's first. */
struct loop_clock {
    struct heap heap;
    struct event *event;        /* the timerfd's */
    int fd;
    int64_t armed_usec;         /* what the timerfd is set to; 0: nothing */
    int64_t batch_usec;         /* when the timers that fire now were looked at */
};

struct loop {
    struct event_base *base;
    struct loop_clock clock;
    struct event *wake_event;
    int wake_fd;
    atomic_bool woken;          /* the eventfd has been written since it was last drained */
    bool stopping;
    loop_turn *turn;
    void *turn_userdata;
};

struct event_base *loop_base(struct loop *loop);

/* An event on a descriptor, armed and persistent. libevent only refuses one for want of memory or for a descriptor that
 * cannot be polled, which is a mistake of the caller's: this ends the program then. */
struct event *loop_event_new(struct loop *loop, int fd, short what, event_callback_fn cb, void *userdata);

WARN_UNUSED enum err loop_clock_init(struct loop *loop);
void loop_clock_done(struct loop *loop);
/* Before the loop sleeps: makes sure that it wakes for the first timer. */
void loop_clock_arm(struct loop *loop);

#endif

/* The event loop: the only directory that includes libevent or drives curl_multi. One thread runs it; everything here is
 * called on that thread, except loop_wake(). Callbacks translate and queue; after the callbacks of one round of I/O the loop
 * calls the turn, once, which acts. */
#ifndef LOOP_LOOP_H
#define LOOP_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/mem.h"

struct loop;

typedef void loop_turn(void *userdata);

WARN_UNUSED enum err loop_new(struct loop **ret);           /* also ignores SIGPIPE, in the whole process */
void loop_free(struct loop *loop);                          /* accepts NULL; everything made on it must be gone */
/* The turn runs after each round of callbacks, before the loop sleeps again. */
void loop_set_turn(struct loop *loop, loop_turn *turn, void *userdata);
/* Runs until loop_stop(). */
WARN_UNUSED enum err loop_run(struct loop *loop);
void loop_stop(struct loop *loop);
/* Makes the turn run soon even if nothing else happens. Only this may be called from other threads and signal handlers. */
void loop_wake(struct loop *loop);

/* The clocks. BOOTTIME does not jump and counts suspend; delays are on it. Wall time is for people; the monotonic one, which
 * sd_notify wants, says how long another kept us waiting. Microseconds. */
int64_t loop_boot_usec(void);
int64_t loop_wall_usec(void);
int64_t loop_monotonic_usec(void);                          /* CLOCK_MONOTONIC: stands still in suspend */

/* One-shot timers on CLOCK_BOOTTIME. They keep right through suspend. */
struct loop_timer;
typedef void loop_timer_cb(void *userdata);
struct loop_timer *loop_timer_new(struct loop *loop, loop_timer_cb *cb, void *userdata);
void loop_timer_free(struct loop_timer *timer);             /* accepts NULL */
void loop_timer_set(struct loop_timer *timer, int64_t boot_usec);   /* absolute; past fires at once; replaces what was set */
void loop_timer_clear(struct loop_timer *timer);

/* Readable descriptors (eventfds, pipes). The descriptor stays the caller's. */
struct loop_watch;
typedef void loop_watch_cb(void *userdata, int fd);
struct loop_watch *loop_watch_new(struct loop *loop, int fd, loop_watch_cb *cb, void *userdata);
void loop_watch_free(struct loop_watch *watch);             /* accepts NULL */

struct loop_signal;
typedef void loop_signal_cb(void *userdata, int signal);
struct loop_signal *loop_signal_new(struct loop *loop, int signal, loop_signal_cb *cb, void *userdata);
void loop_signal_free(struct loop_signal *signal);          /* accepts NULL */

/* Calls back when somebody sets the wall clock (timerfd, TFD_TIMER_CANCEL_ON_SET). */
struct loop_clock_watch;
struct loop_clock_watch *loop_clock_watch_new(struct loop *loop, loop_timer_cb *cb, void *userdata);
void loop_clock_watch_free(struct loop_clock_watch *watch); /* accepts NULL */

#endif

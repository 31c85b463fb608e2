#include "loop/loop.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/log.h"
#include "loop/loop_internal.h"

struct loop_watch {
    struct event *event;
    loop_watch_cb *cb;
    void *userdata;
};

struct loop_signal {
    struct event *event;
    loop_signal_cb *cb;
    void *userdata;
};

struct event_base *loop_base(struct loop *loop)
{
    return loop->base;
}

struct event *loop_event_new(struct loop *loop, int fd, short what, event_callback_fn cb, void *userdata)
{
    struct event *event = event_new(loop->base, fd, (short)(what | EV_PERSIST), cb, userdata);
    assert(event);
    int failed = event_add(event, NULL);
    assert(!failed);
    return event;
}

/* evhttp goes on when the kernel has no memory to watch a descriptor, and nobody hears what comes there: a caller, a provider,
 * the service manager's signal. That is the end, as out of memory is (base/mem.h), and libevent's warning is the one place that
 * knows. */
static void end_if_deaf(const char *message, int error)
{
    if (strncmp(message, "Epoll ", 6) != 0 || (error != ENOMEM && error != ENOSPC))
        return;
    log_set_sink(NULL, NULL);       /* whoever writes to the journal may not come to it any more */
    log_crit("The kernel cannot watch one more descriptor: %s.", message);
    abort();
}

/* libevent's own words would go to stderr, past the program's log. */
static void route_log(int severity, const char *message)
{
    if (severity >= EVENT_LOG_WARN)
        end_if_deaf(message, errno);
    if (severity >= EVENT_LOG_WARN)
        log_warning("libevent: %s", message);
    else
        log_debug("libevent: %s", message);
}

static void *take_memory(size_t size)
{
    return mem_realloc(NULL, size);
}

static void drain_wake(evutil_socket_t fd, short what, void *userdata)
{
    (void)what;
    struct loop *loop = userdata;
    uint64_t count;
    while (read(fd, &count, sizeof(count)) < 0 && errno == EINTR)
        ;
    /* Before the turn, not after it: what is queued from here on must wake again. */
    atomic_store(&loop->woken, false);
}

static enum err make_base(struct event_base **ret)
{
    struct event_config *config = event_config_new();
    assert(config);
    /* One thread: no locks. The change list saves the epoll_ctl calls of an interest that is dropped and taken up again within
     * a round, which a request does several times. */
    event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK | EVENT_BASE_FLAG_EPOLL_USE_CHANGELIST);
    *ret = event_base_new_with_config(config);
    event_config_free(config);
    return *ret ? ERR_OK : ERR_IO;
}

enum err loop_new(struct loop **ret)
{
    event_set_log_callback(route_log);
    /* evhttp loses a header, or a connection, for which there is no memory, and goes on: it ends the program as our own does. And
     * libevent would call calloc(), which in glibc goes past the cache of small pieces. */
    event_set_mem_functions(take_memory, mem_realloc, free);
    (void)signal(SIGPIPE, SIG_IGN);               /* a peer that left is an error of write() */
    struct loop *loop = NEW(struct loop);
    loop->wake_fd = -1;
    loop->clock.fd = -1;
    enum err err = make_base(&loop->base);
    if (!err) {
        loop->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        err = loop->wake_fd < 0 ? ERR_IO : loop_clock_init(loop);
    }
    if (err) {
        loop_free(loop);
        return err;
    }
    loop->wake_event = loop_event_new(loop, loop->wake_fd, EV_READ, drain_wake, loop);
    *ret = loop;
    return ERR_OK;
}

void loop_free(struct loop *loop)
{
    if (!loop)
        return;
    if (loop->wake_event)
        event_free(loop->wake_event);
    if (loop->wake_fd >= 0)
        close(loop->wake_fd);
    loop_clock_done(loop);
    if (loop->base)
        event_base_free(loop->base);
    free(loop);
}

void loop_set_turn(struct loop *loop, loop_turn *turn, void *userdata)
{
    loop->turn = turn;
    loop->turn_userdata = userdata;
}

enum err loop_run(struct loop *loop)
{
    loop->stopping = false;
    while (!loop->stopping) {
        loop_clock_arm(loop);
        if (event_base_loop(loop->base, EVLOOP_ONCE) < 0)
            return ERR_IO;
        if (loop->turn)
            loop->turn(loop->turn_userdata);
    }
    return ERR_OK;
}

void loop_stop(struct loop *loop)
{
    loop->stopping = true;
    loop_wake(loop);
}

void loop_wake(struct loop *loop)
{
    if (atomic_exchange(&loop->woken, true))
        return;
    int saved = errno;                      /* a signal handler must leave it alone */
    uint64_t one = 1;
    while (write(loop->wake_fd, &one, sizeof(one)) < 0 && errno == EINTR)
        ;
    errno = saved;
}

static void watch_fired(evutil_socket_t fd, short what, void *userdata)
{
    (void)what;
    struct loop_watch *watch = userdata;
    watch->cb(watch->userdata, fd);
}

struct loop_watch *loop_watch_new(struct loop *loop, int fd, loop_watch_cb *cb, void *userdata)
{
    struct loop_watch *watch = NEW(struct loop_watch);
    watch->cb = cb;
    watch->userdata = userdata;
    watch->event = loop_event_new(loop, fd, EV_READ, watch_fired, watch);
    return watch;
}

void loop_watch_free(struct loop_watch *watch)
{
    if (!watch)
        return;
    event_free(watch->event);
    free(watch);
}

static void signal_fired(evutil_socket_t number, short what, void *userdata)
{
    (void)what;
    struct loop_signal *sig = userdata;
    sig->cb(sig->userdata, number);
}

struct loop_signal *loop_signal_new(struct loop *loop, int number, loop_signal_cb *cb, void *userdata)
{
    struct loop_signal *sig = NEW(struct loop_signal);
    sig->cb = cb;
    sig->userdata = userdata;
    sig->event = loop_event_new(loop, number, EV_SIGNAL, signal_fired, sig);
    return sig;
}

void loop_signal_free(struct loop_signal *sig)
{
    if (!sig)
        return;
    event_free(sig->event);
    free(sig);
}

/* Preloaded into the daemon: its wall clock and its clock of time since boot are the machine's and an offset each, which a test
 * changes while the daemon runs. What the kernel does then is done here: timers on the wall clock that asked for it are cancelled
 * (ECANCELED), and timers on CLOCK_BOOTTIME go off when their time has come. CLOCK_MONOTONIC is left alone, as in suspend.
 *
 * CLOCKS names a Unix socket. Each message on it is two numbers, the offsets in nanoseconds; each is answered when it holds. */
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define NSEC INT64_C(1000000000)

enum { TIMERS = 16 };

struct timer {
    int fd;
    clockid_t clock;
    int64_t due_nsec;                    /* as the program asked, on its clock; 0: not armed */
    bool cancels;                        /* TFD_TIMER_CANCEL_ON_SET */
    bool cancelled;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct timer timers[TIMERS];
static unsigned n_timers;
static _Atomic int64_t wall_offset, boot_offset;

#define NEXT(name) ((__typeof__(&(name)))dlsym(RTLD_NEXT, #name))

static int64_t offset_of(clockid_t id)
{
    return id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE ? wall_offset : id == CLOCK_BOOTTIME ? boot_offset : 0;
}

static struct timespec as_timespec(int64_t nsec)
{
    return (struct timespec){.tv_sec = nsec / NSEC, .tv_nsec = nsec % NSEC};
}

int clock_gettime(clockid_t id, struct timespec *ret)
{
    static __typeof__(&clock_gettime) next;
    if (!next)
        next = NEXT(clock_gettime);
    int failed = next(id, ret);
    if (!failed && offset_of(id))
        *ret = as_timespec(ret->tv_sec * NSEC + ret->tv_nsec + offset_of(id));
    return failed;
}

int gettimeofday(struct timeval *ret, void *zone)
{
    struct timespec now;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &now);
    *ret = (struct timeval){.tv_sec = now.tv_sec, .tv_usec = now.tv_nsec / 1000};
    return 0;
}

time_t time(time_t *ret)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (ret)
        *ret = now.tv_sec;
    return now.tv_sec;
}

/* ---- timers ---- */

static struct timer *timer_of(int fd)
{
    for (unsigned i = 0; i < n_timers; i++)
        if (timers[i].fd == fd)
            return &timers[i];
    return NULL;
}

int timerfd_create(int clock, int flags)
{
    int fd = NEXT(timerfd_create)(clock, flags);
    pthread_mutex_lock(&lock);
    struct timer *timer = timer_of(fd);
    if (!timer && n_timers < TIMERS)
        timer = &timers[n_timers++];
    if (timer)
        *timer = (struct timer){.fd = fd, .clock = clock};
    pthread_mutex_unlock(&lock);
    return fd;
}

/* What is due by the program's clock is due at once by the kernel's. */
static int arm(const struct timer *timer)
{
    int64_t due_nsec = timer->due_nsec ? timer->due_nsec - offset_of(timer->clock) : 0;
    struct itimerspec when = {.it_value = as_timespec(timer->due_nsec && due_nsec <= 0 ? 1 : due_nsec)};
    return NEXT(timerfd_settime)(timer->fd, TFD_TIMER_ABSTIME, &when, NULL);
}

int timerfd_settime(int fd, int flags, const struct itimerspec *when, struct itimerspec *old)
{
    pthread_mutex_lock(&lock);
    struct timer *timer = timer_of(fd);
    if (!timer || !(flags & TFD_TIMER_ABSTIME)) {
        pthread_mutex_unlock(&lock);
        return NEXT(timerfd_settime)(fd, flags, when, old);
    }
    timer->due_nsec = when->it_value.tv_sec * NSEC + when->it_value.tv_nsec;
    timer->cancels = flags & TFD_TIMER_CANCEL_ON_SET;
    timer->cancelled = false;
    int failed = arm(timer);
    pthread_mutex_unlock(&lock);
    return failed;
}

ssize_t read(int fd, void *buffer, size_t size)
{
    static __typeof__(&read) next;
    if (!next)
        next = NEXT(read);
    ssize_t n = next(fd, buffer, size);
    if (n <= 0 || size != sizeof(uint64_t))
        return n;
    pthread_mutex_lock(&lock);
    struct timer *timer = timer_of(fd);
    bool cancelled = timer && timer->cancelled;
    if (cancelled)
        timer->cancelled = false;
    pthread_mutex_unlock(&lock);
    if (!cancelled)
        return n;
    errno = ECANCELED;
    return -1;
}

/* The kernel makes a cancelled timer readable; here it goes off, and read() says why. */
static void set_clocks(const int64_t offsets[2])
{
    static const struct itimerspec at_once = {.it_value = {.tv_nsec = 1}};
    pthread_mutex_lock(&lock);
    bool set = wall_offset != offsets[0];
    wall_offset = offsets[0];
    boot_offset = offsets[1];
    for (unsigned i = 0; i < n_timers; i++) {
        struct timer *timer = &timers[i];
        timer->cancelled = timer->cancelled || (set && timer->cancels);
        if (timer->cancelled)
            NEXT(timerfd_settime)(timer->fd, TFD_TIMER_ABSTIME, &at_once, NULL);
        else if (timer->due_nsec)
            arm(timer);
    }
    pthread_mutex_unlock(&lock);
}

/* ---- the test's word ---- */

static void *listen_to_test(void *userdata)
{
    int fd = (int)(intptr_t)userdata;
    int64_t offsets[2];
    while (recv(fd, offsets, sizeof(offsets), 0) == sizeof(offsets)) {
        set_clocks(offsets);
        send(fd, "k", 1, MSG_NOSIGNAL);
    }
    return NULL;
}

/* The offsets hold before main(); the thread takes none of the program's signals. */
__attribute__((constructor)) static void begin(void)
{
    const char *path = getenv("CLOCKS");
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    int64_t offsets[2];
    sigset_t all, before;
    pthread_t thread;
    if (!path)
        return;
    strncpy(name.sun_path, path, sizeof(name.sun_path) - 1);
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (connect(fd, (struct sockaddr *)&name, sizeof(name)) != 0 || recv(fd, offsets, sizeof(offsets), 0) != sizeof(offsets))
        abort();
    set_clocks(offsets);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    if (pthread_create(&thread, NULL, listen_to_test, (void *)(intptr_t)fd) != 0)
        abort();
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

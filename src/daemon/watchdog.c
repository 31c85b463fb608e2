#include "daemon/watchdog.h"

#include "base/civil.h"
#include "base/mem.h"
#include "service/service.h"

#define LATE_USEC (5 * USEC_PER_SEC)     /* of the most overdue deadline or event */

struct watchdog {
    const struct turn *turn;
    struct loop_timer *timer;
    int64_t interval_usec;
};

static void on_time(void *userdata)
{
    struct watchdog *watchdog = userdata;
    if (turn_status(watchdog->turn).overdue_usec < LATE_USEC)
        service_alive();
    loop_timer_set(watchdog->timer, loop_boot_usec() + watchdog->interval_usec);
}

struct watchdog *watchdog_new(struct loop *loop, const struct turn *turn)
{
    int64_t expected_usec = service_watchdog_usec();
    if (!expected_usec)
        return NULL;
    struct watchdog *watchdog = NEW(struct watchdog);
    watchdog->turn = turn;
    watchdog->interval_usec = expected_usec / 3;
    watchdog->timer = loop_timer_new(loop, on_time, watchdog);
    loop_timer_set(watchdog->timer, loop_boot_usec());
    return watchdog;
}

void watchdog_free(struct watchdog *watchdog)
{
    if (!watchdog)
        return;
    loop_timer_free(watchdog->timer);
    free(watchdog);
}

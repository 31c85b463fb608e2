/* The service manager's watchdog: it is told that we live only while deadlines and events are served in time. */
#ifndef DAEMON_WATCHDOG_H
#define DAEMON_WATCHDOG_H

#include "loop/loop.h"
#include "turn/turn.h"

struct watchdog;
/* Loop and turn stay the caller's and outlive it. NULL: there is no watchdog that waits to hear of us. */
struct watchdog *watchdog_new(struct loop *loop, const struct turn *turn);
void watchdog_free(struct watchdog *watchdog);   /* accepts NULL */

#endif

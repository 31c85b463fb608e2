/* The end: nothing new is taken, and what is under way has three seconds. What is under way then is sent again after the next
 * start. */
#ifndef DAEMON_DRAIN_H
#define DAEMON_DRAIN_H

#include <stdbool.h>

#include "loop/loop.h"

struct drain;
typedef bool drain_quiet(void *userdata);        /* nothing is under way any more */

/* The loop stays the caller's and outlives it. */
struct drain *drain_new(struct loop *loop, drain_quiet *quiet, void *userdata);
void drain_free(struct drain *drain);            /* accepts NULL */

/* Stops the loop when all is quiet, or when the time is over; told again, at once. True the first time. */
bool drain_begin(struct drain *drain);

#endif

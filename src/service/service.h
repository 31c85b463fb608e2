/* What the daemon says to its service manager, and gets from it: sd_notify(3), sd_listen_fds(3), sd_watchdog_enabled(3).
 * Without one, everything here does nothing; one that hangs costs a fifth of a second at most. */
#ifndef SERVICE_SERVICE_H
#define SERVICE_SERVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SERVICE_SOCKETS_MAX = 16 };

struct service_sockets {             /* listening descriptors; whoever takes one puts -1 in its place */
    int local[SERVICE_SOCKETS_MAX];  /* named "local", or of the family AF_UNIX */
    size_t n_local;
    int http[SERVICE_SOCKETS_MAX];
    size_t n_http;
};

void service_take_sockets(struct service_sockets *ret);
void service_ready(void);
void service_reloading(int64_t monotonic_usec);
void service_stopping(void);
void service_alive(void);            /* only while deadlines and events are served in time */
/* Whether the administrators were told that the log cannot be written: kept in the runtime directory, which is memory. It
 * outlives the process, not the machine. Without such a directory nothing is kept, and false comes back. */
void service_keep_degraded(bool degraded);
bool service_kept_degraded(void);
int64_t service_watchdog_usec(void); /* how often service_alive() is expected; 0: not at all */

#endif

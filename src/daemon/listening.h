/* Where the daemon can be reached: the local socket, the sockets that the service manager holds for us, and the addresses of the
 * configuration. One address that cannot be had keeps nothing from being served at the others; it is said once, and tried again
 * every five seconds. */
#ifndef DAEMON_LISTENING_H
#define DAEMON_LISTENING_H

#include <stdbool.h>

#include "config/config.h"
#include "loop/http_server.h"
#include "loop/loop.h"

struct listening;

/* Loop and server stay the caller's and outlive it. */
struct listening *listening_new(struct loop *loop, struct http_server *server);
void listening_free(struct listening *listening);            /* accepts NULL; the server goes on listening */

/* At the start: takes the service manager's sockets, or makes the local one. False, and said: the local socket cannot be had, or
 * another daemon answers on it. Then listening_configure(). */
bool listening_begin(struct listening *listening, const char *socket_path);
/* At the start, and at a reload: these addresses from now on, with this certificate. The configuration is the caller's and lives
 * until the next one, or listening_end(). */
void listening_configure(struct listening *listening, const struct config *config);
/* No new connections, and no more tries. */
void listening_end(struct listening *listening);

#endif

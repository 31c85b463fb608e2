/* Who asks, and what they may. */
#ifndef API_AUTH_H
#define API_AUTH_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/buf.h"
#include "config/config.h"
#include "loop/http.h"

enum { AUTH_USERS_MAX = 64, AUTH_USER_BYTES = 33 };

/* Unix users by their number, so that a directory service is asked once about each. */
struct auth_users {
    struct { uid_t uid; char name[AUTH_USER_BYTES]; } known[AUTH_USERS_MAX];
    size_t n;
};

struct auth_caller {
    const char *source;      /* id of the source; "local" on the local socket. Lives as long as the configuration */
    unsigned rights;         /* enum right */
    bool local;              /* by the kernel's word, not by a token */
    uid_t uid;               /* if local */
};

/* Whose group opens the local socket: the group of the socket's file, and the program's own. */
struct auth_groups {
    gid_t gids[2];
    size_t n;
};
void auth_groups_read(const char *socket_path, struct auth_groups *ret);

/* A token decides where one is given; without one, the peer on the local socket does. False: 401. */
bool auth_check(const struct config *config, const struct auth_groups *groups, const struct http_request *request,
                struct auth_caller *ret);
/* The token in a query's `token`, for feeds that cannot set a header. */
bool auth_check_query(const struct config *config, const struct http_request *request, struct auth_caller *ret);

/* The peer's Unix name, or "uid N". The local passwd file is read first; only who is not in it is looked up by way of nsswitch,
 * which may ask a directory far away, once. Lives as long as `users`, until AUTH_USERS_MAX others were asked for. */
const char *auth_user(struct auth_users *users, uid_t uid);

/* In constant time for equal or unequal secrets of any length. */
bool auth_secret_equal(const char *given, const char *secret);

#endif

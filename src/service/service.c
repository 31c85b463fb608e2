#include "service/service.h"

#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

enum { STATE_PATIENCE_USEC = 200000 };       /* a word that the manager acts on is worth a short wait; a heartbeat is not */

static void take(struct service_sockets *ret, int fd, const char *name)
{
    bool local = strcmp(name, "local") == 0 || sd_is_socket(fd, AF_UNIX, SOCK_STREAM, 1) > 0;
    if (local && ret->n_local < SERVICE_SOCKETS_MAX)
        ret->local[ret->n_local++] = fd;
    else if (!local && ret->n_http < SERVICE_SOCKETS_MAX)
        ret->http[ret->n_http++] = fd;
}

void service_take_sockets(struct service_sockets *ret)
{
    char **names = NULL;
    int n = sd_listen_fds_with_names(1, &names);
    *ret = (struct service_sockets){0};
    for (int i = 0; i < n; i++) {
        take(ret, SD_LISTEN_FDS_START + i, names[i]);
        free(names[i]);
    }
    free(names);
}

/* sd_notify(3) waits for as long as the manager does not read, and the loop, and with it every page, would wait with it. This
 * is the same protocol with a bound. */
static void tell(const char *text, int64_t patience_usec)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const char *path = getenv("NOTIFY_SOCKET");
    size_t len = path ? strlen(path) : 0;
    if (len < 2 || len >= sizeof(address.sun_path) || (path[0] != '/' && path[0] != '@'))
        return;
    memcpy(address.sun_path, path, len);
    if (path[0] == '@')
        address.sun_path[0] = '\0';
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    struct timeval patience = {.tv_usec = patience_usec};
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
    (void)sendto(fd, text, strlen(text), MSG_NOSIGNAL | (patience_usec ? 0 : MSG_DONTWAIT), (const struct sockaddr *)&address,
                 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len));
    close(fd);
}

void service_ready(void)
{
    tell("READY=1", STATE_PATIENCE_USEC);
}

void service_reloading(int64_t monotonic_usec)
{
    char text[64];
    snprintf(text, sizeof(text), "RELOADING=1\nMONOTONIC_USEC=%" PRId64, monotonic_usec);
    tell(text, STATE_PATIENCE_USEC);
}

void service_stopping(void)
{
    tell("STOPPING=1", STATE_PATIENCE_USEC);
}

void service_alive(void)
{
    tell("WATCHDOG=1", 0);
}

int64_t service_watchdog_usec(void)
{
    uint64_t usec;
    return sd_watchdog_enabled(0, &usec) > 0 ? (int64_t)usec : 0;
}

/* The first, if there are several. False: there is none. */
static bool path_of_mark(char *ret, size_t size)
{
    const char *directory = getenv("RUNTIME_DIRECTORY");
    size_t len = directory ? strcspn(directory, ":") : 0;
    return len > 0 && (size_t)snprintf(ret, size, "%.*s/degraded", (int)len, directory) < size;
}

void service_keep_degraded(bool degraded)
{
    char path[PATH_MAX];
    if (!path_of_mark(path, sizeof(path)))
        return;
    if (!degraded) {
        (void)unlink(path);
        return;
    }
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd >= 0)
        close(fd);
}

bool service_kept_degraded(void)
{
    char path[PATH_MAX];
    return path_of_mark(path, sizeof(path)) && access(path, F_OK) == 0;
}

#include "service/service.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <systemd/sd-daemon.h>

static void take(struct service_sockets *ret, int fd, const char *name) {
    bool local = strcmp(name, "local") == 0 || sd_is_socket(fd, AF_UNIX, SOCK_STREAM, 1) > 0;
    if (local && ret->n_local < SERVICE_SOCKETS_MAX)
        ret->local[ret->n_local++] = fd;
    else if (!local && ret->n_http < SERVICE_SOCKETS_MAX)
        ret->http[ret->n_http++] = fd;
}

void service_take_sockets(struct service_sockets *ret) {
    char **names = NULL;
    int n = sd_listen_fds_with_names(1, &names);
    *ret = (struct service_sockets){0};
    for (int i = 0; i < n; i++) {
        take(ret, SD_LISTEN_FDS_START + i, names[i]);
        free(names[i]);
    }
    free(names);
}

void service_ready(void) {
    (void)sd_notify(0, "READY=1");
}

void service_reloading(int64_t monotonic_usec) {
    (void)sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" PRId64, monotonic_usec);
}

void service_stopping(void) {
    (void)sd_notify(0, "STOPPING=1");
}

void service_alive(void) {
    (void)sd_notify(0, "WATCHDOG=1");
}

int64_t service_watchdog_usec(void) {
    uint64_t usec;
    return sd_watchdog_enabled(0, &usec) > 0 ? (int64_t)usec : 0;
}

#include "daemon/listening.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/civil.h"
#include "base/log.h"
#include "base/mem.h"
#include "service/service.h"

#define AGAIN_USEC (5 * USEC_PER_SEC)

struct listening {
    struct http_server *server;
    const struct config *config;                     /* in force */
    char held[SERVICE_SOCKETS_MAX][64];              /* addresses of the sockets that the service manager holds for us */
    size_t n_held;
    bool unheard[CONFIG_MAX_LISTEN];                 /* which of the configuration's addresses could not be had */
    bool uncertified[SERVICE_SOCKETS_MAX];           /* and which of the other sockets that are held could not be given their
                                                        certificate */
    struct loop_timer *again;
};

static void on_again(void *userdata);

struct listening *listening_new(struct loop *loop, struct http_server *server)
{
    struct listening *listening = NEW(struct listening);
    listening->server = server;
    listening->again = loop_timer_new(loop, on_again, listening);
    return listening;
}

void listening_free(struct listening *listening)
{
    if (!listening)
        return;
    loop_timer_free(listening->again);
    free(listening);
}

/* ---- the sockets at the start ---- */

/* The address of a listening socket, as the configuration writes it; "" for what is none. */
static void describe_socket(int fd, char *ret, size_t size)
{
    union { struct sockaddr any; struct sockaddr_in v4; struct sockaddr_in6 v6; } address = {0};
    socklen_t len = sizeof(address);
    char host[INET6_ADDRSTRLEN] = "";
    ret[0] = '\0';
    if (getsockname(fd, &address.any, &len) != 0)
        return;
    if (address.any.sa_family == AF_INET && inet_ntop(AF_INET, &address.v4.sin_addr, host, sizeof(host)))
        snprintf(ret, size, "%s:%u", host, ntohs(address.v4.sin_port));
    else if (address.any.sa_family == AF_INET6 && inet_ntop(AF_INET6, &address.v6.sin6_addr, host, sizeof(host)))
        snprintf(ret, size, "[%s]:%u", host, ntohs(address.v6.sin6_port));
}

static void take_http_socket(struct listening *listening, int fd)
{
    char *address = listening->held[listening->n_held];
    describe_socket(fd, address, sizeof(listening->held[0]));
    if (http_server_listen_fd(listening->server, fd, *address ? address : NULL) != ERR_OK)
        log_error("Cannot listen on a socket of the service manager.");
    else if (*address)
        listening->n_held++;
}

bool listening_begin(struct listening *listening, const char *socket_path)
{
    struct service_sockets sockets;
    enum err err = ERR_OK;
    service_take_sockets(&sockets);
    for (size_t i = 0; i < sockets.n_http; i++)
        take_http_socket(listening, sockets.http[i]);
    for (size_t i = 0; i < sockets.n_local && err == ERR_OK; i++)
        err = http_server_listen_fd(listening->server, sockets.local[i], NULL);
    if (sockets.n_local == 0)
        err = http_server_listen_unix(listening->server, socket_path);
    if (err == ERR_EXISTS)
        log_crit("Another daemon answers on %s.", socket_path);
    else if (err != ERR_OK)
        log_crit("Cannot listen on %s: %s.", socket_path, err_text(err));
    return err == ERR_OK;
}

/* ---- the configuration's addresses ---- */

static const char *why_not(const struct config *config, enum err err)
{
    if (config->tls_certificate && http_server_check_tls(config->tls_certificate, config->tls_key) != ERR_OK)
        return "tls-certificate and tls-key cannot be used, and nothing is served without them";
    return err == ERR_EXISTS ? "another program does" : err_text(err);
}

/* False: not now. That is said the first time. */
static bool listen_at(struct listening *listening, const char *address, bool again)
{
    const struct config *config = listening->config;
    enum err err = http_server_listen_tcp(listening->server, address, config->tls_certificate, config->tls_key, NULL);
    if (err != ERR_OK && !again)
        log_error("Cannot listen on %s: %s.", address, why_not(config, err));
    else if (again && err == ERR_OK)
        log_notice("Listens on %s at last.", address);
    return err == ERR_OK;
}

static bool is_configured(const struct config *config, const char *address)
{
    for (size_t i = 0; i < config->n_listen; i++)
        if (strcmp(config->listen[i], address) == 0)
            return true;
    return false;
}

/* At those that could not be had before; `again` false: at all of them. A socket that is held is listened at already: it is given
 * the certificate. */
static void listen_at_addresses(struct listening *listening, bool again)
{
    const struct config *config = listening->config;
    bool all = true;
    for (size_t i = 0; i < listening->n_held; i++) {
        if ((!again || listening->uncertified[i]) && !is_configured(config, listening->held[i]))
            listening->uncertified[i] = !listen_at(listening, listening->held[i], again);
        else if (!again)
            listening->uncertified[i] = false;
        all = all && !listening->uncertified[i];
    }
    for (size_t i = 0; i < config->n_listen; i++) {
        if (!again || listening->unheard[i])
            listening->unheard[i] = !listen_at(listening, config->listen[i], again);
        all = all && !listening->unheard[i];
    }
    if (all)
        loop_timer_clear(listening->again);
    else
        loop_timer_set(listening->again, loop_boot_usec() + AGAIN_USEC);
}

static void on_again(void *userdata)
{
    listen_at_addresses(userdata, true);
}

void listening_configure(struct listening *listening, const struct config *config)
{
    listening->config = config;
    http_server_keep_tcp(listening->server, config->listen, config->n_listen);
    http_server_trust(listening->server, config->trusted_proxies, config->n_trusted_proxies);
    listen_at_addresses(listening, false);
}

void listening_end(struct listening *listening)
{
    http_server_stop_accepting(listening->server);
    loop_timer_clear(listening->again);
}

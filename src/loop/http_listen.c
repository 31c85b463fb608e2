/* Listening sockets: TCP with and without TLS, AF_UNIX, and descriptors that the service manager hands over. */
#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/civil.h"
#include "base/text.h"
#include "loop/http_server_internal.h"

enum { BACKLOG = 512, PAUSE_USEC = 100000 };

static enum err err_of_errno(void)
{
    switch (errno) {
    case EADDRINUSE:    return ERR_EXISTS;
    case EADDRNOTAVAIL:
    case ENOENT:        return ERR_NOT_FOUND;
    case EACCES:
    case EPERM:         return ERR_DENIED;
    default:            return ERR_IO;
    }
}

/* --- One listener --- */

static bool out_of_descriptors(int fd)
{
    int probe = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    if (probe >= 0)
        close(probe);
    return probe < 0;
}

void listeners_resume(void *userdata)
{
    struct http_server *server = userdata;
    struct http_listener *listener;
    SLIST_FOREACH(listener, &server->listeners, link)
        if (listener->bound)
            evconnlistener_enable(evhttp_bound_socket_get_listener(listener->bound));
}

static bool free_descriptor(struct http_server *server)
{
    struct http_conn *lingering = TAILQ_FIRST(&server->conns[CONN_LINGERING]);
    if (lingering)
        guard_close(lingering);
    return lingering || guard_evict(server);
}

/* Somebody connects. Without a free descriptor accept() fails and the socket stays readable, which would spin; so accepting
 * pauses, for a round if there is a connection that can be closed for the new one. */
static void check_headroom(evutil_socket_t fd, short what, void *userdata)
{
    (void)what;
    struct http_listener *listener = userdata;
    struct http_server *server = listener->server;
    if (!out_of_descriptors(fd))
        return;
    bool freed = free_descriptor(server);
    struct http_listener *each;
    SLIST_FOREACH(each, &server->listeners, link)
        if (each->bound)
            evconnlistener_disable(evhttp_bound_socket_get_listener(each->bound));
    loop_timer_set(server->accept_timer, freed ? 0 : loop_boot_usec() + PAUSE_USEC);
}

static void accept_failed(struct evconnlistener *listener, void *userdata)
{
    (void)listener;
    (void)userdata;                         /* it is readable still, and check_headroom() will see to it */
}

static struct evhttp *make_evhttp(struct http_listener *listener)
{
    const struct http_limits *limits = &listener->server->limits;
    struct evhttp *evhttp = evhttp_new(loop_base(listener->server->loop));
    assert(evhttp);
    evhttp_set_max_headers_size(evhttp, (ev_ssize_t)limits->max_header_bytes);
    evhttp_set_max_body_size(evhttp, (ev_ssize_t)limits->max_body_bytes);
    evhttp_set_allowed_methods(evhttp, UINT16_MAX);         /* the handler answers 405, with Allow */
    evhttp_set_default_content_type(evhttp, NULL);
    evhttp_set_bevcb(evhttp, guard_new_bufferevent, listener);
    evhttp_set_gencb(evhttp, exchange_begin, listener);
    return evhttp;
}

/* Takes over fd, a listening socket, and tls. */
static struct http_listener *listener_new(struct http_server *server, int fd, SSL_CTX *tls)
{
    struct http_listener *listener = NEW(struct http_listener);
    listener->server = server;
    listener->tls = tls;
    listener->evhttp = make_evhttp(listener);
    struct evconnlistener *accepting =
        evconnlistener_new(loop_base(server->loop), NULL, NULL, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0, fd);
    assert(accepting);
    evconnlistener_set_error_cb(accepting, accept_failed);
    listener->bound = evhttp_bind_listener(listener->evhttp, accepting);
    assert(listener->bound);
    listener->headroom_event = loop_event_new(server->loop, fd, EV_READ, check_headroom, listener);
    SLIST_INSERT_HEAD(&server->listeners, listener, link);
    return listener;
}

static void unlink_socket(struct http_listener *listener)
{
    struct stat st;
    if (listener->unix_path && !lstat(listener->unix_path, &st) && st.st_dev == listener->unix_dev
        && st.st_ino == listener->unix_ino)
        unlink(listener->unix_path);
}

void listener_stop(struct http_listener *listener)
{
    if (!listener->bound)
        return;
    unlink_socket(listener);
    event_free(TAKE(listener->headroom_event));
    evhttp_del_accept_socket(listener->evhttp, TAKE(listener->bound));
    if (!listener->n_conns)
        listener_free(listener);
}

void listener_free(struct http_listener *listener)
{
    if (listener->bound) {
        unlink_socket(listener);
        event_free(listener->headroom_event);
    }
    SLIST_REMOVE(&listener->server->listeners, listener, http_listener, link);
    evhttp_free(listener->evhttp);
    SSL_CTX_free(listener->tls);
    free(listener->address);
    free(listener->unix_path);
    free(listener);
}

/* --- TCP --- */

static SSL_CTX *tls_without_certificate(void)
{
    SSL_CTX *tls = SSL_CTX_new(TLS_server_method());
    assert(tls);
    SSL_CTX_set_min_proto_version(tls, TLS1_2_VERSION);
    SSL_CTX_set_options(tls, SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
    return tls;
}

static enum err load_tls(const char *certificate_path, const char *key_path, SSL_CTX **ret)
{
    *ret = NULL;
    if (!certificate_path || !key_path)
        return certificate_path || key_path ? ERR_SYNTAX : ERR_OK;
    if (access(certificate_path, R_OK) || access(key_path, R_OK))
        return err_of_errno();
    SSL_CTX *tls = tls_without_certificate();
    if (SSL_CTX_use_certificate_chain_file(tls, certificate_path) != 1
        || SSL_CTX_use_PrivateKey_file(tls, key_path, SSL_FILETYPE_PEM) != 1 || SSL_CTX_check_private_key(tls) != 1) {
        SSL_CTX_free(tls);
        return ERR_SYNTAX;
    }
    *ret = tls;
    return ERR_OK;
}

enum err http_server_check_tls(const char *certificate_path, const char *key_path)
{
    SSL_CTX *tls;
    enum err err = load_tls(certificate_path, key_path, &tls);
    SSL_CTX_free(tls);
    return err;
}

static void set_option(int fd, int level, int name)
{
    int on = 1;
    setsockopt(fd, level, name, &on, sizeof(on));
}

/* "192.0.2.1:80" or "[2001:db8::1]:80"; libevent's own parser refuses port 0. */
static enum err parse_tcp(const char *text, struct sockaddr_storage *ret, socklen_t *ret_len)
{
    const char *colon = strrchr(text, ':');
    uint64_t port;
    char host[64];
    if (!colon || (size_t)(colon - text) >= sizeof(host) || text_to_u64(colon + 1, 65535, &port))
        return ERR_SYNTAX;
    memcpy(host, text, (size_t)(colon - text));
    host[colon - text] = 0;
    bool v6 = host[0] == '[';
    if (v6 && host[strlen(host) - 1] != ']')
        return ERR_SYNTAX;
    *ret = (struct sockaddr_storage){ .ss_family = v6 ? AF_INET6 : AF_INET };
    if (v6) {
        host[strlen(host) - 1] = 0;
        struct sockaddr_in6 *address = (struct sockaddr_in6 *)ret;
        address->sin6_port = htons((uint16_t)port);
        *ret_len = sizeof(*address);
        return inet_pton(AF_INET6, host + 1, &address->sin6_addr) == 1 ? ERR_OK : ERR_SYNTAX;
    }
    struct sockaddr_in *address = (struct sockaddr_in *)ret;
    address->sin_port = htons((uint16_t)port);
    *ret_len = sizeof(*address);
    return inet_pton(AF_INET, host, &address->sin_addr) == 1 ? ERR_OK : ERR_SYNTAX;
}

static enum err open_tcp(const struct sockaddr *address, socklen_t len, int *ret_fd)
{
    int fd = socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return ERR_IO;
    set_option(fd, SOL_SOCKET, SO_REUSEADDR);
    set_option(fd, IPPROTO_TCP, TCP_NODELAY);               /* what is accepted inherits it */
    if (address->sa_family == AF_INET6)
        set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY);
    if (bind(fd, address, len) || listen(fd, BACKLOG)) {
        enum err err = err_of_errno();
        close(fd);
        return err;
    }
    *ret_fd = fd;
    return ERR_OK;
}

static int port_of(int fd)
{
    struct sockaddr_storage address;
    socklen_t len = sizeof(address);
    if (getsockname(fd, (struct sockaddr *)&address, &len))
        return 0;
    if (address.ss_family == AF_INET6)
        return ntohs(((struct sockaddr_in6 *)&address)->sin6_port);
    return address.ss_family == AF_INET ? ntohs(((struct sockaddr_in *)&address)->sin_port) : 0;
}

static struct http_listener *find_tcp(struct http_server *server, const char *address)
{
    struct http_listener *listener;
    SLIST_FOREACH(listener, &server->listeners, link)
        if (listener->bound && listener->address && !strcmp(listener->address, address))
            return listener;
    return NULL;
}

static void return_port(const struct http_listener *listener, int *ret_port)
{
    if (ret_port)
        *ret_port = port_of(evhttp_bound_socket_get_fd(listener->bound));
}

/* What was to be served over TLS is not served without: a handshake with a server that has no certificate fails, and so does
 * whatever is none. One that has a certificate keeps it. */
static void refuse_plain(struct http_server *server, const char *address)
{
    struct http_listener *listener = find_tcp(server, address);
    if (listener && !listener->tls)
        listener->tls = tls_without_certificate();
}

enum err http_server_listen_tcp(struct http_server *server, const char *address, const char *certificate_path,
                                const char *key_path, int *ret_port)
{
    SSL_CTX *tls;
    enum err err = load_tls(certificate_path, key_path, &tls);
    if (err) {
        refuse_plain(server, address);
        return err;
    }
    struct http_listener *listener = find_tcp(server, address);
    if (listener) {                         /* a reload: the socket stays, new connections get the certificate as it is now */
        SSL_CTX_free(listener->tls);
        listener->tls = tls;
        return_port(listener, ret_port);
        return ERR_OK;
    }
    struct sockaddr_storage parsed;
    socklen_t len = 0;
    int fd = -1;
    err = parse_tcp(address, &parsed, &len);
    if (!err)
        err = open_tcp((struct sockaddr *)&parsed, len, &fd);
    if (err) {
        SSL_CTX_free(tls);
        return err;
    }
    listener = listener_new(server, fd, tls);
    listener->address = mem_strdup(address);
    return_port(listener, ret_port);
    return ERR_OK;
}

void http_server_keep_tcp(struct http_server *server, const char *const *addresses, size_t n)
{
    struct http_listener *listener, *next;
    for (listener = SLIST_FIRST(&server->listeners); listener; listener = next) {
        next = SLIST_NEXT(listener, link);
        bool keep = !listener->address || listener->handed_over;
        for (size_t i = 0; i < n && !keep; i++)
            keep = !strcmp(listener->address, addresses[i]);
        if (!keep)
            listener_stop(listener);
    }
}

/* --- AF_UNIX and descriptors --- */

/* A socket file that nobody listens on is left from a crash and goes; anything else stays. */
static enum err clear_path(const struct sockaddr_un *address)
{
    struct stat st;
    if (lstat(address->sun_path, &st))
        return errno == ENOENT ? ERR_OK : err_of_errno();
    if (!S_ISSOCK(st.st_mode))
        return ERR_EXISTS;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return ERR_IO;
    bool stale = connect(fd, (const struct sockaddr *)address, sizeof(*address)) && errno == ECONNREFUSED;
    close(fd);
    if (!stale)
        return ERR_EXISTS;
    return unlink(address->sun_path) ? err_of_errno() : ERR_OK;
}

/* The mode is set between bind and listen, when nobody can connect yet. */
static enum err open_unix(const struct sockaddr_un *address, int *ret_fd, struct stat *ret_st)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return ERR_IO;
    if (bind(fd, (const struct sockaddr *)address, sizeof(*address)) || chmod(address->sun_path, 0660)
        || lstat(address->sun_path, ret_st) || listen(fd, BACKLOG)) {
        enum err err = err_of_errno();
        close(fd);
        return err;
    }
    *ret_fd = fd;
    return ERR_OK;
}

enum err http_server_listen_unix(struct http_server *server, const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    if (strlen(path) >= sizeof(address.sun_path))
        return ERR_TOO_BIG;
    strcpy(address.sun_path, path);
    struct stat st;
    int fd = -1;
    enum err err = clear_path(&address);
    if (!err)
        err = open_unix(&address, &fd, &st);
    if (err)
        return err;
    struct http_listener *listener = listener_new(server, fd, NULL);
    listener->unix_path = mem_strdup(path);
    listener->unix_dev = st.st_dev;
    listener->unix_ino = st.st_ino;
    return ERR_OK;
}

enum err http_server_listen_fd(struct http_server *server, int fd, const char *address)
{
    int listening = 0;
    int family = 0;
    socklen_t len = sizeof(listening);
    if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &len) || !listening)
        return ERR_SYNTAX;
    len = sizeof(family);
    if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &len) || (family != AF_UNIX && family != AF_INET && family != AF_INET6))
        return ERR_UNSUPPORTED;
    if (evutil_make_socket_nonblocking(fd) || evutil_make_socket_closeonexec(fd))
        return ERR_IO;
    if (family != AF_UNIX)
        set_option(fd, IPPROTO_TCP, TCP_NODELAY);
    struct http_listener *listener = listener_new(server, fd, NULL);
    listener->address = address ? mem_strdup(address) : NULL;
    listener->handed_over = true;
    return ERR_OK;
}

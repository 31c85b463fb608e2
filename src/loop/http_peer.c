/* Who is at the other end: an address, or the kernel's word on a local process. */
#include <config.h>      /* _GNU_SOURCE, for struct ucred */

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <event2/keyvalq_struct.h>

#include "loop/http_server_internal.h"

bool peer_parse_ip(const char *address, unsigned char ret_ip[16])
{
    struct in_addr v4;
    if (inet_pton(AF_INET, address, &v4) == 1) {
        memset(ret_ip, 0, 10);
        memset(ret_ip + 10, 0xff, 2);
        memcpy(ret_ip + 12, &v4, 4);
        return true;
    }
    return inet_pton(AF_INET6, address, ret_ip) == 1;
}

static void write_ip(const unsigned char ip[16], char *ret, size_t size)
{
    if (IN6_IS_ADDR_V4MAPPED((const struct in6_addr *)(const void *)ip))
        inet_ntop(AF_INET, ip + 12, ret, (socklen_t)size);
    else
        inet_ntop(AF_INET6, ip, ret, (socklen_t)size);
}

static void learn_local(struct http_peer *peer, int fd)
{
    peer->local = true;
    strcpy(peer->address, "local");
    struct ucred credentials = { .uid = (uid_t)-1, .gid = (gid_t)-1 };
    socklen_t len = sizeof(credentials);
    /* A socket that died meanwhile is nobody's: never root's. */
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &len) < 0)
        credentials.uid = (uid_t)-1;
    peer->uid = credentials.uid;
    peer->gid = credentials.gid;
    len = sizeof(peer->groups);
    /* A process in more groups than fit counts as being in its primary one only. */
    if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, peer->groups, &len) == 0)
        peer->n_groups = len / sizeof(gid_t);
}

static void learn_address(struct http_conn *conn, const struct sockaddr *address)
{
    if (address && address->sa_family == AF_INET) {
        const struct sockaddr_in *v4 = (const void *)address;
        memset(conn->ip + 10, 0xff, 2);
        memcpy(conn->ip + 12, &v4->sin_addr, 4);
    } else if (address && address->sa_family == AF_INET6) {
        const struct sockaddr_in6 *v6 = (const void *)address;
        memcpy(conn->ip, &v6->sin6_addr, 16);
    }
    write_ip(conn->ip, conn->peer.address, sizeof(conn->peer.address));
}

void peer_learn(struct http_conn *conn)
{
    const struct sockaddr *address = evhttp_connection_get_addr(conn->evcon);
    conn->has_peer = true;
    conn->peer.tls = conn->listener->tls;
    conn->peer.uid = (uid_t)-1;
    conn->peer.gid = (gid_t)-1;
    if (address && address->sa_family == AF_UNIX)
        learn_local(&conn->peer, bufferevent_getfd(conn->bev));
    else
        learn_address(conn, address);
}

static bool is_trusted(const struct http_conn *conn)
{
    for (size_t i = 0; i < conn->server->n_trusted; i++)
        if (!memcmp(conn->server->trusted[i], conn->ip, 16))
            return true;
    return false;
}

/* The last element of the last X-Forwarded-For: what the proxy itself saw. Anything before it is the client's word. */
static const char *last_forwarded(struct evhttp_request *req)
{
    const char *value = NULL;
    struct evkeyval *header;
    TAILQ_FOREACH(header, evhttp_request_get_input_headers(req), next)
        if (!evutil_ascii_strcasecmp(header->key, "X-Forwarded-For"))
            value = header->value;
    if (!value)
        return NULL;
    const char *comma = strrchr(value, ',');
    value = comma ? comma + 1 : value;
    return value + strspn(value, " \t");
}

/* "192.0.2.1", "192.0.2.1:4711", "2001:db8::1" or "[2001:db8::1]:4711" */
static bool parse_forwarded(const char *text, unsigned char ret_ip[16])
{
    char address[64];
    bool bracket = *text == '[';
    text += bracket;
    size_t len = strcspn(text, bracket ? "]" : " \t");
    if (len >= sizeof(address))
        return false;
    memcpy(address, text, len);
    address[len] = 0;
    char *colon = strchr(address, ':');
    if (!bracket && colon && !strchr(colon + 1, ':'))
        *colon = 0;
    return peer_parse_ip(address, ret_ip);
}

const struct http_peer *peer_of_request(struct http_conn *conn, struct evhttp_request *req, struct http_peer *scratch)
{
    if (conn->peer.local || !is_trusted(conn))
        return &conn->peer;
    *scratch = conn->peer;
    scratch->trusted_proxy = true;
    const char *forwarded = last_forwarded(req);
    unsigned char ip[16];
    if (forwarded && parse_forwarded(forwarded, ip))
        write_ip(ip, scratch->address, sizeof(scratch->address));
    return scratch;
}

#include "net.h"

#include <arpa/inet.h>
#include <assert.h>
#include <poll.h>
#include <stdio.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { PATIENCE_MSEC = 60000 };

static struct sockaddr_in loopback(int port)
{
    return (struct sockaddr_in){ .sin_family = AF_INET,
                                 .sin_port = htons((uint16_t)port),
                                 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

int net_listen(int *ret_port)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = loopback(0);
    socklen_t len = sizeof(address);
    int failed =
        bind(fd, (struct sockaddr *)&address, len) || listen(fd, 64) || getsockname(fd, (struct sockaddr *)&address, &len);
    assert(!failed);
    *ret_port = ntohs(address.sin_port);
    return fd;
}

static void wait_readable(int fd)
{
    struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
    int n = poll(&poll_fd, 1, PATIENCE_MSEC);
    assert(n == 1);
}

int net_accept(int listen_fd)
{
    wait_readable(listen_fd);
    return accept(listen_fd, NULL, NULL);
}

int net_dial(int port)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = loopback(port);
    if (connect(fd, (struct sockaddr *)&address, sizeof(address))) {
        close(fd);
        return -1;
    }
    return fd;
}

int net_dial_unix(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(fd, (struct sockaddr *)&address, sizeof(address))) {
        close(fd);
        return -1;
    }
    return fd;
}

bool net_send(int fd, const void *bytes, size_t len)
{
    const char *at = bytes;
    while (len) {
        ssize_t n = send(fd, at, len, MSG_NOSIGNAL);
        if (n <= 0)
            return false;
        at += n;
        len -= (size_t)n;
    }
    return true;
}

bool net_send_text(int fd, const char *text)
{
    return net_send(fd, text, strlen(text));
}

bool net_recv(int fd, struct buf *buf)
{
    wait_readable(fd);
    ssize_t n = recv(fd, buf_reserve(buf, 65536), 65536, 0);
    if (n > 0)
        buf->len += (size_t)n;
    buf_cut(buf, buf->len);
    return n > 0;
}

void net_recv_all(int fd, struct buf *buf)
{
    while (net_recv(fd, buf))
        ;
}

bool net_recv_until(int fd, struct buf *buf, const char *text)
{
    while (!strstr(buf_text(buf), text))
        if (!net_recv(fd, buf))
            return false;
    return true;
}

bool net_ended(int fd)
{
    CLEANUP_BUF struct buf buf = {0};
    net_recv_all(fd, &buf);
    return buf.len == 0;
}

static size_t content_length(const char *head)
{
    const char *end = strstr(head, "\r\n\r\n");
    for (const char *line = strchr(head, '\n'); line < end; line = strchr(line, '\n'))
        if (!strncasecmp(++line, "Content-Length:", 15))
            return strtoul(line + 15, NULL, 10);
    return 0;
}

bool net_recv_response(int fd, struct buf *buf, struct buf *ret, bool bodyless)
{
    buf_clear(ret);
    if (!net_recv_until(fd, buf, "\r\n\r\n"))
        return false;
    size_t head_len = (size_t)(strstr(buf_text(buf), "\r\n\r\n") + 4 - buf_text(buf));
    size_t len = head_len + (bodyless ? 0 : content_length(buf_text(buf)));
    while (buf->len < len)
        if (!net_recv(fd, buf))
            return false;
    buf_add(ret, buf->data, len);
    size_t rest = buf->len - len;
    memmove(buf->data, buf->data + len, rest);
    buf_cut(buf, rest);
    return true;
}

int net_status(const struct buf *response)
{
    const char *text = buf_text(response);
    return strncmp(text, "HTTP/1.", 7) != 0 ? 0 : (int)strtol(text + 9, NULL, 10);
}

const char *net_body(const struct buf *response)
{
    const char *end = strstr(buf_text(response), "\r\n\r\n");
    return end ? end + 4 : "";
}

/* Blocking sockets on loopback for tests: the other side of the loop. Whatever does not happen within a minute fails the test. */
#ifndef TESTS_NET_H
#define TESTS_NET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

int net_listen(int *ret_port);
int net_accept(int listen_fd);
int net_dial(int port);
int net_dial_unix(const char *path);
bool net_send(int fd, const void *bytes, size_t len);       /* false: the peer does not take it any more */
bool net_send_text(int fd, const char *text);
bool net_recv(int fd, struct buf *buf);                     /* appends what comes; false: the end, or a reset */
void net_recv_all(int fd, struct buf *buf);                 /* to the end */
bool net_recv_until(int fd, struct buf *buf, const char *text);
bool net_ended(int fd);                                     /* waits for the end; true if nothing came before it */
/* One HTTP response with a Content-Length, whose bytes are moved from `buf` (and the socket) to ret; buf keeps what is behind. */
bool net_recv_response(int fd, struct buf *buf, struct buf *ret, bool bodyless);
int net_status(const struct buf *response);
const char *net_body(const struct buf *response);

#endif

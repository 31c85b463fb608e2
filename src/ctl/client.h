/* The daemon's HTTP API over its local socket, by libcurl. Waits for each reply. */
#ifndef CTL_CLIENT_H
#define CTL_CLIENT_H

#include <stddef.h>

#include <jansson.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"

enum { CLIENT_MAX_REPLY_BYTES = 64 * 1024 * 1024 };

struct client;

struct client_reply {        /* a value: zeroed is empty; client_reply_done() */
    long status;             /* HTTP status */
    struct buf body;         /* as it came */
    json_t *json;            /* the body, read; NULL: it is no JSON */
};
void client_reply_done(struct client_reply *reply);
#define CLEANUP_REPLY __attribute__((cleanup(client_reply_done)))

struct client *client_new(const char *socket_path);          /* copied. Never NULL; connects when it is used */
void client_free(struct client *client);                     /* accepts NULL */

/* ERR_OK: a whole reply came, of whatever status. ERR_NOT_FOUND: no such socket, or nobody listens on it. ERR_DENIED: we may not
 * use it. ERR_TIMEOUT: it accepts, and does not answer. ERR_TOO_BIG; ERR_IO: it hung up half way, or speaks something else.
 * `path` is sent as it stands; parts that come from people go through client_add_path(). json body: borrowed; NULL: none. */
WARN_UNUSED enum err client_call(struct client *client, const char *method, const char *path, json_t *body,
                                 struct client_reply *ret);

/* Receives a reply of unknown length as it comes: `data` for each piece, until the daemon ends it or `data` returns false (then
 * ERR_OK). A reply that is not 2xx goes to *ret_refusal instead (ERR_OK, status set). ERR_IO: the connection broke. */
typedef bool client_data(void *userdata, const char *bytes, size_t len);
WARN_UNUSED enum err client_stream(struct client *client, const char *path, client_data *data, void *userdata,
                                   struct client_reply *ret_refusal);

void client_add_path(struct buf *path, const char *segment);                            /* percent-encoded, for a path or a
                                                                                           query's value */
void client_add_query(struct buf *path, const char *name, const char *value);           /* "?name=value", or "&..."; NULL
                                                                                           value: nothing */

#endif

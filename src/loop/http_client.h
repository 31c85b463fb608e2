/* Outgoing transfers over libcurl's multi interface: HTTP requests and SMTP mails. Never blocks the loop (dead DNS and slow mail
 * servers included); follows no redirects; ignores proxies from the environment; checks certificates, except with opportunistic
 * STARTTLS without a ca_file, which would take plain text too. */
#ifndef LOOP_HTTP_CLIENT_H
#define LOOP_HTTP_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "loop/loop.h"

struct http_client;
struct transfer;

WARN_UNUSED enum err http_client_new(struct loop *loop, struct http_client **ret);
/* Cancels what is under way, without callbacks. */
void http_client_free(struct http_client *client);          /* accepts NULL */

enum transfer_outcome {
    TRANSFER_DONE,           /* a whole reply came: look at status and body */
    TRANSFER_NOT_SENT,       /* no connection, no name, refused TLS: the request surely was not taken */
    TRANSFER_UNKNOWN,        /* it was, or may have been, sent; no whole reply came */
};

struct transfer_result {     /* borrowed for the callback */
    enum transfer_outcome outcome;
    long status;             /* HTTP status or SMTP code; 0 if none came */
    const char *body;        /* HTTP: the reply, cut at 64 KiB (then `cut`); NUL behind it */
    size_t body_len;
    bool cut;                /* DONE all the same: the status is known */
    int64_t retry_after_usec;  /* from Retry-After in seconds, 0 if none, at most a day */
    const char *reason;      /* one English line for the log and the timeline; holds no secrets and no URL query */
};

typedef void transfer_cb(void *userdata, const struct transfer_result *result);

struct transfer_http {       /* copied as far as needed; all strings without control characters or the transfer is refused */
    const char *method;      /* "GET", "POST" */
    const char *url;         /* http or https */
    const char *username;    /* NULL: no Basic authentication */
    const char *password;
    const char *const *headers;   /* "Name: value" */
    size_t n_headers;
    const char *content_type;     /* NULL: no body */
    const void *body;
    size_t body_len;
    const char *ca_file;     /* NULL: the system's */
    int64_t timeout_usec;    /* for the whole transfer */
};

enum transfer_starttls { TRANSFER_STARTTLS_REQUIRED, TRANSFER_STARTTLS_OPPORTUNISTIC, TRANSFER_STARTTLS_NO };

struct transfer_mail {       /* one recipient and one connection a transfer */
    const char *url;         /* smtp:// or smtps:// */
    const char *username;
    const char *password;
    enum transfer_starttls starttls;
    const char *ca_file;
    const char *from;        /* bare addresses; "<", ">" and controls are refused */
    const char *to;
    const char *subject;     /* UTF-8, encoded by RFC 2047 here */
    const char *from_name;   /* NULL: none */
    const char *const *headers;   /* more, ASCII: "Message-ID: <...>", "Auto-Submitted: auto-generated". Date, From, To and
                                   * Subject are set here */
    size_t n_headers;
    const char *text;        /* UTF-8 body, quoted-printable */
    const char *html;        /* NULL: text only; else multipart/alternative */
    int64_t date_sec;        /* for Date */
    int64_t timeout_usec;
};

/* Starts a transfer. The callback comes later, on the loop's thread, exactly once unless cancelled; never from within the
 * start. ERR_SYNTAX: a field holds what could be taken for protocol (control characters, a scheme that is not
 * allowed); nothing is started. */
WARN_UNUSED enum err http_client_start(struct http_client *client, const struct transfer_http *http, transfer_cb *cb,
                                       void *userdata, struct transfer **ret);
WARN_UNUSED enum err http_client_start_mail(struct http_client *client, const struct transfer_mail *mail, transfer_cb *cb,
                                            void *userdata, struct transfer **ret);
void transfer_cancel(struct transfer *transfer);            /* no callback any more; accepts NULL */

#endif

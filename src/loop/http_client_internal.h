/* What the files of the client share; nobody else includes it. */
#ifndef LOOP_HTTP_CLIENT_INTERNAL_H
#define LOOP_HTTP_CLIENT_INTERNAL_H

#include <sys/queue.h>

#include <curl/curl.h>

#include "base/buf.h"
#include "loop/http_client.h"
#include "loop/loop_internal.h"

enum { MAX_REPLY_BYTES = 65536, MAX_REPLY_HEAD_BYTES = 65536, MAX_IDLE_HANDLES = 16, MAX_IDLE_CONNECTIONS = 256 };

struct transfer {
    TAILQ_ENTRY(transfer) link;     /* in the client's running or done */
    struct http_client *client;
    CURL *easy;
    transfer_cb *cb;
    void *userdata;
    struct curl_slist *lines;       /* HTTP headers, or the one recipient */
    struct buf upload;              /* a mail's message */
    size_t uploaded;                /* how much of it curl has asked for */
    int sockets[8];                 /* a mail's */
    size_t n_sockets;
    struct buf reply;
    size_t head_len;                /* bytes of the reply's head */
    bool cut;
    bool is_mail;
    bool is_done;
    CURLcode code;
    char error[CURL_ERROR_SIZE];
};

TAILQ_HEAD(transfer_list, transfer);

struct http_client {
    struct loop *loop;
    CURLM *multi;
    struct loop_timer *timer;
    struct transfer_list running;
    struct transfer_list done;      /* finished, not yet told of */
    CURL *idle[MAX_IDLE_HANDLES];   /* handles kept for the next transfers */
    size_t n_idle;
};

/* curl refuses an option only when it lacks memory or was built without what we depend on: both end the program. */
#define SET(easy, option, value)                                          \
    do {                                                                  \
        CURLcode set_code_ = curl_easy_setopt((easy), (option), (value)); \
        assert(set_code_ == CURLE_OK);                                    \
    } while (0)

/* transfer.c */
struct transfer *transfer_new(struct http_client *client, transfer_cb *cb, void *userdata);
void transfer_free(struct transfer *transfer);      /* not in the multi handle, nor in a list */
void transfer_add_line(struct transfer *transfer, const char *line);
void transfer_set_tls(struct transfer *transfer, const char *ca_file, bool verify);
void transfer_tell(struct transfer *transfer);      /* calls back with the result */
bool transfer_text_clean(const char *text);         /* no control characters; NULL is clean */
bool transfer_scheme_is(const char *url, const char *scheme);

/* transfer_http.c, transfer_mail.c: set the handle's options, or ERR_SYNTAX */
WARN_UNUSED enum err transfer_set_http(struct transfer *transfer, const struct transfer_http *http);
WARN_UNUSED enum err transfer_set_mail(struct transfer *transfer, const struct transfer_mail *mail);

#endif

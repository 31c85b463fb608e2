/* What the files of the client share; nobody else includes it. */
#ifndef LOOP_HTTP_CLIENT_INTERNAL_H
#define LOOP_HTTP_CLIENT_INTERNAL_H

#include <sys/queue.h>

#include <curl/curl.h>

#include "base/buf.h"
#include "loop/http_client.h"
#include "loop/loop_internal.h"

enum { MAX_REPLY_BYTES = 65536, MAX_REPLY_HEAD_BYTES = 65536, MAX_IDLE_CONNECTIONS = 256 };

struct transfer {
    TAILQ_ENTRY(transfer) link;     /* in the client's running or done */
    struct http_client *client;
    CURL *easy;
    transfer_cb *cb;
    void *userdata;
    struct curl_slist *lines;       /* HTTP headers */
    struct buf reply;               /* the body; in a mail's dialogue, the server's lines that were not read yet */
    size_t head_len;                /* bytes of the reply's head */
    bool head_done;
    bool cut;
    bool is_done;
    int64_t timeout_usec;
    int64_t due_usec;               /* boot: when the time is up */
    struct loop_timer *timer;       /* for when curl forgets the time */
    CURLcode code;
    char error[CURL_ERROR_SIZE];

    bool is_mail;                   /* what follows is a mail's */
    struct buf message;
    char *mail_from;
    char *mail_to;
    struct mail_dialogue *dialogue; /* NULL: curl is still connecting, or it has ended */
    enum transfer_outcome mail_outcome;
    int mail_status;
    struct buf mail_reason;
};

TAILQ_HEAD(transfer_list, transfer);

struct http_client {
    struct loop *loop;
    CURLM *multi;
    struct loop_timer *timer;
    struct transfer_list running;
    struct transfer_list done;      /* finished, not yet told of */
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
void transfer_set_timeout(struct transfer *transfer, int64_t timeout_usec);
void transfer_set_tls(struct transfer *transfer, const char *ca_file, bool verify);
void transfer_tell(struct transfer *transfer);      /* calls back with the result */
void transfer_remove(struct transfer *transfer);    /* out of the multi handle, into the client's done */
bool transfer_text_clean(const char *text);         /* no control characters; NULL is clean */
bool transfer_scheme_is(const char *url, const char *scheme);

/* transfer_http.c, transfer_mail.c: set the handle's options, or ERR_SYNTAX */
WARN_UNUSED enum err transfer_set_http(struct transfer *transfer, const struct transfer_http *http);
WARN_UNUSED enum err transfer_set_mail(struct transfer *transfer, const struct transfer_mail *mail);

/* mail_dialogue.c: from the first command after the login to the answer to the message. */
void mail_dialogue_begin(struct transfer *transfer);        /* ends with transfer_remove(), perhaps at once */
void mail_dialogue_time_out(struct transfer *transfer);
void mail_dialogue_free(struct mail_dialogue *dialogue);    /* accepts NULL */

/* http_client.c */
void http_client_tell(struct http_client *client);  /* calls back for all that is done */

#endif

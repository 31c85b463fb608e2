/* One way out: a gateway of the configuration made ready for use. It owns copies of what it needs, so attempts that began
 * with it may end after the configuration is gone; hence the references. It decides nothing: it carries one message, once, and
 * says whether that was taken. */
#ifndef GATEWAYS_GATEWAY_H
#define GATEWAYS_GATEWAY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "config/config.h"
#include "engine/engine.h"
#include "gateways/message_text.h"
#include "loop/http_client.h"

struct gateway_way;

struct gateway_message {             /* borrowed for the start */
    const struct message_view *view;
    const struct message_text *text;
    const char *page;                /* its id */
    int64_t wall_usec;
    const char *in_place_of;         /* of a dry run: the gateway that would have carried it; NULL: this one */
};

struct gateway_result {              /* borrowed for the call */
    bool accepted;
    const char *provider_id;         /* NULL: none */
    const char *reason;              /* why not; one line without secrets */
    bool page_refused;               /* it refused this message for what is in it; another may well be taken */
    bool kept;                       /* it refused, but may send this message on some day: asked again it would send it twice */
    int64_t retry_after_usec;        /* it refused, and asks to be left alone for that long; 0: it does not ask */
};

typedef void gateway_done(void *userdata, const struct gateway_result *result);

/* One try at one message. The caller keeps it where it is until `done` was called, or it was cancelled. */
struct gateway_attempt {
    struct gateway_way *way;         /* a reference, from start to end */
    gateway_done *done;
    void *userdata;
    struct transfer *transfer;       /* NULL: nothing is on the wire */
};

/* Where a gateway hands what it fetches by itself. It outlives whatever is attached to it. Called on the loop's thread alone. */
struct gateway_host {
    struct loop *loop;
    /* An inbound text, or what a receipt says. Returns a number, under which gateway_committed() tells when it is durable; 0: too
     * much waits, try again later. */
    uint64_t (*submit)(void *userdata, const struct event *event);
    void *userdata;
};

/* What a kind of gateway is made of. */
struct gateway_kind {
    /* ERR_SYNTAX: the configuration asks for what cannot be done; ret_reason says what. *ret is the kind's own. */
    enum err (*open)(const struct gateway *config, void **ret, struct buf *ret_reason);
    void (*close)(void *own);        /* accepts NULL */
    /* Either begins a transfer, whose end calls gateway_end(), or calls that at once. */
    void (*start)(void *own, struct http_client *client, const struct gateway_message *message, struct gateway_attempt *attempt);
    /* The rest is NULL where a kind has no use for it. */
    void (*cancel)(void *own, struct gateway_attempt *attempt);                 /* forget it: it is no transfer */
    void (*attach)(void *own, const struct gateway_host *host);                 /* NULL: take in no more; attempts go on */
    void (*committed)(void *own, uint64_t number, bool degraded);
    bool (*reconfigure)(void *own, const struct gateway *config);               /* true: it goes on, with the new settings */
};
extern const struct gateway_kind gateway_http_kind, gateway_smtp_kind, gateway_outbox_kind, gateway_spool_kind;

/* Never fails: a gateway that makes no sense refuses every attempt, and says why. */
struct gateway_way *gateway_open(const struct gateway *config);
struct gateway_way *gateway_ref(struct gateway_way *way);
void gateway_unref(struct gateway_way *way);            /* accepts NULL */
bool gateway_can_reply(const struct gateway_way *way);  /* an answer by SMS may come back: its texts say how */

/* For a gateway that is used: it may fetch what has come in, and hand it to the host. Detached before the host goes. */
void gateway_attach(struct gateway_way *way, const struct gateway_host *host);
void gateway_detach(struct gateway_way *way);
/* What was submitted under that number is durable, or, if degraded, done and not durable. Ways that do not know it ignore it. */
void gateway_committed(struct gateway_way *way, uint64_t number, bool degraded);
/* True: the same way serves the new configuration. False: it wants another one. */
bool gateway_reconfigure(struct gateway_way *way, const struct gateway *config);

/* `done` is called once: later, or, where nothing had to be waited for, before this returns. */
void gateway_start(struct gateway_way *way, struct http_client *client, const struct gateway_message *message,
                   gateway_done *done, void *userdata, struct gateway_attempt *ret);
void gateway_cancel(struct gateway_attempt *attempt);   /* no call any more; does nothing to one that has ended */

/* For the kinds. */
void gateway_end(struct gateway_attempt *attempt, const struct gateway_result *result);
void gateway_end_failed(struct gateway_attempt *attempt, const char *reason);
void *gateway_own(const struct gateway_attempt *attempt);
char *gateway_copy(const char *text);                   /* NULL stays NULL */

#endif

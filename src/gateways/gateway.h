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
};

struct gateway_result {              /* borrowed for the call */
    bool accepted;
    const char *provider_id;         /* NULL: none */
    const char *reason;              /* why not; one line without secrets */
};

typedef void gateway_done(void *userdata, const struct gateway_result *result);

/* One try at one message. The caller keeps it where it is until `done` was called, or it was cancelled. */
struct gateway_attempt {
    struct gateway_way *way;         /* a reference, from start to end */
    gateway_done *done;
    void *userdata;
    struct transfer *transfer;       /* NULL: nothing is on the wire */
};

/* What a kind of gateway is made of. */
struct gateway_kind {
    /* ERR_SYNTAX: the configuration asks for what cannot be done; ret_reason says what. *ret is the kind's own. */
    enum err (*open)(const struct gateway *config, void **ret, struct buf *ret_reason);
    void (*close)(void *own);        /* accepts NULL */
    /* Either begins a transfer, whose end calls gateway_end(), or calls that at once. */
    void (*start)(void *own, struct http_client *client, const struct gateway_message *message, struct gateway_attempt *attempt);
};
extern const struct gateway_kind gateway_http_kind, gateway_smtp_kind, gateway_outbox_kind;

/* Never fails: a gateway that makes no sense refuses every attempt, and says why. */
struct gateway_way *gateway_open(const struct gateway *config);
struct gateway_way *gateway_ref(struct gateway_way *way);
void gateway_unref(struct gateway_way *way);            /* accepts NULL */
bool gateway_can_reply(const struct gateway_way *way);  /* an answer by SMS may come back: its texts say how */

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

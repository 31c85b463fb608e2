#include "gateways/gateway.h"

#include <assert.h>

struct gateway_way {
    unsigned refs;
    const struct gateway_kind *kind;
    void *own;                       /* NULL: it could not be opened, and `broken` says why */
    struct buf broken;
    bool can_reply;
};

static const struct gateway_kind *kind_of(enum gateway_type type)
{
    switch (type) {
    case GATEWAY_HTTP:
        return &gateway_http_kind;
    case GATEWAY_SMTP:
        return &gateway_smtp_kind;
    case GATEWAY_OUTBOX:
        return &gateway_outbox_kind;
    case GATEWAY_SPOOL:
        return &gateway_spool_kind;
    }
    assert(false);
    return NULL;
}

/* A sender that is text cannot be answered. One that is not given is the provider's, which is a number. */
static bool can_reply(const struct gateway *config)
{
    return config->type == GATEWAY_OUTBOX || !config->from || config->from_is_number;
}

struct gateway_way *gateway_open(const struct gateway *config)
{
    struct gateway_way *way = NEW(struct gateway_way);
    way->refs = 1;
    way->kind = kind_of(config->type);
    way->can_reply = can_reply(config);
    if (way->kind->open(config, &way->own, &way->broken))
        way->own = NULL;
    return way;
}

struct gateway_way *gateway_ref(struct gateway_way *way)
{
    way->refs++;
    return way;
}

void gateway_unref(struct gateway_way *way)
{
    if (!way || --way->refs > 0)
        return;
    way->kind->close(way->own);
    buf_done(&way->broken);
    free(way);
}

bool gateway_can_reply(const struct gateway_way *way)
{
    return way->can_reply;
}

void gateway_attach(struct gateway_way *way, const struct gateway_host *host)
{
    if (way->own && way->kind->attach)
        way->kind->attach(way->own, host);
}

void gateway_detach(struct gateway_way *way)
{
    gateway_attach(way, NULL);
}

void gateway_committed(struct gateway_way *way, uint64_t number, bool degraded)
{
    if (way->own && way->kind->committed)
        way->kind->committed(way->own, number, degraded);
}

bool gateway_reconfigure(struct gateway_way *way, const struct gateway *config)
{
    if (way->kind != kind_of(config->type) || !way->own || !way->kind->reconfigure || !way->kind->reconfigure(way->own, config))
        return false;
    way->can_reply = can_reply(config);
    return true;
}

void gateway_start(struct gateway_way *way, struct http_client *client, const struct gateway_message *message,
                   gateway_done *done, void *userdata, struct gateway_attempt *ret)
{
    *ret = (struct gateway_attempt){ .way = gateway_ref(way), .done = done, .userdata = userdata };
    if (way->own)
        way->kind->start(way->own, client, message, ret);
    else
        gateway_end_failed(ret, buf_text(&way->broken));
}

void gateway_cancel(struct gateway_attempt *attempt)
{
    if (attempt->way && attempt->way->own && attempt->way->kind->cancel)
        attempt->way->kind->cancel(attempt->way->own, attempt);
    transfer_cancel(TAKE(attempt->transfer));
    gateway_unref(TAKE(attempt->way));
}

void gateway_end(struct gateway_attempt *attempt, const struct gateway_result *result)
{
    assert(attempt->way);
    struct gateway_way *way = TAKE(attempt->way);
    attempt->transfer = NULL;
    attempt->done(attempt->userdata, result);
    gateway_unref(way);              /* last: the result may point into it */
}

void gateway_end_failed(struct gateway_attempt *attempt, const char *reason)
{
    gateway_end(attempt, &(struct gateway_result){ .reason = reason });
}

void *gateway_own(const struct gateway_attempt *attempt)
{
    return attempt->way->own;
}

char *gateway_copy(const char *text)
{
    return text ? mem_strdup(text) : NULL;
}

#include "gateways/dispatch.h"

#include <assert.h>

#include "gateways/dispatch_internal.h"
#include "gateways/message_texts.h"

/* ---- what gateways fetch ---- */

static uint64_t submit(void *userdata, const struct event *event)
{
    struct dispatch *dispatch = userdata;
    struct event numbered = *event;
    numbered.request = ++dispatch->last_request;
    bool taken = dispatch->ops.submit && dispatch->ops.submit(dispatch->userdata, &numbered);
    return taken ? numbered.request : 0;
}

void dispatch_committed(struct dispatch *dispatch, uint64_t request, bool degraded)
{
    for (size_t i = 0; i < dispatch->n_lanes; i++)
        gateway_committed(dispatch->lane[i]->way, request, degraded);
}

/* ---- life ---- */

struct dispatch *dispatch_new(struct loop *loop, struct http_client *client, const struct dispatch_ops *ops, void *userdata)
{
    struct dispatch *dispatch = NEW(struct dispatch);
    dispatch->loop = loop;
    dispatch->client = client;
    dispatch->ops = *ops;
    dispatch->userdata = userdata;
    dispatch->timer = loop_timer_new(loop, dispatch_pump, dispatch);
    dispatch->timer_usec = INT64_MAX;
    dispatch->host = (struct gateway_host){ .loop = loop, .submit = submit, .userdata = dispatch };
    TAILQ_INIT(&dispatch->retired);
    TAILQ_INIT(&dispatch->under_way);
    TAILQ_INIT(&dispatch->ended);
    return dispatch;
}

void dispatch_free(struct dispatch *dispatch)
{
    if (!dispatch)
        return;
    assert(!dispatch->pumping);
    dispatch_attempts_done(dispatch);
    dispatch_lanes_done(dispatch);
    dispatch_queue_done(&dispatch->queue);
    loop_timer_free(dispatch->timer);
    message_text_done(&dispatch->text);
    message_texts_free(dispatch->texts);
    free(dispatch);
}

void dispatch_configure(struct dispatch *dispatch, const struct config *config)
{
    assert(!dispatch->pumping);
    dispatch_lanes_configure(dispatch, config);
    dispatch->config = config;
    message_texts_free(dispatch->texts);
    dispatch->texts = message_texts_new(config);
    dispatch_wake(dispatch);
}

const struct message_texts *dispatch_texts(const struct dispatch *dispatch)
{
    return dispatch->texts;
}

/* The page may only go to the gateway of that name. */
static uint8_t only_lane(const struct dispatch *dispatch, const char *name)
{
    if (!name)
        return ONLY_ANY;
    for (size_t i = 0; i < dispatch->n_lanes; i++) {
        if (strcmp(dispatch->lane[i]->name, name) == 0)
            return (uint8_t)i;
    }
    return ONLY_GONE;
}

static uint32_t left_out(const struct dispatch *dispatch, const struct effect_send *send)
{
    uint32_t mask = 0;
    for (size_t i = 0; i < send->n_leave_out; i++) {
        uint8_t lane = only_lane(dispatch, send->leave_out[i]);
        if (lane < CONFIG_MAX_GATEWAYS)
            mask |= UINT32_C(1) << lane;
    }
    return mask;
}

void dispatch_send(struct dispatch *dispatch, const struct effect_send *send)
{
    assert(dispatch->config && (size_t)send->channel < CHANNEL_COUNT);
    int64_t now_usec = loop_boot_usec();
    const struct page page = {
        .ref = send->page,
        .since_usec = now_usec,
        .rank = send->rank,
        .age = dispatch->next_age++,
        .channel = (uint8_t)send->channel,
        .only = only_lane(dispatch, send->gateway),
        .left_out = left_out(dispatch, send),
    };
    dispatch_enter(dispatch, &page, now_usec);
    dispatch_wake(dispatch);
}

/* ---- status ---- */

size_t dispatch_gateways(const struct dispatch *dispatch, struct dispatch_gateway *ret, size_t max)
{
    size_t n = dispatch->n_lanes < max ? dispatch->n_lanes : max;
    for (size_t i = 0; i < n; i++) {
        lane_describe(dispatch->lane[i], &ret[i]);
        ret[i].waiting = dispatch_queue_count(&dispatch->queue, UINT32_C(1) << i);
    }
    return n;
}

size_t dispatch_queued(const struct dispatch *dispatch)
{
    return dispatch->queue.waiting + dispatch->queue.pausing;
}

int64_t dispatch_oldest_usec(const struct dispatch *dispatch)
{
    return dispatch_queue_oldest_usec(&dispatch->queue);
}

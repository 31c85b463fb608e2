/* One try of one page at one gateway. */
#include <assert.h>

#include "gateways/dispatch_internal.h"

static void attempt_free(struct attempt *attempt)
{
    buf_done(&attempt->provider_id);
    buf_done(&attempt->reason);
    free(attempt);
}

/* From the gateway, perhaps before the start has returned: note and leave. */
static void attempt_ended(void *userdata, const struct gateway_result *result)
{
    struct attempt *attempt = userdata;
    struct dispatch *dispatch = attempt->dispatch;
    attempt->accepted = result->accepted;
    attempt->page_refused = result->page_refused;
    attempt->kept = result->kept;
    attempt->ended_usec = loop_boot_usec();
    attempt->retry_after_usec = result->accepted ? 0 : result->retry_after_usec;
    if (result->provider_id)
        buf_add_text(&attempt->provider_id, result->provider_id);
    if (!result->accepted)
        buf_add_text(&attempt->reason, result->reason ? result->reason : "");
    TAILQ_REMOVE(&dispatch->under_way, attempt, entry);
    TAILQ_INSERT_TAIL(&dispatch->ended, attempt, entry);
    dispatch_wake(dispatch);
}

static void render(struct dispatch *dispatch, const struct message_view *view, const struct lane *lane)
{
    const struct text_context context = {
        .tz = dispatch->config->plan.tz,
        .public_url = dispatch->config->public_url,
        .can_reply = gateway_can_reply(lane->way),
        .texts = dispatch->texts,
    };
    message_text_render(view, &context, &dispatch->text);
}

/* Nothing goes on the wire anywhere else. */
static void start(struct attempt *attempt, const struct gateway_message *message)
{
    struct dispatch *dispatch = attempt->dispatch;
    const char *reason;
    if (dispatch_drill_refuses(message->view, attempt->lane, &reason)) {
        attempt->played = true;
        attempt_ended(attempt, &(struct gateway_result){ .reason = reason });
    } else if (message->view->dry_run) {
        struct gateway_way *way = dispatch_drill_way(dispatch, message->view);
        attempt->played = attempt->dry_run = true;
        gateway_start(way, dispatch->client, message, attempt_ended, attempt, &attempt->gateway);
        gateway_unref(way);
    } else {
        pace_take(&attempt->lane->pace, attempt->started_usec);
        gateway_start(attempt->lane->way, dispatch->client, message, attempt_ended, attempt, &attempt->gateway);
    }
}

void dispatch_attempt_start(struct dispatch *dispatch, const struct page *page, struct lane *lane)
{
    struct message_view view = { 0 };
    if (!dispatch->ops.message(dispatch->userdata, page->ref, &view))
        return;                      /* answered meanwhile, or overtaken: silence */
    render(dispatch, &view, lane);
    CLEANUP_BUF struct buf id = { 0 };
    page_add_id(&id, page->ref);
    struct attempt *attempt = NEW(struct attempt);
    attempt->dispatch = dispatch;
    attempt->lane = lane;
    attempt->page = *page;
    attempt->started_usec = loop_boot_usec();
    attempt->page.tried |= UINT32_C(1) << lane->index;
    lane->in_flight++;
    TAILQ_INSERT_TAIL(&dispatch->under_way, attempt, entry);
    const struct gateway_message message = {
        .view = &view, .text = &dispatch->text, .page = buf_text(&id), .wall_usec = loop_wall_usec(),
        .in_place_of = view.dry_run ? lane->name : NULL,
    };
    start(attempt, &message);
}

void dispatch_attempt_report(struct dispatch *dispatch, struct attempt *attempt)
{
    struct lane *lane = attempt->lane;
    TAILQ_REMOVE(&dispatch->ended, attempt, entry);
    const char *gateway = attempt->dry_run ? DISPATCH_DRY_RUN : lane->name;
    if (!attempt->played)
        lane_count(lane, attempt);
    if (attempt->accepted) {
        dispatch->ops.outcome(dispatch->userdata, &(struct event_outcome){
            .page = attempt->page.ref,
            .outcome = OUTCOME_SENT,
            .gateway = gateway,
            .provider_id = attempt->provider_id.len > 0 ? buf_text(&attempt->provider_id) : NULL,
        });
    } else {
        if (attempt->kept && lane->index >= 0)
            attempt->page.left_out |= UINT32_C(1) << lane->index;
        dispatch_refused(dispatch, &attempt->page, gateway, buf_text(&attempt->reason));
    }
    lane_release(dispatch, lane);
    attempt_free(attempt);
}

void dispatch_attempts_done(struct dispatch *dispatch)
{
    struct attempt *attempt;
    while ((attempt = TAILQ_FIRST(&dispatch->under_way)) != NULL) {
        TAILQ_REMOVE(&dispatch->under_way, attempt, entry);
        gateway_cancel(&attempt->gateway);
        lane_release(dispatch, attempt->lane);
        attempt_free(attempt);
    }
    while ((attempt = TAILQ_FIRST(&dispatch->ended)) != NULL) {
        TAILQ_REMOVE(&dispatch->ended, attempt, entry);
        lane_release(dispatch, attempt->lane);
        attempt_free(attempt);
    }
}

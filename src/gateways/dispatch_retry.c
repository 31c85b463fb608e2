/* Where a page goes that a gateway did not take: to the next one, and after the last into a pause. */
#include "gateways/dispatch_internal.h"

/* It waits for the first gateway that has not refused it in this round. */
void dispatch_enter(struct dispatch *dispatch, const struct page *page, int64_t now_usec)
{
    uint32_t untried = dispatch_untried(dispatch, page);
    const struct lane *first = dispatch_first_lane(dispatch, page, untried);
    dispatch_queue_enter(&dispatch->queue, page, first ? UINT32_C(1) << first->index : 0, now_usec);
}

/* 1 s, 2 s, 4 s … 60 s, and up to a quarter more, so that what failed together does not come back together. */
static int64_t pause_usec(struct dispatch *dispatch, unsigned round)
{
    int64_t pause = DISPATCH_PAUSE_MAX_USEC;
    if (round < 6)
        pause = DISPATCH_PAUSE_MIN_USEC << round;
    return pause + (int64_t)(dispatch->ops.random(dispatch->userdata) % (uint64_t)(pause / 4));
}

static void tell(struct dispatch *dispatch, const struct page *page, enum outcome outcome, const char *gateway,
                 const char *reason)
{
    dispatch->ops.outcome(dispatch->userdata, &(struct event_outcome){
        .page = page->ref, .outcome = outcome, .gateway = gateway, .reason = reason });
}

/* The first time it is told; what comes of later rounds is told only if it succeeds. The fifteen minutes count from there: time
 * spent waiting for a place costs no page its retries. A page for one gateway alone is a test, and a test that failed has given
 * its answer. */
static void round_over(struct dispatch *dispatch, const struct page *page, const char *gateway, const char *reason)
{
    int64_t now_usec = loop_boot_usec();
    struct page next = *page;
    if (page->rounds == 0) {
        tell(dispatch, page, OUTCOME_FAILED, gateway, reason);
        next.since_usec = now_usec;
    }
    if (page->only != ONLY_ANY)
        return;
    int64_t due_usec = now_usec + pause_usec(dispatch, page->rounds);
    if (due_usec - next.since_usec > DISPATCH_RETRY_USEC)
        return;
    next.tried = 0;
    next.rounds++;
    dispatch_queue_pause(&dispatch->queue, &next, due_usec);
}

void dispatch_refused(struct dispatch *dispatch, const struct page *page, const char *gateway, const char *reason)
{
    if (dispatch_untried(dispatch, page) == 0) {
        round_over(dispatch, page, gateway, reason);
        return;
    }
    if (page->rounds == 0)
        tell(dispatch, page, OUTCOME_ATTEMPT_FAILED, gateway, reason);
    dispatch_enter(dispatch, page, loop_boot_usec());
}

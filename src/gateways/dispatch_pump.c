#include <assert.h>

#include "gateways/dispatch_internal.h"

/* Each step does a bounded amount of work and says whether more is left. */

static bool report_ended(struct dispatch *dispatch)
{
    for (int i = 0; i < DISPATCH_BATCH && !TAILQ_EMPTY(&dispatch->ended); i++)
        dispatch_attempt_report(dispatch, TAILQ_FIRST(&dispatch->ended));
    return !TAILQ_EMPTY(&dispatch->ended);
}

static bool end_pauses(struct dispatch *dispatch, int64_t now_usec)
{
    struct page page;
    for (int i = 0; i < DISPATCH_BATCH && dispatch_queue_take_paused(&dispatch->queue, now_usec, &page); i++)
        dispatch_enter(dispatch, &page, now_usec);
    return dispatch_queue_pause_usec(&dispatch->queue) <= now_usec;
}

/* Pages that no gateway may take: there is none for the channel, or a reload took those away that they waited for. */
static const char *why_stranded(const struct page *page)
{
    if (page->only != ONLY_ANY)
        return "that gateway is not configured";
    return page->tried || page->left_out ? "no other gateway is left" : "no gateway serves this channel";
}

static bool refuse_stranded(struct dispatch *dispatch)
{
    struct page page;
    for (int i = 0; i < DISPATCH_BATCH; i++) {
        if (!dispatch_queue_take_stranded(&dispatch->queue, &page))
            return false;
        dispatch_refused(dispatch, &page, "", why_stranded(&page));
    }
    return true;
}

/* P8: a page that has found no place at its gateway within a second takes the first place anywhere. */
static bool widen_impatient(struct dispatch *dispatch, int64_t now_usec)
{
    const struct page *page;
    for (int i = 0; i < DISPATCH_BATCH; i++) {
        page = dispatch_queue_impatient(&dispatch->queue, now_usec, DISPATCH_PATIENCE_USEC);
        if (!page)
            return false;
        dispatch_queue_widen(&dispatch->queue, dispatch_untried(dispatch, page));
    }
    return true;
}

/* While it waited for this gateway alone, that began to fail, or asked to be left alone; or one that goes before it is well
 * again, and has a place. A good place is not given up for one that must be waited for (P8). */
static bool should_turn_back(const struct dispatch *dispatch, const struct page *page, uint32_t mask, uint32_t free_lanes,
                             const struct lane *lane)
{
    bool alone = (mask & (mask - 1)) == 0;
    const struct lane *first = alone ? dispatch_first_lane(dispatch, page, dispatch_untried(dispatch, page)) : lane;
    bool good = lane_standing_for(lane, page, loop_boot_usec()) == STANDING_GOOD;
    return first != lane && (!good || free_lanes & UINT32_C(1) << first->index);
}

static bool start_pages(struct dispatch *dispatch)
{
    struct page page;
    uint32_t mask;
    for (int i = 0; i < DISPATCH_BATCH; i++) {
        uint32_t free_lanes, kept, failing;
        dispatch_places(dispatch, loop_boot_usec(), &free_lanes, &kept, &failing);
        if (!dispatch_queue_take(&dispatch->queue, free_lanes, kept, failing, &page, &mask))
            return false;
        if (page.rank != RANK_FIRST)
            free_lanes &= ~kept;
        struct lane *lane = dispatch_first_lane(dispatch, &page, mask & free_lanes);
        assert(lane && lane->in_flight < lane->window);
        if (should_turn_back(dispatch, &page, mask, free_lanes, lane))
            dispatch_enter(dispatch, &page, loop_boot_usec());
        else
            dispatch_attempt_start(dispatch, &page, lane);
    }
    return true;
}

static void set_timer(struct dispatch *dispatch, int64_t due_usec)
{
    if (due_usec == dispatch->timer_usec)
        return;
    dispatch->timer_usec = due_usec;
    if (due_usec == INT64_MAX)
        loop_timer_clear(dispatch->timer);
    else
        loop_timer_set(dispatch->timer, due_usec);
}

void dispatch_wake(struct dispatch *dispatch)
{
    if (!dispatch->pumping)
        set_timer(dispatch, 0);
}

static int64_t next_due_usec(const struct dispatch *dispatch, int64_t now_usec)
{
    int64_t pause = dispatch_queue_pause_usec(&dispatch->queue);
    int64_t patience = dispatch_queue_patience_usec(&dispatch->queue, now_usec, DISPATCH_PATIENCE_USEC);
    int64_t places = dispatch_places_usec(dispatch, now_usec);
    int64_t next = pause < patience ? pause : patience;
    return next < places ? next : places;
}

void dispatch_pump(void *userdata)
{
    struct dispatch *dispatch = userdata;
    int64_t now_usec = loop_boot_usec();
    dispatch->timer_usec = INT64_MAX;
    if (!dispatch->config)
        return;
    dispatch->pumping = true;
    bool more = report_ended(dispatch);
    more |= end_pauses(dispatch, now_usec);
    more |= refuse_stranded(dispatch);
    more |= widen_impatient(dispatch, now_usec);
    more |= start_pages(dispatch);
    more |= !TAILQ_EMPTY(&dispatch->ended);      /* what ended at once waits for the next run: never inside a start */
    dispatch->pumping = false;
    set_timer(dispatch, more ? 0 : next_due_usec(dispatch, now_usec));
}

/* What is thought of a gateway, by what became of its attempts. */
#include "gateways/dispatch_internal.h"

/* What hangs costs a page the whole time-out, what fails at once costs it next to nothing: hence the one is probed more often. A
 * page that was refused for what is in it, and a gateway that only asks to be left alone, say nothing of its health. */
static void lane_judge(struct lane *lane, const struct attempt *attempt)
{
    bool slow = attempt->ended_usec - attempt->started_usec >= DISPATCH_SLOW_USEC;
    lane->hung = slow && !attempt->accepted;
    if (attempt->accepted)
        lane->failures = 0;
    if (attempt->accepted || (!slow && (attempt->page_refused || attempt->retry_after_usec > 0)))
        return;
    if (++lane->failures >= DISPATCH_FAILURES)
        lane->skip_until_usec = attempt->ended_usec + (slow ? DISPATCH_SKIP_SLOW_USEC : DISPATCH_SKIP_QUICK_USEC);
}

/* A message that it took all the same, on the way before it asked or for want of another gateway, does not end that time. */
static void lane_busy(struct lane *lane, const struct attempt *attempt)
{
    int64_t wait_usec = attempt->retry_after_usec;
    if (wait_usec <= 0)
        return;
    int64_t until_usec = attempt->ended_usec + (wait_usec < DISPATCH_BUSY_MAX_USEC ? wait_usec : DISPATCH_BUSY_MAX_USEC);
    lane->busy_usec = until_usec > lane->busy_usec ? until_usec : lane->busy_usec;
}

/* When the time is over it gets one page; the others wait for what becomes of that. */
static bool is_skipped(const struct lane *lane, int64_t now_usec)
{
    return lane->failures >= DISPATCH_FAILURES && (now_usec < lane->skip_until_usec || lane->in_flight > 0);
}

/* One that refuses at once costs a page less than one that hangs. */
enum standing lane_standing(const struct lane *lane, int64_t now_usec)
{
    if (is_skipped(lane, now_usec))
        return STANDING_FAILING;
    if (now_usec < lane->busy_usec)
        return STANDING_BUSY;
    return lane->hung ? STANDING_HUNG : STANDING_GOOD;
}

enum standing lane_standing_for(const struct lane *lane, const struct page *page, int64_t now_usec)
{
    enum standing standing = lane_standing(lane, now_usec);
    return standing == STANDING_HUNG && !rank_is_first_page(page->rank) ? STANDING_GOOD : standing;
}

void lane_count(struct lane *lane, const struct attempt *attempt)
{
    int64_t wall_usec = loop_wall_usec();
    lane_judge(lane, attempt);
    lane_busy(lane, attempt);
    lane->recent = lane->recent << 1 | !attempt->accepted;
    lane->n_recent += lane->n_recent < DISPATCH_RECENT;
    if (attempt->accepted) {
        lane->sent++;
        lane->last_success_usec = wall_usec;
        return;
    }
    lane->failed++;
    lane->last_failure_usec = wall_usec;
    buf_clear(&lane->last_reason);
    buf_add_text(&lane->last_reason, buf_text(&attempt->reason));
}

static int64_t wall_of(int64_t boot_usec, int64_t now_usec)
{
    return loop_wall_usec() + boot_usec - now_usec;
}

static void describe_state(const struct lane *lane, struct dispatch_gateway *ret)
{
    int64_t now_usec = loop_boot_usec();
    if (lane->failures > 0) {
        ret->state = GATEWAY_FAILING;
        if (lane->failures >= DISPATCH_FAILURES)
            ret->until_usec = wall_of(lane->skip_until_usec, now_usec);
    } else if (now_usec < lane->busy_usec) {
        ret->state = GATEWAY_BUSY;
        ret->until_usec = wall_of(lane->busy_usec, now_usec);
    } else {
        ret->state = lane->sent + lane->failed > 0 ? GATEWAY_OK : GATEWAY_UNTESTED;
    }
}

void lane_describe(const struct lane *lane, struct dispatch_gateway *ret)
{
    *ret = (struct dispatch_gateway){
        .name = lane->name,
        .in_flight = lane->in_flight,
        .sent = lane->sent,
        .failed = lane->failed,
        .recent = lane->n_recent,
        .recent_failed = (unsigned)__builtin_popcountll(lane->recent),
        .last_success_usec = lane->last_success_usec,
        .last_failure_usec = lane->last_failure_usec,
        .last_reason = buf_text(&lane->last_reason),
    };
    describe_state(lane, ret);
}

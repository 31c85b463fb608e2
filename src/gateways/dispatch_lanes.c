#include <assert.h>

#include "gateways/dispatch_internal.h"

/* ---- one lane ---- */

/* Attempts may keep the old way; what comes in is no longer its business. */
static void lane_set_way(struct lane *lane, struct gateway_way *way, const struct gateway_host *host)
{
    if (lane->way)
        gateway_detach(lane->way);
    gateway_unref(lane->way);
    lane->way = way;
    if (way)
        gateway_attach(way, host);
}

static void lane_free(struct lane *lane)
{
    lane_set_way(lane, NULL, NULL);
    buf_done(&lane->last_reason);
    free(lane->name);
    free(lane);
}

static void lane_retire(struct dispatch *dispatch, struct lane *lane)
{
    lane->index = -1;
    if (lane->in_flight == 0) {
        lane_free(lane);
    } else {
        gateway_detach(lane->way);
        TAILQ_INSERT_TAIL(&dispatch->retired, lane, retired);
    }
}

void lane_release(struct dispatch *dispatch, struct lane *lane)
{
    assert(lane->in_flight > 0);
    lane->in_flight--;
    if (lane->index < 0 && lane->in_flight == 0) {
        TAILQ_REMOVE(&dispatch->retired, lane, retired);
        lane_free(lane);
    }
}

/* What fails at once costs a page nothing, since the next gateway is tried at once; what hangs costs it the whole time-out. */
static void lane_doubt(struct lane *lane, const struct attempt *attempt)
{
    if (attempt->accepted)
        lane->slow_failures = 0;
    else if (attempt->ended_usec - attempt->started_usec >= DISPATCH_SLOW_USEC)
        lane->slow_failures++;
    if (lane->slow_failures >= DISPATCH_SLOW_FAILURES)
        lane->doubt_usec = attempt->ended_usec + DISPATCH_DOUBT_USEC;
}

/* When the time is over it gets one page; the others wait for what becomes of that. */
static bool in_doubt(const struct lane *lane, int64_t now_usec)
{
    return lane->slow_failures >= DISPATCH_SLOW_FAILURES && (now_usec < lane->doubt_usec || lane->in_flight > 0);
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

enum standing { STANDING_GOOD, STANDING_BUSY, STANDING_DOUBTFUL, STANDING_COUNT };

/* One that refuses at once costs a page less than one that hangs. */
static enum standing lane_standing(const struct lane *lane, int64_t now_usec)
{
    if (in_doubt(lane, now_usec))
        return STANDING_DOUBTFUL;
    return now_usec < lane->busy_usec ? STANDING_BUSY : STANDING_GOOD;
}

void lane_count(struct lane *lane, const struct attempt *attempt)
{
    int64_t wall_usec = loop_wall_usec();
    lane_doubt(lane, attempt);
    lane_busy(lane, attempt);
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

/* ---- a new configuration ---- */

static struct lane *take_lane(struct lane **lanes, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++) {
        if (lanes[i] && strcmp(lanes[i]->name, name) == 0)
            return TAKE(lanes[i]);
    }
    return NULL;
}

static struct lane *take_retired(struct dispatch *dispatch, const char *name)
{
    struct lane *lane;
    TAILQ_FOREACH(lane, &dispatch->retired, retired) {
        if (strcmp(lane->name, name) == 0) {
            TAILQ_REMOVE(&dispatch->retired, lane, retired);
            return lane;
        }
    }
    return NULL;
}

/* What is on its way with the old settings still counts in the window of the new. */
static struct lane *make_lane(struct dispatch *dispatch, struct lane **old, size_t n_old, const struct gateway *gateway)
{
    struct lane *lane = take_lane(old, n_old, gateway->name);
    if (!lane)
        lane = take_retired(dispatch, gateway->name);
    if (!lane) {
        lane = NEW(struct lane);
        lane->name = mem_strdup(gateway->name);
    }
    if (lane->way && gateway_reconfigure(lane->way, gateway))
        gateway_attach(lane->way, &dispatch->host);      /* it may come out of retirement */
    else
        lane_set_way(lane, gateway_open(gateway), &dispatch->host);
    lane->window = gateway->window > 0 ? gateway->window : 1;
    return lane;
}

static void set_channels(struct dispatch *dispatch, const struct config *config)
{
    for (size_t channel = 0; channel < CHANNEL_COUNT; channel++) {
        dispatch->n_channel_lanes[channel] = config->n_channel_gateways[channel];
        for (size_t i = 0; i < config->n_channel_gateways[channel]; i++)
            dispatch->channel_lane[channel][i] = (uint8_t)(config->channel_gateways[channel][i] - config->gateways);
    }
}

struct remap {
    struct dispatch *dispatch;
    int index[CONFIG_MAX_GATEWAYS];      /* of each old lane; -1: gone */
    size_t n_old;
};

static void remap_page(const struct remap *remap, struct page *page)
{
    uint32_t tried = 0;
    for (size_t i = 0; i < remap->n_old; i++) {
        if (page->tried & UINT32_C(1) << i && remap->index[i] >= 0)
            tried |= UINT32_C(1) << remap->index[i];
    }
    page->tried = tried;
    if (page->only < CONFIG_MAX_GATEWAYS)
        page->only = remap->index[page->only] >= 0 ? (uint8_t)remap->index[page->only] : ONLY_GONE;
}

static uint32_t remap_waiting(void *userdata, struct page *page, bool widened)
{
    const struct remap *remap = userdata;
    remap_page(remap, page);
    uint32_t mask = dispatch_untried(remap->dispatch, page);
    const struct lane *first = dispatch_first_lane(remap->dispatch, page, mask);
    return widened || !first ? mask : UINT32_C(1) << first->index;
}

static void remap_attempts(const struct remap *remap, struct attempts *attempts)
{
    struct attempt *attempt;
    TAILQ_FOREACH(attempt, attempts, entry)
        remap_page(remap, &attempt->page);
}

void dispatch_lanes_configure(struct dispatch *dispatch, const struct config *config)
{
    struct remap remap = { .dispatch = dispatch, .n_old = dispatch->n_lanes };
    struct lane *old[CONFIG_MAX_GATEWAYS], *left[CONFIG_MAX_GATEWAYS];
    assert(config->n_gateways <= CONFIG_MAX_GATEWAYS);
    for (size_t i = 0; i < remap.n_old; i++) {
        old[i] = left[i] = dispatch->lane[i];
        old[i]->index = -1;
    }
    dispatch->n_lanes = config->n_gateways;
    for (size_t i = 0; i < config->n_gateways; i++) {
        dispatch->lane[i] = make_lane(dispatch, left, remap.n_old, &config->gateways[i]);
        dispatch->lane[i]->index = (int)i;
    }
    for (size_t i = 0; i < remap.n_old; i++)
        remap.index[i] = old[i]->index;
    for (size_t i = 0; i < remap.n_old; i++) {
        if (left[i])
            lane_retire(dispatch, left[i]);
    }
    set_channels(dispatch, config);
    remap_attempts(&remap, &dispatch->under_way);
    remap_attempts(&remap, &dispatch->ended);
    dispatch_queue_rebuild(&dispatch->queue, remap_waiting, &remap);
}

void dispatch_lanes_done(struct dispatch *dispatch)
{
    for (size_t i = 0; i < dispatch->n_lanes; i++)
        lane_free(dispatch->lane[i]);
    dispatch->n_lanes = 0;
    assert(TAILQ_EMPTY(&dispatch->retired));
}

/* ---- which lanes ---- */

static uint32_t lanes_of_page(const struct dispatch *dispatch, const struct page *page)
{
    if (page->only != ONLY_ANY)
        return page->only == ONLY_GONE ? 0 : UINT32_C(1) << page->only;
    uint32_t mask = 0;
    for (size_t i = 0; i < dispatch->n_channel_lanes[page->channel]; i++)
        mask |= UINT32_C(1) << dispatch->channel_lane[page->channel][i];
    return mask;
}

uint32_t dispatch_untried(const struct dispatch *dispatch, const struct page *page)
{
    return lanes_of_page(dispatch, page) & ~page->tried;
}

uint32_t dispatch_free_lanes(const struct dispatch *dispatch)
{
    uint32_t mask = 0;
    for (size_t i = 0; i < dispatch->n_lanes; i++) {
        if (dispatch->lane[i]->in_flight < dispatch->lane[i]->window)
            mask |= UINT32_C(1) << i;
    }
    return mask;
}

struct lane *dispatch_first_lane(const struct dispatch *dispatch, const struct page *page, uint32_t mask)
{
    struct lane *first[STANDING_COUNT] = { NULL };
    if (mask == 0)
        return NULL;
    if (page->only < CONFIG_MAX_GATEWAYS)
        return dispatch->lane[page->only];
    int64_t now_usec = loop_boot_usec();
    for (size_t i = 0; i < dispatch->n_channel_lanes[page->channel]; i++) {
        struct lane *lane = dispatch->lane[dispatch->channel_lane[page->channel][i]];
        if (!(mask & UINT32_C(1) << lane->index))
            continue;
        enum standing standing = lane_standing(lane, now_usec);
        if (standing == STANDING_GOOD)
            return lane;
        first[standing] = first[standing] ? first[standing] : lane;
    }
    return first[STANDING_BUSY] ? first[STANDING_BUSY] : first[STANDING_DOUBTFUL];
}

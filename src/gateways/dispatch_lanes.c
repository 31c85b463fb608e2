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
    pace_done(&lane->pace);
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
    pace_set(&lane->pace, gateway->rate, gateway->rate_usec);
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

static uint32_t remap_mask(const struct remap *remap, uint32_t old)
{
    uint32_t mask = 0;
    for (size_t i = 0; i < remap->n_old; i++) {
        if (old & UINT32_C(1) << i && remap->index[i] >= 0)
            mask |= UINT32_C(1) << remap->index[i];
    }
    return mask;
}

static void remap_page(const struct remap *remap, struct page *page)
{
    page->tried = remap_mask(remap, page->tried);
    page->left_out = remap_mask(remap, page->left_out);
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
    return lanes_of_page(dispatch, page) & ~page->tried & ~page->left_out;
}

/* An eighth of the window is kept for first pages of real, critical alarms: a crowd of others never holds all of it. */
static bool only_kept_free(const struct lane *lane)
{
    return lane->in_flight >= lane->window - lane->window / 8;
}

void dispatch_places(const struct dispatch *dispatch, int64_t now_usec, uint32_t *ret_free, uint32_t *ret_kept, uint32_t *ret_failing)
{
    *ret_free = *ret_kept = *ret_failing = 0;
    for (size_t i = 0; i < dispatch->n_lanes; i++) {
        const struct lane *lane = dispatch->lane[i];
        if (lane->in_flight < lane->window && pace_next_usec(&lane->pace, now_usec) <= now_usec)
            *ret_free |= UINT32_C(1) << i;
        if (only_kept_free(lane))
            *ret_kept |= UINT32_C(1) << i;
        if (lane_standing(lane, now_usec) == STANDING_FAILING)
            *ret_failing |= UINT32_C(1) << i;
    }
}

static int64_t earlier(int64_t a_usec, int64_t b_usec)
{
    return a_usec < b_usec ? a_usec : b_usec;
}

int64_t dispatch_places_usec(const struct dispatch *dispatch, int64_t now_usec)
{
    int64_t next_usec = INT64_MAX;
    for (size_t i = 0; i < dispatch->n_lanes; i++) {
        const struct lane *lane = dispatch->lane[i];
        if (dispatch_queue_count(&dispatch->queue, UINT32_C(1) << i) == 0)
            continue;
        int64_t pace_usec = pace_next_usec(&lane->pace, now_usec);
        if (lane->in_flight < lane->window && pace_usec > now_usec)
            next_usec = earlier(next_usec, pace_usec);
        if (lane_standing(lane, now_usec) == STANDING_FAILING && lane->skip_until_usec > now_usec)
            next_usec = earlier(next_usec, lane->skip_until_usec);
    }
    return next_usec;
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
        enum standing standing = lane_standing_for(lane, page, now_usec);
        first[standing] = first[standing] ? first[standing] : lane;
    }
    for (enum standing standing = STANDING_GOOD; standing < STANDING_COUNT; standing++)
        if (first[standing])
            return first[standing];
    return NULL;
}

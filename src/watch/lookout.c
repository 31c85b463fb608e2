#include "watch/lookout.h"

#include "base/civil.h"
#include "base/mem.h"
#include "watch/watch.h"

#define LOG_PATIENCE_USEC   USEC_PER_MIN
#define CHECK_DEADLINE_USEC (10 * USEC_PER_MIN)      /* of a gateway's check, where no receipt-timeout says it */

struct lookout {
    struct turn *turn;
    const struct engine *engine;
    const struct config *config;             /* in force */
    drill_watch_draw *draw;
    void *userdata;
    struct watch *calendar;
    struct drill_watch *drills;
    struct gateway_watch *gateways;
    bool begun;                              /* the first look has been: what is seen from now on is news */
    struct loop_timer *calendar_timer, *gateways_timer;      /* the next look at calendar and drills; at gateways */
};

static void on_calendar_time(void *userdata);
static void look_at_gateways(void *userdata);

struct lookout *lookout_new(struct loop *loop, struct turn *turn, const struct engine *engine, const struct config *config,
                            drill_watch_draw *draw, void *userdata)
{
    struct lookout *lookout = NEW(struct lookout);
    lookout->turn = turn;
    lookout->engine = engine;
    lookout->config = config;
    lookout->draw = draw;
    lookout->userdata = userdata;
    lookout->calendar = watch_new();
    lookout->drills = drill_watch_new();
    lookout->gateways = gateway_watch_new();
    lookout->calendar_timer = loop_timer_new(loop, on_calendar_time, lookout);
    lookout->gateways_timer = loop_timer_new(loop, look_at_gateways, lookout);
    return lookout;
}

void lookout_free(struct lookout *lookout)
{
    if (!lookout)
        return;
    loop_timer_free(lookout->calendar_timer);
    loop_timer_free(lookout->gateways_timer);
    watch_free(lookout->calendar);
    drill_watch_free(lookout->drills);
    gateway_watch_free(lookout->gateways);
    free(lookout);
}

static struct now now_of(void)
{
    return (struct now){.boot_usec = loop_boot_usec(), .wall_usec = loop_wall_usec()};
}

static void tell(void *userdata, const struct event *event)
{
    turn_submit(((struct lookout *)userdata)->turn, event);
}

static uint64_t draw(void *userdata)
{
    struct lookout *lookout = userdata;
    return lookout->draw(lookout->userdata);
}

/* Under the plan in force, and again when they say, or when plan or clock change. */
static void look_at_calendar(struct lookout *lookout)
{
    int64_t wall_usec = loop_wall_usec();
    int64_t next_usec = watch_look(lookout->calendar, &lookout->config->plan, wall_usec, tell, lookout);
    int64_t drill_usec = drill_watch_look(lookout->drills, lookout->engine, wall_usec, draw, tell, lookout);
    next_usec = drill_usec < next_usec ? drill_usec : next_usec;
    if (next_usec == INT64_MAX)
        loop_timer_clear(lookout->calendar_timer);
    else
        loop_timer_set(lookout->calendar_timer, loop_boot_usec() + (next_usec > wall_usec ? next_usec - wall_usec : 0));
}

static void look_at_gateways(void *userdata)
{
    struct lookout *lookout = userdata;
    int64_t next_usec = gateway_watch_look(lookout->gateways, now_of(), tell, lookout);
    if (next_usec == INT64_MAX)
        loop_timer_clear(lookout->gateways_timer);
    else
        loop_timer_set(lookout->gateways_timer, next_usec);
}

static void watch_gateways(struct lookout *lookout)
{
    struct watched_gateway watched[CONFIG_MAX_GATEWAYS];
    const struct config *config = lookout->config;
    for (size_t i = 0; i < config->n_gateways; i++) {
        const struct gateway *gateway = &config->gateways[i];
        watched[i] = (struct watched_gateway){
            .name = gateway->name,
            .check_usec = gateway->check_usec,
            .channel = gateway->check_channel,
            .address = gateway->check_to,
            .by_receipt = gateway->check_by_receipt,
            .deadline_usec = gateway->receipt_timeout_usec ? gateway->receipt_timeout_usec : CHECK_DEADLINE_USEC,
        };
    }
    gateway_watch_configure(lookout->gateways, watched, config->n_gateways, now_of());
    lookout->begun = true;
    look_at_gateways(lookout);
}

static void on_calendar_time(void *userdata)
{
    struct lookout *lookout = userdata;
    look_at_calendar(lookout);
    if (!lookout->begun)
        watch_gateways(lookout);
}

void lookout_recall(struct lookout *lookout, const struct record *record)
{
    watch_recall(lookout->calendar, record, lookout->config->plan.tz);
    gateway_watch_recall(lookout->gateways, record);
    drill_watch_recall(lookout->drills, record);
}

void lookout_begin(struct lookout *lookout, bool log_is_known)
{
    if (!log_is_known) {
        loop_timer_set(lookout->calendar_timer, loop_boot_usec() + LOG_PATIENCE_USEC);
        return;
    }
    look_at_calendar(lookout);
    watch_gateways(lookout);
}

void lookout_configure(struct lookout *lookout, const struct config *config)
{
    lookout->config = config;
    look_at_calendar(lookout);
    if (lookout->begun)
        watch_gateways(lookout);
}

void lookout_clock_was_set(struct lookout *lookout)
{
    look_at_calendar(lookout);
}

/* Callbacks only note: it is looked at once they have returned. */
void lookout_note(struct lookout *lookout, const struct record *record)
{
    bool of_gateways = gateway_watch_note(lookout->gateways, record), of_drills = drill_watch_note(lookout->drills, record);
    if (of_gateways && lookout->begun)
        loop_timer_set(lookout->gateways_timer, 0);
    if (of_drills && lookout->begun)
        loop_timer_set(lookout->calendar_timer, 0);
}

void lookout_note_balance(struct lookout *lookout, const char *gateway, const char *balance, bool low)
{
    if (gateway_watch_balance(lookout->gateways, gateway, balance, low) && lookout->begun)
        loop_timer_set(lookout->gateways_timer, 0);
}

const struct gateway_watch *lookout_gateways(const struct lookout *lookout)
{
    return lookout->gateways;
}

const struct drill_watch *lookout_drills(const struct lookout *lookout)
{
    return lookout->drills;
}

#include "pager/pager.h"

#include "base/mem.h"

/* Requests are the caller's, or with this bit the dispatch's. */
#define DISPATCH_REQUEST (UINT64_C(1) << 63)

/* ---- what the turn lets out ---- */

static void turn_decided(void *userdata, const struct effect_reply *reply)
{
    struct pager *pager = userdata;
    if (!(reply->request & DISPATCH_REQUEST))
        pager->ops->decided(pager->userdata, reply);
}

static void turn_reply(void *userdata, uint64_t request, bool degraded)
{
    struct pager *pager = userdata;
    if (request & DISPATCH_REQUEST)
        dispatch_committed(pager->dispatch, request & ~DISPATCH_REQUEST, degraded);
    else
        pager->ops->reply(pager->userdata, request, degraded);
}

static void turn_send(void *userdata, const struct effect_send *send)
{
    dispatch_send(((struct pager *)userdata)->dispatch, send);
}

/* A word that the disk is well, let out because it is ill again, is no end of it: until the log has that word, the next process
 * owes it. */
static void keep_degraded(struct pager *pager, const struct record *record)
{
    if (record->kind == RECORD_DEGRADED)
        pager->ops->keep_degraded(pager->userdata, true);
    else if (record->kind == RECORD_RESTORED && !turn_status(pager->turn).degraded)
        pager->ops->keep_degraded(pager->userdata, false);
}

static void turn_publish(void *userdata, const struct record *record)
{
    struct pager *pager = userdata;
    pager->ops->publish(pager->userdata, record);
    keep_degraded(pager, record);
    lookout_note(pager->lookout, record);
}

static const struct turn_ops turn_ops = {turn_decided, turn_reply, turn_send, turn_publish};

/* ---- what the dispatch asks and tells ---- */

static bool dispatch_message(void *userdata, struct page_ref page, struct message_view *ret)
{
    return engine_message(((struct pager *)userdata)->engine, page, loop_wall_usec(), ret);
}

static void dispatch_outcome(void *userdata, const struct event_outcome *outcome)
{
    turn_submit(((struct pager *)userdata)->turn, &(struct event){.kind = EVENT_OUTCOME, .outcome = *outcome});
}

static bool dispatch_submit(void *userdata, const struct event *event)
{
    struct event numbered = *event;
    numbered.request |= DISPATCH_REQUEST;
    return turn_submit(((struct pager *)userdata)->turn, &numbered);
}

static void random_bytes(void *userdata, void *bytes, size_t len)
{
    struct pager *pager = userdata;
    pager->ops->random(pager->userdata, bytes, len);
}

static uint64_t draw(void *userdata)
{
    struct pager *pager = userdata;
    return pager->ops->draw(pager->userdata);
}

static const struct dispatch_ops dispatch_ops = {dispatch_message, dispatch_outcome, draw, dispatch_submit};

/* ---- life ---- */

struct pager *pager_new(struct loop *loop, struct http_client *client, const struct config *config, const struct pager_ops *ops,
                        void *userdata)
{
    struct pager *pager = NEW(struct pager);
    pager->ops = ops;
    pager->userdata = userdata;
    pager->engine = engine_new(&config->plan, random_bytes, pager);
    pager->turn = turn_new(loop, pager->engine, &turn_ops, pager);
    pager->dispatch = dispatch_new(loop, client, &dispatch_ops, pager);
    dispatch_configure(pager->dispatch, config);
    pager->lookout = lookout_new(loop, pager->turn, pager->engine, config, draw, pager);
    return pager;
}

void pager_free(struct pager *pager)
{
    if (!pager)
        return;
    lookout_free(pager->lookout);
    dispatch_free(pager->dispatch);
    turn_free(pager->turn);
    engine_free(pager->engine);
    free(pager);
}

static struct now now_of(void)
{
    return (struct now){.boot_usec = loop_boot_usec(), .wall_usec = loop_wall_usec()};
}

static void recall(void *userdata, const struct record *record)
{
    struct pager *pager = userdata;
    lookout_recall(pager->lookout, record);
    disk_word_recall(&pager->disk_word, record);
}

uint64_t pager_take_log(struct pager *pager, struct store *store, const struct opened *opened, replay_bad *bad, void *userdata)
{
    uint64_t until_seq = store_head(store).seq;
    replay_house(opened, recall, pager);
    turn_set_store(pager->turn, store);
    replay_live(pager->engine, opened, now_of(), bad, userdata);
    return until_seq;
}

static void send_again(struct pager *pager, uint64_t until_seq)
{
    turn_let_out(pager->turn, engine_resume(pager->engine, now_of(), until_seq));
}

/* Who was told by an earlier process that the log cannot be written is told that it can, once that is written. */
static void tell_restored(struct pager *pager)
{
    turn_submit(pager->turn, &(struct event){.kind = EVENT_RESTORED, .trouble = {.reason = "", .earlier = true}});
}

void pager_begin(struct pager *pager, const char *trouble, bool was_degraded)
{
    if (trouble)
        turn_degrade(pager->turn, trouble);
    else if (was_degraded || pager->disk_word.owed)
        tell_restored(pager);
    send_again(pager, UINT64_MAX);
    lookout_begin(pager->lookout, !trouble);
}

void pager_resume(struct pager *pager, uint64_t until_seq)
{
    send_again(pager, until_seq);
    lookout_begin(pager->lookout, true);
}

void pager_configure(struct pager *pager, const struct config *config)
{
    turn_flush_queue(pager->turn);
    turn_submit(pager->turn, &(struct event){.kind = EVENT_PLAN, .plan = {.plan = &config->plan, .reload = true}});
    turn_flush_queue(pager->turn);
    dispatch_configure(pager->dispatch, config);
    lookout_configure(pager->lookout, config);
}

void pager_clock_was_set(struct pager *pager)
{
    turn_submit(pager->turn, &(struct event){.kind = EVENT_CLOCK_STEPPED});
    lookout_clock_was_set(pager->lookout);
}

bool pager_is_quiet(const struct pager *pager)
{
    struct dispatch_gateway gateways[CONFIG_MAX_GATEWAYS];
    size_t n = dispatch_gateways(pager->dispatch, gateways, N_ELEMENTS(gateways));
    for (size_t i = 0; i < n; i++)
        if (gateways[i].in_flight > 0)
            return false;
    return turn_idle(pager->turn);
}

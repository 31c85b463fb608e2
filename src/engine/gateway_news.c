/* Checks of gateways: a message to a number of our own, through one gateway, and what became of it. Whoever watches the gateways
 * decides when; here it is written down, sent and told. That watch remembers by these records what was done. */
#include "engine/internal.h"

void step_gateway_check(struct engine *engine, const struct event *event)
{
    const struct event_gateway_check *check = &event->gateway_check;
    struct record record = {
        .kind = RECORD_NOTICE_QUEUED,
        .channel = (uint8_t)check->channel + 1,
        .address = check->address,
        .gateway = check->gateway,
        .page = engine->house.last_page + 1,
        .nonce = emit_random_u32(engine),
        .purpose = PURPOSE_CHECK,
    };
    emit_record(engine, &record);
    emit_send(engine, find_message(&engine->house, record.page), 0);
}

void step_gateway_news(struct engine *engine, const struct event *event)
{
    const struct event_gateway_news *news = &event->gateway_news;
    enum purpose purpose = news->news == NEWS_CHECK_FAILED ? PURPOSE_CHECK_FAILED : PURPOSE_GATEWAY_NEWS;
    struct record record = {
        .kind = RECORD_GATEWAY_STATE,
        .gateway = news->gateway,
        .news = (uint8_t)news->news,
        .text = news->reason,
        .due_usec = news->news == NEWS_CHECK_GOOD ? engine->now.wall_usec : 0,
    };
    emit_record(engine, &record);
    for (size_t i = 0; news->tell && i < engine->plan->n_admins; i++)
        notice_duty(engine, engine->plan->admins[i], engine->plan->admin_channels, purpose, &record);
}

#include "turn/queue.h"

#include <string.h>

static const char *keep(struct queue *queue, const char *text)
{
    return text ? arena_strdup(queue->strings, text) : NULL;
}

static void keep_trigger(struct queue *queue, struct event_trigger *trigger)
{
    const char **texts[] = {&trigger->source, &trigger->summary, &trigger->details, &trigger->location, &trigger->callback,
                            &trigger->talkgroup, &trigger->dedup_key, &trigger->idempotency_key};
    for (size_t i = 0; i < N_ELEMENTS(texts); i++)
        *texts[i] = keep(queue, *texts[i]);
    if (trigger->n_roles) {
        void *roles = arena_alloc(queue->strings, trigger->n_roles * sizeof(trigger->roles[0]));
        trigger->roles = memcpy(roles, trigger->roles, trigger->n_roles * sizeof(trigger->roles[0]));
    }
}

static void keep_drill(struct queue *queue, struct event_drill *drill)
{
    const char **texts[] = {&drill->source, &drill->actor, &drill->summary, &drill->targets, &drill->without, &drill->schedule, &drill->role};
    for (size_t i = 0; i < N_ELEMENTS(texts); i++)
        *texts[i] = keep(queue, *texts[i]);
}

static void keep_strings(struct queue *queue, struct event *event)
{
    switch (event->kind) {
    case EVENT_TRIGGER:
        keep_trigger(queue, &event->trigger);
        break;
    case EVENT_ANSWER:
        event->answer.role = keep(queue, event->answer.role);
        event->answer.person = keep(queue, event->answer.person);
        event->answer.actor = keep(queue, event->answer.actor);
        break;
    case EVENT_INBOUND:
        event->inbound.gateway = keep(queue, event->inbound.gateway);
        event->inbound.from = keep(queue, event->inbound.from);
        event->inbound.text = keep(queue, event->inbound.text);
        event->inbound.id = keep(queue, event->inbound.id);
        break;
    case EVENT_OUTCOME:
        event->outcome.gateway = keep(queue, event->outcome.gateway);
        event->outcome.provider_id = keep(queue, event->outcome.provider_id);
        event->outcome.reason = keep(queue, event->outcome.reason);
        break;
    case EVENT_NOTE:
        event->note.text = keep(queue, event->note.text);
        event->note.actor = keep(queue, event->note.actor);
        event->note.person = keep(queue, event->note.person);
        break;
    case EVENT_CLOSE:
        event->close.reason = keep(queue, event->close.reason);
        event->close.actor = keep(queue, event->close.actor);
        break;
    case EVENT_CALLOUT:
        event->callout.actor = keep(queue, event->callout.actor);
        event->callout.person = keep(queue, event->callout.person);
        break;
    case EVENT_GATEWAY_TEST:
        event->gateway_test.gateway = keep(queue, event->gateway_test.gateway);
        event->gateway_test.person = keep(queue, event->gateway_test.person);
        event->gateway_test.actor = keep(queue, event->gateway_test.actor);
        break;
    case EVENT_RELOAD_REFUSED:
    case EVENT_DEGRADED:
    case EVENT_RESTORED:
        event->trouble.reason = keep(queue, event->trouble.reason);
        break;
    case EVENT_DUTY:
        event->duty.person = keep(queue, event->duty.person);
        event->duty.before = keep(queue, event->duty.before);
        break;
    case EVENT_DRILL_START:
        keep_drill(queue, &event->drill);
        break;
    case EVENT_DRILL_STOP:
        event->drill_stop.actor = keep(queue, event->drill_stop.actor);
        event->drill_stop.reason = keep(queue, event->drill_stop.reason);
        break;
    case EVENT_SCHEDULE:
        event->schedule.role = keep(queue, event->schedule.role);
        event->schedule.person = keep(queue, event->schedule.person);
        break;
    case EVENT_GATEWAY_CHECK:
        event->gateway_check.gateway = keep(queue, event->gateway_check.gateway);
        event->gateway_check.address = keep(queue, event->gateway_check.address);
        break;
    case EVENT_GATEWAY_NEWS:
        event->gateway_news.gateway = keep(queue, event->gateway_news.gateway);
        event->gateway_news.reason = keep(queue, event->gateway_news.reason);
        break;
    case EVENT_GAP:
    case EVENT_DRILL_OVERDUE:
    case EVENT_TICK:
    case EVENT_CLOCK_STEPPED:
    case EVENT_PLAN:
        break;
    }
}

void queue_done(struct queue *queue)
{
    arena_free(queue->strings);
    free(queue->events);
    *queue = (struct queue){0};
}

void queue_add(struct queue *queue, const struct event *event)
{
    if (!queue->strings)
        queue->strings = arena_new();
    if (queue->n == queue->cap) {
        queue->cap = queue->cap ? 2 * queue->cap : 64;
        queue->events = mem_realloc_array(queue->events, queue->cap, sizeof(*queue->events));
    }
    queue->events[queue->n] = *event;
    keep_strings(queue, &queue->events[queue->n++]);
}

void queue_clear(struct queue *queue)
{
    arena_free(queue->strings);
    queue->strings = NULL;
    queue->n = 0;
}

#include "turn/queue.h"

#include <string.h>

/* Addresses of an event's texts, with NULL behind the last. */
#define TEXTS(...) ((const char **const[]){__VA_ARGS__, NULL})

static void keep_texts(struct queue *queue, const char **const *texts)
{
    for (; *texts; texts++)
        if (**texts)
            **texts = arena_strdup(queue->strings, **texts);
}

static void keep_trigger(struct queue *queue, struct event_trigger *trigger)
{
    keep_texts(queue, TEXTS(&trigger->source, &trigger->summary, &trigger->details, &trigger->location, &trigger->callback,
                            &trigger->talkgroup, &trigger->dedup_key, &trigger->idempotency_key));
    if (trigger->n_roles) {
        void *roles = arena_alloc(queue->strings, trigger->n_roles * sizeof(trigger->roles[0]));
        trigger->roles = memcpy(roles, trigger->roles, trigger->n_roles * sizeof(trigger->roles[0]));
    }
}

static void keep_drill(struct queue *queue, struct event_drill *drill)
{
    keep_texts(queue, TEXTS(&drill->source, &drill->actor, &drill->summary, &drill->targets, &drill->without, &drill->schedule,
                            &drill->role));
}

static void keep_inbound(struct queue *queue, struct event_inbound *inbound)
{
    keep_texts(queue, TEXTS(&inbound->gateway, &inbound->from, &inbound->text, &inbound->id));
}

static void keep_outcome(struct queue *queue, struct event_outcome *outcome)
{
    keep_texts(queue, TEXTS(&outcome->gateway, &outcome->provider_id, &outcome->reason));
}

static void keep_gateway_test(struct queue *queue, struct event_gateway_test *test)
{
    keep_texts(queue, TEXTS(&test->gateway, &test->person, &test->actor));
}

/* A switch, so that the compiler asks for the texts of an event that is new. */
static void keep_strings(struct queue *queue, struct event *event)
{
    switch (event->kind) {
    case EVENT_TRIGGER:       keep_trigger(queue, &event->trigger); break;
    case EVENT_ANSWER:        keep_texts(queue, TEXTS(&event->answer.role, &event->answer.person, &event->answer.actor)); break;
    case EVENT_INBOUND:       keep_inbound(queue, &event->inbound); break;
    case EVENT_OUTCOME:       keep_outcome(queue, &event->outcome); break;
    case EVENT_NOTE:          keep_texts(queue, TEXTS(&event->note.text, &event->note.actor, &event->note.person)); break;
    case EVENT_CLOSE:         keep_texts(queue, TEXTS(&event->close.reason, &event->close.actor)); break;
    case EVENT_CALLOUT:       keep_texts(queue, TEXTS(&event->callout.actor, &event->callout.person)); break;
    case EVENT_GATEWAY_TEST:  keep_gateway_test(queue, &event->gateway_test); break;
    case EVENT_RELOAD_REFUSED:
    case EVENT_DEGRADED:
    case EVENT_RESTORED:      keep_texts(queue, TEXTS(&event->trouble.reason)); break;
    case EVENT_DUTY:          keep_texts(queue, TEXTS(&event->duty.person, &event->duty.before)); break;
    case EVENT_DRILL_START:   keep_drill(queue, &event->drill); break;
    case EVENT_DRILL_STOP:    keep_texts(queue, TEXTS(&event->drill_stop.actor, &event->drill_stop.reason)); break;
    case EVENT_SCHEDULE:      keep_texts(queue, TEXTS(&event->schedule.role, &event->schedule.person)); break;
    case EVENT_GATEWAY_CHECK: keep_texts(queue, TEXTS(&event->gateway_check.gateway, &event->gateway_check.address)); break;
    case EVENT_GATEWAY_NEWS:  keep_texts(queue, TEXTS(&event->gateway_news.gateway, &event->gateway_news.reason)); break;
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

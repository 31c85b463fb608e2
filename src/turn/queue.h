/* Events that wait for the turn. Each is copied, strings and all, into memory that is given back when the turn has stepped
 * them: whoever queued it may forget it at once. Pointers into the plan stay: the plan changes only when the queue is empty. */
#ifndef TURN_QUEUE_H
#define TURN_QUEUE_H

#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "engine/event.h"

struct queue {                   /* a value: zeroed is empty */
    struct event *events;
    size_t n, cap;
    struct arena *strings;
};

void queue_done(struct queue *queue);
void queue_add(struct queue *queue, const struct event *event);
void queue_clear(struct queue *queue);

#endif

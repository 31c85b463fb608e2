/* An intrusive binary heap of deadlines. Equal deadlines leave in the order in which they were armed (a counter breaks the
 * tie), so that a run repeats exactly. */
#ifndef BASE_HEAP_H
#define BASE_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct heap_node {          /* embed it; zeroed is "not armed" */
    int64_t due_usec;
    uint64_t order;
    uint32_t index;         /* place in the heap + 1; 0: not armed */
};

struct heap {               /* a value: zeroed is empty */
    struct heap_node **nodes;
    size_t len;
    size_t cap;
    uint64_t next_order;
};

void heap_done(struct heap *heap);                                   /* the nodes are the caller's */
void heap_arm(struct heap *heap, struct heap_node *node, int64_t due_usec);   /* arms, or moves if armed */
void heap_disarm(struct heap *heap, struct heap_node *node);         /* does nothing if not armed */
struct heap_node *heap_first(const struct heap *heap);               /* NULL: empty */

static inline bool heap_armed(const struct heap_node *node) { return node->index != 0; }

#define CONTAINER_OF(pointer, type, member) ((type *)(void *)((char *)(pointer) - offsetof(type, member)))

#endif

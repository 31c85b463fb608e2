#include "base/heap.h"

#include <assert.h>

#include "base/mem.h"

void heap_done(struct heap *heap)
{
    free(heap->nodes);
    *heap = (struct heap){0};
}

static bool before(const struct heap_node *a, const struct heap_node *b)
{
    return a->due_usec != b->due_usec ? a->due_usec < b->due_usec : a->order < b->order;
}

static void set(struct heap *heap, size_t i, struct heap_node *node)
{
    heap->nodes[i] = node;
    node->index = (uint32_t)i + 1;
}

static void sift_up(struct heap *heap, size_t i, struct heap_node *node)
{
    while (i > 0) {
        size_t parent = (i - 1) / 2;
        if (!before(node, heap->nodes[parent]))
            break;
        set(heap, i, heap->nodes[parent]);
        i = parent;
    }
    set(heap, i, node);
}

static void sift_down(struct heap *heap, size_t i, struct heap_node *node)
{
    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= heap->len)
            break;
        if (child + 1 < heap->len && before(heap->nodes[child + 1], heap->nodes[child]))
            child++;
        if (!before(heap->nodes[child], node))
            break;
        set(heap, i, heap->nodes[child]);
        i = child;
    }
    set(heap, i, node);
}

/* Puts the node at i, or where the order wants it. */
static void settle(struct heap *heap, size_t i, struct heap_node *node)
{
    if (i > 0 && before(node, heap->nodes[(i - 1) / 2]))
        sift_up(heap, i, node);
    else
        sift_down(heap, i, node);
}

void heap_arm(struct heap *heap, struct heap_node *node, int64_t due_usec)
{
    node->due_usec = due_usec;
    node->order = heap->next_order++;
    if (heap_armed(node)) {
        assert(heap->nodes[node->index - 1] == node);   /* armed in this heap, not in another */
        settle(heap, node->index - 1, node);
        return;
    }
    if (heap->len == heap->cap) {
        heap->cap = heap->cap ? heap->cap * 2 : 16;
        heap->nodes = mem_realloc_array(heap->nodes, heap->cap, sizeof *heap->nodes);
    }
    assert(heap->len < UINT32_MAX);
    sift_up(heap, heap->len++, node);
}

void heap_disarm(struct heap *heap, struct heap_node *node)
{
    if (!heap_armed(node))
        return;
    size_t hole = node->index - 1;
    assert(hole < heap->len && heap->nodes[hole] == node);
    struct heap_node *last = heap->nodes[--heap->len];
    if (last != node)
        settle(heap, hole, last);
    node->index = 0;
}

struct heap_node *heap_first(const struct heap *heap)
{
    return heap->len ? heap->nodes[0] : NULL;
}

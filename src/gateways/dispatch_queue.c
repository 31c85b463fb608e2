#include "gateways/dispatch_queue.h"

#include <assert.h>

#include "base/civil.h"
#include "base/mem.h"
#include "engine/event.h"

struct queue_node {
    struct page page;
    int64_t order;               /* in its heap: rank and age in a room, the due time in the pause */
    uint32_t heap_at;            /* place in its heap */
    uint32_t older, newer;       /* neighbours in a room, by when they entered; index + 1, 0: none */
    uint32_t entered_msec;       /* boot time, cut to 32 bits: only differences count */
};
_Static_assert(sizeof(struct queue_node) == 72, "a hundred thousand of them are kept");

static struct queue_node *node_at(const struct dispatch_queue *queue, uint32_t link)
{
    assert(link > 0 && link <= queue->n_nodes);
    return &queue->nodes[link - 1];
}

/* ---- heaps of links ---- */

static bool goes_before(const struct dispatch_queue *queue, uint32_t a, uint32_t b)
{
    const struct queue_node *first = node_at(queue, a), *second = node_at(queue, b);
    return first->order != second->order ? first->order < second->order : first->page.age < second->page.age;
}

static void heap_place(struct dispatch_queue *queue, struct queue_heap *heap, size_t at, uint32_t link)
{
    heap->at[at] = link;
    node_at(queue, link)->heap_at = (uint32_t)at;
}

static void heap_rise(struct dispatch_queue *queue, struct queue_heap *heap, size_t at, uint32_t link)
{
    while (at > 0 && goes_before(queue, link, heap->at[(at - 1) / 2])) {
        heap_place(queue, heap, at, heap->at[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
    heap_place(queue, heap, at, link);
}

static void heap_sink(struct dispatch_queue *queue, struct queue_heap *heap, size_t at, uint32_t link)
{
    for (size_t child; (child = 2 * at + 1) < heap->len; at = child) {
        if (child + 1 < heap->len && goes_before(queue, heap->at[child + 1], heap->at[child]))
            child++;
        if (!goes_before(queue, heap->at[child], link))
            break;
        heap_place(queue, heap, at, heap->at[child]);
    }
    heap_place(queue, heap, at, link);
}

static void heap_add(struct dispatch_queue *queue, struct queue_heap *heap, uint32_t link)
{
    if (heap->len == heap->cap) {
        heap->cap = heap->cap ? 2 * heap->cap : 16;
        heap->at = mem_realloc_array(heap->at, heap->cap, sizeof *heap->at);
    }
    heap->len++;
    heap_rise(queue, heap, heap->len - 1, link);
}

static void heap_remove(struct dispatch_queue *queue, struct queue_heap *heap, uint32_t link)
{
    size_t at = node_at(queue, link)->heap_at;
    assert(at < heap->len && heap->at[at] == link);
    uint32_t last = heap->at[--heap->len];
    if (last == link)
        return;
    if (at > 0 && goes_before(queue, last, heap->at[(at - 1) / 2]))
        heap_rise(queue, heap, at, last);
    else
        heap_sink(queue, heap, at, last);
}

/* ---- nodes ---- */

static uint32_t node_new(struct dispatch_queue *queue, const struct page *page)
{
    uint32_t link = queue->free_node;
    if (link) {
        queue->free_node = node_at(queue, link)->newer;
    } else {
        if (queue->n_nodes == queue->cap) {
            queue->cap = queue->cap ? 2 * queue->cap : 64;
            queue->nodes = mem_realloc_array(queue->nodes, queue->cap, sizeof *queue->nodes);
        }
        assert(queue->n_nodes < UINT32_MAX);
        link = (uint32_t)++queue->n_nodes;
    }
    *node_at(queue, link) = (struct queue_node){ .page = *page };
    return link;
}

/* A storm that is over gives its memory back; the odd page does not ask for it anew each time. */
enum { KEEP_NODES = 1024 };

static void node_free(struct dispatch_queue *queue, uint32_t link)
{
    node_at(queue, link)->newer = queue->free_node;
    queue->free_node = link;
    if (queue->waiting == 0 && queue->pausing == 0 && queue->cap > KEEP_NODES)
        dispatch_queue_done(queue);
}

void dispatch_queue_done(struct dispatch_queue *queue)
{
    for (size_t i = 0; i < QUEUE_MAX_ROOMS; i++)
        free(queue->room[i].at);
    free(queue->pause.at);
    free(queue->nodes);
    *queue = (struct dispatch_queue){ 0 };
}

/* ---- rooms ---- */

/* Each lane has a room of its own, and so have the stranded. Wider masks come and go, and share the rest; should those
 * run out, the first lane of the mask is enough. */
enum { ROOM_STRANDED = 32, ROOM_FIRST_SHARED = 33 };

static uint8_t room_for(struct dispatch_queue *queue, uint32_t mask)
{
    size_t room = QUEUE_MAX_ROOMS;
    if (mask == 0) {
        room = ROOM_STRANDED;
    } else if ((mask & (mask - 1)) != 0) {
        for (size_t i = ROOM_FIRST_SHARED; i < QUEUE_MAX_ROOMS; i++) {
            if (queue->room[i].len == 0)
                room = room == QUEUE_MAX_ROOMS ? i : room;
            else if (queue->room_mask[i] == mask)
                return (uint8_t)i;
        }
    }
    if (room == QUEUE_MAX_ROOMS) {
        mask &= -mask;
        room = (size_t)__builtin_ctz(mask);
    }
    queue->room_mask[room] = mask;
    return (uint8_t)room;
}

static void room_add(struct dispatch_queue *queue, uint32_t link, uint32_t mask)
{
    struct queue_node *node = node_at(queue, link);
    node->page.room = room_for(queue, mask);
    node->order = (int64_t)node->page.rank << 31 | (node->page.age & INT32_MAX);
    heap_add(queue, &queue->room[node->page.room], link);
}

static void list_append(struct dispatch_queue *queue, uint32_t link)
{
    struct queue_node *node = node_at(queue, link);
    node->older = queue->newest;
    node->newer = 0;
    if (queue->newest)
        node_at(queue, queue->newest)->newer = link;
    else
        queue->oldest = link;
    queue->newest = link;
    if (!queue->young)
        queue->young = link;
}

static void list_remove(struct dispatch_queue *queue, uint32_t link)
{
    struct queue_node *node = node_at(queue, link);
    if (queue->young == link)
        queue->young = node->newer;
    *(node->older ? &node_at(queue, node->older)->newer : &queue->oldest) = node->newer;
    *(node->newer ? &node_at(queue, node->newer)->older : &queue->newest) = node->older;
}

void dispatch_queue_enter(struct dispatch_queue *queue, const struct page *page, uint32_t mask, int64_t now_usec)
{
    uint32_t link = node_new(queue, page);
    node_at(queue, link)->entered_msec = (uint32_t)(now_usec / USEC_PER_MSEC);
    queue->waiting++;
    list_append(queue, link);
    room_add(queue, link, mask);
}

static void take(struct dispatch_queue *queue, uint32_t link, struct page *ret)
{
    struct queue_node *node = node_at(queue, link);
    *ret = node->page;
    heap_remove(queue, &queue->room[node->page.room], link);
    list_remove(queue, link);
    queue->waiting--;
    node_free(queue, link);
}

static uint32_t lanes_to_shun(uint32_t mask, uint32_t shun)
{
    return mask & ~shun ? shun : 0;
}

bool dispatch_queue_take(struct dispatch_queue *queue, uint32_t lanes, uint32_t kept, uint32_t shun, struct page *ret,
                         uint32_t *ret_mask)
{
    uint32_t best = 0;
    for (size_t i = 0; i < QUEUE_MAX_ROOMS; i++) {
        const struct queue_heap *room = &queue->room[i];
        uint32_t mask = queue->room_mask[i];
        bool first = room->len > 0 && node_at(queue, room->at[0])->page.rank == RANK_FIRST;
        uint32_t usable = mask & lanes & ~lanes_to_shun(mask, shun) & (first ? UINT32_MAX : ~kept);
        if (room->len > 0 && usable && (!best || goes_before(queue, room->at[0], best)))
            best = room->at[0];
    }
    if (!best)
        return false;
    *ret_mask = queue->room_mask[node_at(queue, best)->page.room];
    take(queue, best, ret);
    return true;
}

bool dispatch_queue_take_stranded(struct dispatch_queue *queue, struct page *ret)
{
    if (queue->room[ROOM_STRANDED].len == 0)
        return false;
    take(queue, queue->room[ROOM_STRANDED].at[0], ret);
    return true;
}

/* ---- patience ---- */

static int64_t patience_left_usec(const struct dispatch_queue *queue, int64_t now_usec, int64_t delay_usec)
{
    uint32_t waited_msec = (uint32_t)(now_usec / USEC_PER_MSEC) - node_at(queue, queue->young)->entered_msec;
    return delay_usec - (int64_t)waited_msec * USEC_PER_MSEC;
}

const struct page *dispatch_queue_impatient(const struct dispatch_queue *queue, int64_t now_usec, int64_t delay_usec)
{
    if (!queue->young || patience_left_usec(queue, now_usec, delay_usec) > 0)
        return NULL;
    return &node_at(queue, queue->young)->page;
}

void dispatch_queue_widen(struct dispatch_queue *queue, uint32_t mask)
{
    uint32_t link = queue->young;
    struct queue_node *node = node_at(queue, link);
    queue->young = node->newer;
    if (queue->room_mask[node->page.room] == mask)
        return;
    heap_remove(queue, &queue->room[node->page.room], link);
    room_add(queue, link, mask);
}

int64_t dispatch_queue_patience_usec(const struct dispatch_queue *queue, int64_t now_usec, int64_t delay_usec)
{
    return queue->young ? now_usec + patience_left_usec(queue, now_usec, delay_usec) : INT64_MAX;
}

/* ---- the pause ---- */

void dispatch_queue_pause(struct dispatch_queue *queue, const struct page *page, int64_t due_usec)
{
    uint32_t link = node_new(queue, page);
    node_at(queue, link)->order = due_usec;
    queue->pausing++;
    heap_add(queue, &queue->pause, link);
}

bool dispatch_queue_take_paused(struct dispatch_queue *queue, int64_t now_usec, struct page *ret)
{
    if (dispatch_queue_pause_usec(queue) > now_usec)
        return false;
    uint32_t link = queue->pause.at[0];
    *ret = node_at(queue, link)->page;
    heap_remove(queue, &queue->pause, link);
    queue->pausing--;
    node_free(queue, link);
    return true;
}

int64_t dispatch_queue_pause_usec(const struct dispatch_queue *queue)
{
    return queue->pause.len > 0 ? node_at(queue, queue->pause.at[0])->order : INT64_MAX;
}

/* ---- the whole ---- */

void dispatch_queue_rebuild(struct dispatch_queue *queue, dispatch_queue_remap *remap, void *userdata)
{
    bool widened = true;
    for (size_t i = 0; i < QUEUE_MAX_ROOMS; i++)
        queue->room[i].len = 0;
    for (uint32_t link = queue->oldest; link; link = node_at(queue, link)->newer) {
        widened = widened && link != queue->young;
        room_add(queue, link, remap(userdata, &node_at(queue, link)->page, widened));
    }
    for (size_t i = 0; i < queue->pause.len; i++)
        (void)remap(userdata, &node_at(queue, queue->pause.at[i])->page, false);
}

size_t dispatch_queue_count(const struct dispatch_queue *queue, uint32_t lanes)
{
    size_t n = 0;
    for (size_t i = 0; i < QUEUE_MAX_ROOMS; i++) {
        if (queue->room_mask[i] & lanes)
            n += queue->room[i].len;
    }
    return n;
}

int64_t dispatch_queue_oldest_usec(const struct dispatch_queue *queue)
{
    for (uint32_t link = queue->oldest; link; link = node_at(queue, link)->newer) {
        const struct page *page = &node_at(queue, link)->page;
        if (page->tried == 0 && page->rounds == 0)
            return page->since_usec;
    }
    return 0;
}

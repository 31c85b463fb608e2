/* The pages that wait, packed small: 72 bytes each, so that 100,000 are a few megabytes. A page waits either in a room, for a
 * place in the window of one of the lanes that may take it (its mask), or in the pause between two rounds. Rooms give out
 * their pages by rank, then by age. Every operation is O(log n), but for the few rooms, which are looked through. */
#ifndef GATEWAYS_DISPATCH_QUEUE_H
#define GATEWAYS_DISPATCH_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/ids.h"

enum { ONLY_ANY = 255, ONLY_GONE = 254 };

struct page {
    struct page_ref ref;
    int64_t since_usec;      /* boot: when it was handed in; once every gateway has refused it, when that was */
    uint32_t rank;
    uint32_t age;            /* a running number; it may wrap, which costs no more than the order of two pages */
    uint32_t tried;          /* lanes of this round, a bit each */
    uint32_t left_out;       /* lanes that it may not take in any round */
    uint8_t channel;
    uint8_t only;            /* the one lane that it may take; ONLY_ANY, or ONLY_GONE when that one is no longer there */
    uint8_t rounds;          /* in which every gateway has refused it */
    uint8_t room;            /* the queue's */
};

struct queue_node;
struct queue_heap {          /* of indices of nodes, least order first */
    uint32_t *at;
    size_t len, cap;
};

enum { QUEUE_MAX_ROOMS = 64 };

struct dispatch_queue {      /* a value: zeroed is empty */
    struct queue_node *nodes;
    size_t n_nodes;          /* in use or on the free list */
    size_t cap;
    size_t waiting, pausing;
    uint32_t free_node;      /* these four: index + 1; 0: none */
    uint32_t oldest, newest; /* of the rooms, by when they entered */
    uint32_t young;          /* the oldest that has not been widened */
    uint32_t room_mask[QUEUE_MAX_ROOMS];
    struct queue_heap room[QUEUE_MAX_ROOMS];
    struct queue_heap pause;
};

void dispatch_queue_done(struct dispatch_queue *queue);

/* Puts a page into the room of that mask. Mask 0 is a room too: of pages that no lane may take. */
void dispatch_queue_enter(struct dispatch_queue *queue, const struct page *page, uint32_t mask, int64_t now_usec);
/* The best page that one of these lanes may take; *ret_mask is all that it may. Those of `kept` are for pages of RANK_FIRST
 * alone. Lanes that `shun` names too take only what no other lane may. False: none. It has left the queue. */
bool dispatch_queue_take(struct dispatch_queue *queue, uint32_t lanes, uint32_t kept, uint32_t shun, struct page *ret,
                         uint32_t *ret_mask);
bool dispatch_queue_take_stranded(struct dispatch_queue *queue, struct page *ret);      /* one of mask 0 */

/* Pages whose wait has lasted delay_usec and have not been widened yet, one at a time; then dispatch_queue_widen() it. */
const struct page *dispatch_queue_impatient(const struct dispatch_queue *queue, int64_t now_usec, int64_t delay_usec);
void dispatch_queue_widen(struct dispatch_queue *queue, uint32_t mask);
/* Boot time at which the next page loses its patience; INT64_MAX: none. */
int64_t dispatch_queue_patience_usec(const struct dispatch_queue *queue, int64_t now_usec, int64_t delay_usec);

void dispatch_queue_pause(struct dispatch_queue *queue, const struct page *page, int64_t due_usec);
bool dispatch_queue_take_paused(struct dispatch_queue *queue, int64_t now_usec, struct page *ret);
int64_t dispatch_queue_pause_usec(const struct dispatch_queue *queue);                  /* the first due; INT64_MAX: none */

/* The lanes are new: `remap` changes each page for them, and says the mask of its room (of those in a pause it is ignored). */
typedef uint32_t dispatch_queue_remap(void *userdata, struct page *page, bool widened);
void dispatch_queue_rebuild(struct dispatch_queue *queue, dispatch_queue_remap *remap, void *userdata);

size_t dispatch_queue_count(const struct dispatch_queue *queue, uint32_t lanes);         /* that wait, and that one of these
                                                                                            may take */
/* When the oldest page that no gateway was tried for was handed in; 0: there is none. */
int64_t dispatch_queue_oldest_usec(const struct dispatch_queue *queue);

#endif

#include "base/heap.h"

#include "base/mem.h"
#include "unit.h"

struct item {
    int number;
    struct heap_node node;
};

static struct item *pop(struct heap *heap)
{
    struct heap_node *node = heap_first(heap);
    if (!node)
        return NULL;
    heap_disarm(heap, node);
    return CONTAINER_OF(node, struct item, node);
}

START_TEST(empty_has_no_first) {
    struct heap heap = {0};
    struct item item = {0};
    ck_assert_ptr_null(heap_first(&heap));
    heap_disarm(&heap, &item.node);
    ck_assert(!heap_armed(&item.node));
    heap_done(&heap);
}
END_TEST

START_TEST(equal_deadlines_leave_as_they_came) {
    struct heap heap = {0};
    struct item items[100] = {{0}};
    for (int i = 0; i < 100; i++) {
        items[i].number = i;
        heap_arm(&heap, &items[i].node, 1000);
    }
    heap_arm(&heap, &items[0].node, 1000);   /* armed anew: to the end */
    for (int i = 1; i <= 100; i++)
        ck_assert_int_eq(pop(&heap)->number, i % 100);
    ck_assert_ptr_null(pop(&heap));
    heap_done(&heap);
}
END_TEST

START_TEST(negative_and_extreme_deadlines) {
    struct heap heap = {0};
    struct item a = {1, {0}}, b = {2, {0}}, c = {3, {0}};
    heap_arm(&heap, &b.node, -1);
    heap_arm(&heap, &c.node, INT64_MAX);
    heap_arm(&heap, &a.node, INT64_MIN);
    ck_assert_int_eq(pop(&heap)->number, 1);
    ck_assert_int_eq(pop(&heap)->number, 2);
    ck_assert_int_eq(pop(&heap)->number, 3);
    heap_done(&heap);
}
END_TEST

enum { ITEMS = 300, OPERATIONS = 30000 };

static struct item *earliest(struct item items[ITEMS])
{
    struct item *first = NULL;
    for (int i = 0; i < ITEMS; i++) {
        struct heap_node *node = &items[i].node;
        if (heap_armed(node) && (!first || node->due_usec < first->node.due_usec
                                 || (node->due_usec == first->node.due_usec && node->order < first->node.order)))
            first = &items[i];
    }
    return first;
}

/* Few distinct deadlines, so that ties are common. Each node's index is checked: moving and disarming rely on it. */
START_TEST(first_is_the_earliest_whatever_happens) {
    struct heap heap = {0};
    static struct item items[ITEMS];
    uint64_t seed = 7;
    for (int step = 0; step < OPERATIONS; step++) {
        struct item *item = &items[unit_random(&seed) % ITEMS];
        if (unit_random(&seed) % 3)
            heap_arm(&heap, &item->node, (int64_t)(unit_random(&seed) % 50));
        else
            heap_disarm(&heap, &item->node);
        struct item *first = earliest(items);
        EXPECT(heap_first(&heap) == (first ? &first->node : NULL));
    }
    for (size_t i = 0; i < heap.len; i++)
        EXPECT(heap.nodes[i]->index == i + 1);
    int64_t last = INT64_MIN;
    for (struct item *item; (item = pop(&heap)); last = item->node.due_usec)
        EXPECT(last <= item->node.due_usec);
    for (int i = 0; i < ITEMS; i++)
        EXPECT(!heap_armed(&items[i].node));
    heap_done(&heap);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base/heap");
    TCase *tcase = tcase_create("heap");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, empty_has_no_first);
    tcase_add_test(tcase, equal_deadlines_leave_as_they_came);
    tcase_add_test(tcase, negative_and_extreme_deadlines);
    tcase_add_test(tcase, first_is_the_earliest_whatever_happens);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}

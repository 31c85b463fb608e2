#include "base/map.h"

#include "base/mem.h"
#include "unit.h"

START_TEST(empty_has_nothing) {
    struct map map = {0};
    size_t i = 0;
    ck_assert_ptr_null(map_get(&map, 0));
    ck_assert_ptr_null(map_remove(&map, 0));
    ck_assert_ptr_null(map_next(&map, &i));
    map_done(&map);
}
END_TEST

START_TEST(key_stands_once) {
    struct map map = {0};
    int a, b;
    ck_assert_ptr_null(map_put(&map, 0, &a));
    ck_assert_ptr_eq(map_put(&map, 0, &b), &a);
    ck_assert_uint_eq(map.len, 1);
    ck_assert_ptr_null(map_put(&map, UINT64_MAX, &a));
    ck_assert_ptr_eq(map_get(&map, 0), &b);
    ck_assert_ptr_eq(map_remove(&map, 0), &b);
    ck_assert_ptr_null(map_remove(&map, 0));
    ck_assert_ptr_eq(map_get(&map, UINT64_MAX), &a);
    map_done(&map);
    ck_assert_uint_eq(map.len + map.cap, 0);
}
END_TEST

enum { KEYS = 3000, OPERATIONS = 100000 };

/* Small neighbouring keys, as ids are, and keys that differ in their high bits alone. */
static uint64_t key_of(size_t i)
{
    return i % 2 ? i : (uint64_t)i << 40;
}

static void check_against(const struct map *map, void *const model[KEYS])
{
    size_t expected = 0, walked = 0, index = 0;
    for (size_t i = 0; i < KEYS; i++) {
        expected += model[i] != NULL;
        EXPECT(map_get(map, key_of(i)) == model[i]);
    }
    for (void *value; (value = map_next(map, &index)); walked++)
        EXPECT(value);
    EXPECT(map->len == expected);
    EXPECT(walked == expected);
}

/* The share of insertions swings, so that the map grows full and shrinks to nothing several times. */
START_TEST(does_what_an_array_does) {
    static char values[KEYS];
    void *model[KEYS] = {NULL};
    struct map map = {0};
    uint64_t seed = 42;
    for (size_t step = 0; step < OPERATIONS; step++) {
        size_t i = unit_random(&seed) % KEYS;
        bool growing = step / 12500 % 2 == 0;
        if (unit_random(&seed) % 100 < (growing ? 80 : 8)) {
            void *value = &values[unit_random(&seed) % KEYS];
            EXPECT(map_put(&map, key_of(i), value) == model[i]);
            model[i] = value;
        } else {
            EXPECT(map_remove(&map, key_of(i)) == model[i]);
            model[i] = NULL;
        }
        EXPECT(map.len <= map.cap / 8 * 7);
        if (step % 997 == 0)
            check_against(&map, model);
    }
    check_against(&map, model);
    map_done(&map);
}
END_TEST

START_TEST(memory_follows_the_entries) {
    struct map map = {0};
    static char value;
    for (uint64_t key = 0; key < 100000; key++)
        map_put(&map, key, &value);
    EXPECT(map.cap * sizeof *map.entries <= 4 << 20);
    for (uint64_t key = 0; key < 100000; key++)
        EXPECT(map_remove(&map, key) == &value);
    EXPECT(map.len == 0);
    EXPECT(map.cap <= 64);
    map_done(&map);
}
END_TEST

START_TEST(walk_visits_each_once) {
    struct map map = {0};
    static char values[500];
    unsigned seen[500] = {0};
    for (size_t i = 0; i < 500; i++)
        map_put(&map, i * 0x10001, &values[i]);
    char *value;
    for (size_t i = 0; (value = map_next(&map, &i));)
        seen[value - values]++;
    for (size_t i = 0; i < 500; i++)
        ck_assert_uint_eq(seen[i], 1);
    map_done(&map);
}
END_TEST

START_TEST(hash_sees_every_byte_and_the_seed) {
    char text[9] = "aaaaaaaa";
    uint64_t plain = map_hash_text(text, 0);
    ck_assert_uint_eq(plain, map_hash(text, 8, 0));
    ck_assert_uint_ne(plain, map_hash_text(text, 1));
    ck_assert_uint_ne(plain, map_hash(text, 7, 0));
    for (size_t i = 0; i < 8; i++) {
        text[i] = 'b';
        ck_assert_uint_ne(plain, map_hash_text(text, 0));
        text[i] = 'a';
    }
    ck_assert_uint_ne(map_hash("", 0, 0), map_hash("\0", 1, 0));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base/map");
    TCase *tcase = tcase_create("map");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, empty_has_nothing);
    tcase_add_test(tcase, key_stands_once);
    tcase_add_test(tcase, does_what_an_array_does);
    tcase_add_test(tcase, memory_follows_the_entries);
    tcase_add_test(tcase, walk_visits_each_once);
    tcase_add_test(tcase, hash_sees_every_byte_and_the_seed);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}

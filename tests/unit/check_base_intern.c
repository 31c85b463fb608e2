#include "base/intern.h"

#include <stdio.h>
#include <string.h>

#include "base/map.h"
#include "unit.h"

START_TEST(same_text_same_atom) {
    struct intern *table = intern_new();
    char text[] = "anna.berg";
    atom anna = intern_add(table, text);
    ck_assert_uint_ne(anna, 0);
    text[0] = 'A';   /* the table has a copy, and case counts */
    ck_assert_uint_ne(intern_add(table, text), anna);
    ck_assert_uint_eq(intern_add(table, "anna.berg"), anna);
    ck_assert_str_eq(intern_text(table, anna), "anna.berg");
    intern_free(table);
}
END_TEST

START_TEST(no_name_is_zero) {
    struct intern *table = intern_new();
    ck_assert_uint_eq(intern_add(table, NULL), 0);
    ck_assert_uint_eq(intern_add(table, ""), 0);
    ck_assert_uint_eq(intern_find(table, NULL), 0);
    ck_assert_uint_eq(intern_find(table, ""), 0);
    ck_assert_uint_eq(intern_find(table, "nobody"), 0);
    ck_assert_str_eq(intern_text(table, 0), "");
    intern_free(table);
    intern_free(NULL);
}
END_TEST

START_TEST(text_stays_where_it_is) {
    struct intern *table = intern_new();
    char text[20];
    const char *first = intern_text(table, intern_add(table, "name0"));
    for (unsigned i = 0; i < 20000; i++) {
        snprintf(text, sizeof text, "name%u", i);
        EXPECT(intern_add(table, text) == i + 1);
    }
    EXPECT(intern_text(table, 1) == first);
    for (unsigned i = 0; i < 20000; i++) {
        snprintf(text, sizeof text, "name%u", i);
        EXPECT(intern_find(table, text) == i + 1);
        EXPECT(strcmp(intern_text(table, i + 1), text) == 0);
    }
    EXPECT(intern_find(table, "name20000") == 0);
    intern_free(table);
}
END_TEST

/* Two texts with one FNV-1a hash. */
START_TEST(equal_hashes_are_told_apart) {
    static const char a[] = "8yn0iYCKYHlIj4-BwPqk", b[] = "GReLUrM4wMqfg9yzV3KQ";
    ck_assert_uint_eq(map_hash_text(a, 0), map_hash_text(b, 0));
    struct intern *table = intern_new();
    atom first = intern_add(table, a);
    ck_assert_uint_eq(intern_find(table, b), 0);
    atom second = intern_add(table, b);
    ck_assert_uint_ne(first, second);
    ck_assert_uint_eq(intern_find(table, a), first);
    ck_assert_uint_eq(intern_find(table, b), second);
    ck_assert_str_eq(intern_text(table, second), b);
    intern_free(table);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base/intern");
    TCase *tcase = tcase_create("intern");
    tcase_add_test(tcase, same_text_same_atom);
    tcase_add_test(tcase, no_name_is_zero);
    tcase_add_test(tcase, text_stays_where_it_is);
    tcase_add_test(tcase, equal_hashes_are_told_apart);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}

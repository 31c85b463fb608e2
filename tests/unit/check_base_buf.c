#include "base/buf.h"

#include "unit.h"

START_TEST(empty_is_the_empty_string) {
    CLEANUP_BUF struct buf buf = {0};
    ck_assert_str_eq(buf_text(&buf), "");
    buf_clear(&buf);
    buf_cut(&buf, 0);
    buf_add(&buf, NULL, 0);
    ck_assert_str_eq(buf_text(&buf), "");
    buf_done(NULL);
}
END_TEST

START_TEST(adding_grows_and_keeps_the_nul) {
    CLEANUP_BUF struct buf buf = {0};
    for (size_t i = 0; i < 10000; i++) {
        buf_add_char(&buf, (char)('a' + i % 26));
        EXPECT(buf.len == i + 1);
        EXPECT(buf.data[buf.len] == '\0');
    }
    for (size_t i = 0; i < buf.len; i++)
        EXPECT(buf.data[i] == (char)('a' + i % 26));
}
END_TEST

START_TEST(bytes_with_nul_count) {
    CLEANUP_BUF struct buf buf = {0};
    buf_add(&buf, "a\0b", 3);
    buf_add_text(&buf, "c");
    ck_assert_uint_eq(buf.len, 4);
    ck_assert_mem_eq(buf.data, "a\0bc", 5);
}
END_TEST

START_TEST(numbers) {
    CLEANUP_BUF struct buf buf = {0};
    buf_add_u64(&buf, 0);
    buf_add_char(&buf, ' ');
    buf_add_u64(&buf, UINT64_MAX);
    buf_add_char(&buf, ' ');
    buf_add_padded(&buf, 42, 4);
    buf_add_padded(&buf, 0, 2);
    buf_add_char(&buf, ' ');
    buf_add_padded(&buf, 12345, 4);
    buf_add_char(&buf, ' ');
    buf_add_padded(&buf, 7, 25);
    buf_add_padded(&buf, 8, 0);
    ck_assert_str_eq(buf_text(&buf), "0 18446744073709551615 004200 12345 00000000000000000000000078");
}
END_TEST

START_TEST(cutting_and_clearing_keep_the_memory) {
    CLEANUP_BUF struct buf buf = {0};
    buf_add_text(&buf, "Brand i skola");
    size_t cap = buf.cap;
    buf_cut(&buf, 5);
    ck_assert_str_eq(buf_text(&buf), "Brand");
    buf_clear(&buf);
    ck_assert_str_eq(buf_text(&buf), "");
    ck_assert_uint_eq(buf.cap, cap);
}
END_TEST

START_TEST(reserved_room_ends_in_nul_however_much_is_used) {
    CLEANUP_BUF struct buf buf = {0};
    buf_add_text(&buf, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
    buf_cut(&buf, 2);
    char *room = buf_reserve(&buf, 20);
    memset(room, 'y', 3);
    buf.len += 3;
    ck_assert_str_eq(buf_text(&buf), "xxyyy");
    room = buf_reserve(&buf, 5000);
    memset(room, 'z', 5000);
    buf.len += 5000;
    ck_assert_uint_eq(strlen(buf_text(&buf)), 5005);
}
END_TEST

START_TEST(taking_leaves_it_empty) {
    struct buf buf = {0};
    CLEANUP_FREE char *nothing = buf_take(&buf);
    buf_add_text(&buf, "mine");
    CLEANUP_FREE char *text = buf_take(&buf);
    ck_assert_str_eq(nothing, "");
    ck_assert_str_eq(text, "mine");
    ck_assert_ptr_null(buf.data);
    ck_assert_uint_eq(buf.len + buf.cap, 0);
    buf_add_text(&buf, "again");
    ck_assert_str_eq(buf_text(&buf), "again");
    buf_done(&buf);
    ck_assert_str_eq(buf_text(&buf), "");
}
END_TEST

START_TEST(formats) {
    CLEANUP_BUF struct buf buf = {0};
    buf_printf(&buf, "%s", "");
    ck_assert_str_eq(buf_text(&buf), "");
    buf_printf(&buf, "%s-%04d", "2026", 42);
    buf_printf(&buf, " %300s|", "wide");
    ck_assert_uint_eq(buf.len, 9 + 302);
    ck_assert_uint_eq(strlen(buf_text(&buf)), buf.len);
    ck_assert_ptr_nonnull(strstr(buf_text(&buf), "2026-0042  "));
    ck_assert_ptr_nonnull(strstr(buf_text(&buf), " wide|"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base/buf");
    TCase *tcase = tcase_create("buf");
    tcase_add_test(tcase, empty_is_the_empty_string);
    tcase_add_test(tcase, adding_grows_and_keeps_the_nul);
    tcase_add_test(tcase, bytes_with_nul_count);
    tcase_add_test(tcase, numbers);
    tcase_add_test(tcase, cutting_and_clearing_keep_the_memory);
    tcase_add_test(tcase, reserved_room_ends_in_nul_however_much_is_used);
    tcase_add_test(tcase, taking_leaves_it_empty);
    tcase_add_test(tcase, formats);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}

/* bereddctl's parts that can be had without a daemon: event streams read in pieces, and columns by display width. */
#include <check.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/events.h"
#include "ctl/table.h"

/* ---- event streams ---- */

struct heard {
    char text[4096];         /* each event's data in <> */
    int left;                /* events that are still wanted; negative: all */
};

static bool hear(void *userdata, const char *data, size_t len)
{
    struct heard *heard = userdata;
    size_t at = strlen(heard->text);
    snprintf(heard->text + at, sizeof heard->text - at, "<%.*s>", (int)len, data);
    return --heard->left != 0;
}

/* Fed in pieces of every size, the same is heard. */
static void expect_events(const char *stream, const char *expected)
{
    size_t len = strlen(stream);
    for (size_t piece = 1; piece <= len; piece++) {
        struct heard heard = { .left = -1 };
        struct events events = { .cb = hear, .userdata = &heard };
        for (size_t at = 0; at < len; at += piece)
            ck_assert(events_feed(&events, stream + at, at + piece > len ? len - at : piece));
        ck_assert_msg(strcmp(heard.text, expected) == 0, "in pieces of %zu: %s", piece, heard.text);
        events_done(&events);
    }
}

START_TEST(events_in_pieces)
{
    expect_events("data: {\"seq\":1}\n\n", "<{\"seq\":1}>");
    expect_events("id: 1\nevent: opened\ndata: a\n\n: comment\n\nid: 2\ndata: b\n\n", "<a><b>");
    expect_events("data: a\r\ndata: b\r\n\r\ndata:c\r\n\r\n", "<a\nb><c>");
    expect_events("data: a\rdata: b\r\r", "<a\nb>");
    expect_events("data:  two spaces\n\n", "< two spaces>");
    expect_events("data\n\nevent: none\n\n\n\n", "");
    expect_events("data: whole\n\ndata: not ended", "<whole>");
}
END_TEST

START_TEST(events_until_enough)
{
    struct heard heard = { .left = 2 };
    struct events events = { .cb = hear, .userdata = &heard };
    const char *stream = "data: a\n\ndata: b\n\ndata: c\n\n";
    ck_assert(!events_feed(&events, stream, strlen(stream)));
    ck_assert_str_eq(heard.text, "<a><b>");
    events_done(&events);
}
END_TEST

START_TEST(events_that_are_too_big_are_dropped_whole)
{
    struct heard heard = { .left = -1 };
    struct events events = { .cb = hear, .userdata = &heard };
    char *big = malloc(EVENTS_MAX_BYTES + 1);
    memset(big, 'x', EVENTS_MAX_BYTES + 1);
    ck_assert(events_feed(&events, "data: ", 6));
    ck_assert(events_feed(&events, big, EVENTS_MAX_BYTES + 1));
    ck_assert(events_feed(&events, "\n\ndata: small\n\n", 15));
    ck_assert_str_eq(heard.text, "<small>");
    free(big);
    events_done(&events);
}
END_TEST

START_TEST(events_forget_what_a_broken_connection_left)
{
    struct heard heard = { .left = -1 };
    struct events events = { .cb = hear, .userdata = &heard };
    ck_assert(events_feed(&events, "data: half", 10));
    events_reset(&events);
    ck_assert(events_feed(&events, "data: whole\n\n", 13));
    ck_assert_str_eq(heard.text, "<whole>");
    events_done(&events);
}
END_TEST

/* ---- columns ---- */

static const char *printed(const struct table *table)
{
    static char text[4096];
    FILE *stream = tmpfile();
    ck_assert(stream);
    table_print(table, stream, "");
    size_t len = (size_t)ftell(stream);
    ck_assert(fseek(stream, 0, SEEK_SET) == 0 && len < sizeof text && fread(text, 1, len, stream) == len);
    text[len] = '\0';
    ck_assert_int_eq(fclose(stream), 0);
    return text;
}

static void add_row(struct table *table, const char *a, const char *b, const char *c)
{
    table_row(table);
    table_cell(table, a);
    table_cell(table, b);
    table_cell(table, c);
}

START_TEST(columns_are_straight)
{
    struct table table = { 0 };
    add_row(&table, "åäö", "1", "x");
    add_row(&table, "a\xCC\x8A" "b", "22", "y");              /* a and a combining ring, b */
    add_row(&table, "\xE6\xBC\xA2", "333", "z");             /* a character two columns wide */
    ck_assert_str_eq(printed(&table), "åäö  1    x\na\xCC\x8A" "b   22   y\n\xE6\xBC\xA2   333  z\n");
    table_done(&table);
}
END_TEST

START_TEST(empty_columns_are_left_out)
{
    static const char *const names[] = { "ID", "DRILL", "TEXT" };
    struct table table = { 0 };
    table_head(&table, names, 3);
    add_row(&table, "1", NULL, "x");
    add_row(&table, "2", "", NULL);
    ck_assert_str_eq(printed(&table), "ID  TEXT\n1   x\n2\n");
    table_done(&table);
}
END_TEST

START_TEST(cells_are_cleaned)
{
    struct table table = { 0 };
    add_row(&table, "a\x1b[2J\r\nb", "\xC2\x9B" "31m", "\xff");
    const char *text = printed(&table);
    for (const char *c = text; *c && *c != '\n'; c++)
        ck_assert_msg((unsigned char)*c >= 0x20 && *c != 0x7F, "%s", text);
    ck_assert(!strstr(text, "\xC2\x9B"));
    table_done(&table);
}
END_TEST

START_TEST(floors_keep_columns_from_table_to_table)
{
    size_t floors[TABLE_MAX_COLUMNS] = { 4 };
    for (int i = 0; i < 2; i++) {
        struct table table = { .floors = floors };
        add_row(&table, i ? "a" : "long one", "b", "c");
        ck_assert_str_eq(printed(&table), i ? "a         b  c\n" : "long one  b  c\n");
        table_done(&table);
    }
}
END_TEST

/* ---- times ---- */

START_TEST(times_are_local)
{
    struct buf text = { 0 };
    setenv("TZ", "Europe/Stockholm", 1);
    print_add_time(&text, "2026-03-29T00:59:59.900Z", TIME_ZONED);
    ck_assert_str_eq(buf_text(&text), "2026-03-29 01:59:59 CET");
    buf_clear(&text);
    print_add_time(&text, "2026-03-29T01:00:00.000Z", TIME_ZONED);
    ck_assert_str_eq(buf_text(&text), "2026-03-29 03:00:00 CEST");
    buf_clear(&text);
    print_add_time(&text, "1969-12-31T23:59:59.500Z", TIME_FULL);
    ck_assert_str_eq(buf_text(&text), "1970-01-01 00:59:59");
    buf_clear(&text);
    print_add_time(&text, "", TIME_FULL);
    ck_assert_str_eq(buf_text(&text), "");
    print_add_time(&text, "no\x1b time", TIME_FULL);
    ck_assert_str_eq(buf_text(&text), "no time");
    buf_done(&text);
}
END_TEST

int main(void)
{
    if (!setlocale(LC_CTYPE, "C.UTF-8"))
        return EXIT_FAILURE;
    Suite *suite = suite_create("ctl");
    TCase *tcase = tcase_create("ctl");
    suite_add_tcase(suite, tcase);
    tcase_add_test(tcase, events_in_pieces);
    tcase_add_test(tcase, events_until_enough);
    tcase_add_test(tcase, events_that_are_too_big_are_dropped_whole);
    tcase_add_test(tcase, events_forget_what_a_broken_connection_left);
    tcase_add_test(tcase, columns_are_straight);
    tcase_add_test(tcase, empty_columns_are_left_out);
    tcase_add_test(tcase, cells_are_cleaned);
    tcase_add_test(tcase, floors_keep_columns_from_table_to_table);
    tcase_add_test(tcase, times_are_local);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

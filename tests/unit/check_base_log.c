#include "base/log.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "unit.h"

/* Adds what it gets to the struct buf that it is given, as "PRIORITY MESSAGE|". */
static void collect(void *userdata, enum log_priority priority, const char *message)
{
    buf_printf(userdata, "%d %s|", (int)priority, message);
    errno = EIO;   /* which no caller of log_print() may notice */
}

/* Tests share the process with CK_FORK=no. */
static void reset_log(void)
{
    log_set_sink(NULL, NULL);
    log_set_max(LOG_PRIO_NOTICE);
}

START_TEST(sink_gets_what_is_important_enough) {
    CLEANUP_BUF struct buf seen = {0};
    log_set_sink(collect, &seen);
    log_info("too fine");
    log_notice("n%d", 1);
    log_crit("c");
    log_set_max(LOG_PRIO_DEBUG);
    log_debug("d");
    log_set_max(LOG_PRIO_ERROR);
    log_warning("w");
    log_error("e");
    ck_assert_str_eq(buf_text(&seen), "5 n1|2 c|7 d|3 e|");
}
END_TEST

START_TEST(message_is_one_clean_line) {
    CLEANUP_BUF struct buf seen = {0};
    log_set_sink(collect, &seen);
    log_error("bad summary \"%s\"", "x\r\n<0>forged\x1b[2J\xFF");
    ck_assert_str_eq(buf_text(&seen), "3 bad summary \"x <0>forged [2J\uFFFD\"|");
}
END_TEST

START_TEST(errno_survives) {
    CLEANUP_BUF struct buf seen = {0};
    log_set_sink(collect, &seen);
    errno = ENOENT;
    log_error("x");
    ck_assert_int_eq(errno, ENOENT);
}
END_TEST

START_TEST(stderr_has_the_priority_before_the_line) {
    int ends[2], saved = dup(STDERR_FILENO);
    ck_assert_int_eq(pipe(ends), 0);
    dup2(ends[1], STDERR_FILENO);
    log_warning("gateway %s is down", "elks");
    dup2(saved, STDERR_FILENO);
    char line[100] = "";
    ck_assert_int_gt(read(ends[0], line, sizeof line - 1), 0);
    ck_assert_str_eq(line, "<4>gateway elks is down\n");
    close(ends[0]);
    close(ends[1]);
    close(saved);
}
END_TEST

#define THREADS  ((size_t)4)
#define MESSAGES ((size_t)500)

static void *log_much(void *unused)
{
    (void)unused;
    for (size_t i = 0; i < MESSAGES; i++)
        log_error("%s", "abcdefghij");
    return NULL;
}

START_TEST(threads_do_not_mix) {
    CLEANUP_BUF struct buf seen = {0};
    pthread_t threads[THREADS];
    log_set_sink(collect, &seen);
    for (size_t i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, log_much, NULL), 0);
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    const char expected[] = "3 abcdefghij|";
    size_t len = strlen(expected);
    ck_assert_uint_eq(seen.len, THREADS * MESSAGES * len);
    for (size_t i = 0; i < seen.len; i += len)
        ck_assert_mem_eq(seen.data + i, expected, len);
}
END_TEST

START_TEST(every_error_has_its_words) {
    for (int err = 0; err < ERR_COUNT; err++) {
        ck_assert_str_ne(err_text((enum err)err), "unknown error");
        for (int other = 0; other < err; other++)
            ck_assert_str_ne(err_text((enum err)err), err_text((enum err)other));
    }
    ck_assert_str_eq(err_text((enum err)ERR_COUNT), "unknown error");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base/log");
    TCase *tcase = tcase_create("log");
    tcase_add_checked_fixture(tcase, reset_log, reset_log);
    tcase_add_test(tcase, sink_gets_what_is_important_enough);
    tcase_add_test(tcase, message_is_one_clean_line);
    tcase_add_test(tcase, errno_survives);
    tcase_add_test(tcase, stderr_has_the_priority_before_the_line);
    tcase_add_test(tcase, threads_do_not_mix);
    tcase_add_test(tcase, every_error_has_its_words);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}

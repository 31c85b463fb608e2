#include <signal.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "unit.h"

START_TEST(allocated_memory_is_zeroed) {
    unsigned char *memory = mem_alloc(1000);
    for (size_t i = 0; i < 1000; i++)
        ck_assert_uint_eq(memory[i], 0);
    free(memory);
}
END_TEST

START_TEST(nothing_is_something) {
    void *a = mem_alloc(0), *b = mem_realloc(NULL, 0), *c = mem_dup(NULL, 0), *d = NEW_ARRAY(int, 0);
    ck_assert(a && b && c && d);
    free(a); free(b); free(c); free(d);
}
END_TEST

START_TEST(copies) {
    CLEANUP_FREE char *text = mem_strdup("beredd");
    CLEANUP_FREE char *cut = mem_strndup("beredd", 3);
    CLEANUP_FREE char *whole = mem_strndup("beredd", 300);
    CLEANUP_FREE char *bytes = mem_dup("a\0b", 3);
    ck_assert_str_eq(text, "beredd");
    ck_assert_str_eq(cut, "ber");
    ck_assert_str_eq(whole, "beredd");
    ck_assert_mem_eq(bytes, "a\0b", 3);
}
END_TEST

START_TEST(strndup_stops_at_its_length) {
    const char unterminated[3] = {'a', 'b', 'c'};
    CLEANUP_FREE char *copy = mem_strndup(unterminated, sizeof unterminated);
    ck_assert_str_eq(copy, "abc");
}
END_TEST

static char *hand_out(void)
{
    CLEANUP_FREE char *text = mem_strdup("mine");
    return TAKE(text);
}

START_TEST(what_is_taken_is_not_freed) {
    CLEANUP_FREE char *text = hand_out();
    ck_assert_str_eq(text, "mine");
}
END_TEST

START_TEST(overflow_ends_the_program_with_a_line) {
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        volatile size_t many = SIZE_MAX / 2;
        dup2(ends[1], STDERR_FILENO);
        free(mem_realloc_array(NULL, many, 3));
        _exit(0);
    }
    close(ends[1]);
    char line[200] = "";
    ck_assert_int_gt(read(ends[0], line, sizeof line - 1), 0);
    close(ends[0]);
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    ck_assert_ptr_nonnull(strstr(line, "out of memory"));
}
END_TEST

START_TEST(arena_memory_is_zeroed_aligned_and_apart) {
    CLEANUP(arena_free) struct arena *arena = arena_new();
    enum { N = 2000 };
    unsigned char *memory[N];
    size_t size[N];
    uint64_t seed = 1;
    for (size_t i = 0; i < N; i++) {
        size[i] = i % 100 == 0 ? unit_random(&seed) % 200000 : unit_random(&seed) % 100;
        memory[i] = arena_alloc(arena, size[i]);
        EXPECT((uintptr_t)memory[i] % 16 == 0);
        for (size_t j = 0; j < size[i]; j++)
            EXPECT_MSG(memory[i][j] == 0, "byte %zu of allocation %zu", j, i);
        memset(memory[i], (int)(i % 255) + 1, size[i]);
    }
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < size[i]; j++)
            EXPECT_MSG(memory[i][j] == i % 255 + 1, "byte %zu of allocation %zu was overwritten", j, i);
}
END_TEST

START_TEST(arena_copies_text) {
    CLEANUP(arena_free) struct arena *arena = arena_new();
    const char unterminated[2] = {'h', 'i'};
    ck_assert_str_eq(arena_strdup(arena, ""), "");
    ck_assert_str_eq(arena_strdup(arena, "anna.berg"), "anna.berg");
    ck_assert_str_eq(arena_strndup(arena, "anna.berg", 4), "anna");
    ck_assert_str_eq(arena_strndup(arena, unterminated, 2), "hi");
    arena_free(NULL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base/mem");
    TCase *tcase = tcase_create("mem");
    tcase_add_test(tcase, allocated_memory_is_zeroed);
    tcase_add_test(tcase, nothing_is_something);
    tcase_add_test(tcase, copies);
    tcase_add_test(tcase, strndup_stops_at_its_length);
    tcase_add_test(tcase, what_is_taken_is_not_freed);
    tcase_add_test(tcase, overflow_ends_the_program_with_a_line);
    tcase_add_test(tcase, arena_memory_is_zeroed_aligned_and_apart);
    tcase_add_test(tcase, arena_copies_text);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}

#include "config/config.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/text.h"
#include "config/load.h"

/* More than these nobody reads, and a hostile file could otherwise fill memory with them. */
enum { MAX_PROBLEMS = 1000, MAX_MESSAGE = 2000 };

struct entry {
    struct problem problem;
    size_t order;            /* the order in which they were found, among equals */
};

struct problems {
    struct arena *arena;
    struct entry *entries;
    size_t n;
    size_t cap;
    size_t errors;
    size_t found;            /* with those that are not kept */
};

struct problems *problems_new(void)
{
    struct problems *problems = NEW(struct problems);
    problems->arena = arena_new();
    return problems;
}

void problems_free(struct problems *problems)
{
    if (!problems)
        return;
    arena_free(problems->arena);
    free(problems->entries);
    free(problems);
}

size_t problems_count(const struct problems *problems)
{
    return problems->n;
}

size_t problems_errors(const struct problems *problems)
{
    return problems->errors;
}

const struct problem *problems_get(const struct problems *problems, size_t index)
{
    return index < problems->n ? &problems->entries[index].problem : NULL;
}

/* What is quoted comes from files and directories: no control characters may reach a terminal through it. */
static char *clean(struct problems *problems, const char *text, size_t len)
{
    CLEANUP_BUF struct buf buf = { 0 };
    text_add_clean_line(&buf, text, len);
    return arena_strdup(problems->arena, buf_text(&buf));
}

static void append(struct problems *problems, enum problem_level level, const char *file, int line, const char *message)
{
    if (problems->n == problems->cap) {
        problems->cap = problems->cap ? problems->cap * 2 : 16;
        problems->entries = mem_realloc_array(problems->entries, problems->cap, sizeof *problems->entries);
    }
    problems->entries[problems->n] = (struct entry){
        .problem = { .level = level, .file = clean(problems, file, strlen(file)), .line = line,
                     .message = clean(problems, message, text_utf8_cut(message, strlen(message), MAX_MESSAGE)) },
        .order = problems->n,
    };
    problems->n++;
}

void problems_add(struct problems *problems, enum problem_level level, const char *file, int line, const char *format, ...)
{
    problems->found++;
    if (level == PROBLEM_ERROR)
        problems->errors++;
    if (problems->n > MAX_PROBLEMS)
        return;
    if (problems->n == MAX_PROBLEMS) {
        append(problems, PROBLEM_ERROR, file, line, "more than 1000 problems; the rest are not shown");
        return;
    }
    CLEANUP_BUF struct buf message = { 0 };
    va_list args;
    va_start(args, format);
    buf_vprintf(&message, format, args);
    va_end(args);
    append(problems, level, file, line, buf_text(&message));
}

void problems_set_line_text(struct problems *problems, size_t index, const char *text)
{
    problems->entries[index].problem.line_text = arena_strdup(problems->arena, text);
}

const char *problem_level_name(enum problem_level level)
{
    return level == PROBLEM_ERROR ? "error" : level == PROBLEM_WARNING ? "warning" : "note";
}

void problem_add_text(struct buf *buf, const struct problem *problem)
{
    buf_printf(buf, "%s:%d: %s: %s", problem->file, problem->line, problem_level_name(problem->level), problem->message);
}

bool problem_add_quote(struct buf *buf, const struct problem *problem)
{
    if (problem->line_text)
        buf_printf(buf, "%6d | %s", problem->line, problem->line_text);
    return problem->line_text != NULL;
}

static int compare_entries(const void *a, const void *b)
{
    const struct entry *left = a, *right = b;
    int order = strcmp(left->problem.file, right->problem.file);
    if (order != 0)
        return order;
    if (left->problem.line != right->problem.line)
        return left->problem.line < right->problem.line ? -1 : 1;
    return left->order < right->order ? -1 : left->order > right->order;
}

void problems_sort(struct problems *problems)
{
    if (problems->n > 1)
        qsort(problems->entries, problems->n, sizeof *problems->entries, compare_entries);
}

bool problems_full(const struct problems *problems)
{
    return problems->n > MAX_PROBLEMS;
}

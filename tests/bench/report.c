#include "report.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"

enum { COLUMNS = 4, WIDTH_MAX = 64 };

struct row {
    struct row *next;
    struct buf column[COLUMNS];
};

struct report {
    struct row *first, **last;
};

struct report *report_new(void)
{
    struct report *report = NEW(struct report);
    report->last = &report->first;
    return report;
}

void report_free(struct report *report)
{
    if (!report)
        return;
    for (struct row *row = report->first, *next; row; row = next) {
        next = row->next;
        for (int i = 0; i < COLUMNS; i++)
            buf_done(&row->column[i]);
        free(row);
    }
    free(report);
}

void report_add(struct report *report, const char *what, const char *goal, const char *floor, const char *result, ...)
{
    struct row *row = NEW(struct row);
    va_list args;
    buf_add_text(&row->column[0], what);
    buf_add_text(&row->column[1], goal);
    buf_add_text(&row->column[2], floor);
    va_start(args, result);
    buf_vprintf(&row->column[3], result, args);
    va_end(args);
    *report->last = row;
    report->last = &row->next;
    fprintf(stderr, "  %s: %s\n", what, buf_text(&row->column[3]));      /* as it goes; the table comes at the end */
}

static void print_row(const struct row *row, const size_t *width)
{
    for (int i = 0; i < COLUMNS; i++) {
        size_t used = text_utf8_count(buf_text(&row->column[i]), row->column[i].len);
        int pad = i + 1 < COLUMNS && used < width[i] ? (int)(width[i] - used) : 0;
        printf("%s%s%*s", i ? "  " : " ", buf_text(&row->column[i]), pad, "");
    }
    putchar('\n');
}

void report_print(const struct report *report)
{
    static const char *const heads[COLUMNS] = {"", "goal", "floor", "beredd"};
    struct row head = {.next = report->first};
    size_t width[COLUMNS] = {0};
    for (int i = 0; i < COLUMNS; i++)
        buf_add_text(&head.column[i], heads[i]);
    for (const struct row *row = &head; row; row = row->next)
        for (int i = 0; i < COLUMNS; i++) {
            size_t used = text_utf8_count(buf_text(&row->column[i]), row->column[i].len);
            width[i] = used > width[i] && used < WIDTH_MAX ? used : width[i];
        }
    for (const struct row *row = &head; row; row = row->next)
        print_row(row, width);
    for (int i = 0; i < COLUMNS; i++)
        buf_done(&head.column[i]);
}

void samples_add(struct samples *samples, int64_t nsec)
{
    if (samples->n == samples->cap) {
        samples->cap = samples->cap ? 2 * samples->cap : 1024;
        samples->nsec = mem_realloc_array(samples->nsec, samples->cap, sizeof(*samples->nsec));
    }
    samples->nsec[samples->n++] = nsec;
}

static int by_size(const void *a, const void *b)
{
    int64_t first = *(const int64_t *)a, second = *(const int64_t *)b;
    return first < second ? -1 : first > second;
}

double samples_msec(struct samples *samples, double quantile)
{
    if (samples->n == 0)
        return 0;
    qsort(samples->nsec, samples->n, sizeof(*samples->nsec), by_size);
    size_t at = (size_t)(quantile * (double)samples->n);
    return (double)samples->nsec[at < samples->n ? at : samples->n - 1] / 1e6;
}

void samples_done(struct samples *samples)
{
    free(samples->nsec);
    *samples = (struct samples){0};
}

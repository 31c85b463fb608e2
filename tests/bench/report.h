/* The table: what was measured, beside its goal and its floor. */
#ifndef BENCH_REPORT_H
#define BENCH_REPORT_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct report;
struct report *report_new(void);
void report_free(struct report *report);                 /* accepts NULL */
/* A row; texts are copied. goal and floor may be "". The result is formatted. */
void report_add(struct report *report, const char *what, const char *goal, const char *floor, const char *result, ...) PRINTF(5, 6);
void report_print(const struct report *report);

/* Times in nanoseconds, in any order; sorted by the call that asks for a quantile. */
struct samples {
    int64_t *nsec;
    size_t n, cap;
};
void samples_add(struct samples *samples, int64_t nsec);
double samples_msec(struct samples *samples, double quantile);      /* 0.5: the median; 0 if there are none */
void samples_done(struct samples *samples);

#endif

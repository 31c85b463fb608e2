/* Days as people type them in options. */
#ifndef CTL_DAYS_H
#define CTL_DAYS_H

#include <stdbool.h>
#include <stdint.h>

/* "2026-12-24" is a day, "2026-12" a whole month: its first and last day. Years in which the calendar's holidays are known. */
bool days_read(const char *text, int64_t *ret_first, int64_t *ret_last);
int64_t days_month_end(int year, int month);

#endif

/* Rosters in words, as an administrator reads them: weeks by number, days by name, people by name. Swedish and English; both call
 * week 52 `v. 52`, as the configuration's readers do. A year is written where it is another than `year`. */
#ifndef ROSTER_ROSTER_WORDS_H
#define ROSTER_ROSTER_WORDS_H

#include "base/buf.h"
#include "engine/plan.h"
#include "engine/roster.h"

const char *roster_words_weekday(int weekday, enum language language);        /* 0 Monday: "mån", "Mon" */
const char *roster_words_month(int month, enum language language);            /* 1: "januari", "January" */
const char *roster_words_nobody(enum language language);                      /* "INGEN", "NOBODY" */

void roster_words_add_day(struct buf *buf, int64_t day, enum language language, int year); /* "mån 21/12", "Mon 21 Dec" */
void roster_words_add_time(struct buf *buf, const struct tz *tz, int64_t at_usec, enum language language, int year);
/* "mån 21/12 12:00 – mån 28/12 12:00". An end that is INT64_MIN or INT64_MAX is "…". */
void roster_words_add_span(struct buf *buf, const struct tz *tz, int64_t from_usec, int64_t until_usec, enum language language,
                           int year);
/* "v. 52", "v. 27–30", if [from, until) is exactly the duty of these weeks; else adds nothing and returns false. */
bool roster_words_add_weeks(struct buf *buf, const struct roster *roster, const struct tz *tz, int64_t from_usec,
                            int64_t until_usec, int year);
/* "Bo Ek (backup Anna Berg)", "Krisledningsstaben", "INGEN" */
void roster_words_add_on_call(struct buf *buf, const struct on_call *on_call, enum language language);

int roster_words_year(const struct tz *tz, int64_t at_usec);                  /* the local year */

/* What the step from one plan to another changes for a role between two instants: a line for each stretch in which others hold it
 * ("v. 52: Bo Ek i stället för Anna Berg"), then one for each change of its ladder and handover. Nothing is added where nothing
 * changes. `old` and `new` are whole plans; a role that only one of them has is said to be new or gone. At most
 * ROSTER_DIFF_MAX_LINES stretches are named; the number of the others is. People are the same if their ids are. */
enum { ROSTER_DIFF_MAX_LINES = 30 };
void roster_words_diff(const struct plan *old, const struct plan *new, const char *role, int64_t from_usec, int64_t to_usec,
                       enum language language, struct buf *buf);

/* A time after which nothing differs that is not the rotation's: at least a year after `from_usec`, and after the last week and
 * shift that the roster names. */
int64_t roster_words_horizon(const struct roster *roster, const struct tz *tz, int64_t from_usec);

#endif

/* Reports of drills, as the daemon tells them in JSON, for people: text, CSV, one HTML file. In the daemon's language, and in
 * local time as TZ has it. What stands in the JSON may be what a stranger wrote: every format cleans or escapes it. */
#ifndef CTL_REPORT_H
#define CTL_REPORT_H

#include <stdbool.h>
#include <stdio.h>

#include <jansson.h>

#include "base/buf.h"
#include "ctl/table.h"

struct report {
    const json_t *json;      /* of one drill, or of all since some time */
    bool english, many;
};

struct report report_of(const json_t *json);                 /* borrowed */
const char *report_say(const struct report *report, const char *swedish, const char *english)
    __attribute__((format_arg(2), format_arg(3)));

void report_print_text(const struct report *report, FILE *stream);
void report_add_csv(const struct report *report, struct buf *buf);
void report_add_html(const struct report *report, struct buf *buf);
/* The picture: who was paged when, in parts that fit on a page of paper. */
void report_add_svg(const struct report *report, struct buf *buf);

/* ---- words ---- */

bool report_usec(const json_t *object, const char *key, int64_t *ret_usec);      /* a time; false: there is none */
void report_add_span(const struct report *report, struct buf *buf, int64_t msec); /* "0,4 s", "12 s", "4 min 12 s", "1 h 5 min" */
void report_add_span_of(const struct report *report, struct buf *buf, const json_t *object, const char *key); /* null: nothing */
void report_add_clock(struct buf *buf, const json_t *object, const char *key);       /* "03:12:04" */
void report_add_moment(struct buf *buf, const json_t *object, const char *key);      /* "2026-11-22 03:12:04" */
void report_add_zone(const struct report *report, struct buf *buf);                  /* "Europe/Stockholm (CET, UTC+01:00)" */
void report_add_title(const struct report *report, struct buf *buf);
void report_add_ending(const struct report *report, struct buf *buf, const json_t *drill);
void report_add_names(struct buf *buf, const json_t *names);                         /* "role:TIB" as "TIB", with ", " between */
const char *report_channel(const struct report *report, const char *channel);
const char *report_state(const struct report *report, const char *state);            /* of a page */
const char *report_result(const struct report *report, const char *result);          /* of an attempt */
const char *report_name(const json_t *person);                                       /* the name, or else the id */

/* ---- tables: the same in text and HTML, each with its headings ---- */

void report_facts(const struct report *report, struct table *table);                 /* two columns, without headings */
void report_spans(const struct report *report, struct table *table);
void report_people(const struct report *report, struct table *table);
void report_pages(const struct report *report, struct table *table);
void report_gateways(const struct report *report, struct table *table);
void report_drills(const struct report *report, const json_t *drills, struct table *table);
void report_roles(const struct report *report, struct table *table);                 /* of many */
/* What must not be missed: each remark a line. */
void report_add_remarks(const struct report *report, struct buf *buf);

#endif

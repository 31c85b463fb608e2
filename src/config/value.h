/* Values as administrators write them. Each function reads one key of a section; a missing key gives the fallback, and so does
 * one that is wrong, once the problem is reported. Strings live in the load's arena. */
#ifndef CONFIG_VALUE_H
#define CONFIG_VALUE_H

#include "config/document.h"
#include "config/load.h"

struct scope {
    struct load *load;
    const struct doc *doc;
    const struct doc_section *section;       /* NULL: every key is missing */
};

const char *value_text(const struct scope *scope, const char *key, const char *fallback);     /* one clean line */
const char *value_raw(const struct scope *scope, const char *key);                            /* all its lines joined as they
                                                                                                 are; NULL if missing */
bool value_bool(const struct scope *scope, const char *key, bool fallback);                   /* yes, no; ja, nej; true, false */
int64_t value_duration(const struct scope *scope, const char *key, int64_t fallback_usec, int64_t min_usec, int64_t max_usec);
unsigned value_number(const struct scope *scope, const char *key, unsigned fallback, unsigned min, unsigned max);
/* "10/s", "60/m", "100/h", and 1 to `max` before the slash; false: it is missing, or wrong and reported, with `example`. */
bool value_rate(const struct scope *scope, const char *key, const char *example, unsigned max, unsigned *ret, int64_t *ret_usec);
size_t value_choice(const struct scope *scope, const char *key, const char *const *choices, size_t n, size_t fallback);
unsigned value_channels(const struct scope *scope, const char *key, unsigned fallback);       /* bits */

struct origin scope_origin(const struct scope *scope, const struct doc_entry *entry);
struct origin scope_section_origin(const struct scope *scope);

/* Items of a list: separated by commas and line ends; empty ones are passed over. */
struct value_list {
    const struct doc_line *line;
    const char *at;
};
void value_list_begin(struct value_list *list, const struct doc_entry *entry);
void value_list_begin_at(struct value_list *list, const struct doc_line *line, const char *at);           /* from within a line */
/* in the arena; NULL: no more */
const char *value_list_next(struct value_list *list, struct load *load, int *ret_line);

/* The pieces. They report nothing. */
const char *parse_skip_blanks(const char *text);
bool parse_week(const char *text, struct iso_week *ret);                          /* 2026-W52 */
bool parse_week_form(const char *text, struct iso_week *ret);                     /* the same, be it a week that does not exist */
/* 2026-12-24 08:00, or with T; 24:00 is the next day's midnight. Moves *at behind it. */
bool parse_local_time(const char **at, struct civil *ret);
bool parse_weekday(const char *text, size_t len, int *ret_weekday);               /* Mon, monday, mån, måndag, ... */
bool parse_clock(const char **at, int *ret_minute);                               /* 8:00 to 24:00, in minutes; moves *at
                                                                                     behind it */
bool parse_weekday_time(const char *text, int *ret_weekday, int *ret_minute);     /* Mon 12:00, mån 12:00, måndag 12:00 */
bool parse_channel_list(struct load *load, struct origin where, struct value_list *list, unsigned *ret_channels);
const char *parse_phone_problem(const char *number);                                    /* NULL: an E.164 number */
const char *parse_email_problem(const char *address);                                   /* NULL: an address that may stand in a
                                                                                           mail's envelope */

#endif

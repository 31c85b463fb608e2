/* What a drill came to, out of its records: who was paged when and by what, what became of it, who answered, how it ended. Pure:
 * no I/O, no clock. Of a real alarm it makes nothing: drill_report_is_drill().
 *
 * Times are wall time in microseconds, 0 for what has not happened; spans are in microseconds, too. */
#ifndef DRILL_DRILL_REPORT_H
#define DRILL_DRILL_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "engine/record.h"

enum report_ending {
    ENDING_OPEN,                 /* it goes on */
    ENDING_ANSWERED,             /* everybody whose answer was waited for has answered */
    ENDING_ACKNOWLEDGED,         /* its time ran out, and every call-out had been taken by then */
    ENDING_DEADLINE,             /* its time ran out before that */
    ENDING_STOPPED,              /* by hand */
    ENDING_ABORTED,              /* by a real alarm */
    ENDING_CLOSED,               /* as an incident is closed */
};

enum report_result {             /* of one attempt to send a page */
    RESULT_TAKEN,
    RESULT_REFUSED,              /* the gateway did not take it */
    RESULT_UNANSWERED,           /* it rang, and nobody answered */
    RESULT_NEVER,                /* a receipt says that it will not arrive */
    RESULT_NO_RECEIPT,           /* no receipt came in time */
    RESULT_LEFT_OUT,             /* the drill plays that the gateway is lost */
};

enum report_fate { PAGE_FATE_QUEUED, PAGE_FATE_SENT, PAGE_FATE_DOUBTED, PAGE_FATE_DELIVERED, PAGE_FATE_FAILED };
enum report_answer { REPORT_ANSWER_NONE, REPORT_ANSWER_YES, REPORT_ANSWER_NO };

enum { REPORT_ATTEMPTS_MAX = 64 };   /* of one page; later ones count for their gateway alone */

struct report_spread {           /* of spans; n 0: there are none */
    size_t n;
    int64_t median_usec, max_usec;
};

struct report_attempt {
    const char *gateway, *reason;    /* NULL: not said */
    int64_t at_usec;
    enum report_result result;
};

struct report_page {
    uint32_t number, step, round;
    const char *person, *role, *gateway;     /* gateway: the last that took it; NULL: none has */
    uint8_t channel;                 /* enum channel */
    enum report_fate fate;
    int64_t queued_usec, sent_usec, delivered_usec;      /* sent: the first time that a gateway took it */
    struct report_attempt *attempts;
    size_t n_attempts;
};

struct report_person {
    const char *id;
    bool held_back;                  /* played not to answer, and never paged */
    int64_t held_back_usec;
    int64_t paged_usec;              /* first page queued; 0: never paged (held back, or answered without a page) */
    size_t n_pages;
    bool reached;                    /* answered; or a page was delivered, or taken and nothing bad is heard of it */
    struct report_spread to_sent, to_delivered;
    enum report_answer answer;       /* the last that counts */
    int64_t answered_usec;
    int64_t to_answer_usec;          /* from the first page; -1: has not answered, or was not paged before */
    const char *by;                  /* who did it for them, or NULL: they did */
    uint8_t via;                     /* of the answer: enum channel + 1; 0: by the page or the command line */
    const char *taken_by;            /* has not answered, and somebody else had it: who, and since when */
    int64_t taken_usec;
};

struct report_role {
    const char *role;                /* or group, or person */
    uint32_t callout;
    int64_t started_usec;
    const char *taken_by;            /* NULL: nobody */
    int64_t taken_usec;
};

struct report_step {
    const char *role, *reason;       /* reason: why it was skipped, or reached nobody; NULL: neither */
    int64_t at_usec;
    uint32_t callout, step, round;
    bool skipped;
};

struct report_gateway {
    const char *name;
    size_t taken, delivered, refused, unanswered, never, no_receipt, left_out;
};

struct drill_report {
    uint64_t incident;
    bool drill, begun;
    const char *summary, *source, *starter, *schedule, *targets, *without;   /* NULL: none */
    bool wait_for_all, dry_run;
    int64_t planned_usec, opened_usec, closed_usec;
    int64_t last_usec;               /* of the last record */
    enum report_ending ending;
    const char *ended_by, *end_reason;       /* NULL: none. reason: as it was written down */
    uint32_t answered, total;        /* persons, if everybody's answer is waited for; else roles */
    const char *missing;             /* those who have not, with ", " between; NULL: nobody */

    struct report_page **pages;      /* in order of queueing; each list may be empty */
    size_t n_pages;
    struct report_person **persons;  /* in order of their first page */
    size_t n_persons;
    struct report_role **roles;
    size_t n_roles;
    struct report_step **steps;
    size_t n_steps;
    struct report_gateway **gateways;    /* in order of their first attempt */
    size_t n_gateways;

    struct report_spread to_sent, to_delivered;      /* of pages, from queueing */
    struct report_spread to_answer;                  /* of persons, from their first page */
    int64_t first_answer_usec;       /* from the opening to the first yes; -1: none */
    size_t n_paged, n_reached, n_answered;           /* persons; answered: yes or no */
    size_t damaged;                  /* records that could not be read */

    struct report_fold *fold;        /* what only the making needs, and the memory of it all */
};

struct drill_report *drill_report_new(uint64_t incident);
void drill_report_free(struct drill_report *report);             /* accepts NULL */
DEFINE_CLEANUP(struct drill_report *, drill_report_free)

/* The incident's records in order, and then the end. Records are borrowed for the call. */
void drill_report_add(struct drill_report *report, const struct record *record);
void drill_report_add_damaged(struct drill_report *report);
void drill_report_finish(struct drill_report *report);           /* computes; nothing may be added after it */

/* Whether the records were a drill's; a report of anything else says nothing. */
bool drill_report_is_drill(const struct drill_report *report);
bool drill_report_shares_role(const struct drill_report *report, const char *role);

/* Sorts the spans. */
struct report_spread drill_report_spread(int64_t *spans_usec, size_t n);

const char *report_ending_name(enum report_ending ending);       /* "answered", ... */
const char *report_result_name(enum report_result result);       /* "taken", ... */
const char *report_fate_name(enum report_fate fate);             /* "queued", ... as engine_fate() is named */

#endif

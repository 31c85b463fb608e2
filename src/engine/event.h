/* What goes into the engine and what comes out. */
#ifndef ENGINE_EVENT_H
#define ENGINE_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/ids.h"
#include "engine/plan.h"
#include "engine/record.h"

struct now {
    int64_t boot_usec;       /* CLOCK_BOOTTIME: delays */
    int64_t wall_usec;       /* UTC: rosters, records */
};

enum event_kind {
    EVENT_TRIGGER,
    EVENT_ANSWER,
    EVENT_INBOUND,           /* an SMS that somebody sent us */
    EVENT_OUTCOME,           /* what became of a page */
    EVENT_NOTE,
    EVENT_CLOSE,
    EVENT_CALLOUT,           /* call this role in, too */
    EVENT_GATEWAY_TEST,
    EVENT_TICK,              /* time passed: see engine_deadline() */
    EVENT_CLOCK_STEPPED,
    EVENT_PLAN,              /* a new configuration is in force */
    EVENT_RELOAD_REFUSED,
    EVENT_DEGRADED,
    EVENT_RESTORED,
    EVENT_DUTY,              /* somebody else has a role now */
    EVENT_GAP,               /* nobody will have it for a while, soon */
    EVENT_DRILL_START,       /* now, or at a surprise moment */
    EVENT_DRILL_STOP,
    EVENT_SCHEDULE,          /* a scheduled drill: its time has come, or has passed */
    EVENT_DRILL_OVERDUE,     /* no drill of a role has succeeded for long */
    EVENT_GATEWAY_CHECK,     /* it is time to try whether a gateway gets a message through */
    EVENT_GATEWAY_NEWS,      /* what that came to, or what its balance is */
};

struct event_trigger {
    const char *source;          /* id, in the plan */
    const char *summary;         /* clean, not empty */
    const char *details, *location, *callback, *talkgroup, *dedup_key, *idempotency_key;   /* NULL: not given */
    const struct roster *const *roles;   /* named ones, of the plan in force; none: the source's default */
    size_t n_roles;
    int severity;                /* enum severity, or -1: not given */
    bool sensitive, drill;
};

enum answer { ANSWER_YES, ANSWER_NO, ANSWER_ETA };    /* NO by who had acknowledged is a release */
enum answer_via { VIA_API, VIA_WEB, VIA_SMS, VIA_VOICE };

struct event_answer {
    uint64_t incident;
    struct page_ref page;        /* number 0: none. What was said to a call: it names the call-out and the person, and counts
                                    once */
    uint32_t callout;            /* number, or 0: by role */
    const char *role;            /* NULL: the one that is paging (or, for NO, that the person holds) */
    const char *person;          /* id */
    const char *actor;           /* NULL: the person */
    enum answer answer;
    uint32_t eta_minutes;        /* 0: not said */
    enum answer_via via;
};

struct event_inbound {
    const char *gateway;
    const char *from;            /* E.164 */
    const char *text;            /* as it came, valid UTF-8 */
    const char *id;              /* what the gateway calls it, the same when it hands it over again; NULL: it does not say */
};

enum outcome {
    OUTCOME_SENT,                /* a gateway took it */
    OUTCOME_DELIVERED,           /* a receipt says so */
    OUTCOME_ATTEMPT_FAILED,      /* this gateway did not take it; the next one is being tried */
    OUTCOME_FAILED,              /* every gateway of the channel has refused. A later SENT is possible */
    OUTCOME_UNANSWERED,          /* it rang, and nobody answered: it has failed, and no other gateway is asked to ring again */
    OUTCOME_UNDELIVERED,         /* a receipt says "never", of what this gateway took */
};

struct event_outcome {
    struct page_ref page;        /* of a receipt that names none: zeroed, and provider_id says which is meant */
    enum outcome outcome;
    const char *gateway;
    const char *provider_id;     /* NULL: none */
    const char *reason;          /* of a failure; NULL otherwise */
};

/* incident 0: of none. person: NULL, or who writes */
struct event_note { uint64_t incident; const char *text, *actor, *person; };
struct event_close { uint64_t incident; const char *reason, *actor; };            /* reason: NULL, or why */
struct event_callout { uint64_t incident; const struct roster *roster; const struct group *group; const char *actor, *person; };
struct event_gateway_test { const char *gateway; enum channel channel; const char *person, *actor; };
struct event_plan { const struct plan *plan; bool reload; };    /* reload: false at start */
struct event_trouble {                   /* degraded, restored, reload refused */
    const char *reason;
    bool earlier;                /* restored: an earlier process told the administrators that the log cannot be written, and
                                    none since that it can */
};

struct event_duty {
    const struct roster *roster;
    const char *person;          /* who has it: an id, or "group:ID"; NULL: nobody */
    const char *before;          /* who had it, likewise */
    int64_t from_usec, until_usec;   /* wall; INT64_MAX: no end in sight */
    bool tell;                   /* otherwise it is only written down */
};
struct event_gap {
    const struct roster *roster;
    int64_t from_usec, until_usec;   /* the first gap; wall; INT64_MAX: no end in sight */
    uint32_t count;              /* gaps in all */
};

struct event_drill {
    const char *source, *actor;      /* whose incident it will be; who asks, a source's id or a Unix user */
    const char *summary;
    const char *targets, *without;   /* as in a record; of names that are in the plan. without: NULL, or what is left out */
    const char *schedule;            /* NULL: by hand */
    const char *role;                /* of a new officer's own test: the role; otherwise NULL */
    int64_t limit_usec;              /* 0: as the rosters say */
    int64_t within_usec;             /* 0: now */
    bool wait_for_all, dry_run;
};
/* drill 0: every one that is open or planned. reason: NULL, or why one that is planned will not begin */
struct event_drill_stop { uint64_t drill; const char *actor, *reason; };

enum schedule_news {
    SCHEDULE_WATCHED,            /* it counts from now on, or there is nothing to begin: it is only written down */
    SCHEDULE_DUE,                /* one begins at begins_usec */
    SCHEDULE_MISSED,             /* its time has passed */
};
struct event_schedule {
    const struct schedule *schedule;
    enum schedule_news news;
    const char *role, *person;       /* of a handover: who has gone on duty; otherwise NULL */
    int64_t occurrence_usec;         /* wall, as all of these: which one; of a handover, since when the person is on duty */
    int64_t begins_usec, end_usec;   /* end: before which it begins or not at all */
    uint32_t count;                  /* MISSED: so many, of which this is the last */
};
struct event_drill_overdue {
    const struct roster *roster;
    int64_t since_usec;              /* wall: the last success; 0: none is known */
    bool tell;                       /* otherwise it is only written down that they are counted from now on */
};
struct event_gateway_check { const char *gateway; enum channel channel; const char *address; };
struct event_gateway_news {
    const char *gateway;
    enum gateway_news news;
    const char *reason;          /* why a check failed; the balance; NULL: none */
    bool tell;                   /* the administrators; otherwise it is only written down */
};

struct event {                   /* every pointer is borrowed for the step */
    enum event_kind kind;
    struct now now;
    uint64_t request;            /* who waits for the reply; 0: nobody */
    union {
        struct event_trigger trigger;
        struct event_answer answer;
        struct event_inbound inbound;
        struct event_outcome outcome;
        struct event_note note;
        struct event_close close;
        struct event_callout callout;
        struct event_gateway_test gateway_test;
        struct event_plan plan;
        struct event_trouble trouble;
        struct event_duty duty;
        struct event_gap gap;
        struct event_drill drill;
        struct event_drill_stop drill_stop;
        struct event_schedule schedule;
        struct event_drill_overdue drill_overdue;
        struct event_gateway_check gateway_check;
        struct event_gateway_news gateway_news;
    };
};

enum effect_kind {
    EFFECT_RECORD,               /* make this durable; then show it */
    EFFECT_SEND,                 /* hand this page or notice to the gateways, after the commit */
    EFFECT_REPLY,                /* answer who asked, after the commit */
};

struct effect_record {
    uint64_t seq;
    int64_t at_usec;
    uint64_t incident;
    enum record_kind kind;
    uint8_t mark;                /* as enum store_mark: 0 none, 1 opens, 2 closes, 3 settles */
    const void *payload;
    size_t payload_len;
};

enum { LEAVE_OUT_MAX = 5 };

/* Before an attempt, ask engine_message() whether the page is still wanted: an answer may have come. */
enum {
    RANK_FIRST = 0,
    RANK_CROWD = 3,              /* added, above all kinds of pages: by a source that has opened many lately */
};

/* The first page of a real alarm, whatever its severity and source. */
static inline bool rank_is_first_page(uint32_t rank)
{
    uint32_t kind = rank & 0xF;
    return rank <= UINT8_MAX && (kind == RANK_FIRST || kind == RANK_FIRST + RANK_CROWD);
}

struct effect_send {
    struct page_ref page;
    enum channel channel;
    uint32_t rank;               /* less goes first: real before drill, severity, a source that has not opened many lately,
                                    first pages before repeats and notices; 0 (RANK_FIRST) is the first page of a real,
                                    critical alarm by such a source */
    const char *gateway;         /* NULL: the channel's, in order; otherwise only this one */
    const char *leave_out[LEAVE_OUT_MAX];    /* gateways that took it and did not deliver it, or did not say so; whose failure
                                                it tells */
    uint8_t n_leave_out;
};

enum verdict {
    VERDICT_OPENED,              /* 201 */
    VERDICT_UPDATED,             /* 200: became an update of an open incident */
    VERDICT_BUNDLED,             /* 200 */
    VERDICT_DONE,                /* 200 */
    VERDICT_ALREADY,             /* 200: the same person had already; nothing changed */
    VERDICT_TAKEN,               /* 409: somebody else has acknowledged: person, at */
    VERDICT_CLOSED,              /* 409: the incident is closed: person (who closed it), at */
    VERDICT_NO_INCIDENT,         /* 404 */
    VERDICT_NO_CALLOUT,          /* 409: no call-out of that role, or none that the person could answer */
    VERDICT_WHICH_ROLE,          /* 422: several are paging: `roles` */
    VERDICT_NO_PERSON,           /* 422 */
    VERDICT_NO_CONTACT,          /* 422: the person has no contact point for the channel */
    VERDICT_SENT,                /* gateway test: taken by the gateway */
    VERDICT_FAILED,              /* gateway test, drill: `text` says why */
    VERDICT_PLANNED,             /* 201: a drill that begins by itself; `incident` is its id */
    VERDICT_NO_RIGHT,            /* 403: a drill, by a source that may raise what is real alone; nobody is paged, and it is
                                    written down. `text`: the source */
};

struct effect_reply {
    uint64_t request;
    enum verdict verdict;
    uint64_t incident;
    const char *role;            /* of the call-out concerned; NULL: none */
    const char *person;          /* id; NULL: none */
    int64_t at_usec;
    const char *text;            /* a reason, or the roles to choose from, separated by ", "; NULL: none */
};

struct effect {
    enum effect_kind kind;
    union {
        struct effect_record record;
        struct effect_send send;
        struct effect_reply reply;
    };
};

struct effects {                 /* belongs to the engine until its next call */
    const struct effect *list;
    size_t n;
};

#endif

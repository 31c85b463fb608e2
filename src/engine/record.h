/* Records: the facts that the log holds. State is a fold of them and nothing else (P14).
 *
 * A record is flat: which fields mean something depends on its kind, absent ones are 0 or NULL. Encoded it is a run of
 * fields, each a tag, a varint length, and bytes; a reader skips tags that it does not know, so that an older log is read
 * by a newer program, and fields may be added. Tags are never reused. seq, at, incident and kind travel beside the payload,
 * in the store's columns. */
#ifndef ENGINE_RECORD_H
#define ENGINE_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "engine/ids.h"

enum record_kind {           /* numbers are on disk: never change one */
    RECORD_OPENED = 1,
    RECORD_UPDATED = 2,
    RECORD_BUNDLED = 3,
    RECORD_CALLOUT_STARTED = 4,
    RECORD_STEP_BEGUN = 5,
    RECORD_STEP_SKIPPED = 6,
    RECORD_PAGE_QUEUED = 7,
    RECORD_PAGE_SENT = 8,
    RECORD_PAGE_DELIVERED = 9,
    RECORD_PAGE_FAILED = 10,
    RECORD_ACKNOWLEDGED = 11,
    RECORD_DECLINED = 12,
    RECORD_RELEASED = 13,
    RECORD_CALLOUT_CANCELLED = 14,
    RECORD_REPEAT_BEGUN = 15,
    RECORD_NOTICE_QUEUED = 16,   /* internal: an intent to tell; its outcome is what people see */
    RECORD_NOTICE_SENT = 17,
    RECORD_NOTE = 18,
    RECORD_CLOSED = 19,
    RECORD_RELOADED = 20,
    RECORD_RELOAD_REFUSED = 21,
    RECORD_DEGRADED = 22,
    RECORD_RESTORED = 23,
    RECORD_SETTLED = 24,         /* internal: a closed incident leaves memory */
    RECORD_DUTY_CHANGED = 25,    /* of a role whose changes are told: `person` has it from due_usec until end_usec, after
                                    `other` */
    RECORD_GAP_AHEAD = 26,       /* nobody has a role from due_usec until end_usec, and `count` times in all, not far ahead */
    RECORD_GATEWAY_STATE = 27,   /* what a check of `gateway`, or its balance, has come to: `news`; text: why it failed, or the
                                    balance */
    RECORD_DRILL_PLANNED = 28,   /* internal: a drill begins at due_usec, before end_usec. Its id is given already */
    RECORD_DRILL_POSTPONED = 29, /* internal: not before due_usec now */
    RECORD_DRILL_UNPLANNED = 30, /* internal: it will not begin; text: why */
    RECORD_DRILL_RESULT = 31,    /* these two are notes to people: `count` of `total` have answered; text: who, or which role,
                                    has not */
    RECORD_DRILL_HELD_BACK = 32, /* this person would have been paged, and is played not to answer */
    RECORD_SCHEDULE = 33,        /* internal: of `schedule` (and `role`, for a handover to `person`) the one of due_usec, or
                                    all before it, is dealt with, as it is defined by `definition`; text: why it did not begin.
                                    Without `schedule`: drills of `role` are counted from now on, or, if it is final, it is
                                    told that none has succeeded */
    RECORD_DRILL_ENDED = 34,     /* internal: a drill by `schedule`; it is text: `count` of `total` have answered; targets: the
                                    roles that succeeded */
    RECORD_KIND_END
};

/* What a message is for. Numbers are on disk. */
enum purpose {
    PURPOSE_PAGE = 1,
    PURPOSE_CONFIRMATION = 2,    /* to who acknowledged by SMS */
    PURPOSE_TAKEN = 3,           /* to the others, and to who answers yes after somebody else */
    PURPOSE_UPDATE = 4,
    PURPOSE_WITHDRAWN = 5,
    PURPOSE_DRILL_END = 6,
    PURPOSE_NOT_UNDERSTOOD = 7,
    PURPOSE_CODE_LOCKED = 8,
    PURPOSE_GATEWAY_TEST = 9,
    PURPOSE_DEGRADED = 10,
    PURPOSE_RESTORED = 11,
    PURPOSE_UNREACHED = 12,      /* to the administrators: a call-out could reach nobody */
    PURPOSE_ON_DUTY = 13,        /* these three: to whom a change of duty, or a gap, concerns */
    PURPOSE_OFF_DUTY = 14,
    PURPOSE_GAP = 15,
    PURPOSE_CHECK = 16,          /* through one gateway, to a number of our own: does it get through? */
    PURPOSE_CHECK_FAILED = 17,   /* these two: to the administrators */
    PURPOSE_GATEWAY_NEWS = 18,   /* a check got through again, or a balance is low: `news` */
    PURPOSE_SOURCE_TAKEN = 19,       /* these three to the addresses of the source, who are no persons: who has it, ... */
    PURPOSE_SOURCE_UNANSWERED = 20,  /* ... that nobody has, and paging goes on, ... */
    PURPOSE_SOURCE_RELEASED = 21,    /* ... that who had it has it no longer */
    PURPOSE_DRILL_ABORTED = 22,  /* a real incident has stopped it */
    PURPOSE_DRILL_MISSED = 23,   /* to the administrators: a planned one did not begin */
    PURPOSE_DRILL_OVERDUE = 24,  /* to the administrators: no drill of a role has succeeded for too long */
    PURPOSE_DRILL_RESULT = 25,   /* to who started it, or the administrators */
    PURPOSE_END
};

/* What became of an SMS that somebody sent us (RECORD_NOTE). Numbers are on disk. */
enum inbound_verdict { INBOUND_NONE, INBOUND_NOT_UNDERSTOOD = 1, INBOUND_WRONG_CODE = 2, INBOUND_LOCKED = 3 };

/* What is known of a page that a gateway took, and of which no good is heard (RECORD_PAGE_FAILED). Numbers are on disk. */
enum receipt {
    RECEIPT_NONE,
    RECEIPT_NEVER = 1,           /* the gateway says that it will not arrive */
    RECEIPT_MISSING = 2,         /* it says nothing: in doubt, which proves nothing */
};

/* What is to be told of a gateway. Numbers are on disk. */
enum gateway_news { NEWS_NONE, NEWS_CHECK_GOOD = 1, NEWS_CHECK_FAILED = 2, NEWS_BALANCE_LOW = 3, NEWS_BALANCE_GOOD = 4 };

struct record {
    enum record_kind kind;
    uint64_t seq;
    int64_t at_usec;             /* wall time */
    uint64_t incident;

    const char *source;
    const char *role;            /* or group, of the call-out */
    const char *person;
    const char *other;           /* a change of duty: who had it before, or has it now; as `person`, or "group:ID"; NULL:
                                    nobody */
    const char *actor;           /* who did it: a source's id, a Unix user; the gateway of an inbound text */
    const char *gateway;
    const char *address;
    const char *summary, *details, *location, *callback, *talkgroup;
    const char *dedup_key, *idempotency_key;
    const char *text;            /* a note, a reason, an error */
    const char *provider_id;
    const char *reply_id;        /* the inbound text that this came of: its gateway, the provider's id, its sender, what it
                                    means */
    const char *targets;         /* of a drill: "role:TIB,group:krisledning,person:anna.berg", or "all-roles" */
    const char *without;         /* of a drill: "gateway:elks,person:bo.ek"; NULL: everything and everybody takes part */
    const char *schedule;        /* of a drill: which one began it; NULL: somebody did by hand */

    uint64_t body_hash;
    uint64_t definition;         /* of a schedule: a hash of what it says */
    int64_t due_usec;            /* wall: when the next step or repeat begins; a duty or a gap; page-sent: by when a receipt is
                                    due; gateway-state: when a check got through */
    int64_t delay_usec;          /* how long that was, counted from at_usec */
    int64_t limit_usec;          /* how long a drill may last; 0: as its rosters say */
    int64_t end_usec;            /* wall: when a drill's call-out ends, a duty or a gap; 0: it does not */
    uint32_t callout;            /* number within the incident, from 1 */
    uint32_t page;               /* number within the incident, from 1 */
    uint32_t nonce;
    uint32_t step, round;
    uint32_t code;               /* 0: none */
    uint32_t eta_minutes;
    uint32_t count;
    uint32_t total;              /* of a drill's result: whose answers were waited for */
    uint32_t telling;            /* notice-queued: the page that first told this person the same; 0: this one */
    uint8_t severity;            /* enum severity + 1; 0: not said */
    uint8_t channel;             /* enum channel + 1; 0: none */
    uint8_t purpose;
    uint8_t inbound;             /* enum inbound_verdict */
    uint8_t receipt;             /* page-failed: enum receipt; that gateway gets this page no more */
    uint8_t news;                /* enum gateway_news */
    bool drill, sensitive, bundle, on_group, has_token;
    bool on_person;              /* the call-out's role names a person */
    bool wait_for_all, dry_run;  /* of a drill */
    bool final;                  /* page-failed: every gateway refused. A note of a text: it was answered */
    bool again;                  /* page-failed: after it was taken; the page goes to the next gateway */
    bool unanswered;             /* page-failed: it rang, and nobody answered */
    uint8_t token[TOKEN_BYTES];
};

/* "page-queued", ... as interface.md names events. NULL for a kind that only the program sees, and for what is no kind. */
const char *record_event_name(enum record_kind kind);
const char *purpose_name(enum purpose purpose);
bool purpose_known(unsigned purpose);      /* its number is that of a purpose; there are gaps */

void record_encode(const struct record *record, struct buf *buf);    /* added at its end */

struct record_columns {          /* what travels beside the payload */
    enum record_kind kind;
    uint64_t seq;
    int64_t at_usec;
    uint64_t incident;
};
/* Those of whatever has the four by these names: a record in the store, or in an effect. */
#define RECORD_COLUMNS(of) ((struct record_columns){(enum record_kind)(of)->kind, (of)->seq, (of)->at_usec, (of)->incident})

/* Strings in *ret point into the payload, which holds a NUL behind each. ERR_CORRUPT: not a payload of a record, or none
 * (NULL). */
WARN_UNUSED enum err record_decode(const void *payload, size_t len, struct record_columns columns, struct record *ret);

#endif

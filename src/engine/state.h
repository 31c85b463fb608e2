/* The engine's state, for reading: api/ and gateways/ look at it through const pointers that hold until the next engine call.
 * Only apply.c changes it, and only from records. */
#ifndef ENGINE_STATE_H
#define ENGINE_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/heap.h"
#include "base/intern.h"
#include "engine/event.h"

enum callout_state { CALLOUT_PAGING, CALLOUT_ACKNOWLEDGED, CALLOUT_CANCELLED };
enum message_state { MESSAGE_QUEUED, MESSAGE_SENT, MESSAGE_DELIVERED, MESSAGE_FAILED };

struct incident;
struct callout;
struct idempotent;

enum { RECIPIENT_PHONES = 4 };

/* One person in one call-out. Holds the code and the link's token, both good until the incident closes. */
struct recipient {
    struct recipient *next;          /* within the call-out, in order of first page */
    struct recipient *next_code;     /* with the same code, in the engine's map */
    struct callout *callout;
    atom person;
    atom phones[RECIPIENT_PHONES];   /* that pages went to, the latest first; 0: none */
    atom read_at;                    /* where a page was last sent that can be read: a number, else a mailbox; 0: none was */
    uint32_t code;                   /* 0: none yet */
    uint8_t token[TOKEN_BYTES];
    int64_t confirmed_usec;          /* wall; of a drill that waits for all: when this person said yes; 0: has not */
    uint16_t held_turn;              /* the call-out's, when this person was last held back */
    uint8_t channels;                /* 1u << channel: by which pages went so far */
    uint8_t read_by;                 /* the channel of read_at */
    bool declined;
    bool held_back;                  /* a drill plays that this person does not answer: never paged by it */
};

/* A page, or a notice. */
struct message {
    struct message *next;            /* within the incident, by number */
    struct recipient *recipient;     /* NULL: a notice outside any call-out */
    struct callout *callout;         /* NULL: none */
    uint32_t number, nonce;
    atom person, address, gateway;   /* gateway: the one that took it; or, of a test, the one asked for */
    uint16_t turn;                   /* the call-out's when it was queued */
    uint16_t count;                  /* updates that this notice tells of */
    uint16_t in_telling;             /* the same is told to this person by several notices: how many numbers before this one
                                        the first is */
    uint8_t channel, purpose, state;
    bool repeat : 1;
    bool asks_again : 1;             /* a page to somebody who had declined: nobody else remained */
    bool unanswered : 1;             /* it has rung, and nobody answered: that a gateway took it is no news then */
    bool has_trail : 1;              /* receipts are waited for, or were bad: engine_fate() tells */
};

struct callout {
    struct callout *next;            /* within the incident, by number */
    struct incident *incident;
    /* boot time; paging: the next step or repeat; acknowledged: a put-off update notice. Never after the drill's end */
    struct heap_node timer;
    int64_t ends_usec;               /* boot: when the drill ends; 0: it is none */
    struct recipient *recipients;
    int64_t started_usec;            /* wall */
    int64_t due_usec;                /* wall: the next step or repeat, as recorded */
    int64_t acknowledged_usec;       /* wall; 0: not */
    int64_t noticed_usec;            /* wall: while paging, when the source last heard that nobody has it; then, the last
                                        update notice */
    atom role;                       /* or group */
    atom acknowledged_by;
    uint32_t number;                 /* from 1 */
    uint32_t round;
    uint32_t released_sec;           /* the last release, so long after it began; 0: none. Small: there are many call-outs */
    uint16_t step;                   /* from 1; 0: none begun */
    uint16_t turn;                   /* counts steps and repeats begun: which pages are this step's */
    uint16_t eta_minutes;
    uint16_t put_off;                /* updates that the next notice will tell of */
    uint8_t state;                   /* enum callout_state */
    uint8_t severity;                /* the most urgent so far: chooses the ladder */
    bool on_group;                   /* role names a group */
    bool on_person;                  /* role names a person */
};

/* What was asked for when a drill was started as one, or when it was planned. Lists are texts, as in a record: see drill.h. */
struct drill {
    struct drill *next;              /* of those planned, in order of planning */
    uint64_t key;                    /* the incident's */
    char *targets, *without;         /* without: "" if nobody and nothing */
    char *summary;                   /* of a planned one */
    char *missing;                   /* NULL until it ends; then who, or which role, has not answered, with ", " between */
    uint32_t answered, total;        /* once it has ended */
    atom source, starter, schedule;  /* schedule: 0 if by hand */
    atom role;                       /* of a new officer's own test: the role; otherwise 0 */
    int64_t limit_usec;              /* 0: as the rosters say */
    int64_t planned_usec;            /* wall; these three of a planned one: when that was, when it begins, and before when */
    int64_t due_usec, end_usec;
    int64_t begins_usec;             /* boot: due_usec, as delays go */
    bool wait_for_all, dry_run;
};

struct incident {
    uint64_t key;
    struct callout *callouts;
    struct message *messages;        /* ended ones of earlier turns are forgotten as the call-outs repeat */
    char *text;                      /* summary, location, callback, dedup key, each with a NUL: see incident_summary() ... */
    struct incident *next_dedup;
    struct incident *next_closed;    /* in order of closing */
    int64_t opened_usec, closed_usec;    /* wall; 0: open */
    int64_t updated_usec;
    int64_t settle_usec;             /* boot; when a closed one leaves memory */
    struct idempotent *idempotents;  /* requests that led here */
    struct drill *terms;             /* of a drill that was started as one; NULL: of none, or of a trigger that said drill */
    struct incident *next_drill;     /* of the open ones */
    uint64_t yields_to;              /* within a step: the real incident that stops this drill */
    uint64_t first_seq;
    uint64_t dedup_hash;             /* of source, drill and dedup key, or the whole body */
    uint64_t body_hash;              /* of the last text */
    uint32_t last_page, last_callout;    /* numbers given so far */
    atom source, closed_by;
    uint16_t location_at, callback_at, dedup_at;   /* offsets in text; 0: none */
    uint8_t severity;
    bool drill, sensitive, bundle;
    bool aborted;                    /* a drill that a real incident stopped */
};

const char *incident_summary(const struct incident *incident);       /* cut to 160 bytes */
const char *incident_location(const struct incident *incident);      /* NULL: none */
const char *incident_callback(const struct incident *incident);      /* NULL: none */
const char *incident_dedup_key(const struct incident *incident);     /* NULL: none */

#endif

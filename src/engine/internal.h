/* What the engine's files share, and nobody else sees.
 *
 *   engine.c       life, replay, resume, the step's dispatch
 *   emit.c         building the step's output: records (applied as they are emitted), sends, the reply
 *   apply*.c       the fold: the only code that changes incidents, call-outs, recipients and messages
 *   trigger.c      opening, updating, deduplication, bundles      load.c      a source's rate
 *   callout.c      the ladder: steps, skips, repeats              targets.c   whom a step reaches, by what
 *   answer.c       yes, no, release, how long                     inbound.c   texts that people send; reply.c their grammar
 *   outcome.c      what became of a page                          notice.c    telling, without asking
 *   receipt.c      what providers say later, or do not            trail.c     what that left behind, of each message
 *   seen.c         texts and messages by what providers call them
 *   duty.c         changes of duty, and gaps ahead                gateway_news.c  checks of gateways, and what comes of them
 *   drill.c        what drills do otherwise       drill_plan.c  their beginnings   drill_yield.c  real alarms come first
 *   message.c      what a message says, and whether it is wanted still */
#ifndef ENGINE_INTERNAL_H
#define ENGINE_INTERNAL_H

#include <assert.h>

#include "base/buf.h"
#include "base/civil.h"
#include "base/map.h"
#include "engine/engine.h"
#include "engine/roster.h"

enum {
    SUMMARY_BYTES_MAX = 160,
    LOCATION_BYTES_MAX = 120,
    CALLBACK_BYTES_MAX = 40,
    DEDUP_KEY_BYTES_MAX = 4 * 255,       /* never cut: a part of it is another key */
    WRONG_CODES_MAX = 5,
    ANSWERED_TEXTS_MAX = 3,              /* "not understood" in an hour to one number */
    CLOSED_IN_MEMORY_MAX = 10000,
    HOUSE_MESSAGES_MAX = 1000,
    STRANGERS_MAX = 60,                  /* texts from unknown numbers that are kept, in an hour */
    TICK_CALLOUTS_MAX = 64,
    CODE_TRIES = 64,
    RANK_DUTY = 0xFF,                    /* news of duty goes after whatever is real, and before drills */
    QUEUED_TURNS_MAX = 16,               /* repeats after which a page without an outcome is forgotten */
    QUEUED_NOTICES_MAX = 16,             /* of one kind, of one call-out, to one address, without an outcome */
    CALM_TRIGGERS = 5,                   /* new incidents of a source in a minute; with more it is a crowd */
    SOURCE_TOLD_MAX = 6,                 /* call-outs in a minute of which one source hears that nobody answers */
    OPEN_DRILLS_MAX = 100,               /* before another one may be started */
    PLANNED_MAX = 100,                   /* drills that will begin by themselves */
    IDEMPOTENTS_MAX = 1000,              /* requests to one incident that are remembered */
    REPLIES_MAX = 4096,                  /* inbound texts that are remembered, for a day */
    SENT_IDS_MAX = 16384,                /* messages that are found by what a provider calls them */
    EARLY_MAX = 64,                      /* receipts by such names that nothing is known of yet */
};

#define REPLY_AGAIN_USEC   USEC_PER_DAY           /* a provider that got no answer repeats itself for hours */
#define RECEIPT_USEC_MAX   USEC_PER_DAY           /* no gateway's receipt-timeout is longer */
#define EARLY_USEC         (5 * USEC_PER_MIN)
#define SETTLE_USEC        USEC_PER_DAY           /* how long a closed incident stays in memory: links, retries */
#define SHARP_USEC         USEC_PER_DAY           /* a drill page this long ago makes a real one say SKARPT */
#define SAME_BODY_USEC     (10 * USEC_PER_MIN)
#define UPDATE_NOTICE_USEC USEC_PER_MIN           /* at most one notice of updates in this time; more are told of together */
#define SOURCE_AGAIN_USEC  USEC_PER_HOUR          /* a source hears so often that nobody has answered yet */
#define BUNDLE_QUIET_USEC  USEC_PER_MIN
#define DEFAULT_DRILL_USEC (30 * USEC_PER_MIN)    /* of a group, and of a role whose roster is gone */
#define DEFAULT_REPEAT_USEC (10 * USEC_PER_MIN)   /* of a group, and of a role whose roster is gone */

/* How fast a source triggers. A measure, not state: it starts from what the live incidents tell. */
struct load {
    struct load *next;
    atom source;
    bool drill;                          /* drills are measured, and bundled, by themselves (P13) */
    int64_t tokens_micro;                /* millionths of a trigger that may come now; below one million: over the limit */
    int64_t filled_usec;                 /* wall; when tokens were last counted */
    int64_t calm_micro;                  /* the same of triggers that make no crowd */
    int64_t calm_usec;                   /* boot */
    int64_t over_usec;                   /* wall; the last trigger over the limit; 0: never */
    int64_t told_since_usec;             /* boot: a minute of `told` began then */
    unsigned told;                       /* call-outs of which the source heard that nobody answers */
    uint64_t bundle;                     /* the bundle incident; 0: none */
};

/* A number that sends us texts. Bounded by the numbers in the configuration. */
struct correspondent {
    unsigned wrong_codes;
    bool locked;
    int64_t answered_usec[ANSWERED_TEXTS_MAX];   /* wall; the latest "not understood" and "locked", oldest first */
};

/* A request that must give the same answer when it comes again (Idempotency-Key). */
struct idempotent {
    struct idempotent *next;             /* of the same incident */
    uint64_t hash;
    struct incident *incident;
    atom source;
    enum verdict verdict;
    uint64_t body_hash;                  /* what it asked for */
    char key[];
};

/* What a notice of duty, of a gateway or of a drill that was missed, tells of, beyond its message: by the message's number in the
 * house. */
struct duty_notice {
    atom role, other;
    atom gateway, reason;
    int64_t from_usec, until_usec;
};

/* What receipts, or their want, have told of one message. In the engine's map by the message's address. */
struct trail {
    struct heap_node timer;              /* boot: armed while a receipt is due from the gateway that has the message */
    struct message *message;
    struct incident *incident;
    atom gateway[LEAVE_OUT_MAX];         /* they get it no more */
    uint32_t wait_sec;                   /* how long a receipt was waited for */
    uint8_t receipt[LEAVE_OUT_MAX];      /* enum receipt, of each */
    uint8_t n;
};

/* A ring of what a provider has called an inbound text. A fold of the records. */
struct seen_replies {
    struct { uint64_t hash; int64_t boot_usec; } *ring;  /* when it came */
    size_t n, cap, next;
};

/* What providers call the messages that they took last. A fold of the records. */
struct sent_ids {
    struct { uint64_t hash; struct page_ref page; } *ring;
    struct map places;                   /* hash -> place in the ring + 1 */
    size_t n, cap, next;
};

/* Not state: it may be lost in a crash, after which its message is sent again. */
struct early_receipt { uint64_t hash; int64_t boot_usec; enum outcome outcome; };

struct waiting_test {                    /* who waits for the outcome of a gateway test */
    uint32_t page;
    uint64_t request;
};

enum { YEARS_MAX = 8, TESTS_MAX = 64 };

struct engine {
    const struct plan *plan;
    engine_random *random;
    void *random_userdata;
    struct intern *names;

    struct map incidents;                /* key -> struct incident */
    struct map dedup;                    /* dedup_hash -> struct incident, chained */
    struct map codes;                    /* code -> struct recipient, chained */
    struct map idempotents;              /* hash -> struct idempotent */
    struct map correspondents;           /* atom of a number -> struct correspondent */
    struct map drilled;                  /* atom of a person -> int64_t *: wall time of the last drill page */
    struct heap timers;                  /* call-outs' */
    struct heap receipts;                /* trails' */
    struct map trails;                   /* address of a message -> struct trail */
    struct seen_replies replies;
    struct sent_ids sent_ids;
    struct early_receipt early[EARLY_MAX];
    size_t next_early;
    struct incident *first_closed, *last_closed;
    struct incident house;               /* key 0: messages that belong to no incident */
    struct incident *first_drill;        /* open ones, in order of opening */
    struct drill *planned;               /* in order of planning */
    size_t n_planned;
    bool drills_yield;                   /* within a step: some have to be stopped at its end */
    struct map duty_notices;             /* number of a message of the house -> struct duty_notice */
    struct load *loads;

    uint64_t last_seq;
    uint64_t last_keys[YEARS_MAX];       /* the last incident key of each year seen */
    size_t n_last_keys;
    uint32_t last_degraded;              /* the last number that was given while degraded, since the start; 0: none */
    size_t open_incidents, paging_callouts, closed_in_memory;
    int64_t strangers_since_usec;        /* boot */
    unsigned strangers;
    bool degraded;
    char *degraded_reason;
    struct waiting_test tests[TESTS_MAX];
    size_t n_tests;

    struct now now;                      /* of the step */
    const char *reply_id;                /* of the inbound text in this step, until a record has taken it */
    struct effect *effects;
    size_t n_effects, cap_effects;
    struct buf payloads;                 /* of the step's records: effects point in once it is finished */
    struct buf reply_text;
};

/* emit.c */
void emit_begin(struct engine *engine, struct now now);
struct effects emit_finish(struct engine *engine);
void emit_record(struct engine *engine, struct record *record);       /* fills seq and at, applies */
/* What any record of what became of a message says of the message itself. */
struct record emit_record_of(const struct engine *engine, const struct incident *incident, const struct message *message,
                             enum record_kind kind);
void emit_send(struct engine *engine, const struct message *message, uint64_t incident);
void emit_reply(struct engine *engine, const struct effect_reply *reply);
uint32_t emit_random_u32(struct engine *engine);

/* apply.c */
WARN_UNUSED enum err apply_record(struct engine *engine, const struct record *record, struct now now);
void apply_forget(struct engine *engine, struct incident *incident);   /* out of every map, and freed */
void apply_forget_planned(struct engine *engine, uint64_t key);         /* a drill, if it is planned */
void apply_init_house(struct engine *engine);
void apply_remember_key(struct engine *engine, uint64_t key);          /* numbering goes on after it, in its year */
uint8_t apply_mark(enum record_kind kind);

/* find.c */
struct incident *find_incident(const struct engine *engine, uint64_t key);      /* key 0: the house */
struct callout *find_callout(const struct incident *incident, uint32_t number);
struct callout *find_latest_callout(const struct incident *incident, atom role);
struct recipient *find_recipient(const struct callout *callout, atom person);
struct message *find_message(const struct incident *incident, uint32_t number);
const struct person *find_person(const struct engine *engine, atom person);
const char *text_of(const struct engine *engine, atom name);                    /* NULL for 0 */
bool person_has_number(const struct person *person, const char *number);
bool recipient_has_number(const struct engine *engine, const struct recipient *recipient, const char *number);

/* trail.c */
const struct trail *trail_of(const struct engine *engine, const struct message *message);        /* NULL: none */
enum receipt trail_receipt(const struct trail *trail, atom gateway);         /* trail may be NULL */
/* A gateway other than this one took the message, and has not said that it will not arrive. */
bool trail_doubts_other(const struct trail *trail, atom gateway);
/* It was taken, and the receipt that was due has not come; there is no gateway to try. */
bool message_in_doubt(const struct engine *engine, const struct message *message);
/* A gateway took it and has not denied it: a failure elsewhere proves nothing. */
bool message_may_arrive(const struct engine *engine, const struct message *message);
/* These change it: for apply*.c alone. */
void trail_wait(struct engine *engine, struct incident *incident, struct message *message, int64_t due_boot_usec,
                int64_t wait_usec);
void trail_stop(struct engine *engine, struct message *message);       /* no receipt is waited for */
void trail_note(struct engine *engine, struct incident *incident, struct message *message, atom gateway, enum receipt receipt);
void trail_forget(struct engine *engine, struct message *message);

/* receipt.c */
void receipt_undelivered(struct engine *engine, struct incident *incident, struct message *message,
                         const struct event_outcome *outcome);
void receipt_timer(struct engine *engine, struct trail *trail);
/* A gateway has taken what it has already said will not arrive. */
void receipt_before_answer(struct engine *engine, struct incident *incident, struct message *message,
                           const struct event_outcome *outcome);

/* seen.c */
bool seen_reply(const struct engine *engine, const char *reply_id);
bool seen_sent(const struct engine *engine, const char *gateway, const char *provider_id, struct page_ref *ret);
void seen_note_early(struct engine *engine, const struct event_outcome *outcome);
bool seen_take_early(struct engine *engine, const struct event_outcome *sent, enum outcome *ret);
void seen_done(struct engine *engine);
/* These change the state: for apply*.c alone. */
void seen_add_reply(struct engine *engine, const char *reply_id, int64_t at_usec, struct now now);
void seen_add_sent(struct engine *engine, const char *gateway, const char *provider_id, struct page_ref page);

/* load.c */
struct load *load_of(struct engine *engine, atom source, bool drill);
bool load_over(const struct engine *engine, const struct load *load, const struct source *source);
void load_count(const struct engine *engine, struct load *load, const struct source *source);    /* one more trigger, now */
/* It has opened more than CALM_TRIGGERS lately: its pages go after those of others. */
bool load_is_crowd(const struct engine *engine, const struct load *load);
/* Counts one more call-out that the source may be told of. False: of enough in this minute; the next repeat asks again. */
bool load_may_tell(struct engine *engine, struct load *load);
/* The bundle that triggers join now, or NULL. */
struct incident *load_open_bundle(const struct engine *engine, const struct load *load);

/* targets.c */
struct targeted {
    const struct person *person;
    unsigned channels;
};
struct targets {                         /* a value: zeroed is empty */
    struct targeted *list;
    size_t n, cap;
};
void targets_done(struct targets *targets);
void targets_add_step(struct targets *targets, const struct engine *engine, const struct callout *callout,
                      const struct ladder_step *step);
void targets_add_paged(struct targets *targets, const struct engine *engine, const struct callout *callout);
/* Leaves out people whom nothing reaches; channels become those that do. */
void targets_keep_reachable(struct targets *targets, const struct engine *engine);
void targets_drop_declined(struct targets *targets, const struct engine *engine, const struct callout *callout);
/* The channels by which this person can be reached out of those wanted, or, if none, out of all. 0: nothing reaches. */
unsigned targets_channels(const struct engine *engine, const struct person *person, unsigned wanted);

/* callout.c */
enum callee { CALLEE_ROLE, CALLEE_GROUP, CALLEE_PERSON };                /* what the call-out's role names */
void callout_start(struct engine *engine, struct incident *incident, const char *role, enum callee callee,
                   enum severity severity);
enum callee callout_callee(const struct callout *callout);
/* Everybody whom its steps may page, by the duty in force. */
void callout_add_all(const struct engine *engine, const struct callout *callout, struct targets *targets);
void callout_again(struct engine *engine, struct callout *callout);     /* it was acknowledged; a new one for the same role */
/* What was put off goes to who acknowledged; where nothing reaches them, it calls somebody out: no update is swallowed (P9). */
void callout_tell_updates(struct engine *engine, struct callout *callout);
void callout_restart(struct engine *engine, struct callout *callout);   /* from the first step, on the ladder of its severity */
void callout_next_step(struct engine *engine, struct callout *callout, bool now);    /* now: a repeat, too, does not wait */
void callout_timer(struct engine *engine, struct callout *callout);
/* while it pages */
void callout_page_failed(struct engine *engine, struct callout *callout, const struct recipient *recipient);
void callout_declined(struct engine *engine, struct callout *callout);

/* notice.c */
void notice_person(struct engine *engine, struct callout *callout, atom person, enum purpose purpose);
/* What no gateway will deliver goes to the person's next contact point that can carry it, if nothing else tells them the same. */
void notice_elsewhere(struct engine *engine, struct incident *incident, const struct message *failed);
void notice_number(struct engine *engine, struct callout *callout, atom person, const char *number, enum purpose purpose);
void notice_others(struct engine *engine, struct callout *callout, enum purpose purpose, atom except);
bool notice_updates(struct engine *engine, struct callout *callout);         /* false: nothing reaches who acknowledged */
void notice_admins(struct engine *engine, struct callout *callout, enum purpose purpose);
/* To the addresses of the incident's source, if it has any. */
void notice_source(struct engine *engine, struct callout *callout, enum purpose purpose);
/* Once it has come to a repeat, and then seldom: what somebody who waits for help can act on. */
void notice_source_unanswered(struct engine *engine, struct callout *callout);
/* False: nothing that can be read reaches this person. */
bool notice_of_incident(struct engine *engine, struct incident *incident, const struct person *person, enum purpose purpose);
void notice_admins_of_incident(struct engine *engine, struct incident *incident, enum purpose purpose);
/* Of no incident: `about` is the record that it tells of. */
void notice_admins_about(struct engine *engine, enum purpose purpose, const struct record *about);
/* By each of these channels that reaches the person, by voice only where it is among them, or where paging itself is in trouble.
 * `duty`: the record that it tells of. */
void notice_duty(struct engine *engine, const struct person *person, unsigned channels, enum purpose purpose,
                 const struct record *duty);

/* answer.c */
struct answered { enum verdict verdict; atom person; int64_t at_usec; };
struct answered answer_callout(struct engine *engine, struct callout *callout, const struct event_answer *answer);
struct answered answer_call_in(struct engine *engine, struct incident *incident, const struct event_callout *request);
void answer_reply(struct engine *engine, uint64_t request, const struct incident *incident, const struct callout *callout,
                  struct answered answered);

/* incident.c */
void incident_close(struct engine *engine, struct incident *incident, const char *reason, const char *actor);
void incident_abort(struct engine *engine, struct incident *drill, uint64_t real);      /* a real incident stops it */

/* trigger.c */
uint64_t trigger_mint_key(struct engine *engine);

/* apply_drill.c */
void drill_free(struct drill *drill);                        /* accepts NULL */

/* drill.c */
bool drill_waits_for_all(const struct callout *callout);
bool drill_holds_back(const struct incident *incident, const char *person);
void drill_hold_back(struct engine *engine, struct callout *callout, const char *person);
bool drill_all_answered(const struct callout *callout);
void drill_answered(struct engine *engine, struct incident *incident);       /* after an answer: closes it if that was the last */
void drill_record_result(struct engine *engine, const struct incident *incident);    /* before it closes */
void drill_tell_result(struct engine *engine, struct incident *incident);
/* drill_plan.c */
void drill_tick(struct engine *engine);
int64_t drill_deadline(const struct engine *engine);         /* boot; INT64_MAX: none is planned */
void drill_note(struct engine *engine, uint64_t key, const char *actor, const char *what, const char *why);
/* Not before due_usec, by the wall clock. */
void drill_postpone(struct engine *engine, const struct drill *drill, int64_t due_usec);
/* drill_schedule.c */
/* The first instant from this one on at which it may begin: its schedule has hours. */
int64_t drill_open_from(const struct engine *engine, const struct drill *drill, int64_t wall_usec);
void drill_clock_stepped(struct engine *engine);             /* scheduled ones go by the wall clock */
void drill_record_end(struct engine *engine, const struct incident *incident);       /* before it closes */
/* drill_yield.c */
/* Notes which must stop. */
void drill_yield_to(struct engine *engine, const struct incident *real, const struct targets *paged);
/* This drill, if such a call-out of it, which need not have begun, would page somebody whom a real one is paging. Then it pages
 * nobody. */
void drill_yield_before(struct engine *engine, struct incident *drill, const struct callout *callout);
void drill_yield(struct engine *engine);                     /* stops them */

/* One for each event. */
void step_trigger(struct engine *engine, const struct event *event);
void step_answer(struct engine *engine, const struct event *event);
void step_inbound(struct engine *engine, const struct event *event);
void step_outcome(struct engine *engine, const struct event *event);
void step_note(struct engine *engine, const struct event *event);
void step_close(struct engine *engine, const struct event *event);
void step_callout(struct engine *engine, const struct event *event);
void step_gateway_test(struct engine *engine, const struct event *event);
void step_tick(struct engine *engine);
void step_duty(struct engine *engine, const struct event *event);
void step_gap(struct engine *engine, const struct event *event);
void step_gateway_check(struct engine *engine, const struct event *event);
void step_gateway_news(struct engine *engine, const struct event *event);
void step_drill_start(struct engine *engine, const struct event *event);
void step_drill_stop(struct engine *engine, const struct event *event);
void step_schedule(struct engine *engine, const struct event *event);
void step_drill_overdue(struct engine *engine, const struct event *event);

/* message.c */
/* Through one gateway alone, which the message names. */
static inline bool purpose_is_test(enum purpose purpose)
{
    return purpose == PURPOSE_GATEWAY_TEST || purpose == PURPOSE_CHECK;
}

bool purpose_has_notice(enum purpose purpose);               /* what it tells of is kept beside it: struct duty_notice */
bool message_wanted(const struct engine *engine, const struct message *message);
/* A gateway took it, and that was for nothing: it is wanted still. */
bool message_wanted_again(const struct engine *engine, const struct message *message);
/* Both are notices by which this person is told the same, at once or one after another. */
bool message_same_telling(const struct message *a, const struct message *b);

#endif

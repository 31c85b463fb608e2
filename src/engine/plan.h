/* What the administrators decided, as the engine sees it: people, groups, rosters, ladders, sources. config/ builds it from
 * files; it is immutable, and everything in it lives as long as the configuration that holds it. Pointers between its parts are
 * stable within one plan and mean nothing in the next: state refers to people and roles by atoms of their ids. */
#ifndef ENGINE_PLAN_H
#define ENGINE_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/civil.h"
#include "base/tz.h"

enum channel { CHANNEL_SMS, CHANNEL_VOICE, CHANNEL_EMAIL, CHANNEL_COUNT };
enum language { LANGUAGE_SV, LANGUAGE_EN };
enum severity { SEVERITY_CRITICAL, SEVERITY_ERROR, SEVERITY_WARNING, SEVERITY_INFO, SEVERITY_COUNT };   /* most urgent first */

const char *channel_name(enum channel channel);                      /* "sms", ... */
bool channel_from_name(const char *name, enum channel *ret);
const char *severity_name(enum severity severity);                   /* "critical", ... */
bool severity_from_name(const char *name, enum severity *ret);

struct origin {            /* where in the configuration something was said */
    const char *file;      /* as given to the administrator, relative to the configuration directory */
    int line;
};

struct contact {
    enum channel channel;
    const char *address;   /* E.164 with "+", or an e-mail address */
};

struct person {
    const char *id;
    const char *name;
    enum language language;
    const char *login;     /* NULL: none. The Unix user, for bereddctl */
    const struct contact *contacts;   /* in the file's order */
    size_t n_contacts;
    struct origin origin;
};

struct group {
    const char *id;
    const char *title;
    const struct person *const *members;
    size_t n_members;
    struct origin origin;
};

/* Who holds a duty for some time. */
struct duty {
    const struct person *primary;            /* NULL: keeps the lower layer's (`*`) */
    const struct person *const *backups;
    size_t n_backups;
    bool keep_backups;                       /* the lower layer's backups stay, less the primary of this one */
};

struct duty_weeks {          /* [weeks]: FIRST..LAST, both included */
    struct iso_week first, last;
    struct duty duty;
    struct origin origin;
};

struct duty_shift {          /* [shifts]: half-open, [from, to), UTC microseconds: local times resolved as design.md says */
    int64_t from_usec, to_usec;
    struct duty duty;
    bool drop_in;            /* from ROLE.d: beats the roster's own shifts */
    struct origin origin;
};

struct rotation {
    bool present;
    struct iso_week start;
    const struct person *const *order;
    size_t n_order;
    unsigned backups;
    struct origin origin;
};

enum target_kind { TARGET_PRIMARY, TARGET_SECONDARY, TARGET_BACKUPS, TARGET_EVERYONE, TARGET_PERSON, TARGET_GROUP, TARGET_ROLE };

struct roster;
struct target {
    enum target_kind kind;
    union {
        const struct person *person;
        const struct group *group;
        const struct roster *roster;
    };
};

struct ladder_step {
    int64_t after_usec;      /* since the call-out began; within a ladder never less than the step before */
    struct target target;
    unsigned channels;       /* 1u << enum channel */
    struct origin origin;
};

struct ladder {
    const struct ladder_step *steps;   /* at least one */
    size_t n_steps;
    int64_t repeat_usec;               /* at least 1 s */
};

/* Hours of the day on some weekdays, in minutes after local midnight. A window that ends before it begins (17:00-08:00) means
 * all of such a day but what lies between: until 08:00, and from 17:00; so no night between two days is left out. */
struct duty_window {
    unsigned weekdays;                 /* 1u << weekday, 0 Monday */
    int from_minute, to_minute;        /* 0..1440 */
};

/* When a roster holds: in any of its windows, on weekends, on holidays. */
struct duty_hours {
    bool present;                      /* otherwise it holds always */
    bool weekends, holidays;
    const struct duty_window *windows;
    size_t n_windows;
};

struct roster {
    const char *role;
    const char *title;
    bool on_request;                   /* call = on-request */
    int handover_weekday;              /* 0 Monday */
    int handover_minute;               /* minutes after local midnight */
    bool week_starts_before;           /* week-starts = before */
    bool handover_next_workday;        /* handover-holiday = next-workday */
    struct duty_hours hours;
    const struct target *otherwise;    /* a person, a group or a role, called outside the hours; NULL: nobody */
    struct origin otherwise_origin;
    const struct duty_weeks *weeks;    /* in the file's order */
    size_t n_weeks;
    const struct duty_shift *shifts;   /* drop-ins included, ordered by from_usec */
    size_t n_shifts;
    struct rotation rotation;
    struct ladder ladder;
    const struct ladder *severity_ladder[SEVERITY_COUNT];   /* NULL: `ladder` */
    int64_t drill_deadline_usec;
    bool drill_escalate;
    bool drill_yield;
    int64_t drill_overdue_usec;        /* without a drill that succeeded for so long, the administrators are told; 0: never */
    const struct person *owner;        /* who is told of holes ahead; NULL: nobody */
    int64_t gap_warning_usec;          /* how long ahead */
    unsigned announce;                 /* 1u << enum channel: by which whoever goes on and off duty is told; 0: not told */
    struct origin origin;
};

struct source {
    const char *id;
    const char *title;
    const struct roster *const *roles; /* what its triggers call out; empty: every roster with call = always */
    size_t n_roles;
    unsigned limit;                    /* new incidents in limit_usec; more are bundled */
    int64_t limit_usec;
    const char *callback;              /* NULL: none */
    const struct contact *notify;      /* told who has its alarms, and when nobody has: sms and e-mail */
    size_t n_notify;
    bool sensitive;
    bool real_only;                    /* it has no right to drill */
    struct origin origin;
};

enum schedule_kind {
    SCHEDULE_ONCE,                     /* 2026-12-02 10:00 */
    SCHEDULE_WEEKLY,                   /* Mon 10:00 */
    SCHEDULE_MONTHLY,                  /* first Wed of month 10:00 */
    SCHEDULE_HANDOVER,                 /* whenever somebody else goes on duty: that person's own test */
};

/* A drill that begins by itself, time and again. schedule.h says when. */
struct schedule {
    const char *name;
    const char *when;                  /* as it was written */
    enum schedule_kind kind;
    struct civil date;                 /* of a SCHEDULE_ONCE */
    int weekday, minute;               /* of those by the week or month: 0 Monday; after local midnight */
    int nth;                           /* SCHEDULE_MONTHLY: 1 to 5, or -1 for the last */
    int64_t surprise_usec;             /* it begins at a random moment within this; 0: at once */
    int from_minute, to_minute;        /* the hours in which it may begin, after local midnight; over midnight if `to` is less */
    const char *targets, *without;     /* as in a record: see drill.h; without: NULL, or what is left out */
    const char *summary;
    const struct roster *const *roles; /* of a SCHEDULE_HANDOVER */
    size_t n_roles;
    int64_t limit_usec;                /* how long it may last; 0: as the rosters say */
    bool wait_for_all;
    uint64_t definition;               /* a hash of all that it says: another one if anything of it has changed; never 0 */
    struct origin origin;
};

struct plan_gateway {
    const char *name;
    unsigned channels;                 /* 1u << channel: those that list it */
    int64_t receipt_timeout_usec;      /* no receipt by then, and a page is in doubt; 0: none is waited for */
};

struct plan {
    const struct tz *tz;
    const char *organisation;
    enum language language;
    int64_t dedup_window_usec;
    bool reply_without_code;
    const struct person *const *admins;
    size_t n_admins;
    unsigned admin_channels;           /* 1u << enum channel */
    const struct person *persons;      /* each list ordered by id, strcmp */
    size_t n_persons;
    const struct group *groups;
    size_t n_groups;
    const struct roster *rosters;
    size_t n_rosters;
    const struct schedule *schedules;  /* of drills, by name */
    size_t n_schedules;
    const struct source *sources;      /* one named "local" is always there: peers on the local socket */
    size_t n_sources;
    unsigned channels_served;          /* 1u << channel: at least one gateway serves it */
    const struct plan_gateway *gateways;
    size_t n_gateways;
};

/* Exact match of an id; NULL: not there. */
const struct person *plan_person(const struct plan *plan, const char *id);
const struct group *plan_group(const struct plan *plan, const char *id);
const struct roster *plan_roster(const struct plan *plan, const char *role);
const struct source *plan_source(const struct plan *plan, const char *id);
const struct schedule *plan_schedule(const struct plan *plan, const char *name);
/* Any case, as people type. */
const struct person *plan_person_typed(const struct plan *plan, const char *typed);
const struct roster *plan_roster_typed(const struct plan *plan, const char *typed);

const struct ladder *roster_ladder(const struct roster *roster, enum severity severity);

#endif

/* The records folded a second time, by code that shares nothing with the engine's: what the promises are held against. It keeps
 * everything, and says nothing of times in the engine's clocks: its deadlines are in the simulation's. */
#ifndef SIM_MODEL_H
#define SIM_MODEL_H

#include "sim.h"

enum m_state { M_QUEUED, M_SENT, M_DELIVERED, M_FAILED };
enum m_call { M_PAGING, M_ACKNOWLEDGED, M_CANCELLED };

struct m_person {                /* in one call-out */
    struct m_person *next;
    char *id;
    bool declined, paged;
    bool confirmed;              /* of a drill that waits for all: said yes */
    uint32_t held_turn;          /* in which a drill played that they do not answer; 0: none */
    uint32_t code;
    int64_t got_usec;            /* when a page last came to a phone or a mailbox of theirs */
};

struct m_callout {
    struct m_callout *next;
    struct m_incident *incident;
    uint32_t number, step, round, turn;
    char *role, *by;
    bool on_group;
    enum m_call state;
    int severity;
    struct m_person *persons;
    int64_t delay_usec;          /* of the turn */
    int64_t begun_usec;          /* sim: when the turn, or the call-out, began */
    int64_t due_usec;            /* sim: the next step or repeat */
    int64_t ends_usec;           /* sim: a drill's end; INT64_MAX: none */
    int64_t repeat_usec;         /* sim: when it last repeated, with nothing since that may cut the interval; 0: it has not */
    int64_t changed_usec;        /* sim: the last acknowledgement or release, while somebody looks */
    int64_t update_usec;         /* sim: an update that who acknowledged must hear of; 0: none is owed */
    int64_t got_usec;            /* sim: when a page of it last came to anybody */
    unsigned turns_at_once;      /* in one instant, and since nobody said or did anything */
};

struct m_page {                  /* a page or a notice */
    struct m_page *next;
    struct m_incident *incident;
    struct m_callout *callout;   /* NULL: none */
    struct page_ref ref;
    uint64_t seq;                /* of the record that let it out last: queued, or failed and sent on */
    uint32_t turn;
    uint8_t channel, purpose;
    enum m_state state;
    char *person, *address, *gateway;
    char *sent_by;               /* the gateway that took it last; NULL: none has */
    int64_t at_usec;             /* sim: when it was queued; read back, by the wall clock */
    uint32_t rank;               /* when it was last handed to the gateways */
    unsigned handed_life;        /* in which life of the daemon it was last handed to the gateways; 0: never */
    int64_t handed_usec;         /* sim */
    bool recalled;               /* read back at a start */
    bool handed_degraded;
    bool doubted;                /* a gateway took it, and no receipt came: it may arrive yet */
    unsigned tried_life;         /* in which it was last tried, or refused without a try */
    unsigned wired;              /* how often it was on the wire, in all lives */
};

struct m_incident {
    struct m_incident *next;
    uint64_t key, seq;
    char *source, *dedup_key;
    char **texts;                /* every summary that it ever had */
    size_t n_texts;
    int severity;
    bool drill, bundle, sensitive, closed, settled, house;
    bool dry_run, wait_for_all;  /* these three of a drill that was started as one */
    char *without;               /* NULL: nobody and nothing */
    struct m_callout *callouts;
    struct m_page *pages, *last_page;
};

/* A drill that was to begin by itself. It is an incident once it has begun. */
struct m_planned {
    struct m_planned *next;
    uint64_t key;
    int64_t due_usec;            /* sim */
    bool begun, gone, dry_run;   /* gone: it will not begin */
};

void model_reset(void);
/* live: now is when it was decided; otherwise it is read back at a start. */
void model_apply(const struct record *record, bool live);
void model_shift(uint64_t from_seq, uint64_t offset);        /* what was decided before the log came is numbered anew */
struct m_incident *model_incidents(void);                    /* the first; the house is among them, with key 0 */
struct m_incident *model_incident(uint64_t key);             /* NULL: there is none */
struct m_callout *model_callout(struct m_incident *incident, uint32_t number);
struct m_callout *model_latest(struct m_incident *incident, const char *role);
struct m_person *model_person(struct m_callout *callout, const char *id);      /* NULL: not in it */
struct m_page *model_page(struct page_ref ref);
struct m_planned *model_planned(uint64_t key);               /* NULL: there was none */
struct m_planned *model_planned_drills(void);                /* the first, of all that ever were */
bool model_has_text(const struct m_incident *incident, const char *summary);

#endif

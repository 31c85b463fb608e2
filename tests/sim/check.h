/* The promises, checked where something can be seen of them. */
#ifndef SIM_CHECK_H
#define SIM_CHECK_H

#include "model.h"

void check_before(const struct event *event);                /* a step of the engine: what will come of it is foreseen */
void check_after(const struct event *event, struct effects effects);     /* records have been folded into the model */
void check_rest(void);                                       /* the daemon is at rest: nothing is due */
void check_before_reload(void);
void check_after_reload(void);
void check_recalled(const struct record *record);             /* read back from the log, in its order */
void check_started(void);                                    /* the log has been read back, and what it says was resumed */
void check_crashed(void);
void check_clock_stepped(void);
void check_mended(void);                                     /* the last fault is over: liveness is owed from now on */
void check_live(void);                                       /* and by now it should have shown */
void check_settled(void);                                    /* everything was closed long ago */

/* check_way.c: pages on their way out (P3, P8), and what goes first (P13) */
void way_recorded(const struct record *record, struct m_page *page);     /* page: what the record is of; NULL: none */
void way_let_go(const struct m_callout *callout);            /* what is not wanted of it any more waits no longer */
const char *way_known_outside(uint64_t incident);            /* its first text, if a page of it has left; NULL: none has */
void check_handed(const struct effect_send *send, bool degraded);        /* let out to the gateways */
void check_wire(struct page_ref page, const char *to, const char *subject, const char *text, const char *gateway);
void check_arrived(struct page_ref page);                    /* in somebody's hand */
void way_rest(bool degraded);
void way_crashed(void);

/* check_same.c: the state alive and from the records (P14); NULL: there is none */
void check_same(const struct incident *live, const struct incident *shadow);

/* check_answer.c: what an answer may do (P5, P6), and what comes of a release (P3) */
void answer_before(const struct event *event);
void answer_record(const struct event *event, const struct record *record);
void answer_after(const struct event *event, struct effects effects);

/* check_seen.c: texts that come again (P5) */
bool seen_before(const struct event *event);                 /* true: it is one that was acted on */
void seen_record(const struct record *record);
void seen_recalled(const struct record *record);             /* read back from the log */
void seen_crashed(void);

/* check_drill.c: what a drill may do (P13) */
void drill_record(const struct event *event, const struct record *record);       /* before it is folded in */
void drill_after(const struct event *event, struct effects effects);
void drill_wire(const struct m_page *page, const char *subject, const char *text, const char *gateway);
void drill_rest(void);
void drill_same(void);                                       /* planned ones: alive, and from the records (P14) */

/* check_told.c: what sources hear of their alarms, and administrators of gateways */
void told_before(const struct event *event);
void told_record(const struct event *event, const struct record *record);        /* before it is folded in */
void told_after(const struct event *event, struct effects effects);
void told_wire(const struct m_page *page);
void told_clock_stepped(void);
void told_recalled(const struct record *record);             /* read back from the log, in its order */
void told_crashed(void);
void told_rebooted(void);
void told_settled(void);
bool told_admins_can_read(void);                             /* somebody among them has a channel for what is read, not rung */

/* check_schedule.c: drills that begin by themselves */
void schedule_record(const struct event *event, const struct record *record);    /* before it is folded in */
void schedule_after(const struct event *event, struct effects effects);
void schedule_rest(void);
void schedule_clock_stepped(void);
void schedule_recalled(const struct record *record);         /* read back from the log, in its order */
void schedule_crashed(void);

#endif

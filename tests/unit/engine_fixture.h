/* An engine on a small plan, without a configuration: TIB is Anna's, then Bo's; KIB is on request, and nobody has it. Cia is the
 * administrator. */
#ifndef ENGINE_FIXTURE_H
#define ENGINE_FIXTURE_H

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "engine/internal.h"
#include "unit.h"

#define AT_USEC (INT64_C(1796115600) * USEC_PER_SEC)     /* 2026-12-01 10:00 in Stockholm */

extern struct plan fixture_plan;         /* to be changed before setup is over, or between steps */
extern struct roster fixture_rosters[2]; /* KIB, TIB */
extern struct engine *engine;
extern struct now now;
extern uint32_t fixture_random;          /* not 0: all that random bytes ever are */

void fixture_setup(void);
void fixture_teardown(void);

struct effects step(struct event *event);                    /* at `now` */
void tick(void);
/* Its verdict, and the incident: 0 if the reply names none. */
enum verdict trigger(const char *summary, uint64_t *ret_incident);
enum verdict verdict_of(struct effects effects);             /* of its only reply */
size_t count_records(struct effects effects, enum record_kind kind);
size_t count_sends(struct effects effects);

/* A record as a log would hold it, after all before it. */
enum err replay(struct record record);
void replay_good(struct record record);
struct record opened(uint64_t incident);
struct record started(uint64_t incident, uint32_t callout);
struct record paged(uint64_t incident, uint32_t page);       /* Anna, in the first call-out */

#define KEY(number) incident_key(2026, number)

#endif

/* From the log back to the state: what the store holds is read as records, and these are applied again. Without I/O: the log has
 * been read already (turn/opening.h). */
#ifndef TURN_REPLAY_H
#define TURN_REPLAY_H

#include "engine/engine.h"
#include "turn/opening.h"

/* The record that a stored one holds: record_decode() of it. */
WARN_UNUSED enum err stored_read(const struct store_record *stored, struct record *ret);

/* Where numbering stood, which texts have been read, then the live incidents, one after the other. One that is damaged is set aside, and everything else
 * starts; `bad` is told of the first record that could not be applied. */
typedef void replay_bad(void *userdata, const struct store_record *stored);
void replay_live(struct engine *engine, const struct opened *opened, struct now now, replay_bad *bad, void *userdata);

/* The last records of no incident, the newest first: what was told already, and need not be told again. */
typedef void replay_record(void *userdata, const struct record *record);
void replay_house(const struct opened *opened, replay_record *tell, void *userdata);

#endif

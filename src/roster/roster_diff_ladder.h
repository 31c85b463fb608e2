/* What changes in how a role is called: its ladders, its handover, whether every alarm calls it. */
#ifndef ROSTER_ROSTER_DIFF_LADDER_H
#define ROSTER_ROSTER_DIFF_LADDER_H

#include "base/buf.h"
#include "engine/plan.h"

/* A line for each change; none where nothing changes. */
void roster_diff_add_ladders(struct buf *buf, const struct roster *old, const struct roster *new, enum language language);
void roster_diff_add_settings(struct buf *buf, const struct roster *old, const struct roster *new, enum language language);

#endif

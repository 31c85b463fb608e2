/* One editor at a time for a roster: rosters/.ROLE.lock, which says who holds it. The kernel gives it up when its holder ends,
 * however that comes about; the file itself means nothing. */
#ifndef CTL_ROSTER_LOCK_H
#define CTL_ROSTER_LOCK_H

#include "base/err.h"
#include "base/mem.h"

struct roster_lock;

/* NULL: somebody else holds it, or it cannot be had; told on stderr. */
struct roster_lock *roster_lock_take(const char *config_directory, const char *role, const char *login);
void roster_lock_free(struct roster_lock *lock);             /* accepts NULL */
DEFINE_CLEANUP(struct roster_lock *, roster_lock_free)

#endif

/* Local time without libc: a TZif file (RFC 8536) read into UTC transitions and the footer's POSIX rule (RFC 9636, 3.3.1).
 * A zone is immutable. glibc's localtime is only the tests' oracle. */
#ifndef BASE_TZ_H
#define BASE_TZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/civil.h"
#include "base/err.h"
#include "base/mem.h"

struct tz;

/* Parses a TZif file's bytes, version 2 or later (1 is read too). ERR_CORRUPT: not one, or one that lies about its sizes.
 * ERR_UNSUPPORTED: it counts leap seconds (zoneinfo/right), so its times are not UTC. */
WARN_UNUSED enum err tz_parse(const void *bytes, size_t len, struct tz **ret);
struct tz *tz_new_utc(void);
void tz_free(struct tz *tz);                                                   /* accepts NULL */
DEFINE_CLEANUP(struct tz *, tz_free)

/* The offset east of UTC in seconds at an instant, in microseconds since 1970 UTC. */
int32_t tz_offset(const struct tz *tz, int64_t utc_usec);
/* The zone's abbreviation at that instant ("CET"); lives as long as the zone. */
const char *tz_abbreviation(const struct tz *tz, int64_t utc_usec);
void tz_to_local(const struct tz *tz, int64_t utc_usec, struct civil *ret);

/* Local to UTC, in microseconds; the reading is civil_valid(). An hour that clocks skip gives the first instant after the gap. An
 * hour that comes twice gives the first reading for a beginning and the last for an end, so that duties overlap and never leave a
 * hole. */
enum tz_edge { TZ_BEGIN, TZ_END };
int64_t tz_from_local(const struct tz *tz, const struct civil *local, enum tz_edge edge);

/* The name is one that may be looked up below a zoneinfo directory: no "..", no leading "/", only [A-Za-z0-9_+/-]. */
bool tz_name_valid(const char *name);

#endif

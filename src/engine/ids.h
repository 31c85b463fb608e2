/* Names of incidents and pages, minted tokens and codes.
 *
 * An incident's key is its id as a number, for maps and the store: year << 32 | number, with bit 31 set for the ids given while
 * the disk was dead. "2026-0042", "2026-12345", "2026-D481516". Keys fit a signed 64-bit integer and sort by age within a
 * year. Key 0 is the house: messages that belong to no incident.
 *
 * A page's id finds its own way home: incident, number within it, and 32 random bits, so that no receipt can be guessed and no
 * id is given twice even if memory was lost: "2026-0042-7-9f3a2c41".
 *
 * A link's token is the incident's key and 128 random bits, base64url: it, too, finds its own way. */
#ifndef ENGINE_IDS_H
#define ENGINE_IDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

enum { TOKEN_BYTES = 16, TOKEN_TEXT_LEN = 28, CODE_DIGITS = 6, INCIDENT_YEAR_MIN = 1970, INCIDENT_YEAR_MAX = 2225 };

struct page_ref {
    uint64_t incident;
    uint32_t number;         /* from 1 within the incident */
    uint32_t nonce;
};

#define INCIDENT_DEGRADED (UINT64_C(1) << 31)
enum { INCIDENT_DEGRADED_MIN = 100000, INCIDENT_DEGRADED_MAX = 999999 };     /* the numbers of those ids */

static inline uint64_t incident_key(int year, uint32_t number) { return (uint64_t)year << 32 | number; }

void incident_add_id(struct buf *buf, uint64_t key);
/* "2026-0042"; "42" or "0042" means this_year's. ERR_SYNTAX if it is no id. */
WARN_UNUSED enum err incident_from_id(const char *text, int this_year, uint64_t *ret);

void page_add_id(struct buf *buf, struct page_ref page);
WARN_UNUSED enum err page_from_id(const char *text, struct page_ref *ret);

void token_add_text(struct buf *buf, uint64_t incident, const uint8_t token[TOKEN_BYTES]);
WARN_UNUSED enum err token_from_text(const char *text, uint64_t *ret_incident, uint8_t ret_token[TOKEN_BYTES]);
bool token_equal(const uint8_t a[TOKEN_BYTES], const uint8_t b[TOKEN_BYTES]);   /* in constant time */

#endif

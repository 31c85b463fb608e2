/* Text: UTF-8, matching names as people type them, numbers, durations. Locale-free. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

bool text_utf8_valid(const char *text, size_t len);                  /* RFC 3629: no surrogates, no overlong, <= U+10FFFF; NUL
                                                                        is valid */
size_t text_utf8_cut(const char *text, size_t len, size_t max_len);  /* the longest prefix of at most max_len bytes that splits
                                                                        no character */
size_t text_utf8_count(const char *text, size_t len);                /* characters in valid UTF-8 */
/* Decodes the character at *index and moves past it; U+FFFD and one byte for what is not UTF-8. */
static inline uint32_t text_utf8_next(const char *text, size_t len, size_t *index);
void text_utf8_add(struct buf *buf, uint32_t character);

/* One line that is safe to show and to send: C0 and C1 controls, line separators and bidi controls (U+202A..202E,
 * U+2066..2069, U+200E, U+200F, U+061C) become one space; runs of white space become one; ends trimmed; invalid bytes U+FFFD. */
void text_add_clean_line(struct buf *buf, const char *text, size_t len);
/* The same for each line: line feeds stay (CR LF becomes LF), those at the ends go. */
void text_add_clean_block(struct buf *buf, const char *text, size_t len);

/* Simple case folding for Latin (ASCII, Latin-1, Latin Extended-A), enough for names and SMS replies in Swedish. */
bool text_equal_fold(const char *a, const char *b);
bool text_starts_with_fold(const char *text, const char *prefix);
void text_add_folded(struct buf *buf, const char *text, size_t len); /* lower case */

/* The candidate nearest to what was typed (Damerau-Levenshtein over folded characters), or NULL if none is near: at most
 * a third of the longer's characters away, or one shorter is the other's beginning. Ties go to the first. Names of more than
 * 64 characters are near to nothing. */
const char *text_nearest(const char *typed, const char *const *candidates, size_t n);

/* "12", "-3.50": in ten-thousandths; what stands beyond the fourth decimal is cut off. ERR_RANGE: more than a million million. */
WARN_UNUSED enum err text_to_decimal(const char *text, int64_t *ret);
WARN_UNUSED enum err text_to_u64(const char *text, uint64_t max, uint64_t *ret);   /* decimal digits only, the whole string */
/* "90s", "5m", "2h", "14d", "0m"; the unit is required. Up to 366 d. In microseconds. */
WARN_UNUSED enum err text_to_duration(const char *text, int64_t *ret_usec);
void text_add_duration(struct buf *buf, int64_t usec);               /* exact, in the largest unit that allows it: "90s", "5m";
                                                                        0 is "0m" */
/* RFC 3339 in UTC with milliseconds: 2026-11-22T13:55:00.123Z */
void text_add_rfc3339(struct buf *buf, int64_t utc_usec);
/* RFC 3339 with Z or a numeric offset, to microseconds since 1970 UTC. */
WARN_UNUSED enum err text_from_rfc3339(const char *text, int64_t *ret_utc_usec);

void text_add_hex(struct buf *buf, const void *bytes, size_t len);
WARN_UNUSED enum err text_from_hex(const char *text, void *ret_bytes, size_t len);  /* exactly 2 * len digits, any case */
void text_add_base64url(struct buf *buf, const void *bytes, size_t len);            /* RFC 4648, 5; no padding */
/* exactly len bytes; stray bits refused */
WARN_UNUSED enum err text_from_base64url(const char *text, size_t text_len, void *ret_bytes, size_t len);

uint32_t text_utf8_next_beyond_ascii(const char *text, size_t len, size_t *index);
static inline uint32_t text_utf8_next(const char *text, size_t len, size_t *index)
{
    unsigned char byte = (unsigned char)text[*index];
    if (byte >= 0x80)
        return text_utf8_next_beyond_ascii(text, len, index);
    (*index)++;
    return byte;
}

#endif

#include "engine/ids.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

enum { DEGRADED_DIGITS = 6, INCIDENT_BYTES = 5 };

void incident_add_id(struct buf *buf, uint64_t key)
{
    uint32_t number = (uint32_t)key;
    buf_add_padded(buf, key >> 32, 4);
    buf_add_char(buf, '-');
    if (key & INCIDENT_DEGRADED) {
        buf_add_char(buf, 'D');
        buf_add_padded(buf, number & ~(uint32_t)INCIDENT_DEGRADED, DEGRADED_DIGITS);
    } else {
        buf_add_padded(buf, number, 4);
    }
}

/* Splits at the first dash: "2026-0042-7" gives "2026" and leaves "0042-7". False if there is none, or nothing before it. */
static bool take_part(const char **text, char *ret_part, size_t size)
{
    const char *dash = strchr(*text, '-');
    if (!dash || dash == *text || (size_t)(dash - *text) >= size)
        return false;
    memcpy(ret_part, *text, (size_t)(dash - *text));
    ret_part[dash - *text] = '\0';
    *text = dash + 1;
    return true;
}

/* The number after the year: "0042", "D481516". */
static enum err number_from_text(const char *text, uint32_t *ret)
{
    uint64_t number;
    bool degraded = text[0] == 'D' || text[0] == 'd';
    if (degraded && strlen(text + 1) != DEGRADED_DIGITS)
        return ERR_SYNTAX;
    if (text_to_u64(text + degraded, INT32_MAX, &number) != ERR_OK || (!degraded && number == 0))
        return ERR_SYNTAX;
    *ret = (uint32_t)number | (degraded ? (uint32_t)INCIDENT_DEGRADED : 0);
    return ERR_OK;
}

enum err incident_from_id(const char *text, int this_year, uint64_t *ret)
{
    char part[8];
    uint64_t year = (uint64_t)this_year;
    uint32_t number;
    if (take_part(&text, part, sizeof(part)) && text_to_u64(part, 9999, &year) != ERR_OK)
        return ERR_SYNTAX;
    if (number_from_text(text, &number) != ERR_OK || year < INCIDENT_YEAR_MIN || year > INCIDENT_YEAR_MAX)
        return ERR_SYNTAX;
    *ret = year << 32 | number;
    return ERR_OK;
}

void page_add_id(struct buf *buf, struct page_ref page)
{
    uint8_t nonce[4] = {(uint8_t)(page.nonce >> 24), (uint8_t)(page.nonce >> 16), (uint8_t)(page.nonce >> 8),
                        (uint8_t)page.nonce};
    incident_add_id(buf, page.incident);
    buf_add_char(buf, '-');
    buf_add_u64(buf, page.number);
    buf_add_char(buf, '-');
    text_add_hex(buf, nonce, sizeof(nonce));
}

enum err page_from_id(const char *text, struct page_ref *ret)
{
    char year_part[8], number_part[16], page_part[16];
    uint64_t year, page;
    uint32_t number;
    uint8_t nonce[4];
    if (!take_part(&text, year_part, sizeof(year_part)) || !take_part(&text, number_part, sizeof(number_part)) ||
        !take_part(&text, page_part, sizeof(page_part)))
        return ERR_SYNTAX;
    if (text_to_u64(year_part, 9999, &year) != ERR_OK || text_to_u64(page_part, UINT32_MAX, &page) != ERR_OK ||
        text_from_hex(text, nonce, sizeof(nonce)) != ERR_OK || page == 0)
        return ERR_SYNTAX;
    if (strcmp(year_part, "0000") == 0 && strcmp(number_part, "0000") == 0)
        number = 0;      /* the house */
    else if (year < INCIDENT_YEAR_MIN || year > INCIDENT_YEAR_MAX || number_from_text(number_part, &number) != ERR_OK)
        return ERR_SYNTAX;
    *ret = (struct page_ref){
        .incident = year << 32 | number,
        .number = (uint32_t)page,
        .nonce = (uint32_t)nonce[0] << 24 | (uint32_t)nonce[1] << 16 | (uint32_t)nonce[2] << 8 | nonce[3],
    };
    return ERR_OK;
}

/* The key in five bytes: the year less 1970 in one, the rest in four. Twenty-one bytes are exactly 28 characters. */
void token_add_text(struct buf *buf, uint64_t incident, const uint8_t token[TOKEN_BYTES])
{
    uint8_t bytes[INCIDENT_BYTES + TOKEN_BYTES];
    uint64_t year = incident >> 32;
    bytes[0] = (uint8_t)(year - INCIDENT_YEAR_MIN);
    for (int i = 0; i < 4; i++)
        bytes[1 + i] = (uint8_t)(incident >> (24 - 8 * i));
    memcpy(bytes + INCIDENT_BYTES, token, TOKEN_BYTES);
    text_add_base64url(buf, bytes, sizeof(bytes));
}

enum err token_from_text(const char *text, uint64_t *ret_incident, uint8_t ret_token[TOKEN_BYTES])
{
    uint8_t bytes[INCIDENT_BYTES + TOKEN_BYTES];
    uint64_t number = 0;
    if (strlen(text) != TOKEN_TEXT_LEN || text_from_base64url(text, TOKEN_TEXT_LEN, bytes, sizeof(bytes)) != ERR_OK)
        return ERR_SYNTAX;
    for (int i = 0; i < 4; i++)
        number = number << 8 | bytes[1 + i];
    *ret_incident = (uint64_t)(INCIDENT_YEAR_MIN + bytes[0]) << 32 | number;
    memcpy(ret_token, bytes + INCIDENT_BYTES, TOKEN_BYTES);
    return ERR_OK;
}

bool token_equal(const uint8_t a[TOKEN_BYTES], const uint8_t b[TOKEN_BYTES])
{
    uint8_t difference = 0;
    for (size_t i = 0; i < TOKEN_BYTES; i++)
        difference |= a[i] ^ b[i];
    return difference == 0;
}

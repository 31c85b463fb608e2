#include "journal/journal_mask.h"

#include <stdbool.h>
#include <string.h>

enum { SHOWN_DIGITS = 3, NUMBER_DIGITS_MIN = 7 };

void journal_mask_add_address(struct buf *buf, const char *address)
{
    const char *at = strchr(address, '@');
    size_t len = strlen(address);
    if (at)
        buf_add(buf, address, address[0] == '@' ? 0 : 1);
    buf_add_text(buf, "…");
    if (at)
        buf_add_text(buf, at);
    else
        buf_add_text(buf, len > SHOWN_DIGITS ? address + len - SHOWN_DIGITS : "");
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The length of the telephone number that the text begins with, and its last digits; 0: it begins with none. */
static size_t number_len(const char *text, char ret_last[SHOWN_DIGITS + 1])
{
    size_t digits = 0, len = 0;
    if (text[0] != '+' && text[0] != '0')
        return 0;
    memset(ret_last, 0, SHOWN_DIGITS + 1);
    for (size_t at = text[0] == '+'; text[at]; at++) {
        if (is_digit(text[at])) {
            memmove(ret_last, ret_last + 1, SHOWN_DIGITS - 1);
            ret_last[SHOWN_DIGITS - 1] = text[at];
            digits++;
            len = at + 1;
        } else if (strchr(" -/()", text[at]) == NULL || at > len + 1) {
            break;
        }
    }
    return digits >= NUMBER_DIGITS_MIN ? len : 0;
}

void journal_mask_add_text(struct buf *buf, const char *text)
{
    char last[SHOWN_DIGITS + 1], before = ' ';
    while (*text) {
        size_t len = is_digit(before) || before == '+' ? 0 : number_len(text, last);
        if (len > 0) {
            buf_add_text(buf, "…");
            buf_add_text(buf, last);
        } else {
            buf_add_char(buf, *text);
            len = 1;
        }
        before = text[len - 1];
        text += len;
    }
}

#include "loop/http_scan.h"

#include <string.h>

enum {                       /* what the next byte may be; the order is the order in a request line */
    IN_METHOD,
    IN_TARGET,
    IN_VERSION,
    AT_LINE,                 /* the first byte of a header line, or of the empty one */
    IN_NAME,
    IN_VALUE,
    AFTER_CR,                /* only a line feed may follow */
    AFTER_LAST_CR,
};

/* RFC 9110, 5.6.2 */
static bool is_token_char(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr("!#$%&'*+-.^_`|~", c));
}

static bool is_text_char(unsigned char c)
{
    return c >= 0x20 ? c != 0x7f : c == '\t';
}

static void at_line(struct http_scan *scan, unsigned char c)
{
    if (c == '\r') {
        scan->state = AFTER_LAST_CR;
    } else if (c == '\n') {
        scan->doubtful = true;
        scan->done = true;
    } else {
        scan->bad |= !is_token_char(c);         /* also the blank that would continue the line before */
        scan->state = IN_NAME;
    }
}

static void in_line(struct http_scan *scan, unsigned char c)
{
    if (c == '\r') {
        scan->bad |= scan->state == IN_METHOD || scan->state == IN_TARGET || scan->state == IN_NAME;
        scan->state = AFTER_CR;
    } else if (c == '\n') {
        scan->bad |= scan->state == IN_METHOD || scan->state == IN_TARGET || scan->state == IN_NAME;
        scan->doubtful = true;
        scan->state = AT_LINE;
    } else if (scan->state == IN_METHOD) {
        scan->bad |= c != ' ' && !is_token_char(c);
        scan->state = c == ' ' ? IN_TARGET : IN_METHOD;
    } else if (scan->state == IN_TARGET) {
        scan->bad |= !is_text_char(c) || c == '\t';
        scan->state = c == ' ' ? IN_VERSION : IN_TARGET;
    } else if (scan->state == IN_VERSION) {
        scan->bad |= c == ' ' || !is_text_char(c);
    } else if (scan->state == IN_NAME) {
        scan->bad |= c != ':' && !is_token_char(c);
        scan->state = c == ':' ? IN_VALUE : IN_NAME;
    } else {
        scan->bad |= !is_text_char(c);
    }
}

static void after_cr(struct http_scan *scan, unsigned char c)
{
    bool last = scan->state == AFTER_LAST_CR;
    scan->bad |= c != '\n';
    scan->done = last && c == '\n';
    scan->state = c == '\n' ? AT_LINE : IN_VALUE;
}

/* Values are most of a head: what is plain in them is skipped in one go. */
static size_t plain_run(const char *bytes, size_t len)
{
    size_t i = 0;
    while (i < len && (unsigned char)bytes[i] >= 0x20 && bytes[i] != 0x7f)
        i++;
    return i;
}

size_t http_scan_add(struct http_scan *scan, const char *bytes, size_t len)
{
    size_t i = 0;
    while (i < len && !scan->done) {
        if (scan->state == IN_VALUE)
            i += plain_run(bytes + i, len - i);
        if (i == len)
            break;
        unsigned char c = (unsigned char)bytes[i++];
        if (scan->state == AT_LINE)
            at_line(scan, c);
        else if (scan->state == AFTER_CR || scan->state == AFTER_LAST_CR)
            after_cr(scan, c);
        else
            in_line(scan, c);
    }
    scan->len += i;
    return i;
}

#include <config.h>      /* _GNU_SOURCE, for memmem() */

#include "mail_check.h"

#include "fuzz.h"

enum { LINE_MAX_ANY = 998, LINE_MAX_OURS = 78, LINE_MAX_ENCODED = 76, WORD_MAX = 75 };

/* ---- lines ---- */

static size_t longest_given(const struct transfer_mail *mail)
{
    size_t longest = strlen(mail->from) > strlen(mail->to) ? strlen(mail->from) : strlen(mail->to);
    for (size_t i = 0; i < mail->n_headers; i++)
        if (strlen(mail->headers[i]) > longest)
            longest = strlen(mail->headers[i]);
    return longest;
}

static void check_line(const char *line, size_t len, size_t longest)
{
    HOLDS(len <= LINE_MAX_ANY && (len <= LINE_MAX_OURS || len <= longest + sizeof "From: "), "%zu: %.*s", len, (int)len, line);
    HOLDS(len == 0 || line[0] != '.', "SMTP's own: %.*s", (int)len, line);
    for (size_t i = 0; i < len; i++)
        HOLDS(line[i] == '\t' || (line[i] >= ' ' && line[i] <= '~'), "byte %d", line[i]);
}

static void check_lines(const struct transfer_mail *mail, const struct buf *message)
{
    size_t longest = longest_given(mail), begin = 0;
    for (size_t i = 0; i < message->len; i++) {
        if (message->data[i] != '\r')
            continue;
        HOLDS(i + 1 < message->len && message->data[i + 1] == '\n', "a CR alone");
        check_line(message->data + begin, i - begin, longest);
        begin = i + 2;
        i++;
    }
    HOLDS(begin == message->len && message->len > 0, "it does not end with a line");
}

/* ---- headers ---- */

/* The next header, unfolded, without its line end; false at the empty line, which is passed. */
static bool next_header(const char **at, struct buf *ret)
{
    buf_clear(ret);
    if (strncmp(*at, "\r\n", 2) == 0) {
        *at += 2;
        return false;
    }
    do {
        const char *end = strstr(*at, "\r\n");
        HOLDS(end, "no end of the headers");
        buf_add(ret, *at, (size_t)(end - *at));
        *at = end + 2;
    } while (**at == ' ' || **at == '\t');
    return true;
}

static int hex(char c)
{
    const char *digits = "0123456789ABCDEF", *found = c ? strchr(digits, c) : NULL;
    HOLDS(found, "not hexadecimal");
    return (int)(found - digits);
}

/* RFC 2047, 2: the lines with words of ours are shorter than others. */
static void check_encoded_lines(const char *header, const char *name)
{
    for (const char *at = header, *end; *at == ' ' || at == header; at = end + 2) {
        end = strstr(at, "\r\n");
        size_t begins = at == header ? strlen(name) + 2 : 1;
        HOLDS(end && (strncmp(at + begins, "=?utf-8?Q?", 10) != 0 || end - at <= LINE_MAX_ENCODED), "%.*s", (int)(end - at), at);
    }
}

/* RFC 2047, 4.2 and 6.2: words, with nothing of the blanks between them. Returns what stands behind them. */
static const char *decode_words(const char *at, struct buf *ret)
{
    while (strncmp(at, "=?utf-8?Q?", 10) == 0) {
        const char *begin = at;
        for (at += 10; strncmp(at, "?=", 2) != 0; at++) {
            HOLDS(*at && *at != '?' && *at != ' ', "a word that does not end");
            buf_add_char(ret, (char)(*at == '_' ? ' ' : *at == '=' ? hex(at[1]) << 4 | hex(at[2]) : *at));
            at += *at == '=' ? 2 : 0;
        }
        at += 2;
        HOLDS(at - begin <= WORD_MAX);
        at += strncmp(at, " =?", 3) == 0;
    }
    return at;
}

static const char *value_of(const char *header, const char *name)
{
    size_t len = strlen(name);
    HOLDS(strncmp(header, name, len) == 0 && strncmp(header + len, ": ", 2) == 0, "%s where %s belongs", header, name);
    return header + len + 2;
}

static void check_subject(const char *value, const char *subject)
{
    CLEANUP_BUF struct buf decoded = {0};
    const char *rest = decode_words(value, &decoded);
    buf_add_text(&decoded, rest);
    HOLDS(strcmp(buf_text(&decoded), subject) == 0, "%s for %s", value, subject);
}

static void check_sender(const char *value, const struct transfer_mail *mail)
{
    CLEANUP_BUF struct buf name = {0};
    if (!mail->from_name || !*mail->from_name) {
        HOLDS(strcmp(value, mail->from) == 0);
        return;
    }
    const char *rest = decode_words(value, &name);
    if (*value == '"') {
        const char *end = strchr(value + 1, '"');
        HOLDS(end && !memchr(value, '\\', (size_t)(end - value)));
        buf_add(&name, value + 1, (size_t)(end - value - 1));
        rest = end + 1;
    }
    HOLDS(strcmp(buf_text(&name), mail->from_name) == 0, "%s for %s", value, mail->from_name);
    HOLDS(strncmp(rest, " <", 2) == 0 && strncmp(rest + 2, mail->from, strlen(mail->from)) == 0, "%s", value);
    HOLDS(strcmp(rest + 2 + strlen(mail->from), ">") == 0, "%s", value);
}

static void must_have_header(const char **at, struct buf *ret)
{
    HOLDS(next_header(at, ret), "the headers end early");
}

/* Ours in their order, the caller's among them, and no other. */
static const char *check_headers(const char *at, const struct transfer_mail *mail)
{
    CLEANUP_BUF struct buf header = {0};
    must_have_header(&at, &header);
    HOLDS(strlen(value_of(buf_text(&header), "Date")) >= 30);
    if (mail->from_name && *mail->from_name)
        check_encoded_lines(at, "From");
    must_have_header(&at, &header);
    check_sender(value_of(buf_text(&header), "From"), mail);
    must_have_header(&at, &header);
    HOLDS(strcmp(value_of(buf_text(&header), "To"), mail->to) == 0);
    check_encoded_lines(at, "Subject");
    must_have_header(&at, &header);
    check_subject(value_of(buf_text(&header), "Subject"), mail->subject);
    for (size_t i = 0; i < mail->n_headers; i++) {
        must_have_header(&at, &header);
        HOLDS(strcmp(buf_text(&header), mail->headers[i]) == 0, "%s", buf_text(&header));
    }
    must_have_header(&at, &header);
    HOLDS(strcmp(value_of(buf_text(&header), "MIME-Version"), "1.0") == 0);
    return at;
}

/* ---- the body ---- */

/* RFC 2045, 6.7, up to `end`. */
static void decode_printable(const char *at, const char *end, struct buf *ret)
{
    while (at < end) {
        if (strncmp(at, "=\r\n", 3) == 0) {
            at += 3;
        } else if (*at == '=') {
            buf_add_char(ret, (char)(hex(at[1]) << 4 | hex(at[2])));
            at += 3;
        } else if (strncmp(at, "\r\n", 2) == 0) {
            buf_add_char(ret, '\n');
            at += 2;
        } else {
            buf_add_char(ret, *at++);
        }
    }
}

/* The text's lines, however they ended, and an end for the last. */
static void add_lines(struct buf *buf, const char *text)
{
    for (; *text; text++)
        if (strncmp(text, "\r\n", 2) != 0)
            buf_add_char(buf, *text);
    if (buf->len && buf->data[buf->len - 1] != '\n')
        buf_add_char(buf, '\n');
}

static void check_part(const char *at, const char *end, const char *type, const char *text)
{
    CLEANUP_BUF struct buf header = {0}, decoded = {0}, lines = {0}, wanted = {0};
    buf_printf(&wanted, "%s; charset=utf-8", type);
    must_have_header(&at, &header);
    HOLDS(strcmp(value_of(buf_text(&header), "Content-Type"), buf_text(&wanted)) == 0);
    must_have_header(&at, &header);
    HOLDS(strcmp(value_of(buf_text(&header), "Content-Transfer-Encoding"), "quoted-printable") == 0);
    HOLDS(!next_header(&at, &header) && at <= end, "%s", buf_text(&header));
    decode_printable(at, end, &decoded);
    add_lines(&lines, text);
    HOLDS(strcmp(buf_text(&decoded), buf_text(&lines)) == 0, "%s for %s", buf_text(&decoded), buf_text(&lines));
}

static void check_alternatives(const char *at, const struct transfer_mail *mail)
{
    static const char boundary[] = "--=_beredd_alternative";
    const char *part[3];
    CLEANUP_BUF struct buf header = {0};
    must_have_header(&at, &header);
    HOLDS(strcmp(value_of(buf_text(&header), "Content-Type"), "multipart/alternative; boundary=\"=_beredd_alternative\"") == 0);
    HOLDS(!next_header(&at, &header), "%s", buf_text(&header));
    for (size_t i = 0; i < N_ELEMENTS(part); i++) {
        part[i] = i ? strstr(part[i - 1] + 1, boundary) : at;
        HOLDS(part[i] && strncmp(part[i], boundary, sizeof boundary - 1) == 0 && (i == 0 || part[i][-1] == '\n'));
    }
    HOLDS(strcmp(part[2] + sizeof boundary - 1, "--\r\n") == 0, "%s", part[2]);
    check_part(part[0] + sizeof boundary + 1, part[1], "text/plain", mail->text);
    check_part(part[1] + sizeof boundary + 1, part[2], "text/html", mail->html);
}

void mail_check(const struct transfer_mail *mail, const struct buf *message)
{
    check_lines(mail, message);
    const char *end = message->data + message->len, *at = check_headers(message->data, mail);
    if (mail->html)
        check_alternatives(at, mail);
    else
        check_part(at, end, "text/plain", mail->text);
}

#include "loop/mail_message.h"

#include "base/civil.h"
#include "base/text.h"

enum { MAX_LINE = 76 };

/* No encoded text can hold this: in quoted-printable "=_" is an error. */
static const char boundary[] = "=_beredd_alternative";
static const char hex_digits[] = "0123456789ABCDEF";

bool mail_address_valid(const char *address)
{
    const char *at = strchr(address, '@');
    if (!at || at == address || !at[1] || strchr(at + 1, '@'))
        return false;
    for (; *address; address++)
        if (*address <= ' ' || *address > '~' || strchr("<>()[],;:\\\"", *address))
            return false;
    return true;
}

static bool is_plain_ascii(const char *text)
{
    for (; *text; text++)
        if (*text < ' ' || *text > '~')
            return false;
    return true;
}

static bool is_line(const char *text)
{
    for (const char *at = text; *at; at++)
        if ((unsigned char)*at < ' ' || *at == 0x7f)
            return false;
    return text_utf8_valid(text, strlen(text));
}

/* None begins with a dot: that is SMTP's. */
static bool is_header(const char *line)
{
    const char *colon = strchr(line, ':');
    bool has_name = colon && colon > line && *line != '.' && !memchr(line, ' ', (size_t)(colon - line));
    return has_name && is_plain_ascii(line) && strlen(line) < 900;
}

/* --- RFC 2047 --- */

static bool stands_for_itself(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr("!*+-/", c));
}

static void add_q_byte(struct buf *buf, unsigned char c)
{
    if (c == ' ')
        buf_add_char(buf, '_');
    else if (stands_for_itself(c))
        buf_add_char(buf, (char)c);
    else
        buf_add(buf, (char[]){ '=', hex_digits[c >> 4], hex_digits[c & 15] }, 3);
}

/* One encoded word after another, each on a line of its own and of whole characters. A line with one is at most 76 bytes long
 * (2), and the first has the header's name, so many bytes, before it. */
static void add_encoded_words(struct buf *buf, const char *text, size_t name_len)
{
    static const char begin[] = "=?utf-8?Q?";
    size_t len = strlen(text);
    size_t line_start = buf->len - name_len;
    buf_add_text(buf, begin);
    for (size_t at = 0; at < len;) {
        CLEANUP_BUF struct buf character = {0};
        size_t from = at;
        text_utf8_next(text, len, &at);
        for (; from < at; from++)
            add_q_byte(&character, (unsigned char)text[from]);
        if (buf->len - line_start + character.len + 2 > MAX_LINE) {
            buf_add_text(buf, "?=\r\n ");
            line_start = buf->len - 1;
            buf_add_text(buf, begin);
        }
        buf_add(buf, character.data, character.len);
    }
    buf_add_text(buf, "?=");
}

static void add_subject(struct buf *buf, const char *text)
{
    static const char name[] = "Subject: ";
    buf_add_text(buf, name);
    if (is_plain_ascii(text) && strlen(text) <= 60 && !strstr(text, "=?"))
        buf_add_text(buf, text);
    else
        add_encoded_words(buf, text, sizeof name - 1);
}

static void add_mailbox(struct buf *buf, const char *header, const char *name, const char *address)
{
    buf_add_text(buf, header);
    if (!name || !*name) {
        buf_add_text(buf, address);
        return;
    }
    if (is_plain_ascii(name) && strlen(name) <= 60 && !strpbrk(name, "\"\\=")) {
        buf_add_char(buf, '"');
        buf_add_text(buf, name);
        buf_add_char(buf, '"');
    } else {
        add_encoded_words(buf, name, strlen(header));
    }
    buf_add_text(buf, "\r\n <");
    buf_add_text(buf, address);
    buf_add_char(buf, '>');
}

static void add_date(struct buf *buf, int64_t date_sec)
{
    static const char days[][4] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
    static const char months[][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    struct civil civil;
    civil_from_sec(date_sec, &civil);
    int weekday = civil_weekday(civil_day(civil.year, civil.month, civil.day));
    buf_printf(buf, "%s, %d %s %04d %02d:%02d:%02d +0000", days[weekday], civil.day, months[civil.month - 1], civil.year,
               civil.hour, civil.minute, civil.second);
}

/* --- Quoted-printable, RFC 2045, 6.7 --- */

static bool is_line_end(const char *at)
{
    return !*at || *at == '\n' || (*at == '\r' && at[1] == '\n');
}

/* A dot at the beginning of a line is SMTP's business, and a blank at its end does not survive every relay: both are encoded. */
static bool needs_quoting(const char *at, bool line_start)
{
    unsigned char c = (unsigned char)*at;
    if (c == ' ' || c == '\t')
        return is_line_end(at + 1);
    return c < '!' || c > '~' || c == '=' || (c == '.' && line_start);
}

static void add_quoted_printable(struct buf *buf, const char *text)
{
    size_t column = 0;
    for (; *text; text++) {
        if (is_line_end(text)) {
            text += *text == '\r';
            buf_add_text(buf, "\r\n");
            column = 0;
            continue;
        }
        size_t width = needs_quoting(text, column == 0) ? 3 : 1;
        if (column + width > MAX_LINE - 1) {
            buf_add_text(buf, "=\r\n");
            column = 0;
            width = needs_quoting(text, true) ? 3 : 1;
        }
        unsigned char c = (unsigned char)*text;
        if (width == 3)
            buf_add(buf, (char[]){ '=', hex_digits[c >> 4], hex_digits[c & 15] }, 3);
        else
            buf_add_char(buf, (char)c);
        column += width;
    }
    if (column)
        buf_add_text(buf, "\r\n");
}

static void add_part(struct buf *buf, const char *type, const char *text)
{
    buf_printf(buf, "Content-Type: %s; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n", type);
    add_quoted_printable(buf, text);
}

static void add_body(struct buf *buf, const struct transfer_mail *mail)
{
    if (!mail->html) {
        add_part(buf, "text/plain", mail->text);
        return;
    }
    buf_printf(buf, "Content-Type: multipart/alternative;\r\n boundary=\"%s\"\r\n\r\n--%s\r\n", boundary, boundary);
    add_part(buf, "text/plain", mail->text);
    buf_printf(buf, "--%s\r\n", boundary);
    add_part(buf, "text/html", mail->html);
    buf_printf(buf, "--%s--\r\n", boundary);
}

static enum err check(const struct transfer_mail *mail)
{
    if (!mail_address_valid(mail->from) || !mail_address_valid(mail->to) || !is_line(mail->subject)
        || (mail->from_name && !is_line(mail->from_name)))
        return ERR_SYNTAX;
    for (size_t i = 0; i < mail->n_headers; i++)
        if (!is_header(mail->headers[i]))
            return ERR_SYNTAX;
    return ERR_OK;
}

enum err mail_message_add(struct buf *buf, const struct transfer_mail *mail)
{
    enum err err = check(mail);
    if (err)
        return err;
    buf_add_text(buf, "Date: ");
    add_date(buf, mail->date_sec);
    buf_add_text(buf, "\r\n");
    add_mailbox(buf, "From: ", mail->from_name, mail->from);
    buf_add_text(buf, "\r\n");
    add_mailbox(buf, "To: ", NULL, mail->to);
    buf_add_text(buf, "\r\n");
    add_subject(buf, mail->subject);
    buf_add_text(buf, "\r\n");
    for (size_t i = 0; i < mail->n_headers; i++)
        buf_printf(buf, "%s\r\n", mail->headers[i]);
    buf_add_text(buf, "MIME-Version: 1.0\r\n");
    add_body(buf, mail);
    return ERR_OK;
}

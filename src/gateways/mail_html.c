#include "gateways/mail_html.h"

#include <string.h>

/* Only a literal can be written raw. */
#define RAW(buf, literal) buf_add_text((buf), "" literal "")

static void add_escaped(struct buf *buf, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        switch (text[i]) {
        case '&': RAW(buf, "&amp;"); break;
        case '<': RAW(buf, "&lt;"); break;
        case '>': RAW(buf, "&gt;"); break;
        case '"': RAW(buf, "&quot;"); break;
        case '\'': RAW(buf, "&#39;"); break;
        default: buf_add_char(buf, text[i]);
        }
    }
}

static void add_text(struct buf *buf, const char *text)
{
    add_escaped(buf, text, strlen(text));
}

static void add_heading(struct buf *buf, const char *line, size_t len, enum mail_tone tone)
{
    static const char *const colours[] = {
        [MAIL_CALM] = "background:#e4e7eb;color:#000", [MAIL_URGENT] = "background:#a50e0e;color:#fff",
        [MAIL_DRILL] = "background:#ffd43b;color:#000",
    };
    RAW(buf, "<h1 style=\"font-size:1.3em;margin:0 0 .8em;padding:.6em;");
    add_text(buf, colours[tone]);
    RAW(buf, "\">");
    add_escaped(buf, line, len);
    RAW(buf, "</h1>\n");
}

static void add_button(struct buf *buf, const struct mail_html *mail)
{
    RAW(buf, "<p style=\"margin:1.5em 0\"><a style=\"display:inline-block;padding:1em 1.6em;background:#0b57d0;color:#fff;"
             "font-size:1.2em;text-decoration:none;border-radius:.4em\" href=\"");
    add_text(buf, mail->link);
    RAW(buf, "\">");
    add_text(buf, mail->button);
    RAW(buf, "</a></p>\n");
}

static void add_anchor(struct buf *buf, const char *link)
{
    RAW(buf, "<a href=\"");
    add_text(buf, link);
    RAW(buf, "\">");
    add_text(buf, link);
    RAW(buf, "</a>");
}

/* A link within a line is one there, too. */
static void add_paragraph(struct buf *buf, const char *line, size_t len, const char *link)
{
    size_t link_len = strlen(link);
    const char *found = link_len > 0 ? strstr(line, link) : NULL;
    size_t before = found && found + link_len <= line + len ? (size_t)(found - line) : len;
    RAW(buf, "<p style=\"margin:.4em 0\">");
    add_escaped(buf, line, before);
    if (before < len) {
        add_anchor(buf, link);
        add_escaped(buf, line + before + link_len, len - before - link_len);
    }
    RAW(buf, "</p>\n");
}

static void add_lines(struct buf *buf, const struct mail_html *mail)
{
    size_t link_len = strlen(mail->link);
    for (const char *line = mail->text; *line;) {
        size_t len = strcspn(line, "\n");
        if (line == mail->text)
            add_heading(buf, line, len, mail->tone);
        else if (len > 0 && len == link_len && memcmp(line, mail->link, len) == 0)
            add_button(buf, mail);
        else if (len > 0)
            add_paragraph(buf, line, len, mail->link);
        line += len + (line[len] == '\n');
    }
}

void mail_html_add(struct buf *buf, const struct mail_html *mail)
{
    RAW(buf, "<!DOCTYPE html>\n<html lang=\"");
    add_text(buf, mail->language);
    RAW(buf, "\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>");
    add_text(buf, mail->subject);
    RAW(buf,
        "</title></head>\n<body style=\"font-family:sans-serif;font-size:16px;line-height:1.4;max-width:40em;margin:1em\">\n");
    add_lines(buf, mail);
    RAW(buf, "</body></html>\n");
}

#include "ctl/vcard.h"

#include <string.h>

#include "base/text.h"

enum { LINE_MAX_BYTES = 75 };

static const char note_sv[] =
    "Larm kommer från de här numren. Släpp igenom dem när telefonen är tyst. "
    "iPhone: Redigera kontakten, öppna både Ringsignal och SMS-signal, och slå på det översta reglaget (Emergency Bypass). "
    "Android: Stjärnmärk kontakten, och tillåt samtal och meddelanden från stjärnmärkta kontakter i Stör ej.";
static const char note_en[] =
    "Alarms come from these numbers. Let them through when the telephone is silent. "
    "iPhone: edit the contact, open both Ringtone and Text Tone, and turn on Emergency Bypass. "
    "Android: star the contact, and allow calls and messages from starred contacts in Do Not Disturb.";

bool vcard_is_number(const char *text)
{
    text += *text == '+';
    size_t len = strspn(text, "0123456789");
    return len >= 3 && text[len] == '\0';
}

static void add_escaped(struct buf *buf, const char *text)
{
    for (; *text; text++) {
        if (strchr(",;\\", *text))
            buf_add_char(buf, '\\');
        buf_add_char(buf, *text);
    }
}

/* Goes on in lines that begin with a space where it is long; no character is torn apart. */
static void add_folded(struct buf *buf, const struct buf *line)
{
    const char *text = buf_text(line);
    size_t left = line->len, room = LINE_MAX_BYTES;
    while (left > room) {
        size_t len = text_utf8_cut(text, left, room);
        buf_add(buf, text, len);
        buf_add_text(buf, "\r\n ");
        text += len;
        left -= len;
        room = LINE_MAX_BYTES - 1;
    }
    buf_add(buf, text, left);
    buf_add_text(buf, "\r\n");
}

static void add_line(struct buf *buf, const char *name, const char *prefix, const char *value, const char *suffix)
{
    CLEANUP_BUF struct buf line = {0};
    CLEANUP_BUF struct buf clean = {0};
    text_add_clean_line(&clean, value, strlen(value));
    buf_add_text(&line, name);
    add_escaped(&line, prefix);
    add_escaped(&line, buf_text(&clean));
    buf_add_text(&line, suffix);
    add_folded(buf, &line);
}

void vcard_add(struct buf *buf, const struct vcard *vcard)
{
    const char *word = vcard->swedish ? "LARM " : "BEREDD ";
    buf_add_text(buf, "BEGIN:VCARD\r\nVERSION:3.0\r\n");
    add_line(buf, "N:", word, vcard->organisation, ";;;;");
    add_line(buf, "FN:", word, vcard->organisation, "");
    add_line(buf, "ORG:", "", vcard->organisation, "");
    for (size_t i = 0; i < vcard->n_numbers; i++)
        add_line(buf, "TEL;TYPE=CELL,VOICE:", "", vcard->numbers[i], "");
    add_line(buf, "NOTE:", "", vcard->swedish ? note_sv : note_en, "");
    buf_add_text(buf, "END:VCARD\r\n");
}

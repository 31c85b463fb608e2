#include "roster/ics.h"

#include <string.h>

#include "base/text.h"
#include "engine/roster.h"
#include "engine/roster_hours.h"

enum { LINE_OCTETS_MAX = 75, EVENTS_MAX = 20000 };

/* ---- lines ---- */

void ics_add_escaped(struct buf *buf, const char *text)
{
    for (; *text; text++) {
        if (*text == '\n')
            buf_add_text(buf, "\\n");
        else if (*text == '\\' || *text == ';' || *text == ',') {
            buf_add_char(buf, '\\');
            buf_add_char(buf, *text);
        } else if ((unsigned char)*text >= ' ' && *text != 0x7f)
            buf_add_char(buf, *text);
    }
}

void ics_add_line(struct buf *buf, const char *name, const char *value)
{
    CLEANUP_BUF struct buf line = {0};
    buf_add_text(&line, name);
    buf_add_char(&line, ':');
    buf_add_text(&line, value);
    const char *at = buf_text(&line);
    size_t left = line.len, room = LINE_OCTETS_MAX;
    for (;;) {
        size_t piece = text_utf8_cut(at, left, room);
        piece = piece ? piece : left < room ? left : room;      /* what is no UTF-8 is cut anywhere */
        buf_add(buf, at, piece);
        buf_add_text(buf, "\r\n");
        at += piece;
        left -= piece;
        if (left == 0)
            return;
        buf_add_char(buf, ' ');
        room = LINE_OCTETS_MAX - 1;      /* the blank that goes before it counts */
    }
}

static void add_text_line(struct buf *buf, const char *name, const struct buf *text)
{
    CLEANUP_BUF struct buf value = {0};
    ics_add_escaped(&value, buf_text(text));
    ics_add_line(buf, name, buf_text(&value));
}

/* 20261221T110000Z */
static void add_utc(struct buf *buf, int64_t utc_usec)
{
    struct civil utc;
    int64_t sec = utc_usec / USEC_PER_SEC - (utc_usec % USEC_PER_SEC < 0);
    civil_from_sec(sec, &utc);
    buf_add_padded(buf, (uint64_t)utc.year, 4);
    buf_add_padded(buf, (uint64_t)utc.month, 2);
    buf_add_padded(buf, (uint64_t)utc.day, 2);
    buf_add_char(buf, 'T');
    buf_add_padded(buf, (uint64_t)utc.hour, 2);
    buf_add_padded(buf, (uint64_t)utc.minute, 2);
    buf_add_padded(buf, (uint64_t)utc.second, 2);
    buf_add_char(buf, 'Z');
}

static void add_time_line(struct buf *buf, const char *name, int64_t utc_usec)
{
    CLEANUP_BUF struct buf value = {0};
    add_utc(&value, utc_usec);
    ics_add_line(buf, name, buf_text(&value));
}

/* ---- words ---- */

static const char *word(enum language language, const char *sv, const char *en)
{
    return language == LANGUAGE_EN ? en : sv;
}

static void add_names(struct buf *buf, const struct person *const *persons, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        buf_add_text(buf, i ? ", " : "");
        buf_add_text(buf, persons[i]->name);
    }
}

/* "TIB: Bo Ek (ersättare Anna Berg)" */
static void add_roster_summary(struct buf *buf, const struct roster_ics *ics, const struct on_call *on_call)
{
    buf_add_text(buf, ics->roster->role);
    buf_add_text(buf, ": ");
    buf_add_text(buf, on_call->primary ? on_call->primary->name : on_call->group ? on_call->group->title
                                       : word(ics->language, "OBEMANNAD", "NOBODY ON CALL"));
    if (on_call->n_backups == 0)
        return;
    buf_add_text(buf, word(ics->language, " (ersättare ", " (backup "));
    add_names(buf, on_call->backups, on_call->n_backups);
    buf_add_char(buf, ')');
}

/* "TIB: Anna Berg, ersättare för Bo Ek" */
static void add_backup_summary(struct buf *buf, const struct roster_ics *ics, const struct on_call *on_call)
{
    buf_add_text(buf, ics->roster->role);
    buf_add_text(buf, ": ");
    buf_add_text(buf, ics->person->name);
    buf_add_text(buf, word(ics->language, ", ersättare", ", backup"));
    if (!on_call->primary)
        return;
    buf_add_text(buf, word(ics->language, " för ", " for "));
    buf_add_text(buf, on_call->primary->name);
}

static void add_description(struct buf *buf, const struct plan *plan, const struct roster *roster)
{
    buf_add_text(buf, roster->title);
    if (plan->organisation && *plan->organisation) {
        buf_add_text(buf, ", ");
        buf_add_text(buf, plan->organisation);
    }
}

/* ---- events ---- */

struct event {
    const struct on_call *on_call;
    int64_t from_usec, until_usec;       /* as the roster has them: INT64_MIN and INT64_MAX are beyond a year */
    bool as_backup;                      /* in a person's feed */
};

/* A name's ASCII letters and digits in lower case, other bytes in hex: Håbo and Habo stay apart. */
static void add_slug(struct buf *buf, const char *text)
{
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c >= 'A' && c <= 'Z')
            buf_add_char(buf, (char)(c + 'a' - 'A'));
        else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-')
            buf_add_char(buf, (char)c);
        else if (c >= 0x80)
            text_add_hex(buf, &c, 1);
    }
}

static void add_uid(struct buf *buf, const struct roster_ics *ics, const struct event *event)
{
    CLEANUP_BUF struct buf uid = {0};
    add_slug(&uid, ics->roster->role);
    buf_add_char(&uid, '-');
    if (event->from_usec == INT64_MIN)
        buf_add_text(&uid, "open");      /* where the window begins is no property of the duty */
    else
        add_utc(&uid, event->from_usec);
    if (ics->person) {
        buf_add_text(&uid, event->as_backup ? "-backup-" : "-");
        add_slug(&uid, ics->person->id);
    }
    buf_add_char(&uid, '@');
    add_slug(&uid, ics->plan->organisation ? ics->plan->organisation : "");
    buf_add_text(&uid, ".beredd");
    ics_add_line(buf, "UID", buf_text(&uid));
}

/* Who it is by id, so that what was exported can be read back without guessing at names. */
static void add_ids(struct buf *buf, const struct event *event)
{
    CLEANUP_BUF struct buf backups = {0};
    const struct on_call *on_call = event->on_call;
    if (on_call->primary && !event->as_backup)
        ics_add_line(buf, "X-BEREDD-PRIMARY", on_call->primary->id);
    for (size_t i = 0; i < on_call->n_backups; i++) {
        buf_add_text(&backups, i ? "," : "");
        buf_add_text(&backups, on_call->backups[i]->id);
    }
    if (backups.len > 0)
        ics_add_line(buf, "X-BEREDD-BACKUPS", buf_text(&backups));
}

static void add_event(struct buf *buf, const struct roster_ics *ics, const struct event *event)
{
    CLEANUP_BUF struct buf summary = {0}, description = {0};
    if (event->as_backup)
        add_backup_summary(&summary, ics, event->on_call);
    else
        add_roster_summary(&summary, ics, event->on_call);
    add_description(&description, ics->plan, ics->roster);
    ics_add_line(buf, "BEGIN", "VEVENT");
    add_uid(buf, ics, event);
    add_time_line(buf, "DTSTAMP", ics->stamp_usec);
    add_time_line(buf, "DTSTART", event->from_usec == INT64_MIN ? ics->from_usec : event->from_usec);
    add_time_line(buf, "DTEND", event->until_usec == INT64_MAX ? ics->to_usec : event->until_usec);
    add_text_line(buf, "SUMMARY", &summary);
    add_text_line(buf, "DESCRIPTION", &description);
    ics_add_line(buf, "TRANSP", "TRANSPARENT");
    ics_add_line(buf, "X-BEREDD-ROLE", ics->roster->role);
    add_ids(buf, event);
    ics_add_line(buf, "END", "VEVENT");
}

/* ---- which of them ---- */

/* Nobody, though somebody should be: some of it lies within the hours, and duties lie on both sides of it. */
static bool is_gap(const struct roster_ics *ics, const struct event *event)
{
    const struct tz *tz = ics->plan->tz;
    if (event->from_usec == INT64_MIN || event->until_usec == INT64_MAX)
        return false;
    return roster_in_hours(ics->roster, tz, event->from_usec) ||
           roster_hours_after(ics->roster, tz, event->from_usec) < event->until_usec;
}

static bool is_backup(const struct on_call *on_call, const struct person *person)
{
    for (size_t i = 0; i < on_call->n_backups; i++)
        if (on_call->backups[i] == person)
            return true;
    return false;
}

static bool is_shown(const struct roster_ics *ics, struct event *event)
{
    const struct on_call *on_call = event->on_call;
    if (!ics->person)
        return on_call->primary || on_call->group || is_gap(ics, event);
    event->as_backup = is_backup(on_call, ics->person);
    return on_call->primary == ics->person || event->as_backup;
}

static void add_events(struct buf *buf, const struct roster_ics *ics)
{
    int64_t at_usec = ics->from_usec;
    for (int i = 0; i < EVENTS_MAX && at_usec < ics->to_usec; i++) {
        struct on_call on_call;
        struct event event = {.on_call = &on_call};
        const struct person *next;
        roster_stretch(ics->roster, ics->plan->tz, at_usec, &on_call, &event.from_usec, &event.until_usec, &next);
        if (is_shown(ics, &event))
            add_event(buf, ics, &event);
        at_usec = event.until_usec;
    }
}

static void add_calendar_name(struct buf *buf, const struct roster_ics *ics)
{
    CLEANUP_BUF struct buf name = {0};
    buf_add_text(&name, ics->roster->role);
    if (ics->person) {
        buf_add_text(&name, ", ");
        buf_add_text(&name, ics->person->name);
    }
    if (ics->plan->organisation && *ics->plan->organisation) {
        buf_add_text(&name, ", ");
        buf_add_text(&name, ics->plan->organisation);
    }
    add_text_line(buf, "NAME", &name);               /* RFC 7986; and what was used before it */
    add_text_line(buf, "X-WR-CALNAME", &name);
}

void roster_add_ics(struct buf *buf, const struct roster_ics *ics)
{
    ics_add_line(buf, "BEGIN", "VCALENDAR");
    ics_add_line(buf, "VERSION", "2.0");
    ics_add_line(buf, "PRODID", word(ics->language, "-//beredd//beredd//SV", "-//beredd//beredd//EN"));
    ics_add_line(buf, "CALSCALE", "GREGORIAN");
    add_calendar_name(buf, ics);
    ics_add_line(buf, "REFRESH-INTERVAL;VALUE=DURATION", "PT1H");
    ics_add_line(buf, "X-PUBLISHED-TTL", "PT1H");
    add_events(buf, ics);
    ics_add_line(buf, "END", "VCALENDAR");
}

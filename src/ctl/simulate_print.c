#include "ctl/simulate_print.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "ctl/print.h"
#include "ctl/table.h"
#include "engine/holiday.h"
#include "engine/roster.h"
#include "roster/roster_words.h"

struct called {              /* a call-out, as far as its records tell */
    struct called *next;
    char *role;
    uint32_t number;
    size_t pages;
    char *taken_by;          /* NULL: nobody */
    int64_t taken_usec, repeat_usec;
};

/* Records of one kind at one instant are one line: whom a step pages, whom a notice goes to. */
struct pending {
    bool open;
    enum record_kind kind;
    uint8_t purpose;
    uint32_t callout;
    int64_t after_usec;
    char *role;
    char *last_person;
    struct buf text;
    size_t n_persons;
    enum style style;
};

struct simulate_print {
    const struct simulation *simulation;
    struct called *called;
    struct pending pending;
    struct table table;
    json_t *timeline;        /* NULL: for people */
};

static const char *name_of(const struct simulate_print *print, const char *id)
{
    const struct person *person = id ? plan_person(print->simulation->plan, id) : NULL;
    return person ? person->name : id ? id : "";
}

static const char *text_or_empty(const char *text)
{
    return text ? text : "";
}

/* ---- lines ---- */

static void add_minutes(struct buf *buf, int64_t after_usec)
{
    int64_t sec = after_usec / USEC_PER_SEC;
    buf_printf(buf, "+%lld:%02lld", (long long)(sec / 60), (long long)(sec % 60));
}

/* The time of day; with the day too once it is another one than the alarm's. */
static void add_local(struct buf *buf, const struct simulate_print *print, int64_t after_usec)
{
    const struct tz *tz = print->simulation->plan->tz;
    struct civil begun, local;
    tz_to_local(tz, print->simulation->at_usec, &begun);
    tz_to_local(tz, print->simulation->at_usec + after_usec, &local);
    if (begun.day != local.day || begun.month != local.month || begun.year != local.year) {
        int64_t day = civil_day(local.year, local.month, local.day);
        roster_words_add_day(buf, day, LANGUAGE_EN, begun.year);
        buf_add_char(buf, ' ');
    }
    buf_printf(buf, "%02d:%02d:%02d", local.hour, local.minute, local.second);
}

static void add_line(struct simulate_print *print, int64_t after_usec, const char *role, enum style style, const char *text)
{
    CLEANUP_BUF struct buf after = {0}, local = {0};
    add_minutes(&after, after_usec);
    add_local(&local, print, after_usec);
    table_row(&print->table);
    table_cell(&print->table, buf_text(&after));
    table_styled(&print->table, STYLE_DIM, buf_text(&local));
    table_styled(&print->table, STYLE_BOLD, role);
    table_styled(&print->table, style, text);
}

static void flush(struct simulate_print *print)
{
    struct pending *pending = &print->pending;
    if (pending->open)
        add_line(print, pending->after_usec, pending->role, pending->style, buf_text(&pending->text));
    free(pending->role);
    free(pending->last_person);
    buf_done(&pending->text);
    *pending = (struct pending){0};
}

static struct buf *begin(struct simulate_print *print, const struct record *record, int64_t after_usec, enum style style)
{
    flush(print);
    print->pending = (struct pending){.open = true, .kind = record->kind, .purpose = record->purpose, .callout = record->callout,
                                      .after_usec = after_usec, .role = mem_strdup(text_or_empty(record->role)), .style = style};
    return &print->pending.text;
}

/* "Anna Berg sms, voice; Bo Ek sms" */
static void add_recipient(struct simulate_print *print, const struct record *record)
{
    struct pending *pending = &print->pending;
    const char *channel = record->channel ? channel_name(record->channel - 1) : "";
    /* a source's is no person's */
    const char *who = record->person ? name_of(print, record->person) : text_or_empty(record->address);
    bool same = pending->last_person && strcmp(pending->last_person, who) == 0;
    if (same) {
        buf_printf(&pending->text, ", %s", channel);
        return;
    }
    buf_printf(&pending->text, "%s%s %s", pending->n_persons++ ? "; " : "", who, channel);
    free(pending->last_person);
    pending->last_person = mem_strdup(who);
}

static const char *notice_words(enum purpose purpose)
{
    switch (purpose) {
    case PURPOSE_TAKEN:
        return "told who has taken it: ";
    case PURPOSE_SOURCE_TAKEN:
        return "the source is told who has taken it: ";
    case PURPOSE_SOURCE_UNANSWERED:
        return "the source is told that nobody has answered: ";
    case PURPOSE_SOURCE_RELEASED:
        return "the source is told that nobody has it any longer: ";
    case PURPOSE_UNREACHED:
        return "told that NOBODY CAN BE REACHED: ";
    default:
        return "told: ";
    }
}

static void add_notice(struct simulate_print *print, const struct record *record, int64_t after_usec)
{
    const struct pending *pending = &print->pending;
    bool same = pending->open && pending->kind == RECORD_NOTICE_QUEUED && pending->purpose == record->purpose &&
                pending->callout == record->callout && pending->after_usec == after_usec;
    if (!same) {
        enum style style = record->purpose == PURPOSE_UNREACHED ? STYLE_BAD : STYLE_DIM;
        buf_add_text(begin(print, record, after_usec, style), notice_words(record->purpose));
    }
    add_recipient(print, record);
}

static void add_started(struct simulate_print *print, const struct record *record, int64_t after_usec)
{
    const struct plan *plan = print->simulation->plan;
    const struct roster *roster = record->on_group ? NULL : plan_roster(plan, text_or_empty(record->role));
    struct buf *text = begin(print, record, after_usec, STYLE_PLAIN);
    buf_add_text(text, "is called out");
    if (!roster)
        return;
    struct on_call on_call;
    roster_on_call(roster, plan->tz, print->simulation->at_usec + after_usec, &on_call);
    buf_add_text(text, "; on call: ");
    roster_words_add_on_call(text, &on_call, LANGUAGE_EN);
}

static void add_words(struct simulate_print *print, const struct record *record, int64_t after_usec)
{
    switch (record->kind) {
    case RECORD_CALLOUT_STARTED:
        add_started(print, record, after_usec);
        break;
    case RECORD_STEP_BEGUN:
        buf_printf(begin(print, record, after_usec, STYLE_PLAIN), "step %u pages ", record->step);
        break;
    case RECORD_STEP_SKIPPED:
        buf_printf(begin(print, record, after_usec, STYLE_WARNING), "step %u is skipped: %s", record->step,
                   text_or_empty(record->text));
        break;
    case RECORD_REPEAT_BEGUN:
        buf_printf(begin(print, record, after_usec, record->text ? STYLE_BAD : STYLE_PLAIN), "repeat %u %s%s", record->round,
                   record->text ? "pages nobody: " : "pages ", text_or_empty(record->text));
        break;
    case RECORD_PAGE_QUEUED:
        add_recipient(print, record);
        break;
    case RECORD_NOTICE_QUEUED:
        add_notice(print, record, after_usec);
        break;
    case RECORD_ACKNOWLEDGED:
        buf_printf(begin(print, record, after_usec, STYLE_GOOD), "%s answers yes: nobody more is paged",
                   name_of(print, record->person));
        break;
    case RECORD_DECLINED:
        buf_printf(begin(print, record, after_usec, STYLE_PLAIN), "%s answers no", name_of(print, record->person));
        break;
    case RECORD_RELEASED:
        buf_printf(begin(print, record, after_usec, STYLE_WARNING), "%s cannot any longer: it pages again",
                   name_of(print, record->person));
        break;
    case RECORD_NOTE:
        buf_printf(begin(print, record, after_usec, STYLE_DIM), "%s %s", name_of(print, record->person),
                   text_or_empty(record->text));
        break;
    default:
        break;
    }
}

/* ---- JSON ---- */

static void set_text(json_t *object, const char *key, const char *value)
{
    if (value && *value)
        json_object_set_new(object, key, json_string(value));
}

static void set_number(json_t *object, const char *key, uint32_t value)
{
    if (value)
        json_object_set_new(object, key, json_integer(value));
}

static void set_time(json_t *object, const char *key, int64_t at_usec)
{
    CLEANUP_BUF struct buf text = {0};
    text_add_rfc3339(&text, at_usec);
    json_object_set_new(object, key, json_string(buf_text(&text)));
}

static void add_json(struct simulate_print *print, const struct record *record, int64_t after_usec)
{
    const char *event = record->kind == RECORD_NOTICE_QUEUED ? "notice-queued" : record_event_name(record->kind);
    bool result = record->kind == RECORD_PAGE_SENT || record->kind == RECORD_NOTICE_SENT;      /* of gateways that do not exist */
    if (!event || result || record->kind == RECORD_OPENED)
        return;
    json_t *object = json_object();
    set_time(object, "at", record->at_usec);
    json_object_set_new(object, "after_seconds", json_integer(after_usec / USEC_PER_SEC));
    set_text(object, "event", event);
    set_text(object, "role", record->role);
    set_number(object, "step", record->step);
    set_number(object, "round", record->round);
    set_text(object, "person", record->person);
    set_text(object, "name", record->person ? name_of(print, record->person) : NULL);
    set_text(object, "channel", record->channel ? channel_name(record->channel - 1) : NULL);
    set_text(object, "address", record->address);
    set_text(object, "purpose", record->kind == RECORD_NOTICE_QUEUED ? purpose_name(record->purpose) : NULL);
    set_text(object, "text", record->text);
    json_array_append_new(print->timeline, object);
}

/* ---- what each call-out came to ---- */

static struct called *called_of(struct simulate_print *print, const struct record *record)
{
    struct called **last = &print->called;
    for (; *last; last = &(*last)->next)
        if ((*last)->number == record->callout)
            return *last;
    *last = NEW(struct called);
    (*last)->number = record->callout;
    (*last)->role = mem_strdup(text_or_empty(record->role));
    return *last;
}

static void note(struct simulate_print *print, const struct record *record, int64_t after_usec)
{
    if (record->callout == 0)
        return;
    struct called *called = called_of(print, record);
    called->pages += record->kind == RECORD_PAGE_QUEUED;
    if (record->kind == RECORD_REPEAT_BEGUN)
        called->repeat_usec = record->delay_usec;
    if (record->kind == RECORD_ACKNOWLEDGED || record->kind == RECORD_RELEASED) {
        free(called->taken_by);
        called->taken_by = record->kind == RECORD_ACKNOWLEDGED ? mem_strdup(text_or_empty(record->person)) : NULL;
        called->taken_usec = after_usec;
    }
}

static void on_record(void *userdata, const struct record *record, int64_t after_usec)
{
    struct simulate_print *print = userdata;
    note(print, record, after_usec);
    if (print->timeline)
        add_json(print, record, after_usec);
    else
        add_words(print, record, after_usec);
}

static void on_idle(void *userdata, const struct simulate_answer *answer)
{
    struct simulate_print *print = userdata;
    if (print->timeline) {
        json_t *object = json_object();
        set_time(object, "at", print->simulation->at_usec + answer->after_usec);
        json_object_set_new(object, "after_seconds", json_integer(answer->after_usec / USEC_PER_SEC));
        set_text(object, "event", "answer-without-page");
        set_text(object, "person", answer->person->id);
        json_array_append_new(print->timeline, object);
        return;
    }
    CLEANUP_BUF struct buf text = {0};
    buf_printf(&text, "%s has not been paged: the answer is left out", answer->person->name);
    flush(print);
    add_line(print, answer->after_usec, "", STYLE_WARNING, buf_text(&text));
}

const struct simulate_ops simulate_print_ops = {on_record, on_idle};

/* ---- beginning and end ---- */

static void add_weekday(struct buf *buf, const struct civil *local)
{
    buf_add_text(buf, roster_words_weekday(civil_weekday(civil_day(local->year, local->month, local->day)), LANGUAGE_EN));
}

static void print_head(const struct simulation *simulation)
{
    CLEANUP_BUF struct buf head = {0};
    struct civil local;
    tz_to_local(simulation->plan->tz, simulation->at_usec, &local);
    int64_t day = civil_day(local.year, local.month, local.day);
    struct holiday holiday = holiday_of_day(day);
    add_weekday(&head, &local);
    buf_printf(&head, " %04d-%02d-%02d %02d:%02d:%02d %s, v. %d", local.year, local.month, local.day, local.hour, local.minute,
               local.second, tz_abbreviation(simulation->plan->tz, simulation->at_usec), iso_week_of_day(day).week);
    if (holiday.kind != HOLIDAY_NONE)
        buf_printf(&head, ", %s", holiday_name(holiday, simulation->plan->language));
    buf_printf(&head, ": an alarm, %s. Nothing is sent.", severity_name(simulation->severity));
    print_line(stdout, buf_text(&head));
    putchar('\n');
}

struct simulate_print *simulate_print_new(const struct simulation *simulation, bool json)
{
    struct simulate_print *print = NEW(struct simulate_print);
    print->simulation = simulation;
    print->timeline = json ? json_array() : NULL;
    if (!json)
        print_head(simulation);
    return print;
}

static void print_verdict(const struct simulate_print *print, const struct called *called)
{
    CLEANUP_BUF struct buf text = {0};
    enum style style = called->pages == 0 ? STYLE_BAD : called->taken_by ? STYLE_GOOD : STYLE_WARNING;
    buf_printf(&text, "%s: ", called->role);
    if (called->taken_by) {
        buf_printf(&text, "%s has taken it, ", name_of(print, called->taken_by));
        add_minutes(&text, called->taken_usec);
        buf_add_char(&text, '.');
    } else if (called->pages == 0) {
        buf_add_text(&text, "NOBODY IS PAGED. Put somebody on the roster who can be reached, or a last step that is a group.");
    } else {
        buf_add_text(&text, "nobody has answered");
        buf_add_text(&text, called->repeat_usec ? "; it goes on, every " : "");
        if (called->repeat_usec)
            text_add_duration(&text, called->repeat_usec);
        buf_add_text(&text, called->repeat_usec ? ", until somebody does." : ".");
    }
    print_style(stdout, style);
    fputs(buf_text(&text), stdout);
    print_style(stdout, STYLE_PLAIN);
    putchar('\n');
}

static void end_for_people(struct simulate_print *print, bool whole)
{
    flush(print);
    table_print(&print->table, stdout, "  ");
    if (print->table.n_rows > 0)
        putchar('\n');
    for (const struct called *called = print->called; called; called = called->next)
        print_verdict(print, called);
    if (!whole)
        puts("It was cut here: this ladder goes on for too many steps.");
}

static void end_as_json(struct simulate_print *print, bool whole)
{
    json_t *callouts = json_array(), *object = json_object();
    for (const struct called *called = print->called; called; called = called->next) {
        json_t *one = json_pack("{sssssI}", "role", called->role, "state", called->taken_by ? "acknowledged" : "paging", "pages",
                                (json_int_t)called->pages);
        json_object_set_new(one, "acknowledged_by", called->taken_by ? json_string(called->taken_by) : json_null());
        json_array_append_new(callouts, one);
    }
    set_time(object, "at", print->simulation->at_usec);
    set_text(object, "severity", severity_name(print->simulation->severity));
    json_object_set_new(object, "callouts", callouts);
    json_object_set(object, "timeline", print->timeline);
    json_object_set_new(object, "cut", json_boolean(!whole));
    CLEANUP_BUF struct buf text = {0};
    CLEANUP_FREE char *dumped = json_dumps(object, JSON_COMPACT);
    buf_add_text(&text, dumped);
    print_json(&text);
    json_decref(object);
}

void simulate_print_end(struct simulate_print *print, bool whole)
{
    if (print->timeline)
        end_as_json(print, whole);
    else
        end_for_people(print, whole);
    struct called *called;
    while ((called = print->called)) {
        print->called = called->next;
        free(called->role);
        free(called->taken_by);
        free(called);
    }
    flush(print);
    table_done(&print->table);
    json_decref(print->timeline);
    free(print);
}

/* A row for each page, or of many drills for each drill. RFC 4180, with a byte order mark: spreadsheets take it for UTF-8 by
 * that. */
#include "ctl/report.h"

#include <string.h>
#include <time.h>

#include "base/civil.h"
#include "base/text.h"

struct row {
    struct buf *buf;
    bool begun;
};

static void end_row(struct row *row)
{
    buf_add_text(row->buf, "\r\n");
    row->begun = false;
}

/* A spreadsheet takes what begins like this for a formula, and may run it. */
static bool is_formula(const char *text)
{
    return *text && strchr("=+-@\t\r", *text);
}

static void add_cell(struct row *row, const char *text)
{
    CLEANUP_BUF struct buf clean = {0};
    text_add_clean_line(&clean, text, strlen(text));
    if (row->begun)
        buf_add_char(row->buf, ',');
    row->begun = true;
    const char *at = buf_text(&clean);
    bool quoted = strpbrk(at, "\",\r\n;") || is_formula(at);
    buf_add_text(row->buf, quoted ? "\"" : "");
    buf_add_text(row->buf, is_formula(at) ? "'" : "");
    for (; *at; at++) {
        if (*at == '"')
            buf_add_char(row->buf, '"');
        buf_add_char(row->buf, *at);
    }
    buf_add_text(row->buf, quoted ? "\"" : "");
}

static void add_value(struct row *row, const json_t *object, const char *key)
{
    CLEANUP_BUF struct buf text = {0};
    const json_t *value = json_object_get(object, key);
    if (json_is_integer(value))
        buf_printf(&text, "%lld", (long long)json_integer_value(value));
    else if (json_is_boolean(value))
        buf_add_text(&text, json_is_true(value) ? "yes" : "no");
    else
        buf_add_text(&text, json_text(object, key));
    add_cell(row, buf_text(&text));
}

/* "2026-11-22T03:12:04.123+01:00" */
static void add_time(struct row *row, const json_t *object, const char *key)
{
    CLEANUP_BUF struct buf text = {0};
    int64_t usec;
    struct tm local;
    time_t seconds = report_usec(object, key, &usec) ? (time_t)(usec / USEC_PER_SEC) : 0;
    if (seconds && localtime_r(&seconds, &local)) {
        long minutes = local.tm_gmtoff / 60, size = minutes < 0 ? -minutes : minutes;
        buf_printf(&text, "%04d-%02d-%02dT%02d:%02d:%02d.%03d%c%02ld:%02ld", local.tm_year + 1900, local.tm_mon + 1,
                   local.tm_mday, local.tm_hour, local.tm_min, local.tm_sec, (int)(usec % USEC_PER_SEC / USEC_PER_MSEC),
                   minutes < 0 ? '-' : '+', size / 60, size % 60);
    }
    add_cell(row, buf_text(&text));
}

static void add_span(struct row *row, const json_t *from, const char *from_key, const json_t *to, const char *to_key)
{
    CLEANUP_BUF struct buf text = {0};
    int64_t from_usec, to_usec;
    if (report_usec(from, from_key, &from_usec) && report_usec(to, to_key, &to_usec))
        buf_printf(&text, "%lld", (long long)((to_usec - from_usec) / USEC_PER_MSEC));
    add_cell(row, buf_text(&text));
}

static void add_names(struct row *row, const json_t *object, const char *key)
{
    CLEANUP_BUF struct buf text = {0};
    report_add_names(&text, json_object_get(object, key));
    add_cell(row, buf_text(&text));
}

static void add_heads(struct row *row, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        add_cell(row, names[i]);
    end_row(row);
}

/* ---- one drill ---- */

static const json_t *person_of(const struct report *report, const json_t *page)
{
    size_t i;
    const json_t *person;
    json_array_foreach(json_object_get(report->json, "people"), i, person)
        if (strcmp(json_text(person, "person"), json_text(page, "person")) == 0)
            return person;
    return NULL;
}

static void add_attempts(struct row *row, const json_t *attempts)
{
    CLEANUP_BUF struct buf text = {0};
    size_t i;
    const json_t *attempt;
    json_array_foreach(attempts, i, attempt) {
        buf_printf(&text, "%s%s: %s", i > 0 ? "; " : "", json_text(attempt, "gateway"), json_text(attempt, "result"));
        if (*json_text(attempt, "reason"))
            buf_printf(&text, " (%s)", json_text(attempt, "reason"));
    }
    add_cell(row, buf_text(&text));
}

/* page NULL: of somebody who got none. */
static void add_page(const struct report *report, struct row *row, const json_t *page, const json_t *person)
{
    const json_t *who = page ? page : person;
    add_value(row, report->json, "id");
    add_value(row, report->json, "dry_run");
    add_value(row, report->json, "summary");
    add_value(row, page, "page");
    add_value(row, who, "person");
    add_value(row, who, "name");
    add_value(row, page, "role");
    add_value(row, page, "step");
    add_value(row, page, "round");
    add_value(row, page, "channel");
    add_cell(row, page ? json_text(page, "state") : json_flag(person, "held_back") ? "left-out" : "not-paged");
    add_value(row, page, "gateway");
    add_time(row, page, "queued_at");
    add_time(row, page, "sent_at");
    add_time(row, page, "delivered_at");
    add_span(row, page, "queued_at", page, "sent_at");
    add_span(row, page, "queued_at", page, "delivered_at");
    add_value(row, person, "answer");
    add_time(row, person, "answered_at");
    add_value(row, person, "to_answer_msec");
    add_attempts(row, json_object_get(page, "attempts"));
    end_row(row);
}

static void add_one(const struct report *report, struct row *row)
{
    static const char *const names[] = {
        "drill",
        "dry_run",
        "scenario",
        "page",
        "person",
        "name",
        "role",
        "step",
        "round",
        "channel",
        "state",
        "gateway",
        "queued_at",
        "sent_at",
        "delivered_at",
        "sent_after_msec",
        "delivered_after_msec",
        "answer",
        "answered_at",
        "answered_after_msec",
        "attempts",
    };
    size_t i;
    const json_t *item;
    add_heads(row, names, N_ELEMENTS(names));
    json_array_foreach(json_object_get(report->json, "pages"), i, item)
        add_page(report, row, item, person_of(report, item));
    json_array_foreach(json_object_get(report->json, "people"), i, item)
        if (json_number(item, "pages") == 0)
            add_page(report, row, NULL, item);
}

/* ---- many ---- */

static void add_many(const struct report *report, struct row *row)
{
    static const char *const names[] = {
        "drill", "dry_run", "scenario", "schedule", "roles", "left_out", "opened_at", "closed_at", "ending", "answered", "of",
        "persons_paged", "persons_reached", "persons_answered", "first_answer_msec", "median_answer_msec", "max_answer_msec",
    };
    size_t i;
    const json_t *drill;
    add_heads(row, names, N_ELEMENTS(names));
    json_array_foreach(json_object_get(report->json, "drills"), i, drill) {
        add_value(row, drill, "id");
        add_value(row, drill, "dry_run");
        add_value(row, drill, "summary");
        add_value(row, drill, "schedule");
        add_names(row, drill, "roles");
        add_names(row, drill, "without");
        add_time(row, drill, "opened_at");
        add_time(row, drill, "closed_at");
        for (size_t k = 8; k < 15; k++)
            add_value(row, drill, names[k]);
        add_value(row, json_object_get(drill, "to_answer"), "median_msec");
        add_value(row, json_object_get(drill, "to_answer"), "max_msec");
        end_row(row);
    }
}

void report_add_csv(const struct report *report, struct buf *buf)
{
    struct row row = {.buf = buf};
    buf_add_text(buf, "\xEF\xBB\xBF");
    if (report->many)
        add_many(report, &row);
    else
        add_one(report, &row);
}

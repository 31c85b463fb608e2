/* drill report: what a drill came to, or all since some time, as text, CSV, JSON or a page for printing. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/civil.h"
#include "base/text.h"
#include "ctl/ctl.h"
#include "ctl/days.h"
#include "ctl/print.h"
#include "ctl/report.h"

const struct args_option command_drill_report_options[] = {
    {"since", 0, "TIME", "all drills since a day (2026-01-01), a month, or for so long (90d)"},
    {"role", 'r', "ROLE", "of this role alone; without --since its latest drill"},
    {"format", 'f', "FORMAT", "text, csv, json or html; without it, as the name of --output ends, or else text"},
    {"output", 'o', "FILE", "write it to this file"},
    {NULL, 0, NULL, NULL},
};

enum format { FORMAT_TEXT, FORMAT_CSV, FORMAT_JSON, FORMAT_HTML, FORMAT_COUNT };

static const char *const format_names[FORMAT_COUNT] = {"text", "csv", "json", "html"};

/* ---- what is asked for ---- */

static bool find_format(const char *name, enum format *ret)
{
    for (size_t i = 0; i < FORMAT_COUNT; i++) {
        if (!text_equal_fold(format_names[i], name))
            continue;
        *ret = (enum format)i;
        return true;
    }
    return false;
}

static bool read_format(const struct ctl *ctl, const struct args *args, enum format *ret)
{
    const char *given = args_value(args, "format"), *output = args_value(args, "output");
    const char *dot = output ? strrchr(output, '.') : NULL;
    *ret = ctl->json ? FORMAT_JSON : FORMAT_TEXT;
    if (given && !find_format(given, ret)) {
        ctl_complain("--format takes text, csv, json or html; not %s", given);
        return false;
    }
    if (!given && dot && !ctl->json)
        (void)find_format(dot + 1, ret);
    return true;
}

static int64_t begin_of_day(int64_t day)
{
    struct tm local = {.tm_isdst = -1};
    int year, month;
    civil_from_day(day, &year, &month, &local.tm_mday);
    local.tm_year = year - 1900;
    local.tm_mon = month - 1;
    return (int64_t)mktime(&local) * USEC_PER_SEC;
}

static bool read_since(const char *given, int64_t *ret_usec)
{
    int64_t first, last, span_usec;
    if (days_read(given, &first, &last))
        *ret_usec = begin_of_day(first);
    else if (text_to_duration(given, &span_usec) == ERR_OK)
        *ret_usec = (int64_t)time(NULL) * USEC_PER_SEC - span_usec;
    else if (text_from_rfc3339(given, ret_usec) != ERR_OK)
        return false;
    return *ret_usec > 0;
}

static int read_path(const struct args *args, struct buf *path)
{
    const char *id = args_operand(args, 0), *since = args_value(args, "since"), *role = args_value(args, "role");
    CLEANUP_BUF struct buf begin = {0};
    int64_t since_usec;
    if (id && (since || role)) {
        ctl_complain("the report is of one drill by its id, or of those that --since and --role pick; not both");
        return EXIT_USAGE;
    }
    if (since && !read_since(since, &since_usec)) {
        ctl_complain("--since takes a day, as in 2026-01-01, or a time until now, as in 90d; not %s", since);
        return EXIT_USAGE;
    }
    buf_add_text(path, "/v1/drills/");
    if (id) {
        client_add_path(path, id);
        buf_add_char(path, '/');
    }
    buf_add_text(path, "report");
    if (since)
        text_add_rfc3339(&begin, since_usec);
    client_add_query(path, "since", since ? buf_text(&begin) : NULL);
    client_add_query(path, "role", role);
    return EXIT_DONE;
}

/* ---- what comes of it ---- */

/* A report is of the municipality's hours, wherever it is read. */
static void use_zone_of(const json_t *json)
{
    if (*json_text(json, "timezone"))
        setenv("TZ", json_text(json, "timezone"), 1);
    tzset();
}

static void print_report(const struct client_reply *reply, enum format format, FILE *stream)
{
    CLEANUP_BUF struct buf text = {0};
    struct report report = report_of(reply->json);
    if (format == FORMAT_TEXT)
        report_print_text(&report, stream);
    else if (format == FORMAT_CSV)
        report_add_csv(&report, &text);
    else if (format == FORMAT_HTML)
        report_add_html(&report, &text);
    else if (stream == stdout)
        print_json(&reply->body);
    else
        buf_add(&text, buf_text(&reply->body), reply->body.len);
    fwrite(buf_text(&text), 1, text.len, stream);
}

static int write_report(const struct client_reply *reply, enum format format, const char *path)
{
    FILE *file = fopen(path, "we");
    if (!file) {
        ctl_complain("cannot write %s: %s", path, strerror(errno));
        return EXIT_REFUSED;
    }
    print_report(reply, format, file);
    bool bad = ferror(file);
    if (fclose(file) == 0 && !bad)
        return EXIT_DONE;
    ctl_complain("cannot write all of %s: %s", path, strerror(errno));
    return EXIT_REFUSED;
}

int command_drill_report(struct ctl *ctl, const struct args *args)
{
    CLEANUP_BUF struct buf path = {0};
    CLEANUP_REPLY struct client_reply reply = {0};
    enum format format;
    if (!read_format(ctl, args, &format))
        return EXIT_USAGE;
    if (args_value(args, "since"))
        ctl_use_zone(ctl);
    int code = read_path(args, &path);
    if (code == EXIT_DONE)
        code = ctl_get(ctl, buf_text(&path), &reply);
    if (code != EXIT_DONE)
        return code;
    use_zone_of(reply.json);
    if (args_value(args, "output"))
        return write_report(&reply, format, args_value(args, "output"));
    print_report(&reply, format, stdout);
    return EXIT_DONE;
}

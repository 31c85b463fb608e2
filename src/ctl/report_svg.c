/* The picture of a drill: a row for each person, a lane for each channel and one for the answer, time from left to right. In
 * parts of a page each, so that none is cut when it is printed. Shapes tell what is what: | queued, a ring sent, a dot in it
 * delivered, a cross failed, a question mark no receipt, a diamond the answer. */
#include "ctl/report.h"

#include <string.h>

#include "base/civil.h"
#include "base/text.h"
#include "web/html.h"

#define SAY(swedish, english) report_say(report, (swedish), (english))

/* In the picture's own units, of which 960 are the width of the paper between the margins. */
enum {
    WIDTH = 960,
    PLOT_LEFT = 262,
    PLOT_RIGHT = 930,
    LANE_LABEL_X = 254,
    TOP = 64,
    BOTTOM = 44,
    LANE = 19,
    ROW_PAD = 6,
    PART_HEIGHT = 1180,
    FIRST_HEIGHT = 360,
    NAME_COLUMNS = 23,
    STEP_LABELS = 3,
    CHANNELS = 3,
};

struct picture {
    const struct report *report;
    struct buf *buf;
    int64_t begin_usec, end_usec;    /* of the axis */
    unsigned part, parts;
};

static const char *const channels[CHANNELS] = { "sms", "voice", "email" };

/* ---- time ---- */

static double x_of(const struct picture *picture, int64_t usec)
{
    double share = (double)(usec - picture->begin_usec) / (double)(picture->end_usec - picture->begin_usec);
    share = share < 0 ? 0 : share > 1 ? 1 : share;
    return PLOT_LEFT + share * (PLOT_RIGHT - PLOT_LEFT);
}

static void later(int64_t *at_usec, const json_t *object, const char *key)
{
    int64_t usec;
    if (report_usec(object, key, &usec) && usec > *at_usec)
        *at_usec = usec;
}

/* The last that is marked; a drill that then only waits for its end would leave the picture empty. */
static int64_t last_marked(const json_t *drill, int64_t begin_usec)
{
    size_t i, k;
    const json_t *item, *attempt;
    int64_t last_usec = begin_usec;
    json_array_foreach(json_object_get(drill, "pages"), i, item) {
        later(&last_usec, item, "queued_at");
        later(&last_usec, item, "sent_at");
        later(&last_usec, item, "delivered_at");
        json_array_foreach(json_object_get(item, "attempts"), k, attempt)
            later(&last_usec, attempt, "at");
    }
    json_array_foreach(json_object_get(drill, "people"), i, item) {
        later(&last_usec, item, "answered_at");
        later(&last_usec, item, "held_back_at");
    }
    return last_usec;
}

static void find_axis(struct picture *picture)
{
    const json_t *drill = picture->report->json;
    int64_t closed_usec;
    picture->begin_usec = 0;
    (void)report_usec(drill, "opened_at", &picture->begin_usec);
    int64_t length_usec = last_marked(drill, picture->begin_usec) - picture->begin_usec;
    if (length_usec < USEC_PER_SEC)
        length_usec = USEC_PER_SEC;
    if (report_usec(drill, "closed_at", &closed_usec) && closed_usec - picture->begin_usec > length_usec &&
        closed_usec - picture->begin_usec <= 2 * length_usec)
        length_usec = closed_usec - picture->begin_usec;
    picture->end_usec = picture->begin_usec + length_usec + length_usec / 16;
}

static int64_t tick_usec(const struct picture *picture)
{
    static const int seconds[] = { 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400 };
    for (size_t i = 0; i < N_ELEMENTS(seconds); i++)
        if ((picture->end_usec - picture->begin_usec) / (seconds[i] * USEC_PER_SEC) < 8)
            return seconds[i] * USEC_PER_SEC;
    return (picture->end_usec - picture->begin_usec) / (7 * USEC_PER_DAY) * USEC_PER_DAY;
}

static void add_elapsed(struct buf *buf, int64_t usec)
{
    int seconds = (int)(usec / USEC_PER_SEC), hours = seconds / 3600, minutes = seconds / 60 % 60;
    buf_add_text(buf, seconds > 0 ? "+" : "0");
    if (hours > 0)
        buf_printf(buf, "%d h", hours);
    if (minutes > 0)
        buf_printf(buf, "%s%d min", hours > 0 ? " " : "", minutes);
    if (seconds % 60 > 0)
        buf_printf(buf, "%s%d s", minutes > 0 ? " " : "", seconds % 60);
}

static void add_clock_of(struct buf *buf, int64_t usec)
{
    CLEANUP_BUF struct buf at = {0};
    text_add_rfc3339(&at, usec);
    print_add_time(buf, buf_text(&at), TIME_CLOCK);
}

/* ---- shapes ---- */

static void add_line(struct buf *buf, double x1, double y1, double x2, double y2, const char *more)
{
    buf_printf(buf, "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" %s/>\n", x1, y1, x2, y2, more);
}

static void add_clean(struct buf *buf, const char *text)
{
    CLEANUP_BUF struct buf clean = {0};
    text_add_clean_line(&clean, text, strlen(text));
    html_add_text(buf, buf_text(&clean));
}

static void add_text(struct buf *buf, double x, double y, const char *more, const char *text)
{
    buf_printf(buf, "<text x=\"%.1f\" y=\"%.1f\" %s>", x, y, more);
    add_clean(buf, text);
    buf_add_text(buf, "</text>\n");
}

static void add_queued(struct buf *buf, double x, double y)
{
    add_line(buf, x, y - 9, x, y + 9, "stroke=\"#111\" stroke-width=\"2.5\"");
}

static void add_sent(struct buf *buf, double x, double y)
{
    buf_printf(buf, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"6.5\" fill=\"#fff\" stroke=\"#111\" stroke-width=\"1.6\"/>\n", x, y);
}

static void add_delivered(struct buf *buf, double x, double y)
{
    buf_printf(buf, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.6\" fill=\"#111\"/>\n", x, y);
}

static void add_failed(struct buf *buf, double x, double y)
{
    buf_printf(buf, "<path d=\"M%.1f %.1fl11 11m0 -11l-11 11\" fill=\"none\" stroke=\"#111\" stroke-width=\"2.4\"/>\n", x - 5.5,
               y - 5.5);
}

static void add_left_out(struct buf *buf, double x, double y)
{
    buf_printf(buf, "<path d=\"M%.1f %.1fh11v11h-11zl11 11\" fill=\"#fff\" stroke=\"#111\" stroke-width=\"1.5\"/>\n", x - 5.5,
               y - 5.5);
}

static void add_doubt(struct buf *buf, double x, double y)
{
    add_text(buf, x, y + 6, "class=\"halo\" font-size=\"17\" font-weight=\"bold\" text-anchor=\"middle\"", "?");
}

static void add_diamond(struct buf *buf, double x, double y, bool yes)
{
    buf_printf(buf, "<path d=\"M%.1f %.1fl8 8l-8 8l-8 -8z\" fill=\"%s\" stroke=\"#111\" stroke-width=\"1.8\"/>\n", x, y - 8,
               yes ? "#111" : "#fff");
}

/* ---- the legend ---- */

typedef void shape(struct buf *buf, double x, double y);

static void add_yes(struct buf *buf, double x, double y) { add_diamond(buf, x, y, true); }
static void add_no(struct buf *buf, double x, double y) { add_diamond(buf, x, y, false); }
static void add_both(struct buf *buf, double x, double y)
{
    add_sent(buf, x, y);
    add_delivered(buf, x, y);
}

static void add_legend(const struct report *report, struct buf *buf)
{
    const struct { shape *shape; const char *text; int width; } keys[] = {
        { add_queued, SAY("i kö", "queued"), 82 },          { add_sent, SAY("skickat", "sent"), 92 },
        { add_both, SAY("framme", "delivered"), 108 },      { add_failed, SAY("försök misslyckades", "attempt failed"), 182 },
        { add_doubt, SAY("inget kvitto", "no receipt"), 124 }, { add_left_out, SAY("bortkopplad", "left out"), 126 },
        { add_yes, SAY("ja", "yes"), 56 },
        { add_no, SAY("nej", "no"), 60 },
    };
    double x = 12;
    html_add(buf, "<svg class=\"legend\" viewBox=\"0 0 %u 24\" role=\"img\" aria-label=\"%s\">\n", (unsigned)WIDTH,
             SAY("Teckenförklaring", "Legend"));
    for (size_t i = 0; i < N_ELEMENTS(keys); i++) {
        keys[i].shape(buf, x, 12);
        add_text(buf, x + 14, 17, "font-size=\"15\"", keys[i].text);
        x += keys[i].width;
    }
    buf_add_text(buf, "</svg>\n");
}

/* ---- axis and steps ---- */

static void add_axis(const struct picture *picture, double bottom)
{
    int64_t step_usec = tick_usec(picture);
    for (int64_t at_usec = picture->begin_usec; at_usec <= picture->end_usec; at_usec += step_usec) {
        CLEANUP_BUF struct buf elapsed = {0}, clock = {0};
        double x = x_of(picture, at_usec);
        add_elapsed(&elapsed, at_usec - picture->begin_usec);
        add_clock_of(&clock, at_usec);
        add_line(picture->buf, x, TOP, x, bottom + 5, "stroke=\"#ccc\"");
        add_text(picture->buf, x, bottom + 21, "font-size=\"14\" text-anchor=\"middle\"", buf_text(&elapsed));
        add_text(picture->buf, x, bottom + 38, "font-size=\"13\" text-anchor=\"middle\"", buf_text(&clock));
    }
    add_line(picture->buf, PLOT_LEFT, bottom, PLOT_RIGHT, bottom, "stroke=\"#111\" stroke-width=\"1.5\"");
}

/* Labels stand in lines above each other; one that finds no room is left out: its line is there. */
static void add_label(const struct picture *picture, double x, const char *text, double *free_from)
{
    double width = 8.0 * (double)print_width(text) + 10;
    double left = x + width > WIDTH ? WIDTH - width : x;
    for (int line = 0; line < STEP_LABELS; line++) {
        if (free_from[line] > left)
            continue;
        add_text(picture->buf, left + 3, TOP - 6 - 15 * line, "font-size=\"13\"", text);
        free_from[line] = left + width;
        return;
    }
}

static void add_step_name(const struct report *report, struct buf *buf, const json_t *step)
{
    if (json_array_size(json_object_get(report->json, "roles")) > 1)
        buf_printf(buf, "%s ", json_text(step, "role"));
    if (json_number(step, "round") > 0)
        buf_printf(buf, SAY("varv %d", "round %d"), (int)json_number(step, "round"));
    else
        buf_printf(buf, SAY("steg %d", "step %d"), (int)json_number(step, "step"));
    if (json_flag(step, "skipped"))
        buf_add_text(buf, SAY(" (över)", " (skipped)"));
}

static void add_steps(const struct picture *picture, double bottom)
{
    size_t i;
    const json_t *step;
    double free_from[STEP_LABELS] = {0}, last_x = -1;
    json_array_foreach(json_object_get(picture->report->json, "steps"), i, step) {
        CLEANUP_BUF struct buf name = {0};
        int64_t usec;
        if (!report_usec(step, "at", &usec) || usec > picture->end_usec)
            continue;
        double x = x_of(picture, usec);
        add_step_name(picture->report, &name, step);
        if (x - last_x >= 1.5)
            add_line(picture->buf, x, TOP - 4, x, bottom,
                     json_number(step, "round") > 0 ? "stroke=\"#444\" stroke-dasharray=\"1 4\""
                                                    : "stroke=\"#111\" stroke-dasharray=\"6 4\"");
        last_x = x;
        add_label(picture, x, buf_text(&name), free_from);
    }
}

static void add_end(const struct picture *picture, double bottom)
{
    const struct report *report = picture->report;
    CLEANUP_BUF struct buf text = {0};
    int64_t closed_usec;
    if (!report_usec(report->json, "closed_at", &closed_usec))
        return;
    bool inside = closed_usec <= picture->end_usec;
    buf_add_text(&text, SAY("slut ", "end "));
    report_add_clock(&text, report->json, "closed_at");
    buf_add_text(&text, inside ? "" : " →");
    if (inside)
        add_line(picture->buf, x_of(picture, closed_usec), 17, x_of(picture, closed_usec), bottom,
                 "stroke=\"#111\" stroke-width=\"3\"");
    add_text(picture->buf, inside ? x_of(picture, closed_usec) : PLOT_RIGHT, 13,
             "font-size=\"13\" font-weight=\"bold\" text-anchor=\"end\"", buf_text(&text));
}

/* ---- people ---- */

static bool is_of(const json_t *page, const json_t *person, const char *channel)
{
    return strcmp(json_text(page, "person"), json_text(person, "person")) == 0 &&
           strcmp(json_text(page, "channel"), channel) == 0;
}

static bool uses(const struct report *report, const json_t *person, const char *channel)
{
    size_t i;
    const json_t *page;
    json_array_foreach(json_object_get(report->json, "pages"), i, page)
        if (is_of(page, person, channel))
            return true;
    return false;
}

static int lanes_of(const struct report *report, const json_t *person)
{
    int lanes = 1;           /* the answer's */
    for (size_t i = 0; i < CHANNELS; i++)
        lanes += uses(report, person, channels[i]);
    return lanes;
}

static int height_of(const struct report *report, const json_t *person)
{
    return lanes_of(report, person) * LANE + ROW_PAD;
}

static shape *shape_of(const char *result)
{
    if (strcmp(result, "no-receipt") == 0)
        return add_doubt;
    return strcmp(result, "left-out") == 0 ? add_left_out : add_failed;
}

static void add_attempts(const struct picture *picture, const json_t *page, double y)
{
    size_t i;
    const json_t *attempt;
    json_array_foreach(json_object_get(page, "attempts"), i, attempt) {
        const char *result = json_text(attempt, "result");
        int64_t usec;
        if (!report_usec(attempt, "at", &usec) || strcmp(result, "taken") == 0)
            continue;
        shape_of(result)(picture->buf, x_of(picture, usec), y);
    }
}

static void add_page(const struct picture *picture, const json_t *page, double y)
{
    int64_t queued_usec, usec, last_usec = 0;
    if (!report_usec(page, "queued_at", &queued_usec))
        return;
    later(&last_usec, page, "sent_at");
    later(&last_usec, page, "delivered_at");
    if (last_usec > queued_usec)
        add_line(picture->buf, x_of(picture, queued_usec), y, x_of(picture, last_usec), y,
                 "stroke=\"#111\" stroke-width=\"1.4\"");
    add_queued(picture->buf, x_of(picture, queued_usec), y);
    if (report_usec(page, "sent_at", &usec))
        add_sent(picture->buf, x_of(picture, usec), y);
    if (report_usec(page, "delivered_at", &usec))
        add_delivered(picture->buf, x_of(picture, usec), y);
    add_attempts(picture, page, y);
}

static void add_lane(const struct picture *picture, const json_t *person, const char *channel, double y)
{
    size_t i;
    const json_t *page;
    add_text(picture->buf, LANE_LABEL_X, y + 5, "font-size=\"13\" text-anchor=\"end\"", report_channel(picture->report, channel));
    json_array_foreach(json_object_get(picture->report->json, "pages"), i, page)
        if (is_of(page, person, channel))
            add_page(picture, page, y);
}

static void add_span_text(const struct report *report, struct buf *buf, const json_t *person)
{
    bool yes = strcmp(json_text(person, "answer"), "yes") == 0;
    buf_add_text(buf, yes ? SAY("ja", "yes") : SAY("nej", "no"));
    if (!json_is_integer(json_object_get(person, "to_answer_msec")))
        return;
    buf_add_text(buf, SAY(" efter ", " after "));
    report_add_span_of(report, buf, person, "to_answer_msec");
}

static void add_answer(const struct picture *picture, const json_t *person, double y)
{
    const struct report *report = picture->report;
    CLEANUP_BUF struct buf text = {0};
    int64_t usec;
    if (!report_usec(person, "answered_at", &usec)) {
        bool held_back = json_flag(person, "held_back"), taken = *json_text(person, "taken_by");
        double x = report_usec(person, held_back ? "held_back_at" : "paged_at", &usec) ? x_of(picture, usec) : PLOT_LEFT;
        bool left = x > PLOT_RIGHT - 230;
        add_text(picture->buf, x + (left ? -9 : 9), y + 5,
                 left ? "class=\"halo\" font-size=\"13\" font-style=\"italic\" text-anchor=\"end\""
                      : "class=\"halo\" font-size=\"13\" font-style=\"italic\"",
                 held_back ? SAY("bortkopplad i övningen", "left out by the drill")
                 : taken   ? SAY("inget svar; någon annan tog larmet", "no answer; somebody else took it")
                           : SAY("INGET SVAR", "NO ANSWER"));
        return;
    }
    double x = x_of(picture, usec);
    bool left = x > PLOT_RIGHT - 150;
    add_span_text(report, &text, person);
    add_diamond(picture->buf, x, y, strcmp(json_text(person, "answer"), "yes") == 0);
    add_text(picture->buf, x + (left ? -13 : 13), y + 5,
             left ? "class=\"halo\" font-size=\"13\" text-anchor=\"end\"" : "class=\"halo\" font-size=\"13\"", buf_text(&text));
}

/* A name that is too long is cut; the table has it whole. */
static void add_name(const struct picture *picture, const json_t *person, double y)
{
    CLEANUP_BUF struct buf name = {0};
    const char *whole = report_name(person);
    size_t len = strlen(whole), at = 0, columns = 0;
    while (at < len && columns < NAME_COLUMNS) {
        (void)text_utf8_next(whole, len, &at);
        columns++;
    }
    buf_add(&name, whole, at);
    buf_add_text(&name, at < len ? "…" : "");
    add_text(picture->buf, 4, y + 5, "font-size=\"15\" font-weight=\"bold\"", buf_text(&name));
}

static void add_shade(const struct picture *picture, const json_t *person, double top)
{
    buf_printf(picture->buf, "<rect x=\"0\" y=\"%.1f\" width=\"%d\" height=\"%d\" fill=\"#f1f1f1\"/>\n", top, PLOT_RIGHT,
               height_of(picture->report, person));
}

static void add_person(const struct picture *picture, const json_t *person, double top)
{
    double y = top + (double)ROW_PAD / 2 + (double)LANE / 2;
    add_name(picture, person, y);
    for (size_t i = 0; i < CHANNELS; i++) {
        if (!uses(picture->report, person, channels[i]))
            continue;
        add_lane(picture, person, channels[i], y);
        y += LANE;
    }
    add_text(picture->buf, LANE_LABEL_X, y + 5, "font-size=\"13\" text-anchor=\"end\"",
             report_say(picture->report, "svar", "answer"));
    add_answer(picture, person, y);
}

/* ---- parts ---- */

/* How many people from `first` on fit into a part; at least one. The first part shares its page with what stands above it. */
static size_t fitting(const struct report *report, size_t first, int *ret_height)
{
    const json_t *people = json_object_get(report->json, "people");
    size_t n = 0;
    *ret_height = 0;
    for (; first + n < json_array_size(people); n++) {
        int height = height_of(report, json_array_get(people, first + n));
        if (n > 0 && *ret_height + height > (first == 0 ? FIRST_HEIGHT : PART_HEIGHT))
            break;
        *ret_height += height;
    }
    return n;
}

static unsigned count_parts(const struct report *report)
{
    unsigned parts = 0;
    int height;
    for (size_t first = 0, n; (n = fitting(report, first, &height)) > 0; first += n)
        parts++;
    return parts;
}

static void begin_part(const struct picture *picture, size_t first, size_t n, int height)
{
    const struct report *report = picture->report;
    const json_t *people = json_object_get(report->json, "people");
    const char *title =
        SAY("Tidslinje: vem larmades när, och vad blev det av det", "Timeline: who was called when, and what came of it");
    html_add(picture->buf,
             "<figure>\n<svg viewBox=\"0 0 %u %u\" role=\"img\" aria-label=\"%s\" aria-describedby=\"desc-%u\">\n<title>%s",
             (unsigned)WIDTH, (unsigned)(TOP + height + BOTTOM), title, picture->part, title);
    if (picture->parts > 1)
        html_add(picture->buf, " (%u/%u)", picture->part, picture->parts);
    html_add(picture->buf, "</title>\n<desc id=\"desc-%u\">%s ", picture->part,
             SAY("En rad för varje person:", "A row for each person:"));
    add_clean(picture->buf, report_name(json_array_get(people, first)));
    buf_add_text(picture->buf, " – ");
    add_clean(picture->buf, report_name(json_array_get(people, first + n - 1)));
    html_add(picture->buf, ". %s</desc>\n", SAY("Samma uppgifter står i tabellerna nedan.", "The tables below say the same."));
}

static void add_part(const struct picture *picture, size_t first, size_t n, int height)
{
    const json_t *people = json_object_get(picture->report->json, "people");
    double top = TOP, bottom = TOP + height;
    begin_part(picture, first, n, height);
    for (size_t i = 0; i < n; i++) {
        if (i % 2 == 0)
            add_shade(picture, json_array_get(people, first + i), top);
        top += height_of(picture->report, json_array_get(people, first + i));
    }
    add_axis(picture, bottom);
    add_steps(picture, bottom);
    top = TOP;
    for (size_t i = 0; i < n; i++) {
        add_person(picture, json_array_get(people, first + i), top);
        top += height_of(picture->report, json_array_get(people, first + i));
    }
    add_end(picture, bottom);
    buf_add_text(picture->buf, "</svg>\n</figure>\n");
}

void report_add_svg(const struct report *report, struct buf *buf)
{
    struct picture picture = {.report = report, .buf = buf, .part = 1, .parts = count_parts(report)};
    int height;
    if (picture.parts == 0)
        return;
    find_axis(&picture);
    html_add(buf, "<section>\n<h2>%s</h2>\n", SAY("Tidslinje", "Timeline"));
    add_legend(report, buf);
    for (size_t first = 0, n; (n = fitting(report, first, &height)) > 0; first += n) {
        add_part(&picture, first, n, height);
        picture.part++;
    }
    buf_add_text(buf, "</section>\n");
}

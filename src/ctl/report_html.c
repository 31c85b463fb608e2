/* One page in one file: nothing is fetched, and it prints on A4. Shapes, words and weight say what there is to say; colour adds
 * nothing. */
#include "ctl/report.h"

#include <string.h>

#include "base/text.h"
#include "web/html.h"

#define SAY(swedish, english) report_say(report, (swedish), (english))

enum { WIDE_COLUMNS = 6 };           /* more than these do not fit on a telephone, and are not squeezed either */

static const char style[] =
    "@page{size:A4;margin:14mm 12mm 16mm}"
    "*{box-sizing:border-box}"
    "body{margin:0 auto;padding:16px;max-width:1000px;font:15px/1.4 \"Liberation "
    "Sans\",Arial,Helvetica,sans-serif;color:#111;background:#fff}"
    "header{border-bottom:3px solid #111;margin-bottom:14px;padding-bottom:8px}"
    "h1{font-size:27px;line-height:1.2;margin:2px 0;overflow-wrap:anywhere}"
    "h2{font-size:18px;margin:24px 0 6px;break-after:avoid}"
    ".mark{display:inline-block;border:2px dashed #111;padding:1px 8px;font-weight:bold;letter-spacing:.08em}"
    ".house{margin:6px 0 0;color:#333}"
    ".figures{display:flex;flex-wrap:wrap;gap:8px;margin:14px 0;padding:0;list-style:none}"
    ".figures li{flex:1 1 150px;border:1px solid #444;padding:8px 10px;break-inside:avoid}"
    ".figures b{display:block;font-size:21px;line-height:1.25}"
    ".remarks{margin:12px 0;padding:8px 8px 8px 28px;border:1px solid #111;border-left-width:7px;break-inside:avoid}"
    "table{border-collapse:collapse;width:100%;font-size:13px}"
    "thead{display:table-header-group}"
    "tr{break-inside:avoid}"
    "th,td{padding:4px 7px 4px 0;border-bottom:1px solid #bbb;text-align:left;vertical-align:top;overflow-wrap:break-word}"
    "thead th{border-bottom:2px solid #111;vertical-align:bottom;overflow-wrap:normal}"
    "tbody th{font-weight:bold}"
    "td.warn{font-weight:bold;text-decoration:underline}"
    ".facts{font-size:15px}.facts th{width:11em;font-weight:normal;color:#333}.facts td{font-weight:bold}"
    "figure{margin:10px 0;break-inside:avoid}"
    "svg{display:block;width:100%;height:auto;overflow:visible}"
    ".legend{break-after:avoid}.halo{paint-order:stroke;stroke:#fff;stroke-width:3px}"
    "svg text{font-family:\"Liberation Sans\",Arial,Helvetica,sans-serif;fill:#111}"
    "footer{margin-top:26px;padding-top:6px;border-top:1px solid #444;font-size:12px;color:#333}"
    /* On a telephone what is wide is moved sideways under its heading, and the picture stays large enough to be read. */
    "@media screen{section{overflow-x:auto}section h2{position:sticky;left:0}}"
    "@media screen and (max-width:760px){section svg,.wide{min-width:760px}}"
    "@media print{body{max-width:none;padding:0;font-size:10pt}table{font-size:8.5pt}.facts{font-size:10pt}footer{font-size:8pt}"
    "h2{margin-top:16px}}";

static void add_clean(struct buf *buf, const char *text)
{
    CLEANUP_BUF struct buf clean = {0};
    text_add_clean_line(&clean, text, strlen(text));
    html_add_text(buf, buf_text(&clean));
}

/* ---- tables ---- */

static const struct table_cell *cell_at(const struct table *table, size_t row, size_t column)
{
    return &table->cells[row * TABLE_MAX_COLUMNS + column];
}

static bool is_filled(const struct table *table, size_t column)
{
    for (size_t row = table->has_head; row < table->n_rows; row++)
        if (cell_at(table, row, column)->text)
            return true;
    return false;
}

static void add_cell(struct buf *buf, const struct table_cell *cell, const char *scope)
{
    bool warns = cell->style == STYLE_WARNING || cell->style == STYLE_BAD;
    const char *tag = scope ? "th" : "td";
    html_add(buf, "<%s", tag);
    if (scope)
        html_add(buf, " scope=\"%s\"", scope);
    else if (warns)
        buf_add_text(buf, " class=\"warn\"");
    buf_add_char(buf, '>');
    html_add_text(buf, cell->text ? cell->text : "");
    html_add(buf, "</%s>", tag);
}

/* Which cell names its row: the first that stands out. */
static size_t head_column(const struct table *table, size_t row)
{
    for (size_t column = 0; table->has_head && column < table->n_columns; column++)
        if (cell_at(table, row, column)->style == STYLE_BOLD)
            return column;
    return 0;
}

static void add_row(struct buf *buf, const struct table *table, size_t row)
{
    bool head = table->has_head && row == 0;
    size_t named = head_column(table, row);
    buf_add_text(buf, "<tr>");
    for (size_t column = 0; column < table->n_columns; column++)
        if (is_filled(table, column))
            add_cell(buf, cell_at(table, row, column), head ? "col" : column == named ? "row" : NULL);
    buf_add_text(buf, "</tr>\n");
}

/* With a title it is a section of its own; without one it is the facts. */
static void add_table(struct buf *buf, const struct table *table, const char *title)
{
    const char *class = !title ? "facts" : table->n_columns > WIDE_COLUMNS ? "wide" : NULL;
    if (table->n_rows <= table->has_head)
        return;
    if (title)
        html_add(buf, "<section>\n<h2>%s</h2>\n", title);
    if (class)
        html_add(buf, "<table class=\"%s\">\n", class);
    else
        buf_add_text(buf, "<table>\n");
    if (table->has_head) {
        buf_add_text(buf, "<thead>\n");
        add_row(buf, table, 0);
        buf_add_text(buf, "</thead>\n");
    }
    buf_add_text(buf, "<tbody>\n");
    for (size_t row = table->has_head; row < table->n_rows; row++)
        add_row(buf, table, row);
    buf_add_text(buf, "</tbody>\n</table>\n");
    if (title)
        buf_add_text(buf, "</section>\n");
}

/* ---- the head of the page ---- */

static void add_head(const struct report *report, struct buf *buf)
{
    CLEANUP_BUF struct buf title = {0};
    report_add_title(report, &title);
    html_add(buf, "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n", SAY("sv", "en"));
    buf_add_text(buf, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>");
    add_clean(buf, buf_text(&title));
    html_add(buf, "</title>\n<style>");
    buf_add_text(buf, style);
    buf_add_text(buf, "</style>\n</head>\n<body>\n<header>\n");
    html_add(buf, "<span class=\"mark\">%s</span>\n<h1>", SAY("ÖVNING", "DRILL"));
    add_clean(buf, buf_text(&title));
    buf_add_text(buf, "</h1>\n<p class=\"house\">");
    add_clean(buf, json_text(report->json, "organisation"));
    html_add(buf, SAY(". Lokal tid: ", ". Local time: "));
    buf_clear(&title);
    report_add_zone(report, &title);
    add_clean(buf, buf_text(&title));
    buf_add_text(buf, "</p>\n</header>\n<main>\n");
}

static void add_figure(struct buf *buf, const char *value, const char *what)
{
    html_add(buf, "<li><b>%s</b>%s</li>\n", value, what);
}

static size_t count_failed(const json_t *pages)
{
    size_t i, n = 0;
    const json_t *page;
    json_array_foreach(pages, i, page)
        n += strcmp(json_text(page, "state"), "failed") == 0;
    return n;
}

static void add_figures(const struct report *report, struct buf *buf)
{
    const json_t *pages = json_object_get(report->json, "pages");
    CLEANUP_BUF struct buf first = {0}, answers = {0}, reached = {0}, failed = {0};
    report_add_span_of(report, &first, report->json, "first_answer_msec");
    buf_printf(&answers, SAY("%d av %d", "%d of %d"), (int)json_number(report->json, "answered"),
               (int)json_number(report->json, "of"));
    buf_printf(&reached, SAY("%d av %d", "%d of %d"), (int)json_number(report->json, "persons_reached"),
               (int)json_number(report->json, "persons_paged"));
    buf_printf(&failed, SAY("%zu av %zu", "%zu of %zu"), count_failed(pages), json_array_size(pages));
    buf_add_text(buf, "<ul class=\"figures\">\n");
    add_figure(buf, first.len > 0 ? buf_text(&first) : "–", SAY("till första ja", "to the first yes"));
    add_figure(buf, buf_text(&answers),
               json_flag(report->json, "wait_for_all") ? SAY("personer har svarat", "people have answered")
                                                       : SAY("larm kvitterade", "alarms acknowledged"));
    add_figure(buf, buf_text(&reached), SAY("larmade personer nåddes", "of the people called were reached"));
    add_figure(buf, buf_text(&failed), SAY("utskick kom inte fram", "messages did not get through"));
    buf_add_text(buf, "</ul>\n");
}

static void add_remarks(const struct report *report, struct buf *buf)
{
    CLEANUP_BUF struct buf remarks = {0};
    report_add_remarks(report, &remarks);
    if (remarks.len == 0)
        return;
    buf_add_text(buf, "<ul class=\"remarks\">\n");
    for (char *line = remarks.data, *end; (end = strchr(line, '\n')); line = end + 1) {
        *end = '\0';
        buf_add_text(buf, "<li>");
        add_clean(buf, line);
        buf_add_text(buf, "</li>\n");
    }
    buf_add_text(buf, "</ul>\n");
}

static void add_foot(const struct report *report, struct buf *buf)
{
    CLEANUP_BUF struct buf made = {0};
    report_add_moment(&made, report->json, "made_at");
    html_add(buf, "</main>\n<footer>%s %s. ", SAY("Framställd av beredd ur loggen", "Made by beredd out of its log"),
             buf_text(&made));
    html_add(buf, "%s</footer>\n</body>\n</html>\n",
             SAY("Nådd: personen svarade, eller minst ett utskick kom fram eller togs emot av en larmväg som inte har sagt att "
                 "det misslyckades.",
                 "Reached: the person answered, or at least one message was delivered, or taken by a gateway that has not said "
                 "that it failed."));
}

/* ---- the body ---- */

static void add_one(const struct report *report, struct buf *buf)
{
    CLEANUP_TABLE struct table people = {0}, spans = {0}, gateways = {0}, pages = {0}, earlier = {0};
    report_people(report, &people);
    report_spans(report, &spans);
    report_gateways(report, &gateways);
    report_pages(report, &pages);
    report_drills(report, json_object_get(report->json, "earlier"), &earlier);
    report_add_svg(report, buf);
    add_table(buf, &people, SAY("Personer", "People"));
    add_table(buf, &spans, SAY("Tider", "Times"));
    add_table(buf, &gateways, SAY("Larmvägar", "Gateways"));
    add_table(buf, &pages, SAY("Utskick", "Messages"));
    add_table(buf, &earlier, SAY("Tidigare övningar av samma roll", "Earlier drills of the same role"));
}

static void add_many(const struct report *report, struct buf *buf)
{
    CLEANUP_TABLE struct table drills = {0}, roles = {0}, gateways = {0};
    report_drills(report, json_object_get(report->json, "drills"), &drills);
    report_roles(report, &roles);
    report_gateways(report, &gateways);
    add_table(buf, &drills, SAY("Övningarna", "The drills"));
    add_table(buf, &roles, SAY("Per roll", "By role"));
    add_table(buf, &gateways, SAY("Per larmväg", "By gateway"));
}

void report_add_html(const struct report *report, struct buf *buf)
{
    CLEANUP_TABLE struct table facts = {0};
    add_head(report, buf);
    report_facts(report, &facts);
    if (!report->many)
        add_figures(report, buf);
    add_remarks(report, buf);
    add_table(buf, &facts, NULL);
    if (report->many)
        add_many(report, buf);
    else
        add_one(report, buf);
    add_foot(report, buf);
}

#include "ctl/report.h"

#include <string.h>

#define SAY(swedish, english) report_say(report, (swedish), (english))

static void print_section(FILE *stream, const char *title, const struct table *table)
{
    if (table->n_rows <= table->has_head)
        return;
    fprintf(stream, "\n%s\n", title);
    table_print(table, stream, "  ");
}

static void print_head(const struct report *report, FILE *stream)
{
    CLEANUP_BUF struct buf title = {0}, house = {0}, remarks = {0};
    CLEANUP_TABLE struct table facts = {0};
    report_add_title(report, &title);
    buf_printf(&house, SAY("%s. Lokal tid: ", "%s. Local time: "), json_text(report->json, "organisation"));
    report_add_zone(report, &house);
    report_add_remarks(report, &remarks);
    print_style(stream, STYLE_BOLD);
    print_line(stream, buf_text(&title));
    print_style(stream, STYLE_PLAIN);
    print_line(stream, buf_text(&house));
    putc('\n', stream);
    report_facts(report, &facts);
    table_print(&facts, stream, "  ");
    if (remarks.len > 0) {
        putc('\n', stream);
        print_block(stream, buf_text(&remarks), "  ");
    }
}

static void print_one(const struct report *report, FILE *stream)
{
    CLEANUP_TABLE struct table spans = {0}, people = {0}, pages = {0}, gateways = {0}, earlier = {0};
    report_spans(report, &spans);
    report_people(report, &people);
    report_pages(report, &pages);
    report_gateways(report, &gateways);
    report_drills(report, json_object_get(report->json, "earlier"), &earlier);
    print_section(stream, SAY("Personer", "People"), &people);
    print_section(stream, SAY("Tider", "Times"), &spans);
    print_section(stream, SAY("Larmvägar", "Gateways"), &gateways);
    print_section(stream, SAY("Utskick", "Messages"), &pages);
    print_section(stream, SAY("Tidigare övningar av samma roll", "Earlier drills of the same role"), &earlier);
}

static void print_many(const struct report *report, FILE *stream)
{
    CLEANUP_TABLE struct table drills = {0}, roles = {0}, gateways = {0};
    report_drills(report, json_object_get(report->json, "drills"), &drills);
    report_roles(report, &roles);
    report_gateways(report, &gateways);
    print_section(stream, SAY("Övningarna", "The drills"), &drills);
    print_section(stream, SAY("Per roll", "By role"), &roles);
    print_section(stream, SAY("Per larmväg", "By gateway"), &gateways);
}

void report_print_text(const struct report *report, FILE *stream)
{
    print_head(report, stream);
    if (report->many)
        print_many(report, stream);
    else
        print_one(report, stream);
}

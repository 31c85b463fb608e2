/* Reports of drills as JSON. Names of people come from the plan in force; texts from outside are masked. */
#ifndef API_DRILL_REPORT_VIEW_H
#define API_DRILL_REPORT_VIEW_H

#include "api/json_writer.h"
#include "drill/drill_summary.h"
#include "engine/plan.h"

/* The fields of an object that was begun. */
void drill_report_view_add(struct json_writer *writer, const struct drill_report *report, const struct plan *plan);
void drill_report_view_add_summary(struct json_writer *writer, const struct drill_summary *summary);
void drill_report_view_add_totals(struct json_writer *writer, const struct drill_totals *totals);

#endif

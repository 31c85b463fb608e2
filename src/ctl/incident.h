/* How incidents, their call-outs and what happened to them look in words. The JSON is that of the API. */
#ifndef CTL_INCIDENT_H
#define CTL_INCIDENT_H

#include <jansson.h>

#include "ctl/print.h"
#include "ctl/table.h"

enum style incident_severity_style(const char *severity);
void incident_add_callouts(struct buf *buf, const json_t *incident);         /* "TIB paging, KIB taken by bo.ek" */
void incident_print(const json_t *incident);                                 /* everything but the timeline */

/* One entry of a timeline, as cells of the row that was begun: time, event, role, who, by what, text. */
void incident_add_entry(struct table *table, const json_t *entry, enum time_form form);
void incident_print_timeline(const json_t *timeline);

#endif

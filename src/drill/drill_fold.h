/* What the making of a drill's report needs, for drill_*.c. */
#ifndef DRILL_DRILL_FOLD_H
#define DRILL_DRILL_FOLD_H

#include "base/intern.h"
#include "base/map.h"
#include "drill/drill_report.h"

struct report_fold {
    struct arena *arena;             /* every part of the report */
    struct intern *names;            /* of people, roles, gateways */
    struct map pages;                /* by number */
    struct map persons, gateways;    /* by the atom of the name */
    bool has_result;
};

const char *fold_name(struct drill_report *report, const char *name);            /* one address for each name; NULL for none */
struct report_person *fold_person(struct drill_report *report, const char *id);  /* made, if it is new */
struct report_role *fold_role(const struct drill_report *report, uint32_t callout);  /* NULL: none of that number */

#endif

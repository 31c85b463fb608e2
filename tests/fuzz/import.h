/* Rosters from elsewhere, for the targets csv and ics. */
#ifndef TESTS_FUZZ_IMPORT_H
#define TESTS_FUZZ_IMPORT_H

#include "roster/roster_import.h"

void import_begin(struct roster_import *import);
/* What was understood keeps its contract, and what is written of it the configuration reads back as it was. */
void import_check(struct roster_import *import);

#endif

/* What every plan that was accepted holds, as engine/plan.h and config/config.h promise it. */
#ifndef TESTS_FUZZ_PLAN_CHECK_H
#define TESTS_FUZZ_PLAN_CHECK_H

#include "config/config.h"

void plan_check(const struct config *config);

#endif

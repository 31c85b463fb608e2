#!/bin/sh
# Every scenario beside this script, through the runner that was built; $WRAPPER may be a program that runs it, as valgrind.
set -eu
here=${srcdir:-.}/tests/scenarios
SCENARIO_PLANS=$here/plans exec ${WRAPPER-} ./tests/scenarios/run_scenarios "$here"/*.scn

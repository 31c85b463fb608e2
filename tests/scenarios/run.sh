#!/bin/sh
# Every scenario beside this script, through the runner that was built.
set -eu
here=${srcdir:-.}/tests/scenarios
SCENARIO_PLANS=$here/plans exec ./tests/scenarios/run_scenarios "$here"/*.scn

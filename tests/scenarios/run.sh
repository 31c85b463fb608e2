#!/bin/sh
# Every scenario beside this script, through the runner that was built; $WRAPPER may be a program that runs it, as valgrind.
set -eu
here=${srcdir:-.}/tests/scenarios
for file in "$here"/*.scn; do      # what is not listed would be in no tarball
  grep -qF "tests/scenarios/${file##*/}" "$here/Local.mk" || { echo "${file##*/} is not in tests/scenarios/Local.mk" >&2; exit 1; }
done
damage=--damage            # each log damaged in every way; not under valgrind, where that takes too long
[ -z "${WRAPPER-}" ] || damage=
SCENARIO_PLANS=$here/plans exec ${WRAPPER-} ./tests/scenarios/run_scenarios $damage "$here"/*.scn

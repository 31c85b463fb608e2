#!/bin/sh
# For `make coverage`: run.sh SOURCE BUILD [PYTEST-ARGUMENT...]
# Builds everything for gcov in BUILD, which stays; runs `make check` and the integration tests (those of the arguments, or all; none: none of
# them); and prints what was reached: see report.py. What gcov adds to the engine is not pure. Both runs have LIMIT seconds, and may fail: what
# they reached counts. The figures are those of a build without optimisation, where every operand of && and || is a branch.
set -eu
source=$(cd "$1" && pwd) build=$2
shift 2
command -v gcov >/dev/null || { echo "This takes gcov, which comes with gcc." >&2; exit 1; }
mkdir -p "$build"
build=$(cd "$build" && pwd)
cd "$build"
[ -e Makefile ] || "$source/configure" -q --enable-development --prefix=/usr --sysconfdir=/etc --localstatedir=/var --runstatedir=/run \
  CC="${CC:-gcc}" CFLAGS='-O0 -g --coverage -fprofile-update=atomic -Wno-error -Wno-cpp'
make -s -j"${JOBS:-2}" all
make -s -j"${JOBS:-2}" check TESTS= >/dev/null
find . -name '*.gcda' -delete
CK_TIMEOUT_MULTIPLIER=10 timeout "${LIMIT:-1800}" make -s -k -j"${JOBS:-2}" check XFAIL_TESTS=tests/unit/engine_pure.sh >check.log 2>&1 || echo "make check was not good; see $build/check.log"
if [ $# = 0 ]; then set -- "$source/tests/integration"; fi
[ "$1" = none ] || BEREDD_BUILD=$build timeout "${LIMIT:-1800}" /usr/bin/python3 -m pytest -q -p no:cacheprovider "$@" >integration.log 2>&1 ||
  echo "The integration tests were not good; see $build/integration.log"
exec /usr/bin/python3 "$source/tests/coverage/report.py" "$source" "$build"

#!/bin/sh
# For `make coverage`: coverage.sh SOURCE BUILD [PYTEST-ARGUMENT...]
# Builds everything for gcov in BUILD, which stays; runs `make check` and the integration tests (those of the arguments, or all); prints the coverage of
# branches: of the engine and the record codec with the lines where some are missed, then of the whole. Lines with an assert are not counted: what
# they hold cannot be otherwise, and that is what they say. What gcov adds to the engine is not pure. Both runs have a time limit, and may fail: what they reached counts.
set -eu
source=$(cd "$1" && pwd) build=$2
shift 2
command -v gcovr >/dev/null || { echo "This takes gcovr (Debian: gcovr)." >&2; exit 1; }
mkdir -p "$build"
build=$(cd "$build" && pwd)
cd "$build"
[ -e Makefile ] || "$source/configure" -q --enable-development --prefix=/usr --sysconfdir=/etc --localstatedir=/var --runstatedir=/run CFLAGS='-Og -g --coverage -fprofile-update=atomic -Wno-error'
make -s -j"${JOBS:-2}" all
make -s -j"${JOBS:-2}" check TESTS= >/dev/null
find . -name '*.gcda' -delete
timeout 900 make -s -k -j"${JOBS:-2}" check XFAIL_TESTS=tests/unit/engine_pure.sh >check.log 2>&1 || echo "make check was not good; see $build/check.log"
if [ $# = 0 ]; then set -- "$source/tests/integration"; fi
[ "$1" = none ] || BEREDD_BUILD=$build timeout 1200 /usr/bin/python3 -m pytest -q -p no:cacheprovider "$@" >integration.log 2>&1 ||
  echo "The integration tests were not good; see $build/integration.log"
report() {
  gcovr -r "$source" --object-directory . --branches --exclude-throw-branches --exclude-lines-by-pattern '.*\bassert\(.*' "$@" 2>/dev/null
}
echo "The engine and the record codec:"
report -f '.*/src/engine/.*'
echo "The whole:"
report -f '.*/src/.*' | grep TOTAL

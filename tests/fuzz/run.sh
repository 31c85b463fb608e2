#!/bin/sh
# For `make fuzz`: run.sh SOURCE BUILD SECONDS TARGET...
# Builds the targets with clang, libFuzzer, AddressSanitizer and UndefinedBehaviorSanitizer in BUILD, which stays, and runs each for so long,
# as many side by side as there are processors (JOBS=N: as many). What they find grows in WORK/TARGET (WORK: BUILD/work, unless set);
# WORK/TARGET.log says how it went, TARGET.cpu what it took, a crash is an input in WORK/crashes.TARGET. Ends badly if there is one.
set -eu
source=$1 build=$2 seconds=$3
shift 3

CC=${FUZZ_CC:-clang}     # not CC: make hands that of its own build on
if ! printf 'int LLVMFuzzerTestOneInput(void); int LLVMFuzzerTestOneInput(void) { return 0; }' |
    $CC -fsanitize=fuzzer,address -x c - -o /dev/null 2>/dev/null; then
  echo "Fuzzing needs clang with libFuzzer (Debian: clang, libclang-rt-dev); $CC has it not." >&2
  exit 1
fi
mkdir -p "$build" "${WORK:=$build/work}"
build=$(cd "$build" && pwd) work=$(cd "$WORK" && pwd)
# Without the trace of integers compared: it takes up to half of the time, and what it gives, numbers of four and eight bytes, our inputs have
# no place for. Texts compared are seen all the same.
[ -e "$build/Makefile" ] ||
  (cd "$build" && CC=$CC "$source/configure" -q --with-sanitizers=fuzzer-no-link,address,undefined CFLAGS='-g -O2 -fno-sanitize-coverage=trace-cmp')
programs=
for target in "$@"; do programs="$programs tests/fuzz/fuzz_$target"; done
make -s -C "$build" FUZZ_ENGINE=-fsanitize=fuzzer $programs

cat >"$work/one" <<'ONE'
#!/bin/sh
# one SOURCE BUILD WORK SECONDS TARGET
fuzz=$1/tests/fuzz work=$3/$5 crashes=$3/crashes.$5
mkdir -p "$work" "$crashes"
rm -f "$work.log"
dict=
[ -e "$fuzz/dict/$5.dict" ] && dict=-dict=$fuzz/dict/$5.dict
options=
[ -e "$fuzz/dict/$5.options" ] && options=$(cat "$fuzz/dict/$5.options")
export ASAN_OPTIONS=strict_string_checks=1:detect_leaks=1 UBSAN_OPTIONS=print_stacktrace=1
"$2/tests/fuzz/fuzz_$5" "$work" "$fuzz/corpus/$5" $dict $options -max_total_time="$4" -timeout=10 -rss_limit_mb=2048 \
  -print_final_stats=1 -artifact_prefix="$crashes/" >"$work.log" 2>&1
status=$?
times >"$work.cpu"     # user and system time, in the second line of what the shell ran
exit $status
ONE
status=0
printf '%s\n' "$@" | nice -n "${NICE:-5}" xargs -P "${JOBS:-$(nproc)}" -I{} sh "$work/one" "$source" "$build" "$work" "$seconds" {} || status=1
sh "$source/tests/fuzz/summary" "$work"
exit $status

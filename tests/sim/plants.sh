#!/bin/sh
# Breaks the program, one way at a time, and says after how many seeds the simulation has found it. A plant is a patch in plants/, applied to a
# copy of the sources; what it changes is compiled and linked in place of the real thing.
#   plants.sh [NAME...]      all, or these. Set by make: CC, FLAGS, LINK, OBJECTS, LIBS; run where tests/sim/sim was built.
set -u
top=${srcdir:-.} work=tests/sim/plants.tmp failed=0
rm -rf "$work"
mkdir -p "$work"
printf '%-20s %-4s %6s  %s\n' plant promise limit 'found'
[ $# -gt 0 ] || set -- $(cd "$top/tests/sim/plants" && ls ./*.patch | sed 's#^\./##; s#\.patch$##')

# plant NAME: builds $work/NAME/sim
plant() {
  patch=$top/tests/sim/plants/$1.patch dir=$work/$1
  mkdir -p "$dir"
  cp -r "$top/src" "$dir/src" && chmod -R u+w "$dir/src" && patch -s -p1 -d "$dir" <"$patch" || return
  objects=$OBJECTS
  for file in $(sed -n 's#^+++ b/\([^	]*\).*#\1#p' "$patch"); do
    object=$dir/$(basename "$file" .c).o
    $CC -I"$dir/src" $FLAGS -w -c -o "$object" "$dir/$file" || return
    objects="$object $(printf '%s\n' $objects | grep -v -- "-$(basename "$file" .c)\.o\$" | tr '\n' ' ')"
  done
  $CC $FLAGS -o "$dir/sim" $objects $LINK $LIBS
}

for name in "$@"; do
  promise=$(sed -n 's/^Promise: //p' "$top/tests/sim/plants/$name.patch")
  limit=$(sed -n 's/^Seeds: //p' "$top/tests/sim/plants/$name.patch")
  first=$(sed -n 's/^From: //p' "$top/tests/sim/plants/$name.patch")      # 1, or of a kind: see sim.h
  first=${first:-1}
  if ! plant "$name" >"$work/$name.log" 2>&1; then
    printf '%-20s %-4s %6s  %s\n' "$name" "$promise" "$limit" 'CANNOT BE BUILT'
    cat "$work/$name.log"
    failed=1
    continue
  fi
  found=$("$work/$name/sim" --seeds "$first" $((first + limit - 1)) --until-failure 2>/dev/null | grep ' seeds: ' | head -n 1)
  [ -n "$found" ] || failed=1
  printf '%-20s %-4s %6s  %s\n' "$name" "$promise" "$limit" "${found:-NOT FOUND}" | cut -c 1-150
  rm -rf "${work:?}/$name"
done
exit $failed

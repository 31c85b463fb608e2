#!/bin/sh
# Breaks the daemon, one way at a time, and says whether fifty kills show it. A plant is a patch in plants/, or one of the simulation's, applied to
# a copy of the sources; what it changes is compiled and linked before the real thing.
#   plants.sh [NAME...]      all, or these. Set by make: CC, FLAGS, LINK, OBJECTS, LIBS, KILLS; run where the daemon was built.
set -u
top=${srcdir:-.} work=tests/kill/plants.tmp failed=0
rm -rf "$work"
mkdir -p "$work"
printf '%-20s %-7s %s\n' plant promise 'found'
[ $# -gt 0 ] || set -- $(cd "$top/tests/kill/plants" && ls ./*.patch | sed 's#^\./##; s#\.patch$##') \
  reply-before-commit send-before-commit lose-an-intent resume-forgets forget-the-repeat page-after-yes

# plant PATCH DIRECTORY: builds the daemon there
plant() {
  mkdir -p "$2"
  cp -r "$top/src" "$2/src" && chmod -R u+w "$2/src" && patch -s -p1 -d "$2" <"$1" || return
  objects=
  for file in $(sed -n 's#^+++ b/\([^	]*\).*#\1#p' "$1"); do
    objects="$objects $2/$(basename "$file" .c).o"
    $CC -I"$2/src" $FLAGS -w -c -o "$2/$(basename "$file" .c).o" "$2/$file" || return
  done
  $CC $FLAGS -o "$2/beredd" $objects $OBJECTS $LINK $LIBS && ln -sf "$PWD/bereddctl" "$2/bereddctl"
}

for name in "$@"; do
  patch=$top/tests/kill/plants/$name.patch
  [ -e "$patch" ] || patch=$top/tests/sim/plants/$name.patch
  promise=$(sed -n 's/^Promise: //p' "$patch")
  if ! plant "$patch" "$work/$name" >"$work/$name.log" 2>&1; then
    printf '%-20s %-7s %s\n' "$name" "$promise" 'CANNOT BE BUILT'
    cat "$work/$name.log"
    failed=1
    continue
  fi
  found=$(BEREDD_BUILD="$PWD/$work/$name" PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 "$top/tests/kill/kill.py" --kills="$KILLS" --patience=15 --forget 2>/dev/null | sed -n 's/^kill: seed [0-9]*: //p' | head -n 1)
  [ -n "$found" ] || failed=1
  printf '%-20s %-7s %s\n' "$name" "$promise" "${found:-NOT FOUND}" | cut -c 1-150
  rm -rf "${work:?}/$name"
done
rm -rf "$work"
exit $failed

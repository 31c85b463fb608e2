#!/bin/sh
# The engine is pure: linked with what it uses of base, it needs nothing from outside but the functions named here. So it
# cannot read a clock, a file, the environment, a locale, time zones or randomness, not even by accident.
# `make check` runs it in the build directory. 77: skipped, for a build with sanitizers needs much more.
set -eu

if nm -u libengine.a | grep -Eq '__(asan|ubsan|tsan|msan)_'; then echo "a build with sanitizers"; exit 77; fi

# Memory and strings, the allocator, what assert() ends in, and what the compiler adds.
allowed='
  memcpy memmove memset memcmp memchr memrchr strlen strnlen strcmp strncmp strchr strrchr strstr strspn strcspn strpbrk
  __memcpy_chk __memmove_chk __memset_chk
  malloc calloc realloc reallocarray free
  qsort bsearch
  __assert_fail abort
  __stack_chk_fail _GLOBAL_OFFSET_TABLE_
'
allowed_in_base='write'     # the last words of base/mem.c when memory has run out

object=$(mktemp "${TMPDIR:-/tmp}/engine-XXXXXX")
trap 'rm -f "$object"' EXIT
"${LD:-ld}" -r -o "$object" --whole-archive libengine.a --no-whole-archive libbase.a

# What looks at nothing finds nothing: that must not pass.
nm "$object" | grep -q ' T engine_step$' || { echo "no engine_step in libengine.a"; exit 1; }

foreign() { # names that standard input's nm lists and $1 does not
  awk -v allowed="$1" 'BEGIN { n = split(allowed, names); for (i = 1; i <= n; i++) ok[names[i]] = 1 }
    NF >= 2 && !($2 in ok) { print "  " $2 }' | sort -u
}
own=$(nm -u libengine.a | foreign "$allowed $(nm --defined-only libengine.a libbase.a | awk 'NF == 3 { print $3 }')")
linked=$(nm -u "$object" | foreign "$allowed $allowed_in_base")
if [ -n "$own$linked" ]; then
  printf 'the engine, or what it takes from base, reaches outside by:\n%s\n' "$(printf "%s\n%s\n" "$own" "$linked" | grep . | sort -u)"
  exit 1
fi

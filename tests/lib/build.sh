# Builds the tree in a directory of its own, for ./demo and tests/run: sourced by bash, at the top of the tree.

# The build system itself, once for all builds: two at a time must not both write configure.
build_prepare() {
  local newer
  newer=$(find configure.ac Makefile.am src conf systemd tests \( -name Local.mk -o -name '*.ac' -o -name Makefile.am \) \
            -newer Makefile.in 2>/dev/null || echo first)
  if [ ! -e Makefile.in ] || [ ! -x configure ] || [ -n "$newer" ]; then
    mkdir -p m4 build-aux
    autoreconf -fi || return
    touch aclocal.m4 && touch configure config.h.in Makefile.in
  fi
}

# build_configure DIRECTORY OPTION...
build_configure() {
  local top=$PWD directory=$1; shift
  mkdir -p "$directory"
  (cd "$directory" || exit
   if [ ! -e config.status ] || [ "$top/configure" -nt config.status ]; then
     "$top/configure" -q --prefix=/usr --sysconfdir=/etc --localstatedir=/var --runstatedir=/run "$@"
   fi)
}

# Installs what is missing, for ./demo and tests/run: sourced by bash. Debian and its kin through apt, as root or through sudo.
# Elsewhere it looks whether the tools and libraries are there under any name, and prints what is needed if not.

packages_build="procps gcc libc6-dev make autoconf automake autoconf-archive pkg-config xz-utils systemd tzdata
  libevent-dev libcurl4-openssl-dev libinih-dev libsystemd-dev libsqlite3-dev libjansson-dev libssl-dev libical-dev"
packages_demo="curl"
packages_test="curl binutils patch check perl python3 python3-pytest python3-aiosmtpd python3-icalendar kannel kannel-extras smstools openssl util-linux tidy e2fsprogs
  valgrind clang-tidy debootstrap systemd-container"

packages_modules="libevent libevent_openssl libevent_pthreads libcurl inih libsystemd systemd sqlite3 jansson libcrypto libssl libical"

# What the build needs, where no package manager can be asked: prints what is not there.
packages_probe() {
  local tool module
  for tool in gcc make autoconf automake pkg-config curl; do command -v "$tool" >/dev/null || echo "$tool"; done
  for module in $packages_modules; do pkg-config --exists "$module" 2>/dev/null || echo "$module (pkg-config)"; done
}

packages_missing() {
  local package
  for package in "$@"; do
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || echo "$package"
  done
}

packages_apt() {    # as root, without questions, and never waiting for ever
  local -a root=()
  [ "$(id -u)" = 0 ] || root=(sudo)
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive timeout -k 10 900 \
    apt-get -q -y -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 "$@" </dev/null
}

# packages_need LOG PACKAGE...: ends well when they are there.
packages_need() {
  local log=$1 missing; shift
  if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    missing=$(packages_probe)
    [ -z "$missing" ] && return 0
    printf 'This is not Debian, so nothing is installed by itself. Not found:\n%s\nNeeded, by the names they have in Debian:\n' "$missing" >&2
    printf '%s\n' "$@" | fmt -w 100 >&2
    return 1
  fi
  missing=$(packages_missing "$@" | sort -u | tr '\n' ' ')
  [ -z "$missing" ] && return 0
  if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
    printf 'Missing, and neither root nor sudo to install it:\n  apt-get install --no-install-recommends %s\n' "$missing" >&2
    return 1
  fi
  echo "Installing: $missing" | fmt -w 100 -t
  if ! { packages_apt update && packages_apt install --no-install-recommends $missing; } >"$log" 2>&1; then
    tail -n 15 "$log" >&2
    echo "Installing failed; all of it is in $log" >&2
    return 1
  fi
}

# Sourced by the scripts beside it: what a build needs, and where it is.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
java_release=25
tools=(mvn:maven cmake:cmake c++:g++ ninja:ninja-build)

say() { printf '%s\n' "$@" >&2; }
die() { say "$@"; exit 1; }

# Prints the home of a JDK that is new enough.
find_jdk() {
  local candidate version
  for candidate in "${JAVA_HOME:-}" "$(dirname "$(dirname "$(readlink -f "$(command -v javac || echo /)")")")" \
    /usr/lib/jvm/* /opt/*jdk* /opt/java/* "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/*; do
    [ -x "$candidate/bin/javac" ] && [ -f "$candidate/release" ] || continue
    version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$candidate/release")
    [ "${version:-0}" -ge "$java_release" ] && { printf '%s\n' "$candidate"; return; }
  done
  return 1
}

# Prints what a build needs and this machine lacks: a line each, the name and its Debian package.
missing_tools() {
  local pair
  for pair in "${tools[@]}"; do
    command -v "${pair%%:*}" >/dev/null || printf '%s\n' "${pair%%:*} ${pair##*:}"
  done
  find_jdk >/dev/null || printf '%s\n' "JDK-$java_release openjdk-$java_release-jdk-headless"
}

# Prints what the Python client's tests need and this machine lacks, as above.
missing_python() {
  find_python >/dev/null || printf '%s\n' "Python-3.11-with-venv python3-venv"
  command -v openssl >/dev/null || printf '%s\n' "openssl openssl"
}

# Prints a Python that is new enough and can make virtual environments.
find_python() {
  local candidate
  for candidate in python3 python3.{14,13,12,11}; do
    "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue
    printf '%s\n' "$candidate"
    return
  done
  return 1
}

# Names what a function finds missing; as root on Debian installs what its packages have.
require() {
  local missing package
  missing=$("$1")
  if [ -n "$missing" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq >&2
    for package in $(cut -d' ' -f2 <<<"$missing"); do
      say "Installing $package"
      DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$package" >&2 || true
    done
    missing=$("$1")
  fi
  [ -z "$missing" ] || die "Missing, with their Debian packages:" "$missing" "${@:2}"
}

require_tools() {
  require missing_tools \
    "A JDK of another vendor (Eclipse Temurin $java_release, for example) is found in JAVA_HOME, PATH and the usual folders."
  JAVA_HOME=$(find_jdk)
  export JAVA_HOME MAVEN_OPTS="${MAVEN_OPTS:-} --sun-misc-unsafe-memory-access=allow"
}

# Sets `python`.
require_python() {
  require missing_python
  python=$(find_python)
}

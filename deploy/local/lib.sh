# Sourced by the scripts beside it: what a build needs, and where it is.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
java_release=25

say() { printf '%s\n' "$*" >&2; }
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

# Names what is missing; as root on Debian installs it.
require_tools() {
  local missing=() packages=() pair
  for pair in mvn:maven cmake:cmake c++:g++ ninja:ninja-build; do
    command -v "${pair%%:*}" >/dev/null || { missing+=("${pair%%:*}"); packages+=("${pair##*:}"); }
  done
  if [ ${#missing[@]} -gt 0 ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    say "Installing ${packages[*]}"
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${packages[@]}"; } >&2
    missing=()
  fi
  [ ${#missing[@]} -eq 0 ] || die "Missing: ${missing[*]}. On Debian or Ubuntu: sudo apt-get install ${packages[*]}"
  JAVA_HOME=$(find_jdk) || die "Missing: a JDK $java_release or newer. Install one (Eclipse Temurin $java_release, for example) and set JAVA_HOME."
  export JAVA_HOME
}

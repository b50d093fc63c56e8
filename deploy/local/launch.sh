# Sourced: builds what is not built, and becomes a Java program of this folder.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

launch() {
  require_tools
  "$root/deploy/local/build"
  exec "$JAVA_HOME/bin/java" --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
    -Dknnlm.root="$root" -cp "$root/deploy/local/target/classes:$root/deploy/local/target/lib/*" "$@"
}

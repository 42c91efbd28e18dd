# shellcheck shell=bash
# What every script here needs: a JDK, etcd, and a build that is up to date. Sourced, never run.
set -euo pipefail

ROOT=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
JDK_MAJOR_MIN=21

say() { printf '%s\n' "$*" >&2; }
die() {
  say "$*"
  exit 1
}

# Prints the major version of the JDK at $1; fails where there is no javac.
jdk_major() {
  local home=$1 version='' line
  [[ -x $home/bin/java && -x $home/bin/javac ]] || return 1
  if [[ -r $home/release ]]; then
    while IFS= read -r line; do
      [[ $line == JAVA_VERSION=* ]] && version=$line
    done <"$home/release"
  fi
  [[ -n $version ]] || version=$("$home/bin/javac" -version 2>&1) || return 1
  [[ $version =~ ([0-9]+) ]] || return 1
  printf '%s\n' "${BASH_REMATCH[1]}"
}

# Sets JAVA_HOME and JDK_MAJOR: JAVA_HOME as it is where it is new enough, else the newest JDK here.
need_jdk() {
  local home major java
  if [[ -n ${JDK_MAJOR:-} ]]; then return; fi
  if [[ -n ${JAVA_HOME:-} ]] && major=$(jdk_major "$JAVA_HOME") && ((major >= JDK_MAJOR_MIN)); then
    JDK_MAJOR=$major
    export JAVA_HOME
    return
  fi
  JDK_MAJOR=0
  java=$(readlink -f -- "$(command -v java || echo /nowhere)" || true)
  for home in "${java%/bin/java}" /usr/lib/jvm/* /opt/java/* "${HOME:-/nowhere}"/.sdkman/candidates/java/*; do
    if major=$(jdk_major "$home") && ((major > JDK_MAJOR)); then
      JDK_MAJOR=$major
      JAVA_HOME=$home
    fi
  done
  ((JDK_MAJOR >= JDK_MAJOR_MIN)) || die "no JDK $JDK_MAJOR_MIN or newer here (a JDK, with javac): $(jdk_advice)"
  export JAVA_HOME
}

jdk_advice() {
  local package
  for package in openjdk-25-jdk-headless openjdk-21-jdk-headless; do
    if apt-cache show "$package" >/dev/null 2>&1; then
      printf 'sudo apt-get install -y %s' "$package"
      return
    fi
  done
  printf 'sudo apt-get update && sudo apt-get install -y openjdk-21-jdk-headless; where the release has none (Debian 12), unpack any JDK 21 or newer and set JAVA_HOME to it'
}

# Sets JVM_FLAGS, what newer JDKs want to hear about native code and Unsafe in the libraries.
set_jvm_flags() {
  JVM_FLAGS=()
  if ((JDK_MAJOR >= 24)); then JVM_FLAGS+=(--enable-native-access=ALL-UNNAMED); fi
  if ((JDK_MAJOR >= 23)); then JVM_FLAGS+=(--sun-misc-unsafe-memory-access=allow); fi
}

# Runs a command as root where that needs no password; fails otherwise.
as_root() {
  if [[ $(id -u) == 0 ]]; then
    "$@"
  else
    sudo -n true 2>/dev/null && sudo -n "$@"
  fi
}

# Puts etcd on the PATH. Where it is missing, the system's package is unpacked below target/ instead of
# installed: that needs no rights and starts no service. Without etcd one node still works.
get_etcd() {
  local home=$ROOT/target/embedded/etcd
  if command -v etcd >/dev/null; then return; fi
  if [[ ! -x $home/usr/bin/etcd ]] && command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null; then
    say "getting etcd from the system's packages …"
    unpack_etcd "$home" || { as_root apt-get -qq update >/dev/null 2>&1 && unpack_etcd "$home"; } || true
  fi
  if "$home/usr/bin/etcd" --version >/dev/null 2>&1; then
    export PATH=$home/usr/bin:$PATH
  else
    say "no etcd here, and the system's packages do not give one (try: apt-get install etcd-server); going on without it, one node needs none"
  fi
}

unpack_etcd() {
  local home=$1 package
  rm -rf -- "$home.new"
  mkdir -p -- "$home.new"
  for package in etcd-server etcd; do
    if (cd -- "$home.new" && apt-get -qq download "$package" && dpkg-deb -x ./*.deb .) >/dev/null 2>&1 \
      && [[ -x $home.new/usr/bin/etcd ]]; then
      rm -rf -- "$home" "$home.new"/*.deb
      mv -- "$home.new" "$home"
      return 0
    fi
  done
  rm -rf -- "$home.new"
  return 1
}

# True when nothing that is compiled is newer than the last good build, and what it made is still there.
is_built() {
  local stamp=$ROOT/target/.built jar jars
  [[ -f $stamp && -f $ROOT/target/classpath.txt ]] || return 1
  [[ -f $ROOT/target/classes/flashsale/Main.class ]] || return 1
  [[ -f $ROOT/target/test-classes/flashsale/local/LocalStack.class ]] || return 1
  [[ -z $(cd -- "$ROOT" && find pom.xml application.conf protobuf src -newer "$stamp" -print -quit) ]] || return 1
  IFS=: read -r -a jars <"$ROOT/target/classpath.txt" || true
  ((${#jars[@]} > 0)) || return 1
  for jar in "${jars[@]}"; do
    [[ -e $jar ]] || return 1
  done
}

# The stamp is as old as the start of the build: a file saved meanwhile counts as newer.
build_begins() {
  mkdir -p -- "$ROOT/target"
  : >"$ROOT/target/.building"
}
build_is_done() { mv -f -- "$ROOT/target/.building" "$ROOT/target/.built"; }

# Compiles what has changed. Costs a few milliseconds when nothing has.
build() {
  local log=$ROOT/target/build.log maven next=15 begin=$SECONDS
  need_jdk
  if is_built; then return; fi
  if [[ -f $ROOT/target/.built ]]; then
    say "building …"
  else
    say "building (first time: downloads, about a minute) …"
  fi
  build_begins
  (cd -- "$ROOT" && exec ./mvnw -B -ntp test-compile) >"$log" 2>&1 &
  maven=$!
  # shellcheck disable=SC2064
  trap "kill $maven 2>/dev/null; exit 130" INT TERM
  while kill -0 "$maven" 2>/dev/null; do
    sleep 0.2
    if ((SECONDS - begin >= next)); then
      say "  … $next s"
      next=$((next + 15))
    fi
  done
  trap - INT TERM
  if ! wait "$maven"; then
    # A warning counts as an error in this build, so warnings with a place are shown too.
    { grep -E '^\[(ERROR|WARNING)\] .*\.java|^\[ERROR\] [^ ]' "$log" || tail -n 20 "$log"; } \
      | grep -v -E 're-run Maven|Re-run Maven|more information|Help 1' | awk '!seen[$0]++' | head -n 40 >&2 || true
    die "the build failed; all of its output: $log"
  fi
  build_is_done
}

# Sets CLASSPATH_ALL: the tests' classes (the local run is among them), the server's, the libraries.
set_classpath() {
  CLASSPATH_ALL=$ROOT/target/test-classes:$ROOT/target/classes:$(<"$ROOT/target/classpath.txt")
}

# Becomes the main class $1 with the other arguments. Short-lived: one compiler, a small heap.
exec_java() {
  set_jvm_flags
  set_classpath
  exec "$JAVA_HOME/bin/java" "${JVM_FLAGS[@]}" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx256m \
    -cp "$CLASSPATH_ALL" "$@"
}

# Sourced by agent/rackpulse, agent/demo and tests/run: finds a JDK, installs what is missing.
# shellcheck shell=bash

# Prints the feature number (25 for 25.0.1) of the Java in home $1; fails when there is none.
java_feature() {
  [ -x "$1/bin/java" ] || return 1
  local version=
  if [ -r "$1/release" ]; then
    version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release")
  fi
  if [ -z "$version" ]; then
    version=$("$1/bin/java" -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p')
  fi
  [ -n "$version" ] && echo "${version%%$'\n'*}"
}

# Prints the home of the first Java of feature 25 or newer that has the tool $1 (java, javac).
find_java() {
  local home feature on_path
  on_path=$(command -v "$1" || true)
  if [ -n "$on_path" ]; then
    on_path=$(dirname "$(dirname "$(readlink -f "$on_path")")")
  fi
  for home in "${JAVA_HOME-}" "${GRAALVM_HOME-}" "$on_path" \
      /usr/lib/jvm/* /usr/java/* /opt/*jdk* /opt/*graal* /opt/java/* \
      "${HOME-}"/.sdkman/candidates/java/* "${HOME-}"/.jdks/*; do
    [ -n "$home" ] && [ -x "$home/bin/$1" ] || continue
    feature=$(java_feature "$home") || continue
    if [ "$feature" -ge 25 ]; then
      echo "$home"
      return 0
    fi
  done
  echo "No JDK 25 or newer was found. Install one (Temurin 25, GraalVM 25, a" \
    "distribution's openjdk-25) or set JAVA_HOME to it." >&2
  return 1
}

# Prints the home of the first GraalVM 25 that has native-image; fails silently when there is none.
find_graalvm() {
  local home on_path
  on_path=$(command -v native-image || true)
  if [ -n "$on_path" ]; then
    on_path=$(dirname "$(dirname "$(readlink -f "$on_path")")")
  fi
  for home in "${GRAALVM_HOME-}" "${JAVA_HOME-}" "$on_path" \
      /usr/lib/jvm/*graal* /opt/*graal* "${HOME-}"/.sdkman/candidates/java/*; do
    if [ -n "$home" ] && [ -x "$home/bin/native-image" ] && [ "$(java_feature "$home")" = 25 ]; then
      echo "$home"
      return 0
    fi
  done
  return 1
}

# Runs Maven, the libraries of which warn about themselves on a JDK this new.
maven() {
  local quiet="--sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED"
  MAVEN_OPTS="${MAVEN_OPTS-} $quiet" mvn -B "$@"
}

# Runs a command as root, through sudo when we are not.
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# install_missing COMMAND:PACKAGE... installs the package of each command that is not there.
install_missing() {
  local pair packages=()
  for pair in "$@"; do
    if ! PATH="$PATH:/usr/sbin:/sbin" command -v "${pair%%:*}" > /dev/null; then
      packages+=("${pair#*:}")
    fi
  done
  [ "${#packages[@]}" -gt 0 ] || return 0
  if ! command -v apt-get > /dev/null; then
    echo "Missing: ${packages[*]}. There is no apt-get here: install them by hand." >&2
    return 1
  fi
  echo "Installing: ${packages[*]}"
  install_quietly "${packages[@]}"
}

# Installs packages without starting their services: we start a private Mosquitto of our own.
install_quietly() {
  local policy=/usr/sbin/policy-rc.d ours= status=0
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" > /dev/null
    as_root chmod 755 "$policy"
    ours=yes
  fi
  apt_install "$@" || { as_root apt-get update -q && apt_install "$@"; } || status=$?
  if [ -n "$ours" ]; then
    as_root rm -f "$policy"
  fi
  if [[ " $* " = *" mosquitto "* ]] && [ -d /run/systemd/system ]; then
    as_root systemctl disable -q --now mosquitto || true
  fi
  return "$status"
}

apt_install() {
  as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -q -y --no-install-recommends "$@"
}

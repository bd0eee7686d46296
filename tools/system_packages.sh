#!/bin/sh
# Installs what Debian-like systems lack, when root or through sudo; otherwise names the packages.
# Usage: system_packages.sh venv|run|test|bench
set -eu

QT="libglib2.0-0 libgl1 libegl1 libfontconfig1 libdbus-1-3 libxkbcommon-x11-0 libxcb-cursor0
    libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-render-util0 libxcb-shape0
    libwayland-cursor0"
case "$1" in
  venv)  wanted=""; python3 -c 'import ensurepip, venv' 2>/dev/null || wanted="python3-venv" ;;
  run)   wanted="$QT" ;;
  test)  wanted="$QT gcc libc6-dev pocl-opencl-icd oclgrind" ;;
  bench) wanted="$QT xvfb pocl-opencl-icd" ;;
  *)     echo "usage: $0 venv|run|test|bench" >&2; exit 2 ;;
esac

command -v dpkg-query >/dev/null 2>&1 || exit 0
missing=""
for package in $wanted; do
  # Newer releases renamed some libraries (…t64) and say so under Provides.
  dpkg-query -W -f '${Status}\n' "$package" "${package}t64" 2>/dev/null |
    grep -q '^install ok installed' || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ]; then as_root=""
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then as_root="sudo"
else
  echo "These Debian packages are missing; please install them: apt-get install$missing"
  exit 0
fi
echo "Installing Debian packages:$missing"
$as_root apt-get update -qq
# shellcheck disable=SC2086
DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends $missing \
  >/dev/null || echo "Could not install them all; please install: apt-get install$missing"

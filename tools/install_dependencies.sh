#!/usr/bin/env bash
# Installs what packages.txt and requirements.txt name and this machine lacks; where it may not, it says what is missing.
# Does nothing when everything is there. FLINT_VENV names another virtual environment than .venv.
set -euo pipefail
cd "$(dirname "$0")/.."
venv=${FLINT_VENV:-.venv}

fail() {
  printf 'flint: %s\n' "$@" >&2
  exit 1
}

install_system_packages() {
  local wanted missing=() package
  mapfile -t wanted < <(grep -v '^#' packages.txt)
  if ! command -v dpkg-query >/dev/null; then
    echo "flint: this is no Debian; the build needs what these Debian packages hold: ${wanted[*]}" >&2
    return
  fi
  for package in "${wanted[@]}"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  if [ "$(id -u)" -ne 0 ]; then
    fail "these packages are missing, and only root may install them:" "  apt-get install ${missing[*]}"
  fi
  echo "flint: installing ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq || echo "flint: the package lists could not be refreshed; trying with the old ones" >&2
  apt-get install -qq -y --no-install-recommends "${missing[@]}" >/dev/null ||
    fail "apt-get could not install: ${missing[*]}" "see its message above; without a network they have to be installed by hand"
}

make_virtual_environment() {
  local stamp=$venv/.flint_requirements wanted
  wanted=$(sha256sum <requirements.txt)
  [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ] && return 0
  if [ ! -x "$venv/bin/python" ]; then
    python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
      fail "python3 is $(python3 --version 2>&1 || echo absent); 3.11 or newer is needed"
    python3 -m venv "$venv" || fail "python3 -m venv $venv failed; on Debian it needs the package python3-venv"
  fi
  echo "flint: installing requirements.txt into $venv"
  "$venv/bin/python" -m pip install -q --disable-pip-version-check -r requirements.txt ||
    fail "pip could not install requirements.txt into $venv:" "see its message above; it needs a network, or PIP_INDEX_URL, or PIP_FIND_LINKS"
  printf '%s' "$wanted" >"$stamp"
}

install_system_packages
# One at a time where checkouts share an environment.
mkdir -p build
exec 9>"build/.dependencies.lock"
if command -v flock >/dev/null; then flock 9; fi
make_virtual_environment

#!/usr/bin/env bash
# Runs once, when Gradescope builds the image: an environment with the grader, for root alone to read.
set -euo pipefail
root=${AUTOGRADER_ROOT:-/autograder}
source=$root/source

newest() {
  for name in python3.13 python3.12 python3.11 python3; do
    if command -v "$name" >/dev/null &&
      "$name" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$name"
      return
    fi
  done
}

if [ -z "$(newest)" ]; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends libseccomp2 python3.12 python3.12-venv >/dev/null 2>&1 ||
    apt-get install -y -qq --no-install-recommends libseccomp2 python3.11 python3.11-venv >/dev/null
fi
"$(newest)" -m venv "$root/environment"
"$root/environment/bin/pip" install -q -c "$source/constraints.txt" "$source"/*.whl
# The layer `seccomp` needs this library; without it the doctor below says so.
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null && ! ldconfig -p | grep -q libseccomp; then
  apt-get update -qq && apt-get install -y -qq --no-install-recommends libseccomp2 >/dev/null
fi
chmod -R go-rwx "$source"
"$root/environment/bin/grader" doctor

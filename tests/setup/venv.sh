#!/bin/sh
# Makes .venv with $PYTHON, installing python3-venv where Python came without ensurepip (as Debian's does).
set -eu
. "$(dirname "$0")/apt.sh"

python=${PYTHON:-python3}
if ! command -v "$python" >/dev/null; then
    echo "There is no $python. Python 3.11 or newer is needed; name it with: make PYTHON=/path/to/python3.11 …" >&2
    exit 1
fi
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "$("$python" --version) is too old: 3.11 or newer is needed; name it with: make PYTHON=/path/to/python3.11 …" >&2
    exit 1
fi
if [ ! -x .venv/bin/python ] || ! .venv/bin/python -c 'import pip' 2>/dev/null; then
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        apt_install "Python's venv module is missing" python3-venv
    fi
    echo "Making .venv"
    "$python" -m venv .venv
fi

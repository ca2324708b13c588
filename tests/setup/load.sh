#!/bin/sh
# The benchmarks send requests with siege and wrk: installs both where they are missing.
set -eu
. "$(dirname "$0")/apt.sh"

missing=""
command -v siege >/dev/null || missing="$missing siege"
command -v wrk >/dev/null || missing="$missing wrk"
if [ -n "$missing" ]; then
    apt_install "The benchmarks need something that sends requests" $missing
fi

#!/bin/sh
# The page's tests drive a real Chromium and look at Korean text: installs both where they are missing.
set -eu
. "$(dirname "$0")/apt.sh"

missing=""
command -v chromium >/dev/null || missing="$missing chromium"
if ! command -v fc-list >/dev/null || [ -z "$(fc-list :lang=ko family)" ]; then
    missing="$missing fontconfig fonts-nanum"
fi
if [ -n "$missing" ]; then
    apt_install "The tests of the page need a browser and a Korean font" $missing
fi

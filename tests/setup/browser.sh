#!/bin/sh
# The page's tests drive a real Chromium and look at Korean text: installs both where they are missing.
set -eu
. "$(dirname "$0")/apt.sh"

missing=""
# Without windows of its own it is smaller, and starts sooner, than the browser for a desktop.
command -v chromium-headless-shell >/dev/null || missing="$missing chromium-headless-shell"
if ! command -v fc-list >/dev/null || [ -z "$(fc-list :lang=ko family)" ]; then
    missing="$missing fontconfig fonts-nanum"
fi
# What drives the browser is a Node.js that Playwright brings along; it needs this library.
[ -n "$(find /usr/lib /lib -name 'libatomic.so.1*' -print -quit 2>/dev/null)" ] || missing="$missing libatomic1"
if [ -n "$missing" ]; then
    apt_install "The tests of the page need a browser and a Korean font" $missing
fi

"""How the page's tests start the Chromium that `tests/setup/browser.sh` installs."""

import shutil

ARGUMENTS = [
    "--no-sandbox",  # CI runs as root, where Chromium's sandbox refuses to start
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def executable() -> str:
    """The path of Chromium. A missing one fails the test that asks: it is never skipped."""
    path = shutil.which("chromium-headless-shell")
    if path is None:
        raise FileNotFoundError("there is no chromium-headless-shell: `sh tests/setup/browser.sh` installs it")
    return path

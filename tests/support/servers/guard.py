"""Runs one server for one owner: `guard.py OWNER_PID USER FOLDER COMMAND…`. When the owner is gone, so is the server.

The kernel tells (pidfd), so that even an owner killed with -9 leaves no server and no folder behind.
SIGTERM to the guard ends both as well. A server that ends by itself ends its guard and leaves the folder.
"""

import contextlib
import os
import select
import shutil
import signal
import subprocess
import sys
import time


def main(owner: int, user: str, folder: str, command: list[str]) -> int:
    told, tell = os.pipe()
    signal.signal(signal.SIGTERM, lambda *_: os.write(tell, b"."))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the owner, who then ends us
    try:
        owners_end = os.pidfd_open(owner)
    except ProcessLookupError:
        return 1
    server = subprocess.Popen(
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        user=user or None,
        group=user or None,
        extra_groups=[] if user else None,
    )
    servers_end = os.pidfd_open(server.pid)
    ended, _, _ = select.select([owners_end, servers_end, told], [], [])
    if servers_end not in ended:
        os.killpg(server.pid, signal.SIGKILL)
    status = server.wait()
    end_the_rest(server.pid)
    if servers_end not in ended:
        shutil.rmtree(folder, ignore_errors=True)
    return status


def end_the_rest(group: int) -> None:
    """A killed postmaster leaves backends for a moment, which would be in the way of the next start."""
    deadline = time.monotonic() + 2
    with contextlib.suppress(ProcessLookupError):
        while time.monotonic() < deadline:
            os.killpg(group, signal.SIGKILL)
            time.sleep(0.01)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4:]))

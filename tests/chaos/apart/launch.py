"""Starts processes of the product, each forked from one that has imported everything: a start takes no seconds.

One JSON line in for each start, `{"command": […], "environment": {…}, "output": path}`; out come `{"pid": n}` for it
and, when it ends, `{"pid": n, "status": s}`. When the one who asked is gone, so are all of them.
"""

import ctypes
import gc
import json
import os
import select
import signal
import sys
from collections.abc import Mapping
from typing import Any, NoReturn

# What every process is going to need.
import ssak3.audit
import ssak3.cli
import ssak3.running
import ssak3.sandbox
from tests.chaos.apart import inside

PR_SET_PDEATHSIG = 1
RINGS = signal.SIGCHLD


def main() -> None:
    gc.freeze()
    ended, rings = os.pipe()
    os.set_blocking(rings, False)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one who asked
    signal.signal(RINGS, lambda *_: None)
    signal.set_wakeup_fd(rings)
    alive: set[int] = set()
    waiting = b""
    while True:
        readable, _, _ = select.select([0, ended], [], [])
        if ended in readable:
            os.read(ended, 1000)
            _bury(alive)
        if 0 in readable:
            more = os.read(0, 65536)
            if not more:
                break
            *lines, waiting = (waiting + more).split(b"\n")
            for line in lines:
                alive.add(_start(json.loads(line)))
    for pid in alive:
        os.kill(pid, signal.SIGKILL)
    for pid in alive:
        os.waitpid(pid, 0)


def _bury(alive: set[int]) -> None:
    while alive:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if not pid:
            return
        alive.discard(pid)
        _tell(pid=pid, status=os.waitstatus_to_exitcode(status))


def _start(wanted: Mapping[str, Any]) -> int:
    parent = os.getpid()
    pid = os.fork()
    if not pid:
        _become(parent, **wanted)
    _tell(pid=pid)
    return pid


def _tell(**what: int) -> None:
    os.write(1, json.dumps(what).encode() + b"\n")


def _become(parent: int, command: list[str], environment: Mapping[str, str], output: str) -> NoReturn:
    status = 70
    try:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(status)
        signal.set_wakeup_fd(-1)
        for name in (signal.SIGINT, RINGS):
            signal.signal(name, signal.SIG_DFL)
        log = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        for here in (1, 2):
            os.dup2(log, here)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.environ.clear()
        os.environ.update(environment)
        sys.argv = ["ssak3", *command]
        inside.prepare()
        ssak3.cli.main()
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    main()

"""The web server of a process, as one of several things that it starts and stops."""

from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

BACKLOG = 512
# Longer than a payment may take, so that no request is cut off by a restart.
LONGEST_REQUEST_SECONDS = 10
# Longer than our own clients (15 s) and load balancers (60 s) keep an idle connection: whoever ends it first must be
# the side that sends, or a request goes out on a connection that is just being closed, and its outcome is unknown.
IDLE_SECONDS = 75


class Server(uvicorn.Server):
    """Serves on a socket that is bound already; `should_exit` ends it once the requests under way are answered.

    Who came through a proxy of this machine, or of FORWARDED_ALLOW_IPS, is known by the address that the proxy tells
    (https://www.uvicorn.org/deployment/#proxies-and-forwarded-headers).
    """

    def __init__(self, app: FastAPI) -> None:
        super().__init__(
            uvicorn.Config(
                app, log_config=None, access_log=False, ws_max_size=64 * 1024,
                timeout_graceful_shutdown=LONGEST_REQUEST_SECONDS, timeout_keep_alive=IDLE_SECONDS, backlog=BACKLOG,
                server_header=False,
            )
        )  # fmt: skip

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are ours: the server is one of several things to stop."""
        yield

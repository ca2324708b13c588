"""What every request and every answer of the main port passes: a largest body, and headers that browsers obey."""

from collections.abc import Callable

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST_BODY = 64 * 1024
# For answers that say nothing of their own: nobody frames them, guesses their type, or learns where one came from.
HEADERS = {
    "Content-Security-Policy": "frame-ancestors 'none'; base-uri 'none'; object-src 'none'",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}


class Edge:
    """The outermost middleware but for the one that catches errors."""

    def __init__(self, app: ASGIApp, is_stopping: Callable[[], bool]) -> None:
        self._app = app
        self._is_stopping = is_stopping

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._app(scope, _bounded(receive), self._headed(send))
        else:
            await self._app(scope, receive, send)

    def _headed(self, send: Send) -> Send:
        async def headed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if self._is_stopping():
                    # Whoever keeps connections open for the next request is to open the next one elsewhere.
                    headers["Connection"] = "close"
            await send(message)

        return headed


def _bounded(receive: Receive) -> Receive:
    """Whoever reads the body is stopped with a 413 as soon as it is too large."""
    size = 0

    async def bounded() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > LARGEST_BODY:
            raise HTTPException(413, f"At most {LARGEST_BODY} bytes.")
        return message

    return bounded

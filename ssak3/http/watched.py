"""What is noted of every request: the trace that it belongs to, how long it took, and in JSON logs a line."""

from time import perf_counter

import structlog
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import unbind_contextvars

from services.shared_kernel.tracing import Span, SpanKind, Tracing
from ssak3.metrics import METHODS, OTHER, Metrics

log = structlog.get_logger(__name__)

# Asked for every few seconds by whoever watches us, be it a process of our own.
UNWATCHED = frozenset({"/health/live", "/health/ready", "/metrics", "/payments/availability", "/payments/breaker"})
# Bound by what handles a request, for every line about it.
BOUND = ("reservation_id", "job_id")


class Watched:
    """The outermost middleware but for the one that catches errors. A socket's frames are requests of their own."""

    def __init__(self, app: ASGIApp, metrics: Metrics, tracing: Tracing, is_logged: bool) -> None:
        self._app = app
        self._metrics = metrics
        self._tracing = tracing
        self._is_logged = is_logged

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in UNWATCHED:
            await self._app(scope, receive, send)
            return
        started, status, seconds = perf_counter(), 500, 0.0

        async def noted(message: Message) -> None:
            nonlocal status, seconds
            if message["type"] == "http.response.start":
                status, seconds = message["status"], perf_counter() - started
            await send(message)

        method = scope["method"] if scope["method"] in METHODS else OTHER
        with self._tracing.begin(method, Headers(scope=scope).get("traceparent"), kind=SpanKind.SERVER) as span:
            try:
                await self._app(scope, receive, noted)
            finally:
                self._note(span, method, route_of(scope), status, seconds or perf_counter() - started)

    def _note(self, span: Span, method: str, route: str, status: int, seconds: float) -> None:
        span.update_name(f"{method} {route}")
        span.set_attribute("http.response.status_code", status)
        self._metrics.requested(method, route, status, seconds)
        if self._is_logged:
            log.info("http.request", method=method, route=route, status=status, ms=round(seconds * 1000, 1))
        unbind_contextvars(*BOUND)


def route_of(scope: Scope) -> str:
    """The path's template: without ids, tokens, and whatever else a path may hold. Of files, where they begin."""
    return getattr(scope.get("route"), "path", None) or scope.get("root_path") or OTHER

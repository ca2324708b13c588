"""Which trace a piece of work belongs to (https://www.w3.org/TR/trace-context/), in terms of OpenTelemetry's API.

The ids go along with every cause, from what somebody said to the last thing that follows from it. Spans are recorded
only where a tracer of OpenTelemetry's SDK is given.
"""

import re
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import lru_cache

from opentelemetry.context import Context, attach, detach
from opentelemetry.trace import (
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    StatusCode,
    TraceFlags,
    Tracer,
    get_current_span,
    set_span_in_context,
)

from services.shared_kernel.refusal import Refusal

__all__ = ["PASSING_ON", "Span", "SpanKind", "Tracing", "current_trace_id", "current_traceparent", "trace_headers"]

LONGEST = 200
_TRACEPARENT = re.compile(r"(?!ff)([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")


def current_traceparent() -> str | None:
    """The `traceparent` of what is going on here; None outside of any trace."""
    span = get_current_span().get_span_context()
    return f"00-{span.trace_id:032x}-{span.span_id:016x}-{span.trace_flags:02x}" if span.is_valid else None


def current_trace_id() -> str | None:
    """The trace's id alone, for logs."""
    span = get_current_span().get_span_context()
    return f"{span.trace_id:032x}" if span.is_valid else None


def trace_headers() -> dict[str, str]:
    """What a request carries so that its receiver continues this trace."""
    traceparent = current_traceparent()
    return {} if traceparent is None else {"traceparent": traceparent}


class Tracing:
    """Begins traces with ids of `bits` (so many bits of chance), and records them with `tracer`.

    Without chance none is begun: only what comes with a traceparent belongs to a trace.
    """

    def __init__(self, bits: Callable[[int], int] | None = None, tracer: Tracer | None = None) -> None:
        self._bits = bits
        self._tracer = tracer

    def begin(
        self, name: str, traceparent: str | None = None, *, kind: SpanKind = SpanKind.INTERNAL, **about: str
    ) -> AbstractContextManager[Span]:
        """Continue the trace of `traceparent` if that is a valid one, else begin one; inside, it is the current one."""
        coming = _coming(traceparent)
        if self._tracer is not None:
            return _recorded(self._tracer, name, coming or Context(), kind, about)
        return _Inside(coming or self._unrecorded())

    def step(
        self, name: str, *, kind: SpanKind = SpanKind.INTERNAL, **about: str
    ) -> AbstractContextManager[Span | None]:
        """A part of what is going on."""
        if self._tracer is None:
            return nullcontext()
        return _recorded(self._tracer, name, None, kind, about)

    @contextmanager
    def side_by_side(self, kind: SpanKind, parts: Iterable[tuple[str, str | None]]) -> Iterator[None]:
        """What is done inside is done for many at once: a span for each name, in the trace of its traceparent."""
        if self._tracer is None:
            yield
            return
        spans = [self._tracer.start_span(name, _coming(parent) or Context(), kind=kind) for name, parent in parts]
        try:
            yield
        finally:
            for span in spans:
                span.end()

    async def unless_idle(self, name: str, run: Callable[[], Awaitable[int]]) -> int:
        """Run it in a trace of its own; of a run that finds nothing to do (0), nothing is recorded."""
        if self._tracer is None:
            with _Inside(self._unrecorded()):
                return await run()
        span = self._tracer.start_span(name, Context())
        with _Inside(set_span_in_context(span, Context())):
            try:
                done = await run()
            except Exception as error:
                _fail(span, error)
                span.end()
                raise
        if done:
            span.end()  # one that isn't ended is never seen
        return done

    def _unrecorded(self) -> Context:
        if self._bits is None:
            return Context()
        # Not sampled: nobody has recorded it.
        fresh = SpanContext(self._bits(128), self._bits(64), is_remote=False, trace_flags=TraceFlags(0))
        return set_span_in_context(NonRecordingSpan(fresh), Context())


# Passes on what comes, and begins nothing.
PASSING_ON = Tracing()


class _Inside:
    """A context to be in for a while. Entered for each event that is handled: no generator, nothing that takes time."""

    __slots__ = ("_context", "_token")

    def __init__(self, context: Context) -> None:
        self._context = context

    def __enter__(self) -> Span:
        self._token = attach(self._context)
        return get_current_span(self._context)

    def __exit__(self, *error: object) -> None:
        detach(self._token)


def _coming(traceparent: str | None) -> Context | None:
    """With the span that is named as the current one; None for what is no valid name."""
    return _named(traceparent) if traceparent and len(traceparent) <= LONGEST else None


@lru_cache(maxsize=1024)  # one tap has many events
def _named(traceparent: str) -> Context | None:
    match = _TRACEPARENT.fullmatch(traceparent)
    if match is None or (match[1] == "00" and match[5]):
        return None
    trace_id, span_id, flags = (int(match[group], 16) for group in (2, 3, 4))
    span = SpanContext(trace_id, span_id, is_remote=True, trace_flags=TraceFlags(flags))
    return set_span_in_context(NonRecordingSpan(span), Context()) if span.is_valid else None


@contextmanager
def _recorded(
    tracer: Tracer, name: str, context: Context | None, kind: SpanKind, about: Mapping[str, str]
) -> Iterator[Span]:
    # An exception's text may hold what somebody wrote: only its type is recorded.
    with tracer.start_as_current_span(
        name, context, kind, about, record_exception=False, set_status_on_exception=False
    ) as span:
        try:
            yield span
        except Exception as error:
            _fail(span, error)
            raise


def _fail(span: Span, error: Exception) -> None:
    span.set_attribute("error.type", type(error).__name__)
    if not isinstance(error, Refusal):  # an answer like any other
        span.set_status(StatusCode.ERROR)

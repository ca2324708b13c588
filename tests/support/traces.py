"""What a world's traces look like: in what was recorded with events, and in the spans of OpenTelemetry's SDK."""

from collections.abc import Sequence

from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from services.shared_kernel.tracing import Tracing
from ssak3.system import bits
from tests.support.world import World


def trace_of(traceparent: str | None) -> str:
    """The trace's id; empty for what belongs to none."""
    return traceparent.split("-")[1] if traceparent else ""


def events_of(world: World, trace_id: str) -> list[str]:
    """The types, without `ssak3.` and the version, of all events of a trace, in every context."""
    return sorted(
        recorded.event.TYPE.removeprefix("ssak3.").removesuffix(".v1")
        for recorded in world.recorded
        if trace_of(recorded.traceparent) == trace_id
    )


class Recorder:
    """OpenTelemetry's SDK, with a memory instead of a collector."""

    def __init__(self) -> None:
        self._memory = InMemorySpanExporter()
        provider = TracerProvider(shutdown_on_exit=False)
        provider.add_span_processor(SimpleSpanProcessor(self._memory))
        self.tracing = Tracing(bits, provider.get_tracer("test"))

    @property
    def spans(self) -> Sequence[ReadableSpan]:
        """Those that have ended."""
        return self._memory.get_finished_spans()

    def named(self, name: str) -> list[ReadableSpan]:
        """In the order in which they ended."""
        return [span for span in self.spans if span.name == name]

    def line_of(self, span: ReadableSpan) -> list[str]:
        """The names from the root down to this span. Each is of the same trace."""
        known = {each.context.span_id: each for each in self.spans if each.context is not None}
        line = [span]
        while line[0].parent is not None:
            line.insert(0, known[line[0].parent.span_id])
        assert len({each.context.trace_id for each in line if each.context is not None}) == 1
        return [each.name for each in line]

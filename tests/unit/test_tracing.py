"""Traces: what is continued, what begins anew, what is recorded, and what never is."""

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from services.shared_kernel.refusal import NotFound
from services.shared_kernel.tracing import (
    PASSING_ON,
    SpanKind,
    Tracing,
    current_trace_id,
    current_traceparent,
    trace_headers,
)

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
COMING = f"00-{TRACE}-00f067aa0ba902b7-01"
ONES = Tracing(lambda count: (1 << count) - 1)
BEGUN = f"00-{'f' * 32}-{'f' * 16}-00"


class Recorder:
    """OpenTelemetry's SDK, with a memory instead of a collector."""

    def __init__(self) -> None:
        self.exporter = InMemorySpanExporter()
        provider = TracerProvider(shutdown_on_exit=False)
        provider.add_span_processor(SimpleSpanProcessor(self.exporter))
        self.tracing = Tracing(lambda count: 1, provider.get_tracer("test"))

    @property
    def spans(self):
        return {span.name: span for span in self.exporter.get_finished_spans()}


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


def test_outside_of_a_trace_there_is_none():
    assert current_traceparent() is None
    assert current_trace_id() is None
    assert trace_headers() == {}


def test_a_valid_one_is_continued_and_left_again():
    with ONES.begin("here", COMING):
        assert current_traceparent() == COMING
        assert current_trace_id() == TRACE
        assert trace_headers() == {"traceparent": COMING}
        with ONES.step("inside"):
            assert current_traceparent() == COMING
    assert current_traceparent() is None


@pytest.mark.parametrize(
    "coming",
    [
        None, "", "no", f"ff-{TRACE}-00f067aa0ba902b7-01", f"00-{'0' * 32}-00f067aa0ba902b7-01", f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE.upper()}-00f067aa0ba902b7-01", f"00-{TRACE}-00f067aa0ba902b7", f"{COMING}-more", f" {COMING}", f"{COMING}\n",
        f"00-{TRACE}-00f067aa0ba902b7-zz", "x" * 10_000,
    ],
)  # fmt: skip
def test_any_other_begins_anew(coming):
    with ONES.begin("here", coming):
        assert current_traceparent() == BEGUN


def test_a_later_version_of_the_format_is_understood():
    """Its first four parts stay what they are: https://www.w3.org/TR/trace-context/#versioning-of-traceparent."""
    with ONES.begin("here", f"01-{TRACE}-00f067aa0ba902b7-01-what-comes"):
        assert current_traceparent() == COMING


def test_without_chance_what_comes_is_passed_on_and_nothing_begins():
    with PASSING_ON.begin("here", COMING):
        assert current_traceparent() == COMING
        with PASSING_ON.begin("there"):
            assert current_traceparent() is None


def test_spans_have_the_right_parents(recorder):
    with recorder.tracing.begin("whole", kind=SpanKind.SERVER, channel="web"):
        carried = current_traceparent()
        with recorder.tracing.step("part"):
            deeper = current_traceparent()
    with recorder.tracing.begin("later", carried):
        pass
    with recorder.tracing.side_by_side(SpanKind.PRODUCER, [("one", deeper), ("other", COMING), ("own", None)]):
        assert current_traceparent() is None
    spans = recorder.spans
    whole, part = spans["whole"].context, spans["part"].context
    assert spans["whole"].parent is None
    assert dict(spans["whole"].attributes) == {"channel": "web"}
    assert spans["part"].parent.span_id == spans["later"].parent.span_id == whole.span_id
    assert spans["one"].parent.span_id == part.span_id
    assert {spans[name].context.trace_id for name in ("whole", "part", "later", "one")} == {whole.trace_id}
    assert (spans["other"].context.trace_id, spans["own"].parent) == (int(TRACE, 16), None)
    assert spans["own"].context.trace_id != whole.trace_id


def test_a_failure_is_named_without_its_words(recorder):
    with pytest.raises(ValueError, match="양화로 12"), recorder.tracing.begin("fails"):
        raise ValueError("양화로 12")
    with pytest.raises(NotFound), recorder.tracing.begin("refuses"):
        raise NotFound("양화로 12")
    fails, refuses = recorder.spans["fails"], recorder.spans["refuses"]
    assert (fails.status.status_code, fails.status.description) == (StatusCode.ERROR, None)
    assert (refuses.status.status_code, dict(refuses.attributes)) == (StatusCode.UNSET, {"error.type": "NotFound"})
    assert fails.events == refuses.events == ()
    assert "양화로" not in fails.to_json() + refuses.to_json()


@pytest.mark.asyncio
async def test_a_look_that_finds_nothing_leaves_nothing(recorder):
    async def finds(count):
        assert current_traceparent() is not None
        return count

    for tracing in (recorder.tracing, ONES):
        assert await tracing.unless_idle("idle", lambda: finds(0)) == 0
        assert await tracing.unless_idle("busy", lambda: finds(2)) == 2
    with pytest.raises(ZeroDivisionError):
        await recorder.tracing.unless_idle("broken", lambda: finds(1 // 0))
    assert {name: span.status.status_code.name for name, span in recorder.spans.items()} == {
        "busy": "UNSET", "broken": "ERROR",
    }  # fmt: skip

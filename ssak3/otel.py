"""Spans to a collector, as OpenTelemetry's own variables say (https://opentelemetry.io/docs/specs/otel/protocol/exporter/)."""

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

from services.shared_kernel.tracing import Tracing
from ssak3 import __version__
from ssak3.settings import WrongSettings
from ssak3.system import bits

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
FLUSH_SECONDS = 3.0


@asynccontextmanager
async def open_tracing(process: str) -> AsyncIterator[Tracing]:
    """With a collector's address in the environment, spans are recorded and sent there; else only ids are passed on."""
    where = next((name for name in ENDPOINTS if os.environ.get(name)), None)
    if where is None or _is_off():
        yield Tracing(bits)
        return
    provider = _provider(process, where)
    try:
        yield Tracing(bits, provider.get_tracer("ssak3", __version__))
    finally:
        await _before_too_long(provider.shutdown)


def _is_off() -> bool:
    return os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true" or os.environ.get("OTEL_TRACES_EXPORTER") == "none"


def _provider(process: str, where: str) -> "TracerProvider":
    """Sampling, limits, batching and the exporter read their own variables."""
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        raise WrongSettings(
            f"{where}: OpenTelemetry isn't installed. Install it with: pip install 'ssak3[otel]', or unset it."
        ) from None
    named = {} if os.environ.get("OTEL_SERVICE_NAME") else {"service.name": f"ssak3-{process}"}
    provider = TracerProvider(resource=Resource.create({**named, "ssak3.process": process}), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider


async def _before_too_long(shut_down: Callable[[], None]) -> None:
    """A collector that doesn't answer must not hold up the end of the process; what it hasn't got then is lost."""
    loop, done = asyncio.get_running_loop(), asyncio.Event()

    def run() -> None:
        shut_down()
        with suppress(RuntimeError):  # too late: the loop is closed, nobody waits
            loop.call_soon_threadsafe(done.set)

    threading.Thread(target=run, daemon=True).start()
    try:
        async with asyncio.timeout(FLUSH_SECONDS):
            await done.wait()
    except TimeoutError:
        return

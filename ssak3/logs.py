"""Logs: readable on a console, JSON for machines; secrets and personal data never get this far."""

import contextlib
import logging
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog
from structlog.typing import ExcInfo, Processor

from messaging.consumer import handled_now
from services.shared_kernel.event import Event, Recorded
from services.shared_kernel.tracing import current_trace_id

log = structlog.get_logger(__name__)

Line = MutableMapping[str, Any]


def set_up_logs(log_format: str, process: str) -> None:
    """Once, at the start of a process. In JSON the libraries' loggers speak it, too.

    Without a name it is a command, which prints what it found: logs are kept apart from that, and only what is wrong.
    From then on a line that can't be written is given up, whoever logs it, ourselves or a library.
    """
    level, to = (logging.INFO, sys.stdout) if process else (logging.WARNING, sys.stderr)
    common: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso"),
        _about_the_event,
        _only_what_is_known,
    ]
    if log_format == "json":
        common += [_stamped(process or "ssak3"), structlog.processors.ExceptionRenderer(_without_words)]
        last: Processor = structlog.processors.JSONRenderer(ensure_ascii=False)
        _set_up_libraries([structlog.stdlib.add_logger_name, *common], last, to)
    else:
        last = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    # Else a handler that fails prints to standard error what was to be logged, and raises when that is closed, too.
    logging.raiseExceptions = False
    # What they say of a lost connection, with a stack trace, the supervisor says in a line.
    for library in ("aiormq", "aio_pika"):
        logging.getLogger(library).setLevel(logging.CRITICAL)
    structlog.configure(
        processors=[*common, last],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        # Asked for anew by each logger: what it was at the start may be closed. After a command by each line: who has
        # called it within a process of their own goes on with other streams.
        logger_factory=lambda *_: _Printed(sys.stdout if process else sys.stderr),
        cache_logger_on_first_use=bool(process),
    )


class _Printed(structlog.PrintLogger):
    """Whoever logs is in the middle of something, which a full disk or a closed stream is no reason to end."""

    def msg(self, message: str) -> None:
        with contextlib.suppress(OSError, ValueError):
            try:
                super().msg(message)
            except UnicodeEncodeError:  # a terminal of another alphabet
                super().msg(ascii(message)[1:-1])

    debug = info = warning = error = critical = msg


def _set_up_libraries(common: list[Processor], last: Processor, to: TextIO) -> None:
    handler = logging.StreamHandler(to)
    without = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=common, processors=[without, last]))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.captureWarnings(True)


def _about_the_event(_logger: Any, _method: str, line: Line) -> Line:
    """Which one is being handled, and whose it is."""
    received = handled_now.get()
    if received is None:
        return line
    return {"event_id": received.id, "event_type": received.event.TYPE, **_of(received.event), **line}


def _of(event: Event) -> dict[str, str | None]:
    return {"reservation_id": getattr(event, "reservation_id", None)}


def _only_what_is_known(_logger: Any, _method: str, line: Line) -> Line:
    """Not everything that is handled has a reservation."""
    return {name: value for name, value in line.items() if value is not None}


def _stamped(process: str) -> Processor:
    def stamp(_logger: Any, _method: str, line: Line) -> Line:
        line["process"] = process
        if "trace_id" not in line and (trace_id := current_trace_id()):
            line["trace_id"] = trace_id
        return line

    return stamp


def _without_words(exc_info: ExcInfo) -> str:
    """What went wrong and where, the cause first. An exception's own text may hold what somebody wrote."""
    told: list[str] = []
    error: BaseException | None = exc_info[1]
    while error is not None:
        told.append("".join(traceback.format_tb(error.__traceback__)) + type(error).__qualname__)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n\n".join(reversed(told))


def log_recorded(recorded: Recorded) -> None:
    """A line for every event that this process commits: what happened to a reservation, and when."""
    event, traceparent = recorded.event, recorded.traceparent
    log.info(
        "event.recorded",
        event_type=event.TYPE,
        event_id=recorded.id,
        subject=event.subject,
        **_of(event),
        trace_id=traceparent.split("-")[1] if traceparent else None,
    )

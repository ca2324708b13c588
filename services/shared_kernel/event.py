"""What happened: the facts that contexts tell each other."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

AGENCY = "default"


@dataclass(frozen=True, kw_only=True)
class Event:
    """Base of every event; its fields are the `data` of the CloudEvent on the wire.

    `TYPE` is written out, so that renaming a class can't strand stored messages.
    Times are aware; amounts are whole won (`*_krw`); a field is only ever added.
    """

    TYPE: ClassVar[str]
    agency_id: str = AGENCY

    @property
    def subject(self) -> str:
        """The id of the aggregate that this happened to."""
        raise NotImplementedError(self.TYPE)


@dataclass(frozen=True, kw_only=True)
class Received:
    """An event as a consumer gets it: the facts and the envelope's attributes."""

    id: str
    source: str
    subject: str
    sequence: int
    time: datetime
    causation_id: str | None
    traceparent: str | None
    event: Event


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """An event as its own context has just committed it, for whoever only looks on."""

    id: str
    traceparent: str | None
    event: Event


@dataclass(frozen=True, kw_only=True)
class LoggedEvent:
    """One event of a log, without its data."""

    at: datetime
    type: str


def context_of(event_type: str) -> str:
    """`ssak3.reservation.confirmed.v1` → `reservation`."""
    return event_type.split(".")[1]


def registry(*events: type[Event]) -> Mapping[str, type[Event]]:
    """Events by type, for a context's `events.ALL`; a type told twice is an error at import."""
    table = {event.TYPE: event for event in events}
    if len(table) != len(events):
        raise ValueError("two events share a type")
    return table

"""Events as bytes: CloudEvents 1.0, structured mode, JSON (https://github.com/cloudevents/spec)."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import get_args, get_type_hints

import msgspec

from messaging.catalogue import EVENTS
from services.shared_kernel.event import Event, Received, context_of

CONTENT_TYPE = "application/cloudevents+json"
# Always of this length, so that whoever gives the numbers can write one into bytes that are there.
SEQUENCE_DIGITS = 20
_BEFORE_SEQUENCE = b'"sequence":"'


class Malformed(ValueError):
    """These bytes are no event of ours; the text says what is wrong, without the data."""


class _CloudEvent(msgspec.Struct, kw_only=True, omit_defaults=True):
    specversion: str = msgspec.field()
    id: str
    source: str
    type: str
    subject: str
    time: datetime
    datacontenttype: str = msgspec.field(default="")
    sequence: str
    causationid: str | None = None
    traceparent: str | None = None
    data: msgspec.Raw


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """What the wire says about an event besides the event."""

    id: str
    sequence: int
    time: datetime
    causation_id: str | None = None
    traceparent: str | None = None


def encode(event: Event, envelope: Envelope) -> bytes:
    """The CloudEvent's JSON. A time without an offset, anywhere in it, raises ValueError."""
    _refuse_naive_times(event, envelope.time)
    return msgspec.json.encode(
        _CloudEvent(
            specversion="1.0",
            id=envelope.id,
            source=f"/ssak3/{context_of(event.TYPE)}",
            type=event.TYPE,
            subject=event.subject,
            time=envelope.time,
            datacontenttype="application/json",
            sequence=_digits(envelope.sequence),
            causationid=envelope.causation_id,
            traceparent=envelope.traceparent,
            data=msgspec.Raw(msgspec.json.encode(event)),
        )
    )


def sequence_at(body: bytes) -> int:
    """Where the number begins in what `encode` gave. Before it, quotation marks are only JSON's own."""
    return body.index(_BEFORE_SEQUENCE) + len(_BEFORE_SEQUENCE)


def with_sequence(body: bytes, sequence: int) -> bytes:
    """The same with another number."""
    at = sequence_at(body)
    return body[:at] + _digits(sequence).encode() + body[at + SEQUENCE_DIGITS :]


def _digits(sequence: int) -> str:
    return f"{sequence:0{SEQUENCE_DIGITS}d}"


def decode(body: bytes) -> Received:
    """The event in these bytes; Malformed if they are none. Unknown fields are ignored: fields are only ever added."""
    try:
        wire = msgspec.json.decode(body, type=_CloudEvent)
        if wire.specversion != "1.0":
            raise Malformed(f"specversion {wire.specversion!r}, not 1.0")
        event_class = EVENTS.get(wire.type)
        if event_class is None:
            raise Malformed(f"unknown event type {wire.type!r}")
        event: Event = msgspec.json.decode(wire.data, type=event_class)
        _refuse_naive_times(event, wire.time)
        sequence = int(wire.sequence)
    except (msgspec.DecodeError, ValueError) as error:
        raise Malformed(str(error)) from error
    return Received(
        id=wire.id,
        source=wire.source,
        subject=wire.subject,
        sequence=sequence,
        time=wire.time,
        causation_id=wire.causationid,
        traceparent=wire.traceparent,
        event=event,
    )


def _refuse_naive_times(event: Event, time: datetime) -> None:
    names = _times_of(type(event))  # type: ignore[arg-type]  # a class is hashable, whatever its instances are
    for name, value in (("time", time), *((name, getattr(event, name)) for name in names)):
        if isinstance(value, datetime) and value.tzinfo is None:
            raise ValueError(f"{name} has no offset: {value.isoformat()}")


@cache
def _times_of(kind: type[Event]) -> tuple[str, ...]:
    """Its fields that hold a time, or none."""
    hints = get_type_hints(kind)
    return tuple(name for name in kind.__dataclass_fields__ if datetime in (hints[name], *get_args(hints[name])))

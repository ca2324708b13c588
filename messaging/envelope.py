"""Events as bytes: CloudEvents 1.0, structured mode, JSON (https://github.com/cloudevents/spec)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from messaging.catalogue import EVENTS
from services.shared_kernel.event import Event, Received, context_of

CONTENT_TYPE = "application/cloudevents+json"


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
    _refuse_naive(envelope.time, "time")
    for name in event.__dataclass_fields__:
        _refuse_naive(getattr(event, name), name)
    return msgspec.json.encode(
        _CloudEvent(
            specversion="1.0",
            id=envelope.id,
            source=f"/ssak3/{context_of(event.TYPE)}",
            type=event.TYPE,
            subject=event.subject,
            time=envelope.time,
            datacontenttype="application/json",
            sequence=f"{envelope.sequence:020d}",
            causationid=envelope.causation_id,
            traceparent=envelope.traceparent,
            data=msgspec.Raw(msgspec.json.encode(event)),
        )
    )


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
        for name in event.__dataclass_fields__:
            _refuse_naive(getattr(event, name), name)
        _refuse_naive(wire.time, "time")
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


def _refuse_naive(value: Any, name: str) -> None:
    if isinstance(value, datetime) and value.tzinfo is None:
        raise ValueError(f"{name} has no offset: {value.isoformat()}")

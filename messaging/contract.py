"""The event contract, told from the types: a page for people and an AsyncAPI 3 document for programs."""

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields
from typing import Any, get_type_hints

import msgspec

from messaging.catalogue import EVENTS, FOLLOWS, listeners, routing_key
from messaging.envelope import CONTENT_TYPE
from services.shared_kernel.event import Event, context_of

EXCHANGE = "ssak3.events"

_PAGE_HEAD = """# Events

Generated from the types by `ssak3 events list`; a test compares them, so a change of the contract is seen in review.
A field is only ever added. A change of meaning is a `v2` beside the `v1`.

Every event is a CloudEvents 1.0 document (structured JSON) on the topic exchange `ssak3.events`, under the routing key
that is its type without `ssak3.`. `id` is a UUIDv7, `source` is `/ssak3/<context>`, `subject` the aggregate's id,
`sequence` counts a subject's events from 1 without a gap (20 digits), `causationid` names the event that caused it.
Amounts (`*_krw`) are whole won; times are RFC 3339 with an offset. Every event has `agency_id`.
No event holds an address, a phone number, a note or a name of a customer: those stay with the bot, under `details_id`.
"""


def page() -> str:
    """`docs/events.md`."""
    parts = [_PAGE_HEAD]
    for context in dict.fromkeys(context_of(event_type) for event_type in EVENTS):
        parts.append(f"\n## {context}\n")
        for event_type, event in EVENTS.items():
            if context_of(event_type) == context:
                parts.append(_section(event_type, event))
    return "".join(parts)


def _section(event_type: str, event: type[Event]) -> str:
    about = " ".join((event.__doc__ or "").split())
    heard = ", ".join(listeners(event_type)) or "nobody yet"
    lines = [f"\n### `{event_type}`\n\n{about}  \nReaches: {heard}.\n\n| field | type | needed |\n|---|---|---|\n"]
    hints = get_type_hints(event)
    lines += [
        f"| `{each.name}` | {_type_name(hints[each.name])} | {'yes' if _needed(each) else 'no'} |\n"
        for each in sorted(_data_fields(event), key=lambda each: each.name)
    ]
    return "".join(lines)


def _data_fields(event: type[Event]) -> list[Field[Any]]:
    return [each for each in fields(event) if each.name != "agency_id"]


def _needed(each: Field[Any]) -> bool:
    return each.default is MISSING and each.default_factory is MISSING


def _type_name(hint: Any) -> str:
    name = hint.__name__ if isinstance(hint, type) and not hasattr(hint, "__args__") else str(hint)
    return name.replace("datetime.datetime", "datetime").replace("|", "or").replace("NoneType", "None")


def asyncapi(version: str) -> Mapping[str, Any]:
    """An AsyncAPI 3.0 document (https://www.asyncapi.com/docs/reference/specification/v3.0.0)."""
    schemas, definitions = msgspec.json.schema_components(
        tuple(EVENTS.values()), ref_template="#/components/schemas/{name}"
    )
    messages = {
        event_type: {
            "name": event_type,
            "contentType": CONTENT_TYPE,
            "summary": " ".join((event.__doc__ or "").split()),
            "payload": _cloud_event(event_type, schema),
        }
        for (event_type, event), schema in zip(EVENTS.items(), schemas, strict=True)
    }
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Ssak3 events",
            "version": version,
            "description": "CloudEvents 1.0 in structured mode, on a RabbitMQ topic exchange.",
        },
        "defaultContentType": CONTENT_TYPE,
        "channels": {
            event_type: {
                "address": routing_key(event_type),
                "messages": {event_type: {"$ref": f"#/components/messages/{event_type}"}},
                "bindings": {
                    "amqp": {
                        "is": "routingKey",
                        "exchange": {"name": EXCHANGE, "type": "topic", "durable": True},
                    }
                },
            }
            for event_type in EVENTS
        },
        "operations": {
            f"{consumer}-receives-{event_type}": {
                "action": "receive",
                "channel": {"$ref": f"#/channels/{event_type}"},
                "bindings": {"amqp": {"ack": True}},
            }
            for consumer in FOLLOWS
            for event_type in EVENTS
            if consumer in listeners(event_type)
        },
        "components": {"messages": messages, "schemas": definitions},
    }


def _cloud_event(event_type: str, data: Mapping[str, Any]) -> Mapping[str, Any]:
    text = {"type": "string"}
    return {
        "type": "object",
        "required": ["specversion", "id", "source", "type", "subject", "time", "sequence", "data"],
        "properties": {
            "specversion": {"const": "1.0"},
            "id": {"type": "string", "format": "uuid"},
            "source": {"const": f"/ssak3/{context_of(event_type)}"},
            "type": {"const": event_type},
            "subject": text,
            "time": {"type": "string", "format": "date-time"},
            "datacontenttype": {"const": "application/json"},
            "sequence": {"type": "string", "pattern": "^[0-9]{20}$"},
            "causationid": {"type": "string", "format": "uuid"},
            "traceparent": text,
            "data": data,
        },
    }

"""What a message carries beside the event when it isn't fresh from the exchange, and how it is read again."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from aiormq.abc import DeliveredMessage

from messaging.broker import Message

ATTEMPT = "x-attempt"
CAUSE = "x-cause"
# A copy goes straight to one queue, whose name is its routing key then.
ROUTING_KEY = "x-routing-key"
CONSUMER = "x-consumer"
DEAD_AT = "x-dead-at"

LONGEST_CAUSE = 200


def headers_of(delivered: DeliveredMessage) -> Mapping[str, Any]:
    return delivered.header.properties.headers or {}


def attempt_of(headers: Mapping[str, Any]) -> int:
    """From 1; whoever else publishes may have put anything there."""
    attempt = headers.get(ATTEMPT)
    return attempt if isinstance(attempt, int) and attempt > 0 else 1


def text_of(headers: Mapping[str, Any], name: str) -> str | None:
    value = headers.get(name)
    return value if isinstance(value, str) else None


def message_of(delivered: DeliveredMessage, headers: Mapping[str, Any]) -> Message:
    """As it was published first."""
    return Message(
        id=delivered.header.properties.message_id or "",
        routing_key=text_of(headers, ROUTING_KEY) or delivered.routing_key or "",
        body=delivered.body,
        headers={
            name: value for name, value in headers.items() if isinstance(value, str) and not name.startswith("x-")
        },
    )


def time_of(value: object) -> datetime | None:
    """A time that we wrote (text), or that RabbitMQ did; without an offset it is UTC."""
    try:
        found = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)

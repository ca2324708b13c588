"""Every event there is, and who listens to what."""

from collections.abc import Mapping

from services.cleaning import events as cleaning
from services.notification import events as notification
from services.payment import events as payment
from services.reservation import events as reservation
from services.shared_kernel import bot_events as bot
from services.shared_kernel.event import Event, context_of

EVENTS: Mapping[str, type[Event]] = {
    **reservation.ALL,
    **payment.ALL,
    **cleaning.ALL,
    **notification.ALL,
    **bot.ALL,
}

# A consumer follows whole contexts: it must see every event of an aggregate to know that none is missing (rule 13).
FOLLOWS: Mapping[str, tuple[str, ...]] = {
    "reservation": ("payment", "cleaning"),
    "payment": ("reservation", "bot"),
    "cleaning": ("reservation", "bot"),
    "notification": ("reservation", "payment", "cleaning", "bot"),
    "mypage": ("reservation", "payment", "cleaning", "notification"),
}


def routing_key(event_type: str) -> str:
    """`ssak3.reservation.confirmed.v1` → `reservation.confirmed.v1`."""
    return event_type.removeprefix("ssak3.")


def event_type(key: str) -> str:
    """The other way round; of a key that we never gave, whatever it says."""
    return f"ssak3.{key}"


def queue_name(consumer: str) -> str:
    """The queue of a consumer."""
    return f"ssak3.{consumer}"


def wait_queue_name(consumer: str, delay_seconds: int) -> str:
    """Where a consumer's event waits for its next try."""
    return f"{queue_name(consumer)}.wait.{delay_seconds}s"


def dead_queue_name(consumer: str) -> str:
    """Where a consumer's event waits for an operator."""
    return f"{queue_name(consumer)}.dead"


def bindings(consumer: str) -> tuple[str, ...]:
    """The topic patterns of a consumer's queue."""
    return tuple(f"{context}.#" for context in FOLLOWS[consumer])


def listeners(event_type: str) -> tuple[str, ...]:
    """The consumers whose queues an event reaches."""
    context = context_of(event_type)
    return tuple(name for name, follows in FOLLOWS.items() if context in follows)

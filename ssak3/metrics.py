"""What one OS process counts. A registry of its own for each composition, so that several can live side by side."""

from collections import Counter as Tally
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)

from messaging.catalogue import EVENTS
from messaging.observer import Observer, Outcome
from services.notification.events import NotificationFailed, NotificationSent, NotificationSuppressed
from services.shared_kernel.clock import Clock
from services.shared_kernel.event import Event, Received, Recorded

# In seconds. What is waited for by a person, what is handled in the background, and what may wait for a repair.
CALLS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
LAGS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800)
BATCHES = (1, 2, 5, 10, 20, 50, 100, 200, 500)
# Whatever a client calls its method: labels are ours.
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"})
OTHER = "other"

# Looked at when somebody asks: what it says, and its labels.
GAUGES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "ssak3_outbox_size": ("Events not published yet, or within the last second", ("context",)),
    "ssak3_outbox_oldest_seconds": ("Age of the oldest of them", ("context",)),
    "ssak3_parked_size": ("Events that wait for one before them", ("consumer",)),
    "ssak3_parked_oldest_seconds": ("How long the first of them has waited", ("consumer",)),
    "ssak3_queue_depth": ("Messages in a queue", ("queue",)),
    "ssak3_notifications_waiting": ("Notifications neither sent nor given up", ()),
    "ssak3_broadcasts_waiting": ("Recipients that running broadcasts haven't come to yet", ()),
    "ssak3_broker_connected": ("1 while the broker can be reached", ()),
    "ssak3_broker_blocked": ("1 while the broker takes nothing", ()),
    "ssak3_breaker_state": ("1 for the state that a breaker is in", ("breaker", "state")),
    "ssak3_look_failed": ("1 when this couldn't be looked at", ("at",)),
}


def gauge(name: str, registry: CollectorRegistry) -> Gauge:
    """One of them."""
    says, labels = GAUGES[name]
    return Gauge(name, says, labels, registry=registry)


class Metrics(Observer):
    """Labels are names out of our own tables: there are never many, and none is anybody's."""

    def __init__(self, clock: Clock) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series for each, which nobody asks for
        self._clock = clock
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        self._recorded = Counter(
            "ssak3_events_recorded_total", "Events committed by this process", ["type"], registry=registry
        )
        self._consumed = Counter(
            "ssak3_consumer_events_total", "What became of events", ["consumer", "type", "outcome"], registry=registry
        )
        self._lag = Histogram(
            "ssak3_consumer_lag_seconds", "From an event's time until its effect is committed", ["consumer"],
            buckets=LAGS, registry=registry,
        )  # fmt: skip
        self._batch_size = Histogram(
            "ssak3_consumer_batch_size", "Events in one transaction", ["consumer"], buckets=BATCHES, registry=registry
        )
        self._batch_seconds = Histogram(
            "ssak3_consumer_batch_seconds", "One transaction of a consumer", ["consumer"], buckets=CALLS,
            registry=registry,
        )  # fmt: skip
        self._published = Counter(
            "ssak3_relay_published_total", "Events that the broker has confirmed", ["context"], registry=registry
        )
        self._refused = Counter(
            "ssak3_relay_refused_total", "Events that it hasn't confirmed; they are sent again", ["context"],
            registry=registry,
        )  # fmt: skip
        self._publish_seconds = Histogram(
            "ssak3_relay_publish_seconds", "One batch, until it is confirmed", ["context"], buckets=CALLS,
            registry=registry,
        )  # fmt: skip
        self._deliveries = Counter(
            "ssak3_deliveries_total", "How sending notices ended", ["channel", "result"], registry=registry
        )
        self._requests = Histogram(
            "ssak3_http_request_seconds", "From a request until its answer begins", ["method", "route", "status"],
            buckets=CALLS, registry=registry,
        )  # fmt: skip

    def render(self) -> str:
        """In Prometheus' text format."""
        return generate_latest(self.registry).decode()

    def record(self, recorded: Recorded) -> None:
        """An event was committed."""
        event = recorded.event
        self._recorded.labels(event.TYPE).inc()
        ended = _delivery_of(event)
        if ended is not None:
            self._deliveries.labels(*ended).inc()

    def requested(self, method: str, route: str, status: int, seconds: float) -> None:
        """A request was answered; `route` is the template of its path."""
        known = method if method in METHODS else OTHER
        self._requests.labels(known, route, f"{status // 100}xx").observe(seconds)

    # Consumers and relays

    def handling(self, consumer: str, size: int) -> AbstractContextManager[object]:
        self._batch_size.labels(consumer).observe(size)
        return self._batch_seconds.labels(consumer).time()

    def settled(self, consumer: str, events: Sequence[tuple[Received, Outcome]]) -> None:
        now, lag = self._clock.now(), self._lag.labels(consumer)
        for received, outcome in events:
            if outcome is Outcome.HANDLED:
                lag.observe(max(0.0, (now - received.time).total_seconds()))
        for (event_type, outcome), count in Tally((each.event.TYPE, outcome) for each, outcome in events).items():
            self._consumed.labels(consumer, event_type, outcome).inc(count)

    def failed(self, consumer: str, event_type: str, outcome: Outcome) -> None:
        self._consumed.labels(consumer, event_type if event_type in EVENTS else OTHER, outcome).inc()

    def publishing(self, context: str) -> AbstractContextManager[object]:
        return self._publish_seconds.labels(context).time()

    def published(self, context: str, confirmed: int, refused: int) -> None:
        self._published.labels(context).inc(confirmed)
        self._refused.labels(context).inc(refused)


def _delivery_of(event: Event) -> tuple[str, str] | None:
    """The channel, and how it ended there."""
    match event:
        case NotificationSent():
            return event.channel, "sent"
        case NotificationFailed():
            return event.channel or "none", "unknown" if event.unknown else "failed"
        case NotificationSuppressed():
            return "none", "suppressed"
        case _:
            return None

"""Metrics of one OS process, in Prometheus' text format: what it has counted, and how things stand now."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from datetime import datetime
from typing import Any

import structlog
from prometheus_client import CollectorRegistry, Gauge, generate_latest

from services.shared_kernel.adapters.breaker import Breaker
from ssak3.composition import Ssak3
from ssak3.metrics import gauge
from storage.waiting import Waiting, parked, unsent

log = structlog.get_logger(__name__)

METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
# Prometheus gives up after 10 s: what is silent mustn't take the rest with it.
LOOK_SECONDS = 5.0
BREAKER_STATES = ("closed", "half-open", "open")


async def measure(ssak3: Ssak3) -> str:
    """All of it. What can't be looked at now is left out, and counted in `ssak3_look_failed`."""
    now = _Now(ssak3)
    await asyncio.gather(*(now.take(name, look) for name, look in now.looks().items()))
    return ssak3.metrics.render() + generate_latest(now.registry).decode()


def _what_ended(looking: asyncio.Task[None]) -> BaseException | None:
    return asyncio.CancelledError() if looking.cancelled() else looking.exception()


class _Now:
    """Gauges of this moment."""

    def __init__(self, ssak3: Ssak3) -> None:
        self._ssak3 = ssak3
        self.registry = CollectorRegistry()
        self._failed = gauge("ssak3_look_failed", self.registry)

    def looks(self) -> Mapping[str, Callable[[], Coroutine[Any, Any, None]]]:
        """What this process has to look at."""
        needed = {"outbox": self._outboxes, "parked": self._parked, "queues": self._queues, "itself": self._itself}
        return needed | ({"notifications": self._notifications} if "notification" in self._ssak3.processes else {})

    async def take(self, name: str, look: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """One thing that is away mustn't hide the others."""
        # As a task of its own: aiormq says CancelledError where nobody was cancelled, but a channel was closed.
        looking = asyncio.create_task(look())
        try:
            done, _ = await asyncio.wait({looking}, timeout=LOOK_SECONDS)
        finally:
            looking.cancel()
        error = _what_ended(looking) if done else TimeoutError()
        if error is not None:  # whatever the driver raises
            log.warning("metrics.look_failed", at=name, error=type(error).__name__)
        self._failed.labels(name).set(0 if error is None else 1)

    async def _outboxes(self) -> None:
        size = gauge("ssak3_outbox_size", self.registry)
        age = gauge("ssak3_outbox_oldest_seconds", self.registry)
        for name in self._ssak3.relays:
            self._set(size, age, name, await unsent(self._ssak3.databases.contexts[name]))

    async def _parked(self) -> None:
        size = gauge("ssak3_parked_size", self.registry)
        age = gauge("ssak3_parked_oldest_seconds", self.registry)
        for name in self._ssak3.consumers:
            self._set(size, age, name, await parked(self._ssak3.databases.contexts[name]))

    def _set(self, size: Gauge, age: Gauge, label: str, waiting: Waiting) -> None:
        size.labels(label).set(waiting.size)
        age.labels(label).set(self._seconds_since(waiting.since))

    def _seconds_since(self, moment: datetime | None) -> float:
        return 0.0 if moment is None else max(0.0, (self._ssak3.clock.now() - moment).total_seconds())

    async def _queues(self) -> None:
        depth = gauge("ssak3_queue_depth", self.registry)
        for queue, count in (await self._ssak3.queue_depths()).items():
            depth.labels(queue).set(count)

    async def _notifications(self) -> None:
        waiting = gauge("ssak3_notifications_waiting", self.registry)
        waiting.set(await self._ssak3.notifications.waiting_count())
        of_broadcasts = gauge("ssak3_broadcasts_waiting", self.registry)
        of_broadcasts.set(await self._ssak3.notifications.waiting_of_broadcasts())

    async def _itself(self) -> None:
        broker = self._ssak3.broker
        gauge("ssak3_broker_connected", self.registry).set(broker.is_connected)
        gauge("ssak3_broker_blocked", self.registry).set(broker.is_blocked)
        state = gauge("ssak3_breaker_state", self.registry)
        for breaker in _breakers(self._ssak3):
            for name in BREAKER_STATES:
                state.labels(breaker.name, name).set(float(breaker.state == name))


def _breakers(ssak3: Ssak3) -> list[Breaker]:
    """Those that this process really calls through."""
    found = []
    if "payment" in ssak3.processes:
        found.append(ssak3.provider_breaker)
    if {"bot", "scheduler"} & set(ssak3.processes):
        found.append(ssak3.payment_breaker)
    return found

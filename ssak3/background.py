"""What runs in the background: workers that never end, and ticks that time calls."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from messaging.consumer import Consumer
from ssak3.composition import Ssak3
from ssak3.processes import WRITERS
from ssak3.worker import Worker

# A delivery wakes whoever waits for it; this is how long a wait lasts without one.
PATIENCE_SECONDS = 5.0


@dataclass(frozen=True, kw_only=True)
class Tick:
    """Something that time does, looked at every so often."""

    name: str
    run: Callable[[], Awaitable[int]]
    every_seconds: float


def ticks_of(ssak3: Ssak3) -> list[Tick]:
    """What the scheduler calls; each may run twice, or in two places."""
    return [
        Tick(name="expire-holds", run=ssak3.reservation_ticks.expire_holds, every_seconds=2),
        Tick(name="settle-payments", run=ssak3.reservation_ticks.settle_payments, every_seconds=5),
        Tick(name="call-back", run=ssak3.reservation_ticks.call_back, every_seconds=2),
        Tick(name="dispatch", run=ssak3.cleaning_ticks.run_due, every_seconds=2),
        Tick(name="remind", run=ssak3.reminders.remind, every_seconds=10),
        Tick(name="watch-breaker", run=ssak3.alerts.watch_breaker, every_seconds=1),
        Tick(name="forget-keys", run=ssak3.idempotency.purge, every_seconds=3600),
    ]


def workers_of(ssak3: Ssak3) -> dict[str, Worker]:
    """Everything that runs in the background, by the names that `ssak3.processes` uses.

    Within the process work is announced; polling is only for what a kill or another process left behind.
    """
    sender = Worker(name="sender", run_once=ssak3.sender.run_once)
    workers = {
        **{
            f"relay:{name}": Worker(name=f"relay:{name}", run_once=relay.run_once)
            for name, relay in ssak3.relays.items()
        },
        **{
            f"consume:{name}": Worker(
                name=f"consume:{name}",
                run_once=_patient(consumer, sender.wake if name == "notification" else _nobody),
                every_seconds=0.05,
            )
            for name, consumer in ssak3.consumers.items()
        },
        "sender": sender,
        "attempts": Worker(name="attempts", run_once=ssak3.attempts.run_once),
        "refunds": Worker(name="refunds", run_once=ssak3.refunds.run_once),
        "availability": Worker(name="availability", run_once=ssak3.availability.run_once),
    }
    for name in WRITERS:
        ssak3.databases.contexts[name].on_commit = workers[f"relay:{name}"].wake
    return workers


def _nobody() -> None:
    """Nobody waits for this consumer's effects."""


def _patient(consumer: Consumer[Any], wake: Callable[[], None]) -> Callable[[], Awaitable[int]]:
    async def run_once() -> int:
        done = await consumer.run_once(wait_seconds=PATIENCE_SECONDS)
        if done:
            wake()
        return done

    return run_once

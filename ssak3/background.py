"""What runs in the background: workers that never end, and ticks that time calls."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from messaging.consumer import Consumer
from messaging.relay import BATCH, Relay
from ssak3.composition import Ssak3
from ssak3.processes import PROCESSES
from ssak3.worker import Worker
from storage.event_retention import forget_events

# A delivery wakes whoever waits for it; this is how long a wait lasts without one.
PATIENCE_SECONDS = 5.0
# What this process commits, its relay publishes at once: this is for what a kill, a broker that was away or a command
# has left in the outbox.
RELAY_EVERY_SECONDS = 1.0
# What is said is answered at once: this is for what a kill left behind.
ANSWERING_EVERY_SECONDS = 5.0
# Woken by each notice that is queued, the sender takes those of such a moment together (ADR 26).
SENDING_PAUSE_SECONDS = 0.05


@dataclass(frozen=True, kw_only=True)
class Tick:
    """Something that time does, looked at every so often."""

    name: str
    run: Callable[[], Awaitable[int]]
    every_seconds: float


def ticks_of(ssak3: Ssak3) -> list[Tick]:
    """What the scheduler calls; each may run twice, or in two places."""
    ticks = [
        Tick(name="expire-holds", run=ssak3.reservation_ticks.expire_holds, every_seconds=2),
        Tick(name="settle-payments", run=ssak3.reservation_ticks.settle_payments, every_seconds=5),
        Tick(name="call-back", run=ssak3.reservation_ticks.call_back, every_seconds=2),
        Tick(name="dispatch", run=ssak3.cleaning_ticks.run_due, every_seconds=2),
        Tick(name="remind", run=ssak3.reminders.remind, every_seconds=10),
        Tick(name="broadcasts", run=ssak3.broadcast_tick.run_due, every_seconds=1),
        Tick(name="remind-of-consents", run=ssak3.reminders.remind_of_consent, every_seconds=600),
        Tick(name="watch-dead", run=ssak3.alerts.watch_dead, every_seconds=5),
        Tick(name="watch-breaker", run=ssak3.alerts.watch_breaker, every_seconds=1),
        Tick(name="forget-keys", run=ssak3.idempotency.purge, every_seconds=3600),
        Tick(name="forget-updates", run=ssak3.links.forget_updates, every_seconds=3600),
        Tick(name="forget-the-rest", run=ssak3.retention.forget, every_seconds=3600),
        Tick(name="forget-drafts", run=ssak3.broadcast_tick.forget_drafts, every_seconds=3600),
        Tick(name="forget-news", run=ssak3.news_retention.forget, every_seconds=3600),
        *(
            Tick(name=f"forget-events-{name}", run=partial(forget_events, context), every_seconds=600)
            for name, context in ssak3.databases.contexts.items()
        ),
    ]
    in_a_trace = ssak3.outside.tracing.unless_idle
    return [replace(tick, run=partial(in_a_trace, f"tick {tick.name}", tick.run)) for tick in ticks]


def workers_of(ssak3: Ssak3) -> dict[str, Worker]:
    """Everything that this OS process runs in the background, by the names that `ssak3.processes` uses.

    Within the process work is announced; polling is only for what a kill or another process left behind.
    """
    workers = {worker.name: worker for worker in (*_relays(ssak3), *_loops(ssak3), *_telegram(ssak3))}
    sender = workers.get("sender")
    # Of two that share a queue, one thinks while the database works for the other.
    for name, consumer in ssak3.consumers.items():
        run_once = _patient(consumer, sender.wake if sender is not None and name == "notification" else _nobody)
        for twin in ("", ":twin") if ssak3.settings.is_distributed else ("",):
            worker = Worker(name=f"consume:{name}{twin}", run_once=run_once, every_seconds=0.05)
            workers[worker.name] = worker
    hand_over(ssak3)
    for name in ssak3.relays:
        ssak3.databases.contexts[name].on_commit = workers[f"relay:{name}"].wake
    return workers


def hand_over(ssak3: Ssak3) -> None:
    """From here on what this process commits goes straight to its own relays (ADR 23)."""
    for name, relay in ssak3.relays.items():
        ssak3.databases.contexts[name].handover = relay.handover


def _relays(ssak3: Ssak3) -> Iterator[Worker]:
    for name, relay in ssak3.relays.items():
        run_once = mostly_handed_over(relay, ssak3.outside.monotonic)
        yield Worker(name=f"relay:{name}", run_once=run_once, every_seconds=RELAY_EVERY_SECONDS)


def mostly_handed_over(relay: Relay, now: Callable[[], float]) -> Callable[[], Awaitable[int]]:
    """What was handed over needs no look at the outbox: there is one as often as without any commit, and no more."""
    looked = float("-inf")

    async def run_once() -> int:
        nonlocal looked
        if relay.handover and now() - looked < RELAY_EVERY_SECONDS:
            await relay.publish_handed_over()
            return 0
        done = await relay.run_once()
        if done < BATCH:  # else there is probably more
            looked = now()
        return done

    return run_once


def _loops(ssak3: Ssak3) -> Iterator[Worker]:
    loops = {loop for process in ssak3.processes for loop in PROCESSES[process].loops}
    for name in ("sender", "attempts", "refunds", "availability", "answering", "live"):
        if name in loops and getattr(ssak3, name) is not None:
            every_seconds = ANSWERING_EVERY_SECONDS if name == "answering" else 1.0
            pause_seconds = SENDING_PAUSE_SECONDS if name == "sender" else 0.0
            run_once = getattr(ssak3, name).run_once
            yield Worker(name=name, run_once=run_once, every_seconds=every_seconds, pause_seconds=pause_seconds)


def _telegram(ssak3: Ssak3) -> Iterator[Worker]:
    if ssak3.telegram is not None:
        from ssak3.telegram import telegram_workers  # with aiogram

        yield from telegram_workers(ssak3, ssak3.telegram)


def _nobody() -> None:
    """Nobody waits for this consumer's effects."""


def _patient(consumer: Consumer[Any], wake: Callable[[], None]) -> Callable[[], Awaitable[int]]:
    async def run_once() -> int:
        done = await consumer.run_once(wait_seconds=PATIENCE_SECONDS)
        if done:
            wake()
        return done

    return run_once

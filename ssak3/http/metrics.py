"""Metrics of one OS process, in Prometheus' text format."""

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from services.shared_kernel.adapters.breaker import Breaker
from ssak3.composition import Ssak3

METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
BREAKER_STATES = ("closed", "half-open", "open")


async def measure(ssak3: Ssak3) -> str:
    """What waits, and how the breakers stand, now."""
    registry = CollectorRegistry()
    outbox = Gauge("ssak3_outbox_size", "Events not published yet", ["context"], registry=registry)
    for name in ssak3.relays:
        outbox.labels(name).set(await ssak3.databases.outbox_of(name).size())
    depth = Gauge("ssak3_queue_depth", "Messages in a queue", ["queue"], registry=registry)
    for queue, count in (await ssak3.queue_depths()).items():
        depth.labels(queue).set(count)
    if "notification" in ssak3.processes:
        waiting = Gauge("ssak3_notifications_waiting", "Notifications neither sent nor given up", registry=registry)
        waiting.set(await ssak3.notifications.waiting_count())
    state = Gauge(
        "ssak3_breaker_state", "1 for the state that a breaker is in", ["breaker", "state"], registry=registry
    )
    for breaker in _breakers(ssak3):
        for name in BREAKER_STATES:
            state.labels(breaker.name, name).set(float(breaker.state == name))
    return generate_latest(registry).decode()


def _breakers(ssak3: Ssak3) -> list[Breaker]:
    """Those that this process really calls through."""
    found = []
    if "payment" in ssak3.processes:
        found.append(ssak3.provider_breaker)
    if {"bot", "scheduler"} & set(ssak3.processes):
        found.append(ssak3.payment_breaker)
    return found

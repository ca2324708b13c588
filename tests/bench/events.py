"""Events as they really go over the wire: reservations from the request to the finished cleaning, many under way."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from messaging.catalogue import routing_key
from messaging.envelope import Envelope, encode
from services.cleaning import events as cleaning
from services.payment import events as payment
from services.reservation import events as reservation
from services.shared_kernel.event import Event
from ssak3.system import SystemClock, SystemIds

# A batch of the consumer's never holds two events of one reservation: hours lie between them in life, too.
UNDER_WAY = 200
FEE_TIERS = ((4, 0), (2, 10), (1, 20), (0, 30))


@dataclass(frozen=True, kw_only=True)
class Sent:
    """One event as the outbox holds it."""

    id: str
    type: str
    subject: str
    sequence: int
    body: bytes

    @property
    def routing_key(self) -> str:
        return routing_key(self.type)


def lives(count: int, *, only_reservation: bool = False) -> list[Sent]:
    """So many events. Each reservation's come in their order, others' between them."""
    return list(islice(_lives(only_reservation), count))


def _lives(only_reservation: bool) -> Iterator[Sent]:
    ids = SystemIds()
    while True:
        group = [_life(ids, number, only_reservation) for number in range(UNDER_WAY)]
        for events in zip(*group, strict=True):
            yield from events


def _life(ids: SystemIds, number: int, only_reservation: bool) -> Sequence[Sent]:
    now = SystemClock().now()
    told = _told(ids, number, now)
    if only_reservation:
        told = [event for event in told if isinstance(event, reservation.ReservationEvent)]
    counts: dict[str, int] = {}
    sent, cause = [], None
    for event in told:
        sequence = counts[event.subject] = counts.get(event.subject, 0) + 1
        event_id = ids.new()
        body = encode(event, Envelope(id=event_id, sequence=sequence, time=now, causation_id=cause))
        sent.append(Sent(id=event_id, type=event.TYPE, subject=event.subject, sequence=sequence, body=body))
        cause = event_id
    return sent


def _told(ids: SystemIds, number: int, now: datetime) -> list[Event]:
    starts_at = (now + timedelta(days=3)).replace(minute=0, second=0, microsecond=0)
    ends_at = starts_at + timedelta(hours=3)
    whose: dict[str, Any] = {"reservation_id": ids.new(), "customer_id": f"customer-{number}"}
    visit: dict[str, Any] = {
        "service": "home", "size_pyeong": 24, "add_ons": ("fridge",), "area": "mapo", "details_id": ids.new(),
        "starts_at": starts_at, "ends_at": ends_at, "visit_revision": 1, "price_krw": 100_000,
        "policy_version": "2026-01", "fee_tiers": FEE_TIERS,
    }  # fmt: skip
    paid: dict[str, Any] = {"payment_id": ids.new(), "attempt_id": ids.new(), "method": "card"}
    job: dict[str, Any] = {
        **whose,
        "job_id": ids.new(),
        "visit_revision": 1,
        "starts_at": starts_at,
        "ends_at": ends_at,
    }
    cleaner: dict[str, Any] = {"cleaner_id": ids.new(), "cleaner_name": "반짝청소"}
    offer: dict[str, Any] = {**job, "offer_id": ids.new(), "cleaner_id": cleaner["cleaner_id"], "payout_krw": 80_000}
    return [
        reservation.ReservationRequested(
            **whose, **visit, version=1, hold_expires_at=now + timedelta(minutes=15)
        ),
        payment.PaymentApproved(
            **whose, **paid, version=2, paid_krw=100_000, refunded_krw=0, amount_krw=100_000, approved_at=now
        ),
        reservation.ReservationConfirmed(**whose, **visit, **paid, version=3, paid_krw=100_000, paid_at=now),
        cleaning.JobOffered(
            **offer, version=1, deadline=now + timedelta(minutes=10), price_krw=100_000, area="mapo", service="home",
            size_pyeong=24, pool=False,
        ),
        cleaning.OfferAccepted(**offer, version=2, cleaner_name=cleaner["cleaner_name"]),
        cleaning.JobEnRoute(**job, **cleaner, version=3, en_route_at=starts_at),
        cleaning.JobStarted(**job, **cleaner, version=4, started_at=starts_at),
        reservation.ReservationStarted(**whose, version=4, started_at=starts_at),
        cleaning.JobCompleted(**job, **cleaner, version=5, completed_at=ends_at, payout_krw=80_000),
        reservation.ReservationCompleted(**whose, version=5, completed_at=ends_at),
    ]  # fmt: skip

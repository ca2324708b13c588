"""The story of one reservation, told as events, for what notices make of it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from services.cleaning import events as cleaning
from services.notification.templates import load_packaged
from services.payment import events as payment
from services.reservation import events as reservation
from services.shared_kernel import bot_events as bot
from services.shared_kernel.clock import KST
from services.shared_kernel.event import Event, Received, context_of
from tests.support.time import FakeClock, FakeIds

TEMPLATES = load_packaged()
START = datetime(2026, 11, 27, 14, tzinfo=KST)
END = START + timedelta(hours=3)
TIERS = ((4, 0), (2, 10), (1, 20), (0, 30))


class Story:
    """Tells events of one reservation, its payment and its job, numbered as their contexts would."""

    def __init__(self, clock: FakeClock, ids: FakeIds) -> None:
        self._clock, self._ids = clock, ids
        self._sequences: dict[tuple[str, str], int] = {}
        self._last: str | None = None
        self.reservation_id, self.customer, self.cleaner, self.operator = (ids.new() for _ in range(4))
        self.payment_id, self.job_id, self.refund_id, self.details_id = (ids.new() for _ in range(4))
        self.version = 0
        self.starts_at, self.ends_at, self.revision = START, END, 1

    def received(self, event: Event, *, caused: bool = True) -> Received:
        """The event as a consumer gets it, caused by the one before."""
        key = (context_of(event.TYPE), event.subject)
        self._sequences[key] = self._sequences.get(key, 0) + 1
        received = Received(
            id=self._ids.new(),
            source=f"/ssak3/{key[0]}",
            subject=event.subject,
            sequence=self._sequences[key],
            time=self._clock.now(),
            causation_id=self._last if caused else None,
            traceparent=None,
            event=event,
        )
        self._last = received.id
        return received

    def reservation(self, kind: type[Any], **more: Any) -> Received:
        """An event of the reservation."""
        self.version += 1
        told: dict[str, Any] = {
            "reservation_id": self.reservation_id,
            "customer_id": self.customer,
            "version": self.version,
        }
        if issubclass(kind, reservation.VisitEvent):
            told |= {
                "service": "home",
                "size_pyeong": 24,
                "add_ons": (),
                "area": "mapo",
                "details_id": self.details_id,
                "starts_at": self.starts_at,
                "ends_at": self.ends_at,
                "visit_revision": self.revision,
                "price_krw": 80_000,
                "policy_version": "2026-1",
                "fee_tiers": TIERS,
                "moved_tier_percent": 0,
            }
        return self.received(kind(**(told | more)))

    def payment(self, kind: type[Any], **more: Any) -> Received:
        """An event of the payment."""
        told = {
            "payment_id": self.payment_id,
            "reservation_id": self.reservation_id,
            "customer_id": self.customer,
            "version": 1,
            "paid_krw": 80_000,
            "refunded_krw": 0,
        }
        return self.received(kind(**(told | more)))

    def job(self, kind: type[Any], **more: Any) -> Received:
        """An event of the job."""
        told: dict[str, Any] = {
            "job_id": self.job_id,
            "reservation_id": self.reservation_id,
            "customer_id": self.customer,
            "version": 1,
            "visit_revision": self.revision,
            "starts_at": self.starts_at,
            "ends_at": self.ends_at,
        }
        if issubclass(kind, cleaning.OfferEvent):
            told |= {"offer_id": "offer-1", "cleaner_id": self.cleaner}
        return self.received(kind(**(told | more)))

    def requested(self) -> Received:
        return self.reservation(
            reservation.ReservationRequested, hold_expires_at=self._clock.now() + timedelta(minutes=15)
        )

    def confirmed(self) -> Received:
        return self.reservation(
            reservation.ReservationConfirmed,
            payment_id=self.payment_id,
            attempt_id="attempt-1",
            paid_krw=80_000,
            paid_at=self._clock.now(),
            method="card",
        )

    def moved(self, to: datetime) -> Received:
        old_start, old_end = self.starts_at, self.ends_at
        self.starts_at, self.ends_at, self.revision = to, to + (old_end - old_start), self.revision + 1
        return self.reservation(
            reservation.ReservationRescheduled, by="customer", old_starts_at=old_start, old_ends_at=old_end
        )

    def cancelled(self, **more: Any) -> Received:
        told: dict[str, Any] = {
            "by": "customer",
            "reason": "개인 사정",
            "tier_percent": 20,
            "paid_krw": 80_000,
            "fee_krw": 16_000,
            "refund_krw": 64_000,
            "compensation_krw": 0,
            "policy_version": "2026-1",
            "starts_at": self.starts_at,
            "cancelled_at": self._clock.now(),
        }
        return self.reservation(reservation.ReservationCancelled, **(told | more))

    def offered(self, **more: Any) -> Received:
        told: dict[str, Any] = {
            "deadline": self._clock.now() + timedelta(minutes=10),
            "payout_krw": 68_000,
            "price_krw": 80_000,
            "area": "mapo",
            "service": "home",
            "size_pyeong": 24,
            "pool": False,
        }
        return self.job(cleaning.JobOffered, **(told | more))

    def accepted(self, **more: Any) -> Received:
        return self.job(cleaning.OfferAccepted, **({"cleaner_name": "OO클린", "payout_krw": 68_000} | more))

    def refunded(self, **more: Any) -> Received:
        told: dict[str, Any] = {
            "refund_id": self.refund_id,
            "amount_krw": 64_000,
            "cause": "customer_cancelled",
            "method": "card",
            "external": False,
            "refunded_krw": 64_000,
        }
        return self.payment(payment.PaymentRefunded, **(told | more))

    def linked(self, person_id: str, role: str, channel: str = "web", language: str = "ko") -> Received:
        event = bot.PersonLinked(person_id=person_id, role=role, language=language, version=1, channel=channel)
        return self.received(event, caused=False)

    def everybody(self) -> Iterator[Received]:
        """Customer, cleaner and operator come in by the web."""
        yield self.linked(self.customer, "customer")
        yield self.linked(self.cleaner, "cleaner")
        yield self.linked(self.operator, "operator")
        registered = cleaning.CleanerRegistered(
            cleaner_id=self.cleaner, name="OO클린", areas=("mapo",), days=(5,), version=1
        )
        yield self.received(registered, caused=False)

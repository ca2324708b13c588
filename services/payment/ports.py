"""What the payment context needs from storage; towards the provider see `provider.py`."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.payment.ledger import Transaction
from services.payment.model import Events, Payment
from services.payment.refunds import Compensation, Refund
from services.payment.values import Card, Checkout
from services.shared_kernel.event import Event
from services.shared_kernel.unit_of_work import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class Due:
    """Something to act on now, in the trace in which it was begun."""

    id: str
    traceparent: str | None


class Payments(Protocol):
    """The payments there are, with their attempts. Only what `of_attempt` returns isn't held until the end."""

    async def get(self, payment_id: str) -> Payment:
        """NotFound if there is none."""
        ...

    async def get_all(self, payment_ids: Collection[str]) -> Sequence[Payment]:
        """Those there are, in one go."""
        ...

    async def of_reservation(self, reservation_id: str) -> Payment | None: ...

    async def of_reservations(self, reservation_ids: Collection[str]) -> Mapping[str, Payment]:
        """By reservation, in one go."""
        ...

    async def of_attempt(self, attempt_id: str) -> Payment | None:
        """To look at it."""
        ...

    async def used(self, attempt_ids: Collection[str]) -> Collection[str]:
        """Those that a payment names, or that were fenced off before any did."""
        ...

    async def fence(self, attempt_id: str, at: datetime) -> None:
        """From here on the id can't be used. StaleVersion, at the end, if it just was."""
        ...

    async def save(self, old: Payment | None, new: Payment, events: Events) -> None:
        """Write it, its events, and the ledger's lines of them. StaleVersion, here or at the end, if `old` isn't what
        is stored any more, or if somebody else has just begun an attempt."""
        ...

    async def attempts_due(self, now: datetime, limit: int) -> Sequence[Due]:
        """Attempts that are to be looked at, the longest waiting first."""
        ...


class Refunds(Protocol):
    """The refunds there are. At most one is in flight per payment: StaleVersion for a second."""

    async def get(self, refund_id: str) -> Refund: ...

    async def find(self, refund_id: str) -> Refund | None: ...

    async def of_payment(self, payment_id: str) -> Sequence[Refund]: ...

    async def save(self, old: Refund | None, new: Refund) -> None: ...

    async def due(self, now: datetime, limit: int) -> Sequence[Due]:
        """Those to act on: none of a payment that has another one in flight, oldest first."""
        ...

    async def maybe_late(self, requested_before: datetime, limit: int) -> Sequence[Due]:
        """Unfinished ones from before that moment that operators haven't been told of."""
        ...


class Compensations(Protocol):
    """What the agency owes."""

    async def get(self, compensation_id: str) -> Compensation: ...

    async def find(self, compensation_id: str) -> Compensation | None: ...

    async def of_payment(self, payment_id: str) -> Sequence[Compensation]: ...

    async def owed(self, limit: int) -> Sequence[Compensation]:
        """Those not paid out yet, the longest owed first."""
        ...

    async def save(self, old: Compensation | None, new: Compensation) -> None: ...


class Ledger(Protocol):
    """Double-entry lines, append-only."""

    async def book(self, transactions: Sequence[Transaction]) -> None:
        """Write each one's lines; the same transaction twice is an error of the database."""
        ...

    async def totals(self) -> Mapping[str, int]:
        """Won by account; over all accounts they sum to zero."""
        ...


class Cards(Protocol):
    """Registered cards, and visits to the provider's window."""

    async def of_customer(self, customer_id: str) -> Card | None:
        """The one that was registered last."""
        ...

    async def of_customers(self, customer_ids: Collection[str]) -> Mapping[str, Card]:
        """The same of several, by customer; of those who have one."""
        ...

    async def get(self, card_id: str) -> Card: ...

    async def add(self, cards: Sequence[Card]) -> None: ...

    async def forget(self, customer_id: str) -> bool:
        """All of this customer's. False, and nothing forgotten, while an attempt with one of them isn't settled."""
        ...

    async def remember_checkout(self, checkout: Checkout) -> None: ...

    async def checkout(self, attempt_id: str) -> Checkout | None: ...


class PaymentWork(UnitOfWork, Protocol):
    """A unit of work of this context."""

    @property
    def payments(self) -> Payments: ...

    @property
    def refunds(self) -> Refunds: ...

    @property
    def compensations(self) -> Compensations: ...

    @property
    def ledger(self) -> Ledger: ...

    @property
    def cards(self) -> Cards: ...

    async def record(self, events: Sequence[Event]) -> None:
        """Events that belong to no payment."""
        ...

    def because_of_id(self, event_id: str | None, traceparent: str | None = None) -> None:
        """From here on, events are caused by this one."""
        ...

"""What the reservation context needs from outside."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from services.reservation.model import Events, Reservation
from services.reservation.values import Status
from services.shared_kernel.unit_of_work import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class PlacesWanted:
    """One place of each window, for one reservation."""

    reservation_id: str
    area: str
    windows: Sequence[datetime]


class BeforeHolding:
    """What those who ask for places have already."""

    def __init__(self, found: Sequence[Reservation]) -> None:
        self._found = {one.id: one for one in found}
        waiting = [one for one in self._found.values() if one.status is Status.AWAITING_PAYMENT]
        self._unpaid = Counter(one.customer_id for one in waiting)

    def known(self, reservation_id: str) -> Reservation | None:
        return self._found.get(reservation_id)

    def unpaid(self, customer_id: str) -> int:
        """How many wait for payment."""
        return self._unpaid[customer_id]


class Reservations(Protocol):
    """The reservations there are."""

    async def get(self, reservation_id: str) -> Reservation:
        """To change it: nobody else does until the end. NotFound if there is none."""
        ...

    async def find(self, reservation_id: str) -> Reservation | None:
        """To look at it."""
        ...

    async def save(self, old: Reservation | None, new: Reservation, events: Events) -> None:
        """Write it and its events. StaleVersion if `old` isn't what is stored now, or a new one was made before."""
        ...

    async def get_all(self, reservation_ids: Collection[str]) -> Sequence[Reservation]:
        """Those there are, to change them, in one go."""
        ...

    async def in_turn(self, customer_ids: Collection[str]) -> None:
        """Until the end, whoever else is about to hold a place for one of these customers waits."""
        ...

    async def of_customer(self, customer_id: str) -> Sequence[Reservation]:
        """All there ever were, to look at."""
        ...

    async def before_holding(
        self, reservation_ids: Collection[str], customer_ids: Collection[str]
    ) -> "BeforeHolding":  # fmt: skip
        """What there is of these ids, and of these customers' what waits for payment."""
        ...

    async def due_to_expire(self, now: datetime, limit: int) -> Sequence[str]:
        """Unpaid ones whose hold is over and whose payment isn't under way."""
        ...

    async def paying_since_before(self, moment: datetime, limit: int) -> Sequence[str]: ...

    async def deferred(self, limit: int) -> Sequence[str]:
        """Those who wait for payment to work again, the longest first."""
        ...


class Places(Protocol):
    """Planned capacity, and who has taken which of it (rule 1)."""

    async def take(self, wanted: Sequence[PlacesWanted]) -> Collection[str]:
        """The reservations that have got all their windows; the others have got none.

        Of several who want the last places, none may get any: one at a time, some do.
        """
        ...

    async def move(self, reservation_id: str, area: str, windows: Sequence[datetime]) -> bool:
        """Instead of what it holds, all these; or False, when one is full and the move can't be."""
        ...

    async def give_back(self, reservation_id: str) -> None:
        """What this reservation holds, if anything; twice is harmless."""
        ...

    async def left(self, area: str, first: date, last: date) -> dict[datetime, int]:
        """Places left per window of these days, inclusive; windows that nobody has used yet are full of places."""
        ...


class CallbackRound(Protocol):
    """How many customers are called back at a time: a few first, more while they succeed."""

    async def size(self) -> int: ...

    async def note(self, size: int, reopened: Sequence[str], at: datetime) -> None: ...

    async def last_reopened(self) -> Sequence[str]: ...


class ReservationWork(UnitOfWork, Protocol):
    """A unit of work of this context."""

    @property
    def reservations(self) -> Reservations: ...

    @property
    def places(self) -> Places: ...

    @property
    def callbacks(self) -> CallbackRound: ...

    def because_of_id(self, event_id: str | None, traceparent: str | None = None) -> None:
        """From here on, events are caused by this one, if any, and belong to this trace."""
        ...


@dataclass(frozen=True, kw_only=True)
class Approved:
    """The money was taken."""

    payment_id: str
    amount_krw: int
    method: str
    approved_at: datetime


@dataclass(frozen=True, kw_only=True)
class Declined:
    """Surely nothing was taken; `code` is the provider's."""

    code: str


@dataclass(frozen=True, kw_only=True)
class Unknown:
    """Nobody can say yet; it is being found out."""


@dataclass(frozen=True, kw_only=True)
class Fenced:
    """The attempt never reached payment and never will: a late request for it is refused."""


@dataclass(frozen=True, kw_only=True)
class Unavailable:
    """Payment wasn't asked at all: its breaker is open, or nobody is there."""

    retry_after_seconds: int


Answer = Approved | Declined | Unknown | Fenced | Unavailable


class PaymentGateway(Protocol):
    """The synchronous call to payment, behind a breaker, never longer than 3 s."""

    async def pay(
        self, *, reservation_id: str, customer_id: str, attempt_id: str, amount_krw: int, method: str,
        pay_by: datetime,
    ) -> Answer:  # fmt: skip
        """Charge for this attempt, at most once however often it is called."""
        ...

    async def resolve(self, *, attempt_id: str) -> Answer:
        """What became of the attempt; an unknown id is fenced."""
        ...

    async def is_available(self) -> bool:
        """Whether payment takes attempts now; harmless to ask."""
        ...

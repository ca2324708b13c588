"""What people do with reservations: each opens a unit of work, loads, decides, saves."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

from services.reservation.catalogue import Catalogue, windows
from services.reservation.holding import Holding, Wanted
from services.reservation.model import Reservation
from services.reservation.policies import CancellationQuote, Policies
from services.reservation.ports import PaymentGateway, ReservationWork
from services.reservation.refusals import SlotFull
from services.reservation.settlement import Answered, settle
from services.reservation.values import Party, Paying, PaymentState, Status
from services.shared_kernel.clock import Clock
from services.shared_kernel.gathering import Gathering
from services.shared_kernel.ids import Ids
from services.shared_kernel.refusal import NotFound
from services.shared_kernel.tracing import current_traceparent

OpenWork = Callable[[], ReservationWork]


class ReservationUseCases:
    """The commands of the reservation context. `customer_id` given means: as this customer, and only their own."""

    def __init__(
        self, unit_of_work: OpenWork, clock: Clock, ids: Ids, catalogue: Catalogue, policies: Policies,
        payment: PaymentGateway,
    ) -> None:  # fmt: skip
        self._unit_of_work = unit_of_work
        self._clock = clock
        self._ids = ids
        self._catalogue = catalogue
        self._policies = policies
        self._payment = payment
        self._holding = Holding(unit_of_work, clock, catalogue, policies)
        self._answered = Gathering(self._note, key=lambda answered: answered.reservation_id)

    async def request(
        self, *, reservation_id: str, customer_id: str, service: str, size_pyeong: int, area: str, details_id: str,
        starts_at: datetime, add_ons: tuple[str, ...] = (),
    ) -> Reservation:  # fmt: skip
        """Hold a place (F1). The same id again answers what is there. Refusals: NotOffered, SlotFull, TooManyHolds."""
        wanted = Wanted(
            reservation_id=reservation_id,
            customer_id=customer_id,
            service=service,
            size_pyeong=size_pyeong,
            area=area,
            details_id=details_id,
            starts_at=starts_at,
            add_ons=add_ons,
            traceparent=current_traceparent(),
        )
        return (await self._holding.hold(wanted)).reservation

    async def request_and_pay(
        self, *, reservation_id: str, customer_id: str, service: str, size_pyeong: int, area: str, details_id: str,
        starts_at: datetime, method: str, add_ons: tuple[str, ...] = (),
    ) -> Reservation:  # fmt: skip
        """Both, as `request` and `pay` one after the other; that it is being paid is noted in the commit that holds."""
        paying = Paying(attempt_id=self._ids.new(), method=method, since=self._clock.now())
        wanted = Wanted(
            reservation_id=reservation_id,
            customer_id=customer_id,
            service=service,
            size_pyeong=size_pyeong,
            area=area,
            details_id=details_id,
            starts_at=starts_at,
            add_ons=add_ons,
            paying=paying,
            traceparent=current_traceparent(),
        )
        held = await self._holding.hold(wanted)
        made = held.reservation
        if held.is_new:
            return await self._charge(made, paying)
        if made.status is Status.AWAITING_PAYMENT and made.payment_state is PaymentState.NONE:
            return await self.pay(reservation_id=reservation_id, customer_id=customer_id, method=method)
        return made

    async def pay(self, *, reservation_id: str, customer_id: str | None, method: str) -> Reservation:
        """Pay for it, synchronously (F4). Look at the answer's `payment_state`.

        `paid`, `declined`, `confirming` (not known yet) or `deferred` (called back later).
        Refusals: AlreadyPaid, AlreadyPaying, HoldExpired, NotAllowed, NotFound.
        """
        paying = Paying(attempt_id=self._ids.new(), method=method, since=self._clock.now())
        async with self._unit_of_work() as work:
            old = _of(customer_id, reservation_id, await work.reservations.get(reservation_id))
            new, events = old.begin_payment(attempt_id=paying.attempt_id, method=method, at=paying.since)
            await work.reservations.save(old, new, events)
        return await self._charge(new, paying)

    async def _charge(self, new: Reservation, paying: Paying) -> Reservation:
        """Ask payment, with no transaction open, and note what it says."""
        answer = await self._payment.pay(
            reservation_id=new.id,
            customer_id=new.customer_id,
            attempt_id=paying.attempt_id,
            amount_krw=new.price_krw,
            method=paying.method,
            pay_by=new.hold_expires_at,
        )

        return await self._answered(
            Answered(
                reservation_id=new.id, attempt_id=paying.attempt_id, answer=answer, traceparent=current_traceparent()
            )
        )

    async def _note(self, answered: Sequence[Answered]) -> Sequence[Reservation]:
        async with self._unit_of_work() as work:
            await work.reservations.get_all([each.reservation_id for each in answered])
            return [await settle(work, each, self._policies.hold, self._ids, self._clock) for each in answered]

    async def cancellation_quote(
        self, *, reservation_id: str, customer_id: str | None, by: Party = Party.CUSTOMER
    ) -> CancellationQuote:
        """What cancelling now would give. Refusals: TooLate, NotAllowed, NotFound."""
        async with self._unit_of_work() as work:
            reservation = _of(customer_id, reservation_id, await work.reservations.find(reservation_id))
        return reservation.cancellation_quote(by=by, at=self._clock.now())

    async def cancel(
        self, *, reservation_id: str, customer_id: str | None, expected_refund_krw: int | None, reason: str,
        by: Party = Party.CUSTOMER,
    ) -> Reservation:  # fmt: skip
        """Cancel it; a refund, if any, goes out by itself (F7, F8). Cancelled already: the same answer.

        Refusals: FiguresChanged (nothing was cancelled), TooLate, NotAllowed, NotFound.
        """
        async with self._unit_of_work() as work:
            old = _of(customer_id, reservation_id, await work.reservations.get(reservation_id))
            if old.status is Status.CANCELLED:
                return old
            new, events = old.cancel(
                by=by,
                reason=reason,
                expected_refund_krw=expected_refund_krw,
                refund_id=self._ids.new(),
                at=self._clock.now(),
            )
            await work.places.give_back(reservation_id)
            await work.reservations.save(old, new, events)
        return new

    async def reschedule(
        self, *, reservation_id: str, customer_id: str | None, starts_at: datetime, by: Party = Party.CUSTOMER
    ) -> Reservation:
        """Move the visit. Refusals: SlotFull, NotOffered, TooLate, NotAllowed, NotFound."""
        now = self._clock.now()
        async with self._unit_of_work() as work:
            old = _of(customer_id, reservation_id, await work.reservations.get(reservation_id))
            visit = old.visit
            ends_at = starts_at + (visit.ends_at - visit.starts_at)
            new, events = old.reschedule(starts_at=starts_at, ends_at=ends_at, by=by, at=now)
            if new is old:
                return old
            hours = int((visit.ends_at - visit.starts_at) / timedelta(hours=1))
            self._catalogue.check_start(starts_at, hours, now)
            if not await work.places.move(reservation_id, visit.area, windows(starts_at, ends_at)):
                raise SlotFull(visit.area, starts_at)
            await work.reservations.save(old, new, events)
        return new

    async def get(self, *, reservation_id: str, customer_id: str | None = None) -> Reservation:
        """The reservation; NotFound if there is none, or it is another customer's."""
        async with self._unit_of_work() as work:
            return _of(customer_id, reservation_id, await work.reservations.find(reservation_id))

    async def free_starts(
        self, *, area: str, first: date, last: date, hours: int | None = None
    ) -> Sequence[tuple[datetime, datetime, int]]:
        """Start, end and places left of each visit that could be booked; without `hours`, of the shortest one."""
        self._catalogue.area(area)
        now = self._clock.now()
        length = hours or self._catalogue.shortest_hours()
        last = min(last, self._catalogue.latest_day(now))
        async with self._unit_of_work() as work:
            left = await work.places.left(area, first, last)
        found = []
        for offset in range((last - first).days + 1):
            for start in self._catalogue.starts_on(first + timedelta(days=offset), length):
                end = start + timedelta(hours=length)
                places = min(left.get(window, 0) for window in windows(start, end))
                if start >= self._catalogue.earliest(now) and places > 0:
                    found.append((start, end, places))
        return found


def _of(customer_id: str | None, reservation_id: str, found: Reservation | None) -> Reservation:
    if found is None or (customer_id is not None and found.customer_id != customer_id):
        raise NotFound(reservation_id)
    return found

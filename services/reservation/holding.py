"""Holding places: who asks at the same moment is served in one transaction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.reservation.catalogue import Catalogue, windows
from services.reservation.model import Events, Reservation
from services.reservation.policies import Policies
from services.reservation.ports import PlacesWanted, ReservationWork
from services.reservation.refusals import SlotFull, TooManyHolds
from services.reservation.values import Paying, Visit
from services.shared_kernel.clock import Clock
from services.shared_kernel.gathering import ByItself, Gathering
from services.shared_kernel.refusal import NotFound, Refusal


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a customer asks for. `paying`: that it is being paid is noted in the commit that holds."""

    reservation_id: str
    customer_id: str
    service: str
    size_pyeong: int
    area: str
    details_id: str
    starts_at: datetime
    add_ons: tuple[str, ...] = ()
    paying: Paying | None = None
    traceparent: str | None = None


@dataclass(frozen=True, kw_only=True)
class Held:
    """`is_new`: it wasn't there before, and these are its events."""

    reservation: Reservation
    is_new: bool = False
    events: Events = ()


class Holding:
    """Decides for several customers at once, none of whom sees another's."""

    def __init__(
        self, unit_of_work: Callable[[], ReservationWork], clock: Clock, catalogue: Catalogue, policies: Policies
    ) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock
        self._catalogue = catalogue
        self._policies = policies
        # What a customer may hold depends on what they hold.
        self._gathering = Gathering(self._hold, key=lambda wanted: wanted.customer_id)

    async def hold(self, wanted: Wanted) -> Held:
        """Refusals: NotOffered, SlotFull, TooManyHolds; NotFound for an id that is another customer's."""
        return await self._gathering(wanted)

    async def _hold(self, all_wanted: Sequence[Wanted]) -> Sequence[Held | Exception]:
        now = self._clock.now()
        async with self._unit_of_work() as work:
            await work.reservations.in_turn([each.customer_id for each in all_wanted])
            before = await work.reservations.before_holding(
                [each.reservation_id for each in all_wanted], [each.customer_id for each in all_wanted]
            )
            decided: Sequence[Held | Exception] = [
                self._decide(wanted, before.known(wanted.reservation_id), before.unpaid(wanted.customer_id), now)
                for wanted in all_wanted
            ]
            decided = await self._with_places(work, decided)
            for wanted, held in zip(all_wanted, decided, strict=True):
                if isinstance(held, Held) and held.is_new:
                    work.because_of_id(None, wanted.traceparent)
                    await work.reservations.save(None, held.reservation, held.events)
        return decided

    def _decide(self, wanted: Wanted, known: Reservation | None, unpaid: int, now: datetime) -> Held | Refusal:
        if known is not None:
            if known.customer_id != wanted.customer_id:
                return NotFound(wanted.reservation_id)
            return Held(reservation=known)
        try:
            visit, price_krw = self._quote(wanted, now)
        except Refusal as refusal:
            return refusal
        if unpaid >= self._policies.hold.most_unpaid:
            return TooManyHolds()
        new, events = Reservation.request(
            id=wanted.reservation_id,
            customer_id=wanted.customer_id,
            visit=visit,
            price_krw=price_krw,
            policy=self._policies.refund,
            hold=self._policies.hold,
            at=now,
        )
        if (paying := wanted.paying) is not None:
            new, _ = new.begin_payment(attempt_id=paying.attempt_id, method=paying.method, at=paying.since)
        return Held(reservation=new, is_new=True, events=events)

    def _quote(self, wanted: Wanted, now: datetime) -> tuple[Visit, int]:
        price_krw = self._catalogue.price_krw(wanted.service, wanted.size_pyeong, wanted.add_ons)
        self._catalogue.area(wanted.area)
        ends_at = self._catalogue.ends_at(wanted.service, wanted.size_pyeong, wanted.starts_at)
        hours = self._catalogue.service(wanted.service).size(wanted.size_pyeong).hours
        self._catalogue.check_start(wanted.starts_at, hours, now)
        visit = Visit(
            service=wanted.service,
            size_pyeong=wanted.size_pyeong,
            add_ons=wanted.add_ons,
            area=wanted.area,
            details_id=wanted.details_id,
            starts_at=wanted.starts_at,
            ends_at=ends_at,
        )
        return visit, price_krw

    async def _with_places(
        self, work: ReservationWork, decided: Sequence[Held | Exception]
    ) -> Sequence[Held | Exception]:
        """What was decided, as far as there is room for it."""
        new = [held.reservation for held in decided if isinstance(held, Held) and held.is_new]
        got = await work.places.take([_places_of(one) for one in new]) if new else ()
        alone = len(decided) == 1
        return [
            _no_room(held.reservation.visit, alone)
            if isinstance(held, Held) and held.is_new and held.reservation.id not in got
            else held
            for held in decided
        ]


def _places_of(reservation: Reservation) -> PlacesWanted:
    visit = reservation.visit
    return PlacesWanted(reservation_id=reservation.id, area=visit.area, windows=windows(visit.starts_at, visit.ends_at))


def _no_room(visit: Visit, alone: bool) -> Exception:
    # Of several, who may have the last place comes out when each asks by themselves.
    return SlotFull(visit.area, visit.starts_at) if alone else ByItself()

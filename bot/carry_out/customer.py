"""Carries out what a customer's conversation asks for, always as that customer."""

from collections.abc import Awaitable, Callable

from bot.carry_out.free_times import free_starts
from bot.carry_out.runner import Table
from bot.conversation import effects
from bot.conversation.turn import Person
from bot.ports import BotWork
from bot.records import Details
from bot.threads import USUAL_MINUTES, Threads, opens_at
from services.mypage.ports import MyPage
from services.mypage.view import Page, ReservationView
from services.reservation.catalogue import Catalogue
from services.reservation.model import Reservation
from services.reservation.policies import CancellationQuote, Policies, RefundPolicy
from services.reservation.use_cases import ReservationUseCases
from services.shared_kernel.clock import Clock
from services.shared_kernel.ids import Ids

WhyDeclined = Callable[[str, str], Awaitable[str]]
CheckoutLink = Callable[[str, str], Awaitable[str]]


class CustomerEffects:
    """`why_declined(reservation_id, language)` and `checkout_link(reservation_id, customer_id)` come from payment."""

    def __init__(
        self, reservations: ReservationUseCases, catalogue: Catalogue, policies: Policies, my_page: MyPage,
        threads: Threads, unit_of_work: Callable[[], BotWork], clock: Clock, ids: Ids,
        why_declined: WhyDeclined, checkout_link: CheckoutLink,
    ) -> None:  # fmt: skip
        self._reservations = reservations
        self._catalogue = catalogue
        self._policies = policies
        self._my_page = my_page
        self._threads = threads
        self._unit_of_work = unit_of_work
        self._clock = clock
        self._ids = ids
        self._why_declined = why_declined
        self._checkout_link = checkout_link

    def table(self) -> Table:
        """Which effect is carried out by what."""
        return {
            effects.FreeStarts: free_starts(self._reservations, self._catalogue),
            effects.SaveDetails: self._save_details,
            effects.TheDetails: self._the_details,
            effects.HoldPlace: self._hold_place,
            effects.Pay: self._pay,
            effects.WhyDeclined: self._why,
            effects.CheckoutLink: self._checkout,
            effects.TheReservation: self._the_reservation,
            effects.MyReservations: self._my_reservations,
            effects.OnMyPage: self._on_my_page,
            effects.QuoteCancellation: self._quote_cancellation,
            effects.Cancel: self._cancel,
            effects.Move: self._move,
            effects.CurrentPolicy: self._policy,
            effects.AskForPerson: self._ask_for_person,
            effects.SayToPerson: self._say_to_person,
            effects.LeaveTalk: self._leave_talk,
        }

    async def _save_details(self, effect: effects.SaveDetails, person: Person) -> str:
        details = Details(
            id=self._ids.new(), person_id=person.id, address=effect.address, phone=effect.phone, note=effect.note
        )
        async with self._unit_of_work() as work:
            await work.details.add(details)
        return details.id

    async def _the_details(self, effect: effects.TheDetails, person: Person) -> effects.VisitDetails:
        async with self._unit_of_work() as work:
            found = await work.details.find(effect.details_id)
        if found is None or found.person_id != person.id:
            return effects.VisitDetails()
        return effects.VisitDetails(address=found.address, note=found.note, phone=found.phone)

    async def _hold_place(self, effect: effects.HoldPlace, person: Person) -> Reservation:
        return await self._reservations.request(
            reservation_id=effect.reservation_id,
            customer_id=person.id,
            service=effect.service,
            size_pyeong=effect.size_pyeong,
            area=effect.area,
            details_id=effect.details_id,
            starts_at=effect.starts_at,
            add_ons=effect.add_ons,
        )

    async def _pay(self, effect: effects.Pay, person: Person) -> Reservation:
        return await self._reservations.pay(
            reservation_id=effect.reservation_id, customer_id=person.id, method=effect.method
        )

    async def _why(self, effect: effects.WhyDeclined, person: Person) -> str:
        return await self._why_declined(effect.reservation_id, person.language)

    async def _checkout(self, effect: effects.CheckoutLink, person: Person) -> str:
        return await self._checkout_link(effect.reservation_id, person.id)

    async def _the_reservation(self, effect: effects.TheReservation, person: Person) -> Reservation:
        return await self._reservations.get(reservation_id=effect.reservation_id, customer_id=person.id)

    async def _my_reservations(self, effect: effects.MyReservations, person: Person) -> Page:
        return await self._my_page.of_customer(person.id)

    async def _on_my_page(self, effect: effects.OnMyPage, person: Person) -> ReservationView | None:
        found = await self._my_page.get(effect.reservation_id)
        return found if found is not None and found.customer_id == person.id else None

    async def _quote_cancellation(self, effect: effects.QuoteCancellation, person: Person) -> CancellationQuote:
        return await self._reservations.cancellation_quote(reservation_id=effect.reservation_id, customer_id=person.id)

    async def _cancel(self, effect: effects.Cancel, person: Person) -> Reservation:
        return await self._reservations.cancel(
            reservation_id=effect.reservation_id,
            customer_id=person.id,
            expected_refund_krw=effect.expected_refund_krw,
            reason=effect.reason,
        )

    async def _move(self, effect: effects.Move, person: Person) -> Reservation:
        return await self._reservations.reschedule(
            reservation_id=effect.reservation_id, customer_id=person.id, starts_at=effect.starts_at
        )

    async def _policy(self, effect: effects.CurrentPolicy, person: Person) -> RefundPolicy:
        return self._policies.refund

    async def _ask_for_person(self, effect: effects.AskForPerson, person: Person) -> effects.Handover:
        await self._threads.ask(person.id, effect.text)
        return effects.Handover(opens_at=opens_at(self._clock.now()), minutes=USUAL_MINUTES)

    async def _say_to_person(self, effect: effects.SayToPerson, person: Person) -> bool:
        return await self._threads.say(person.id, effect.text)

    async def _leave_talk(self, effect: effects.LeaveTalk, person: Person) -> bool:
        return await self._threads.leave(person.id, effect.text)

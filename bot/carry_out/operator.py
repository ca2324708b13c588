"""Carries out what an operator's conversation asks for about visits, money and upkeep."""

from collections.abc import Callable, Sequence
from datetime import datetime, time, timedelta
from typing import Protocol

from bot.carry_out.finding import Finding
from bot.carry_out.free_times import free_starts
from bot.carry_out.runner import Table
from bot.conversation import effects, effects_operator
from bot.conversation.turn import Person
from bot.links import DeepLink, DeepLinks
from bot.people import INVITE_LIFE, People
from bot.ports import BotWork
from bot.threads import Threads
from services.cleaning.use_cases import CleaningUseCases
from services.mypage.ports import MyPage
from services.mypage.view import ReservationView
from services.payment.refunds import Compensation, Refund
from services.payment.results import Owed
from services.reservation.catalogue import Catalogue
from services.reservation.model import Reservation
from services.reservation.policies import CancellationQuote
from services.reservation.use_cases import ReservationUseCases
from services.reservation.values import Party
from services.shared_kernel.clock import KST, Clock
from services.shared_kernel.refusal import NotFound


class DeadLetters(Protocol):
    """What the broker has set aside."""

    async def groups(self) -> Sequence[effects_operator.DeadGroup]: ...

    async def replay(self, consumer: str, cause: str) -> int: ...


class History(Protocol):
    """What the event logs say happened to a reservation."""

    async def of(self, view: ReservationView, language: str) -> Sequence[effects_operator.HistoryLine]: ...


class Payments(Protocol):
    """What operators ask of payment, in this process or another."""

    async def is_available(self) -> bool: ...

    async def refund(self, *, payment_id: str, refund_id: str, amount_krw: int, reason: str) -> Refund: ...

    async def try_refund_now(self, *, refund_id: str) -> Refund: ...

    async def owed_compensations(self) -> Sequence[Owed]: ...

    async def pay_compensation(self, *, compensation_id: str, by: str) -> Compensation: ...


class OperatorEffects:
    """`link` makes an invite's link from role and code; `telegram_link` is None where there is no Telegram."""

    def __init__(
        self, reservations: ReservationUseCases, cleaning: CleaningUseCases, catalogue: Catalogue, payments: Payments,
        my_page: MyPage, people: People, threads: Threads, history: History, dead: DeadLetters,
        unit_of_work: Callable[[], BotWork], clock: Clock, link: Callable[[str, str], str],
        telegram_link: DeepLinks | None,
    ) -> None:  # fmt: skip
        self._reservations = reservations
        self._cleaning = cleaning
        self._catalogue = catalogue
        self._payments = payments
        self._my_page = my_page
        self._finding = Finding(my_page, unit_of_work)
        self._people = people
        self._threads = threads
        self._history = history
        self._dead = dead
        self._clock = clock
        self._link = link
        self._telegram_link = telegram_link

    def table(self) -> Table:
        """Which effect is carried out by what."""
        return {
            effects.FreeStarts: free_starts(self._reservations, self._catalogue),
            effects_operator.Board: self._board,
            effects_operator.FindReservations: self._find,
            effects_operator.History: self._history_of,
            effects_operator.QuoteOperatorCancel: self._quote,
            effects_operator.OperatorCancel: self._cancel,
            effects_operator.OperatorMove: self._move,
            effects_operator.FinishVisit: self._finish,
            effects_operator.OperatorRefund: self._refund,
            effects_operator.RetryRefund: self._retry_refund,
            effects_operator.OwedCompensations: self._owed,
            effects_operator.PayCompensation: self._pay_compensation,
            effects_operator.MakeInvite: self._invite,
            effects_operator.DeadLetters: self._dead_letters,
            effects_operator.ReplayDead: self._replay,
        }

    async def _board(self, effect: effects_operator.Board, person: Person) -> effects_operator.BoardNow:
        first = datetime.combine(effect.day, time(), KST)
        talks = await self._threads.open_ones()
        return effects_operator.BoardNow(
            visits=await self._my_page.board(first, first + timedelta(days=1)),
            waiting=sum(talk.thread.waiting_since is not None for talk in talks),
            left=sum(talk.thread.left_at is not None for talk in talks),
            dead=sum(group.count for group in await self._dead.groups()),
            payments_ok=await self._payments.is_available(),
        )

    async def _find(
        self, effect: effects_operator.FindReservations, person: Person
    ) -> Sequence[effects_operator.Found]:
        return await self._finding.find(effect.text)

    async def _history_of(
        self, effect: effects_operator.History, person: Person
    ) -> Sequence[effects_operator.HistoryLine]:
        view = await self._my_page.get(effect.reservation_id)
        if view is None:
            raise NotFound(effect.reservation_id)
        return await self._history.of(view, person.language)

    async def _quote(self, effect: effects_operator.QuoteOperatorCancel, person: Person) -> CancellationQuote:
        return await self._reservations.cancellation_quote(
            reservation_id=effect.reservation_id, customer_id=None, by=Party.AGENCY
        )

    async def _cancel(self, effect: effects_operator.OperatorCancel, person: Person) -> Reservation:
        return await self._reservations.cancel(
            reservation_id=effect.reservation_id,
            customer_id=None,
            expected_refund_krw=effect.expected_refund_krw,
            reason=effect.reason,
            by=Party.AGENCY,
        )

    async def _move(self, effect: effects_operator.OperatorMove, person: Person) -> Reservation:
        return await self._reservations.reschedule(
            reservation_id=effect.reservation_id, customer_id=None, starts_at=effect.starts_at, by=Party.AGENCY
        )

    async def _finish(self, effect: effects_operator.FinishVisit, person: Person) -> None:
        job = await self._cleaning.job_of_reservation(reservation_id=effect.reservation_id)
        if job is None or job.cleaner_id is None:
            raise NotFound(effect.reservation_id)
        await self._cleaning.finish(job_id=job.id, cleaner_id=job.cleaner_id)

    async def _refund(self, effect: effects_operator.OperatorRefund, person: Person) -> Refund:
        return await self._payments.refund(
            payment_id=effect.payment_id,
            refund_id=effect.refund_id,
            amount_krw=effect.amount_krw,
            reason=effect.reason,
        )

    async def _retry_refund(self, effect: effects_operator.RetryRefund, person: Person) -> Refund:
        return await self._payments.try_refund_now(refund_id=effect.refund_id)

    async def _owed(
        self, effect: effects_operator.OwedCompensations, person: Person
    ) -> Sequence[effects_operator.Owed]:
        found = []
        for owed in await self._payments.owed_compensations():
            customer = await self._people.find(owed.customer_id)
            found.append(
                effects_operator.Owed(
                    compensation=owed.compensation,
                    reservation_id=owed.reservation_id,
                    customer_name=customer.name if customer else "",
                )
            )
        return found

    async def _pay_compensation(self, effect: effects_operator.PayCompensation, person: Person) -> Compensation:
        return await self._payments.pay_compensation(compensation_id=effect.compensation_id, by=person.id)

    async def _invite(self, effect: effects_operator.MakeInvite, person: Person) -> effects_operator.Invitation:
        code = await self._people.invite(effect.role, by=person.id)
        telegram = await self._telegram_link(code) if self._telegram_link else DeepLink()
        return effects_operator.Invitation(
            code=code,
            link=self._link(effect.role, code),
            expires_at=self._clock.now() + INVITE_LIFE,
            telegram=telegram.url,
            why_no_telegram=telegram.why,
        )

    async def _dead_letters(
        self, effect: effects_operator.DeadLetters, person: Person
    ) -> Sequence[effects_operator.DeadGroup]:
        return await self._dead.groups()

    async def _replay(self, effect: effects_operator.ReplayDead, person: Person) -> int:
        return await self._dead.replay(effect.consumer, effect.cause)

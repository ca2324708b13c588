"""What is asked of payment: pay, find out, give back. Calls to the provider outlive a caller who stops waiting."""

import asyncio
from collections.abc import Callable, Coroutine, Hashable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

import structlog

from services.payment.beginning import Beginning, Begun, Wanted
from services.payment.charging import Charging, OpenWork
from services.payment.model import Payment
from services.payment.policies import order_id
from services.payment.provider import Provider, ProviderError
from services.payment.refunding import WantedRefund, take_up
from services.payment.refunds import Compensation, Refund, pay_out
from services.payment.refusals import MethodNotOffered, OtherAttempt
from services.payment.results import Declined, Fenced, Owed, Result
from services.payment.values import AttemptStatus, Card, Method
from services.shared_kernel.clock import Clock
from services.shared_kernel.ids import Ids
from services.shared_kernel.refusal import again_if_stale
from services.shared_kernel.tracing import current_traceparent

log = structlog.get_logger(__name__)

T = TypeVar("T")


class PaymentUseCases:
    """The commands of the payment context. `test_card`: whoever has no card pays with this one (sandbox only)."""

    def __init__(
        self, unit_of_work: OpenWork, clock: Clock, ids: Ids, provider: Provider, test_card: str | None = None
    ) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock
        self._ids = ids
        self._provider = provider
        self._beginning = Beginning(unit_of_work, clock, ids, provider, test_card)
        self._charging = Charging(unit_of_work, clock, provider)
        self._running: dict[Hashable, asyncio.Task[Any]] = {}

    async def pay(
        self, *, reservation_id: str, customer_id: str | None, attempt_id: str, amount_krw: int, method: str,
        pay_by: datetime, payment_key: str | None = None,
    ) -> Result:  # fmt: skip
        """Charge for this attempt, at most once however often it is asked; a fenced or void id answers Fenced.

        `payment_key` comes with method `checkout`, from the provider's window.
        Refusals: AttemptLive, AlreadyPaid, PaymentClosed, PayByPassed, MethodNotOffered, OtherAttempt.
        ValueError for an id or an amount that can't be.
        """
        if method not in list(Method) or (method == Method.CHECKOUT) is (payment_key is None):
            raise MethodNotOffered(method)
        order_id(attempt_id)
        wanted = Wanted(
            reservation_id=reservation_id,
            customer_id=customer_id or "",
            attempt_id=attempt_id,
            amount_krw=amount_krw,
            method=Method(method),
            pay_by=pay_by,
            payment_key=payment_key,
            traceparent=current_traceparent(),
        )
        return await self._alone(("pay", attempt_id, reservation_id, amount_krw), lambda: self._pay(wanted))

    async def _pay(self, wanted: Wanted) -> Result:
        begun = await self._beginning.begin(wanted)
        if isinstance(begun, Begun):
            return await self._charging.charge(begun.payment, wanted.attempt_id, begun.card_key)
        return begun

    async def resolve(self, *, attempt_id: str) -> Result:
        """What became of an attempt, asking the provider if need be; an id that nobody used is fenced off."""
        order_id(attempt_id)
        return await self._alone(("resolve", attempt_id), lambda: again_if_stale(lambda: self._resolve(attempt_id)))

    async def _resolve(self, attempt_id: str) -> Result:
        async with self._unit_of_work() as work:
            if not await work.payments.used([attempt_id]):
                await work.payments.fence(attempt_id, self._clock.now())
                return Fenced()
        return await self._charging.find_out(attempt_id, may_send=False)

    async def is_available(self) -> bool:
        """Whether the provider takes payments now; harmless to ask."""
        try:
            await self._provider.ping()
        except ProviderError:
            return False
        return True

    async def refund(
        self, *, payment_id: str, refund_id: str, amount_krw: int, reason: str, cause: str = "goodwill",
        caused_by: str | None = None,
    ) -> Refund:  # fmt: skip
        """Give part or all back; it goes out by itself. The same id again: the refund that is there.

        Refusals: RefundTooLarge, NotFound. ValueError for an amount below 1 won.
        """
        if amount_krw <= 0:
            raise ValueError(f"a refund of {amount_krw} won")
        wanted = WantedRefund(
            payment_id=payment_id,
            refund_id=refund_id,
            amount_krw=amount_krw,
            cause=cause,
            reason=reason,
            caused_by=caused_by,
        )
        async with self._unit_of_work() as work:
            work.because_of_id(caused_by)
            await take_up(work, wanted, self._clock.now())
            refund = await work.refunds.get(refund_id)
            if (refund.payment_id, refund.amount_krw) != (payment_id, amount_krw):
                raise OtherAttempt(refund_id)
            return refund

    async def try_refund_now(self, *, refund_id: str) -> Refund:
        """Don't wait for the next try. One that is finished, or needs a person, stays as it is. NotFound."""
        async with self._unit_of_work() as work:
            refund = await work.refunds.get(refund_id)
            hurried = refund.hurry(at=self._clock.now())
            if hurried is not refund:
                await work.refunds.save(refund, hurried)
            return hurried

    async def pay_compensation(self, *, compensation_id: str, by: str) -> Compensation:
        """An operator has paid it out; again: no change. NotFound."""
        async with self._unit_of_work() as work:
            old = await work.compensations.get(compensation_id)
            payment = await work.payments.get(old.payment_id)
            new_payment, new, events = pay_out(payment, old, by=by, at=self._clock.now())
            if new is not old:
                work.because_of_id(old.caused_by)
                await work.compensations.save(old, new)
                await work.payments.save(payment, new_payment, events)
            return new

    async def owed_compensations(self, *, limit: int = 50) -> Sequence[Owed]:
        """What is to be paid out, the longest owed first."""
        async with self._unit_of_work() as work:
            found = [(each, await work.payments.get(each.payment_id)) for each in await work.compensations.owed(limit)]
        return [
            Owed(compensation=each, reservation_id=payment.reservation_id, customer_id=payment.customer_id)
            for each, payment in found
        ]

    async def last_decline(self, *, reservation_id: str) -> Declined | None:
        """The last attempt that was declined, if any."""
        payment = await self.of_reservation(reservation_id=reservation_id)
        declined = [each for each in (payment.attempts if payment else ()) if each.status is AttemptStatus.DECLINED]
        if payment is None or not declined:
            return None
        last = declined[-1]
        return Declined(payment_id=payment.id, code=last.code, reason_ko=last.reason_ko, reason_en=last.reason_en)

    async def register_card(self, *, customer_id: str, auth_key: str) -> Card:
        """Turn the one-time key of the provider's card window into the customer's card. Raises ProviderError."""
        made = await self._provider.register_card(auth_key=auth_key, customer_key=customer_id)
        card = Card(
            id=self._ids.new(),
            customer_id=customer_id,
            card_key=made.card_key,
            label=f"{made.company} {made.number}".strip(),
            registered_at=self._clock.now(),
        )
        async with self._unit_of_work() as work:
            await work.cards.add([card])
        return card

    async def card_of(self, *, customer_id: str) -> Card | None:
        """The card that would be charged."""
        async with self._unit_of_work() as work:
            card = await work.cards.of_customer(customer_id)
            if card is None and (card := self._beginning.test_card_of(customer_id)) is not None:
                await work.cards.add([card])
            return card

    async def get(self, *, payment_id: str) -> Payment:
        """NotFound if there is none."""
        async with self._unit_of_work() as work:
            return await work.payments.get(payment_id)

    async def of_reservation(self, *, reservation_id: str) -> Payment | None:
        """The payment of a reservation, if anybody has tried to pay."""
        async with self._unit_of_work() as work:
            return await work.payments.of_reservation(reservation_id)

    async def refunds_of(self, *, payment_id: str) -> Sequence[Refund]:
        """All refunds of a payment, oldest first."""
        async with self._unit_of_work() as work:
            return await work.refunds.of_payment(payment_id)

    async def ledger_totals(self) -> Mapping[str, int]:
        """Won by account; they sum to zero."""
        async with self._unit_of_work() as work:
            return await work.ledger.totals()

    async def drain(self) -> None:
        """Wait until every call under way is recorded."""
        while self._running:
            await asyncio.wait(list(self._running.values()))

    async def _alone(self, key: Hashable, make: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Run it as a task of its own, which a caller who gives up doesn't cancel; the same key joins it."""
        task = self._running.get(key)
        if task is None:
            task = asyncio.create_task(make())
            self._running[key] = task
            task.add_done_callback(lambda done: self._finished(key, done))
        result: T = await asyncio.shield(task)
        return result

    def _finished(self, key: Hashable, task: asyncio.Task[Any]) -> None:
        del self._running[key]
        if not task.cancelled() and task.exception() is not None:  # seen here, if nobody waits any more
            log.info("payment.ended", cause=type(task.exception()).__name__)

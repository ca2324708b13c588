"""Taking up refunds, sending them, and finding out what the provider made of them (rule 6)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from services.payment import provider as at_provider
from services.payment.ledger import fee_kept
from services.payment.model import Attempt, Events, Payment
from services.payment.policies import is_tagged, tagged_reason
from services.payment.ports import PaymentWork
from services.payment.provider import Provider, ProviderCancel
from services.payment.refunds import Refund, book_external, finish_refund, owe, request_refund, tell_delayed
from services.payment.values import IN_FLIGHT, RefundStatus
from services.shared_kernel.clock import Clock
from services.shared_kernel.ids import Ids
from services.shared_kernel.refusal import StaleVersion

log = structlog.get_logger(__name__)

OpenWork = Callable[[], PaymentWork]
Step = tuple[Payment, Refund, Events]

TRIES = 5


@dataclass(frozen=True, kw_only=True)
class WantedRefund:
    """What is to go back. `fee_krw` is what the policy keeps, `compensation_krw` what the agency owes beyond."""

    payment_id: str
    refund_id: str
    amount_krw: int
    cause: str
    reason: str
    caused_by: str | None = None
    fee_krw: int = 0
    compensation_krw: int = 0


async def take_up(work: PaymentWork, wanted: WantedRefund, at: datetime) -> Payment:
    """Note a refund, the fee and the compensation; the same again changes nothing. RefundTooLarge, NotFound."""
    payment = await work.payments.get(wanted.payment_id)
    if wanted.amount_krw and await work.refunds.find(wanted.refund_id) is None:
        old = payment
        payment, refund, events = request_refund(
            payment,
            refund_id=wanted.refund_id,
            amount_krw=wanted.amount_krw,
            cause=wanted.cause,
            reason=wanted.reason,
            caused_by=wanted.caused_by,
            at=at,
        )
        await work.refunds.save(None, refund)
        await work.payments.save(old, payment, events)
        await work.ledger.book(fee_kept(payment.id, wanted.refund_id, wanted.fee_krw))
    if wanted.compensation_krw and await work.compensations.find(wanted.refund_id) is None:
        old = payment
        payment, compensation, events = owe(
            payment,
            compensation_id=wanted.refund_id,
            amount_krw=wanted.compensation_krw,
            caused_by=wanted.caused_by,
            at=at,
        )
        await work.compensations.save(None, compensation)
        await work.payments.save(old, payment, events)
    return payment


class Refunding:
    """Used by the loop that sends refunds and by the one that looks after payments."""

    def __init__(self, unit_of_work: OpenWork, clock: Clock, ids: Ids, provider: Provider) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock
        self._ids = ids
        self._provider = provider

    async def advance(self, refund_id: str) -> RefundStatus:
        """Send a refund, or find out about one whose answer never came. Where it stands then."""
        async with self._unit_of_work() as work:
            refund = await work.refunds.get(refund_id)
            payment = await work.payments.get(refund.payment_id)
            if refund.is_being_sent(self._clock.now()):  # by a replica, since this one looked for what is due
                return refund.status
            if refund.status is RefundStatus.SENT:  # its process was killed
                lost = refund.lose(at=self._clock.now())
                await work.refunds.save(refund, lost)
                refund = lost
        attempt = payment.attempt(refund.attempt_id)
        if refund.status is RefundStatus.UNKNOWN and not await self._match(refund, attempt):
            return RefundStatus.UNKNOWN
        return await self._send(refund_id, attempt)

    async def _match(self, refund: Refund, attempt: Attempt) -> bool:
        """Look for it in the provider's list; False when that can't be asked now."""
        cancels = await self._cancels(attempt)
        if cancels is None:
            await self._step(refund.id, lambda payment, fresh: _lose(payment, fresh, self._clock.now()))
            return False
        await self.match_cancels(refund.payment_id, attempt.id, cancels)
        return True

    async def _cancels(self, attempt: Attempt) -> Sequence[ProviderCancel] | None:
        try:
            found = await self._provider.find(order_id=attempt.order_id)
        except at_provider.ProviderError as error:
            log.info("refund.not_found_out", attempt_id=attempt.id, cause=type(error).__name__)
            return None
        return () if found is None else found.cancels

    async def _send(self, refund_id: str, attempt: Attempt) -> RefundStatus:
        async with self._unit_of_work() as work:
            refund = await work.refunds.get(refund_id)
            if refund.status not in (RefundStatus.REQUESTED, RefundStatus.UNKNOWN):
                return refund.status
            was_unknown = refund.status is RefundStatus.UNKNOWN
            await work.refunds.save(refund, refund.send(at=self._clock.now()))
        assert attempt.payment_key is not None
        try:
            done = await self._provider.cancel(
                payment_key=attempt.payment_key,
                amount_krw=refund.amount_krw,
                reason=tagged_reason(refund.id, refund.reason),
                idempotency_key=refund.id,
            )
        except at_provider.ProviderError as error:
            return await self._failed(refund, attempt, error, was_unknown)
        status = await self._step(
            refund_id, lambda payment, fresh: _finish(payment, fresh, done.transaction_key, self._clock.now())
        )
        await self._compare(refund.payment_id, attempt.id, done.balance_krw)
        return status

    async def _failed(
        self, refund: Refund, attempt: Attempt, error: at_provider.ProviderError, was_unknown: bool
    ) -> RefundStatus:
        """What a refusal or a lost answer means; what was unknown before stays so while nothing was sent."""
        now = self._clock.now()
        log.warning("refund.failed", refund_id=refund.id, tries=refund.tries + 1, cause=type(error).__name__)
        match error:
            case at_provider.Declined() | at_provider.AlreadyProcessed():
                return await self._refused(refund, attempt)
            case at_provider.NotSent() | at_provider.Unavailable() | at_provider.OurFault() if not was_unknown:
                return await self._step(refund.id, lambda payment, fresh: _bounce(payment, fresh, now))
            case _:
                return await self._step(refund.id, lambda payment, fresh: _lose(payment, fresh, now))

    async def _refused(self, refund: Refund, attempt: Attempt) -> RefundStatus:
        """The provider won't: because it has already, or because somebody else cancelled, or for good."""
        cancels = await self._cancels(attempt)
        if cancels is None:
            return await self._step(refund.id, lambda payment, fresh: _lose(payment, fresh, self._clock.now()))
        if not any(is_tagged(refund.id, cancel.reason) for cancel in cancels):
            await self._step(refund.id, _hand_over)
        await self.match_cancels(refund.payment_id, attempt.id, cancels)
        async with self._unit_of_work() as work:
            return (await work.refunds.get(refund.id)).status

    async def _compare(self, payment_id: str, attempt_id: str, balance_krw: int) -> None:
        """The provider's balance tells whether somebody else has cancelled something, too."""
        async with self._unit_of_work() as work:
            attempt = (await work.payments.get(payment_id)).attempt(attempt_id)
        if attempt.amount_krw - attempt.refunded_krw != balance_krw:
            await self.match_cancels(payment_id, attempt.id, await self._cancels(attempt) or ())

    async def match_cancels(self, payment_id: str, attempt_id: str, cancels: Sequence[ProviderCancel]) -> int:
        """Book what stands in the provider's list and not here: refunds of ours, and cancels made outside."""
        for _ in range(TRIES):
            try:
                async with self._unit_of_work() as work:
                    return await self._match_cancels(work, payment_id, attempt_id, cancels)
            except StaleVersion:
                continue
        return 0

    async def _match_cancels(
        self, work: PaymentWork, payment_id: str, attempt_id: str, cancels: Sequence[ProviderCancel]
    ) -> int:
        booked = 0
        for cancel in cancels:
            # The payment first: what a replica finishes in between makes it stale, and isn't given back once more.
            payment = await work.payments.get(payment_id)
            known = [refund for refund in await work.refunds.of_payment(payment_id) if refund.attempt_id == attempt_id]
            if any(refund.transaction_key == cancel.transaction_key for refund in known):
                continue
            ours = _named_by(cancel, known)
            new, refund, events = self._book(payment, attempt_id, cancel, ours)
            work.because_of_id(refund.caused_by)
            await work.refunds.save(ours, refund)
            await work.payments.save(payment, new, events)
            booked += 1
        return booked

    def _book(self, payment: Payment, attempt_id: str, cancel: ProviderCancel, ours: Refund | None) -> Step:
        if ours is not None:
            return finish_refund(payment, ours, transaction_key=cancel.transaction_key, at=cancel.at)
        log.warning("refund.external", payment_id=payment.id, amount_krw=cancel.amount_krw)
        return book_external(
            payment,
            attempt_id,
            refund_id=self._ids.new(),
            amount_krw=cancel.amount_krw,
            reason=cancel.reason,
            transaction_key=cancel.transaction_key,
            at=cancel.at,
        )

    async def tell_if_late(self, refund_id: str) -> bool:
        """Alert operators about a refund that isn't done in time; whether that was new."""
        async with self._unit_of_work() as work:
            refund = await work.refunds.get(refund_id)
            if refund.status is RefundStatus.DONE or refund.delayed_told or not refund.is_late(self._clock.now()):
                return False
            payment = await work.payments.get(refund.payment_id)
            await _save(work, payment, refund, tell_delayed(payment, refund))
        return True

    async def _step(self, refund_id: str, decide: Callable[[Payment, Refund], Step]) -> RefundStatus:
        """Decide on what is stored now, and save both."""
        for _ in range(TRIES):
            try:
                async with self._unit_of_work() as work:
                    payment = await work.payments.get((await work.refunds.get(refund_id)).payment_id)
                    # After the payment: what a replica finishes in between makes it stale, and is seen as finished.
                    refund = await work.refunds.get(refund_id)
                    step = decide(payment, refund)
                    await _save(work, payment, refund, step)
                return step[1].status
            except StaleVersion:
                continue
        raise StaleVersion(refund_id)


async def _save(work: PaymentWork, payment: Payment, refund: Refund, step: Step) -> None:
    new, changed, events = step
    work.because_of_id(refund.caused_by)
    if changed is not refund:
        await work.refunds.save(refund, changed)
    if new is not payment:
        await work.payments.save(payment, new, events)


def _named_by(cancel: ProviderCancel, refunds: Sequence[Refund]) -> Refund | None:
    """The unfinished refund that a line of the provider's list is: by our tag, or done by hand in our stead."""
    open_ones = [refund for refund in refunds if refund.status is not RefundStatus.DONE]
    for refund in open_ones:
        if is_tagged(refund.id, cancel.reason):
            return refund
    for refund in open_ones:
        if refund.status is RefundStatus.MANUAL and refund.amount_krw == cancel.amount_krw:
            return refund
    return None


def _finish(payment: Payment, refund: Refund, transaction_key: str, at: datetime) -> Step:
    if refund.status not in IN_FLIGHT:  # found in the provider's list in the meantime
        return payment, refund, []
    return finish_refund(payment, refund, transaction_key=transaction_key, at=at)


def _hand_over(payment: Payment, refund: Refund) -> Step:
    if refund.status is not RefundStatus.SENT:
        return payment, refund, []
    return tell_delayed(payment, refund.refuse())


def _bounce(payment: Payment, refund: Refund, at: datetime) -> Step:
    return (payment, refund.bounce(at=at), []) if refund.status is RefundStatus.SENT else (payment, refund, [])


def _lose(payment: Payment, refund: Refund, at: datetime) -> Step:
    return (payment, refund.lose(at=at), []) if refund.status in IN_FLIGHT else (payment, refund, [])

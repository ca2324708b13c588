"""Asking the provider for money, and recording what came of it. No transaction is open during a call (rule 3)."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from math import ceil

import structlog

from services.payment import provider as at_provider
from services.payment.model import Attempt, Events, Payment
from services.payment.policies import LOST_AFTER, NOT_PAID, surely_over
from services.payment.ports import PaymentWork
from services.payment.provider import Provider, ProviderPayment
from services.payment.results import Approved, Declined, Fenced, Result, Unavailable, Unknown
from services.payment.values import AttemptStatus, Method, PaymentStatus
from services.shared_kernel.clock import Clock
from services.shared_kernel.gathering import Gathering
from services.shared_kernel.refusal import StaleVersion
from services.shared_kernel.tracing import current_traceparent

log = structlog.get_logger(__name__)

OpenWork = Callable[[], PaymentWork]
Decide = Callable[[Payment], tuple[Payment, Events]]

ORDER_NAME = "Ssak3"
ASK_AGAIN_SECONDS = 30
FAULT_SECONDS = 300


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of asking about a payment: what it means is decided when it is recorded."""

    payment: Payment
    decide: Decide
    traceparent: str | None


class Charging:
    """Used by the use case that a customer waits for, and by the loop that finds out later."""

    def __init__(self, unit_of_work: OpenWork, clock: Clock, provider: Provider) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock
        self._provider = provider
        self._recording = Gathering(self._record_all, key=lambda outcome: outcome.payment.id)

    async def charge(self, payment: Payment, attempt_id: str, card_key: str) -> Result:
        """Send a recorded attempt, and record its end. Once the provider surely didn't hear, the attempt is void."""
        try:
            return await self._send(payment, attempt_id, card_key)
        except at_provider.Unavailable as error:
            return await self._not_sent(payment, attempt_id, ceil(error.retry_after))
        except at_provider.NotSent:
            return await self._not_sent(payment, attempt_id, ASK_AGAIN_SECONDS)
        except at_provider.OurFault as error:
            log.error("payment.our_fault", attempt_id=attempt_id, cause=str(error))
            return await self._not_sent(payment, attempt_id, FAULT_SECONDS)

    async def _not_sent(self, payment: Payment, attempt_id: str, retry_after_seconds: int) -> Result:
        new = await self._record(payment, lambda fresh: (fresh.never_sent(attempt_id), []))
        if new.attempt(attempt_id).status is AttemptStatus.VOID:
            return Unavailable(retry_after_seconds=max(1, retry_after_seconds))
        return result_of(new, new.attempt(attempt_id))

    async def _send(self, payment: Payment, attempt_id: str, card_key: str) -> Result:
        """One call with the attempt's key. Raises NotSent, Unavailable and OurFault: nothing happened."""
        attempt = payment.attempt(attempt_id)
        try:
            charged = await self._call(payment, attempt, card_key)
        except at_provider.Declined as no:
            code, reason_ko, reason_en = no.code, no.reason_ko, no.reason_en
            return await self._settle(
                payment,
                attempt_id,
                lambda fresh: fresh.decline(attempt_id, code=code, reason_ko=reason_ko, reason_en=reason_en),
            )
        except at_provider.AlreadyProcessed:
            lost = await self._record(payment, lambda fresh: fresh.lose(attempt_id, at=self._clock.now()))
            return await self._find_out(lost, attempt_id, may_send=False)
        except at_provider.OutcomeUnknown as error:
            log.warning("payment.unknown", attempt_id=attempt_id, cause=str(error))
            return await self._settle(payment, attempt_id, lambda fresh: fresh.lose(attempt_id, at=self._clock.now()))
        return await self._settle(
            payment,
            attempt_id,
            lambda fresh: fresh.approve(
                attempt_id, payment_key=charged.payment_key, approved_at=charged.approved_at, at=self._clock.now()
            ),
        )

    async def _call(self, payment: Payment, attempt: Attempt, card_key: str) -> at_provider.Charged:
        if attempt.method is Method.CHECKOUT:
            assert attempt.payment_key is not None
            return await self._provider.confirm(
                payment_key=attempt.payment_key,
                order_id=attempt.order_id,
                amount_krw=attempt.amount_krw,
                idempotency_key=attempt.id,
            )
        return await self._provider.charge_card(
            order_id=attempt.order_id,
            amount_krw=attempt.amount_krw,
            card_key=card_key,
            customer_key=payment.card_holder,
            order_name=ORDER_NAME,
            idempotency_key=attempt.id,
        )

    async def find_out(self, attempt_id: str, *, may_send: bool = True) -> Result:
        """Ask what became of an attempt that isn't settled; one that took nothing is sent again or given up."""
        async with self._unit_of_work() as work:
            payment = await work.payments.of_attempt(attempt_id)
        if payment is None:
            return Fenced()
        attempt = payment.attempt(attempt_id)
        if not attempt.is_live:
            return result_of(payment, attempt)
        return await self._find_out(payment, attempt_id, may_send=may_send)

    async def _find_out(self, payment: Payment, attempt_id: str, *, may_send: bool) -> Result:
        asked_at = self._clock.now()
        attempt = payment.attempt(attempt_id)
        try:
            found = await self._provider.find(order_id=attempt.order_id)
        except at_provider.ProviderError as error:
            log.info("payment.not_found_out", attempt_id=attempt_id, cause=type(error).__name__)
            return await self._wait(payment, attempt_id, by_loop=may_send)
        if found is not None and (found.status.paid or found.status.never_paid):
            return await self._settle(payment, attempt_id, lambda fresh: adopt(fresh, attempt_id, found, asked_at))
        if may_send and self._may_send_again(payment, attempt):
            return await self._send_again(payment, attempt_id)
        return await self._settle(payment, attempt_id, lambda fresh: _unpaid(fresh, attempt_id, asked_at, may_send))

    async def _wait(self, payment: Payment, attempt_id: str, *, by_loop: bool) -> Result:
        return await self._settle(
            payment, attempt_id, lambda fresh: _lost(fresh, attempt_id, self._clock.now(), by_loop)
        )

    def _may_send_again(self, payment: Payment, attempt: Attempt) -> bool:
        """With the same key, while the place is kept and the customer still wants it."""
        return (
            attempt.status is AttemptStatus.UNKNOWN
            and payment.status is PaymentStatus.OPEN
            and self._clock.now() < attempt.pay_by
        )

    async def _send_again(self, payment: Payment, attempt_id: str) -> Result:
        noted = await self._record(payment, lambda fresh: (fresh.sent_again(attempt_id, at=self._clock.now()), []))
        attempt = noted.attempt(attempt_id)
        if not attempt.is_live:
            return result_of(noted, attempt)
        card_key = ""
        if attempt.card_id is not None:
            async with self._unit_of_work() as work:
                card_key = (await work.cards.get(attempt.card_id)).card_key
        try:
            return await self._send(noted, attempt_id, card_key)
        except (at_provider.NotSent, at_provider.Unavailable, at_provider.OurFault):
            # This time it surely didn't hear; of the time before nobody knows.
            return await self._wait(noted, attempt_id, by_loop=True)

    async def look_after(self, payment: Payment, attempt_id: str) -> ProviderPayment | None:
        """Look at a settled attempt: money that was taken after all is put on the books. What the provider has."""
        attempt = payment.attempt(attempt_id)
        try:
            found = await self._provider.find(order_id=attempt.order_id)
        except at_provider.ProviderError as error:
            log.info("payment.not_looked_after", attempt_id=attempt_id, cause=type(error).__name__)
            await self._record(payment, lambda fresh: (fresh.look_later(attempt_id, at=self._clock.now()), []))
            return None
        now = self._clock.now()
        if found is not None and found.status.paid and attempt.status is not AttemptStatus.APPROVED:
            await self._record(payment, lambda fresh: adopt(fresh, attempt_id, found, now))
        else:
            await self._record(payment, lambda fresh: (fresh.looked(attempt_id, at=now), []))
        return found

    async def _settle(self, payment: Payment, attempt_id: str, decide: Decide) -> Result:
        new = await self._record(payment, decide)
        return result_of(new, new.attempt(attempt_id))

    async def _record(self, payment: Payment, decide: Decide) -> Payment:
        return await self._recording(Outcome(payment=payment, decide=decide, traceparent=current_traceparent()))

    async def _record_all(self, outcomes: Sequence[Outcome]) -> Sequence[Payment]:
        """Decide on what is at hand, which the save finds out about; else on what is stored now.

        Somebody else's change in between only means deciding anew.
        """
        with suppress(StaleVersion):
            return await self._save_all(outcomes, at_hand=True)
        return await self._save_all(outcomes, at_hand=False)

    async def _save_all(self, outcomes: Sequence[Outcome], *, at_hand: bool) -> Sequence[Payment]:
        async with self._unit_of_work() as work:
            if not at_hand:
                await work.payments.get_all([each.payment.id for each in outcomes])
            # In one order, so that two who lock the same ones don't wait for each other in a ring.
            in_order = sorted(outcomes, key=lambda outcome: outcome.payment.id)
            saved = {each.payment.id: await _save(work, each, at_hand) for each in in_order}
            return [saved[each.payment.id] for each in outcomes]


async def _save(work: PaymentWork, outcome: Outcome, at_hand: bool) -> Payment:
    old = outcome.payment if at_hand else await work.payments.get(outcome.payment.id)
    new, events = outcome.decide(old)
    if new is old:  # that it is over already is for what is stored to say
        return await _save(work, outcome, at_hand=False) if at_hand else new
    work.because_of_id(None, outcome.traceparent)
    await work.payments.save(old, new, events)
    return new


def result_of(payment: Payment, attempt: Attempt) -> Result:
    """What the caller of an attempt is told."""
    match attempt.status:
        case AttemptStatus.APPROVED:
            assert attempt.approved_at is not None
            return Approved(
                payment_id=payment.id,
                amount_krw=attempt.amount_krw,
                method=attempt.method,
                approved_at=attempt.approved_at,
            )
        case AttemptStatus.DECLINED:
            return _declined(payment, attempt)
        case AttemptStatus.VOID:
            return _declined(payment, attempt) if attempt.code == NOT_PAID else Fenced()
        case AttemptStatus.REQUESTED | AttemptStatus.UNKNOWN:
            return Unknown(payment_id=payment.id)


def _declined(payment: Payment, attempt: Attempt) -> Declined:
    return Declined(payment_id=payment.id, code=attempt.code, reason_ko=attempt.reason_ko, reason_en=attempt.reason_en)


def adopt(payment: Payment, attempt_id: str, found: ProviderPayment, at: datetime) -> tuple[Payment, Events]:
    """Believe the provider about a payment that is over."""
    attempt = payment.attempt(attempt_id)
    if not found.status.paid:
        return payment.decline(attempt_id, code=found.status)
    if found.total_krw != attempt.amount_krw:
        log.error("payment.other_amount", attempt_id=attempt_id, asked=attempt.amount_krw, taken=found.total_krw)
        return _lost(payment, attempt_id, at, by_loop=True)
    return payment.approve(attempt_id, payment_key=found.payment_key, approved_at=found.approved_at or at, at=at)


def _unpaid(payment: Payment, attempt_id: str, asked_at: datetime, by_loop: bool) -> tuple[Payment, Events]:
    """The provider, asked at `asked_at`, had taken nothing."""
    attempt = payment.attempt(attempt_id)
    if attempt.is_live and surely_over(attempt.sent_at, asked_at):
        return payment.give_up(attempt_id, at=asked_at)
    return _lost(payment, attempt_id, asked_at, by_loop)


def _lost(payment: Payment, attempt_id: str, at: datetime, by_loop: bool) -> tuple[Payment, Events]:
    """A call that may still be under way isn't lost yet. Only the loop puts off its own next look."""
    attempt = payment.attempt(attempt_id)
    if attempt.status is AttemptStatus.UNKNOWN and not by_loop:
        return payment, []
    if attempt.status is AttemptStatus.REQUESTED and at - attempt.sent_at < LOST_AFTER:
        return payment, []
    return payment.lose(attempt_id, at=at)
